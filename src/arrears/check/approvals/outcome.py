"""How does a request stand at a moment, and who may do what with it?

Functions over facts. That of two people who decide at the same moment one counts, and that nobody decides what they asked for themselves, the
database holds as well (`casefile.store.approval_functions`); here is said why, in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.check.approvals.kinds import KINDS, ApprovalKind
from arrears.core.reasons import Sentence


class Standing(StrEnum):
    """How does a request stand?"""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """One request and what came of it."""

    request: ApprovalRequested
    decided: ApprovalDecided | None
    withdrawn: ApprovalWithdrawn | None

    @property
    def kind(self) -> ApprovalKind:
        """What kind of thing is asked for?"""
        return KINDS[self.request.kind]

    def standing(self, at: datetime) -> Standing:
        """How does it stand at this moment? Decided before it expired counts for good.

        >>> from datetime import UTC
        >>> first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)
        >>> asked = ApprovalRequested(1, "policy", "00", "spring", "gentler", "wei", "manager", first, last)
        >>> [str(Approval(asked, None, None).standing(at)) for at in (first, last)]
        ['open', 'expired']
        >>> str(Approval(asked, ApprovalDecided(1, True, "read", "lin", "compliance", first), None).standing(last))
        'approved'
        """
        if self.decided is not None and self.decided.decided_at <= at:
            return Standing.APPROVED if self.decided.is_approved else Standing.REFUSED
        if self.withdrawn is not None and self.withdrawn.withdrawn_at <= at:
            return Standing.WITHDRAWN
        return Standing.OPEN if at < self.request.expires_at else Standing.EXPIRED


def approvals_of(
    requested: Iterable[ApprovalRequested], decided: Iterable[ApprovalDecided], withdrawn: Iterable[ApprovalWithdrawn],
) -> tuple[Approval, ...]:
    """Every request with what came of it, in the order of the requests."""
    answers, taken_back = {one.request_id: one for one in decided}, {one.request_id: one for one in withdrawn}
    return tuple(Approval(one, answers.get(one.request_id), taken_back.get(one.request_id)) for one in requested)


def is_approved(approvals: Iterable[Approval], kind: str, digest: str, at: datetime) -> bool:
    """Was exactly this approved by a second person, by this moment? The newest answer to the same digest counts.

    >>> is_approved((), "experiment", "00", datetime(2026, 3, 1))
    False
    """
    answers = [one for one in approvals if one.request.kind == kind and one.request.digest == digest and one.decided is not None and one.decided.decided_at <= at]
    newest = max(answers, key=lambda one: one.decided.decided_at if one.decided else at, default=None)
    return newest is not None and newest.standing(at) is Standing.APPROVED


NOT_IN_THIS_ROLE = Sentence("Not in your role.", "您的角色无此权限。")
NOT_WHO_ASKED = Sentence("Who asked does not decide; a second person does.", "申请人不得审批本人的申请，须由第二人审批。")
NOT_OPEN = Sentence("It is not open any more: decided, taken back or expired.", "该申请已处理、已撤回或已过期。")
ONLY_WHO_ASKED = Sentence("Only who asked takes a request back.", "仅申请人可撤回。")


def why_not_decide(one: Approval, username: str, role: str, at: datetime) -> Sentence | None:
    """Why may this person not decide this request now? None where they may.

    >>> from datetime import UTC
    >>> first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)
    >>> one = Approval(ApprovalRequested(1, "policy", "00", "spring", "gentler", "wei", "manager", first, last), None, None)
    >>> [(why_not_decide(one, *who, first) or Sentence("may", "")).en for who in (("wei", "manager"), ("lin", "collector"), ("lin", "manager"))]
    ['Who asked does not decide; a second person does.', 'Not in your role.', 'may']
    """
    if one.standing(at) is not Standing.OPEN:
        return NOT_OPEN
    if username == one.request.requested_by:
        return NOT_WHO_ASKED
    return None if role in one.kind.may_decide else NOT_IN_THIS_ROLE


def why_not_withdraw(one: Approval, username: str, at: datetime) -> Sentence | None:
    """Why may this person not take this request back now? None where they may."""
    if one.standing(at) is not Standing.OPEN:
        return NOT_OPEN
    return None if username == one.request.requested_by else ONLY_WHO_ASKED
