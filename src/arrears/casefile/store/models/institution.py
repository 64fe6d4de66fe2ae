"""Whose records are these?"""

from __future__ import annotations

from django.db import models


class Institution(models.Model):
    """A lender. `sealed_key` is its first key, wrapped under the envelope key: ids of documents and payments rest on it for good, and its
    customers' numbers are hashed under it until that key is rotated (`InstitutionKey`). `jurisdiction` is where its data lives (empty
    until a home first says so).

    The table has no row-level security: signing in must find the institution before one is chosen, and it holds nothing of anybody's.
    """

    institution_id = models.BigIntegerField(primary_key=True)
    name = models.TextField(unique=True)
    sealed_key = models.BinaryField()
    jurisdiction = models.TextField(default="", db_default="")

    class Meta:
        db_table = "institutions"

    def __str__(self) -> str:
        return self.name


class InstitutionKey(models.Model):
    """A further key of an institution, for one purpose: `numbers` (hashes of customers' and accounts' numbers, from key 2 on; the first is
    the institution's own) or `search` (hashes of contact values). The highest number is the current one; rows hashed under keys from
    `oldest_in_use` on may still stand.
    """

    pk = models.CompositePrimaryKey("institution_id", "purpose", "key_no")
    institution_id = models.BigIntegerField()
    purpose = models.TextField()
    key_no = models.SmallIntegerField()
    wrapped_key = models.BinaryField()
    oldest_in_use = models.SmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "institution_keys"
