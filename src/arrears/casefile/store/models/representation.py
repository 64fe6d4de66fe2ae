"""Who speaks for whom? Names and words are sealed under the person's key."""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class AdviserNamedRow(FactRow):
    """Somebody is said to act for a person."""

    adviser_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    sealed_full_name = models.BinaryField()
    sealed_contact = models.BinaryField()
    account_id = models.BigIntegerField(null=True)
    named_by = models.TextField()
    named_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "advisers_named"


class AuthorityCheckedRow(FactRow):
    """Somebody looked at an adviser's authority."""

    adviser_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    finding = models.TextField()
    checked_by = models.TextField()
    checked_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "advisers_checked"


class AdviserEndedRow(FactRow):
    """An adviser acts no longer."""

    adviser_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    ended_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "advisers_ended"
