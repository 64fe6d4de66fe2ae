"""Can anybody see, forge, change or remove what is recorded? Everything here speaks SQL by hand, as the application's role."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from tests.casefile.conftest import AT, dispute, opening, query, record

NOT_OF_AN_INSTITUTION = {"institutions", "users"}
"""Tables that must be read before an institution is known."""


def tables_of_institutions(store) -> list[str]:
    rows = query(store, "SELECT table_name FROM information_schema.columns WHERE column_name = 'institution_id' AND table_schema = 'public'")
    return sorted({name for (name,) in rows} - NOT_OF_AN_INSTITUTION)


def refused(store, bank: int, sql: str) -> str:
    with pytest.raises(DatabaseError) as said, store.institution.acting_for(bank):
        query(store, sql)
    return str(said.value)


@pytest.fixture
def full_bank(store, bank, person) -> int:
    """A bank with a row in every table of facts, and in every other table of an institution."""
    record(store, bank, *one_of_each(store, bank, person))
    with store.institution.acting_for(bank):
        store.institution.new_hash_key(bank, "search", AT, first_no=1)
        query(store, "INSERT INTO search_index (institution_id, kind, value_hmac, party_id) VALUES (%s, 'phone', gen_random_uuid(), %s)", bank, person)
        query(store, "INSERT INTO replies_unplaced (reply_id, institution_id, provider, channel, source, sealed_words, is_automatic, main, intents, received_at) "
                     "VALUES (%s, %s, 'gateway', 'text', 's', %s, false, 'other', '{}', now())", bank ^ 38, bank, bytes(32))
    fill_the_log(store, bank)
    record(store, bank, dispute(store, person))  # and one entry that waits
    return bank


def one_of_each(store, bank: int, person: int) -> list:
    """A fact of every class."""
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
    from arrears.casefile.facts.confirmation import RuleConfirmationRevoked, RuleConfirmed
    from arrears.casefile.facts.consent import ConsentGiven, ConsentTo, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut, Lateness, RuledOut
    from arrears.casefile.facts.contact import Contact, ContactKind
    from arrears.casefile.facts.dossier import DossierExported, ReceiptIssued
    from arrears.casefile.facts.evidence import ClockSource, EvidenceKept, EvidenceKind, EvidenceRead, EvidenceSource
    from arrears.casefile.facts.experiment import ExperimentOptOut, ExperimentStarted, ExperimentStopped, StopReason
    from arrears.casefile.facts.hold import HoldLifted, HoldReviewed, HoldScope, HoldTerms, MayLift, StillAllowed
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

    event, hold, day = opening(store, person), dispute(store, person), date(2026, 1, 6)
    asked = ("lender", "collection", "call", "debtor", "", ("D1",), "P1", "not_tied", "interactive", ("institution_named",), AT)
    used, voided = bank ^ 1, bank ^ 2
    return [
        PermitIssued(used, person, event.case_id, "k1", *asked, AT + timedelta(minutes=15), ("house/limits/a_rule",)),
        PermitUsed(used, person, AT), PermitIssued(voided, person, None, "k2", *asked, AT + timedelta(minutes=15), ()),
        PermitVoided(voided, person, AT, VoidReason.NOT_NEEDED),
        PermitRefused(bank ^ 3, person, None, "k3", *asked, "refused", ("house/limits/a_rule",), ("house rules",), "", "", None),
        Contact(bank ^ 4, person, event.case_id, ContactKind.MADE, AT, "collector", "lender", "collection", "call", "debtor", "", ("D1",), "P1", "not_tied",
                "interactive", "no_answer", (), used, "rang out"),
        event, decision_in(event), hold, HoldLifted(hold.hold_id, person, date(2026, 2, 1), "found", MayLift.MANAGER),
        RunPublished(7, "main", date(2026, 1, 5), 1, (("worklist", "00"),), (("cases", 1),)),
        AlertAcknowledged(11, person, "new_overdue", "called", "lin", day),
        PersonalShown(person, event.case_id, "lin", "collector", ("name",), "working_the_case", "case_page", day),
        PersonExported(person, "lin", "the_person", "CN", 3, "00", day),
        TransferPermitted(bank, "Court", "CN", "HK", "separate consent", ("name",), day, date(2026, 2, 6), "lin", "manager"),
        TransferWithdrawn(bank, date(2026, 1, 9), "lin"),
        EvidenceKept(5, person, None, EvidenceKind.LETTER, "reminder", "letter.pdf", "application/pdf", 9, "00" * 32, "11" * 32, None, AT, ClockSource.UNKNOWN,
                     "unknown", "unknown", "lin", EvidenceSource.STAFF, "unknown"),
        EvidenceRead(5, person, "lin", "hearing"), EvidenceDeleted(5, person, "a_rule", day),
        PersonRestricted(person, day, None, ErasureReason.REQUEST, Ground.DUTY, "a_rule", ("evidence",), "en.html:00"),
        PersonReleased(person, day, "took it back"), PersonErased(person, day, ErasureReason.REQUEST),
        LegalHoldPlaced(8, person, None, "a suit", "claim expected", day), LegalHoldLifted(8, person, "settled", day),
        RetentionFigureConfirmed("a_rule", 2, "years", "the text", "lin", day), RetentionExecuted(9, day, 1, 2, 3, 4, "00"),
        DossierExported(6, event.case_id, person, "00", "Court", "hearing", "CN", "", "en", 4, 1, 0, "lin"), ReceiptIssued(person, 4, "00", "lin"),
        RecordBackedUp(AT, "00", 5, 6, 7), RecordRestored(AT, "00", 5, 0),
        HoldTerms(hold.hold_id, person, HoldScope.DEBT, (4, 5), "", "", (StillAllowed.ANSWER,), "lin", day, day),
        HoldReviewed(hold.hold_id, person, "still looking", "lin", day, day),
        ConsentGiven(21, person, ConsentTo.TIME, "debtor", "call", "138", None, "21:00", "22:00", AT, day, Lateness.AFTER_LATE, True, True, True, 5, "says so"),
        ConsentWithdrawn(21, person, AT, None, "no more"),
        ContactRuledOut(22, person, RuledOut.CHANNEL, "text", "138", "", 4, "", "", False, True, AT, None, "stop"), ContactOpenedAgain(22, person, AT, 5, "write again"),
        AdviserNamed(23, person, AdviserKind.LAWYER, "Zhou", "zhou@example", 4, NamedBy.DEBTOR, AT, None, "ask my lawyer"),
        AuthorityChecked(23, person, AuthorityFinding.VERIFIED, "lin", AT, 5, "power of attorney seen"), AdviserEnded(23, person, AT, None, "over"),
        RuleConfirmed(24, "uk_advice_hold_days", "30", "the handbook", "wei", "compliance", day), RuleConfirmationRevoked(24, "old edition", "wei", day),
        ColleagueCalled("lin", True, "wei", day),
        ApprovalRequested(31 ^ bank, "policy", "00" * 32, "spring", "gentler", "wei", "manager", AT, AT + timedelta(days=14)),
        ApprovalDecided(31 ^ bank, True, "read it", "lin", "compliance", AT),
        ApprovalRequested(32 ^ bank, "policy", "11" * 32, "spring", "gentler", "wei", "manager", AT, AT + timedelta(days=14)),
        ApprovalWithdrawn(32 ^ bank, "a mistake", "wei", AT),
        PolicyPublished(1, "spring", "0011223344556677", "00" * 32, "gentler", 31 ^ bank, "wei", "lin", None, AT),
        DecisionProposed(33 ^ bank, person, event.case_id, "suit", "sue", "policy:00", 7, "r9", "0011223344556677", "", AT),
        DecisionTaken(33 ^ bank, person, event.case_id, "suit", "sue", True, "refused every plan", "lin", "manager", AT, day),
        DecisionOverridden(34 ^ bank, person, event.case_id, "remind", "r1", "v1", "wait", "in hospital", "lin", "manager", AT),
        HumanReviewRequested(35 ^ bank, person, event.case_id, "sue", "I was never asked", "lin", AT, day),
        HumanReviewAnswered(35 ^ bank, person, event.case_id, ReviewOutcome.CHANGED, "was not asked", "wei", "compliance", AT),
        ExperimentStarted(bank, "main", "lighter", "00", "manager", "C-17", "wei", 20_000, day), ExperimentStopped(bank, StopReason.OWNER, "enough", "lin", day),
        ExperimentOptOut(person, "lin", day),
        ReplyReceived(51 ^ bank, person, event.case_id, "text", "gateway", f"s{bank}", None, "P1", "138", "stop it", False, "address", AT),
        ReplyUnderstood(51 ^ bank, person, TakenBy.RECOGNISER, "stop", ("stop",), (("stop", 990_000),), True, "[]", "v1", "recogniser", AT),
        ReplyHandled(51 ^ bank, person, "wrote back", "lin", AT), ReplySetAside(52 ^ bank, "gateway", f"t{bank}", "advertisement", "lin", AT),
        PromiseDrafted(51 ^ bank, person, event.case_id, 50_000, "500 on Friday", AT),
        MessageQueued(
            36 ^ bank, person, event.case_id, "text", "post", "spring", "collection", "reminder@1", "en", "lender", "debtor", ("D1",), "P1", "not_tied",
            ("institution_named",), 5_000, "138", "", "please get in touch", AT, AT + timedelta(days=1)),
        MessageTried(36 ^ bank, person, 1, used, "post", AT), MessageAnswered(36 ^ bank, person, 1, Result.TAKEN, "r1", "250", "post", AT),
        MessageStopped(37 ^ bank, person, WhyStopped.PERSON, "lin", AT), MessageReceipt(36 ^ bank, person, Arrival.DELIVERED, "", AT),
        SendingPaused(PauseKind.PAUSED, "text", "spring", "a wrong amount", "wei", AT),
        LetterHandedOver(41 ^ bank, person, "B1", AT), LetterTakenOut(42 ^ bank, person, "B1", WhyTakenOut.GATE, "holds/no_contact", AT),
        LetterPosted(41 ^ bank, person, day, "RA123456785CN", "post.csv"), LetterArrived(41 ^ bank, person, Delivery.SIGNED, day, "Lin", "", "post.csv"),
        CallWrappedUp(41 ^ bank, person, event.case_id, bank ^ 4, used, "", "OC", "NA", "00", ("attempt",), "P1", "lin", AT, AT, AT, 1200, "CNY", "2026-01-20", ()),
        ContactPointMarked(42 ^ bank, person, "call", "P1", PointMark.WRONG_PARTY, "call:WN", bank ^ 4, "lin", AT, "the shop next door"),
        DiallerListExported(43 ^ bank, "main", "people", AT, AT + timedelta(hours=1), 1, 0, "00", "lin", AT),
        DiallerFinding(44 ^ bank, DiallerProblem.UNKNOWN_PERMIT, "r1", "00", 2, None, None, "", AT),
        FirstContactHeld(45 ^ bank, person, event.case_id, bank ^ 4, "agent", "asked_birthday", 50_000, "CNY", 15, "wants_plan", "call", "18:00", "20:00", "zh-CN",
                         "lin", AT, "job_lost,illness", "interpreter", "lost the job in March"),
    ]


def test_no_class_of_fact_is_forgotten_here(store, bank, person):
    from arrears.casefile.store.rows import FACT_TABLES

    assert {type(fact) for fact in one_of_each(store, bank, person)} == set(FACT_TABLES)


def fill_the_log(store, bank) -> None:
    """Something in each table of the sealed log."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from arrears.record.journal import checking, heads, sealing, signing, timestamps

    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        head = heads.sign_head(signing.Signer(signing.key_id_of(public), public, key), AT)
        timestamps.keep_stamp(head, b"token", AT, AT)
        checking.raise_alarm([checking.LogFinding("gap", "made up")], AT)
        query(store, "INSERT INTO provider_pace (institution_id, provider, free_at) VALUES (%s, 'post', now())", bank)
        query(store, "INSERT INTO provider_references (institution_id, provider, message_id, reference) VALUES (%s, 'post', %s, 'r1')", bank, 36 ^ bank)
        query(store, """INSERT INTO outbox (message_id, institution_id, party_id, case_id, channel, provider, campaign, due_at, good_until, state, attempts, asked)
                        VALUES (%s, %s, 1, 1, 'text', 'post', '', now(), now(), 'waiting', 0, 0)""", 36 ^ bank, bank)
        query(store, "INSERT INTO log_tiles (institution_id, level, tile, hashes) VALUES (%s, 0, 0, %s)", bank, bytes(32))


