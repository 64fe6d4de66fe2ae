"""Deadline: has the day passed by which something had to be done?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.check.conduct.case import SILENT, Case, Judged, add_period
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.local_time import local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened
from arrears.core.parameters import Reading


def last_day(begun_on: date, length: Reading, times: int = 1) -> date:
    """The last day of a period that begins the day after something happened.

    >>> from arrears.core.parameters import Confidence, DatedValue, Unit
    >>> stated = DatedValue(date(2020, 1, 1), 15, "a source", "1", Confidence.CONFIRMED)
    >>> str(last_day(date(2026, 3, 2), Reading("answer", Unit.DAYS, "", stated)))
    '2026-03-17'
    """
    return add_period(begun_on, length, times)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Not after the last day, unless it was done in time.

    Attributes:
        after: what the period begins with; the day after it is the first.
        within: name of the figure.
        done: what must have happened in the meantime.
    """

    after: Standing
    within: str
    done: EventCondition | None = None

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of([self.after])

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where the last day has passed undone; no time mends it."""
        begun = [event for event, _ in stands_perhaps(self.after, case)]
        if not begun:
            return SILENT
        length = case.figures.read(self.within)
        lasts = []
        for event in begun:
            for zone in case.zones:
                last = last_day(local_day(event.at, zone), length)
                if local_day(case.at, zone) > last and not self._done(case, zone, last):
                    return Judged(breach=True, used=(event,), turning_day=last)
                lasts.append(last)
        return Judged(breach=False, turning_day=min(lasts))

    def _done(self, case: Case, zone: str, last: date) -> bool:
        done = self.done
        return done is not None and any(event.at <= case.at and done.fits(event) and local_day(event.at, zone) <= last for event in case.facts.of(done.kinds))
