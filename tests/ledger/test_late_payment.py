"""Late payment in the European Union, ceilings and late performance in China."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.core.parameters import NoValue, Parameters, read_parameters, texts_in
from arrears.core.problems import WrongCall
from arrears.ledger.china_worked import Ceiling, highest_rate, late_performance_interest
from arrears.ledger.late_payment import DebtorType, interest_starts, late_payment

D = date.fromisoformat


def law_of(place: str) -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath(place, "parameters")))  # type: ignore[arg-type]


EUROPE, CHINA = law_of("eu"), law_of("china")


@pytest.mark.parametrize(
    ("day", "rate", "interest"), [("2026-01-01", "0.1015", 2503), ("2026-06-30", "0.1015", 2503), ("2026-07-01", "0.1040", 2564), ("2026-12-31", "0.1040", 2564)]
)
def test_45_days_on_2000_euro_cost_what_the_half_years_rate_says(day: str, rate: str, interest: int) -> None:
    found = late_payment(EUROPE, 200_000, 45, D(day)).figure
    assert (found.annual_rate, found.interest_minor, found.total_minor) == (Decimal(rate), interest, interest + 4000)


@pytest.mark.parametrize("day", ["2025-12-31", "2027-01-01"])
def test_a_half_year_whose_rate_is_not_known_is_not_guessed(day: str) -> None:
    with pytest.raises(NoValue):
        late_payment(EUROPE, 200_000, 45, D(day))
    assert late_payment(EUROPE, 200_000, 45, D(day), reference_rate=Decimal("0.02")).figure.annual_rate == Decimal("0.10")


def test_a_state_may_ask_more_than_the_directive_and_never_less() -> None:
    rates = [late_payment(EUROPE, 1, 1, D("2026-01-01"), margin=Decimal(margin)).figure.annual_rate for margin in ("0.09", "0.05")]
    assert rates == [Decimal("0.1115"), Decimal("0.1015")]


def test_a_consumer_is_outside_it() -> None:
    found = late_payment(EUROPE, 50_000, 60, D("2026-01-01"), DebtorType.CONSUMER).figure
    assert (found.applies, found.total_minor) == (False, 0)


def test_our_count_of_days_and_a_rate_from_one_source_are_marked() -> None:
    names = {one.name for one in late_payment(EUROPE, 200_000, 45, D("2026-01-01")).unconfirmed}
    assert names == {"eu_late_payment_days_in_year", "eu_late_payment_reference_share"}
    assert late_payment(EUROPE, 200_000, 45, D("2026-01-01"), reference_rate=Decimal("0.02"), days_in_year=360).certain


@given(st.integers(0, 10**12), st.integers(0, 4000), st.integers(0, 4000))
def test_later_never_costs_less(amount: int, one: int, other: int) -> None:
    costs = [late_payment(EUROPE, amount, days, D("2026-01-01")).figure.interest_minor for days in sorted((one, other))]
    assert costs == sorted(costs)


@pytest.mark.parametrize(
    ("due", "invoice", "start"), [("2026-05-31", None, "2026-06-01"), (None, "2026-05-05", "2026-06-05"), (None, "2024-01-31", "2024-03-02"), ("2026-05-31", "2026-05-05", "2026-06-01")]
)
def test_interest_starts_the_day_after(due: str | None, invoice: str | None, start: str) -> None:
    found = interest_starts(EUROPE, D("2026-11-23"), contract_due=None if due is None else D(due), invoice_received=None if invoice is None else D(invoice))
    assert str(found.figure) == start


@pytest.mark.parametrize(
    ("which", "day", "lpr", "contract", "highest"),
    [
        (Ceiling.PRIVATE_LENDING, "2025-12-01", "0.03", None, "0.12"), (Ceiling.PRIVATE_LENDING, "2021-01-01", "0.0385", None, "0.154"),
        (Ceiling.MICRO_LOAN, "2026-06-01", None, None, "0.24"), (Ceiling.MICRO_LOAN, "2028-01-01", "0.03", None, "0.12"),
        (Ceiling.FINANCIAL_LOAN_IN_COURT, "2026-06-01", None, None, "0.24"), (Ceiling.PENALTY_LATE, "2026-06-01", None, "0.06", "0.09"),
        (Ceiling.PENALTY_MISUSE, "2026-06-01", None, "0.06", "0.12"),
    ],
)  # fmt: skip
def test_the_highest_rate_in_china(which: Ceiling, day: str, lpr: str | None, contract: str | None, highest: str) -> None:
    rates = {"lpr_1y": None if lpr is None else Decimal(lpr), "contract_rate": None if contract is None else Decimal(contract)}
    for asked, allowed in ((Decimal(highest), True), (Decimal(highest) + Decimal("0.0001"), False)):
        found = highest_rate(CHINA, which, D(day), asked=asked, **rates).figure
        assert (found.annual_rate, found.allowed) == (Decimal(highest), allowed)


def test_a_ceiling_that_rests_on_a_rate_asks_for_it() -> None:
    with pytest.raises(WrongCall, match="lpr"):
        highest_rate(CHINA, Ceiling.PRIVATE_LENDING, D("2026-01-01"))
    with pytest.raises(NoValue, match="LPR"):
        highest_rate(CHINA, Ceiling.MICRO_LOAN, D("2028-01-01"))


def test_an_unperformed_judgment_costs_a_fixed_share_a_day() -> None:
    assert late_performance_interest(CHINA, 10_000_000, 60, D("2026-06-01")).figure == 105_000
