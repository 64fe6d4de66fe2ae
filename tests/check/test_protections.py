"""What do holds, consents, refusals and advisers come to when somebody wants to call?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arrears.casefile.facts.consent import ConsentGiven, ConsentTo, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut, Lateness, RuledOut
from arrears.casefile.facts.hold import (
    EFFECTS,
    ENDED_BY_LAW,
    Blocked,
    Hold,
    HoldKind,
    HoldLifted,
    HoldReviewed,
    HoldScope,
    HoldTerms,
    MayLift,
    StillAllowed,
)
from arrears.casefile.facts.hold_words import HOLD_WORDS, MAY_LIFT_WORDS
from arrears.casefile.facts.representation import AdviserEnded, AdviserKind, AdviserNamed, AuthorityChecked, AuthorityFinding, NamedBy
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Product, Purpose, Recipient
from arrears.check.protections import BLOCKS, OF_LAW, debt_of, events_of
from arrears.engine.conduct_packs import every_pack

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 10, 30, tzinfo=SHANGHAI)
TODAY = NOW.date()
DEBT, OTHER_DEBT = 501, 502
CALL = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, Channel.CALL, debts=frozenset({debt_of(DEBT)}), point="138", marks=frozenset({Mark.INSTITUTION_NAMED, Mark.HUMAN_DECIDES}))
TEXT = replace(CALL, channel=Channel.TEXT, purpose=Purpose.COLLECTION, point="138")
PACKS = every_pack()


def asked(facts: list[object], proposed: Proposed = CALL, at: datetime = NOW, country: str = "CN") -> Verdict:
    known = Facts(frozenset({country}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1), history=events_of(facts))
    return verdict(proposed, known, at, PACKS)


def may(facts: list[object], proposed: Proposed = CALL, at: datetime = NOW) -> bool:
    """Does nothing stand in the way by the figures alone?"""
    return asked(facts, proposed, at).reading is Answer.PERMITTED


def hold(kind: HoldKind = HoldKind.OTHER, from_on: date = date(2026, 3, 1), to_on: date | None = None) -> Hold:
    effect = EFFECTS[kind]
    return Hold(7, 2, kind, "in words", from_on, to_on, effect.blocks, effect.may_lift)


def terms(scope: HoldScope = HoldScope.PERSON, accounts: tuple[int, ...] = (), channel: str = "", point: str = "", allows: tuple[StillAllowed, ...] = ()) -> HoldTerms:
    return HoldTerms(7, 2, scope, accounts, channel, point, allows, "lin", date(2026, 4, 1), date(2026, 3, 1))


def test_without_any_protection_the_call_may_be_made():
    assert may([])
    assert may([], TEXT)


# ---- holds


@pytest.mark.parametrize("kind", HoldKind)
def test_every_kind_of_hold_blocks_what_it_says_and_allows_what_it_says(kind):
    effect, placed = EFFECTS[kind], [hold(kind)]
    proposals = {
        Blocked.CONTACT: CALL,
        Blocked.LEGAL: Proposed(Act.SUIT, "lender", debts=frozenset({debt_of(DEBT)})),
        Blocked.PLACEMENT: Proposed(Act.PLACEMENT, "lender", debts=frozenset({debt_of(DEBT)})),
        Blocked.CHARGES: Proposed(Act.INTEREST_CHARGE, "lender", debts=frozenset({debt_of(DEBT)}), period=(date(2026, 3, 5), date(2026, 3, 9))),
        Blocked.CREDIT_REPORT: Proposed(Act.CREDIT_REPORT, "lender", debts=frozenset({debt_of(DEBT)})),
        Blocked.AUTOMATION: replace(CALL, marks=CALL.marks - {Mark.HUMAN_DECIDES}),
    }
    for block, proposed in proposals.items():
        country = "US" if block is Blocked.CHARGES else "CN"  # No pack of China speaks of charges, and without a law no rule is asked.
        rules = {finding.rule.name for finding in asked(placed, proposed, country=country).in_the_way if finding.pack == "house/holds"}
        if block in effect.blocks:
            assert rules, f"{kind} does not block {block}"
        elif block is not Blocked.AUTOMATION:
            assert not rules, f"{kind} blocks {block}: {rules}"
    for allowed in (StillAllowed.ANSWER, StillAllowed.RECEIPT, StillAllowed.STATUTORY_NOTICE, StillAllowed.REMINDER):
        found = asked(placed, replace(CALL, purpose=Purpose(allowed.value)))
        held = {finding.rule.name for finding in found.in_the_way if finding.pack == "house/holds"}
        assert bool(held) == (Blocked.CONTACT in effect.blocks and allowed not in effect.allows), f"{kind}, {allowed}: {held}"


def test_a_hold_in_the_way_says_in_both_languages_what_it_is_and_who_may_lift_it():
    found = asked([hold(HoldKind.IMPRISONED)])
    assert found.answer is Answer.REFUSED and found.next_permitted_at is None
    says = next(finding for finding in found.in_the_way if finding.rule.name == "a_hold_stops_collection").used[0].says
    assert says is not None
    assert says.en == "In prison, since 2026-03-01; ends when a manager lifts it, asked again on 2026-05-30"
    assert says.zh == "服刑中，自2026-03-01起；由主管解除，2026-05-30复核"


@pytest.mark.parametrize(("local", "permitted"), [
    ("2026-02-28T17:59", True), ("2026-02-28T18:00", False), ("2026-03-01T09:00", False), ("2026-03-09T21:00", False), ("2026-03-10T08:30", True),
])
def test_a_hold_begins_when_its_day_begins_anywhere_and_ends_with_the_day_before_it_is_lifted(local, permitted):
    facts = [hold(), HoldLifted(7, 2, date(2026, 3, 10), "settled", MayLift.MANAGER)]
    assert may(facts, at=datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)) is permitted


@pytest.mark.parametrize("kind", HoldKind)
@pytest.mark.parametrize("days_after", [0, 1, 400])
def test_only_a_period_that_the_law_ends_is_over_by_its_date(kind, days_after):
    last = date(2026, 3, 9)
    later = NOW + timedelta(days=days_after)
    found = asked([hold(kind, to_on=last)], at=later)
    held = any(finding.pack == "house/holds" and finding.in_the_way for finding in found.findings)
    blocks = Blocked.CONTACT in EFFECTS[kind].blocks
    assert held == (blocks and kind not in ENDED_BY_LAW)


def test_a_hold_that_was_kept_at_its_review_is_asked_about_on_the_new_day():
    facts = [hold(), terms(), HoldReviewed(7, 2, "still open", "lin", date(2026, 6, 1), date(2026, 4, 1))]
    says = events_of(facts)[0].says
    assert says is not None and says.en.endswith("asked again on 2026-06-01")


@pytest.mark.parametrize(("own", "proposed", "permitted"), [
    (terms(), CALL, False),
    (terms(HoldScope.DEBT, (DEBT,)), CALL, False),
    (terms(HoldScope.DEBT, (OTHER_DEBT,)), CALL, True),
    (terms(HoldScope.DEBT, (OTHER_DEBT, DEBT)), CALL, False),
    (terms(HoldScope.DEBT, (OTHER_DEBT,)), replace(CALL, debts=frozenset()), False),
    (terms(HoldScope.CONTACT_POINT, channel="call"), CALL, False),
    (terms(HoldScope.CONTACT_POINT, channel="call"), TEXT, True),
    (terms(HoldScope.CONTACT_POINT, channel="voicemail"), CALL, False),
    (terms(HoldScope.CONTACT_POINT, point="138"), CALL, False),
    (terms(HoldScope.CONTACT_POINT, point="139"), CALL, True),
    (terms(HoldScope.OBLIGOR), CALL, False),
])
def test_a_hold_reaches_as_far_as_its_scope(own, proposed, permitted):
    held = any(finding.pack == "house/holds" and finding.in_the_way for finding in asked([hold(), own], proposed).findings)
    assert held is not permitted


def test_a_hold_of_one_obligor_does_not_hold_another():
    def held(own: HoldTerms) -> bool:
        return any(finding.pack == "house/holds" and finding.in_the_way for finding in asked([hold(), own], replace(CALL, to=Recipient.GUARANTOR)).findings)

    assert held(terms(HoldScope.PERSON))
    assert not held(terms(HoldScope.OBLIGOR))


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("channel", Channel)
def test_distress_stops_every_channel_for_every_purpose_whatever_its_terms_say(purpose, channel):
    facts = [Hold(7, 2, HoldKind.DISTRESS, "spoke of self-harm", TODAY, None, (Blocked.CHARGES,), MayLift.COLLECTOR),
             terms(HoldScope.CONTACT_POINT, channel="letter", allows=tuple(StillAllowed))]
    assert not may(facts, replace(CALL, purpose=purpose, channel=channel))


def test_the_end_of_one_hold_does_not_end_another_of_its_kind():
    first, second = hold(HoldKind.COMPLAINT), replace(hold(HoldKind.COMPLAINT, date(2026, 3, 2)), hold_id=8)
    assert not may([first, second, HoldLifted(7, 2, date(2026, 3, 5), "answered", MayLift.MANAGER)])
    assert may([first, second, HoldLifted(7, 2, date(2026, 3, 5), "answered", MayLift.MANAGER), HoldLifted(8, 2, date(2026, 3, 6), "answered", MayLift.MANAGER)])


def test_a_moratorium_is_counted_by_the_law_from_the_day_on_which_it_began():
    (event,) = [one for one in events_of([hold(HoldKind.BREATHING_SPACE)]) if one.kind is Happened.MORATORIUM]
    assert {event.at.astimezone(ZoneInfo(zone)).date() for zone in ("Europe/London", "Asia/Shanghai", "America/Los_Angeles", "Asia/Kolkata")} == {date(2026, 3, 1)}


def test_every_kind_of_hold_has_an_effect_and_words_and_every_word_of_law_is_one_of_the_rules():
    assert set(EFFECTS) == set(HOLD_WORDS) == set(HoldKind)
    assert set(MAY_LIFT_WORDS) == set(MayLift) and set(BLOCKS) == set(Blocked)
    assert {kind for kind, _ in OF_LAW.values()} <= set(Happened)
    assert all(effect.review_after_days >= 1 and effect.blocks for effect in EFFECTS.values())


@pytest.mark.parametrize(("kind", "days_after", "charged"), [
    (HoldKind.CRISIS_BREATHING_SPACE, 0, False), (HoldKind.CRISIS_BREATHING_SPACE, 30, False), (HoldKind.CRISIS_BREATHING_SPACE, 31, True),
])
def test_lifting_a_hold_does_not_shorten_what_the_law_lets_go_on_after_its_end(kind, days_after, charged):
    lifted = date(2026, 3, 10)
    known = Facts(
        frozenset({"GB", "GB-ENG"}), ("Europe/London",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2020, 1, 1),
        history=events_of([hold(kind), HoldLifted(7, 2, lifted, "treatment ended", MayLift.COMPLIANCE)]))
    at = datetime.combine(lifted + timedelta(days=days_after), datetime.min.time(), UTC) + timedelta(hours=11)
    found = verdict(replace(CALL, marks=frozenset({Mark.HUMAN_DECIDES})), known, at, PACKS)
    rules = {finding.rule.name for finding in found.in_the_way}
    assert ("no_pursuit_in_crisis_breathing_space" in rules) is not charged
    assert "a_hold_stops_collection" not in rules


def test_the_end_is_told_only_once_no_hold_of_that_kind_stands():
    first, second = hold(HoldKind.MILITARY_SERVICE), replace(hold(HoldKind.MILITARY_SERVICE, date(2026, 3, 2)), hold_id=8)
    one, other = (HoldLifted(number, 2, date(2026, 3, day), "discharged", MayLift.COMPLIANCE) for number, day in ((7, 5), (8, 9)))

    def ends(*facts: object) -> list[date]:
        return [event.at.date() for event in events_of(facts) if event.kind is Happened.MILITARY_SERVICE_ENDED]

    assert ends(first, second) == ends(first, second, one) == []
    assert ends(first, second, one, other) == [date(2026, 3, 9)]


# ---- consents


def agreed(subject: ConsentTo = ConsentTo.TIME, **other: object) -> ConsentGiven:
    common = {
        "recipient": "debtor", "channel": "", "point": "", "account_id": None, "opens": "21:30", "closes": "23:00", "given_at": datetime(2026, 3, 1, 3, tzinfo=UTC),
        "until_on": date(2026, 3, 31), "lateness": Lateness.AFTER_LATE, "is_direct": True, "is_complete": True, "is_revocable": True, "evidence_id": None, "words": "call me late",
    }
    return ConsentGiven(consent_id=3, party_id=2, subject=subject, **{**common, **other})  # type: ignore[arg-type]


NIGHT = datetime(2026, 3, 10, 22, tzinfo=SHANGHAI)
WITHDRAWN = ConsentWithdrawn(3, 2, datetime(2026, 3, 10, 9, tzinfo=SHANGHAI), None, "no more")


@pytest.mark.parametrize(("facts", "permitted"), [
    ([], False),
    ([agreed()], True),
    ([agreed(lateness=Lateness.BEFORE_LATE)], False),
    ([agreed(lateness=Lateness.UNKNOWN)], False),
    ([agreed(until_on=None)], False),
    ([agreed(is_revocable=False)], False),
    ([agreed(until_on=date(2026, 3, 10))], True),
    ([agreed(until_on=date(2026, 3, 9))], False),
    ([agreed(opens="22:01")], False),
    ([agreed(opens="22:00")], True),
    ([agreed(closes="22:00")], False),
    ([agreed(given_at=datetime(2026, 3, 11, tzinfo=UTC))], False),
    ([agreed(ConsentTo.CHANNEL)], False),
    ([agreed(), WITHDRAWN], False),
    ([agreed(), replace(WITHDRAWN, consent_id=4)], True),
    ([agreed(), WITHDRAWN, replace(agreed(), consent_id=9, given_at=datetime(2026, 3, 10, 20, tzinfo=SHANGHAI))], True),
])
def test_an_agreement_on_the_hour_lifts_the_night_only_if_it_is_what_it_must_be(facts, permitted):
    assert may(facts, at=NIGHT) is permitted


@pytest.mark.parametrize(("fact", "kind", "marks"), [
    (agreed(ConsentTo.CHANNEL), Happened.CONSENT, {Mark.DIRECT, Mark.COMPLETE, Mark.AFTER_LATENESS}),
    (agreed(ConsentTo.CHANNEL, is_direct=False, is_complete=False, lateness=Lateness.UNKNOWN), Happened.CONSENT, set()),
    (agreed(ConsentTo.FREQUENCY), Happened.FREQUENCY_AGREED, {Mark.DIRECT, Mark.COMPLETE, Mark.AFTER_LATENESS}),
    (agreed(ConsentTo.CALL_BACK), Happened.CALLBACK_INVITED, {Mark.DIRECT, Mark.COMPLETE, Mark.AFTER_LATENESS}),
    (agreed(ConsentTo.ELECTRONIC_NOTICES), Happened.ESIGN_CONSENT, {Mark.DIRECT, Mark.COMPLETE, Mark.AFTER_LATENESS}),
    (agreed(ConsentTo.DATA_SHARING, lateness=Lateness.BEFORE_LATE), Happened.CONSENT, {Mark.DIRECT, Mark.COMPLETE, Mark.SEPARATE_CONSENT}),
])
def test_a_consent_says_to_the_rules_what_it_is_and_no_more(fact, kind, marks):
    (event,) = events_of([fact])
    assert (event.kind, event.marks) == (kind, frozenset(marks))


# ---- refusals


def refused(what: RuledOut = RuledOut.EVERYTHING, **other: object) -> ContactRuledOut:
    common = {
        "channel": "", "point": "", "place": "", "account_id": None, "opens": "", "closes": "", "only_inside": False, "is_written": False,
        "asked_at": datetime(2026, 3, 1, 3, tzinfo=UTC), "evidence_id": None, "words": "stop",
    }
    return ContactRuledOut(request_id=4, party_id=2, what=what, **{**common, **other})  # type: ignore[arg-type]


AGAIN = ContactOpenedAgain(4, 2, datetime(2026, 3, 9, 9, tzinfo=SHANGHAI), None, "write to me again")


@pytest.mark.parametrize(("facts", "proposed", "permitted"), [
    ([refused()], CALL, False),
    ([refused()], TEXT, False),
    ([refused()], replace(TEXT, purpose=Purpose.STATUTORY_NOTICE), True),
    ([refused(), AGAIN], CALL, True),
    ([refused(), replace(AGAIN, request_id=5)], CALL, False),
    ([refused(), replace(AGAIN, opened_at=NOW + timedelta(days=1))], CALL, False),
    ([refused(RuledOut.CHANNEL, channel="text")], TEXT, False),
    ([refused(RuledOut.CHANNEL, channel="text")], CALL, True),
    ([refused(RuledOut.CHANNEL, channel="voice_bot")], CALL, False),
    ([refused(RuledOut.CHANNEL, point="138")], CALL, False),
    ([refused(RuledOut.CHANNEL, point="138")], replace(CALL, point="139"), True),
    ([refused(RuledOut.CHANNEL, channel="text"), AGAIN], TEXT, True),
    ([refused(asked_at=NOW + timedelta(minutes=1))], CALL, True),
])
def test_a_no_is_kept_as_far_as_it_was_said_until_the_person_takes_it_back(facts, proposed, permitted):
    assert may(facts, proposed) is permitted


def test_taking_one_refusal_back_leaves_the_other():
    both = [refused(RuledOut.CHANNEL, channel="text"), replace(refused(RuledOut.CHANNEL, channel="text", point="138"), request_id=6)]
    assert not may([*both, AGAIN], TEXT)


# ---- advisers

NAMED = AdviserNamed(5, 2, AdviserKind.COMMERCIAL, "Clean Slate Ltd", "office@example", None, NamedBy.ADVISER, datetime(2026, 3, 2, 3, tzinfo=UTC), None, "we act for Mr Lin")
TELL_ADVISER = replace(CALL, to=Recipient.ADVISER, channel=Channel.EMAIL, marks=frozenset({Mark.MENTIONS_DEBT}))


def seen(finding: AuthorityFinding, at: datetime = datetime(2026, 3, 5, 3, tzinfo=UTC)) -> AuthorityChecked:
    return AuthorityChecked(5, 2, finding, "lin", at, None, "looked")


@pytest.mark.parametrize(("facts", "presses_debtor", "tells_adviser"), [
    ([], True, False),
    ([NAMED], False, False),
    ([NAMED, seen(AuthorityFinding.VERIFIED)], False, True),
    ([NAMED, seen(AuthorityFinding.VERIFIED, NOW + timedelta(days=1))], False, False),
    ([NAMED, seen(AuthorityFinding.NOT_SHOWN)], True, False),
    ([NAMED, seen(AuthorityFinding.DENIED)], True, False),
    ([NAMED, seen(AuthorityFinding.VERIFIED), AdviserEnded(5, 2, datetime(2026, 3, 8, 3, tzinfo=UTC), None, "over")], True, False),
    ([NAMED, seen(AuthorityFinding.VERIFIED), seen(AuthorityFinding.DENIED, datetime(2026, 3, 7, 3, tzinfo=UTC))], True, False),
    ([NAMED, AdviserEnded(6, 2, datetime(2026, 3, 8, 3, tzinfo=UTC), None, "over")], False, False),
])
def test_an_adviser_without_authority_stops_collection_and_learns_nothing(facts, presses_debtor, tells_adviser):
    assert may(facts) is presses_debtor
    house = [finding for finding in asked(facts, TELL_ADVISER).findings if finding.rule.name == "an_adviser_shows_authority_first"]
    assert [finding.in_the_way for finding in house] == [not tells_adviser]


def test_the_debtor_who_asks_is_answered_while_an_adviser_acts():
    assert may([NAMED, seen(AuthorityFinding.VERIFIED)], replace(CALL, purpose=Purpose.ANSWER))
