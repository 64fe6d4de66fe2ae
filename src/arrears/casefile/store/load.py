"""How does a row become a fact again, and a table of rows an Arrow table?

Reads only, inside `acting_for`. Single cases answer facts (`casefile.facts`); the nightly run takes sets as Arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
from psycopg import sql

from arrears.casefile.facts.alert import AlertAcknowledged
from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.facts.call import CallWrappedUp, ContactPointMarked, DiallerFinding, DiallerListExported, FirstContactHeld
from arrears.casefile.facts.case import CaseDecision, CaseEvent
from arrears.casefile.facts.confirmation import RuleConfirmationRevoked, RuleConfirmed
from arrears.casefile.facts.consent import ConsentGiven, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut
from arrears.casefile.facts.contact import Contact
from arrears.casefile.facts.evidence import EvidenceKept, EvidenceRead
from arrears.casefile.facts.experiment import ExperimentOptOut, ExperimentStarted, ExperimentStopped
from arrears.casefile.facts.fact import Fact, committed_fields
from arrears.casefile.facts.hold import EFFECTS, ENDED_BY_LAW, Hold, HoldKind, HoldLifted, HoldReviewed, HoldTerms, MayLift
from arrears.casefile.facts.inbound import PromiseDrafted, ReplyHandled, ReplyReceived, ReplySetAside, ReplyUnderstood
from arrears.casefile.facts.journal import (
    SALT_BYTES,
    ChainFinding,
    Entry,
    Header,
    canonical_header,
    parse_header,
    unpacked,
    verify,
    verify_fields,
)
from arrears.casefile.facts.letter import LetterArrived, LetterHandedOver, LetterPosted, LetterTakenOut
from arrears.casefile.facts.message import MessageAnswered, MessageQueued, MessageReceipt, MessageStopped, MessageTried, SendingPaused
from arrears.casefile.facts.permit import PermitIssued, PermitRefused, PermitUsed, PermitVoided
from arrears.casefile.facts.policy import PolicyPublished
from arrears.casefile.facts.privacy import PersonalShown, PersonExported, TransferPermitted, TransferWithdrawn
from arrears.casefile.facts.representation import AdviserEnded, AdviserNamed, AuthorityChecked
from arrears.casefile.facts.retention import (
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
from arrears.casefile.facts.weighty import DecisionOverridden, DecisionProposed, DecisionTaken, HumanReviewAnswered, HumanReviewRequested
from arrears.casefile.store import sets
from arrears.casefile.store.institution import acting_institution
from arrears.casefile.store.rows import FACT_TABLES, FactTable
from arrears.casefile.store.vault import default_vault, unseal_with
from arrears.core.problems import BadData

ERASED = ""
"""What a personal field reads as once the person's key is gone."""
F = TypeVar("F", bound=Fact)
_HEADER_COLUMNS = (
    "entry_id", "institution_id", "chain", "position", "name", "actor", "recorded_at", "cause", "fact_id", "predecessor", "version")


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Which case is this: whose, in which book?"""

    case_id: int
    party_id: int
    book: str


def case(case_id: int) -> CaseRecord | None:
    """Which case has this id? None where there is none in this institution."""
    row = sets.cursor().execute("SELECT case_id, party_id, book FROM cases WHERE case_id = %s", [case_id]).fetchone()
    return CaseRecord(*row) if row else None


def case_events(case_id: int) -> list[CaseEvent]:
    """What happened to this case, in the order in which it was recorded?"""
    return _facts(CaseEvent, "case_id", case_id)


def decisions(case_id: int) -> list[CaseDecision]:
    """Which decisions changed in this case, in the order in which they were recorded?"""
    return _facts(CaseDecision, "case_id", case_id)


def holds(party_id: int) -> list[Hold]:
    """Which holds were ever placed for this person, lifted ones included? `facts.hold.holds_in_force` says which protect on a day."""
    return _facts(Hold, "party_id", party_id)


def holds_of(party_ids: Sequence[int]) -> list[Hold]:
    """The same for many people at once, each person's in the order in which they were recorded."""
    return _facts_of(Hold, "party_id", party_ids)


def holds_lifted(party_id: int) -> list[HoldLifted]:
    """Which holds of this person were lifted?"""
    return _facts(HoldLifted, "party_id", party_id)


def holds_lifted_of(party_ids: Sequence[int]) -> list[HoldLifted]:
    """The same for many people at once."""
    return _facts_of(HoldLifted, "party_id", party_ids)


PROTECTIONS: tuple[type[Fact], ...] = (
    Hold, HoldTerms, HoldReviewed, HoldLifted, ConsentGiven, ConsentWithdrawn, ContactRuledOut, ContactOpenedAgain, AdviserNamed, AuthorityChecked, AdviserEnded,
    ContactPointMarked,
)
"""Every class of fact that protects a person or says what the person agreed to."""


def protections_of(party_ids: Sequence[int]) -> list[Fact]:
    """Everything that protects these people, and what they agreed to and ruled out: the facts that `check.protections` reads, by class, each in its order."""
    return [fact for kind in PROTECTIONS for fact in _facts_of(kind, "party_id", party_ids)]


def holds_ever() -> list[Fact]:
    """Every hold of the institution with its terms, reviews and end; reasons are opened."""
    return [fact for kind in (Hold, HoldTerms, HoldReviewed, HoldLifted) for fact in _all(kind)]


@dataclass(frozen=True, slots=True)
class HoldToReview:
    """A hold whose owner is asked: since `review_on`, or at once where somebody is in danger."""

    hold_id: int
    party_id: int
    kind: HoldKind
    from_on: date
    may_lift: MayLift
    owner: str
    review_on: date
    case_id: int | None


