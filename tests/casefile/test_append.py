"""Is a fact recorded with its entry, or not at all, in one line of entries a case?"""

from __future__ import annotations

import os
import threading
from datetime import date

import psycopg
import pyarrow as pa
import pytest

from arrears.casefile.facts.case import CaseDecision, CaseEvent
from arrears.casefile.facts.fact import journal_name, values_of
from arrears.casefile.facts.hold import holds_in_force
from arrears.casefile.facts.journal import GENESIS, Header, commitment, entry_of, parse_header, verify
from arrears.core.problems import AnswerIsNo
from tests.casefile.conftest import AT, dispute, opening, query, record
from tests.casefile.test_protection import decision_in

AWKWARD = "tab\t line\n return\r \\ quote' \"逾期\" "


def as_table(facts) -> pa.Table:
    rows = [{name: str(value) if name == "kind" else value for name, value in values_of(fact).items()} for fact in facts]
    return pa.Table.from_pylist(rows)


def test_a_fact_comes_back_as_it_was_recorded_and_its_chain_verifies(store, bank, person):
    event, hold = opening(store, person), dispute(store, person, AWKWARD)
    record(store, bank, event, decision_in(event), hold)
    with store.institution.acting_for(bank):
        assert store.load.case_events(event.case_id) == [event]
        assert store.load.decisions(event.case_id) == [decision_in(event)]
        assert store.load.holds(person) == [hold] == holds_in_force(store.load.holds(person), [], date(2026, 3, 1))
        assert store.load.case(event.case_id).party_id == person
        names = [parse_header(entry.header).name for entry in store.load.journal(event.case_id)]
        assert names == ["case:opened", "case:decision:changed"]
        assert store.load.verify_chain(event.case_id) == store.load.verify_chain(person) == []


def test_the_reason_of_a_hold_is_not_readable_in_the_database(store, bank, person):
    record(store, bank, dispute(store, person, "a very private illness"))
    with store.institution.acting_for(bank):
        everything = query(store, "SELECT h::text || e::text FROM holds h JOIN journal_entries e USING (entry_id)")
    assert len(everything) == 1
    assert "private" not in everything[0][0] and b"private".hex() not in everything[0][0]


def test_outside_an_institution_nothing_is_recorded(store, person):
    with pytest.raises(AssertionError, match="acting_for"):
        store.append.append(opening(store, person), actor="nightly", at=AT, cause="run")


def test_when_the_work_breaks_off_neither_fact_nor_entry_is_there(store, bank, person):
    event = opening(store, person)
    with pytest.raises(KeyboardInterrupt), store.institution.acting_for(bank):
        store.append.append(event, actor="nightly", at=AT, cause="run 7")
        raise KeyboardInterrupt
    with store.institution.acting_for(bank):
        assert store.load.case(event.case_id) is None
        assert store.load.journal(event.case_id) == store.load.case_events(event.case_id) == []


def test_when_the_fact_is_refused_its_entry_is_not_there_either(store, bank, person):
    event = opening(store, person)
    record(store, bank, event)
    with pytest.raises(psycopg.errors.UniqueViolation):
        record(store, bank, event)
    with store.institution.acting_for(bank):
        assert len(store.load.journal(event.case_id)) == len(store.load.case_events(event.case_id)) == 1


def test_two_writers_of_one_case_make_one_line_of_entries(store, bank, person):
    event = opening(store, person)
    record(store, bank, event)
    troubles: list[BaseException] = []

    def write() -> None:
        from django.db import connection

        try:
            for _ in range(15):
                record(store, bank, decision_in(event))
        except BaseException as trouble:  # a thread's trouble must reach the test
            troubles.append(trouble)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    [writer.start() for writer in writers]
    [writer.join() for writer in writers]
    assert troubles == []
    with store.institution.acting_for(bank):
        assert len(store.load.journal(event.case_id)) == 31
        assert store.load.verify_chain(event.case_id) == []


def test_in_sets_and_one_by_one_the_same_facts_get_the_same_headers_and_hashes(store):
    event = opening(store, 5, case_id=3)
    odd = CaseDecision(3, 5, "书's \\", date(2026, 1, 5), 7, AWKWARD, None, "r", "", "小", "v", None, None, None)
    for kind, fact in ((CaseEvent, event), (CaseDecision, odd), (CaseDecision, decision_in(event))):
        salts = store.hashing.salt_columns(kind, 1, os.urandom)
        placed = as_table([fact]).cast(typed(store, kind)).append_column("entry_id", pa.array([11])).append_column("fact_id", pa.array([12]))
        placed = placed.append_column("chain", pa.array([3])).append_column("position", pa.array([4], pa.int32()))
        placed = placed.append_column("predecessor", pa.array([GENESIS]))
        recorded = store.hashing.Recorded(9, 'a"逾', AT, "c'\\")
        columns = store.hashing.hash_set(kind, placed, salts, recorded, with_header=True)
        fields = tuple((name, commitment(salt[0].as_py(), name, value)) for salt, (name, value) in zip(salts, values_of(fact).items(), strict=True))
        alone = entry_of(Header(11, 9, 3, 4, journal_name(fact), 'a"逾', AT, "c'\\", 12, fields))
        assert columns["header"][0].as_py() == alone.header
        assert columns["entry_hash"][0].as_py() == alone.entry_hash.hex()


