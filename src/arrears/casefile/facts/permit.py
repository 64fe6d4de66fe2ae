"""May somebody be contacted, was the permit used, and if it was refused, why?

A permit is good for one contact, until it expires. It is issued by the gate (`check.gate`) in the transaction that counted it, and it counts
as one attempt from that moment on: while it is open, and once it was used. Voided, or expired unused, it counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class VoidReason(StrEnum):
    """Why was an open permit given back?"""

    NOT_NEEDED = "not_needed"
    """The contact is not to be made after all."""
    CIRCUMSTANCES_CHANGED = "circumstances_changed"
    """Something became known meanwhile."""
    MISTAKE = "mistake"
    """It was asked for by mistake."""


@dataclass(frozen=True, slots=True)
class PermitIssued:
    """One contact is permitted, once, before `expires_at`. Journal: `permit:issued`, in the person's chain.

    Attributes:
        request_key: the asker's own name of the request: asked again under it, the same permit is answered.
        rules: the rules that spoke, as pack and name ("us/reg_f/seven_calls_in_seven_days").
    """

    permit_id: int
    party_id: int
    case_id: int | None
    request_key: str
    collector: str
    purpose: str
    channel: str
    recipient: str
    recipient_reference: str
    debts: tuple[str, ...]
    point: str
    place: str
    mode: str
    marks: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    rules: tuple[str, ...]

    JOURNAL_NAME: ClassVar[str] = "permit:issued"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PermitRefused:
    """One contact was asked for and not permitted. Journal: `permit:refused`, in the person's chain.

    Attributes:
        answer: `deferred_until`, `deferred_for_review` or `refused`.
        rules: the rules in the way, as pack and name; `citations` says where each stands, in the same order.
        reason_en, reason_zh: what was not known or not covered, or stood in the way outside the rules.
        next_permitted_at: the first later moment at which it would be permitted if nothing else happens; unknown where time does not help.
    """

    refusal_id: int
    party_id: int
    case_id: int | None
    request_key: str
    collector: str
    purpose: str
    channel: str
    recipient: str
    recipient_reference: str
    debts: tuple[str, ...]
    point: str
    place: str
    mode: str
    marks: tuple[str, ...]
    asked_at: datetime
    answer: str
    rules: tuple[str, ...]
    citations: tuple[str, ...]
    reason_en: str
    reason_zh: str
    next_permitted_at: datetime | None

    JOURNAL_NAME: ClassVar[str] = "permit:refused"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PermitUsed:
    """A permit was taken for its contact; nobody can take it again. Journal: `permit:used`. What came of it says the contact that names it."""

    permit_id: int
    party_id: int
    used_at: datetime

    JOURNAL_NAME: ClassVar[str] = "permit:used"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PermitVoided:
    """An open permit was given back: it counts no more and cannot be used. Journal: `permit:voided`."""

    permit_id: int
    party_id: int
    voided_at: datetime
    reason: VoidReason

    JOURNAL_NAME: ClassVar[str] = "permit:voided"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
