"""What happens when a second person decides: is it carried out in the same transaction?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arrears.casefile.facts.policy import PolicyPublished
from arrears.casefile.store.institution import acting_for
from arrears.check.approvals.kinds import POLICY, WEIGHTY
from arrears.check.approvals.outcome import Approval
from arrears.engine.home import Home
from arrears.engine.use_cases import approving, policies, weighty


@dataclass(frozen=True, slots=True)
class Decided:
    """The request as it stands now, and the policy that it put in force, if any."""

    approval: Approval
    published: PolicyPublished | None = None


def decide(home: Home, institution_id: int, request_id: int, *, approve: bool, reason: str, username: str, at: datetime, actor: str) -> Decided:
    """A second person approves or refuses; an approved policy is in force with the decision, or neither is. What is said about a person in a weighty
    decision is sealed with the case and stands nowhere else.

    Raises:
        NoSuchRequest, NotDecided, WrongCall: as `approving.decide`.
        Refused, BadData: what was approved cannot be carried out; then it is not decided.
    """
    with acting_for(institution_id):
        is_weighty = approving.approval(request_id).request.kind in WEIGHTY
        written = weighty.KEPT_WITH_THE_CASE if is_weighty and reason.strip() else reason
        approval = approving.decide(institution_id, request_id, approve=approve, reason=written, username=username, at=at, actor=actor)
        if is_weighty:
            weighty.decided(approval, reason, at=at, actor=actor)
        if approve and approval.request.kind == POLICY:
            return Decided(approval, policies.put_in_force(home, approval, at=at, actor=actor))
    return Decided(approval)
