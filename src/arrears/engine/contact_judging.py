"""What is concluded of the contacts of some people?

The rows of a person stand together, in order of time, with what else happened to that person. What is alike is judged at once (`sift`): a record form
that stands for many is asked, and columns count how many. What is left is judged one by one (`judge_left`), which several processes may do: a person's
history is built once, and each contact is judged against the part of it that lay before. That both find the same is tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property, partial
from itertools import groupby
from typing import Any, NamedTuple

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
from arrears.check.contact_audit import (
    BEFORE_EVERYTHING,
    Attempt,
    Bound,
    Conclusion,
    LooksAt,
    Made,
    Search,
    Tally,
    Told,
    at_the_limit,
    attempt,
    clock_edges,
    conclusions,
    counts,
    looks_at,
    may_be_lifted_by_contacts,
    not_asked,
    rests_on_itself,
)
from arrears.check.contact_audit import Outcome as Concluded
from arrears.core.reasons import Sentence
from arrears.engine.conduct_packs import every_pack
from arrears.engine.contact_sifting import Flags, Integers, Sieve, day_of, grouped, together
from arrears.engine.home import Home

SEPARATORS = str.maketrans(dict.fromkeys(",;|、，；", " "))
LISTED = pa.schema({
    "row": "int64", "pack": "string", "rule": "string", "outcome": "string", "counted": "int32", "limit": "int32",
    "certain": "bool", "missing_en": "string", "missing_zh": "string",
})  # fmt: skip
SPOKEN = frozenset({Channel.CALL, Channel.VOICE_BOT, Channel.CHAT, Channel.VISIT})
ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
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
        rows: contacts as `intake.contact_log` read them, whole people. Of those left over, `asked` says which are to be judged.
        events: other events of the same people.
        people: places and zones by person.
    """

    rows: pa.Table
    events: pa.Table | None
    people: Mapping[str, tuple[str, str]]


class Said(NamedTuple):
    """What is listed of a contact, but for the contact itself and how much was counted before it."""

    pack: str
    rule: str
    outcome: str
    limit: int | None
    certain: bool
    missing_en: str | None
    missing_zh: str | None


@dataclass(slots=True)
class Found:
    """What was concluded of one part.

    Attributes:
        counts: contacts by pack, rule and outcome.
        not_asked: contacts by pack, rule and missing fact (English, Chinese), of rules of which the files tell nothing whatever the contact.
        listed: each conclusion but “no breach”: what is said, of which rows, with what was counted before each; below 0 where nothing is counted.
    """

    judged: int = 0
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    not_asked: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    listed: list[tuple[Said, Integers, Integers]] = field(default_factory=list)

    def table(self) -> pa.Table:
        """The conclusions as columns."""
        many = [len(rows) for _, rows, _ in self.listed]
        which = pa.array(np.repeat(np.arange(len(many)), many))
        said = {name: pa.array([one[place] for one, _, _ in self.listed], LISTED.field(name).type).take(which) for place, name in enumerate(Said._fields)}
        none = np.zeros(0, np.int64)
        counted = np.concatenate([none, *(counted for _, _, counted in self.listed)])
        columns = said | {
            "row": pa.array(np.concatenate([none, *(rows for _, rows, _ in self.listed)])), "counted": pa.array(counted, mask=counted < 0).cast(pa.int32()),
        }  # fmt: skip
        return pa.Table.from_arrays([columns[name] for name in LISTED.names], schema=LISTED)


