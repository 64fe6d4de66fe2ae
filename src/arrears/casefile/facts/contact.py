"""Who was contacted, or contacted us, when, by which way, and what came of it?

Words of purposes, channels, recipients, places, modes, outcomes and marks are those of the check (`check.conduct.words`), written as text:
the check reads them and refuses what it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class ContactKind(StrEnum):
    """From which side did it come?"""

    MADE = "made"
    """We contacted somebody, or tried to."""
    RECEIVED = "received"
    """Somebody contacted us."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt that was made, or one message that was received. Journal: `contact:made`, `contact:received`; `note` is personal.

    Attributes:
        occurred_at: when it was made or arrived.
        side: who did it: the collector, the debtor, an adviser.
        collector: which of those who collect; caps that count apart tell them by this.
        recipient: whom it reached, or who wrote (`debtor`, `employer` …).
        recipient_reference: which one, where several are the same to the debtor; the lender's own reference, never a name.
        debts: which debts it was about; empty stands for all.
        point: number or address, as a reference of the lender's, never the number itself.
        permit_id: the permit that was used for it; such a contact and its permit are one attempt.
        note: what was said, in free words.
    """

    contact_id: int
    party_id: int
    case_id: int | None
    kind: ContactKind
    occurred_at: datetime
    side: str
    collector: str
    purpose: str | None
    channel: str
    recipient: str
    recipient_reference: str
    debts: tuple[str, ...]
    point: str
    place: str | None
    mode: str | None
    outcome: str | None
    marks: tuple[str, ...]
    permit_id: int | None
    note: str

    JOURNAL_NAME: ClassVar[str] = "contact:{kind}"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})
