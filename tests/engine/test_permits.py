"""Can a colleague get a permit for one contact today and record what came of it, so that the next answer counts it?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from arrears.casefile.facts.permit import VoidReason
from arrears.check.conduct.words import Channel, Mark, Mode, Outcome, Purpose
from arrears.check.gate.permit import Permit, Refusal
from arrears.core.ids import parse_id
from arrears.core.problems import BadData, WrongCall
from arrears.engine.law_terms import read_terms
from arrears.engine.use_cases import permits
from arrears.engine.use_cases.permits import Wanted
from tests.workbench.conftest import bank

__all__ = ["bank"]
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, the day after the run."""
STATED = """
places: [CN]
zones: [Asia/Shanghai]
actor: creditor_own_name
lender: bank
products: {consumer_loan: consumer_loan}
history_known_from: 2026-06-01
permit_minutes: 10
"""
NAMED = frozenset({Mark.INSTITUTION_NAMED})
CALL = Wanted(Purpose.COLLECTION, Channel.CALL, debts=("12",), says=NAMED)
TEXT = Wanted(Purpose.COLLECTION, Channel.TEXT, debts=("12",), mode=Mode.INFORMATIVE, says=NAMED)


@pytest.fixture
def desk(bank):
    bank.home.law_file.write_text(STATED, encoding="utf-8")
    numbers = iter(range(1000))

    def ask(wanted: Wanted, at: datetime = TEN, case: int = 0) -> Permit | Refusal:
        return permits.ask(bank.home, bank.institution_id, case or bank.book.lin, wanted, f"q{next(numbers)}", at=at, actor="lin")

    yield ask
    bank.home.law_file.unlink()


def test_a_permit_is_asked_for_used_and_told_and_the_next_answer_counts_the_conversation(bank, desk):
    permit = desk(CALL)
    assert isinstance(permit, Permit) and permit.expires_at == TEN + timedelta(minutes=10)
    assert permits.use(bank.institution_id, permit.permit_id, at=TEN + timedelta(minutes=1), actor="lin") == permit
    permits.record_outcome(bank.institution_id, permit.permit_id, Outcome.CONVERSATION, "pays on Friday", None, at=TEN + timedelta(minutes=9), actor="lin")
    again = desk(CALL, TEN + timedelta(hours=1))
    assert isinstance(again, Refusal) and again.rules == ("house/limits/seven_days_after_a_conversation",)
    (listed,) = permits.permits_of(bank.home, bank.institution_id, bank.book.lin, TEN + timedelta(hours=1))
    assert (listed.state, listed.outcome) == ("told", "conversation")
    (contact,) = permits.contacts_of(bank.home, bank.institution_id, bank.book.lin)
    assert contact.note == "pays on Friday" and contact.debts == ("12",)


def test_an_agencys_call_that_was_recorded_later_counts_for_everybody(bank, desk):
    permits.record_without_permit(bank.home, bank.institution_id, bank.book.lin, Wanted(Purpose.COLLECTION, Channel.CALL, party="agency"), Outcome.CONVERSATION, "",
                                  TEN - timedelta(days=2), at=TEN, actor="lin")
    assert isinstance(desk(CALL), Refusal)


def test_the_answer_is_told_to_machines_with_ids_as_text(desk):
    told = permits.answer_in_json(desk(CALL))
    assert told["permitted"] and parse_id(told["permit_id"]) and told["channel"] == "call"
    refused = permits.answer_in_json(desk(CALL, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)))
    assert not refused["permitted"] and refused["rules"][0]["citation"] and refused["next_permitted_at"].startswith("2026-11-25T00:00:00")


def test_without_a_law_file_nothing_is_permitted_and_it_is_said_what_is_missing(bank, desk):
    bank.home.law_file.write_text("{}", encoding="utf-8")
    refusal = desk(CALL)
    assert isinstance(refusal, Refusal) and refusal.answer == "refused"
    assert all(part in refusal.reason_en for part in ("In which role", "Of which kind the lender", "Of which kind the debt", "From which day"))


def test_a_payment_that_is_booked_for_a_day_to_come_stops_collection_of_that_debt_alone(desk):
    refusal = desk(Wanted(Purpose.COLLECTION, Channel.CALL, debts=("11",), says=NAMED))
    assert isinstance(refusal, Refusal) and refusal.rules == ("house/limits/what_is_disputed_or_being_looked_for_is_not_demanded",)
    assert isinstance(desk(CALL), Permit)


