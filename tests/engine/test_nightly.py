"""Is a night's work the same whenever it is repeated, and safe whenever it is broken off?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from arrears.assess.delinquency.conventions import read_conventions
from arrears.core.problems import Busy
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.run_folder import current_run, only_run_of, published_runs
from arrears.engine.tables import ASSESSMENT_SCHEMA, DECISION_SCHEMA, HISTORY_SCHEMA
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.layout import file_digest
from arrears.intake.sample.making import make_sample, seeded_ids

DAY = date(2026, 11, 23)
EARLIER = date(2026, 11, 16)
TABLES = ("assessment", "decisions", "alerts", "flow", "worklist", "history", "frozen/holds", "frozen/consents", "frozen/contact_history")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, 3000, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def request(book: Path, runs: Path, on: date = DAY, *, threads: int = 2, per_slice: int = 1_000_000) -> RunRequest:
    engine = EngineSettings(threads=threads, memory_limit="1GB", accounts_per_slice=per_slice)
    return RunRequest(book, runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), engine=engine)


def run(book: Path, runs: Path, on: date = DAY, **how: int) -> RunResult:
    return nightly(request(book, runs, on, **how), NoCases())


@pytest.fixture(scope="module")
def night(book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A night of the book, to be looked at by several stories and changed by none."""
    return run(book, tmp_path_factory.mktemp("night"))


