"""Which questions about the law may be asked, and who answers each?

A question comes in with plain values, as a door has them; what a door cannot know (the figures, the calendar of a place) is brought here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from arrears.assess.classification.china import FiveTier, RepaymentPeriod, china_rules
from arrears.assess.classification.china_steps import observation, standard_risk_amount, upgrade
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked
from arrears.decide.escalation import debt_sale, insolvency_uk
from arrears.decide.escalation.arbitration import arbitration_fees
from arrears.decide.escalation.clocks_china import Complexity, Processing, complaint, credit_objection, credit_record, impact_assessment
from arrears.decide.escalation.clocks_us import reportable_until
from arrears.decide.escalation.court_fees import acceptance_fee, enforcement_fee, payment_order_fee, preservation_fee
from arrears.decide.escalation.debt_sale import LoanType
from arrears.decide.escalation.dishonest_list import dishonest_listing
from arrears.decide.escalation.guarantee import ActionKind, GuaranteeKind, guarantee
from arrears.decide.escalation.insolvency_china import DebtorFacts, exempt_in_insolvency, personal_insolvency
from arrears.decide.escalation.limitation_china import Event, EventKind, Obstacle
from arrears.decide.escalation.limitation_china import limitation as limitation_in_china
from arrears.decide.escalation.limitation_uk import Nation, UkEvent, uk_limitation
from arrears.decide.escalation.procedures import (
    CourtDeadline,
    Instrument,
    Objection,
    court_deadline,
    enforcement_period,
    small_claim,
)
from arrears.decide.escalation.procedures import payment_order as payment_order_stands
from arrears.engine.use_cases.law import CHINA, EUROPE, KINGDOM, STATES, Answer, answer, calendar_remark, days_off_in_china, law_of
from arrears.ledger.china_worked import Ceiling, highest_rate, late_performance_interest
from arrears.ledger.late_payment import DebtorType, term_allowed
from arrears.ledger.late_payment import late_payment as late_payment_claim

__all__ = ["Ceiling", "CourtDeadline", "DebtorType", "FiveTier", "GuaranteeKind", "LoanType", "RepaymentPeriod"]
Kind = TypeVar("Kind", bound=StrEnum)
UNPROVED = "unproved"


class FeeKind(StrEnum):
    """For what is a fee asked?"""

    SUIT = "suit"
    PAYMENT_ORDER = "payment_order"
    PRESERVATION = "preservation"
    ENFORCEMENT = "enforcement"
    ARBITRATION = "arbitration"


_FEES = {
    FeeKind.SUIT: Sentence("Court acceptance fee, China", "案件受理费"),
    FeeKind.PAYMENT_ORDER: Sentence("Fee of a payment order, China", "支付令申请费"),
    FeeKind.PRESERVATION: Sentence("Fee for preserving property, China", "财产保全申请费"),
    FeeKind.ENFORCEMENT: Sentence("Enforcement fee, China", "执行申请费"),
    FeeKind.ARBITRATION: Sentence("Cost of an arbitration, China", "仲裁费用"),
}


def fee(amount_minor: int, kind: FeeKind, on: date, *, halved: bool = False, paid_minor: int | None = None) -> Answer:
    """What is asked for this amount?"""
    law = law_of(CHINA)
    if halved and kind is not FeeKind.SUIT:
        raise WrongCall("Only the fee of a suit is halved.", "The other fees know no half.", "Leave --halved out.")
    found: Worked[Any]
    match kind:
        case FeeKind.SUIT:
            found = acceptance_fee(law, amount_minor, on, halved=halved)
        case FeeKind.PAYMENT_ORDER:
            found = payment_order_fee(law, amount_minor, on, paid_minor)
        case FeeKind.PRESERVATION:
            found = preservation_fee(law, amount_minor, on)
        case FeeKind.ENFORCEMENT:
            found = enforcement_fee(law, amount_minor, on)
        case FeeKind.ARBITRATION:
            found = arbitration_fees(law, amount_minor, on)
    return answer(_FEES[kind], found, CHINA)


def small_claims(claim_minor: int, wage_minor: int, on: date, *, agreed: bool, excluded: bool) -> Answer:
    """Does the claim go to small claims?"""
    found = small_claim(law_of(CHINA), claim_minor, wage_minor, on, parties_agree=agreed, excluded=excluded)
    return answer(Sentence("Small claims, China", "小额诉讼"), found, CHINA)


def payment_order(as_of: date, issued: date | None, served: date | None, objection: tuple[date, bool, bool] | None) -> Answer:
    """How does a payment order stand?"""
    told = None if objection is None else Objection(*objection)
    found = payment_order_stands(law_of(CHINA), as_of, issued=issued, served=served, objection=told, non_working=days_off_in_china())
    until = found.figure.objection_until
    return answer(Sentence("Payment order, China", "支付令"), found, CHINA, calendar_remark(None if until is None else until.counted))


class LimitationPlace(StrEnum):
    """Whose law of limitation?"""

    CHINA = "china"
    ENGLAND_WALES = "england_wales"
    NORTHERN_IRELAND = "northern_ireland"
    SCOTLAND = "scotland"


def _parts(text: str, example: str) -> list[str]:
    parts = text.split(":")
    if not all(parts):
        raise _not_understood(text, example)
    return parts


def _not_understood(text: str, example: str) -> WrongCall:
    return WrongCall(f"“{text}” is not understood.", "Nothing can be worked out from it.", f"Write it as {example}.")


def _day(text: str, whole: str, example: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as trouble:
        raise _not_understood(whole, example) from trouble


def _kind(kinds: type[Kind], text: str, whole: str) -> Kind:
    if text not in list(kinds):
        raise WrongCall(f"“{text}” in “{whole}” is not known.", "Nothing can be worked out from it.", f"Known are: {', '.join(kinds)}.")
    return kinds(text)


_EVENT = "2024-06-01:partial_payment, or 2023-04-20:lawsuit:2023-06-15 for a procedure that ended"
_OBSTACLE = "2025-11-01, or 2025-11-01:2026-02-01 if it ended"
_ACTION = "2025-07-15:demand_to_guarantor"


def _event(text: str) -> Event:
    parts = _parts(text, _EVENT)
    proved = parts[-1] != UNPROVED
    parts = parts if proved else parts[:-1]
    if not 2 <= len(parts) <= 3:
        raise _not_understood(text, _EVENT)
    return Event(_day(parts[0], text, _EVENT), _kind(EventKind, parts[1], text), _day(parts[2], text, _EVENT) if len(parts) == 3 else None, proved)


def _obstacle(text: str) -> Obstacle:
    parts = _parts(text, _OBSTACLE)
    if len(parts) > 2:
        raise _not_understood(text, _OBSTACLE)
    return Obstacle(*(_day(part, text, _OBSTACLE) for part in parts))


def _dated(kinds: type[Kind], text: str, example: str) -> tuple[date, Kind]:
    parts = _parts(text, example)
    if len(parts) != 2:
        raise _not_understood(text, example)
    return _day(parts[0], text, example), _kind(kinds, parts[1], text)


def limitation(due: Sequence[date], events: Sequence[str], obstacles: Sequence[str], place: LimitationPlace, as_of: date, *, deed: bool) -> Answer:
    """Until when may the debt be sued for? Events, obstacles as a door writes them: DAY:KIND[:ENDED][:unproved], BEGAN[:ENDED]."""
    if place is LimitationPlace.CHINA:
        if deed:
            raise WrongCall("China knows no deed.", "The period does not depend on one.", "Leave --deed out.")
        happened = [_event(text) for text in events]
        found = limitation_in_china(law_of(CHINA), due, as_of, happened, [_obstacle(text) for text in obstacles], days_off_in_china())
        until = found.figure.until
        return answer(Sentence("Limitation, China", "诉讼时效"), found, CHINA, calendar_remark(None if until is None else until.counted))
    if obstacles or len(due) != 1:
        raise WrongCall("In the United Kingdom one beginning is asked, and no obstacle.", "Each instalment has a period of its own there.", "Ask about one instalment at a time.")
    told = [_dated(UkEvent, text, "2022-01-05:part_payment") for text in events]
    return answer(Sentence("Limitation, United Kingdom", "英国诉讼时效"), uk_limitation(law_of(KINGDOM), Nation(place.value), due[0], as_of, told, deed=deed), KINGDOM)


def guaranteed(due: date, kind: GuaranteeKind, agreed_until: date | None, actions: Sequence[str], as_of: date) -> Answer:
    """Is the guarantor bound? Actions as a door writes them: DAY:KIND."""
    told = [_dated(ActionKind, text, _ACTION) for text in actions]
    found = guarantee(law_of(CHINA), due, kind, as_of, agreed_until=agreed_until, actions=told, non_working=days_off_in_china())
    return answer(Sentence("Guarantee period, China", "保证期间"), found, CHINA, calendar_remark(found.figure.until.counted))


def enforcement(deadlines: Sequence[date], effective: date | None, notarised: bool, instalment: date | None, interrupted: Sequence[date], as_of: date) -> Answer:
    """Until when may enforcement be asked?"""
    found = enforcement_period(
        law_of(CHINA), Instrument.NOTARISED_DEBT if notarised else Instrument.JUDGMENT, deadlines, effective=effective, instalment=instalment, interrupted=interrupted, asked=as_of,
        non_working=days_off_in_china(),
    )  # fmt: skip
    return answer(Sentence("Period for asking enforcement, China", "申请执行期间"), found, CHINA, calendar_remark(found.figure.until.counted))


_DEADLINES = {
    CourtDeadline.MEDIATION_CONFIRMATION: Sentence("Confirmation of a mediated agreement, both sides together, China", "申请司法确认（双方共同）"),
    CourtDeadline.SET_ASIDE: Sentence("Setting an award aside, China", "申请撤销仲裁裁决"),
    CourtDeadline.SUIT_AFTER_PRESERVATION: Sentence("Suit after preservation before a suit, China", "诉前保全后起诉"),
    CourtDeadline.FEE_PAYMENT: Sentence("Paying the acceptance fee, China", "交纳案件受理费"),
    CourtDeadline.PAYMENT_ORDER_ANSWER: Sentence("The court's answer to an application for a payment order, China", "支付令申请的受理答复"),
    CourtDeadline.PAYMENT_ORDER_ISSUE: Sentence("Issue of a payment order, China", "签发支付令"),
    CourtDeadline.SMALL_CLAIM_DECISION: Sentence("Decision on a small claim, China", "小额诉讼审限"),
    CourtDeadline.SIMPLIFIED_DECISION: Sentence("Decision by simplified procedure, China", "简易程序审限"),
}


def deadline(kind: CourtDeadline, start: date, as_of: date) -> Answer:
    """Until when, counted from this day?"""
    found = court_deadline(law_of(CHINA), kind, start, as_of, days_off_in_china())
    return answer(_DEADLINES[kind], found, CHINA, calendar_remark(found.figure.until.counted))


def dishonest_list(listed: date, performed: date | None, serious_years: int) -> Answer:
    """Until when does a debtor stay on the list, and by when is one taken off who performed?"""
    found = dishonest_listing(law_of(CHINA), listed, performed, serious_years=serious_years, non_working=days_off_in_china())
    return answer(Sentence("List of dishonest debtors, China; only a court lists", "失信被执行人名单（仅法院可列入）"), found, CHINA)


def exempt_property(city: str, on: date, income: int | None) -> Answer:
    """How much does a debtor keep in personal insolvency?"""
    return answer(Sentence(f"Exempt property, {city}", f"豁免财产，{city}"), exempt_in_insolvency(law_of(CHINA), city, on, income), CHINA)


def payment_term(days: int, debtor: DebtorType, on: date, *, agreed: bool) -> Answer:
    """Is a term of payment within the Directive?"""
    return answer(Sentence("Term of payment, European Union", "欧盟付款期限"), term_allowed(law_of(EUROPE), days, debtor, on, expressly_agreed=agreed), EUROPE)


class ClockKind(StrEnum):
    """Which clock?"""

    COMPLAINT_SIMPLE = "complaint_simple"
    COMPLAINT_COMPLEX = "complaint_complex"
    COMPLAINT_EXCEPTIONAL = "complaint_exceptional"
    CREDIT_OBJECTION = "credit_objection"
    CREDIT_RECORD = "credit_record"
    IMPACT_ASSESSMENT = "impact_assessment"
    US_CREDIT_REPORT = "us_credit_report"
    UK_DEBT_RELIEF_ORDER = "uk_debt_relief_order"


def clock(kind: ClockKind, start: date | None, as_of: date) -> Answer:
    """By when, or until when, counted from this day? None: it has not begun."""
    if kind is ClockKind.CREDIT_RECORD:
        return answer(Sentence("Negative information in a credit record, China", "不良信息保存期限"), credit_record(law_of(CHINA), start, as_of), CHINA)
    if kind is ClockKind.IMPACT_ASSESSMENT:
        found = impact_assessment(law_of(CHINA), Processing.SHARING, as_of, start)
        return answer(Sentence("Impact assessment for placing a case, China", "委托处理的个人信息保护影响评估"), found, CHINA)
    if start is None:
        raise WrongCall("The day from which it is counted is missing.", "The clock has no beginning.", "Give --from.")
    if kind is ClockKind.US_CREDIT_REPORT:
        return answer(Sentence("Reporting of a delinquency, United States", "美国信用报告期限"), reportable_until(law_of(STATES), start, as_of), STATES)
    if kind is ClockKind.UK_DEBT_RELIEF_ORDER:
        return answer(Sentence("Stay of a debt relief order, England and Wales", "债务救济令的中止期（英格兰和威尔士）"), insolvency_uk.debt_relief_stay(law_of(KINGDOM), start), KINGDOM)
    if kind is ClockKind.CREDIT_OBJECTION:
        return answer(Sentence("Objection to a credit record, China", "征信异议答复"), credit_objection(law_of(CHINA), start), CHINA)
    complexity = Complexity(kind.value.removeprefix("complaint_"))
    return answer(Sentence("Answer to a complaint, China", "消费投诉处理期限"), complaint(law_of(CHINA), start, complexity), CHINA)


def insolvency(
    city: str, on: date, *, claims: int | None, lives_there: bool | None, insolvent: bool | None, insurance_years: Decimal | None, residence_years: Decimal | None, income: int | None
) -> Answer:
    """Is there a personal insolvency in this city, and who may ask for it?"""
    facts = DebtorFacts(lives_there, insolvent, insurance_years, residence_years, claims, income)
    return answer(Sentence(f"Personal insolvency, {city}", f"个人破产，{city}"), personal_insolvency(law_of(CHINA), city, on, facts), CHINA)


def breathing_space(start: date, treatment_ended: date | None, *, crisis: bool) -> Answer:
    """Which days does a breathing space protect?"""
    if treatment_ended is not None and not crisis:
        raise WrongCall("A standard breathing space knows no treatment.", "Its days are counted from its start.", "Add --crisis, or leave --treatment-ended out.")
    law = law_of(KINGDOM)
    found = insolvency_uk.crisis_breathing_space(law, start, treatment_ended) if crisis else insolvency_uk.standard_breathing_space(law, start)
    return answer(Sentence("Breathing space, England and Wales", "债务喘息期（英格兰和威尔士）"), found, KINGDOM)


def debt_relief_order(debts: int, assets: int, vehicle: int, surplus: int, last_order: date | None, on: date) -> Answer:
    """Is a debtor within the limits of a debt relief order?"""
    found = insolvency_uk.debt_relief_order(
        law_of(KINGDOM), on, debts_minor=debts, assets_minor=assets, vehicle_minor=vehicle, surplus_minor=surplus, last_order_on=last_order
    )
    return answer(Sentence("Debt relief order, England and Wales", "债务救济令（英格兰和威尔士）"), found, KINGDOM)


def letter_of_claim(letter: date, reply: date | None, documents: date | None) -> Answer:
    """When at the earliest may a claim be issued?"""
    found = insolvency_uk.earliest_claim(law_of(KINGDOM), letter, reply_on=reply, documents_on=documents)
    return answer(Sentence("Earliest day for issuing a claim, England and Wales", "最早起诉日（英格兰和威尔士）"), found, KINGDOM)


def late_performance(judgment_minor: int, days_late: int, on: date) -> Answer:
    """What runs while a judgment is not performed?"""
    return answer(Sentence("Interest for late performance of a judgment, China", "迟延履行期间的加倍利息"), late_performance_interest(law_of(CHINA), judgment_minor, days_late, on), CHINA)


def late_payment(amount_minor: int, days_late: int, on: date, debtor: DebtorType, reference: Decimal | None, margin: Decimal | None) -> Answer:
    """What may be claimed for a late payment in the European Union?"""
    found = late_payment_claim(law_of(EUROPE), amount_minor, days_late, on, debtor, reference_rate=reference, margin=margin)
    return answer(Sentence("Late payment, European Union", "欧盟逾期付款"), found, EUROPE)


def ceiling(which: Ceiling, on: date, lpr: Decimal | None, contract_rate: Decimal | None, asked: Decimal | None) -> Answer:
    """How high may a rate be?"""
    return answer(Sentence("Ceiling of a rate, China", "利率上限"), highest_rate(law_of(CHINA), which, on, lpr_1y=lpr, contract_rate=contract_rate, asked=asked), CHINA)


def observed(first: date, period: RepaymentPeriod, missed: date | None, as_of: date, *, solved: bool) -> Answer:
    """When does the observation of a restructured asset end?"""
    found = observation(china_rules(law_of(CHINA), as_of), first, period, as_of, missed_on=missed, difficulty_resolved=solved)
    return answer(Sentence("Observation of a restructured asset, China", "重组资产观察期"), found, CHINA)


def upgraded(paid: date, period: RepaymentPeriod, as_of: date, conditions: dict[str, bool]) -> Answer:
    """When may a bad asset leave the bad classes?"""
    found = upgrade(china_rules(law_of(CHINA), as_of), paid, period, as_of, **conditions)
    return answer(Sentence("Out of the bad classes, China", "不良资产上调"), found, CHINA)


def provision(balance_minor: int, tier: FiveTier, on: date) -> Answer:
    """What does the standard method set aside?"""
    return answer(Sentence("Potential loss by the standard method, China", "标准风险金额"), standard_risk_amount(law_of(CHINA), tier, balance_minor, on), CHINA)


def bulk_sale(loan: LoanType, on: date, known_until: date | None) -> Answer:
    """May bad personal loans be sold in bulk on this day?"""
    return answer(Sentence("Bulk sale of bad personal loans, China", "个人不良贷款批量转让"), debt_sale.bulk_sale(law_of(CHINA), loan, on, known_until=known_until), CHINA)
