"""How are days, and the names of buckets, written in columns, so that every engine gives the same? (Sums of money: `arrears.core.columns`.)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.core.buckets import bucket_sentence
from arrears.core.columns import money_sum
from arrears.core.reasons import Language

__all__ = ["bucket_said", "days_between", "days_later", "money_sum"]


def days_between(earlier: ir.DateColumn, later: date) -> ir.IntegerColumn:
    """Whole days from a dated column to a day; negative where the column lies after it."""
    return ibis.literal(later).delta(earlier, unit="day").cast("int32")


def days_later(day: ir.DateColumn, days: int) -> ir.DateColumn:
    """The same days, moved. DuckDB adds an interval to a date as a time stamp, which Ibis takes for a date already: hence both casts."""
    return (day + ibis.interval(days=days)).cast("timestamp").cast("date") if days else day


def bucket_said(bucket: ir.StringColumn, bucket_names: Sequence[str], language: Language) -> ir.StringColumn:
    """How is the bucket of each row called by people (`core.buckets`)? One that is not among the names is called by its code."""
    return ibis.cases(*((bucket == name, bucket_sentence(name).in_language(language)) for name in bucket_names), else_=bucket)
