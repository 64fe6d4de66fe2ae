"""Who is drawn into which arm, what does an arm change, and what may none ever change?"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pytest

from arrears.core.reasons import Sentence
from arrears.decide.experiments.assignment import arm_of, arm_of_person
from arrears.decide.experiments.draw import EXPERIMENT_SCHEMA, LEFT_OUT, Running, drawn, in_words_with_draw
from arrears.decide.experiments.limits import asks_for_the_forbidden, design_digest, experiment_faults, varied_by
from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.decide.policy.compile import chosen
from arrears.decide.policy.parts import Arm, Experiment, Policy
from arrears.engine.columns_engine import rows_by_name, sql_of
from tests.columns import rows_of_expression
from tests.decide.test_policy import CASE, FIRST_STEPS

SAID = Sentence("said", "说明")


def arm(name: str, share: int, **more: Any) -> Arm:
    return Arm(name, SAID, share, **more)


def experiment(*arms: Arm, **more: Any) -> Experiment:
    return Experiment("lighter", SAID, "collections manager", arms, **more)


LIGHTER = experiment(arm("champion", 5000), arm("lighter", 5000, lighter=True))
PEOPLE = 400


CASES = ibis.table(ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())}), name="cases")
DECIDED = chosen(FIRST_STEPS, CASES)
DECIDED_SQL = sql_of(DECIDED)


def nights(running: list[Running], *cases: dict[str, Any], opted_out: tuple[int, ...] = (), people: int = PEOPLE) -> list[dict[str, Any]]:
    """Tonight's decisions of so many people, whose cases are these in turn."""
    told = cases or ({},)
    rows = [{"party_id": party, **{column.name: {**CASE, **told[party % len(told)]}.get(column.name) for column in CASE_COLUMNS}} for party in range(people)]
    expression = drawn(FIRST_STEPS, ibis.table(DECIDED.schema(), name="decided"), running, ibis.table({"party_id": "int64"}, name="opted_out"))
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.register("cases", pa.Table.from_pylist(rows, schema=CASES.schema().to_pyarrow()))
        connection.register("opted_out", pa.table({"party_id": pa.array(opted_out, pa.int64())}))
        connection.execute(f"CREATE TABLE decided AS {DECIDED_SQL}")
        return rows_by_name(connection, f"SELECT * FROM ({sql_of(in_words_with_draw(FIRST_STEPS, expression, ['CNY']))}) ORDER BY party_id")


@pytest.mark.parametrize("shares", [(5000, 5000), (1, 9999), (3333, 3333, 3334), (100, 200, 300, 400, 9000)])
def test_a_person_alone_and_the_book_in_columns_are_drawn_into_the_same_arm(shares: tuple[int, ...]) -> None:
    chance = np.random.default_rng(sum(shares[:1]))
    start, arms = int(chance.integers(1, 2**63 - 1)), [arm(f"arm_{place}", share) for place, share in enumerate(shares)]
    parties = [1, 2**63 - 1, *(int(one) for one in chance.integers(1, 2**63 - 1, 500))]
    people = ibis.table({"party_id": "int64"}, name="people")
    found = rows_of_expression(people.select(people.party_id, arm=arm_of(start, people.party_id, arms)), {"people": pa.table({"party_id": pa.array(parties, pa.int64())})}, "party_id")
    assert {row["party_id"]: row["arm"] for row in found} == {party: arm_of_person(start, party, arms) for party in parties}


