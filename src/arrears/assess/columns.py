"""How are sums of money and days written in columns, so that every engine gives the same?

DuckDB adds 64-bit integers into 128 bits and Ibis takes the sum for 64 bits; without the casts below a Parquet file would hold
a floating number. Every aggregate of money in arrears goes through `money_sum`.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir


def money_sum(value: ir.IntegerColumn, *, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """Sum of minor units over a group, exact and 64 bits wide; 0 for a group without rows."""
    return value.sum(where=where).cast("decimal(38,0)").cast("int64").fill_null(0)


def days_between(earlier: ir.DateColumn, later: date) -> ir.IntegerColumn:
    """Whole days from a dated column to a day; negative where the column lies after it."""
    return ibis.literal(later).delta(earlier, unit="day").cast("int32")


def days_later(day: ir.DateColumn, days: int) -> ir.DateColumn:
    """The same days, moved. DuckDB adds an interval to a date as a time stamp, which Ibis takes for a date already: hence both casts."""
    return (day + ibis.interval(days=days)).cast("timestamp").cast("date") if days else day
