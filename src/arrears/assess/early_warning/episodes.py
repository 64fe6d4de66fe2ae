"""Is this the alert of last night, and what became of it?

The same finding carries the same `alert_id`, so its first day goes with it. `new_overdue` and `worse_bucket` are seen only on the night
of the change; they stay as long as the case stands in the bucket it moved to (a further move is an alert of its own, a better bucket
ends it). Every other kind stays as long as its ground does. An alert whose ground is gone is not repeated: the run before still tells it.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.early_warning.kinds import FOUND_COLUMNS
from arrears.assess.early_warning.settings import EarlyWarningSettings

OF_CHANGE = ("new_overdue", "worse_bucket")
STATES = ("escalated", "new", "open", "acknowledged")
"""In the order in which a person should look."""
ALERT_SCHEMA = ibis.schema({
    "alert_id": "int64", "kind": "string", "state": "string", "case_id": "int64", "party_id": "int64", "account_id": "int64", "episode_on": "date",
    "raised_on": "date", "last_seen_on": "date", "nights_open": "int32", "bucket_before": "string", "bucket": "string", "days_past_due": "int32",
    "amount_overdue_minor": "int64", "amount_at_stake_minor": "int64", "currency": "string", "reason_en": "string", "reason_zh": "string",
})
FOUND_SCHEMA = ibis.schema({"alert_id": "int64", **{name: ALERT_SCHEMA[name] for name in FOUND_COLUMNS}})


def still_standing(before: ir.Table, decisions: ir.Table) -> ir.Table:
    """Alerts of a change that the run before had and whose case still stands in that bucket, with tonight's days and amounts."""
    joined = before.filter(before.kind.isin(OF_CHANGE)).inner_join(decisions, ["case_id", "bucket"])
    tonight = {name: decisions[name] for name in ("days_past_due", "amount_overdue_minor", "amount_at_stake_minor", "currency")}
    return joined.select(*(before[name] for name in FOUND_SCHEMA.names if name not in tonight), **tonight).select(*FOUND_SCHEMA.names)


def lives(found: ir.Table, before: ir.Table, decisions: ir.Table, acknowledged: ir.Table, settings: EarlyWarningSettings, on: date) -> ir.Table:
    """Tonight's alerts with first day, nights and state.

    Args:
        found: what tonight gives ground for, with FOUND_SCHEMA.
        before: alerts of the run before; empty for a first run.
        decisions: tonight's cases.
        acknowledged: alert_id of each alert that a person has acknowledged by the day.
    """
    carried = still_standing(before, decisions)
    both = ibis.union(found.select(*FOUND_SCHEMA.names), carried.anti_join(found, "alert_id"), distinct=False)
    known = before.select("alert_id", was_raised_on=before.raised_on, nights_before=before.nights_open)
    seen = acknowledged.select(acknowledged_id=acknowledged.alert_id).distinct()
    told = both.left_join(known, "alert_id").drop("alert_id_right")
    told = told.left_join(seen, told.alert_id == seen.acknowledged_id)
    raised = ibis.coalesce(told.was_raised_on, ibis.literal(on))
    days = ibis.literal(on).delta(raised, unit="day")
    state = ibis.cases(
        (told.acknowledged_id.notnull(), "acknowledged"), (days >= settings.escalate_after_days, "escalated"), (told.was_raised_on.isnull(), "new"), else_="open"
    )
    return told.mutate(
        state=state, raised_on=raised, last_seen_on=ibis.literal(on), nights_open=(ibis.coalesce(told.nights_before, 0) + 1).cast("int32")
    ).select(*ALERT_SCHEMA.names)
