"""Nothing weighty is ever automatic: not in a policy, not in a row, and no authority without a named person who took exactly this decision."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.facts.weighty import DecisionTaken, HumanReviewAnswered, HumanReviewRequested, ReviewOutcome
from arrears.check.approvals import authority as door
from arrears.check.approvals.authority import authority_for
from arrears.check.approvals.kinds import KINDS, WEIGHTY
from arrears.check.approvals.outcome import Approval
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import decide, treatments_of
from arrears.decide.policy.table import PolicyNotValid, read_policy
from tests.columns import rows_of_expression

SOURCES = Path(door.__file__).parents[2]
FILE = yaml.safe_load((Path(__file__).parents[2] / "policies" / "first_steps.yaml").read_text(encoding="utf-8"))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def policy_with(kind: object, automatic: object = False) -> str:
    """First steps, where everything ends in a weighty proposal."""
    said: dict[str, Any] = yaml.safe_load(yaml.safe_dump(FILE, allow_unicode=True))
    said["treatments"]["propose"] = {"label": {"en": "Proposal", "zh": "建议"}, "channel": "none", "contact": False, "automatic": automatic, "weighty": kind}
    said["rows"] = [{"id": "all", "treatment": "propose", "reason": {"en": "All.", "zh": "全部。"}}]
    return yaml.safe_dump(said, allow_unicode=True)


@pytest.mark.parametrize("kind", sorted(WEIGHTY))
def test_every_weighty_treatment_is_work_for_people_and_its_rows_say_what_it_is(kind):
    policy = read_policy(policy_with(kind))
    schema = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())})
    base = {**dict.fromkeys(CASE_SCHEMA.names), "kind": "person", "currency": "CNY", "currencies": 1, "contact_history_known": True, "hold_kinds": ""}
    rows = [{"party_id": 1, **base}, {"party_id": 2, **base, "hold_kinds": "dispute"}]
    found = rows_of_expression(decide(policy, ibis.table(schema, name="cases"), ["CNY"]), {"cases": pa.Table.from_pylist(rows, schema=schema.to_pyarrow())}, "party_id")
    assert [(row["queue"], row["weighty"]) for row in found] == [("people", kind), ("held", "")]
    assert not any(treatment.automatic or treatment.queue == "automatic" for treatment in treatments_of(policy).values() if treatment.weighty)


@pytest.mark.parametrize(("kind", "automatic"), [("suit", True), ("suit", "yes"), ("shame", False), (7, False)])
def test_a_policy_that_makes_it_automatic_or_names_none_of_the_five_is_refused(kind, automatic):
    with pytest.raises(PolicyNotValid):
        read_policy(policy_with(kind, automatic))


def approval(request_id: int, kind: str, decided: ApprovalDecided | None, by: str = "policy:1f") -> Approval:
    return Approval(ApprovalRequested(request_id, kind, "00", "t", "r", by, "policy", AT, AT + timedelta(days=14)), decided, None)


def taken(request_id: int = 1, kind: str = "suit", is_taken: bool = True, by: str = "lin", at: datetime = AT, case_id: int = 5) -> DecisionTaken:
    return DecisionTaken(request_id, 9, case_id, kind, "sue", is_taken, "reason", by, "manager", at, (at + timedelta(days=30)).date())


YES, NO = ApprovalDecided(1, True, "r", "lin", "manager", AT), ApprovalDecided(1, False, "r", "lin", "manager", AT)
ASKED = HumanReviewRequested(3, 9, 5, "sue", "words", "hao", AT + timedelta(days=1), (AT + timedelta(days=15)).date())
UPHELD = HumanReviewAnswered(3, 9, 5, ReviewOutcome.UPHELD, "words", "wei", "compliance", AT + timedelta(days=2))
LATER = AT + timedelta(days=3)


APPROVED, TAKEN = (approval(1, "suit", YES),), (taken(),)


def may(approvals: Any = APPROVED, decisions: Any = TAKEN, asked: Any = (), answered: Any = (), at: datetime = LATER) -> bool:
    return authority_for(5, "suit", approvals, decisions, asked, answered, at) is not None


@pytest.mark.parametrize(("story", "known", "answer"), [
    ("taken by a named person", {}, True),
    ("only proposed by the policy", {"approvals": (approval(1, "suit", None),), "decisions": ()}, False),
    ("approved, and no decision about the case", {"decisions": ()}, False),
    ("a decision without its approval", {"approvals": ()}, False),
    ("refused", {"approvals": (approval(1, "suit", NO),)}, False),
    ("declined", {"decisions": (taken(is_taken=False),)}, False),
    ("declined by somebody later", {"decisions": (taken(), taken(2, is_taken=False, at=AT + timedelta(days=1)))}, False),
    ("taken back before it was decided", {"approvals": (Approval(approval(1, "suit", None).request, None, ApprovalWithdrawn(1, "r", "x", AT)),)}, False),
    ("of another person than who approved", {"decisions": (taken(by="hao"),)}, False),
    ("in a role that may not", {"decisions": (replace(taken(), role="collector"),)}, False),
    ("of another case", {"decisions": (taken(case_id=6),)}, False),
    ("of another kind", {"decisions": (taken(kind="placement"),)}, False),
    ("the approval of another kind", {"approvals": (approval(1, "placement", YES),)}, False),
    ("on its last day", {"at": AT + timedelta(days=30)}, True),
    ("a day too late", {"at": AT + timedelta(days=31)}, False),
    ("before it was taken", {"at": AT - timedelta(seconds=1)}, False),
    ("the debtor asked a human to look again", {"asked": (ASKED,)}, False),
    ("asked tomorrow, carried out today", {"asked": (ASKED,), "at": AT}, True),
    ("looked at again and upheld", {"asked": (ASKED,), "answered": (UPHELD,)}, True),
    ("looked at again and fallen", {"asked": (ASKED,), "answered": (replace(UPHELD, outcome=ReviewOutcome.CHANGED),)}, False),
    ("fell once, and taken anew afterwards", {"decisions": (taken(), taken(2, at=LATER)), "asked": (ASKED,), "answered": (replace(UPHELD, outcome=ReviewOutcome.CHANGED),), "at": LATER,
                                              "approvals": (approval(1, "suit", YES), approval(2, "suit", replace(YES, request_id=2, decided_at=LATER)))}, True),
    ("the review of another case", {"asked": (replace(ASKED, case_id=6),)}, True),
])
def test_it_is_carried_out_only_when_a_named_person_took_exactly_this(story, known, answer):
    assert may(**known) is answer, story


@given(st.sets(st.sampled_from(["approved", "taken", "right_person", "right_role", "right_kind", "right_case", "in_time", "no_review"])))
def test_of_all_that_must_hold_nothing_may_be_missing(holds):
    decision = taken(kind="suit" if "right_kind" in holds else "placement", is_taken="taken" in holds, by="lin" if "right_person" in holds else "hao",
                     case_id=5 if "right_case" in holds else 6)
    decision = decision if "right_role" in holds else replace(decision, role="administrator")
    found = authority_for(5, "suit", (approval(1, "suit", YES if "approved" in holds else NO),), (decision,), () if "no_review" in holds else (ASKED,), (),
                          LATER if "in_time" in holds else AT + timedelta(days=31))
    assert (found is not None) is (len(holds) == 8)


def test_an_authority_is_made_in_one_place_and_facts_of_decisions_are_recorded_in_one_use_case():
    """Like a permit: no other line of the program can make one."""
    written: dict[str, set[str]] = {"DecisionAuthority(": set(), "DecisionTaken(": set()}
    for file, what in itertools.product(SOURCES.rglob("*.py"), written):
        if re.search(rf"(?<![\w.]){re.escape(what)}", re.sub(r"class \w+.*", "", file.read_text(encoding="utf-8"))):
            written[what].add(str(file.relative_to(SOURCES)))
    assert written == {"DecisionAuthority(": {"check/approvals/authority.py"}, "DecisionTaken(": {"engine/use_cases/weighty.py"}}


def test_the_kinds_of_policy_and_of_approval_are_the_same_five():
    from arrears.decide.policy.parts import Weighty

    assert set(Weighty) == set(WEIGHTY) and not set(KINDS) - set(WEIGHTY) - {"policy", "experiment", "template"}
