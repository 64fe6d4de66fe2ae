"""Kinds of which no vector lies here are judged all the same: made-up cases, worked out by hand, right and wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.vectors import frappe

LOAN = {
    "principal": "12000.00", "annual_rate_percent": "12", "number_of_repayments": 3, "repay_every": 1, "unit": "months", "disbursement_date": "2025-01-01",
    "first_repayment_date": "2025-02-05", "days_in_year": 365, "emi_rounding": "ceil_to_whole_unit", "interest_days": "actual days from the same day of the previous month",
}  # fmt: skip
SPLIT = {
    "principal": "100000.00", "annual_rate_percent": "12", "disbursement_date": "2025-01-01", "due_date": "2025-02-01", "days_in_year": 365, "order": ["interest", "principal"],
}  # fmt: skip
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    # 4,080.27 up to 4,081; 31, 28 and 31 days: 122.30, 74.02 and 41.12 of interest on 12,000.00, 8,041.30 and 4,034.32.
    "a schedule of three months": (
        "schedule",
        LOAN,
        {
            "emi": "4081", "rows": 3, "total_interest_rounded": "237", "total_payment_rounded": "12237.00",
            "checks_rounded_to_unit": [{"n": 2, "principal_due": "4007", "interest_due": "74", "balance": "4034"}],
        },
    ),
    # 122.30, 65.56 and 22.30 of interest on 12,000.00, 7,122.30 and 2,187.86; the third row is the last.
    "an instalment that was agreed": (
        "schedule_fixed_emi",
        {**LOAN, "number_of_repayments": None, "fixed_emi": "5000.00"},
        {"rows": 3, "total_interest_rounded": "210", "total_payment_rounded": "12210"},
    ),
    # From 31 January to 28 February the days since 28 January count, 31: 31, 31, 31 days, 122.30, 81.96 and 41.20 on 12,000.00, 8,041.30 and 4,042.26.
    "a schedule from the end of a month": (
        "schedule",
        {**LOAN, "first_repayment_date": "2025-01-31", "disbursement_date": "2024-12-31"},
        {"emi": "4081", "checks_rounded_to_unit": [{"n": 2, "interest_due": "82", "balance": "4042"}, {"n": 3, "interest_due": "41", "principal_due": "4042", "balance": "0"}]},
    ),
    # 31 days of 12 % on 100,000.00 are 1,019.18.
    "a payment on the due date": ("payment_split", {**SPLIT, "payment": {"date": "2025-02-01", "amount": "5000.00"}}, {"interest": "1019.18", "principal": "3980.82"}),
    # 14 days are 460.27.
    "a payment before the due date": ("payment_split", {**SPLIT, "payment": {"date": "2025-01-15", "amount": "5000.00"}}, {"interest": "460.27", "principal": "4539.73"}),
    "two payments ahead on one day": (
        "prepayment",
        {
            "principal": "100000.00", "annual_rate_percent": "12", "interest_accrued": "159.28",
            "prepayments": [{"at": "2025-03-28T01:00:00", "amount": "1000.00"}, {"at": "2025-03-28T00:00:00", "amount": "3859.00"}],
        },
        {"principal_after": ["96300.28", "95300.28"]},
    ),
}  # fmt: skip


def judged(kind: str, given: dict[str, Any], expected: dict[str, Any]) -> bool:
    (found,) = frappe.judge({"id": "made-up", "kind": kind, "source": "", "input": given, "expected": expected, "check": "arithmetic"}, {})
    assert found.family == kind
    return found.passed


@pytest.mark.parametrize("says", CASES)
def test_a_made_up_case_is_judged_right(says: str) -> None:
    assert judged(*CASES[says])


@pytest.mark.parametrize(("says", "key"), [(says, key) for says, (_, _, expected) in CASES.items() for key in expected])
def test_each_figure_of_it_is_looked_at(says: str, key: str) -> None:
    kind, given, expected = copy.deepcopy(CASES[says])
    expected[key] = {"principal_after": ["96300.28", "95300.29"], "checks_rounded_to_unit": [{"n": 2, "balance": "4008"}], "rows": 4}.get(key, "1.00")
    assert not judged(kind, given, expected)
