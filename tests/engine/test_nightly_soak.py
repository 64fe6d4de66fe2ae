"""Is a night safe wherever it is killed? Forty kills at random times, once for the tables alone and once with cases in PostgreSQL.

Nights follow one another over one book of 20,000 accounts; each is started in a process of its own, killed with -9 and started again until
it ends by itself. The same nights, left in peace, say what every table must hold.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrears.engine.case_changes import CaseBook, Frozen, NoCases, digest_of_tables
from arrears.engine.home import Home
from arrears.engine.nightly import RunResult, nightly
from arrears.engine.run_folder import RunName, current_run, published_runs, run_facts
from arrears.intake.sample.making import make_sample, seeded_ids
from tests.engine.test_nightly import DAY, TABLES, digests, request

KILLS = 40
SEED = 20_261_123
ACCOUNTS = 20_000
PER_SLICE = 7_000
"""Three slices, so that a night has many tables between which it can be killed."""
DAYS_BETWEEN = 9
"""Enough for accounts to change their bucket and people their treatment."""
COLD = 2.5
"""A process of its own starts cold and records cases at its end: it takes so many times as long as the same night in this process."""
WITHOUT_CASES = "from arrears.engine.case_changes import NoCases\nrecords = NoCases()"
WITH_CASES = """
from arrears.engine.home import Home
from arrears.site import bootstrap
from arrears.site.database import DatabaseUrls
bootstrap.start(Home(Path(sys.argv[4])), DatabaseUrls(**json.loads(os.environ["SOAK_DATABASE"])))
from arrears.engine.case_records import CaseRecords
records = CaseRecords(int(sys.argv[5]))
"""
NIGHT = """
import json, os, sys
from datetime import date
from pathlib import Path
from arrears.engine.nightly import nightly
from tests.engine.test_nightly import request
{records}
asked = request(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]), per_slice={per_slice})
print("ready", flush=True)
nightly(asked, records)
"""


class NoHolds(NoCases):
    """Freezes what a database without holds freezes: a table of that shape without rows."""

    def freeze(self, on: date) -> Frozen:
        shape = {"party_id": pa.int64(), "kind": pa.string(), "from_on": pa.date32(), "to_on": pa.date32()}
        tables = {"holds": pa.schema(list(shape.items())).empty_table()}
        return Frozen(tables, digest_of_tables(tables))


class Killer:
    """Runs nights and kills them, until all its kills are spent."""

    def __init__(self, records: str, arguments: list[str], environ: dict[str, str]) -> None:
        self.command = [sys.executable, "-c", NIGHT.format(records=records, per_slice=PER_SLICE)]
        self.arguments, self.environ = arguments, {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environ}
        self.moments = random.Random(SEED)
        self.killed = 0

    def night(self, book: Path, runs: Path, on: date, seconds: float) -> int:
        """One night, started until it ends; answers how often it was killed.

        Args:
            seconds: how long the night takes when left in peace; a kill comes anywhere in it.
        """
        before = self.killed
        while self._was_killed([str(book), str(runs), on.isoformat()], seconds):
            self.killed += 1
        return self.killed - before

    def _was_killed(self, asked: list[str], seconds: float) -> bool:
        """Start it once and, while there are kills left, kill it after a random time. Did that meet it alive?"""
        with subprocess.Popen([*self.command, *asked, *self.arguments], env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as night:
            assert night.stdout is not None and night.stderr is not None
            ready = night.stdout.readline()
            try:
                night.wait(self.moments.uniform(0, seconds) if self.killed < KILLS else 300)
            except subprocess.TimeoutExpired:
                night.kill()
            said = night.stderr.read()
        assert ready == "ready\n", said
        assert night.returncode in (0, -signal.SIGKILL), said
        return night.returncode != 0


@pytest.fixture(scope="module")
def large_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, ACCOUNTS, 23, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(23))
    return folder


def compared_nights(killer: Killer, book: Path, folder: Path, in_peace: CaseBook) -> Iterator[tuple[RunResult, int]]:
    """Night after night in peace and under fire, until all kills are spent; each must have come out the same, with nothing left over."""
    on = DAY - timedelta(days=200)
    while killer.killed < KILLS:
        peaceful = nightly(request(book, folder / "peace", on, per_slice=PER_SLICE), in_peace)
        times = killer.night(book, folder / "fire", on, peaceful.facts["seconds"]["whole"] * COLD)
        name = RunName(on, 1)
        under_fire = RunResult(name, folder / "fire" / str(name), run_facts(folder / "fire", name), already_published=False, taken_up=times > 0)
        assert digests(under_fire) == digests(peaceful), f"{on}, killed {times} times"
        assert under_fire.facts["digests"] == peaceful.facts["digests"]
        assert [name.as_of for name in published_runs(folder / "fire")][-1] == on
        assert current_run(folder / "fire") == name, "what is published is shown"
        assert not [path for path in (folder / "fire").rglob("*") if "staging" in path.name or "unfinished" in path.name]
        yield under_fire, times
        on += timedelta(days=DAYS_BETWEEN)


def told(nights: list[int]) -> None:
    """The figures of the soak, for whoever reads the output (`pytest -s`)."""
    print(f"\n{sum(nights)} kills in {len(nights)} nights, by night: {nights}")


@pytest.mark.soak
def test_a_night_killed_anywhere_ends_in_the_same_bytes_and_leaves_nothing(large_book: Path, tmp_path: Path) -> None:
    killer = Killer(WITHOUT_CASES, [], {})
    told([times for _, times in compared_nights(killer, large_book, tmp_path, NoCases())])
    assert killer.killed == KILLS and len(TABLES) == 9


@pytest.mark.soak
def test_nights_killed_anywhere_record_every_event_once_and_every_chain_verifies(
    large_book: Path, tmp_path: Path, database: Any, home_of_tests: Home, envelope_key: bytes
) -> None:
    from arrears.casefile.store import load
    from arrears.casefile.store.ids import random_id
    from arrears.casefile.store.institution import acting_for, create_institution

    institution_id = create_institution(f"Bank {random_id()}")
    environ = {"SOAK_DATABASE": json.dumps(asdict(database))}
    killer = Killer(WITH_CASES, [str(home_of_tests.root), str(institution_id)], environ)
    nights = list(compared_nights(killer, large_book, tmp_path, NoHolds()))
    told([times for _, times in nights])
    assert killer.killed == KILLS
    after_the_cases = sum("recorded_before" in result.facts["cases"] for result, _ in nights)
    print(f"{after_the_cases} nights were killed between their cases and their publication")
    with acting_for(institution_id):
        published = load.runs_published("loans")
        assert [one.run_id for one in published] == [result.facts["run_id"] for result, _ in nights], "every night is recorded once"
        cases = load.known_cases("loans").to_pylist()
        assert len(cases) > 1000
        entries = 0
        for case in cases:
            events, decided = load.case_events(case["case_id"]), load.decisions(case["case_id"])
            assert max(Counter((event.kind, event.run_id) for event in events).values()) == 1, "no event twice"
            assert max(Counter(decision.run_id for decision in decided).values()) == 1, "no decision twice in a night"
            kinds = [event.kind.value for event in events]
            assert kinds[0] == "opened" and all(kind == ("closed" if place % 2 else "reopened") for place, kind in enumerate(kinds) if place), kinds
            journal = load.journal(case["case_id"])
            assert len(journal) == len(events) + len(decided)
            assert load.verify_chain(case["case_id"]) == []
            entries += len(journal)
    print(f"{len(cases)} cases, {entries} entries, every chain verified")
