"""What is concluded of the contacts of some people? The work of one process on one part of a log.

The rows of a person stand together, in order of time, with what else happened to that person. Their history is built once; each contact is judged
against the part of it that lay before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.law import Binding, Law, law_on
from arrears.check.conduct.pack import Confirmation, Packs
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
    Product,
    Purpose,
    Recipient,
    Side,
)
from arrears.check.contact_audit import Conclusion, Made, Told, bounds, clock_edges, conclusions, not_asked, rests_on_itself
from arrears.check.contact_audit import Outcome as Concluded
from arrears.core.reasons import Sentence
from arrears.engine.conduct_packs import every_pack
from arrears.engine.contact_sifting import Flags, Group, Integers, Sieve
from arrears.engine.home import Home

SEPARATORS = str.maketrans(dict.fromkeys(",;|、，；", " "))
LISTED = pa.schema({
    "row": "int64", "pack": "string", "rule": "string", "outcome": "string", "counted": "int32", "limit": "int32",
    "certain": "bool", "missing_en": "string", "missing_zh": "string",
})  # fmt: skip
SPOKEN = frozenset({Channel.CALL, Channel.VOICE_BOT, Channel.CHAT, Channel.VISIT})
BEFORE_EVERYTHING = date(1900, 1, 1)
WORST = (Outcome.PENDING, Outcome.CONVERSATION)
"""What a result that is not known may have been at worst: what counts against every cap, and what makes cooling-off begin."""


@dataclass(frozen=True, slots=True)
class About:
    """What is true of every contact of a log, unless its row says otherwise.

    Attributes:
        places, zones: of people of whom neither row nor the file of people says it.
        known_from: first day from which the log is whole.
        house: ask a lender's own rules too, which are no law.
    """

    places: tuple[str, ...]
    zones: tuple[str, ...]
    actor: ActorRole
    product: Product
    lender: LenderKind
    debt_purpose: DebtPurpose
    debtor: DebtorKind
    purpose: Purpose
    party: str
    known_from: date
    house: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Some people's contacts, with what else is known of these people.

    Attributes:
        rows: contacts as `intake.contact_log` read them, whole people.
        events: other events of the same people.
        people: places and zones by person.
    """

    rows: pa.Table
    events: pa.Table | None
    people: Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Found:
    """What was concluded of one part.

    Attributes:
        counts: contacts by pack, rule and outcome.
        not_asked: contacts by pack, rule and missing fact (English, Chinese), of rules of which the files tell nothing whatever the contact.
        listed: each conclusion but “no breach”, with its row.
    """

    judged: int = 0
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    not_asked: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    listed: list[tuple[Any, ...]] = field(default_factory=list)

    def table(self) -> pa.Table:
        """The conclusions as columns."""
        columns = list(zip(*self.listed, strict=True)) if self.listed else [[] for _ in LISTED]
        return pa.Table.from_arrays([pa.array(column, kind.type) for column, kind in zip(columns, LISTED, strict=True)], schema=LISTED)


