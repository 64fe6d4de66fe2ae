"""What was asked to be approved, and what was answered?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class ApprovalRequestedRow(FactRow):
    """A second person is asked."""

    request_id = models.BigIntegerField(unique=True)
    kind = models.TextField()
    digest = models.TextField()
    title = models.TextField()
    reason = models.TextField()
    requested_by = models.TextField()
    role = models.TextField()
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "approvals_requested"


class ApprovalDecidedRow(FactRow):
    """A second person decided: one decision a request."""

    request_id = models.BigIntegerField(unique=True)
    is_approved = models.BooleanField()
    reason = models.TextField()
    decided_by = models.TextField()
    role = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "approvals_decided"


class ApprovalWithdrawnRow(FactRow):
    """A request was taken back."""

    request_id = models.BigIntegerField(unique=True)
    reason = models.TextField()
    withdrawn_by = models.TextField()
    withdrawn_at = models.DateTimeField()

    class Meta:
        db_table = "approvals_withdrawn"
