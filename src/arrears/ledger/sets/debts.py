"""How do the payments of persons count against the debts that each owes one creditor, where nobody designated any?

The order of articles 560 and 561 of the Civil Code of China (`ledger.allocation.debts`), for all persons at once: in round 1 the first payment of
each, in round 2 the second. Debts that stand at the same place share by what is outstanding of each, the last units by largest remainder.
Nothing counts against a disputed debt. Amounts of one person in different currencies are different persons' amounts here: the owner of a debt is
a person and a currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.core.columns import WIDE
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets.accrual import STATE, not_run_yet, run_until
from arrears.ledger.sets.division import whole_part
from arrears.ledger.sets.parts import PARTS, ZERO, covered, not_below_zero, taken_off, total

OWNER = ("party_id", "currency")
DEBT = (*OWNER, "debt_id", "due_on", "is_secured", "burden_millionths", "is_disputed", *STATE)
"""Columns of a debt: what is left of it and what has run on it. `burden_millionths` is what it costs the debtor a year to leave it open."""


def debts_at_start(debts: ir.Table) -> ir.Table:
    """The debts before any payment: columns of DEBT but for what has run, which is nothing."""
    return not_run_yet(debts).select(*DEBT)


def paid_between(debts: ir.Table, payments_of_round: ir.Table, order: Sequence[Component]) -> ir.Table:
    """What each debt of the paying persons gets of this round's payment.

    Args:
        debts: columns of DEBT.
        payments_of_round: OWNER, payment_id, paid_on, amount_minor; at most one row an owner.
        order: every component once, as money reaches them inside a debt (art. 561, or what was agreed).

    Returns:
        Columns of DEBT as they are after the payment, payment_id, paid_on, and `paid_` with the name of each of PARTS.
    """
    met = debts.inner_join(payments_of_round, list(OWNER)).select(debts, *(payments_of_round[name] for name in ("payment_id", "paid_on", "amount_minor")))
    claims = run_until(met, met.paid_on)
    shared = _shared_out(claims.mutate(claimed_minor=claims.is_disputed.ifelse(ZERO, total(claims))))
    portions = covered(shared, order, ZERO, shared.gets_minor)
    return shared.mutate(**{f"paid_{name}": portion for name, portion in portions.items()}, **taken_off(shared, portions)).select(
        *DEBT, "payment_id", "paid_on", *(f"paid_{name}" for name in PARTS)
    )


def _shared_out(claims: ir.Table) -> ir.Table:
    """The claims with `gets_minor`: place by place, and at one place in proportion."""
    not_due = (claims.due_on > claims.paid_on).cast("int8")
    by_place = [not_due, claims.is_secured.cast("int8"), -claims.burden_millionths, claims.due_on]
    placed = claims.mutate(group=ibis.dense_rank().over(ibis.window(group_by=list(OWNER), order_by=by_place)).cast("int64"))
    up_to_group = placed.claimed_minor.sum().over(ibis.range_window(group_by=list(OWNER), order_by="group", preceding=None, following=0))
    in_group = ibis.window(group_by=[*OWNER, "group"])
    summed = placed.mutate(up_to_minor=_whole(up_to_group), group_minor=_whole(placed.claimed_minor.sum().over(in_group)))
    group_gets = ibis.least(summed.group_minor, not_below_zero(summed.amount_minor - (summed.up_to_minor - summed.group_minor)))
    given = summed.mutate(group_gets=group_gets)
    wide = (given.group_gets.cast(WIDE) * given.claimed_minor.cast(WIDE)).cast(WIDE)
    weight = ibis.greatest(given.group_minor, ibis.literal(1, type="int64")).cast(WIDE)
    floored = given.mutate(floor_minor=whole_part(wide, weight), remainder=(wide % weight).cast(WIDE))
    largest_first = ibis.window(group_by=[*OWNER, "group"], order_by=[floored.remainder.desc(), floored.debt_id])
    ranked = floored.mutate(
        units_over=floored.group_gets - _whole(floored.floor_minor.sum().over(in_group)), by_remainder=ibis.row_number().over(largest_first).cast("int64")
    )
    return ranked.mutate(gets_minor=ranked.floor_minor + (ranked.by_remainder < ranked.units_over).cast("int64"))


def _whole(summed: ir.IntegerColumn) -> ir.IntegerColumn:
    """A total over a window, 64 bits wide."""
    return summed.cast(WIDE).cast("int64")


def portions_of_round(paid: ir.Table) -> ir.Table:
    """OWNER, payment_id, paid_on, debt_id and PARTS; only where something was paid."""
    portions = paid.select(*OWNER, "payment_id", "paid_on", "debt_id", **{name: paid[f"paid_{name}"] for name in PARTS})
    return portions.filter(total(portions) > 0)


def left_on(last_debts: ir.Table, on: date) -> ir.Table:
    """What is left of each debt on a day, with all that ran until then: OWNER, debt_id and PARTS."""
    return run_until(last_debts, ibis.literal(on)).select(*OWNER, "debt_id", *PARTS)
