"""Questions of law of which no vector lies here are judged all the same: cases worked out by hand, right and wrong."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest

from tests.vectors import china_cases, ifrs_eba

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "settled and simplified is halved once": ("CN-LEGAL-01", {"claim_amount": 150000, "case": "property", "simplified": True, "settled_by_mediation": True}, {"acceptance_fee": 1650.0}),
    "a payment order that failed": (
        "CN-LEGAL-02", {"claim_amount": 150000, "payment_order": "objection upheld, moves to lawsuit", "payment_order_fee_paid": 1100},
        {"lawsuit_fee_supplement_required": True, "lawsuit_fee_total": 3300.0},
    ),
    "a small claim by agreement alone": (
        "CN-LEGAL-05", {"claim_amount": 62056, "provincial_avg_wage_prev_year": 124110, "parties_agree": False, "simple_money_claim": True},
        {"small_claims": False, "may_agree": True, "threshold": 62055.0},
    ),
    "an order not served in time": ("CN-LEGAL-06", {"issued": "2026-03-01", "unserved_days": 31}, {"enforceable": False}),
    "an order nobody objected to": ("CN-LEGAL-06", {"served": "2026-03-02", "objection": None, "as_of": "2026-03-25"}, {"enforceable": True}),
    "an objection for want of money": (
        "CN-LEGAL-06", {"served": "2026-03-02", "objection": {"date": "2026-03-10", "form": "written", "ground": "cannot afford to pay"}, "as_of": "2026-03-25"}, {"enforceable": True},
    ),
    "a confirmation asked by one side": ("CN-LEGAL-09", {"agreement_effective": "2026-03-01", "apply": "2026-03-20", "jointly": False}, {"accepted": False, "in_time": True}),
    "a title without a deadline": (
        "CN-LEGAL-11", {"instrument": "judgment", "performance_deadline": None, "effective_date": "2023-05-10", "apply": "2025-06-01"}, {"in_time": False, "last_day": "2025-05-10"},
    ),
    "paid after the end": (
        "CN-MONEY-03", {"due": "2022-05-10", "events": [{"date": "2025-08-01", "type": "debtor_paid_voluntarily", "amount": 100}], "as_of": "2026-01-01"}, {"refund_due": False},
    ),
    "signed after the end": (
        "CN-MONEY-03", {"due": "2022-05-10", "events": [{"date": "2025-08-01", "type": "debtor_signed_collection_notice"}], "as_of": "2026-01-01"}, {"defence_available": False},
    ),
    "a demand for a part": (
        "CN-MONEY-03", {"due": "2022-05-10", "events": [{"date": "2024-08-01", "type": "creditor_demand_reached"}], "demand_for_part_only": True, "as_of": "2026-01-01"},
        {"covers_remaining_debt": True, "time_barred": False},
    ),
    "a general guarantor asked and nobody sued": (
        "CN-MONEY-04", {"main_due": "2025-08-31", "agreed_guarantee_period": None, "kind": "general", "action": {"date": "2026-01-15", "type": "demand_to_guarantor"}},
        {"period_end": "2026-02-28", "guarantor_liable": False},
    ),
    "an observation that begins anew": (
        "CN-ASSET-05", {"first_repayment_date_after_change": "2026-04-10", "repayment_period": "monthly", "missed_on": "2026-09-10", "performed_in_full": False, "difficulty_resolved": True},
        {"observation_end": "2027-09-10", "exit_possible": False, "observation_recomputed": True, "observation_restarts_from": "2026-09-10"},
    ),
    "a pool sold on": ("CN-ASSET-08", {"buyer_resells_batch_personal_npl": True}, {"allowed": False}),
    "a debtor insured too short": ("CN-INSOL-01", {"lives_in_shenzhen": True, "shenzhen_social_insurance_years": 2.5, "insolvent": True}, {"debtor_may_apply": False}),
}  # fmt: skip


def judged(rule: str, given: dict[str, Any], expected: dict[str, Any]) -> bool:
    case = {"id": "made-up", "rule": rule, "input": given, "expected": expected, "source": "", "confidence": "source-quoted"}
    (found,) = china_cases.judge("family", case)
    return found.passed


@pytest.mark.parametrize("says", CASES)
def test_a_made_up_case_is_judged_right(says: str) -> None:
    assert judged(*CASES[says])


def wrong(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case list():
            return value[1:]
    try:
        return (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    except ValueError:
        return "something else"


@pytest.mark.parametrize(("says", "key"), [(says, key) for says, (_, _, expected) in CASES.items() for key in expected])
def test_each_figure_of_it_is_looked_at(says: str, key: str) -> None:
    rule, given, expected = copy.deepcopy(CASES[says])
    expected[key] = wrong(expected[key])
    assert not judged(rule, given, expected)


LATE: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "a claim with every figure": (
        "late_payment_claim", {"amount": 2000, "reference_rate_pct": 2.15, "margin_pp": 8, "days_late": 45, "daycount": 365},
        {"annual_rate_pct": 10.15, "interest": 25.03, "fixed_sum": 40.0, "total": 65.03},
    ),
    "a start after the invoice": ("interest_start", {"invoice_received": "2026-05-05", "contract_due_date": None}, "2026-06-05"),
    "a start after the due date": ("interest_start", {"contract_due_date": "2026-05-31", "invoice_received": "2026-04-20"}, "2026-06-01"),
    "a consumer": ("late_payment_claim", {"debtor_type": "consumer", "amount": 500, "days_late": 60}, "not_applicable"),
}  # fmt: skip


def late(action: Any, facts: dict[str, Any], expected: Any) -> bool:
    case = {"id": "made-up", "group": "late_payment", "rule": "OT-L-1", "title": "", "facts": facts, "proposed_action": action, "expected": expected, "source": ""}
    return ifrs_eba.judge(case)[0]


@pytest.mark.parametrize("says", LATE)
def test_a_late_payment_made_up_is_judged_right_and_a_wrong_one_is_not(says: str) -> None:
    action, facts, expected = LATE[says]
    assert late(action, facts, expected)
    others = [{**expected, key: wrong(value)} for key, value in expected.items()] if isinstance(expected, dict) else [wrong(expected)]
    assert not any(late(action, facts, other) for other in others)
