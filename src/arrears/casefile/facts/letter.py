"""What became of a printed letter: was it handed to the post, taken out before, posted on which day, and did it arrive?

A letter is a message (`facts.message`): that it was printed says the provider's answer. What the post says comes later, in files, and periods of
limitation and notice hang on it, so each word of it is a fact of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class LetterHandedOver:
    """A printed letter went to the post. Journal: `letter:handed_over`, in the person's chain; once a letter.

    `batch` names the print batch in which it lay.
    """

    message_id: int
    party_id: int
    batch: str
    handed_over_at: datetime

    JOURNAL_NAME: ClassVar[str] = "letter:handed_over"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class WhyTakenOut(StrEnum):
    """Why does a printed letter not go to the post?"""

    GATE = "gate"
    """It would no longer be permitted: a hold, a dispute, a payment, a limit."""
    TOO_LATE = "too_late"
    """What it says is no longer so."""
    STOPPED = "stopped"
    """The message was stopped since."""


@dataclass(frozen=True, slots=True)
class LetterTakenOut:
    """A printed letter was taken out of its batch and is to be destroyed. Journal: `letter:taken_out`; once a letter, and then it never goes.

    `detail` names the rules in the way, or says what stands in it.
    """

    message_id: int
    party_id: int
    batch: str
    reason: WhyTakenOut
    detail: str
    taken_out_at: datetime

    JOURNAL_NAME: ClassVar[str] = "letter:taken_out"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class LetterPosted:
    """The post took the letter, on this day. Journal: `letter:posted`; once a letter.

    `tracking` is the number under which the post follows it: personal, since it leads to an address. `source` names the file that said so.
    """

    message_id: int
    party_id: int
    posted_on: date
    tracking: str
    source: str

    JOURNAL_NAME: ClassVar[str] = "letter:posted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"tracking"})


class Delivery(StrEnum):
    """What does the post say of a letter that it carried?"""

    DELIVERED = "delivered"
    """Put into the box, or handed over without a signature."""
    SIGNED = "signed"
    """The addressee signed."""
    SIGNED_BY_OTHER = "signed_by_other"
    """Somebody else at the address signed."""
    REFUSED = "refused"
    """Acceptance was refused."""
    RETURNED = "returned"
    """It came back: moved, unknown, not fetched."""


@dataclass(frozen=True, slots=True)
class LetterArrived:
    """What came of a posted letter. Journal: `letter:{kind}`; each kind once a letter and day.

    `signed_by` is who signed, where the post says so; personal. `reason` is why it was refused or came back, in the post's words.
    """

    message_id: int
    party_id: int
    kind: Delivery
    arrived_on: date
    signed_by: str
    reason: str
    source: str

    JOURNAL_NAME: ClassVar[str] = "letter:{kind}"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"signed_by"})


ARRIVES = frozenset({Delivery.DELIVERED, Delivery.SIGNED})
"""What counts as service where no law is asked: it reached the addressee's box or hand."""


def served(said: Iterable[LetterArrived], counts: frozenset[Delivery] = ARRIVES) -> LetterArrived | None:
    """By which fact did this letter count as served, and so (`arrived_on`) when? None where it did not, as far as is known.

    The earliest word that counts. A letter that came back later was not served by lying in a box; a signature stands whatever came after.

    Args:
        said: everything the post said of one letter.
        counts: what the law in question takes for service, such as the refusal of acceptance.

    >>> day = lambda kind, number: LetterArrived(7, 2, kind, date(2026, 3, number), "", "", "post.csv")
    >>> served([day(Delivery.DELIVERED, 5), day(Delivery.SIGNED, 7)]).arrived_on
    datetime.date(2026, 3, 5)
    >>> served([day(Delivery.DELIVERED, 5), day(Delivery.RETURNED, 9)]) is None
    True
    >>> served([day(Delivery.REFUSED, 5)]), served([day(Delivery.REFUSED, 5)], ARRIVES | {Delivery.REFUSED}).kind.value
    (None, 'refused')
    """
    facts = sorted(said, key=lambda one: one.arrived_on)
    back = max((one.arrived_on for one in facts if one.kind is Delivery.RETURNED), default=None)
    for one in facts:
        lay_and_came_back = one.kind is Delivery.DELIVERED and back is not None and back >= one.arrived_on
        if one.kind in counts and not lay_and_came_back:
            return one
    return None
