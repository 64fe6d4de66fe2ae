"""One-off repair: is an old overdue entry to be shown no longer, because it was small and paid by a day set once?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, SILENT, Case, Judged
from arrears.check.conduct.local_time import local_day, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Scope, agrees
from arrears.check.conduct.words import Happened
from arrears.decide.escalation.clocks_china import RepairFigures, repaired


@dataclass(frozen=True, slots=True)
class OneOffRepair:
    """An entry that arose in a span of days, of no more than an amount, and paid in full by a day, is not shown.

    Attributes:
        arose_from, arose_to: first and last day of the span (names of figures).
        at_most: the largest amount.
        paid_by: last day of payment.
        early_paid_by, early_hidden_from: what was paid by the first is hidden from the second on; what was paid later, from the end of the
            month after the payment on at the latest.
    """

    arose_from: str
    arose_to: str
    at_most: str
    paid_by: str
    early_paid_by: str
    early_hidden_from: str

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return frozenset({Happened.OVERDUE_ENTRY})

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where the entry is still shown from the day on from which it is hidden."""
        zone = case.zones[0]
        scope = frozenset({Scope.DEBT})
        entries = [one for one in case.facts.of([Happened.OVERDUE_ENTRY]) if one.at <= case.at and agrees(one, case, scope, zone)]
        paid = [one for one in case.facts.of([Happened.BAD_CONDUCT_ENDED]) if one.at <= case.at and agrees(one, case, scope, zone)]
        if not entries or not paid or entries[-1].amount_minor is None:
            return SILENT
        arose_on, paid_on = local_day(entries[-1].at, zone), local_day(paid[-1].at, zone)
        figures = RepairFigures(
            *(case.figures.read(name) for name in (self.at_most, self.arose_from, self.arose_to, self.paid_by, self.early_paid_by, self.early_hidden_from))
        )
        found = repaired(figures, entries[-1].amount_minor, arose_on, paid_on)
        hidden = found.from_on or found.by
        if hidden is None:
            return KEPT
        return Judged(breach=case.at >= start_of(hidden, zone), used=(entries[-1], paid[-1]), turning_day=hidden)
