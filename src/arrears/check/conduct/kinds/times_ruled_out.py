"""Times ruled out: did the person say that this is no time to be disturbed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arrears.check.conduct.case import KEPT, SILENT, Case, Judged
from arrears.check.conduct.facts import Event
from arrears.check.conduct.local_time import DAY, at_clock, local, local_day
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened

LOOK_AHEAD_DAYS = 8


@dataclass(frozen=True, slots=True)
class TimesRuledOut:
    """No contact inside the hours that the person ruled out, or outside those the person asked for."""

    stated: Standing

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of([self.stated])

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where the moment is ruled out in any zone."""
        standing = [event for event, _ in stands_perhaps(self.stated, case) if event.window is not None]
        if not standing:
            return SILENT
        broken = [event for event in standing if _ruled_out(event, case.at, case.zones)]
        if not broken:
            return KEPT
        return Judged(breach=True, ends_at=_first_free(standing, case), used=tuple(broken))


def _ruled_out(event: Event, at: datetime, zones: tuple[str, ...]) -> bool:
    assert event.window is not None
    return any(event.window.holds(local(at, zone)) != event.only_inside for zone in zones)


def _first_free(standing: list[Event], case: Case) -> datetime | None:
    """A ruled-out time can end only where one of the hours named opens or closes."""
    edges = {clock for event in standing if event.window for clock in (event.window.opens, event.window.closes)}
    moments = sorted(at_clock(local_day(case.at, zone) + ahead * DAY, clock, zone) for zone in case.zones for ahead in range(LOOK_AHEAD_DAYS) for clock in edges)
    return next((moment for moment in moments if moment > case.at and not any(_ruled_out(event, moment, case.zones) for event in standing)), None)
