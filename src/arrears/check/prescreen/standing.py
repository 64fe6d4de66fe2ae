"""What still bears on an act, in columns: the column form of conditions and of what stands (`conduct.conditions`, `conduct.standing`).

Days are numbers since 1970. Where a person may be in several zones a day is known by its earliest and latest value; `surely` then holds on each,
`possibly` on one of them. For a person in one zone both are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from arrears.check.conduct.case import Figures
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Proposed
from arrears.check.conduct.standing import Scope, Standing
from arrears.check.conduct.words import Channel, Happened, Outcome, Side, same_medium
from arrears.check.prescreen.days import DAY_ZERO, day_number
from arrears.check.prescreen.shapes import FOREVER
from arrears.core.parameters import Reading, Unit

NEVER = day_number(FOREVER)
"""The number of a day that does not come by time alone."""
ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
MAY_BE_OPEN = frozenset({"channel", "place", "purpose", "mode", "outcome", "record"})
"""Fields that an event may leave open."""


@ibis.udf.scalar.builtin(name="list_has_any")  # type: ignore[untyped-decorator]
def share_one(these: list[str], those: list[str]) -> bool:  # type: ignore[empty-body]
    """Do two lists have a value in common?"""


@ibis.udf.scalar.builtin(name="list_has_all")  # type: ignore[untyped-decorator]
def holds_all(these: list[str], those: list[str]) -> bool:  # type: ignore[empty-body]
    """Does the first list hold every value of the second?"""


def all_of(tests: list[ir.BooleanValue]) -> ir.BooleanValue:
    """Do all of these hold? True of none."""
    return reduce(and_, tests) if tests else ibis.literal(True)


_MARKS: Mapping[str, Callable[[list[ir.BooleanValue]], ir.BooleanValue]] = {
    "marks": lambda has: reduce(lambda one, other: one | other, has) if has else ibis.literal(False),
    "all_marks": all_of,
    "no_marks": lambda has: all_of([~one for one in has]),
}


def fits(condition: EventCondition, events: ir.Table) -> ir.BooleanValue:
    """Does this event fit? The column form of `EventCondition.fits`."""
    return all_of([_field_fits(name, sorted(values), condition, events) for name, values in condition.wanted])


def _field_fits(name: str, values: list[str], condition: EventCondition, events: ir.Table) -> ir.BooleanValue:
    if name in _MARKS:
        return _MARKS[name]([events.marks.contains(value).fill_null(False) for value in values])
    column = events[name]
    among = column.isin([str(value) for value in values]).fill_null(False)
    if name not in MAY_BE_OPEN:
        return among
    left_open = sorted(kind for kind in condition.kinds if _fits_left_open(name, kind, condition))
    return among | (column.isnull() & events.kind.isin([str(kind) for kind in left_open])) if left_open else among


def _fits_left_open(name: str, kind: Happened, condition: EventCondition) -> bool:
    """Does an event of this kind that leaves the field open fit? The record evaluator is asked."""
    alone = EventCondition(tuple((field, values) for field, values in condition.wanted if field == name))
    return alone.fits(Event(ANY_TIME, kind))


def with_pending(condition: EventCondition) -> EventCondition:
    """The same, fulfilled by an open permit too: it will become what is counted."""
    return EventCondition(tuple((name, values | {Outcome.PENDING} if name == "outcome" else values) for name, values in condition.wanted))


def no_debts(events: ir.Table) -> ir.BooleanValue:
    """Does the event name no debt, so that it concerns all?"""
    return events.debts.length().fill_null(0) == 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Does an event concern the act: on each reading, on one of them at least?"""

    surely: ir.BooleanValue
    possibly: ir.BooleanValue


def agrees(events: ir.Table, proposed: Proposed, scope: frozenset[Scope]) -> Agreement:
    """The column form of `standing.agrees`. The act is about all debts of the person, at a point that is not told."""
    fixed: list[ir.BooleanValue] = []
    surely: list[ir.BooleanValue] = []
    possibly: list[ir.BooleanValue] = []
    if Scope.PERSON in scope:
        fixed += [events.to == str(proposed.to), events.person == proposed.person]
    if Scope.MEDIUM in scope:
        same = [str(channel) for channel in Channel if same_medium(channel, proposed.channel)]
        fixed.append(events.channel.isnull() | events.channel.isin(same))
    if Scope.PLACE in scope:
        fixed.append((events.place == str(proposed.place)).fill_null(False))
    if Scope.PARTY in scope:
        fixed.append((events.party == "") | (events.party == proposed.party))
    if Scope.DEBT in scope:
        surely.append(no_debts(events) | holds_all(events.debts, events.all_debts).fill_null(False) & (events.all_debts.length() > 0).fill_null(False))
        possibly.append(no_debts(events) | (events.all_debts.length().fill_null(0) == 0) | share_one(events.debts, events.all_debts).fill_null(False))
    if Scope.POINT in scope:
        surely.append(events.point == "")
    if Scope.DAY in scope:
        surely.append((events.first_day == events.last_today) & (events.last_day == events.first_today))
        possibly.append((events.last_day >= events.first_today) & (events.first_day <= events.last_today))
    if Scope.WINDOW in scope:
        surely.append(events.window_opens.isnull())
    return Agreement(all_of(fixed + surely + possibly), all_of(fixed + possibly))


