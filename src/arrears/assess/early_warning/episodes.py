"""Is this the alert of last night, and what became of it?

The same finding carries the same `alert_id`, so its first day goes with it. `new_overdue` and `worse_bucket` are seen only on the night
of the change; they stay as long as the case stands in the bucket it moved to (a further move is an alert of its own, a better bucket
ends it). `broken_pattern` stays until the payment it is about has come. Every other kind stays as long as its ground does. Findings about
one payment of one person are one alert. An alert that ends is told as `resolved`, with the day and why, for some days more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import bucket_said
from arrears.assess.early_warning.kinds import FOUND_COLUMNS, KINDS
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.reasons import LANGUAGES

OF_CHANGE = ("new_overdue", "worse_bucket")
RESOLVED = "resolved"
STATES = ("escalated", "new", "open", "acknowledged", RESOLVED)
"""In the order in which a person should look."""
ALERT_SCHEMA = ibis.schema({
    "alert_id": "int64", "kind": "string", "state": "string", "case_id": "int64", "party_id": "int64", "account_id": "int64", "episode_on": "date",
    "about_on": "date", "raised_on": "date", "last_seen_on": "date", "nights_open": "int32", "bucket_before": "string", "bucket": "string",
    "days_past_due": "int32", "amount_overdue_minor": "int64", "amount_at_stake_minor": "int64", "currency": "string", "reason_en": "string",
    "reason_zh": "string", "further_en": "string", "further_zh": "string", "resolved_on": "date", "resolution_en": "string", "resolution_zh": "string",
})
FOUND_SCHEMA = ibis.schema({"alert_id": "int64", **{name: ALERT_SCHEMA[name] for name in FOUND_COLUMNS}})
_TONIGHT = ("days_past_due", "amount_overdue_minor", "amount_at_stake_minor", "currency")


def still_standing(before: ir.Table, decisions: ir.Table, position: ir.Table) -> ir.Table:
    """Alerts of the run before whose ground is seen once only and that have not ended, with tonight's days and amounts.

    A change stands while the case stands in that bucket, a broken pattern while the payment it is about is the oldest missing one of its
    account (of several missing ones it was the first).
    """
    changes = before.filter(before.kind.isin(OF_CHANGE)).inner_join(decisions, ["case_id", "bucket"])
    of_change = changes.select(*(before[name] for name in FOUND_SCHEMA.names if name not in _TONIGHT), **{name: decisions[name] for name in _TONIGHT})
    broken = before.filter(before.kind == "broken_pattern").inner_join(position, [before.account_id == position.account_id, before.about_on == position.oldest_due_on])
    tonight = {name: position[name] for name in ("days_past_due", "amount_overdue_minor", "currency", "bucket")}
    of_pattern = broken.select(
        *(before[name] for name in FOUND_SCHEMA.names if name not in (*_TONIGHT, "bucket")), **tonight, amount_at_stake_minor=position.amount_overdue_minor
    )
    return ibis.union(of_change.select(*FOUND_SCHEMA.names), of_pattern.select(*FOUND_SCHEMA.names), distinct=False)


def one_a_payment(found: ir.Table) -> ir.Table:
    """Of the findings about one payment of one person the first in the order of KINDS, the others told as its further reasons.

    Returns:
        FOUND_SCHEMA and further_en, further_zh (null where there is nothing further).
    """
    place = ibis.cases(*((found.kind == kind, number) for number, kind in enumerate(KINDS)), else_=len(KINDS))
    itself = ibis.ifelse(found.about_on.isnull(), found.alert_id, ibis.null("int64"))
    keyed = found.mutate(place=place.cast("int32"), itself=itself)
    order = [ibis.asc("place"), ibis.desc("amount_at_stake_minor", nulls_first=False), ibis.asc("alert_id")]
    ranked = keyed.mutate(nth=ibis.row_number().over(ibis.window(group_by=["party_id", "about_on", "itself"], order_by=order)))
    others = ranked.filter((ranked.nth > 0) & ranked.about_on.notnull())
    further = others.group_by("party_id", "about_on").agg(
        further_en=others.reason_en.group_concat(" ", order_by="nth"), further_zh=others.reason_zh.group_concat("", order_by="nth")
    )
    first = ranked.filter(ranked.nth == 0).select(*FOUND_SCHEMA.names)
    return first.left_join(further, ["party_id", "about_on"]).select(first, further.further_en, further.further_zh)


def alive(before: ir.Table) -> ir.Table:
    """Those of the run before that have not ended."""
    return before.filter(before.state != RESOLVED)


def alerts_tonight(found: ir.Table, before: ir.Table, decisions: ir.Table, position: ir.Table) -> ir.Table:
    """What tonight is an alert: what was found and what still stands from the run before, one alert a payment. Columns as `one_a_payment`.

    Args:
        found: what tonight gives ground for, with FOUND_SCHEMA.
        before: alerts of the run before; empty for a first run.
        decisions: tonight's cases; position: tonight's accounts.
    """
    carried = still_standing(alive(before), decisions, position).anti_join(found, "alert_id")
    return one_a_payment(ibis.union(found.select(*FOUND_SCHEMA.names), carried, distinct=False))


def lives(
    told: ir.Table, before: ir.Table, decisions: ir.Table, position: ir.Table, acknowledged: ir.Table, settings: EarlyWarningSettings,
    bucket_names: Sequence[str], on: date,
) -> ir.Table:
    """Tonight's alerts with first day, nights and state, and those that ended within the last days.

    Args:
        told: rows of `alerts_tonight`; before, decisions, position: as there.
        acknowledged: alert_id and day (valid_on) of each alert that a person has acknowledged by the day, the last time. It counts for
            the life in which it was given: an alert that ended and comes again is new again.
        bucket_names: of the lender, to call them as people do.
    """
    tonight = _aged(told, alive(before), acknowledged, settings, on)
    ended = _ended(alive(before).anti_join(told, "alert_id"), told, decisions, position, bucket_names, on)
    shown_since = ibis.literal(on - timedelta(days=settings.resolved_shown_days))
    ended_before = before.filter((before.state == RESOLVED) & (before.resolved_on > shown_since)).anti_join(told, "alert_id")
    return ibis.union(tonight, ended, ended_before.select(*ALERT_SCHEMA.names), distinct=False)


def _aged(told: ir.Table, known_before: ir.Table, acknowledged: ir.Table, settings: EarlyWarningSettings, on: date) -> ir.Table:
    """Tonight's alerts in the columns of ALERT_SCHEMA."""
    known = known_before.select("alert_id", was_raised_on=known_before.raised_on, nights_before=known_before.nights_open)
    seen = acknowledged.group_by("alert_id").agg(acknowledged_on=acknowledged.valid_on.max())
    each = told.left_join(known, "alert_id").drop("alert_id_right").left_join(seen, "alert_id").drop("alert_id_right")
    raised = ibis.coalesce(each.was_raised_on, ibis.literal(on))
    days = ibis.literal(on).delta(raised, unit="day")
    state = ibis.cases(
        ((each.acknowledged_on >= raised).fill_null(False), "acknowledged"), (days >= settings.escalate_after_days, "escalated"),
        (each.was_raised_on.isnull(), "new"), else_="open",
    )
    return each.mutate(
        state=state, raised_on=raised, last_seen_on=ibis.literal(on), nights_open=(ibis.coalesce(each.nights_before, 0) + 1).cast("int32"),
        resolved_on=ibis.null("date"), resolution_en=ibis.null("string"), resolution_zh=ibis.null("string"),
    ).select(*ALERT_SCHEMA.names)