class Judge:
    """Judges parts of one log; one for each process, because packs are read once."""

    def __init__(self, about: About, told: Told, confirmations: tuple[Confirmation, ...] = (), home: Home | None = None) -> None:
        self.about, self.told = about, told
        self.packs = packs_asked(about.house, confirmations, home)
        self._proposed: dict[tuple[Any, ...], Proposed] = {}
        self._debts: dict[str | None, frozenset[str]] = {None: frozenset()}
        self._said: dict[str | None, frozenset[Mark]] = {None: frozenset()}
        self._silent: dict[int, tuple[Law, list[tuple[Binding, Sentence]]]] = {}
        self._concluded_alike: dict[tuple[int, date, int, bool], tuple[Law, list[Conclusion]]] = {}

    def judge(self, part: Part, *, sifted: bool = True) -> Found:
        """What is concluded of these people's contacts?

        Args:
            sifted: judge at once what is alike and near no limit. Without it each is judged by itself; the answer is the same.
        """
        found = Found()
        self._proposed.clear()
        rows = list(_records(part.rows))
        alone = self._sift(part, rows, found) if sifted else np.ones(len(rows), np.bool_)
        others = _by_person(part.events)
        for who, places in groupby(range(len(rows)), key=lambda place: rows[place]["who"]):
            own = list(places)
            if alone[own[0] : own[-1] + 1].any():
                for law, row, concluded in self._person([(rows[place], bool(alone[place])) for place in own], others.get(who, []), part.people.get(who)):
                    self._count(found, law, [row], concluded)
        return found

    def _sift(self, part: Part, rows: list[dict[str, Any]], found: Found) -> Flags:
        """Count what is alike and near no limit; which rows must be judged by themselves?"""
        sieve = Sieve.of(part.rows, lambda place: self._event(rows[place]), part.people)
        made = np.array([event.kind is Happened.CONTACT for event in sieve.events], np.bool_)[sieve.kind]
        open_results = np.array([event.outcome is None for event in sieve.events], np.bool_)[sieve.kind]
        apart = sieve.people_with(open_results & made)
        if part.events is not None:
            apart |= np.asarray(pc.is_in(part.rows["who"], value_set=part.events["who"].combine_chunks()))
        alone = made.copy()
        for law, kinds in self._laws(sieve, rows, part).values():
            if len(law.zones) == 1:
                among = made & ~apart & np.isin(sieve.kind, kinds)
                for group in sieve.groups(among, law.zones[0]):
                    alone[self._passed(sieve, group, law, rows, part, found)] = False
        return alone

    def _laws(self, sieve: Sieve, rows: list[dict[str, Any]], part: Part) -> dict[int, tuple[Law, list[int]]]:
        """The law that speaks of each kind of contact, with the kinds of which it is the same."""
        found: dict[int, tuple[Law, list[int]]] = {}
        for kind, place in enumerate(sieve.samples):
            if sieve.events[kind].kind is Happened.CONTACT:
                law = law_on(self._propose(rows[place]), self._facts_of(_place_of(rows[place], part.people.get(rows[place]["who"])), ()), self.packs)
                found.setdefault(id(law), (law, []))[1].append(kind)
        return found

    def _passed(self, sieve: Sieve, group: Group, law: Law, rows: list[dict[str, Any]], part: Part, found: Found) -> Integers:
        """Judge at once those of the group that are near no limit; which were they?"""
        row = rows[group.sample]
        facts = self._facts_of(_place_of(row, part.people.get(row["who"])), ())
        limits = bounds(law, group.day, self.packs)
        if limits is None:
            return group.rows[:0]
        reached = np.zeros(len(group.rows), np.bool_)
        for limit in limits:
            reached |= sieve.reached(limit)[group.rows]
        near_none = group.rows[~reached]
        hours = sieve.hours(near_none, clock_edges(law, group.day, self.packs), law.zones[0])
        passed = []
        for hour in np.unique(hours):
            alike = near_none[hours == hour]
            sample = rows[int(alike[0])]
            concluded = self._alike(sample, law, facts, group.day, int(hour))
            if rests_on_itself(concluded):
                self._count(found, law, [rows[int(place)]["row"] for place in alike], concluded)
                passed.append(alike)
        return np.concatenate(passed) if passed else group.rows[:0]

    def _alike(self, sample: dict[str, Any], law: Law, facts: Facts, day: date, hour: int) -> list[Conclusion]:
        """What is concluded of a contact before which nothing happened; the same for all under one law on one day between the same hours."""
        said_is_known = sample["said"] is not None
        known = self._concluded_alike.get((id(law), day, hour, said_is_known))
        if known is None:
            made = Made(self._propose(sample), self._event(sample), said_is_known)
            _, concluded = conclusions(made, facts, (), replace(facts, history_from=BEFORE_EVERYTHING), self.packs, self.told)
            known = self._concluded_alike[id(law), day, hour, said_is_known] = (law, concluded)
        return known[1]

    def _count(self, found: Found, law: Law, rows: list[int], concluded: list[Conclusion]) -> None:
        """These rows, of each of which the same is concluded."""
        found.judged += len(rows)
        for binding, missing in self._not_asked(law):
            found.not_asked[binding.pack.name, binding.rule.name, missing.en, missing.zh] += len(rows)
        for one in concluded:
            name = "" if one.rule is None else one.rule.name
            if one.throughout and one.missing is not None:
                found.not_asked[one.pack, name, one.missing.en, one.missing.zh] += len(rows)
                continue
            found.counts[one.pack, name, one.outcome.value] += len(rows)
            if one.outcome is not Concluded.NO_BREACH:
                found.listed += [_listed(row, name, one) for row in rows]

    def _not_asked(self, law: Law) -> list[tuple[Binding, Sentence]]:
        known = self._silent.get(id(law))
        if known is None:
            known = self._silent[id(law)] = (law, not_asked(law, self.told))
        return known[1]

    def _person(self, rows: list[tuple[dict[str, Any], bool]], others: list[Event], known: tuple[str, str] | None) -> Iterator[tuple[Law, int, list[Conclusion]]]:
        """Each contact that was made to one person and is to be judged, with what is concluded of it."""
        lived = [(event.stamp, 0, event, None) for event in others]
        lived += [(event.stamp, 1, event, row if asked else None) for row, asked in rows for event in (self._event(row),)]
        lived.sort(key=lambda one: one[:2])
        history = tuple(event for _, _, event, _ in lived)
        for places in dict.fromkeys(_place_of(row, known) for row, asked in rows if asked):
            facts_of_place = self._facts_of(places, history)
            worse = [replace(facts_of_place, history=_as_if(history, worst)) for worst in WORST] if _has_open_results(history) else []
            complete = replace(facts_of_place, history_from=BEFORE_EVERYTHING)
            for count, (_, _, event, row) in enumerate(lived):
                if row is None or event.kind is not Happened.CONTACT or _place_of(row, known) != places:
                    continue
                made = Made(self._propose(row), event, row["said"] is not None)
                before = [facts.when_known(count) for facts in (facts_of_place, complete, *worse)]
                law, concluded = conclusions(made, before[0], before[2:], before[1], self.packs, self.told)
                yield law, row["row"], concluded

    def _facts_of(self, places: tuple[str, str], history: tuple[Event, ...]) -> Facts:
        """What is known of a person at this place and zone."""
        about = self.about
        return Facts(
            places=with_countries(parts_of(places[0]) or about.places),
            zones=parts_of(places[1]) or about.zones,
            actor=about.actor,
            product=about.product,
            history_from=about.known_from,
            debt_purpose=about.debt_purpose,
            debtor=about.debtor,
            lender=about.lender,
            history=history,
        )

    def _event(self, row: dict[str, Any]) -> Event:
        inbound = row["direction"] == "in"
        channel = Channel(row["channel"])
        return Event(
            row["at"],
            Happened.CONTACT_RECEIVED if inbound else Happened.CONTACT,
            Side.DEBTOR if inbound else Side.COLLECTOR,
            row["party"] or self.about.party,
            Recipient(row["to"]) if row["to"] else Recipient.DEBTOR,
            debts=self._debts_of(row["debt"]),
            channel=channel,
            point=row["point"] or "",
            purpose=Purpose(row["purpose"]) if row["purpose"] else self.about.purpose,
            mode=_mode(channel),
            outcome=Outcome(row["outcome"]) if row["outcome"] else Outcome.CONVERSATION if inbound else None,
            marks=self._said_of(row["said"]),
        )

    def _propose(self, row: dict[str, Any]) -> Proposed:
        key = (row["purpose"], row["channel"], row["to"], row["debt"], row["point"], row["party"], row["said"])
        found = self._proposed.get(key)
        if found is None:
            channel = Channel(row["channel"])
            found = self._proposed[key] = Proposed(
                act=Act.CONTACT,
                party=row["party"] or self.about.party,
                purpose=Purpose(row["purpose"]) if row["purpose"] else self.about.purpose,
                channel=channel,
                to=Recipient(row["to"]) if row["to"] else Recipient.DEBTOR,
                debts=self._debts_of(row["debt"]),
                point=row["point"] or "",
                mode=_mode(channel),
                marks=self._said_of(row["said"]),
            )
        return found

    def _debts_of(self, text: str | None) -> frozenset[str]:
        found = self._debts.get(text)
        if found is None:
            found = self._debts[text] = frozenset(parts_of(text))
        return found

    def _said_of(self, text: str | None) -> frozenset[Mark]:
        found = self._said.get(text)
        if found is None:
            found = self._said[text] = frozenset(Mark(word) for word in parts_of(text) if word in _MARKS)
        return found


