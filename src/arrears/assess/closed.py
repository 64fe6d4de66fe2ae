"""Which accounts does the lender call closed, though something is unpaid on them?

One of the two is wrong, and nobody here can know which: the balance was waived, refunded or sold without a record, or the account was closed too early. So the
figures stand as they follow from the book, and the account is named for a person to look at before anybody asks the debtor for the money.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.core.book import CLOSED

CLOSED_UNPAID_SCHEMA = ibis.schema({
    "account_id": "int64", "party_id": "int64", "currency": "string", "bucket": "string", "amount_overdue_minor": "int64", "balance_minor": "int64",
})


def closed_unpaid(position: ir.Table, accounts: ir.Table) -> ir.Table:
    """One row an account that is stated closed and has a balance, overdue or not.

    Args:
        position: each account as it stands; `amount_overdue_minor` may be empty where the source does not say.
        accounts: book table `accounts`.
    """
    stated = accounts.filter(accounts.status == CLOSED)
    return position.filter(position.balance_minor > 0).semi_join(stated, "account_id").select(*CLOSED_UNPAID_SCHEMA.names)


def closed_unpaid_sums(found: ir.Table) -> ir.Table:
    """How many are there in each currency, with how much unpaid, and how much of that is overdue so far as the source says?"""
    return found.group_by("currency").agg(
        accounts=found.account_id.count(), balance_minor=money_sum(found.balance_minor), amount_overdue_minor=money_sum(found.amount_overdue_minor)
    )
