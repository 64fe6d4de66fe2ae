"""Clocks that change, days that are longer, leap days, midnights and first days of laws: stories of people who are called around them.

Every moment here was worked out by hand, from the law on clocks and the words of the rules.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Outcome, Product, Purpose, Record, Side
from arrears.engine.conduct_packs import pack_named

CALL = Proposed(
    act=Act.CONTACT,
    party="agency",
    purpose=Purpose.COLLECTION,
    channel=Channel.CALL,
    debts=frozenset({"D1"}),
    marks=frozenset({Mark.INSTITUTION_NAMED, Mark.COLLECTOR_DISCLOSED}),
)
TEXT = replace(CALL, channel=Channel.TEXT)
NEW_YORKER = Facts(frozenset({"US"}), ("America/New_York",), ActorRole.AGENCY, Product.CONSUMER_LOAN, date(2010, 1, 1))
OF_NO_ZONE = replace(NEW_YORKER, zones=())
IN_THE_CITY = replace(NEW_YORKER, places=frozenset({"US", "US-NY", "US-NY-NYC"}))
IN_CHINA = replace(NEW_YORKER, places=frozenset({"CN"}), zones=("Asia/Shanghai",))
IN_ENGLAND = replace(NEW_YORKER, places=frozenset({"GB", "GB-ENG"}), zones=("Europe/London",), actor=ActorRole.CREDITOR_OWN_NAME)
YES, LATER = Answer.PERMITTED, Answer.DEFERRED_UNTIL


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def asked(proposed: Proposed, facts: Facts, moment: str, *packs: str, rules: tuple[str, ...] = ()) -> Verdict:
    """What these packs say at this moment; some of their rules alone, where named."""
    chosen = tuple(pack_named(name) for name in packs)
    return verdict(
        proposed,
        facts,
        at(moment),
        Packs(tuple(replace(pack, rules=tuple(rule for rule in pack.rules if not rules or rule.name in rules)) for pack in chosen)),
    )


def with_contacts(facts: Facts, *moments: str, channel: Channel = Channel.CALL, outcome: Outcome = Outcome.NO_ANSWER) -> Facts:
    contacts = tuple(Event(at(moment), Happened.CONTACT, by=Side.COLLECTOR, channel=channel, outcome=outcome) for moment in moments)
    return replace(facts, history=(*facts.history, *contacts))


# The night in which the clocks change


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-03-07T20:59:59-05:00", YES),
        ("2026-03-07T21:00:00-05:00", LATER),
        ("2026-03-08T01:59:59-05:00", LATER),
        ("2026-03-08T03:00:00-04:00", LATER),
        ("2026-03-08T07:00:01-05:00", YES),  # told by the winter clock: in New York it is one past eight
        ("2026-03-08T08:00:00-04:00", LATER),
        ("2026-11-01T01:30:00-04:00", LATER),
        ("2026-11-01T01:30:00-05:00", LATER),  # the same half past one, an hour later
        ("2026-11-01T08:00:01-04:00", LATER),  # told by the summer clock: in New York it is one past seven
        ("2026-11-01T08:00:01-05:00", YES),
        ("2026-11-01T21:00:00-04:00", YES),
    ],
)
def test_in_the_night_of_the_change_the_clock_on_the_wall_of_the_debtor_decides_and_not_the_one_of_the_caller(moment: str, answer: Answer) -> None:
    assert asked(CALL, NEW_YORKER, moment, "us/reg_f", "house/limits").answer is answer


@pytest.mark.parametrize(
    ("spoke", "still", "again"),
    [
        ("2026-03-05T12:00:00-05:00", "2026-03-11T20:59:59-04:00", "2026-03-12T08:00:01-04:00"),
        ("2026-10-28T12:00:00-04:00", "2026-11-03T20:59:59-05:00", "2026-11-04T08:00:01-05:00"),
        ("2026-03-01T23:59:59-05:00", "2026-03-07T20:59:59-05:00", "2026-03-08T08:00:01-04:00"),  # the seventh day ends an hour before the change
    ],
)
def test_seven_days_after_a_conversation_are_seven_days_though_one_has_twenty_three_or_twenty_five_hours(spoke: str, still: str, again: str) -> None:
    talked = with_contacts(NEW_YORKER, spoke, outcome=Outcome.CONVERSATION)
    found = asked(CALL, talked, still, "us/reg_f")
    assert (found.answer, found.next_permitted_at) == (LATER, at(again))
    assert asked(CALL, talked, again, "us/reg_f").answer is YES


@pytest.mark.parametrize(("first_day", "leaves"), [("2026-03-04", "2026-03-11T00:00:00-04:00"), ("2026-10-30", "2026-11-06T00:00:00-05:00")])
def test_seven_calls_over_the_change_of_the_clock_leave_the_window_at_a_midnight_of_the_new_clock(first_day: str, leaves: str) -> None:
    often = with_contacts(NEW_YORKER, *(f"{first_day}T1{hour}:00:00-05:00" for hour in range(7)))
    last = (at(leaves) - timedelta(seconds=1)).isoformat()
    cap = ("seven_calls_in_seven_days",)
    assert asked(CALL, often, last, "us/reg_f", rules=cap).next_permitted_at == at(leaves)
    assert asked(CALL, often, leaves, "us/reg_f", rules=cap).answer is YES


def test_two_messages_in_the_hour_that_comes_twice_are_two_messages_of_that_day() -> None:
    one = with_contacts(NEW_YORKER, "2026-11-01T01:30:00-04:00", channel=Channel.TEXT, outcome=Outcome.SENT)
    two = with_contacts(one, "2026-11-01T01:30:00-05:00", channel=Channel.TEXT, outcome=Outcome.SENT)
    cap = ("two_messages_a_day",)
    assert asked(TEXT, one, "2026-11-01T12:00:00-05:00", "us/reg_f", "house/limits", rules=cap).answer is YES
    found = asked(TEXT, two, "2026-11-01T23:59:59-05:00", "us/reg_f", "house/limits", rules=cap)
    assert (found.answer, found.next_permitted_at) == (LATER, at("2026-11-02T00:00:00-05:00"))


def test_of_two_candidate_zones_that_agree_in_winter_the_summer_makes_two() -> None:
    """A mobile number of Arizona, an address in Colorado: in January one clock, in July an hour apart."""
    either = replace(NEW_YORKER, zones=("America/Denver", "America/Phoenix"))
    assert asked(CALL, either, "2026-01-14T08:00:01-07:00", "us/reg_f").answer is YES
    assert asked(CALL, either, "2026-07-14T08:00:01-06:00", "us/reg_f").next_permitted_at == at("2026-07-14T08:00:01-07:00")
    assert asked(CALL, either, "2026-07-14T20:59:59-06:00", "us/reg_f").answer is YES
    assert asked(CALL, either, "2026-07-14T21:00:00-06:00", "us/reg_f").answer is LATER


# A person whose zone nobody knows


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-07-14T22:00:00+00:00", LATER),  # on the stroke of eight on Guam
        ("2026-07-14T22:00:01+00:00", YES),
        ("2026-07-15T00:59:59+00:00", YES),
        ("2026-07-15T01:00:00+00:00", LATER),  # nine in the evening in New York and Puerto Rico
        ("2026-07-14T16:00:00+00:00", LATER),  # noon in New York is five in the morning in Pago Pago
        ("2026-01-14T22:00:01+00:00", YES),
        ("2026-01-15T00:59:59+00:00", YES),
        ("2026-01-15T01:00:00+00:00", LATER),  # in winter Puerto Rico alone: in New York it is eight
    ],
)
def test_of_whom_no_zone_is_known_is_called_only_while_it_is_day_from_puerto_rico_to_guam(moment: str, answer: Answer) -> None:
    assert asked(CALL, OF_NO_ZONE, moment, "us/reg_f").answer is answer


def test_the_calls_to_one_of_whom_no_zone_is_known_leave_the_window_when_they_have_left_it_in_every_zone() -> None:
    """Seven calls in the night of the eighth on Guam: everywhere else it was still the seventh, and there they have left the window a day before."""
    often = with_contacts(OF_NO_ZONE, *(f"2026-06-08T0{hour}:00:00+10:00" for hour in range(7)))
    found = asked(CALL, often, "2026-06-14T12:00:00+00:00", "us/reg_f", rules=("seven_calls_in_seven_days",))
    assert found.next_permitted_at == at("2026-06-15T00:00:00+10:00")
    assert asked(CALL, often, "2026-06-14T13:59:59+00:00", "us/reg_f", rules=("seven_calls_in_seven_days",)).answer is LATER


# China and Britain


def test_china_has_one_clock_and_never_changes_it_whatever_the_desk_of_the_agency_does() -> None:
    standard = ("china/national_standard",)
    for summer_or_winter in ("2026-03-29", "2026-07-01", "2026-10-25"):
        assert asked(CALL, IN_CHINA, f"{summer_or_winter}T13:59:59+00:00", *standard).answer is YES
        assert asked(CALL, IN_CHINA, f"{summer_or_winter}T14:00:00+00:00", *standard).answer is LATER


def test_three_conversations_of_a_day_end_with_the_day_in_china_and_not_in_london() -> None:
    three = with_contacts(
        IN_CHINA, *(f"2026-03-29T2{hour}:00:00+08:00" for hour in (0, 1)), "2026-03-29T21:59:59+08:00", outcome=Outcome.CONVERSATION
    )
    cap = ("three_conversations_a_day",)
    assert asked(CALL, three, "2026-03-29T15:59:59+00:00", "china/national_standard", rules=cap).next_permitted_at == at("2026-03-30T00:00:00+08:00")
    assert asked(CALL, three, "2026-03-29T16:00:00+00:00", "china/national_standard", rules=cap).answer is YES


@pytest.mark.parametrize(
    ("moment", "again"),
    [
        ("2026-03-28T20:00:00+00:00", "2026-03-30T08:00:00+01:00"),  # Saturday evening; the clocks change on the Sunday
        ("2026-03-29T12:00:00+01:00", "2026-03-30T08:00:00+01:00"),
        ("2026-10-24T20:00:00+01:00", "2026-10-26T08:00:00+00:00"),
        ("2026-10-23T20:00:00+01:00", "2026-10-24T08:00:00+01:00"),
    ],
)
def test_in_britain_the_clocks_change_on_a_sunday_on_which_nobody_is_called(moment: str, again: str) -> None:
    found = asked(CALL, IN_ENGLAND, moment, "uk/conc", rules=("no_contact_at_unreasonable_times",))
    assert (found.answer, found.next_permitted_at) == (LATER, at(again))
    assert asked(CALL, IN_ENGLAND, again, "uk/conc", rules=("no_contact_at_unreasonable_times",)).reading is YES


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-04-23T23:59:59+01:00", LATER),
        ("2026-04-24T00:00:00+01:00", YES),  # day 25: the 31st of March is day 1
        ("2026-05-04T23:59:59+01:00", YES),  # day 35
        ("2026-05-05T00:00:00+01:00", Answer.REFUSED),
    ],
)
def test_a_breathing_space_that_began_at_half_past_eleven_by_greenwich_began_a_day_later_in_summer_time(moment: str, answer: Answer) -> None:
    began = replace(IN_ENGLAND, history=(Event(at("2026-03-30T23:30:00+00:00"), Happened.MORATORIUM, by=Side.AUTHORITY),))
    review = Proposed(act=Act.MORATORIUM_REVIEW, party="adviser")
    assert asked(review, began, moment, "uk/breathing_space", rules=("review_between_two_days",)).answer is answer


# Leap days


@pytest.mark.parametrize(("year", "leaves"), [(2027, "2027-03-02T00:00:00-05:00"), (2028, "2028-03-01T00:00:00-05:00")])
def test_a_window_of_seven_days_over_the_end_of_february_holds_the_leap_day_where_there_is_one(year: int, leaves: str) -> None:
    often = with_contacts(IN_THE_CITY, *(f"{year}-02-23T1{hour}:00:00-05:00" for hour in range(3)))
    cap = ("three_in_seven_days",)
    assert asked(CALL, often, (at(leaves) - timedelta(seconds=1)).isoformat(), "us/new_york_city", rules=cap).next_permitted_at == at(leaves)
    assert asked(CALL, often, leaves, "us/new_york_city", rules=cap).answer is YES


def test_on_the_leap_day_itself_the_day_has_its_own_cap() -> None:
    three = with_contacts(IN_CHINA, *(f"2028-02-28T{hour}:00:00+08:00" for hour in ("09", "10", "11")), outcome=Outcome.CONVERSATION)
    assert asked(CALL, three, "2028-02-28T21:00:00+08:00", "china/national_standard").next_permitted_at == at("2028-02-29T08:00:00+08:00")
    assert asked(CALL, three, "2028-02-29T08:00:00+08:00", "china/national_standard").answer is YES


@pytest.mark.parametrize(("moment", "answer"), [("2031-02-28T23:59:59-05:00", LATER), ("2031-03-01T00:00:00-05:00", YES)])
def test_a_recording_of_a_leap_day_is_kept_through_the_last_of_february_three_years_later(moment: str, answer: Answer) -> None:
    recorded = replace(NEW_YORKER, history=(Event(at("2028-02-29T12:00:00-05:00"), Happened.CALL_RECORDED, by=Side.COLLECTOR),))
    deletion = Proposed(act=Act.DELETION, party="agency", record=Record.CALL_RECORDING)
    assert asked(deletion, recorded, moment, "us/reg_f", rules=("recordings_are_kept_three_years",)).answer is answer


# Midnight, and the first and last day of a law


def test_a_new_cap_begins_and_the_old_one_ends_at_midnight_on_the_clock_of_the_city() -> None:
    """Two contacts: in August one more is too many, and in September it is not; by Greenwich it has been September for four hours."""
    two = with_contacts(IN_THE_CITY, "2026-08-30T10:00:00-04:00", "2026-08-30T11:00:00-04:00")
    before = asked(CALL, two, "2026-09-01T03:59:59+00:00", "us/new_york_city")
    since = asked(CALL, two, "2026-09-01T04:00:00+00:00", "us/new_york_city")
    assert [one.rule.name for one in before.in_the_way] == ["two_in_seven_days_before_the_amendment"]
    assert (since.answer, [one.rule.name for one in since.findings]) == (YES, ["three_in_seven_days"])


def test_who_may_be_on_either_side_of_that_midnight_is_under_the_old_law_and_the_new() -> None:
    """Reached in New York or in Los Angeles: there it is still August, and the stricter of the two laws decides."""
    two = with_contacts(
        replace(IN_THE_CITY, zones=("America/New_York", "America/Los_Angeles")), "2026-08-30T10:00:00-04:00", "2026-08-30T11:00:00-04:00"
    )
    found = asked(CALL, two, "2026-09-01T06:59:59+00:00", "us/new_york_city")
    assert {one.rule.name for one in found.findings} == {"two_in_seven_days_before_the_amendment", "three_in_seven_days"}
    assert found.answer is LATER
    assert asked(CALL, two, "2026-09-01T07:00:00+00:00", "us/new_york_city").answer is YES


@pytest.mark.parametrize(
    ("pack", "rule", "facts", "last_free", "first_bound"),
    [
        ("china/banking_association", "no_collection_at_night_without_consent", IN_CHINA, "2026-01-29T23:59:59+08:00", "2026-01-30T00:00:00+08:00"),
        ("china/national_standard", "no_collection_at_night", IN_CHINA, "2025-02-27T23:59:59+08:00", "2025-02-28T00:00:00+08:00"),
        ("us/reg_f", "no_contact_at_inconvenient_hours", NEW_YORKER, "2021-11-29T23:59:59-05:00", "2021-11-30T00:00:00-05:00"),
        ("uk/conc", "no_contact_at_unreasonable_times", IN_ENGLAND, "2014-03-31T23:59:59+01:00", "2014-04-01T00:00:00+01:00"),
        ("house/limits", "contact_only_in_the_day", NEW_YORKER, "2025-12-31T23:59:59-05:00", "2026-01-01T00:00:00-05:00"),
    ],
)
def test_a_law_binds_from_the_midnight_at_which_it_comes_into_force_where_the_person_is(
    pack: str, rule: str, facts: Facts, last_free: str, first_bound: str
) -> None:
    packs = (pack,) if pack_named(pack).is_law else (pack, "us/reg_f")
    assert asked(CALL, facts, last_free, *packs, rules=(rule,)).findings == ()
    found = asked(CALL, facts, first_bound, *packs, rules=(rule,))
    assert ([one.rule.name for one in found.in_the_way], found.answer) == ([rule], LATER)


def test_a_contact_made_before_a_law_came_into_force_counts_once_it_binds() -> None:
    six = with_contacts(IN_CHINA, *(f"2026-01-30T0{hour}:30:00+08:00" for hour in range(6)))
    yesterday = with_contacts(IN_CHINA, *(f"2026-01-29T1{hour}:30:00+08:00" for hour in range(6)))
    cap = ("six_unanswered_calls_a_day_to_a_number",)
    assert asked(CALL, six, "2026-01-30T12:00:00+08:00", "china/banking_association", rules=cap).answer is LATER
    assert asked(CALL, yesterday, "2026-01-30T12:00:00+08:00", "china/banking_association", rules=cap).answer is YES, (
        "a day's calls are those of the day"
    )
    of_the_week = with_contacts(IN_THE_CITY, "2026-08-28T10:00:00-04:00", "2026-08-29T10:00:00-04:00", "2026-08-30T10:00:00-04:00")
    found = asked(CALL, of_the_week, "2026-09-01T12:00:00-04:00", "us/new_york_city")
    assert [one.rule.name for one in found.in_the_way] == ["three_in_seven_days"], "the window reaches back over the first day of the rule"


def test_one_second_decides_at_midnight_and_the_same_moment_said_in_another_zone_is_the_same() -> None:
    spoke = with_contacts(NEW_YORKER, "2026-06-08T23:59:59-04:00", outcome=Outcome.CONVERSATION)
    later = with_contacts(NEW_YORKER, "2026-06-09T00:00:00-04:00", outcome=Outcome.CONVERSATION)
    rule = ("seven_days_after_a_conversation",)
    assert asked(CALL, spoke, "2026-06-14T12:00:00-04:00", "us/reg_f", rules=rule).next_permitted_at == at("2026-06-15T00:00:00-04:00")
    assert asked(CALL, later, "2026-06-14T12:00:00-04:00", "us/reg_f", rules=rule).next_permitted_at == at("2026-06-16T00:00:00-04:00")
    told_in_tokyo = replace(spoke, history=tuple(replace(event, at=event.at.astimezone(ZoneInfo("Asia/Tokyo"))) for event in spoke.history))
    assert asked(CALL, told_in_tokyo, "2026-06-15T01:00:00+09:00", "us/reg_f", rules=rule).next_permitted_at == at("2026-06-15T00:00:00-04:00")
