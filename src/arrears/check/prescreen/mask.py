"""How do the questions, asked of everybody's history, become one answer a person and act?

`prescreen` compiles packs, acts and profiles once into steps: expressions without data, over people and events, and a few small tables that go
with them. Whoever carries them out (`engine.prescreening`) supplies the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from arrears.assess.delinquency.position import Step
from arrears.check.conduct.case import Figures
from arrears.check.conduct.conditions import EventCondition
from arrears.check.conduct.kinds.dispute import Dispute
from arrears.check.conduct.kinds.limitation import RESTARTS, Limitation
from arrears.check.conduct.kinds.times_ruled_out import TimesRuledOut
from arrears.check.conduct.local_time import DAY, local_day
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.standing import Standing
from arrears.check.conduct.words import TELEPHONE, Happened
from arrears.check.prescreen.days import Span, day_number, day_rows
from arrears.check.prescreen.kinds import COLUMN_FORMS, everybody, exceptions_in_columns
from arrears.check.prescreen.questions import Question, Questions, Settled, standings_of
from arrears.check.prescreen.ruled_out import ruled_out
from arrears.check.prescreen.shapes import EVENTS_SCHEMA, PEOPLE_SCHEMA, May, Profile, Screen
from arrears.check.prescreen.standing import NEVER, Asked, day_of_number, fits, number_of, stands, with_pending
from arrears.core.parameters import Unit

PEOPLE, EVENTS, MASK = "screen_people", "screen_events", "mask"
"""Names of what is read, and of what comes out."""
PLACES = 10_000
"""More rules than there will ever be: a day and a rule are one number."""
FREQUENT = frozenset({Happened.CONTACT, Happened.CONTACT_RECEIVED})
"""What happens to everybody again and again."""
MAY_NO = {may: number for number, may in enumerate(May)}
"""Answers are numbers on the way, as acts and rules are: they are compared and sorted by the million, and get their names at the end."""

SETTLED_SCHEMA = ibis.schema({
    "profile": "int32", "channel_no": "int64", "may_no": "int64", "rule_no": "int64", "shut": "boolean", "opens_at": "timestamp", "opens_on": "date",
    "opens_rule_no": "int64", "from_second": "int64", "to_second": "int64", "hours": "int64",
})
BOUND_SCHEMA = ibis.schema({"profile": "int32", "channel_no": "int64", "question": "int64", "rule_no": "int64", "telephone": "boolean", "by_channel": "string"})
SPANS_SCHEMA = ibis.schema({"profile": "int32", "zones": "int64", "starts_at": "timestamp", "first_today": "int64", "last_today": "int64"})
DAYS_SCHEMA = ibis.schema({
    "zones": "int64", "utc_day": "date", "first_day": "int64", "last_day": "int64", "turns_at": "timestamp", "turns_again_at": "timestamp",
})
OPENINGS_SCHEMA = ibis.schema({"hours": "int64", "day": "int64", "opens_at": "timestamp", "opens_on": "date"})
RULES_SCHEMA = ibis.schema({"rule_no": "int64", "rule": "string"})
CHANNELS_SCHEMA = ibis.schema({"channel_no": "int64", "channel": "string"})
ANSWERS_SCHEMA = ibis.schema({"may_no": "int64", "may": "string"})
ROWS_SCHEMA = ibis.schema({"party_id": "int64", "question": "int64", "surely": "boolean", "free_on": "int64", "medium": "string"})
LIFTED_SCHEMA = ibis.schema({"party_id": "int64", "question": "int64"})
STATED_SCHEMA = ibis.schema({
    "party_id": "int64", "question": "int64", "surely": "boolean", "lifted": "boolean", "window_opens": "int32", "window_closes": "int32",
    "window_weekdays": "int32", "only_inside": "boolean",
})


NAMES = {"prescreen_channels": "channel", "prescreen_answers": "may", "prescreen_rules": "rule"}
"""Tables that give the numbers their names, each with the column of the name. Few names stand in millions of rows."""
NUMBERED = "prescreen_events"
"""This step only numbers the rows of the one before it."""
WINDOW = ("window_opens", "window_closes", "window_weekdays", "only_inside")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is carried out: small tables first, then the steps in order; the last is the mask.

    Attributes:
        asked: which rules are asked of history in columns, for the record.
        settled: what was settled before, for every profile and act.
    """

    tables: Mapping[str, pa.Table]
    steps: tuple[Step, ...]
    asked: tuple[Question, ...]
    settled: Mapping[tuple[int, str], Settled]


