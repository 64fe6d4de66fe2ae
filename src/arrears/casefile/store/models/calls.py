"""What came of calls, what is known of contact points, and which numbers went to a dialler?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arrears.casefile.store.models.base import FactRow


class CallWrappedUpRow(FactRow):
    """What came of a call, in codes; a contact is wrapped up once, and so is a dialler's row."""

    wrap_up_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    contact_id = models.BigIntegerField(unique=True)
    permit_id = models.BigIntegerField(null=True, db_index=True)
    row_key = models.TextField()
    action = models.TextField()
    result = models.TextField()
    codes = models.TextField()
    flags = ArrayField(models.TextField())
    point = models.TextField()
    agent = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    callback_at = models.DateTimeField(null=True)
    promise_minor = models.BigIntegerField(null=True)
    promise_currency = models.TextField()
    promise_due_on = models.TextField()
    followed = ArrayField(models.TextField())

    class Meta:
        db_table = "calls_wrapped_up"
        constraints = [models.UniqueConstraint(fields=["institution_id", "row_key"], condition=~models.Q(row_key=""), name="calls_one_a_row")]


class ContactPointMarkedRow(FactRow):
    """Somebody said what a number or address is."""

    mark_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    channel = models.TextField()
    point = models.TextField()
    kind = models.TextField()
    because = models.TextField()
    contact_id = models.BigIntegerField(null=True)
    said_by = models.TextField()
    marked_at = models.DateTimeField()
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "contact_points_marked"


class DiallerListExportedRow(FactRow):
    """Numbers went to a dialler."""

    list_id = models.BigIntegerField(unique=True)
    book = models.TextField()
    queue = models.TextField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    numbers = models.IntegerField()
    refused = models.IntegerField()
    digest = models.TextField()
    exported_by = models.TextField()
    exported_at = models.DateTimeField()

    class Meta:
        db_table = "dialler_lists"


class DiallerFindingRow(FactRow):
    """A dialler's result that is not in order; each row is found so once."""

    finding_id = models.BigIntegerField(unique=True)
    kind = models.TextField()
    row_key = models.TextField()
    digest = models.TextField()
    row = models.IntegerField()
    permit_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    detail = models.TextField()
    found_at = models.DateTimeField()

    class Meta:
        db_table = "dialler_findings"
        constraints = [models.UniqueConstraint(fields=["institution_id", "row_key", "kind"], name="dialler_found_once")]


class FirstContactHeldRow(FactRow):
    """What a person told us the first time we spoke."""

    first_contact_id = models.BigIntegerField(unique=True)
    party_id = models.BigIntegerField(db_index=True)
    case_id = models.BigIntegerField(db_index=True)
    contact_id = models.BigIntegerField(null=True)
    way = models.TextField()
    identity = models.TextField()
    able_minor = models.BigIntegerField(null=True)
    currency = models.TextField()
    payday = models.IntegerField(null=True)
    willingness = models.TextField()
    channel = models.TextField()
    opens = models.TextField()
    closes = models.TextField()
    language = models.TextField()
    held_by = models.TextField()
    held_at = models.DateTimeField()
    sealed_reasons = models.BinaryField()
    sealed_needs = models.BinaryField()
    sealed_words = models.BinaryField()

    class Meta:
        db_table = "first_contacts"
