"""The United States' and India's classes, told on both sides of every boundary."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from arrears.assess.classification.india import IndiaClass, IndiaFacts, india_floor, india_rules
from arrears.assess.classification.metro2 import Metro2Facts, metro2_floor, metro2_rules
from arrears.assess.classification.us_retail import UsRetailFacts, us_retail_floor, us_retail_rules
from tests.assess.classification.shipped import ON, figures

US = us_retail_rules(figures("us"), ON)
METRO2 = metro2_rules(figures("us"), ON)
INDIA = india_rules(figures("india"), ON)
D = date.fromisoformat


@pytest.mark.parametrize(
    ("story", "facts", "expected"),
    [
        ("89 days", {"days_past_due": 89, "residential": False, "open_end": False}, "not_classified"),
        ("90 days", {"days_past_due": 90, "residential": False, "open_end": False}, "substandard"),
        ("closed-end, 119", {"days_past_due": 119, "residential": False, "open_end": False}, "substandard"),
        ("closed-end, 120", {"days_past_due": 120, "residential": False, "open_end": False}, "loss"),
        ("open-end, 179", {"days_past_due": 179, "residential": False, "open_end": True}, "substandard"),
        ("open-end, 180", {"days_past_due": 180, "residential": False, "open_end": True}, "loss"),
        ("of unknown kind, 150: not surely a loss", {"days_past_due": 150, "residential": False}, "substandard"),
        ("of unknown kind, 180: surely one", {"days_past_due": 180, "residential": False}, "loss"),
        ("home, low loan-to-value", {"days_past_due": 150, "residential": True, "loan_to_value": Decimal("0.60")}, "not_classified"),
        ("home, higher loan-to-value", {"days_past_due": 90, "residential": True, "loan_to_value": Decimal("0.61")}, "substandard"),
        ("home, 180 days, worth less than the debt", {"days_past_due": 180, "residential": True, "exceeds_collateral": True}, "loss"),
        ("home, 179 days", {"days_past_due": 179, "residential": True, "exceeds_collateral": True}, "not_classified"),
        ("bankrupt, 59 days since the notice", {"days_past_due": 0, "bankrupt": True, "bankruptcy_notice_days": 59}, "not_classified"),
        ("bankrupt, 60 days since", {"days_past_due": 0, "bankrupt": True, "bankruptcy_notice_days": 60}, "loss"),
        ("bankrupt, repayment shown to be likely", {"days_past_due": 0, "bankrupt": True, "bankruptcy_notice_days": 60, "repayment_likely": True}, "not_classified"),
        ("fraud, 90 days since", {"days_past_due": 0, "fraudulent": True, "fraud_discovered_days": 90}, "loss"),
    ],
)
def test_a_retail_loan_is_classified_by_its_kind_and_its_days(story: str, facts: dict[str, Any], expected: str) -> None:
    assert us_retail_floor(UsRetailFacts(**facts), US).reached == expected, story


def test_between_120_and_180_days_the_kind_of_loan_is_asked_for() -> None:
    floor = us_retail_floor(UsRetailFacts(days_past_due=150, residential=False), US)
    assert "open_end" in floor.not_known


def test_the_ninety_days_rest_on_the_policy_that_was_read() -> None:
    assert us_retail_floor(UsRetailFacts(days_past_due=90, residential=False, open_end=True), US).rests_on[0].certain


@pytest.mark.parametrize(
    ("days", "status"),
    [(0, "11"), (29, "11"), (30, "71"), (59, "71"), (60, "78"), (89, "78"), (90, "80"), (119, "80"), (120, "82"), (149, "82"), (150, "83"), (179, "83"), (180, "84"), (900, "84")],
)
def test_the_account_status_follows_from_the_due_date(days: int, status: str) -> None:
    assert metro2_floor(Metro2Facts(dates_known=True, oldest_due_on=ON - timedelta(days=days)), METRO2, ON).reached == status


def test_a_charge_off_outranks_lateness_and_unknown_dates_leave_it_open() -> None:
    assert metro2_floor(Metro2Facts(dates_known=True, oldest_due_on=ON, charged_off=True), METRO2, ON).reached == "97"
    unknown = metro2_floor(Metro2Facts(dates_known=False), METRO2, ON)
    assert (unknown.reached, set(unknown.not_known)) == ("11", {"charged_off", "oldest_due_on"})


@pytest.mark.parametrize(
    ("due", "day_end", "expected"),
    [
        ("2021-03-31", "2021-03-30", "standard"), ("2021-03-31", "2021-03-31", "SMA-0"), ("2021-03-31", "2021-04-29", "SMA-0"), ("2021-03-31", "2021-04-30", "SMA-1"),
        ("2021-03-31", "2021-05-29", "SMA-1"), ("2021-03-31", "2021-05-30", "SMA-2"), ("2021-03-31", "2021-06-28", "SMA-2"), ("2021-03-31", "2021-06-29", "NPA"),
    ],
)
def test_the_banks_own_example_comes_out_to_the_day(due: str, day_end: str, expected: str) -> None:
    assert india_floor(IndiaFacts(oldest_due_on=D(due), unpaid=True, revolving=False), INDIA, D(day_end)).reached == expected


def test_a_rule_of_more_than_ninety_days_after_the_due_date_would_be_a_day_late() -> None:
    naive_is_npa = (D("2021-06-29") - D("2021-03-31")).days > 90
    assert not naive_is_npa
    assert india_floor(IndiaFacts(oldest_due_on=D("2021-03-31"), unpaid=True), INDIA, D("2021-06-29")).reached is IndiaClass.NPA


@pytest.mark.parametrize(
    ("story", "facts", "expected"),
    [
        ("paid by the day-end", {"oldest_due_on": D("2026-01-01"), "unpaid": False}, "standard"),
        ("an overdraft has no SMA-0", {"oldest_due_on": D("2026-03-15"), "unpaid": True, "revolving": True}, "standard"),
        ("but an SMA-1", {"oldest_due_on": D("2026-02-27"), "unpaid": True, "revolving": True}, "SMA-1"),
        ("interest paid, principal not", {"was_npa": True, "arrears_interest_minor": 0, "arrears_principal_minor": 1, "unpaid": False}, "NPA"),
        ("everything paid", {"was_npa": True, "arrears_interest_minor": 0, "arrears_principal_minor": 0, "unpaid": False}, "standard"),
        ("not known whether the rest was paid", {"was_npa": True, "arrears_interest_minor": 0, "unpaid": False}, "NPA"),
        ("another account of the borrower", {"unpaid": False, "borrower_has_npa": True}, "NPA"),
        ("an overdraft out of order", {"unpaid": False, "revolving": True, "out_of_order": True}, "NPA"),
    ],
)
def test_kind_past_and_borrower_count_besides_the_days(story: str, facts: dict[str, Any], expected: str) -> None:
    assert india_floor(IndiaFacts(**facts), INDIA, D("2026-03-30")).reached == expected, story
