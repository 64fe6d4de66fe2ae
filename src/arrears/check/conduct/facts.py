"""What is proposed, and what is known? Everything a verdict may look at, and nothing else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from operator import attrgetter

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
from arrears.core.reasons import Sentence

NOTHING: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposed:
    """One act that somebody wants to do. A contact states its purpose, its channel and whom it reaches.

    Attributes:
        party: which of those who collect would do it; caps that count apart tell them by this.
        debts: what it is about; empty stands for every debt of the person.
        person: which one, where several persons are the same to the debtor (two neighbours); empty where there is one.
        point: number or address, as the lender's own reference.
        place: where the contact point reaches the person.
        amount_minor: how much is asked for.
        period: first and last day for which something is charged.
        stated_on: the day that is told to the person.
        district: court at which a suit would be filed.
    """

    act: Act
    party: str
    purpose: Purpose | None = None
    channel: Channel | None = None
    to: Recipient = Recipient.DEBTOR
    person: str = ""
    debts: frozenset[str] = frozenset()
    point: str = ""
    place: Place = Place.NOT_TIED
    mode: Mode = Mode.INTERACTIVE
    marks: frozenset[Mark] = NOTHING
    amount_minor: int | None = None
    period: tuple[date, date] | None = None
    stated_on: date | None = None
    record: Record | None = None
    district: str = ""

    def __post_init__(self) -> None:
        if self.act is Act.CONTACT:
            assert self.purpose is not None and self.channel is not None, "a contact states its purpose and its channel"

    def about(self, debt: str) -> Proposed:
        """The same act, about this debt alone."""
        one = object.__new__(Proposed)
        for name, value in zip(_SLOTS_OF_PROPOSED, _values_of(self), strict=True):
            object.__setattr__(one, name, value)
        object.__setattr__(one, "debts", frozenset({debt}))
        return one


_SLOTS_OF_PROPOSED = tuple(one.name for one in fields(Proposed))
_values_of = attrgetter(*_SLOTS_OF_PROPOSED)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days of the week, in the person's local time: from `opens` on, before `closes`; over midnight where it closes first.

    >>> Window(frozenset({0}), time(22), time(8)).holds(datetime(2026, 3, 3, 7, 59)), Window(frozenset({0}), time(22), time(8)).holds(datetime(2026, 3, 2, 7, 59))
    (True, False)
    """

    weekdays: frozenset[int]
    """Monday is 0."""
    opens: time
    closes: time

    def holds(self, local: datetime) -> bool:
        """Does this moment lie inside?"""
        clock, day = local.time(), local.weekday()
        if self.opens < self.closes:
            return day in self.weekdays and self.opens <= clock < self.closes
        return (day in self.weekdays and clock >= self.opens) or ((day - 1) % 7 in self.weekdays and clock < self.closes)


