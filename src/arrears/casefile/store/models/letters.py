"""What became of printed letters? And how fast may anybody ask the public pages?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class LetterHandedOverRow(FactRow):
    """A letter went to the post: once."""

    message_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    batch = models.TextField(db_index=True)
    handed_over_at = models.DateTimeField()

    class Meta:
        db_table = "letters_handed_over"


class LetterTakenOutRow(FactRow):
    """A letter was taken out before the post: once."""

    message_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    batch = models.TextField(db_index=True)
    reason = models.TextField()
    detail = models.TextField()
    taken_out_at = models.DateTimeField()

    class Meta:
        db_table = "letters_taken_out"


class LetterPostedRow(FactRow):
    """The post took a letter: once."""

    message_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    posted_on = models.DateField()
    sealed_tracking = models.BinaryField()
    source = models.TextField()

    class Meta:
        db_table = "letters_posted"


class LetterArrivedRow(FactRow):
    """What came of a letter: each kind once a day."""

    message_id = models.BigIntegerField()
    party_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    arrived_on = models.DateField()
    sealed_signed_by = models.BinaryField()
    reason = models.TextField()
    source = models.TextField()

    class Meta:
        db_table = "letters_arrived"
        constraints = [models.UniqueConstraint(fields=["message_id", "kind", "arrived_on"], name="letters_arrived_once_a_day")]


class PublicPaceRow(models.Model):
    """From when on may this visitor of the public pages ask again without waiting? No fact: what the doors share to slow down whoever tries codes.

    `bucket` is a keyed hash of an address, or names all visitors together. The table is not written to the log of the database and is in no backup.
    """

    bucket = models.TextField(primary_key=True)
    free_at = models.DateTimeField()

    class Meta:
        db_table = "public_pace"
        indexes = [models.Index(fields=["free_at"], name="public_pace_oldest")]
