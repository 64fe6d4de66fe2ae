"""What do the packs ask of each profile and act, and what is settled before anybody's history is looked at?

Asked of the record evaluators: whether the law of the place is known, which rules bind, what they say where nothing happened, when the hours
open. What is left over are questions on history: a rule, with the act as far as the rule looks at it, asked once for all persons and acts that
share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from arrears.check.conduct.case import Case, Figures, Judged
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.content import Forbidden, Required
from arrears.check.conduct.kinds.day_window import DayWindow
from arrears.check.conduct.kinds.deadline import Deadline
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.kinds.limitation import Limitation
from arrears.check.conduct.kinds.times_ruled_out import TimesRuledOut
from arrears.check.conduct.kinds.until_day import UntilDay
from arrears.check.conduct.law import Binding, Law, law_on
from arrears.check.conduct.local_time import DAY
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.rule import Effect, Rule, RuleException
from arrears.check.conduct.standing import Scope, Standing
from arrears.check.conduct.words import Channel, same_medium
from arrears.check.prescreen.days import DAYS_AHEAD, INSTANT, HoursAsked, Opening, Span, opens, seconds_open
from arrears.check.prescreen.kinds import COLUMN_FORMS
from arrears.check.prescreen.shapes import May, Profile, Screen
from arrears.core.parameters import NoValue, Reading

NOT_COVERED = "not_covered"
"""Stands in the place of a rule where no law that is known speaks of the act."""


@dataclass(frozen=True, slots=True)
class Question:
    """One rule, asked of everybody's history.

    Attributes:
        name: pack and rule.
        proposed: an act that stands for all that share the question.
        live: its exceptions whose words on the act fit and that look at the history.
        always: it is in the way where no exception lifts it.
        lifts_only: only whether it may be lifted is asked (hours, which are settled by the profile).
        certain: rule and figures are confirmed.
        any_medium: the rule compares the medium, and acts by all of them share the question.
    """

    name: str
    binding: Binding
    proposed: Proposed
    live: tuple[RuleException, ...]
    always: bool
    lifts_only: bool
    certain: bool
    any_medium: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of one profile and act before any history.

    Attributes:
        may: the best answer that is left.
        rule: for which rule it is no better than that.
        shut: hours keep it shut all day; an agreement on the time may open it.
        opening: when the hours open on the day.
        seconds: from which second of the day on, and before which, they are open; None where clock and seconds differ.
        questions: places of the questions in the list of all.
        hours: name of its row of openings.
    """

    may: May
    rule: str
    shut: bool
    opening: Opening | None
    seconds: tuple[int, int] | None
    questions: tuple[int, ...]
    hours: int
    zones: tuple[str, ...]


@dataclass(slots=True)
class Questions:
    """All questions of one pre-screen, gathered profile by profile."""

    day: date
    packs: Packs
    asked: list[Question] = field(default_factory=list)
    openings: list[tuple[Opening | None, ...]] = field(default_factory=list)
    _places: dict[object, int] = field(default_factory=dict)
    _spans: dict[tuple[str, ...], Span] = field(default_factory=dict)
    _hours: dict[object, int] = field(default_factory=dict)
    _figures: dict[tuple[str, str], Figures | None] = field(default_factory=dict)

    def span(self, zones: tuple[str, ...]) -> Span:
        """The day in these zones."""
        if zones not in self._spans:
            self._spans[zones] = Span.of(self.day, zones)
        return self._spans[zones]

    def settle(self, profile: Profile, screen: Screen) -> Settled:
        """What is settled of this profile and act; its questions are added to the list."""
        facts = profile.facts()
        law = law_on(screen.proposed, facts, self.packs)
        if law.refused_because:
            return Settled(May.NO, NOT_COVERED, False, None, None, (), -1, law.zones)
        return _Settling(self, screen.proposed, facts, law).done()

    def place_of(self, question: Question, key: object) -> int:
        """The place of a question in the list; asked once however many share it."""
        if key not in self._places:
            self._places[key] = len(self.asked)
            self.asked.append(question)
        return self._places[key]

    def hours_of(self, hours: Sequence[HoursAsked], proposed: Proposed, facts: Facts, zones: tuple[str, ...]) -> int:
        """The place of these hours in the list of openings."""
        key = (zones, tuple(id(one.rule) for one in hours))
        if key not in self._hours:
            self._hours[key] = len(self.openings)
            self.openings.append(tuple(self._openings(hours, proposed, facts, zones)))
        return self._hours[key]

    def _openings(self, hours: Sequence[HoursAsked], proposed: Proposed, facts: Facts, zones: tuple[str, ...]) -> Iterator[Opening | None]:
        for ahead in range(DAYS_AHEAD):
            yield opens(hours, proposed, facts, self.day + ahead * DAY, zones)


