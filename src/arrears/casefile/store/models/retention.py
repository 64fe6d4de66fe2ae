"""Who was restricted or erased, what is held for a legal matter, and which figures and deletions stand on record?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class PersonRestrictedRow(FactRow):
    """A person's data is stored and not used."""

    party_id = models.BigIntegerField(db_index=True)
    valid_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.TextField()
    ground = models.TextField()
    rule = models.TextField()
    record_types = ArrayField(models.TextField())
    sealed_letter_digests = models.BinaryField()

    class Meta:
        db_table = "persons_restricted"


class PersonReleasedRow(FactRow):
    """A restriction ended without erasure."""

    party_id = models.BigIntegerField(db_index=True)
    valid_on = models.DateField()
    sealed_note = models.BinaryField()

    class Meta:
        db_table = "persons_released"


class PersonErasedRow(FactRow):
    """A person was erased; nothing here is personal."""

    party_id = models.BigIntegerField(db_index=True)
    valid_on = models.DateField()
    reason = models.TextField()

    class Meta:
        db_table = "persons_erased"


class LegalHoldPlacedRow(FactRow):
    """Nothing about a person is deleted while a legal matter lasts."""

    legal_hold_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    sealed_matter = models.BinaryField()
    sealed_reason = models.BinaryField()
    valid_on = models.DateField()

    class Meta:
        db_table = "legal_holds_placed"


class LegalHoldLiftedRow(FactRow):
    """A legal hold ended."""

    legal_hold_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    sealed_reason = models.BinaryField()
    valid_on = models.DateField()

    class Meta:
        db_table = "legal_holds_lifted"


class EvidenceDeletedRow(FactRow):
    """The bytes of a piece of evidence are gone; its entries stay."""

    evidence_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField()
    rule = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "evidence_deleted"


class RetentionFigureConfirmedRow(FactRow):
    """Somebody answers for a figure of the duties to keep."""

    figure = models.TextField()
    value = models.BigIntegerField()
    unit = models.TextField()
    source = models.TextField()
    confirmed_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "retention_figures_confirmed"


class RetentionExecutedRow(FactRow):
    """What was past its time was deleted; the digest names the report."""

    retention_run_id = models.BigIntegerField(unique=True)
    valid_on = models.DateField()
    deleted = models.IntegerField()
    kept = models.IntegerField()
    held = models.IntegerField()
    for_a_person = models.IntegerField()
    report_digest = models.TextField()

    class Meta:
        db_table = "retention_executed"
