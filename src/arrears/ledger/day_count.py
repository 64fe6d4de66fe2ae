"""Which part of a year is this period?

A convention says how long a month and a year are. `30/360` counts every month as 30 days; the others count the days of the calendar.
Where a year is as long as it is (actual/actual), two rules for leap years are in use, and a period across New Year may be split.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from arrears.ledger.due_dates import Unit
from arrears.ledger.rounding import FORMULA


class LeapRule(Enum):
    """When has an actual year 366 days?"""

    CALENDAR_YEAR = "calendar_year"
    ONLY_WITH_29_FEB = "366_only_in_the_period_holding_29_feb"


class YearBoundary(Enum):
    """On which day is a period across New Year split?"""

    DECEMBER_31 = "31_dec"
    JANUARY_1 = "1_jan"


@dataclass(frozen=True, slots=True)
class DayCount:
    """A convention: lengths of month and year; None stands for the calendar's own.

    Args:
        days_in_month: 30 or None.
        days_in_year: 360, 364, 365 or None.
        leap_rule: counts only where `days_in_year` is None.
        year_boundary: where to split a period across New Year; None: not at all. Counts only where both lengths are the calendar's.
    """

    days_in_month: int | None = None
    days_in_year: int | None = 365
    leap_rule: LeapRule = LeapRule.CALENDAR_YEAR
    year_boundary: YearBoundary | None = None


THIRTY_360 = DayCount(30, 360)
ACTUAL_360 = DayCount(None, 360)
ACTUAL_365 = DayCount(None, 365)
ACTUAL_ACTUAL = DayCount(None, None)


def days_30_360(start: date, end: date) -> int:
    """How many days lie between two days where every month has 30? (The 31st counts as the 30th.)

    >>> days_30_360(date(2025, 1, 31), date(2025, 3, 1)), days_30_360(date(2025, 1, 15), date(2026, 1, 15))
    (31, 360)
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def ordinary_days(every: int, unit: Unit) -> int:
    """How many days has an ordinary period, a month counting 30?

    >>> ordinary_days(1, Unit.MONTHS), ordinary_days(2, Unit.WEEKS), ordinary_days(15, Unit.DAYS)
    (30, 14, 15)
    """
    return every * {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30}[unit]


def _holds_29_february(start: date, end: date) -> bool:
    return any(calendar.isleap(year) and start < date(year, 2, 29) <= end for year in range(start.year, end.year + 1))


def _year_length(start: date, end: date, year: int, convention: DayCount) -> int:
    """By how many days is this period divided, a period that belongs to `year`?"""
    if convention.days_in_year is not None:
        return convention.days_in_year
    leap = calendar.isleap(year) if convention.leap_rule is LeapRule.CALENDAR_YEAR else _holds_29_february(start, end)
    return 366 if leap else 365


def _pieces(start: date, end: date, convention: DayCount) -> Iterator[tuple[date, date, int]]:
    """The period, split at each New Year if the convention splits: from, to, the year it belongs to."""
    if convention.year_boundary is None or convention.days_in_year is not None or convention.days_in_month is not None:
        yield start, end, start.year
        return
    for year in range(start.year, end.year + 1):
        last = date(year, 12, 31) if convention.year_boundary is YearBoundary.DECEMBER_31 else date(year, 12, 31) + timedelta(1)
        first = start if year == start.year else date(year - 1, 12, 31) + timedelta(convention.year_boundary is YearBoundary.JANUARY_1)
        if first < min(last, end):
            yield first, min(last, end), year


def _parts(start: date, end: date, convention: DayCount, days: int | None) -> list[tuple[int, int]]:
    """Days over year length, piece by piece. `days` stands for the count where the period is an ordinary one."""
    found = []
    for first, last, year in _pieces(start, end, convention):
        counted = (last - first).days if convention.days_in_month is None else days if days is not None else days_30_360(first, last)
        found.append((counted, _year_length(first, last, year, convention)))
    return found


def year_fraction(start: date, end: date, convention: DayCount) -> Fraction:
    """Which part of a year lies between two days, exactly?

    >>> year_fraction(date(2025, 1, 31), date(2025, 2, 28), THIRTY_360), year_fraction(date(2024, 1, 1), date(2024, 2, 1), ACTUAL_ACTUAL)
    (Fraction(7, 90), Fraction(31, 366))
    >>> split = DayCount(None, None, LeapRule.CALENDAR_YEAR, YearBoundary.DECEMBER_31)
    >>> year_fraction(date(2023, 12, 12), date(2024, 1, 12), split) == Fraction(19, 365) + Fraction(12, 366)
    True
    >>> only = DayCount(None, None, LeapRule.ONLY_WITH_29_FEB)
    >>> year_fraction(date(2024, 1, 1), date(2024, 2, 1), only), year_fraction(date(2024, 2, 12), date(2024, 3, 12), only)
    (Fraction(31, 365), Fraction(29, 366))
    """
    return sum((Fraction(days, length) for days, length in _parts(start, end, convention, None)), Fraction(0))


def period_rate(rate_annual: Decimal, start: date, end: date, convention: DayCount, ordinary: int | None = None) -> Decimal:
    """What is the rate of this one period, to the precision of formulas?

    Args:
        rate_annual: nominal, as a share of one (0.12 is 12 %).
        ordinary: the days of an ordinary period, taken instead of the calendar's where a month has 30 days.

    >>> period_rate(Decimal("0.12"), date(2025, 1, 1), date(2025, 2, 1), THIRTY_360, 30), period_rate(Decimal("0.365"), date(2025, 1, 1), date(2025, 2, 1), ACTUAL_365)
    (Decimal('0.01'), Decimal('0.031'))
    """
    total = Decimal(0)
    for days, length in _parts(start, end, convention, ordinary):
        total = FORMULA.add(total, FORMULA.divide(FORMULA.multiply(rate_annual, Decimal(days)), Decimal(length)))
    return total