def prescreen(screens: Sequence[Screen], profiles: Sequence[Profile], day: date, packs: Packs, present: Collection[str] = tuple(Happened)) -> Plan:
    """What may be done on this day, to everybody and by every act?

    Args:
        screens: the acts, each under its own name.
        profiles: what people have in common; `screen_people.profile` is a place in this list.
        day: a day that has not begun; what happened on it already makes its answers "perhaps".
        present: the kinds of event that occur at all; what could only look at others is not asked.
    """
    questions = Questions(day, packs)
    settled = {(place, screen.name): questions.settle(profile, screen) for place, profile in enumerate(profiles) for screen in screens}
    tables = _Tables(questions, settled, screens, profiles, day)
    return Plan(tables.all(), _steps(questions, day, frozenset(map(Happened, present)), tables.first_today()), tuple(questions.asked), settled)


class _Tables:
    """The small tables that go with the steps."""

    def __init__(
        self, questions: Questions, settled: Mapping[tuple[int, str], Settled], screens: Sequence[Screen], profiles: Sequence[Profile], day: date
    ) -> None:
        self.by_channel = {one.name: (one.proposed.channel in TELEPHONE, None if one.proposed.channel is None else str(one.proposed.channel)) for one in screens}
        self.questions, self.settled, self.profiles, self.day = questions, settled, profiles, day
        names = {one.name for one in questions.asked} | {one.rule for one in settled.values()}
        names |= {self._opening_rule(one) for one in settled.values()}
        self.number_of = {name: place for place, name in enumerate(sorted(names))}
        self.channel_no = {name: place for place, name in enumerate(sorted(self.by_channel))}
        self.zones_of: dict[tuple[str, ...], int] = {}
        for one in settled.values():
            self.zones_of.setdefault(one.zones or ("UTC",), len(self.zones_of))

    def all(self) -> dict[str, pa.Table]:
        return {
            "prescreen_rules": _table(RULES_SCHEMA, [(number, name or None) for name, number in self.number_of.items()]),
            "prescreen_channels": _table(CHANNELS_SCHEMA, [(number, name) for name, number in self.channel_no.items()]),
            "prescreen_answers": _table(ANSWERS_SCHEMA, [(number, str(may)) for may, number in MAY_NO.items()]),
            "prescreen_settled": _table(SETTLED_SCHEMA, [self._settled(*key, one) for key, one in self.settled.items()]),
            "prescreen_bound": _table(BOUND_SCHEMA, [
                (profile, self.channel_no[channel], place, self.number_of[self.questions.asked[place].name], *self.by_channel[channel])
                for (profile, channel), one in self.settled.items() for place in dict.fromkeys(one.questions)
            ]),
            "prescreen_spans": _table(SPANS_SCHEMA, self._spans()),
            "prescreen_days": _table(DAYS_SCHEMA, [
                (number, row.utc_day, day_number(row.first_day), day_number(row.last_day), _utc(row.turns_at), _utc(row.turns_again_at))
                for zones, number in self.zones_of.items() for row in day_rows(zones, self.day)
            ]),
            "prescreen_openings": _table(OPENINGS_SCHEMA, self._openings()),
        }

    def _settled(self, profile: int, channel: str, one: Settled) -> tuple[object, ...]:
        opening, seconds = one.opening, one.seconds or (None, None)
        return (
            profile, self.channel_no[channel], MAY_NO[one.may], self.number_of[one.rule], one.shut, _utc(opening.at) if opening else None,
            local_day(opening.at, one.zones[0]) if opening else None, self.number_of[self._opening_rule(one)], *seconds, one.hours,
        )

    def _opening_rule(self, one: Settled) -> str:
        """The rule of hours that opens last."""
        if one.opening is None or one.opening.rule is None:
            return ""
        rule = one.opening.rule
        return next(f"{pack.name}/{rule.name}" for pack in self.questions.packs.packs if any(each is rule for each in pack.rules))

    def first_today(self) -> date:
        """The earliest day that it can be for anybody in the moments asked about."""
        return min((self.questions.span(zones).first_day for zones in self.zones_of), default=self.day)

    def _spans(self) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for place in range(len(self.profiles)):
            zones = next(one.zones for (profile, _), one in self.settled.items() if profile == place) or ("UTC",)
            span = Span.of(self.day, zones)
            found.append((place, self.zones_of[zones], _utc(span.starts_at), day_number(span.first_day), day_number(span.last_day)))
        return found

    def _openings(self) -> list[tuple[object, ...]]:
        zone_of_hours = {one.hours: one.zones[0] for one in self.settled.values() if one.hours >= 0}
        return [
            (hours, day_number(self.day + ahead * DAY), _utc(opening.at), local_day(opening.at, zone_of_hours[hours]))
            for hours, row in enumerate(self.questions.openings) for ahead, opening in enumerate(row) if opening is not None
        ]


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _table(schema: ibis.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(values, type_) for values, type_ in zip(columns, schema.to_pyarrow().types, strict=True)], names=list(schema.names))


