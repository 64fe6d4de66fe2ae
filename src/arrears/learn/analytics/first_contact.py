"""How long does it take until somebody has spoken with a person after the case was opened, and where is it late?

First contact is the first moment after the opening at which we spoke with the person, identity made sure of. Days are calendar days from the day
of opening, which is day 0; a case is late when more than the limit have passed, spoken or not. A case that was closed before anybody spoke and before
the limit is in no figure: there was nothing left to speak of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from arrears.learn.analytics.ratio import Ratio, ratio


@dataclass(frozen=True, slots=True)
class Waited:
    """A case: opened on, first spoken with on, closed on; None where it has not happened."""

    case_id: int
    opened_on: date
    spoken_on: date | None
    closed_on: date | None = None

    def days(self, today: date) -> int:
        """For how many days was, or is, it waited?"""
        return ((self.spoken_on or self.closed_on or today) - self.opened_on).days


@dataclass(frozen=True, slots=True)
class FirstContactTimes:
    """Of a book on a day.

    Attributes:
        cases: cases in the figures; `reached` of them were spoken with, `in_time` within the limit.
        late: open cases nobody has spoken with and whose limit is over, the longest wait first.
        median_days: of those that were reached; None where nobody was.
        share_in_time: in_time / (cases whose limit is over or that were reached).
    """

    limit_days: int
    cases: int
    reached: int
    in_time: int
    late: tuple[Waited, ...]
    median_days: int | None
    share_in_time: Ratio


def first_contact_times(cases: Collection[Waited], limit_days: int, today: date) -> FirstContactTimes:
    """The figures.

    >>> day = date(2026, 3, 2)
    >>> of = [Waited(1, day, date(2026, 3, 3)), Waited(2, day, date(2026, 3, 9)), Waited(3, day, None), Waited(4, date(2026, 3, 9), None)]
    >>> found = first_contact_times(of, 3, date(2026, 3, 10))
    >>> found.reached, found.in_time, [one.case_id for one in found.late], found.median_days, found.share_in_time
    (2, 1, [3], 1, Fraction(1, 3))
    """
    counted = [one for one in cases if one.spoken_on is not None or one.closed_on is None or one.days(today) > limit_days]
    reached = sorted(one.days(today) for one in counted if one.spoken_on is not None)
    in_time = sum(days <= limit_days for days in reached)
    due = sum(one.spoken_on is not None or one.days(today) > limit_days for one in counted)
    late = sorted((one for one in counted if one.spoken_on is None and one.closed_on is None and one.days(today) > limit_days), key=lambda one: (one.opened_on, one.case_id))
    return FirstContactTimes(limit_days, len(counted), len(reached), in_time, tuple(late), reached[(len(reached) - 1) // 2] if reached else None, ratio(in_time, due))
