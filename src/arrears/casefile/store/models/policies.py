"""Which policies were published?"""

from __future__ import annotations

from django.db import models

from arrears.casefile.store.models.base import FactRow


class PolicyPublishedRow(FactRow):
    """A policy was put in force."""

    number = models.IntegerField()
    name = models.TextField()
    version = models.TextField()
    digest = models.TextField()
    reason = models.TextField()
    request_id = models.BigIntegerField(unique=True)
    requested_by = models.TextField()
    approved_by = models.TextField()
    rolls_back = models.IntegerField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        db_table = "policies_published"
        constraints = (models.UniqueConstraint(fields=["institution_id", "number"], name="one_policy_a_number"),)