def _steps(questions: Questions, day: date, present: frozenset[Happened], first_today: date) -> tuple[Step, ...]:
    people = Step("prescreen_people", _people())
    everybody_ = _rows_of(people)
    before = _events_before(everybody_, _can_matter(questions.asked, day, present, first_today))
    late = Step("prescreen_late", _late(everybody_, day))
    numbered = ibis.table({**before.schema(), "event_no": "int64"}, name=NUMBERED)
    asking = _Asking(questions.asked, numbered, everybody_, day, present)
    rows = Step("prescreen_rows", asking.rows())
    lifted = Step("prescreen_lifted", asking.lifted())
    stated = Step("prescreen_stated", asking.stated())
    relevant = Step("prescreen_relevant", before.select(*_columns_read(before, (rows, lifted, stated))))
    events = Step(NUMBERED, _numbered(_rows_of(relevant)))
    found = Step("prescreen_found", _found(everybody_, day))
    usual = Step("prescreen_usual", _usual())
    told = Step("prescreen_told", _told(everybody_, _rows_of(found)))
    return people, relevant, events, late, rows, lifted, stated, found, usual, told, Step(MASK, _mask(everybody_, _rows_of(usual), _rows_of(told)))


def _rows_of(step: Step) -> ir.Table:
    """What the steps after it read."""
    return ibis.table(step.expression.schema(), name=step.name)


def _columns_read(table: ir.Table, by: Sequence[Step]) -> list[str]:
    """Which columns do these steps look at? To carry the others along costs more than to ask all questions."""
    read = {one.name for step in by for one in step.expression.op().find(ops.Field)}
    return [name for name in table.columns if name in read or name == "party_id"]


def _people() -> ir.Table:
    people, spans = ibis.table(PEOPLE_SCHEMA, name=PEOPLE), ibis.table(SPANS_SCHEMA, name="prescreen_spans")
    joined = people.join(spans, people.profile == spans.profile)
    return joined.select(
        *(people[name] for name in ("party_id", "profile", "history_from")), all_debts=people.debts,
        **{name: spans[name] for name in ("zones", "starts_at", "first_today", "last_today")},
    )


def _late(people: ir.Table, day: date) -> ir.Table:
    """People of whom something happened on the very day: what is said of them at its start does not hold all day."""
    events = ibis.table(EVENTS_SCHEMA, name=EVENTS)
    around = [ibis.literal(datetime.combine(day + ahead * DAY, datetime.min.time())) for ahead in (-2, 3)]
    events = events.filter((events["at"] >= around[0]) & (events["at"] < around[1]))
    return events.join(people, [events.party_id == people.party_id, events["at"] > people.starts_at]).select(party_id=events.party_id).distinct()


