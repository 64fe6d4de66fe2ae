"""Dispute: must collection of this debt, or of a part of it, cease until it is verified?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import SILENT, Case, Judged
from arrears.check.conduct.facts import Event
from arrears.check.conduct.local_time import local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Scope, Standing, agrees, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened


@dataclass(frozen=True, slots=True)
class Dispute:
    """Nothing of what the rule binds about a debt that was disputed in time, until its answer was sent.

    A dispute after the last day of the period stated in the latest notice does not oblige to cease; without a notice the period has
    not ended. What asks for no more than the part that is not disputed goes on.
    """

    by: tuple[Standing, ...]

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of(self.by)

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach while a dispute made in time stands unanswered."""
        open_ones = [event for one in self.by for event, _ in stands_perhaps(one, case) if _in_time(event, case) and not _only_the_rest(event, case)]
        return Judged(breach=True, used=tuple(open_ones)) if open_ones else SILENT


def _in_time(dispute: Event, case: Case) -> bool:
    """In doubt about the zone it was in time."""
    for zone in case.zones:
        notices = [one for one in case.facts.of([Happened.VALIDATION_NOTICE_SENT]) if one.at <= dispute.at and agrees(one, case, frozenset({Scope.DEBT}), zone)]
        if not notices or notices[-1].until is None or local_day(dispute.at, zone) <= notices[-1].until:
            return True
    return False


def _only_the_rest(dispute: Event, case: Case) -> bool:
    asked = case.proposed.amount_minor
    if asked is None or dispute.amount_minor is None or dispute.total_minor is None:
        return False
    return asked <= dispute.total_minor - dispute.amount_minor
