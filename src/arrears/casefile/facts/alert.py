"""Who has seen an alert, and what did they note?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """A person has seen an alert and takes it on. Journal: `alert:acknowledged`, in the person's chain; `note` is personal.

    From `valid_on` on the alert is shown neither as new nor as escalated. `acknowledged_by` is the sign-in name.
    """

    alert_id: int
    party_id: int
    kind: str
    note: str
    acknowledged_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "alert:acknowledged"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})
