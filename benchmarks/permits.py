"""How many permits a second?

Four workers ask the gate for permits for people with a hundred contacts each, packs of China and the house, in groups, on the embedded
PostgreSQL as a user has it: fsync on, the journal entry of each permit included (bar 500/s). Each person is asked about once. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.case_facts import _remove, institution

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
JURISDICTIONS = ("china", "house")
SEED = 7


def contacts_before(people: list[int], events: int) -> None:
    """So many contacts a person over two years, none in the last eight days: written past the journal, since they are only read here."""
    from arrears.casefile.store import sets
    from arrears.casefile.store.ids import random_ids

    count = len(people) * events
    chance = np.random.default_rng(SEED)
    days = chance.integers(8, 730, count)
    sets.insert("contacts", pa.table({
        "fact_id": random_ids(count), "entry_id": np.repeat(entries_of(people), events), "position": pa.array(np.full(count, 1), pa.int32()),
        "recorded_at": [AT.isoformat()] * count, "contact_id": random_ids(count), "party_id": np.repeat(np.array(people), events),
        "kind": ["made"] * count, "occurred_at": [(AT - timedelta(days=int(day))).isoformat() for day in days], "side": ["collector"] * count,
        "collector": ["lender"] * count, "purpose": ["collection"] * count, "channel": ["call" if day % 2 else "text" for day in days],
        "recipient": ["debtor"] * count, "recipient_reference": [""] * count, "debts": ["{D1}"] * count, "point": ["P1"] * count, "place": ["not_tied"] * count,
        "mode": ["interactive"] * count, "outcome": ["no_answer" if day % 2 else "sent" for day in days], "marks": ["{institution_named}"] * count,
        "sealed_note": [b""] * count,
    }), casts={"recorded_at": "timestamptz", "occurred_at": "timestamptz", "debts": "text[]", "marks": "text[]"})


def entries_of(people: list[int]) -> Any:
    """One entry a person for the contacts to stand on."""
    from arrears.casefile.facts.privacy import PersonExported
    from arrears.casefile.store import sets
    from arrears.casefile.store.append import append

    for person in people:
        append(PersonExported(person, "bench", "the_person", "CN", 0, "00", AT.date()), actor="bench", at=AT, cause="bench")
    rows = dict(sets.cursor().execute("SELECT chain, entry_id FROM journal_entries WHERE chain <> 0").fetchall())
    return np.array([rows[person] for person in people])


def packs_asked() -> list[str]:
    """Every pack of these jurisdictions."""
    from arrears.engine.conduct_packs import shipped_packs

    return [name for name in shipped_packs() if name.split("/")[0] in JURISDICTIONS]


def worker(institution_id: int, people: list[int], group: int) -> int:
    """Ask about these people, group after group; answers how many permits there were."""
    from arrears.casefile.store.institution import acting_for
    from arrears.check.conduct.facts import Proposed
    from arrears.check.conduct.pack import Packs
    from arrears.check.conduct.words import Act, ActorRole, Channel, LenderKind, Mark, Product, Purpose
    from arrears.check.gate.asking import ask
    from arrears.check.gate.permit import Circumstances, Permit, Request
    from arrears.engine.conduct_packs import pack_named

    packs = Packs(tuple(pack_named(name) for name in packs_asked()))
    stated = Circumstances(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2024, 1, 1), 50_000, LenderKind.BANK)
    proposed = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, Channel.CALL, debts=frozenset({"D1"}), point="P1",
                        marks=frozenset({Mark.INSTITUTION_NAMED, Mark.PURPOSE_DISCLOSED}))
    permits = 0
    for start in range(0, len(people), group):
        requests = [Request("bench", person, None, proposed, stated) for person in sorted(people[start : start + group])]
        with acting_for(institution_id):
            answers = ask(requests, packs, AT, actor="bench", cause="bench")
        permits += sum(isinstance(one, Permit) for one in answers)
    return permits


def measure(people: int, events: int, workers: int, group: int) -> dict[str, Any]:
    """Permits a second, all workers together, in a home of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        with institution(folder) as institution_id:
            from django.db import connections

            from arrears.casefile.store.ids import random_ids
            from arrears.casefile.store.institution import acting_for
            from arrears.engine.conduct_packs import pack_named

            ids = random_ids(people).tolist()
            with acting_for(institution_id):
                contacts_before(ids, events)
            for name in packs_asked():
                pack_named(name)
            connections.close_all()
            started = time.perf_counter()
            pids = [_forked(institution_id, ids[number::workers], group) for number in range(workers)]
            done = [os.wait4(pid, 0) for pid in pids]
            seconds = time.perf_counter() - started
            assert not any(code for _, code, _ in done), "a worker failed"
            worker_seconds = sum(used.ru_utime + used.ru_stime for _, _, used in done)
            with acting_for(institution_id):
                from arrears.casefile.store import sets

                (found,) = sets.cursor().execute("SELECT count(*) FROM permits_issued").fetchone() or (0,)
            assert found == people, f"{found} permits of {people}"
            return {"people": people, "events_a_person": events, "workers": workers, "group": group, "permits_per_second": round(found / seconds),
                    "worker_ms_a_permit": round(1000 * worker_seconds / found, 2)}
    finally:
        _remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _forked(institution_id: int, people: list[int], group: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = 0 if worker(institution_id, people, group) == len(people) else 2
    finally:
        os._exit(code)


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4_000)
    parser.add_argument("--events", type=int, default=100)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--group", type=int, default=50)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.people, asked.events, asked.workers, asked.group)))


if __name__ == "__main__":
    main()
