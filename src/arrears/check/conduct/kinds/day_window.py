"""Day window: may it be done only from one day of a period to another?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, SILENT, Case, Judged
from arrears.check.conduct.local_time import DAY, local_day, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Only from day `from_day` to day `to_day` (names of figures) of what stands, its own day being day 1."""

    of: Standing
    from_day: str
    to_day: str

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of([self.of])

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach outside; ends by time alone only before it opens."""
        begun = [event for event, _ in stands_perhaps(self.of, case)]
        if not begun:
            return SILENT
        opens, closes = case.figures.read(self.from_day).whole, case.figures.read(self.to_day).whole
        numbers = [((today - local_day(begun[-1].at, zone)).days + 1, zone, today) for zone, today in case.days()]
        if all(opens <= number <= closes for number, _, _ in numbers):
            return KEPT
        early = all(number < opens for number, _, _ in numbers)
        ends_at = max(start_of(today + (opens - number) * DAY, zone) for number, zone, today in numbers) if early else None
        return Judged(breach=True, ends_at=ends_at, used=(begun[-1],))