class _Settling:
    """One profile and act on their way to what is settled."""

    def __init__(self, all_questions: Questions, proposed: Proposed, facts: Facts, law: Law) -> None:
        self.all, self.proposed, self.facts, self.law = all_questions, proposed, facts, law
        self.span = all_questions.span(law.zones)
        self.hours: list[HoursAsked] = []
        self.questions: list[int] = []
        self.best, self.rule = May.YES, ""

    def done(self) -> Settled:
        for binding in self.law.bindings:
            self._ask(binding)
        try:
            place = self.all.hours_of(self.hours, self.proposed, self.facts, self.law.zones)
        except NoValue:
            place = -1
        opening = self.all.openings[place][0] if place >= 0 else None
        shut = opening is None or opening.at >= self.span.ends_at
        if shut and opening is not None and opening.rule is not None and self.best is not May.NO:
            name = next(f"{one.pack.name}/{one.rule.name}" for one in self.law.bindings if one.rule is opening.rule)
            self.best, self.rule = May.NO, name
        even = self.span.is_even and not shut
        seconds = seconds_open(self.hours, self.all.day) if even else None
        return Settled(self.best, self.rule, shut and self.best is May.NO, opening, seconds, tuple(self.questions), place, self.law.zones)

    def _no_better_than(self, may: May, rule: str) -> None:
        """The strictest answer stays; of two alike the first."""
        order = (May.YES, May.PERHAPS, May.DEFERRED, May.NO)
        if order.index(may) > order.index(self.best):
            self.best, self.rule = may, rule

    def _ask(self, binding: Binding) -> None:
        pack, rule, name = binding.pack, binding.rule, f"{binding.pack.name}/{binding.rule.name}"
        days = [day for day in _days(self.span.first_day, self.span.last_day) if rule.in_force(day)]
        if not days:
            return
        if not rule.in_force(self.all.day) or len(days) <= (self.span.last_day - self.span.first_day).days or self._figures_change(binding, days):
            self._no_better_than(May.PERHAPS, name)
            return
        figures = Figures(rule.parameters, pack.parameters, self.all.day)
        moment = self.span.starts_at
        try:
            judged: Judged = rule.kind.judge(Case(self.proposed, self.facts, moment, self.law.zones, figures), binding.uncounted)
        except NoValue:
            self._no_better_than(May.NO, name)
            return
        if judged.speaks and not self._certain(binding, figures.used.values()):
            self._no_better_than(May.DEFERRED, name)
        try:
            certain = self._certain(binding, [figures.read(called) for called in rule.parameters])
        except NoValue:
            self._no_better_than(May.PERHAPS, name)
            return
        exceptions = [one for one in rule.exceptions if one.when.fits(self.proposed, self.facts)]
        self._by_kind(binding, judged, exceptions, certain=certain)

    def _by_kind(self, binding: Binding, judged: Judged, exceptions: list[RuleException], *, certain: bool) -> None:
        kind, name = binding.rule.kind, f"{binding.pack.name}/{binding.rule.name}"
        lifting = [one for one in exceptions if one.effect is Effect.LIFTS]
        restored = len(lifting) < len(exceptions)
        if any(not one.given and not one.without for one in lifting):
            if restored or not (certain or judged.speaks):
                self._no_better_than(May.PERHAPS, name)
            return
        live = tuple(lifting)
        if isinstance(kind, Hours):
            self.hours.append(HoursAsked(binding.rule, binding.pack.parameters))
            if live:
                self._put(binding, live, always=False, lifts_only=True, certain=False)
            return
        if self._never_in_the_way(kind):
            if not certain and not judged.speaks:
                self._no_better_than(May.PERHAPS, name)
            return
        if not certain and not judged.speaks and isinstance(kind, Deadline | DayWindow | TimesRuledOut):
            self._no_better_than(May.PERHAPS, name)
            return
        if isinstance(kind, UntilDay) and not judged.breach:
            if self._ends_within(binding):
                self._no_better_than(May.PERHAPS, name)
            return
        if isinstance(kind, UntilDay) or (isinstance(kind, Forbidden | Required) and not kind.during):
            if judged.breach and not live:
                self._no_better_than(May.NO, name)
            elif judged.breach:
                self._put(binding, live, always=True, lifts_only=False, certain=certain and not restored)
            return
        if isinstance(kind, TimesRuledOut) or (type(kind) in COLUMN_FORMS and not (isinstance(kind, Block) and kind.over_period and self.proposed.period)):
            self._put(binding, live, always=False, lifts_only=False, certain=certain and not restored)
            return
        self._no_better_than(May.PERHAPS, name)

    def _ends_within(self, binding: Binding) -> bool:
        """Is a day that the law names over before the last moment of the span is?"""
        figures = Figures(binding.rule.parameters, binding.pack.parameters, self.all.day)
        last = Case(self.proposed, self.facts, self.span.ends_at - INSTANT, self.law.zones, figures)
        return binding.rule.kind.judge(last, binding.uncounted).breach

    def _never_in_the_way(self, kind: object) -> bool:
        """Is what the act says enough to know that the rule is kept, whatever happened?"""
        if isinstance(kind, Required):
            return bool(kind.during) and kind.marks <= self.proposed.marks
        return isinstance(kind, Forbidden | Limitation) and bool(kind.marks) and kind.marks.isdisjoint(self.proposed.marks)

    def _put(self, binding: Binding, live: tuple[RuleException, ...], *, always: bool, lifts_only: bool, certain: bool) -> None:
        by_exception = any(Scope.MEDIUM in one.scope for exception in live for one in (*exception.given, *exception.without))
        any_medium = isinstance(binding.rule.kind, Block) and not by_exception and any(Scope.MEDIUM in one.scope for one in binding.rule.kind.by)
        looked_at = _looked_at(binding, live, self.proposed, any_medium=any_medium)
        key = (id(binding.rule), looked_at, tuple(one.name for one in live), always, lifts_only, certain)
        question = Question(f"{binding.pack.name}/{binding.rule.name}", binding, self.proposed, live, always, lifts_only, certain, any_medium)
        self.questions.append(self.all.place_of(question, key))

    def _certain(self, binding: Binding, readings: Iterable[Reading]) -> bool:
        packs, day = self.all.packs, self.all.day
        return packs.rule_is_certain(binding.pack, binding.rule, day) and all(packs.figure_is_certain(one, day) for one in readings)

    def _figures_change(self, binding: Binding, days: list[date]) -> bool:
        """Does a figure, or how sure it is, change within the span?"""
        if len(days) == 1:
            return False
        told = set()
        for day in days:
            figures = Figures(binding.rule.parameters, binding.pack.parameters, day)
            try:
                readings = [figures.read(called) for called in binding.rule.parameters]
            except NoValue:
                return True
            packs = self.all.packs
            sure = tuple(packs.figure_is_certain(one, day) for one in readings), packs.rule_is_certain(binding.pack, binding.rule, day)
            told.add((tuple(one.stated.from_on for one in readings), sure))
        return len(told) > 1


