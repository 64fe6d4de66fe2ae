"""What is owed in an invented book: which loans, in which equal instalments, and how far behind is each?

Everything here is a slice of accounts at a time, in columns. Amounts are whole minor units and the annuity factor is a
table of parts per thousand million made with Decimal; the one float is the log-normal curve from which round loan
amounts are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from arrears.intake.sample.draws import Ints, chosen, draws, happens, part

Days = NDArray[np.datetime64]
PRODUCTS = ("consumer_loan", "small_ticket", "education", "car_loan")
RATES = {
    "consumer_loan": ("0.120000", "0.150000", "0.180000"),
    "small_ticket": ("0.240000", "0.216000", "0.180000"),
    "education": ("0.060000", "0.072000", "0.080000"),
    "car_loan": ("0.048000", "0.055000", "0.068000"),
}
ALL_RATES = tuple(sorted({rate for rates in RATES.values() for rate in rates}))
_TYPICAL_MAJOR = {
    "consumer_loan": (18_000, 0.75),
    "small_ticket": (2_600, 0.6),
    "education": (12_000, 0.5),
    "car_loan": (85_000, 0.45),
}
"""Median amount in major units, and the spread of its logarithm."""
_TERM_SHARES = ((89, 1.0), (8, 0.5), (2, 2.0), (1, 3.0))
"""Of 100 accounts, how many run for which multiple of the usual number: they average to exactly 1."""
PAY_DAYS = (5, 10, 15, 20, 25)
_PAY_DAY_SHARES = (18, 26, 28, 16, 12)
_BEHIND_SHARES = (60, 13, 7, 5, 4, 3, 8)
"""Of the overdue: how many instalments are missing, 1 to 6, and more."""
OVERDUE_SHARE = Decimal("0.06")
_STEPS = 1024
_BILLION = 10**9


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was asked for: seed, day, usual number of instalments, minor units in one major unit."""

    seed: int
    as_of: date
    instalments: int
    minor_per_major: int


@dataclass(frozen=True, slots=True)
class Loans:
    """A slice of accounts in columns. `number` is the running number from which all chance comes."""

    number: Ints
    owner: Ints
    product: Ints
    rate: Ints
    term: Ints
    principal_minor: Ints
    instalment_minor: Ints
    first_due_month: Ints
    pay_day: Ints
    opened_on: Days
    fallen_due: Ints
    missing: Ints
    """How many of the instalments fallen due are missing; 0 for an account in order."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments of a slice, account after account. `account` is the place of the account in the slice."""

    account: Ints
    number: Ints
    due_on: Days
    principal_minor: Ints
    interest_minor: Ints


def terms_of(numbers: Ints, instalments: int) -> Ints:
    """How many instalments has each account? Mostly the usual number; 100 accounts average it exactly.

    >>> float(terms_of(np.arange(200), 12).mean()), sorted(set(terms_of(np.arange(200), 12).tolist()))
    (12.0, [6, 12, 24, 36])
    """
    if instalments % 2 or instalments < 4:
        return np.full(len(numbers), instalments, dtype=np.int64)
    terms = [int(instalments * times) for count, times in _TERM_SHARES for _ in range(count)]
    return np.array(terms, dtype=np.int64)[(numbers * 61) % 100]


def make_loans(recipe: Recipe, numbers: Ints, owners: Ints) -> Loans:
    """Which loans have these running numbers, owed by these people (running numbers too)?"""
    first, second = draws(recipe.seed, "loan", numbers), draws(recipe.seed, "dates", numbers)
    term = terms_of(numbers, recipe.instalments)
    product = _products(first, term, recipe.instalments)
    rate = _rate_table()[product, part(first, 1, 3)]
    principal = _principals(recipe.minor_per_major)[product, part(first, 2, _STEPS)]
    fallen_due = (part(second, 0, 65_536) * term) >> 16
    pay_day = np.array(PAY_DAYS, dtype=np.int64)[chosen(second, 1, _PAY_DAY_SHARES)]
    month = _last_due_month(recipe.as_of, pay_day) - fallen_due + 1
    opened_on = _day_of(month, pay_day) - (31 + part(second, 2, 14)).astype("timedelta64[D]")
    return Loans(
        number=numbers,
        product=product,
        rate=rate,
        term=term,
        principal_minor=principal,
        first_due_month=month,
        pay_day=pay_day,
        instalment_minor=principal * _annuities(recipe.instalments)[rate, term] // _BILLION,
        opened_on=opened_on,
        fallen_due=fallen_due,
        missing=_missing(recipe, numbers, owners, term, fallen_due),
        owner=owners,
    )


