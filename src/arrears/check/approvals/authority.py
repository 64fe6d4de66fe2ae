"""May this weighty decision be carried out now, and which named person answers for it?

The one door: whoever reports to a bureau, places a case or files a suit asks here and gets an `DecisionAuthority`, or none. The policy's proposal is never
enough, nor is a decision that was declined later, is too old, stands under a review that the debtor asked for, or fell by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from arrears.casefile.facts.weighty import DecisionTaken, HumanReviewAnswered, HumanReviewRequested, ReviewOutcome
from arrears.check.approvals.kinds import WEIGHTY
from arrears.check.approvals.outcome import Approval, Standing


@dataclass(frozen=True, slots=True)
class DecisionAuthority:
    """A named person's decision that may be carried out now. Made here and nowhere else."""

    request_id: int
    case_id: int
    kind: str
    taken_by: str
    role: str
    taken_at: datetime


def authority_for(
    case_id: int, kind: str, approvals: Iterable[Approval], taken: Iterable[DecisionTaken], asked: Iterable[HumanReviewRequested], answered: Iterable[HumanReviewAnswered],
    at: datetime,
) -> DecisionAuthority | None:
    """Who answers for carrying this out on this case now? None: it may not be carried out.

    Args:
        approvals: the requests for approval, or at least those that the decisions name.
        taken, asked, answered: facts about the case, as far as known.

    >>> authority_for(1, "suit", (), (), (), (), datetime(2026, 3, 1)) is None
    True
    """
    assert kind in WEIGHTY, f"{kind} is no weighty decision"
    of_case = [one for one in taken if one.case_id == case_id and one.kind == kind and one.taken_at <= at]
    newest = max(of_case, key=lambda one: one.taken_at, default=None)
    if newest is None or not newest.is_taken or at.date() > newest.valid_until:
        return None
    approval = next((one for one in approvals if one.request.request_id == newest.request_id), None)
    if approval is None or approval.decided is None or approval.standing(at) is not Standing.APPROVED or approval.request.kind != kind:
        return None
    if approval.decided.decided_by != newest.taken_by or newest.role not in WEIGHTY[kind].may_decide:
        return None
    if _review_stands_in_the_way(case_id, newest, tuple(asked), tuple(answered), at):
        return None
    return DecisionAuthority(newest.request_id, case_id, kind, newest.taken_by, newest.role, newest.taken_at)


def _review_stands_in_the_way(case_id: int, decision: DecisionTaken, asked: Sequence[HumanReviewRequested], answered: Sequence[HumanReviewAnswered], at: datetime) -> bool:
    """Does a review wait for its answer, or did one bring the decision down? An answer that came before the decision was known to who took it."""
    answers = {one.review_id: one for one in answered if one.answered_at <= at}
    for one in asked:
        if one.case_id != case_id or one.asked_at > at:
            continue
        answer = answers.get(one.review_id)
        if answer is None or (answer.outcome is ReviewOutcome.CHANGED and answer.answered_at >= decision.taken_at):
            return True
    return False
