"""Which whole number stands for this fraction, in columns?

Ibis divides whole numbers through floating point, which loses units beyond 2^53. So the division is one macro of whole 128-bit numbers, made
known to an engine by `HALF_EVEN_SQL` before any expression that uses `half_even` is carried out.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from arrears.core.columns import WIDE

HALF_EVEN_SQL = """
CREATE OR REPLACE TEMP MACRO half_even(n, d) AS CAST(
    n::HUGEINT // d::HUGEINT + CASE
        WHEN (n::HUGEINT % d::HUGEINT) * 2 > d::HUGEINT THEN 1
        WHEN (n::HUGEINT % d::HUGEINT) * 2 = d::HUGEINT AND (n::HUGEINT // d::HUGEINT) % 2 = 1 THEN 1
        ELSE 0 END
AS BIGINT)
"""
"""The macro behind `half_even` (DuckDB): numerator not below zero, denominator above it. The quotient must fit into 64 bits, else the engine refuses."""


@ibis.udf.scalar.builtin(name="half_even", signature=((WIDE, WIDE), "int64"))
def _half_even(numerator, denominator):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Carried out by the macro."""


def half_even(numerator: ir.DecimalValue, denominator: ir.DecimalValue) -> ir.IntegerValue:
    """The fraction rounded to a whole number, a tie to the even one: `ledger.rounding.divide` in columns.

    Args:
        numerator: wide, zero or more.
        denominator: wide, above zero.
    """
    return _half_even(numerator, denominator)
