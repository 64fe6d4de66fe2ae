"""May this be done? Stories of packs that speak together, of what is not known, and of moments at which law and clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.pack import COMPLIANCE, Confirmation, Coverage, Packs
from arrears.check.conduct.reading import read_pack, read_rule
from arrears.check.conduct.rule import ConflictingExceptions, Says
from arrears.check.conduct.verdict import Answer, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, DebtPurpose, Happened, LenderKind, Mark, Outcome, Product, Purpose, Recipient, Side
from arrears.core.parameters import Parameters, read_parameters
from arrears.core.problems import BadData
from arrears.engine.conduct_packs import every_pack, pack_named, shipped_packs

BEIJING, NEW_YORK, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
CALL = Proposed(act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.CALL, debts=frozenset({"D1"}), marks=frozenset({Mark.INSTITUTION_NAMED, Mark.COLLECTOR_DISCLOSED}))
CHINA = Facts(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1))
STATES = Facts(frozenset({"US", "US-NJ"}), ("America/New_York",), ActorRole.AGENCY, Product.OTHER, date(2020, 1, 1))
KINGDOM = Facts(frozenset({"GB", "GB-ENG"}), ("Europe/London",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1))
IN_CHINA, IN_NEW_YORK, IN_LONDON = datetime(2026, 3, 10, 12, tzinfo=BEIJING), datetime(2026, 3, 10, 12, tzinfo=NEW_YORK), datetime(2026, 3, 10, 12, tzinfo=LONDON)
EVERY = every_pack()


def called(at: datetime, outcome: Outcome = Outcome.NO_ANSWER, times: int = 1, **more: object) -> tuple[Event, ...]:
    return tuple(
        Event(at + timedelta(minutes=place), Happened.CONTACT, by=Side.COLLECTOR, channel=Channel.CALL, outcome=outcome, **more)  # type: ignore[arg-type]
        for place in range(times)
    )


def test_a_call_to_a_debtor_in_china_at_noon_is_permitted_by_all_that_speak() -> None:
    found = verdict(CALL, CHINA, IN_CHINA, EVERY)
    assert found.answer is Answer.PERMITTED
    assert {one.pack for one in found.findings} >= {"china/national_standard", "china/banking_association", "house/limits"}
    assert all(one.rule.citation for one in found.findings)


def test_the_strictest_of_the_packs_wins_and_all_that_spoke_are_named() -> None:
    at_half_past_nine = IN_CHINA.replace(hour=21, minute=30)
    found = verdict(CALL, CHINA, at_half_past_nine, EVERY)
    assert found.answer is Answer.DEFERRED_UNTIL
    assert {one.pack for one in found.in_the_way} == {"house/limits"}
    assert found.next_permitted_at == datetime(2026, 3, 11, 8, tzinfo=BEIJING)
    assert {one.rule.name for one in found.findings if not one.in_the_way} >= {"no_collection_at_night"}


def test_the_next_permitted_moment_is_one_at_which_every_rule_permits() -> None:
    spoke = replace(STATES, history=called(datetime(2026, 3, 8, 20, tzinfo=NEW_YORK), Outcome.CONVERSATION))
    found = verdict(CALL, spoke, IN_NEW_YORK, EVERY)
    assert found.next_permitted_at == datetime(2026, 3, 15, 8, 0, 1, tzinfo=NEW_YORK), "seven days are over at midnight, and the day begins after eight"
    assert verdict(CALL, spoke, found.next_permitted_at, EVERY).reading is Answer.PERMITTED


def test_a_refusal_that_time_does_not_end_has_no_next_moment() -> None:
    asked_to_stop = replace(STATES, history=(Event(IN_NEW_YORK - timedelta(days=2), Happened.CEASE_REQUEST, marks=frozenset({Mark.WRITTEN})),))
    found = verdict(CALL, asked_to_stop, IN_NEW_YORK.replace(hour=22), EVERY)
    assert (found.answer, found.next_permitted_at) == (Answer.REFUSED, None)


def test_a_presumed_breach_is_refused_beforehand_like_any_other() -> None:
    often = replace(STATES, history=called(IN_NEW_YORK - timedelta(hours=3), times=7))
    found = verdict(CALL, often, IN_NEW_YORK, Packs((pack_named("us/reg_f"),)))
    assert [one.says for one in found.in_the_way] == [Says.PRESUMES]
    assert found.answer is Answer.DEFERRED_UNTIL


# Who is covered


def test_without_a_pack_for_the_place_nothing_is_permitted() -> None:
    elsewhere = replace(CHINA, places=frozenset({"FR"}), zones=("Europe/Paris",))
    found = verdict(CALL, elsewhere, IN_CHINA, EVERY)
    assert found.answer is Answer.REFUSED
    assert "FR" in found.refused_because[0].en


def test_without_a_place_nothing_is_permitted() -> None:
    assert verdict(CALL, replace(CHINA, places=frozenset()), IN_CHINA, EVERY).answer is Answer.REFUSED


def test_a_person_under_two_laws_needs_both_to_be_known() -> None:
    assert verdict(CALL, replace(CHINA, places=frozenset({"CN", "FR"})), IN_CHINA, EVERY).answer is Answer.REFUSED
    both = replace(CHINA, places=frozenset({"CN", "US"}), zones=("Asia/Shanghai", "America/New_York"), actor=ActorRole.AGENCY)
    found = verdict(CALL, both, IN_CHINA, EVERY)
    assert found.next_permitted_at == datetime(2026, 3, 10, 20, 0, 1, tzinfo=BEIJING), "the one hour that is day in New York and by all rules in Beijing begins"


def test_house_rules_alone_never_stand_for_the_law_of_a_place() -> None:
    assert verdict(CALL, STATES, IN_NEW_YORK, Packs((pack_named("house/limits"),))).answer is Answer.REFUSED


def test_what_is_known_to_lie_outside_leaves_the_house_to_decide() -> None:
    business = replace(STATES, debt_purpose=DebtPurpose.BUSINESS, history=called(IN_NEW_YORK - timedelta(hours=3), times=6))
    found = verdict(CALL, business, IN_NEW_YORK, EVERY)
    assert found.answer is Answer.PERMITTED
    assert next(one for one in found.asked if one.pack == "us/reg_f").coverage is Coverage.OUTSIDE
    often = replace(business, history=called(IN_NEW_YORK - timedelta(hours=3), times=7))
    assert {one.pack for one in verdict(CALL, often, IN_NEW_YORK, EVERY).in_the_way} == {"house/limits"}
    assert verdict(CALL, business, IN_NEW_YORK, Packs((pack_named("us/reg_f"),))).answer is Answer.REFUSED, "nobody is left to decide"


def test_an_act_that_no_pack_of_the_place_covers_is_refused() -> None:
    entry = Proposed(act=Act.MORATORIUM_ENTRY, party="lender")
    assert verdict(entry, STATES, IN_NEW_YORK, EVERY).answer is Answer.REFUSED


# What is not certain permits nothing


def test_a_policy_that_nobody_confirmed_defers_what_its_reading_would_permit() -> None:
    found = verdict(CALL, KINGDOM, IN_LONDON, EVERY)
    assert (found.answer, found.reading) == (Answer.DEFERRED_FOR_REVIEW, Answer.PERMITTED)
    assert {reading.name for one in found.unconfirmed for reading in one.rests_on} == {"uk_contact_opens", "uk_contact_closes"}


def confirmed(*more: Confirmation) -> Packs:
    return every_pack((Confirmation("uk_contact_opens", "08:00:00", "A. Sharma", COMPLIANCE, date(2026, 3, 1)), *more))


def test_a_named_person_of_the_compliance_role_may_confirm_it() -> None:
    closes = Confirmation("uk_contact_closes", "20:00:00", "A. Sharma", COMPLIANCE, date(2026, 3, 1))
    assert verdict(CALL, KINGDOM, IN_LONDON, confirmed(closes)).answer is Answer.PERMITTED
    assert verdict(CALL, KINGDOM, IN_LONDON, confirmed()).answer is Answer.DEFERRED_FOR_REVIEW, "one of two figures is not enough"
    for wrong in ({"role": "manager"}, {"by": ""}, {"value": "21:00:00"}, {"on": date(2026, 3, 11)}):
        assert verdict(CALL, KINGDOM, IN_LONDON, confirmed(replace(closes, **wrong))).answer is Answer.DEFERRED_FOR_REVIEW, wrong


def test_no_uncertain_figure_turns_a_refusal_into_a_permission() -> None:
    """Whatever is refused by certain rules stays refused, with and without the uncertain ones, in every place and at every hour of a week."""
    for facts, start in ((CHINA, IN_CHINA), (STATES, IN_NEW_YORK), (KINGDOM, IN_LONDON)):
        held = replace(facts, history=called(start - timedelta(hours=30), Outcome.CONVERSATION, times=3))
        for hours in range(0, 7 * 24, 5):
            at = start + timedelta(hours=hours)
            found = verdict(CALL, held, at, EVERY)
            if any(one.in_the_way and one.certain for one in found.findings):
                assert found.answer in (Answer.REFUSED, Answer.DEFERRED_UNTIL)
            if not all(one.certain for one in found.findings):
                assert found.answer is not Answer.PERMITTED


def test_a_rule_recalled_from_memory_defers_where_it_speaks_and_only_there() -> None:
    advised = replace(KINGDOM, history=(Event(IN_LONDON - timedelta(days=60), Happened.DEBT_ADVICE, marks=frozenset({Mark.PLAN_IN_PROGRESS})),))
    rules = {one.rule.name for one in verdict(CALL, advised, IN_LONDON, EVERY).findings}
    assert "hold_while_advice_is_taken" not in rules, "its thirty days are over"


def test_where_earlier_contacts_are_not_known_a_cap_does_not_permit() -> None:
    found = verdict(CALL, replace(STATES, history_from=date(2026, 3, 8)), IN_NEW_YORK, Packs((pack_named("us/reg_f"),)))
    assert found.answer is Answer.REFUSED
    assert all(one.judged.missing is not None for one in found.in_the_way)


# Clocks, midnights and days on which law changes


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("2026-03-08T07:30:00-04:00", Answer.DEFERRED_UNTIL),  # the clock was put forward in the night: this is half past six by the old one
        ("2026-03-08T08:00:01-04:00", Answer.PERMITTED),
        ("2026-11-01T08:00:01-05:00", Answer.PERMITTED),  # put back: nine hours after eleven
        ("2026-11-01T20:59:59-05:00", Answer.PERMITTED),
        ("2026-11-01T21:00:00-05:00", Answer.DEFERRED_UNTIL),
    ],
)
def test_the_day_of_a_clock_change_has_the_hours_of_its_own_clock(at: str, answer: Answer) -> None:
    text = replace(CALL, channel=Channel.CALL)
    assert verdict(text, STATES, datetime.fromisoformat(at), Packs((pack_named("us/reg_f"),))).answer is answer


def test_arizona_keeps_its_clock_when_others_change_theirs() -> None:
    phoenix = replace(STATES, zones=("America/Phoenix",))
    assert verdict(CALL, phoenix, datetime(2026, 7, 14, 14, 30, tzinfo=UTC), EVERY).answer is Answer.DEFERRED_UNTIL
    assert verdict(CALL, replace(STATES, zones=("America/Denver",)), datetime(2026, 7, 14, 14, 30, tzinfo=UTC), EVERY).answer is Answer.PERMITTED


def test_seven_days_over_a_leap_day_are_seven_days() -> None:
    spoke = replace(STATES, history=called(datetime(2028, 2, 25, 12, tzinfo=NEW_YORK), Outcome.CONVERSATION))
    found = verdict(CALL, spoke, datetime(2028, 2, 29, 12, tzinfo=NEW_YORK), EVERY)
    assert found.next_permitted_at == datetime(2028, 3, 3, 8, 0, 1, tzinfo=NEW_YORK)


def test_a_day_of_calls_ends_at_midnight_where_the_debtor_is() -> None:
    three = replace(CHINA, history=called(datetime(2026, 3, 10, 9, tzinfo=BEIJING), Outcome.CONVERSATION, times=3, to=Recipient.DEBTOR))
    standard = Packs((pack_named("china/national_standard"),))
    assert verdict(CALL, three, datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC), standard).answer is Answer.DEFERRED_UNTIL
    found = verdict(CALL, three, datetime(2026, 3, 10, 13, 0, tzinfo=UTC), standard)
    assert found.next_permitted_at == datetime(2026, 3, 11, 8, tzinfo=BEIJING)


def test_a_law_binds_from_the_first_second_of_the_day_on_which_it_comes_into_force() -> None:
    unanswered = replace(CHINA, history=called(datetime(2026, 1, 29, 9, tzinfo=BEIJING), times=6) + called(datetime(2026, 1, 30, 9, tzinfo=BEIJING), times=6))
    association = Packs((pack_named("china/banking_association"), pack_named("china/national_standard")))
    before = verdict(CALL, unanswered, datetime(2026, 1, 29, 20, tzinfo=BEIJING), association)
    since = verdict(CALL, unanswered, datetime(2026, 1, 30, 20, tzinfo=BEIJING), association)
    assert (before.answer, since.answer) == (Answer.PERMITTED, Answer.DEFERRED_UNTIL)


def test_the_same_question_has_the_same_answer_in_whatever_order_the_history_is_told() -> None:
    events = called(IN_NEW_YORK - timedelta(days=3), times=5) + called(IN_NEW_YORK - timedelta(days=9), Outcome.CONVERSATION)
    told = [verdict(CALL, replace(STATES, history=tuple(order)), IN_NEW_YORK, EVERY) for order in (events, reversed(events))]
    assert told[0].answer is told[1].answer
    assert [one.judged.counted for one in told[0].findings] == [one.judged.counted for one in told[1].findings]


def test_one_more_event_of_contact_never_makes_a_cap_permit_more() -> None:
    for count in range(12):
        counted = [
            verdict(CALL, replace(STATES, history=called(IN_NEW_YORK - timedelta(hours=4), times=many)), IN_NEW_YORK, EVERY).reading is Answer.PERMITTED for many in (count, count + 1)
        ]
        assert counted[0] or not counted[1]


def test_consent_to_calls_about_one_debt_is_none_to_calls_about_another_that_is_named_beside_it() -> None:
    """Seven calls about D2; the consumer agreed to more calls about D1. A call about both is one too many about D2."""
    consent = Event(IN_NEW_YORK - timedelta(days=1), Happened.CONSENT, channel=Channel.CALL, marks=frozenset({Mark.DIRECT}), debts=frozenset({"D1"}))
    often = replace(STATES, history=(*called(IN_NEW_YORK - timedelta(days=2), times=7, debts=frozenset({"D2"})), consent))
    to_both = replace(often, history=(*often.history, replace(consent, debts=frozenset({"D2"}))))
    reg_f = Packs((pack_named("us/reg_f"),))
    for debts in ({"D2"}, {"D1", "D2"}):
        assert verdict(replace(CALL, debts=frozenset(debts)), often, IN_NEW_YORK, reg_f).answer is Answer.DEFERRED_UNTIL, debts
        assert verdict(replace(CALL, debts=frozenset(debts)), to_both, IN_NEW_YORK, reg_f).answer is Answer.PERMITTED, debts


# How a pack is read

RULE = """
kind: forbidden
citation: art. 1
source: text of the law
confidence: confirmed
from: 2020-01-01
label: {en: Not at all, zh: 完全不得}
text: {en: Nobody is contacted., zh: 不得联系任何人。}
binds: {act: [contact], purpose: every}
exceptions:
  - {name: for_spouses, label: {en: The spouse may be, zh: 配偶除外}, when: {to: [spouse]}}
  - {name: not_by_telephone, label: {en: Never by telephone, zh: 不得电话}, effect: restores, when: {channel: [call]}}
