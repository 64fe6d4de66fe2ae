"""How old is what is outstanding, and how much of it is late?"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_between, days_later, money_sum
from arrears.assess.delinquency.components import overdue_components
from arrears.assess.delinquency.pauses import paused_since
from arrears.assess.delinquency.settings import CURRENT, MONTHS_SHOWN_APART, DayOnDueDate, DelinquencySettings


def is_late(due_on: ir.DateColumn, settings: DelinquencySettings, on: date) -> ir.BooleanColumn:
    """Is an unpaid item with this due date late at the end of the day `on`? Within the tolerance of days it is not."""
    last_day_on_time = on - timedelta(days=settings.tolerance.days)
    if settings.day_on_due_date is DayOnDueDate.ONE:
        return due_on <= ibis.literal(last_day_on_time)
    return due_on < ibis.literal(last_day_on_time)


def is_open(outstanding_minor: ir.IntegerColumn, settings: DelinquencySettings) -> ir.BooleanColumn:
    """Is enough missing for the item to count as unpaid?"""
    return outstanding_minor > settings.tolerance.short_minor


def days_late(oldest_due_on: ir.DateColumn, settings: DelinquencySettings, on: date) -> ir.IntegerColumn:
    """Days past due by this lender's count; 0 where nothing is overdue (no oldest due date)."""
    days = days_between(oldest_due_on, on) + int(settings.day_on_due_date)
    return days.fill_null(0).cast("int32")


def bucket_of_days(days_past_due: ir.IntegerColumn, settings: DelinquencySettings) -> ir.StringColumn:
    """Under which name does an account this many days past due stand?"""
    ranges = [
        (days_past_due >= bucket.from_days if bucket.to_days is None else days_past_due.between(bucket.from_days, bucket.to_days), bucket.name)
        for bucket in settings.buckets
    ]
    return ibis.cases(*ranges, else_=CURRENT)


def bucket_of_months(months_past_due: ir.IntegerColumn) -> ir.StringColumn:
    """Under which name does an account stand that knows its lateness in whole months only?"""
    exact = [(months_past_due == month, f"{month}m") for month in range(1, MONTHS_SHOWN_APART)]
    return ibis.cases(*exact, (months_past_due >= MONTHS_SHOWN_APART, f"{MONTHS_SHOWN_APART}m+"), else_=CURRENT)


def age(outstanding: ir.Table, settings: DelinquencySettings, on: date, pauses: ir.Table | None = None) -> ir.Table:
    """Per account: since when, how many items, how much is overdue; what is owed in all; what falls due next.

    Args:
        outstanding: items with `outstanding_minor`, as `appropriate` gives them.
        settings: the lender's conventions.
        on: the day looked at.
        pauses: rows of `pauses.PAUSE_SCHEMA`, if the book has any.

    Returns:
        account_id, oldest_due_on (null where nothing is overdue), contractual_due_on (the same where no due date moves), overdue_items, amount_overdue_minor, balance_minor,
        next_due_on (null where nothing is outstanding later), days_past_due (contractual), delinquent_on (the first day of the tag:
        the oldest overdue due date and the grace), days_delinquent (days past due less grace and pauses, never below 0).
    """
    owed = outstanding.filter(outstanding.outstanding_minor > 0)
    late = is_late(owed.due_on, settings, on) & is_open(owed.outstanding_minor, settings)
    to_come = ~is_late(owed.due_on, settings, on)
    stated_on = owed.contractual_due_on if "contractual_due_on" in owed.columns else owed.due_on
    aged = owed.group_by("account_id").agg(
        oldest_due_on=owed.due_on.min(where=late),
        contractual_due_on=stated_on.min(where=late),
        next_due_on=owed.due_on.min(where=to_come),
        overdue_items=owed.due_on.count(where=late).cast("int32"),
        amount_overdue_minor=money_sum(owed.outstanding_minor, where=late),
        balance_minor=money_sum(owed.outstanding_minor),
        **overdue_components(owed, late, settings.component_order),
    )
    counted = aged.mutate(days_past_due=days_late(aged.oldest_due_on, settings, on))
    return tagged(counted, settings, on, pauses)


def tagged(aged: ir.Table, settings: DelinquencySettings, on: date, pauses: ir.Table | None) -> ir.Table:
    """Days delinquent: what is left of the days past due once grace and paused days are taken off.

    Args:
        aged: account_id, oldest_due_on, days_past_due, whatever else.

    Returns:
        The same with delinquent_on and days_delinquent.
    """
    grace = settings.tag_grace_days
    if pauses is None:
        rested = aged.mutate(paused_days=ibis.literal(0, type="int32"))
    else:
        overdue = aged.filter(aged.oldest_due_on.notnull()).select("account_id", since_on=aged.oldest_due_on)
        stopped = paused_since(overdue, pauses, on)
        rested = aged.left_join(stopped, "account_id").select(aged, paused_days=ibis.coalesce(stopped.paused_days, ibis.literal(0, type="int32")))
    left = rested.days_past_due - grace - rested.paused_days
    return rested.mutate(
        delinquent_on=days_later(rested.oldest_due_on, grace),
        days_delinquent=ibis.greatest(left, ibis.literal(0)).cast("int32"),
    ).drop("paused_days")


def item_buckets(outstanding: ir.Table, settings: DelinquencySettings, on: date, pauses: ir.Table | None = None) -> ir.Table:
    """Each overdue item by itself: its days (less pauses, but without grace) and its bucket.

    Args:
        outstanding: items with `outstanding_minor`.

    Returns:
        account_id, due_on, sequence, outstanding_minor, days (1 or more), bucket.
    """
    late = outstanding.filter(is_late(outstanding.due_on, settings, on) & is_open(outstanding.outstanding_minor, settings))
    dated = late.mutate(days=days_late(late.due_on, settings, on))
    if pauses is not None:
        key = ("account_id", "due_on", "sequence")
        stopped = paused_since(dated.select(*key, since_on=dated.due_on), pauses, on, key)
        counted = dated.days - ibis.coalesce(stopped.paused_days, ibis.literal(0, type="int32"))
        dated = dated.left_join(stopped, list(key)).select(*(dated[name] for name in (*key, "outstanding_minor")), days=counted.cast("int32"))
    counting = dated.filter(dated.days > 0)
    return counting.select(
        "account_id", "due_on", "sequence", "outstanding_minor", "days", bucket=bucket_of_days(counting.days, settings)
    )
