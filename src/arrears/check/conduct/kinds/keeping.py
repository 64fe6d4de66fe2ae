"""Keeping: must a record still be kept?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, Case, Judged, add_period
from arrears.check.conduct.local_time import DAY, local_day, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, stands_perhaps
from arrears.core.reasons import Sentence

SINCE_WHEN = Sentence("since when this record must be kept", "该记录自何时起须保存")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Not to be deleted before so long after the latest of these.

    Attributes:
        after: what the time runs from.
        at_least: name of the figure; empty where it need only have happened (a debt that was cleared).
        last_day_kept: the record is kept through the day so reached, and may go on the next.
    """

    after: Standing
    at_least: str = ""
    last_day_kept: bool = True

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach before the first day on which it may go."""
        found = [event for event, _ in stands_perhaps(self.after, case)]
        if not found:
            return Judged(breach=True, missing=SINCE_WHEN if self.at_least else None)
        if not self.at_least:
            return Judged(breach=False, used=(found[-1],))
        length = case.figures.read(self.at_least)
        free = max((start_of(add_period(local_day(found[-1].at, zone), length) + self.last_day_kept * DAY, zone), zone) for zone in case.zones)
        if case.at >= free[0]:
            return KEPT
        return Judged(breach=True, ends_at=free[0], used=(found[-1],), turning_day=local_day(free[0], free[1]))