def holds_to_review(on: date, limit: int) -> tuple[list[HoldToReview], int]:
    """Which holds must be looked at by this day (people in danger first, then those that wait longest), and how many are there in all?"""
    by_kind = " ".join(f"WHEN {_quoted(kind.value)} THEN {effect.review_after_days}" for kind, effect in EFFECTS.items())
    rows = sets.cursor().execute(
        f"""WITH said AS (
              SELECT hold_id, review_on, position FROM holds_terms UNION ALL SELECT hold_id, next_review_on, position FROM holds_reviewed),
            asked AS (SELECT DISTINCT ON (hold_id) hold_id, review_on FROM said ORDER BY hold_id, position DESC),
            owned AS (SELECT DISTINCT ON (hold_id) hold_id, owner FROM holds_terms ORDER BY hold_id, position DESC),
            standing AS (
              SELECT h.hold_id, h.party_id, h.kind, h.from_on, h.may_lift, coalesce(o.owner, ''),
                     coalesce(a.review_on, least(h.from_on + CASE h.kind {by_kind} ELSE 0 END, h.to_on)) AS due
              FROM holds h LEFT JOIN asked a USING (hold_id) LEFT JOIN owned o USING (hold_id)
              WHERE h.from_on <= %(on)s AND NOT (h.kind = ANY(%(by_law)s) AND h.to_on IS NOT NULL AND h.to_on < %(on)s)
                AND NOT EXISTS (SELECT FROM holds_lifted l WHERE l.hold_id = h.hold_id AND l.valid_on <= %(on)s))
            SELECT s.*, (SELECT min(c.case_id) FROM cases c WHERE c.party_id = s.party_id), count(*) OVER () FROM standing s
            WHERE s.due <= %(on)s OR s.kind = %(danger)s ORDER BY (s.kind <> %(danger)s), s.due, s.hold_id LIMIT %(limit)s""",
        {"on": on, "by_law": sorted(kind.value for kind in ENDED_BY_LAW), "danger": HoldKind.DISTRESS.value, "limit": limit}).fetchall()
    found = [HoldToReview(row[0], row[1], HoldKind(row[2]), row[3], MayLift(row[4]), *row[5:8]) for row in rows]
    return found, rows[0][8] if rows else 0


def colleagues_called() -> list[ColleagueCalled]:
    """Who was ever named to be called where somebody is in danger? `facts.staff.called` says who is now."""
    return _all(ColleagueCalled)


def experiments() -> tuple[list[ExperimentStarted], list[ExperimentStopped]]:
    """Which experiments were ever started and stopped? `facts.experiment.running_on` says which draw people on a day."""
    return _all(ExperimentStarted), _all(ExperimentStopped)


def experiment_opt_outs(party_id: int) -> list[ExperimentOptOut]:
    """Since when does this person take part in no experiment?"""
    return _facts(ExperimentOptOut, "party_id", party_id)


def people_opted_out(on: date) -> pa.Table:
    """Who takes part in no experiment on this day: party_id, sorted?"""
    return sets.export(
        f"SELECT DISTINCT party_id FROM experiment_opt_outs WHERE valid_on <= {_quoted(on.isoformat())}::date ORDER BY party_id", {"party_id": pa.int64()})


def rules_confirmed() -> tuple[list[RuleConfirmed], list[RuleConfirmationRevoked]]:
    """Which figures and rules were ever confirmed, and which confirmations taken back? `facts.confirmation.confirmations_in_force` says which count."""
    return _all(RuleConfirmed), _all(RuleConfirmationRevoked)


def approvals_requested() -> list[ApprovalRequested]:
    """What was ever asked to be approved by a second person, in the order in which it was recorded?"""
    return _all(ApprovalRequested)


def approvals_with_ids(request_ids: Sequence[int]) -> list[ApprovalRequested]:
    """These requests, as far as there are such."""
    return _facts_of(ApprovalRequested, "request_id", request_ids)


def approvals_of_kind(kind: str) -> list[ApprovalRequested]:
    """Every request of this kind."""
    return _facts(ApprovalRequested, "kind", kind)


def approvals_waiting(at: datetime) -> list[ApprovalRequested]:
    """Which requests were neither decided nor taken back, and have not expired at this moment?"""
    rows = sets.cursor().execute(
        """SELECT r.request_id FROM approvals_requested r WHERE r.expires_at > %s AND NOT EXISTS (SELECT FROM approvals_decided d WHERE d.request_id = r.request_id)
             AND NOT EXISTS (SELECT FROM approvals_withdrawn w WHERE w.request_id = r.request_id)""", [at]).fetchall()
    return approvals_with_ids([row[0] for row in rows])


def approvals_latest(count: int) -> list[ApprovalRequested]:
    """The requests that were made last, oldest of them first."""
    rows = sets.cursor().execute("SELECT request_id FROM approvals_requested ORDER BY recorded_at DESC, fact_id DESC LIMIT %s", [count]).fetchall()
    return approvals_with_ids([row[0] for row in rows])


def approvals_decided(request_ids: Sequence[int]) -> list[ApprovalDecided]:
    """What did second persons answer to these requests?"""
    return _facts_of(ApprovalDecided, "request_id", request_ids)


def approvals_withdrawn(request_ids: Sequence[int]) -> list[ApprovalWithdrawn]:
    """Which of these requests were taken back?"""
    return _facts_of(ApprovalWithdrawn, "request_id", request_ids)


def decision_proposed(request_id: int) -> DecisionProposed | None:
    """Which weighty decision does this request for approval ask for? None where it asks for something else."""
    return next(iter(_facts(DecisionProposed, "request_id", request_id)), None)


