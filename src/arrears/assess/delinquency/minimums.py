"""What is still missing on the minimum of each statement?

A statement's minimum is what the issuer asks for until the due date, *what is past due from before included*: an unpaid minimum rolls into
the next one. So minima are never added up; each says by itself what has to come since its statement for the account to be in order. Money
that comes after a statement meets its minimum and every later one that has been issued by then, which is the same as laying it on the oldest
first: who owes two months and pays one has met the older statement and not the newer.

A payment taken back later was never there, but the statements issued in between took it for good: their minima lack what the older one now
misses again. That much is put back onto them (`restored_minor`), as far as the statement just before shows it.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later
from arrears.assess.delinquency.settings import DelinquencySettings


def _wide_sum(value: ir.IntegerColumn, over: ibis.expr.builders.WindowBuilder) -> ir.IntegerColumn:
    return value.sum().over(over).cast("decimal(38,0)").cast("int64")


def _movements(payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Money that counts by the day, twice over: `stood_minor` as it was known day by day, `net_minor` as if what was taken back had never come.

    Args:
        payments: book table `payments`.
    """
    wait = int(settings.payment_day)
    known = payments.filter(payments.paid_on <= ibis.literal(on - timedelta(days=wait)))
    came, back = known.filter(known.reversal_of.isnull()), known.filter(known.reversal_of.notnull())
    originals = came.group_by("account_id", "payment_id").agg(came_on=came.paid_on.min())
    met = [back.account_id == originals.account_id, back.reversal_of == originals.payment_id]
    dated = back.left_join(originals, met).select(back.account_id, back.paid_on, back.amount_minor, came_on=ibis.coalesce(originals.came_on, back.paid_on))
    zero = ibis.literal(0, type="int64")
    return ibis.union(
        came.select("account_id", day=days_later(came.paid_on, wait), stood_minor=came.amount_minor, net_minor=came.amount_minor),
        dated.select("account_id", day=days_later(dated.paid_on, wait), stood_minor=-dated.amount_minor, net_minor=zero),
        dated.select("account_id", day=days_later(dated.came_on, wait), stood_minor=zero, net_minor=-dated.amount_minor),
        distinct=False,
    )


def _reached(issued: ir.Table, movements: ir.Table) -> ir.Table:
    """Each statement with the money that counts until its end, and until the end of all days; a statement knows the money of its own day."""
    zero = ibis.literal(0, type="int64")
    told = issued.select("account_id", day=issued.statement_on, is_statement=ibis.literal(1, type="int8"), stood_minor=zero, net_minor=zero)
    money = movements.semi_join(issued, "account_id").mutate(is_statement=ibis.literal(0, type="int8")).select(*told.columns)
    story = ibis.union(told, money, distinct=False)
    until_here = ibis.window(group_by="account_id", order_by=["day", "is_statement"], rows=(None, 0))
    ever = ibis.window(group_by="account_id")
    running = story.mutate(
        **{f"{name}_so_far": _wide_sum(story[f"{name}_minor"], until_here) for name in ("stood", "net")},
        **{f"{name}_ever": _wide_sum(story[f"{name}_minor"], ever) for name in ("stood", "net")},
    )
    return running.filter(running.is_statement == 1).drop("is_statement", "stood_minor", "net_minor").rename(statement_on="day")


def unpaid_minima(statements: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """What does each statement issued by the day still miss, and what came since?

    Args:
        statements: book table `statements`.
        payments: book table `payments`.
        settings: the conventions; of them only the day from which a payment counts is used.
        on: the day looked at.

    Returns:
        The statements with `since_minor` (money since the statement, less all that was taken back since) and `unpaid_minor` (0 or more; null
        where the minimum is not known).
    """
    issued = statements.filter(statements.statement_on <= ibis.literal(on))
    reached = issued.inner_join(_reached(issued, _movements(payments, settings, on)), ["account_id", "statement_on"])
    before = ibis.window(group_by="account_id", order_by="statement_on")
    zero = ibis.literal(0, type="int64")
    told = reached.mutate(
        taken_back_minor=reached.stood_so_far - reached.net_so_far,
        missed_before=reached.minimum_due_minor.lag().over(before).fill_null(0) - (reached.net_so_far - reached.net_so_far.lag().over(before).fill_null(0)),
    )
    restored = ibis.greatest(ibis.least(told.taken_back_minor, told.missed_before), zero)
    unpaid = ibis.greatest(told.minimum_due_minor + restored - (told.net_ever - told.net_so_far), zero)
    return told.select(
        *statements.columns,
        since_minor=told.stood_ever - told.stood_so_far,
        unpaid_minor=ibis.ifelse(told.minimum_due_minor.isnull(), ibis.null("int64"), unpaid),
    )
