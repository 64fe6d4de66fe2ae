"""To which items does the money that came belong?

Oldest due first, whatever the day the money came: the rule most contracts and civil codes fall back to when the payer names no debt. The rule
itself stands in `arrears.ledger.sets`; here money of the book is summed for it.
"""

from __future__ import annotations

import ibis.expr.types as ir

from arrears.core.columns import money_sum
from arrears.ledger.sets.oldest_first import outstanding


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
    """What is still outstanding on each item once all money is laid on the oldest first? See `ledger.sets.oldest_first.outstanding`."""
    return outstanding(items, paid)
