"""What falls due on which day, and what was unpaid at its end?

Comes in: items and signed payments of the book. Goes out: sums by account, which several measures share, and counts and sums by due day.
The book is long and the question is about few days, so what an account owed at the end of one of them is told backwards: all that had
fallen due by yesterday less what fell due since that day, and all that came less what came since.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.items import instalment_items, receivable_items
from arrears.assess.delinquency.settings import DelinquencySettings

ENTRY_DAYS = 30


def dated_items(instalments: ir.Table, receivables: ir.Table, on: date) -> ir.Table:
    """All that falls due in the few columns that figures of days need: account_id, due_on, amount_minor, is_instalment."""
    columns = ("account_id", "due_on", "amount_minor")
    scheduled, single = instalment_items(instalments).select(*columns), receivable_items(receivables, on).select(*columns)
    return ibis.union(scheduled.mutate(is_instalment=ibis.literal(True)), single.mutate(is_instalment=ibis.literal(False)), distinct=False)


def account_sums(items: ir.Table, on: date) -> ir.Table:
    """Per account with items: due_minor (all of them), fallen_minor (due before the day), first_due_on (null if none had come), has_schedule.

    Args:
        items: rows of `dated_items`.
    """
    has_come = (items.amount_minor > 0) & (items.due_on <= ibis.literal(on))
    return items.group_by("account_id").agg(
        due_minor=money_sum(items.amount_minor),
        fallen_minor=money_sum(items.amount_minor, where=items.due_on < ibis.literal(on)),
        first_due_on=items.due_on.min(where=has_come),
        has_schedule=items.is_instalment.any(),
    )


def due_days(
    items: ir.Table, payments: ir.Table, sums: ir.Table, paid: ir.Table, accounts: ir.Table, settings: DelinquencySettings, on: date, days: int = ENTRY_DAYS,
) -> ir.Table:
    """By due day of the last days and currency: how much and how many fell due, and what was unpaid at the end of that day?

    Money goes to the oldest amount first, so of what fell due on the day is unpaid what all dues up to it exceed all payments up to its
    end, and no more than the day's own amount.

    Args:
        payments: signed, up to the day.
        sums: rows of `account_sums`.
        paid: paid_minor, the sum of the payments, by account_id.

    Returns:
        due_on, currency, accounts, due_minor, accounts_unpaid, unpaid_minor.
    """
    first, last = ibis.literal(on - timedelta(days=days)), ibis.literal(on - timedelta(days=1))
    window = items.filter(items.due_on.between(first, last))
    recent = window.filter(window.amount_minor > 0)
    of_day = recent.group_by("account_id", "due_on").agg(day_minor=money_sum(recent.amount_minor))
    counting = payments.select("account_id", "amount_minor", due_on=days_later(payments.paid_on, int(settings.payment_day)))
    due_since, paid_since = _since(of_day, window), _since(of_day, counting.filter(counting.due_on >= first))
    key = ["account_id", "due_on"]
    sides = of_day.inner_join(sums, "account_id").select(of_day, sums.fallen_minor)
    told = sides.left_join(paid, "account_id").select(sides, paid_minor=paid.paid_minor.fill_null(0))
    due_less = told.left_join(due_since, key).select(told, due_since_minor=due_since.since_minor.fill_null(0))
    both = due_less.left_join(paid_since, key).select(due_less, paid_since_minor=paid_since.since_minor.fill_null(0))
    behind = both.mutate(behind_minor=(both.fallen_minor - both.due_since_minor) - (both.paid_minor - both.paid_since_minor))
    missing = ibis.least(behind.day_minor, ibis.greatest(behind.behind_minor, ibis.literal(0, type="int64")))
    each = behind.inner_join(accounts, "account_id").select(behind.due_on, accounts.currency, behind.day_minor, missing_minor=missing.cast("int64"))
    unpaid = each.missing_minor > settings.tolerance.short_minor
    return each.group_by("due_on", "currency").agg(
        accounts=each.due_on.count(), due_minor=money_sum(each.day_minor),
        accounts_unpaid=unpaid.cast("int64").sum().cast("int64"), unpaid_minor=money_sum(each.missing_minor, where=unpaid),
    )


def _since(of_day: ir.Table, moved: ir.Table) -> ir.Table:
    """Per account and day: what moved after that day (since_minor); a pair without any is missing."""
    later = of_day.inner_join(moved, [of_day.account_id == moved.account_id, moved.due_on > of_day.due_on]).select(
        of_day.account_id, of_day.due_on, moved.amount_minor
    )
    return later.group_by("account_id", "due_on").agg(since_minor=money_sum(later.amount_minor))
