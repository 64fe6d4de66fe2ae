"""Whose records are these?"""

from __future__ import annotations

from django.db import models


class Institution(models.Model):
    """A lender. `sealed_key` is the key under which its customers' numbers are hashed, sealed under the envelope key.

    The table has no row-level security: signing in must find the institution before one is chosen, and it holds nothing of anybody's.
    """

    institution_id = models.BigIntegerField(primary_key=True)
    name = models.TextField(unique=True)
    sealed_key = models.BinaryField()

    class Meta:
        db_table = "institutions"

    def __str__(self) -> str:
        return self.name
