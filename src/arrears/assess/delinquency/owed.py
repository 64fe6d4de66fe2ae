"""What does the ledger work on, of a book, and how does what it found become items again?

Only for products with money rules beyond the plain ones. The ledger takes items by component and payments that stand; it gives back what is left of
each item on the day, with what ran until then.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from arrears.assess.delinquency.items import ITEM_KEY
from arrears.assess.delinquency.money_rules import MoneyRules
from arrears.core.columns import money_sum
from arrears.ledger.sets.parts import PARTS, ZERO, total

OWED = "owed"
OWED_SCHEMA = ibis.schema({"account_id": "int64", "due_on": "date", "sequence": "int64", **dict.fromkeys(PARTS, "int64"), "ran_minor": "int64"})
"""What is left of each item, by component, on the day; and how much ran on it in all beside what is stated, paid or not (part of the penalty)."""


def owed_name(place: int) -> str:
    """Under which name are the items of a group of products (its place in `groups.groups_of`) found, as the ledger left them?"""
    return f"ledger_owed_{place}"


def ledger_items(items: ir.Table, money: MoneyRules) -> ir.Table:
    """Items as the ledger takes them. One that states no components, such as an invoice, is principal throughout.

    Args:
        items: as `items.items_known_on` gives them.

    Returns:
        ITEM_KEY, PARTS, and the rate that overdue principal bears.
    """
    stated = {name: items[name].fill_null(0) for name in PARTS if name in items.columns}
    whole = {**dict.fromkeys(PARTS, ZERO), **stated, "principal_minor": ibis.coalesce(items.principal_minor, items.amount_minor)}
    rate = {"rate_millionths": ibis.literal(money.penalty_rate_millionths, type="int64"), "days_in_year": ibis.literal(money.days_in_year, type="int64")}
    return items.select(*ITEM_KEY, **whole, **rate)


def with_what_ran(left: ir.Table, items: ir.Table, portions: ir.Table) -> ir.Table:
    """Rows of OWED_SCHEMA: what ran on an item is its penalty, left and paid, beyond what was stated.

    Args:
        left: ITEM_KEY and PARTS.
        items: as `ledger_items` gave them.
        portions: ITEM_KEY and PARTS, one row for each payment that reached an item.
    """
    paid = portions.group_by(*ITEM_KEY).agg(paid_minor=money_sum(portions.penalty_minor))
    stated = items.select(*ITEM_KEY, stated_minor=items.penalty_minor)
    joined = left.inner_join(stated, list(ITEM_KEY)).select(left, stated.stated_minor)
    known = joined.left_join(paid, list(ITEM_KEY)).select(joined, paid_minor=paid.paid_minor.fill_null(0))
    return known.mutate(ran_minor=known.penalty_minor + known.paid_minor - known.stated_minor).select(*OWED_SCHEMA.names)


def owed_items(owed: ir.Table, items: ir.Table) -> ir.Table:
    """What the ledger left, as items whose whole amount is outstanding: nothing of the part that is paid stands in them.

    Args:
        owed: OWED_SCHEMA.
        items: the items it was worked out from; they know the contractual due date where due dates move.
    """
    dated = owed
    if "contractual_due_on" in items.columns:
        dated = owed.inner_join(items, list(ITEM_KEY)).select(owed, items.contractual_due_on)
    return dated.mutate(amount_minor=total(dated), outstanding_minor=total(dated))


def paths_of(products: list[str], money: Mapping[str, MoneyRules], otherwise: MoneyRules) -> dict[str, str]:
    """Which path takes each product?

    Args:
        products: names that occur in the book.
        money: rules of products that state their own.
        otherwise: rules of all others.

    >>> paths_of(["card", "loan"], {"card": MoneyRules(penalty_grace_days=3)}, MoneyRules())
    {'card': 'per_account', 'loan': 'in_sets'}
    """
    return {name: str(money.get(name, otherwise).path) for name in sorted(products)}