def cases_of_requests(request_ids: Sequence[int]) -> dict[int, int]:
    """About which case is each of these requests that asks for a weighty decision: request_id → case_id?"""
    return dict(sets.cursor().execute("SELECT request_id, case_id FROM decisions_proposed WHERE request_id = ANY(%s)", [list(request_ids)]).fetchall())


def decisions_proposed(party_id: int) -> list[DecisionProposed]:
    """Which weighty decisions about this person were proposed, in order?"""
    return _facts(DecisionProposed, "party_id", party_id)


def decisions_taken(party_id: int) -> list[DecisionTaken]:
    """Which weighty decisions about this person did somebody take or decline, in order?"""
    return _facts(DecisionTaken, "party_id", party_id)


def decisions_overridden(party_id: int) -> list[DecisionOverridden]:
    """Where did somebody do otherwise than the policy decided about this person?"""
    return _facts(DecisionOverridden, "party_id", party_id)


def decisions_overridden_of(party_ids: Sequence[int]) -> list[DecisionOverridden]:
    """The same of many people, oldest first for each."""
    return _facts_of(DecisionOverridden, "party_id", party_ids)


def reviews_requested(party_id: int) -> list[HumanReviewRequested]:
    """When did this person ask a human to look again?"""
    return _facts(HumanReviewRequested, "party_id", party_id)


def reviews_answered(party_id: int) -> list[HumanReviewAnswered]:
    """What did those say who looked again?"""
    return _facts(HumanReviewAnswered, "party_id", party_id)


def reviews_waiting() -> list[tuple[int, int, date]]:
    """Which reviews have no answer yet: review_id, case_id, due_on, the most pressing first? Their words stay sealed."""
    return sets.cursor().execute(
        """SELECT r.review_id, r.case_id, r.due_on FROM reviews_requested r
           WHERE NOT EXISTS (SELECT FROM reviews_answered a WHERE a.review_id = r.review_id) ORDER BY r.due_on, r.review_id""").fetchall()


def policies_published() -> list[PolicyPublished]:
    """Which policies were ever put in force, by number?"""
    return sorted(_all(PolicyPublished), key=lambda one: one.number)


def personal_shown(party_id: int) -> list[PersonalShown]:
    """Who saw personal values of this person, which and why, in the order in which it was recorded?"""
    return _facts(PersonalShown, "party_id", party_id)


def persons_exported(party_id: int) -> list[PersonExported]:
    """Who wrote out everything about this person, and for whom?"""
    return _facts(PersonExported, "party_id", party_id)


def transfers_permitted(jurisdiction: str) -> list[TransferPermitted]:
    """Which transfers to this jurisdiction were ever permitted? `facts.privacy.transfers_in_force` says which still are."""
    return _facts(TransferPermitted, "to_jurisdiction", jurisdiction)


def transfers_withdrawn(transfer_ids: Sequence[int]) -> list[TransferWithdrawn]:
    """Which of these permissions were withdrawn?"""
    return _facts_of(TransferWithdrawn, "transfer_id", transfer_ids)


def runs_published(book: str) -> list[RunPublished]:
    """Which runs of this book were published, in order?"""
    return _facts(RunPublished, "book", book)


def people_contacted(party_ids: Sequence[int]) -> set[int]:
    """Whom of these did we contact, as far as is recorded here? A message on its way counts."""
    rows = sets.cursor().execute(
        """SELECT party_id FROM contacts WHERE party_id = ANY(%(people)s) AND kind = 'made' UNION
           SELECT party_id FROM messages_tried WHERE party_id = ANY(%(people)s)""", {"people": list(party_ids)}).fetchall()
    return {row[0] for row in rows}


def messages_queued(message_ids: Sequence[int]) -> list[MessageQueued]:
    """These messages, opened; where the person's key is gone, address, subject and text read as empty."""
    return _facts_of(MessageQueued, "message_id", message_ids)


def messages_of(party_id: int) -> list[Fact]:
    """Everything recorded about messages to this person, class by class."""
    return [fact for kind in (MessageQueued, MessageTried, MessageAnswered, MessageStopped, MessageReceipt) for fact in _facts(kind, "party_id", party_id)]


def attempts_of(message_ids: Sequence[int]) -> list[MessageTried]:
    """Which attempts were made of these messages?"""
    return _facts_of(MessageTried, "message_id", message_ids)


def answers_to(message_ids: Sequence[int]) -> list[MessageAnswered]:
    """What is known of the attempts of these messages?"""
    return _facts_of(MessageAnswered, "message_id", message_ids)


def replies_of(party_id: int) -> list[Fact]:
    """Everything recorded about what this person wrote, class by class."""
    return [fact for kind in (ReplyReceived, ReplyUnderstood, ReplyHandled, PromiseDrafted) for fact in _facts(kind, "party_id", party_id)]


def replies_received(reply_ids: Sequence[int]) -> list[ReplyReceived]:
    """These replies, opened; where the person's key is gone, address and text read as empty."""
    return _facts_of(ReplyReceived, "reply_id", reply_ids)


def replies_understood(reply_ids: Sequence[int]) -> list[ReplyUnderstood]:
    """What these were taken for, in recorded order for each: the last word counts."""
    return _facts_of(ReplyUnderstood, "reply_id", reply_ids)


def replies_handled(reply_ids: Sequence[int]) -> list[ReplyHandled]:
    """Which of these did a person deal with?"""
    return _facts_of(ReplyHandled, "reply_id", reply_ids)


def replies_set_aside() -> list[ReplySetAside]:
    """Which replies concern nobody here?"""
    return _all(ReplySetAside)


def messages_stopped(message_ids: Sequence[int]) -> list[MessageStopped]:
    """Which of these messages are not sent any more?"""
    return _facts_of(MessageStopped, "message_id", message_ids)


