"""Hours: is it a time of day at which the person may be disturbed, wherever the person may be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.local_time import DAY, at_clock, local
from arrears.check.conduct.rule import RuleException
from arrears.core.problems import BadData

LOOK_AHEAD_DAYS = 8


@dataclass(frozen=True, slots=True)
class Hours:
    """Contact only between two times of day, on these weekdays.

    Attributes:
        opens, closes: names of the figures. The hour that closes is never inside.
        opening_included: whether the very moment of opening is inside.
        closed_weekdays: days without any hour; Monday is 0.
    """

    opens: str
    closes: str
    opening_included: bool = True
    closed_weekdays: frozenset[int] = frozenset()

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where it is outside the hours in any zone; ends when it is inside in all of them."""
        opens, closes = case.figures.read(self.opens).clock, case.figures.read(self.closes).clock
        if opens >= closes:
            raise BadData(f"The hours open at {opens} and close at {closes}.", "No moment lies between.", "Correct the figures.")
        if all(self.inside(case.local(zone), opens, closes) for zone in case.zones):
            return KEPT
        begins = _moments_inside(self, opens, closes, tuple(case.days()))
        return Judged(breach=True, ends_at=next((moment for moment in begins if moment > case.at), None))

    def inside(self, there: datetime, opens: time, closes: time) -> bool:
        """Does this moment of a local clock lie inside?"""
        clock = there.time()
        after_opening = opens <= clock if self.opening_included else opens < clock
        return there.weekday() not in self.closed_weekdays and after_opening and clock < closes


@lru_cache(maxsize=8192)
def _moments_inside(hours: Hours, opens: time, closes: time, days: tuple[tuple[str, date], ...]) -> tuple[datetime, ...]:
    """When do the hours begin in all zones at once, in the days from these on? They can begin only where they open in one of the zones.

    Remembered, because on one day many are asked about who live in the same zones.
    """
    first_second = timedelta(0) if hours.opening_included else timedelta(seconds=1)
    openings = sorted(at_clock(today + ahead * DAY, opens, zone) + first_second for zone, today in days for ahead in range(LOOK_AHEAD_DAYS))
    return tuple(moment for moment in openings if all(hours.inside(local(moment, zone), opens, closes) for zone, _ in days))
