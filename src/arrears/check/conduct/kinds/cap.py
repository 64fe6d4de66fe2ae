"""Cap in a window: has this person been contacted as often as is allowed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arrears.check.conduct.case import Case, Judged
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Proposed
from arrears.check.conduct.local_time import DAY, day_at, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Scope, agreeing
from arrears.check.conduct.words import Act, Happened, Outcome, Purpose
from arrears.core.reasons import Sentence

UNKNOWN = Sentence("whether this person was contacted earlier in the window", "窗口期内此前是否联系过该人")


@dataclass(frozen=True, slots=True)
class Cap:
    """So many in so many consecutive calendar days, the day of the act being the last.

    Attributes:
        counts: what is counted. An open permit counts as what it will become.
        limit: name of the figure: how many are allowed.
        window: name of the figure: how many calendar days are looked at; empty is one.
        per: in what the counted must agree with the act; a debt is counted by itself.
    """

    counts: EventCondition
    limit: str
    window: str = ""
    per: frozenset[Scope] = frozenset()

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where the act would be one too many, about any one debt, on the calendar of any zone."""
        limit = case.figures.read(self.limit).whole
        window = case.figures.read(self.window).whole if self.window else 1
        counts = self.counts
        near = case.in_the_last(window + 1, counts.kinds)
        counted = [event for event in near if counts.fits(event, whatever_outcome=event.outcome is Outcome.PENDING)]
        if counted and (could := tuple(one for one in uncounted if one.could_hold(case.facts))):
            counted = [event for event in counted if not _excluded(event, case, could)]
        most, free_on = 0, case.at
        used: tuple[Event, ...] = ()
        abouts = () if not counted else case.debt_by_debt() if Scope.DEBT in self.per else (case,)
        for zone, today in case.days():
            first = today - (window - 1) * DAY
            if first < case.facts.history_from:
                return Judged(breach=True, missing=UNKNOWN)
            lately = [event for event in counted if day_at(event.stamp, zone) >= first]
            for about in abouts:
                within = agreeing(lately, about, self.per, zone)
                if limit and len(within) >= limit:
                    free_on = max(free_on, _free_on([day_at(event.stamp, zone) for event in within], limit, window, zone))
                if len(within) >= most:
                    most, used = len(within), tuple(within)
        broken = most >= limit
        return Judged(breach=broken, ends_at=free_on if broken and limit else None, used=used, counted=most, limit=limit)


def _free_on(days: Iterable[date], limit: int, window: int, zone: str) -> datetime:
    """The day on which enough of the counted have left the window."""
    oldest_first = sorted(days)
    leaves = oldest_first[len(oldest_first) - limit]
    return start_of(leaves + timedelta(days=window), zone)


def _excluded(event: Event, case: Case, uncounted: tuple[RuleException, ...]) -> bool:
    """Was this contact made under an exception that keeps it out of the count?"""
    if event.kind is not Happened.CONTACT:
        return False
    then = Proposed(
        act=Act.CONTACT,
        party=event.party,
        purpose=event.purpose or Purpose.COLLECTION,
        channel=event.channel,
        to=event.to,
        person=event.person,
        debts=event.debts,
        point=event.point,
        marks=event.marks,
    )
    return any(one.holds(case.seen_as(then, event.at)) is not None for one in uncounted)
