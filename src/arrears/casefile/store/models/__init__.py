"""Which tables hold the records? One file a notion; a new table is append-only and closed to other institutions unless it says otherwise.

Fact tables and the journal are written by `store.append` alone. Rows reach them in sets as well as one by one, so ids of institutions,
people and cases are plain numbers here; the few foreign keys that remain are those without which a record would make no sense.
"""

from arrears.casefile.store.models.alerts import AlertAcknowledgedRow
from arrears.casefile.store.models.approvals import ApprovalDecidedRow, ApprovalRequestedRow, ApprovalWithdrawnRow
from arrears.casefile.store.models.backups import RecordBackedUpRow, RecordRestoredRow
from arrears.casefile.store.models.calls import (
    CallWrappedUpRow,
    ContactPointMarkedRow,
    DiallerFindingRow,
    DiallerListExportedRow,
    FirstContactHeldRow,
)
from arrears.casefile.store.models.cases import Case, CaseDecisionRow, CaseEventRow
from arrears.casefile.store.models.confirmations import RuleConfirmationRevokedRow, RuleConfirmedRow
from arrears.casefile.store.models.consents import ConsentGivenRow, ConsentWithdrawnRow, ContactOpenedAgainRow, ContactRuledOutRow
from arrears.casefile.store.models.contacts import ContactRow
from arrears.casefile.store.models.dossiers import DossierExportedRow, ReceiptIssuedRow
from arrears.casefile.store.models.evidence import EvidenceKeptRow, EvidenceReadRow
from arrears.casefile.store.models.experiments import ExperimentOptOutRow, ExperimentStartedRow, ExperimentStoppedRow
from arrears.casefile.store.models.holds import HoldLiftedRow, HoldReviewedRow, HoldRow, HoldTermsRow
from arrears.casefile.store.models.identity import IdMap, PartyKey
from arrears.casefile.store.models.inbound import (
    PromiseDraftedRow,
    ReplyHandledRow,
    ReplyReceivedRow,
    ReplySetAsideRow,
    ReplyUnderstoodRow,
    UnplacedReplyRow,
)
from arrears.casefile.store.models.institution import Institution, InstitutionKey
from arrears.casefile.store.models.journal import JournalEntry, JournalSalt
from arrears.casefile.store.models.letters import LetterArrivedRow, LetterHandedOverRow, LetterPostedRow, LetterTakenOutRow, PublicPaceRow
from arrears.casefile.store.models.log import LogTile, RecordAlarm, SealedEntry, SigningKey, TimeStamp, TreeHead, UnsealedEntry
from arrears.casefile.store.models.messages import (
    MessageAnsweredRow,
    MessageQueuedRow,
    MessageReceiptRow,
    MessageStoppedRow,
    MessageTriedRow,
    OutboxRow,
    ProviderPaceRow,
    ProviderReferenceRow,
    SendingPausedRow,
)
from arrears.casefile.store.models.permits import PermitIssuedRow, PermitRefusedRow, PermitUsedRow, PermitVoidedRow
from arrears.casefile.store.models.policies import PolicyPublishedRow
from arrears.casefile.store.models.privacy import PersonalShownRow, PersonExportedRow, SearchIndex, TransferPermittedRow, TransferWithdrawnRow
from arrears.casefile.store.models.representation import AdviserEndedRow, AdviserNamedRow, AuthorityCheckedRow
from arrears.casefile.store.models.retention import (
    EvidenceDeletedRow,
    LegalHoldLiftedRow,
    LegalHoldPlacedRow,
    PersonErasedRow,
    PersonReleasedRow,
    PersonRestrictedRow,
    RetentionExecutedRow,
    RetentionFigureConfirmedRow,
)
from arrears.casefile.store.models.runs import RunPublishedRow
from arrears.casefile.store.models.staff import ColleagueCalledRow
from arrears.casefile.store.models.user import Role, User
from arrears.casefile.store.models.weighty import (
    DecisionOverriddenRow,
    DecisionProposedRow,
    DecisionTakenRow,
    HumanReviewAnsweredRow,
    HumanReviewRequestedRow,
)

__all__ = [
    "AdviserEndedRow", "AdviserNamedRow", "AlertAcknowledgedRow", "ApprovalDecidedRow", "ApprovalRequestedRow", "ApprovalWithdrawnRow",
    "AuthorityCheckedRow", "CallWrappedUpRow", "Case", "CaseDecisionRow", "CaseEventRow", "ColleagueCalledRow", "ConsentGivenRow",
    "ConsentWithdrawnRow", "ContactOpenedAgainRow", "ContactPointMarkedRow", "ContactRow", "ContactRuledOutRow",
    "DecisionOverriddenRow", "DecisionProposedRow", "DecisionTakenRow", "DiallerFindingRow", "DiallerListExportedRow", "DossierExportedRow",
    "EvidenceDeletedRow", "EvidenceKeptRow", "EvidenceReadRow", "ExperimentOptOutRow", "ExperimentStartedRow", "ExperimentStoppedRow",
    "FirstContactHeldRow", "HoldLiftedRow", "HoldReviewedRow", "HoldRow", "HoldTermsRow", "HumanReviewAnsweredRow",
    "HumanReviewRequestedRow", "IdMap", "Institution", "InstitutionKey", "JournalEntry", "JournalSalt", "LegalHoldLiftedRow",
    "LegalHoldPlacedRow", "LetterArrivedRow", "LetterHandedOverRow", "LetterPostedRow", "LetterTakenOutRow", "LogTile",
    "MessageAnsweredRow", "MessageQueuedRow", "MessageReceiptRow", "MessageStoppedRow", "MessageTriedRow", "OutboxRow", "PartyKey",
    "PermitIssuedRow", "PermitRefusedRow", "PermitUsedRow", "PermitVoidedRow", "PersonErasedRow", "PersonExportedRow", "PersonReleasedRow",
    "PersonRestrictedRow", "PersonalShownRow", "PolicyPublishedRow", "PromiseDraftedRow", "ProviderPaceRow", "ProviderReferenceRow",
    "PublicPaceRow", "ReceiptIssuedRow", "RecordAlarm", "RecordBackedUpRow", "RecordRestoredRow", "ReplyHandledRow", "ReplyReceivedRow",
    "ReplySetAsideRow", "ReplyUnderstoodRow", "RetentionExecutedRow", "RetentionFigureConfirmedRow", "Role", "RuleConfirmationRevokedRow",
    "RuleConfirmedRow", "RunPublishedRow", "SealedEntry", "SearchIndex", "SendingPausedRow", "SigningKey", "TimeStamp",
    "TransferPermittedRow", "TransferWithdrawnRow", "TreeHead", "UnplacedReplyRow", "UnsealedEntry", "User",
]
