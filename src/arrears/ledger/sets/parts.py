"""Of which components is an amount of each row made, and which of them does a stretch of it cover?

An item lays its components end to end in the order in which money reaches them. Money that covers the item from `start` to `end` pays of each
component what of it lies in that stretch; what is left is the stretch from what was paid to the end. One rule, asked from both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from arrears.ledger.allocation.claims import Component

ZERO = ibis.literal(0, type="int64")


def part(component: Component) -> str:
    """The column of a component.

    >>> part(Component.FEE)
    'fee_minor'
    """
    return f"{component.value}_minor"


PARTS = tuple(part(one) for one in Component)
"""Columns of an item's components, in minor units, never null, never below zero."""


Parts: TypeAlias = "ir.Table | Mapping[str, ir.IntegerColumn]"
"""Something with a column under each name of PARTS."""


def total(rows: Parts) -> ir.IntegerColumn:
    """What all components of a row come to."""
    return reduce(add, (rows[name] for name in PARTS))


def not_below_zero(value: ir.IntegerColumn) -> ir.IntegerColumn:
    """The value, or nothing where it would be less."""
    return ibis.greatest(value, ZERO)


def covered(rows: Parts, order: Sequence[Component], start: ir.IntegerValue, end: ir.IntegerValue) -> dict[str, ir.IntegerColumn]:
    """How much of each component lies between `start` and `end` of the row's amount?

    Args:
        rows: with the columns of PARTS.
        order: every component once, the one reached first in front.
        start, end: minor units from the beginning of the row's amount; nothing where `end` is not above `start`.
    """
    assert set(order) == set(Component) and len(order) == len(Component), "an order names every component once"
    found, begins = {}, ZERO
    for one in order:
        ends = begins + rows[part(one)]
        found[part(one)] = not_below_zero(ibis.least(end, ends) - ibis.greatest(start, begins))
        begins = ends
    return found


def taken_off(rows: Parts, portions: dict[str, ir.IntegerColumn]) -> dict[str, ir.IntegerColumn]:
    """What is left of each component once these portions are paid."""
    return {name: rows[name] - portion for name, portion in portions.items()}
