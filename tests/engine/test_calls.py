"""A colleague calls: the number is opened with a permit at that moment, and what came of the call does what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from arrears.act.calls.wrap_up import Asks, read_codes
from arrears.assess.contact_points.quality import PointState
from arrears.casefile.facts.call import CallFlag, PointMark
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.permits import PermitNotUsable
from arrears.check.gate.permit import Refusal
from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.engine.call_terms import read_call_terms
from arrears.engine.use_cases import calls, permits, protecting
from arrears.engine.use_cases.calls import Told
from arrears.record.privacy.showing import NotForThisRole
from tests.engine.test_permits import STATED
from tests.workbench.conftest import bank
from tests.workbench.run_files import WANG

__all__ = ["bank"]
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, the day after the run."""
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
POINT = str(WANG)


@pytest.fixture
def law(bank):
    bank.home.law_file.write_text(STATED, encoding="utf-8")
    yield bank
    bank.home.law_file.unlink()
    bank.home.calls_file.unlink(missing_ok=True)


@pytest.fixture
def opened(law):
    """A number that was opened at ten."""
    return calls.open_number(law.home, law.institution_id, law.book.wang, POINT, at=TEN, agent="collector", role="collector").permit.permit_id


def told(law, permit: int, result: str, at: datetime = TEN + timedelta(minutes=5), **more):
    return calls.wrap_up(law.home, law.institution_id, permit, Told("OC", result, **more), at=at, agent="collector")


def task(law, at: datetime):
    return calls.call_task(law.home, law.institution_id, law.book.wang, at=at, agent="Lin")


def open_again(law, at: datetime):
    return calls.open_number(law.home, law.institution_id, law.book.wang, POINT, at=at, agent="collector", role="collector")


def test_before_a_call_numbers_are_masked_and_it_is_said_whether_they_may_be_called_now(law):
    (point,) = task(law, TEN).points
    assert point.outlook.answer == "permitted" and point.point.value is None and "10012345" not in (point.point.masked or "")
    (point,) = task(law, NIGHT).points
    assert point.outlook.answer == "deferred_until" and point.outlook.next_permitted_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def test_opening_a_number_takes_a_permit_and_is_recorded_as_seen(law):
    opened = open_again(law, TEN)
    assert opened.number == f"10012345{WANG}"
    (listed,) = permits.permits_of(law.home, law.institution_id, law.book.wang, TEN)
    assert listed.state == "used" and listed.permit.proposed.point == POINT
    with acting_for(law.institution_id):
        (seen,) = load.personal_shown(WANG)
    assert (seen.shown_to, seen.form, seen.categories) == ("collector", "call", ("contact_point",))


def test_a_number_may_be_read_again_by_who_opened_it_as_long_as_the_permit_lasts(law, opened):
    (permit,) = task(law, TEN).open_calls
    read = [calls.number_of_open_call(law.home, law.institution_id, permit, at=at, agent=agent)
            for at, agent in ((TEN + timedelta(minutes=9), "collector"), (TEN + timedelta(minutes=9), "manager"), (permit.expires_at, "collector"))]
    assert read == [f"10012345{WANG}", None, None]


def test_at_night_no_number_is_shown_and_it_is_said_why_and_from_when_on(law):
    refusal = open_again(law, NIGHT)
    assert isinstance(refusal, Refusal) and refusal.rules and refusal.next_permitted_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    with acting_for(law.institution_id):
        assert load.personal_shown(WANG) == []


def test_an_auditor_opens_no_number_and_no_permit_is_spent(law):
    with pytest.raises(NotForThisRole):
        calls.open_number(law.home, law.institution_id, law.book.wang, POINT, at=TEN, agent="auditor", role="auditor")
    assert permits.permits_of(law.home, law.institution_id, law.book.wang, TEN) == []


def test_a_second_number_is_not_opened_before_the_first_call_was_told(law, opened):
    with pytest.raises(AnswerIsNo, match="nothing was told of it"):
        open_again(law, TEN + timedelta(minutes=2))
    told(law, opened, "NA")
    assert task(law, TEN + timedelta(minutes=6)).open_calls == ()


def test_a_wrong_number_is_never_called_again_until_somebody_shows_that_it_is_the_persons_own(law, opened):
    assert told(law, opened, "WN").followed == ("point:wrong_party",)
    later = TEN + timedelta(days=10)
    refusal = open_again(law, later)
    assert isinstance(refusal, Refusal) and refusal.rules == ("house/holds/a_hold_stops_collection",) and refusal.next_permitted_at is None
    assert task(law, later).points[0].quality.state is PointState.WRONG_PARTY
    calls.mark_point(law.institution_id, WANG, "call", POINT, PointMark.VERIFIED, "called us from it", at=later, actor="manager")
    assert not isinstance(open_again(law, later + timedelta(days=1)), Refusal)


def test_a_wrong_number_leaves_the_persons_other_numbers_open(law, opened):
    told(law, opened, "WN")
    other = permits.Wanted(permits.Purpose.COLLECTION, permits.Channel.CALL, point="another", says=frozenset({permits.Mark.INSTITUTION_NAMED}))
    assert not isinstance(permits.ask(law.home, law.institution_id, law.book.wang, other, "other", at=TEN + timedelta(days=1), actor="lin"), Refusal)


@pytest.mark.parametrize(("result", "hold"), [("CLAIM", "claims_paid"), ("DISP", "dispute"), ("HARD", "hardship"), ("DEC", "deceased"), ("VUL", "vulnerable")])
def test_what_the_person_says_protects_from_that_moment_on(law, opened, result, hold):
    fact = told(law, opened, result, words="said so, in these words")
    assert f"hold:{hold}" in fact.followed
    (placed,) = protecting.protection_of_person(law.institution_id, WANG, TEN.date()).holds
    assert placed.hold.kind == hold and placed.hold.reason == "said so, in these words"
    assert isinstance(open_again(law, TEN + timedelta(days=30)), Refusal)


