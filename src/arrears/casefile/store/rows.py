"""How does a fact stand in its table, and how does its row become the fact again?

One table a fact class; a personal field `x` stands as `sealed_x`, sealed under the person's key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from arrears.casefile.facts.alert import AlertAcknowledged
from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.facts.backup import RecordBackedUp, RecordRestored
from arrears.casefile.facts.call import (
    CallWrappedUp,
    ContactPointMarked,
    DiallerFinding,
    DiallerListExported,
    DiallerProblem,
    FirstContactHeld,
    PointMark,
)
from arrears.casefile.facts.case import CaseDecision, CaseEvent, CaseEventKind
from arrears.casefile.facts.confirmation import RuleConfirmationRevoked, RuleConfirmed
from arrears.casefile.facts.consent import ConsentGiven, ConsentTo, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut, Lateness, RuledOut
from arrears.casefile.facts.contact import Contact, ContactKind
from arrears.casefile.facts.dossier import DossierExported, ReceiptIssued
from arrears.casefile.facts.evidence import ClockSource, EvidenceKept, EvidenceKind, EvidenceRead, EvidenceSource
from arrears.casefile.facts.experiment import ExperimentOptOut, ExperimentStarted, ExperimentStopped, StopReason
from arrears.casefile.facts.fact import Fact, committed_fields
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, HoldLifted, HoldReviewed, HoldScope, HoldTerms, MayLift, StillAllowed
from arrears.casefile.facts.inbound import (
    PromiseDrafted,
    ReplyHandled,
    ReplyReceived,
    ReplySetAside,
    ReplyUnderstood,
    TakenBy,
)
from arrears.casefile.facts.letter import Delivery, LetterArrived, LetterHandedOver, LetterPosted, LetterTakenOut, WhyTakenOut
from arrears.casefile.facts.message import (
    Arrival,
    MessageAnswered,
    MessageQueued,
    MessageReceipt,
    MessageStopped,
    MessageTried,
    PauseKind,
    Result,
    SendingPaused,
    WhyStopped,
)
from arrears.casefile.facts.permit import PermitIssued, PermitRefused, PermitUsed, PermitVoided, VoidReason
from arrears.casefile.facts.policy import PolicyPublished
from arrears.casefile.facts.privacy import PersonalShown, PersonExported, TransferPermitted, TransferWithdrawn
from arrears.casefile.facts.representation import AdviserEnded, AdviserKind, AdviserNamed, AuthorityChecked, AuthorityFinding, NamedBy
from arrears.casefile.facts.retention import (
    ErasureReason,
    EvidenceDeleted,
    Ground,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonErased,
    PersonReleased,
    PersonRestricted,
    RetentionExecuted,
    RetentionFigureConfirmed,
)
from arrears.casefile.facts.run import RunPublished
from arrears.casefile.facts.staff import ColleagueCalled
from arrears.casefile.facts.weighty import (
    DecisionOverridden,
    DecisionProposed,
    DecisionTaken,
    HumanReviewAnswered,
    HumanReviewRequested,
    ReviewOutcome,
)

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class FactTable:
    """Where a fact class is kept; `read` and `write` name the fields whose value in the row differs from that in the fact."""

    kind: type[Fact]
    table: str
    read: Mapping[str, Read]
    write: Mapping[str, Read]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the committed fields, in committed order."""
        return tuple(f"sealed_{name}" if name in self.kind.PERSONAL else name for name in committed_fields(self.kind))


def _pairs(value: Any) -> tuple[tuple[Any, Any], ...]:
    """Pairs from JSON, which Django's connections hand over as text and plain ones as a list."""
    pairs = json.loads(value) if isinstance(value, str) else value
    return tuple((name, item) for name, item in pairs)


def _blocks(value: Any) -> tuple[Blocked, ...]:
    return tuple(Blocked(item) for item in value)


