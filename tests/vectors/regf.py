"""Judge of regf_cases.json: United States, debt collectors. What a case does not state is benign."""

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
    DebtPurpose,
    Happened,
    Mark,
    Outcome,
    Place,
    Product,
    Purpose,
    Recipient,
    Record,
    Side,
)
from tests.vectors.conduct_facts import EVERYTHING_KNOWN, answer_of, earliest_stated, moment, next_day, packs, said, us_holidays, window
from tests.vectors.judging import Judgement, NotUnderstood, only_known

CASE = {
    "id", "group", "rule", "title", "consumer_timezone", "context", "history", "proposed_action", "expected", "reason_code", "warnings",
    "source", "basis", "confidence", "notes", "next_allowed_date", "earliest_valid_end_date",
}  # fmt: skip
LONG_BARRED = 100
"""Years of a limitation period of which a case says nothing."""
ROLES = {
    "third_party_agency": ActorRole.AGENCY, "debt_buyer": ActorRole.DEBT_BUYER, "creditor_own_name": ActorRole.CREDITOR_OWN_NAME,
    "servicer_pre_default": ActorRole.SERVICER_BEFORE_DEFAULT,
}  # fmt: skip
RECIPIENTS = {
    "consumer": Recipient.DEBTOR, "spouse": Recipient.SPOUSE, "executor": Recipient.EXECUTOR, "consumer_attorney": Recipient.ADVISER,
    "neighbour": Recipient.NEIGHBOUR, "roommate": Recipient.HOUSEMATE, "adult_child_not_representative": Recipient.RELATIVE,
}  # fmt: skip
CHANNELS = {"phone": Channel.CALL, "email": Channel.EMAIL, "sms": Channel.TEXT, "mail": Channel.LETTER, "social": Channel.SOCIAL_MESSAGE}
RESULTS = {
    "no_answer": Outcome.NO_ANSWER, "voicemail_no_message": Outcome.NO_ANSWER, "voicemail_left_for_collector": Outcome.VOICEMAIL,
    "answered_dropped": Outcome.DROPPED, "busy": Outcome.BUSY, "not_in_service": Outcome.NOT_IN_SERVICE, "conversation": Outcome.CONVERSATION,
}  # fmt: skip
CONTENT: dict[str, tuple[set[Mark], Purpose]] = {
    "debt_discussion": ({Mark.MENTIONS_DEBT}, Purpose.COLLECTION),
    "efforts_terminated": ({Mark.EFFORTS_END}, Purpose.STATUTORY_NOTICE),
    "legally_required_notice": ({Mark.REQUIRED_BY_LAW}, Purpose.STATUTORY_NOTICE),
    "limited_content": ({Mark.LIMITED_CONTENT}, Purpose.COLLECTION),
    "location_only": ({Mark.LOCATION_QUESTION}, Purpose.LOCATION),
    "location_plus_debt": ({Mark.LOCATION_QUESTION, Mark.MENTIONS_DEBT}, Purpose.LOCATION),
    "may_invoke_specified_remedy": ({Mark.MAY_INVOKE_REMEDY}, Purpose.STATUTORY_NOTICE),
    "mentions_debt": ({Mark.MENTIONS_DEBT}, Purpose.COLLECTION),
    "opt_out_confirmation_only": ({Mark.OPT_OUT_CONFIRMATION}, Purpose.RECEIPT),
    "opt_out_confirmation_plus_payment_link": ({Mark.OPT_OUT_CONFIRMATION, Mark.PAYMENT_LINK}, Purpose.RECEIPT),
    "pay_within_7_days_or_suit": ({Mark.OVERSHADOWS, Mark.PAYMENT_DEMAND, Mark.THREAT_OF_SUIT}, Purpose.COLLECTION),
    "payment_demand": ({Mark.PAYMENT_DEMAND, Mark.MENTIONS_DEBT}, Purpose.COLLECTION),
    "payment_request_no_threat": ({Mark.MENTIONS_DEBT}, Purpose.COLLECTION),
    "threat_of_suit": ({Mark.THREAT_OF_SUIT, Mark.MENTIONS_DEBT}, Purpose.COLLECTION),
    "validation_notice": ({Mark.VALIDATION_NOTICE}, Purpose.STATUTORY_NOTICE),
}
CONTACTS = {
    "call": Channel.CALL, "voicemail": Channel.VOICEMAIL, "text": Channel.TEXT, "email": Channel.EMAIL, "letter": Channel.LETTER,
    "social_message": Channel.SOCIAL_MESSAGE, "social_post": Channel.SOCIAL_POST, "validation_notice": Channel.LETTER,
}  # fmt: skip
ACTS = {
    "apply_payment": Act.PAYMENT_APPLICATION, "close_without_validation_notice": Act.GOING_ON_WITHOUT_NOTICE, "file_suit": Act.SUIT,
    "continue_without_validation_notice": Act.GOING_ON_WITHOUT_NOTICE, "delete_records": Act.DELETION, "furnish_cra": Act.CREDIT_REPORT,
    "proof_of_claim": Act.PROOF_OF_CLAIM, "state_validation_end_date": Act.STATED_DATE,
}  # fmt: skip
ON_AN_ENVELOPE = frozenset(
    {
        *("a", "address", "addressed", "addressee", "and", "bar", "barcode", "box", "bulk", "city", "class", "code", "consumer", "consumer's", "correction"),
        *("country", "first", "forwarding", "from", "mail", "name", "of", "office", "only", "permit", "po", "post", "postage", "postal", "postmark"),
        *("recipient", "requested", "return", "sender", "service", "stamp", "state", "street", "the", "to", "usps", "window", "zip"),
    }
)
Case = dict[str, Any]