def test_danger_stops_everything_at_once_and_calls_the_trained_colleague(law, opened):
    protecting.call_colleague(law.institution_id, "manager", is_called=True, at=TEN, actor="administrator")
    assert told(law, opened, "CRISIS").followed == ("hold:distress",)
    due = protecting.reviews_due(law.institution_id, TEN.date())
    assert [one.hold.kind for one in due.danger] == ["distress"] and due.called == ("Manager",)


def test_who_wants_to_be_called_later_is_shown_until_somebody_has_spoken_with_them(law, opened):
    at = TEN + timedelta(hours=30)
    assert "callback:2026-11-25" in told(law, opened, "CBK", callback_at=at).followed
    assert task(law, TEN + timedelta(hours=1)).callbacks == (at,)
    calls.wrap_up_received(law.home, law.institution_id, law.book.wang, Told("IC", "NEG"), POINT, at=TEN + timedelta(hours=2), agent="collector")
    assert task(law, TEN + timedelta(hours=3)).callbacks == ()


def test_a_promise_is_kept_as_a_draft_with_its_amount_and_day(law, opened):
    fact = told(law, opened, "PTP", promise_minor=20_000, promise_currency="CNY", promise_due_on=date(2026, 12, 1))
    assert (fact.promise_minor, fact.promise_due_on, fact.flags) == (20_000, "2026-12-01", ("attempt", "connect", "right_party"))
    with acting_for(law.institution_id):
        assert load.calls_wrapped_up(WANG) == [fact]


@pytest.mark.parametrize(("more", "said"), [
    ({"result": "XX"}, "no wrap-up code"), ({"result": "DISP"}, "what the person said"), ({"result": "CBK"}, "moment"),
    ({"result": "CBK", "callback_at": TEN - timedelta(days=1)}, "must lie ahead"), ({"result": "PTP", "promise_minor": 5}, "an amount and a day"),
    ({"result": "NA", "promise_minor": 5, "promise_currency": "CNY", "promise_due_on": date(2026, 12, 1)}, "Only the person promises"),
    ({"result": "PTP", "promise_minor": 5, "promise_currency": "CNY", "promise_due_on": date(2026, 11, 1)}, "in the past"),
])
def test_a_form_that_is_half_filled_records_nothing(law, opened, more, said):
    with pytest.raises(WrongCall, match=said):
        told(law, opened, **more)
    with acting_for(law.institution_id):
        assert load.contacts(WANG) == [] and load.calls_wrapped_up(WANG) == []


def test_one_call_is_told_once(law, opened):
    told(law, opened, "NA")
    with pytest.raises(PermitNotUsable):
        told(law, opened, "PTP")


def test_hours_are_proposed_by_what_was_learnt_and_never_outside_lawful_ones(law, opened):
    told(law, opened, "NA")
    best = task(law, TEN + timedelta(hours=1)).best_hours
    assert best and all(band >= 8 and band + 2 <= 22 for band, _ in best)
    assert best[-1][0] == 10  # nobody answered at ten, so ten is proposed last
    protecting.rule_out(law.institution_id, WANG, protecting.Refusal(protecting.RuledOut.TIME, TEN, opens="18:00", closes="20:00", only_inside=True),
                        protecting.Proof(None, "only in the evening"), at=TEN, actor="lin")
    assert [band for band, _ in task(law, TEN + timedelta(hours=1)).best_hours] == [18]


# The codes themselves


def test_every_shipped_code_says_itself_in_both_languages_and_only_the_right_party_ends_the_first_contact_clock():
    codes = read_codes()
    assert all(one.label.en and one.label.zh and one.next.zh for one in codes.results.values())
    assert {code for code, one in codes.results.items() if one.is_right_party} >= {"PTP", "NEG", "HARD", "CLAIM", "DISP", "RTP"}
    assert {code for code, one in codes.results.items() if CallFlag.CONNECT not in one.flags} == {"NA", "BZ", "AM", "LM", "DISC"}
    assert Asks.CALLBACK in codes.results["CBK"].asks


@pytest.mark.parametrize(("result", "said"), [
    ("{label: {en: A, zh: 甲}, outcome: no_answer, connect: true, next: {en: B, zh: 乙}}", "contradicts"),
    ("{label: {en: A, zh: 甲}, outcome: conversation, connect: true, right_party: true, point: wrong_party, next: {en: B, zh: 乙}}", "somebody else"),
    ("{label: {en: A, zh: 甲}, outcome: conversation, connect: true, point: verified, next: {en: B, zh: 乙}}", "only the right party"),
    ("{label: {en: A}, outcome: no_answer, next: {en: B, zh: 乙}}", "missing: zh"), ("{label: {en: A, zh: 甲}, outcome: fine, next: {en: B, zh: 乙}}", "not known: fine"),
    ("{label: {en: A, zh: 甲}, outcome: pending, next: {en: B, zh: 乙}}", "no outcome"),
])
def test_a_code_of_the_lenders_own_that_contradicts_itself_is_not_used(result, said):
    with pytest.raises(BadData, match=said):
        read_call_terms(f"results: {{MINE: {result}}}")


def test_a_code_of_the_lenders_own_acts_as_its_own_file_says(law, opened):
    law.home.calls_file.write_text("results: {FLOOD: {label: {en: Flooded, zh: 洪灾}, outcome: conversation, connect: true, right_party: true, hold: hardship, "
                                   "next: {en: Wait., zh: 等待。}}}", encoding="utf-8")
    assert told(law, opened, "FLOOD").followed == ("hold:hardship",)