def _events_before(people: ir.Table, matters: Callable[[ir.Table], ir.BooleanValue]) -> ir.Table:
    """What happened before the day and can matter, with the days that it can have been where the person is."""
    events, days = ibis.table(EVENTS_SCHEMA, name=EVENTS), ibis.table(DAYS_SCHEMA, name="prescreen_days")
    relevant = events.filter(matters(events)).mutate(utc_day=events["at"].date())
    joined = relevant.join(people, [relevant.party_id == people.party_id, relevant["at"] <= people.starts_at])
    dated = joined.left_join(days, [people.zones == days.zones, relevant.utc_day == days.utc_day])
    turned = (relevant["at"] >= days.turns_at).fill_null(False).cast("int64") + (relevant["at"] >= days.turns_again_at).fill_null(False).cast("int64")
    utc_day = number_of(relevant.utc_day)
    return dated.select(
        *(relevant[name] for name in EVENTS_SCHEMA.names), people.all_debts, people.first_today, people.last_today,
        first_day=(days.first_day + turned).fill_null(utc_day - 1), last_day=(days.last_day + turned).fill_null(utc_day + 1),
    )


def _numbered(relevant: ir.Table) -> ir.Table:
    """Each with a number: its place in the table."""
    return relevant.mutate(event_no=relevant.rowid())


def _can_matter(asked: Sequence[Question], day: date, present: frozenset[Happened], first_today: date) -> Callable[[ir.Table], ir.BooleanValue]:
    """Does any question look at events like this, from so long ago? Of contacts, of which there are many, by the whole condition; of others by kind."""
    days_of: dict[Happened | EventCondition, int | None] = {}
    for question in asked:
        figures = Figures(question.binding.rule.parameters, question.binding.pack.parameters, day)
        for condition, days in _conditions(question, figures):
            of_frequent = () if condition.kinds.isdisjoint(FREQUENT & present) else (_of_frequent(condition),)
            for one in (*of_frequent, *sorted((condition.kinds - FREQUENT) & present)):
                known = days_of.get(one, 0)
                days_of[one] = None if days is None or known is None else max(days, known)
    by_days: dict[int | None, list[Happened | EventCondition]] = {}
    for one, days in days_of.items():
        by_days.setdefault(days, []).append(one)

    def matters(events: ir.Table) -> ir.BooleanValue:
        tests = []
        for days, wanted in by_days.items():
            kinds = sorted(str(one) for one in wanted if isinstance(one, Happened))
            test = _any_of([*([events.kind.isin(kinds)] if kinds else []), *(fits(one, events) for one in wanted if isinstance(one, EventCondition))])
            tests.append(test if days is None else (events["at"] >= _not_before(first_today, days)) & test)
        return _any_of(tests)

    return matters


def _of_frequent(condition: EventCondition) -> EventCondition:
    """The condition, as far as it speaks of what is frequent."""
    return EventCondition(tuple(sorted((name, values & FREQUENT if name == "kind" else values) for name, values in condition.wanted)))


def _not_before(first_today: date, days: int) -> ir.TimestampValue:
    """The moment before which nothing bears on a day for so many days: nowhere is the day more than one ahead of Greenwich."""
    return ibis.literal(datetime.combine(first_today - days * DAY, datetime.min.time()))


