"""What falls due, item by item?

An *item* is one dated amount of an account: an instalment of a schedule or a single receivable. Both are put into one shape,
(account_id, due_on, sequence, amount_minor), so that everything after this is written once. Where due dates move off non-working days
(`groups.py`), `due_on` is the moved day and `contractual_due_on` stands beside it.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.components import LEFT_LAST
from arrears.assess.delinquency.settings import PaymentDay

ITEM_KEY = ("account_id", "due_on", "sequence")


def instalment_items(instalments: ir.Table) -> ir.Table:
    """Each instalment as an item; components that are not known count nothing."""
    components = ("principal_minor", "interest_minor", "fee_minor", "penalty_minor")
    amount = sum((instalments[name].fill_null(0) for name in components), ibis.literal(0, type="int64"))
    parts = {name: instalments[name].fill_null(0).cast("int64") for name in LEFT_LAST}
    return instalments.select(
        account_id=instalments.account_id,
        due_on=instalments.due_on,
        sequence=instalments.number.cast("int64"),
        amount_minor=amount.cast("int64"),
        **_contractual(instalments),
        **parts,
    )


def _contractual(table: ir.Table) -> dict[str, ir.Value]:
    """The contractual due date, where the table has one beside the moved."""
    return {"contractual_due_on": table.contractual_due_on} if "contractual_due_on" in table.columns else {}


def receivable_items(receivables: ir.Table, on: date) -> ir.Table:
    """Each receivable known on the day as an item: one issued later did not exist yet for anybody looking at that day."""
    known = receivables.filter(receivables.issued_on.isnull() | (receivables.issued_on <= ibis.literal(on)))
    return known.select("account_id", "due_on", sequence=known.document_id, amount_minor=known.amount_minor, **_contractual(known), **{name: ibis.null("int64") for name in LEFT_LAST})


def items_known_on(instalments: ir.Table, receivables: ir.Table, on: date) -> ir.Table:
    """All that falls due, before or after the day, as known on the day."""
    return ibis.union(instalment_items(instalments), receivable_items(receivables, on), distinct=False)


def payments_until(payments: ir.Table, on: date, payment_day: PaymentDay = PaymentDay.OWN_DAY) -> ir.Table:
    """Money in, signed: a payment counts from its own day on (or the next), a reversal takes it back from the day of the reversal on."""
    booked = payments.filter(payments.paid_on <= ibis.literal(on - timedelta(days=int(payment_day))))
    signed = ibis.cases((booked.reversal_of.isnull(), booked.amount_minor), else_=-booked.amount_minor)
    return booked.select("account_id", "paid_on", "payment_id", amount_minor=signed.cast("int64"))


def payments_that_stand(payments: ir.Table, on: date, payment_day: PaymentDay = PaymentDay.OWN_DAY) -> ir.Table:
    """Money that came and was not taken back by the day, each payment by itself, on the day from which it counts.

    What was taken back counts as if it had never come: a payment's reversals lower it from its own day on, however late they were. A payment that is
    wholly taken back is not there.

    Returns:
        account_id, payment_id, paid_on, amount_minor (above zero).
    """
    booked = payments.filter(payments.paid_on <= ibis.literal(on - timedelta(days=int(payment_day))))
    came, back = booked.filter(booked.reversal_of.isnull()), booked.filter(booked.reversal_of.notnull())
    taken = back.group_by("account_id", payment_id=back.reversal_of).agg(taken_minor=money_sum(back.amount_minor))
    joined = came.left_join(taken, ["account_id", "payment_id"]).select(came.account_id, came.payment_id, came.paid_on, left=came.amount_minor - taken.taken_minor.fill_null(0))
    return joined.filter(joined.left > 0).select("account_id", "payment_id", paid_on=days_later(joined.paid_on, int(payment_day)), amount_minor=joined.left)
