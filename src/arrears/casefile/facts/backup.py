"""When was the record copied, and when was it put back from a copy?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RecordBackedUp:
    """A copy of the whole home was finished. Journal: `record:backed_up`, in the institution's chain; no personal field.

    `taken_at` is the moment as of which the copy was taken, `manifest_digest` the SHA-256 (hex) of the copy's manifest, `entries` how many
    journal entries of the institution it holds.
    """

    taken_at: datetime
    manifest_digest: str
    entries: int
    files: int
    total_bytes: int

    JOURNAL_NAME: ClassVar[str] = "record:backed_up"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordRestored:
    """The record was put back from a copy taken at `taken_at`. Journal: `record:restored`, in the institution's chain; no personal field.

    What was recorded after that moment is not in it. `erased_again` people had been erased since the copy was taken, and were erased again.
    """

    taken_at: datetime
    manifest_digest: str
    entries: int
    erased_again: int

    JOURNAL_NAME: ClassVar[str] = "record:restored"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
