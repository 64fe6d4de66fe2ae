"""How do the rows of the casefile read as what happened, in the words of the check?

A word that is not known stops the reading: a contact that cannot be understood cannot be counted, and then nothing may be permitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from arrears.casefile.facts.contact import ContactKind
from arrears.casefile.store.permits import Attempt
from arrears.check.conduct.facts import Event, Proposed
from arrears.check.conduct.words import Channel, Happened, Mark, Mode, Outcome, Place, Purpose, Recipient, Side
from arrears.core.problems import BadData

Word = TypeVar("Word", bound=StrEnum)
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


def _event(one: Attempt, at: datetime) -> Event:
    return Event(
        at=at if one.expires_at is not None else one.occurred_at,
        kind=_KINDS[one.kind],
        by=word(Side, one.side),
        party=one.collector,
        to=word(Recipient, one.recipient),
        person=one.recipient_reference,
        debts=frozenset(one.debts),
        channel=word(Channel, one.channel),
        point=one.point,
        place=None if one.place is None else word(Place, one.place),
        purpose=None if one.purpose is None else word(Purpose, one.purpose),
        mode=None if one.mode is None else word(Mode, one.mode),
        outcome=None if one.outcome is None else word(Outcome, one.outcome),
        marks=frozenset([word(Mark, mark) for mark in one.marks]),
    )


def pending(proposed: Proposed, at: datetime) -> Event:
    """A permit that was issued this moment, as the contact that it will become."""
    return Event(
        at=at, kind=Happened.CONTACT, by=Side.COLLECTOR, party=proposed.party, to=proposed.to, person=proposed.person, debts=proposed.debts,
        channel=proposed.channel, point=proposed.point, place=proposed.place, purpose=proposed.purpose, mode=proposed.mode,
        outcome=Outcome.PENDING, marks=proposed.marks,
    )
