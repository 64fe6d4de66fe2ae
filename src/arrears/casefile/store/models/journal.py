"""In which order were facts recorded, and what proves it?"""

from __future__ import annotations

from django.db import models


class JournalEntry(models.Model):
    """One entry: every part of its header in a column of its own, and its hash. The header's line is rebuilt from them (`journal.entry_of`).

    The line itself would be twice as long as its parts, mostly digests in hex. `fields` names the committed fields, a comma between, as
    they were when the entry was written, so that a fact class may grow later; `commitments` are their digests of 32 bytes, one after
    the other. One place in a chain is taken once: two writers can never both follow the same predecessor.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    institution_id = models.BigIntegerField()
    chain = models.BigIntegerField()
    position = models.IntegerField()
    name = models.TextField()
    actor = models.TextField()
    cause = models.TextField()
    recorded_at = models.DateTimeField()
    fact_id = models.BigIntegerField()
    fields = models.TextField()
    commitments = models.BinaryField()
    predecessor = models.BinaryField()
    version = models.SmallIntegerField()
    entry_hash = models.BinaryField()

    class Meta:
        db_table = "journal_entries"
        constraints = [models.UniqueConstraint(fields=["chain", "position", "institution_id"], name="journal_one_entry_a_place")]


class JournalSalt(models.Model):
    """The salts of an entry's commitments, 16 bytes a field, one after the other; sixteen zeros stand for a redacted one.

    Apart from the entries, so that a salt can be removed while the entry stays. `personal_positions` (from 1) are those removed when
    the person is erased. One row of bytes, not an array: a nightly run writes half a million.
    """

    entry = models.OneToOneField(JournalEntry, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    institution_id = models.BigIntegerField()
    party_id = models.BigIntegerField(null=True)
    salts = models.BinaryField()
    personal_positions = models.BinaryField(default=b"")

    class Meta:
        db_table = "journal_salts"
        indexes = [models.Index(fields=["party_id"], name="journal_salts_personal", condition=~models.Q(personal_positions=b""))]
