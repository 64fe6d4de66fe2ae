"""A second person: never who asked, only in a role that may, once, before it expires, and for exactly what was shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections

from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, create_institution
from arrears.casefile.store.users import create_user
from arrears.check.approvals.kinds import KINDS, WEIGHTY
from arrears.check.approvals.outcome import Approval, Standing, approvals_of, is_approved, why_not_decide, why_not_withdraw
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import approving
from arrears.engine.use_cases.approving import Asked

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPRING = Asked("policy", "ab" * 32, "spring, version 1f")
PEOPLE = {"wei": "manager", "lin": "compliance", "hao": "collector", "ma": "auditor", "ada": "administrator", "zoe": "manager"}


@pytest.fixture
def bank(database: object) -> Iterator[int]:
    """An institution with a person of each role, two of them managers."""
    institution = create_institution("Two Hands Bank")
    for name, role in PEOPLE.items():
        create_user(name, "four quiet words here", role=role, institution_id=institution)
    yield institution


def ask(bank: int, what: Asked = SPRING, by: str = "wei", at: datetime = AT, **more: timedelta) -> ApprovalRequested:
    return approving.ask(bank, what, "gentler after salary day", username=by, at=at, actor=by, **more)


def decide(bank: int, request_id: int, by: str = "lin", at: datetime = AT + timedelta(hours=1), approve: bool = True) -> Approval:
    return approving.decide(bank, request_id, approve=approve, reason="read both versions", username=by, at=at, actor=by)


def standing(bank: int, at: datetime = AT + timedelta(days=1)) -> list[str]:
    return [one.standing(at).value for one in approving.every_approval(bank)]


def test_a_request_waits_until_a_second_person_decides_it_and_the_record_names_both(bank):
    asked = ask(bank)
    assert standing(bank) == ["open"]
    decide(bank, asked.request_id)
    (one,) = approving.every_approval(bank)
    assert one.decided is not None
    assert (one.request.requested_by, one.request.role, one.decided.decided_by, one.decided.role) == ("wei", "manager", "lin", "compliance")
    with acting_for(bank):
        names = [load.parse_header(entry.header).name for entry in load.journal(0)]
        assert names == ["approval:requested", "approval:decided"] and not load.verify_chain(0)


@pytest.mark.parametrize(("by", "role_may"), [("wei", False), ("lin", True), ("hao", False), ("ma", False), ("ada", False), ("zoe", True)])
def test_only_somebody_else_in_a_role_that_may_decides(by, role_may, bank):
    asked = ask(bank)
    if role_may:
        assert decide(bank, asked.request_id, by).standing(AT + timedelta(days=1)) is Standing.APPROVED
    else:
        with pytest.raises(approving.NotDecided, match="second person" if by == "wei" else "role"):
            decide(bank, asked.request_id, by)
        assert standing(bank) == ["open"]


@pytest.mark.parametrize("by", ["hao", "ma", "ada", "nobody"])
def test_who_may_not_ask_is_told_so_and_nothing_is_kept(by, bank):
    with pytest.raises(approving.NotAsked):
        ask(bank, by=by)
    assert standing(bank) == []


def test_what_nobody_decided_in_time_is_decided_by_nobody(bank):
    asked = ask(bank, stands=timedelta(days=2))
    assert standing(bank, AT + timedelta(days=2) - timedelta(seconds=1)) == ["open"]
    assert standing(bank, AT + timedelta(days=2)) == ["expired"]
    with pytest.raises(approving.NotDecided, match="expired"):
        decide(bank, asked.request_id, at=AT + timedelta(days=2))
    ask(bank, at=AT + timedelta(days=3))
    assert standing(bank, AT + timedelta(days=3)) == ["expired", "open"]


def test_a_decision_made_in_time_counts_after_the_end_as_well(bank):
    decide(bank, ask(bank, stands=timedelta(days=2)).request_id)
    assert standing(bank, AT + timedelta(days=400)) == ["approved"]


def test_who_asked_takes_it_back_and_nobody_else_does(bank):
    asked = ask(bank)
    with pytest.raises(approving.NotDecided, match="Only who asked"):
        approving.withdraw(bank, asked.request_id, "not mine", username="lin", at=AT, actor="lin")
    approving.withdraw(bank, asked.request_id, "a row was wrong", username="wei", at=AT, actor="wei")
    assert standing(bank) == ["withdrawn"]
    with pytest.raises(approving.NotDecided):
        decide(bank, asked.request_id)


def test_the_very_same_is_not_asked_twice_while_it_waits_and_may_be_asked_again_after_a_refusal(bank):
    asked = ask(bank)
    with pytest.raises(approving.NotAsked, match="already"):
        ask(bank, by="zoe")
    decide(bank, asked.request_id, approve=False)
    ask(bank, by="zoe", at=AT + timedelta(hours=2))
    assert standing(bank) == ["refused", "open"]


def test_approved_is_this_digest_and_no_other_and_the_newest_answer_counts(bank):
    decide(bank, ask(bank).request_id)
    later = AT + timedelta(days=1)
    approvals = approving.every_approval(bank)
    assert is_approved(approvals, "policy", SPRING.digest, later)
    assert not is_approved(approvals, "policy", "cd" * 32, later) and not is_approved(approvals, "experiment", SPRING.digest, later)
    assert not is_approved(approvals, "policy", SPRING.digest, AT), "it was not yet approved at that moment"
    decide(bank, ask(bank, at=later).request_id, at=later + timedelta(hours=1), approve=False)
    assert not is_approved(approving.every_approval(bank), "policy", SPRING.digest, later + timedelta(days=1))


@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_goes_without_a_reason(reason, bank):
    asked = ask(bank)
    for call in (lambda: approving.ask(bank, Asked("policy", "cd" * 32, "x"), reason, username="wei", at=AT, actor="wei"),
                 lambda: approving.decide(bank, asked.request_id, approve=True, reason=reason, username="lin", at=AT, actor="lin"),
                 lambda: approving.withdraw(bank, asked.request_id, reason, username="wei", at=AT, actor="wei")):
        with pytest.raises(WrongCall):
            call()
    assert standing(bank) == ["open"]


def test_a_request_cannot_be_kept_open_for_ever(bank):
    with pytest.raises(WrongCall, match="60 days"):
        ask(bank, stands=timedelta(days=61))


def test_an_experiment_is_decided_by_compliance_alone(bank):
    asked = ask(bank, Asked("experiment", "ef" * 32, "later reminders"))
    with pytest.raises(approving.NotDecided):
        decide(bank, asked.request_id, "zoe")
    decide(bank, asked.request_id, "lin")


def test_another_bank_sees_and_decides_nothing_of_it(bank):
    other = create_institution("Other Bank")
    create_user("eva", "four quiet words here", role="compliance", institution_id=other)
    asked = ask(bank)
    assert approving.every_approval(other) == ()
    with pytest.raises(approving.NoSuchRequest):
        decide(other, asked.request_id, "eva")


def test_of_two_people_who_decide_at_the_same_moment_one_counts(bank):
    """Both have looked and found it open; both write. The database lets one in."""
    for number in range(6):
        asked = ask(bank, Asked("policy", f"{number:064x}", "spring"))
        both, told = threading.Barrier(2), {}

        def write(by: str, asked=asked, both=both, told=told) -> None:
            try:
                with acting_for(bank), approving._told_in_words():
                    assert approving.approval(asked.request_id).standing(AT) is Standing.OPEN
                    both.wait(timeout=20)
                    append(ApprovalDecided(asked.request_id, by == "lin", "read it", by, PEOPLE[by], AT), actor=by, at=AT, cause="approvals")
                told[by] = "counts"
            except approving.NotDecided as late:
                told[by] = late.because.en
            finally:
                connections.close_all()

        threads = [threading.Thread(target=write, args=(by,)) for by in ("lin", "zoe")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(told.values()) == sorted(["counts", "It is not open any more: decided, taken back or expired."])
        (found,) = [one for one in approving.every_approval(bank) if one.request.request_id == asked.request_id]
        assert found.decided is not None and told[found.decided.decided_by] == "counts"


@pytest.mark.parametrize("fact", [
    lambda asked: ApprovalDecided(asked.request_id, True, "mine", "wei", "manager", AT),
    lambda asked: ApprovalDecided(asked.request_id, True, "late", "lin", "compliance", asked.expires_at),
    lambda asked: ApprovalDecided(asked.request_id ^ 1, True, "no such", "lin", "compliance", AT),
    lambda asked: ApprovalWithdrawn(asked.request_id, "not mine", "lin", AT),
])
def test_the_database_itself_refuses_what_no_second_person_may_write(fact, bank):
    asked = ask(bank)
    with pytest.raises(psycopg.Error), acting_for(bank):
        append(fact(asked), actor="somebody", at=AT, cause="approvals")
    assert standing(bank) == ["open"]


def test_every_weighty_decision_is_decided_by_a_person_of_a_role_that_answers_for_it():
    assert set(WEIGHTY) == {"relief_refusal", "placement", "credit_reporting", "suit", "enforcement"}
    for kind in KINDS.values():
        assert kind.may_decide and kind.may_decide <= {"manager", "compliance"}
        proposed = Approval(ApprovalRequested(1, kind.code, "00", "t", "r", "policy:spring@00", "policy", AT, AT + kind.stands), None, None)
        for role in ("administrator", "collector", "auditor", "policy"):
            assert why_not_decide(proposed, "somebody", role, AT) is not None
    assert why_not_withdraw(approvals_of([ApprovalRequested(1, "suit", "00", "t", "r", "policy:spring@00", "policy", AT, AT + timedelta(1))], [], [])[0], "lin", AT)
