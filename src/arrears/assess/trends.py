"""How did the whole book move up to the end of one day, in few figures?

Four small tables in one shape (TREND_SCHEMA), each per currency: how accounts stand by bucket; which accounts became overdue, fell further
behind, got closer or were cured since an earlier day; which money came and was taken back since then; what fell due since then, and what
of it is unpaid now. All from today's book looked at as of the day: what is known *now* about *then*.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.changes import ENTERED, MOVES, WORSE, moved_accounts
from arrears.assess.columns import money_sum
from arrears.assess.delinquency.appropriate import appropriate
from arrears.assess.delinquency.groups import of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.position import BookTables
from arrears.assess.delinquency.settings import DelinquencySettings

TREND_SCHEMA = ibis.schema({
    "as_of": "date", "compared_with": "date", "measure": "string", "bucket": "string", "currency": "string", "accounts": "int64",
    "accounts_amount_unknown": "int64", "amount_minor": "int64", "balance_minor": "int64",
})
"""One row a measure, bucket and currency of a day. `bucket` is empty but for the measure `standing`."""
TREND_KEY = ("as_of", "measure", "bucket", "currency")
STANDING = "standing"
RECEIVED, REVERSED, FELL_DUE, LEFT_UNPAID = "received", "reversed", "fell_due", "left_unpaid"
MEASURES = (STANDING, *MOVES, RECEIVED, REVERSED, FELL_DUE, LEFT_UNPAID)


def trend_rows(book: BookTables, now: ir.Table, before: ir.Table, paid: ir.Table, settings: DelinquencySettings, on: date, since: date) -> ir.Table:
    """All figures of one day.

    Args:
        book: the book's tables.
        now: `position` of the day; before: `position` of the day compared with.
        paid: step `paid` of the day's position (account_id, paid_minor).
        on: the day looked at; since: the earlier day. Movements, cash and due amounts are those of the days after it, up to `on`.

    Returns:
        Rows of TREND_SCHEMA; measures without any account are missing.
    """
    parts = [_standing(now), _moved(now, before, settings.bucket_names), _cash(book, now, settings, on, since), _due(book, now, paid, settings, on, since)]
    rows = ibis.union(*parts, distinct=False)
    return rows.mutate(as_of=ibis.literal(on), compared_with=ibis.literal(since)).select(*TREND_SCHEMA.names)


def added_up(rows: ir.Table) -> ir.Table:
    """The figures of parts of a book, each account in one part only, as those of the whole."""
    return rows.group_by("as_of", "compared_with", "measure", "bucket", "currency").agg(
        **{name: money_sum(rows[name]) for name in ("accounts", "accounts_amount_unknown", "amount_minor", "balance_minor")}
    ).select(*TREND_SCHEMA.names)


def _figures(rows: ir.Table) -> ir.Table:
    """Rows of (measure, bucket, currency, account_id, amount_minor, balance_minor) counted; an account counts once in each measure."""
    return rows.group_by("measure", "bucket", "currency").agg(
        accounts=rows.account_id.nunique(),
        accounts_amount_unknown=rows.account_id.nunique(where=rows.amount_minor.isnull()),
        amount_minor=money_sum(rows.amount_minor),
        balance_minor=money_sum(rows.balance_minor),
    )


def _standing(now: ir.Table) -> ir.Table:
    return _figures(now.select(
        "bucket", "currency", "account_id", "balance_minor", measure=ibis.literal(STANDING), amount_minor=now.amount_overdue_minor
    ))


def _moved(now: ir.Table, before: ir.Table, bucket_names: Sequence[str]) -> ir.Table:
    """Accounts whose bucket changed. What got worse counts with its overdue amount now, what got better with the one before."""
    changed = moved_accounts(now, before, bucket_names)
    is_worse = changed.move.isin([ENTERED, WORSE])
    return _figures(changed.select(
        "account_id", "currency", "balance_minor",
        bucket=ibis.literal(""),
        measure=changed.move,
        amount_minor=ibis.ifelse(is_worse, changed.amount_overdue_minor, changed.overdue_before_minor),
    ))


def _cash(book: BookTables, now: ir.Table, settings: DelinquencySettings, on: date, since: date) -> ir.Table:
    """Money that came to count after `since`, and money that was taken back; both as amounts above zero."""
    booked = payments_until(book["payments"], on, settings.payment_day)
    fresh = booked.filter(booked.paid_on > ibis.literal(since - timedelta(days=int(settings.payment_day))))
    named = fresh.inner_join(now, "account_id").select(fresh.account_id, fresh.amount_minor, now.currency)
    return _figures(named.select(
        "account_id", "currency", bucket=ibis.literal(""), balance_minor=ibis.literal(0, type="int64"),
        measure=ibis.ifelse(named.amount_minor < 0, REVERSED, RECEIVED), amount_minor=named.amount_minor.abs(),
    ))


def _due(book: BookTables, now: ir.Table, paid: ir.Table, settings: DelinquencySettings, on: date, since: date) -> ir.Table:
    """What fell due after `since`, and what of it is still unpaid at the end of the day, however little or short."""
    items = of_each_group(book, settings, lambda group: items_known_on(group.book["instalments"], group.book["receivables"], on))
    fell_due = items.filter((items.due_on > ibis.literal(since)) & (items.due_on <= ibis.literal(on)) & (items.amount_minor > 0))
    theirs = items.semi_join(fell_due, "account_id").filter(items.due_on <= ibis.literal(on))
    left = appropriate(theirs, paid)
    unpaid = left.filter((left.due_on > ibis.literal(since)) & (left.outstanding_minor > 0))
    amounts = ibis.union(
        fell_due.select("account_id", "amount_minor", measure=ibis.literal(FELL_DUE)),
        unpaid.select("account_id", amount_minor=unpaid.outstanding_minor, measure=ibis.literal(LEFT_UNPAID)),
        distinct=False,
    )
    named = amounts.inner_join(now, "account_id").select(amounts.account_id, amounts.amount_minor, amounts.measure, now.currency)
    return _figures(named.mutate(bucket=ibis.literal(""), balance_minor=ibis.literal(0, type="int64")))
