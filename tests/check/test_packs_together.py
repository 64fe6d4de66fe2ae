"""Stories in which the packs of several laws speak at once: servicemembers, automatic calls, sold debts, insolvency in one city, credit reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.pack import COMPLIANCE, Confirmation, Packs
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, DebtPurpose, Happened, LenderKind, Mark, Outcome, Product, Purpose, Side
from arrears.engine.conduct_packs import every_pack

EVERY = every_pack()
BEIJING, NEW_YORK = datetime.fromisoformat("2026-11-28T10:00:00+08:00"), datetime.fromisoformat("2026-11-28T10:00:00-05:00")
CHINA = Facts(places=frozenset({"CN"}), zones=("Asia/Shanghai",), actor=ActorRole.CREDITOR_OWN_NAME, product=Product.CONSUMER_LOAN, history_from=date(2020, 1, 1))
STATES = Facts(places=frozenset({"US", "US-NY"}), zones=("America/New_York",), actor=ActorRole.CREDITOR_OWN_NAME, product=Product.CREDIT_CARD, history_from=date(2020, 1, 1))
IN_CHINA = Proposed(
    act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.CALL, debts=frozenset({"D1"}), marks=frozenset({Mark.INSTITUTION_NAMED})
)
BOT = Proposed(
    act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.VOICE_BOT, debts=frozenset({"D1"}), point="mobile",
    marks=frozenset({Mark.BOT_DISCLOSED, Mark.RECORDING_NOTICE}),
)  # fmt: skip


def in_the_way(found: Verdict) -> set[str]:
    return {f"{one.pack}/{one.rule.name}" for one in found.in_the_way}


def happened(at: str, kind: Happened, **more: object) -> Event:
    return Event(datetime.fromisoformat(at), kind, **more)  # type: ignore[arg-type]  # fields of an event, named


def test_a_voice_bot_rings_a_mobile_in_new_york_only_with_consent_and_only_once_somebody_stands_for_the_rule() -> None:
    assert "us/tcpa/an_artificial_voice_needs_consent" in in_the_way(verdict(BOT, STATES, NEW_YORK, EVERY))
    consented = replace(STATES, history=(happened("2026-01-10T10:00:00-05:00", Happened.CONSENT, channel=Channel.CALL, point="mobile"),))
    found = verdict(BOT, consented, NEW_YORK, EVERY)
    assert (found.answer, found.reading) == (Answer.DEFERRED_FOR_REVIEW, Answer.PERMITTED)
    unsure = {f"{one.pack}/{one.rule.name}" for one in found.unconfirmed}
    assert unsure == {"us/tcpa/an_artificial_voice_needs_consent"}
    confirmed = tuple(Confirmation(subject, value, "A. Sharma", COMPLIANCE, date(2026, 11, 1)) for subject, value in ((*unsure, ""), ("us_tcpa_withdrawal_days", "10")))
    assert verdict(BOT, consented, NEW_YORK, every_pack(confirmations=confirmed)).answer is Answer.PERMITTED
    withdrawn = replace(consented, history=(*consented.history, happened("2026-11-28T09:00:00-05:00", Happened.CONSENT_WITHDRAWN, channel=Channel.CALL, point="mobile")))
    assert verdict(BOT, withdrawn, NEW_YORK, every_pack(confirmations=confirmed)).answer is Answer.REFUSED


def test_a_person_who_rings_the_same_mobile_needs_no_such_consent() -> None:
    assert verdict(replace(BOT, channel=Channel.CALL), STATES, NEW_YORK, EVERY).answer is Answer.PERMITTED


def test_a_card_debt_from_before_the_service_bears_no_more_than_the_rate_of_the_act() -> None:
    serving = replace(STATES, history=(happened("2026-06-01T00:00:00-04:00", Happened.MILITARY_SERVICE),))
    month = Proposed(act=Act.INTEREST_CHARGE, party="lender", debts=frozenset({"D1"}), period=(date(2026, 10, 1), date(2026, 10, 31)))
    assert in_the_way(verdict(month, serving, NEW_YORK, EVERY)) == {"us/scra/no_interest_above_the_service_rate"}
    assert verdict(replace(month, marks=frozenset({Mark.WITHIN_SERVICE_RATE})), serving, NEW_YORK, EVERY).answer is Answer.PERMITTED
    before = replace(month, period=(date(2026, 5, 1), date(2026, 5, 31)))
    assert verdict(before, replace(serving, history=()), NEW_YORK, EVERY).answer is Answer.PERMITTED


def test_a_debt_sold_three_times_is_no_younger_for_a_credit_report() -> None:
    report = Proposed(act=Act.CREDIT_REPORT, party="buyer", debts=frozenset({"D1"}))
    told = tuple(happened(f"{year}-03-01T10:00:00-05:00", Happened.DELINQUENCY_BEGAN, debts=frozenset({"D1"})) for year in (2019, 2022, 2025))
    assert "us/fcra/nothing_older_than_seven_years" in in_the_way(verdict(report, replace(STATES, history=told), NEW_YORK, EVERY))
    assert verdict(report, replace(STATES, history=told[1:]), NEW_YORK, EVERY).answer is Answer.PERMITTED
    assert "us/fcra/nothing_older_than_seven_years" in in_the_way(verdict(report, STATES, NEW_YORK, EVERY)), "nobody knows how old it is"


def test_who_bought_a_loan_says_so_before_asking_for_it_and_gives_it_to_nobody() -> None:
    buyer = replace(CHINA, actor=ActorRole.DEBT_BUYER)
    assert in_the_way(verdict(IN_CHINA, buyer, BEIJING, EVERY)) == {"china/asset_transfer/a_transfer_binds_from_the_notice"}
    told = replace(buyer, history=(happened("2026-11-20T10:00:00+08:00", Happened.TRANSFER_NOTICE, by=Side.CREDITOR, debts=frozenset({"D1"})),))
    assert verdict(IN_CHINA, told, BEIJING, EVERY).answer is Answer.PERMITTED
    for act in (Act.PLACEMENT, Act.DEBT_TRANSFER):
        assert in_the_way(verdict(Proposed(act=act, party="buyer"), told, BEIJING, EVERY)) & {"china/asset_transfer/the_buyer_collects_itself", "china/asset_transfer/the_buyer_sells_nothing_on"}


def test_a_bulk_sale_waits_for_a_person_while_the_pilot_is_said_to_run_and_is_refused_after_it() -> None:
    sale = Proposed(act=Act.DEBT_TRANSFER, party="lender", marks=frozenset({Mark.IN_BULK}))
    answers = [verdict(sale, CHINA, datetime.fromisoformat(day), EVERY).answer for day in ("2026-12-31T10:00:00+08:00", "2027-01-01T10:00:00+08:00")]
    assert answers == [Answer.DEFERRED_FOR_REVIEW, Answer.REFUSED]


@pytest.mark.parametrize("act", [Act.CONTACT, Act.PLACEMENT, Act.SUIT, Act.INTEREST_CHARGE])
def test_a_case_that_the_court_of_shenzhen_accepted_is_neither_dunned_nor_placed_nor_sued_nor_charged(act: Act) -> None:
    insolvent = replace(CHINA, places=frozenset({"CN", "CN-GD", "CN-GD-SZ"}), history=(happened("2026-11-01T10:00:00+08:00", Happened.INSOLVENCY, by=Side.AUTHORITY),))
    asked = IN_CHINA if act is Act.CONTACT else Proposed(act=act, party="lender", debts=frozenset({"D1"}))
    assert "china/personal_insolvency/an_accepted_case_stops_collection" in in_the_way(verdict(asked, insolvent, BEIJING, EVERY))
    assert verdict(Proposed(act=Act.PROOF_OF_CLAIM, party="lender", debts=frozenset({"D1"})), insolvent, BEIJING, EVERY).answer is Answer.PERMITTED


def test_outside_shenzhen_no_law_of_china_knows_the_insolvency_of_a_person_and_who_may_be_in_shenzhen_is_left_alone() -> None:
    history = (happened("2026-11-01T10:00:00+08:00", Happened.INSOLVENCY, by=Side.AUTHORITY),)
    for elsewhere in ({"CN", "CN-SH"}, {"CN", "CN-GD", "CN-GD-GZ"}):
        assert verdict(IN_CHINA, replace(CHINA, places=frozenset(elsewhere), history=history), BEIJING, EVERY).answer is Answer.PERMITTED
    for perhaps in ({"CN"}, {"CN", "CN-GD"}):
        found = verdict(IN_CHINA, replace(CHINA, places=frozenset(perhaps), history=history), BEIJING, EVERY)
        assert in_the_way(found) == {"china/personal_insolvency/an_accepted_case_stops_collection"}
        assert "not known" in str(found.in_the_way[0].judged.missing and found.in_the_way[0].judged.missing.en)
    assert verdict(IN_CHINA, replace(CHINA, places=frozenset({"CN", "CN-GD", "CN-GD-SZ"})), BEIJING, EVERY).answer is Answer.PERMITTED, "nobody is insolvent"


def test_a_machine_that_rings_in_china_is_labelled_as_one() -> None:
    assert in_the_way(verdict(replace(BOT, marks=BOT.marks | {Mark.INSTITUTION_NAMED}), CHINA, BEIJING, EVERY)) == {"china/generated_content/a_machine_voice_is_labelled"}
    labelled = replace(BOT, marks=BOT.marks | {Mark.INSTITUTION_NAMED, Mark.GENERATED_CONTENT_LABELLED})
    assert verdict(labelled, CHINA, BEIJING, EVERY).answer is Answer.PERMITTED


# Where only the country is known


CALLS = tuple(
    happened(f"2026-11-{day}T10:00:00-05:00", Happened.CONTACT, by=Side.COLLECTOR, channel=Channel.CALL, outcome=Outcome.NO_ANSWER, debts=frozenset({"D1"}))
    for day in (24, 25, 26)
)
CALL = replace(BOT, channel=Channel.CALL)


def test_three_calls_of_a_week_are_too_many_where_the_state_is_not_known_and_the_answer_says_what_to_find_out() -> None:
    found = verdict(CALL, replace(STATES, places=frozenset({"US"}), history=CALLS), NEW_YORK, EVERY)
    assert {name.rpartition("/")[0] for name in in_the_way(found)} == {"us/massachusetts", "us/new_york_city"}
    assert {str(one.judged.missing and one.judged.missing.en) for one in found.in_the_way} == {
        f"The state, nation or city of the debtor within US is not known; in {place} this is law." for place in ("US-MA", "US-NY-NYC")
    }
    assert {(one.pack, one.coverage.value) for one in found.asked if one.pack in ("us/massachusetts", "us/new_york_city")} == {
        ("us/massachusetts", "perhaps"), ("us/new_york_city", "perhaps"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("places", "laws"),
    [
        ({"US", "US-NJ"}, set()),
        ({"US", "US-MA"}, {"us/massachusetts"}),
        ({"US", "US-NY"}, {"us/new_york_city"}),
        ({"US", "US-NY", "US-NY-NYC"}, {"us/new_york_city"}),
        ({"US", "US-NY", "US-NY-BUF"}, set()),
        ({"US", "US-MA", "US-NY", "US-NY-BUF"}, {"us/massachusetts"}),
    ],
)
def test_a_state_or_city_that_is_known_rules_its_sisters_out(places: set[str], laws: set[str]) -> None:
    found = verdict(CALL, replace(STATES, places=frozenset(places), history=CALLS), NEW_YORK, EVERY)
    assert {name.rpartition("/")[0] for name in in_the_way(found)} == laws
    perhaps = places == {"US", "US-NY"}
    assert all((one.judged.missing is not None) is perhaps for one in found.in_the_way), "what is known is not asked for"


def test_a_breathing_space_holds_wherever_in_the_kingdom_the_debtor_may_be_and_not_in_scotland() -> None:
    protected = Facts(
        frozenset({"GB"}), ("Europe/London",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1),
        history=(happened("2026-11-20T10:00:00+00:00", Happened.MORATORIUM, by=Side.AUTHORITY),),
    )  # fmt: skip
    noon = datetime.fromisoformat("2026-11-27T12:00:00+00:00")
    assert "uk/breathing_space/no_pursuit_in_standard_breathing_space" in in_the_way(verdict(IN_CHINA, protected, noon, EVERY))
    scottish = verdict(IN_CHINA, replace(protected, places=frozenset({"GB", "GB-SCT"})), noon, EVERY)
    assert "uk/breathing_space/no_pursuit_in_standard_breathing_space" not in in_the_way(scottish)


def test_the_law_of_a_part_that_may_not_be_the_right_one_does_not_stand_for_the_law_of_the_country() -> None:
    city = Packs(tuple(one for one in EVERY.packs if one.name in ("us/new_york_city", "house/limits")))
    found = verdict(CALL, replace(STATES, places=frozenset({"US"})), NEW_YORK, city)
    assert [str(one.en) for one in found.refused_because] == ["No rule pack covers this act, product or actor in US."]
    assert verdict(CALL, replace(STATES, places=frozenset({"US", "US-NY", "US-NY-NYC"})), NEW_YORK, city).reading is Answer.PERMITTED


# Consents that are taken back, and agreements without an end


@pytest.mark.parametrize(("second", "answer"), [("09:59:59", Answer.REFUSED), ("10:00:00", Answer.REFUSED), ("10:00:01", Answer.PERMITTED)])
def test_a_consent_that_is_taken_back_in_the_very_second_of_the_call_is_none(second: str, answer: Answer) -> None:
    confirmed = tuple(
        Confirmation(subject, value, "A. Sharma", COMPLIANCE, date(2026, 11, 1))
        for subject, value in (("us/tcpa/an_artificial_voice_needs_consent", ""), ("us_tcpa_withdrawal_days", "10"))
    )
    consented = happened("2026-01-10T10:00:00-05:00", Happened.CONSENT, channel=Channel.CALL, point="mobile")
    taken_back = happened(f"2026-11-28T{second}-05:00", Happened.CONSENT_WITHDRAWN, channel=Channel.CALL, point="mobile")
    found = verdict(BOT, replace(STATES, places=frozenset({"US", "US-NJ"}), history=(consented, taken_back)), NEW_YORK, every_pack(confirmations=confirmed))
    assert found.answer is answer


def test_a_cease_request_that_is_taken_back_in_the_very_second_still_stands() -> None:
    agency = replace(STATES, actor=ActorRole.AGENCY, places=frozenset({"US", "US-NJ"}))
    asked = happened("2026-11-10T10:00:00-05:00", Happened.CEASE_REQUEST, marks=frozenset({Mark.WRITTEN}))
    for second, stands in (("09:59:59", False), ("10:00:00", True)):
        back = happened(f"2026-11-28T{second}-05:00", Happened.CEASE_WITHDRAWN)
        assert any("cease" in name for name in in_the_way(verdict(CALL, replace(agency, history=(asked, back)), NEW_YORK, EVERY))) is stands


def test_what_a_pack_says_lies_outside_is_left_to_the_other_laws_and_the_house() -> None:
    business = replace(STATES, debt_purpose=DebtPurpose.BUSINESS, product=Product.BUSINESS_LOAN)
    found = verdict(replace(BOT, channel=Channel.EMAIL, marks=frozenset()), business, NEW_YORK, EVERY)
    outside = {one.pack for one in found.asked if one.coverage.value == "outside"}
    assert outside >= {"us/esign", "us/tcpa", "us/reg_f"}
    assert found.answer is Answer.PERMITTED
    assert verdict(IN_CHINA, replace(CHINA, lender=LenderKind.UNLICENSED), BEIJING, EVERY).answer is Answer.PERMITTED


def test_a_pack_that_says_nothing_of_interest_does_not_know_that_interest_lies_outside() -> None:
    interest = Proposed(act=Act.INTEREST_CHARGE, party="lender", debts=frozenset({"D1"}), period=(date(2026, 11, 1), date(2026, 11, 28)))
    found = verdict(interest, CHINA, BEIJING, EVERY)
    assert found.answer is Answer.REFUSED
    assert [str(one.en) for one in found.refused_because] == ["No rule pack covers this act, product or actor in CN."]
