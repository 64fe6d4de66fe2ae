"""Is there a page for every rule that is shipped, and does it say what the rule says now?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from arrears.engine.conduct_packs import pack_named, shipped_packs
from tools.rule_pages import FOLDER, _content, rule_pages, stale_rule_pages

ROOT = Path(__file__).parents[2]
RULES = [(name, rule.name) for name in shipped_packs() for rule in pack_named(name).rules]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return rule_pages()


def test_every_page_is_what_the_rules_say_now_and_no_page_is_left_of_a_rule_that_is_gone(pages: dict[str, str]) -> None:
    assert stale_rule_pages(ROOT, pages) == [], "run: python tools/docs.py"


def test_a_page_that_was_changed_by_hand_or_belongs_to_no_rule_is_noticed(pages: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    with (tmp_path / FOLDER / "README.md").open("a", encoding="utf-8") as page:
        page.write("One more line.\n")
    (tmp_path / FOLDER / "us" / "reg_f" / "gone.md").write_text("# Gone\n", encoding="utf-8")
    assert stale_rule_pages(tmp_path, pages) == [f"{FOLDER}/README.md", f"{FOLDER}/us/reg_f/gone.md"]


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_a_page_tells_everything_a_reader_of_the_rule_needs(pack: str, name: str, pages: dict[str, str]) -> None:
    text = pages[f"{FOLDER}/{pack}/{name}.md"]
    rule = next(rule for rule in pack_named(pack).rules if rule.name == name)
    for said in (rule.label.en, rule.label.zh, rule.text.en, rule.text.zh, rule.citation.replace("|", "\\|"), rule.source, str(rule.from_on)):
        assert said in text
    for parameter in rule.parameters.values():
        assert f"`{parameter}`" in text
    for exception in rule.exceptions:
        assert exception.label.en in text and exception.label.zh in text
    cases = _content(pack, "cases", name)["cases"]
    assert all(f"| {case['name']} |" in text for case in cases)
    assert ("Until a named person" in text) == any(
        confidence.value != "confirmed"
        for confidence in (rule.confidence, *(pack_named(pack).parameters.by_name[one].values[-1].confidence for one in rule.parameters.values()))
    )


def test_the_index_leads_to_every_rule_by_place_by_kind_and_by_confidence(pages: dict[str, str]) -> None:
    text = pages[f"{FOLDER}/README.md"]
    assert [(pack, name) for pack, name in RULES if text.count(f"({pack}/{name}.md)") != 3] == []
