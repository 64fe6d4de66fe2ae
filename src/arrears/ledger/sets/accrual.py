"""How much penalty interest has run on each overdue principal, by a day?

Simple interest on what is overdue of the principal, from the due date on (the due date itself bears none). Kept is the exact numerator, balance
times days added up over the stretches between payments; it is rounded, half even, once for the whole of an item and never day by day. What
the rounded whole grew by since it was last looked at becomes part of the item's penalty.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.core.columns import WIDE
from arrears.ledger.sets.division import half_even
from arrears.ledger.sets.parts import PARTS

MILLIONTHS = 1_000_000
"""Rates stand in columns as millionths a year: 0.18 is 180,000."""
RATE = ("rate_millionths", "days_in_year")
"""At which rate the principal of an item bears penalty interest once overdue, and by how many days a year is divided (360 or 365)."""
RUN = ("minor_days", "counted_until", "charged_minor")
"""What has run on an item: principal times days so far (wide), up to which day, and how much of it is already part of its penalty."""


def not_run_yet(items: ir.Table) -> ir.Table:
    """The items with the columns of RUN, before anything has run."""
    return items.mutate(
        minor_days=ibis.literal(0).cast(WIDE), counted_until=items.due_on, charged_minor=ibis.literal(0, type="int64")
    )


def run_until(rows: ir.Table, day: ir.DateValue) -> ir.Table:
    """The rows with their penalty as of a day: RUN is brought forward, and what ran is added to `penalty_minor`.

    Args:
        rows: items with PARTS, RATE and RUN.
        day: a day for each row, or one for all; a row counted beyond it already stays as it is.
    """
    days = ibis.greatest(day.delta(rows.counted_until, unit="day"), ibis.literal(0, type="int64"))
    counted = rows.mutate(
        minor_days=(rows.minor_days + rows.principal_minor.cast(WIDE) * days.cast(WIDE)).cast(WIDE), counted_until=ibis.greatest(rows.counted_until, day)
    )
    charged = half_even(
        (counted.minor_days * counted.rate_millionths.cast(WIDE)).cast(WIDE), (counted.days_in_year.cast(WIDE) * ibis.literal(MILLIONTHS).cast(WIDE)).cast(WIDE)
    )
    grown = counted.mutate(charged_now=charged)
    return grown.mutate(penalty_minor=grown.penalty_minor + grown.charged_now - grown.charged_minor, charged_minor=grown.charged_now).drop("charged_now")


STATE = (*PARTS, *RATE, *RUN)
"""All that changes about an item, and its rate."""
