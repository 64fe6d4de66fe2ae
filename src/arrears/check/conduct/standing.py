"""Which of the things that happened still bear on this act, at this moment?

A cease request stands until it is withdrawn, a consent until it runs out or is used, a moratorium for its days. Rules and exceptions
alike are stated through this one notion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from arrears.check.conduct.case import Case, add_period
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Proposed
from arrears.check.conduct.local_time import DAY, day_at, start_of
from arrears.check.conduct.words import Happened, Side, same_medium

ONE_CONTACT = (Happened.CONTACT,)


class Scope(StrEnum):
    """In what must the thing that happened agree with the act? What an event leaves open (no debt, no number named) concerns all."""

    PERSON = "person"
    DEBT = "debt"
    MEDIUM = "medium"
    POINT = "point"
    PLACE = "place"
    PARTY = "party"
    DAY = "day"
    """The same calendar day."""
    WINDOW = "window"
    """The event names hours, and the act falls into them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands, for how long, and what ends it.

    Attributes:
        lasts: name of the figure that says how long it stands, the day it happened being the first.
        through: name of the figure that says through how many days after the day it happened it stands.
        begins_after: name of the figure that says how many days must have passed in full before it stands.
        lingers: name of the figure that says how many days more it stands once it was ended.
        uses: for how many contacts of ours it stands.
        limited: only what says itself until when it holds stands at all.
    """

    event: EventCondition
    scope: frozenset[Scope] = frozenset()
    ended_by: EventCondition | None = None
    lasts: str = ""
    through: str = ""
    begins_after: str = ""
    lingers: str = ""
    uses: int | None = None
    limited: bool = False

    def standing(self, case: Case, zone: str, *, lifting: bool = False) -> list[tuple[Event, datetime | None]]:
        """Each event that stands on the calendar of this zone, with the moment at which it ends by time alone.

        `lifting` says that what stands would lift a rule: it is then ended already by what came in the very second of the act, and what would
        forbid the act is not. Which of the two came first nobody knows.
        """
        days = case.figures.days_at_most(self.lasts) if self.lasts else None
        near = case.facts.between(self.event.kinds, until=case.stamp) if days is None else case.in_the_last(days + 1, self.event.kinds)
        fits = self.event.fits
        fitting = agreeing([event for event in near if fits(event)], case, self.scope, zone)
        return [(event, ends[0]) for event in fitting if (ends := self._stands(event, case, zone, lifting)) is not None]

    def _stands(self, event: Event, case: Case, zone: str, lifting: bool) -> tuple[datetime | None] | None:
        if self.limited and event.until is None:
            return None
        today, happened = day_at(case.stamp, zone), day_at(event.stamp, zone)
        if self.begins_after and today <= add_period(happened, case.figures.read(self.begins_after)):
            return None
        free_on = self._free_on(event, happened, case, zone, lifting)
        if free_on is not None and today >= free_on:
            return None
        if self.uses is not None and self._used(event, case) >= self.uses:
            return None
        return (start_of(free_on, zone) if free_on is not None else None,)

    def _free_on(self, event: Event, happened: date, case: Case, zone: str, lifting: bool) -> date | None:
        """The first day on which it stands no longer."""
        ends = []
        if event.until is not None:
            ends.append(event.until + DAY)
        if self.lasts:
            ends.append(add_period(happened, case.figures.read(self.lasts)))
        if self.through:
            ends.append(add_period(happened, case.figures.read(self.through)) + DAY)
        if self.ended_by is not None:
            for end in case.facts.between(self.ended_by.kinds, event.stamp, case.stamp):
                in_time = end.stamp <= case.stamp if lifting else end.stamp < case.stamp
                if event.stamp < end.stamp and in_time and self.ended_by.fits(end) and _concerns(end, event, self.scope):
                    ended = day_at(end.stamp, zone)
                    if not self.lingers:
                        return ended
                    ends.append(add_period(ended, case.figures.read(self.lingers)) + DAY)
        return min(ends, default=None)

    def _used(self, event: Event, case: Case) -> int:
        contacts = case.facts.between(ONE_CONTACT, event.stamp, case.stamp)
        return sum(event.stamp < one.stamp and one.by is Side.COLLECTOR and _same_person(one, event) for one in contacts)

    def opens_on(self, case: Case, zone: str) -> date | None:
        """The first day on which one of what happened will stand, where it only has to be waited for."""
        if not self.begins_after:
            return None
        days = []
        for event in case.facts.between(self.event.kinds, until=case.stamp):
            if self.event.fits(event) and agrees(event, case, self.scope, zone):
                day = add_period(day_at(event.stamp, zone), case.figures.read(self.begins_after)) + DAY
                free_on = self._free_on(event, day_at(event.stamp, zone), case, zone, lifting=True)
                if free_on is None or free_on > day:
                    days.append(day)
        return min(days, default=None)


def _same_person(one: Event | Proposed, other: Event | Proposed) -> bool:
    return one.to == other.to and one.person == other.person


def agrees(event: Event, case: Case, scope: frozenset[Scope], zone: str) -> bool:
    """Does this event concern the act, in everything the scope names?"""
    for one in _checks(scope):  # noqa: SIM110 — asked of every event by every rule that counts; a generator takes thrice as long
        if not one(event, case, zone):
            return False
    return True


def agreeing(events: list[Event], case: Case, scope: frozenset[Scope], zone: str) -> list[Event]:
    """Those of these events that concern the act, in everything the scope names."""
    for one in _checks(scope):
        if not events:
            break
        events = [event for event in events if one(event, case, zone)]
    return events


_AGREES: Mapping[Scope, Callable[[Event, Case, str], bool]] = {
    Scope.PERSON: lambda event, case, zone: _same_person(event, case.proposed),
    Scope.DEBT: lambda event, case, zone: not event.debts or not case.proposed.debts or not event.debts.isdisjoint(case.proposed.debts),
    Scope.MEDIUM: lambda event, case, zone: event.channel is None or same_medium(event.channel, case.proposed.channel),
    Scope.POINT: lambda event, case, zone: not event.point or event.point == case.proposed.point,
    Scope.PLACE: lambda event, case, zone: event.place == case.proposed.place,
    Scope.PARTY: lambda event, case, zone: not event.party or event.party == case.proposed.party,
    Scope.DAY: lambda event, case, zone: day_at(event.stamp, zone) == day_at(case.stamp, zone),
    Scope.WINDOW: lambda event, case, zone: event.window is None or event.window.holds(case.local(zone)),
}


@cache
def _checks(scope: frozenset[Scope]) -> tuple[Callable[[Event, Case, str], bool], ...]:
    return tuple(_AGREES[one] for one in Scope if one in scope)


def _concerns(end: Event, event: Event, scope: frozenset[Scope]) -> bool:
    """Does what ends a thing concern that very thing?"""
    return (
        (Scope.PERSON not in scope or _same_person(end, event))
        and (Scope.DEBT not in scope or not end.debts or not event.debts or not end.debts.isdisjoint(event.debts))
        and (Scope.MEDIUM not in scope or end.channel is None or event.channel is None or same_medium(end.channel, event.channel))
        and (Scope.POINT not in scope or not end.point or not event.point or end.point == event.point)
    )


def stands_for_certain(standing: Standing, case: Case) -> list[Event]:
    """What stands wherever the person may be and for every debt the act is about: enough to lift a rule.

    Empty where it does not stand in one zone, or for one debt: consent to calls about one debt is none to calls about another beside it.
    """
    found: list[Event] = []
    if standing.event.kinds.isdisjoint(case.facts.kinds):
        return found
    for one in case.debt_by_debt() if Scope.DEBT in standing.scope else (case,):
        for zone in case.zones:
            here = [event for event, _ in standing.standing(one, zone, lifting=True)]
            if not here:
                return []
            found = here
    return found


def stands_perhaps(standing: Standing, case: Case) -> list[tuple[Event, datetime | None]]:
    """What stands in at least one zone in which the person may be: enough to forbid; with the last moment at which it ends."""
    if standing.event.kinds.isdisjoint(case.facts.kinds):
        return []
    if len(case.zones) == 1:
        return standing.standing(case, case.zones[0])
    found: dict[int, tuple[Event, datetime | None]] = {}
    for zone in case.zones:
        for event, ends in standing.standing(case, zone):
            known = found.get(id(event))
            if known is None:
                found[id(event)] = (event, ends)
            elif known[1] is not None:
                found[id(event)] = (event, None if ends is None else max(known[1], ends))
    return list(found.values())


def kinds_of(standings: Iterable[Standing]) -> frozenset[Happened]:
    """The kinds of what may stand."""
    return frozenset(kind for one in standings for kind in one.event.kinds)
