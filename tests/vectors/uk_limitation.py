"""Judge of the limitation cases of uk_cases.json: may a debt be sued for on the day? The conduct cases are not judged here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from arrears.core.parameters import Parameters, read_parameters, texts_in
from arrears.decide.escalation.limitation_uk import Nation, UkEvent, uk_limitation
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


@cache
def _figures() -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath("uk", "parameters")))  # type: ignore[arg-type]


def _day(told: Facts) -> date:
    return date.fromisoformat(told["ts"][:10])


def judge(family: str, case: Facts) -> list[Judgement]:
    """The verdict on a suit, and apart from it the words in which the reason is coded."""
    if case["group"] != "limitation":
        raise NotUnderstood(f"{case['group']} is not judged yet")
    only_known(case, CASE, "case")
    action = case["proposed_action"]
    only_known(action, {"ts", "type", "debt_ids"}, "proposed_action")
    if action["type"] != "file_suit":
        raise NotUnderstood(f"{action['type']} is not asked of limitation")
    starts, events = [], []
    for one in case["history"]:
        only_known(one, {"ts", "type", "debt_ids", "amount"}, "event")
        if one["type"] in STARTS:
            starts.append(_day(one))
        elif one["type"] in EVENTS:
            events.append((_day(one), EVENTS[one["type"]]))
        else:
            raise NotUnderstood(f"the event {one['type']}")
    if len(starts) != 1:
        raise NotUnderstood("not one beginning")
    found = uk_limitation(_figures(), NATIONS[case["context"].get("nation", "England")], starts[0], _day(action), events).figure
    scotland = case["context"].get("nation") == "Scotland"
    reason = ("PRESCRIBED_EXTINGUISHED" if found.extinguished else "LIMITATION_EXPIRED") if found.barred else f"OK_WITHIN_{'PRESCRIPTION' if scotland else 'LIMITATION'}"
    said = "prohibited" if found.barred else "allowed"
    coded = [Judgement(f"{family}_reasons", case["reason_code"] == reason)] if "reason_code" in case else []
    return [Judgement(family, said == case["expected"], f"{case['expected']} expected, {said} found"), *coded]
