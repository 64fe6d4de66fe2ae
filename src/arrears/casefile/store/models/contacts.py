"""Which contacts were made and received? What was said is sealed under the person's key."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow
from arrears.casefile.store.models.permits import PermitUsedRow


class ContactRow(FactRow):
    """An attempt that was made, or a message that was received. A used permit becomes one contact, never two."""

    contact_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(null=True)
    kind = models.TextField()
    occurred_at = models.DateTimeField()
    side = models.TextField()
    collector = models.TextField()
    purpose = models.TextField(null=True)
    channel = models.TextField()
    recipient = models.TextField()
    recipient_reference = models.TextField()
    debts = ArrayField(models.TextField())
    point = models.TextField()
    place = models.TextField(null=True)
    mode = models.TextField(null=True)
    outcome = models.TextField(null=True)
    marks = ArrayField(models.TextField())
    permit = models.OneToOneField(PermitUsedRow, to_field="permit_id", null=True, on_delete=models.DO_NOTHING, related_name="+")
    sealed_note = models.BinaryField()

    class Meta:
        db_table = "contacts"