def receipts_of(message_ids: Sequence[int]) -> list[MessageReceipt]:
    """What was said later of these messages?"""
    return _facts_of(MessageReceipt, "message_id", message_ids)


class SentMessage(NamedTuple):
    """Whose message it is, by which way it went, and when it was last tried."""

    party_id: int
    case_id: int
    channel: str
    sent_at: datetime


def message_sent(message_id: int) -> SentMessage | None:
    """Was a message of this id sent, as far as is known? One statement, whatever the answer."""
    row = sets.cursor().execute(
        """SELECT q.party_id, q.case_id, q.channel, max(t.tried_at) FROM messages_queued q JOIN messages_tried t ON t.message_id = q.message_id
           WHERE q.message_id = %(message)s AND q.institution_id = %(institution)s AND NOT EXISTS (
             SELECT FROM messages_answered a WHERE a.message_id = t.message_id AND a.attempt = t.attempt AND a.kind IN ('not_taken', 'refused')
             AND a.position = (SELECT max(l.position) FROM messages_answered l WHERE l.message_id = a.message_id AND l.attempt = a.attempt))
           GROUP BY q.party_id, q.case_id, q.channel""", {"message": message_id, "institution": acting_institution()}).fetchone()
    return None if row is None else SentMessage(*row)


def letters_decided(message_ids: Sequence[int]) -> list[LetterHandedOver | LetterTakenOut]:
    """Which of these letters went to the post, and which were taken out before?"""
    return [*_facts_of(LetterHandedOver, "message_id", message_ids), *_facts_of(LetterTakenOut, "message_id", message_ids)]


def letters_at_the_post(message_ids: Sequence[int]) -> list[LetterPosted | LetterArrived]:
    """What did the post say of these letters?"""
    return [*_facts_of(LetterPosted, "message_id", message_ids), *_facts_of(LetterArrived, "message_id", message_ids)]


def sending_paused() -> list[SendingPaused]:
    """When was anything paused and resumed? `facts.message.paused` says what is paused now."""
    return _all(SendingPaused)


def journal(chain: int) -> list[Entry]:
    """The entries of a chain from its first on: a case's (its id), a person's (the id) or the institution's (0)."""
    query = f"""SELECT {", ".join(_HEADER_COLUMNS)}, fields, commitments, entry_hash FROM journal_entries
        WHERE chain = %s AND institution_id = %s ORDER BY position"""
    return [_entry(row) for row in sets.cursor().execute(query, [chain, acting_institution()])]


def _entry(row: tuple[Any, ...]) -> Entry:
    """An entry from its columns; the hash is the stored one. Parts that make no header give an empty line, which `verify` cannot read."""
    *parts, names, commitments, entry_hash = row
    said = dict(zip(_HEADER_COLUMNS, parts, strict=True))
    try:
        header = Header(**{**said, "predecessor": bytes(said["predecessor"]).hex(), "fields": unpacked(names, bytes(commitments))})
    except ValueError:
        return Entry("", bytes(entry_hash))
    return Entry(canonical_header(header), bytes(entry_hash))


def verify_chain(chain: int) -> list[ChainFinding]:
    """Is this chain as it was written, and do the stored facts still say what it commits to? Empty means yes.

    Redacted fields are no finding. An entry without its fact is one.
    """
    entries = journal(chain)
    findings = verify(entries)
    stored = _stored_by_entry(chain)
    for place, entry in enumerate(entries, start=1):
        try:
            header = parse_header(entry.header)
        except ValueError:
            continue  # `verify` has said so already
        if header.entry_id not in stored:
            findings.append(ChainFinding(place, header.entry_id, "the fact of this entry is missing"))
            continue
        fact, salts = stored[header.entry_id]
        findings += [ChainFinding(place, header.entry_id, what) for what in verify_fields(header, fact, salts)]
    return findings


