"""What does a provider of a channel take, and what does it answer? The shape that every channel has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from arrears.casefile.facts.message import Result
from arrears.core.problems import Busy

CHUNK_MAX = 50
"""Messages a transaction: as many as the gate answers for at once."""


class ProviderAway(Busy):
    """The provider cannot be reached or takes nothing now. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a provider gets it.

    Attributes:
        key: the same for every attempt of this message, so that a provider that knows keys takes it once.
        code: the code under which its reader can check it and stop more of its kind; nobody can guess it, as a key could be.
    """

    message_id: int
    key: str
    address: str
    subject: str
    text: str
    locale: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says of one message.

    Attributes:
        reference: how the provider calls it, for receipts.
        code: its own or the protocol's code.
    """

    message_id: int
    result: Result
    reference: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a provider is used.

    Attributes:
        per_second: how many messages it takes, all workers together.
        chunk: messages in one transaction.
        attempts: how often one message is tried at most.
        first_wait, longest_wait: how long is waited after the first failure; it doubles with every other one.
    """

    per_second: float
    chunk: int = CHUNK_MAX
    attempts: int = 3
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)


class Provider(Protocol):
    """Who carries messages of one channel.

    A message that `send` does not answer, because it raised or ended before, is uncertain: `NOT_TAKEN` is said only where the provider surely has not got it.
    """

    name: str
    channel: str

    def ready(self) -> None:
        """Be able to send, or raise `ProviderAway`: asked before any permit is, so that an outage costs no contact."""

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Hand these over; an answer is yielded as soon as it is known."""

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """What does the provider know of messages with these keys? None of a key means that it cannot say; it may know none at all."""

    def close(self) -> None:
        """End the connection in good order."""
