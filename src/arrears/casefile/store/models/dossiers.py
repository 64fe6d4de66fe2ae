"""Which dossiers and receipts were handed out?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class DossierExportedRow(FactRow):
    """A dossier of a case was handed out."""

    dossier_id = models.BigIntegerField()
    case_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    manifest_sha256 = models.TextField()
    recipient = models.TextField()
    purpose = models.TextField()
    to_jurisdiction = models.TextField()
    transfer_basis = models.TextField()
    language = models.TextField()
    entries = models.IntegerField()
    files = models.IntegerField()
    fields_left_out = models.IntegerField()
    exported_by = models.TextField()

    class Meta:
        db_table = "dossiers_exported"


class ReceiptIssuedRow(FactRow):
    """A receipt of an entry was handed out."""

    party_id = models.BigIntegerField(db_index=True)
    about_entry_id = models.BigIntegerField()
    receipt_sha256 = models.TextField()
    issued_by = models.TextField()

    class Meta:
        db_table = "receipts_issued"
