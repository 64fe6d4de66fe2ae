"""Which cases are there, and what became of them?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class Case(models.Model):
    """One person's debts in one book. Its life is in its events; this row only names it."""

    case_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    book = models.TextField()
    party_id = models.BigIntegerField()

    class Meta:
        db_table = "cases"
        indexes = [models.Index(fields=["party_id"], name="cases_party")]


class CaseEventRow(FactRow):
    """A case was opened, closed or reopened."""

    kind = models.TextField()
    case = models.ForeignKey(Case, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    party_id = models.BigIntegerField()
    book = models.TextField()
    valid_on = models.DateField()
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "case_events"


class CaseDecisionRow(FactRow):
    """Another treatment was decided for a case; amounts in minor units."""

    case = models.ForeignKey(Case, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    party_id = models.BigIntegerField()
    book = models.TextField()
    valid_on = models.DateField()
    run_id = models.BigIntegerField()
    treatment = models.TextField()
    channel = models.TextField(null=True)
    rule = models.TextField()
    reason_en = models.TextField()
    reason_zh = models.TextField()
    policy_version = models.TextField()
    days_past_due = models.IntegerField(null=True)
    amount_overdue_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)

    class Meta:
        db_table = "case_decisions"
