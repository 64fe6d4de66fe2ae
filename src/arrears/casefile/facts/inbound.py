"""What did somebody write to us, what was it taken for and by whom, and what was said about a contact point by it?

Words of a person are sealed under the person's key. What a reply was taken for is a fact of its own: a person who corrects it adds another, and the
last word counts. What followed at once (a hold, a refusal of a channel) are the facts of those things, with the reply named as their cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ReplyReceived:
    """Somebody wrote to us. Journal: `reply:received`, in the person's chain; `address` and `text` are personal.

    Attributes:
        source: the provider's name of it; the same from the same provider is the same reply.
        answers_message: the message of ours it answers, where that is known.
        point: the contact point it came from, by reference, where that is known.
        is_automatic: written by a machine (out of office): no word of the person.
        placed_by: how it was found whose it is: `answer` (it answers a message), `address`, or the sign-in name of who placed it.
    """

    reply_id: int
    party_id: int
    case_id: int | None
    channel: str
    provider: str
    source: str
    answers_message: int | None
    point: str
    address: str
    text: str
    is_automatic: bool
    placed_by: str
    received_at: datetime

    JOURNAL_NAME: ClassVar[str] = "reply:received"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"address", "text"})


class TakenBy(StrEnum):
    """Who says what a reply means?"""

    RECOGNISER = "recogniser"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ReplyUnderstood:
    """What a reply was taken for. Journal: `reply:understood`; `spoke` (the words that spoke for it) is personal.

    Attributes:
        main: the main intent; `intents` are all that were acted on.
        shares: intent and share in millionths, as the recogniser gave them; empty where a person says it.
        is_sure: nobody needs to look before what is usual for the main intent follows.
        version: of the recogniser; empty where a person says it.
        said_by: the recogniser, or the person's sign-in name.
    """

    reply_id: int
    party_id: int
    kind: TakenBy
    main: str
    intents: tuple[str, ...]
    shares: tuple[tuple[str, int], ...]
    is_sure: bool
    spoke: str
    version: str
    said_by: str
    understood_at: datetime

    JOURNAL_NAME: ClassVar[str] = "reply:understood"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"spoke"})


@dataclass(frozen=True, slots=True)
class ReplyHandled:
    """A person has done what a reply needed. Journal: `reply:handled`; `note` is personal."""

    reply_id: int
    party_id: int
    note: str
    handled_by: str
    handled_at: datetime

    JOURNAL_NAME: ClassVar[str] = "reply:handled"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})


@dataclass(frozen=True, slots=True)
class ReplySetAside:
    """A reply that nobody could place concerns nobody here (advertisement, a stranger). Journal: `reply:set_aside`, in the institution's chain.

    Its words are gone with it; the provider's name of it stays, so that it is known when it is told again.
    """

    reply_id: int
    provider: str
    source: str
    reason: str
    set_aside_by: str
    set_aside_at: datetime

    JOURNAL_NAME: ClassVar[str] = "reply:set_aside"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PromiseDrafted:
    """A reply sounds like a promise to pay: a person asks and confirms it. Journal: `promise:drafted`; `words` is personal.

    `amount_minor` is the amount that could be read, in minor units, or None; nothing is agreed by it.
    """

    reply_id: int
    party_id: int
    case_id: int | None
    amount_minor: int | None
    words: str
    drafted_at: datetime

    JOURNAL_NAME: ClassVar[str] = "promise:drafted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})
