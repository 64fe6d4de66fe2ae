"""Which part of each payment counts against which item, oldest first, where what is claimed is fixed?

Laid end to end, the payments of an account are a line, and so are its items in the order of their due dates. The two lines are cut at every
end of either; each piece belongs to one payment and one item. No round is needed, whatever the number of payments. Within an item the
components take their turn in a given order.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from arrears.core.columns import money_so_far
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets.parts import PARTS, Parts, covered, not_below_zero, total

BY_DUE_DATE = ("due_on", "sequence")
BY_VALUE_DATE = ("paid_on", "payment_id")


def outstanding(items: ir.Table, paid: ir.Table) -> ir.Table:
    """What is left of each item once all money is laid on the oldest first?

    Args:
        items: account_id, due_on, sequence, amount_minor (not negative).
        paid: account_id, paid_minor, at most one row an account; a missing row is nothing paid.

    Returns:
        The items with `outstanding_minor` between 0 and `amount_minor`; over one account they add up to what was due less what was paid, never
        below zero.
    """
    joined = items.left_join(paid, "account_id").select(items, paid_minor=paid.paid_minor.fill_null(0))
    reached = joined.mutate(reached_minor=money_so_far(joined.amount_minor, ("account_id",), BY_DUE_DATE))
    return reached.select(*items.columns, outstanding_minor=_uncovered(reached.reached_minor, reached.amount_minor, reached.paid_minor))


def _uncovered(reached_minor: ir.IntegerColumn, amount_minor: ir.IntegerColumn, paid_minor: ir.IntegerColumn) -> ir.IntegerColumn:
    """What of an item lies beyond the money, both measured from the beginning of the line."""
    return ibis.least(amount_minor, not_below_zero(reached_minor - paid_minor))


def left_by_component(rows: Parts, order: Sequence[Component], outstanding_minor: ir.IntegerColumn) -> dict[str, ir.IntegerColumn]:
    """Of what is the outstanding part of each row made: the end of its amount, as money reached the beginning first."""
    whole = total(rows)
    return covered(rows, order, whole - outstanding_minor, whole)


def items_in_order(items: ir.Table) -> ir.Table:
    """The items numbered by due date within each account, with what was claimed up to each.

    Returns:
        The items with `place` (from 1) and `reached_minor` (what all items up to this one come to).
    """
    by_due_date = ibis.window(group_by="account_id", order_by=list(BY_DUE_DATE))
    summed = items.mutate(amount_minor=total(items))
    return summed.mutate(
        place=ibis.row_number().over(by_due_date).cast("int64") + 1, reached_minor=money_so_far(summed.amount_minor, ("account_id",), BY_DUE_DATE)
    ).drop("amount_minor")


def payments_in_order(payments: ir.Table) -> ir.Table:
    """The payments numbered by value date within each account, with what came up to each.

    Returns:
        The payments with `place` (from 1) and `reached_minor`.
    """
    by_value_date = ibis.window(group_by="account_id", order_by=list(BY_VALUE_DATE))
    return payments.mutate(
        place=ibis.row_number().over(by_value_date).cast("int64") + 1, reached_minor=money_so_far(payments.amount_minor, ("account_id",), BY_VALUE_DATE)
    )


def left_of_items(ordered_items: ir.Table, paid: ir.Table, order: Sequence[Component]) -> ir.Table:
    """What is left of each item by component: account_id, due_on, sequence and PARTS.

    Args:
        paid: account_id, paid_minor, at most one row an account; a missing row is nothing paid.
    """
    joined = ordered_items.left_join(paid, "account_id").select(ordered_items, paid_minor=paid.paid_minor.fill_null(0))
    left = _uncovered(joined.reached_minor, total(joined), joined.paid_minor)
    return joined.select("account_id", *BY_DUE_DATE, **left_by_component(joined, order, left))


def pieces(ordered_items: ir.Table, ordered_payments: ir.Table) -> ir.Table:
    """The two lines of each account cut at every end: which stretch belongs to which payment and which item?

    Returns:
        account_id, payment_place, item_place, start_minor, end_minor (on both lines alike); a stretch beyond the end of a line names a place that
        does not exist.
    """
    ends = ibis.union(_ends(ordered_items, is_payment=0), _ends(ordered_payments, is_payment=1), distinct=False)
    along = {"group_by": "account_id", "order_by": ["end_minor", "is_payment", "place"]}
    before = ibis.window(**along, rows=(None, 0))
    ran = ends.mutate(
        start_minor=ends.end_minor.lag().over(ibis.window(**along)).fill_null(0),
        payments=ends.is_payment.sum().over(before).cast("int64"),
        all_ends=ibis.row_number().over(ibis.window(**along)).cast("int64") + 1,
    )
    cut = ran.filter(ran.end_minor > ran.start_minor)
    return cut.select(
        "account_id", "start_minor", "end_minor",
        payment_place=cut.payments - cut.is_payment + 1,
        item_place=cut.all_ends - cut.payments + cut.is_payment,
    )


def _ends(ordered: ir.Table, is_payment: int) -> ir.Table:
    return ordered.select("account_id", "place", end_minor=ordered.reached_minor, is_payment=ibis.literal(is_payment, type="int64"))


def portions(ordered_items: ir.Table, ordered_payments: ir.Table, order: Sequence[Component]) -> ir.Table:
    """Which part of each payment counts against which component of which item?

    Args:
        ordered_items: `items_in_order` of items with PARTS.
        ordered_payments: `payments_in_order` of payments (account_id, paid_on, payment_id, amount_minor not negative).
        order: every component once, as money reaches them within an item.

    Returns:
        account_id, payment_id, paid_on, due_on, sequence and, under the names of PARTS, how much of the payment counts against each component; one
        row for each payment and item that meet.
    """
    cut = pieces(ordered_items, ordered_payments)
    on_payment = [cut.account_id == ordered_payments.account_id, cut.payment_place == ordered_payments.place]
    met = cut.inner_join(ordered_payments, on_payment).select(cut, ordered_payments.payment_id, ordered_payments.paid_on)
    on_item = [met.account_id == ordered_items.account_id, met.item_place == ordered_items.place]
    laid = met.inner_join(ordered_items, on_item).select(met, *(ordered_items[name] for name in (*BY_DUE_DATE, *PARTS, "reached_minor")))
    begins = laid.reached_minor - total(laid)
    paid = covered(laid, order, laid.start_minor - begins, laid.end_minor - begins)
    return laid.select("account_id", "payment_id", "paid_on", *BY_DUE_DATE, **paid)


def unallocated(ordered_payments: ir.Table, claimed: ir.Table) -> ir.Table:
    """How much of each payment finds nothing to count against (to be given back)?

    Args:
        claimed: account_id, claimed_minor: all that an account's items come to; at most one row an account.

    Returns:
        account_id, payment_id, unallocated_minor (0 where all of it counts).
    """
    joined = ordered_payments.left_join(claimed, "account_id").select(ordered_payments, claimed_minor=claimed.claimed_minor.fill_null(0))
    beyond = ibis.least(joined.amount_minor, not_below_zero(joined.reached_minor - joined.claimed_minor))
    return joined.select("account_id", "payment_id", unallocated_minor=beyond)
