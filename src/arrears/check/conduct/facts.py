"""What is proposed, and what is known? Everything a verdict may look at, and nothing else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

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

    def __post_init__(self) -> None:
        assert self.at.tzinfo is not None, "a moment carries its zone"


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
    _by_kind: dict[Happened, tuple[list[float], list[Event]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for event in sorted(self.history, key=lambda event: event.at):
            moments, events = self._by_kind.setdefault(event.kind, ([], []))
            moments.append(event.at.timestamp())
            events.append(event)

    def of(self, kinds: Iterable[Happened], since: datetime | None = None, until: datetime | None = None) -> list[Event]:
        """What happened of these kinds, oldest first; from one moment to another, both included."""
        parts = []
        for kind in kinds:
            if kind in self._by_kind:
                moments, events = self._by_kind[kind]
                first = 0 if since is None else bisect_left(moments, since.timestamp())
                last = len(moments) if until is None else bisect_right(moments, until.timestamp())
                if first < last:
                    parts.append(events[first:last])
        if len(parts) < 2:
            return parts[0] if parts else []
        return sorted((event for part in parts for event in part), key=lambda event: event.at)
