"""What is a row of dated amounts worth on a day?

Compound discounting by a rate a year. What lies between two days is a part of a year by a convention that has a name; money comes out in whole
minor units, rounded half even once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from itertools import pairwise

from arrears.ledger.due_dates import add_months
from arrears.ledger.ranges import within
from arrears.ledger.rounding import to_whole

WIDE = Context(prec=40, rounding=ROUND_HALF_EVEN)
"""The arithmetic of discounting: forty significant digits, so that an amount of nineteen digits keeps its last unit over many years."""
WHY = "A value cannot be worked out from it."


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount on a day, in minor units: what is received is above zero, what is paid below."""

    on: date
    amount_minor: int


class Timing(Enum):
    """Which part of a year lies between two days?

    `DAYS_365`: days by 365, as spreadsheets' XIRR and XNPV count. `EQUAL_MONTHS`, `EQUAL_WEEKS`: whole months (a twelfth each) or weeks (a 52nd),
    counted back from the later day, and the days before them by the length of the year that ends there: Directive 2014/17/EU annex I, part I (c).
    """

    DAYS_365 = "days_365"
    EQUAL_MONTHS = "equal_months"
    EQUAL_WEEKS = "equal_weeks"


def _by_days(start: date, end: date) -> Decimal:
    return WIDE.divide(Decimal((end - start).days), Decimal(365))


def _months_between(start: date, end: date) -> int:
    """How many whole months can be counted back from the end without passing the start?"""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(end, -months) >= start else months - 1


def _with_odd_days(whole: Decimal, start: date, last: date) -> Decimal:
    """Whole periods, and the days from the start to where they begin, by the length of the year that ends there."""
    return WIDE.add(whole, WIDE.divide(Decimal((last - start).days), Decimal((last - add_months(last, -12)).days)))


def _by_equal_months(start: date, end: date) -> Decimal:
    months = _months_between(start, end)
    return _with_odd_days(WIDE.divide(Decimal(months), Decimal(12)), start, add_months(end, -months))


def _by_equal_weeks(start: date, end: date) -> Decimal:
    weeks, odd = divmod((end - start).days, 7)
    return _with_odd_days(WIDE.divide(Decimal(weeks), Decimal(52)), start, date.fromordinal(start.toordinal() + odd))


_COUNTED: dict[Timing, Callable[[date, date], Decimal]] = {
    Timing.DAYS_365: _by_days,
    Timing.EQUAL_MONTHS: _by_equal_months,
    Timing.EQUAL_WEEKS: _by_equal_weeks,
}


def years_between(start: date, end: date, timing: Timing = Timing.DAYS_365) -> Decimal:
    """How many years, as an exact decimal of forty digits, lie between two days? Below zero where the end comes first.

    >>> years_between(date(1994, 1, 1), date(1995, 7, 1), Timing.EQUAL_MONTHS), years_between(date(2026, 1, 1), date(2027, 1, 1))
    (Decimal('1.5'), Decimal('1'))
    >>> years_between(date(2027, 1, 1), date(2026, 1, 1))
    Decimal('-1')
    """
    return _COUNTED[timing](start, end) if start <= end else -_COUNTED[timing](end, start)


def exact_value(flows: Iterable[Flow], rate_annual: Decimal, on: date, timing: Timing = Timing.DAYS_365) -> Decimal:
    """What are these amounts worth on a day, before rounding?"""
    growth, total = WIDE.add(Decimal(1), rate_annual), Decimal(0)
    for one in flows:
        factor = WIDE.power(growth, -years_between(on, one.on, timing))
        total = WIDE.add(total, WIDE.multiply(Decimal(one.amount_minor), factor))
    return total


def value_on(flows: Iterable[Flow], rate_annual: Decimal, on: date, timing: Timing = Timing.DAYS_365) -> int:
    """What are these amounts worth on a day, those before it with what they bore since, in minor units?

    Valued on the day of the first amount this is the net present value (NPV, as XNPV counts it).

    >>> loan = [Flow(date(2026, 1, 1), -10_000), Flow(date(2027, 1, 1), 11_000)]
    >>> value_on(loan, Decimal("0.05"), date(2026, 1, 1)), value_on(loan, Decimal(0), date(2026, 1, 1))
    (476, 1000)

    Raises:
        OutsideRange: a rate of minus one or less.
    """
    within("rate_annual", rate_annual.is_finite() and rate_annual > -1, "a share of one above -1, such as 0.05 for 5 %", WHY)
    return to_whole(exact_value(flows, rate_annual, on, timing))


def present_value(flows: Iterable[Flow], rate_annual: Decimal, on: date, timing: Timing = Timing.DAYS_365) -> int:
    """What is that which is still to come after a day worth on it (PV)?

    >>> present_value([Flow(date(2026, 1, 1), -10_000), Flow(date(2027, 1, 1), 11_000)], Decimal("0.1"), date(2026, 1, 1))
    10000
    """
    return value_on((one for one in flows if one.on > on), rate_annual, on, timing)


def net_by_day(flows: Iterable[Flow]) -> list[Flow]:
    """One amount a day, oldest first; days on which nothing is left are not there.

    >>> net_by_day([Flow(date(2026, 1, 1), 5), Flow(date(2026, 1, 1), -2), Flow(date(2025, 1, 1), 0)])
    [Flow(on=datetime.date(2026, 1, 1), amount_minor=3)]
    """
    found: dict[date, int] = {}
    for one in flows:
        found[one.on] = found.get(one.on, 0) + one.amount_minor
    return [Flow(day, amount) for day, amount in sorted(found.items()) if amount]


def sign_changes(amounts: Sequence[int]) -> int:
    """How often do amounts change from above zero to below, or back?

    >>> sign_changes([-5, 0, 3, 4, -1]), sign_changes([1, 2])
    (2, 0)
    """
    signs = [amount > 0 for amount in amounts if amount]
    return sum(one is not other for one, other in pairwise(signs))
