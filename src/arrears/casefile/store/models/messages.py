"""Which messages are to be sent, which were tried, and what is known of them? And which wait now?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class MessageQueuedRow(FactRow):
    """A message is to be sent."""

    message_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    channel = models.TextField()
    provider = models.TextField()
    campaign = models.TextField()
    purpose = models.TextField()
    template = models.TextField()
    locale = models.TextField()
    collector = models.TextField()
    recipient = models.TextField()
    debts = ArrayField(models.TextField())
    point = models.TextField()
    place = models.TextField()
    marks = ArrayField(models.TextField())
    amount_minor = models.BigIntegerField(null=True)
    sealed_address = models.BinaryField()
    sealed_subject = models.BinaryField()
    sealed_text = models.BinaryField()
    due_at = models.DateTimeField()
    good_until = models.DateTimeField()

    class Meta:
        db_table = "messages_queued"


class MessageTriedRow(FactRow):
    """A message goes to its provider now: once an attempt, and one attempt a permit."""

    message_id = models.BigIntegerField()
    party_id = models.BigIntegerField(db_index=True)
    attempt = models.IntegerField()
    permit_id = models.BigIntegerField(unique=True)
    provider = models.TextField()
    tried_at = models.DateTimeField()

    class Meta:
        db_table = "messages_tried"
        constraints = [models.UniqueConstraint(fields=["message_id", "attempt"], name="messages_one_try_an_attempt")]


class MessageAnsweredRow(FactRow):
    """What is known of an attempt."""

    message_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    attempt = models.IntegerField()
    kind = models.TextField()
    reference = models.TextField()
    code = models.TextField()
    said_by = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "messages_answered"


class MessageStoppedRow(FactRow):
    """A message is not sent any more."""

    message_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    reason = models.TextField()
    detail = models.TextField()
    stopped_at = models.DateTimeField()

    class Meta:
        db_table = "messages_stopped"


class MessageReceiptRow(FactRow):
    """Whether a message arrived."""

    message_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    arrival = models.TextField()
    code = models.TextField()
    arrived_at = models.DateTimeField()
    reference = models.TextField()

    class Meta:
        db_table = "message_receipts"


class SendingPausedRow(FactRow):
    """A channel or a campaign is paused, or resumed."""

    kind = models.TextField()
    channel = models.TextField()
    campaign = models.TextField()
    reason = models.TextField()
    said_by = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        db_table = "sending_paused"


class OutboxRow(models.Model):
    """A message that waits or is being sent. No fact: what the workers share, made from the facts and gone when the message is done.

    `state` is `waiting` (nobody has it), `claimed` (a worker has it and has not tried it), `trying` (its attempt is recorded, the outcome is not) or
    `uncertain` (nobody knows; a person decides).
    """

    message_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    channel = models.TextField()
    provider = models.TextField()
    campaign = models.TextField()
    due_at = models.DateTimeField()
    good_until = models.DateTimeField()
    state = models.TextField(default="waiting")
    worker = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)

    class Meta:
        db_table = "outbox"
        indexes = [models.Index(fields=["institution_id", "provider", "state", "due_at"], name="outbox_next")]


class ProviderPaceRow(models.Model):
    """From when on may this provider be handed the next message? No fact: what the workers share to keep to its rate."""

    id = models.BigAutoField(primary_key=True)
    institution_id = models.BigIntegerField()
    provider = models.TextField()
    free_at = models.DateTimeField()

    class Meta:
        db_table = "provider_pace"
        constraints = [models.UniqueConstraint(fields=["institution_id", "provider"], name="provider_pace_one_each")]


class ProviderReferenceRow(models.Model):
    """How a provider calls a message or a part of it: an index over what the answers say, by which a receipt finds its message."""

    id = models.BigAutoField(primary_key=True)
    institution_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    provider = models.TextField()
    reference = models.TextField()

    class Meta:
        db_table = "provider_references"
        indexes = [models.Index(fields=["institution_id", "provider", "reference"], name="provider_references_by_name")]
