"""To what did a person agree, what did a person rule out, and who says so?

A consent, a refusal and each of their ends are facts of their own, with proof: a piece of evidence, or the person's words. Nothing here is
ever inferred: that somebody answered is no consent, and that somebody is silent takes nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar


class ConsentTo(StrEnum):
    """To what?"""

    CHANNEL = "channel"
    """To be reached by a channel, or at a number or address."""
    TIME = "time"
    """To be reached at hours at which the law would forbid it."""
    FREQUENCY = "frequency"
    """To be reached more often than the law would permit."""
    CALL_BACK = "call_back"
    """To be called once: the person asked for the call."""
    ELECTRONIC_NOTICES = "electronic_notices"
    """That notices which the law wants on paper come electronically."""
    THIRD_PERSON = "third_person"
    """That somebody else is spoken to about the debt."""
    DATA_SHARING = "data_sharing"
    """That personal data goes to another handler."""


LIFTS_A_LIMIT = frozenset({ConsentTo.TIME, ConsentTo.FREQUENCY})
"""An agreement of this kind counts only if given after payment was late, limited in time, and revocable: before, it is fine print."""


class Lateness(StrEnum):
    """When was it given, seen from the debt?"""

    BEFORE_LATE = "before_late"
    AFTER_LATE = "after_late"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A person agreed. Journal: `consent:given`, in the person's chain; `point` and `words` are personal.

    Attributes:
        recipient: who may be reached by it: "debtor", or another as the conduct words name them.
        channel, point: what it is for; empty stands for every one. `point` is the number or address, or the lender's reference to it.
        account_id: the one debt it is about; None for all.
        opens, closes: hours of the day as "21:00", for agreements on time.
        until_on: last day on which it counts.
        is_direct: given to whoever relies on it, not passed on by another.
        is_complete: everything was told beforehand that the law wants told.
        evidence_id: the evidence that proves it; `words` says it otherwise.
    """

    consent_id: int
    party_id: int
    subject: ConsentTo
    recipient: str
    channel: str
    point: str
    account_id: int | None
    opens: str
    closes: str
    given_at: datetime
    until_on: date | None
    lateness: Lateness
    is_direct: bool
    is_complete: bool
    is_revocable: bool
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "consent:given"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"point", "words"})

    @property
    def must_lift_a_limit(self) -> bool:
        """Is it an agreement that means nothing unless it lifts a limit?"""
        return self.subject in LIFTS_A_LIMIT

    @property
    def lifts_its_limit(self) -> bool:
        """Does it fulfil what an agreement that lifts a limit must?"""
        return self.lateness is Lateness.AFTER_LATE and self.until_on is not None and self.is_revocable


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """A consent was taken back. Journal: `consent:withdrawn`, in the person's chain; `words` is personal."""

    consent_id: int
    party_id: int
    withdrawn_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "consent:withdrawn"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})


class RuledOut(StrEnum):
    """What does a person no longer want?"""

    EVERYTHING = "everything"
    """All contact: a cease request."""
    CHANNEL = "channel"
    """A channel, or one number or address: an opt-out."""
    TIME = "time"
    """Some hours; or every hour but some."""
    PLACE = "place"
    """A place."""
    WORKPLACE = "workplace"
    """The employer forbids contact at work."""


@dataclass(frozen=True, slots=True)
class ContactRuledOut:
    """A person asked not to be contacted, wholly or so. Journal: `contact:ruled_out`, in the person's chain; `point` and `words` are personal.

    Attributes:
        place: home, workplace, public or elsewhere, for a place.
        opens, closes: the hours meant; `only_inside` says that they are the only ones in which contact is welcome.
        is_written: it came in writing, by whatever medium is taken for that.
    """

    request_id: int
    party_id: int
    what: RuledOut
    channel: str
    point: str
    place: str
    account_id: int | None
    opens: str
    closes: str
    only_inside: bool
    is_written: bool
    asked_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "contact:ruled_out"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"point", "words"})


@dataclass(frozen=True, slots=True)
class ContactOpenedAgain:
    """The person took such a request back. Journal: `contact:opened_again`, in the person's chain; `words` is personal."""

    request_id: int
    party_id: int
    opened_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "contact:opened_again"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})
