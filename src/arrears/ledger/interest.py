"""How much interest runs on this balance over these days?

Exact: the rate is a decimal, everything else whole numbers, and one rounding at the end. Two older conventions have functions of their own:
rounding each day, and counting whole months with odd days.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from arrears.core.problems import WrongCall
from arrears.ledger.rounding import Rounding, divide


def interest_on(balance_minor: int, rate_annual: Decimal, part_of_year: Fraction, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """Balance x rate x part of a year, rounded once (see `day_count.year_fraction` for the part).

    >>> interest_on(10_000_000, Decimal("0.06"), Fraction(31, 360))
    51667
    """
    exact = balance_minor * Fraction(rate_annual) * part_of_year
    return divide(exact.numerator, exact.denominator, rounding)


def interest_for_days(balance_minor: int, rate_annual: Decimal, days: int, days_in_year: int) -> int:
    """The interest of so many days, half even.

    >>> interest_for_days(3_600_000, Decimal("0.09"), 20, 360)
    18000

    Raises:
        WrongCall: fewer than no days, or a year without days.
    """
    if days < 0 or days_in_year < 1:
        raise WrongCall("days is below zero, or days_in_year is not above it.", "Interest cannot be worked out.", "Write days as zero or more, and days_in_year as 360 or 365.")
    return interest_on(balance_minor, rate_annual, Fraction(days, days_in_year))


def interest_rounded_each_day(balance_minor: int, rate_annual: Decimal, days: int, days_in_year: int) -> int:
    """The interest of so many days where each day is booked, and rounded, by itself.

    >>> interest_rounded_each_day(17_100_000, Decimal("0.17"), 2, 365), interest_for_days(17_100_000, Decimal("0.17"), 2, 365)
    (15928, 15929)
    """
    return interest_for_days(balance_minor, rate_annual, 1, days_in_year) * days


def interest_for_months_and_days(balance_minor: int, rate_annual: Decimal, months: int, days: int) -> int:
    """The interest of whole months, a twelfth of the rate each, and odd days, a 360th each (逐笔计息).

    >>> interest_for_months_and_days(10_000_000, Decimal("0.06"), 2, 5)
    108333
    """
    return interest_on(balance_minor, rate_annual, Fraction(months, 12) + Fraction(days, 360))


def simple_daily_charge(balance_minor: int, rate_daily: Decimal, days: int) -> int:
    """A charge of so much a day that bears no interest itself, such as interest for late performance of a judgment.

    >>> simple_daily_charge(10_000_000, Decimal("0.000175"), 60)
    105000
    """
    return interest_on(balance_minor, rate_daily, Fraction(days))


def penalty_on_each(overdue: Iterable[tuple[int, int]], rate_annual: Decimal, days_in_year: int, grace_days: int = 0) -> int:
    """Penalty interest on several overdue amounts, each rounded by itself.

    Args:
        overdue: amount in minor units and days past due (the due date itself is day 0).
        grace_days: an amount no later than this bears none; a later one bears it from its due date.

    >>> penalty_on_each([(4_752_300, 62), (4_752_300, 31), (4_752_300, 1)], Decimal("0.25"), 365)
    305970
    """
    return sum(interest_for_days(amount, rate_annual, days, days_in_year) for amount, days in overdue if days > grace_days)
