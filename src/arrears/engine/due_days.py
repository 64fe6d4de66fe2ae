"""Which days of a book's due dates move, by which calendar, and how far is that calendar known?

The calendars are those of the library `holidays` (make-up working days included); what a lender states otherwise comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import holidays
import pyarrow as pa

from arrears.assess.delinquency.conventions import ConventionsNotValid
from arrears.assess.delinquency.groups import DATED, MOVED_DUE_DAYS, MOVED_SCHEMA
from arrears.assess.delinquency.money_stated import read_money
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance
from arrears.core.calendars import NonWorkingDays, days_that_move
from arrears.core.problems import Refused
from arrears.intake.book.layout import latest_by_key_sql
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import STANDARD_ORDER

MARGIN = timedelta(days=40)
"""No run of non-working days is longer; so far beyond its ends is a span of due dates looked at."""
YEARS = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class CalendarReach:
    """How far one calendar is known, and how far the book's due dates go."""

    calendar: str
    known_until: int
    needed_until: int

    @property
    def is_enough(self) -> bool:
        """Is every due date in a known year?"""
        return self.needed_until <= self.known_until


def calendar_of(name: str) -> holidays.HolidayBase:
    """The calendar of a country or of its part.

    Raises:
        ConventionsNotValid: the library knows no such calendar.
    """
    country, _, part = name.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as unknown:
        raise ConventionsNotValid(
            f"non_working_days: there is no calendar “{name}”.", "Due dates could not be moved as the contract says.",
            "Write the ISO code of a country such as CN, US or IN, or of its part such as DE-BY.",
        ) from unknown


@cache
def known_until(name: str) -> int:
    """Last year for which a calendar is whole. A country that decrees working days in exchange for free ones (调休) does so a year at a
    time: its calendar is known up to the last year with such a day. Others follow a lasting rule.

    >>> known_until("US") >= 2090, known_until("CN") < 2090
    (True, True)
    """
    calendar = calendar_of(name)
    _ = [calendar.get(date(year, 1, 1)) for year in YEARS]
    made_up = [day.year for day in getattr(calendar, "weekend_workdays", ())]
    return max(made_up, default=min(int(calendar.end_year), YEARS[-1]))


def non_working(rule: NonWorkingDays, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last` that are not worked on, by the calendar and by what the lender states otherwise.

    >>> from arrears.core.calendars import Shift
    >>> near = non_working(NonWorkingDays("CN", Shift.FOLLOWING), date(2026, 2, 13), date(2026, 2, 28))
    >>> date(2026, 2, 14) in near, date(2026, 2, 15) in near, date(2026, 2, 23) in near, date(2026, 2, 24) in near, date(2026, 2, 28) in near
    (False, True, True, False, False)
    """
    calendar, stated = calendar_of(rule.calendar), dict(rule.days)
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return frozenset(day for day in days if not stated.get(day, calendar.is_working_day(day)))


def moved_due_days(rules: Sequence[NonWorkingDays], first: date, last: date) -> pa.Table:
    """Rows of MOVED_SCHEMA for all days from `first` to `last`."""
    rows = [
        {"rule": rule.name, "due_on": day, "moved_to": to}
        for rule in rules for day, to in days_that_move(first, last, non_working(rule, first - MARGIN, last + MARGIN), rule.shift)
    ]
    return pa.Table.from_pylist(rows, schema=MOVED_SCHEMA.to_pyarrow())


def span_of_due_dates(connection: duckdb.DuckDBPyConnection, book: Path) -> tuple[date, date] | None:
    """The first and the last due date of a book; None where it has none."""
    each = " UNION ALL ".join(f"SELECT min(due_on) AS low, max(due_on) AS high FROM ({latest_by_key_sql(book, name)})" for name in DATED)
    ((low, high),) = connection.execute(f"SELECT min(low), max(high) FROM ({each})").fetchall()
    return None if low is None else (low, high)


def show_moved_due_days(connection: duckdb.DuckDBPyConnection, book: Path, settings: DelinquencySettings) -> list[CalendarReach]:
    """Make the days that move readable as `moved_due_days`; say how far each calendar reaches. Nothing where no rule is stated."""
    rules = settings.rules_of_days
    if not rules:
        return []
    first, last = span_of_due_dates(connection, book) or (date(2000, 1, 1), date(2000, 1, 1))
    connection.register("moved_due_days_found", moved_due_days(rules, first, last))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {MOVED_DUE_DAYS} AS SELECT * FROM moved_due_days_found")
    return [CalendarReach(rule.calendar, rule.known_until or known_until(rule.calendar), last.year) for rule in rules]


def told(settings: DelinquencySettings, reach: Sequence[CalendarReach]) -> dict[str, Any]:
    """By which conventions a run counted, as run.json says it."""
    return {
        **_one_told(settings),
        "products": {name: _one_told(one) for name, one in settings.products},
        "calendars": [
            {"calendar": one.calendar, "known_until": one.known_until, "needed_until": one.needed_until, "is_enough": one.is_enough}
            for one in dict.fromkeys(reach)
        ],
    }


def read_told(stated: Mapping[str, Any]) -> DelinquencySettings:
    """By which conventions did a run count? What `told` says, read again; buckets are not in it. A run of an early version told less,
    and counted by the defaults where it is silent.

    >>> read_told({}) == DelinquencySettings()
    True
    >>> read_told({"tag_grace_days": 3, "products": {"card": {"payment_counts": "next_day"}}, "payment_counts": "next_day"}).products[0][0]
    'card'
    """
    products = tuple((name, _read_one(one)) for name, one in sorted(stated.get("products", {}).items()))
    return replace(_read_one(stated), products=products)


def _read_one(stated: Mapping[str, Any]) -> DelinquencySettings:
    tolerance, moved = stated.get("tolerance", {}), stated.get("non_working_days")
    money = {name: value for name, value in stated.get("ledger", {}).items() if value is not None}
    return DelinquencySettings(
        DayOnDueDate(stated.get("day_on_due_date", DayOnDueDate.ZERO)), PaymentDay[stated.get("payment_counts", "own_day").upper()],
        stated.get("tag_grace_days", 0), PaymentTolerance(**tolerance), non_working_days=NonWorkingDays.named(moved) if moved else None,
        component_order=tuple(Component(name) for name in stated["component_order"]) if "component_order" in stated else STANDARD_ORDER,
        money=read_money(money, lambda what, remedy: Refused(f"run.json: {what}", "", remedy)),
    )


def _one_told(settings: DelinquencySettings) -> dict[str, Any]:
    return {
        "day_on_due_date": int(settings.day_on_due_date), "payment_counts": settings.payment_day.name.lower(), "tag_grace_days": settings.tag_grace_days,
        "tolerance": {"days": settings.tolerance.days, "short_minor": settings.tolerance.short_minor},
        "component_order": [one.value for one in settings.component_order],
        "ledger": settings.money.told(),
        "non_working_days": settings.non_working_days.name if settings.non_working_days else None,
    }
