"""Cooling-off: did we speak so recently that the person is to be left alone?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.kinds.cap import UNKNOWN
from arrears.check.conduct.local_time import DAY
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, stands_perhaps


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """None within so many calendar days after something happened, its own day being the first; each debt by itself."""

    after: Standing

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach while it stands for any of the debts."""
        days = case.figures.read(self.after.lasts).whole
        known_from = case.facts.history_from + (days - 1) * DAY
        if any(today < known_from for _, today in case.days()):
            return Judged(breach=True, missing=UNKNOWN)
        standing = stands_perhaps(self.after, case)
        if not standing:
            return KEPT
        ends = [end for _, end in standing]
        return Judged(breach=True, ends_at=None if None in ends else max(end for end in ends if end), used=tuple(event for event, _ in standing))