class Judge:
    """Judges parts of one log; one for each process, because packs are read once."""

    def __init__(self, about: About, told: Told, packs: Packs) -> None:
        self.about, self.told, self.packs = about, told, packs
        self._proposed: dict[tuple[Any, ...], Proposed] = {}
        self._debts: dict[str | None, frozenset[str]] = {None: frozenset()}
        self._said: dict[str | None, frozenset[Mark]] = {None: frozenset()}
        self._silent: dict[int, tuple[Law, list[tuple[Binding, Sentence]]]] = {}
        self._looks_at: dict[tuple[int, frozenset[date]], tuple[Law, LooksAt | None]] = {}
        self._counted: dict[tuple[int, Tally, Event], tuple[Law, bool]] = {}
        self._attempts: dict[tuple[int, Search, Event], tuple[Law, Attempt]] = {}
        self._edges: dict[tuple[int, date], tuple[Law, tuple[time, ...]]] = {}
        self._alike: dict[tuple[Any, ...], tuple[Law, list[Conclusion]]] = {}
        self._at_the_limit: dict[tuple[Any, ...], tuple[Law, Conclusion]] = {}

    def sift(self, part: Part) -> tuple[Found, pa.Table]:
        """Judge at once what is alike: what is concluded of it, and the rows of the people of whom a contact is left to be judged by itself."""
        found = Found()
        self._proposed.clear()
        return found, left_of(part.rows, _Sifting(self, part, found).done())

    def judge_left(self, part: Part) -> Found:
        """What is concluded of those that are asked about, each judged by itself against its person's history?"""
        found = Found()
        self._proposed.clear()
        others = _by_person(part.events)
        for who, own in groupby(_records(part.rows), key=lambda row: row["who"]):
            for law, row, concluded in self._person(list(own), others.get(who, []), part.people.get(who)):
                self.count(found, law, np.array([row]), concluded)
        return found

    def count(self, found: Found, law: Law, rows: Integers, concluded: list[Conclusion]) -> None:
        """These rows, of each of which the same is concluded."""
        self.count_law(found, law, len(rows))
        for one in concluded:
            self.count_one(found, one, rows, _counted_of(one, len(rows)))

    def count_law(self, found: Found, law: Law, many: int) -> None:
        """So many rows that were judged by this law."""
        found.judged += many
        for binding, missing in self._not_asked(law):
            found.not_asked[binding.pack.name, binding.rule.name, missing.en, missing.zh] += many

    def count_one(self, found: Found, one: Conclusion, rows: Integers, counted: Integers) -> None:
        """These rows, of each of which this is concluded of one rule.

        Args:
            counted: how much was counted before each; passed over where the rule tells no count.
        """
        name = "" if one.rule is None else one.rule.name
        if not len(rows):
            return
        if one.throughout and one.missing is not None:
            found.not_asked[one.pack, name, one.missing.en, one.missing.zh] += len(rows)
            return
        found.counts[one.pack, name, one.outcome.value] += len(rows)
        if one.outcome is not Concluded.NO_BREACH:
            judged = None if one.finding is None else one.finding.judged
            none = judged is None or judged.counted is None
            said = Said(
                *(one.pack, name, one.outcome.value, None if judged is None else judged.limit, one.finding is None or one.finding.certain),
                *((None, None) if one.missing is None else (one.missing.en, one.missing.zh)),
            )
            found.listed.append((said, rows, np.full(len(rows), -1, np.int64) if none else counted))

    def looks_at(self, law: Law, days: frozenset[date]) -> LooksAt | None:
        """What of earlier contacts can matter to this law on these days."""
        known = self._looks_at.get((id(law), days))
        if known is None:
            known = self._looks_at[id(law), days] = (law, looks_at(law, days, self.packs, self.about.known_from))
        return known[1]

    def edges(self, law: Law, day: date) -> tuple[time, ...]:
        """The times of day at which a rule of hours of this law may change what it finds on this day."""
        known = self._edges.get((id(law), day))
        if known is None:
            known = self._edges[id(law), day] = (law, clock_edges(law, day, self.packs))
        return known[1]

    def counts(self, tally: Tally, law: Law, event: Event, at: datetime) -> bool:
        """Does the rule of this tally count such an event, before a contact of this moment?"""
        key = id(law), tally, replace(event, at=ANY_MOMENT, debts=frozenset(), point="")
        known = self._counted.get(key)
        if known is None:
            known = self._counted[key] = (law, counts(tally, law, replace(event, at=at), self.packs))
        return known[1]

    def attempt(self, search: Search, law: Law, event: Event, at: datetime) -> Attempt:
        """What is such an event to a rule that asks whether somebody was tried in vain?"""
        key = id(law), search, replace(event, at=ANY_MOMENT, debts=frozenset(), point="")
        known = self._attempts.get(key)
        if known is None:
            known = self._attempts[key] = (law, attempt(search, law, replace(event, at=at), self.packs))
        return known[1]

    def alike(self, law: Law, made_of: Callable[[], Made], facts: Facts, when: tuple[int, ...]) -> list[Conclusion]:
        """What is concluded of a contact before which nothing happened; the same for all under one law on one day between the same hours.

        Args:
            made_of: reads one of them.
            when: the numbers of its days and hours, and whether it is told what was said.
        """
        key = id(law), when
        known = self._alike.get(key)
        if known is None:
            made = made_of()
            _, concluded = conclusions(made, facts, (), replace(facts, history_from=BEFORE_EVERYTHING), self.packs, self.told)
            known = self._alike[key] = (law, concluded)
        return known[1]

    def at_the_limit(self, limit: Tally | Search, law: Law, made_of: Callable[[], Made], events: Iterable[Event], facts: Facts, of: tuple[Any, ...], *, at_worst: bool) -> Conclusion:
        """What is concluded of a rule once its limit is reached; the same for all of one law and one result.

        Args:
            made_of: reads one of them.
            of: its result, and whether it is told what was said.
        """
        key = id(law), limit, of, at_worst
        known = self._at_the_limit.get(key)
        if known is None:
            one = at_the_limit(limit, law, made_of(), events, facts, self.packs, self.told, at_worst=at_worst)
            known = self._at_the_limit[key] = (law, one)
        return known[1]

    def law_of(self, row: dict[str, Any], known: tuple[str, str] | None) -> tuple[Law, Facts]:
        """The law that speaks of this row, and what is known of its person without a history."""
        facts = self._facts_of(_place_of(row, known), ())
        return law_on(self.propose(row), facts, self.packs), facts

    def _not_asked(self, law: Law) -> list[tuple[Binding, Sentence]]:
        known = self._silent.get(id(law))
        if known is None:
            known = self._silent[id(law)] = (law, not_asked(law, self.told))
        return known[1]

    def _person(self, rows: list[dict[str, Any]], others: list[Event], known: tuple[str, str] | None) -> Iterator[tuple[Law, int, list[Conclusion]]]:
        """Each contact that was made to one person and is to be judged, with what is concluded of it."""
        lived: list[tuple[float, int, Event, dict[str, Any] | None]] = [(event.stamp, 0, event, None) for event in others]
        lived += [(event.stamp, 1, event, row if row["asked"] else None) for row in rows for event in (self.event(row),)]
        lived.sort(key=lambda one: one[:2])
        history = tuple(event for _, _, event, _ in lived)
        for places in dict.fromkeys(_place_of(row, known) for row in rows if row["asked"]):
            facts_of_place = self._facts_of(places, history)
            worse = [replace(facts_of_place, history=_as_if(history, worst)) for worst in WORST] if _has_open_results(history) else []
            complete = replace(facts_of_place, history_from=BEFORE_EVERYTHING)
            for count, (_, _, event, row) in enumerate(lived):
                if row is None or event.kind is not Happened.CONTACT or _place_of(row, known) != places:
                    continue
                made = Made(self.propose(row), event, row["said"] is not None)
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

    def event(self, row: dict[str, Any]) -> Event:
        """The row as the history holds it."""
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

    def propose(self, row: dict[str, Any]) -> Proposed:
        """The row as an act."""
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