def test_shares_are_met_and_the_draws_of_two_starts_have_nothing_to_do_with_each_other() -> None:
    arms = [arm("control", 500), arm("champion", 9500)]
    people = ibis.table({"party_id": "int64"}, name="people")
    sql = sql_of(people.select(one=arm_of(1, people.party_id, arms) == "control", other=arm_of(2, people.party_id, arms) == "control"))
    started = time.process_time()
    with duckdb.connect(":memory:", config={"threads": "2"}) as connection:
        connection.execute("CREATE VIEW people AS SELECT hash(range)::UBIGINT::HUGEINT % 9223372036854775807 AS party_id FROM range(500000)")
        both, one, other, alike = connection.execute(f"SELECT count(*) FILTER (one AND other), count(*) FILTER (one), count(*) FILTER (other), count(*) FROM ({sql})").fetchall()[0]
    for seen in (one, other):
        assert abs(seen / alike - 0.05) < 4 * np.sqrt(0.05 * 0.95 / alike)
    assert abs(both / alike - 0.0025) < 4 * np.sqrt(0.0025 / alike)
    assert time.process_time() - started < 10


def test_the_same_person_stands_in_the_same_arm_every_night_whoever_else_is_in_the_book() -> None:
    running = [Running(7, LIGHTER)]
    few, many = nights(running, people=50), nights(running, {"days_past_due": 12}, people=PEOPLE)
    assert [row["arm"] for row in few] == [row["arm"] for row in many[:50]]
    again = nights([Running(8, LIGHTER)])
    assert [row["arm"] for row in again] != [row["arm"] for row in many]


def test_the_lighter_group_gets_one_reminder_in_thirty_days_and_the_reason_says_why_there_is_no_other() -> None:
    rows = nights([Running(7, LIGHTER)], {"contacts_30d": 0}, {"contacts_30d": 1})
    for row in rows:
        spared = row["arm"] == "lighter" and row["contacts_30d"] == 1
        assert (row["treatment"] == LEFT_OUT.id) == spared
        assert row["channel"] == ("none" if spared else "sms") and row["queue"] == "automatic"
        assert row["reason_en"].endswith("help and answers are given at any time.") == spared
        assert ("随时可获答复" in row["reason_zh"]) == spared
    assert {row["arm"] for row in rows} == {"champion", "lighter"}


def test_the_chance_of_what_was_chosen_and_of_every_other_way_is_kept_exactly() -> None:
    arms = (arm("champion", 6000), arm("lighter", 1500, lighter=True), arm("by_email", 2000, channel="email"), arm("other_words", 500, wording="short"))
    for row in nights([Running(7, experiment(*arms))], {"contacts_30d": 0}, {"contacts_30d": 2}):
        said = json.loads(row["propensities"])
        assert sum(said.values()) == 10_000
        chosen = f"{row['treatment']}/{row['channel']}/{row['wording'] or ''}"
        assert said[chosen] == row["propensity_per_10000"]
        sms = "gentle_reminder_sms/sms/"
        expected = {sms: 6000 if row["contacts_30d"] else 7500, "gentle_reminder_sms/email/": 2000, "gentle_reminder_sms/sms/short": 500}
        assert said == expected | ({f"{LEFT_OUT.id}/none/": 1500} if row["contacts_30d"] else {})
        if row["arm"] == "by_email":
            assert "it goes by e-mail this time" in row["reason_en"] and "电子邮件" in row["reason_zh"]


def test_a_later_start_waits_until_so_many_days_have_passed() -> None:
    later = experiment(arm("champion", 5000), arm("later", 5000, delay_days=7))
    for row in nights([Running(7, later)], {"days_past_due": 7}, {"days_past_due": 8}):
        assert (row["treatment"] == LEFT_OUT.id) == (row["arm"] == "later" and row["days_past_due"] == 7)


def test_nobody_whom_something_protects_and_nothing_that_a_person_offers_is_drawn_by_lot() -> None:
    cases = [{"hold_kinds": "distress"}, {"hold_kinds": "dispute,hardship"}, {"contact_history_known": False}, {"days_past_due": 90}, {"currencies": 2}]
    plain, with_experiment = nights([], *cases, people=50), nights([Running(7, LIGHTER)], *cases, people=50)
    assert plain == with_experiment
    assert all(row[name] is None for row in plain for name in EXPERIMENT_SCHEMA)


