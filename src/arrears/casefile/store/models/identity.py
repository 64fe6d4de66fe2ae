"""Who is behind an id? The two tables that erasure empties."""

from __future__ import annotations

from django.db import models


class PartyKey(models.Model):
    """The key of one person, wrapped under the envelope key. Once it is gone, what it sealed is noise."""

    party_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    wrapped_key = models.BinaryField()

    class Meta:
        db_table = "party_keys"


class IdMap(models.Model):
    """Which random id stands for the lender's number? Found by keyed hash, under the institution's key of number
    `hmac_key`; the number itself is sealed under the party's key."""

    pk = models.CompositePrimaryKey("institution_id", "kind", "number_hmac")
    institution_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=[("party", "party"), ("account", "account")])
    number_hmac = models.UUIDField()
    id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    sealed_number = models.BinaryField()
    hmac_key = models.SmallIntegerField(default=1, db_default=1)

    class Meta:
        db_table = "id_map"
        indexes = [models.Index(fields=["id"], name="id_map_id"), models.Index(fields=["party_id"], name="id_map_party")]
