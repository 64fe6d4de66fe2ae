"""Which messages were to be sent, which were tried, and what is known of each: taken by the provider, refused, or uncertain?

A message is written once, with its words, its address and what it asks for. Every attempt is a fact of its own that stands before the first
byte goes out; what came of it is another. Between the two the outcome is unknown: such an attempt is *uncertain* until the provider or a
person says more, and counts as a contact all the while.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """A message is to be sent. Journal: `message:queued`, in the person's chain; address, subject and text are personal.

    Attributes:
        channel: a word of `check.conduct.words.Channel`; purpose, recipient, place and marks are those of the check too.
        provider: the provider by whom it is to go, as the home's settings name it.
        campaign: what it belongs to and can be paused with; empty where it stands alone.
        template: name and version of the approved template (`reminder@3f2a…`), `locale` the language it was written in.
        point: the contact point, by the lender's or our own reference, never the number itself.
        amount_minor: what it asks for; where less is owed at the moment of sending, it is not sent.
        due_at: not before this moment.
        good_until: after this moment it would say something that is no longer so; it is then stopped.
    """

    message_id: int
    party_id: int
    case_id: int
    channel: str
    provider: str
    campaign: str
    purpose: str
    template: str
    locale: str
    collector: str
    recipient: str
    debts: tuple[str, ...]
    point: str
    place: str
    marks: tuple[str, ...]
    amount_minor: int | None
    address: str
    subject: str
    text: str
    due_at: datetime
    good_until: datetime

    JOURNAL_NAME: ClassVar[str] = "message:queued"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"address", "subject", "text"})


@dataclass(frozen=True, slots=True)
class MessageTried:
    """The message goes to the provider now, under this permit. Journal: `message:tried`; recorded with the use of the permit, before the first byte.

    `attempt` counts from 1.
    """

    message_id: int
    party_id: int
    attempt: int
    permit_id: int
    provider: str
    tried_at: datetime

    JOURNAL_NAME: ClassVar[str] = "message:tried"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class Result(StrEnum):
    """What is known of an attempt?"""

    TAKEN = "taken"
    """The provider has it; whether it arrived says a receipt."""
    NOT_TAKEN = "not_taken"
    """The provider surely has not got it; it may be tried again."""
    REFUSED = "refused"
    """The provider refuses this message for good."""
    UNCERTAIN = "uncertain"
    """Nobody knows. It is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class MessageAnswered:
    """What is known of an attempt now; the last word counts. Journal: `message:{result}`.

    Attributes:
        reference: how the provider calls the message; empty where it gave no name.
        code: the provider's or the protocol's code, `said_by` who says so: the provider, its answer to a question, or a person's sign-in name.
    """

    message_id: int
    party_id: int
    attempt: int
    kind: Result
    reference: str
    code: str
    said_by: str
    answered_at: datetime

    JOURNAL_NAME: ClassVar[str] = "message:{kind}"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class WhyStopped(StrEnum):
    """Why is a message not sent any more?"""

    GATE = "gate"
    """The gate did not permit it, and time does not help."""
    TOO_LATE = "too_late"
    """It could not be sent while what it says was so."""
    PROVIDER = "provider"
    """The provider refuses it for good."""
    ATTEMPTS = "attempts"
    """It was tried as often as it may be."""
    PERSON = "person"
    """Somebody took it back."""
    UNREADABLE = "unreadable"
    """The person's key is gone, so nobody can read where it should go."""


@dataclass(frozen=True, slots=True)
class MessageStopped:
    """The message is not sent any more. Journal: `message:stopped`.

    `detail` names the rules in the way, the provider's code, or who took it back.
    """

    message_id: int
    party_id: int
    reason: WhyStopped
    detail: str
    stopped_at: datetime

    JOURNAL_NAME: ClassVar[str] = "message:stopped"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class Arrival(StrEnum):
    """What did the provider say later of a message that it had taken?"""

    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    BOUNCED = "bounced"
    """The address does not exist or takes nothing."""
    EXPIRED = "expired"
    """The provider gave up."""


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """Whether a message arrived. Journal: `message:receipt`.

    `reference` is how the provider calls what arrived: where it carries a long message in parts, each part has a receipt of its own.
    """

    message_id: int
    party_id: int
    arrival: Arrival
    code: str
    arrived_at: datetime
    reference: str = ""

    JOURNAL_NAME: ClassVar[str] = "message:receipt"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def arrival_of(reference: str, told: Mapping[str, Arrival]) -> Arrival | None:
    """Did the whole message arrive? Delivered once each of its parts is; what one part did not, the message did not; None while that is open.

    Args:
        reference: how the provider calls the message (`MessageAnswered.reference`), its parts divided by blanks.
        told: the last word about each part, by its reference; where receipts come under our own key, that of the whole message stands under the empty text.

    >>> arrival_of("7f1 7f2", {"7f1": Arrival.DELIVERED}), arrival_of("7f1 7f2", {"7f1": Arrival.DELIVERED, "7f2": Arrival.EXPIRED}).value
    (None, 'expired')
    >>> arrival_of("7f1", {"": Arrival.DELIVERED}).value
    'delivered'
    """
    missed = next((one for one in told.values() if one is not Arrival.DELIVERED), None)
    if missed is not None:
        return missed
    parts = set(reference.split())
    return Arrival.DELIVERED if "" in told or (parts and parts <= set(told)) else None


class PauseKind(StrEnum):
    """Does it begin or end?"""

    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class SendingPaused:
    """Nothing is sent by this channel, or of this campaign, until it is resumed. Journal: `sending:paused`, `sending:resumed`, in the institution's chain.

    An empty channel stands for all channels, an empty campaign for all campaigns.
    """

    kind: PauseKind
    channel: str
    campaign: str
    reason: str
    said_by: str
    said_at: datetime

    JOURNAL_NAME: ClassVar[str] = "sending:{kind}"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def paused(facts: Iterable[SendingPaused]) -> frozenset[tuple[str, str]]:
    """What is paused now, by the last word about each pair of channel and campaign (in recorded order)?

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> said = [SendingPaused(PauseKind.PAUSED, "text", "", "a wrong amount", "wei", at), SendingPaused(PauseKind.PAUSED, "", "spring", "", "wei", at)]
    >>> sorted(paused([*said, SendingPaused(PauseKind.RESUMED, "text", "", "mended", "wei", at)]))
    [('', 'spring')]
    """
    last = {(fact.channel, fact.campaign): fact.kind for fact in facts}
    return frozenset(pair for pair, kind in last.items() if kind is PauseKind.PAUSED)


def is_paused(channel: str, campaign: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Is a message of this channel and campaign held back by one of these pauses?

    >>> is_paused("text", "spring", {("", "spring")}), is_paused("email", "", {("text", "")}), is_paused("email", "", {("", "")})
    (True, False, True)
    """
    return any(one in ("", channel) and other in ("", campaign) for one, other in pairs)
