"""On whom does the book depend, what is to come in, and how sound is what it is told?

Comes in: tonight's assessment and the book. Goes out: sums by debtor rank, product, region, period and bucket, and counts of what is
missing. No id and no name leaves.
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.learn.analytics.months import month_start

WEEKS, MONTHS = 12, 12
KINDS = ("week", "month")
SMALLEST_GROUP = 5
"""Regions with fewer debtors are told together: a figure of very few could be one person's."""


def debtors_of(position: ir.Table) -> ir.Table:
    """By debtor and currency: what they owe and what of it is overdue, over all their accounts together.

    Returns:
        party_id, currency, accounts, accounts_overdue, amount_overdue_minor, balance_minor, owed_minor (of accounts with a balance above zero).
    """
    return position.group_by("party_id", "currency").agg(
        **_sums(position), owed_minor=money_sum(position.balance_minor, where=position.balance_minor > 0),
    )


def _sums(position: ir.Table) -> dict[str, ir.IntegerScalar]:
    return {
        "accounts": position.account_id.count(), "accounts_overdue": position.account_id.count(where=position.bucket != "current"),
        "amount_overdue_minor": money_sum(position.amount_overdue_minor), "balance_minor": money_sum(position.balance_minor),
    }


def largest_debtors(debtors: ir.Table) -> ir.Table:
    """By currency: all balance, the largest debtor's, and that of the ten and twenty largest. A debtor's accounts count together."""
    owing = debtors.filter(debtors.owed_minor > 0)
    ranked = owing.mutate(rank=ibis.row_number().over(group_by="currency", order_by=[ibis.desc("owed_minor"), "party_id"]))
    return ranked.group_by("currency").agg(
        debtors=ranked.party_id.count(),
        balance_minor=money_sum(ranked.owed_minor),
        largest_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 1),
        top10_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 10),
        top20_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 20),
    )


def by_product(position: ir.Table) -> ir.Table:
    """Balance and what is overdue by product, per currency."""
    named = position.mutate(name=position["product"].fill_null("unknown"))
    return named.group_by("name", "currency").agg(**_sums(named))


def by_region(debtors: ir.Table, parties: ir.Table) -> ir.Table:
    """Balance and what is overdue by region, per currency; regions of very few debtors stand together as `other`."""
    figures = ("accounts", "accounts_overdue", "amount_overdue_minor", "balance_minor")
    each = debtors.left_join(parties, "party_id").select(
        debtors.party_id, debtors.currency, *(debtors[name] for name in figures), name=parties.region.fill_null("unknown")
    )
    sums = each.group_by("name", "currency").agg(debtors=each.party_id.count(), **{name: money_sum(each[name]) for name in figures})
    told = sums.mutate(name=ibis.ifelse(sums.debtors < SMALLEST_GROUP, "other", sums["name"]))
    return told.group_by("name", "currency").agg(**{name: money_sum(told[name]) for name in figures})


def periods(on: date, kind: str) -> list[tuple[int, date, date]]:
    """The next weeks (from tomorrow, seven days each) or months (the first one begins tomorrow): number, first and last day.

    >>> [(str(first), str(last)) for _, first, last in periods(date(2026, 11, 24), "month")[:2]]
    [('2026-11-25', '2026-11-30'), ('2026-12-01', '2026-12-31')]
    """
    tomorrow = on + timedelta(days=1)
    if kind == "week":
        return [(week + 1, tomorrow + timedelta(days=7 * week), tomorrow + timedelta(days=7 * week + 6)) for week in range(WEEKS)]
    starts = [tomorrow, *(month_start(tomorrow, month) for month in range(1, MONTHS + 1))]
    return [(place + 1, start, after - timedelta(days=1)) for place, (start, after) in enumerate(itertools.pairwise(starts))]


def ahead(items: ir.Table, position: ir.Table, on: date) -> ir.Table:
    """By day to come, bucket the account stands in today, and currency: how many items fall due by contract, and how much?

    Returns:
        due_on, bucket, currency, items, due_minor; up to the end of the last week and month that `to_come` tells.
    """
    last = max(periods(on, kind)[-1][2] for kind in KINDS)
    coming = items.filter(items.due_on.between(ibis.literal(on + timedelta(days=1)), ibis.literal(last)) & (items.amount_minor > 0))
    each = coming.inner_join(position, "account_id").select(coming.due_on, position.bucket, position.currency, coming.amount_minor)
    return each.group_by("due_on", "bucket", "currency").agg(items=each.amount_minor.count(), due_minor=money_sum(each.amount_minor))


def to_come(days: ir.Table, on: date, kind: str) -> ir.Table:
    """The days of `ahead` added up by week or month: period, bucket, currency, items, due_minor."""
    spans = periods(on, kind)
    within = days.filter(days.due_on <= ibis.literal(spans[-1][2]))
    number = ibis.cases(*((within.due_on <= ibis.literal(last), place) for place, _, last in spans), else_=len(spans))
    each = within.mutate(period=number.cast("int32"))
    return each.group_by("period", "bucket", "currency").agg(items=money_sum(each["items"]), due_minor=money_sum(each.due_minor))


def quality(
    position: ir.Table, accounts: ir.Table, sums: ir.Table, paid: ir.Table, statements: ir.Table, receivables: ir.Table, payments: ir.Table, on: date,
) -> ir.Table:
    """One row: of how many accounts, items and payments is something missing or odd?

    Args:
        sums: rows of `dues.account_sums`.
        paid: accounts for which money counted by the day; those of which the day has seen none are found among the payments.
    """
    due = ibis.union(sums.select("account_id"), statements.select("account_id"), distinct=True)
    in_future = payments.filter(payments.paid_on > ibis.literal(on))
    not_yet = payments.filter(payments.paid_on >= ibis.literal(on)).select("account_id")
    paid = ibis.union(paid.select("account_id"), not_yet, distinct=True)
    over = position.inner_join(sums, "account_id").filter(lambda t: t.paid_minor > t.due_minor)

    def rows(table: ir.Table) -> ir.IntegerScalar:
        return table.count().as_scalar()

    return position.agg(
        dates_constructed=position.account_id.count(where=position.dates_constructed.fill_null(False)),
        amount_unknown=position.account_id.count(where=(position.bucket != "current") & position.amount_overdue_minor.isnull()),
    ).mutate(
        nothing_due_known=rows(accounts.anti_join(due, "account_id")),
        paid_without_due=rows(paid.anti_join(due, "account_id")),
        opened_unknown=rows(accounts.filter(accounts.opened_on.isnull())),
        issued_unknown=rows(receivables.filter(receivables.issued_on.isnull())),
        minimum_unknown=rows(statements.filter(statements.minimum_due_minor.isnull())),
        future_payments=rows(in_future),
        overpaid=rows(over),
    )
