"""What did people write to us, what was it taken for, and what waits for somebody to place it?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class ReplyReceivedRow(FactRow):
    """Somebody wrote to us: once, by the provider's name of it."""

    reply_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    channel = models.TextField()
    provider = models.TextField()
    source = models.TextField()
    answers_message = models.BigIntegerField(null=True)
    point = models.TextField()
    sealed_address = models.BinaryField()
    sealed_text = models.BinaryField()
    is_automatic = models.BooleanField()
    placed_by = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "replies_received"
        constraints = [models.UniqueConstraint(fields=["institution_id", "provider", "source"], name="replies_known_by_source")]


class ReplyUnderstoodRow(FactRow):
    """What a reply was taken for."""

    reply_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    main = models.TextField()
    intents = ArrayField(models.TextField())
    shares = models.JSONField()
    is_sure = models.BooleanField()
    sealed_spoke = models.BinaryField()
    version = models.TextField()
    said_by = models.TextField()
    understood_at = models.DateTimeField()

    class Meta:
        db_table = "replies_understood"


class ReplyHandledRow(FactRow):
    """A person has done what a reply needed."""

    reply_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    sealed_note = models.BinaryField()
    handled_by = models.TextField()
    handled_at = models.DateTimeField()

    class Meta:
        db_table = "replies_handled"


class ReplySetAsideRow(FactRow):
    """A reply concerns nobody here."""

    reply_id = models.BigIntegerField(unique=True)
    provider = models.TextField()
    source = models.TextField()
    reason = models.TextField()
    set_aside_by = models.TextField()
    set_aside_at = models.DateTimeField()

    class Meta:
        db_table = "replies_set_aside"
        constraints = [models.UniqueConstraint(fields=["institution_id", "provider", "source"], name="replies_set_aside_by_source")]


class PromiseDraftedRow(FactRow):
    """A reply sounds like a promise to pay."""

    reply_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()
    drafted_at = models.DateTimeField()

    class Meta:
        db_table = "promises_drafted"


class UnplacedReplyRow(models.Model):
    """A reply of which nobody knows whose it is. No fact: its words are sealed under a key of the institution and gone from here once it is placed or set aside."""

    reply_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    provider = models.TextField()
    channel = models.TextField()
    source = models.TextField()
    sealed_words = models.BinaryField()
    is_automatic = models.BooleanField()
    main = models.TextField()
    intents = ArrayField(models.TextField())
    received_at = models.DateTimeField()

    class Meta:
        db_table = "replies_unplaced"
        constraints = [models.UniqueConstraint(fields=["institution_id", "provider", "source"], name="replies_unplaced_by_source")]