def typed(store, kind) -> pa.Schema:
    arrow = {"bigint": pa.int64(), "date": pa.date32(), "text": pa.string()}
    return pa.schema([(name, arrow[sql]) for name, sql in store.hashing.field_types(kind).items()])


def nightly(store, bank, events, decisions):
    with store.institution.acting_for(bank):
        empty = typed(store, CaseEvent).empty_table()
        return store.append.append_case_changes(
            as_table(events) if events else empty, as_table(decisions).cast(typed(store, CaseDecision)), actor="nightly", at=AT, cause="run 7")


def test_a_night_in_sets_goes_on_in_chains_written_one_by_one_and_back(store, bank, monkeypatch):
    monkeypatch.setattr(store.append, "CHUNK_ROWS", 7)
    events = [opening(store, 1000 + n) for n in range(20)]
    done = nightly(store, bank, events, [decision_in(event) for event in events])
    assert (done.events, done.decisions) == (20, 20)
    record(store, bank, decision_in(events[3]))
    odd = CaseDecision(**{**values_of(decision_in(events[3])), "treatment": AWKWARD, "channel": ""})
    closed = opening(store, events[3].party_id, "closed", date(2026, 2, 1), events[3].case_id)
    nightly(store, bank, [closed], [odd])
    record(store, bank, opening(store, events[3].party_id, "reopened", date(2026, 3, 1), events[3].case_id))
    with store.institution.acting_for(bank):
        assert [store.load.verify_chain(event.case_id) for event in events] == [[]] * 20
        names = [parse_header(entry.header).name for entry in store.load.journal(events[3].case_id)]
        assert names == ["case:opened", "case:decision:changed", "case:decision:changed", "case:closed", "case:decision:changed", "case:reopened"]
        assert store.load.decisions(events[3].case_id)[-1] == odd
        assert store.load.open_cases("main").num_rows == 20
        latest = store.load.latest_decisions("main")
        assert latest.num_rows == 20
        assert latest.filter(pa.compute.equal(latest["case_id"], events[3].case_id)).to_pylist() == [values_of(odd)]
        assert verify(store.load.journal(events[0].case_id)) == []


def test_a_closed_case_is_not_among_the_open_ones(store, bank):
    event = opening(store, 1)
    record(store, bank, event, opening(store, 1, "closed", date(2026, 1, 9), event.case_id))
    with store.institution.acting_for(bank):
        assert store.load.open_cases("main").num_rows == 0
        assert store.load.known_cases("main").to_pylist() == [{"case_id": event.case_id, "party_id": 1, "is_open": False}]


def test_a_night_that_opens_a_case_twice_records_nothing(store, bank):
    event, fresh = opening(store, 1), opening(store, 2)
    record(store, bank, event)
    with pytest.raises(AnswerIsNo, match="exists already"):
        nightly(store, bank, [event, fresh], [decision_in(fresh)])
    with store.institution.acting_for(bank):
        assert store.load.case(fresh.case_id) is None


def test_a_decision_in_a_case_never_opened_is_refused(store, bank):
    with pytest.raises(AnswerIsNo, match="never opened"):
        nightly(store, bank, [], [decision_in(opening(store, 1))])


def test_a_value_changed_by_a_mighty_hand_is_found(store, bank, person):
    from django.db import connections, transaction

    event = opening(store, person)
    record(store, bank, event, decision_in(event))
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('arrears.institution', %s, true)", [str(bank)])
        cursor.execute("ALTER TABLE case_decisions DISABLE TRIGGER never_changed")
        cursor.execute("UPDATE case_decisions SET amount_overdue_minor = 1 WHERE case_id = %s", [event.case_id])
        cursor.execute("ALTER TABLE case_decisions ENABLE TRIGGER never_changed")
    with store.institution.acting_for(bank):
        assert [f.what for f in store.load.verify_chain(event.case_id)] == ["field amount_overdue_minor is not the value that was recorded"]


def test_holds_in_force_are_exported_as_of_a_day(store, bank, person):
    from arrears.casefile.facts.hold import HoldLifted, MayLift

    hold = dispute(store, person)
    record(store, bank, hold, HoldLifted(hold.hold_id, person, date(2026, 2, 1), "found", MayLift.MANAGER))
    with store.institution.acting_for(bank):
        counts = [store.load.holds_as_of(day).num_rows for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    assert counts == [0, 1, 1, 0]
