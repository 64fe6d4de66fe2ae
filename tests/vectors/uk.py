"""Judge of uk_cases.json: United Kingdom, conduct, breathing space, pre-action, limitation. What a case does not state is benign."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.verdict import verdict
from arrears.check.conduct.words import (
    Act,
    ActorRole,
    Channel,
    DebtorKind,
    DebtPurpose,
    Happened,
    Mark,
    Place,
    Product,
    Purpose,
    Recipient,
)
from tests.vectors.conduct_facts import EVERYTHING_KNOWN, answer_of, moment, next_day, packs, said, window
from tests.vectors.judging import Judgement, NotUnderstood, only_known

CASE = {
    "id", "group", "rule", "title", "consumer_timezone", "context", "history", "proposed_action", "expected", "reason_code", "warnings",
    "source", "basis", "confidence", "notes", "next_allowed_date",
}  # fmt: skip
PACKS = ("uk/conc", "uk/breathing_space", "uk/pre_action", "uk/limitation", "uk/prescription")
NATIONS = {"england": "GB-ENG", "wales": "GB-WLS", "england_and_wales": "GB-ENG", "scotland": "GB-SCT", "northern ireland": "GB-NIR"}
PRODUCTS = {
    "regulated_credit": Product.CONSUMER_LOAN, "credit_card": Product.CREDIT_CARD, "trade_invoice": Product.TRADE_INVOICE, "mortgage": Product.MORTGAGE,
    "student_loan": Product.STUDENT_LOAN, "fine": Product.FINE, "court_fine": Product.FINE, "child_maintenance": Product.CHILD_MAINTENANCE,
    "social_fund_loan": Product.SOCIAL_FUND_LOAN, "rent": Product.RENT, "utility": Product.UTILITY, "tax": Product.TAX, "council_tax": Product.TAX,
}  # fmt: skip
DEBTORS = {
    "individual": DebtorKind.PERSON, "person": DebtorKind.PERSON, "consumer": DebtorKind.PERSON, "sole_trader": DebtorKind.SOLE_TRADER,
    "company": DebtorKind.COMPANY, "limited_company": DebtorKind.COMPANY, "business": DebtorKind.COMPANY,
}  # fmt: skip
RECIPIENTS = {
    "consumer": Recipient.DEBTOR, "flatmate": Recipient.HOUSEMATE, "all_same_name_dob": Recipient.UNIDENTIFIED,
    "joint_borrower_not_in_moratorium": Recipient.CO_DEBTOR, "lender": Recipient.CREDITOR,
}  # fmt: skip
CONTACTS = {"call": Channel.CALL, "calling_card": Channel.CALLING_CARD, "home_visit": Channel.VISIT, "visit": Channel.VISIT, "letter": Channel.LETTER}
ACTS = {
    "accrue_interest": Act.INTEREST_ACCRUAL, "charge_interest": Act.INTEREST_CHARGE, "enter_breathing_space": Act.MORATORIUM_ENTRY, "file_suit": Act.SUIT,
    "forward_dispute": Act.DISPUTE_FORWARDING, "midway_review": Act.MORATORIUM_REVIEW,
}  # fmt: skip
CONTENT = {
    "current_rent_due": {Mark.CURRENT_LIABILITY}, "implies_missed_delivery": {Mark.MISLEADS_ABOUT_PURPOSE}, "mentions_debt": {Mark.MENTIONS_DEBT},
    "payment_demand": {Mark.PAYMENT_DEMAND, Mark.MENTIONS_DEBT}, "settlement_confirmation": {Mark.SETTLEMENT_CONFIRMATION}, "threat_bailiffs": {Mark.PAYMENT_DEMAND},
}  # fmt: skip
SLIGHT = ("low", "none", "mild", "potential", "general")
Case = dict[str, Any]


@cache
def _vocabulary() -> dict[str, list[str]]:
    path = Path(__file__).parent / "regulation_vocabulary.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["uk"])


def _known(told: Any, known: dict[str, Any], what: str) -> Any:
    key = str(told).lower()
    if key not in known:
        raise NotUnderstood(f"{what} {told!r}")
    return known[key]


def _plain(kind: Happened, *marks: Mark) -> Callable[[Case], list[Event]]:
    return lambda told: [_event(told, kind, *marks)]


def _event(told: Case, kind: Happened, *marks: Mark, **more: Any) -> Event:
    return Event(moment(told["ts"], "Europe/London"), kind, debts=frozenset(told.get("debt_ids", ())), marks=frozenset(marks), **more)


def _breathing_space(told: Case) -> list[Event]:
    kinds = {"standard": Happened.MORATORIUM, "mental_health_crisis": Happened.CRISIS_MORATORIUM}
    return [_event(told, _known(told.get("kind", "standard"), kinds, "breathing space"))]


def _request(told: Case) -> list[Event]:
    """A window that is asked for is the one to keep to; one that is said to be unfit is left free."""
    if not told.get("request_window"):
        return []
    unfit = any(word in str(told.get("content", "")).lower() for word in ("not between", "no calls between", "do not call between", "inconvenient", "avoid"))
    return [_event(told, Happened.TIME_RULED_OUT, window=window(told["request_window"]), only_inside=not unfit)]


def _statement(told: Case) -> list[Event]:
    content = str(told.get("content", "")).lower()
    return [_event(told, Happened.BARRED_CLAIMED)] if "barred" in content or "limitation" in content or "too old" in content else []


def _settled(told: Case) -> list[Event]:
    owed = not told.get("remainder_waived", False)
    return [_event(told, Happened.SETTLEMENT_ACCEPTED, *([Mark.REMAINDER_OWED] if owed else []))]


def _letter_of_claim(told: Case) -> list[Event]:
    complete = told.get("complete", True) and not told.get("missing")
    return [_event(told, Happened.LETTER_OF_CLAIM, *([Mark.COMPLETE] if complete else []))]


def _reply(told: Case) -> list[Event]:
    asks = told.get("seeking_advice") or "document" in str(told.get("kind", "")) or "document" in str(told.get("content", ""))
    return [_event(told, Happened.CLAIM_REPLY, *([Mark.SEEKING_ADVICE] if asks else []))]


EVENTS: dict[str, Callable[[Case], list[Event]]] = {
    "breathing_space_start": _breathing_space,
    "cause_of_action": _plain(Happened.LIMITATION_STARTED),
    "consumer_request": _request,
    "consumer_statement": _statement,
    "crisis_treatment_end": _plain(Happened.TREATMENT_ENDED),
    "debt_adviser_notice": lambda told: [_event(told, Happened.DEBT_ADVICE, *([Mark.PLAN_IN_PROGRESS] if told.get("plan_in_progress", True) else []))],
    "dispute_received": _plain(Happened.DISPUTE),
    "letter_of_claim": _letter_of_claim,
    "obligation_enforceable": _plain(Happened.LIMITATION_STARTED),
    "part_payment": _plain(Happened.PART_PAYMENT),
    "reply_form": _reply,
    "settlement_offer_accepted": _settled,
    "visit_notice": lambda told: [_event(told, Happened.VISIT_NOTICE, *([Mark.PURPOSE_EXPLAINED] if told.get("purpose_explained", True) else []))],
    "vulnerability_flag": lambda told: [] if str(told.get("level", "")).lower() in SLIGHT else [_event(told, Happened.VULNERABLE)],
}


def _marks(action: Case, to: Recipient) -> set[Mark]:
    content = action.get("content_type")
    marks = set(_known(content, CONTENT, "content")) if content else set()
    if content == "threat_bailiffs" and not action.get("judgment"):
        marks.add(Mark.THREAT_NOT_OPEN)
    if action.get("explains_residual_debt", content != "settlement_confirmation"):
        marks.add(Mark.RESIDUAL_DEBT_EXPLAINED)
    if to is Recipient.UNIDENTIFIED:
        marks.add(Mark.MENTIONS_DEBT)
    envelope = str(action.get("envelope", "")).lower()
    if action.get("sender_name_reveals_collection") or any(word in envelope for word in ("debt", "collect", "postcard", "overdue", "arrears")):
        marks.add(Mark.ENVELOPE_REVEALS_DEBT)
    if action.get("express_consent"):
        marks |= {Mark.PLACE_CONSENTED, Mark.ENTRY_CONSENTED}
    return marks


def _place(action: Case) -> Place:
    named = str(action.get("location", "home" if action["type"] == "home_visit" else "")).lower()
    if not named:
        return Place.NOT_TIED
    return Place.WORKPLACE if "work" in named else Place.HOME if "home" in named else Place.ELSEWHERE


def _proposed(action: Case) -> Proposed:
    only_known(action, set(_vocabulary()["action_fields"]), f"action {action['type']}")
    to = _known(action.get("to", "consumer"), RECIPIENTS, "recipient")
    debts = frozenset(action.get("debt_ids", ()))
    if action["type"] in CONTACTS:
        marks = frozenset(_marks(action, to))
        purpose = Purpose.ANSWER if Mark.SETTLEMENT_CONFIRMATION in marks else Purpose.COLLECTION
        return Proposed(act=Act.CONTACT, party="", purpose=purpose, channel=CONTACTS[action["type"]], to=to, debts=debts, place=_place(action), marks=marks)
    period = tuple(map(date.fromisoformat, action["for_period"])) if action.get("for_period") else None
    return Proposed(act=_known(action["type"], ACTS, "action"), party="", to=to, debts=debts, period=period)  # type: ignore[arg-type]  # two days


def _history(case: Case, proposed: Proposed) -> list[Event]:
    found: list[Event] = []
    for told in case["history"]:
        only_known(told, set(_vocabulary()["event_fields"]), f"event {told.get('type')}")
        if told["type"] not in EVENTS:
            raise NotUnderstood(f"event {told['type']!r}")
        found += EVENTS[told["type"]](told)
    at = moment(case["proposed_action"]["ts"], case["consumer_timezone"])
    if not any(event.kind is Happened.LIMITATION_STARTED for event in found):
        found.append(Event(at.replace(year=at.year - 1), Happened.LIMITATION_STARTED))
    told_of = {told["type"] for told in case["history"]}
    if case["group"] != "pre_action" and "letter_of_claim" not in told_of:
        found.append(Event(at.replace(year=at.year - 1), Happened.LETTER_OF_CLAIM, marks=frozenset({Mark.COMPLETE})))
    if proposed.channel is Channel.VISIT and "visit_notice" not in told_of:
        found.append(Event(at.replace(year=at.year - 1), Happened.VISIT_NOTICE, marks=frozenset({Mark.PURPOSE_EXPLAINED})))
    return found


def judge(family: str, case: Case) -> list[Judgement]:
    """Is it allowed, and from which day on?"""
    only_known(case, CASE, "case")
    context, action = case["context"], case["proposed_action"]
    only_known(context, set(_vocabulary()["context_fields"]), "context")
    proposed = _proposed(action)
    product = _known(context.get("product", "regulated_credit"), PRODUCTS, "product")
    at = moment(action["ts"], case["consumer_timezone"])
    facts = Facts(
        places=frozenset({"GB", _known(context.get("nation", "England"), NATIONS, "nation")}),
        zones=(case["consumer_timezone"],),
        actor=ActorRole.CREDITOR_OWN_NAME if "agency" not in str(context.get("actor_role", "")) else ActorRole.AGENCY,
        product=product,
        history_from=EVERYTHING_KNOWN,
        debt_purpose=DebtPurpose.BUSINESS if product is Product.TRADE_INVOICE else DebtPurpose.CONSUMER,
        debtor=_known(context.get("debtor_type", "individual"), DEBTORS, "debtor"),
        history=tuple(_history(case, proposed)),
    )
    found = verdict(proposed, facts, at, packs(*PACKS))
    told = {"expected": answer_of(found), "next_allowed_date": next_day(found, case["consumer_timezone"])}
    wrong = [f"{name}: {case[name]} expected, {value} found ({said(found)})" for name, value in told.items() if name in case and case[name] != value]
    return [Judgement(family, not wrong, "; ".join(wrong))]
