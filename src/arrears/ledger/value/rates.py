"""Which rate a year is in a row of dated amounts, and how are rates told in another way?

A rate comes out as a share of one with fifteen decimals, half even. The library `pyxirr` finds it near enough; from there on exact decimals
decide, so that the amounts valued at the rate come to nothing within one minor unit, and no binary fraction leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

import pyxirr

from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.ledger.ranges import within
from arrears.ledger.value.flows import WHY, WIDE, Flow, Timing, net_by_day, sign_changes, years_between

RATE_STEP = Decimal("1e-15")
LOWEST, HIGHEST = Decimal("-0.9999"), Decimal(1_000_000)
"""Rates beyond are not looked for: at the lower end all is lost, at the upper a day multiplies by 1.04."""
_FIRST_WIDTH = Decimal("1e-9")
_CLOSE_ENOUGH = Decimal("1e-18")
OfRate = Callable[[Decimal], Decimal]


class NoRate(AnswerIsNo):
    """There is no rate in these amounts, or more than one. `said` tells why in two languages."""

    def __init__(self, said: Sentence) -> None:
        self.said = said
        super().__init__(said.en, "No rate a year can be stated.", "Look at days and signs: what is received stands above zero, what is paid below.")


ONE_SIGN = Sentence("The amounts are all received or all paid.", "所有款项均为收入或均为支出。")
SEVERAL = Sentence("The amounts change between received and paid more than once, so that several rates may be in them.", "收支方向多次变化，可能存在多个利率。")


def stated(rate: Decimal) -> Decimal:
    """The rate with fifteen decimals, half even."""
    return rate.quantize(RATE_STEP, rounding=ROUND_HALF_EVEN, context=WIDE).normalize() + Decimal(0)


def effective_rate(nominal_annual: Decimal, periods: int) -> Decimal:
    """What does a nominal rate come to in a year if interest is settled so many times in it?

    >>> effective_rate(Decimal("0.12"), 12), effective_rate(Decimal("0.12"), 1)
    (Decimal('0.12682503013197'), Decimal('0.12'))

    Raises:
        OutsideRange: no period, or a rate that takes more in a period than there is.
        NoRate: it comes to more than a million times a year.
    """
    within("periods", 1 <= periods <= 366, "a whole number from 1 to 366, such as 12", WHY)
    within("nominal_annual", nominal_annual.is_finite() and nominal_annual > -periods, "a share of one, such as 0.12 for 12 %", WHY)
    found = WIDE.subtract(WIDE.power(WIDE.add(Decimal(1), WIDE.divide(nominal_annual, Decimal(periods))), periods), Decimal(1))
    if found > HIGHEST:
        raise NoRate(_not_in(LOWEST))
    return stated(found)


def nominal_rate(effective_annual: Decimal, periods: int) -> Decimal:
    """Which nominal rate, settled so many times a year, comes to this in a year? The way back from `effective_rate`.

    >>> nominal_rate(Decimal("0.12682503013197"), 12)
    Decimal('0.12')

    Raises:
        OutsideRange: no period, or a rate of minus one or less.
    """
    within("periods", 1 <= periods <= 366, "a whole number from 1 to 366, such as 12", WHY)
    within("effective_annual", effective_annual.is_finite() and effective_annual > -1, "a share of one above -1, such as 0.12 for 12 %", WHY)
    root = WIDE.power(WIDE.add(Decimal(1), effective_annual), WIDE.divide(Decimal(1), Decimal(periods)))
    return stated(WIDE.multiply(WIDE.subtract(root, Decimal(1)), Decimal(periods)))


def _lowest_rate(flows: Sequence[Flow]) -> Decimal:
    """From where on is there one rate at most? (One change of sign: anywhere. More: above zero, if what adds up changes its sign once.)

    Raises:
        NoRate: amounts of one sign, or of several changes whose sums change their sign more than once.
    """
    changes = sign_changes([one.amount_minor for one in flows])
    if changes == 0:
        raise NoRate(ONE_SIGN)
    if changes == 1:
        return LOWEST
    added = [sum(one.amount_minor for one in flows[: place + 1]) for place in range(len(flows))]
    if sign_changes(added) == 1 and added[-1]:
        return Decimal(0)
    raise NoRate(SEVERAL)


def _near(flows: Sequence[Flow]) -> Decimal:
    """Where the library finds the rate, or zero where it finds none."""
    found = pyxirr.xirr([one.on for one in flows], [one.amount_minor for one in flows], silent=True)
    near = Decimal(0) if found is None else Decimal(repr(found))
    return near if near.is_finite() else Decimal(0)


def _not_in(lowest: Decimal) -> Sentence:
    low, high = f"{lowest * 100:.2f} %", f"{HIGHEST * 100:,.0f} %"
    return Sentence(f"No rate between {low} and {high} a year fits the amounts.", f"在年利率 {low} 至 {high} 之间没有符合的利率。")


def _bracket(value: OfRate, near: Decimal, lowest: Decimal) -> tuple[Decimal, Decimal]:
    """Two rates between which the value changes its sign, as close around the first guess as may be.

    Raises:
        NoRate: it changes nowhere in the range.
    """
    width = _FIRST_WIDTH
    near = min(max(near, lowest), HIGHEST)
    while True:
        low, high = max(lowest, near - width), min(HIGHEST, near + width)
        if (value(low) > 0) is not (value(high) > 0):
            return low, high
        if low == lowest and high == HIGHEST:
            raise NoRate(_not_in(lowest))
        width *= 10


def _interpolated(value: OfRate, low: Decimal, high: Decimal) -> Decimal:
    """Where a straight line between the two rates comes to nothing: over a small bracket, the rate itself to many digits."""
    at_low, at_high = value(low), value(high)
    return WIDE.add(low, WIDE.divide(WIDE.multiply(at_low, high - low), at_low - at_high))


def solve(value: OfRate, near: Decimal, lowest: Decimal) -> Decimal:
    """At which rate is this value nothing? By a straight line where that is close enough on both sides, else by halving.

    Raises:
        NoRate: none in the range that is looked at.
    """
    low, high = _bracket(value, near, lowest)
    positive = value(low) > 0
    guess = _interpolated(value, low, high)
    for closer in (guess - _CLOSE_ENOUGH / 2, guess + _CLOSE_ENOUGH / 2):
        if low < closer < high:
            low, high = (closer, high) if (value(closer) > 0) is positive else (low, closer)
    while high - low > _CLOSE_ENOUGH:
        middle = (low + high) / 2
        low, high = (middle, high) if (value(middle) > 0) is positive else (low, middle)
    return stated((low + high) / 2)


def _worth(net: Sequence[Flow], timing: Timing) -> OfRate:
    """The worth of these amounts on the first day, at any rate; the years are counted once, and one exponent is cheaper than a power."""
    dated = [(Decimal(one.amount_minor), -years_between(net[0].on, one.on, timing)) for one in net]

    def worth(rate: Decimal) -> Decimal:
        growth = WIDE.ln(WIDE.add(Decimal(1), rate))
        total = Decimal(0)
        for amount, years in dated:
            total = WIDE.add(total, WIDE.multiply(amount, WIDE.exp(WIDE.multiply(years, growth))))
        return total

    return worth


def xirr(flows: Iterable[Flow], timing: Timing = Timing.DAYS_365) -> Decimal:
    """At which rate a year are these amounts worth nothing: the effective rate that is in them (XIRR, or by equal months the APR of the EU)?

    The equation is that of Directive 2008/48/EC annex I: what is received and what is paid are worth the same on the first day.

    >>> from datetime import date
    >>> xirr([Flow(date(2026, 1, 1), -10_000), Flow(date(2027, 1, 1), 11_000)])
    Decimal('0.1')
    >>> xirr([Flow(date(2026, 1, 1), 10_000), Flow(date(2027, 1, 1), 11_000)])
    Traceback (most recent call last):
    ...
    arrears.ledger.value.rates.NoRate: The amounts are all received or all paid. ...

    Raises:
        NoRate: there is none, or several may be.
    """
    net = net_by_day(flows)
    lowest = _lowest_rate(net)
    return solve(_worth(net, timing), _near(net), lowest)


def settled_rate(flows: Iterable[Flow]) -> Decimal:
    """Which nominal rate a year fits, if interest runs simply, by days of 365, and is settled at each dated amount?

    With equal months this is twelve times the monthly rate: the rate "by simple interest" of lenders who state one.

    >>> from datetime import date
    >>> twelfths = [Flow(date(2026, 1, 1), 10_000), Flow(date(2026, 2, 1), -5_075), Flow(date(2026, 3, 1), -5_075)]
    >>> round(settled_rate(twelfths), 4)
    Decimal('0.1215')

    Raises:
        NoRate: there is none, or several may be.
    """
    net = net_by_day(flows)
    lowest = _lowest_rate(net)
    longest = max((other.on - one.on).days for one, other in pairwise(net))
    all_lost = WIDE.divide(LOWEST * 365, Decimal(longest))

    def left(rate: Decimal) -> Decimal:
        balance, day = Decimal(0), net[0].on
        for one in net:
            growth = WIDE.add(Decimal(1), WIDE.divide(WIDE.multiply(rate, Decimal((one.on - day).days)), Decimal(365)))
            balance, day = WIDE.add(WIDE.multiply(balance, growth), Decimal(one.amount_minor)), one.on
        return balance

    return solve(left, _near(net), max(lowest, all_lost))