@cache
def _vocabulary() -> dict[str, list[str]]:
    path = Path(__file__).parent / "regulation_vocabulary.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["regf"])


def _recipient(told: Any) -> tuple[Recipient, str]:
    if told is None:
        return Recipient.DEBTOR, ""
    if told in RECIPIENTS:
        return RECIPIENTS[told], ""
    raise NotUnderstood(f"recipient {told!r}")


def _channel(told: Any) -> Channel | None:
    if told is None or told in CHANNELS:
        return CHANNELS.get(told)
    raise NotUnderstood(f"channel {told!r}")


def _debts(thing: Case, context: Case) -> frozenset[str]:
    """Loans that are serviced under one account number are one debt."""
    debts = frozenset(thing.get("debt_ids", ()))
    return frozenset({"the account"}) if debts and context.get("single_account_number") else debts


def _place(point: str, channel: Channel | None, action: Case, context: Case) -> Place:
    named = point.lower()
    if "work" in named or "office" in named or action.get("domain") in ("employer", "employer_provided", "work", "workplace"):
        return Place.WORKPLACE
    if "home" in named or "landline" in named or channel in (Channel.LETTER, Channel.VISIT):
        return Place.HOME
    known = str(context.get("known_location", ""))
    return Place(known) if known in list(Place) else Place.NOT_TIED


def _events(told: Case, case: Case) -> list[Event]:
    """What one entry of the history tells, as none, one or several events."""
    only_known(told, set(_vocabulary()["event_fields"]), f"event {told.get('type')}")
    if told["type"] not in _vocabulary()["event_types"]:
        raise NotUnderstood(f"event {told['type']!r}")
    to, person = _recipient(told.get("to"))
    point = str(told.get("number") or told.get("address") or "")
    common: Case = {
        "at": moment(told["ts"], case["consumer_timezone"]),
        "to": to,
        "person": person,
        "debts": _debts(told, case["context"]),
        "point": point,
    }
    return EVENTS[told["type"]](told, common)


def _contact(channel: Channel) -> Callable[[Case, Case], list[Event]]:
    def read(told: Case, common: Case) -> list[Event]:
        outcome = RESULTS[told.get("result", "no_answer")] if channel is Channel.CALL else Outcome.SENT
        marks = frozenset(CONTENT[told["content_type"]][0]) if told.get("content_type") in CONTENT else frozenset()
        sent = Event(kind=Happened.CONTACT, by=Side.COLLECTOR, party=told.get("collector", ""), channel=channel, outcome=outcome, marks=marks, **common)
        notice = [Event(kind=Happened.VALIDATION_NOTICE_SENT, channel=channel, **common)] if Mark.VALIDATION_NOTICE in marks else []
        return [sent, *notice]

    return read