"""
PACK = "label: {en: A law, zh: 某法}\nplaces: [CN]\nzones: [Asia/Shanghai]\ncovers: {act: [contact]}\n"


def test_two_exceptions_that_contradict_each_other_are_an_error_and_no_answer() -> None:
    packs = Packs((read_pack("cn/made_up", {"pack.yaml": PACK, "nobody.yaml": RULE}, Parameters({})),))
    with pytest.raises(ConflictingExceptions, match="for_spouses, not_by_telephone"):
        verdict(replace(CALL, to=Recipient.SPOUSE), CHINA, IN_CHINA, packs)
    assert verdict(replace(CALL, to=Recipient.SPOUSE, channel=Channel.LETTER), CHINA, IN_CHINA, packs).answer is Answer.PERMITTED
    assert verdict(CALL, CHINA, IN_CHINA, packs).answer is Answer.REFUSED


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: forbidden", "kind: forbiden", "the kind “forbiden” is not known"),
        ("citation: art. 1", "", "missing: citation"),
        ("to: [spouse]", "to: [wife]", "not known: wife"),
        ("to: [spouse]", "whom: [spouse]", "not known: whom"),
        ("purpose: every", "purpose: [chat]", "not known: chat"),
        (", purpose: every", "", "names its purposes"),
        ("zh: 完全不得", "fr: jamais", "missing: zh"),
        ("from: 2020-01-01", "from: soon", "must be a day"),
        ("confidence: confirmed", "confidence: certain", "not known: certain"),
        ("source: text of the law", "source: text of the law\nsource: another", "written twice"),
        ("effect: restores", "effect: restores, colour: red", "not known: colour"),
        ("when: {channel: [call]}", "when: {}", "says when it holds"),
        ("exceptions:", "parameters: {limit: some_limit}\nexceptions:", "no figure is called some_limit"),
    ],
)
def test_a_rule_that_is_half_understood_is_not_used_at_all(old: str, new: str, said: str) -> None:
    assert RULE.count(old) == 1
    with pytest.raises(BadData, match=said):
        read_rule("nobody", RULE.replace(old, new), Parameters({}))


def test_a_figure_that_holds_no_longer_forbids_instead_of_permitting() -> None:
    figures = read_parameters(
        {
            "a.yaml": "limit:\n  question: How many?\n  unit: count\n  values:\n"
            "    - {from: 2020-01-01, value: 3, source: the law, article: '1', confidence: confirmed}\n"
            "    - {from: 2026-01-01, value: null, source: the law, article: '1', confidence: confirmed}\n"
        }
    )
    rule = (
        RULE[: RULE.index("exceptions:")].replace("kind: forbidden", "kind: cap")
        + "parameters: {limit: limit}\nrule: {limit: limit, counts: {kind: [contact]}}\n"
    )
    packs = Packs((read_pack("cn/made_up", {"pack.yaml": PACK, "some.yaml": rule}, figures),))
    assert verdict(CALL, CHINA, datetime(2025, 12, 31, 12, tzinfo=BEIJING), packs).answer is Answer.PERMITTED
    assert verdict(CALL, CHINA, IN_CHINA, packs).answer is Answer.REFUSED


def test_every_pack_that_is_shipped_is_asked() -> None:
    assert {one.pack for one in verdict(CALL, CHINA, IN_CHINA, EVERY).asked} == set(shipped_packs())
    assert {name.split("/")[0] for name in shipped_packs()} == {"china", "house", "india", "uk", "us"}


def test_an_agency_that_is_no_member_is_not_bound_by_the_association() -> None:
    small = replace(CHINA, lender=LenderKind.MICRO_LOAN)
    asked = {one.pack: one.coverage for one in verdict(CALL, small, IN_CHINA, EVERY).asked}
    assert asked["china/banking_association"] is Coverage.OUTSIDE
    assert asked["china/national_standard"] is Coverage.APPLIES
