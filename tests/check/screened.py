"""Persons drawn by chance, their histories of every kind of event, and the same as the columns that the pre-screen reads."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import duckdb
import pyarrow as pa

from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.facts import Event, Facts, Proposed, Window
from arrears.check.conduct.pack import COMPLIANCE, Confirmation, Pack, Packs
from arrears.check.conduct.rule import Rule
from arrears.check.conduct.words import (
    Act,
    ActorRole,
    Channel,
    DebtorKind,
    DebtPurpose,
    Happened,
    LenderKind,
    Mark,
    Mode,
    Outcome,
    Place,
    Product,
    Purpose,
    Recipient,
    Record,
    Side,
)
from arrears.check.prescreen.mask import prescreen
from arrears.check.prescreen.questions import standings_of
from arrears.check.prescreen.shapes import EVENTS_SCHEMA, PEOPLE_SCHEMA, Profile, Screen
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.conduct_packs import pack_named
from arrears.engine.prescreening import mask_sql

ONE_ZONE = {
    "CN": ("Asia/Shanghai",),
    "US": ("America/New_York",),
    "US-MA": ("America/New_York",),
    "US-NY": ("America/New_York",),
    "GB": ("Europe/London",),
    "IN": ("Asia/Kolkata",),
}
PLACES = {
    "CN": ("CN",),
    "US": ("US", "US-CA"),
    "US-MA": ("US", "US-MA"),
    "US-NY": ("US", "US-NY", "US-NY-NYC"),
    "GB": ("GB", "GB-ENG"),
    "IN": ("IN",),
}
SEVERAL_ZONES = (("America/New_York", "America/Chicago"), ("America/Denver", "America/Phoenix"), ())
CHANNELS = (Channel.CALL, Channel.VOICE_BOT, Channel.TEXT, Channel.EMAIL, Channel.LETTER, Channel.VISIT)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the drawing."""

    profile: int
    history_from: date
    debts: tuple[str, ...]
    history: tuple[Event, ...]


def profile_in(lot: random.Random, place: str, *, several: bool = False) -> Profile:
    """What a person in this place may have in common with others."""
    return Profile(
        frozenset(PLACES[place]), lot.choice(SEVERAL_ZONES) if several and place.startswith("US") else ONE_ZONE[place],
        lot.choice(list(ActorRole)), lot.choice((Product.CONSUMER_LOAN, Product.CREDIT_CARD, Product.OTHER)),
        DebtPurpose.CONSUMER if lot.random() < 0.9 else DebtPurpose.BUSINESS, lot.choices(list(DebtorKind), (8, 1, 1))[0],
        lot.choices(list(LenderKind), (6, 2, 1, 1, 1))[0],
    )


def event(lot: random.Random, before: datetime, debts: Sequence[str], kinds: Sequence[Happened], days_back: float) -> Event:
    """One thing that happened within so many days before a moment."""
    kind = lot.choice(kinds)
    window = None
    if kind in (Happened.TIME_RULED_OUT, Happened.TIME_AGREED) and lot.random() < 0.9:
        opens, closes = time(lot.randrange(24)), time(lot.randrange(24), 30)
        window = Window(frozenset(lot.sample(range(7), lot.randrange(1, 8))), opens, closes)
    marks = frozenset(lot.sample((Mark.WRITTEN, Mark.DIRECT, Mark.AFTER_LATENESS, Mark.COMPLETE, Mark.ADVISER_KNOWN, Mark.PLAN_IN_PROGRESS,
                                  Mark.PURPOSE_EXPLAINED, Mark.SAME_AS_BEFORE, Mark.NEW_INFORMATION, Mark.SEEKING_ADVICE), lot.randrange(0, 6)))
    contact = kind in (Happened.CONTACT, Happened.CONTACT_RECEIVED)
    return Event(
        at=before - timedelta(minutes=1 + lot.randrange(int(days_back * 1440))),
        kind=kind,
        by=Side.COLLECTOR if kind is Happened.CONTACT else lot.choice((Side.DEBTOR, Side.DEBTOR, Side.AUTHORITY, Side.ADVISER)),
        party=lot.choice(("", "lender", "lender", "agency")),
        to=Recipient.DEBTOR if lot.random() < 0.9 else lot.choice((Recipient.NEIGHBOUR, Recipient.ADVISER)),
        debts=frozenset(lot.sample(list(debts), lot.randrange(1, len(debts) + 1))) if debts and lot.random() < 0.5 else frozenset(),
        channel=lot.choice(list(Channel)) if contact or lot.random() < 0.4 else None,
        point=lot.choice(("", "", "A")),
        place=lot.choice((None, Place.NOT_TIED, Place.WORKPLACE, Place.HOME)),
        purpose=lot.choice((None, Purpose.COLLECTION, Purpose.REMINDER, Purpose.ANSWER)),
        mode=lot.choice((None, *Mode)),
        outcome=lot.choice(list(Outcome)) if contact else None,
        marks=marks,
        until=None if lot.random() < 0.7 else before.date() + timedelta(days=lot.randrange(-3, 20)),
        window=window,
        only_inside=window is not None and lot.random() < 0.4,
        years=lot.choice((None, 3, 6)),
        amount_minor=lot.choice((None, 1000)),
        total_minor=lot.choice((None, 5000)),
        record=lot.choice((None, *Record)),
    )


