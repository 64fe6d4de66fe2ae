"""What may bear interest, and how much may be charged at most."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as some

from arrears.core.parameters import NoValue, Parameters, read_parameters, texts_in
from arrears.core.problems import WrongCall
from arrears.ledger import china
from arrears.ledger.allocation.claims import Component
from arrears.ledger.bearing import BearingRule, InterestKind, bearing_minor
from arrears.ledger.interest import interest_for_days, interest_on

OWED = {Component.PRINCIPAL: 100_000, Component.INTEREST: 5_000, Component.PENALTY: 700, Component.FEE: 300, Component.COSTS: 90}
START = date(2026, 1, 1)


@pytest.fixture(scope="module")
def figures() -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath("china", "parameters")))


@pytest.mark.parametrize("kind", InterestKind)
@pytest.mark.parametrize("component", [Component.PENALTY, Component.FEE, Component.COSTS])
def test_no_table_can_charge_interest_on_a_penalty_a_late_fee_or_costs(kind: InterestKind, component: Component) -> None:
    with pytest.raises(WrongCall, match=f"components names {component.value}"):
        BearingRule("loan", kind, START, frozenset({Component.PRINCIPAL, component}))


def test_interest_bears_interest_only_where_compound_interest_is_allowed() -> None:
    with pytest.raises(WrongCall, match="components names interest"):
        BearingRule("loan", InterestKind.PENALTY, START, frozenset({Component.INTEREST}))
    compound = BearingRule("loan", InterestKind.COMPOUND, START, frozenset({Component.INTEREST}))
    assert bearing_minor([compound], "loan", InterestKind.COMPOUND, START, OWED) == 5_000


def test_the_newest_line_of_the_table_counts_and_an_empty_one_ends_the_charge() -> None:
    table = [BearingRule("loan", InterestKind.PENALTY, date(2026, 7, 1), frozenset()), BearingRule("loan", InterestKind.PENALTY, START, frozenset({Component.PRINCIPAL}))]
    days = (date(2025, 12, 31), START, date(2026, 6, 30), date(2026, 7, 1))
    assert [bearing_minor(table, "loan", InterestKind.PENALTY, day, OWED) for day in days] == [0, 100_000, 100_000, 0]
    assert bearing_minor(table, "card", InterestKind.PENALTY, START, OWED) == 0


@given(some.integers(0, 10**14), some.decimals(0, 1, places=6), some.integers(0, 5000), some.sampled_from([360, 365]))
def test_interest_is_within_half_a_unit_of_the_exact_amount(balance: int, rate: Decimal, days: int, year: int) -> None:
    assert abs(interest_for_days(balance, rate, days, year) - balance * Fraction(rate) * Fraction(days, year)) <= Fraction(1, 2)


@given(some.integers(0, 10**12), some.decimals(0, 1, places=4), some.integers(0, 400))
def test_one_more_day_never_lowers_interest(balance: int, rate: Decimal, days: int) -> None:
    assert interest_for_days(balance, rate, days, 365) <= interest_for_days(balance, rate, days + 1, 365)
    assert interest_on(0, rate, Fraction(days, 365)) == 0


def test_fewer_than_no_days_are_refused() -> None:
    with pytest.raises(WrongCall, match="days is below zero"):
        interest_for_days(100, Decimal("0.1"), -1, 365)


def test_a_private_loan_is_capped_at_four_times_the_rate_of_its_day(figures: Parameters) -> None:
    assert china.private_lending_cap(figures, date(2021, 1, 1), Decimal("0.0385")) == Decimal("0.154")
    with pytest.raises(NoValue):
        china.private_lending_cap(figures, date(2020, 12, 31), Decimal("0.0385"))


@pytest.mark.parametrize(("loan_on", "lpr", "cap"), [("2026-06-01", None, "0.24"), ("2027-12-31", "0.03", "0.24"), ("2028-01-01", "0.03", "0.12"), ("2028-01-01", "0.07", "0.24")])
def test_micro_loans_come_down_to_four_times_the_rate_after_2027(figures: Parameters, loan_on: str, lpr: str | None, cap: str) -> None:
    assert china.micro_loan_cap(figures, date.fromisoformat(loan_on), Decimal(lpr) if lpr else None) == Decimal(cap)


def test_a_ceiling_that_rests_on_a_rate_asks_for_the_rate(figures: Parameters) -> None:
    with pytest.raises(NoValue, match="Give lpr_1y"):
        china.micro_loan_cap(figures, date(2028, 1, 1), None)


def test_penalty_interest_ends_where_the_uplift_of_its_cause_ends(figures: Parameters) -> None:
    rate, on = Decimal("0.06"), date(2026, 6, 1)
    found = {(uplift, misuse): china.penalty_rate_of(figures, rate, Decimal(uplift), on, misuse=misuse).allowed for uplift in ("0.5", "0.51", "1", "1.01") for misuse in (False, True)}
    assert [key for key, allowed in found.items() if allowed] == [("0.5", False), ("0.5", True), ("0.51", True), ("1", True)]


def test_a_court_lowers_to_24_percent_only_what_the_borrower_asks_it_to(figures: Parameters) -> None:
    on = date(2026, 6, 1)
    assert china.court_supported_rate(figures, Decimal("0.27"), on, borrower_asks=True) == Decimal("0.24")
    assert china.court_supported_rate(figures, Decimal("0.27"), on, borrower_asks=False) == Decimal("0.27")
    assert china.court_supported_rate(figures, Decimal("0.2"), on, borrower_asks=True) == Decimal("0.2")
