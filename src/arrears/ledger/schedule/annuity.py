"""Which equal instalment pays a loan off?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from arrears.ledger.rounding import FORMULA

ONE = Decimal(1)


def annuity(principal_minor: int, rates: Sequence[Decimal], balloon_minor: int = 0) -> Decimal:
    """Which instalment, the same in every period, leaves the balloon (or nothing) after the last? Exact to the precision of formulas.

    With growth g = 1 + rate of each period: (principal x product of all g - balloon) / F, where F starts at 1 and becomes 1 + F x g at each
    period from the second on. Different rates in different periods are allowed, and zero.

    >>> annuity(10_000, [Decimal("0.01")] * 2), annuity(9_000, [Decimal(0)] * 3), annuity(10_000, [Decimal("0.01")] * 2, 10_000)
    (Decimal('5075.124378109452736'), Decimal('3000'), Decimal('100.00'))
    """
    growth, factor = Decimal(principal_minor), ONE
    for place, rate in enumerate(rates):
        by = FORMULA.add(ONE, rate)
        growth = FORMULA.multiply(growth, by)
        factor = factor if place == 0 else FORMULA.add(ONE, FORMULA.multiply(factor, by))
    return FORMULA.divide(FORMULA.subtract(growth, Decimal(balloon_minor)), factor)
