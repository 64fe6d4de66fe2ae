"""A lender sets limits of its own: stricter ones hold, looser ones let nothing through, and what is not understood is named, all of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.house import house_with
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.check.conduct.words import Act, ActorRole, Channel, Happened, Mark, Outcome, Product, Purpose, Side
from arrears.core.problems import BadData
from arrears.engine.conduct_packs import HOUSE, every_pack, house_of, pack_named
from arrears.engine.home import Home
from arrears.engine.use_cases.auditing import Wish, audit

HOW_TO = (Path(__file__).parents[2] / "docs" / "how_to" / "house_limits.md").read_text(encoding="utf-8")
LIMITS, FIGURES, RULE = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.S)
NEW_YORK = ZoneInfo("America/New_York")
OWN_CARDHOLDER = Facts(
    places=frozenset({"US", "US-NJ"}), zones=("America/New_York",), actor=ActorRole.CREDITOR_OWN_NAME, product=Product.CREDIT_CARD, history_from=date(2020, 1, 1)
)
CALL = Proposed(act=Act.CONTACT, party="lender", purpose=Purpose.COLLECTION, channel=Channel.CALL, debts=frozenset({"D1"}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose lender has written what the how-to shows."""
    place = Home(tmp_path)
    write(place, "limits.yaml", LIMITS)
    write(place, "figures.yaml", FIGURES)
    write(place, "rules/one_visit_a_month.yaml", RULE)
    return place


def write(home: Home, name: str, text: str) -> None:
    file = home.house_rules / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def rang(*days: date) -> tuple[Event, ...]:
    return tuple(
        Event(datetime(day.year, day.month, day.day, 10, tzinfo=NEW_YORK), Happened.CONTACT, by=Side.COLLECTOR, party="lender", channel=Channel.CALL, outcome=Outcome.NO_ANSWER)
        for day in days
    )


def asked(home: Home | None, at: datetime, proposed: Proposed = CALL, history: tuple[Event, ...] = ()) -> Verdict:
    return verdict(proposed, replace(OWN_CARDHOLDER, history=history), at.replace(tzinfo=NEW_YORK), every_pack(home=home))


def test_a_stricter_limit_holds_from_its_day_on_and_the_days_before_are_judged_by_what_held_then(home: Home) -> None:
    half_past_eight = {day: asked(home, datetime(2026, *day, 20, 30)).answer for day in ((11, 30), (12, 1))}
    assert half_past_eight == {(11, 30): Answer.PERMITTED, (12, 1): Answer.DEFERRED_UNTIL}
    three = rang(date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9))
    found = asked(home, datetime(2026, 12, 10, 12), history=three)
    assert [one.rule.name for one in found.in_the_way] == ["seven_calls_in_seven_days"]
    assert found.next_permitted_at == datetime(2026, 12, 14, 8, tzinfo=NEW_YORK), "the call of the 7th has left the window, and the hours open at eight"
    assert asked(None, datetime(2026, 12, 10, 12), history=three).answer is Answer.PERMITTED, "what is shipped lets seven pass"


