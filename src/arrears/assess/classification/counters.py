"""On which days were the arrears of every account how large, by the facts of its book?

The European counter asks for more than today's amounts: since when both limits are exceeded without a day's break. Where a debt has a schedule
or single due dates, its arrears change only when something falls due or money moves, so the days of change tell all days: no run has to have
looked. The arrears are the law's: from the day after the due date, whatever leniency the lender grants; money counts from the day from which
it counts everywhere. Revolving accounts are not told here, since their statements say what is asked only from statement to statement.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.groups import Group
from arrears.assess.delinquency.items import instalment_items, payments_until

_BEFORE_ALL = date(1, 1, 1)


def _owed(group: Group, on: date) -> ir.Table:
    """Every amount with the day from which it is owed and the day from which it is past due."""
    instalments = instalment_items(group.book["instalments"])
    receivables = group.book["receivables"]
    known = receivables.filter(receivables.issued_on.isnull() | (receivables.issued_on <= ibis.literal(on)))
    issued_on = ibis.coalesce(known.issued_on, ibis.literal(_BEFORE_ALL))
    return ibis.union(
        instalments.select("account_id", "amount_minor", owed_on=ibis.literal(_BEFORE_ALL), past_due_on=days_later(instalments.due_on, 1)),
        known.select("account_id", "amount_minor", owed_on=issued_on, past_due_on=ibis.greatest(days_later(known.due_on, 1), issued_on)),
        distinct=False,
    )


def _changes(group: Group, wanted: ir.Table, on: date) -> ir.Table:
    """Each amount that changes what is owed, what is past due or what was paid, with its day."""
    owed = _owed(group, on).semi_join(wanted, "account_id")
    paid = payments_until(group.book["payments"], on, group.settings.payment_day).semi_join(wanted, "account_id")
    zero = ibis.literal(0, type="int64")
    return ibis.union(
        owed.select("account_id", from_on=owed.owed_on, owed_minor=owed.amount_minor, past_due_minor=zero, paid_minor=zero),
        owed.select("account_id", from_on=owed.past_due_on, owed_minor=zero, past_due_minor=owed.amount_minor, paid_minor=zero),
        paid.select("account_id", from_on=days_later(paid.paid_on, int(group.settings.payment_day)), owed_minor=zero, past_due_minor=zero, paid_minor=paid.amount_minor),
        distinct=False,
    )


def arrears_states(group: Group, wanted: ir.Table, on: date) -> ir.Table:
    """From which day on was each account how much in arrears, and how much did it owe in all?

    Args:
        group: accounts of one set of conventions.
        wanted: account_id of the accounts asked about.
        on: the last day looked at.

    Returns:
        account_id, from_on, arrears_minor, exposure_minor (rows as `materiality.STATE_SCHEMA`, by account): one row an account and day of change.
    """
    changes = _changes(group, wanted, on).filter(lambda change: change.from_on <= ibis.literal(on))
    daily = changes.group_by("account_id", "from_on").agg(**{name: money_sum(changes[name]) for name in ("owed_minor", "past_due_minor", "paid_minor")})
    until_then = ibis.window(group_by="account_id", order_by="from_on", rows=(None, 0))
    reached = daily.mutate(**{
        name: daily[name].sum().over(until_then).cast("decimal(38,0)").cast("int64") for name in ("owed_minor", "past_due_minor", "paid_minor")
    })
    zero = ibis.literal(0, type="int64")
    return reached.select(
        "account_id", "from_on",
        arrears_minor=ibis.greatest(reached.past_due_minor - reached.paid_minor, zero),
        exposure_minor=ibis.greatest(reached.owed_minor - reached.paid_minor, zero),
    )
