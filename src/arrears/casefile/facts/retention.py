"""What became of a person's data: restricted to storage, erased, held for a legal matter, or past its time?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class ErasureReason(StrEnum):
    """Why is a person erased? A closed list: the reason stays readable when everything else is gone."""

    REQUEST = "request"
    """The person asked for it and the purpose has ended (PIPL art. 47; GDPR art. 17)."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """The data rested on a consent that was withdrawn."""
    PURPOSE_ENDED = "purpose_ended"
    """The purpose was reached, or cannot be reached any more."""
    RETENTION_ENDED = "retention_ended"
    """The time for which it is kept is over."""
    WRONG_PERSON = "wrong_person"
    """This person never owed the debt."""
    UNLAWFUL = "unlawful"
    """It was collected or used against the law or an agreement."""
    ORDERED = "ordered"
    """An authority or a court ordered it."""

    @property
    def needs_ended_purpose(self) -> bool:
        """Does an open debt stand against it? Nobody can end a collection by asking to be forgotten; an error or an order is another matter."""
        return self in {ErasureReason.REQUEST, ErasureReason.CONSENT_WITHDRAWN, ErasureReason.PURPOSE_ENDED, ErasureReason.RETENTION_ENDED}


class Ground(StrEnum):
    """What keeps data that should be erased?"""

    DUTY = "duty"
    """A duty to keep records whose time is not over."""
    LEGAL_HOLD = "legal_hold"
    """A legal matter for which everything is kept."""
    UNCONFIRMED = "unconfirmed"
    """A time that is over by a figure which nobody has confirmed: a person must."""


@dataclass(frozen=True, slots=True)
class PersonRestricted:
    """A person's data is stored and not used: no contact, no treatment, no list. Journal: `person:restricted`, in the person's chain.

    `reason` is why erasure was asked for; `rule` names the figure of law, or is empty for a legal hold; `record_types` are what is kept;
    `until_on` is the last day of the duty, None where it has no known end. `letter_digests` are the SHA-256 of the letters that tell the
    person (by language and ending); they hold the person's name, so their digests are personal.
    """

    party_id: int
    valid_on: date
    until_on: date | None
    reason: ErasureReason
    ground: Ground
    rule: str
    record_types: tuple[str, ...]
    letter_digests: str

    JOURNAL_NAME: ClassVar[str] = "person:restricted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"letter_digests"})


@dataclass(frozen=True, slots=True)
class PersonReleased:
    """A restriction ended without erasure: the person took the request back. Journal: `person:released`, in the person's chain."""

    party_id: int
    valid_on: date
    note: str

    JOURNAL_NAME: ClassVar[str] = "person:released"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person's key, numbers and salts were destroyed. Journal: `person:erased`, in the person's chain; nothing in it is personal."""

    party_id: int
    valid_on: date
    reason: ErasureReason

    JOURNAL_NAME: ClassVar[str] = "person:erased"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class LegalHoldPlaced:
    """Nothing about this person is deleted while a legal matter lasts. Journal: `legal_hold:placed`, in the person's chain.

    `case_id` is the case that was named, None where the person was. A docket number leads to a name, so `matter` and `reason` are personal.
    """

    legal_hold_id: int
    party_id: int
    case_id: int | None
    matter: str
    reason: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "legal_hold:placed"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"matter", "reason"})


@dataclass(frozen=True, slots=True)
class LegalHoldLifted:
    """A legal hold ended: from `valid_on` on it keeps nothing. Journal: `legal_hold:lifted`, in the person's chain."""

    legal_hold_id: int
    party_id: int
    reason: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "legal_hold:lifted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


@dataclass(frozen=True, slots=True)
class EvidenceDeleted:
    """The bytes of a piece of evidence were deleted because their time was over. Journal: `evidence:deleted`, in the person's chain.

    The entry that it was kept, and every custody entry, stay; `rule` names the figure of law.
    """

    evidence_id: int
    party_id: int
    rule: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "evidence:deleted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class RetentionFigureConfirmed:
    """Somebody looked a figure up and answers for it. Journal: `retention:figure_confirmed`, in the institution's chain.

    It holds for exactly this figure with this value: a value that changes must be confirmed anew.
    """

    figure: str
    value: int
    unit: str
    source: str
    confirmed_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "retention:figure_confirmed"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class RetentionExecuted:
    """What was past its time was deleted. Journal: `retention:executed`, in the institution's chain; `report_digest` is the SHA-256 of the report."""

    retention_run_id: int
    valid_on: date
    deleted: int
    kept: int
    held: int
    for_a_person: int
    report_digest: str

    JOURNAL_NAME: ClassVar[str] = "retention:executed"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def legal_holds_in_force(placed: Iterable[LegalHoldPlaced], lifted: Iterable[LegalHoldLifted], on: date) -> list[LegalHoldPlaced]:
    """Which legal holds keep data on this day? One lifted on a day keeps nothing on that day.

    >>> hold = LegalHoldPlaced(7, 2, None, "a suit", "claim expected", date(2026, 1, 5))
    >>> lift = LegalHoldLifted(7, 2, "settled", date(2026, 2, 1))
    >>> [len(legal_holds_in_force([hold], [lift], day)) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1, 1, 0]
    """
    ended = {lift.legal_hold_id for lift in lifted if lift.valid_on <= on}
    return [hold for hold in placed if hold.valid_on <= on and hold.legal_hold_id not in ended]
