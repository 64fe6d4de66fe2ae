"""Which one fact, had it been another, would have led to another treatment?

The values tried are those at which the policy itself turns: every figure, text and yes-or-no that one of its conditions compares a column with, and
the values just beside a figure. Each is put in the place of what is known, one column at a time, and the policy decides the case anew, guards
and ladders included, all in one question. For each column the nearest value that leads to another treatment is told: what is said is
what would have happened, not what a formula suggests (counterfactual explanations after Wachter, Mittelstadt and Russell 2018, with the decision
procedure itself as the judge). Facts hang together in life, columns here do not: it is a statement about the policy, not a promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
import sqlglot
from sqlglot import exp

from arrears.core.reasons import Sentence
from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.decide.policy.compile import chosen, treatments_of
from arrears.decide.policy.parts import Policy
from arrears.decide.policy.terms import condition_of, row_condition
from arrears.engine.columns_engine import EngineSettings, column_engine, rows_by_name, sql_of

_COLUMNS = {column.name: column for column in CASE_COLUMNS}
_BESIDE = {"whole": 1, "amount": 1}
NOT_TRIED = frozenset({"language", "currency", "as_of", "ladder_before", "stage_before", "step_before", "step_since_before", "stage_since_before"})
"""What is no fact about how a debt stands."""
HOLD_TRIED = "dispute"


@dataclass(frozen=True, slots=True)
class Change:
    """Had this column had that value, the case would have been treated so."""

    column: str
    meaning: Sentence
    was: Any
    would_be: Any
    treatment: str
    treatment_label: Sentence
    rule: str


def what_would_change(policy: Policy, case: Mapping[str, Any]) -> list[Change]:
    """The nearest change of each single column that leads to another treatment, those of the debt itself first.

    Args:
        case: a row of decisions, with the case columns.
    """
    tried = [(column, value) for column, values in _values(policy).items() if column in case for value in _around(column, case[column], values)]
    decided = _decided(policy, case, [{**case, column: value} for column, value in tried])
    first, labels = decided[0], treatments_of(policy)
    found: dict[str, Change] = {}
    for (column, value), answer in zip(tried, decided[1:], strict=True):
        if answer["treatment"] == first["treatment"]:
            continue
        label = labels[answer["treatment"]].label
        change = Change(column, _COLUMNS[column].meaning, case[column], value, answer["treatment"], label, answer["rule"])
        if column not in found or _distance(change) < _distance(found[column]):
            found[column] = change
    order = list(_COLUMNS)
    return sorted(found.values(), key=lambda change: order.index(change.column))


def _distance(change: Change) -> float:
    """How far the value is from what is known; texts and what is not known are all alike far."""
    was, would_be = change.was, change.would_be
    if isinstance(was, bool) or was is None or would_be is None or isinstance(was, str):
        return float("inf")
    return float(abs((would_be - was).days)) if isinstance(was, date) else float(abs(would_be - was))


def _conditions(policy: Policy) -> Iterator[str]:
    """Every condition of the policy, written out."""
    yield from (text for row in policy.rows if (text := row_condition(policy, row)) is not None)
    for ladder in policy.ladders.values():
        stated = [ladder.back.when, *(stage.enter for stage in ladder.stages), *(text for stage in ladder.stages for step in stage.steps for text in (step.when, step.until))]
        yield from (condition_of(policy, text) for text in stated if text is not None)


def _values(policy: Policy) -> dict[str, set[Any]]:
    """For each column the values its conditions compare it with; what a guard asks is among them."""
    found: dict[str, set[Any]] = {"hold_kinds": {"", HOLD_TRIED}, "contact_history_known": {True, False}}
    for text in _conditions(policy):
        for node in sqlglot.parse_one(text, dialect="duckdb").walk():
            if isinstance(node, exp.Column) and node.name in _COLUMNS and node.name not in NOT_TRIED:
                found.setdefault(node.name, set()).update(_compared_with(node))
    return found


def _compared_with(column: exp.Column) -> set[Any]:
    """What stands on the other side of the comparison in which a column stands."""
    kind, parent = _COLUMNS[column.name].type, column.parent
    if kind == "yes_no":
        return {True, False}
    if parent is None:
        return set()
    values = {_literal(node, kind) for node in parent.find_all(exp.Literal)}
    return {value for value in values if value is not None}


def _literal(node: exp.Literal, kind: str) -> Any:
    if kind == "text":
        return node.this if node.is_string else None
    if kind == "day":
        try:
            return date.fromisoformat(node.this)
        except ValueError:
            return None
    if node.is_string or not node.this.isdigit():
        return None
    return -int(node.this) if isinstance(node.parent, exp.Neg) else int(node.this)


def _around(column: str, known: Any, values: set[Any]) -> list[Any]:
    """The values to try: each one compared with, and the ones beside a figure or day, but what is known already."""
    kind = _COLUMNS[column].type
    tried: set[Any] = set(values)
    if kind in _BESIDE:
        tried |= {value + step for value in values for step in (-1, 1)}
        tried = {value for value in tried if value >= 0}
    if kind == "day":
        tried |= {value + timedelta(days=step) for value in values for step in (-1, 1)}
    return sorted((value for value in tried if value != known), key=str)


def _decided(policy: Policy, case: Mapping[str, Any], changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Treatment and rule of the case and of each changed one, by the policy's own expression."""
    schema = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())})
    rows = [{"party_id": place, **{name: one.get(name) for name in CASE_SCHEMA}} for place, one in enumerate([case, *changed])]
    decided = chosen(policy, ibis.table(schema, name="cases"))
    with column_engine(EngineSettings(threads=1)) as connection:
        connection.register("cases", pa.Table.from_pylist(rows, schema=schema.to_pyarrow()))
        return rows_by_name(connection, f"SELECT treatment, rule FROM ({sql_of(decided)}) ORDER BY party_id")
