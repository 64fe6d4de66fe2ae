"""Which whole number of minor units stands for this exact amount, and who gets what is left over?

`Decimal` lives only inside interest formulas, with the precision below; what leaves a formula is a whole number, by a rounding that has a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import Enum

PRECISION_DIGITS = 19
"""Significant digits between the steps of a schedule's formula, as lenders' systems commonly carry them."""

FORMULA = Context(prec=PRECISION_DIGITS, rounding=ROUND_HALF_EVEN)
"""The arithmetic of interest formulas. Used by its methods, so that no global state is changed."""


class Rounding(Enum):
    """How does an exact amount become a whole number?"""

    HALF_EVEN = ROUND_HALF_EVEN
    HALF_UP = ROUND_HALF_UP
    UP = ROUND_CEILING
    DOWN = ROUND_DOWN


def to_whole(amount: Decimal, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """Which whole number of units is this exact amount?

    >>> to_whole(Decimal("2.5")), to_whole(Decimal("3.5")), to_whole(Decimal("2.5"), Rounding.HALF_UP), to_whole(Decimal("2.1"), Rounding.UP)
    (2, 4, 3, 3)
    """
    return int(amount.to_integral_value(rounding=rounding.value))


def to_multiple(amount: Decimal, multiple: int | None, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """Which multiple of so many minor units is it? Rounded to whole units first, then to the multiple, each by the same rounding.

    >>> to_multiple(Decimal(16667), 100), to_multiple(Decimal(16650), 100), to_multiple(Decimal("166.5"), None), to_multiple(Decimal("100.1"), 100, Rounding.UP)
    (16700, 16600, 166, 200)
    """
    whole = to_whole(amount, rounding)
    return whole if multiple is None else divide(whole, multiple, rounding) * multiple


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """Which whole number is this fraction, in exact integer arithmetic of any width?

    >>> divide(5, 2), divide(7, 2), divide(-5, 2), divide(5, 2, Rounding.UP), divide(-5, 2, Rounding.DOWN), divide(5, 2, Rounding.HALF_UP)
    (2, 4, -2, 3, -2, 3)
    """
    assert denominator > 0
    low, rest = divmod(numerator, denominator)
    if rest == 0:
        return low
    match rounding:
        case Rounding.UP:
            return low + 1
        case Rounding.DOWN:
            return low + (numerator < 0)
        case Rounding.HALF_UP:
            return low + (2 * rest > denominator or (2 * rest == denominator and numerator > 0))
        case Rounding.HALF_EVEN:
            return low + (2 * rest > denominator or (2 * rest == denominator and low % 2 == 1))


def share_out(total_minor: int, weights: Sequence[int]) -> list[int]:
    """How is an amount shared by weights, to the last unit? Largest remainder first; of equal remainders the earlier.

    Args:
        total_minor: what is shared, not negative.
        weights: not negative, not all zero.

    >>> share_out(100, [1, 1, 1]), share_out(10, [0, 3, 1]), share_out(0, [5])
    ([34, 33, 33], [0, 8, 2], [0])
    """
    assert total_minor >= 0
    assert sum(weights) > 0
    floors = [divmod(total_minor * weight, sum(weights)) for weight in weights]
    left = total_minor - sum(whole for whole, _ in floors)
    first = sorted(range(len(weights)), key=lambda place: (-floors[place][1], place))[:left]
    return [whole + (place in first) for place, (whole, _) in enumerate(floors)]
