"""Which nightly run was published, and from and to which bytes?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from arrears.core.ids import ID_MAX


@dataclass(frozen=True, slots=True)
class RunPublished:
    """A run became the current one of its book and day. Journal: `run:published`, in the institution's chain; no personal field.

    `number` counts runs of one book and day from 1. `digests` are (table, SHA-256 in hex), `counts` are (name, rows), both sorted by name.
    """

    run_id: int
    book: str
    as_of: date
    number: int
    digests: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]

    JOURNAL_NAME: ClassVar[str] = "run:published"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def run_id_of(book: str, as_of: date, number: int) -> int:
    """Which id has this run? Derived, as a case's is, so that a repeated run writes the same bytes.

    >>> run_id_of("main", date(2026, 1, 5), 1) == run_id_of("main", date(2026, 1, 5), 1) != run_id_of("main", date(2026, 1, 5), 2)
    True
    """
    digest = hashlib.sha256(f"run:{book}:{as_of.isoformat()}:{number}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") & ID_MAX) or 1
