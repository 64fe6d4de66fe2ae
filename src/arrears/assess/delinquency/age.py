"""How old is what is outstanding, and how much of it is late?"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_between, money_sum
from arrears.assess.delinquency.settings import CURRENT, MONTHS_SHOWN_APART, DayOnDueDate, DelinquencySettings


def is_late(due_on: ir.DateColumn, settings: DelinquencySettings, on: date) -> ir.BooleanColumn:
    """Is an unpaid item with this due date late at the end of the day `on`?"""
    if settings.day_on_due_date is DayOnDueDate.ONE:
        return due_on <= ibis.literal(on)
    return due_on < ibis.literal(on)


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


def age(outstanding: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Per account: since when, how many items, how much is overdue; what is owed in all; what falls due next.

    Args:
        outstanding: items with `outstanding_minor`, as `appropriate` gives them.
        settings: the lender's conventions.
        on: the day looked at.

    Returns:
        account_id, oldest_due_on (null where nothing is overdue), overdue_items, amount_overdue_minor, balance_minor,
        next_due_on (null where nothing is outstanding later), days_past_due.
    """
    open_ = outstanding.filter(outstanding.outstanding_minor > 0)
    late = is_late(open_.due_on, settings, on)
    aged = open_.group_by("account_id").agg(
        oldest_due_on=open_.due_on.min(where=late),
        next_due_on=open_.due_on.min(where=~late),
        overdue_items=open_.due_on.count(where=late).cast("int32"),
        amount_overdue_minor=money_sum(open_.outstanding_minor, where=late),
        balance_minor=money_sum(open_.outstanding_minor),
    )
    return aged.mutate(days_past_due=days_late(aged.oldest_due_on, settings, on))