def _days(first: date, last: date) -> list[date]:
    return [first + ahead * DAY for ahead in range((last - first).days + 1)]


def standings_of(rule: Rule, live: tuple[RuleException, ...]) -> Iterator[Standing]:
    """All that the rule and these of its exceptions say of what stands."""
    kind = rule.kind
    for name in ("by", "during", "one_of"):
        yield from getattr(kind, name, ())
    for name in ("after", "of", "stated"):
        if (one := getattr(kind, name, None)) is not None:
            yield one
    for exception in live:
        yield from (*exception.given, *exception.without)


def _looked_at(binding: Binding, live: tuple[RuleException, ...], proposed: Proposed, *, any_medium: bool) -> tuple[object, ...]:
    """The act as far as the rule looks at it besides what binds it: two acts alike in this share the question."""
    scopes = {scope for one in standings_of(binding.rule, live) for scope in one.scope} | getattr(binding.rule.kind, "per", frozenset())
    return (
        (proposed.to, proposed.person) if Scope.PERSON in scopes else None,
        tuple(one for one in Channel if same_medium(one, proposed.channel)) if Scope.MEDIUM in scopes and not any_medium else None,
        proposed.place if Scope.PLACE in scopes else None,
        proposed.party if Scope.PARTY in scopes else None,
        proposed.amount_minor,
    )
