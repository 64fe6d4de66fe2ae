"""What does a provider tell us by itself: which of our messages arrived, and what did somebody answer?

A provider keeps what it tells until it hears that it was kept here (`Listener.kept`). Whoever dies between hears it again, so everything has a name
(`source`) by which the second time is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arrears.casefile.facts.message import Arrival


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether a message arrived.

    Attributes:
        reference: how the provider calls our message (`MessageAnswered.reference`), or one part of it: then a word of that reference (`whole`); empty where
            it gives our own key back.
        key: our key of the message (`act.sending.Outgoing.key`), where the provider gives it back.
        code: the provider's or the protocol's code; no words, which may hold an address.
    """

    source: str
    reference: str
    key: str
    arrival: Arrival
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """Words that somebody sent us.

    Attributes:
        address: from where, as the provider writes it.
        to: to which of our addresses or numbers.
        answers: our key of the message it answers, where the provider says so; empty else.
        text: what the person wrote, without what was quoted from our message.
        is_automatic: written by a machine (out of office): no word of the person.
    """

    source: str
    address: str
    to: str
    answers: str
    text: str
    is_automatic: bool
    at: datetime


Incoming = Receipt | Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by which a provider tells us something over the web."""

    query: str
    headers: Mapping[str, str]
    body: bytes


Understand = Callable[[Asked, datetime], Sequence[Incoming]]
"""Request, now → what it tells. Raises `AnswerIsNo` where it is not shown who says so, `BadData` where it is not of the form."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that came in, and the token by which the provider is told that it was kept."""

    token: str
    what: Incoming


class Listener(Protocol):
    """Who tells what came in by one channel. It may be the same object as the channel's `Provider`."""

    name: str
    channel: str

    def hear(self, seconds: float) -> Sequence[Heard]:
        """What came in, waiting at most so long for the first of it; raises `core.problems.Busy` where the provider cannot be reached."""

    def kept(self, tokens: Sequence[str]) -> None:
        """These are on record here: the provider may forget them."""

    def close(self) -> None:
        """End the connection in good order."""