def _received(channel: Channel) -> Callable[[Case, Case], list[Event]]:
    def read(told: Case, common: Case) -> list[Event]:
        outcome = RESULTS[told.get("result", "conversation")] if channel is Channel.CALL else Outcome.SENT
        by = Side.ADVISER if "attorney" in str(told.get("actor")) else Side.DEBTOR if told.get("actor", "consumer") == "consumer" else Side.THIRD_PERSON
        return [Event(kind=Happened.CONTACT_RECEIVED, by=by, channel=channel, outcome=outcome, **common)]

    return read


def _statement(told: Case, common: Case) -> list[Event]:
    """What the person said, or what stands in the creditor's file about it: the same to the collector."""
    found = []
    if told.get("designated_inconvenient"):
        found.append(Event(kind=Happened.TIME_RULED_OUT, window=window(told["designated_inconvenient"]), **common))
    if told.get("revokes_designation"):
        found.append(Event(kind=Happened.TIME_OPENED_AGAIN, **common))
    if told.get("employer_prohibits"):
        found.append(Event(kind=Happened.WORKPLACE_FORBIDDEN, **common))
    if told.get("designated_place"):
        named = told["designated_place"]
        found.append(Event(kind=Happened.PLACE_RULED_OUT, place=Place("workplace" if named in ("work", "office") else named), **common))
    if told.get("medium_opt_out"):
        found.append(Event(kind=Happened.CHANNEL_RULED_OUT, channel=_channel(told["medium_opt_out"]), **common))
    return found


def _marked(kind: Happened, *marks: Mark, **more: Any) -> Callable[[Case, Case], list[Event]]:
    return lambda told, common: [Event(kind=kind, marks=frozenset(marks), **more, **common)]


def _flagged(kind: Happened, flag: str, mark: Mark, default: bool, **more: Any) -> Callable[[Case, Case], list[Event]]:
    return lambda told, common: [Event(kind=kind, marks=frozenset({mark} if told.get(flag, default) else ()), **more, **common)]


def _dispute(kind: Happened) -> Callable[[Case, Case], list[Event]]:
    def read(told: Case, common: Case) -> list[Event]:
        marks = {Mark.WRITTEN} if told.get("form", "written") not in ("oral", "phone", "spoken") else set()
        marks |= {Mark.SAME_AS_BEFORE} if told.get("same_as_previous") else set()
        marks |= {Mark.NEW_INFORMATION} if told.get("new_information") else set()
        return [Event(kind=kind, marks=frozenset(marks), amount_minor=_minor(told.get("disputed_amount")), total_minor=_minor(told.get("total")), **common)]

    return read


def _notice(told: Case, common: Case) -> list[Event]:
    until = date.fromisoformat(told["validation_end"]) if told.get("validation_end") else None
    return [Event(kind=Happened.VALIDATION_NOTICE_SENT, channel=_channel(told.get("channel")), until=until, **common)]


def _time_agreed(told: Case, common: Case) -> list[Event]:
    """Consent to a time counts where it was given directly, in a contact that itself broke nothing."""
    sound = told.get("direct", True) and not any(word in str(told.get("obtained_in", "")) for word in ("inconvenient", "unlawful", "prohibited", "violat"))
    hours = window(told["window"]) if told.get("window") else None
    return [Event(kind=Happened.TIME_AGREED, marks=frozenset({Mark.DIRECT} if sound else ()), window=hours, **common)]


def _nothing(told: Case, common: Case) -> list[Event]:
    return []


def _minor(amount: Any) -> int | None:
    return None if amount is None else round(amount * 100)


