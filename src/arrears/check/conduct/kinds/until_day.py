"""Until a day: does the law allow this only up to a day that it names?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import Case, Judged
from arrears.check.conduct.rule import RuleException


@dataclass(frozen=True, slots=True)
class UntilDay:
    """Not after the day that the figure names; that day itself is still free.

    Attributes:
        last_day: name of the figure.
    """

    last_day: str

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach from the day after on, in the first zone in which it has come; no time mends it."""
        last = case.figures.read(self.last_day).day
        return Judged(breach=any(today > last for _, today in case.days()), turning_day=last)
