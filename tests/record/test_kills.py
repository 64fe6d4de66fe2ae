"""Does the record stand wherever a process is killed? Writers and sealers in processes of their own, killed with -9 in the middle."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import pytest

from arrears.record.journal import checking, nodes, sealing
from tests.casefile.conftest import query

WRITERS, THREADS, WRITES_EACH = 2, 10, 400
"""Far more writes than are waited for, twenty at a time: however fast the machine, the kills come in the middle."""
WRITER = """
import json, os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from arrears.engine.home import Home
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls
bootstrap.start(Home(Path(sys.argv[1])), DatabaseUrls(**json.loads(os.environ["KILLED_DATABASE"])))
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.ids import random_id
from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
from arrears.record.journal import sealing
bank, person = int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
"""
WRITES = WRITER + """
from threading import Thread
def write():
    for number in range(int(sys.argv[4])):
        with acting_for(bank):
            hold = Hold(random_id(), person, HoldKind.DISPUTE, f"call {number}", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
            append(hold, actor="lin", at=datetime.now(UTC), cause="call")
        os.write(1, f"kept {hold.hold_id} .\\n".encode())
threads = [Thread(target=write) for _ in range(int(sys.argv[5]))]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
SEALS = WRITER + """
while True:
    sealing.seal(bank)
"""


def started(script: str, home, urls, *words: object) -> subprocess.Popen[str]:
    environ = {**os.environ, "KILLED_DATABASE": json.dumps(asdict(urls))}
    return subprocess.Popen([sys.executable, "-c", script, str(home.root), *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)


def sent_off(processes: list[subprocess.Popen[str]]) -> None:
    """Wait until each is ready, then let all go at once."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def killed_in_the_middle(processes: list[subprocess.Popen[str]], chance: random.Random, until: Callable[[], bool] = lambda: True) -> None:
    """Let each get to work, then kill them one after the other at random moments."""
    sent_off(processes)
    while not until():
        time.sleep(0.02)
    for process in processes:
        time.sleep(chance.uniform(0.01, 0.1))
        process.send_signal(signal.SIGKILL)


def written_ids(output: str) -> set[int]:
    """What a writer told as kept, whole lines only."""
    return {int(words[1]) for words in map(str.split, output.splitlines()) if len(words) == 3 and words[0] == "kept"}


def checked(store, bank, person) -> int:
    """Everything is sealed and nothing is found; answers how many entries there are."""
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        found = checking.check_log((), (), lambda *_: None)
        assert found.findings == ()
        assert store.load.verify_chain(person) == []
        ((entries, facts, gaps),) = query(
            store, """SELECT (SELECT count(*) FROM journal_entries), (SELECT count(*) FROM holds),
                             (SELECT count(*) FROM journal_entries e FULL JOIN holds h ON h.entry_id = e.entry_id WHERE e.entry_id IS NULL OR h.entry_id IS NULL)""")
        assert (entries, gaps) == (facts, 0)
        assert nodes.log_size() == entries
    return entries


def test_a_thousand_concurrent_writes_killed_in_the_middle_leave_no_fact_without_entry_and_no_gap(store, bank, person, database, home_of_tests):
    writers = [started(WRITES, home_of_tests, database, bank, person, WRITES_EACH, THREADS) for _ in range(WRITERS)]
    sealer = started(SEALS, home_of_tests, database, bank, person)

    def a_thousand_are_there() -> bool:
        with store.institution.acting_for(bank):
            return query(store, "SELECT count(*) >= 1000 FROM holds")[0][0]

    killed_in_the_middle([*writers, sealer], random.Random(5), a_thousand_are_there)
    confirmed = set().union(*(written_ids(writer.communicate()[0]) for writer in writers))
    sealer.communicate()
    entries = checked(store, bank, person)
    assert 1000 <= entries < WRITERS * THREADS * WRITES_EACH, "the kills came in the middle"
    with store.institution.acting_for(bank):
        there = {hold for (hold,) in query(store, "SELECT hold_id FROM holds")}
    assert confirmed, "some were confirmed"
    assert confirmed <= there, "what was confirmed is kept"


def test_a_sealer_killed_again_and_again_leaves_each_entry_waiting_or_sealed(store, bank, person, database, home_of_tests):
    chance = random.Random(7)
    writer = started(WRITES, home_of_tests, database, bank, person, 75, 2)
    sealers = [started(SEALS, home_of_tests, database, bank, person) for _ in range(2)]
    sent_off([writer])
    for sealer in sealers:
        killed_in_the_middle([sealer], chance)
        sealer.communicate()
    assert len(written_ids(writer.communicate()[0])) == 150
    assert checked(store, bank, person) == 150


@pytest.mark.soak
def test_a_hundred_kills_of_sealers_and_writers(store, bank, person, database, home_of_tests):
    chance = random.Random(11)
    for _ in range(100):
        group = [started(SEALS, home_of_tests, database, bank, person), *(started(WRITES, home_of_tests, database, bank, person, 1000, 4) for _ in range(3))]
        killed_in_the_middle(group, chance)
        for process in group:
            process.communicate()
        checked(store, bank, person)
