"""What protects people? The reason in words is sealed under the person's key."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class HoldRow(FactRow):
    """A person is protected, from a day on."""

    hold_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    sealed_reason = models.BinaryField()
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    blocks = ArrayField(models.TextField())
    may_lift = models.TextField()

    class Meta:
        db_table = "holds"


class HoldLiftedRow(FactRow):
    """A hold was ended."""

    hold = models.ForeignKey(HoldRow, to_field="hold_id", on_delete=models.DO_NOTHING, related_name="+")
    party_id = models.BigIntegerField(db_index=True)
    valid_on = models.DateField()
    sealed_reason = models.BinaryField()
    lifted_by = models.TextField()

    class Meta:
        db_table = "holds_lifted"


class HoldTermsRow(FactRow):
    """How far a hold reaches, and when its owner is asked."""

    hold_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    scope = models.TextField()
    account_ids = ArrayField(models.BigIntegerField())
    channel = models.TextField()
    sealed_point = models.BinaryField()
    allows = ArrayField(models.TextField())
    owner = models.TextField()
    review_on = models.DateField()
    valid_on = models.DateField()

    class Meta:
        db_table = "holds_terms"


class HoldReviewedRow(FactRow):
    """A hold was looked at and kept."""

    hold_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    sealed_note = models.BinaryField()
    reviewed_by = models.TextField()
    next_review_on = models.DateField()
    valid_on = models.DateField()

    class Meta:
        db_table = "holds_reviewed"