def _concerns(end: ir.Table, event: ir.Table, scope: frozenset[Scope]) -> list[ir.BooleanValue]:
    """The column form of what ends a thing: does it concern that very thing?"""
    tests: list[ir.BooleanValue] = []
    if Scope.PERSON in scope:
        tests += [end.to == event.to, end.person == event.person]
    if Scope.DEBT in scope:
        tests.append(no_debts(end) | no_debts(event) | share_one(end.debts, event.debts))
    if Scope.MEDIUM in scope:
        telephone = [str(channel) for channel in Channel if same_medium(channel, Channel.CALL)]
        tests.append(
            end.channel.isnull() | event.channel.isnull() | (end.channel == event.channel) | (end.channel.isin(telephone) & event.channel.isin(telephone))
        )
    if Scope.POINT in scope:
        tests.append((end.point == "") | (event.point == "") | (end.point == event.point))
    return tests


def later(day: ir.IntegerValue, reading: Reading, more: int = 0) -> ir.IntegerValue:
    """So much later as the figure says, and some days more: the column form of `add_period`."""
    if reading.unit is Unit.DAYS:
        return day + (reading.whole + more)
    months = reading.whole * (12 if reading.unit is Unit.YEARS else 1)
    return _day_number(_as_day(day) + ibis.interval(months=months)) + more


def years_later(day: ir.IntegerValue, years: ir.IntegerValue) -> ir.IntegerValue:
    """So many years later as each row says."""
    return _day_number(_as_day(day) + years.as_interval("Y"))


def _as_day(number: ir.IntegerValue) -> ir.DateValue:
    return ibis.literal(DAY_ZERO) + number.as_interval("D")


def _day_number(day: ir.DateValue) -> ir.IntegerValue:
    return day.delta(ibis.literal(DAY_ZERO), unit="day").cast("int64")


def number_of(day: ir.DateValue) -> ir.IntegerValue:
    """A day as a number."""
    return _day_number(day)