def _allowed(value: Any) -> tuple[StillAllowed, ...]:
    return tuple(StillAllowed(item) for item in value)


def _texts(values: Any) -> list[str]:
    return [str(value) for value in values]


_TABLES = (
    FactTable(CaseEvent, "case_events", {"kind": CaseEventKind}, {"kind": str}),
    FactTable(CaseDecision, "case_decisions", {}, {}),
    FactTable(Hold, "holds", {"kind": HoldKind, "blocks": _blocks, "may_lift": MayLift},
              {"kind": str, "blocks": lambda blocks: [str(block) for block in blocks], "may_lift": str}),
    FactTable(HoldLifted, "holds_lifted", {"lifted_by": MayLift}, {"lifted_by": str}),
    FactTable(AlertAcknowledged, "alerts_acknowledged", {}, {}),
    FactTable(PersonRestricted, "persons_restricted", {"reason": ErasureReason, "ground": Ground, "record_types": tuple},
              {"reason": str, "ground": str, "record_types": list}),
    FactTable(PersonReleased, "persons_released", {}, {}),
    FactTable(PersonErased, "persons_erased", {"reason": ErasureReason}, {"reason": str}),
    FactTable(LegalHoldPlaced, "legal_holds_placed", {}, {}),
    FactTable(LegalHoldLifted, "legal_holds_lifted", {}, {}),
    FactTable(EvidenceDeleted, "evidence_deleted", {}, {}),
    FactTable(RetentionFigureConfirmed, "retention_figures_confirmed", {}, {}),
    FactTable(RetentionExecuted, "retention_executed", {}, {}),
    FactTable(EvidenceKept, "evidence_kept", {"kind": EvidenceKind, "clock_source": ClockSource, "source": EvidenceSource},
              {"kind": str, "clock_source": str, "source": str}),
    FactTable(EvidenceRead, "evidence_read", {}, {}),
    FactTable(PersonalShown, "personal_shown", {"categories": tuple}, {"categories": list}),
    FactTable(PersonExported, "persons_exported", {}, {}),
    FactTable(TransferPermitted, "transfers_permitted", {"categories": tuple}, {"categories": list}),
    FactTable(TransferWithdrawn, "transfers_withdrawn", {}, {}),
    FactTable(RunPublished, "runs_published", {"digests": _pairs, "counts": _pairs}, {"digests": Jsonb, "counts": Jsonb}),
    FactTable(RecordBackedUp, "records_backed_up", {}, {}),
    FactTable(RecordRestored, "records_restored", {}, {}),
    FactTable(DossierExported, "dossiers_exported", {}, {}),
    FactTable(ReceiptIssued, "receipts_issued", {}, {}),
    FactTable(Contact, "contacts", {"kind": ContactKind, "debts": tuple, "marks": tuple}, {"kind": str, "debts": list, "marks": list}),
    FactTable(PermitIssued, "permits_issued", dict.fromkeys(("debts", "marks", "rules"), tuple), dict.fromkeys(("debts", "marks", "rules"), list)),
    FactTable(PermitRefused, "permits_refused", dict.fromkeys(("debts", "marks", "rules", "citations"), tuple),
              dict.fromkeys(("debts", "marks", "rules", "citations"), list)),
    FactTable(PermitUsed, "permits_used", {}, {}),
    FactTable(PermitVoided, "permits_voided", {"reason": VoidReason}, {"reason": str}),
    FactTable(HoldTerms, "holds_terms", {"scope": HoldScope, "account_ids": tuple, "allows": _allowed}, {"scope": str, "account_ids": list, "allows": _texts}),
    FactTable(HoldReviewed, "holds_reviewed", {}, {}),
    FactTable(ConsentGiven, "consents_given", {"subject": ConsentTo, "lateness": Lateness}, {"subject": str, "lateness": str}),
    FactTable(ConsentWithdrawn, "consents_withdrawn", {}, {}),
    FactTable(ContactRuledOut, "contact_ruled_out", {"what": RuledOut}, {"what": str}),
    FactTable(ContactOpenedAgain, "contact_opened_again", {}, {}),
    FactTable(AdviserNamed, "advisers_named", {"kind": AdviserKind, "named_by": NamedBy}, {"kind": str, "named_by": str}),
    FactTable(AuthorityChecked, "advisers_checked", {"finding": AuthorityFinding}, {"finding": str}),
    FactTable(AdviserEnded, "advisers_ended", {}, {}),
    FactTable(RuleConfirmed, "rules_confirmed", {}, {}),
    FactTable(RuleConfirmationRevoked, "rule_confirmations_revoked", {}, {}),
    FactTable(ColleagueCalled, "colleagues_called", {}, {}),
    FactTable(ApprovalRequested, "approvals_requested", {}, {}),
    FactTable(ApprovalDecided, "approvals_decided", {}, {}),
    FactTable(ApprovalWithdrawn, "approvals_withdrawn", {}, {}),
    FactTable(PolicyPublished, "policies_published", {}, {}),
    FactTable(DecisionProposed, "decisions_proposed", {}, {}),
    FactTable(DecisionTaken, "decisions_taken", {}, {}),
    FactTable(DecisionOverridden, "decisions_overridden", {}, {}),
    FactTable(HumanReviewRequested, "reviews_requested", {}, {}),
    FactTable(HumanReviewAnswered, "reviews_answered", {"outcome": ReviewOutcome}, {"outcome": str}),
    FactTable(ExperimentStarted, "experiments_started", {}, {}),
    FactTable(ExperimentStopped, "experiments_stopped", {"reason": StopReason}, {"reason": str}),
    FactTable(ExperimentOptOut, "experiment_opt_outs", {}, {}),
    FactTable(MessageQueued, "messages_queued", {"debts": tuple, "marks": tuple}, {"debts": list, "marks": list}),
    FactTable(MessageTried, "messages_tried", {}, {}),
    FactTable(MessageAnswered, "messages_answered", {"kind": Result}, {"kind": str}),
    FactTable(MessageStopped, "messages_stopped", {"reason": WhyStopped}, {"reason": str}),
    FactTable(MessageReceipt, "message_receipts", {"arrival": Arrival}, {"arrival": str}),
    FactTable(CallWrappedUp, "calls_wrapped_up", {"flags": tuple, "followed": tuple}, {"flags": list, "followed": list}),
    FactTable(ContactPointMarked, "contact_points_marked", {"kind": PointMark}, {"kind": str}),
    FactTable(DiallerListExported, "dialler_lists", {}, {}),
    FactTable(DiallerFinding, "dialler_findings", {"kind": DiallerProblem}, {"kind": str}),
    FactTable(FirstContactHeld, "first_contacts", {}, {}),
    FactTable(SendingPaused, "sending_paused", {"kind": PauseKind}, {"kind": str}),
    FactTable(ReplyReceived, "replies_received", {}, {}),
    FactTable(ReplyUnderstood, "replies_understood", {"kind": TakenBy, "intents": tuple, "shares": _pairs}, {"kind": str, "intents": list, "shares": Jsonb}),
    FactTable(ReplyHandled, "replies_handled", {}, {}),
    FactTable(ReplySetAside, "replies_set_aside", {}, {}),
    FactTable(PromiseDrafted, "promises_drafted", {}, {}),
    FactTable(LetterHandedOver, "letters_handed_over", {}, {}),
    FactTable(LetterTakenOut, "letters_taken_out", {"reason": WhyTakenOut}, {"reason": str}),
    FactTable(LetterPosted, "letters_posted", {}, {}),
    FactTable(LetterArrived, "letters_arrived", {"kind": Delivery}, {"kind": str}),
)
FACT_TABLES: Mapping[type[Fact], FactTable] = {table.kind: table for table in _TABLES}
"""Every fact class and its table."""
