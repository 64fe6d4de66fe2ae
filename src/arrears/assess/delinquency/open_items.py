"""Which amounts of an account are overdue, and each since how many days?

The run answers for whole accounts; whoever looks at one case asks item by item. Both are counted by the same conventions and the same
expressions, so that the overdue items of an account add up to its overdue amount and the oldest of them is as late as the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir

from arrears.assess.delinquency.age import days_late, is_late, is_open
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.groups import Group, groups_of, of_each_group
from arrears.assess.delinquency.items import ITEM_KEY, items_known_on, payments_until
from arrears.assess.delinquency.owed import OWED_SCHEMA, owed_items, owed_name
from arrears.assess.delinquency.settings import DelinquencySettings


def moved_rows(book: Mapping[str, ir.Table], table: str, settings: DelinquencySettings) -> ir.Table:
    """The rows of one dated table with every due date where it moves to, and the contract's day beside it as `contractual_due_on`."""
    return of_each_group(book, settings, partial(_moved, table=table))


def _moved(group: Group, table: str) -> ir.Table:
    rows = group.book[table]
    return rows if "contractual_due_on" in rows.columns else rows.mutate(contractual_due_on=rows.due_on)


def with_days_settled(settings: DelinquencySettings) -> DelinquencySettings:
    """The same conventions over rows whose due dates have moved already."""
    products = tuple((name, replace(one, non_working_days=None)) for name, one in settings.products)
    return replace(settings, non_working_days=None, products=products)


def counted_items(book: Mapping[str, ir.Table], settings: DelinquencySettings, on: date) -> ir.Table:
    """Every item known on the day, paid or not, due or still to come.

    Args:
        book: tables instalments, receivables and payments; `accounts` besides, where products depart from the book's conventions. For
            products with money rules beyond the plain ones what the ledger left is read under `owed.owed_name`.

    Returns:
        account_id, due_on, sequence, amount_minor (as stated, with what ran on it beside), outstanding_minor, days_past_due (0 where the item
        is not overdue: paid, to come, or within the tolerance; pauses and grace are the account's, not the item's).
    """
    each = [_counted(place, group, on) for place, group in enumerate(groups_of(book, settings))]
    return each[0] if len(each) == 1 else ibis.union(*each, distinct=False)


def _counted(place: int, group: Group, on: date) -> ir.Table:
    stated = items_known_on(group.book["instalments"], group.book["receivables"], on)
    settings = group.settings
    if settings.money.is_plain:
        items = appropriate(stated, paid_per_account(payments_until(group.book["payments"], on, settings.payment_day)))
    else:
        owed = owed_items(ibis.table(OWED_SCHEMA, name=owed_name(place)), stated).select(*ITEM_KEY, "outstanding_minor", "ran_minor")
        known = stated.left_join(owed, list(ITEM_KEY)).select(stated, ran_minor=owed.ran_minor.fill_null(0), outstanding_minor=owed.outstanding_minor.fill_null(0))
        items = known.mutate(amount_minor=known.amount_minor + known.ran_minor)
    late = is_late(items.due_on, settings, on) & is_open(items.outstanding_minor, settings) & (items.outstanding_minor > 0)
    return items.select(
        *ITEM_KEY, "amount_minor", "outstanding_minor", days_past_due=ibis.ifelse(late, days_late(items.due_on, settings, on), 0).cast("int32")
    )
