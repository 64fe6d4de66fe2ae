"""Afterwards it is not asked whether a contact may be made, but whether it broke a rule: what can be concluded, and what cannot?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Mode, Outcome, Product, Purpose, Side
from arrears.check.contact_audit import EARLIER_RESULT, OWN_RESULT, WHAT_ELSE_HAPPENED, WHAT_WAS_SAID, Conclusion, Made, Told, conclusions, not_asked
from arrears.check.contact_audit import Outcome as Concluded
from arrears.engine.conduct_packs import every_pack

BEIJING, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
PACKS = every_pack()
CHINA = Facts(frozenset({"CN"}), ("Asia/Shanghai",), ActorRole.CREDITOR_OWN_NAME, Product.CONSUMER_LOAN, date(2026, 1, 1))
STATES = Facts(frozenset({"US"}), ("America/New_York",), ActorRole.AGENCY, Product.OTHER, date(2026, 1, 1))
NOTHING_ELSE, ALL = Told(said=False, events=False), Told(said=True, events=True)
CALL = Proposed(Act.CONTACT, "lender", Purpose.COLLECTION, Channel.CALL, debts=frozenset({"D1"}), mode=Mode.INTERACTIVE)


def call(at: datetime, outcome: Outcome | None = Outcome.NO_ANSWER) -> Event:
    return Event(at, Happened.CONTACT, Side.COLLECTOR, "lender", channel=Channel.CALL, outcome=outcome, mode=Mode.INTERACTIVE, debts=frozenset({"D1"}), purpose=Purpose.COLLECTION)


def concluded(of: Facts, event: Event, before: tuple[Event, ...] = (), told: Told = NOTHING_ELSE, said: bool = False) -> dict[str, Conclusion]:
    facts = replace(of, history=before)
    worse = [
        replace(facts, history=tuple(replace(one, outcome=one.outcome or worst) for one in before))
        for worst in (Outcome.PENDING, Outcome.CONVERSATION)
        if any(one.outcome is None for one in before)
    ]
    _, found = conclusions(Made(CALL, event, said), facts, worse, replace(facts, history_from=date(1900, 1, 1)), PACKS, told)
    return {"" if one.rule is None else f"{one.pack}/{one.rule.name}": one for one in found}


NOON = datetime(2026, 10, 12, 12, tzinfo=BEIJING)
UNANSWERED = "china/banking_association/six_unanswered_calls_a_day_to_a_number"
SPOKEN = "china/national_standard/three_conversations_a_day"


def test_a_call_at_night_broke_the_rule_whether_or_not_it_was_answered() -> None:
    found = concluded(CHINA, call(NOON.replace(hour=22)))
    assert found["china/national_standard/no_collection_at_night"].outcome is Concluded.BROKE
    assert concluded(CHINA, call(NOON.replace(hour=21, minute=59)))["china/national_standard/no_collection_at_night"].outcome is Concluded.NO_BREACH


def test_a_seventh_call_that_was_answered_was_no_seventh_unanswered_call() -> None:
    before = tuple(call(NOON - timedelta(minutes=10 * place)) for place in range(6, 0, -1))
    assert concluded(CHINA, call(NOON), before)[UNANSWERED].outcome is Concluded.BROKE
    assert concluded(CHINA, call(NOON, Outcome.CONNECTED), before)[UNANSWERED].outcome is Concluded.NO_BREACH


def test_where_its_own_result_is_not_known_it_cannot_be_judged() -> None:
    before = tuple(call(NOON - timedelta(minutes=10 * place)) for place in range(6, 0, -1))
    one = concluded(CHINA, call(NOON, None), before)[UNANSWERED]
    assert (one.outcome, one.missing) == (Concluded.CANNOT_BE_JUDGED, OWN_RESULT)


def test_where_the_result_of_an_earlier_call_could_make_it_a_breach_it_cannot_be_judged() -> None:
    before = tuple(call(NOON - timedelta(minutes=10 * place), Outcome.CONNECTED if place > 1 else None) for place in range(3, 0, -1))
    one = concluded(CHINA, call(NOON, Outcome.CONNECTED), before)[SPOKEN]
    assert (one.outcome, one.missing) == (Concluded.CANNOT_BE_JUDGED, EARLIER_RESULT)
    assert concluded(CHINA, call(NOON, Outcome.CONNECTED), before[1:])[SPOKEN].outcome is Concluded.NO_BREACH, "two of three at worst"


def test_a_rule_that_presumes_gives_a_presumed_breach() -> None:
    noon = datetime(2026, 10, 12, 12, tzinfo=NEW_YORK)
    before = tuple(call(noon - timedelta(hours=3 * place)) for place in range(7, 0, -1))
    found = concluded(STATES, call(noon), before)
    assert found["us/reg_f/seven_calls_in_seven_days"].outcome is Concluded.PRESUMED_BREACH


def test_too_many_are_too_many_whatever_was_before_the_log_and_else_it_cannot_be_judged() -> None:
    noon = datetime(2026, 10, 3, 12, tzinfo=NEW_YORK)
    begins_late = replace(STATES, history_from=date(2026, 10, 1))
    before = tuple(call(noon - timedelta(hours=3 * place)) for place in range(7, 0, -1))
    rule = "us/reg_f/seven_calls_in_seven_days"
    assert concluded(begins_late, call(noon), before)[rule].outcome is Concluded.PRESUMED_BREACH
    assert concluded(begins_late, call(noon), before[1:])[rule].outcome is Concluded.CANNOT_BE_JUDGED


def test_what_the_log_does_not_tell_is_missing_and_not_a_breach() -> None:
    rule = "china/banking_association/the_caller_names_the_institution"
    rule = next(name for name in concluded(CHINA, call(NOON)) if name.endswith("the_caller_names_the_institution"))
    unsaid = concluded(CHINA, call(NOON))[rule]
    assert (unsaid.outcome, unsaid.missing, unsaid.throughout) == (Concluded.CANNOT_BE_JUDGED, WHAT_WAS_SAID, True)
    assert concluded(CHINA, call(NOON), told=ALL, said=True)[rule].outcome is Concluded.BROKE, "told, and not said"


def test_rules_on_what_no_file_tells_are_named_with_the_fact_that_is_missing() -> None:
    law, _ = conclusions(Made(CALL, call(NOON), False), CHINA, (), CHINA, PACKS, NOTHING_ELSE)
    missing = {binding.rule.name: fact for binding, fact in not_asked(law, NOTHING_ELSE)}
    assert set(missing.values()) == {WHAT_WAS_SAID, WHAT_ELSE_HAPPENED}
    assert not not_asked(law, ALL)


def test_a_contact_that_no_pack_covers_cannot_be_judged() -> None:
    found = concluded(replace(CHINA, places=frozenset({"FR"}), zones=("Europe/Paris",)), call(NOON))
    assert found[""].outcome is Concluded.CANNOT_BE_JUDGED
    assert found[""].missing is not None and "FR" in found[""].missing.en


def test_a_request_to_stop_makes_the_next_call_a_breach_and_not_the_one_before() -> None:
    asked = Event(NOON, Happened.CEASE_REQUEST, marks=frozenset({Mark.WRITTEN}))
    noon = NOON.astimezone(NEW_YORK) + timedelta(hours=12)
    broken = [name for name, one in concluded(STATES, call(noon), (asked,), ALL, True).items() if one.outcome is Concluded.BROKE]
    assert any("us/reg_f" in name for name in broken)