EVERY_DAY = frozenset(range(7))
_stamp: Callable[[Event], float] = attrgetter("stamp")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, when it was known or took effect (a letter: when it arrived).

    Attributes:
        debts: which debts it concerns; empty stands for all.
        until: last day on which it holds, where it says so itself.
        window: hours that it speaks of.
        only_inside: the window is the only one in which the person may be contacted, instead of one in which not.
        years: a period in years that belongs to this debt.
        amount_minor, total_minor: which part of which whole it concerns.
        says: what a reader of the answer is told about it, such as who may end it.
    """

    at: datetime
    kind: Happened
    by: Side = Side.DEBTOR
    party: str = ""
    to: Recipient = Recipient.DEBTOR
    person: str = ""
    debts: frozenset[str] = frozenset()
    channel: Channel | None = None
    point: str = ""
    place: Place | None = None
    purpose: Purpose | None = None
    mode: Mode | None = None
    outcome: Outcome | None = None
    marks: frozenset[Mark] = NOTHING
    until: date | None = None
    window: Window | None = None
    only_inside: bool = False
    years: int | None = None
    amount_minor: int | None = None
    total_minor: int | None = None
    record: Record | None = None
    says: Sentence | None = None
    stamp: float = field(init=False, repr=False, compare=False)
    """The moment in seconds since 1970 began in Greenwich: order in time, also in the hour that comes twice."""

    def __post_init__(self) -> None:
        assert self.at.tzinfo is not None, "a moment carries its zone"
        object.__setattr__(self, "stamp", self.at.timestamp())


class Line:
    """What happened of one kind, in order of time; brought into order when it is first asked about.

    Attributes:
        places: where in the history each of them stands; known once somebody asks what had happened earlier.
    """

    __slots__ = ("_events", "_stamps", "places")

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._stamps: list[float] | None = None
        self.places: list[int] = []

    def between(self, since: float | None, until: float | None, known: int | None) -> list[Event]:
        """From one moment to another, both included; of the first `known` places of the history alone, where it says so."""
        stamps = self._stamps
        if stamps is None:
            stamps = self._bring_into_order()
        first = 0 if since is None else bisect_left(stamps, since)
        last = len(stamps) if until is None else bisect_right(stamps, until)
        if known is not None:
            last = min(last, bisect_left(self.places, known))
        return self._events[first:last] if first < last else []

    def _bring_into_order(self) -> list[float]:
        stamps = list(map(_stamp, self._events))
        in_order = sorted(stamps)
        if in_order != stamps:
            self._events = sorted(self._events, key=_stamp)
        self._stamps = in_order
        return in_order


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the person, the debt and the actor, and what happened.

    Attributes:
        places: ISO 3166 codes of the places whose law applies, the country among them: {"US", "US-NY", "US-NY-NYC"}.
        zones: IANA names of every zone in which the person may be; empty where nothing is known.
        history: in any order.
        history_from: the first day from which the history is whole; what is asked about earlier days is not known.
        holidays: public holidays of the place around the days in question.
        districts: courts at which the person may be sued.
    """

    places: frozenset[str]
    zones: tuple[str, ...]
    actor: ActorRole
    product: Product
    history_from: date
    debt_purpose: DebtPurpose = DebtPurpose.CONSUMER
    debtor: DebtorKind = DebtorKind.PERSON
    lender: LenderKind = LenderKind.BANK
    history: tuple[Event, ...] = ()
    holidays: frozenset[date] = frozenset()
    districts: frozenset[str] = frozenset()
    kinds: frozenset[Happened] = field(default=frozenset(), init=False, repr=False, compare=False)
    """The kinds of what happened at any time."""
    _lines: dict[Happened, Line] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: int | None = field(default=None, init=False, repr=False, compare=False)
    """How many of the history had happened; None for all."""

    def __post_init__(self) -> None:
        of_kind: dict[Happened, list[Event]] = {}
        for event in self.history:
            kind = event.kind
            if kind in of_kind:
                of_kind[kind].append(event)
            else:
                of_kind[kind] = [event]
        for kind, events in of_kind.items():
            self._lines[kind] = Line(events)
        object.__setattr__(self, "kinds", frozenset(of_kind))

    def when_known(self, count: int) -> Facts:
        """The same person when only the first so many of the history had happened; the history must be in order of time.

        What is known about a person in the course of years is so read once and asked about many moments.

        >>> from datetime import UTC
        >>> calls = [Event(datetime(2026, 3, 2, hour, tzinfo=UTC), Happened.CONTACT) for hour in (9, 9, 10)]
        >>> facts = Facts(frozenset({"CN"}), (), ActorRole.AGENCY, Product.OTHER, date(2026, 1, 1), history=tuple(calls))
        >>> [len(facts.when_known(count).of([Happened.CONTACT], until=calls[0].at)) for count in (0, 1, 2, 3)]
        [0, 1, 2, 2]
        """
        assert 0 <= count <= len(self.history)
        known = object.__new__(Facts)
        for name in _SLOTS_OF_FACTS:
            object.__setattr__(known, name, getattr(self, name))
        object.__setattr__(known, "_known", count)
        if self.history and not self._lines[self.history[0].kind].places:
            for place, event in enumerate(self.history):
                self._lines[event.kind].places.append(place)
        return known

    def of(self, kinds: Iterable[Happened], since: datetime | None = None, until: datetime | None = None) -> list[Event]:
        """What happened of these kinds, oldest first; from one moment to another, both included."""
        return self.between(kinds, None if since is None else since.timestamp(), None if until is None else until.timestamp())

    def between(self, kinds: Iterable[Happened], since: float | None = None, until: float | None = None) -> list[Event]:
        """The same with its moments in seconds, as `Event.stamp` has them."""
        found: list[Event] = []
        several = False
        for kind in kinds:
            line = self._lines.get(kind)
            if line is not None and (part := line.between(since, until, self._known)):
                several = bool(found)
                found = found + part if several else part
        return sorted(found, key=_stamp) if several else found


_SLOTS_OF_FACTS = tuple(one.name for one in fields(Facts) if one.name != "_known")
