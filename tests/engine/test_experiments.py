"""Do nights draw people, keep what they drew, and does the experiment say what came of it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

from arrears.casefile.facts.experiment import ExperimentStarted
from arrears.decide.experiments.draw import LEFT_OUT
from arrears.decide.experiments.limits import design_digest
from arrears.decide.policy.table import Policy, PolicyNotValid, read_policy
from arrears.engine.case_changes import Frozen, NoCases, digest_of_tables
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.experiment_files import frozen_experiments
from arrears.engine.experiment_sums import gathered, runs_of_experiment
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.run_folder import run_facts
from arrears.engine.use_cases.policies import shipped_policies
from arrears.intake.sample.making import make_sample, seeded_ids
from arrears.learn.experiments.results import Alarm, ArmFigures, results_of

FIRST, SECOND = date(2026, 11, 5), date(2026, 11, 6)
LATER = FIRST + timedelta(days=40)
START = 4711
EXPERIMENT = {
    "label": {"en": "Are fewer reminders as good?", "zh": "减少提醒是否同样有效？"}, "owner": "collections manager", "treatments": [
        "gentle_reminder_sms", "gentle_reminder_email", "friendly_call", "plan_conversation"],
    "arms": [
        {"id": "as_now", "label": {"en": "As now", "zh": "维持现状"}, "share_per_10000": 6000},
        {"id": "lighter", "label": {"en": "Fewer contacts", "zh": "减少联系"}, "share_per_10000": 2500, "lighter": True},
        {"id": "by_email", "label": {"en": "By e-mail", "zh": "邮件"}, "share_per_10000": 1500, "channel": "email"},
    ],
}


def policy_text(**experiment: Any) -> str:
    body = yaml.safe_load((shipped_policies() / "first_steps.yaml").read_text(encoding="utf-8"))
    return yaml.safe_dump({**body, "format": 2, "currency": "CNY", "costs": {"friendly_call": {"cost_minor": 900}, "gentle_reminder_sms": {"cost_minor": 5}},
                           "experiments": {"lighter": {**EXPERIMENT, **experiment}}}, allow_unicode=True)


def started(policy: Policy, **more: Any) -> ExperimentStarted:
    said = ExperimentStarted(START, "loans", "lighter", design_digest(policy.experiments["lighter"]), "collections manager", "C-17", "wei", 4000, FIRST)
    return replace(said, **more)


@dataclass(frozen=True, slots=True)
class Drawing(NoCases):
    """Nights of an institution that has started these experiments, and where these people opted out."""

    starts: tuple[ExperimentStarted, ...]
    opted_out: tuple[int, ...] = ()

    def freeze(self, on: date) -> Frozen:
        tables = frozen_experiments(self.starts, lambda: pa.table({"party_id": pa.array(sorted(self.opted_out), pa.int64())}))
        return Frozen(tables, digest_of_tables(tables))


def night(book: Path, runs: Path, on: date, policy: Policy, cases: NoCases) -> RunResult:
    engine = EngineSettings(threads=2, memory_limit="1GB")
    return nightly(RunRequest(book, runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", policy, engine=engine), cases)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_policy(policy_text())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "loans"
    make_sample(folder, 4000, 13, date(2026, 11, 23), None, name="loans", institution_id=1, id_source=seeded_ids(13))
    return folder


@pytest.fixture(scope="module")
def runs(book: Path, policy: Policy) -> Path:
    """Two nights on which people were drawn."""
    folder = book.parent / "runs"
    for on in (FIRST, SECOND):
        night(book, folder, on, policy, Drawing((started(policy),)))
    return folder


def rows(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect(":memory:") as connection:
        return list(connection.sql(f"SELECT * FROM read_parquet('{file}') ORDER BY case_id").to_arrow_table().to_pylist())


def test_a_night_keeps_arm_and_chances_of_everybody_it_drew_and_of_nobody_else(runs: Path) -> None:
    decided = rows(runs / str(FIRST) / "1" / "decisions.parquet")
    drawn = [row for row in decided if row["experiment"] == "lighter"]
    assert 30 < len(drawn) < len(decided)
    for row in drawn:
        assert row["experiment_start"] == START and row["hold_kinds"] == "" and row["contact_history_known"]
        assert row["propensity_per_10000"] in json.loads(row["propensities"]).values() and sum(json.loads(row["propensities"]).values()) == 10_000
    assert {row["arm"] for row in drawn} == {"as_now", "lighter", "by_email"}
    assert any(row["treatment"] == LEFT_OUT.id for row in drawn) and all(row["arm"] == "lighter" for row in drawn if row["treatment"] == LEFT_OUT.id)
    assert all(row["arm"] is None and row["propensities"] is None for row in decided if row["experiment"] is None)
    told = run_facts(runs, runs_of_experiment(runs, START, SECOND)[0])
    assert told["experiments"][0]["champion"] == "as_now" and told["treatments"][LEFT_OUT.id]["zh"]


def test_the_next_night_finds_everybody_in_the_arm_of_the_first(runs: Path) -> None:
    first, second = ({row["party_id"]: row["arm"] for row in rows(runs / str(on) / "1" / "decisions.parquet") if row["arm"]} for on in (FIRST, SECOND))
    both = first.keys() & second.keys()
    assert len(both) > 30 and all(first[party] == second[party] for party in both)


@pytest.mark.parametrize("why", ["nothing was started", "another design was approved", "it was started for another book"])
def test_nobody_is_drawn_where_it_is_not_approved_for_exactly_this(why: str, book: Path, tmp_path: Path, policy: Policy) -> None:
    starts = {"nothing was started": (), "another design was approved": (started(policy, design="00"),), "it was started for another book": (started(policy, book="cards"),)}[why]
    decided = rows(night(book, tmp_path / "runs", FIRST, policy, Drawing(starts)).folder / "decisions.parquet")
    assert all(row["experiment"] is None for row in decided) and not any(row["treatment"] == LEFT_OUT.id for row in decided)


def test_whoever_opted_out_is_drawn_no_more(book: Path, runs: Path, tmp_path: Path, policy: Policy) -> None:
    drawn = [row["party_id"] for row in rows(runs / str(FIRST) / "1" / "decisions.parquet") if row["arm"] == "lighter"][:20]
    decided = rows(night(book, tmp_path / "runs", FIRST, policy, Drawing((started(policy),), tuple(drawn))).folder / "decisions.parquet")
    assert all(row["experiment"] is None for row in decided if row["party_id"] in drawn)


@pytest.fixture(scope="module")
def sums(book: Path, runs: Path, policy: Policy) -> Iterator[tuple[ArmFigures, ...]]:
    shares = {arm.id: arm.share_per_10000 for arm in policy.experiments["lighter"].arms}
    costs = {name: cost.cost_minor for name, cost in policy.costs.items()}
    with column_engine(EngineSettings(threads=2)) as connection:
        found = gathered(connection, book, runs, runs_of_experiment(runs, START, LATER), START, shares, costs, LATER)
    assert [one.currency for one in found] == ["CNY"] and found[0].sizes[-1] == tuple(arm.people for arm in found[0].arms)
    yield found[0].arms


def test_what_each_arm_paid_equals_what_a_reader_of_the_files_adds_up(sums: tuple[ArmFigures, ...], book: Path, runs: Path) -> None:
    entered: dict[int, tuple[date, str]] = {}
    for on in (FIRST, SECOND):
        for row in rows(runs / str(on) / "1" / "decisions.parquet"):
            if row["arm"]:
                entered.setdefault(row["party_id"], (on, row["arm"]))
    with duckdb.connect(":memory:") as connection:
        paid = connection.execute(
            f"SELECT party_id, paid_on, CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END FROM read_parquet('{book}/batches/*/payments.parquet') "
            f"JOIN read_parquet('{book}/batches/*/accounts.parquet') USING (account_id)").fetchall()
    for arm in sums:
        people = {party: on for party, (on, name) in entered.items() if name == arm.arm}
        assert arm.people == arm.complete == len(people)
        assert arm.paid_minor == sum(amount for party, on, amount in paid if party in people and 0 < (on - people[party]).days <= 30)
        assert arm.before_minor == sum(amount for party, on, amount in paid if party in people and 0 <= (people[party] - on).days < 30)
        assert arm.paid_minor > 0 and isinstance(arm.paid_minor, int)


def test_only_what_is_used_costs(sums: tuple[ArmFigures, ...]) -> None:
    as_now, lighter = sums[0], sums[1]
    assert as_now.cost_minor / as_now.people > lighter.cost_minor / lighter.people > 0


def test_complaints_that_pile_up_in_an_arm_end_the_experiment(sums: tuple[ArmFigures, ...]) -> None:
    calm = results_of(sums, "as_now", people_planned=4000, complaints_ceiling_per_10000=10_000, complaint_order=["as_now", "by_email"], sizes=[[one.people for one in sums]])
    assert not calm.must_stop
    angry = results_of(sums, "as_now", people_planned=4000, complaints_ceiling_per_10000=10_000, complaint_order=["by_email"] * 6, sizes=[[one.people for one in sums]])
    assert angry.must_stop and angry.alarms == ((Alarm.MORE_COMPLAINTS, "by_email"),)
    many = [replace(one, complaints=3 if one.arm == "lighter" else 0) for one in sums]
    assert results_of(many, "as_now", people_planned=4000, complaints_ceiling_per_10000=50, complaint_order=["lighter"] * 3, sizes=[]).must_stop
    lost = results_of(sums, "as_now", people_planned=4000, complaints_ceiling_per_10000=10_000, complaint_order=[], sizes=[[600, 100, 300]])
    assert lost.alarms == ((Alarm.MISMATCH, ""),) and not lost.must_stop


def test_a_policy_that_varies_a_price_by_lot_is_refused_by_name() -> None:
    arms = [EXPERIMENT["arms"][0], {**EXPERIMENT["arms"][1], "discount": 10}, EXPERIMENT["arms"][2]]  # type: ignore[index, dict-item]
    with pytest.raises(PolicyNotValid, match="“discount” would vary price, which no experiment may"):
        read_policy(policy_text(arms=arms))