def _stored_by_entry(chain: int) -> dict[int, tuple[dict[str, object], list[bytes | None]]]:
    """For each entry of a chain: its fact's fields and salts as they are stored now."""
    found: dict[int, tuple[dict[str, object], list[bytes | None]]] = {}
    for table in FACT_TABLES.values():
        query = f"""SELECT e.entry_id, s.salts, {", ".join(f"f.{name}" for name in table.columns)} FROM journal_entries e
            JOIN journal_salts s USING (entry_id) JOIN {table.table} f ON f.fact_id = e.fact_id AND f.entry_id = e.entry_id
            WHERE e.chain = %s AND e.institution_id = %s"""
        rows = sets.cursor().execute(query, [chain, acting_institution()]).fetchall()
        for (entry_id, salts, *_), values in zip(rows, values_of_rows(table, [row[2:] for row in rows]), strict=True):
            found[entry_id] = (values, _pieces(bytes(salts)))
    return found


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A sealed entry: its number in the log (from 0), its line and hash as kept, and for each field of its header the value and salt.

    A salt is None where the field was erased or redacted; its value then says nothing.
    """

    number: int
    entry: Entry
    header: Header
    values: Mapping[str, object]
    salts: Sequence[bytes | None]


def entries_of_chains(chains: Sequence[int], size: int) -> list[StoredEntry]:
    """The entries of these chains among the first `size` of the log, in the order of the log."""
    return _sealed_entries("e.chain = ANY(%s)", list(chains), size)


def entries_of_runs(run_ids: Sequence[int], size: int) -> list[StoredEntry]:
    """The entries of these published runs, likewise."""
    return _sealed_entries("e.chain = 0 AND e.fact_id IN (SELECT fact_id FROM runs_published WHERE run_id = ANY(%s))", list(run_ids), size)


def entry_with_id(entry_id: int, size: int) -> StoredEntry | None:
    """One entry by its id; None where this institution has none among the first `size`."""
    return next(iter(_sealed_entries("e.entry_id = ANY(%s)", [entry_id], size)), None)


def entry_with_number(number: int, size: int) -> StoredEntry | None:
    """One entry by its number in the log (from 0)."""
    return next(iter(_sealed_entries("s.number = ANY(%s)", [number], size)), None)


def _sealed_entries(which: str, wanted: list[int], size: int) -> list[StoredEntry]:
    columns = ", ".join(f"e.{name}" for name in _HEADER_COLUMNS)
    rows = sets.cursor().execute(
        f"""SELECT s.number, l.salts, {columns}, e.fields, e.commitments, e.entry_hash FROM journal_entries e
            JOIN sealed_entries s ON s.entry_id = e.entry_id AND s.institution_id = e.institution_id JOIN journal_salts l ON l.entry_id = e.entry_id
            WHERE {which} AND e.institution_id = %s AND s.number < %s ORDER BY s.number""", [wanted, acting_institution(), size]).fetchall()
    found = [(number, bytes(salts), _entry(row)) for number, salts, *row in rows]
    headers = [_readable(number, entry) for number, _, entry in found]
    facts = _fields_of([header.fact_id for header in headers])
    return [
        StoredEntry(number, entry, header, facts.get(header.fact_id, {}), _pieces(salts))
        for (number, salts, entry), header in zip(found, headers, strict=True)]


def _readable(number: int, entry: Entry) -> Header:
    try:
        return parse_header(entry.header)
    except ValueError as wrong:
        raise BadData(f"Entry {number + 1} of the log cannot be read: {wrong}.", "The record was altered; a dossier of it would prove nothing.", "Run: arrears record check") from wrong


def _fields_of(fact_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """The fields of these facts, one question a table."""
    found: dict[int, dict[str, object]] = {}
    if not fact_ids:
        return found
    for table in FACT_TABLES.values():
        query = f"SELECT fact_id, {', '.join(table.columns)} FROM {table.table} WHERE fact_id = ANY(%s)"
        rows: list[tuple[Any, ...]] = sets.cursor().execute(query, [list(fact_ids)]).fetchall()
        for (fact_id, *_), values in zip(rows, values_of_rows(table, [row[1:] for row in rows]), strict=True):
            found[fact_id] = values
    return found


def _pieces(salts: bytes) -> list[bytes | None]:
    pieces = [salts[start : start + SALT_BYTES] for start in range(0, len(salts), SALT_BYTES)]
    return [piece if any(piece) else None for piece in pieces]


def _facts(kind: type[F], column: str, value: object) -> list[F]:
    return _facts_of(kind, column, [value])


def _facts_of(kind: type[F], column: str, values: Sequence[object]) -> list[F]:
    table = FACT_TABLES[kind]
    query = f"SELECT {', '.join(table.columns)} FROM {table.table} WHERE {column} = ANY(%s) ORDER BY position, fact_id"
    rows = sets.cursor().execute(query, [list(values)]).fetchall()
    return [kind(**opened) for opened in values_of_rows(table, rows)]


def values_of_rows(table: FactTable, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The facts' fields from their columns: enums again, personal fields opened, the keys of all people fetched at once."""
    found = [dict(zip(committed_fields(table.kind), row, strict=True)) for row in rows]  # type: ignore[call-overload]
    keys = _keys_of({values["party_id"] for values in found}) if table.kind.PERSONAL and found else {}
    for values in found:
        for name, read in table.read.items():
            values[name] = read(values[name])
        for name in table.kind.PERSONAL:
            values[name] = _opened(keys.get(values["party_id"]), values["party_id"], values[name], name)
    return found


def _keys_of(party_ids: set[int]) -> dict[int, bytes]:
    return default_vault().party_keys(pa.array(sorted(party_ids), pa.int64()))


def _opened(key: bytes | None, party_id: int, sealed: bytes, name: str) -> str:
    return ERASED if key is None else unseal_with(key, party_id, bytes(sealed), name).decode()


def open_cases(book: str) -> pa.Table:
    """Which cases of this book are open, as recorded so far: case_id, party_id, opened_on (the last opening), sorted by case_id?"""
    return sets.export(
        f"""SELECT case_id, party_id, valid_on FROM (
              SELECT DISTINCT ON (case_id) case_id, party_id, valid_on, kind FROM case_events WHERE book = {_quoted(book)}
              ORDER BY case_id, valid_on DESC, position DESC) last
            WHERE kind <> 'closed' ORDER BY case_id""",
        {"case_id": pa.int64(), "party_id": pa.int64(), "opened_on": pa.date32()})


def known_cases(book: str) -> pa.Table:
    """Which cases did this book ever have, and are they open: case_id, party_id, is_open, sorted by case_id?"""
    return sets.export(
        f"""SELECT case_id, party_id, CASE WHEN kind <> 'closed' THEN 'true' ELSE 'false' END FROM (
              SELECT DISTINCT ON (case_id) case_id, party_id, kind FROM case_events WHERE book = {_quoted(book)}
              ORDER BY case_id, valid_on DESC, position DESC) last ORDER BY case_id""",
        {"case_id": pa.int64(), "party_id": pa.int64(), "is_open": pa.bool_()})


_DECISION_TYPES = {
    "case_id": pa.int64(), "party_id": pa.int64(), "book": pa.string(), "valid_on": pa.date32(), "run_id": pa.int64(),
    "treatment": pa.string(), "channel": pa.string(), "rule": pa.string(), "reason_en": pa.string(), "reason_zh": pa.string(),
    "policy_version": pa.string(), "days_past_due": pa.int64(), "amount_overdue_minor": pa.int64(), "currency": pa.string(),
}


