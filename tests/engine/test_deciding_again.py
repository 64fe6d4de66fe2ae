"""Does every past decision come out the same again, and is what changed named: a rule, a model, a fact?"""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from arrears.core.problems import BadData
from arrears.decide.policy.table import Policy, read_policy
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.deciding_again import Again, Against, Changed, decide_again
from arrears.engine.run_folder import POLICY_FILE, RunName, published_runs
from arrears.engine.what_would_change import what_would_change
from arrears.intake.sample.making import make_sample, seeded_ids
from tests.engine.test_experiments import Drawing, night, policy_text, started

NIGHTS = 10 if os.environ.get("ARREARS_SOAK") else 2
LAST = date(2026, 11, 23)
ENGINE = EngineSettings(threads=2, memory_limit="1GB")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_policy(policy_text())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> tuple[Path, Path]:
    """A book and its nights, in which an experiment draws people."""
    book = tmp_path_factory.mktemp("home") / "loans"
    make_sample(book, 800, 17, LAST, None, name="loans", institution_id=1, id_source=seeded_ids(17))
    begun = started(policy, valid_on=LAST - timedelta(days=60))
    for back in reversed(range(NIGHTS)):
        night(book, book.parent / "runs", LAST - timedelta(days=back), policy, Drawing((begun,)))
    return book, book.parent / "runs"


@pytest.fixture
def copied(kept: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path, RunName]:
    """The same runs, to be tampered with, and the last of them."""
    shutil.copytree(kept[1], tmp_path / "runs")
    return kept[0], tmp_path / "runs", published_runs(tmp_path / "runs")[-1]


def kinds(again: Again) -> set[tuple[Changed, str]]:
    return {(one.kind, one.what) for one in again.causes}


def test_every_decision_of_every_past_run_is_the_same_again(kept: tuple[Path, Path]) -> None:
    book, runs = kept
    names = published_runs(runs)
    assert len(names) == NIGHTS
    for name in names:
        again = decide_again(book, runs, name, engine=ENGINE)
        assert again.is_same and again.cases > 30, again


def test_a_changed_rule_is_named_with_the_cases_that_come_out_otherwise(kept: tuple[Path, Path]) -> None:
    book, runs = kept
    changed = read_policy(policy_text().replace("days_past_due <= 60", "days_past_due <= 45"))
    again = decide_again(book, runs, published_runs(runs)[-1], Against(policy=changed), ENGINE)
    assert kinds(again) == {(Changed.RULE, "row one_to_two_months")} and "days_past_due <= 60 → days_past_due <= 45" in again.causes[0].how
    assert 0 < again.differing < again.cases
    assert all(one.columns["rule"][0] == "one_to_two_months" and one.columns["rule"][1] != "one_to_two_months" for one in again.first)
    one = decide_again(book, runs, published_runs(runs)[-1], Against(policy=changed, case_id=again.first[0].case_id), ENGINE)
    assert (one.cases, one.differing, one.first[0].columns) == (1, 1, again.first[0].columns)


def test_a_fact_that_is_known_otherwise_now_is_named_with_its_case(kept: tuple[Path, Path]) -> None:
    book, runs = kept
    name = published_runs(runs)[-1]
    with duckdb.connect(":memory:") as connection:
        holds = connection.sql(f"SELECT * FROM read_parquet('{runs}/{name}/frozen/holds.parquet')").to_arrow_table()
        case_id, party_id = connection.execute(f"SELECT case_id, party_id FROM read_parquet('{runs}/{name}/decisions.parquet') WHERE hold_kinds = '' ORDER BY case_id").fetchall()[0]
    late = pa.Table.from_pylist([{"party_id": party_id, "kind": "hardship", "from_on": LAST - timedelta(days=3), "to_on": None}], schema=holds.schema)
    again = decide_again(book, runs, name, Against(facts={"holds": pa.concat_tables([holds, late])}), ENGINE)
    assert kinds(again) == {(Changed.DATA, "hold_kinds")} and again.causes[0].cases == again.differing == 1
    assert again.first[0].case_id == case_id and again.first[0].columns["rule"][1] == "guard:hold"


@pytest.mark.parametrize(("file", "kind"), [("frozen/holds.parquet", Changed.DATA), (POLICY_FILE, Changed.RULE), ("assessment.parquet", Changed.DATA)])
def test_a_file_that_is_not_what_the_run_recorded_is_named(copied: tuple[Path, Path, RunName], file: str, kind: Changed, policy: Policy) -> None:
    book, runs, name = copied
    target = runs / str(name) / file
    if file == POLICY_FILE:
        target.write_text(policy.canonical.replace("<= 60", "<= 61"), encoding="utf-8")
        with pytest.raises(BadData, match="is not the one that decided"):
            decide_again(book, runs, name, engine=ENGINE)
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE kept AS SELECT * FROM read_parquet('{target}')")
        connection.execute("UPDATE kept SET to_on = NULL" if "holds" in file else "UPDATE kept SET days_past_due = days_past_due + 40 WHERE days_past_due > 0")
        connection.execute(f"COPY kept TO '{target}' (FORMAT parquet)")
    again = decide_again(book, runs, name, engine=ENGINE)
    assert (kind, file) in kinds(again)
    if file == "assessment.parquet":
        assert (Changed.DATA, "days_past_due") in kinds(again) and again.differing


def test_a_file_of_learnt_values_that_changed_is_named_as_a_model(copied: tuple[Path, Path, RunName]) -> None:
    book, runs, name = copied
    record = runs / str(name) / "run.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"digests": {', '"digests": {\n  "frozen/scores.parquet": "00",', 1), encoding="utf-8")
    (runs / str(name) / "frozen" / "scores.parquet").write_bytes(b"another model")
    again = decide_again(book, runs, name, engine=ENGINE)
    assert kinds(again) == {(Changed.MODEL, "frozen/scores.parquet")} and not again.is_same and not again.differing


def test_what_would_have_changed_a_decision_does_change_it(kept: tuple[Path, Path], policy: Policy) -> None:
    _, runs = kept
    with duckdb.connect(":memory:") as connection:
        rows = connection.sql(f"SELECT * FROM read_parquet('{runs}/{published_runs(runs)[-1]}/decisions.parquet') WHERE rule = 'small_and_early' ORDER BY case_id LIMIT 2").to_arrow_table().to_pylist()
    for row in rows:
        found = {one.column: one for one in what_would_change(policy, row)}
        assert found["amount_at_stake_minor"].would_be == 500_000 and found["amount_at_stake_minor"].rule == "early"
        assert found["days_past_due"].treatment != "gentle_reminder_sms" and found["hold_kinds"].rule == "guard:hold"
        assert all(one.was != one.would_be for one in found.values())
