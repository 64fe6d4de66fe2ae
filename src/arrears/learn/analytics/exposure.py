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
SMALLEST_GROUP = 5
"""Regions with fewer debtors are told together: a figure of very few could be one person's."""


def largest_debtors(position: ir.Table) -> ir.Table:
    """By currency: all balance, the largest debtor's, and that of the ten and twenty largest. A debtor's accounts count together."""
    debtor = position.filter(position.balance_minor > 0).group_by("party_id", "currency").agg(lambda t: money_sum(t.balance_minor).name("owed_minor"))
    ranked = debtor.mutate(rank=ibis.row_number().over(group_by="currency", order_by=[ibis.desc("owed_minor"), "party_id"]))
    return ranked.group_by("currency").agg(
        debtors=ranked.party_id.count(),
        balance_minor=money_sum(ranked.owed_minor),
        largest_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 1),
        top10_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 10),
        top20_minor=money_sum(ranked.owed_minor, where=ranked["rank"] < 20),
    )


def by_group(position: ir.Table, parties: ir.Table, group: str) -> ir.Table:
    """Balance and what is overdue by product or by region, per currency; regions of very few debtors stand together as `other`."""
    each = position.left_join(parties, "party_id").select(
        position.party_id, position.currency, position.balance_minor, position.amount_overdue_minor, position.bucket,
        name=(position.product if group == "product" else parties.region).fill_null("unknown"),
    )
    sums = each.group_by("name", "currency").agg(
        debtors=each.party_id.nunique(), accounts=each.party_id.count(), accounts_overdue=each.party_id.count(where=each.bucket != "current"),
        amount_overdue_minor=money_sum(each.amount_overdue_minor), balance_minor=money_sum(each.balance_minor),
    )
    if group == "region":
        sums = sums.mutate(name=ibis.ifelse(sums.debtors < SMALLEST_GROUP, "other", sums["name"]))
    return sums.group_by("name", "currency").agg(
        accounts=sums.accounts.sum().cast("decimal(38,0)").cast("int64"), accounts_overdue=sums.accounts_overdue.sum().cast("decimal(38,0)").cast("int64"),
        amount_overdue_minor=money_sum(sums.amount_overdue_minor), balance_minor=money_sum(sums.balance_minor),
    )


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


def to_come(items: ir.Table, position: ir.Table, on: date, kind: str) -> ir.Table:
    """What falls due by contract in the next weeks or months, by period, bucket the account stands in today, and currency?"""
    spans = periods(on, kind)
    ahead = items.filter(items.due_on.between(ibis.literal(spans[0][1]), ibis.literal(spans[-1][2])) & (items.amount_minor > 0))
    number = ibis.cases(*((ahead.due_on <= ibis.literal(last), place) for place, _, last in spans), else_=len(spans))
    each = ahead.mutate(period=number.cast("int32")).inner_join(position, "account_id").select("period", position.bucket, position.currency, "amount_minor")
    return each.group_by("period", "bucket", "currency").agg(items=each.amount_minor.count(), due_minor=money_sum(each.amount_minor))


def quality(position: ir.Table, accounts: ir.Table, items: ir.Table, statements: ir.Table, receivables: ir.Table, payments: ir.Table, on: date) -> ir.Table:
    """One row: of how many accounts, items and payments is something missing or odd?"""
    due = ibis.union(items.select("account_id"), statements.select("account_id"), distinct=True)
    paid = payments.select("account_id").distinct()
    in_future = payments.filter(payments.paid_on > ibis.literal(on))
    asked = items.group_by("account_id").agg(lambda t: money_sum(t.amount_minor).name("due_minor"))
    over = position.inner_join(asked, "account_id").filter(lambda t: t.paid_minor > t.due_minor)

    def rows(table: ir.Table) -> ir.IntegerScalar:
        return table.count().as_scalar()

    return position.agg(
        accounts=position.account_id.count(),
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