def latest_decisions(book: str, columns: Sequence[str] = tuple(_DECISION_TYPES)) -> pa.Table:
    """Which decision stands in each case of this book (the named fields of `CaseDecision`, one row a case, sorted by case_id)?"""
    return sets.export(
        f"""SELECT DISTINCT ON (case_id) {", ".join(columns)} FROM case_decisions WHERE book = {_quoted(book)}
            ORDER BY case_id, position DESC""",
        {name: _DECISION_TYPES[name] for name in columns})


def holds_as_of(on: date) -> pa.Table:
    """Which holds protect on this day: party_id, hold_id, kind, from_on, to_on, blocks (names, comma between), sorted by party and hold?

    `to_on` is given only where the law ends the period by date; every other hold stands until somebody lifts it. A hold on one number or
    address holds no case: whoever is contacted is asked about it then.
    """
    day = _quoted(on.isoformat())
    by_law = f"h.kind IN ({', '.join(_quoted(kind.value) for kind in sorted(ENDED_BY_LAW))})"
    return sets.export(
        f"""SELECT h.party_id, h.hold_id, h.kind, h.from_on, CASE WHEN {by_law} THEN h.to_on END, array_to_string(h.blocks, ',') FROM holds h
            WHERE h.from_on <= {day}::date AND (NOT {by_law} OR h.to_on IS NULL OR h.to_on >= {day}::date)
              AND NOT EXISTS (SELECT FROM holds_lifted l WHERE l.hold_id = h.hold_id AND l.valid_on <= {day}::date)
              AND coalesce((SELECT t.scope FROM holds_terms t WHERE t.hold_id = h.hold_id ORDER BY t.position DESC LIMIT 1), '') <> 'contact_point'
            ORDER BY h.party_id, h.hold_id""",
        {"party_id": pa.int64(), "hold_id": pa.int64(), "kind": pa.string(), "from_on": pa.date32(), "to_on": pa.date32(), "blocks": pa.string()})


def alert_acknowledgements(alert_id: int) -> list[AlertAcknowledged]:
    """Who acknowledged this alert, and with which note?"""
    return _facts(AlertAcknowledged, "alert_id", alert_id)


def alerts_acknowledged_by(on: date) -> pa.Table:
    """Which alerts had been acknowledged by this day: alert_id, valid_on (the last time), sorted by alert_id?"""
    return sets.export(
        f"""SELECT alert_id, max(valid_on) FROM alerts_acknowledged WHERE valid_on <= {_quoted(on.isoformat())}::date
            GROUP BY alert_id ORDER BY alert_id""",
        {"alert_id": pa.int64(), "valid_on": pa.date32()})


def restrictions(party_id: int) -> list[PersonRestricted]:
    """When was this person restricted to storage, and why?"""
    return _facts(PersonRestricted, "party_id", party_id)


def releases(party_id: int) -> list[PersonReleased]:
    """When did a restriction of this person end without erasure?"""
    return _facts(PersonReleased, "party_id", party_id)


def erasures(party_id: int) -> list[PersonErased]:
    """Was this person erased, when and why?"""
    return _facts(PersonErased, "party_id", party_id)


def legal_holds(party_id: int) -> tuple[list[LegalHoldPlaced], list[LegalHoldLifted]]:
    """Which legal holds were ever placed for this person, and which lifted?"""
    return _facts(LegalHoldPlaced, "party_id", party_id), _facts(LegalHoldLifted, "party_id", party_id)


def all_legal_holds() -> tuple[list[LegalHoldPlaced], list[LegalHoldLifted]]:
    """Every legal hold ever placed or lifted in this institution."""
    return _all(LegalHoldPlaced), _all(LegalHoldLifted)


def figures_confirmed() -> list[RetentionFigureConfirmed]:
    """For which figures of the duties to keep does somebody answer?"""
    return _all(RetentionFigureConfirmed)


def retention_runs() -> list[RetentionExecuted]:
    """When was data deleted because its time was over?"""
    return _all(RetentionExecuted)


def people_restricted(on: date) -> pa.Table:
    """Who is restricted to storage or erased on this day: party_id, valid_on (since when), erased, sorted by party_id?

    The newest word counts: a person who was released and restricted again is restricted; one who was erased stays so.
    """
    day = _quoted(on.isoformat())
    return sets.export(
        f"""SELECT party_id, valid_on, CASE WHEN state = 'erased' THEN 'true' ELSE 'false' END FROM (
              SELECT DISTINCT ON (party_id) party_id, valid_on, state FROM (
                SELECT party_id, valid_on, position, 'restricted' AS state FROM persons_restricted
                UNION ALL SELECT party_id, valid_on, position, 'released' FROM persons_released
                UNION ALL SELECT party_id, valid_on, position, 'erased' FROM persons_erased) said
              WHERE valid_on <= {day}::date ORDER BY party_id, position DESC) last
            WHERE state <> 'released' ORDER BY party_id""",
        {"party_id": pa.int64(), "valid_on": pa.date32(), "erased": pa.bool_()})


def numbers_of(party_ids: Sequence[int]) -> list[str]:
    """Which numbers (customers' and accounts') has the lender given these people, as far as they can be opened?"""
    rows = sets.cursor().execute("SELECT party_id, kind, sealed_number FROM id_map WHERE party_id = ANY(%s)", [list(party_ids)]).fetchall()
    keys = _keys_of({party for party, _, _ in rows}) if rows else {}
    return [unseal_with(keys[party], party, bytes(sealed), f"{kind}_number").decode() for party, kind, sealed in rows if party in keys]


