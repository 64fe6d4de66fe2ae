"""Does the check of a whole record find whatever a superuser does to it, and nothing where nothing was done?"""

from __future__ import annotations

import dataclasses
import importlib
import threading
import typing
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from arrears.casefile.facts.alert import AlertAcknowledged
from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.facts.contact import Contact
from arrears.casefile.facts.hold import HoldLifted, MayLift
from arrears.casefile.facts.permit import PermitIssued, PermitUsed, PermitVoided
from arrears.casefile.facts.run import RunPublished
from tests.casefile.conftest import AT, dispute, identities, opening, record
from tests.casefile.test_append import AWKWARD, nightly
from tests.casefile.test_protection import decision_in

FACTS = ("case_events", "case_decisions", "holds", "holds_lifted", "alerts_acknowledged", "runs_published")
TABLES = ("journal_entries", "journal_salts", "cases", *FACTS)
CHANGED = {
    "bigint": "coalesce({0}, 0) + 1", "integer": "coalesce({0}, 0) + 1", "smallint": "{0} + 1", "text": "coalesce({0}, '') || 'x'",
    "date": "coalesce({0}, '2026-01-01') + 1", "timestamp with time zone": "{0} + interval '1 microsecond'",
    "jsonb": "{0} || '[[\"more\", 1]]'", "ARRAY": "array_append({0}, 'legal')", "character varying": "CASE WHEN {0} = 'CNY' THEN 'USD' ELSE 'CNY' END",
    "bytea": "CASE WHEN length({0}) = 0 THEN '\\x01' ELSE set_bit({0}, length({0}) * 8 - 3, 1 - get_bit({0}, length({0}) * 8 - 3)) END",
}
"""Another value of each type of column."""


@pytest.fixture
def checking(store):
    return importlib.import_module("arrears.casefile.store.checking")


@pytest.fixture
def full(store, bank) -> list[int]:
    """A bank with facts of every class, several of each, written one by one and in sets; answers its chains."""
    import pyarrow as pa

    with store.institution.acting_for(bank):
        people = identities(store, bank).resolve_or_create("party", "core", pa.array(["C-1", "C-2"])).to_pylist()
    chains = [0, *people]
    for number, person in enumerate(people):
        event, hold = opening(store, person), dispute(store, person, AWKWARD)
        lifted = HoldLifted(hold.hold_id, person, date(2026, 2, 1), "found", MayLift.MANAGER)
        run = RunPublished(7 + number, "main", date(2026, 1, 5 + number), 1, (("worklist", "00"), ("书", "aé")), (("cases", 1),))
        record(store, bank, event, decision_in(event), hold, lifted, run, AlertAcknowledged(11 + number, person, "new_overdue", "called", "lin", date(2026, 1, 6)))
        chains.append(event.case_id)
    events = [opening(store, 1000 + n) for n in range(3)]
    nightly(store, bank, events, [decision_in(event) for event in events])
    return [*chains, *(event.case_id for event in events)]


def columns(postgres_server) -> list[tuple[str, str, str]]:
    with psycopg.connect(postgres_server[1].superuser_url("arrears")) as superuser:
        return superuser.execute("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY(%s) "
                                 "ORDER BY 1, ordinal_position", [list(TABLES)]).fetchall()


