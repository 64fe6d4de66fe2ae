"""Which weighty decisions were proposed and taken, and who asked for a human to look again?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class DecisionProposedRow(FactRow):
    """A weighty decision waits for a named person."""

    request_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    treatment = models.TextField()
    proposed_by = models.TextField()
    run_id = models.BigIntegerField()
    rule = models.TextField()
    policy_version = models.TextField()
    sealed_reason = models.BinaryField()
    proposed_at = models.DateTimeField()

    class Meta:
        db_table = "decisions_proposed"


class DecisionTakenRow(FactRow):
    """A named person took it, or declined."""

    request_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    treatment = models.TextField()
    is_taken = models.BooleanField()
    sealed_reason = models.BinaryField()
    taken_by = models.TextField()
    role = models.TextField()
    taken_at = models.DateTimeField()
    valid_until = models.DateField()

    class Meta:
        db_table = "decisions_taken"


class DecisionOverriddenRow(FactRow):
    """A person does otherwise than the policy decided."""

    override_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    treatment_before = models.TextField()
    rule = models.TextField()
    policy_version = models.TextField()
    treatment = models.TextField()
    sealed_reason = models.BinaryField()
    overridden_by = models.TextField()
    role = models.TextField()
    overridden_at = models.DateTimeField()

    class Meta:
        db_table = "decisions_overridden"


class HumanReviewRequestedRow(FactRow):
    """The debtor asks a human to look again."""

    review_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    treatment = models.TextField()
    sealed_words = models.BinaryField()
    received_by = models.TextField()
    asked_at = models.DateTimeField()
    due_on = models.DateField()

    class Meta:
        db_table = "reviews_requested"


class HumanReviewAnsweredRow(FactRow):
    """Somebody looked again."""

    review_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    outcome = models.TextField()
    sealed_words = models.BinaryField()
    answered_by = models.TextField()
    role = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "reviews_answered"
