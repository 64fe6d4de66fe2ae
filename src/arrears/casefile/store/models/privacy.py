"""Who saw personal values, who got an export, which transfers are permitted, and by which hashes is a contact value found?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class PersonalShownRow(FactRow):
    """Somebody saw personal values of a person."""

    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    shown_to = models.TextField()
    role = models.TextField()
    categories = ArrayField(models.TextField())
    reason = models.TextField()
    form = models.TextField()
    shown_on = models.DateField()

    class Meta:
        db_table = "personal_shown"


class PersonExportedRow(FactRow):
    """Everything about a person was written out."""

    party_id = models.BigIntegerField(db_index=True)
    exported_by = models.TextField()
    recipient = models.TextField()
    jurisdiction = models.TextField()
    files = models.IntegerField()
    digest = models.TextField()
    exported_on = models.DateField()

    class Meta:
        db_table = "persons_exported"


class TransferPermittedRow(FactRow):
    """Personal data may leave to another jurisdiction."""

    transfer_id = models.BigIntegerField(unique=True)
    recipient = models.TextField()
    from_jurisdiction = models.TextField()
    to_jurisdiction = models.TextField()
    basis = models.TextField()
    categories = ArrayField(models.TextField())
    from_on = models.DateField()
    to_on = models.DateField()
    approved_by = models.TextField()
    approved_as = models.TextField()

    class Meta:
        db_table = "transfers_permitted"


class TransferWithdrawnRow(FactRow):
    """A permission to transfer ended early."""

    transfer_id = models.BigIntegerField(db_index=True)
    valid_on = models.DateField()
    withdrawn_by = models.TextField()

    class Meta:
        db_table = "transfers_withdrawn"


class SearchIndex(models.Model):
    """By which keyed hash is a person found who has this telephone number or mail address? Gone with the person's key."""

    pk = models.CompositePrimaryKey("institution_id", "kind", "value_hmac", "party_id")
    institution_id = models.BigIntegerField()
    kind = models.TextField()
    value_hmac = models.UUIDField()
    party_id = models.BigIntegerField()

    class Meta:
        db_table = "search_index"
        indexes = [models.Index(fields=["party_id"], name="search_index_party")]
