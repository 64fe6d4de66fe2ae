"""Does another rule engine decide the same table the same way, and does a table come back as it went?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
import zen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.core.reasons import Sentence
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import chosen
from arrears.decide.policy.jdm import NotInJdm, rows_of_jdm, to_jdm
from arrears.decide.policy.parts import Policy, Row, Treatment
from arrears.decide.policy.regions import Cells, condition_tree
from arrears.decide.policy.table import read_policy
from arrears.engine.columns_engine import sql_of

COLUMNS = {"days_past_due": "whole", "refusals": "whole", "amount_overdue_minor": "amount", "kind": "text", "product": "text", "first_item_missing": "yes_no"}
NUMBERS, TEXTS = (0, 1, 5, 30, 31, 500000), ("person", "organisation", "card", "it's")
SAID = Sentence("As the table says.", "按表处置。")


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(COLUMNS)))
    if draw(st.integers(0, 5)) == 0:
        return f"{name} is null"
    if COLUMNS[name] == "yes_no":
        return name
    values = TEXTS if COLUMNS[name] == "text" else NUMBERS
    value = st.sampled_from(values).map(_literal)
    shapes = [st.builds(lambda v: f"{name} = {v}", value), st.builds(lambda v: f"{name} <> {v}", value),
              st.builds(lambda vs: f"{name} in ({', '.join(vs)})", st.lists(value, min_size=1, max_size=3))]
    if COLUMNS[name] != "text":
        shapes += [st.builds(lambda op, v: f"{name} {op} {v}", st.sampled_from(["<", "<=", ">", ">="]), value),
                   st.builds(lambda a, b: f"{name} between {a} and {b}", value, value)]
    return draw(st.one_of(shapes))


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(inner.map(lambda one: f"not ({one})"), st.builds(lambda a, op, b: f"({a}) {op} ({b})", inner, st.sampled_from(["and", "or"]), inner)),
    max_leaves=4,
)
CASES = st.fixed_dictionaries({
    name: st.none() | (st.booleans() if type_ == "yes_no" else st.sampled_from(TEXTS) if type_ == "text" else st.sampled_from((*NUMBERS, 2, 29, 499999)))
    for name, type_ in COLUMNS.items()
})


def policy_of(conditions: list[str]) -> Policy:
    treatments = {f"t{place}": Treatment(f"t{place}", SAID, "none", contact=False, automatic=True) for place in range(len(conditions) + 1)}
    rows = [Row(f"row_{place}", SAID, when, f"t{place}") for place, when in enumerate(conditions)]
    return Policy("random", SAID, treatments, (*rows, Row("row_last", SAID, None, f"t{len(conditions)}")), "0")


def rows_by_columns(policy: Policy, cases: list[dict[str, Any]]) -> list[str]:
    table = ibis.table({"place": "int64", **dict(CASE_SCHEMA.items())}, name="cases")
    matched = chosen(policy, table)
    with duckdb.connect(":memory:") as connection:
        rows = [{"place": place, **case} for place, case in enumerate(cases)]
        connection.register("cases", pa.Table.from_pylist(rows, schema=table.schema().to_pyarrow()))
        return [row for (row,) in connection.execute(f"SELECT table_row FROM ({sql_of(matched)}) ORDER BY place").fetchall()]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CONDITIONS, min_size=1, max_size=5), st.lists(CASES, min_size=1, max_size=25))
def test_an_independent_engine_decides_every_random_table_the_same_way(conditions: list[str], cases: list[dict[str, Any]]) -> None:
    policy = policy_of(conditions)
    decision = zen.ZenEngine().create_decision(json.dumps(to_jdm(policy)))
    theirs = [decision.evaluate(case)["result"]["row"] for case in cases]
    assert theirs == rows_by_columns(policy, cases)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CONDITIONS, min_size=1, max_size=8), st.lists(CASES, min_size=10, max_size=60))
def test_an_independent_engine_decides_hundreds_of_random_tables_the_same_way(conditions: list[str], cases: list[dict[str, Any]]) -> None:
    policy = policy_of(conditions)
    decision = zen.ZenEngine().create_decision(json.dumps(to_jdm(policy)))
    assert [decision.evaluate(case)["result"]["row"] for case in cases] == rows_by_columns(policy, cases)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CONDITIONS, min_size=1, max_size=4), st.lists(CASES, min_size=1, max_size=15))
def test_a_table_that_went_out_and_came_back_decides_the_same(conditions: list[str], cases: list[dict[str, Any]]) -> None:
    policy = policy_of(conditions)
    rows = rows_of_jdm(json.loads(json.dumps(to_jdm(policy))))
    assert [(row.id, row.treatment, row.reason) for row in rows] == [(row.id, row.treatment, row.reason) for row in policy.rows]
    back = Policy(policy.name, policy.label, policy.treatments, rows, "1")
    assert rows_by_columns(back, cases) == rows_by_columns(policy, cases)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITIONS, st.lists(CASES, min_size=5, max_size=40))
def test_a_region_that_is_empty_holds_no_case_and_a_region_that_is_all_holds_every_case(condition: str, cases: list[dict[str, Any]]) -> None:
    tree = condition_tree(condition)
    cells = Cells([tree])
    possible = [case for case in cases if case["kind"] in ("person", "organisation") and all(case[name] is not None for name in ("product", "refusals", "first_item_missing"))]
    held = [row == "row_0" for row in rows_by_columns(policy_of([condition]), possible)] if possible else []
    if not cells.region(tree):
        assert not any(held)
    if not cells.less([{}], cells.region(tree)):
        assert all(held)


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("oldest_due_on < date '2026-01-01'", "oldest_due_on"),
        ("amount_overdue_minor > 2 * 5", r"2 \* 5"),
        ("amount_overdue_minor > balance_minor", "balance_minor"),
        ("coalesce(refusals, 0) > 1", "COALESCE"),
        ("kind > 'person'", "orders texts"),
    ],
)
def test_what_has_no_equal_is_refused_by_name(when: str, says: str) -> None:
    with pytest.raises(NotInJdm, match=says):
        to_jdm(policy_of([when]))


def test_a_ladder_is_refused_by_name() -> None:
    with pytest.raises(NotInJdm, match="ladder “consumer”"):
        to_jdm(read_policy((Path(__file__).parent / "policies" / "ladder.yaml").read_text(encoding="utf-8")))


def test_a_table_made_elsewhere_with_cells_of_single_tests_is_taken_in() -> None:
    graph = to_jdm(policy_of(["refusals > 1"]))
    table = graph["nodes"][1]["content"]
    table["inputs"] = [{"id": "d", "name": "Days", "field": "days_past_due"}, {"id": "k", "name": "Kind", "field": "kind"}]
    first, _last = table["rules"]
    del first["condition"]
    first |= {"d": "[1..30), > 90", "k": "'person', null"}
    assert rows_of_jdm(graph)[0].when == "((days_past_due >= 1 and days_past_due < 30) or (days_past_due > 90)) and ((kind = 'person') or (kind is null))"
    for cell, says in (("now() > 3", "now"), ("sum(1, 2)", "sum"), ("> 1.5", "1.5"), ("[1..", "the end")):
        first["d"] = cell
        with pytest.raises(NotInJdm, match=says):
            rows_of_jdm(graph)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda graph: graph["nodes"].append({"type": "functionNode", "name": "f"}), "functionNode"),
        (lambda graph: graph["nodes"].pop(1), "0 decision tables"),
        (lambda graph: graph["nodes"][1]["content"].update(hitPolicy="collect"), "collect"),
        (lambda graph: graph["nodes"][1]["content"]["outputs"].pop(), "outputs"),
    ],
)
def test_a_graph_that_says_more_than_a_table_is_refused_by_name(change: Any, says: str) -> None:
    graph = to_jdm(policy_of(["refusals > 1"]))
    change(graph)
    with pytest.raises(NotInJdm, match=says):
        rows_of_jdm(graph)
