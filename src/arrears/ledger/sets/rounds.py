"""Which part of each payment counts against which item, oldest first, where penalty interest runs on what is overdue?

What a payment leaves decides what accrues until the next, so payments are allocated one after the other: in round 1 the first payment of every
account, in round 2 the second. Between rounds an account needs one row only, its *front*: the oldest item with something left. Items before the
front are paid and closed; items behind it nobody has touched, and what they claim on a day follows from their terms. So a round reads, for each
account, the front and those few items that the payment can reach at all.

Whoever carries the rounds out keeps three tables: the front of the accounts that still have payments to come, the fronts that have come to rest,
and the portions. `front_at_start`, then for each round `reached`, `paid_in_round` and `front_after`; at the end `left_on`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.core.columns import money_so_far
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets.accrual import STATE, not_run_yet, run_until
from arrears.ledger.sets.parts import PARTS, ZERO, covered, not_below_zero, taken_off, total

FRONT = ("account_id", "place", "due_on", "sequence", "reached_minor", *STATE)
"""Columns of a front: an item with what is left of it and what has run on it. `reached_minor` is what all items up to it came to as stated."""


def accounts_that_accrue(ordered_items: ir.Table, portions: ir.Table, left: ir.Table, on: date) -> ir.Table:
    """In which accounts does penalty interest run at all? Where no principal was paid late and none is overdue, fixed claims say everything.

    Args:
        portions, left: what `oldest_first.portions` and `oldest_first.left_of_items` say of the same items, as if nothing ran.
    """
    late = portions.filter((portions.paid_on > portions.due_on) & (portions.principal_minor > 0)).select("account_id")
    overdue = left.filter((left.due_on < ibis.literal(on)) & (left.principal_minor > 0)).select("account_id")
    bearing = ordered_items.filter(ordered_items.rate_millionths > 0).select("account_id").distinct()
    return ibis.union(late, overdue, distinct=True).semi_join(bearing, "account_id")


def front_at_start(ordered_items: ir.Table) -> ir.Table:
    """The first item of each account, untouched.

    Args:
        ordered_items: `oldest_first.items_in_order` of items with PARTS and `accrual.RATE`.
    """
    return not_run_yet(ordered_items.filter(ordered_items.place == 1)).select(*FRONT)


def reached(front: ir.Table, ordered_items: ir.Table, payments_of_round: ir.Table, order: Sequence[Component]) -> ir.Table:
    """Every item that the payment of this round might reach, with what it claims on the payment's day and what it gets.

    Args:
        front: columns of FRONT, one row an account.
        payments_of_round: account_id, payment_id, paid_on, amount_minor; at most one row an account.
        order: every component once, as money reaches them within an item.

    Returns:
        Columns of FRONT as they are after the payment, payment_id, paid_on, `paid_` and the name of each of PARTS, and is_front: whether this is the account's
        front from now on. An account without a front is paid off.
    """
    paying = front.inner_join(payments_of_round, "account_id").select(
        *(front[name] for name in FRONT), *(payments_of_round[name] for name in ("payment_id", "paid_on", "amount_minor"))
    )
    in_reach = ibis.union(paying, _in_reach(paying, ordered_items), distinct=False)
    claims = run_until(in_reach, in_reach.paid_on)
    lined_up = claims.mutate(claimed_minor=total(claims))
    up_to = lined_up.mutate(before_minor=money_so_far(lined_up.claimed_minor, ("account_id",), ("place",)) - lined_up.claimed_minor)
    pays = ibis.least(up_to.claimed_minor, not_below_zero(up_to.amount_minor - up_to.before_minor))
    portions = covered(up_to, order, ZERO, pays)
    left = taken_off(up_to, portions)
    stops_here = (up_to.before_minor <= up_to.amount_minor) & (up_to.amount_minor < up_to.before_minor + up_to.claimed_minor)
    after = up_to.mutate(is_front=stops_here, **{f"paid_{name}": portion for name, portion in portions.items()}, **left)
    return after.select(*FRONT, "payment_id", "paid_on", *(f"paid_{name}" for name in PARTS), "is_front")


def _in_reach(paying: ir.Table, ordered_items: ir.Table) -> ir.Table:
    """Untouched items that money can come to: what lies before them is, even without any penalty, no more than the payment."""
    items = not_run_yet(ordered_items)
    before_item = items.reached_minor - total(items)
    in_reach = [
        paying.account_id == items.account_id,
        items.place > paying.place,
        before_item - paying.reached_minor <= paying.amount_minor - total(paying),
    ]
    return paying.inner_join(items, in_reach).select(*(items[name] for name in FRONT), paying.payment_id, paying.paid_on, paying.amount_minor)


def paid_in_round(reached_items: ir.Table) -> ir.Table:
    """The portions of this round: account_id, payment_id, paid_on, due_on, sequence and PARTS; only where something was paid."""
    portions = reached_items.select(
        "account_id", "payment_id", "paid_on", "due_on", "sequence", **{name: reached_items[f"paid_{name}"] for name in PARTS}
    )
    return portions.filter(total(portions) > 0)


def front_after(reached_items: ir.Table) -> ir.Table:
    """Where each paying account's front stands after this round; one that is paid off has none."""
    return reached_items.filter(reached_items.is_front).select(*FRONT)


def left_on(last_fronts: ir.Table, ordered_items: ir.Table, on: date) -> ir.Table:
    """What is left of each item on a day, with all that ran until then?

    Args:
        last_fronts: the front of each account after its last payment up to the day.

    Returns:
        account_id, due_on, sequence and PARTS; an account without a front is paid off.
    """
    untouched = not_run_yet(ordered_items).select(*FRONT)
    at = last_fronts.select("account_id", front_place=last_fronts.place)
    placed = untouched.left_join(at, "account_id").select(untouched, at.front_place)
    behind = placed.filter(placed.place > placed.front_place).select(*FRONT)
    before = placed.filter(placed.front_place.isnull() | (placed.place < placed.front_place))
    closed = before.mutate(**dict.fromkeys(PARTS, ZERO)).select(*FRONT)
    standing = ibis.union(behind, closed, last_fronts.select(*FRONT), distinct=False)
    return run_until(standing, ibis.literal(on)).select("account_id", "due_on", "sequence", *PARTS)
