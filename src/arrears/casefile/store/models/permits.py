"""Which contacts were permitted or refused, and which permits were used or given back? Written by functions of the database alone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class _Asked(FactRow):
    """What was asked for."""

    party_id = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True)
    request_key = models.TextField()
    collector = models.TextField()
    purpose = models.TextField()
    channel = models.TextField()
    recipient = models.TextField()
    recipient_reference = models.TextField()
    debts = ArrayField(models.TextField())
    point = models.TextField()
    place = models.TextField()
    mode = models.TextField()
    marks = ArrayField(models.TextField())
    rules = ArrayField(models.TextField())

    class Meta:
        abstract = True


class PermitIssuedRow(_Asked):
    """One contact is permitted, once, for a time."""

    permit_id = models.BigIntegerField(unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_issued"
        constraints = [models.UniqueConstraint(fields=["party_id", "request_key", "institution_id"], name="permits_one_a_request")]


class PermitRefusedRow(_Asked):
    """One contact was not permitted."""

    refusal_id = models.BigIntegerField(unique=True)
    asked_at = models.DateTimeField()
    answer = models.TextField()
    citations = ArrayField(models.TextField())
    reason_en = models.TextField()
    reason_zh = models.TextField()
    next_permitted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "permits_refused"
        constraints = [models.UniqueConstraint(fields=["party_id", "request_key", "institution_id"], name="refusals_one_a_request")]


class PermitUsedRow(FactRow):
    """A permit was taken for its contact; one row a permit is all there can be."""

    permit = models.OneToOneField(PermitIssuedRow, to_field="permit_id", on_delete=models.DO_NOTHING, related_name="+")
    party_id = models.BigIntegerField(db_index=True)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "permits_used"


class PermitVoidedRow(FactRow):
    """An open permit was given back."""

    permit = models.OneToOneField(PermitIssuedRow, to_field="permit_id", on_delete=models.DO_NOTHING, related_name="+")
    party_id = models.BigIntegerField(db_index=True)
    voided_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "permits_voided"
