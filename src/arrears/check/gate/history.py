"""How do the rows of the casefile read as what happened, in the words of the check?

A word that is not known stops the reading: a contact that cannot be understood cannot be counted, and then nothing may be permitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from arrears.casefile.facts.contact import ContactKind
from arrears.casefile.store.permits import SEPARATOR, Attempt
from arrears.check.conduct.facts import NOTHING, Event, Proposed
from arrears.check.conduct.words import Channel, Happened, Mark, Mode, Outcome, Place, Purpose, Recipient, Side
from arrears.core.problems import BadData

Word = TypeVar("Word", bound=StrEnum)
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_KINDS = {ContactKind.MADE.value: Happened.CONTACT, ContactKind.RECEIVED.value: Happened.CONTACT_RECEIVED}


def word(kind: type[Word], text: str) -> Word:
    """The member of a closed list.

    Raises:
        BadData: the text is none of its words.

    >>> word(Channel, "call")
    <Channel.CALL: 'call'>
    """
    try:
        return kind(text)
    except ValueError as unknown:
        raise BadData(f"“{text}” is not known here as a {kind.__name__.lower()}.", "It could not be counted by any rule.", f"Known are: {', '.join(kind)}.") from unknown


def events_of(attempts: Iterable[Attempt], at: datetime) -> list[Event]:
    """Contacts and open permits as events. An open permit may be used at any moment: it counts as of now."""
    return [_event(one, at) for one in attempts]


_SLOTS = {name: getattr(Event, name).__set__ for name in Event.__slots__}
_SET_AT, _SET_STAMP = _SLOTS.pop("at"), _SLOTS.pop("stamp")


def _event(one: Attempt, at: datetime) -> Event:
    """One attempt as an event: the pattern of its like, at its own moment.

    A person of a hundred attempts is read in a third of the time that a hundred calls of `Event` take.
    """
    kind, occurred_at, *words, expires_at = one
    event = object.__new__(Event)
    for put, value in _pattern(kind, *words):
        put(event, value)
    moment = at if expires_at is not None else occurred_at
    _SET_AT(event, moment)
    _SET_STAMP(event, moment.timestamp())
    return event


@lru_cache(maxsize=10_000)
def _pattern(
    kind: str, side: str, collector: str, purpose: str | None, channel: str, recipient: str, reference: str, debts: str, point: str, place: str | None,
    mode: str | None, outcome: str | None, marks: str,
) -> tuple[tuple[Callable[[Event, Any], None], Any], ...]:
    """Everything but the moment. A person's attempts are much alike, so most were read before."""
    like = Event(
        at=_ANY_MOMENT,
        kind=_KINDS[kind],
        by=word(Side, side),
        party=collector,
        to=word(Recipient, recipient),
        person=reference,
        debts=frozenset(debts.split(SEPARATOR)) if debts else frozenset(),
        channel=word(Channel, channel),
        point=point,
        place=None if place is None else word(Place, place),
        purpose=None if purpose is None else word(Purpose, purpose),
        mode=None if mode is None else word(Mode, mode),
        outcome=None if outcome is None else word(Outcome, outcome),
        marks=frozenset([word(Mark, mark) for mark in marks.split(SEPARATOR)]) if marks else NOTHING,
    )
    return tuple((put, getattr(like, name)) for name, put in _SLOTS.items())


def pending(proposed: Proposed, at: datetime) -> Event:
    """A permit that was issued this moment, as the contact that it will become."""
    return Event(
        at=at, kind=Happened.CONTACT, by=Side.COLLECTOR, party=proposed.party, to=proposed.to, person=proposed.person, debts=proposed.debts,
        channel=proposed.channel, point=proposed.point, place=proposed.place, purpose=proposed.purpose, mode=proposed.mode,
        outcome=Outcome.PENDING, marks=proposed.marks,
    )