EVENTS: dict[str, Callable[[Case, Case], list[Event]]] = {
    "attorney_consent_direct_contact": _marked(Happened.ADVISER_CONSENTS, by=Side.ADVISER),
    "attorney_notice": _flagged(Happened.ADVISER_ACTS, "attorney_known", Mark.ADVISER_KNOWN, True),
    "bankruptcy_petition": _marked(Happened.INSOLVENCY),
    "call_placed": _contact(Channel.CALL),
    "call_received": _received(Channel.CALL),
    "call_recorded": _marked(Happened.CALL_RECORDED),
    "cease_letter_posted": _nothing,
    "cease_letter_received": _marked(Happened.CEASE_REQUEST, Mark.WRITTEN),
    "consumer_deceased": _marked(Happened.DECEASED),
    "consumer_statement": _statement,
    "creditor_email_notice_sent": _nothing,
    "dispute_received": _dispute(Happened.DISPUTE),
    "duplicative_dispute_notice_sent": _marked(Happened.DISPUTE_DUPLICATE_ANSWERED),
    "email_received": _received(Channel.EMAIL),
    "email_sent": _contact(Channel.EMAIL),
    "esign_consent": _flagged(Happened.ESIGN_CONSENT, "complete", Mark.COMPLETE, True),
    "file_note": _statement,
    "formal_pleading_served": _nothing,
    "initial_communication": _flagged(Happened.INITIAL_COMMUNICATION, "validation_given", Mark.VALIDATION_GIVEN, False),
    "last_collection_activity": _marked(Happened.COLLECTION_ACTIVITY),
    "letter_sent": _contact(Channel.LETTER),
    "limitation_start": lambda told, common: [Event(kind=Happened.LIMITATION_STARTED, years=told.get("sol_years"), **common)],
    "opt_out_address": lambda told, common: [Event(kind=Happened.CHANNEL_RULED_OUT, channel=_channel(told.get("channel")), **common)],
    "original_creditor_request": _dispute(Happened.ORIGINAL_CREDITOR_ASKED),
    "paid_in_full": _marked(Happened.PAID_IN_FULL),
    "prior_consent_text": _flagged(Happened.CONSENT, "direct", Mark.DIRECT, True, channel=Channel.TEXT),
    "prior_consent_time": _time_agreed,
    "prior_consent_to_call": _flagged(Happened.CONSENT, "direct", Mark.DIRECT, True, channel=Channel.CALL),
    "reassigned_number_check": _nothing,
    "suit_filed": _nothing,
    "text_received": _received(Channel.TEXT),
    "text_sent": _contact(Channel.TEXT),
    "third_party_request_callback": _marked(Happened.CALLBACK_INVITED),
    "undeliverable_notice": _marked(Happened.UNDELIVERABLE),
    "validation_notice_sent": _notice,
    "verification_sent": _marked(Happened.VERIFICATION_SENT),
    "written_refusal_to_pay_received": _marked(Happened.CEASE_REQUEST, Mark.WRITTEN),
}


def _tells_of_debt(envelope: str) -> bool:
    words = "".join(letter if letter.isalnum() or letter in "'" else " " for letter in envelope.lower()).split()
    return any(word not in ON_AN_ENVELOPE for word in words)


def _marks(action: Case, to: Recipient) -> set[Mark]:
    """What the act says and discloses; what it does not state is as it should be."""
    marks = set(CONTENT[action["content_type"]][0]) if action.get("content_type") else set()
    if action["type"] == "validation_notice":
        marks.add(Mark.VALIDATION_NOTICE)
    if action.get("content_type") and action["content_type"] not in CONTENT:
        raise NotUnderstood(f"content {action['content_type']!r}")
    if action.get("opt_out_notice", True):
        marks.add(Mark.OPT_OUT_NOTICE)
    method = str(action.get("opt_out_method", "hyperlink")).lower()
    if ("reply" in method or "link" in method) and "without" not in method and "no_link" not in method:
        marks.add(Mark.OPT_OUT_SIMPLE)
    if action.get("first_communication") or action.get("initial_communication"):
        marks.add(Mark.FIRST_COMMUNICATION)
    if action.get("purpose_disclosure", True):
        marks.add(Mark.PURPOSE_DISCLOSED)
    third = to in (Recipient.NEIGHBOUR, Recipient.HOUSEMATE, Recipient.RELATIVE)
    if action.get("discloses_collector", not third):
        marks.add(Mark.COLLECTOR_DISCLOSED)
    if action.get("esign_consent"):
        marks.add(Mark.ESIGN_CONSENT)
    if _tells_of_debt(action.get("envelope_text", "")):
        marks.add(Mark.ENVELOPE_REVEALS_DEBT)
    if "required" in str(action.get("purpose", "")):
        marks.add(Mark.REQUIRED_BY_LAW)
    return marks


