"""What is still missing on the minimum of each statement?

A statement's minimum is what the issuer asks for until the due date, *what is past due from before included*: an unpaid minimum rolls into
the next one. So minima are never added up; each says by itself what has to come since its statement for the account to be in order. Money
that comes after a statement meets its minimum and every later one that has been issued by then, which is the same as laying it on the oldest
first: who owes two months and pays one has met the older statement and not the newer.

A payment taken back later was never there, but the statements issued in between took it for good: their minima lack what the older one now
misses again. That much is put back onto them, as far as the statement just before shows it.

To walk through all statements and payments of an account is dear, and most accounts have met the newest minimum whose due date has passed. What
lies before it then says nothing any more: of those only the statements from there on are looked at, by plain sums. Both ways give the same
position; a property test holds them to a reckoning that knows only the long one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.age import is_late
from arrears.assess.delinquency.items import payments_until
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


def _walked(issued: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Every statement of these accounts with what came since and what it still misses, payments taken back in their place."""
    reached = issued.inner_join(_reached(issued, _movements(payments, settings, on)), ["account_id", "statement_on"])
    before = ibis.window(group_by="account_id", order_by="statement_on")
    zero = ibis.literal(0, type="int64")
    told = reached.mutate(
        taken_back_minor=reached.stood_so_far - reached.net_so_far,
        missed_before=reached.minimum_due_minor.lag().over(before).fill_null(0) - (reached.net_so_far - reached.net_so_far.lag().over(before).fill_null(0)),
    )
    restored = ibis.greatest(ibis.least(told.taken_back_minor, told.missed_before), zero)
    missing = told.minimum_due_minor + restored - (told.net_ever - told.net_so_far)
    return _missing(told, issued.columns, told.stood_ever - told.stood_so_far, missing)


def _missing(told: ir.Table, columns: Sequence[str], since: ir.IntegerColumn, missing: ir.IntegerColumn) -> ir.Table:
    unpaid = ibis.ifelse(told.minimum_due_minor.isnull(), ibis.null("int64"), ibis.greatest(missing, ibis.literal(0, type="int64")))
    return told.select(*columns, since_minor=since, unpaid_minor=unpaid)


def _summed(issued: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """The statements from the newest on whose due date has passed (`last_late_on`; all where none has), with plain sums of what came since."""
    late = is_late(issued.due_on, settings, on)
    accounts = issued.group_by("account_id").agg(last_late_on=issued.statement_on.max(where=late), minimum_stated=issued.minimum_due_minor.notnull().any())
    placed = issued.inner_join(accounts, "account_id").select(issued, accounts.last_late_on, accounts.minimum_stated)
    recent = placed.filter(placed.last_late_on.isnull() | (placed.statement_on >= placed.last_late_on))
    money = payments_until(payments, on, settings.payment_day)
    counts_on = days_later(money.paid_on, int(settings.payment_day))
    came = recent.inner_join(money, [recent.account_id == money.account_id, counts_on > recent.statement_on])
    told = came.select(recent.account_id, recent.statement_on, money.amount_minor)
    sums = told.group_by("account_id", "statement_on").agg(since_minor=money_sum(told.amount_minor))
    joined = recent.left_join(sums, ["account_id", "statement_on"]).select(recent, since_minor=sums.since_minor.fill_null(0))
    return _missing(joined, recent.columns, joined.since_minor, joined.minimum_due_minor - joined.since_minor)


def _to_walk(summed: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """account_id of the accounts of which sums do not tell all: the newest late minimum is not met, or money was taken back."""
    counted = summed.filter(summed.minimum_stated)
    unmet = counted.filter((counted.statement_on == counted.last_late_on) & ~(counted.unpaid_minor <= settings.tolerance.short_minor).fill_null(False))
    back = payments.filter(payments.reversal_of.notnull() & (payments.paid_on <= ibis.literal(on)))
    returned = counted.semi_join(back, "account_id")
    return ibis.union(unmet.select("account_id"), returned.select("account_id"), distinct=True)


def unpaid_minima(statements: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """What does each statement that matters still miss, and what came since?

    Args:
        statements: book table `statements`.
        payments: book table `payments`.
        settings: the lender's conventions.
        on: the day looked at.

    Returns:
        Statements issued by the day with `since_minor` (money since the statement, less all that was taken back since) and `unpaid_minor` (0 or more;
        null where the minimum is not known). Of an account that has met the newest minimum whose due date has passed, older ones are left out.
    """
    issued = statements.filter(statements.statement_on <= ibis.literal(on))
    summed = _summed(issued, payments, settings, on)
    uneven = _to_walk(summed, payments, settings, on)
    walked = _walked(issued.semi_join(uneven, "account_id"), payments, settings, on)
    return ibis.union(summed.anti_join(uneven, "account_id").select(*walked.columns), walked, distinct=False)
