"""The progressive engine: equal instalments from the rates of the very periods, evened out until the last is close to the others."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from arrears.ledger.rounding import divide, to_multiple
from arrears.ledger.schedule.annuity import annuity
from arrears.ledger.schedule.periods import Period, interest_minor
from arrears.ledger.schedule.rows import Parts, equal_share, principal_parts
from arrears.ledger.schedule.terms import Amortization, InterestMethod, Terms

EVENING_OUT_AT_MOST = 3


def parts(terms: Terms, amount_minor: int, periods: list[Period]) -> Parts:
    """Principal and interest of each period, interest still in the period in which it arises."""
    if terms.method is InterestMethod.FLAT:
        return _flat(terms, amount_minor, periods)
    if terms.amortization is Amortization.EQUAL_INSTALMENTS:
        return _equal_instalments(terms, amount_minor, periods)
    each = 0 if terms.amortization is Amortization.INTEREST_ONLY else equal_principal(terms, amount_minor)
    return _run(terms, amount_minor, periods, lambda _: each)


def equal_principal(terms: Terms, amount_minor: int) -> int:
    """Which principal falls due in each row that holds some, before the last?"""
    return to_multiple(equal_share(terms, amount_minor), terms.multiple_minor, terms.instalment_rounding)


def _run(terms: Terms, amount_minor: int, periods: list[Period], wanted: Callable[[int], int]) -> Parts:
    """Go down the rows: interest on what is left, then the principal that `wanted` answers for that interest."""
    left, principal, interest = amount_minor, list[int](), list[int]()
    for place, period in enumerate(periods):
        interest.append(interest_minor(left, period.rate))
        if place == len(periods) - 1:
            part = left
        elif place < terms.grace_principal:
            part = 0
        else:
            part = max(0, min(wanted(interest[-1]), left - terms.balloon_minor))
        principal.append(part)
        left -= part
    return principal, interest


def _with_instalment(terms: Terms, amount_minor: int, periods: list[Period], instalment: int) -> Parts:
    return _run(terms, amount_minor, periods, lambda interest: instalment - interest)


def _equal_instalments(terms: Terms, amount_minor: int, periods: list[Period]) -> Parts:
    """The annuity; then up to three times a little more or less, while that brings the last row closer to the others."""
    count = len(periods)
    instalment = to_multiple(
        annuity(amount_minor, [period.rate for period in periods[terms.grace_principal :]], terms.balloon_minor), terms.multiple_minor, terms.instalment_rounding
    )
    best = _with_instalment(terms, amount_minor, periods, instalment)
    off = _last_row_off(best, instalment, terms)
    for _ in range(EVENING_OUT_AT_MOST):
        if abs(off) <= count // 2:
            break
        changed = to_multiple(Decimal(instalment + divide(off, count)), terms.multiple_minor)
        tried = _with_instalment(terms, amount_minor, periods, changed)
        if abs(_last_row_off(tried, changed, terms)) >= abs(off):
            break
        best, instalment, off = tried, changed, _last_row_off(tried, changed, terms)
    return best


def _last_row_off(parts: Parts, instalment: int, terms: Terms) -> int:
    """By how much does the last row differ from the instalment?"""
    principal, interest = parts
    return principal[-1] + interest[-1] - terms.balloon_minor - instalment


def _flat(terms: Terms, amount_minor: int, periods: list[Period]) -> Parts:
    """Interest on all that was lent; equal instalments of principal and interest together, the last row takes what is left."""
    interest = [interest_minor(amount_minor, period.rate) for period in periods]
    if terms.amortization is not Amortization.EQUAL_INSTALMENTS:
        each = 0 if terms.amortization is Amortization.INTEREST_ONLY else equal_principal(terms, amount_minor)
        return principal_parts(amount_minor, [each] * len(periods), terms.balloon_minor, terms.grace_principal), interest
    own = interest[terms.grace_principal :]
    instalment = to_multiple(Decimal(amount_minor - terms.balloon_minor + sum(own)) / len(own), terms.multiple_minor, terms.instalment_rounding)
    return principal_parts(amount_minor, [instalment - one for one in interest], terms.balloon_minor, terms.grace_principal), interest
