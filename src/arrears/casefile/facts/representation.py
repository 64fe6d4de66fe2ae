"""Who speaks for a person, and has anybody seen that this one may?

A claim alone stops collection and opens nothing: until somebody has seen the authority, the person is not pressed past the adviser, and the
adviser learns nothing about the debt and takes no decision in the person's name. So a paid "debt optimiser" cannot seize a case, and a real
adviser is never gone around.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class AdviserKind(StrEnum):
    """What is the adviser?"""

    LAWYER = "lawyer"
    DEBT_ADVISER = "debt_adviser"
    """A charity, an authority, or somebody licensed to advise."""
    FAMILY = "family"
    COMMERCIAL = "commercial"
    """A company that is paid to deal with debts."""
    OTHER = "other"


class NamedBy(StrEnum):
    """Who said that the adviser acts?"""

    DEBTOR = "debtor"
    ADVISER = "adviser"
    AUTHORITY = "authority"


class AuthorityFinding(StrEnum):
    """What came of looking at the authority?"""

    VERIFIED = "verified"
    """It was seen, and covers these debts."""
    NOT_SHOWN = "not_shown"
    """It was asked for and did not come in the time given; a person decided to go on."""
    DENIED = "denied"
    """The person says that nobody was authorised."""


@dataclass(frozen=True, slots=True)
class AdviserNamed:
    """Somebody is said to act for the person. Journal: `adviser:named`, in the person's chain; name, contact and words are personal.

    Attributes:
        contact: how the adviser is reached; empty where nobody knows.
        account_id: the one debt it is about; None for all.
    """

    adviser_id: int
    party_id: int
    kind: AdviserKind
    full_name: str
    contact: str
    account_id: int | None
    named_by: NamedBy
    named_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "adviser:named"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"full_name", "contact", "words"})


@dataclass(frozen=True, slots=True)
class AuthorityChecked:
    """Somebody looked at an adviser's authority. Journal: `adviser:authority_checked`; `words` is personal. What was seen is the evidence."""

    adviser_id: int
    party_id: int
    finding: AuthorityFinding
    checked_by: str
    checked_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "adviser:authority_checked"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})


@dataclass(frozen=True, slots=True)
class AdviserEnded:
    """An adviser acts no longer, as the person or the adviser says. Journal: `adviser:ended`, in the person's chain; `words` is personal."""

    adviser_id: int
    party_id: int
    ended_at: datetime
    evidence_id: int | None
    words: str

    JOURNAL_NAME: ClassVar[str] = "adviser:ended"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})