def test_whoever_opted_out_is_treated_as_the_policy_says() -> None:
    rows = nights([Running(7, LIGHTER)], {"contacts_30d": 3}, opted_out=(3, 4, 5))
    assert all(row["experiment"] is None and row["treatment"] == "gentle_reminder_sms" for row in rows[3:6])
    assert sum(row["experiment"] is not None for row in rows) == PEOPLE - 3


def test_a_case_is_in_one_experiment_at_most_the_first_that_takes_it() -> None:
    small = replace(LIGHTER, id="small_sums", when="amount_at_stake_minor < 10000")
    rows = nights([Running(7, small), Running(8, LIGHTER)], {"amount_at_stake_minor": 9999}, {"amount_at_stake_minor": 10_000})
    assert [row["experiment"] for row in rows[:2]] == ["small_sums", "lighter"] and [row["experiment_start"] for row in rows[:2]] == [7, 8]
    rest = [row for row in rows if row["experiment"] == "lighter"]
    assert abs(sum(row["arm"] == "lighter" for row in rest) / len(rest) - 0.5) < 0.15


def with_experiment(one: Experiment, **treatments: Any) -> Policy:
    changed = {name: replace(FIRST_STEPS.treatments[name], **more) for name, more in treatments.items()}
    return replace(FIRST_STEPS, treatments={**FIRST_STEPS.treatments, **changed}, experiments={one.id: one})


@pytest.mark.parametrize(("one", "said"), [
    (experiment(arm("a", 5000), arm("b", 5000)), "exactly one arm does as the policy says"),
    (experiment(arm("a", 5000, wording="x"), arm("b", 5000, lighter=True)), "exactly one arm does as the policy says"),
    (experiment(arm("a", 10_000), arm("b", 0, lighter=True)), "nobody would stand in it"),
    (experiment(arm("a", 5000), arm("b", 5000, channel="visit")), "nobody is visited by lot"),
    (experiment(arm("a", 5000), arm("b", 5000, channel="none")), "written as lighter: true"),
    (experiment(arm("a", 5000), arm("a", 5000, lighter=True)), "stands twice"),
    (replace(LIGHTER, owner=" "), "the owner is missing"),
    (replace(LIGHTER, treatments=("friendly_call",)), "prepares a weighty decision (suit)"),
    (replace(LIGHTER, treatments=("gentle_reminder_email",)), "is a statutory notice"),
    (replace(LIGHTER, treatments=("wait_a_few_days",)), "is no contact"),
])
def test_what_an_experiment_may_not_do_is_said(one: Experiment, said: str) -> None:
    policy = with_experiment(one, friendly_call={"weighty": "suit"}, gentle_reminder_email={"statutory": True})
    assert any(said in fault for fault in experiment_faults(policy))
    assert "gentle_reminder_email" not in varied_by(one, policy) and "friendly_call" not in varied_by(one, policy)


@pytest.mark.parametrize(("key", "what"), [
    ("discount", "price"), ("fee_minor", "price"), ("waiver", "relief"), ("payment_plan", "relief"), ("credit_reporting", "credit reporting"),
    ("suit", "legal action"), ("placement_days", "legal action"), ("statutory_notice", "statutory notices"),
])
def test_price_relief_credit_reporting_legal_steps_and_notices_are_refused_by_name(key: str, what: str) -> None:
    faults = list(asks_for_the_forbidden({"late": {"arms": [{"id": "b", key: 1}]}}))
    assert faults == [f"experiment “late”, arm “b”: “{key}” would vary {what}, which no experiment may"]


def test_a_whole_experiment_has_no_fault_and_another_word_is_another_design() -> None:
    assert list(experiment_faults(with_experiment(LIGHTER))) == [] and varied_by(LIGHTER, FIRST_STEPS) == ("gentle_reminder_sms", "gentle_reminder_email")
    assert design_digest(LIGHTER) != design_digest(replace(LIGHTER, stop_at_complaints_per_10000=51))
