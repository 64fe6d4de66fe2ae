"""The cumulative engine: equal instalments from the rate of an ordinary period, interest by the periods' own days or a twelfth of the rate."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from arrears.ledger.day_count import ordinary_days
from arrears.ledger.rounding import FORMULA, to_multiple, to_whole
from arrears.ledger.schedule.annuity import annuity
from arrears.ledger.schedule.periods import PERIODS_IN_YEAR, Period, cumulative_daily_rate, interest_minor, ordinary_rate
from arrears.ledger.schedule.rows import Parts, equal_share, principal_parts
from arrears.ledger.schedule.terms import Amortization, InterestMethod, InterestPeriod, Terms


def parts(terms: Terms, amount_minor: int, periods: list[Period]) -> Parts:
    """Principal and interest of each period; fewer periods where a small last row was merged into the one before."""
    if terms.method is InterestMethod.FLAT:
        return _flat(terms, amount_minor)
    return _declining(terms, amount_minor, periods, _wanted(terms, amount_minor))


def instalment_minor(terms: Terms, amount_minor: int) -> int:
    """Which equal instalment follows from the rate of an ordinary period?

    >>> from datetime import date
    >>> instalment_minor(Terms(500_000, Decimal("0.12"), 18, date(2022, 11, 1), interest_period=InterestPeriod.SAME_AS_REPAYMENT_PERIOD,
    ...                        multiple_minor=100, grace_principal=3), 500_000)
    36100
    """
    if terms.instalment_minor is not None:
        return terms.instalment_minor
    by_days = terms.interest_period is InterestPeriod.DAILY and not terms.ordinary_twelfth
    rate = cumulative_daily_rate(terms, ordinary_days(terms.every, terms.unit)) if by_days else ordinary_rate(terms)
    exact = annuity(amount_minor, [rate] * (terms.count - terms.grace_principal), terms.balloon_minor)
    return to_multiple(exact, terms.multiple_minor, terms.instalment_rounding)


def _wanted(terms: Terms, amount_minor: int) -> Callable[[int], int]:
    """Which principal does a row want, given its interest?"""
    if terms.amortization is Amortization.INTEREST_ONLY:
        return lambda interest: 0
    if terms.amortization is Amortization.EQUAL_PRINCIPAL:
        return lambda interest: _share(terms, amount_minor, interest)
    instalment = instalment_minor(terms, amount_minor)
    return lambda interest: instalment - interest


def _share(terms: Terms, amount_minor: int, interest: int) -> int:
    """An equal share of the principal; with a multiple, so much that share and interest together are one."""
    exact = equal_share(terms, amount_minor)
    if terms.multiple_minor is None:
        return to_whole(exact)
    return to_multiple(exact, terms.multiple_minor) + to_multiple(Decimal(interest), terms.multiple_minor) - interest


def _declining(terms: Terms, amount_minor: int, periods: list[Period], wanted: Callable[[int], int]) -> Parts:
    """Go down the rows; where less than half of a row's principal would be left after it, that row is the last."""
    merges = terms.merge_small_last and terms.amortization is Amortization.EQUAL_INSTALMENTS and not terms.balloon_minor
    left, principal, interest = amount_minor, list[int](), list[int]()
    for place, period in enumerate(periods):
        interest.append(interest_minor(left, period.rate))
        part = 0 if place < terms.grace_principal else max(0, min(wanted(interest[-1]), left - terms.balloon_minor))
        is_last = place == len(periods) - 1 or part == left or (merges and part > 0 and 2 * (left - part) < part)
        principal.append(left if is_last else part)
        left -= principal[-1]
        if is_last:
            break
    return principal, interest


def _flat(terms: Terms, amount_minor: int) -> Parts:
    """Interest on all that was lent, the down payment included; the last row takes what is left of both."""
    in_a_year = FORMULA.multiply(Decimal(terms.principal_minor), terms.rate_annual)
    total = to_whole(FORMULA.divide(FORMULA.multiply(in_a_year, Decimal(terms.every * terms.count)), Decimal(PERIODS_IN_YEAR[terms.unit])))
    each = to_whole(Decimal(total) / terms.count)
    interest = principal_parts(total, [each] * terms.count)
    only = terms.amortization is Amortization.INTEREST_ONLY
    wanted = [0 if only else _share(terms, amount_minor, one) for one in interest]
    return principal_parts(amount_minor, wanted, terms.balloon_minor, terms.grace_principal), interest
