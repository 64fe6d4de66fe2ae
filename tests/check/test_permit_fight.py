"""Sixteen processes fight for permits on the same thousand people, and some are killed: is any cap exceeded, any permit used twice, any lost?

The same is asked of gates that were broken on purpose, each in a database of its own: a question that cannot be answered with yes is none.
"""

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

import psycopg
import pyarrow as pa
import pytest

from arrears.casefile.store import permit_functions
from arrears.record.journal import checking, sealing
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls
from tests.casefile.conftest import identities, query
from tests.check.fighter import WORKERS

PEOPLE = 1_000
CAPS = {"text": 2, "call": 6}
"""Messages a day to one person (house rules); unanswered calls a day to one number (China's banking association)."""


def fought(store, bank, home, urls, folder: Path, seconds: float, seed: int, greed: float = 0.2, among: int = PEOPLE) -> tuple[Counter, dict[str, list[int]], int]:
    """Let them fight; answers what was confirmed, how often and of what, and how many were killed.

    Args:
        greed: in which share of their turns they try what others were given.
        among: how many people they fight for.
    """
    people_file, told = folder / "people.json", folder / "told"
    told.mkdir(parents=True)
    with store.institution.acting_for(bank):
        people = identities(store, bank).resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(among)])).to_pylist()
    people_file.write_text(json.dumps(people))
    words = [str(home.root), str(bank), str(people_file), str(told), str(seconds), str(seed), str(greed)]
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
        FROM permits_issued i LEFT JOIN permits_voided v USING (permit_id) LEFT JOIN (SELECT DISTINCT permit_id FROM permits_used) u USING (permit_id)
        ORDER BY i.party_id, i.position""")
    worst, full = -99, 0
    before = defaultdict(list)
    for party, channel, position, issued_at, expires_at, voided, used in rows:
        counted = sum(
            1 for earlier_expires, earlier_voided, earlier_used in before[party, channel]
            if earlier_used or (earlier_expires > issued_at and (earlier_voided is None or earlier_voided > position)))
        worst, full = max(worst, counted + 1 - CAPS[channel]), full + (counted + 1 == CAPS[channel])
        before[party, channel].append((expires_at, voided, used))
    return worst, full


KEPT = {
    "issued": ("permits_issued", "permit_id"), "used": ("permits_used", "permit_id"), "voided": ("permits_voided", "permit_id"),
    "contact": ("contacts", "contact_id"), "refused": ("permits_refused", "refusal_id"),
}


def wrong(store, confirmed: dict[str, list[int]]) -> dict[str, int]:
    """What must never be, and how often it is."""
    kept = {what: {one for (one,) in query(store, f"SELECT {key} FROM {table}")} for what, (table, key) in KEPT.items()}
    used_outside = "SELECT count(*) FROM permits_used u JOIN permits_issued i USING (permit_id) WHERE u.used_at >= i.expires_at OR u.used_at < i.issued_at"
    confirmed_twice = sum(len(confirmed[what]) - len(set(confirmed[what])) for what in KEPT)
    kept_twice = query(store, "SELECT count(*) - count(DISTINCT permit_id) FROM permits_used")[0][0]  # Whoever was killed before telling used it all the same.
    found = {
        "a cap exceeded": max(0, worst_overshoot(store)[0]),
        "used twice": confirmed_twice + kept_twice,
        "lost": sum(len(set(confirmed[what]) - kept[what]) for what in KEPT),
        "used and given back": query(store, "SELECT count(*) FROM permits_used JOIN permits_voided USING (permit_id)")[0][0],
        "used outside its time": query(store, used_outside)[0][0],
    }
    return {what: times for what, times in found.items() if times}


def stands(store, bank, database, home, folder: Path, seconds: float, seed: int) -> None:
    """A fight of so many seconds, and everything that must be true after it."""
    counts, confirmed, killed = fought(store, bank, home, database, folder, seconds, seed)
    sealing.seal(bank)
    with store.institution.acting_for(bank):
        worst, full = worst_overshoot(store)
        print(dict(counts), "killed", killed, "caps filled", full, "worst overshoot", worst)
        assert wrong(store, confirmed) == {}
        assert [what for what in KEPT if not confirmed[what]] == [], "all of it happened"
        assert full > 10, "caps were reached"
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


# Gates that were broken on purpose


def without(text: str, *parts: tuple[str, str]) -> str:
    """The function's own text with these parts changed."""
    for part, instead in parts:
        assert text.count(part) == 1
        text = text.replace(part, instead)
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


NOT_LOOKED = (permit_functions._CURRENT, "")
NO_LOCK = ("PERFORM pg_advisory_xact_lock(held.chain);", "NULL;")
WRITES = permit_functions._WRITE_ENTRIES
BROKEN = {
    "a cap exceeded": (
        # Nobody waits for anybody, and nobody looks whether what was read is still all there is.
        "CREATE FUNCTION public.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE sql AS ''",
        "ALTER DATABASE {database} SET search_path = public, pg_catalog",
        "ALTER TABLE journal_entries DROP CONSTRAINT journal_one_entry_a_place",
        without(permit_functions.ISSUE, NO_LOCK, NOT_LOOKED, (WRITES, "PERFORM pg_sleep(0.3);" + WRITES)),
        without(permit_functions.USE, NOT_LOOKED),
        without(permit_functions.VOID, NOT_LOOKED),
    ),
    "used twice": (
        "ALTER TABLE permits_used DROP CONSTRAINT {unique} CASCADE",
        without(permit_functions.USE, ("ELSIF held.used THEN\n      RAISE EXCEPTION 'The permit was used.' USING ERRCODE = 'AP002';", "")),
    ),
    "lost": (without(permit_functions.ISSUE, (WRITES, "IF random() < 0.2 THEN RETURN; END IF;" + WRITES)),),
}
"""What is taken from the gate, by what the fight must then find."""


@pytest.fixture
def broken(store, bank, database, postgres_server, request):
    """A copy of the database, in which the gate is broken: this test alone sees it."""
    name = "arrears_broken"
    superuser = postgres_server[1].superuser_url("postgres")
    urls = DatabaseUrls(*(psycopg.conninfo.make_conninfo(url, dbname=name) for url in (database.app, database.owner)))
    bootstrap.connections.close_all()
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} OWNER arrears_owner TEMPLATE arrears")
        connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO arrears_app")
    try:
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            unique = owner.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'permits_used'::regclass AND contype = 'u'").fetchone()[0]
            for statement in BROKEN[request.param]:
                owner.execute(statement.replace("{database}", name).replace("{unique}", unique))
        bootstrap.point_to(urls)
        yield request.param, urls
    finally:
        bootstrap.point_to(database)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_a_gate_that_was_broken_on_purpose_is_found_out(store, bank, broken, home_of_tests, tmp_path):
    trouble, urls = broken
    for attempt in range(1, 6):  # Whether a harm happens within a fight of seconds is chance; a machine with much to do needs more of them.
        counts, confirmed, _ = fought(
            store, bank, home_of_tests, urls, tmp_path / str(attempt), 3 * attempt, 7 + attempt, greed=0.8, among=3 if trouble == "a cap exceeded" else 24
        )
        with store.institution.acting_for(bank):
            found = wrong(store, confirmed)
        if trouble in found:
            break
    assert trouble in found, (found, counts)  # One hole may let more than one harm through.
