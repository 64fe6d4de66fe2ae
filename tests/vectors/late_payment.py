"""Judge of the late-payment cases of ifrs_eba_cases.json: what may be claimed, and from which day interest runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from arrears.core.parameters import Parameters
from arrears.ledger.late_payment import DebtorType, interest_starts, late_payment
from tests.vectors.judging import NotUnderstood, minor, only_known

LOOKED_UP_ON = date(2026, 11, 23)
Facts = Mapping[str, Any]
CLAIM = {"amount", "reference_rate_pct", "margin_pp", "days_late", "daycount", "debtor_type"}
START = {"contract_due_date", "invoice_received", "debtor_type"}
DEBTORS = {"consumer": DebtorType.CONSUMER, "public_body": DebtorType.PUBLIC_BODY, "public_authority": DebtorType.PUBLIC_BODY}
BUSINESSES = {"business", "company", "sole_trader", "b2b"}


def _share(percent: Any) -> Decimal | None:
    return None if percent is None else Decimal(str(percent)).scaleb(-2)


def _debtor(facts: Facts) -> DebtorType:
    told = facts.get("debtor_type", "business")
    if told not in DEBTORS and told not in BUSINESSES:
        raise NotUnderstood(f"a debtor of type {told}")
    return DEBTORS.get(told, DebtorType.BUSINESS)


def _claim(law: Parameters, facts: Facts) -> tuple[Any, str]:
    only_known(facts, CLAIM, "facts")
    found = late_payment(
        law, minor(str(facts["amount"])), facts["days_late"], LOOKED_UP_ON, _debtor(facts),
        reference_rate=_share(facts.get("reference_rate_pct")), margin=_share(facts.get("margin_pp")), days_in_year=facts.get("daycount"),
    ).figure  # fmt: skip
    if not found.applies:
        return "not_applicable", "B2B_ONLY"
    amounts = {"interest": found.interest_minor, "fixed_sum": found.fixed_sum_minor, "total": found.total_minor}
    return {"annual_rate_pct": found.annual_rate.scaleb(2), **{name: Decimal(amount).scaleb(-2) for name, amount in amounts.items()}}, "SIMPLE_INTEREST"


def _start(law: Parameters, facts: Facts) -> tuple[Any, str]:
    only_known(facts, START, "facts")
    due, invoice = (None if facts.get(name) is None else date.fromisoformat(facts[name]) for name in ("contract_due_date", "invoice_received"))
    return interest_starts(law, LOOKED_UP_ON, contract_due=due, invoice_received=invoice).figure.isoformat(), "THIRTY_DAYS_AFTER_INVOICE"


QUESTIONS = {"late_payment_claim": _claim, "interest_start": _start}


def _same(expected: Any, found: Any) -> bool:
    """A word or a day as it is; a claim figure by figure; a day stated under any one name by that day."""
    if not isinstance(expected, dict):
        return bool(expected == found)
    if not isinstance(found, dict):
        return list(expected.values()) == [found]
    return expected.keys() <= found.keys() and all(Decimal(str(value)) == found[name] for name, value in expected.items())


def judge(law: Parameters, case: Facts) -> tuple[bool, bool | None]:
    """Do we come to the same, and by the same reason (None where the case gives none)?"""
    action = case["proposed_action"]
    action = {"type": action} if isinstance(action, str) else action
    only_known(action, {"type", "date"}, "proposed_action")
    found, reason = QUESTIONS[action["type"]](law, case["facts"])
    stated = case.get("reason_code")
    return _same(case["expected"], found), None if stated is None else stated == reason
