"""Which weighty decisions about a person were proposed, by whom were they taken, and who asked for a human to look again?

Refusal of relief, placement with an agency, credit reporting, suit, enforcement: the policy proposes, a named person takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DecisionProposed:
    """A weighty decision about a case waits for a named person. Journal: `decision:proposed`, in the person's chain; `reason` is personal.

    Attributes:
        request_id: the request for approval that it belongs to (`ApprovalRequested`), whose digest covers the other fields.
        kind: a key of `check.approvals.kinds.WEIGHTY`.
        treatment: what the policy calls it.
        proposed_by: `policy:VERSION`, or the sign-in name of who proposes otherwise than the policy.
        rule: the row of the policy by which the case stands, `run_id` the run that found it.
        reason: why a person proposes otherwise than the policy; empty where the policy proposes, whose reason stands in the run.
    """

    request_id: int
    party_id: int
    case_id: int
    kind: str
    treatment: str
    proposed_by: str
    run_id: int
    rule: str
    policy_version: str
    reason: str
    proposed_at: datetime

    JOURNAL_NAME: ClassVar[str] = "decision:proposed"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A named person took a weighty decision, or declined to. Journal: `decision:taken`, in the person's chain; `reason` is personal.

    `valid_until` is the last day on which it may be carried out; `is_taken` is false where the person declined.
    """

    request_id: int
    party_id: int
    case_id: int
    kind: str
    treatment: str
    is_taken: bool
    reason: str
    taken_by: str
    role: str
    taken_at: datetime
    valid_until: date

    JOURNAL_NAME: ClassVar[str] = "decision:taken"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


@dataclass(frozen=True, slots=True)
class DecisionOverridden:
    """A person does otherwise than the policy decided. Journal: `decision:overridden`, in the person's chain; `reason` is personal.

    It holds for as long as the policy decides the same: for `treatment_before` by `rule` under `policy_version`.
    """

    override_id: int
    party_id: int
    case_id: int
    treatment_before: str
    rule: str
    policy_version: str
    treatment: str
    reason: str
    overridden_by: str
    role: str
    overridden_at: datetime

    JOURNAL_NAME: ClassVar[str] = "decision:overridden"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


@dataclass(frozen=True, slots=True)
class HumanReviewRequested:
    """The debtor asks a human to look at a decision again. Journal: `review:requested`, in the person's chain; `words` is personal.

    Until it is answered nothing weighty is carried out. `due_on` is the last day for the answer.
    """

    review_id: int
    party_id: int
    case_id: int
    treatment: str
    words: str
    received_by: str
    asked_at: datetime
    due_on: date

    JOURNAL_NAME: ClassVar[str] = "review:requested"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})


class ReviewOutcome(StrEnum):
    """What came of it?"""

    UPHELD = "upheld"
    """The decision stays."""
    CHANGED = "changed"
    """The decision falls: what a person had taken may not be carried out any more."""


@dataclass(frozen=True, slots=True)
class HumanReviewAnswered:
    """A named person looked again, who had not taken the decision. Journal: `review:answered`, in the person's chain; `words` is personal."""

    review_id: int
    party_id: int
    case_id: int
    outcome: ReviewOutcome
    words: str
    answered_by: str
    role: str
    answered_at: datetime

    JOURNAL_NAME: ClassVar[str] = "review:answered"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})