def evidence_by_age(party_ids: Sequence[int] | None = None) -> pa.Table:
    """Which evidence can still be opened, of whom and since when (of some people, or of all): evidence_id, party_id, kind, recorded_on, address?

    `recorded_on` is the day of the capture, or where nobody knows it of the first hash; sorted by evidence_id.
    """
    whose = "" if party_ids is None else f" AND e.party_id IN ({', '.join(str(int(one)) for one in party_ids) or 'NULL'})"
    return sets.export(
        f"""SELECT e.evidence_id, e.party_id, e.kind, (coalesce(e.captured_at, e.hashed_at) AT TIME ZONE 'UTC')::date, e.address
            FROM evidence_kept e JOIN party_keys k USING (party_id)
            WHERE NOT EXISTS (SELECT FROM evidence_deleted d WHERE d.evidence_id = e.evidence_id){whose} ORDER BY e.evidence_id""",
        {"evidence_id": pa.int64(), "party_id": pa.int64(), "kind": pa.string(), "recorded_on": pa.date32(), "address": pa.string()})


def is_restricted(party_ids: Sequence[int]) -> set[int]:
    """Which of these people are restricted to storage now? Those erased are not among them: nothing of theirs can be opened."""
    rows = sets.cursor().execute(
        """SELECT party_id FROM (SELECT DISTINCT ON (party_id) party_id, restricted FROM (
             SELECT party_id, position, true AS restricted FROM persons_restricted WHERE party_id = ANY(%(ids)s)
             UNION ALL SELECT party_id, position, false FROM persons_released WHERE party_id = ANY(%(ids)s)) said
           ORDER BY party_id, position DESC) last WHERE restricted""", {"ids": list(party_ids)}).fetchall()
    return {row[0] for row in rows}


def people_with_keys() -> pa.Table:
    """Whose data can still be opened: party_id, sorted?"""
    return sets.export("SELECT party_id FROM party_keys ORDER BY party_id", {"party_id": pa.int64()})


def last_activity() -> pa.Table:
    """For each person who ever had a case: the last day on which something of it changed, and has one open case or more (party_id, last_on, has_open_case)?"""
    return sets.export(
        """SELECT party_id, max(valid_on), CASE WHEN bool_or(is_open) THEN 'true' ELSE 'false' END FROM (
              SELECT party_id, valid_on, false AS is_open FROM case_decisions
              UNION ALL SELECT party_id, (occurred_at AT TIME ZONE 'UTC')::date, false FROM contacts
              UNION ALL SELECT party_id, valid_on, false FROM holds_lifted
              UNION ALL SELECT party_id, from_on, false FROM holds
              UNION ALL SELECT party_id, valid_on, false FROM alerts_acknowledged
              UNION ALL SELECT party_id, (coalesce(captured_at, hashed_at) AT TIME ZONE 'UTC')::date, false FROM evidence_kept
              UNION ALL (SELECT party_id, valid_on, kind <> 'closed' FROM (
                SELECT DISTINCT ON (case_id) case_id, party_id, valid_on, kind FROM case_events ORDER BY case_id, valid_on DESC, position DESC) last)
            ) said GROUP BY party_id ORDER BY party_id""",
        {"party_id": pa.int64(), "last_on": pa.date32(), "has_open_case": pa.bool_()})


def _all(kind: type[F]) -> list[F]:
    table = FACT_TABLES[kind]
    rows = sets.cursor().execute(f"SELECT {', '.join(table.columns)} FROM {table.table} ORDER BY recorded_at, position, fact_id").fetchall()
    return [kind(**opened) for opened in values_of_rows(table, rows)]


def evidence(evidence_id: int) -> EvidenceKept | None:
    """Which piece of evidence has this id? None where this institution has none."""
    return next(iter(_facts(EvidenceKept, "evidence_id", evidence_id)), None)


def evidence_of_party(party_id: int) -> list[EvidenceKept]:
    """Which evidence is kept about this person, in the order in which it was recorded?"""
    return _facts(EvidenceKept, "party_id", party_id)


def evidence_of_case(case_id: int) -> list[EvidenceKept]:
    """Which evidence is linked to this case, in the order in which it was recorded?"""
    return _facts(EvidenceKept, "case_id", case_id)


def evidence_read(evidence_id: int) -> list[EvidenceRead]:
    """Who was handed this piece of evidence, in order? When is in the entry of each."""
    return _facts(EvidenceRead, "evidence_id", evidence_id)


def evidence_addresses() -> pa.Table:
    """Where do the bytes of all evidence of the institution lie: evidence_id, party_id, address, size_bytes, erased (has the person no key
    any more, or is their time over and were they deleted?), sorted by evidence_id?"""
    return sets.export(
        """SELECT e.evidence_id, e.party_id, e.address, e.size_bytes, CASE WHEN k.party_id IS NULL
             OR EXISTS (SELECT FROM evidence_deleted d WHERE d.evidence_id = e.evidence_id) THEN 'true' ELSE 'false' END
           FROM evidence_kept e LEFT JOIN party_keys k USING (party_id) ORDER BY e.evidence_id""",
        {"evidence_id": pa.int64(), "party_id": pa.int64(), "address": pa.string(), "size_bytes": pa.int64(), "erased": pa.bool_()})


def contacts(party_id: int) -> list[Contact]:
    """Which contacts with this person were made and received, in the order in which they were recorded?"""
    return _facts(Contact, "party_id", party_id)


