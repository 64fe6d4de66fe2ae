"""Reporting age: is the delinquency too old to be reported?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import Case, Judged
from arrears.check.conduct.local_time import local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Scope, agrees
from arrears.check.conduct.words import Happened
from arrears.core.reasons import Sentence
from arrears.decide.escalation.clocks_us import reporting_clock

SINCE_WHEN = Sentence("when the delinquency began that was never cured", "未曾补足的逾期自何时开始")


@dataclass(frozen=True, slots=True)
class ReportingAge:
    """Not after the last day of reporting, which is counted from the first delinquency that was never cured; nothing starts it anew.

    Of several such days that are told for one debt the first counts: a later one would make the debt younger than it is.

    Attributes:
        starts_after: name of the figure: how many days after it the years begin.
        years: name of the figure.
    """

    starts_after: str
    years: str

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach from the day after the last, and where it is not known when the delinquency began."""
        starts_after, years = case.figures.read(self.starts_after), case.figures.read(self.years)
        lasts = []
        for zone, today in case.days():
            begun = [one for one in case.facts.of([Happened.DELINQUENCY_BEGAN], until=case.at) if agrees(one, case, frozenset({Scope.DEBT}), zone)]
            if not begun:
                return Judged(breach=True, missing=SINCE_WHEN)
            last = reporting_clock(local_day(begun[0].at, zone), starts_after, years)[1].counted
            if today > last:
                return Judged(breach=True, used=(begun[0],), turning_day=last)
            lasts.append(last)
        return Judged(breach=False, turning_day=min(lasts))