def _any_of(tests: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    found = ibis.literal(False)
    for one in tests:
        found = found | one
    return found


def _conditions(question: Question, figures: Figures) -> list[tuple[EventCondition, int | None]]:
    """The events at which a question looks, and for how many days back; None for all time."""
    kind = question.binding.rule.kind
    found: list[tuple[EventCondition, int | None]] = []
    if isinstance(counts := getattr(kind, "counts", None), EventCondition):
        window = figures.read(kind.window).whole if getattr(kind, "window", "") else 1  # type: ignore[attr-defined]  # a cap has a window
        found.append((with_pending(counts), window))
    if isinstance(done := getattr(kind, "done", None), EventCondition):
        found.append((done, None))
    extra: tuple[Happened, ...] = ()
    if isinstance(kind, Limitation):
        extra = (Happened.LIMITATION_STARTED, *RESTARTS)
    elif isinstance(kind, Dispute):
        extra = (Happened.VALIDATION_NOTICE_SENT,)
    if extra:
        found.append((EventCondition((("kind", frozenset(extra)),)), None))
    for standing in standings_of(question.binding.rule, question.live):
        days = _days_back(standing, figures)
        found.append((standing.event, days))
        if standing.ended_by is not None:
            found.append((standing.ended_by, None if standing.lingers else days))
    return found


def _days_back(standing: Standing, figures: Figures) -> int | None:
    """So many days after it happened it stands no more, whatever else; None where it may stand for ever."""
    lengths = [figures.read(name) for name in (standing.lasts, standing.through) if name]
    days = [one.whole + 1 for one in lengths if one.unit is Unit.DAYS]
    return min(days, default=None)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Each question turned into rows."""

    questions: Sequence[Question]
    events: ir.Table
    people: ir.Table
    day: date
    present: frozenset[Happened]

    def _asked(self, question: Question) -> Asked:
        rule, pack = question.binding.rule, question.binding.pack
        figures = Figures(rule.parameters, pack.parameters, self.day)
        return Asked(self.events, ibis.table(EVENTS_SCHEMA, name=EVENTS), self.people, question.proposed, figures, self.day, self.present, question.any_medium)

    def rows(self) -> ir.Table:
        """For whom is each rule in the way?"""
        parts = []
        for place, question in enumerate(self.questions):
            if question.lifts_only or isinstance(question.binding.rule.kind, TimesRuledOut):
                continue
            asked, rule = self._asked(question), question.binding.rule
            found = (everybody if question.always else COLUMN_FORMS[type(rule.kind)])(rule, asked)
            if found is None:
                continue
            lifted = exceptions_in_columns(question.live, asked, certain=question.certain)
            if lifted is not None:
                joined = found.left_join(lifted, found.party_id == lifted.party_id)
                kept = joined.select(
                    party_id=found.party_id, surely=found.surely & lifted.party_id.isnull(), free_on=found.free_on, medium=found.medium, lifted=lifted.surely.fill_null(False)
                )
                found = kept.filter(~kept.lifted).drop("lifted")
            parts.append(found.select(party_id=found.party_id, question=ibis.literal(place, "int64"), surely=found.surely, free_on=found.free_on, medium=found.medium))
        return _one_table(parts, ROWS_SCHEMA)

    def lifted(self) -> ir.Table:
        """For whom may hours be lifted?"""
        parts = []
        for place, question in enumerate(self.questions):
            if question.lifts_only:
                found = exceptions_in_columns(question.live, self._asked(question), certain=False)
                if found is None:
                    continue
                parts.append(found.select(party_id=found.party_id, question=ibis.literal(place, "int64")))
        return _one_table(parts, LIFTED_SCHEMA)

    def stated(self) -> ir.Table:
        """Which windows of the day did people name?"""
        parts = []
        for place, question in enumerate(self.questions):
            kind = question.binding.rule.kind
            if not isinstance(kind, TimesRuledOut) or kind.stated.event.kinds.isdisjoint(self.present):
                continue
            asked = self._asked(question)
            found = stands(kind.stated, asked, also=WINDOW)
            found = found.filter(found.window_opens.notnull())
            lifted = exceptions_in_columns(question.live, asked, certain=False)
            maybe = ibis.literal(False)
            columns = {name: found[name] for name in ("party_id", "surely", *WINDOW)}
            source: ir.Table = found
            if lifted is not None:
                source = found.left_join(lifted, found.party_id == lifted.party_id)
                maybe = lifted.party_id.notnull()
            part = source.select(**columns, question=ibis.literal(place, "int64"), lifted=maybe)
            parts.append(part.select(*STATED_SCHEMA.names))
        return _one_table(parts, STATED_SCHEMA)


def _one_table(parts: Sequence[ir.Table], schema: ibis.Schema) -> ir.Table:
    if not parts:
        none = ibis.table(RULES_SCHEMA, name="prescreen_rules")
        return none.filter(ibis.literal(False)).select(**{name: ibis.null(type_) for name, type_ in schema.items()})
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _found(people: ir.Table, day: date) -> ir.Table:
    """Of each person and act: what is surely in the way and for how long, what may be, what only shortens the day."""
    bound = ibis.table(BOUND_SCHEMA, name="prescreen_bound")

    def of_acts(table: ir.Table, columns: Callable[[], Mapping[str, ir.Value]], *more: ir.BooleanValue) -> ir.Table:
        on = [people.profile == bound.profile, table.question == bound.question, *more]
        joined = table.join(people, table.party_id == people.party_id).join(bound, on)
        return joined.select(party_id=table.party_id, channel_no=bound.channel_no, rule_no=bound.rule_no, **columns())

    rows, lifted = ibis.table(ROWS_SCHEMA, name="prescreen_rows"), ibis.table(LIFTED_SCHEMA, name="prescreen_lifted")
    no_second, no_day = ibis.null("int64"), ibis.literal(0, "int64")
    by_medium = rows.medium.isnull() | (rows.medium == bound.by_channel).fill_null(False) | (bound.telephone & rows.medium.isin([str(one) for one in sorted(TELEPHONE)]))
    in_the_way = of_acts(rows, lambda: {"surely": rows.surely, "free_on": rows.free_on, "second": no_second, "opens": ibis.literal(False)}, by_medium)
    opened = of_acts(lifted, lambda: {"surely": ibis.null("boolean"), "free_on": no_day, "second": no_second, "opens": ibis.literal(True)})
    windows = ruled_out(ibis.table(STATED_SCHEMA, name="prescreen_stated"), people, bound, ibis.table(SETTLED_SCHEMA, name="prescreen_settled"), day)
    found = ibis.union(in_the_way, opened, windows)
    # Ibis takes these days for int64 and drops the cast, where DuckDB has int32 and overflows; by way of decimals it is kept.
    free_on = found.free_on.cast("decimal(38,0)").cast("int64")
    known = found.surely.fill_null(False)
    doubtful = ~found.surely.fill_null(True) & found.second.isnull()
    return found.group_by("party_id", "channel_no").agg(
        sure=(free_on * PLACES + (PLACES - 1 - found.rule_no)).max(where=known),
        doubtful_no=found.rule_no.min(where=doubtful),
        first_second=found.second.min(), last_second=found.second.max(), window_no=found.rule_no.min(where=found.second.notnull()),
        opens=found.opens.any(),
    )


FOUND = ("sure_no", "free", "doubtful_no", "first_second", "last_second", "window_no", "opened", "late")
"""What history says of one person and act."""
KEPT_OF_SETTLED = ("channel_no", "may_no", "rule_no", "shut", "opens_at", "opens_on", "opens_rule_no", "hours")


def _usual() -> ir.Table:
    """The answer for each profile and act where history says nothing: that is for most people."""
    settled = ibis.table(SETTLED_SCHEMA, name="prescreen_settled")
    nothing = {name: ibis.literal(False) if name in ("opened", "late") else ibis.null("int64") for name in FOUND}
    each = settled.select("profile", *KEPT_OF_SETTLED, starts_at=ibis.null("timestamp"), **nothing)
    return _answered(each, "profile")


def _told(people: ir.Table, found: ir.Table) -> ir.Table:
    """The answer for each person and act of whom history says anything."""
    settled, late = ibis.table(SETTLED_SCHEMA, name="prescreen_settled"), ibis.table(ibis.schema({"party_id": "int64"}), name="prescreen_late")
    of_late = late.join(people, late.party_id == people.party_id).join(settled, people.profile == settled.profile)
    keys = ibis.union(found.select("party_id", "channel_no"), of_late.select(late.party_id, settled.channel_no), distinct=True)
    of_keys = keys.join(people, keys.party_id == people.party_id).join(settled, [people.profile == settled.profile, keys.channel_no == settled.channel_no])
    cells = of_keys.select(keys.party_id, people.starts_at, *(settled[name] for name in KEPT_OF_SETTLED))
    joined = cells.left_join(found, [cells.party_id == found.party_id, cells.channel_no == found.channel_no])
    with_found = joined.select(
        *(cells[name] for name in cells.columns), sure_no=PLACES - 1 - found.sure % PLACES, free=found.sure // PLACES, doubtful_no=found.doubtful_no,
        first_second=found.first_second, last_second=found.last_second, window_no=found.window_no, opened=found.opens.fill_null(False),
    )
    with_late = with_found.left_join(late, with_found.party_id == late.party_id)
    return _answered(with_late.select(*(with_found[name] for name in with_found.columns), late=late.party_id.notnull()), "party_id")


def _answered(each: ir.Table, whose: str) -> ir.Table:
    """Settled and found, turned into an answer and its day."""
    openings = ibis.table(OPENINGS_SCHEMA, name="prescreen_openings")
    answered = each.mutate(**_answer(each))
    channels, answers, rules = (
        ibis.table(schema, name=name) for name, schema in zip(NAMES, (CHANNELS_SCHEMA, ANSWERS_SCHEMA, RULES_SCHEMA), strict=True)
    )
    dated = answered.left_join(openings, [answered.hours == openings.hours, answered.free == openings.day])
    named = dated.left_join(channels, answered.channel_no == channels.channel_no).left_join(answers, answered.answer == answers.may_no)
    named = named.left_join(rules, answered.decides == rules.rule_no)
    waits = (answered.answer == MAY_NO[May.NO]) & (answered.because == "history")
    day_only = waits & (answered.free < NEVER)
    on = ibis.ifelse(waits, ibis.ifelse(day_only, openings.opens_on.fill_null(day_of_number(answered.free)), ibis.null("date")), answered.from_on)
    return named.select(
        answered[whose], answered.channel_no, channels.channel, answers.may, rules.rule,
        from_at=ibis.ifelse(waits, openings.opens_at, answered.from_at), from_on=on.cast("timestamp").date(),
    )


def _mask(people: ir.Table, usual: ir.Table, told: ir.Table) -> ir.Table:
    """What is told of a person and act, and for all others what is usual."""
    cells = people.join(usual, people.profile == usual.profile).select(people.party_id, *(usual[name] for name in usual.columns if name != "profile"))
    joined = cells.left_join(told, [cells.party_id == told.party_id, cells.channel_no == told.channel_no])
    answers = {name: ibis.ifelse(told.party_id.notnull(), told[name], cells[name]) for name in ("may", "rule", "from_at", "from_on")}
    return joined.select(cells.party_id, cells.channel, **answers)


def _answer(each: ir.Table) -> dict[str, ir.Value]:
    """The strictest that holds: settled no, surely in the way, waiting for confirmation, doubtful, yes."""
    no, deferred, perhaps, yes = (ibis.literal(MAY_NO[one], "int64") for one in (May.NO, May.DEFERRED, May.PERHAPS, May.YES))
    at_best = each.may_no
    settled_no = (at_best == no) & ~(each.shut & (each.opened | each.late))
    surely = each.sure_no.notnull() & ~each.late
    shifts = each.first_second.notnull()
    doubtful = each.late | each.doubtful_no.notnull() | each.sure_no.notnull() | (each.first_second != each.last_second).fill_null(False)
    doubtful = doubtful | at_best.isin([perhaps, no])
    opens_at = ibis.ifelse(shifts, ibis.greatest(each.opens_at, each.starts_at + each.first_second.fill_null(0).as_interval("s")), each.opens_at)
    never = settled_no & ~each.shut
    return {
        "because": ibis.cases((never, "settled"), (surely, "history"), (settled_no, "hours"), else_=""),
        "decides": ibis.cases(
            (never, each.rule_no), (surely, each.sure_no), (settled_no, each.rule_no), (at_best == deferred, each.rule_no),
            (each.doubtful_no.notnull(), each.doubtful_no), (at_best.isin([perhaps, no]), each.rule_no),
            (each.sure_no.notnull(), each.sure_no), (shifts, each.window_no), else_=each.opens_rule_no,
        ),
        "from_at": ibis.cases((never, ibis.null("timestamp")), else_=opens_at),
        "from_on": ibis.cases((never, ibis.null("date")), else_=each.opens_on),
        "answer": ibis.cases((settled_no | surely, no), (at_best == deferred, deferred), (doubtful, perhaps), else_=yes),
    }