def contacts_before(day: date) -> pa.Table:
    """Every contact made or received before this day: party_id, occurred_at (UTC), kind, side and words as recorded; debts and marks with commas between."""
    return sets.export(
        f"""SELECT party_id, occurred_at AT TIME ZONE 'UTC', kind, side, collector, recipient, recipient_reference, array_to_string(debts, ','), channel, point,
                   place, purpose, mode, outcome, array_to_string(marks, ',')
            FROM contacts WHERE occurred_at < {_quoted(day.isoformat())}::date + 2 ORDER BY party_id, occurred_at, contact_id""",
        {"party_id": pa.int64(), "at": pa.timestamp("us"), **dict.fromkeys(
            ("kind", "by", "party", "to", "person", "debts", "channel", "point", "place", "purpose", "mode", "outcome", "marks"), pa.string())})


def protections() -> list[Fact]:
    """Everything that protects anybody, and what people agreed to and ruled out, by class, each in its order."""
    return [fact for kind in PROTECTIONS for fact in _all(kind)]


def contact_of_permit(permit_id: int) -> Contact | None:
    """Which contact was this permit used for? None where nothing was told of it yet."""
    return next(iter(_facts(Contact, "permit_id", permit_id)), None)


def permit_issued(permit_id: int) -> PermitIssued | None:
    """Which permit has this id? None where this institution has none."""
    return next(iter(_facts(PermitIssued, "permit_id", permit_id)), None)


def permit_used(permit_id: int) -> PermitUsed | None:
    """When was this permit used? None where it was not."""
    return next(iter(_facts(PermitUsed, "permit_id", permit_id)), None)


def permits_issued(party_id: int) -> list[PermitIssued]:
    """Which permits were ever issued for this person, in the order in which they were recorded?"""
    return _facts(PermitIssued, "party_id", party_id)


def permits_refused(party_id: int) -> list[PermitRefused]:
    """Which contacts with this person were refused?"""
    return _facts(PermitRefused, "party_id", party_id)


def permits_used(party_id: int) -> list[PermitUsed]:
    """Which permits for this person were used?"""
    return _facts(PermitUsed, "party_id", party_id)


def permits_voided(party_id: int) -> list[PermitVoided]:
    """Which permits for this person were given back?"""
    return _facts(PermitVoided, "party_id", party_id)


def permits_voided_of(party_ids: Sequence[int]) -> list[PermitVoided]:
    """The same for many people at once."""
    return _facts_of(PermitVoided, "party_id", party_ids)


def calls_wrapped_up(party_id: int) -> list[CallWrappedUp]:
    """What came of the calls with this person, in the order in which they were recorded?"""
    return _facts(CallWrappedUp, "party_id", party_id)


def calls_wrapped_up_of(party_ids: Sequence[int]) -> list[CallWrappedUp]:
    """The same for many people at once."""
    return _facts_of(CallWrappedUp, "party_id", party_ids)


def every_call_wrapped_up() -> list[CallWrappedUp]:
    """What came of every call."""
    return _all(CallWrappedUp)


def call_of_permit(permit_id: int) -> CallWrappedUp | None:
    """What came of the call under this permit? None where nothing was told of it."""
    return next(iter(_facts(CallWrappedUp, "permit_id", permit_id)), None)


def call_of_row(row_key: str) -> CallWrappedUp | None:
    """What came in from this row of a dialler? None where it is new."""
    return next(iter(_facts(CallWrappedUp, "row_key", row_key)), None)


def points_marked(party_ids: Sequence[int]) -> list[ContactPointMarked]:
    """What was said of these people's contact points, in the order in which it was recorded?"""
    return _facts_of(ContactPointMarked, "party_id", party_ids)


def dialler_lists() -> list[DiallerListExported]:
    """Which lists went to a dialler?"""
    return _all(DiallerListExported)


def dialler_findings() -> list[DiallerFinding]:
    """Which results of a dialler were not in order?"""
    return _all(DiallerFinding)


def dialler_findings_of_row(row_key: str) -> list[DiallerFinding]:
    """The same of one row."""
    return _facts(DiallerFinding, "row_key", row_key)


def first_contacts(party_id: int) -> list[FirstContactHeld]:
    """What did this person tell us the first time, and each time it was asked anew?"""
    return _facts(FirstContactHeld, "party_id", party_id)


def first_contact_waits(book: str) -> pa.Table:
    """Of each case of this book: case_id, opened_on (the last opening), spoken_on (the first day from then on with the right party), closed_on."""
    return sets.export(
        f"""WITH last AS (
              SELECT DISTINCT ON (case_id) case_id, party_id, kind, valid_on FROM case_events WHERE book = {_quoted(book)}
              ORDER BY case_id, valid_on DESC, position DESC),
            opened AS (SELECT case_id, max(valid_on) AS opened_on FROM case_events WHERE book = {_quoted(book)} AND kind <> 'closed' GROUP BY case_id),
            spoken AS (SELECT party_id, started_at AS at FROM calls_wrapped_up WHERE 'right_party' = ANY(flags) UNION ALL SELECT party_id, held_at FROM first_contacts)
            SELECT l.case_id, o.opened_on, (SELECT min(s.at)::date FROM spoken s WHERE s.party_id = l.party_id AND s.at::date >= o.opened_on),
                   CASE WHEN l.kind = 'closed' THEN l.valid_on END
            FROM last l JOIN opened o USING (case_id) ORDER BY l.case_id""",
        {"case_id": pa.int64(), "opened_on": pa.date32(), "spoken_on": pa.date32(), "closed_on": pa.date32()})


def permits_of_list(list_key: str) -> list[PermitIssued]:
    """Which permits were issued under requests that begin with this key?"""
    rows = sets.cursor().execute("SELECT permit_id FROM permits_issued WHERE starts_with(request_key, %s) ORDER BY permit_id", [list_key]).fetchall()
    return _facts_of(PermitIssued, "permit_id", [permit_id for (permit_id,) in rows])


def _quoted(text: str) -> str:
    """A text as an SQL literal: COPY takes no parameters."""
    return sql.Literal(text).as_string(None)
