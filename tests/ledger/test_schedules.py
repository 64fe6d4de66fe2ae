"""Schedules of all kinds: what must hold whatever the terms, and the stories of single terms."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from arrears.core.problems import WrongCall
from arrears.ledger.day_count import ACTUAL_360, ACTUAL_365, ACTUAL_ACTUAL, THIRTY_360, DayCount, LeapRule, YearBoundary
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.rounding import Rounding, divide, share_out
from arrears.ledger.schedule.make import down_payment_minor, schedule
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, InterestPeriod, Terms

CONVENTIONS = [
    THIRTY_360,
    ACTUAL_360,
    ACTUAL_365,
    ACTUAL_ACTUAL,
    DayCount(None, None, LeapRule.ONLY_WITH_29_FEB, YearBoundary.DECEMBER_31),
    DayCount(None, None, LeapRule.CALENDAR_YEAR, YearBoundary.JANUARY_1),
]


@some.composite
def any_terms(draw: some.DrawFn) -> Terms:
    """Terms of every shape, sensible or not, that a product could have."""
    count, principal = draw(some.integers(1, 40)), draw(some.integers(1, 10**11))
    paid_out_on = draw(some.dates(date(2000, 1, 1), date(2060, 12, 31)))
    unit = draw(some.sampled_from(Unit))
    return Terms(
        principal_minor=principal,
        rate_annual=draw(some.decimals(0, 3, places=4)),
        count=count,
        paid_out_on=paid_out_on,
        every=draw(some.integers(1, 6)),
        unit=unit,
        engine=draw(some.sampled_from(Engine)),
        method=draw(some.sampled_from(InterestMethod)),
        amortization=draw(some.sampled_from(Amortization)),
        interest_period=draw(some.sampled_from(InterestPeriod)),
        day_count=draw(some.sampled_from(CONVENTIONS)),
        month_end=draw(some.sampled_from(MonthEndRule)),
        multiple_minor=draw(some.sampled_from([None, 1, 50, 100, 1000])),
        down_payment_percent=draw(some.none() | some.decimals(0, 99, places=2)),
        grace_principal=draw(some.integers(0, count - 1)),
        grace_interest=draw(some.integers(0, count - 1)),
        balloon_minor=draw(some.just(0) | some.integers(0, principal - 1)),
        first_due_on=draw(some.none() | some.integers(0, 1 if unit is Unit.DAYS else 20).map(lambda days: paid_out_on + timedelta(days))),
        instalment_rounding=draw(some.sampled_from(Rounding)),
    )


@given(any_terms())
def test_every_schedule_amortises_to_exactly_zero(terms: Terms) -> None:
    rows = schedule(terms)
    assert rows[-1].balance_minor == 0
    assert sum(row.principal_minor for row in rows) == terms.principal_minor
    left = terms.principal_minor
    for row in rows:
        left -= row.principal_minor
        assert (row.balance_minor, row.total_minor) == (left, row.principal_minor + row.interest_minor)
        assert min(row.principal_minor, row.interest_minor, row.balance_minor) >= 0


@given(any_terms())
def test_rows_follow_on_one_another_day_by_day(terms: Terms) -> None:
    rows = schedule(terms)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0].from_on == terms.paid_out_on
    assert all(one.due_on == other.from_on and one.due_on <= other.due_on for one, other in pairwise(rows))


@given(any_terms())
def test_no_interest_runs_without_a_rate_and_nothing_is_due_in_grace(terms: Terms) -> None:
    rows = [row for row in schedule(terms) if terms.down_payment_percent is None or row.number > 1]
    assert terms.rate_annual > 0 or all(row.interest_minor == 0 for row in rows)
    assert all(row.principal_minor == 0 for row in rows[: min(terms.grace_principal, len(rows) - 1)])
    assert all(row.interest_minor == 0 for row in rows[: min(terms.grace_interest, len(rows) - 1)])


@given(some.integers(0, 10**15), some.lists(some.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_what_is_shared_out_adds_up_and_nobody_is_a_whole_unit_off(total: int, weights: list[int]) -> None:
    shares = share_out(total, weights)
    assert sum(shares) == total
    assert all(abs(share * sum(weights) - total * weight) < sum(weights) for share, weight in zip(shares, weights, strict=True))


@given(some.integers(-(10**30), 10**30), some.integers(1, 10**20), some.sampled_from(Rounding))
def test_integer_division_rounds_as_decimals_do(numerator: int, denominator: int, rounding: Rounding) -> None:
    found = divide(numerator, denominator, rounding)
    exact = Decimal(numerator - found * denominator)
    assert abs(exact) * (2 if rounding in (Rounding.HALF_EVEN, Rounding.HALF_UP) else 1) <= denominator
    assert rounding is not Rounding.HALF_EVEN or abs(exact) * 2 != denominator or found % 2 == 0


def plain(**changes: object) -> Terms:
    return Terms(**{"principal_minor": 1_200_000, "rate_annual": Decimal("0.12"), "count": 12, "paid_out_on": date(2026, 1, 31), "day_count": THIRTY_360, **changes})  # type: ignore[arg-type]


def test_an_interest_only_loan_pays_its_principal_at_the_end() -> None:
    rows = schedule(plain(amortization=Amortization.INTEREST_ONLY))
    assert [row.total_minor for row in rows] == [12_000] * 11 + [1_212_000]


def test_equal_principal_makes_instalments_that_fall() -> None:
    rows = schedule(plain(amortization=Amortization.EQUAL_PRINCIPAL))
    assert {row.principal_minor for row in rows} == {100_000}
    assert [row.interest_minor for row in rows] == [12_000 - 1_000 * place for place in range(12)]


def test_a_balloon_stays_until_the_last_instalment() -> None:
    rows = schedule(plain(balloon_minor=600_000))
    assert len({row.total_minor for row in rows[:-1]}) == 1
    assert abs(rows[-1].total_minor - 600_000 - rows[0].total_minor) <= 6


def test_the_31st_returns_after_a_short_month() -> None:
    assert [row.due_on.isoformat() for row in schedule(plain(count=3))] == ["2026-02-28", "2026-03-31", "2026-04-30"]


def test_an_odd_first_period_bears_interest_for_its_own_days() -> None:
    rows = schedule(plain(paid_out_on=date(2026, 1, 10), first_due_on=date(2026, 3, 1), amortization=Amortization.INTEREST_ONLY))
    assert rows[0].interest_minor == 20_400  # 51 days of 30/360 at 12 % on 12,000.00.
    assert rows[1].interest_minor == 12_000


def test_a_down_payment_falls_due_on_the_day_of_paying_out() -> None:
    terms = plain(down_payment_percent=Decimal(25), multiple_minor=100)
    first = schedule(terms)[0]
    assert (first.due_on, first.total_minor, first.days) == (terms.paid_out_on, down_payment_minor(terms), 0)


WRONG = {
    "principal_minor": 0, "rate_annual": Decimal(-1), "count": 0, "every": 0, "multiple_minor": 0, "down_payment_percent": Decimal(100),
    "grace_principal": 12, "grace_interest": -1, "balloon_minor": 1_200_000, "first_due_on": date(2026, 1, 30), "fixed_length_days": 0,
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG)
def test_a_term_outside_its_range_is_named_with_what_to_write(field: str) -> None:
    with pytest.raises(WrongCall) as refused:
        plain(**{field: WRONG[field]})
    assert field in refused.value.what
    assert f"Write {field} as" in refused.value.remedy
