"""To what did people agree, and what did they rule out? Numbers and words are sealed under the person's key."""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class ConsentGivenRow(FactRow):
    """A person agreed to something."""

    consent_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    subject = models.TextField()
    recipient = models.TextField()
    channel = models.TextField()
    sealed_point = models.BinaryField()
    account_id = models.BigIntegerField(null=True)
    opens = models.TextField()
    closes = models.TextField()
    given_at = models.DateTimeField()
    until_on = models.DateField(null=True)
    lateness = models.TextField()
    is_direct = models.BooleanField()
    is_complete = models.BooleanField()
    is_revocable = models.BooleanField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "consents_given"


class ConsentWithdrawnRow(FactRow):
    """A consent was taken back."""

    consent_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    withdrawn_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "consents_withdrawn"


class ContactRuledOutRow(FactRow):
    """A person asked not to be contacted, wholly or so."""

    request_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    what = models.TextField()
    channel = models.TextField()
    sealed_point = models.BinaryField()
    place = models.TextField()
    account_id = models.BigIntegerField(null=True)
    opens = models.TextField()
    closes = models.TextField()
    only_inside = models.BooleanField()
    is_written = models.BooleanField()
    asked_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "contact_ruled_out"


class ContactOpenedAgainRow(FactRow):
    """Such a request was taken back."""

    request_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    opened_at = models.DateTimeField()
    evidence_id = models.BigIntegerField(null=True)
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "contact_opened_again"
