"""Stated date: is the day that the person is told early enough to be true?"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from arrears.check.conduct.case import SILENT, Case, Judged
from arrears.check.conduct.local_time import DAY, local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened
from arrears.core.reasons import Sentence

WEEKEND = (5, 6)
WHICH_DAY = Sentence("which day is to be stated", "拟告知的日期")


def after_working_days(day: date, count: int, holidays: AbstractSet[date]) -> date:
    """The day that lies so many working days later.

    >>> str(after_working_days(date(2026, 9, 4), 5, {date(2026, 9, 7)}))
    '2026-09-14'
    """
    while count:
        day += DAY
        count -= day.weekday() not in WEEKEND and day not in holidays
    return day


@dataclass(frozen=True, slots=True)
class StatedDate:
    """Not before the period has run: so many working days for a notice to arrive, then so many days.

    Attributes:
        after: the notice; of several the latest counts.
        arrives_within: name of the figure: working days after sending on which arrival may be assumed.
        runs: name of the figure: calendar days from then on.
    """

    after: Standing
    arrives_within: str
    runs: str

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of([self.after])

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where the day stated lies before the first that may be stated."""
        sent = [event for event, _ in stands_perhaps(self.after, case)]
        if not sent:
            return SILENT
        days = case.figures.read(self.arrives_within).whole
        earliest = max(
            after_working_days(local_day(sent[-1].at, zone), days, case.facts.holidays) + timedelta(days=case.figures.read(self.runs).whole) for zone in case.zones
        )
        stated = case.proposed.stated_on
        if stated is None:
            return Judged(breach=True, used=(sent[-1],), turning_day=earliest, missing=WHICH_DAY)
        return Judged(breach=stated < earliest, used=(sent[-1],), turning_day=earliest)
