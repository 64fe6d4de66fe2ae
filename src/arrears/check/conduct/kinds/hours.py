"""Hours: is it a time of day at which the person may be disturbed, wherever the person may be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.local_time import DAY, at_clock, local, local_day
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
        if all(self._inside(case.local(zone), opens, closes) for zone in case.zones):
            return KEPT
        return Judged(breach=True, ends_at=self._first_inside(case, opens, closes))

    def _inside_everywhere(self, at: datetime, zones: tuple[str, ...], opens: time, closes: time) -> bool:
        return all(self._inside(local(at, zone), opens, closes) for zone in zones)

    def _inside(self, there: datetime, opens: time, closes: time) -> bool:
        clock = there.time()
        after_opening = opens <= clock if self.opening_included else opens < clock
        return there.weekday() not in self.closed_weekdays and after_opening and clock < closes

    def _first_inside(self, case: Case, opens: time, closes: time) -> datetime | None:
        """The hours can begin only where they open in one of the zones."""
        first_second = timedelta(0) if self.opening_included else timedelta(seconds=1)
        openings = sorted(
            at_clock(local_day(case.at, zone) + ahead * DAY, opens, zone) + first_second for zone in case.zones for ahead in range(LOOK_AHEAD_DAYS)
        )
        return next((moment for moment in openings if moment > case.at and self._inside_everywhere(moment, case.zones, opens, closes)), None)