def _ended(gone: ir.Table, told: ir.Table, decisions: ir.Table, position: ir.Table, bucket_names: Sequence[str], on: date) -> ir.Table:
    """Alerts of the run before that are none tonight, each with the day and why."""
    taken_over = told.filter(told.about_on.notnull()).select("party_id", "about_on", taken_over=ibis.literal(True)).distinct()
    cases = decisions.select("party_id", bucket_now=decisions.bucket)
    accounts = position.select("account_id", oldest_now=position.oldest_due_on, next_now=position.next_due_on)
    each = gone.left_join(taken_over, ["party_id", "about_on"]).drop("party_id_right", "about_on_right")
    each = each.left_join(cases, "party_id").drop("party_id_right").left_join(accounts, "account_id").drop("account_id_right")
    taken_on = ibis.coalesce(each.about_on.cast("string"), "")
    stands_en, stands_zh = (ibis.coalesce(bucket_said(each.bucket_now, bucket_names, language), "") for language in LANGUAGES)
    was_missing = (each.about_on <= each.last_seen_on).fill_null(False)
    has_come = was_missing & (each.oldest_now.isnull() | (each.oldest_now > each.about_on))
    came_before = ~was_missing & each.oldest_now.isnull() & ibis.coalesce(each.next_now > each.about_on, each.about_on.notnull())
    grounds: list[tuple[ir.BooleanValue, str | ir.Value, str | ir.Value]] = [
        (each.taken_over.notnull(), "Told in another alert about the same payment.", "已并入同一笔款的另一条预警。"),
        ((each.bucket != "current") & each.bucket_now.isnull(), "Nothing of this person is overdue any more.", "此人已无逾期。"),
        (each.kind.isin(OF_CHANGE), "The case stands at " + stands_en + " now.", "案件现为 " + stands_zh + "。"),
        (has_come | came_before, "The payment due " + taken_on + " has come.", taken_on + " 到期的一期已还清。"),
    ]
    en, zh = (ibis.cases(*((when.fill_null(False), pair[language]) for when, *pair in grounds), else_=rest)
              for language, rest in ((0, "What spoke for it is no longer so."), (1, "触发依据已不存在。")))
    return each.mutate(state=ibis.literal(RESOLVED), resolved_on=ibis.literal(on), resolution_en=en, resolution_zh=zh).select(*ALERT_SCHEMA.names)
