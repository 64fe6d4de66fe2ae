"""Where does a due date go that falls on a day on which nobody works?

Pure: which days are not worked on is handed in. Whoever knows a calendar (`engine/due_days.py`) makes the set of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Shift(StrEnum):
    """To which working day does a due date on a non-working day go? Names as in the business-day conventions of ISDA."""

    NONE = "none"
    FOLLOWING = "following"
    """The next working day (the rule of the Civil Code of China, art. 203, and of § 193 BGB)."""
    MODIFIED_FOLLOWING = "modified_following"
    """The next working day, but the last one before where the next lies in another month."""
    PRECEDING = "preceding"
    """The last working day before."""


@dataclass(frozen=True, slots=True)
class NonWorkingDays:
    """By which calendar, and to where, do due dates move?

    Attributes:
        calendar: ISO 3166 code of the country, with its part after a hyphen where one is meant (CN, US, DE-BY).
        shift: where a due date on a non-working day goes.
        days: days that the lender states otherwise than the calendar; True is a working day.
        known_until: year up to which the lender says that calendar and `days` together are whole; None leaves it to the calendar.
    """

    calendar: str
    shift: Shift
    days: tuple[tuple[date, bool], ...] = ()
    known_until: int | None = None

    @property
    def name(self) -> str:
        """One name for one way of moving days.

        >>> NonWorkingDays("CN", Shift.FOLLOWING, ((date(2027, 2, 14), True),)).name
        'CN following +2027-02-14'
        """
        return " ".join((self.calendar, self.shift, *(f"{'+' if works else '-'}{day}" for day, works in self.days)))

    @classmethod
    def named(cls, name: str) -> NonWorkingDays:
        """The way of moving days that has this name; up to which year its calendar is whole is not part of it.

        >>> NonWorkingDays.named("CN following +2027-02-14").name
        'CN following +2027-02-14'
        """
        calendar, shift, *days = name.split(" ")
        return cls(calendar, Shift(shift), tuple((date.fromisoformat(day[1:]), day[0] == "+") for day in days))


def moved_day(day: date, non_working: AbstractSet[date], shift: Shift) -> date:
    """The day on which something is due that the contract lets fall due on `day`.

    Args:
        non_working: days that are not worked on; holds every one near `day`.

    >>> weekend = {date(2026, 1, 31), date(2026, 2, 1)}
    >>> [str(moved_day(date(2026, 1, 31), weekend, shift)) for shift in (Shift.NONE, Shift.FOLLOWING, Shift.MODIFIED_FOLLOWING, Shift.PRECEDING)]
    ['2026-01-31', '2026-02-02', '2026-01-30', '2026-01-30']
    """
    if shift is Shift.NONE or day not in non_working:
        return day
    later = _next_working(day, non_working, DAY)
    if shift is Shift.FOLLOWING or (shift is Shift.MODIFIED_FOLLOWING and later.month == day.month):
        return later
    return _next_working(day, non_working, -DAY)


def _next_working(day: date, non_working: AbstractSet[date], step: timedelta) -> date:
    while day in non_working:
        day += step
    return day


def days_that_move(first: date, last: date, non_working: AbstractSet[date], shift: Shift) -> Iterable[tuple[date, date]]:
    """Each day from `first` to `last` that moves, and where to, oldest first.

    >>> [(str(day), str(to)) for day, to in days_that_move(date(2026, 1, 30), date(2026, 2, 2), {date(2026, 2, 1)}, Shift.FOLLOWING)]
    [('2026-02-01', '2026-02-02')]
    """
    for place in range((last - first).days + 1):
        day = first + place * DAY
        to = moved_day(day, non_working, shift)
        if to != day:
            yield day, to
