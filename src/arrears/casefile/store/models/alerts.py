"""Which alerts have been acknowledged? The note is sealed under the person's key."""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class AlertAcknowledgedRow(FactRow):
    """Somebody has seen an alert and takes it on."""

    alert_id = models.BigIntegerField(db_index=True)
    party_id = models.BigIntegerField(db_index=True)
    kind = models.TextField()
    sealed_note = models.BinaryField()
    acknowledged_by = models.TextField()
    valid_on = models.DateField()

    class Meta:
        db_table = "alerts_acknowledged"
