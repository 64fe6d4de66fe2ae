"""Which treatment policy was put in force, when, and by which two people?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PolicyPublished:
    """A policy decides from now on where no other is named. Journal: `policy:published`, in the institution's chain; no personal field.

    Attributes:
        number: how many policies this institution has published, this one included: 1, 2, 3. A policy that is rolled back to gets a new number.
        name: the policy's own name.
        version: hash of what it says, whatever its layout (`decide.policy.table.Policy.version`).
        digest: SHA-256 (hex) of the file's bytes, under which the home keeps it.
        request_id: the request that was approved.
        rolls_back: number of the publication whose file is published anew; None where the file is new.
    """

    number: int
    name: str
    version: str
    digest: str
    reason: str
    request_id: int
    requested_by: str
    approved_by: str
    rolls_back: int | None
    published_at: datetime

    JOURNAL_NAME: ClassVar[str] = "policy:published"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def in_force(published: Iterable[PolicyPublished]) -> PolicyPublished | None:
    """Which publication counts: the last one; None where there is none.

    >>> in_force([]) is None
    True
    """
    return max(published, key=lambda one: one.number, default=None)
