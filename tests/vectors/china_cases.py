"""Judge of china_cases.json: the rules of the amount here, what the law sets beside them in `china_law.py`, conduct in `china_conduct.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from typing import Any

from arrears.core.parameters import Parameters, read_parameters, texts_in
from arrears.ledger import china
from arrears.ledger.allocation.cards import china_card
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import Debt, between_debts, inside_one_debt
from arrears.ledger.ceilings import presumed_excessive
from arrears.ledger.interest import interest_for_days, interest_for_months_and_days, simple_daily_charge
from tests.vectors import china_conduct, china_law
from tests.vectors.judging import Judgement, NotUnderstood, minor, only_known

CASE = {"id", "rule", "input", "expected", "source", "confidence"}
LOOKED_UP_ON = date(2026, 11, 23)
"""The day for cases without one: the day on which the cases were made."""
NOT_JUDGED = {"reason", "note", "action", "next", "who_bears_payment_order_fee", "tolerance", "last_day_tolerance_days"}
"""Explanations, and how far a figure or a date may lie off; of the vocabulary."""
Facts = dict[str, Any]


@cache
def _figures() -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath("china", "parameters")))  # type: ignore[arg-type]


def _minor(amount: Any) -> int:
    return minor(str(amount))


def _share(percent: Any) -> Decimal:
    return Decimal(str(percent)).scaleb(-2)


def _percent(share: Decimal) -> Decimal:
    return share.scaleb(2)


def _amount(minor_units: int) -> Decimal:
    return Decimal(minor_units).scaleb(-2)


def _several_debts(given: Facts) -> Facts:
    only_known(given, {"payment", "debts", "as_of", "debtor_designation"}, "input")
    for one in given["debts"]:
        only_known(one, {"id", "amount", "due", "secured", "annual_rate"}, "debt")
    debts = [
        Debt(one["id"], date.fromisoformat(one["due"]), {Component.PRINCIPAL: _minor(one["amount"])}, one.get("secured", False), Decimal(str(one.get("annual_rate", 0))))
        for one in given["debts"]
    ]
    found = between_debts(_minor(given["payment"]), debts, date.fromisoformat(given["as_of"]), given.get("debtor_designation")).by_key()
    return {debt.key: _amount(found.get(debt.key, 0)) for debt in debts}


def _inside(given: Facts) -> Facts:
    only_known(given, {"payment", "costs_due", "interest_due", "principal_due", "agreed_order"}, "input")
    kinds = (Component.COSTS, Component.INTEREST, Component.PRINCIPAL)
    agreed = [Component(name) for name in given["agreed_order"]] if given.get("agreed_order") else None
    found = inside_one_debt(_minor(given["payment"]), {kind: _minor(given.get(f"{kind.value}_due", 0)) for kind in kinds}, agreed)
    return {**{f"to_{kind.value}": _amount(found.by_component()[kind]) for kind in kinds}, "unapplied": _amount(found.unallocated_minor)}


def _agreement(given: Facts) -> Facts:
    only_known(given, {"product", "type", "months", "beyond_ability", "still_willing", "fields"}, "input")
    longest = china.instalment_agreement_months(_figures(), LOOKED_UP_ON)
    missing = china.missing_from_agreement(given["fields"]) if "fields" in given else []
    fits = given.get("months", 0) <= longest and given.get("beyond_ability", True) and given.get("still_willing", True)
    return {"allowed": fits and not missing, "max_months": longest, "missing": missing, "valid": fits and not missing}


def _reduction(given: Facts) -> Facts:
    only_known(given, {"loss", "agreed_penalty", "debtor_asks_reduction", "bad_faith"}, "input")
    above = _figures().value_on("cn_penalty_share_above_loss", LOOKED_UP_ON).share
    excessive = presumed_excessive(_minor(given["agreed_penalty"]), _minor(given["loss"]), above)
    return {"presumed_excessive": excessive, "reduction_likely": excessive and given.get("debtor_asks_reduction", False) and not given.get("bad_faith", False)}


def _private(given: Facts) -> Facts:
    only_known(given, {"lender", "lpr_1y_pct_at_contract", "contract_rate_pct"}, "input")
    cap = china.private_lending_cap(_figures(), LOOKED_UP_ON, _share(given["lpr_1y_pct_at_contract"])) if "lpr_1y_pct_at_contract" in given else None
    return {"private_lending_cap_applies": given["lender"] == "individual_or_unlicensed", "cap_pct": None if cap is None else _percent(cap)}


def _micro(given: Facts) -> Facts:
    only_known(given, {"lender", "loan_date", "all_in_annual_cost_pct", "lpr_1y_pct"}, "input")
    cap = china.micro_loan_cap(_figures(), date.fromisoformat(given["loan_date"]), _share(given["lpr_1y_pct"]) if "lpr_1y_pct" in given else None)
    return {"cap_pct": _percent(cap), "allowed": _share(given["all_in_annual_cost_pct"]) <= cap}


def _court(given: Facts) -> Facts:
    only_known(given, {"lender", "principal", "days", "day_count", "interest_penalty_fees_claimed_annual_pct", "borrower_asks_reduction"}, "input")
    claimed = _share(given["interest_penalty_fees_claimed_annual_pct"])
    rate = china.court_supported_rate(_figures(), claimed, LOOKED_UP_ON, borrower_asks=given["borrower_asks_reduction"])
    found: Facts = {"supported_annual_pct": _percent(rate)}
    if "principal" in given:
        found["supported_amount"] = _amount(interest_for_days(_minor(given["principal"]), rate, given["days"], given.get("day_count", 360)))
    return found


def _penalty(given: Facts) -> Facts:
    only_known(given, {"contract_rate_pct", "uplift_pct", "reason", "overdue_principal", "days", "day_count"}, "input")
    uplift = _share(given["uplift_pct"]) if "uplift_pct" in given else None
    rate = china.penalty_rate_of(_figures(), _share(given["contract_rate_pct"]), uplift, LOOKED_UP_ON, misuse=given.get("reason") == "misuse_of_funds")
    found: Facts = {"allowed": rate.allowed, "penalty_rate_pct": _percent(rate.rate), "max_penalty_rate_pct": _percent(rate.ceiling)}
    if "overdue_principal" in given:
        found["penalty_interest"] = _amount(interest_for_days(_minor(given["overdue_principal"]), rate.supported, given["days"], given.get("day_count", 360)))
    return found


def _card(given: Facts) -> Facts:
    only_known(given, {"product", "overdue_days", "payment", "interest_and_fees_due", "principal_due"}, "input")
    owed = {Component.INTEREST: _minor(given["interest_and_fees_due"]), Component.PRINCIPAL: _minor(given["principal_due"])}
    change = china.change_day_of_cards(_figures(), LOOKED_UP_ON).whole
    found = china_card(_minor(given["payment"]), owed, given["overdue_days"], change).by_component()
    return {"to_interest_and_fees": _amount(found[Component.INTEREST]), "to_principal": _amount(found[Component.PRINCIPAL])}


def _day_count(given: Facts) -> Facts:
    only_known(given, {"principal", "annual_rate_pct", "actual_days", "method", "whole_months", "extra_days"}, "input")
    principal, rate = _minor(given["principal"]), _share(given["annual_rate_pct"])
    match given["method"]:
        case "daily rate = annual / 360":
            return {"interest": _amount(interest_for_days(principal, rate, given["actual_days"], 360))}
        case "months plus odd days":
            return {"interest": _amount(interest_for_months_and_days(principal, rate, given["whole_months"], given["extra_days"]))}
    raise NotUnderstood(f"the method {given['method']}")


def _late_performance(given: Facts) -> Facts:
    only_known(given, {"judgment_money_excluding_general_interest", "days_late"}, "input")
    daily = _figures().value_on("cn_late_performance_daily_share", LOOKED_UP_ON).share
    return {"doubled_part_interest": _amount(simple_daily_charge(_minor(given["judgment_money_excluding_general_interest"]), daily, given["days_late"]))}


RULES: dict[str, Callable[[Facts], Facts]] = {
    "CN-MONEY-01": _several_debts,
    "CN-MONEY-02": _inside,
    "CN-MONEY-05": _agreement,
    "CN-MONEY-06": _reduction,
    "CN-MONEY-07": _private,
    "CN-MONEY-08": _micro,
    "CN-MONEY-09": _court,
    "CN-MONEY-10": _penalty,
    "CN-MONEY-11": _card,
    "CN-MONEY-12": _day_count,
    "CN-LEGAL-12": _late_performance,
    **{rule: partial(told, _figures()) for rule, told in china_law.RULES.items()},
    **china_conduct.RULES,
}


def _same(name: str, stated: Any, found: Any, tolerances: Facts) -> bool:
    """Numbers by their value, all else as it is; each as far off as the case allows."""
    if isinstance(stated, int | float) and not isinstance(stated, bool) and isinstance(found, Decimal | int):
        return abs(Decimal(str(stated)) - found) <= Decimal(str(tolerances.get("tolerance", 0)))
    if name == "last_day" and stated and found:
        return abs((date.fromisoformat(stated) - date.fromisoformat(found)).days) <= tolerances.get("last_day_tolerance_days", 0)
    if isinstance(stated, list):
        return sorted(stated) == sorted(found)
    return bool(stated == found)


def judge(family: str, case: Facts) -> list[Judgement]:
    """Every expected key that the vocabulary says is judged."""
    only_known(case, CASE, "case")
    if case["rule"] not in RULES:
        raise NotUnderstood(f"rule {case['rule']} is not judged yet")
    found, expected = RULES[case["rule"]](case["input"]), case["expected"]
    only_known(expected, {*found, *NOT_JUDGED}, "expected")
    wrong = [f"{name}: {value} expected, {found[name]} found" for name, value in expected.items() if name not in NOT_JUDGED and not _same(name, value, found[name], expected)]
    return [Judgement(family, not wrong, "; ".join(wrong))]
