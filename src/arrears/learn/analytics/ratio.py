"""A ratio that is exact, or that cannot be said."""

from __future__ import annotations

from fractions import Fraction

Ratio = Fraction | None
"""An exact ratio; None where there is nothing to divide by, which is not the same as zero."""


def ratio(part: int, whole: int) -> Ratio:
    """Part of a whole, exactly.

    >>> ratio(40, 100), ratio(1, 0)
    (Fraction(2, 5), None)
    """
    return Fraction(part, whole) if whole else None


def percent_text(value: Ratio, digits: int = 2) -> str:
    """The ratio in percent for a reader, half rounded to even; a dash where it cannot be said.

    >>> percent_text(Fraction(5, 100)), percent_text(None), percent_text(Fraction(1, 3), 1)
    ('5.00 %', '–', '33.3 %')
    """
    if value is None:
        return "–"
    scaled = round(value * 100 * 10**digits)
    sign, whole = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]} %" if digits else f"{sign}{whole} %"