def decision_in(event):
    from arrears.casefile.facts.case import CaseDecision

    return CaseDecision(event.case_id, event.party_id, "main", event.valid_on, 7, "remind", None, "r1", "small", "小额", "v1", 5, 1200, "CNY")


def test_the_stories_are_told_as_the_applications_role(store):
    assert query(store, "SELECT current_user::text, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [("arrears_app", False, False)]


def test_every_table_of_an_institution_forces_row_security(store):
    forced = {name for (name,) in query(store, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    tables = tables_of_institutions(store)
    assert len(tables) >= 10
    assert set(tables) <= forced


def test_without_an_institution_no_row_is_seen(store, full_bank):
    for table in tables_of_institutions(store):
        assert query(store, f"SELECT count(*) FROM {table}") == [(0,)], table


def test_another_institution_sees_nothing_and_its_own_bank_sees_each_table_filled(store, full_bank, other_bank):
    for table in tables_of_institutions(store):
        with store.institution.acting_for(other_bank):
            assert query(store, f"SELECT count(*) FROM {table} WHERE institution_id = %s", full_bank) == [(0,)], table
        with store.institution.acting_for(full_bank):
            assert query(store, f"SELECT count(*) > 0 FROM {table}") == [(True,)], table


def test_rows_cannot_be_entered_for_another_institution(store, full_bank, other_bank):
    sql = f"INSERT INTO cases (case_id, institution_id, book, party_id) VALUES ({store.ids.random_id()}, {other_bank}, 'main', 1)"
    assert "row-level security" in refused(store, full_bank, sql)


def test_no_recorded_row_can_be_changed_or_removed(store, full_bank):
    from arrears.casefile.store.privileges import EDITABLE

    for table in set(tables_of_institutions(store)) - EDITABLE:  # Settings are replaced, and what workers share comes and goes: none of it is a fact.
        assert "permission denied" in refused(store, full_bank, f"UPDATE {table} SET institution_id = institution_id"), table
        assert "permission denied" in refused(store, full_bank, f"DELETE FROM {table}"), table
        assert "permission denied" in refused(store, full_bank, f"TRUNCATE {table}"), table


def test_not_even_the_owner_changes_or_removes_a_fact(store, full_bank):
    from arrears.casefile.store.privileges import EDITABLE

    erasable = {"id_map", "party_keys", "search_index", "unsealed_entries", *EDITABLE}
    for table in set(tables_of_institutions(store)) - erasable:
        for sql in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", f"UPDATE {table} SET institution_id = institution_id + 1"):
            with pytest.raises(DatabaseError) as said, transaction.atomic("owner"), connections["owner"].cursor() as cursor:
                cursor.execute("SELECT set_config('arrears.institution', %s, true)", [str(full_bank)])
                cursor.execute(sql)
            assert "never changed" in str(said.value) or "can be changed" in str(said.value), (table, sql)


def test_not_even_the_owner_replaces_a_salt(store, full_bank):
    with pytest.raises(DatabaseError, match="never replaced"), transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('arrears.institution', %s, true)", [str(full_bank)])
        cursor.execute("UPDATE journal_salts SET salts = decode(repeat('ab', length(salts)), 'hex')")


def test_a_fact_without_an_entry_is_refused(store, full_bank, person):
    columns = "institution_id, position, recorded_at, kind, party_id, book, valid_on, run_id, case_id"
    sql = f"INSERT INTO case_events ({columns}, fact_id, entry_id) SELECT {columns}, {store.ids.random_id()}, 1 FROM case_events"
    assert "has no journal entry" in refused(store, full_bank, sql)


def test_an_event_of_a_case_that_was_never_opened_is_refused(store, bank, person):
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="no case that was opened here"):
        record(store, bank, opening(store, person, kind="closed"))


def test_erasing_needs_an_institution(store, full_bank, person):
    with pytest.raises(DatabaseError, match="Nobody is acting"), transaction.atomic():
        query(store, "SELECT erase_party_identity(%s)", person)


def test_granting_twice_gives_the_same(store):
    rights = "SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = 'arrears_app' ORDER BY 1, 2"
    before = query(store, rights)
    store.privileges.grant_all(connections["owner"])
    assert query(store, rights) == before
    assert ("case_events", "UPDATE") not in before and ("users", "UPDATE") in before
