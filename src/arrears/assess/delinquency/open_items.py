"""Which amounts of an account are overdue, each since how many days, and how much was overdue on earlier days?

The run answers for whole accounts; whoever looks at one case asks item by item. Both are counted by the same conventions and the same
expressions, so that the overdue items of an account add up to its overdue amount and the oldest of them is as late as the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import money_sum
from arrears.assess.delinquency.age import days_late, is_late, is_open
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.groups import Group, of_each_group
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.settings import DelinquencySettings

BOOK_OF_ITEMS = ("instalments", "receivables", "payments")
"""Tables of the book that are looked at; `accounts` besides, where products depart from the book's conventions."""

LOOKS_SCHEMA = ibis.schema({"look_id": "int64", "account_id": "int64", "days_back": "int32"})
"""One look at one account as of so many days before; `look_id` names the look alone."""


def counted_items(book: Mapping[str, ir.Table], settings: DelinquencySettings, on: date) -> ir.Table:
    """Every item known on the day, paid or not, due or still to come.

    Args:
        book: tables of `BOOK_OF_ITEMS`, and `accounts` (account_id, product).

    Returns:
        account_id, due_on (where it moved to), sequence, amount_minor, outstanding_minor, contractual_due_on, days_past_due (0 where
        the item is not overdue: paid, to come, or within the tolerance; pauses and grace are the account's, not the item's).
    """
    return of_each_group(book, settings, partial(_counted, on=on))


def _counted(group: Group, on: date) -> ir.Table:
    items = _laid_on(group, on)
    stated = items.contractual_due_on if "contractual_due_on" in items.columns else items.due_on
    days = ibis.ifelse(_overdue(items, group.settings, on), days_late(items.due_on, group.settings, on), 0)
    return items.select(
        "account_id", "due_on", "sequence", "amount_minor", "outstanding_minor", contractual_due_on=stated, days_past_due=days.cast("int32")
    )


def _laid_on(group: Group, on: date) -> ir.Table:
    """The items known on the day with what is outstanding once all money is laid on them."""
    items = items_known_on(group.book["instalments"], group.book["receivables"], on)
    return appropriate(items, paid_per_account(payments_until(group.book["payments"], on, group.settings.payment_day)))


def _overdue(items: ir.Table, settings: DelinquencySettings, on: date) -> ir.BooleanColumn:
    return is_late(items.due_on, settings, on) & is_open(items.outstanding_minor, settings)


def overdue_before(book: Mapping[str, ir.Table], looks: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """How much of each account was overdue at the end of earlier days, by what was due and had come by then?

    Every rule of counting asks how far apart two days lie. So an earlier day is looked at by moving all days of the account forward (after
    its due dates went where the calendar moves them) and asking about `on`: one question for all days instead of one for each.

    Args:
        book: as for `counted_items`.
        looks: rows of `LOOKS_SCHEMA`, one for each account and day looked at.

    Returns:
        account_id, days_back, overdue_minor; missing where no item of the account was known on that day.
    """
    return of_each_group(book, settings, partial(_overdue_sums, looks=looks, on=on))


def _overdue_sums(group: Group, looks: ir.Table, on: date) -> ir.Table:
    forward = {name: _moved_forward(group.book[name], looks) for name in BOOK_OF_ITEMS}
    items = _laid_on(Group(group.settings, forward), on)
    summed = items.group_by("account_id").agg(overdue_minor=money_sum(items.outstanding_minor, where=_overdue(items, group.settings, on)))
    return summed.inner_join(looks, summed.account_id == looks.look_id).select(looks.account_id, looks.days_back, summed.overdue_minor)


def _moved_forward(table: ir.Table, looks: ir.Table) -> ir.Table:
    """The rows of each account once for every look at it, as those of an account of their own with all days moved forward."""
    seen = table.inner_join(looks, "account_id")
    days = seen.days_back.as_interval("D")
    dated = {name: (seen[name] + days).cast("timestamp").cast("date") for name in ("due_on", "issued_on", "paid_on") if name in table.columns}
    others = [seen[name] for name in table.columns if name != "account_id" and name not in dated]
    return seen.select(*others, account_id=seen.look_id, **dated)
