"""How many days of a delay do not count because counting was paused?

A pause (a moratorium, an agreed rest, a technical failure of the lender) stops the *tag* from growing; the amount and the due date stay.
Only the days on which the account was in fact overdue are taken off: the overlap of the pause with the time since the oldest overdue
due date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import ibis
import ibis.expr.types as ir

PAUSE_SCHEMA = ibis.schema({"account_id": "int64", "from_on": "date", "until_on": "date"})
"""`from_on` is the first paused day; `until_on` the first day that counts again, empty while nobody has ended the pause. Pauses of one
account do not overlap each other: who ends one early (a resume) says so in its `until_on`."""


def paused_days(since: ir.DateValue, from_on: ir.DateValue, until_on: ir.DateValue, on: date) -> ir.IntegerValue:
    """Days of [since, on) that lie in [from_on, until_on)."""
    day = ibis.literal(on)
    start = ibis.greatest(from_on, since)
    end = ibis.least(ibis.coalesce(until_on, day), day)
    return ibis.greatest(end.delta(start, unit="day"), ibis.literal(0, type="int64")).cast("int32")


def paused_since(since: ir.Table, pauses: ir.Table, on: date, key: tuple[str, ...] = ("account_id",)) -> ir.Table:
    """Per row of `since`: how many days since its `since_on` were paused.

    Args:
        since: `key` columns and `since_on`.
        pauses: rows of PAUSE_SCHEMA.

    Returns:
        The key columns and `paused_days`; rows without a pause are missing.
    """
    met = since.inner_join(pauses, "account_id").select(
        *(since[name] for name in key), days=paused_days(since.since_on, pauses.from_on, pauses.until_on, on)
    )
    return met.group_by(*key).agg(paused_days=met.days.sum().cast("int32"))


def effective_pauses(pauses: Iterable[tuple[date, date]], resumes: Iterable[date]) -> list[tuple[date, date]]:
    """Which stretches were in fact paused, when a resume ended some early?

    Args:
        pauses: (first paused day, first day that counts again).
        resumes: days on which counting went on; one that lies in a pause cuts its end.

    Returns:
        The pauses in order, each cut at the first resume inside it; one cut at its own start pauses nothing.

    >>> effective_pauses([(date(2023, 10, 15), date(2023, 10, 30))], [date(2023, 10, 25)])
    [(datetime.date(2023, 10, 15), datetime.date(2023, 10, 25))]
    """
    days = sorted(resumes)
    return [(start, next((day for day in days if start <= day < end), end)) for start, end in sorted(pauses)]