_MARKS = frozenset(Mark)


def packs_asked(house: bool, confirmations: tuple[Confirmation, ...], home: Home | None) -> Packs:
    """All law that is shipped; a lender's own rules, which are stricter and no law, where they are wanted: as the home states them."""
    every = every_pack(confirmations, home if house else None)
    return every if house else Packs(tuple(pack for pack in every.packs if pack.is_law), confirmations)


def parts_of(text: str | None) -> tuple[str, ...]:
    """The words of a cell that holds several.

    >>> parts_of("US; US-NY"), parts_of(None)
    (('US', 'US-NY'), ())
    """
    return tuple(text.translate(SEPARATORS).split()) if text else ()


def with_countries(places: Sequence[str]) -> frozenset[str]:
    """Places with the wholes that they are parts of.

    >>> sorted(with_countries(["US-NY-NYC"]))
    ['US', 'US-NY', 'US-NY-NYC']
    """
    return frozenset("-".join(place.split("-")[:many]) for place in places for many in range(1, place.count("-") + 2))


def _place_of(row: dict[str, Any], known: tuple[str, str] | None) -> tuple[str, str]:
    """Place and zone: what the row says, else what is known of the person."""
    return row["place"] or (known[0] if known else ""), row["zone"] or (known[1] if known else "")