@dataclass(slots=True)
class _Kind:
    """Contacts of one kind that were made: its sample as a row, and the law that speaks of it."""

    law: Law
    facts: Facts
    row: dict[str, Any]


class _Sifting:
    """Judges at once what is alike in one part of a log.

    Alike are contacts under one law, on one day, between the same hours; of each rule that counts it matters besides whether its limit was reached
    before the contact. What a rule then finds, the record form says of one contact that stands for all.
    """

    def __init__(self, judge: Judge, part: Part, found: Found) -> None:
        self.judge, self.part, self.found = judge, part, found
        self.sieve = Sieve(part.rows, self._events, part.people, parts_of)
        self.samples = list(_records(part.rows.take(self.sieve.samples)))
        self.rows = np.asarray(part.rows["row"])
        self.worst = (None, *WORST) if any(_is_open(event) for event in self.sieve.events) else (None,)
        self.before: dict[tuple[Any, ...], list[Integers]] = {}
        self.searched: dict[tuple[Any, ...], list[Flags]] = {}
        self.bounded: dict[Bound, Flags] = {}

    def done(self) -> Flags:
        """Count what is alike; which rows must be judged by themselves?"""
        sieve = self.sieve
        made = sieve.of_kinds([event.kind is Happened.CONTACT for event in sieve.events])
        alone = made.copy()
        if self.part.events is not None:
            made &= ~_after_the_first(self.part.events, self.part.rows)
        kinds = {number: self._kind(number) for number, event in enumerate(sieve.events) if event.kind is Happened.CONTACT}
        for own in _of_one_law(kinds):
            law = kinds[own[0]].law
            among = made & np.isin(sieve.kind, own)
            for zone in law.zones:
                among &= ~sieve.goes_back(zone)
            rows = np.flatnonzero(among)
            if len(rows):
                alone[self._of_law(law, kinds, rows)] = False
        return alone

    def _events(self, places: list[int]) -> list[Event]:
        return [self.judge.event(row) for row in _records(self.part.rows.take(places))]

    def _kind(self, number: int) -> _Kind:
        row = self.samples[number]
        return _Kind(*self.judge.law_of(row, self.part.people.get(row["who"])), row)

    def _of_law(self, law: Law, kinds: Mapping[int, _Kind], rows: Integers) -> Integers:
        """Judge these at once by their law, as far as they are alike; which were they?"""
        days = np.stack([self.sieve.days(zone)[rows] for zone in law.zones], axis=1) if law.zones else np.zeros((len(rows), 1), np.int64)
        _, first, of_days = np.unique(together(*(days.T - days.min())), return_index=True, return_inverse=True)
        seen = [frozenset(day_of(int(day)) for day in days[place]) for place in first]
        looks = [LooksAt((), ()) if law.refused_because else self.judge.looks_at(law, own) for own in seen]
        edges = sorted({edge for own in seen for day in own for edge in self.judge.edges(law, day)})
        hours = np.stack([self.sieve.hours(edges, zone)[rows] for zone in law.zones] or [np.zeros(len(rows), np.int64)], axis=1)
        passed = []
        different = {one: number for number, one in enumerate(dict.fromkeys(looks))}
        of_looks = np.array([different[one] for one in looks])[of_days]
        for one, number in different.items():
            own = np.flatnonzero(of_looks == number)
            if one is not None:
                passed.append(_Alike(self, law, kinds, one, rows[own], np.concatenate([days[own], hours[own]], axis=1)).done())
        return np.concatenate(passed) if passed else rows[:0]

    def counted_before(self, law: Law, tally: Tally, at: datetime) -> list[Integers]:
        """How much the rule of this tally counts before each row: as the log has it, and with each worst result that those not known may have been."""
        key = id(law.bindings[tally.place].rule), tally.days, tally.per, law.zones
        if key not in self.before:
            self.before[key] = []
            for worst in self.worst:
                fits = self.sieve.of_kinds([self.judge.counts(tally, law, _were(event, worst), at) for event in self.sieve.events])
                self.before[key].append(self.sieve.counted_before(fits, tally.days, tally.per, law.zones))
        return self.before[key]

    def out_of_reach(self, law: Law, search: Search, at: datetime) -> list[Flags]:
        """Before which rows a person had been tried in vain often enough: as the log has it, and with each worst result that those not known may have been."""
        key = id(law.bindings[search.place].rule), search.attempts, search.days, law.zones
        if key not in self.searched:
            self.searched[key] = []
            for worst in self.worst:
                own = [self.judge.attempt(search, law, _were(event, worst), at) for event in self.sieve.events]
                in_vain, enough, answered = (self.sieve.of_kinds([one[which] for one in own]) for which in range(3))
                self.searched[key].append(self.sieve.out_of_reach(in_vain, enough, answered, search.attempts, search.days, law.zones))
        return self.searched[key]

    @cached_property
    def unordered(self) -> Flags:
        """The rows of people of whom something was received at the very moment of another contact."""
        received = self.sieve.of_kinds([event.kind is Happened.CONTACT_RECEIVED for event in self.sieve.events])
        return self.sieve.at_one_moment(received)

    def reached(self, bound: Bound) -> Flags:
        """Before which rows did anything happen that the bound speaks of, were results that are not known the worst they may have been?"""
        if bound not in self.bounded:
            kinds = [any(bound.condition.fits(_were(event, worst)) for worst in self.worst) for event in self.sieve.events]
            self.bounded[bound] = self.sieve.anything_before(self.sieve.of_kinds(kinds))
        return self.bounded[bound]


