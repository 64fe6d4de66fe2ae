"""Notice first: must something have happened before, and long enough ago?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.local_time import start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, stands_for_certain


@dataclass(frozen=True, slots=True)
class NoticeFirst:
    """Not before one of these stands: a notice, so many days after it, and nothing that undid it."""

    one_of: tuple[Standing, ...]

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach until one stands; ends by time alone where the notice was given and its days still run."""
        if any(stands_for_certain(one, case) for one in self.one_of):
            return KEPT
        opens = [(day, zone) for one in self.one_of for zone in case.zones if (day := one.opens_on(case, zone)) is not None]
        if not opens:
            return Judged(breach=True)
        soonest = min(day for day, _ in opens)
        return Judged(breach=True, ends_at=max(start_of(day, zone) for day, zone in opens if day == soonest), turning_day=soonest)
