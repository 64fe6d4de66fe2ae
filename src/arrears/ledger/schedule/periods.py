"""Over which periods does interest run, and at which rate each?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from arrears.ledger.day_count import ordinary_days, period_rate
from arrears.ledger.due_dates import Unit, due_dates, step
from arrears.ledger.rounding import FORMULA, to_whole
from arrears.ledger.schedule.terms import Engine, InterestPeriod, Terms

PERIODS_IN_YEAR = {Unit.MONTHS: 12, Unit.WEEKS: 52, Unit.DAYS: 365}


@dataclass(frozen=True, slots=True)
class Period:
    """From one due date to the next, and the rate of this stretch as a share of one."""

    from_on: date
    due_on: date
    rate: Decimal


def interest_minor(balance_minor: int, rate: Decimal) -> int:
    """What is the interest of a period on a balance, half even?

    >>> interest_minor(10_000, Decimal("0.00585"))
    58
    """
    return to_whole(FORMULA.multiply(Decimal(balance_minor), rate))


def ordinary_rate(terms: Terms) -> Decimal:
    """What is the rate of an ordinary period, a twelfth of a year a month?"""
    return FORMULA.divide(FORMULA.multiply(terms.rate_annual, Decimal(terms.every)), Decimal(PERIODS_IN_YEAR[terms.unit]))


def due_days(terms: Terms) -> list[date]:
    """On which days do the instalments fall due?"""
    days = due_dates(terms.paid_out_on, terms.count, terms.every, terms.unit, terms.month_end, terms.first_due_on)
    if terms.fixed_length_days is None:
        return days
    end = terms.paid_out_on + timedelta(terms.fixed_length_days)
    return [*(min(day, end) for day in days[:-1]), end]


def periods(terms: Terms) -> list[Period]:
    """Which periods has the loan, each with its rate by the terms' convention?"""
    days = due_days(terms)
    return [Period(start, end, _rate(terms, start, end, place)) for place, (start, end) in enumerate(zip([terms.paid_out_on, *days[:-1]], days, strict=True))]


def _rate(terms: Terms, start: date, end: date, place: int) -> Decimal:
    if terms.days_since_same_day:
        start = step(end, -terms.every, terms.unit)
    odd = (place == 0 and terms.first_due_on is not None) or (place == terms.count - 1 and terms.fixed_length_days is not None)
    if terms.interest_period is InterestPeriod.SAME_AS_REPAYMENT_PERIOD and not odd:
        return ordinary_rate(terms)
    if terms.engine is Engine.CUMULATIVE:
        return cumulative_daily_rate(terms, ordinary_days(terms.every, terms.unit) if terms.day_count.days_in_month and not odd else (end - start).days)
    return period_rate(terms.rate_annual, start, end, terms.day_count, None if odd else ordinary_days(terms.every, terms.unit))


def cumulative_daily_rate(terms: Terms, days: int) -> Decimal:
    """What is the rate of so many days where a day is the year's rate by 360 or 364 if the convention says so, else by 365?"""
    length = terms.day_count.days_in_year or 365
    return FORMULA.multiply(FORMULA.divide(terms.rate_annual, Decimal(length)), Decimal(days))