def person_in(lot: random.Random, profile: int, day: date, kinds: Sequence[Happened], most: int = 8) -> Person:
    """Somebody with a history of some of these kinds, all of it before the day."""
    before = datetime.combine(day, time(0), UTC) - timedelta(hours=14)
    debts = lot.choice(((), ("D1",), ("D1",), ("D1", "D2")))
    span = lot.choice((2, 8, 8, 40, 400, 2500))
    history = tuple(event(lot, before, debts, kinds, span) for _ in range(lot.randrange(0, most)))
    return Person(profile, day - timedelta(days=lot.choice((3, 400, 4000, 4000))), debts, history)


def columns_of(people: Sequence[Person]) -> tuple[pa.Table, pa.Table]:
    """People and events as the pre-screen reads them."""
    persons = pa.Table.from_pylist(
        [{"party_id": place, "profile": one.profile, "history_from": one.history_from, "debts": list(one.debts)} for place, one in enumerate(people)],
        PEOPLE_SCHEMA.to_pyarrow(),
    )
    events = pa.Table.from_pylist([row_of(place, each) for place, one in enumerate(people) for each in one.history], EVENTS_SCHEMA.to_pyarrow())
    return persons, events


def row_of(party_id: int, one: Event) -> dict[str, object]:
    """One event as a row."""
    window = one.window
    return {
        "party_id": party_id, "at": one.at.astimezone(UTC).replace(tzinfo=None), "kind": str(one.kind), "by": str(one.by), "party": one.party, "to": str(one.to),
        "person": one.person, "debts": sorted(one.debts), "channel": _text(one.channel), "point": one.point, "place": _text(one.place),
        "purpose": _text(one.purpose), "mode": _text(one.mode), "outcome": _text(one.outcome), "marks": sorted(map(str, one.marks)), "until": one.until,
        "window_opens": _seconds(window.opens) if window else None, "window_closes": _seconds(window.closes) if window else None,
        "window_weekdays": sum(1 << day for day in window.weekdays) if window else None, "only_inside": one.only_inside, "years": one.years,
        "amount_minor": one.amount_minor, "total_minor": one.total_minor, "record": _text(one.record),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def facts_of(person: Person, profile: Profile) -> Facts:
    """The same person as the gate sees it."""
    return replace(profile.facts(), history_from=person.history_from, history=person.history)


def act_about(screen: Screen, debts: Sequence[str]) -> Proposed:
    """The screened act about these debts."""
    return replace(screen.proposed, debts=frozenset(debts))


def contacts(*marks: Mark, purpose: Purpose = Purpose.COLLECTION) -> tuple[Screen, ...]:
    """A contact of the lender's own by each of six channels."""
    return tuple(Screen(str(channel), Proposed(Act.CONTACT, "lender", purpose, channel, marks=frozenset(marks))) for channel in CHANNELS)


def mask_of(people: Sequence[Person], profiles: Sequence[Profile], screens: Sequence[Screen], day: date, packs: Packs) -> tuple[list[dict[str, object]], set[str]]:
    """The mask, row by row, and the names of the rules that were asked in columns."""
    persons, events = columns_of(people)
    plan = prescreen(screens, profiles, day, packs, {str(each.kind) for one in people for each in one.history})
    with duckdb.connect(":memory:") as connection:
        connection.register("screen_people", persons)
        connection.register("screen_events", events)
        with mask_sql(connection, plan) as sql:
            return rows_by_name(connection, f"SELECT * FROM ({sql}) ORDER BY party_id, channel"), {one.name for one in plan.asked}


def wanted_act(lot: random.Random, rule: Rule) -> Proposed:
    """An act that a rule binds, saying at random what the rule looks for."""
    given: dict[str, frozenset[StrEnum]] = dict(rule.binds.wanted)
    marks = set(given.get("all_marks", frozenset())) | ({lot.choice(sorted(given["marks"]))} if "marks" in given else set())
    own = sorted(getattr(rule.kind, "marks", frozenset()))
    marks |= set(lot.sample(own, lot.choice((0, len(own), lot.randrange(len(own) + 1))))) if own else set()
    marks |= {one for exception in rule.exceptions for name, values in exception.when.wanted if name in ("marks", "all_marks") and lot.random() < 0.3 for one in values}
    act = lot.choice(sorted(rule.acts))
    return Proposed(
        act, "lender", lot.choice(sorted(rule.purposes)) if act is Act.CONTACT else None,
        Channel(lot.choice(sorted(given.get("channel", frozenset(CHANNELS))))) if act is Act.CONTACT else None,
        to=Recipient(lot.choice(sorted(given.get("to", frozenset({Recipient.DEBTOR}))))),
        place=Place(lot.choice(sorted(given.get("place", frozenset({Place.NOT_TIED}))))),
        mode=Mode(lot.choice(sorted(given.get("mode", frozenset({Mode.INTERACTIVE}))))),
        marks=frozenset(Mark(one) for one in marks) - frozenset(Mark(one) for one in given.get("no_marks", frozenset())),
        record=Record(lot.choice(sorted(given["record"]))) if "record" in given else None,
    )


def covered_profile(lot: random.Random, pack: Pack, rule: Rule) -> Profile:
    """What a person has in common with those of whom a rule speaks."""
    given = {**dict(pack.covers.wanted), **dict(rule.binds.wanted)}
    place = lot.choice(sorted(pack.places)) if pack.places else "CN"
    parts = place.split("-")
    places = frozenset("-".join(parts[: count + 1]) for count in range(len(parts)))
    pick = {name: lot.choice(sorted(values)) for name, values in given.items()}
    return Profile(
        places, (pack.zones or ("Asia/Shanghai",))[:1], ActorRole(pick.get("actor", "creditor_own_name")), Product(pick.get("product", "consumer_loan")),
        DebtPurpose(pick.get("debt_purpose", "consumer")), DebtorKind(pick.get("debtor", "person")), LenderKind(pick.get("lender", "bank")),
    )


def conditions_of(rule: Rule) -> list[EventCondition]:
    """Every condition on events that a rule states."""
    kind = rule.kind
    found = [one for name in ("counts", "done") if isinstance(one := getattr(kind, name, None), EventCondition)]
    for standing in standings_of(rule, rule.exceptions):
        found += [standing.event, *([standing.ended_by] if standing.ended_by else [])]
    if rule.kind_name == "limitation":
        found.append(EventCondition((("kind", frozenset({Happened.LIMITATION_STARTED, Happened.PART_PAYMENT})),)))
    if rule.kind_name == "dispute":
        found.append(EventCondition((("kind", frozenset({Happened.VALIDATION_NOTICE_SENT})),)))
    return found


def fitting(lot: random.Random, condition: EventCondition, drawn: Event, act: Proposed) -> Event:
    """The event, changed so that it fits the condition and mostly concerns the act."""
    marks = set(drawn.marks)
    changes: dict[str, object] = {}
    for name, values in condition.wanted:
        match name:
            case "all_marks":
                marks |= set(values)
            case "marks":
                marks.add(lot.choice(sorted(values)))
            case "no_marks":
                marks -= set(values)
            case _:
                changes[name] = lot.choice(sorted(values))
    changes["marks"] = frozenset(Mark(one) for one in marks)
    if "to" not in changes and lot.random() < 0.85:
        changes["to"] = act.to
    if "place" not in changes and lot.random() < 0.7:
        changes["place"] = act.place
    if "channel" not in changes and lot.random() < 0.6:
        changes["channel"] = act.channel
    return replace(drawn, **changes)  # type: ignore[arg-type]


def person_for(lot: random.Random, rule: Rule, act: Proposed, day: date) -> Person:
    """Somebody with a history at which the rule looks."""
    before = datetime.combine(day, time(0), UTC) - timedelta(hours=14)
    debts = lot.choice(((), ("D1",), ("D1",), ("D1", "D2")))
    conditions = conditions_of(rule)
    span = lot.choice((2, 6, 6, 40, 100, 400, 2600))
    history = []
    for _ in range(lot.choice((0, 1, 1, 2, 3, 9)) if conditions else 0):
        condition = lot.choice(conditions)
        one = event(lot, before, debts, sorted(condition.kinds), span)
        history.append(fitting(lot, condition, one, act) if lot.random() < 0.9 else one)
    return Person(0, day - timedelta(days=lot.choice((2, 4000, 4000, 4000))), debts, tuple(history))


def by_itself(pack: Pack, rule: Rule) -> Packs:
    """A rule alone, all of it confirmed; a lender's own with a law beside it that says nothing."""
    alone = replace(pack, rules=(rule,))
    law = () if pack.is_law else (replace(pack_named("china/national_standard"), rules=(), covers=pack.covers, outside=()),)
    day = date(2020, 1, 1)
    figures = [Confirmation(one.name, str(value.value), "Li Na", COMPLIANCE, day) for one in pack.parameters for value in one.values]
    return Packs((alone, *law), (*figures, Confirmation(f"{pack.name}/{rule.name}", "", "Li Na", COMPLIANCE, day)))
