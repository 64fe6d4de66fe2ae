"""Which figures and rules of law were confirmed?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class RuleConfirmedRow(FactRow):
    """A figure or a rule of law was confirmed."""

    confirmation_id = models.BigIntegerField(unique=True)
    subject = models.TextField()
    value = models.TextField()
    source = models.TextField()
    confirmed_by = models.TextField()
    role = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "rules_confirmed"


class RuleConfirmationRevokedRow(FactRow):
    """A confirmation counts no longer."""

    confirmation_id = models.BigIntegerField(db_index=True)
    reason = models.TextField()
    revoked_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "rule_confirmations_revoked"