def test_a_looser_limit_lets_nothing_through_that_the_law_forbids(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write(home, "limits.yaml", 'house_contact_closes: [{from: 2026-12-01, value: "23:00", decision: "the desk"}]\nhouse_calls_in_window: [{from: 2026-12-01, value: 99, decision: "the desk"}]\n')
    agency = replace(OWN_CARDHOLDER, actor=ActorRole.AGENCY)
    call = replace(CALL, marks=frozenset({Mark.COLLECTOR_DISCLOSED}))
    late = verdict(call, agency, datetime(2026, 12, 2, 21, 30, tzinfo=NEW_YORK), every_pack(home=home))
    assert {one.pack for one in late.in_the_way} == {"us/reg_f"}
    often = replace(agency, history=rang(*(date(2026, 12, day) for day in range(3, 10))))
    assert {one.pack for one in verdict(call, often, datetime(2026, 12, 9, 12, tzinfo=NEW_YORK), every_pack(home=home)).in_the_way} == {"us/reg_f"}


def test_a_rule_of_the_lender_is_asked_like_every_other(home: Home) -> None:
    visit = replace(CALL, channel=Channel.VISIT)
    before = Event(datetime(2026, 12, 2, 15, tzinfo=NEW_YORK), Happened.CONTACT, by=Side.COLLECTOR, party="lender", channel=Channel.VISIT, outcome=Outcome.NO_ANSWER)
    found = asked(home, datetime(2026, 12, 31, 12), visit, (before,))
    assert [(one.pack, one.rule.name) for one in found.in_the_way] == [(HOUSE, "one_visit_a_month")]
    assert asked(home, datetime(2027, 1, 1, 12), visit, (before,)).answer is Answer.PERMITTED


def test_the_house_alone_never_stands_for_the_law_of_a_place(home: Home) -> None:
    nowhere = replace(OWN_CARDHOLDER, places=frozenset({"BR"}))
    assert verdict(CALL, nowhere, datetime(2026, 12, 2, 12, tzinfo=NEW_YORK), every_pack(home=home)).answer is Answer.REFUSED


def test_without_files_the_house_is_as_it_is_shipped_and_a_change_is_seen_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert house_of(home) == house_of(None) == house_with(pack_named(HOUSE), {})
    write(home, "limits.yaml", LIMITS)
    write(home, ".limits.yaml.swp", "an editor's")
    assert house_of(home).parameters.value_on("house_calls_in_window", date(2026, 12, 1)).whole == 3


def test_a_rule_about_another_act_widens_what_the_house_speaks_of() -> None:
    rule = """
kind: required
citation: house rules, deletion
source: house rules
confidence: confirmed
from: 2026-12-01
label: {en: A person decides on deletion, zh: 删除须由人工决定}
text: {en: Nothing is deleted that no person looked at., zh: 未经人工审核不得删除。}
binds: {act: [deletion]}
rule: {marks: [human_decides]}
"""
    house = house_with(pack_named(HOUSE), {"rules/a_person_decides.yaml": rule})
    assert Act.DELETION in dict(house.covers.wanted)["act"]
    assert house.rules[-1].name == "a_person_decides"


WRONG = {
    "limits.yaml: house_calls: no figure is called so": ("limits.yaml", 'house_calls: [{from: 2026-12-01, value: 3, decision: "x"}]'),
    "house_calls_in_window, value 1: missing: decision": ("limits.yaml", "house_calls_in_window: [{from: 2026-12-01, value: 3}]"),
    "house_calls_in_window, value 1: not known: colour": ("limits.yaml", 'house_calls_in_window: [{from: 2026-12-01, value: 3, decision: "x", colour: red}]'),
    "house_calls_in_window, value 1: from must be a day": ("limits.yaml", 'house_calls_in_window: [{from: tomorrow, value: 3, decision: "x"}]'),
    "house_calls_in_window: expected a list of values": ("limits.yaml", "house_calls_in_window: 3"),
    "“three” is not written as count are": ("limits.yaml", 'house_calls_in_window: [{from: 2026-12-01, value: "three", decision: "x"}]'),
    "-1 is below zero": ("limits.yaml", 'house_calls_in_window: [{from: 2026-12-01, value: -1, decision: "x"}]'),
    "a limit is changed, not taken away": ("limits.yaml", 'house_calls_in_window: [{from: 2026-12-01, value: null, decision: "x"}]'),
    "a time of day stands in quotation marks": ("limits.yaml", 'house_contact_closes: [{from: 2026-12-01, value: 20:00, decision: "x"}]'),
    "the dates must ascend": ("limits.yaml", 'house_messages_daily: [{from: 2027-01-01, value: 1, decision: "x"}, {from: 2026-12-01, value: 2, decision: "x"}]'),
    "from 2026-12-01 on the hours open at 08:00 and close at 07:00": ("limits.yaml", 'house_contact_closes: [{from: 2026-12-01, value: "07:00", decision: "x"}]'),
    "from 2026-12-01 on its window is no day long": ("limits.yaml", 'house_call_window_days: [{from: 2026-12-01, value: 0, decision: "x"}]'),
    "limits.yaml: this is not the YAML we expect": ("limits.yaml", "house_calls_in_window: [{"),
    "Stated twice: house_messages_daily": (
        "figures.yaml",
        'house_messages_daily: {question: How many, unit: count, values: [{from: 2026-12-01, value: 9, source: x, article: "1", confidence: confirmed}]}',
    ),
    "rules/two_messages_a_day.yaml: a rule of this name is shipped": ("rules/two_messages_a_day.yaml", RULE),
    "rules/quiet.yaml: the kind “cup” is not known": ("rules/quiet.yaml", "kind: cup"),
    "notes.txt: a house has limits.yaml": ("notes.txt", "to do"),
}


@pytest.mark.parametrize("says", WRONG)
def test_what_is_not_understood_is_named_by_file_and_field(says: str) -> None:
    name, text = WRONG[says]
    with pytest.raises(BadData, match=re.escape(says)):
        house_with(pack_named(HOUSE), {name: text})


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_permitted_until_it_is_mended(home: Home) -> None:
    write(home, "limits.yaml", "house_calls: 3\nhouse_messages_daily: 1\n")
    write(home, "rules/quiet.yaml", "kind: cup")
    with pytest.raises(BadData) as refusal:
        asked(home, datetime(2026, 12, 2, 12))
    told = refusal.value.what.splitlines()
    assert [re.split(r"(?<=\.yaml): ", line)[0] for line in told] == ["limits.yaml", "limits.yaml", "rules/quiet.yaml"]
    assert "house_calls" in told[0] and "house_messages_daily" in told[1]


def test_a_log_is_held_against_the_lenders_own_limits_of_its_time(home: Home, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    days = ("2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06", "2026-12-07", "2026-12-08", "2026-12-09", "2026-12-10")
    log.write_text("who,when,channel,outcome,debt\n" + "".join(f"A,{day} 12:00,call,no_answer,D1\n" for day in days), encoding="utf-8")

    def broken(whose: Home | None) -> list[tuple[str, int]]:
        wish = Wish(log, places=("US",), zones=("America/New_York",), product=Product.CREDIT_CARD, known_from=date(2026, 1, 1), house=True)
        found = audit(wish, tmp_path / f"report-{whose is not None}", on=date(2026, 12, 31), home=whose, processes=1)
        return [(one["rule"], one["broke"]) for one in found["rules"] if one["broke"]]

    assert broken(None) == []
    assert broken(home) == [("seven_calls_in_seven_days", 1)], "three in seven days since the first of December: the fourth is one too many, and November's is not"
