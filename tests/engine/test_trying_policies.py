"""What another policy would change is what two nights, one with each, would show; what it would have done is what each night would have decided."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.ids import id_text
from arrears.core.problems import WrongCall
from arrears.core.sql import quoted
from arrears.decide.policy.table import Policy, read_policy
from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.policy_diff import FEWEST, GROUPS, DiffFiles, PolicyDiff, compare
from arrears.engine.policy_simulation import Simulation, SimulationRequest, simulate
from arrears.intake.sample.making import make_sample, seeded_ids

DAY = date(2026, 11, 23)
ENGINE = EngineSettings(threads=2, memory_limit="1GB")
TEXT = (Path(__file__).parents[2] / "policies" / "first_steps.yaml").read_text(encoding="utf-8")
BEFORE = read_policy(TEXT)
AFTER = read_policy(TEXT.replace("days_past_due <= 15 and amount_at_stake_minor < 500000", "days_past_due <= 20 and amount_at_stake_minor < 800000"))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, 1500, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    return folder


def night(book: Path, runs: Path, policy: Policy, on: date = DAY) -> list[dict[str, Any]]:
    """The decisions of one night."""
    done = nightly(RunRequest(book, runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", policy, engine=ENGINE), NoCases())
    return pq.read_table(done.folder / "decisions.parquet").to_pylist()


@pytest.fixture(scope="module")
def nights(book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same night with either policy."""
    runs = tmp_path_factory.mktemp("runs")
    return {"before": night(book, runs / "a", BEFORE), "after": night(book, runs / "b", AFTER), "file": runs / "a" / "2026-11-23" / "1" / "decisions.parquet"}


@pytest.fixture(scope="module")
def diff(book: Path, nights: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[PolicyDiff, DiffFiles]:
    folder = tmp_path_factory.mktemp("changed")
    files = DiffFiles(folder / "changed.parquet", folder / "changed.csv")
    return compare(nights["file"], book, BEFORE, AFTER, ENGINE, fairness=True, files=files), files


def pairs(nights: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    after = {row["case_id"]: row for row in nights["after"]}
    return [(row, after[row["case_id"]]) for row in nights["before"]]


def test_the_changed_cases_are_those_that_two_nights_treat_otherwise(nights, diff):
    found, files = diff
    changed = {before["case_id"]: (before["treatment"], after["treatment"]) for before, after in pairs(nights) if before["treatment"] != after["treatment"]}
    assert found.cases == len(nights["before"]) and found.changed == len(changed) > 10
    written = {row["case_id"]: (row["treatment_before"], row["treatment_after"]) for row in pq.read_table(files.parquet).to_pylist()}
    assert written == changed
    assert Counter(changed.values()) == Counter({(move.before, move.after): move.cases for move in found.moves})
    assert found.work == tuple(sum(row["queue"] == "people" for row in nights[side]) for side in ("before", "after"))


def test_the_counts_by_segment_and_group_are_those_counted_by_hand(nights, diff):
    for name in GROUPS:
        cases, changed = Counter(), Counter()
        for before, after in pairs(nights):
            cases[before[name] or ""] += 1
            changed[before[name] or ""] += before["treatment"] != after["treatment"]
        assert {one.value: (one.cases, one.changed) for one in diff[0].groups if one.group == name} == {value: (cases[value], changed[value]) for value in cases}


def test_the_file_for_people_names_cases_as_people_type_them(diff):
    found, files = diff
    rows = list(csv.DictReader(files.csv.open(encoding="utf-8")))
    assert len(rows) == found.changed
    assert {row["case_id"] for row in rows} == {id_text(row["case_id"]) for row in pq.read_table(files.parquet).to_pylist()}


def test_protected_attributes_are_counted_when_asked_and_stand_in_no_row_about_a_case(book, nights, diff):
    found, files = diff
    with duckdb.connect(":memory:") as connection:
        stated = connection.execute(f"SELECT party_id, attribute, value FROM read_parquet({quoted(book / 'batches' / '000001' / 'protected.parquet')})").fetchall()
    changed = {before["party_id"]: before["treatment"] != after["treatment"] for before, after in pairs(nights)}
    cases = Counter((attribute, value) for party, attribute, value in stated if party in changed)
    moved = Counter((attribute, value) for party, attribute, value in stated if changed.get(party))
    told = {(one.group, one.value): (one.cases, one.changed) for one in found.protected}
    assert told == {group: (count, moved[group]) for group, count in cases.items() if count >= FEWEST} and len(told) >= 4
    assert not {"sex", "age_band", "attribute", "value", "party_id"} & set(pq.read_schema(files.parquet).names)
    assert compare(nights["file"], book, BEFORE, AFTER, ENGINE).protected == ()


def test_a_policy_compared_with_itself_changes_nothing(book, nights):
    same = compare(nights["file"], book, BEFORE, BEFORE, ENGINE)
    assert (same.changed, same.reworded, same.moves) == (0, 0, ()) and same.work[0] == same.work[1]


def asked(book: Path, policy: Policy, first: date, every: Every = Every.WEEK, engine: EngineSettings = ENGINE) -> SimulationRequest:
    return SimulationRequest(book, policy, first, DAY, every, DelinquencySettings(), engine, lambda on: {})


@pytest.fixture(scope="module")
def simulated(book: Path) -> Simulation:
    return simulate(asked(book, AFTER, DAY - timedelta(days=7)))


def test_each_simulated_day_decides_what_the_night_of_that_day_would_have_decided(book, nights, simulated, tmp_path):
    first, found = DAY - timedelta(days=7), simulated
    assert [day.on for day in found.days] == [first, DAY]
    before = {row["party_id"]: row["treatment"] for row in night(book, tmp_path / "0", AFTER, first - timedelta(days=7))}
    for place, day in enumerate(found.days):
        rows = nights["after"] if day.on == DAY else night(book, tmp_path / f"{place + 1}", AFTER, day.on)
        assert {one.treatment: one.cases for one in found.treatments if one.on == day.on} == Counter(row["treatment"] for row in rows)
        begun = Counter(row["treatment"] for row in rows if before.get(row["party_id"]) != row["treatment"])
        assert {one.treatment: one.begun for one in found.treatments if one.on == day.on and one.begun} == begun
        queues = Counter(row["queue"] for row in rows)
        assert (day.people, day.automatic, day.held) == tuple(queues[name] for name in ("people", "automatic", "held"))
        before = {row["party_id"]: row["treatment"] for row in rows}


def test_a_book_simulated_in_slices_gives_the_same(book, simulated):
    sliced = simulate(asked(book, AFTER, DAY, engine=EngineSettings(2, "1GB", accounts_per_slice=400)))
    assert [asdict(one) for one in sliced.treatments] == [asdict(one) for one in simulated.treatments if one.on == DAY]


def test_days_that_meet_no_step_are_told_so(book):
    with pytest.raises(WrongCall, match="month-end"):
        simulate(asked(book, AFTER, date(2026, 11, 2), Every.MONTH_END))
