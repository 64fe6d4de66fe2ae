"""Judge of the cases of uk_cases.json on the way to court: limitation, and the letter of claim. The conduct cases are not judged here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from arrears.core.parameters import Parameters, read_parameters, texts_in
from arrears.decide.escalation.limitation_uk import Nation, UkEvent, uk_limitation
from arrears.decide.escalation.pre_action_uk import Debtor, Letter, Standing, may_issue
from tests.vectors.judging import Judgement, NotUnderstood, only_known

CASE = {
    "id", "group", "rule", "title", "consumer_timezone", "context", "history", "proposed_action", "expected", "reason_code", "warnings", "source",
    "basis", "confidence", "notes", "next_allowed_date",
}  # fmt: skip
NATIONS = {
    "England": Nation.ENGLAND_WALES, "Wales": Nation.ENGLAND_WALES, "England and Wales": Nation.ENGLAND_WALES, "Scotland": Nation.SCOTLAND,
    "Northern Ireland": Nation.NORTHERN_IRELAND,
}  # fmt: skip
STARTS = {"cause_of_action", "obligation_enforceable"}
EVENTS = {"part_payment": UkEvent.PART_PAYMENT, "acknowledgment": UkEvent.ACKNOWLEDGMENT, "acknowledgement": UkEvent.ACKNOWLEDGMENT}
Facts = Mapping[str, Any]
Answer = tuple[str, str, date | None]
EVENT_FIELDS = {"ts", "type", "debt_ids", "amount", "complete", "missing", "seeking_advice", "content", "plan_in_progress"}


@cache
def _figures() -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath("uk", "parameters")))  # type: ignore[arg-type]


def _day(told: Facts) -> date:
    return date.fromisoformat(told["ts"][:10])


def _reached(case: Facts) -> list[tuple[str, date, Facts]]:
    """What had happened by the day of the action: kind, day, all of it."""
    told = []
    for one in case["history"]:
        only_known(one, EVENT_FIELDS, "event")
        told.append((one["type"], _day(one), one))
    return [one for one in told if one[1] <= _day(case["proposed_action"])]


def _limitation(case: Facts) -> Answer:
    """A suit, or a demand, for a debt that may be past its period."""
    action, scotland = case["proposed_action"], case["context"].get("nation") == "Scotland"
    history = _reached(case)
    unknown = {kind for kind, _, _ in history} - STARTS - EVENTS.keys() - {"consumer_statement"}
    starts = [day for kind, day, _ in history if kind in STARTS]
    if unknown or len(starts) != 1 or action["type"] not in ("file_suit", "letter", "call"):
        raise NotUnderstood(f"{action['type']} after {sorted(unknown) or 'not one beginning'}")
    events = [(day, EVENTS[kind]) for kind, day, _ in history if kind in EVENTS]
    found = uk_limitation(_figures(), NATIONS[case["context"].get("nation", "England")], starts[0], _day(action), events).figure
    if not found.barred:
        return "allowed", f"OK_WITHIN_{'PRESCRIPTION' if scotland else 'LIMITATION'}", None
    if found.extinguished:
        return "prohibited", "PRESCRIBED_EXTINGUISHED", None
    if action["type"] == "file_suit":
        return "prohibited", "LIMITATION_EXPIRED", None
    refused = any(kind == "consumer_statement" for kind, _, _ in history)
    return ("prohibited", "STATUTE_BARRED_STOP", None) if refused else ("allowed", "OK_CONTACT", None)


REASONS = {
    Standing.NOT_APPLICABLE: "OK_PAP_NOT_APPLICABLE", Standing.LETTER_MISSING: "PAP_LETTER_MISSING", Standing.LETTER_INCOMPLETE: "PAP_LETTER_INCOMPLETE",
    Standing.WAITING_FOR_REPLY: "PAP_30_DAYS", Standing.WAITING_AFTER_REPLY: "PAP_30_DAYS_AFTER_REPLY", Standing.COMPLETE: "OK_PAP_COMPLETE",
}  # fmt: skip
COMPANIES = {"limited_company", "company", "business", "corporate", "llp", "plc"}
PEOPLE = {"individual": Debtor.INDIVIDUAL, "consumer": Debtor.INDIVIDUAL, "sole_trader": Debtor.SOLE_TRADER}


def _debtor(context: Facts) -> Debtor:
    told = context.get("debtor_type", "individual")
    if told not in PEOPLE and told not in COMPANIES:
        raise NotUnderstood(f"a debtor of type {told}")
    return PEOPLE.get(told, Debtor.COMPANY)


def _pre_action(case: Facts) -> Answer:
    """A claim, and what the protocol asks before it."""
    action, history = case["proposed_action"], _reached(case)
    unknown = {kind for kind, _, _ in history} - {"letter_of_claim", "reply_form"}
    if unknown or action["type"] != "file_suit":
        raise NotUnderstood(f"{action['type']} after {sorted(unknown)}")
    letters = [Letter(day, one.get("complete", not one.get("missing"))) for kind, day, one in history if kind == "letter_of_claim"]
    replies = [day for kind, day, _ in history if kind == "reply_form"]
    found = may_issue(
        _figures(), _day(action), _debtor(case["context"]), letters[-1] if letters else None, own_protocol="mortgage" in case["context"].get("product", ""),
        reply_on=replies[-1] if replies else None,
    ).figure  # fmt: skip
    return "allowed" if found.allowed else "prohibited", REASONS[found.standing], None if found.allowed else found.earliest_on


GROUPS = {"limitation": _limitation, "pre_action": _pre_action}


def judge(family: str, case: Facts) -> list[Judgement]:
    """The verdict and the next day on which it may be; apart from them the words in which the reason is coded."""
    if case["group"] not in GROUPS:
        raise NotUnderstood(f"{case['group']} is not judged yet")
    only_known(case, CASE, "case")
    only_known(case["context"], {"actor_role", "debtor_type", "nation", "product"}, "context")
    only_known(case["proposed_action"], {"ts", "type", "debt_ids", "content_type"}, "proposed_action")
    said, reason, earliest = GROUPS[case["group"]](case)
    wrong = [f"{case['expected']} expected, {said} found"] if said != case["expected"] else []
    if case.get("next_allowed_date") is not None and case["next_allowed_date"] != str(earliest):
        wrong.append(f"{case['next_allowed_date']} expected, {earliest} found")
    coded = [Judgement(f"{family}_reasons", case["reason_code"] == reason)] if "reason_code" in case else []
    return [Judgement(family, not wrong, "; ".join(wrong)), *coded]
