"""What has every row of a fact?"""

from __future__ import annotations

from django.db import models


class FactRow(models.Model):
    """A fact as a row: its id, whose it is, its journal entry, its place in the entry's chain, and when we learnt it."""

    fact_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    entry = models.ForeignKey("store.JournalEntry", on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")
    position = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True
