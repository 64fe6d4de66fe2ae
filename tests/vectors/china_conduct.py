"""Judge of those cases of china_cases.json that concern conduct and personal information. What a case does not state is benign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import (
    Act,
    ActorRole,
    Channel,
    Happened,
    LenderKind,
    Mark,
    Mode,
    Outcome,
    Place,
    Product,
    Purpose,
    Recipient,
    Record,
    Side,
)
from tests.vectors.conduct_facts import EVERYTHING_KNOWN, packs
from tests.vectors.judging import NotUnderstood, only_known

BEIJING = "Asia/Shanghai"
SOME_DAY = date(2026, 3, 10)
"""The day for cases without one: after every rule they name came into force."""
STANDARD, ASSOCIATION, CARDS = "china/national_standard", "china/banking_association", "china/credit_cards"
FINANCE, CONSUMERS, INFORMATION = "china/consumer_finance", "china/consumer_protection", "china/personal_information"
BENIGN = frozenset({Mark.INSTITUTION_NAMED, Mark.SEVERAL_VISITORS, Mark.IDENTITY_SHOWN, Mark.OBJECTION_CHANNEL_SHOWN})
PRODUCTS = {"credit_card": Product.CREDIT_CARD, "consumer_loan": Product.CONSUMER_LOAN, "online_consumer_loan": Product.CONSUMER_LOAN}
LENDERS = {"bank": LenderKind.BANK, "consumer_finance_company": LenderKind.CONSUMER_FINANCE}
CHANNELS = {"phone": Channel.CALL, "ai_voice": Channel.VOICE_BOT, "home_visit": Channel.VISIT}
Given = dict[str, Any]


def _at(day: date, clock: time = time(12)) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(BEIJING))


def _day(told: Any) -> date | None:
    return date.fromisoformat(told) if told else None


def _named(told: str, known: dict[str, Any]) -> Any:
    if told not in known:
        raise NotUnderstood(f"{told!r} is none of {sorted(known)}")
    return known[told]


def _facts(*history: Event, product: Product = Product.CONSUMER_LOAN, lender: LenderKind = LenderKind.BANK) -> Facts:
    return Facts(
        places=frozenset({"CN"}),
        zones=(BEIJING,),
        actor=ActorRole.CREDITOR_OWN_NAME,
        product=product,
        history_from=EVERYTHING_KNOWN,
        lender=lender,
        history=history,
    )


def _contact(channel: Channel = Channel.CALL, *marks: Mark, **more: Any) -> Proposed:
    told: Given = {"party": "lender", "purpose": Purpose.COLLECTION, "marks": BENIGN | set(marks), **more}
    return Proposed(act=Act.CONTACT, channel=channel, **told)


def _allowed(found: Verdict) -> bool:
    return found.reading is Answer.PERMITTED


def _hours(given: Given) -> Given:
    only_known(given, {"channel", "local_time", "prior_agreement_covers_time", "timezone", "utc_time"}, "input")
    at = datetime.fromisoformat(given["utc_time"]) if "utc_time" in given else datetime.combine(SOME_DAY, time.fromisoformat(given["local_time"]), ZoneInfo(given["timezone"]))
    agreed = [Event(_at(date(2026, 3, 1)), Happened.TIME_AGREED, marks=frozenset({Mark.AFTER_LATENESS, Mark.DIRECT}), until=date(2026, 12, 31))]
    facts = _facts(*(agreed if given.get("prior_agreement_covers_time") else ()))
    return {"allowed": _allowed(verdict(_contact(_named(given["channel"], CHANNELS)), facts, at, packs(STANDARD, ASSOCIATION)))}


def _cap(rule: str, pack: str) -> Callable[[Given], Given]:
    """Caps: what the named rule counted, and whether all rules together let one more pass."""

    def judge(given: Given) -> Given:
        known = {"channel", "day", "debtor_agreed_higher_frequency", "earlier_today", "mode", "number", "operator", "proposed_by", "timezone"}
        only_known(given, known, "input")
        day = date.fromisoformat(given["day"])
        voice = {"human": Channel.CALL, "ai_voice": Channel.VOICE_BOT}
        mode = None if given["mode"] == "any" else Mode(given["mode"])
        history = []
        for place, told in enumerate(given["earlier_today"]):
            only_known(told, {"by", "initiated_by", "outcome", "number"}, "earlier")
            by_debtor = told["initiated_by"] == "debtor"
            history.append(
                Event(
                    _at(day, time(9)) + timedelta(minutes=10 * place),
                    Happened.CONTACT_RECEIVED if by_debtor else Happened.CONTACT,
                    by=Side.DEBTOR if by_debtor else Side.COLLECTOR,
                    party=told["by"],
                    channel=Channel.CALL,
                    mode=mode,
                    point=told.get("number", ""),
                    outcome=Outcome(told["outcome"]),
                )
            )
        if given.get("debtor_agreed_higher_frequency"):
            history.append(Event(_at(day - timedelta(days=9)), Happened.FREQUENCY_AGREED, marks=frozenset({Mark.AFTER_LATENESS}), until=day))
        proposed = _contact(voice[given["operator"]], party=given["proposed_by"], mode=mode or Mode.INTERACTIVE, point=given.get("number", ""))
        found = verdict(proposed, _facts(*history), _at(day, time(15)), packs(pack))
        counted = next(one for one in found.findings if one.rule.name == rule)
        return {"allowed": _allowed(found), "counted": counted.judged.counted, "limit": None if given.get("debtor_agreed_higher_frequency") else counted.judged.limit}

    return judge


def _third_persons(given: Given) -> Given:
    only_known(
        given,
        {"contact_refused_before", "contact_volunteered_to_pay", "debtor_reachable", "debtor_status", "disclose_debt", "guarantee_contract", "purpose", "target"},
        "input",
    )
    target = {
        "address_book_friend_not_listed": Recipient.STRANGER, "employer": Recipient.EMPLOYER, "guarantor": Recipient.GUARANTOR, "listed_contact": Recipient.LISTED_CONTACT,
    }  # fmt: skip
    purposes = {
        "ask_to_pay": (Mark.PAYMENT_DEMAND, Purpose.COLLECTION), "find_heirs": (Mark.FINDS_HEIRS, Purpose.LOCATION),
        "pass_message": (Mark.PASSES_MESSAGE, Purpose.LOCATION), "take_voluntary_payment": (Mark.GIVES_PAYMENT_DATA, Purpose.ANSWER),
    }  # fmt: skip
    to = _named(given["target"], target)
    if to is Recipient.GUARANTOR and not given.get("guarantee_contract", True):
        to = Recipient.STRANGER
    mark, purpose = _named(given.get("purpose", "ask_to_pay"), purposes)
    marks = {mark, *({Mark.MENTIONS_DEBT} if given.get("disclose_debt") else ()), *({Mark.VOLUNTEERED_TO_PAY} if given.get("contact_volunteered_to_pay") else ())}
    before, history = _at(date(2026, 3, 1)), []
    if given.get("debtor_reachable") is False:
        history.append(Event(before, Happened.LOST))
    if given.get("debtor_status") == "deceased":
        history.append(Event(before, Happened.DECEASED))
    if given.get("contact_refused_before"):
        history.append(Event(_at(date(2026, 3, 3)), Happened.CEASE_REQUEST, to=to))
    found = verdict(_contact(Channel.CALL, *marks, to=to, purpose=purpose), _facts(*history, product=Product.CREDIT_CARD), _at(SOME_DAY), packs(STANDARD, CARDS))
    return {"allowed": _allowed(found)}


def _lost(given: Given) -> Given:
    only_known(given, {"consecutive_days_unreachable", "registered_mobile_invalid", "same_day", "unanswered_consecutive_attempts_today"}, "input")
    history = []

    def tried(day: date, minute: int, outcome: Outcome = Outcome.NO_ANSWER) -> None:
        history.append(Event(_at(day, time(9, minute)), Happened.CONTACT, by=Side.COLLECTOR, channel=Channel.CALL, outcome=outcome))

    for back in range(given.get("consecutive_days_unreachable", 0)):
        tried(SOME_DAY - timedelta(days=back), 0)
    for attempt in range(given.get("unanswered_consecutive_attempts_today", 0)):
        tried(SOME_DAY, 10 + attempt)
    if given.get("registered_mobile_invalid"):
        tried(SOME_DAY, 50, Outcome.NOT_IN_SERVICE)
    proposed = _contact(Channel.CALL, Mark.PASSES_MESSAGE, to=Recipient.LISTED_CONTACT, purpose=Purpose.LOCATION)
    found = verdict(proposed, _facts(*history), _at(SOME_DAY), packs(ASSOCIATION))
    later = found.next_permitted_at
    if later is not None and later.astimezone(ZoneInfo(BEIJING)).date() != SOME_DAY + timedelta(days=1):
        raise NotUnderstood(f"neither at once nor the next day: {later}")
    return {"third_party_contact_from": "now" if _allowed(found) else "next_day" if later else None}


def _recordings(given: Given) -> Given:
    only_known(given, {"asked_on", "debt_cleared_on", "delete_requested_on", "kind", "lender", "product", "recorded_on"}, "input")
    recorded, cleared = date.fromisoformat(given["recorded_on"]), _day(given.get("debt_cleared_on"))
    history = [Event(_at(recorded), Happened.CALL_RECORDED)]
    if cleared:
        history.append(Event(_at(cleared, time(0)), Happened.DEBT_CLEARED))
    facts = _facts(*history, product=_named(given.get("product", "consumer_loan"), PRODUCTS), lender=_named(given.get("lender", "bank"), LENDERS))
    record = Record.INSTALMENT_AGREEMENT if given.get("kind") == "oral_instalment_agreement" else Record.CALL_RECORDING
    deletion = Proposed(act=Act.DELETION, party="lender", record=record)
    asked = packs(STANDARD, CARDS, FINANCE)
    asked_on = _day(given.get("asked_on")) or _day(given.get("delete_requested_on")) or recorded
    kept_from = max(recorded, cleared) if cleared and record is Record.INSTALMENT_AGREEMENT else recorded
    at_first = verdict(deletion, facts, _at(kept_from), asked)
    earliest = kept_from if _allowed(at_first) else at_first.next_permitted_at and at_first.next_permitted_at.astimezone(ZoneInfo(BEIJING)).date()
    return {"may_delete": _allowed(verdict(deletion, facts, _at(asked_on), asked)), "earliest_delete": None if earliest is None else str(earliest)}


def _red_lines(given: Given) -> Given:
    only_known(given, {"action", "consent", "lender_consent"}, "input")
    acts = {
        "agency_uses_private_phone": (Channel.CALL, Mark.PRIVATE_DEVICE), "enter_home": (Channel.VISIT, Mark.ENTERS_HOME),
        "post_notice_in_public_place": (Channel.LETTER, Mark.POSTED_IN_PUBLIC), "suggest_new_borrowing_to_repay": (Channel.CALL, Mark.SUGGESTS_NEW_BORROWING),
    }  # fmt: skip
    channel, mark = _named(given["action"], acts)
    marks = {mark, *({Mark.LENDER_CONSENTED} if given.get("lender_consent") else ()), *({Mark.ENTRY_CONSENTED} if given.get("consent") else ())}
    place = Place.HOME if channel is Channel.VISIT else Place.NOT_TIED
    return {"allowed": _allowed(verdict(_contact(channel, *marks, place=place), _facts(), _at(SOME_DAY), packs(STANDARD, ASSOCIATION)))}


def _answered_by(given_on: date, kind: Happened, pack: str, *marks: Mark) -> Given:
    """The last day for an answer, as the rule that speaks tells it."""
    leaving = Proposed(act=Act.LEAVING_UNANSWERED, party="lender", marks=frozenset(marks))
    found = verdict(leaving, _facts(Event(_at(given_on), kind)), _at(given_on), packs(pack))
    last = max(one.judged.turning_day for one in found.findings if one.judged.turning_day)
    return {"last": last, "days": (last - given_on).days}


def _complaint(given: Given) -> Given:
    only_known(given, {"calendar_days", "complexity", "received"}, "input")
    if given.get("calendar_days") is False:
        raise NotUnderstood("working days")
    marks = _named(given["complexity"], {"simple": (), "complex": (Mark.COMPLEX,), "exceptional": (Mark.ESPECIALLY_COMPLEX,)})
    found = _answered_by(date.fromisoformat(given["received"]), Happened.COMPLAINT, CONSUMERS, *marks)
    return {"deadline": str(found["last"]), "days": found["days"]}


def _objection(given: Given) -> Given:
    only_known(given, {"objection_received"}, "input")
    found = _answered_by(date.fromisoformat(given["objection_received"]), Happened.CREDIT_OBJECTION, INFORMATION)
    return {"answer_due": str(found["last"]), "days": found["days"]}


def _agreement_runs(given: Given) -> Given:
    only_known(given, {"action", "performing", "personalised_instalment_signed", "product"}, "input")
    history = []
    if given.get("personalised_instalment_signed"):
        history.append(Event(_at(date(2026, 1, 5)), Happened.INSTALMENT_AGREEMENT))
        if not given.get("performing", True):
            history.append(Event(_at(date(2026, 2, 5)), Happened.INSTALMENT_AGREEMENT_BROKEN))
    facts = _facts(*history, product=_named(given.get("product", "credit_card"), PRODUCTS))
    return {"allowed": _allowed(verdict(_contact(), facts, _at(SOME_DAY), packs(STANDARD, CARDS)))}


def _decision(given: Given) -> Given:
    only_known(given, {"borrower_requests_human", "decision", "solely_automated"}, "input")
    marks = {Mark.IMPACT_ASSESSED, Mark.MAJOR_EFFECT, Mark.PERSON_ASKED_FOR_HUMAN}
    if not given.get("solely_automated", True):
        marks.add(Mark.HUMAN_DECIDES)
    if not given.get("borrower_requests_human", True):
        marks.discard(Mark.PERSON_ASKED_FOR_HUMAN)
    found = verdict(Proposed(act=Act.AUTOMATED_DECISION, party="lender", marks=frozenset(marks)), _facts(), _at(SOME_DAY), packs(INFORMATION))
    broken = {one.rule.name for one in found.in_the_way}
    return {"may_refuse_automated_only": "a_human_decides_on_request" in broken, "must_explain": "a_major_decision_is_explained" in broken}


def _assessment(given: Given) -> Given:
    only_known(given, {"activity"}, "input")
    act = _named(given["activity"], {"credit_scoring_automated_decision": Act.AUTOMATED_DECISION, "place_case_with_agency": Act.PLACEMENT})
    found = verdict(Proposed(act=act, party="lender"), _facts(), _at(SOME_DAY), packs(INFORMATION))
    deletion = Proposed(act=Act.DELETION, party="lender", record=Record.IMPACT_ASSESSMENT)
    kept = verdict(deletion, _facts(Event(_at(SOME_DAY), Happened.RECORD_MADE)), _at(SOME_DAY), packs(INFORMATION))
    assert kept.next_permitted_at is not None
    years = kept.next_permitted_at.year - SOME_DAY.year
    return {"impact_assessment_required": "impact_assessed_before" in {one.rule.name for one in found.in_the_way}, "keep_report_years": years}


def _sharing(given: Given) -> Given:
    known = {"agency_wants_to_sub_entrust", "contract_ended", "entrust_to", "lender_consent", "other_legal_basis", "separate_consent", "share_with", "recipient_notified"}
    only_known(given, known, "input")
    marks = {Mark.IMPACT_ASSESSED}
    if given.get("share_with"):
        marks |= {Mark.SEPARATE_CONSENT, Mark.RECIPIENT_NAMED} if given.get("separate_consent") else set()
        marks |= {Mark.OTHER_LEGAL_BASIS} if given.get("other_legal_basis") else set()
        found = verdict(Proposed(act=Act.DATA_SHARING, party="lender", marks=frozenset(marks)), _facts(), _at(SOME_DAY), packs(INFORMATION))
        words = {Mark.RECIPIENT_NAMED: "notice_of_recipient", Mark.SEPARATE_CONSENT: "separate_consent"}
        needed = {Mark.RECIPIENT_NAMED, Mark.SEPARATE_CONSENT} - marks if found.in_the_way else set()
        return {"allowed": _allowed(found), "needs": sorted(words[mark] for mark in needed)}
    ended = [Event(_at(date(2026, 3, 1)), Happened.PLACEMENT_ENDED)] if given.get("contract_ended") else []
    if given.get("agency_wants_to_sub_entrust"):
        marks |= {Mark.LENDER_CONSENTED} if given.get("lender_consent") else set()
        act = Act.SUB_PLACEMENT
    else:
        act = Act.AGENCY_KEEPS_DATA if ended else Act.PLACEMENT
    found = verdict(Proposed(act=act, party="agency", marks=frozenset(marks)), _facts(*ended), _at(SOME_DAY), packs(INFORMATION))
    must = {"agency_must": "return_or_delete"} if act is Act.AGENCY_KEEPS_DATA and found.in_the_way else {}
    return {"allowed": _allowed(found), **must}


def _report(given: Given) -> Given:
    only_known(given, {"borrower_told_beforehand", "report_negative_to_bureau"}, "input")
    told = [Event(_at(date(2026, 2, 1)), Happened.REPORTING_NOTICE)] if given.get("borrower_told_beforehand") else []
    consented = Event(_at(date(2025, 1, 1)), Happened.CONSENT, marks=frozenset({Mark.WRITTEN, Mark.FOR_CREDIT_REPORTING}))
    return {"allowed": _allowed(verdict(Proposed(act=Act.CREDIT_REPORT, party="lender"), _facts(consented, *told), _at(SOME_DAY), packs(INFORMATION)))}


def _shown(given: Given) -> Given:
    only_known(given, {"as_of", "bad_event_ended", "overdue_since"}, "input")
    ended = _day(given.get("bad_event_ended"))
    history = [Event(_at(ended), Happened.BAD_CONDUCT_ENDED)] if ended else []
    as_of = _day(given.get("as_of")) or ended or SOME_DAY
    found = verdict(Proposed(act=Act.NEGATIVE_ENTRY_SHOWN, party="bureau"), _facts(*history), _at(as_of), packs(INFORMATION))
    last = max((one.judged.turning_day for one in found.findings if one.judged.turning_day), default=None)
    return {"still_shown": _allowed(found), **({"delete_after": str(last)} if last else {})}


def _repair(given: Given) -> Given:
    only_known(given, {"arose", "overdue_amount", "repaid"}, "input")
    arose, repaid = date.fromisoformat(given["arose"]), _day(given.get("repaid"))
    history = [Event(_at(arose), Happened.OVERDUE_ENTRY, amount_minor=round(given["overdue_amount"] * 100))]
    if repaid:
        history.append(Event(_at(repaid), Happened.BAD_CONDUCT_ENDED))
    shown = Proposed(act=Act.NEGATIVE_ENTRY_SHOWN, party="bureau")
    found = verdict(shown, _facts(*history), _at(date(2026, 11, 23)), packs(INFORMATION))
    hidden = [one for one in found.in_the_way if one.rule.kind_name == "one_off_repair"]
    if not hidden:
        return {"hidden": False}
    day = str(hidden[0].judged.turning_day)
    return {"hidden": True, "from": day, "by": day}


RULES: dict[str, Callable[[Given], Given]] = {
    "CN-CONTACT-01": _hours,
    "CN-CONTACT-02": _cap("three_conversations_a_day", STANDARD),
    "CN-CONTACT-03": _cap("three_informative_calls_a_day", STANDARD),
    "CN-CONTACT-04": _cap("six_unanswered_calls_a_day_to_a_number", ASSOCIATION),
    "CN-CONTACT-05": _third_persons,
    "CN-CONTACT-06": _lost,
    "CN-CONTACT-08": _recordings,
    "CN-CONTACT-09": _red_lines,
    "CN-CONTACT-11": _complaint,
    "CN-CONTACT-15": _agreement_runs,
    "CN-PI-03": _decision,
    "CN-PI-04": _assessment,
    "CN-PI-05": _sharing,
    "CN-PI-06": _report,
    "CN-PI-07": _shown,
    "CN-PI-08": _objection,
    "CN-PI-09": _repair,
}
