"""Limitation: is the debt barred, or might it be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.check.conduct.case import KEPT, SILENT, Case, Judged, add_period, later
from arrears.check.conduct.facts import Event
from arrears.check.conduct.local_time import local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Scope, agrees
from arrears.check.conduct.words import Happened, Mark
from arrears.core.parameters import Unit
from arrears.core.reasons import Sentence
from arrears.decide.escalation.counting import begun_anew

SINCE_WHEN = Sentence("since when the limitation period runs, and for how long", "时效自何时起算、期间多长")
RESTARTS = (Happened.PART_PAYMENT, Happened.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Limitation:
    """Not on a debt whose period has run out.

    The period begins anew with a part payment or acknowledgement inside it; afterwards nothing revives it. The years stand with the
    debt (`Event.years`) or in the figure. Interruption by demand or suit, as some laws know it, is worked out where the law's periods are
    and told here as a new beginning.

    Attributes:
        years: name of the figure; empty where only the debt itself can say.
        marks: what must not be said of a barred debt; empty forbids what the rule binds altogether.
        longest: name of the figure: after so many years it is over, whatever began it anew; empty where the law knows no such end.
    """

    years: str = ""
    marks: frozenset[Mark] = frozenset()
    longest: str = ""

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach from the day after the last day on."""
        if self.marks and self.marks.isdisjoint(case.proposed.marks):
            return SILENT
        for zone, today in case.days():
            begun = self._events(case, (Happened.LIMITATION_STARTED,), zone)
            last = self._last_day(begun[-1], case, zone) if begun else None
            if last is None:
                return Judged(breach=True, missing=SINCE_WHEN)
            if today > last:
                return Judged(breach=True, used=(begun[-1],), turning_day=last)
        return KEPT

    def _events(self, case: Case, kinds: tuple[Happened, ...], zone: str) -> list[Event]:
        return [event for event in case.facts.of(kinds) if event.at <= case.at and agrees(event, case, frozenset({Scope.DEBT}), zone)]

    def _last_day(self, begun: Event, case: Case, zone: str) -> date | None:
        """The last day of the period, as the law's arithmetic counts it (`decide.escalation`)."""
        start = local_day(begun.at, zone)
        if begun.years is None and not self.years:
            return None
        restarts = [local_day(event.at, zone) for event in self._events(case, RESTARTS, zone) if event.at > begun.at]
        ends = [until for _, _, until in begun_anew(start, lambda day: self._after(day, begun, case), restarts)]
        last = ends[-1] if ends else self._after(start, begun, case)
        return min(last, add_period(start, case.figures.read(self.longest))) if self.longest else last

    def _after(self, day: date, begun: Event, case: Case) -> date:
        """The last day of a period that begins on this day: the years stand with the debt or in the figure."""
        return later(day, Unit.YEARS, begun.years) if begun.years is not None else add_period(day, case.figures.read(self.years))