def _mode(channel: Channel) -> Mode:
    return Mode.INTERACTIVE if channel in SPOKEN else Mode.INFORMATIVE


def _has_open_results(history: tuple[Event, ...]) -> bool:
    return any(event.outcome is None and event.kind is Happened.CONTACT for event in history)


def _as_if(history: tuple[Event, ...], worst: Outcome) -> tuple[Event, ...]:
    return tuple(replace(event, outcome=worst) if event.outcome is None and event.kind is Happened.CONTACT else event for event in history)


def _records(table: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows, one after the other; moments in UTC."""
    stamps = table["at"].cast(pa.int64()).to_pylist()
    columns = {name: table[name].to_pylist() for name in table.column_names if name != "at"}
    names = list(columns)
    for stamp, values in zip(stamps, zip(*columns.values(), strict=True), strict=True):
        row = dict(zip(names, values, strict=True))
        row["at"] = datetime.fromtimestamp(stamp / 1_000_000, UTC)
        yield row


def _by_person(events: pa.Table | None) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for row in _records(events) if events is not None else ():
        found.setdefault(row["who"], []).append(
            Event(
                row["at"],
                Happened(row["kind"]),
                party=row["party"] or "",
                to=Recipient(row["to"]) if row["to"] else Recipient.DEBTOR,
                debts=frozenset(parts_of(row["debt"])),
                channel=Channel(row["channel"]) if row["channel"] else None,
                point=row["point"] or "",
                until=date.fromisoformat(row["until"]) if row["until"] else None,
                marks=frozenset(Mark(word) for word in parts_of(row["said"]) if word in _MARKS),
            )
        )
    return found


def _listed(row: int, name: str, one: Conclusion) -> tuple[Any, ...]:
    judged = None if one.finding is None else one.finding.judged
    missing = one.missing
    return (
        *(row, one.pack, name, one.outcome.value, None if judged is None else judged.counted, None if judged is None else judged.limit),
        *(one.finding is None or one.finding.certain, None if missing is None else missing.en, None if missing is None else missing.zh),
    )