@contextmanager
def kept(postgres_server):
    """A superuser past every trigger, and what gives back the rows of tables as they are now."""
    with psycopg.connect(postgres_server[1].superuser_url("arrears"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in TABLES:
            superuser.execute(sql.SQL("CREATE TEMP TABLE {} AS TABLE public.{}").format(sql.Identifier(f"old_{table}"), sql.Identifier(table)))
        superuser.execute("ALTER TABLE journal_entries DROP CONSTRAINT journal_one_entry_a_place")

        def give_back(*tables):
            for table in tables:
                superuser.execute(sql.SQL("DELETE FROM public.{0}; INSERT INTO public.{0} SELECT * FROM {1}").format(
                    sql.Identifier(table), sql.Identifier(f"old_{table}")))

        try:
            yield superuser, give_back
        finally:
            give_back(*TABLES)
            superuser.execute("ALTER TABLE journal_entries ADD CONSTRAINT journal_one_entry_a_place UNIQUE (chain, position, institution_id)")


@contextmanager
def done_to(postgres_server, *statements):
    """Carry these out as the superuser, past every trigger, and give back what was there."""
    with kept(postgres_server) as (superuser, _):
        for statement in statements:
            assert superuser.execute(statement).rowcount > 0, statement
        yield


def found_in_chains(store, bank, chains) -> set[tuple[int, str]]:
    """What `verify_chain` finds, chain after chain; a fact that it cannot even read counts as found."""
    found: set[tuple[int, str]] = set()
    for chain in chains:
        try:
            with store.institution.acting_for(bank):
                found |= {(finding.entry_id, finding.what) for finding in store.load.verify_chain(chain)}
        except Exception as unreadable:
            found.add((0, type(unreadable).__name__))
    return found


def test_an_untouched_record_has_no_findings_and_everything_was_looked_at(store, checking, bank, full):
    checked = checking.check_record(bank)
    assert checked.findings == () and checked.is_whole
    assert (checked.entries, checked.facts, checked.chains) == (18, 18, len(full))
    assert checked.personal_checked


def test_a_record_without_a_single_entry_is_whole(checking, bank):
    assert checking.check_record(bank).findings == ()


def made(kind, known: dict[str, object], *, empty: bool):
    """A fact of any class, filled by the types of its fields: awkward texts, the last members of enums, and what may be empty empty or not."""
    hints = typing.get_type_hints(kind)
    return kind(**{one.name: known.get(one.name) if one.name in known else value_of(hints[one.name], empty=empty) for one in dataclasses.fields(kind)})


def value_of(hint: object, *, empty: bool) -> object:
    of = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return () if empty else (tuple if of[-1] is Ellipsis else list)((value_of(of[0], empty=empty),))
    if type(None) in of:
        return None if empty else value_of(of[0], empty=empty)
    assert isinstance(hint, type)
    if issubclass(hint, StrEnum):
        return list(hint)[-1]
    return {bool: True, int: 2**14, str: AWKWARD, date: date(2026, 2, 28), datetime: AT}[hint]


PERMITTED = frozenset({Contact, PermitIssued, PermitUsed, PermitVoided})
"""Facts that stand only in an order: a permit is used or given back once, before it expires, and a contact names one that was used."""
ANSWERS = frozenset({ApprovalDecided, ApprovalWithdrawn})
"""They answer a request that is open, once: one is decided, another taken back."""


def two_requests_and_their_answers() -> list[tuple[ApprovalRequested, ApprovalDecided | ApprovalWithdrawn]]:
    first, second = (ApprovalRequested(number, "policy", "00" * 32, AWKWARD, AWKWARD, "wei", "manager", AT, AT + timedelta(days=1)) for number in (71, 72))
    return [(first, ApprovalDecided(71, True, AWKWARD, "lin", "compliance", AT)), (second, ApprovalWithdrawn(72, AWKWARD, "wei", AT))]


def a_permit_used_and_another_given_back() -> list[tuple[type, dict[str, object]]]:
    first, second, good = {"permit_id": 1, "request_key": AWKWARD}, {"permit_id": 2, "request_key": "another"}, {"expires_at": AT + timedelta(hours=1)}
    return [(PermitIssued, first | good), (PermitUsed, first), (PermitIssued, second | good), (PermitVoided, second), (Contact, first)]


@pytest.mark.parametrize("empty", [False, True])
def test_a_fact_of_every_class_there_is_fits_its_entry_whatever_is_in_it(store, checking, bank, person, empty):
    from arrears.casefile.facts.case import CaseEventKind
    from arrears.casefile.facts.hold import Hold
    from arrears.casefile.store.rows import FACT_TABLES

    event, hold = opening(store, person), dispute(store, person)
    record(store, bank, event, hold)
    known = {"party_id": person, "case_id": event.case_id, "hold_id": hold.hold_id, "digests": (("书", "aé"),), "counts": (("cases", 1),), "currency": "CNY", "shares": (("stop", 990_000),)}
    for kind in (one for one in FACT_TABLES if one not in PERMITTED | ANSWERS):
        own = {**known, "hold_id": store.ids.random_id()} if kind is Hold else known
        record(store, bank, made(kind, {**own, "kind": CaseEventKind.CLOSED} if kind is type(event) else own, empty=empty))
    for own, answer in two_requests_and_their_answers():
        record(store, bank, own, answer)
    for kind, own in a_permit_used_and_another_given_back():
        record(store, bank, made(kind, {**known, **own}, empty=empty))
    checked = checking.check_record(bank)
    assert checked.findings == ()
    assert checked.facts == checked.entries == len(FACT_TABLES) + 5 >= 20


def test_slices_of_one_page_find_the_same_as_one_large_slice(store, checking, bank, full, monkeypatch):
    monkeypatch.setattr(checking, "PAGES_A_SLICE", 1)
    checked = checking.check_record(bank)
    assert checked.findings == () and (checked.entries, checked.facts) == (18, 18)


def test_a_change_of_any_column_of_any_table_of_the_record_is_found(store, checking, bank, full, postgres_server):
    unseen = []
    looked = columns(postgres_server)
    assert len(looked) > 90
    with kept(postgres_server) as (superuser, give_back):
        for table, column, kind in looked:
            changed = CHANGED[kind].format(column)
            one = f"UPDATE {table} SET {column} = {changed} WHERE ctid = (SELECT ctid FROM {table} WHERE institution_id = {bank} ORDER BY ctid LIMIT 1)"
            assert superuser.execute(one).rowcount > 0, one
            if checking.check_record(bank).is_whole:
                unseen.append(f"{table}.{column}")
            give_back(table)
    assert unseen == []
    assert checking.check_record(bank).findings == ()


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_was_taken_away_is_missed(store, checking, bank, full, postgres_server, table):
    with done_to(postgres_server, f"DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} WHERE institution_id = {bank} ORDER BY ctid LIMIT 1)"):
        assert "missing" in " ".join(finding.what for finding in checking.check_record(bank).findings)


@pytest.mark.parametrize(("deed", "sentence"), [
    ("UPDATE journal_entries SET position = 3 - position WHERE chain = {case} AND position < 3", "does not follow the one before it"),
    ("UPDATE journal_entries e SET commitments = o.commitments FROM journal_entries o WHERE e.chain = {case} AND o.chain = {other} AND e.position = 1 AND o.position = 1",
     "changed after it was written"),
    ("UPDATE case_events e SET valid_on = '2020-01-01' WHERE case_id = {case}", "field valid_on is not the value that was recorded"),
    ("INSERT INTO case_events (fact_id, institution_id, entry_id, position, recorded_at, kind, case_id, party_id, book, valid_on, run_id) "
     "SELECT 77, institution_id, entry_id, position, recorded_at, kind, case_id, party_id, book, valid_on, run_id FROM case_events WHERE case_id = {case}",
     "2 facts name this entry"),
    ("INSERT INTO journal_entries (entry_id, institution_id, chain, position, name, actor, cause, recorded_at, fact_id, fields, commitments, predecessor, version, "
     "entry_hash) SELECT 78, institution_id, chain, position + 2, name, actor, cause, recorded_at, fact_id, fields, commitments, predecessor, version, entry_hash "
     "FROM journal_entries WHERE chain = {case} AND position = 1", "the fact of this entry is missing"),
    ("UPDATE holds SET sealed_reason = (SELECT sealed_reason FROM holds h WHERE h.party_id <> holds.party_id)", "field reason does not open"),
    ("DELETE FROM party_keys WHERE party_id = {person}", "field reason is not the value that was recorded"),
    ("UPDATE journal_salts SET salts = substring(salts FROM 1 FOR 20)", "the fact does not have the fields that the entry commits to"),
    ("UPDATE journal_entries SET fields = replace(fields, 'case_id', 'casex')", "the fact does not have the fields that the entry commits to"),
    ("UPDATE journal_entries SET commitments = substring(commitments FROM 1 FOR 33)", "there are not as many commitments as fields"),
    ("UPDATE journal_entries SET version = 9", "version 9 is not known here"),
    ("UPDATE journal_salts SET personal_positions = ''", "the salts are filed under another person"),
])
def test_each_kind_of_tampering_is_named(store, checking, bank, full, postgres_server, deed, sentence):
    with done_to(postgres_server, deed.format(case=full[3], other=full[4], person=full[1])):
        findings = checking.check_record(bank).findings
        assert sentence in " ".join(finding.what for finding in findings)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_changed_together_the_columns_say_no_less_than_the_chains_one_by_one(store, checking, bank, full, postgres_server, data):
    deeds = []
    for table, column, kind in data.draw(st.lists(st.sampled_from(columns(postgres_server)), min_size=1, max_size=4)):
        skip = data.draw(st.integers(0, 2))
        which = f"(SELECT ctid FROM {table} WHERE institution_id = {bank} ORDER BY ctid LIMIT 1 OFFSET {skip})"
        deeds.append(f"UPDATE {table} SET {column} = {CHANGED[kind].format(column)} WHERE ctid = coalesce({which}, (SELECT min(ctid) FROM {table}))")
    with done_to(postgres_server, *deeds):
        checked = checking.check_record(bank)
        told = found_in_chains(store, bank, full)
        if told:
            assert not checked.is_whole, (deeds, told)
        fields = {(entry, what) for entry, what in told if what.startswith("field ") and not checked_differently(checked, entry)}
        assert fields <= {(finding.entry_id, finding.what) for finding in checked.findings}


def checked_differently(checked, entry_id) -> bool:
    """Where the names of the fields themselves were changed, one sentence about the whole entry stands for those about its fields."""
    return any(finding.entry_id == entry_id and ("does not have the fields" in finding.what or "does not open" in finding.what) for finding in checked.findings)


def test_an_erased_person_leaves_a_record_that_is_whole(store, checking, bank, full):
    with store.institution.acting_for(bank):
        assert store.identity.erase_party_identity(full[1])
    assert checking.check_record(bank).findings == ()


def test_without_an_envelope_key_all_but_the_sealed_values_is_checked_and_that_is_said(store, checking, bank, full, postgres_server, monkeypatch):
    monkeypatch.delenv("ARREARS_ENVELOPE_KEY")
    monkeypatch.setattr("django.conf.settings.ARREARS_ENVELOPE_KEY_FILE", None)
    checked = checking.check_record(bank)
    assert checked.findings == () and not checked.personal_checked
    with done_to(postgres_server, "UPDATE holds SET may_lift = 'collector'"):
        assert "field may_lift" in checking.check_record(bank).findings[0].what


def test_with_another_envelope_key_it_says_so_of_every_sealed_field(store, checking, bank, full, monkeypatch):
    import base64

    monkeypatch.setenv("ARREARS_ENVELOPE_KEY", base64.b64encode(bytes(32)).decode())
    assert {"does not open" in finding.what or "not the value" in finding.what for finding in checking.check_record(bank).findings} == {True}


def test_another_institution_is_not_looked_at(store, checking, bank, other_bank, full):
    assert checking.check_record(other_bank).entries == 0


def test_findings_beyond_the_bound_are_counted(store, checking, bank, full, postgres_server, monkeypatch):
    monkeypatch.setattr(checking, "FINDINGS_MAX", 3)
    with done_to(postgres_server, "UPDATE journal_entries SET actor = 'mallory'"):
        checked = checking.check_record(bank)
    assert len(checked.findings) == 3 and checked.findings_left_off == 15


def test_what_others_write_meanwhile_is_no_finding(store, checking, bank, full, person):
    stop = threading.Event()
    troubles: list[BaseException] = []

    def write() -> None:
        from django.db import connection

        try:
            while not stop.is_set():
                event = opening(store, person)
                record(store, bank, event, decision_in(event), dispute(store, person))
        except BaseException as trouble:  # a thread's trouble must reach the test
            troubles.append(trouble)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    [writer.start() for writer in writers]
    try:
        checked = [checking.check_record(bank) for _ in range(4)]
    finally:
        stop.set()
        [writer.join() for writer in writers]
    assert troubles == []
    assert [one.findings for one in checked] == [()] * 4
    assert checked[-1].entries > checked[0].entries