class _Alike:
    """Contacts under one law, on days on which it looks at the same of what went before."""

    def __init__(self, sifting: _Sifting, law: Law, kinds: Mapping[int, _Kind], looks: LooksAt, rows: Integers, when: Integers) -> None:
        self.sifting, self.judge, self.law, self.kinds, self.looks, self.rows = sifting, sifting.judge, law, kinds, looks, rows
        self.when = when
        self.kind = sifting.sieve.kind[rows]

    def done(self) -> Integers:
        """Count them; which were they?"""
        passed = np.ones(len(self.rows), np.bool_)
        for bound in self.looks.bounds:
            passed &= ~self.sifting.reached(bound)[self.rows]
        reached = [self._tallied(limit) if isinstance(limit, Tally) else self._searched(limit) for limit in self.looks.limits]
        for limit, (_, state) in zip(self.looks.limits, reached, strict=True):
            if may_be_lifted_by_contacts(self.law.bindings[limit.place].rule):
                passed &= state == BELOW
            if isinstance(limit, Search):
                passed &= ~self.sifting.unordered[self.rows]
        said = np.array([one["said"] is not None for one in self.sifting.samples], np.int64)[self.kind]
        alike = []
        for own in grouped(together(said, *(self.when.T - self.when.min(axis=0)[:, None])), np.flatnonzero(passed)):
            when = (*self.when[own[0]].tolist(), int(said[own[0]]))
            concluded = self.judge.alike(self.law, partial(self._made, own[0]), self._kind(own[0]).facts, when)
            if rests_on_itself(concluded):
                alike.append((own, concluded))
            else:
                passed[own] = False
        self._count(alike, reached)
        self._count_at_the_limit(passed, reached)
        return self.rows[passed]

    def _tallied(self, tally: Tally) -> tuple[Integers, Integers]:
        """How much lay before each, and whether the limit was reached: never, at worst, or in any case."""
        told, *at_worst = (one[self.rows] for one in self.sifting.counted_before(self.law, tally, self._made(0).at))
        state = np.full(len(self.rows), BELOW)
        for one in at_worst:
            state[one >= tally.limit] = AT_WORST
        state[told >= tally.limit] = REACHED
        return told, state

    def _searched(self, search: Search) -> tuple[Integers, Integers]:
        """Nothing is counted; was the person out of reach: never, unless a result was the worst it may have been, or in any case?"""
        told, *at_worst = (one[self.rows] for one in self.sifting.out_of_reach(self.law, search, self._made(0).at))
        state = np.where(told, REACHED, BELOW)
        for one in at_worst:
            state[told & ~one] = AT_WORST
        return np.zeros(len(self.rows), np.int64), state

    def _count(self, alike: list[tuple[Integers, list[Conclusion]]], reached: list[tuple[Integers, Integers]]) -> None:
        """What the rules find, but of those that reached a limit."""
        counting = {id(self.law.bindings[limit.place].rule): one for limit, one in zip(self.looks.limits, reached, strict=True)}
        found = self.sifting.found
        for own, concluded in alike:
            self.judge.count_law(found, self.law, len(own))
            rows = self._numbers(own)
            for one in concluded:
                if one.rule is not None and id(one.rule) in counting:
                    counted, state = counting[id(one.rule)]
                    below = own[state[own] == BELOW]
                    self.judge.count_one(found, one, self._numbers(below), counted[below])
                else:
                    self.judge.count_one(found, one, rows, _counted_of(one, len(rows)))

    def _count_at_the_limit(self, passed: Flags, reached: list[tuple[Integers, Integers]]) -> None:
        """What the rules that count find of those that reached their limit."""
        for limit, (counted, state) in zip(self.looks.limits, reached, strict=True):
            beyond = np.flatnonzero(passed & (state != BELOW))
            for own in grouped(together(self.kind, state), beyond):
                events = (_were(event, worst) for event in self.sifting.sieve.events for worst in self.sifting.worst)
                kind, at_worst = self._kind(own[0]), bool(state[own[0]] == AT_WORST)
                of = kind.row["outcome"], kind.row["said"] is not None
                one = self.judge.at_the_limit(limit, self.law, partial(self._made, own[0]), events, kind.facts, of, at_worst=at_worst)
                self.judge.count_one(self.sifting.found, one, self._numbers(own), counted[own])

    def _kind(self, place: Any) -> _Kind:
        return self.kinds[int(self.kind[place])]

    def _made(self, place: Any) -> Made:
        """The contact at this place."""
        row = next(_records(self.sifting.part.rows.slice(int(self.rows[place]), 1)))
        return Made(self.judge.propose(row), self.judge.event(row), row["said"] is not None)

    def _numbers(self, places: Integers) -> Integers:
        return self.sifting.rows[self.rows[places]]


