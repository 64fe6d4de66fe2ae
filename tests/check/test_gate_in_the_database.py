"""Who may write a permit, and does the database itself refuse one that rests on facts that were out of date?"""

from __future__ import annotations

import psycopg
import pytest

from arrears.check.gate.permit import Permit
from tests.casefile.conftest import dispute, query, record
from tests.casefile.test_protection import refused
from tests.check.gate_stories import CALL, MORNING, TEXT, Desk

TABLES = ("permits_issued", "permits_refused", "permits_used", "permits_voided")


@pytest.fixture
def desk(store, bank, person) -> Desk:
    return Desk(store, bank, person)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("what", ["INSERT INTO {} SELECT * FROM {}", "UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_write_change_or_remove_a_permit_by_itself(desk, store, bank, table, what):
    permit = desk.ask(CALL)
    desk.use(permit)
    desk.void(desk.ask(TEXT))
    assert "permission denied" in refused(store, bank, what.format(table, table))


def test_the_functions_that_write_permits_are_closed_to_everybody_else(store):
    rows = query(store, """SELECT p.proname, coalesce(array_to_string(p.proacl, ','), 'everybody') FROM pg_proc p
                           WHERE p.proname IN ('issue_permits', 'use_permit', 'void_permit') AND p.prosecdef ORDER BY 1""")
    assert [name for name, _ in rows] == ["issue_permits", "use_permit", "void_permit"]
    for name, rights in rows:
        assert "arrears_app=X" in rights and not any(right.startswith("=X") for right in rights.split(",")), name


def prepared_permit(store, bank, person, position_before):
    """A permit as somebody would write it who read the person's chain a while ago."""
    from arrears.casefile.facts.permit import PermitIssued
    from arrears.casefile.store.entries import prepared

    fact = PermitIssued(store.ids.random_id(), person, None, "k", "lender", "collection", "call", "debtor", "", ("D1",), "P1", "not_tied", "interactive", (),
                        MORNING, MORNING.replace(minute=15), ())
    return prepared(fact, position_before, institution_id=bank, actor="lin", at=MORNING, cause="story")


def head_of(store, bank, person):
    from arrears.casefile.store import permits

    with store.institution.acting_for(bank):
        permits.lock_people([person])
        return permits.read_people([person], [], [], MORNING)[0][person].head


def test_a_permit_that_rests_on_facts_read_before_another_was_recorded_is_refused_and_leaves_nothing(store, bank, person):
    from arrears.casefile.store import permits

    before = head_of(store, bank, person)
    record(store, bank, dispute(store, person))
    with pytest.raises(permits.FactsChanged), store.institution.acting_for(bank):
        permits.write_answers([prepared_permit(store, bank, person, before)], {})
    with store.institution.acting_for(bank):
        assert store.load.permits_issued(person) == [] and store.load.verify_chain(person) == []
        permits.write_answers([prepared_permit(store, bank, person, head_of(store, bank, person))], {})
        assert len(store.load.permits_issued(person)) == 1 and store.load.verify_chain(person) == []


def test_a_permit_is_refused_where_the_cases_chain_has_grown_since_it_was_read(store, bank, person):
    from arrears.casefile.store import permits
    from tests.casefile.conftest import opening
    from tests.casefile.test_protection import decision_in

    event = opening(store, person)
    record(store, bank, event)
    record(store, bank, decision_in(event))
    with pytest.raises(permits.FactsChanged), store.institution.acting_for(bank):
        permits.write_answers([prepared_permit(store, bank, person, head_of(store, bank, person))], {event.case_id: 1})
    with store.institution.acting_for(bank):
        permits.write_answers([prepared_permit(store, bank, person, head_of(store, bank, person))], {event.case_id: 2})


def test_a_permit_comes_with_exactly_its_own_entry(store, bank, person):
    from psycopg.types.json import Jsonb

    from arrears.casefile.store import sets
    from arrears.casefile.store.entries import entry_values, for_json, salt_values

    lonely = prepared_permit(store, bank, person, head_of(store, bank, person))
    with pytest.raises(psycopg.errors.RestrictViolation, match="own entry"), store.institution.acting_for(bank):
        sets.cursor().execute("SELECT issue_permits(%s, %s, %s, %s, %s)", [
            Jsonb([for_json(entry_values(lonely))]), Jsonb([for_json(salt_values(lonely))]), Jsonb([]), Jsonb([]), Jsonb([])])


def test_outside_an_institution_nobody_gets_a_permit_and_another_institution_sees_none(desk, store, bank, other_bank):
    from django.db import DatabaseError, transaction

    from arrears.casefile.store.permits import PermitNotUsable
    from arrears.check.gate import using

    permit = desk.ask(CALL)
    with pytest.raises(DatabaseError, match="Nobody is acting"), transaction.atomic():
        query(store, "SELECT use_permit('[]', '[]', '[]')")
    with pytest.raises(PermitNotUsable, match="no such permit"), store.institution.acting_for(other_bank):
        using.use(permit.permit_id, MORNING, actor="lin", cause="story")


def test_a_contact_cannot_name_a_permit_that_was_not_used(desk, store, bank, person):
    from django.db import IntegrityError

    from arrears.casefile.facts.contact import Contact, ContactKind

    permit = desk.ask(CALL)
    with pytest.raises((IntegrityError, psycopg.errors.ForeignKeyViolation)):
        record(store, bank, Contact(5, person, None, ContactKind.MADE, MORNING, "collector", "lender", "collection", "call", "debtor", "", (), "", None, None,
                                    "sent", (), permit.permit_id, ""))


def test_the_hot_path_is_three_statements_a_transaction(desk, monkeypatch):
    """Besides those that open the transaction for the institution and close it."""
    said: list[str] = []
    execute = psycopg.Cursor.execute

    def listening(self, query, *arguments, **named):
        said.append(" ".join(str(query).split()))
        return execute(self, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", listening)
    assert all(isinstance(one, Permit) for one in desk.ask_all([desk.request(CALL), desk.request(TEXT)]))
    own = [one for one in said if "set_config('arrears.institution'" not in one and not one.startswith("SAVEPOINT")]
    assert len(own) == 3, own
    assert "pg_advisory_xact_lock" in own[0] and "FROM contacts" in own[1] and own[2].startswith("SELECT issue_permits(")


def test_every_permit_and_refusal_waits_for_the_sealer_like_any_entry(desk, store, bank):
    from arrears.record.journal import sealing

    desk.use(desk.ask(TEXT))
    desk.void(desk.ask(TEXT))
    desk.ask(TEXT), desk.ask(TEXT)
    assert sealing.seal(bank) == 6
