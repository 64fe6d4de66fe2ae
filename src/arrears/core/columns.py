"""How are sums of money written in columns, so that every engine gives the same?

DuckDB adds 64-bit integers into 128 bits and Ibis takes the sum for 64 bits; without the casts below a Parquet file would hold
a floating number. Every aggregate of money in arrears goes through `money_sum`, every running total through `money_so_far`.
"""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

WIDE = dt.Decimal(38, 0)
"""A whole number of up to 38 digits: wide enough for an amount times days times a rate, where 64 bits are not."""


def money_sum(value: ir.IntegerColumn, *, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """Sum of minor units over a group, exact and 64 bits wide; 0 for a group without rows."""
    return value.sum(where=where).cast(WIDE).cast("int64").fill_null(0)


def money_so_far(value: ir.IntegerColumn, within: tuple[str, ...], order_by: tuple[str, ...]) -> ir.IntegerColumn:
    """Running total of minor units inside each group, this row included, exact and 64 bits wide; `order_by` orders the group totally."""
    until_here = ibis.window(group_by=list(within), order_by=list(order_by), rows=(None, 0))
    return value.sum().over(until_here).cast(WIDE).cast("int64")
