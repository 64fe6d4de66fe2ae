"""Block: does something stand in the way until it ends (a cease request, an adviser, a moratorium, an opt-out, a hold)?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from arrears.check.conduct.case import SILENT, Case, Judged
from arrears.check.conduct.local_time import DAY, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened


@dataclass(frozen=True, slots=True)
class Block:
    """Nothing of what the rule binds, while one of these stands.

    Attributes:
        by: what blocks.
        over_period: the act is about a period (interest charged for it); it is blocked where any day of that period was, also afterwards.
    """

    by: tuple[Standing, ...]
    over_period: bool = False

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of(self.by)

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach while any stands; over when the last one ends by time alone."""
        standing = [pair for one in self.by for pair in stands_perhaps(one, case)]
        if standing:
            ends = [end for _, end in standing]
            ends_at = None if None in ends or self.over_period else max(end for end in ends if end)
            return Judged(breach=True, ends_at=ends_at, used=tuple(event for event, _ in standing))
        return self._judge_period(case)

    def _judge_period(self, case: Case) -> Judged:
        """Was any day of the period blocked? What ended later blocks the days before its end all the same."""
        if not self.over_period or case.proposed.period is None:
            return SILENT
        first, last = case.proposed.period
        for zone, today in case.days():
            for ahead in range((min(last, today) - first).days + 1):
                end_of_day = min(case.at, start_of(first + (ahead + 1) * DAY, zone) - timedelta(microseconds=1))
                found = [pair for one in self.by for pair in stands_perhaps(one, case.seen_as(case.proposed, end_of_day))]
                if found:
                    return Judged(breach=True, used=tuple(event for event, _ in found))
        return SILENT
