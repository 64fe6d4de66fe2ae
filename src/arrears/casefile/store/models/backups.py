"""When was the record copied and put back?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class RecordBackedUpRow(FactRow):
    """A copy of the whole home was finished."""

    taken_at = models.DateTimeField()
    manifest_digest = models.TextField()
    entries = models.BigIntegerField()
    files = models.BigIntegerField()
    total_bytes = models.BigIntegerField()

    class Meta:
        db_table = "records_backed_up"


class RecordRestoredRow(FactRow):
    """The record was put back from a copy."""

    taken_at = models.DateTimeField()
    manifest_digest = models.TextField()
    entries = models.BigIntegerField()
    erased_again = models.IntegerField()

    class Meta:
        db_table = "records_restored"
