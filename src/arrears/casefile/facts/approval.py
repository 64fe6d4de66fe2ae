"""What was asked to be approved, and what did a second person answer?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ApprovalRequested:
    """Somebody asks a second person to approve exactly this. Journal: `approval:requested`, in the institution's chain; no personal field.

    Attributes:
        kind: what kind of thing it is, a key of `check.approvals.kinds.KINDS` ("policy", "experiment", "placement").
        digest: SHA-256 (hex) of what is to be approved. What reads otherwise later was not approved.
        title: how people call it.
        requested_by: sign-in name of who asks; `policy:VERSION` where the policy proposed it and no person did.
        role: the role in which it was asked, or `policy`.
        expires_at: from then on nobody can decide it any more.
    """

    request_id: int
    kind: str
    digest: str
    title: str
    reason: str
    requested_by: str
    role: str
    requested_at: datetime
    expires_at: datetime

    JOURNAL_NAME: ClassVar[str] = "approval:requested"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalDecided:
    """A second person approved or refused it: once, and before it expired. Journal: `approval:decided`, in the institution's chain."""

    request_id: int
    is_approved: bool
    reason: str
    decided_by: str
    role: str
    decided_at: datetime

    JOURNAL_NAME: ClassVar[str] = "approval:decided"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalWithdrawn:
    """Who asked took the request back before anybody decided. Journal: `approval:withdrawn`, in the institution's chain."""

    request_id: int
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime

    JOURNAL_NAME: ClassVar[str] = "approval:withdrawn"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