def _proposed(action: Case, context: Case) -> Proposed:
    only_known(action, set(_vocabulary()["action_fields"]), f"action {action['type']}")
    to, person = _recipient(action.get("to"))
    common: Case = {
        "party": action.get("collector", ""),
        "to": to,
        "person": person,
        "debts": _debts(action, context),
        "amount_minor": _minor(action.get("amount")),
        "point": str(action.get("number") or action.get("address") or ""),
    }
    if action["type"] in CONTACTS:
        channel = CONTACTS[action["type"]]
        if action["type"] == "validation_notice":
            channel = _channel(action.get("channel")) or channel
        if channel is Channel.SOCIAL_MESSAGE and action.get("visibility", "private") not in ("private", "private_message"):
            channel = Channel.SOCIAL_POST
        purpose = CONTENT[action["content_type"]][1] if action.get("content_type") in CONTENT else Purpose.COLLECTION
        if action["type"] == "validation_notice":
            purpose = Purpose.STATUTORY_NOTICE
        place = _place(common["point"], channel, action, context)
        return Proposed(act=Act.CONTACT, purpose=purpose, channel=channel, place=place, marks=frozenset(_marks(action, to)), **common)
    if action["type"] not in ACTS:
        raise NotUnderstood(f"action {action['type']!r}")
    marks = frozenset({Mark.VALIDATION_NOTICE}) if ACTS[action["type"]] is Act.GOING_ON_WITHOUT_NOTICE else frozenset[Mark]()
    record = None
    if "record_type" in action:
        record = Record.CALL_RECORDING if "recording" in action["record_type"] else Record.ACCOUNT_RECORD
    elif action["type"] == "delete_records":
        record = Record.ACCOUNT_RECORD
    stated_on = date.fromisoformat(action["end_date"]) if action.get("end_date") else None
    return Proposed(act=ACTS[action["type"]], marks=marks, record=record, stated_on=stated_on, district=str(action.get("district", "here")), **common)


def _zones(case: Case) -> tuple[str, ...]:
    """Where the person may be: what is known for certain, else every place that the signs point to."""
    context = case["context"]
    if "/" in str(context.get("known_location", "")):
        return (context["known_location"],)
    signs = {context[name] for name in ("phone_area_code_tz", "postal_address_tz") if context.get(name)}
    return tuple(sorted(signs)) or (case["consumer_timezone"],)


def judge(family: str, case: Case) -> list[Judgement]:
    """Is it allowed, and from which day on?"""
    only_known(case, CASE, "case")
    context, action = case["context"], case["proposed_action"]
    only_known(context, set(_vocabulary()["context_fields"]), "context")
    proposed = _proposed(action, context)
    history = [event for told in case["history"] for event in _events(told, case)]
    at = moment(action["ts"], case["consumer_timezone"])
    if not any(event.kind is Happened.LIMITATION_STARTED for event in history):
        history.append(Event(at.replace(year=at.year - 1), Happened.LIMITATION_STARTED, years=LONG_BARRED))
    districts = frozenset(str(action[name]) for name in ("consumer_district", "signed_district") if action.get(name)) or frozenset({"here"})
    if context["actor_role"] not in ROLES:
        raise NotUnderstood(f"actor {context['actor_role']!r}")
    facts = Facts(
        places=frozenset({"US"}),
        zones=_zones(case),
        actor=ROLES[context["actor_role"]],
        product=Product.OTHER,
        history_from=EVERYTHING_KNOWN,
        debt_purpose=DebtPurpose(context["debt_purpose"]),
        history=tuple(history),
        holidays=us_holidays(),
        districts=districts,
    )
    found = verdict(proposed, facts, at, packs("us/reg_f"))
    told = {"expected": answer_of(found), "next_allowed_date": next_day(found, case["consumer_timezone"]), "earliest_valid_end_date": earliest_stated(found)}
    wrong = [f"{name}: {case[name]} expected, {value} found ({said(found)})" for name, value in told.items() if name in case and case[name] != value]
    return [Judgement(family, not wrong, "; ".join(wrong))]
