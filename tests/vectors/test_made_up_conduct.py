"""Facts and acts of which no law case lies here are judged all the same: made-up cases, worked out by hand; and no word of the vocabulary is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.vectors import regf, uk

WORDS = json.loads((Path(__file__).parent / "regulation_vocabulary.json").read_text(encoding="utf-8"))
MARCH = "2026-03-{:02d}T10:00:00-05:00"


def told(day: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"ts": day, "type": kind, "debt_ids": ["D1"], **more}


def rang(day: str, result: str = "no_answer", to: str = "consumer", **more: Any) -> dict[str, Any]:
    return told(day, "call_placed", actor="collector", channel="phone", to=to, result=result, **more)


NOTICE = told("2026-06-01T10:00:00-04:00", "validation_notice_sent", channel="mail", validation_end="2026-07-08")
FIRST = told(MARCH.format(1), "initial_communication", channel="phone", validation_given=False)
ASKED = rang("2026-06-01T10:00:00-04:00", "conversation", "neighbour", content_type="location_only")
CALL = {"type": "call", "channel": "phone", "to": "consumer"}
JUNE = "2026-06-15T10:00:00-04:00"
CASES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]] = {
    "a limited-content voicemail": ("allowed", [], {"ts": MARCH.format(3), "type": "voicemail", "to": "consumer", "content_type": "limited_content"}),
    "the notice goes to the executor": ("allowed", [told(MARCH.format(1), "consumer_deceased")], {"ts": MARCH.format(3), "type": "validation_notice", "channel": "mail", "to": "executor"}),
    "a child who does not represent the estate": ("prohibited", [], {"ts": MARCH.format(3), **CALL, "to": "adult_child_not_representative", "content_type": "debt_discussion"}),
    "eight calls to the attorney": ("allowed", [rang(f"2026-03-02T1{n}:00:00-05:00", to="consumer_attorney") for n in range(8)], {"ts": MARCH.format(3), **CALL, "to": "consumer_attorney"}),
    "eight calls to a busy line": ("allowed", [rang(f"2026-03-02T1{n}:00:00-05:00", "busy") for n in range(8)], {"ts": MARCH.format(3), **CALL}),
    "five texts a day for three days": (
        "prohibited",
        [told(f"2026-03-0{day}T1{n}:00:00-05:00", "text_sent", actor="collector", channel="sms") for day in (2, 3, 4) for n in range(5)],
        {"ts": MARCH.format(5), "type": "text", "channel": "sms", "to": "consumer"},
    ),
    "a later notice by e-mail without consent": ("prohibited", [FIRST], {"ts": MARCH.format(3), "type": "validation_notice", "channel": "email", "to": "consumer", "esign_consent": False}),
    "a notice on the fifth day": ("allowed", [FIRST], {"ts": MARCH.format(6), "type": "validation_notice", "channel": "mail", "to": "consumer"}),
    "a pleading is no first communication": ("allowed", [told(MARCH.format(1), "formal_pleading_served")], {"ts": MARCH.format(16), "type": "continue_without_validation_notice"}),
    "a suit where nobody lives": ("prohibited", [], {"ts": MARCH.format(16), "type": "file_suit", "district": "X", "consumer_district": "Y", "signed_district": "Z"}),
    "a proof of claim on a barred debt": ("allowed", [told("2018-01-10T10:00:00-05:00", "limitation_start", sol_years=6)], {"ts": MARCH.format(16), "type": "proof_of_claim"}),
    "an attorney who did not answer for two months": (
        "allowed",
        [told("2026-01-10T10:00:00-05:00", "attorney_notice", attorney_known=True), told("2026-01-11T10:00:00-05:00", "letter_sent", channel="mail", to="consumer_attorney")],
        {"ts": MARCH.format(16), **CALL},
    ),
    "a threat inside the validation period": ("prohibited", [NOTICE], {"ts": JUNE, "type": "letter", "channel": "mail", "to": "consumer", "content_type": "pay_within_7_days_or_suit"}),
    "the original creditor was asked for": ("prohibited", [NOTICE, told("2026-06-05T10:00:00-04:00", "original_creditor_request", form="written")], {"ts": JUNE, **CALL}),
    "a payment to a debt disputed by word of mouth": ("prohibited", [told("2026-06-05T10:00:00-04:00", "dispute_received", form="oral")], {"ts": JUNE, "type": "apply_payment"}),
    "they spoke before reporting": ("allowed", [rang("2026-06-14T10:00:00-04:00", "conversation")], {"ts": JUNE, "type": "furnish_cra"}),
    "the law requires the medium that was ruled out": (
        "allowed",
        [told("2026-05-05T11:00:00-04:00", "consumer_statement", medium_opt_out="email")],
        {"ts": JUNE, "type": "email", "channel": "email", "to": "consumer", "content_type": "legally_required_notice"},
    ),
    "a neighbour is asked twice": ("prohibited", [ASKED], {"ts": JUNE, **CALL, "to": "neighbour", "content_type": "location_only"}),
    "a neighbour asked to be called back": (
        "allowed",
        [ASKED, told("2026-06-05T10:00:00-04:00", "third_party_request_callback", to="neighbour")],
        {"ts": JUNE, **CALL, "to": "neighbour", "content_type": "location_only"},
    ),
    "the spouse after a written refusal to pay": ("prohibited", [told("2026-06-01T10:00:00-04:00", "written_refusal_to_pay_received")], {"ts": JUNE, **CALL, "to": "spouse"}),
}


def judged(says: str, expected: str) -> bool:
    _, history, action = CASES[says]
    case = {
        "id": says, "group": "calls", "rule": "", "title": says, "consumer_timezone": "America/New_York", "context": {"actor_role": "third_party_agency", "debt_purpose": "consumer"},
        "history": history, "proposed_action": {"debt_ids": ["D1"], **action}, "expected": expected, "reason_code": "", "warnings": [], "source": "", "basis": "", "confidence": "",
    }  # fmt: skip
    return regf.judge("calls", case)[0].passed


@pytest.mark.parametrize("says", CASES)
def test_a_made_up_case_is_judged_right_and_its_contrary_wrong(says: str) -> None:
    assert judged(says, CASES[says][0])
    assert not judged(says, "allowed" if CASES[says][0] == "prohibited" else "prohibited")


@pytest.mark.parametrize(("name", "judge"), [("regf", regf), ("uk", uk)])
def test_every_word_of_the_vocabulary_is_understood(name: str, judge: ModuleType) -> None:
    words = WORDS[name]
    assert set(words["event_types"]) == set(judge.EVENTS)
    assert set(words["action_types"]) == {*judge.CONTACTS, *judge.ACTS}
    assert set(words["content_types"]) == set(judge.CONTENT)
    assert set(words["recipients"]) == set(judge.RECIPIENTS)