BELOW, AT_WORST, REACHED = 0, 1, 2


def _after_the_first(events: pa.Table, rows: pa.Table) -> Flags:
    """The rows of people to whom something else had happened by then; at the same moment it comes before the contact."""
    first = events.group_by(["who"]).aggregate([("at", "min")])
    begun = first["at_min"].combine_chunks().take(pc.index_in(rows["who"], value_set=first["who"].combine_chunks()))
    return np.asarray(pc.fill_null(pc.greater_equal(rows["at"], begun), False))


def _counted_of(one: Conclusion, many: int) -> Integers:
    """How much was counted, of so many contacts of which the same is concluded; below 0 where nothing is."""
    counted = None if one.finding is None else one.finding.judged.counted
    return np.full(many, -1 if counted is None else counted, np.int64)


def _of_one_law(kinds: Mapping[int, _Kind]) -> list[list[int]]:
    """The kinds, those of one law together."""
    found: dict[int, list[int]] = {}
    for number, one in kinds.items():
        found.setdefault(id(one.law), []).append(number)
    return list(found.values())


def _is_open(event: Event) -> bool:
    return event.outcome is None and event.kind is Happened.CONTACT


def _were(event: Event, worst: Outcome | None) -> Event:
    """The event, were its result this where it is not known."""
    return replace(event, outcome=worst) if worst is not None and _is_open(event) else event


_MARKS = frozenset(Mark)


def left_of(rows: pa.Table, asked: Flags) -> pa.Table:
    """The rows of the people of whom one is asked about, and which those are."""
    theirs = pc.is_in(rows["who"], value_set=rows["who"].filter(pa.array(asked)).unique())
    return rows.append_column("asked", pa.array(asked)).filter(theirs)


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
    return any(map(_is_open, history))


def _as_if(history: tuple[Event, ...], worst: Outcome) -> tuple[Event, ...]:
    return tuple(_were(event, worst) for event in history)


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
