"""Sixteen processes fight for permits on the same thousand people, and some are killed: is any cap exceeded, any permit used twice, any lost?"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pytest

from arrears.record.journal import checking, sealing
from tests.casefile.conftest import identities, query
from tests.check.fighter import WORKERS

PEOPLE = 1_000
CAPS = {"text": 2, "call": 6}
"""Messages a day to one person (house rules); unanswered calls a day to one number (China's banking association)."""


def fought(store, bank, home, urls, folder: Path, seconds: float, seed: int) -> tuple[Counter, dict[str, list[int]], int]:
    """Let them fight; answers what was confirmed, how often and of what, and how many were killed."""
    people_file, told = folder / "people.json", folder / "told"
    told.mkdir()
    with store.institution.acting_for(bank):
        people = identities(store, bank).resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(PEOPLE)])).to_pylist()
    people_file.write_text(json.dumps(people))
    words = [str(home.root), str(bank), str(people_file), str(told), str(seconds), str(seed)]
    mother = subprocess.Popen([sys.executable, "-m", "tests.check.fighter", *words], env={**os.environ, "FIGHT_DATABASE": json.dumps(asdict(urls))})
    chance, killed = random.Random(seed), 0
    try:
        while mother.poll() is None:
            time.sleep(chance.uniform(0.5, 1.5))
            alive = (told / "alive").read_text().split() if (told / "alive").exists() else []
            if alive and any(told.glob("[0-9]*")):
                try:
                    os.kill(int(chance.choice(alive)), signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
    finally:
        mother.kill()
    troubles = [one.read_text() for one in told.glob("*.trouble")]
    assert not troubles, troubles[0]
    confirmed: dict[str, list[int]] = defaultdict(list)
    for file in told.glob("[0-9]*"):
        for line in file.read_text().splitlines():
            parts = line.split()
            if len(parts) == 3:
                confirmed[parts[0]].append(int(parts[1]))
    return Counter({what: len(ids) for what, ids in confirmed.items()}), confirmed, killed


def worst_overshoot(store) -> tuple[int, int]:
    """By how much was a cap exceeded at worst when a permit was issued, counted by hand along each person's chain; and how often a cap was full."""
    rows = query(store, """
        SELECT i.party_id, i.channel, i.position, i.issued_at, i.expires_at, v.position, u.permit_id IS NOT NULL
        FROM permits_issued i LEFT JOIN permits_voided v USING (permit_id) LEFT JOIN permits_used u USING (permit_id) ORDER BY i.party_id, i.position""")
    worst, full = -99, 0
    before = defaultdict(list)
    for party, channel, position, issued_at, expires_at, voided, used in rows:
        counted = sum(
            1 for earlier_expires, earlier_voided, earlier_used in before[party, channel]
            if earlier_used or (earlier_expires > issued_at and (earlier_voided is None or earlier_voided > position)))
        worst, full = max(worst, counted + 1 - CAPS[channel]), full + (counted + 1 == CAPS[channel])
        before[party, channel].append((expires_at, voided, used))
    return worst, full


def stands(store, bank, database, home, folder: Path, seconds: float, seed: int) -> None:
    """A fight of so many seconds, and everything that must be true after it."""
    counts, confirmed, killed = fought(store, bank, home, database, folder, seconds, seed)
    print(dict(counts), "killed", killed)
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        there = {what: {one for (one,) in query(store, f"SELECT {key} FROM {table}")} for what, table, key in (
            ("issued", "permits_issued", "permit_id"), ("used", "permits_used", "permit_id"), ("voided", "permits_voided", "permit_id"),
            ("contact", "contacts", "contact_id"), ("refused", "permits_refused", "refusal_id"))}
        for what, ids in there.items():
            assert confirmed[what], f"some were {what}"
            assert set(confirmed[what]) <= ids, f"what was confirmed as {what} is kept"
            assert len(confirmed[what]) == len(set(confirmed[what])), f"nothing was {what} twice"
        worst, full = worst_overshoot(store)
        assert worst <= 0, "no cap was exceeded"
        assert full > 10, "caps were reached"
        assert query(store, "SELECT count(*) FROM permits_used JOIN permits_voided USING (permit_id)") == [(0,)]
        assert query(store, "SELECT count(*) FROM permits_used u JOIN permits_issued i USING (permit_id) WHERE u.used_at >= i.expires_at OR u.used_at < i.issued_at") == [(0,)]
        assert checking.check_log((), (), lambda *_: None).findings == ()
    from arrears.casefile.store.checking import check_record

    checked = check_record(bank)
    assert checked.is_whole, checked.findings[:3]
    assert counts["refused"] > 20
    assert sum(count for what, count in counts.items() if what.startswith(("late", "kept"))) > 10, "permits of others, used, given back and expired, were tried"
    assert killed >= WORKERS // 4, "some were killed"


def test_sixteen_processes_fight_and_no_cap_is_exceeded_no_permit_used_twice_and_none_lost(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 15, 3)


@pytest.mark.soak
def test_sixteen_processes_fight_for_five_minutes(store, bank, database, home_of_tests, tmp_path):
    stands(store, bank, database, home_of_tests, tmp_path, 300, 5)
