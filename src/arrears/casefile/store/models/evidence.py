"""Which files are kept as evidence, and who has read them? The bytes are elsewhere, under `address`; words are sealed under the person's key."""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow
from arrears.casefile.store.models.cases import Case


class EvidenceKeptRow(FactRow):
    """A file is kept as evidence; `size_bytes` is that of the file as it came."""

    evidence_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case = models.ForeignKey(Case, on_delete=models.DO_NOTHING, null=True, related_name="+")
    kind = models.TextField()
    sealed_title = models.BinaryField()
    sealed_file_name = models.BinaryField()
    media_type = models.TextField()
    size_bytes = models.BigIntegerField()
    address = models.CharField(max_length=64)
    sealed_original_sha256 = models.BinaryField()
    captured_at = models.DateTimeField(null=True)
    hashed_at = models.DateTimeField()
    clock_source = models.TextField()
    sealed_device = models.BinaryField()
    sealed_system = models.BinaryField()
    sealed_operator = models.BinaryField()
    source = models.TextField()
    sealed_provenance = models.BinaryField()

    class Meta:
        db_table = "evidence_kept"
        constraints = [models.UniqueConstraint(fields=["institution_id", "address"], name="evidence_one_record_an_address")]


class EvidenceReadRow(FactRow):
    """Somebody was handed a piece of evidence."""

    evidence = models.ForeignKey(EvidenceKeptRow, to_field="evidence_id", on_delete=models.DO_NOTHING, related_name="+")
    party_id = models.BigIntegerField(db_index=True)
    read_by = models.TextField()
    sealed_reason = models.BinaryField()

    class Meta:
        db_table = "evidence_read"