def day_of_number(number: ir.IntegerValue) -> ir.DateValue:
    """A number as a day."""
    return _as_day(number)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule of one question has before it.

    Attributes:
        events: what happened before the day, with the person's days, and each event's (`mask.events_before`).
        everything: all events as they were handed in, from however long ago.
        present: the kinds of event that occur at all.
        any_medium: acts by every medium share the question, so the medium is compared afterwards.
        people: everybody, with the days of the span.
        day: the day asked about.
    """

    events: ir.Table
    everything: ir.Table
    people: ir.Table
    proposed: Proposed
    figures: Figures
    day: date
    present: frozenset[Happened]
    any_medium: bool = False


KEPT_OF_EVENTS = ("party_id", "event_no", "at", "first_day", "last_day", "first_today", "last_today")
"""What is kept of an event that stands."""
_CONCERN_COLUMNS: Mapping[Scope, tuple[str, ...]] = {
    Scope.PERSON: ("to", "person"), Scope.DEBT: ("debts",), Scope.MEDIUM: ("channel",), Scope.POINT: ("point",),
}


def stands(standing: Standing, asked: Asked, *, waiting: bool = False, also: tuple[str, ...] = ()) -> ir.Table:
    """Each event that stands on one reading at least: `surely` where on each; `free_on` is the first day on which it no longer does.

    Args:
        waiting: keep what will stand once its days have passed, too; `opens_on` is that day, `possibly` then says whether it stands now.
        also: further columns of the events that are wanted.
    """
    events = asked.events
    agreed = agrees(events, asked.proposed, standing.scope - {Scope.MEDIUM} if asked.any_medium else standing.scope)
    scopes = [name for scope in sorted(standing.scope) for name in _CONCERN_COLUMNS.get(scope, ())] if standing.ended_by else []
    if asked.any_medium:
        also = (*also, "channel")
    wanted = dict.fromkeys((*KEPT_OF_EVENTS, "until", *scopes, *(("to", "person") if standing.uses is not None else ()), *also))
    fitting = fits(standing.event, events) & agreed.possibly
    found = events.filter(fitting & events.until.notnull() if standing.limited else fitting).select(*(events[name] for name in wanted), agrees_surely=agreed.surely)
    found = _ended(found, standing, asked)
    free_first, free_last = [_until(found)], [_until(found)]
    for name, more in ((standing.lasts, 0), (standing.through, 1)):
        if name:
            reading = asked.figures.read(name)
            free_first.append(later(found.first_day, reading, more))
            free_last.append(later(found.last_day, reading, more))
    if standing.lingers:
        free_first.append(found.lingers_first)
        free_last.append(found.lingers_last)
    surely = found.agrees_surely & (found.last_today < ibis.least(*free_first))
    free_on = ibis.least(*free_last) if len(free_last) > 1 else free_last[0]
    possibly, opens_on = found.first_today < free_on, found.first_day
    if standing.begins_after:
        reading = asked.figures.read(standing.begins_after)
        opens_on = later(found.last_day, reading, 1)
        surely &= found.first_today >= opens_on
        possibly &= found.last_today >= later(found.first_day, reading, 1)
    columns = {"surely": surely, "free_on": free_on, **({"possibly": possibly, "opens_on": opens_on} if waiting else {})}
    kept = possibly | ((opens_on < free_on) & (found.first_today < free_on)) if waiting else possibly
    return found.filter(kept).select(*(found[name] for name in (*KEPT_OF_EVENTS, *also)), **columns)


def _until(found: ir.Table) -> ir.IntegerValue:
    """The day after the last on which it holds by its own words."""
    return (number_of(found.until) + 1).fill_null(NEVER)


def _ended(found: ir.Table, standing: Standing, asked: Asked) -> ir.Table:
    """What was not ended or used up; where it lingers, until when."""
    if standing.ended_by is not None and not standing.ended_by.kinds.isdisjoint(asked.present):
        ends = _slim(asked.events.filter(fits(standing.ended_by, asked.events)), standing.scope)
        on = [found.party_id == ends.party_id, ends["at"] > found["at"], *_concerns(ends, found, standing.scope)]
        if standing.lingers:
            reading = asked.figures.read(standing.lingers)
            lingering = found.join(ends, on).select(
                event_no=found.event_no, first=later(ends.first_day, reading, 1), last=later(ends.last_day, reading, 1)
            )
            until = lingering.group_by("event_no").agg(first=lingering["first"].min(), last=lingering["last"].min())
            joined = found.left_join(until, found.event_no == until.event_no)
            found = joined.select(*(found[name] for name in found.columns), lingers_first=until["first"].fill_null(NEVER), lingers_last=until["last"].fill_null(NEVER))
        else:
            found = found.anti_join(ends, on)
    elif standing.lingers:
        found = found.mutate(lingers_first=ibis.literal(NEVER, "int64"), lingers_last=ibis.literal(NEVER, "int64"))
    return found if standing.uses is None else _not_used_up(found, standing.uses, asked)


def _slim(ends: ir.Table, scope: frozenset[Scope]) -> ir.Table:
    """Only what says whether it ends a thing."""
    wanted = dict.fromkeys(("party_id", "at", "first_day", "last_day", *(name for one in sorted(scope) for name in _CONCERN_COLUMNS.get(one, ()))))
    return ends.select(*wanted).view()


def _not_used_up(found: ir.Table, uses: int, asked: Asked) -> ir.Table:
    everything = asked.everything
    ours = everything.filter((everything.kind == str(Happened.CONTACT)) & (everything.by == str(Side.COLLECTOR))).select("party_id", "at", "to", "person").view()
    used = found.join(ours, [found.party_id == ours.party_id, ours["at"] > found["at"], ours.to == found.to, ours.person == found.person])
    often = used.select(event_no=found.event_no).group_by("event_no").agg(times=ibis._.count())
    used_up = often.filter(often.times >= uses)
    return found.anti_join(used_up, found.event_no == used_up.event_no)


def latest(found: ir.Table) -> ir.Table:
    """Of each person the latest."""
    place = ibis.row_number().over(ibis.window(group_by=found.party_id, order_by=[found["at"].desc(), found.event_no.desc()]))
    ordered = found.mutate(place=place)
    return ordered.filter(ordered.place == 0).drop("place")