def _products(words: NDArray[np.uint64], term: Ints, usual: int) -> Ints:
    """Short loans are small-ticket, long ones are for a car or a school."""
    product = chosen(words, 0, (52, 24, 20, 4))
    product = np.where(term < usual, PRODUCTS.index("small_ticket"), product)
    return np.where(
        term > usual, np.where(part(words, 0, 3) > 0, PRODUCTS.index("car_loan"), PRODUCTS.index("education")), product
    )


def _missing(recipe: Recipe, numbers: Ints, owners: Ints, term: Ints, fallen_due: Ints) -> Ints:
    """How many instalments are missing?

    The share is raised a little for those who can be overdue at all, so that 6 % of all accounts are.
    Every second account follows its owner's own fate: who cannot pay one loan can seldom pay the other.
    """
    words, fate = draws(recipe.seed, "behind", numbers), draws(recipe.seed, "fate", owners)
    with_owner = draws(recipe.seed, "together", numbers) & np.uint64(1) == 0
    share = int(OVERDUE_SHARE * 10_000) * term // np.maximum(term - 1, 1)
    overdue = (part(np.where(with_owner, fate, words), 0, 65_536) * 10_000 < share * 65_536) & (fallen_due > 0)
    behind = chosen(words, 1, _BEHIND_SHARES) + 1
    behind = np.where(behind == len(_BEHIND_SHARES), behind + part(words, 2, 4), behind)
    never_paid = happens(words, 3, 500)
    return np.where(overdue, np.where(never_paid, fallen_due, np.minimum(behind, fallen_due)), 0)


def _last_due_month(as_of: date, pay_day: Ints) -> Ints:
    """The month (from 1970) of the last pay day before the day itself: what is due today is not late today."""
    this_month = (as_of.year - 1970) * 12 + as_of.month - 1
    return np.where(pay_day < as_of.day, this_month, this_month - 1)


def _day_of(month: Ints, day: Ints) -> Days:
    days: Days = month.astype("datetime64[M]").astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    return days


@cache
def _rate_table() -> Ints:
    return np.array([[ALL_RATES.index(rate) for rate in RATES[product]] for product in PRODUCTS], dtype=np.int64)


@cache
def _principals(minor_per_major: int) -> Ints:
    """Amounts by product and quantile: log-normal, in full hundreds."""
    levels = [NormalDist().inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS)]
    rows = [
        [max(5, round(median * np.exp(spread * level) / 100)) * 100 for level in levels]
        for median, spread in _TYPICAL_MAJOR.values()
    ]
    return np.array(rows, dtype=np.int64) * minor_per_major


@cache
def _annuities(instalments: int) -> Ints:
    """Instalment per thousand million of principal, by rate and term."""
    table = np.zeros((len(ALL_RATES), instalments * 3 + 1), dtype=np.int64)
    for place, rate in enumerate(ALL_RATES):
        monthly = Decimal(rate) / 12
        for term in {int(instalments * times) for _, times in _TERM_SHARES} - {0}:
            table[place, term] = int(_BILLION * monthly / (1 - (1 + monthly) ** -term))
    return table


def make_schedule(loans: Loans) -> Schedule:
    """Which instalments has each account? Equal ones; the last takes what is left, so principal sums to the loan."""
    starts = np.cumsum(loans.term) - loans.term
    rows = int(loans.term.sum())
    account = np.repeat(np.arange(len(loans.number)), loans.term)
    number = np.arange(rows) - starts[account] + 1
    principal, interest = np.empty(rows, np.int64), np.empty(rows, np.int64)
    for term in np.unique(loans.term):
        _fill_schedule(loans, np.flatnonzero(loans.term == term), int(term), starts, principal, interest)
    due_on = _day_of(loans.first_due_month[account] + number - 1, loans.pay_day[account])
    return Schedule(account, number, due_on, principal, interest)


def _fill_schedule(loans: Loans, these: Ints, term: int, starts: Ints, principal: Ints, interest: Ints) -> None:
    """Walk down the balances of all accounts of one term together. Interest is rounded half up to the minor unit."""
    millionths = np.array([int(Decimal(rate) * 10**6) for rate in ALL_RATES], dtype=np.int64)[loans.rate[these]]
    left = loans.principal_minor[these].copy()
    for place in range(term):
        charged = (left * millionths + 6_000_000) // 12_000_000
        repaid = left if place == term - 1 else np.minimum(loans.instalment_minor[these] - charged, left)
        principal[starts[these] + place], interest[starts[these] + place] = repaid, charged
        left = left - repaid
