"""Does a night of many cases stay whole and stay fast: killed in the middle, or planned over tables that nobody has counted yet?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.casefile.conftest import opening, query
from tests.casefile.test_append import nightly
from tests.casefile.test_protection import decision_in

CASES = 300
CHUNK = 50
ROWS_READ_PER_ENTRY_MAX = 12
"""A look into an index for the entry, the case, and the head of the chain, with room for checks of uniqueness; never a multiple of the cases."""
READ_SQL = """SELECT relname, coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE relname IN ('journal_entries', 'cases', 'case_events', 'case_decisions', 'journal_salts')"""
KILLED = """
import sys, time
from pathlib import Path
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls
from arrears.engine.home import Home

home, url, bank, stop_at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
bootstrap.start(Home(home), DatabaseUrls(url, url))
from types import SimpleNamespace
from arrears.casefile.store import append, hashing, ids, institution, sets
from tests.casefile.test_append import nightly
from tests.casefile.conftest import opening
from tests.casefile.test_protection import decision_in

append.CHUNK_ROWS = 50
sent, really_send = 0, sets.copy_lines

def send_and_wait(*args):
    global sent
    really_send(*args)
    sent += 1
    if sent == stop_at:
        print("inside", flush=True)
        time.sleep(600)

sets.copy_lines = send_and_wait
store = SimpleNamespace(append=append, hashing=hashing, ids=ids, institution=institution)
events = [opening(store, 1000 + n, case_id=5000 + n) for n in range(300)]
nightly(store, bank, events, [decision_in(event) for event in events])
print("inside", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(("copies_sent", "entries_left"), [(2, 0), (4, 0), (9, 0), (1000, 2 * CASES)])
def test_a_night_whose_process_is_killed_left_nothing_or_everything(store, database, home_of_tests, bank, copies_sent, entries_left):
    script = [sys.executable, "-c", KILLED, str(home_of_tests.root), database.app, str(bank), str(copies_sent)]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert said == "inside\n" and process.returncode == -signal.SIGKILL
    wait_until_forgotten(store, bank)
    with store.institution.acting_for(bank):
        counts = {table: query(store, f"SELECT count(*) FROM {table}")[0][0] for table in ("journal_entries", "journal_salts")}
        facts = query(store, "SELECT (SELECT count(*) FROM case_events) + (SELECT count(*) FROM case_decisions), (SELECT count(*) FROM cases)")
        assert counts == {"journal_entries": entries_left, "journal_salts": entries_left}
        assert facts == [(entries_left, entries_left // 2)]
        if entries_left:
            assert store.load.verify_chain(5000) == store.load.verify_chain(5000 + CASES - 1) == []


def wait_until_forgotten(store, bank: int) -> None:
    """Until the server has seen that the writer is gone, its lock on the institution stands."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with store.institution.acting_for(bank):
            if query(store, "SELECT pg_try_advisory_xact_lock(%s)", bank) == [(True,)]:
                return
        time.sleep(0.05)
    raise AssertionError("the killed writer's transaction is still open")


def rows_read(store) -> int:
    return sum(by_scan + by_index for _, by_scan, by_index in query(store, READ_SQL))


def test_a_night_reads_a_few_rows_an_entry_however_many_there_are(store, bank, monkeypatch):
    monkeypatch.setattr(store.append, "CHUNK_ROWS", CHUNK)
    events = [opening(store, 1000 + n) for n in range(CASES)]
    closed = [opening(store, event.party_id, "closed", case_id=event.case_id) for event in events]
    for night in (events, closed):
        with store.institution.acting_for(bank):
            before = rows_read(store)
            nightly(store, bank, night, [decision_in(event) for event in night])
            entries = 2 * CASES
            assert 0 < rows_read(store) - before <= ROWS_READ_PER_ENTRY_MAX * entries


def test_the_guard_sees_a_scan_per_entry(store, bank):
    """The count that the story above relies on does count: one scan for each case shows as their square."""
    events = [opening(store, 1000 + n) for n in range(CASES)]
    nightly(store, bank, events, [decision_in(event) for event in events])
    with store.institution.acting_for(bank):
        query(store, "SET LOCAL enable_indexscan = off")
        query(store, "SET LOCAL enable_bitmapscan = off")
        query(store, "SET LOCAL enable_indexonlyscan = off")
        before = rows_read(store)
        query(store, "SELECT (SELECT max(position) FROM journal_entries e WHERE e.chain = c.case_id AND c.case_id > 0) FROM cases c")
        assert rows_read(store) - before > ROWS_READ_PER_ENTRY_MAX * 2 * CASES


def test_an_entry_whose_parts_make_no_header_is_a_finding(store, bank, person):
    from django.db import connections, transaction

    from tests.casefile.conftest import record

    changes = {"commitments = substring(commitments FROM 2)": "cannot be read", "actor = 'mallory'": "changed after it was written",
               "fields = 'kind'": "cannot be read", "fact_id = fact_id + 1": "changed after it was written"}
    for change, expected in changes.items():
        event = opening(store, person)
        record(store, bank, event)
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('arrears.institution', %s, true)", [str(bank)])
            cursor.execute("ALTER TABLE journal_entries DISABLE TRIGGER never_changed")
            cursor.execute(f"UPDATE journal_entries SET {change} WHERE chain = %s", [event.case_id])
            cursor.execute("ALTER TABLE journal_entries ENABLE TRIGGER never_changed")
        with store.institution.acting_for(bank):
            assert any(expected in finding.what for finding in store.load.verify_chain(event.case_id)), change
