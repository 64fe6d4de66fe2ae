"""Which whole number stands for this fraction, in columns?

Ibis divides whole numbers through floating point, which loses units beyond 2^53. So division is two macros of whole 128-bit numbers, made
known to an engine by `DIVISION_SQL` before any expression that uses them is carried out.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.core.columns import WIDE

DIVISION_SQL = (
    "CREATE OR REPLACE TEMP MACRO whole_part(n, d) AS CAST(n::HUGEINT // d::HUGEINT AS BIGINT)",
    """CREATE OR REPLACE TEMP MACRO half_even(n, d) AS CAST(
        n::HUGEINT // d::HUGEINT + CASE
            WHEN (n::HUGEINT % d::HUGEINT) * 2 > d::HUGEINT THEN 1
            WHEN (n::HUGEINT % d::HUGEINT) * 2 = d::HUGEINT AND (n::HUGEINT // d::HUGEINT) % 2 = 1 THEN 1
            ELSE 0 END
    AS BIGINT)""",
)
"""The macros behind the functions below (DuckDB). A quotient that does not fit into 64 bits the engine refuses."""


@ibis.udf.scalar.builtin(name="half_even", signature=((WIDE, WIDE), "int64"))
def _half_even(numerator, denominator):  # type: ignore[no-untyped-def]
    """Carried out by the macro."""


@ibis.udf.scalar.builtin(name="whole_part", signature=((WIDE, WIDE), "int64"))
def _whole_part(numerator, denominator):  # type: ignore[no-untyped-def]
    """Carried out by the macro."""


def half_even(numerator: ir.DecimalValue, denominator: ir.DecimalValue) -> ir.IntegerValue:
    """The fraction rounded to a whole number, a tie to the even one: `ledger.rounding.divide` in columns.

    Args:
        numerator: wide, zero or more.
        denominator: wide, above zero.
    """
    found: ir.IntegerValue = _half_even(numerator, denominator)
    return found


def whole_part(numerator: ir.DecimalValue, denominator: ir.DecimalValue) -> ir.IntegerValue:
    """How often does the denominator go into the numerator, the rest left aside? Both wide, the numerator zero or more, the denominator above it."""
    found: ir.IntegerValue = _whole_part(numerator, denominator)
    return found