def test_once_that_payment_has_come_nothing_is_owed_and_nothing_is_asked_for(desk):
    refusal = desk(Wanted(Purpose.COLLECTION, Channel.CALL, debts=("11",), says=NAMED), datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    assert isinstance(refusal, Refusal) and "Nothing is owed" in refusal.reason_en


def test_a_debt_of_somebody_else_is_a_wrong_call(desk):
    with pytest.raises(WrongCall, match="none of this case"):
        desk(Wanted(Purpose.COLLECTION, Channel.CALL, debts=("21",)))


def test_a_person_whose_region_is_stated_and_not_explained_has_no_known_law():
    terms = read_terms('{places: [CN], regions: {"31": [CN, CN-SH]}}')
    assert terms.places_of("31") == {"CN", "CN-SH"} and terms.places_of("44") == frozenset() and terms.places_of(None) == {"CN"}


@pytest.mark.parametrize(("text", "said"), [
    ("actor: landlord", "landlord"), ("products: {visa: chewing_gum}", "chewing_gum"), ("zones: [Moon/Crater]", "no time zone"), ("permit_minutes: 0", "from 1 to"),
    ("permit_minutes: 900", "from 1 to"), ("history_known_from: soon", "must be a day"), ("places: CN", "list of texts"), ("colour: red", "not known: colour"),
])
def test_a_law_file_that_is_half_understood_is_not_used(text, said):
    with pytest.raises(BadData, match=said):
        read_terms(text)


# What the gate would answer, before anybody asks


def _as_told(one):
    """Answer, rules and next moment, of a permit, a refusal or an outlook."""
    if isinstance(one, Permit):
        return "permitted", (), None, one.expires_at
    if isinstance(one, Refusal):
        return one.answer, one.rules, one.next_permitted_at, None
    return one.answer.value, tuple(f"{finding.pack}/{finding.rule.name}" for finding in one.in_the_way), one.next_permitted_at, one.good_until


@pytest.mark.parametrize("at", [TEN, TEN + timedelta(hours=13)], ids=["morning", "night"])
def test_what_is_told_beforehand_is_what_the_gate_then_answers_and_nothing_of_it_is_recorded(bank, desk, at):
    found = permits.may_contact(bank.home, bank.institution_id, bank.book.wang, at=at)
    assert (found.zone, found.is_theirs) == ("Asia/Shanghai", True)
    assert permits.permits_of(bank.home, bank.institution_id, bank.book.wang, at) == []
    for one in found.outlooks:
        wanted = Wanted(Purpose.COLLECTION, one.proposed.channel, mode=one.proposed.mode, says=one.proposed.marks)
        answered = desk(wanted, at, bank.book.wang)
        assert _as_told(one) == _as_told(answered), one.proposed.channel
        if isinstance(answered, Permit):  # Open, it would count for the channels after it.
            permits.void(bank.institution_id, answered.permit_id, VoidReason.NOT_NEEDED, at=at, actor="lin")
    answers = {str(one.proposed.channel): one.answer.value for one in found.outlooks}
    assert answers["call"] == ("permitted" if at == TEN else "deferred_until")


def test_a_conversation_shows_until_when_the_telephone_is_silent(bank, desk):
    permit = desk(Wanted(Purpose.COLLECTION, Channel.CALL, says=NAMED), TEN, bank.book.wang)
    permits.use(bank.institution_id, permit.permit_id, at=TEN, actor="lin")
    permits.record_outcome(bank.institution_id, permit.permit_id, Outcome.CONVERSATION, "", None, at=TEN, actor="lin")
    found = {str(one.proposed.channel): one for one in permits.may_contact(bank.home, bank.institution_id, bank.book.wang, at=TEN + timedelta(hours=1)).outlooks}
    assert _as_told(found["call"]) == ("deferred_until", ("house/limits/seven_days_after_a_conversation",), datetime(2026, 12, 1, 0, 0, tzinfo=UTC), None)
    assert found["text"].answer.value == "permitted"


def test_of_whom_only_the_country_is_known_it_is_said_which_fact_would_open_the_contact(bank, desk):
    bank.home.law_file.write_text(STATED.replace("[CN]", "[US]").replace("Asia/Shanghai", "America/New_York"), encoding="utf-8")
    noon = datetime(2026, 11, 24, 17, tzinfo=UTC)
    for day in range(3):
        made = Wanted(Purpose.COLLECTION, Channel.CALL, debts=("12",))
        permits.record_without_permit(bank.home, bank.institution_id, bank.book.lin, made, Outcome.NO_ANSWER, "", noon - timedelta(days=day, minutes=1), at=noon, actor="lin")
    refusal = desk(CALL, noon)
    assert isinstance(refusal, Refusal) and "us/massachusetts/two_in_seven_days" in refusal.rules
    assert "The state, nation or city of the debtor within US is not known; in US-MA this is law." in refusal.reason_en and "US-MA" in refusal.reason_zh
