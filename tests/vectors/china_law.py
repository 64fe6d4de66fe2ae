"""Judge of china_cases.json: what the law sets on the way to court, in classification, in limitation and insolvency.

Each rule tells the case to the functions as facts and gives back every key that the vocabulary lists; what is not stated is benign.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from arrears.assess.classification.china import CHINESE_NAMES, ChinaFacts, FiveTier, RepaymentPeriod, Restructuring, china_floor, china_rules
from arrears.assess.classification.china_steps import Concession, observation, restructured, standard_risk_amount, upgrade
from arrears.core.parameters import Parameters
from arrears.decide.escalation.arbitration import arbitration_fees
from arrears.decide.escalation.court_fees import acceptance_fee, enforcement_fee, payment_order_fee, preservation_fee
from arrears.decide.escalation.debt_sale import LoanType, bulk_sale
from arrears.decide.escalation.guarantee import ActionKind, GuaranteeKind, guarantee
from arrears.decide.escalation.insolvency_china import DebtorFacts, personal_insolvency
from arrears.decide.escalation.limitation_china import Event, EventKind, agreed_term_valid, limitation, part_demand_covers_rest
from arrears.decide.escalation.procedures import (
    CourtDeadline,
    Instrument,
    Objection,
    binds_guarantor,
    court_deadline,
    enforcement_period,
    payment_order,
    small_claim,
)
from tests.vectors.judging import NotUnderstood, minor, only_known

LOOKED_UP_ON = date(2026, 11, 23)
"""The day for cases without one: the day on which the cases were made."""
Facts = dict[str, Any]
Rule = Callable[[Parameters, Facts], Facts]


def _minor(amount: Any) -> int:
    return minor(str(amount))


def _amount(minor_units: int) -> Decimal:
    return Decimal(minor_units).scaleb(-2)


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# -- Classes, observation, upgrade, provision, sale ---------------------------------------------------------------------------------------


def _classes(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"overdue_days", "technical_delay", "credit_impaired", "restructured"}, "input")
    eased = Restructuring.OBSERVED if given.get("restructured") else Restructuring.NONE
    told = ChinaFacts(given["overdue_days"], given.get("technical_delay", False), False, given.get("credit_impaired", False), restructuring=eased)
    reached = china_floor(told, china_rules(law, LOOKED_UP_ON)).reached
    return {"class_at_least": CHINESE_NAMES[reached], "class_code": reached.value, "npl": reached.bad}


def _debtor(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"retail", "share_of_debtor_claims_npl"}, "input")
    told = ChinaFacts(retail=given["retail"], bad_share_at_bank=Decimal(str(given["share_of_debtor_claims_npl"])))
    return {"all_claims_npl": china_floor(told, china_rules(law, LOOKED_UP_ON)).reached.bad}


def _upgrade(law: Parameters, given: Facts) -> Facts:
    names = {"arrears_paid_on", "repayment_period", "as_of", "performed_since", "future_performance_expected", "other_impaired_assets_at_bank"}
    only_known(given, names, "input")
    as_of = _day(given.get("as_of")) or LOOKED_UP_ON
    found = upgrade(
        china_rules(law, as_of), date.fromisoformat(given["arrears_paid_on"]), RepaymentPeriod(given["repayment_period"]), as_of,
        performed_since=given.get("performed_since", True), performance_expected=given.get("future_performance_expected", True),
        other_impaired=given.get("other_impaired_assets_at_bank", False),
    ).figure  # fmt: skip
    return {"earliest": _iso(found.earliest_on), "upgrade_allowed": found.allowed}


def _restructured(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"concession", "financial_difficulty"}, "input")
    return {"restructured": restructured(law, Concession(given["concession"]), given["financial_difficulty"], LOOKED_UP_ON).figure}


def _observation(law: Parameters, given: Facts) -> Facts:
    names = {"first_repayment_date_after_change", "repayment_period", "as_of", "missed_on", "performed_in_full", "difficulty_resolved"}
    only_known(given, names, "input")
    as_of = _day(given.get("as_of"))
    found = observation(
        china_rules(law, as_of or LOOKED_UP_ON), date.fromisoformat(given["first_repayment_date_after_change"]), RepaymentPeriod(given["repayment_period"]), as_of,
        missed_on=_day(given.get("missed_on")), performed_in_full=given.get("performed_in_full", True), difficulty_resolved=given.get("difficulty_resolved", True),
    ).figure  # fmt: skip
    return {
        "observation_end": _iso(found.end_on), "exit_possible": found.exit_possible, "observation_recomputed": found.restarted_from is not None,
        "observation_restarts_from": _iso(found.restarted_from),
    }  # fmt: skip


def _provision(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"class", "balance"}, "input")
    tier = {name: one for one, name in CHINESE_NAMES.items()}[given["class"]]
    return {"standard_risk_amount": _amount(standard_risk_amount(law, FiveTier(tier), _minor(given["balance"]), LOOKED_UP_ON).figure)}


def _sale(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"loan_type", "batch_transfer_on", "further_extension_known", "buyer_resells_batch_personal_npl"}, "input")
    day = _day(given.get("batch_transfer_on")) or LOOKED_UP_ON
    extended = day if given.get("further_extension_known") else None
    found = bulk_sale(law, LoanType(given.get("loan_type", LoanType.CONSUMER)), day, known_until=extended).figure
    return {"pilot_open": found.open, "allowed": found.resale_allowed if given.get("buyer_resells_batch_personal_npl") else found.open}


# -- The legal path -----------------------------------------------------------------------------------------------------------------------


def _acceptance(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"claim_amount", "case", "settled_by_mediation", "simplified"}, "input")
    if given.get("case", "property") != "property":
        raise NotUnderstood(f"a case of {given['case']}")
    halved = given.get("settled_by_mediation", False) or given.get("simplified", False)
    found = acceptance_fee(law, _minor(given["claim_amount"]), LOOKED_UP_ON, halved=halved).figure
    return {"acceptance_fee": _amount(found.payable_minor), "simplified_or_settled_half": _amount(found.half_minor)}


def _order_fee(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"claim_amount", "payment_order", "payment_order_fee_paid"}, "input")
    paid = _minor(given["payment_order_fee_paid"]) if "payment_order_fee_paid" in given else None
    found = payment_order_fee(law, _minor(given["claim_amount"]), LOOKED_UP_ON, paid).figure
    return {"payment_order_fee": _amount(found.fee_minor), "lawsuit_fee_total": _amount(found.suit_fee_minor), "lawsuit_fee_supplement_required": found.supplement_minor > 0}


def _preservation(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"preserved_amount"}, "input")
    return {"preservation_fee": _amount(preservation_fee(law, _minor(given["preserved_amount"]), LOOKED_UP_ON).figure.fee_minor)}


def _enforcement_fee(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"enforced_amount"}, "input")
    found = enforcement_fee(law, _minor(given["enforced_amount"]), LOOKED_UP_ON).figure
    return {"enforcement_fee": _amount(found.fee_minor), "prepaid_by_creditor": found.prepaid_by_creditor}


def _small_claim(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"claim_amount", "provincial_avg_wage_prev_year", "parties_agree", "simple_money_claim", "defendant_whereabouts_unknown"}, "input")
    found = small_claim(
        law, _minor(given["claim_amount"]), _minor(given["provincial_avg_wage_prev_year"]), LOOKED_UP_ON, parties_agree=given.get("parties_agree", False),
        simple_money_claim=given.get("simple_money_claim", True), excluded=given.get("defendant_whereabouts_unknown", False),
    ).figure  # fmt: skip
    return {"small_claims": found.goes, "may_agree": found.may_agree, "threshold": _amount(found.threshold_minor), "upper": _amount(found.upper_minor)}


def _payment_order(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"as_of", "issued", "served", "objection", "unserved_days", "order_against", "target"}, "input")
    if "target" in given:
        return {"binds_guarantor": binds_guarantor(law, LOOKED_UP_ON).figure}
    told = given.get("objection")
    if told is not None:
        only_known(told, {"date", "form", "ground"}, "objection")
    objection = None if told is None else Objection(date.fromisoformat(told["date"]), told["form"] == "written", told["ground"] == "cannot afford to pay")
    issued = _day(given.get("issued")) or LOOKED_UP_ON
    as_of = date.fromordinal(issued.toordinal() + given["unserved_days"]) if "unserved_days" in given else _day(given.get("as_of")) or LOOKED_UP_ON
    found = payment_order(law, as_of, issued=issued if "unserved_days" in given else _day(given.get("issued")), served=_day(given.get("served")), objection=objection).figure
    return {"enforceable": found.enforceable}


def _arbitration(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"amount_in_dispute"}, "input")
    found = arbitration_fees(law, _minor(given["amount_in_dispute"]), LOOKED_UP_ON).figure
    return {
        "state_range_min": _amount(found.state_lowest_minor), "state_range_max": _amount(found.state_highest_minor),
        "shenyang_acceptance": _amount(found.shenyang_acceptance_minor), "shenyang_processing": _amount(found.shenyang_processing_minor),
        "shenyang_total": _amount(found.shenyang_minor),
    }  # fmt: skip


def _mediation(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"agreement_effective", "apply", "jointly"}, "input")
    found = court_deadline(law, CourtDeadline.MEDIATION_CONFIRMATION, date.fromisoformat(given["agreement_effective"]), _day(given.get("apply"))).figure
    return {"in_time": found.in_time, "last_day": _iso(found.until.counted), "accepted": bool(found.in_time) and given.get("jointly", True)}


def _enforcement(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"instrument", "performance_deadline", "effective_date", "instalment_deadlines", "for_instalment", "apply"}, "input")
    own = given.get("performance_deadline")
    deadlines = [date.fromisoformat(day) for day in given.get("instalment_deadlines", [own] if own else [])]
    found = enforcement_period(
        law, Instrument(given["instrument"]), deadlines, effective=_day(given.get("effective_date")), instalment=_day(given.get("for_instalment")), asked=_day(given.get("apply"))
    ).figure
    return {"in_time": found.in_time, "last_day": _iso(found.until.counted)}


# -- Periods, insolvency -------------------------------------------------------------------------------------------------------------------


def _limitation(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"as_of", "contract_term", "demand_for_part_only", "due", "events", "instalments_due"}, "input")
    for one in given.get("events", []):
        only_known(one, {"date", "type", "amount", "procedure_ended"}, "event")
    events = [Event(date.fromisoformat(one["date"]), EventKind(one["type"]), _day(one.get("procedure_ended"))) for one in given.get("events", [])]
    due = [date.fromisoformat(day) for day in given.get("instalments_due", [given.get("due")])]
    found = limitation(law, due, _day(given.get("as_of")) or LOOKED_UP_ON, events).figure
    paid = any(one.kind in (EventKind.DEBTOR_PAID_VOLUNTARILY, EventKind.PARTIAL_PAYMENT) for one in events)
    return {
        "time_barred": found.barred, "defence_available": found.defence_available, "last_day": None if found.until is None else _iso(found.until.counted),
        "term_valid": agreed_term_valid(law, LOOKED_UP_ON).figure, "refund_due": paid and found.barred and not found.bound_by_payment,
        "covers_remaining_debt": part_demand_covers_rest(law, LOOKED_UP_ON).figure,
    }  # fmt: skip


def _guarantee(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"main_due", "agreed_guarantee_period", "kind", "action"}, "input")
    if given.get("agreed_guarantee_period") is not None:
        raise NotUnderstood("an agreed period")
    done = given.get("action")
    actions = [] if done is None else [(date.fromisoformat(done["date"]), ActionKind(done["type"]))]
    found = guarantee(law, date.fromisoformat(given["main_due"]), GuaranteeKind(given["kind"]), LOOKED_UP_ON, actions=actions).figure
    return {"period_end": _iso(found.until.counted), "guarantor_liable": found.bound, "treated_as": found.treated_as.value}


def _insolvency(law: Parameters, given: Facts) -> Facts:
    only_known(given, {"city", "creditor_claim_due", "insolvent", "lives_in_shenzhen", "shenzhen_social_insurance_years"}, "input")
    years = given.get("shenzhen_social_insurance_years")
    told = DebtorFacts(
        lives_there=given.get("lives_in_shenzhen"), insolvent=given.get("insolvent", True), insurance_years=None if years is None else Decimal(str(years)),
        claims_due_minor=_minor(given["creditor_claim_due"]) if "creditor_claim_due" in given else None,
    )  # fmt: skip
    found = personal_insolvency(law, given.get("city", "Shenzhen"), LOOKED_UP_ON, told).figure
    return {"regime_available": found.available, "debtor_may_apply": found.debtor_may_apply, "creditor_may_apply_for_liquidation": found.creditor_may_apply}


RULES: dict[str, Rule] = {
    "CN-ASSET-01": _classes,
    "CN-ASSET-02": _debtor,
    "CN-ASSET-03": _upgrade,
    "CN-ASSET-04": _restructured,
    "CN-ASSET-05": _observation,
    "CN-ASSET-06": _provision,
    "CN-ASSET-08": _sale,
    "CN-INSOL-01": _insolvency,
    "CN-LEGAL-01": _acceptance,
    "CN-LEGAL-02": _order_fee,
    "CN-LEGAL-03": _preservation,
    "CN-LEGAL-04": _enforcement_fee,
    "CN-LEGAL-05": _small_claim,
    "CN-LEGAL-06": _payment_order,
    "CN-LEGAL-08": _arbitration,
    "CN-LEGAL-09": _mediation,
    "CN-LEGAL-11": _enforcement,
    "CN-MONEY-03": _limitation,
    "CN-MONEY-04": _guarantee,
}
