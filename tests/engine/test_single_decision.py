"""Does one case get by itself what it gets within the book?"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.decide.policy.compile import DECISION_COLUMNS, decide
from arrears.decide.policy.table import Policy, PolicyNotValid, read_policy
from arrears.engine.columns_engine import sql_of
from arrears.engine.single_decision import SingleDecisions, sql_of_policy

ROOT = Path(__file__).parents[2]
FIRST_STEPS = ROOT / "policies" / "first_steps.yaml"
LADDER = ROOT / "tests" / "decide" / "policies" / "ladder.yaml"
SEED = 20260301
_WORDS: dict[str, list[Any]] = {
    "kind": ["person", "organisation"], "currency": ["CNY", "JPY", "KWD", "XXX"], "hold_kinds": ["", "", "", "", "dispute", "breathing_space,claims_paid"],
    "ladder_before": ["", "consumer", "gone"], "stage_before": ["", "amicable", "firmer", "pre_legal", "end"],
    "step_before": ["", "reminder", "call", "letter", "review", "end"], "contact_history_known": [True, True, True, False],
}
_NEVER_EMPTY = {"kind", "hold_kinds", "contact_history_known", "as_of", "ladder_before", "stage_before", "step_before"}


def random_cases(number: int, seed: int) -> list[dict[str, Any]]:
    """Cases with anything in any column, an empty value among it."""
    drawn = random.Random(seed)
    first = date(2026, 3, 1)
    of_type = {
        "text": lambda: drawn.choice(["loan", "card", "several", "it's"]), "whole": lambda: drawn.choice([0, 1, 2, 3, 5, 10, 15, 16, 31, 61, 400]),
        "amount": lambda: drawn.choice([0, 1, 49999, 499999, 500000, 500001, 3000000, 10**13]), "yes_no": lambda: drawn.random() < 0.5,
        "day": lambda: first - timedelta(days=drawn.randrange(-10, 90)),
    }

    def value(name: str, type_: str) -> Any:
        if name not in _NEVER_EMPTY and drawn.random() < 0.15:
            return None
        return drawn.choice(_WORDS[name]) if name in _WORDS else of_type[type_]()

    return [{one.name: value(one.name, one.type) for one in CASE_COLUMNS} for _ in range(number)]


def in_the_book(policy: Policy, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    schema = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())})
    sql = sql_of(decide(policy, ibis.table(schema, name="cases"), ["CNY", "JPY", "KWD"]))
    with duckdb.connect(":memory:") as connection:
        rows = [{"party_id": place, **case} for place, case in enumerate(cases)]
        connection.register("cases", pa.Table.from_pylist(rows, schema=schema.to_pyarrow()))
        return connection.sql(f"SELECT {', '.join(DECISION_COLUMNS)} FROM ({sql}) ORDER BY party_id").to_arrow_table().to_pylist()


def assert_same(file: Path, number: int) -> None:
    policy, cases = read_policy(file.read_text(encoding="utf-8")), random_cases(number, SEED)
    with SingleDecisions(policy) as decisions:
        for case, expected in zip(cases, in_the_book(policy, cases), strict=True):
            assert decisions.decided(case) == expected, case


@pytest.mark.parametrize("file", [FIRST_STEPS, LADDER], ids=lambda file: file.stem)
def test_one_case_by_itself_gets_what_it_gets_within_the_book(file: Path) -> None:
    assert_same(file, 300)


@pytest.mark.soak
def test_ten_thousand_cases_get_by_themselves_what_they_get_within_the_book() -> None:
    assert_same(LADDER, 10_000)


def test_random_cases_come_out_by_nearly_every_rule() -> None:
    policy = read_policy(LADDER.read_text(encoding="utf-8"))
    rules = {row["rule"] for row in in_the_book(policy, random_cases(10_000, SEED))}
    assert {"guard:hold", "guard:contact_history_unknown", "organisation", "consumer/end", "consumer/amicable/reminder:back", "consumer/firmer/letter",
            "consumer/amicable/call:waiting", "consumer/pre_legal/review"} <= rules


def test_the_sql_of_a_policy_is_made_once() -> None:
    policy = read_policy(LADDER.read_text(encoding="utf-8"))
    assert sql_of_policy(policy) is sql_of_policy(read_policy(LADDER.read_text(encoding="utf-8") + "\n# a comment\n"))


def test_a_condition_that_reaches_for_a_file_decides_nothing() -> None:
    policy = read_policy(FIRST_STEPS.read_text(encoding="utf-8").replace("currencies > 1", "exists (select 1 from read_csv('x'))", 1))
    with pytest.raises(PolicyNotValid, match="several_currencies"), SingleDecisions(policy):
        pass
