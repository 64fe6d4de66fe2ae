"""Which class do days alone give? Stated once, told for one debt and for a whole column.

The days counted here are the law's: from the due date of the oldest unpaid item. A lender's own count (grace, pauses, the due date as
day one) must not be put in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_between
from arrears.core.parameters import Reading

Class = TypeVar("Class", bound=StrEnum)
_SHORTEST_SPANS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
"""Fewest days that so many months in a row can have (February 28; 28 and 31; …)."""
_YEAR = 365
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Band(Generic[Class]):
    """From a number of days on, a class; the figure of law behind it."""

    from_days: int
    reached: Class
    reading: Reading


@dataclass(frozen=True, slots=True)
class Bands(Generic[Class]):
    """Ascending bands over days, and the class below the first of them."""

    otherwise: Class
    steps: tuple[Band[Class], ...]

    def __post_init__(self) -> None:
        days = [band.from_days for band in self.steps]
        assert days == sorted(set(days)), "bands of days ascend"

    def of(self, days: int | None) -> Class | None:
        """The class of one debt; unknown where its days are."""
        if days is None:
            return None
        return next((band.reached for band in reversed(self.steps) if days >= band.from_days), self.otherwise)

    def column(self, days: ir.IntegerColumn) -> ir.StringColumn:
        """The class of every debt; null where its days are unknown."""
        told = [(days >= band.from_days, band.reached.value) for band in reversed(self.steps)]
        return ibis.cases((days.isnull(), ibis.null("string")), *told, else_=self.otherwise.value)


def after(reading: Reading, reached: Class) -> Band[Class]:
    """The band that starts on the day after the limit ("more than 90 days" starts with day 91)."""
    return Band(reading.whole + 1, reached, reading)


def from_(reading: Reading, reached: Class) -> Band[Class]:
    """The band that starts on the limit itself ("90 days or more")."""
    return Band(reading.whole, reached, reading)


def bands(otherwise: Class, steps: Sequence[Band[Class]]) -> Bands[Class]:
    """Bands from their steps, in whatever order these come."""
    return Bands(otherwise, tuple(sorted(steps, key=lambda band: band.from_days)))


def days_since_due(oldest_due_on: date | None, on: date) -> int:
    """How many days have passed since the due date of the oldest unpaid item? None unpaid: 0.

    >>> days_since_due(date(2026, 1, 1), date(2026, 4, 2)), days_since_due(None, date(2026, 4, 2))
    (91, 0)
    """
    return 0 if oldest_due_on is None else max(0, (on - oldest_due_on).days)


def fewest_days(months_past_due: int) -> int:
    """How many days late is a debt at least, of which only the months are known?

    The oldest of n missed monthly payments lies at least n - 1 whole months and a day back.

    >>> [fewest_days(months) for months in (0, 1, 2, 4, 13)]
    [0, 1, 29, 90, 366]
    """
    if months_past_due <= 0:
        return 0
    years, months = divmod(months_past_due - 1, _MONTHS)
    return years * _YEAR + _SHORTEST_SPANS[months] + 1


def days_since_due_column(
    oldest_due_on: ir.DateColumn, months_past_due: ir.IntegerColumn, on: date
) -> ir.IntegerColumn:
    """Days since the oldest due date, for every account; the fewest that its months allow where only these are known."""
    elapsed = (months_past_due - 1).cast("int64")
    spans = ibis.cases(*((elapsed % _MONTHS == place, span) for place, span in enumerate(_SHORTEST_SPANS)), else_=0)
    by_months = ibis.ifelse(months_past_due > 0, (elapsed - elapsed % _MONTHS) // _MONTHS * _YEAR + spans + 1, 0)
    by_days = ibis.greatest(days_between(oldest_due_on, on).fill_null(0), 0)
    return ibis.ifelse(months_past_due.isnull(), by_days, by_months).cast("int32")