@pytest.fixture(scope="module")
def sliced_night(book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The same night, thought about in slices."""
    return run(book, tmp_path_factory.mktemp("sliced"), per_slice=700)


def one(sql: str) -> tuple[int, ...]:
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return row


def digests(result: RunResult) -> dict[str, str]:
    return {name: file_digest(result.folder / f"{name}.parquet") for name in TABLES}


def test_the_same_inputs_give_the_same_bytes_on_another_disk_with_other_threads(book: Path, night: RunResult, tmp_path: Path) -> None:
    assert digests(run(book, tmp_path, threads=1)) == digests(night)
    assert night.facts["digests"]["assessment.parquet"] == digests(night)["assessment"]


def test_a_book_thought_about_in_slices_gives_the_same_rows(night: RunResult, sliced_night: RunResult) -> None:
    for name in TABLES:
        assert pq.read_table(night.folder / f"{name}.parquet").to_pylist() == pq.read_table(sliced_night.folder / f"{name}.parquet").to_pylist()


def test_a_run_repeated_with_the_same_inputs_is_found_to_be_there_and_gets_no_second_number(book: Path, tmp_path: Path) -> None:
    first, again = run(book, tmp_path), run(book, tmp_path)
    assert (again.already_published, again.name) == (True, first.name)
    assert published_runs(tmp_path) == [first.name]


def test_a_run_killed_between_its_publication_and_its_showing_is_shown_by_the_next_attempt(book: Path, tmp_path: Path) -> None:
    first, later = run(book, tmp_path, EARLIER), run(book, tmp_path)
    (tmp_path / "current").write_text(str(first.name))
    assert run(book, tmp_path).already_published
    assert current_run(tmp_path) == later.name


def test_a_night_compares_itself_with_the_last_earlier_day(book: Path, tmp_path: Path) -> None:
    run(book, tmp_path, EARLIER)
    later = run(book, tmp_path)
    assert later.facts["previous"] == {"as_of": "2026-11-16", "number": 1}
    flow = pq.read_table(later.folder / "flow.parquet").to_pylist()
    assert sum(row["accounts"] for row in flow) == later.facts["counts"]["accounts"]
    assert {row["bucket_before"] for row in flow} > {"current", "1-30"}
    assert str(current_run(tmp_path)) == "2026-11-23/1"


def test_a_look_at_the_past_leaves_the_current_run_where_it_is(book: Path, tmp_path: Path) -> None:
    run(book, tmp_path)
    run(book, tmp_path, EARLIER)
    assert str(current_run(tmp_path)) == "2026-11-23/1"


def test_every_account_is_assessed_once_and_every_person_in_arrears_is_one_case(night: RunResult) -> None:
    folder = night.folder
    accounts = one(f"SELECT count(*), count(DISTINCT account_id) FROM '{folder}/assessment.parquet'")
    assert accounts == (3000, 3000)
    cases = one(f"SELECT count(*), count(DISTINCT case_id), count(DISTINCT party_id) FROM '{folder}/decisions.parquet'")
    expected = one(f"SELECT count(DISTINCT party_id) FROM '{folder}/assessment.parquet' WHERE bucket <> 'current'")
    assert set(cases) == set(expected)


def test_money_adds_up_from_accounts_to_cases_to_the_flow(night: RunResult) -> None:
    folder = night.folder
    sums = {name: one(f"SELECT sum(amount_overdue_minor) FROM '{folder}/{name}.parquet'") for name in ("assessment", "decisions", "flow")}
    assert sums["assessment"] == sums["decisions"] == sums["flow"]


def test_no_file_of_a_run_holds_money_as_a_floating_number(night: RunResult) -> None:
    for file in night.folder.rglob("*.parquet"):
        for field in pq.read_schema(file):
            assert not str(field.type).startswith(("float", "double", "decimal")), f"{file.name}: {field.name} is {field.type}"


def test_every_table_has_the_columns_and_types_that_the_next_night_reads_it_by(night: RunResult) -> None:
    folder = night.folder
    for name, schema in (("assessment", ASSESSMENT_SCHEMA), ("history", HISTORY_SCHEMA), ("decisions", DECISION_SCHEMA)):
        written = pq.read_schema(folder / f"{name}.parquet")
        assert {field.name: field.type for field in written} == {field.name: field.type for field in schema.to_pyarrow()}, name


def test_nobody_held_or_unknown_is_reached_out_to(night: RunResult) -> None:
    contact = [name for name, words in night.facts["treatments"].items() if words["contact"]]
    listed = ", ".join(f"'{name}'" for name in contact)
    row = one(f"""SELECT count(*) FILTER (treatment IN ({listed})), count(*) FROM '{night.folder}/decisions.parquet'
                         WHERE hold_kinds <> '' OR NOT contact_history_known""")
    assert row[0] == 0 and row[1] > 0


def test_the_report_says_in_both_languages_how_the_book_stands_and_names_nobody(night: RunResult) -> None:
    text = (night.folder / "report.html").read_text(encoding="utf-8")
    assert f"{night.facts['counts']['accounts_overdue']:,} are overdue" in text
    assert f"{night.facts['counts']['accounts_overdue']:,} 个逾期" in text


def test_a_second_run_of_the_book_at_the_same_time_is_told_to_wait(book: Path, tmp_path: Path) -> None:
    with only_run_of(tmp_path), pytest.raises(Busy, match="Another run"):
        run(book, tmp_path)


_BROKEN_OFF = """
import os, signal, sys
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.engine import run_folder
from arrears.engine.case_changes import NoCases
from arrears.engine.nightly import nightly
sys.path.insert(0, {tests!r})
from tests.engine.test_nightly import request
kept = run_folder.StagedRun.table
def table(self, name, make):
    path = kept(self, name, make)
    if name == {after!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return path
run_folder.StagedRun.table = table
nightly(request(Path({book!r}), Path({runs!r}), per_slice=700), NoCases())
"""


@pytest.mark.parametrize("after", ["frozen/holds.parquet", "parts/assessment-00002.parquet", "assessment.parquet", "decisions.parquet", "worklist.parquet", "report.html"])
def test_a_run_killed_in_the_middle_is_taken_up_and_ends_in_the_same_bytes(book: Path, sliced_night: RunResult, tmp_path: Path, after: str) -> None:
    runs = tmp_path / "runs"
    script = _BROKEN_OFF.format(tests=str(Path(__file__).parents[2]), after=after, book=str(book), runs=str(runs))
    killed = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert published_runs(runs) == []
    result = run(book, runs, per_slice=700)
    assert result.taken_up
    assert digests(result) == digests(sliced_night)
    assert not list(runs.glob("*/.staging-*"))


def test_a_damaged_leftover_of_a_killed_run_is_made_again(book: Path, tmp_path: Path) -> None:
    script = _BROKEN_OFF.format(tests=str(Path(__file__).parents[2]), after="decisions.parquet", book=str(book), runs=str(tmp_path))
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, check=False)
    (leftover,) = tmp_path.glob("*/.staging-*/decisions.parquet")
    leftover.write_bytes(leftover.read_bytes()[:-9] + b"x" * 9)
    assert one(f"SELECT count(*) FROM '{run(book, tmp_path).folder}/decisions.parquet'")[0] > 0


def test_run_json_names_the_inputs_by_digest(book: Path, tmp_path: Path) -> None:
    started = time.perf_counter()
    facts = json.loads((run(book, tmp_path).folder / "run.json").read_text(encoding="utf-8"))
    assert facts["inputs"]["policy"] == find_policy(None).version
    assert len(facts["inputs"]["book"]) == 64 and facts["seconds"]["whole"] <= time.perf_counter() - started


def test_a_run_names_its_conventions_and_says_how_far_their_calendar_is_known(book: Path, night: RunResult, tmp_path: Path) -> None:
    by = read_conventions("non_working_days: {calendar: CN}\nproducts: {no_such_product: {tag_grace_days: 5}}", "CNY")
    found = nightly(replace(request(book, tmp_path), delinquency=by), NoCases())
    told = found.facts["conventions"]
    assert told["non_working_days"] == "CN following" and told["products"]["no_such_product"]["tag_grace_days"] == 5
    (calendar,) = told["calendars"]
    assert calendar["calendar"] == "CN" and calendar["is_enough"] == (calendar["needed_until"] <= calendar["known_until"])
    assert ("calendar CN is known up to" in (found.folder / "report.html").read_text(encoding="utf-8")) == (not calendar["is_enough"])
    moved = pq.read_table(found.folder / "frozen" / "moved_due_days.parquet").to_pylist()
    assert {"rule": "CN following", "due_on": date(2026, 10, 1), "moved_to": date(2026, 10, 8)} in moved
    assert night.facts["conventions"]["calendars"] == [] and not (night.folder / "frozen" / "moved_due_days.parquet").exists()
    assert one(f"SELECT count(*) FROM read_parquet('{found.folder}/assessment.parquet') WHERE oldest_due_on > contractual_due_on") > (0,)


def test_a_run_counts_who_entered_rolled_improved_and_was_cured_since_the_run_before(book: Path, tmp_path: Path) -> None:
    first, later = run(book, tmp_path, EARLIER), run(book, tmp_path)
    assert first.facts["counts"]["moved"] is None
    place = {name: number for number, name in enumerate(later.facts["buckets"])}
    before, now = (pq.read_table(found.folder / "assessment.parquet").to_pylist() for found in (first, later))
    for whose, key in (("accounts", "account_id"), ("persons", "party_id")):
        then: dict[int, int] = {}
        for row in before:
            then[row[key]] = max(then.get(row[key], 0), place[row["bucket"]])
        expected = {"entered": 0, "rolled": 0, "improved": 0, "cured": 0}
        worst: dict[int, int] = {}
        for row in now:
            worst[row[key]] = max(worst.get(row[key], 0), place[row["bucket"]])
        for who, here in worst.items():
            there = then.get(who, 0)
            if here != there:
                expected["entered" if there == 0 else "rolled" if here > there else "cured" if here == 0 else "improved"] += 1
        assert {name: later.facts["counts"]["moved"][whose][name] for name in expected} == expected
        assert expected["entered"] > 0
    assert later.facts["counts"]["moved"]["accounts"]["gone"] == 0
