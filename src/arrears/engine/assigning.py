"""Who gets which treatment tonight, where the policy says how much there is of people, visits, messages and money?

Comes in: the night's decisions, what could be permitted, the policy's limits, costs and values, and values that were learnt, where there are any.
Goes out: `assignment.parquet` and what run.json says of it. The choice itself is `decide.capacity`; here tables get their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from arrears.core.reasons import Sentence
from arrears.core.sql import quoted
from arrears.decide.capacity.assigning import assign
from arrears.decide.capacity.of_policy import HARM_BUDGET, LEARNT_SCHEMA, MASK_SCHEMA, limits_of, pairs_of
from arrears.decide.capacity.shapes import ANSWER_SCHEMA, Assignment, kinds_of
from arrears.decide.capacity.words import WHY, shadow_price_said
from arrears.decide.capacity.work import Work
from arrears.decide.policy.compile import rules_of, treatments_of
from arrears.decide.policy.parts import Policy
from arrears.engine import todays_work
from arrears.engine.columns_engine import make_views, rows_by_name, sql_of
from arrears.engine.prescreening import POLICY_CHANNELS
from arrears.engine.tables import DECISION_SCHEMA
from arrears.intake.book.layout import file_digest

ASSIGNED = "assigned"
HARM_LABEL = Sentence("burden for debtors", "对债务人的负担")
TITLE = Sentence("Work within capacity", "产能内的工作安排")


def is_assigned(policy: Policy) -> bool:
    """Does the policy say what there is only so much of, and what is to be made the most of?"""
    return bool(policy.capacity) and policy.values is not None


def alternatives_of(policy: Policy) -> dict[str, tuple[str, ...]]:
    """By rule, the treatments that fit as well."""
    return {rule: others for rule, (_, _, others) in rules_of(policy).items() if others}


@contextmanager
def assigned_sql(connection: duckdb.DuckDBPyConnection, policy: Policy, learnt: Path | None, *, screened: bool) -> Iterator[tuple[str, Assignment]]:
    """SQL of the night's assignment, good until this is left, and what it came to. `decisions` is there, and `prescreen` where it was asked.

    Args:
        learnt: Parquet file with learnt values by case, as `learnt_values.by_case_sql` writes it.

    Raises:
        BadData: the policy or the learnt values cannot be used.
    """
    assert policy.values is not None
    if screened:
        theirs = " ".join(f"WHEN '{rules}' THEN '{policy_name}'" for policy_name, rules in POLICY_CHANNELS.items())
        make_views(connection, {"assign_mask": f"SELECT party_id, CASE channel {theirs} ELSE channel END AS channel, may FROM prescreen"})
    if learnt is not None:
        make_views(connection, {"assign_learnt": f"SELECT * FROM read_parquet({quoted(learnt)})"})
    pairs = pairs_of(
        policy, alternatives_of(policy), ibis.table(DECISION_SCHEMA, name="decisions"),
        ibis.table(MASK_SCHEMA, name="assign_mask") if screened else None, ibis.table(LEARNT_SCHEMA, name="assign_learnt") if learnt else None,
    )
    rows = connection.sql(f"SELECT * FROM ({sql_of(pairs)}) ORDER BY case_id, treatment").to_arrow_table()
    found = assign(rows, limits_of(policy), list(treatments_of(policy)), policy.values.stop_below_minor)
    left = {price.limit.name: price.limit.amount - price.used for price in found.prices}
    shown = {ASSIGNED: found.chosen, todays_work.PAIRS: rows, todays_work.LEFT: pa.table({"name": pa.array(left, pa.string()), "units": pa.array(left.values(), pa.int64())})}
    for name, table in shown.items():
        connection.register(name, table)
    yield _answer_sql(policy, kinds_of(rows)), found
    for name in shown:
        connection.unregister(name)


def _answer_sql(policy: Policy, kinds: tuple[str, ...]) -> str:
    """What was chosen for every case, how that is worked today, and of what there was too little."""
    assert policy.values is not None
    columns = ", ".join(f"coalesce(treatment, {quoted(policy.values.leave_alone)}) AS treatment, treatment IS NULL AS left_alone" if name == "treatment" else name for name in ANSWER_SCHEMA.names)
    told = f"SELECT {columns}, {todays_work.work_sql()} AS work FROM {ASSIGNED}"
    shapes = ", ".join(f"{sql} AS {name}" for name, sql in todays_work.shape_sql(treatments_of(policy), "treatment").items())
    return (
        f"SELECT a.*, {shapes}, CASE WHEN work = '{Work.WAITS}' THEN coalesce(short_of, []) ELSE []::VARCHAR[] END AS short_of "
        f"FROM ({told}) a LEFT JOIN ({todays_work.short_of_sql(kinds)}) USING (case_id)"
    )


def told(policy: Policy, found: Assignment) -> dict[str, Any]:
    """What run.json says of an assignment, with each shadow price in words."""
    labels = {HARM_BUDGET: HARM_LABEL, **{limit.id: limit.label for limit in policy.capacity.values()}}
    return {
        "currency": policy.currency, "net_minor": found.net_minor, "bound_minor": found.bound_minor, "proven": found.proven, "gap_ppm": found.gap_ppm,
        "limits": [
            {
                "name": price.limit.name, "unit": str(price.limit.unit), "amount": price.limit.amount, "used": price.used, "per": price.per,
                "worth_minor": price.worth_minor, "label": _both(labels[price.limit.name]), "said": _both(shadow_price_said(price, labels[price.limit.name], policy.currency)),
            }
            for price in found.prices
        ],
    }


def counted(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """How many cases got what was proposed, and why the others did not. `assignment` is there."""
    rows = rows_by_name(connection, "SELECT why, count(*) AS cases, count(*) FILTER (left_alone) AS left_alone FROM assignment GROUP BY why ORDER BY why")
    said: Mapping[str, Sentence] = {str(why): sentence for why, sentence in WHY.items()}
    return [{**row, "said": _both(said[row["why"]])} for row in rows]


def values_told(connection: duckdb.DuckDBPyConnection, inputs: Mapping[str, str], kept: Path | None) -> dict[str, Any]:
    """What run.json says of learnt values: which file, by its SHA-256, how many there were, for how many cases of the night; nothing without any.

    Args:
        inputs: `inputs_of`.
        kept: the values as the run keeps them. `decisions` is there.
    """
    if kept is None:
        return {}
    (row,) = rows_by_name(connection, f"SELECT count(*) AS rows, count(DISTINCT case_id) AS cases FROM read_parquet({quoted(kept)}) WHERE case_id IN (SELECT case_id FROM decisions)")
    return {"learnt_values": {"digest": inputs["learnt_values"], **row}}


def inputs_of(policy: Policy, learnt: Path | None) -> dict[str, str]:
    """What an assignment depends on besides the policy and the night's tables."""
    return {"learnt_values": file_digest(learnt)} if learnt is not None and is_assigned(policy) else {}


def _both(sentence: Sentence) -> dict[str, str]:
    return {"en": sentence.en, "zh": sentence.zh}
