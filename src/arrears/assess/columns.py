"""How are days written in columns, so that every engine gives the same? (Sums of money: `arrears.core.columns`.)"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.core.columns import money_sum

__all__ = ["days_between", "days_later", "money_sum"]


def days_between(earlier: ir.DateColumn, later: date) -> ir.IntegerColumn:
    """Whole days from a dated column to a day; negative where the column lies after it."""
    return ibis.literal(later).delta(earlier, unit="day").cast("int32")


def days_later(day: ir.DateColumn, days: int) -> ir.DateColumn:
    """The same days, moved. DuckDB adds an interval to a date as a time stamp, which Ibis takes for a date already: hence both casts."""
    return (day + ibis.interval(days=days)).cast("timestamp").cast("date") if days else day
