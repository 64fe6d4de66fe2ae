"""What of a night's decisions is done today, what waits, and who is left alone?

Comes in: the decisions of a night and its assignment, as relations. Goes out: the decisions as they are worked, with what the policy had proposed and
why the two differ. Night and pages ask here, so that the worklist and its figures say the same. Without an assignment decisions are worked as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from arrears.core.sql import quoted
from arrears.decide.capacity.shapes import Why
from arrears.decide.capacity.work import Work
from arrears.decide.policy.parts import Treatment

LEFT_ALONE_QUEUE = "left_alone"
"""Whose work a case is that is left alone: nobody's, until something changes."""
WORK_SCHEMA = ibis.schema({"proposed": "string", "work": "string", "why": "string", "short_of": "array<string>"})
"""What a worked decision says beyond the decision. `short_of`: names of the limits that are used up and that the proposal needs."""
PAIRS, LEFT = "assign_pairs", "assign_left"


def work_sql() -> str:
    """SQL of a case's `Work` out of a row of `decide.capacity.shapes.ANSWER_SCHEMA`."""
    return (
        f"CASE WHEN treatment IS NOT NULL THEN '{Work.TODAY}' WHEN why = '{Why.LAW}' THEN '{Work.BARRED}' "
        f"WHEN why = '{Why.STOP_RULE}' THEN '{Work.LEFT_ALONE}' ELSE '{Work.WAITS}' END"
    )


def shape_sql(treatments: Mapping[str, Treatment], column: str) -> dict[str, str]:
    """SQL of channel and queue of the treatment that a column names."""
    def named(told: Mapping[str, str]) -> str:
        return f"CASE {column} " + " ".join(f"WHEN {quoted(name)} THEN {quoted(value)}" for name, value in told.items()) + " END"

    return {
        "channel": named({name: one.shown_channel for name, one in treatments.items()}),
        "queue": named({name: one.queue for name, one in treatments.items()}),
    }


def short_of_sql(kinds: tuple[str, ...]) -> str:
    """SQL of the limits into whose rest the proposal of a case does not fit: case_id, short_of.

    `assign_pairs` are the pairs that were weighed, `assign_left` says how much of each limit is left (name, units).
    """
    uses = " UNION ALL ".join(f"SELECT case_id, {kind}_limit AS name, {kind}_use AS use FROM {PAIRS} WHERE proposed AND {kind}_limit IS NOT NULL" for kind in kinds)
    return (
        f"SELECT case_id, list(DISTINCT name ORDER BY name) AS short_of FROM ({uses or 'SELECT NULL::BIGINT AS case_id, NULL AS name, 0 AS use'}) "
        f"JOIN {LEFT} USING (name) WHERE use > units GROUP BY case_id"
    )


def worked_sql(decisions: str, assignment: str) -> str:
    """SQL of decisions as they are worked: in the treatment that was assigned, with the columns of `WORK_SCHEMA`.

    What waits keeps its proposal and queue; who is left alone is in nobody's queue. A case that the assignment does not know is worked as decided.

    Args:
        decisions, assignment: relations as SQL knows them.
    """
    other = f"a.work = '{Work.TODAY}' AND a.treatment <> d.treatment"
    alone = f"a.work = '{Work.LEFT_ALONE}'"
    return (
        "SELECT d.* REPLACE ("
        f"CASE WHEN {other} OR {alone} THEN a.treatment ELSE d.treatment END AS treatment, "
        f"CASE WHEN {other} OR {alone} THEN a.channel ELSE d.channel END AS channel, "
        f"CASE WHEN {other} THEN a.queue WHEN {alone} THEN '{LEFT_ALONE_QUEUE}' ELSE d.queue END AS queue), "
        f"d.treatment AS proposed, coalesce(a.work, '{Work.TODAY}') AS work, a.why, a.short_of "
        f"FROM {decisions} d LEFT JOIN {assignment} a USING (case_id)"
    )
