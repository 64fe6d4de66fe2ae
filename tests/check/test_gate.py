"""Does the gate count every attempt once, permit nothing that is not known, and promise nothing that it cannot keep?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrears.check.conduct.words import Outcome, Purpose
from arrears.check.gate.permit import Permit, Refusal
from arrears.core.problems import WrongCall
from tests.casefile.conftest import dispute, identities, record
from tests.check.gate_stories import CALL, MINUTE, MORNING, STATED, TEXT, Desk


@pytest.fixture
def desk(store, bank, person) -> Desk:
    return Desk(store, bank, person)


# ---- counting: one attempt, one count


def test_an_open_permit_counts_so_the_third_message_of_a_day_is_refused_with_the_rule_and_the_next_day(desk):
    assert isinstance(desk.ask(TEXT), Permit) and isinstance(desk.ask(TEXT), Permit)
    third = desk.ask(TEXT)
    assert isinstance(third, Refusal)
    assert (third.answer, third.rules, third.citations) == ("deferred_until", ("house/limits/two_messages_a_day",), ("house rules, messages",))
    assert third.next_permitted_at == datetime(2026, 3, 11, 0, 0, tzinfo=UTC), "eight in the morning of the next day in Shanghai"


def test_a_permit_that_was_given_back_counts_no_more(desk):
    first, _ = desk.ask(TEXT), desk.ask(TEXT)
    desk.void(first)
    assert isinstance(desk.ask(TEXT), Permit)


def test_a_permit_that_expired_unused_counts_no_more(desk):
    desk.ask(TEXT), desk.ask(TEXT)
    assert isinstance(desk.ask(TEXT, MORNING + 14 * MINUTE), Refusal)
    assert isinstance(desk.ask(TEXT, MORNING + 15 * MINUTE), Permit)


def test_a_used_permit_and_its_contact_are_one_attempt(desk):
    first = desk.ask(TEXT)
    desk.use(first)
    second = desk.ask(TEXT, MORNING + 60 * MINUTE)
    assert isinstance(second, Permit), "used, and long past its expiry: one"
    desk.told(first, Outcome.SENT, MORNING + 61 * MINUTE)
    assert isinstance(desk.ask(TEXT, MORNING + 62 * MINUTE), Refusal), "told and one open: two"
    desk.void(second, MORNING + 63 * MINUTE)
    assert isinstance(desk.ask(TEXT, MORNING + 64 * MINUTE), Permit), "told: one"


def test_a_conversation_that_was_told_keeps_everybody_away_for_a_week(desk):
    permit = desk.ask(CALL)
    desk.use(permit)
    desk.told(permit, Outcome.CONVERSATION, MORNING + MINUTE)
    later = desk.ask(CALL, MORNING + 60 * MINUTE)
    assert isinstance(later, Refusal) and later.rules == ("house/limits/seven_days_after_a_conversation",)


def test_two_requests_in_one_transaction_see_each_other(desk):
    answers = desk.ask_all([desk.request(TEXT), desk.request(TEXT), desk.request(TEXT)])
    assert [type(one) for one in answers] == [Permit, Permit, Refusal]


def test_a_group_is_answered_in_the_order_asked_and_locked_in_the_order_of_ids(desk, store, bank):
    with store.institution.acting_for(bank):
        people = identities(store, bank).resolve_or_create("party", "core", pa.array([f"C-{n}" for n in range(50)])).to_pylist()
    wanted = sorted(people, reverse=True)
    answers = desk.ask_all([desk.request(CALL, person=one) for one in wanted])
    assert [one.party_id for one in answers] == wanted and all(isinstance(one, Permit) for one in answers)
    with store.institution.acting_for(bank):
        assert all(store.load.verify_chain(one) == [] for one in people)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["ask", "use", "void", "told"]), st.integers(0, 5), st.integers(0, 9)), min_size=4, max_size=14))
def test_whatever_is_asked_used_and_given_back_no_more_than_two_messages_count_on_a_day(steps, store, bank):
    """Kept by hand beside the gate: what is open, used or told counts; a permit is issued exactly while fewer than two do."""
    from arrears.casefile.store.permits import PermitNotUsable

    with store.institution.acting_for(bank):
        someone = identities(store, bank).resolve_or_create("party", "core", pa.array([f"H-{store.ids.random_id()}"]))[0].as_py()
    desk, at, issued = Desk(store, bank, someone), MORNING, []
    states: dict[int, str] = {}
    for what, which, minutes in steps:
        at += minutes * MINUTE
        for one in issued:
            if states[one.permit_id] == "open" and one.expires_at <= at:
                states[one.permit_id] = "expired"
        if what == "ask":
            counted = sum(states[one.permit_id] in ("open", "used") for one in issued)
            answer = desk.ask(TEXT, at)
            assert isinstance(answer, Permit) == (counted < 2)
            if isinstance(answer, Permit):
                issued.append(answer)
                states[answer.permit_id] = "open"
        elif issued:
            permit = issued[which % len(issued)]
            try:
                {"use": desk.use, "void": desk.void, "told": lambda one, when: desk.told(one, Outcome.SENT, when)}[what](permit, at)
                assert what == "told" or states[permit.permit_id] == "open" or (what == "void" and states[permit.permit_id] == "expired")
                states[permit.permit_id] = {"use": "used", "void": "voided", "told": "used"}[what]
            except PermitNotUsable:
                pass


# ---- the same request again


def test_a_request_repeated_under_its_key_gets_the_same_answer_and_is_counted_once(desk):
    first = desk.ask(TEXT, key="a")
    again = desk.ask(TEXT, MORNING + MINUTE, key="a")
    assert again == first
    assert isinstance(desk.ask(TEXT), Permit)
    refused = desk.ask(TEXT, key="b")
    assert isinstance(refused, Refusal) and desk.ask(TEXT, MORNING + 20 * MINUTE, key="b").refusal_id == refused.refusal_id


def test_another_contact_under_the_same_key_is_a_wrong_call(desk):
    desk.ask(TEXT, key="a")
    with pytest.raises(WrongCall, match="used for another contact"):
        desk.ask(CALL, key="a")


# ---- using


def test_a_permit_is_used_once(desk):
    from arrears.casefile.store.permits import PermitNotUsable

    permit = desk.ask(CALL)
    assert desk.use(permit) == permit
    with pytest.raises(PermitNotUsable, match="used already"):
        desk.use(permit)
    with pytest.raises(PermitNotUsable, match="used already"):
        desk.void(permit)


def test_a_permit_is_not_used_after_it_expired_nor_after_it_was_given_back(desk):
    from arrears.casefile.store.permits import PermitNotUsable

    late, back = desk.ask(CALL), desk.ask(TEXT)
    with pytest.raises(PermitNotUsable, match="expired"):
        desk.use(late, late.expires_at)
    desk.void(back)
    with pytest.raises(PermitNotUsable, match="given back"):
        desk.use(back)


def test_a_dispute_that_arrives_between_the_permit_and_its_use_stops_the_contact(desk, store, bank, person):
    from arrears.casefile.store.permits import PermitNotUsable

    permit = desk.ask(CALL)
    with store.institution.acting_for(bank):
        store.append.append(dispute(store, person), actor="lin", at=MORNING + MINUTE, cause="call")
    with pytest.raises(PermitNotUsable, match="after the permit was issued"):
        desk.use(permit, MORNING + 2 * MINUTE)
    assert isinstance(desk.ask(CALL, MORNING + 3 * MINUTE), Refusal)


def test_a_worker_whose_clock_is_behind_cannot_use_a_permit_that_was_counted_as_expired(desk):
    from arrears.casefile.store.permits import PermitNotUsable

    slow = desk.ask(TEXT)
    desk.ask(TEXT), desk.ask(TEXT, MORNING + 20 * MINUTE)
    with pytest.raises(PermitNotUsable, match="expired"):
        desk.use(slow, MORNING + MINUTE)


def test_a_worker_whose_clock_is_behind_asks_at_the_moment_that_the_record_has_reached(desk):
    first = desk.ask(CALL, MORNING + 30 * MINUTE)
    second = desk.ask(CALL, MORNING)
    assert second.issued_at == first.issued_at


def test_a_contact_is_told_once_and_only_of_a_used_permit(desk):
    from arrears.casefile.store.permits import PermitNotUsable

    permit = desk.ask(CALL)
    with pytest.raises(PermitNotUsable, match="not used"):
        desk.told(permit, Outcome.NO_ANSWER)
    desk.use(permit)
    desk.told(permit, Outcome.NO_ANSWER)
    with pytest.raises(PermitNotUsable, match="recorded already"):
        desk.told(permit, Outcome.CONVERSATION)


# ---- how long a permit is good


def test_a_permit_ends_before_the_hours_do(desk):
    permit = desk.ask(CALL, datetime(2026, 3, 10, 12, 54, tzinfo=UTC))
    assert isinstance(permit, Permit) and permit.expires_at <= datetime(2026, 3, 10, 13, 0, tzinfo=UTC), "nine in the evening in Shanghai"


def test_with_half_a_minute_left_there_is_no_permit_and_the_morning_is_told(desk):
    refusal = desk.ask(CALL, datetime(2026, 3, 10, 12, 59, 30, tzinfo=UTC))
    assert isinstance(refusal, Refusal) and refusal.next_permitted_at == datetime(2026, 3, 11, 0, 0, tzinfo=UTC)


def test_a_permit_does_not_outlast_the_persons_day(desk):
    letter = replace(CALL, purpose=Purpose.ANSWER, debts=frozenset())
    answer = desk.ask(letter, datetime(2026, 3, 10, 15, 55, tzinfo=UTC))
    assert isinstance(answer, Refusal) or answer.expires_at <= datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


# ---- what is not known permits nothing


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        ({"actor": None}, "In which role"), ({"product": None}, "Of which kind the debt"), ({"history_from": None}, "From which day"),
        ({"lender": None}, "Of which kind the lender"), ({"places": frozenset()}, "Which country"), ({"places": frozenset({"BR"})}, "No rule pack covers"),
        ({"owed_minor": None}, "How much is owed"), ({"owed_minor": 0}, "Nothing is owed"), ({"owed_minor": -5}, "Nothing is owed"),
    ],
)
def test_what_is_not_known_or_not_owed_is_refused_and_recorded(desk, unknown, said):
    answer = desk.ask(CALL, stated=replace(STATED, **unknown))
    assert isinstance(answer, Refusal) and answer.answer == "refused" and said in answer.reason_en and answer.reason_zh
    with desk.store.institution.acting_for(desk.bank):
        (kept,) = desk.store.load.permits_refused(desk.person)
    assert (kept.refusal_id, kept.reason_en) == (answer.refusal_id, answer.reason_en)


def test_no_more_is_asked_for_than_is_owed(desk):
    assert isinstance(desk.ask(replace(CALL, amount_minor=50_000)), Permit)
    refusal = desk.ask(replace(CALL, amount_minor=50_001))
    assert isinstance(refusal, Refusal) and "More would be asked for" in refusal.reason_en


def test_where_contacts_are_known_only_since_yesterday_a_cap_of_a_week_cannot_be_judged(desk):
    refusal = desk.ask(CALL, stated=replace(STATED, history_from=date(2026, 3, 9)))
    assert isinstance(refusal, Refusal) and "house/limits/seven_calls_in_seven_days" in refusal.rules


def test_whoever_is_restricted_to_storage_is_not_contacted_until_released(desk, store, bank, person):
    from arrears.casefile.facts.retention import ErasureReason, Ground, PersonReleased, PersonRestricted

    record(store, bank, PersonRestricted(person, date(2026, 1, 6), None, ErasureReason.REQUEST, Ground.DUTY, "a_rule", (), "00"))
    refusal = desk.ask(CALL)
    assert isinstance(refusal, Refusal) and "stored and not used" in refusal.reason_en
    record(store, bank, PersonReleased(person, date(2026, 1, 7), "took it back"))
    assert isinstance(desk.ask(CALL), Permit)


def test_a_dispute_in_the_casefile_refuses_collection_and_lets_an_answer_go(desk, store, bank, person):
    record(store, bank, dispute(store, person))
    assert isinstance(desk.ask(CALL), Refusal)
    assert isinstance(desk.ask(replace(TEXT, purpose=Purpose.ANSWER)), Permit)


def test_a_payment_under_way_refuses_collection(desk):
    from arrears.check.conduct.facts import Event
    from arrears.check.conduct.words import Happened

    under_way = replace(STATED, events=(Event(MORNING - timedelta(hours=1), Happened.PAYMENT_UNDER_WAY),))
    refusal = desk.ask(CALL, stated=under_way)
    assert isinstance(refusal, Refusal) and refusal.rules == ("house/limits/what_is_disputed_or_being_looked_for_is_not_demanded",)


def test_an_attempt_in_words_that_are_not_known_stops_the_gate(desk, store, bank, person):
    from arrears.casefile.facts.contact import Contact, ContactKind
    from arrears.core.problems import BadData

    record(store, bank, Contact(5, person, None, ContactKind.MADE, MORNING - timedelta(days=70), "collector", "lender", "collection", "semaphore", "debtor", "", (), "",
                                None, None, "sent", (), None, ""))
    with pytest.raises(BadData, match="semaphore"):
        desk.ask(CALL)


def test_an_attempt_reads_as_the_event_that_it_says(store):
    from arrears.casefile.store.permits import SEPARATOR, Attempt
    from arrears.check.conduct.facts import Event
    from arrears.check.conduct.words import Channel, Happened, Mark, Mode, Place, Recipient, Side
    from arrears.check.gate.history import events_of

    at = MORNING - timedelta(days=3)
    told = Attempt("made", at, "collector", "agency", "collection", "voice_bot", "spouse", "second", f"D1{SEPARATOR}D2", "P9", "home", "informative", "voicemail",
                   f"bot_disclosed{SEPARATOR}institution_named", None)
    said = Event(at, Happened.CONTACT, Side.COLLECTOR, "agency", Recipient.SPOUSE, "second", frozenset({"D1", "D2"}), Channel.VOICE_BOT, "P9", Place.HOME,
                 Purpose.COLLECTION, Mode.INFORMATIVE, Outcome.VOICEMAIL, frozenset({Mark.BOT_DISCLOSED, Mark.INSTITUTION_NAMED}))
    bare = Attempt("received", at, "debtor", "", None, "email", "debtor", "", "", "", None, None, None, "", None)
    read = events_of([told, bare, told._replace(outcome="pending", expires_at=MORNING)], MORNING)
    assert read == [said, Event(at, Happened.CONTACT_RECEIVED, channel=Channel.EMAIL), replace(said, at=MORNING, outcome=Outcome.PENDING)]
    assert [one.stamp for one in read] == [at.timestamp(), at.timestamp(), MORNING.timestamp()]
