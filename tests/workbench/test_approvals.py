"""Two people at their browsers: approvals, policies, and weighty decisions that no machine and no single wish carries out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arrears.casefile.facts.weighty import ReviewOutcome
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.sets import cursor
from arrears.core.ids import id_text
from arrears.engine.use_cases import approving, deciding, policies, weighty
from arrears.workbench.permissions import ANYBODY, ROLES
from tests.workbench.run_files import AS_OF, LIN

FIRST_STEPS = Path(__file__).parents[2] / "policies" / "first_steps.yaml"


@pytest.fixture
def asked(bank: Any, tmp_path: Path) -> Iterator[Any]:
    """A manager asks for a policy."""
    file = tmp_path / "spring.yaml"
    file.write_text(FIRST_STEPS.read_text(encoding="utf-8").replace("policy: first_steps", "policy: spring"), encoding="utf-8")
    yield policies.ask_to_publish(bank.home, bank.institution_id, file, "gentler after salary day", username="manager", at=timezone.localtime(), actor="manager")
    shutil.rmtree(bank.home.policies, ignore_errors=True)


@pytest.fixture
def suit(bank: Any) -> int:
    """The case of Lin, for whom the policy proposes a suit."""
    file = bank.home.runs / "main" / AS_OF.isoformat() / "1" / "run.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["treatments"]["friendly_call"]["weighty"] = "suit"
    file.write_text(json.dumps(said), encoding="utf-8")
    return int(bank.book.lin)


def browser(role: str, signed_in: Any) -> Client:
    return Client(HTTP_HOST="localhost") if role == ANYBODY else signed_in(role)


def decide(client: Client, request: int, answer: str = "approve", reason: str = "compared both") -> str:
    done = client.post(reverse("approval_decide"), {"request": id_text(request), "answer": answer, "reason": reason}, follow=True)
    return done.content.decode()


def record(client: Client, case: int, **said: str) -> str:
    done = client.post(reverse("decide_case", args=[id_text(case)]), said, follow=True)
    return done.content.decode() if done.status_code == 200 else str(done.status_code)


def may_carry_out(bank: Any, case: int, kind: str = "suit", days: int = 0) -> bool:
    return weighty.authority(bank.institution_id, LIN, case, kind, timezone.localtime() + timedelta(days=days)) is not None


# ---- approvals and policies


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_a_policy_is_approved_in_the_browser_by_compliance_and_by_nobody_else(role, bank, asked, signed_in):
    decide(browser(role, signed_in), asked.request_id)
    assert bool(policies.published(bank.institution_id)) == (role == "compliance"), "the manager asked, so the manager does not decide"


def test_the_page_shows_what_waits_and_offers_a_form_only_to_who_may_decide(bank, asked, signed_in):
    for role, offered in (("compliance", True), ("manager", False), ("auditor", False), ("administrator", False)):
        text = signed_in(role).get(reverse("approvals")).content.decode()
        assert "gentler after salary day" in text and asked.digest in text
        assert (f'action="{reverse("approval_decide")}"' in text) is offered, role
        assert (f'action="{reverse("approval_withdraw")}"' in text) is (role == "manager"), role


def test_after_the_approval_the_policies_page_names_both_people_and_shows_the_file(bank, asked, signed_in):
    assert "decides from the next run on" in decide(signed_in("compliance"), asked.request_id)
    text = signed_in("auditor").get(reverse("policies"), {"show": "1"}).content.decode()
    assert "asked by manager, approved by compliance" in text and "policy: spring" in text and "in force" in text
    signed_in("auditor").post(reverse("language"), {"language": "zh"})
    assert "compared both" in signed_in("auditor").get(reverse("approvals")).content.decode()


@pytest.mark.parametrize(("reason", "answer"), [("", "approve"), ("  ", "refuse")])
def test_without_a_reason_nothing_is_decided(reason, answer, bank, asked, signed_in):
    assert "Nothing was decided" in decide(signed_in("compliance"), asked.request_id, answer, reason)
    assert approving.every_approval(bank.institution_id)[0].decided is None


def test_who_asked_takes_it_back_in_the_browser(bank, asked, signed_in):
    done = signed_in("manager").post(reverse("approval_withdraw"), {"request": id_text(asked.request_id), "reason": "a row was wrong"}, follow=True)
    assert "Taken back" in done.content.decode()
    assert "not open any more" in decide(signed_in("compliance"), asked.request_id)


def test_a_roll_back_is_asked_for_on_the_page_and_decided_by_somebody_else(bank, asked, signed_in, tmp_path):
    decide(signed_in("compliance"), asked.request_id)
    other = tmp_path / "summer.yaml"
    other.write_text(FIRST_STEPS.read_text(encoding="utf-8").replace("policy: first_steps", "policy: summer"), encoding="utf-8")
    at = timezone.localtime()
    second = policies.ask_to_publish(bank.home, bank.institution_id, other, "summer", username="manager", at=at, actor="manager")
    deciding.decide(bank.home, bank.institution_id, second.request_id, approve=True, reason="read", username="compliance", at=at, actor="compliance")
    signed_in("auditor").post(reverse("policy_rollback"), {"number": "1", "reason": "complaints"})
    assert len(approving.every_approval(bank.institution_id)) == 2, "an auditor asks for nothing"
    assert "A second person is asked" in signed_in("compliance").post(reverse("policy_rollback"), {"number": "1", "reason": "complaints"}, follow=True).content.decode()
    newest = approving.every_approval(bank.institution_id)[-1]
    decide(signed_in("compliance"), newest.request.request_id)
    assert policies.policy_in_force(bank.institution_id).number == 2
    decide(signed_in("manager"), newest.request.request_id)
    now = policies.policy_in_force(bank.institution_id)
    assert (now.number, now.name, now.rolls_back) == (3, "spring", 1)


def test_the_requests_of_another_bank_are_neither_seen_nor_decided_here(bank, other_bank, asked, signed_in):
    client = signed_in("other-compliance")
    assert "gentler after salary day" not in client.get(reverse("approvals")).content.decode()
    assert client.post(reverse("approval_decide"), {"request": id_text(asked.request_id), "answer": "approve", "reason": "x"}).status_code == 404
    assert approving.every_approval(bank.institution_id)[0].decided is None


# ---- weighty decisions


def test_what_the_policy_proposes_is_carried_out_by_nobody_until_a_named_person_takes_it(bank, suit, signed_in):
    assert weighty.state_of(bank.home, bank.institution_id, suit, timezone.localtime()).proposed_now == "suit"
    assert not may_carry_out(bank, suit)
    assert "The decision is yours" in record(signed_in("manager"), suit, does="take", answer="take", reason="refused three plans, can pay")
    found = weighty.authority(bank.institution_id, LIN, suit, "suit", timezone.localtime())
    assert found is not None and (found.taken_by, found.role) == ("manager", "manager")
    assert not may_carry_out(bank, suit, "placement") and not may_carry_out(bank, int(bank.book.wang))
    assert may_carry_out(bank, suit, days=weighty.DECISION_STANDS_DAYS) and not may_carry_out(bank, suit, days=weighty.DECISION_STANDS_DAYS + 1)


@pytest.mark.parametrize("role", [*ROLES, ANYBODY])
def test_only_a_manager_or_compliance_takes_a_weighty_decision(role, bank, suit, signed_in):
    record(browser(role, signed_in), suit, does="take", answer="take", reason="refused three plans")
    assert may_carry_out(bank, suit) == (role in {"manager", "compliance"})


def test_one_proposal_is_decided_once(bank, suit, signed_in):
    record(signed_in("manager"), suit, does="take", answer="decline", reason="is in hospital")
    assert 'value="take"' not in signed_in("compliance").get(reverse("decision", args=[id_text(suit)])).content.decode(), "it is not offered a second time"
    assert "does not wait any more" in record(signed_in("compliance"), suit, does="take", answer="take", reason="changed my mind")
    assert not may_carry_out(bank, suit)


def test_where_the_policy_proposes_nothing_weighty_nobody_takes_it_alone(bank, signed_in):
    case = int(bank.book.lin)
    assert "does not wait any more" in record(signed_in("manager"), case, does="take", answer="take", reason="x")
    assert "A second person decides" in record(signed_in("collector"), case, does="propose", kind="placement", reason="moved abroad")
    (request,) = [one.request for one in approving.every_approval(bank.institution_id)]
    assert not may_carry_out(bank, case, "placement")
    assert reverse("decision", args=[id_text(case)]) in signed_in("compliance").get(reverse("approvals")).content.decode()
    decide(signed_in("collector"), request.request_id)
    assert not may_carry_out(bank, case, "placement"), "who proposed does not decide"
    decide(signed_in("compliance"), request.request_id, reason="address abroad was verified")
    assert may_carry_out(bank, case, "placement")


def test_words_about_a_person_stand_sealed_with_the_case_and_not_in_the_institutions_chain(bank, suit, signed_in):
    record(signed_in("collector"), suit, does="propose", kind="placement", reason="WORDS-OF-THE-CASE")
    (request,) = [one.request for one in approving.every_approval(bank.institution_id)]
    decide(signed_in("manager"), request.request_id, reason="WORDS-OF-THE-CASE too")
    with acting_for(bank.institution_id):
        for table in ("approvals_requested", "approvals_decided", "decisions_proposed", "decisions_taken"):
            rows = cursor().execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()
            assert rows and not any("WORDS-OF-THE-CASE" in row[0] or b"WORDS-OF-THE-CASE".hex() in row[0] for row in rows), table
        assert load.decisions_taken(LIN)[0].reason == "WORDS-OF-THE-CASE too" and not load.verify_chain(LIN)
    assert "WORDS-OF-THE-CASE" in signed_in("manager").get(reverse("decision", args=[id_text(suit)])).content.decode()


def test_a_review_that_the_debtor_asks_for_stops_it_until_somebody_else_has_looked_again(bank, suit, signed_in):
    record(signed_in("manager"), suit, does="take", answer="take", reason="refused three plans")
    assert "A human looks again by" in record(signed_in("collector"), suit, does="ask_review", reason="I was never offered a plan")
    assert not may_carry_out(bank, suit)
    ((review, case, due),) = weighty.reviews_waiting(bank.institution_id)
    assert (case, due) == (suit, timezone.localdate() + timedelta(days=weighty.REVIEW_DAYS))
    assert id_text(suit) in signed_in("auditor").get(reverse("approvals")).content.decode()
    said = {"does": "answer_review", "review": id_text(review), "outcome": "upheld", "reason": "three offers are in the record"}
    assert "somebody else looks again" in record(signed_in("manager"), suit, **said)
    assert "not for your role" in record(signed_in("collector"), suit, **said)
    assert not may_carry_out(bank, suit)
    assert "The review is answered" in record(signed_in("compliance"), suit, **said)
    assert may_carry_out(bank, suit) and weighty.reviews_waiting(bank.institution_id) == []
    assert "does not wait any more" in record(signed_in("compliance"), suit, **said)


def test_a_review_that_changes_the_decision_brings_it_down_for_good(bank, suit, signed_in):
    record(signed_in("manager"), suit, does="take", answer="take", reason="refused three plans")
    record(signed_in("collector"), suit, does="ask_review", reason="I was never offered a plan")
    ((review, *_),) = weighty.reviews_waiting(bank.institution_id)
    at = timezone.localtime()
    weighty.answer_review(bank.institution_id, LIN, review, ReviewOutcome.CHANGED, "no offer is in the record", username="compliance", at=at, actor="compliance")
    assert not may_carry_out(bank, suit) and not may_carry_out(bank, suit, days=5)


def test_an_override_is_kept_with_its_reason_and_cannot_choose_what_is_weighty_or_end_a_hold(bank, suit, signed_in):
    assert "Kept: you do otherwise" in record(signed_in("collector"), suit, does="override", treatment="gentle_reminder", reason="speaks only in the evening")
    state = weighty.state_of(bank.home, bank.institution_id, suit, timezone.localtime())
    assert state.overridden_now is not None and (state.overridden_now.treatment, state.overridden_now.overridden_by) == ("gentle_reminder", "collector")
    assert "speaks only in the evening" in signed_in("auditor").get(reverse("decision", args=[id_text(suit)])).content.decode()
    for case, said in ((int(bank.book.wang), {"treatment": "friendly_call", "reason": "sue"}), (int(bank.book.zhao), {"treatment": "gentle_reminder", "reason": "x"}),
                       (suit, {"treatment": "gentle_reminder", "reason": ""}), (suit, {"treatment": "no_such", "reason": "x"})):
        assert "Nothing was recorded" in record(signed_in("manager"), case, does="override", **said)
    assert "403" in record(signed_in("auditor"), suit, does="override", treatment="gentle_reminder", reason="x")


def test_the_page_of_a_decision_opens_for_all_staff_in_both_languages(bank, suit, signed_in):
    for role in ROLES:
        client = signed_in(role)
        for language in ("en", "zh"):
            client.post(reverse("language"), {"language": language})
            text = client.get(reverse("decision", args=[id_text(suit)])).content.decode()
            assert ("起诉" if language == "zh" else "suit") in text
            assert ('value="take"' in text) == (role in {"manager", "compliance"}), role
