"""Is a wrongly written story refused field by field, in plain words, with the line of each fault?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from arrears.core.problems import BadData, WrongCall
from arrears.engine.stories.delivering import write_delivery
from arrears.engine.stories.telling import StoryNotValid, read_story, story_schema
from arrears.engine.use_cases.playing_stories import policy_of, shipped_stories, stories_dir, story_in, story_meant, told
from arrears.engine.use_cases.policies import shipped_policies

GOOD = (stories_dir() / "hardship.yaml").read_text(encoding="utf-8")
SCENES = {
    "first_time_small", "first_time_large", "habitual", "several_debts", "enterprise_invoices", "dispute", "bereavement", "hardship", "refuser", "back_from_court",
}
FAULTS = {
    "a misspelt key": ("policy: consumer_loans_cn", "polici: consumer_loans_cn", ["story: “polici” is not known here", "story: policy is missing (line"]),
    "a treatment left out": ("{person: liu, treatment: gentle_reminder_sms,", "{person: liu,", ["story: days 1: expect 1: treatment is missing"]),
    "money with a point": ("amount_minor: 540000", "amount_minor: 5400.00", ["instalments: amount_minor is not a whole number"]),
    "a day that is none": ("day: 2026-02-14", "day: soon", ["story: days 1: day is not a day such as 2026-03-01"]),
    "one language alone": ("why: {en: A gentle reminder., zh: 温和提醒。}", "why: {en: A gentle reminder.}", ["why needs a text in en and one in zh"]),
    "an unknown outcome": ("outcome: no_answer", "outcome: shouted", ["outcome “shouted” is none of message_delivered"]),
    "an unknown person": ("{what: contact, person: liu, channel: sms", "{what: contact, person: lui, channel: sms", ["day 2026-02-14: nobody is called “lui”"]),
    "an unknown account": ("{what: paid, account: loan, amount_minor: 50000}", "{what: paid, account: lone, amount_minor: 50000}", ["no account is called “lone”"]),
    "a channel of the other side": ("channel: sms, outcome", "channel: text, outcome", ["channel “text” is none of phone, sms"]),
    "days in the wrong order": ("day: 2026-02-17", "day: 2026-02-10", ["day 2026-02-10: does not come after 2026-02-14"]),
    "a hold lifted that never stood": ("what: lifted\n        person: liu\n        kind: hardship", "what: lifted\n        person: liu\n        kind: dispute", ["no such hold stands"]),
    "a contact without what came of it": (", outcome: no_answer", "", ["contact needs outcome"]),
    "more paid than there is": ("paid: {items: 11}", "paid: {items: 37}", ["paid counts instalments, and there are not so many"]),
    "a key written twice": ("currency: CNY", "currency: CNY\ncurrency: USD", ["the key “currency” is written twice"]),
}


@pytest.mark.parametrize(("was", "becomes", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_line(was: str, becomes: str, said: list[str]) -> None:
    assert was in GOOD, "the planted fault has lost its ground"
    line = GOOD[: GOOD.index(was)].count("\n") + 1
    with pytest.raises(StoryNotValid) as refused:
        read_story(GOOD.replace(was, becomes, 1), "hers.yaml")
    for words in said:
        assert words in refused.value.what
    named = [int(part.split(")")[0]) for part in refused.value.what.split("(line ")[1:]]
    assert any(abs(one - line) <= 2 for one in named) or "is missing" in refused.value.what, (named, line)


def test_every_fault_is_listed_at_once() -> None:
    with pytest.raises(StoryNotValid) as refused:
        read_story(GOOD.replace("outcome: no_answer", "outcome: shouted").replace("currency: CNY", "currency: yuan"), "hers.yaml")
    assert "shouted" in refused.value.what
    with pytest.raises(StoryNotValid, match="“yuan” is no code"):
        read_story(GOOD.replace("currency: CNY", "currency: yuan"), "hers.yaml")


@pytest.mark.parametrize("text", ["", "[1]", "a: [", "\x00"], ids=["nothing", "a list", "half a list", "no text"])
def test_what_is_no_story_at_all_is_refused(text: str) -> None:
    with pytest.raises(StoryNotValid):
        read_story(text, "hers.yaml")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="first_time_small"):
        story_meant("first_time_tiny")
    file = tmp_path / "odd.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadData):
        story_in(file)


def test_every_scene_is_told_and_every_shipped_policy_of_the_trade_appears() -> None:
    known = shipped_stories()
    assert set(known) == SCENES and all(name == one.story for name, one in known.items())
    assert {one.policy for one in known.values()} == {"consumer_loans_cn", "cards_us", "invoices", "small_ticket"}
    for name, one in known.items():
        assert policy_of(one, stories_dir() / f"{name}.yaml", None).currency == one.currency, name


def test_every_expected_day_says_why_and_nothing_expected_of_the_protected_reaches_out() -> None:
    for name, one in shipped_stories().items():
        assert all(expected.why for day in one.days for expected in day.expect), name
    for name in ("bereavement", "dispute", "hardship", "back_from_court"):
        assert any(expected.treatment == "hold_respected" for day in shipped_stories()[name].days for expected in day.expect), name


def test_a_policy_that_a_story_names_as_a_file_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text((shipped_policies() / "small_ticket.yaml").read_text(encoding="utf-8").replace("policy: small_ticket", "policy: mine"), encoding="utf-8")
    (tmp_path / "hers.yaml").write_text(GOOD.replace("policy: consumer_loans_cn", "policy: mine.yaml"), encoding="utf-8")
    one, file = story_meant(str(tmp_path / "hers.yaml"))
    assert policy_of(one, file, None).name == "mine" and policy_of(one, file, "cards_us").name == "cards_us"


def test_the_delivery_holds_what_the_story_says(tmp_path: Path) -> None:
    files = {file.stem: file.read_text(encoding="utf-8").splitlines() for file in write_delivery(read_story(GOOD, "hers.yaml"), tmp_path)}
    assert set(files) == {"parties", "accounts", "instalments", "payments", "contact_history"}
    assert len(files["instalments"]) == 37 and len(files["payments"]) == 1 + 11 + 2 and "loan:before:1,2025-03-08,540000" in files["payments"][1]


def test_facts_are_told_in_both_languages() -> None:
    for one in shipped_stories().values():
        for _, fact in one.happenings:
            words = told(one, fact)
            assert words.en and words.zh and "None" not in words.en


def test_the_schema_names_every_key_of_every_shipped_story() -> None:
    def keys(schema: Any, raw: Any) -> None:
        if isinstance(raw, dict) and "properties" in schema:
            assert set(raw) <= set(schema["properties"])
            for name, value in raw.items():
                keys(schema["properties"][name], value)
        if isinstance(raw, list):
            for value in raw:
                keys(schema["items"], value)

    for file in stories_dir().glob("*.yaml"):
        keys(story_schema(), yaml.safe_load(file.read_text(encoding="utf-8")))
