"""To which items does the money that came belong?

Oldest due first, whatever the day the money came: the rule most contracts and civil codes fall back to when the payer names no
debt (the ledger's richer orders replace it where a product has one).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum


def paid_per_account(payments: ir.Table) -> ir.Table:
    """How much came in for each account, net of what was taken back; when the last money came.

    Args:
        payments: signed payments as `items.payments_until` gives them.
    """
    money_came = payments.amount_minor > 0
    return payments.group_by("account_id").agg(
        paid_minor=money_sum(payments.amount_minor),
        last_paid_on=payments.paid_on.max(where=money_came),
    )


def appropriate(items: ir.Table, paid: ir.Table) -> ir.Table:
    """What is still outstanding on each item once all money is laid on the oldest first?

    Args:
        items: (account_id, due_on, sequence, amount_minor), amounts not negative.
        paid: (account_id, paid_minor), at most one row an account; a missing row is nothing paid.

    Returns:
        The items with `outstanding_minor` between 0 and `amount_minor`. Over one account the outstanding amounts add up to
        what was due less what was paid, never below zero.
    """
    owed_until_here = ibis.window(group_by="account_id", order_by=["due_on", "sequence"], rows=(None, 0))
    joined = items.left_join(paid, "account_id").select(items, paid_minor=paid.paid_minor.fill_null(0))
    reached = joined.mutate(reached_minor=joined.amount_minor.sum().over(owed_until_here).cast("decimal(38,0)").cast("int64"))
    uncovered = ibis.greatest(reached.reached_minor - reached.paid_minor, ibis.literal(0, type="int64"))
    return reached.select(*items.columns, outstanding_minor=ibis.least(reached.amount_minor, uncovered))
