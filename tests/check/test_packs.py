"""Rules about rules: what every rule that is shipped must have, and cases on both sides of each of its boundaries."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.documents import question_of
from arrears.check.conduct.fields import content_of
from arrears.check.conduct.pack import Coverage, Pack, Packs
from arrears.check.conduct.reading import KINDS
from arrears.check.conduct.rule import Rule
from arrears.check.conduct.verdict import Finding, verdict
from arrears.check.conduct.words import Act
from arrears.core.parameters import Confidence, Parameter, Parameters
from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.engine.conduct_packs import pack_named, shipped_packs

PACKS = shipped_packs()
RULES = [(name, rule.name) for name in PACKS for rule in pack_named(name).rules]
HOUSE = Pack("house/none", Sentence("None", "无"), frozenset(), (), False, ActCondition(), (), (), Parameters({}))
LAW = replace(HOUSE, name="us/none", places=frozenset({"US"}), is_law=True)
"""A law without rules: a lender's own rules never stand for the law of a place, so that one is needed to ask them alone."""


@cache
def rule_of(pack: str, name: str) -> Rule:
    return next(rule for rule in pack_named(pack).rules if rule.name == name)


@cache
def cases_of(pack: str, name: str) -> list[dict[str, Any]]:
    """The cases of a rule: each is the common part with its own put over it."""
    jurisdiction, regime = pack.split("/")
    file = files("arrears.rulepacks").joinpath(jurisdiction, regime, "cases", f"{name}.yaml")
    if not file.is_file():
        return []
    content = content_of(f"{pack}/{name}", file.read_text(encoding="utf-8"))
    assert set(content) == {"common", "cases"}
    found = []
    for case in content["cases"]:
        parts = {part: {**content["common"].get(part, {}), **case.get(part, {})} for part in ("proposed", "facts")}
        found.append({"name": case["name"], "finds": case["finds"], "next": case.get("next"), "by": case.get("by"), "at": case.get("at", content["common"].get("at")), **parts})
        assert set(case) <= {"name", "finds", "next", "by", "at", "proposed", "facts"}, case
    return found


def found_in(pack: str, name: str, case: dict[str, Any], altered: Pack | None = None) -> Finding | None:
    """What the rule finds, asked alone; as the pack states it, or as it is altered."""
    question = question_of({"at": case["at"], "proposed": case["proposed"], "facts": case["facts"]}, case["name"])
    alone = altered or replace(pack_named(pack), rules=(rule_of(pack, name),))
    answer = verdict(question.proposed, question.facts, question.at, Packs((alone, HOUSE if alone.is_law else LAW)))
    assert not answer.refused_because, answer.refused_because
    return answer.findings[0] if answer.findings else None


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_says_in_two_languages_what_it_is_and_where_it_is_law(name: str) -> None:
    pack = pack_named(name)
    assert pack.label.en and re.search(r"[\u4e00-\u9fff]", pack.label.zh)
    assert pack.is_law == bool(pack.places)
    assert not pack.is_law or pack.zones, "a person of whom no zone is known may be in any of the place's"
    assert {wanted for wanted, _ in pack.covers.wanted} >= {"act"}, "a pack says which acts it speaks of"


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_a_rule_says_where_it_stands_since_when_and_what_it_asks(pack: str, name: str) -> None:
    rule = rule_of(pack, name)
    assert rule.kind_name in KINDS
    assert rule.citation and rule.source
    assert rule.from_on <= date(2026, 11, 28)
    assert rule.acts <= next(frozenset(map(Act, values)) for field, values in pack_named(pack).covers.wanted if field == "act"), "a rule on what its pack does not cover"
    for sentence in (rule.label, rule.text, *(one.label for one in rule.exceptions)):
        assert re.search(r"[A-Za-z]{3}", sentence.en)
        assert re.search(r"[\u4e00-\u9fff]{2}", sentence.zh)
    assert (rule.source == "recalled") == (rule.confidence is Confidence.MEMORY)


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_the_figures_of_a_rule_hold_from_its_first_day_on(pack: str, name: str) -> None:
    rule = rule_of(pack, name)
    for parameter in rule.parameters.values():
        stated = pack_named(pack).parameters.by_name[parameter].values
        assert stated[0].from_on <= rule.from_on, f"{parameter} begins later than the rule that uses it"


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_a_rule_has_cases_in_which_it_is_broken_and_cases_in_which_it_is_kept(pack: str, name: str) -> None:
    finds = {case["finds"] for case in cases_of(pack, name)}
    assert finds & {"forbids", "presumes"}, "no case in which it is broken"
    assert finds & {"permits", "silent"}, "no case in which it is kept"
    named = {case["by"] for case in cases_of(pack, name) if case["by"]}
    assert named == {one.name for one in rule_of(pack, name).exceptions}, "each exception has a case, by its name"


CASES = [(pack, name, place) for pack, name in RULES for place in range(len(cases_of(pack, name)))]


@pytest.mark.parametrize(("pack", "name", "place"), CASES, ids=[f"{pack}/{name}: {cases_of(pack, name)[place]['name']}" for pack, name, place in CASES])
def test_a_case_is_found_as_it_was_worked_out_by_hand(pack: str, name: str, place: int) -> None:
    case = cases_of(pack, name)[place]
    found = found_in(pack, name, case)
    assert ("silent" if found is None else found.says.value) == case["finds"]
    assert (found.exception if found else "") == (case["by"] or "")
    if case["next"] is not None:
        assert found is not None and found.judged.ends_at is not None
        assert found.judged.ends_at.isoformat() == str(case["next"])


# A case on each side of a boundary: whoever moves the boundary by the least step changes what some case finds


def told(pack: str, name: str, altered: Pack | None = None) -> list[tuple[str, str, str]]:
    """What each case finds, by which exception, and until when."""
    found = []
    for case in cases_of(pack, name):
        try:
            one = found_in(pack, name, case, altered)
        except BadData:
            found.append(("the rule is refused", "", ""))
            continue
        found.append(("silent", "", "") if one is None else (one.says.value, one.exception, str(one.judged.ends_at)))
    return found


def moved(parameter: Parameter) -> list[tuple[str, Parameter]]:
    """A figure that is the least step higher or lower on every day."""

    def step(value: Any, by: int) -> Any:
        if isinstance(value, time):
            return (datetime.combine(date(2000, 1, 2), value) + timedelta(seconds=by)).time()
        return value + (timedelta(days=by) if isinstance(value, date) else by)

    found = []
    for word, by in (("higher", 1), ("lower", -1)):
        can_be = [one for one in parameter.values if type(one.value) in (int, time, date) and (by > 0 or one.value not in (0, time(0)))]
        if can_be:
            values = tuple(replace(one, value=step(one.value, by)) if one in can_be else one for one in parameter.values)
            found.append((word, replace(parameter, values=values)))
    return found


NEVER_SEEN = {("us/reg_f", "seven_days_after_a_conversation", "us_call_consent_days"): ["higher"]}
"""The conversation itself ends an earlier consent, and a later one outlasts the seven days in any case: that it lasts longer shows nowhere."""
FIGURES = [(pack, name, figure) for pack, name in RULES for figure in sorted(set(rule_of(pack, name).parameters.values()))]


@pytest.mark.parametrize(("pack", "name", "figure"), FIGURES)
def test_a_figure_that_is_one_step_higher_or_lower_changes_what_some_case_finds(pack: str, name: str, figure: str) -> None:
    stated = pack_named(pack).parameters
    before, unnoticed = told(pack, name), []
    for word, parameter in moved(stated.by_name[figure]):
        altered = replace(pack_named(pack), rules=(rule_of(pack, name),), parameters=Parameters({**stated.by_name, figure: parameter}))
        if told(pack, name, altered) == before:
            unnoticed.append(word)
    assert unnoticed == NEVER_SEEN.get((pack, name, figure), []), f"no case notices that {figure} is one step {' or '.join(unnoticed)}"


EXCEPTIONS = [(pack, name, place) for pack, name in RULES for place in range(len(rule_of(pack, name).exceptions))]


@pytest.mark.parametrize(("pack", "name", "place"), EXCEPTIONS, ids=[f"{pack}/{name}: {rule_of(pack, name).exceptions[place].name}" for pack, name, place in EXCEPTIONS])
def test_an_exception_has_a_case_in_which_it_lifts_and_one_in_which_it_just_does_not(pack: str, name: str, place: int) -> None:
    """Left out, or made to hold always, it changes what some case finds."""
    rule = rule_of(pack, name)
    without = (*rule.exceptions[:place], *rule.exceptions[place + 1 :])
    always = replace(rule.exceptions[place], when=ActCondition(), given=(), without=())
    before = told(pack, name)
    for word, exceptions in (("left out", without), ("made to hold always", (*without[:place], always, *without[place:]))):
        altered = replace(pack_named(pack), rules=(replace(rule, exceptions=exceptions),))
        assert told(pack, name, altered) != before, f"no case notices that {rule.exceptions[place].name} is {word}"


@pytest.mark.parametrize("file", [*(f"{place}/parameters/contact.yaml" for place in ("china", "india", "uk", "us")), "house/parameters/limits.yaml", "us/parameters/states.yaml"])
def test_every_figure_on_contact_is_used_by_a_rule(file: str) -> None:
    stated = content_of(file, files("arrears.rulepacks").joinpath(*file.split("/")).read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in Path(str(files("arrears"))).rglob("*.py"))
    used = {figure for _, _, figure in FIGURES}
    assert [name for name in stated if name not in used and f'"{name}"' not in code] == []


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_cases_have_names_of_their_own_and_none_is_told_twice(pack: str, name: str) -> None:
    cases = cases_of(pack, name)
    assert len({case["name"] for case in cases}) == len(cases)
    told_once = {repr((case["at"], case["proposed"], case["facts"])) for case in cases}
    assert len(told_once) == len(cases)


def test_no_pack_has_a_case_for_a_rule_that_it_does_not_have() -> None:
    for pack in PACKS:
        folder = files("arrears.rulepacks").joinpath(*pack.split("/"), "cases")
        written = {entry.name.removesuffix(".yaml") for entry in folder.iterdir()} if folder.is_dir() else set()
        assert written <= {rule.name for rule in pack_named(pack).rules}


def test_what_lies_outside_is_known_and_not_guessed() -> None:
    assert {coverage.value for coverage in Coverage} == {"applies", "outside", "not_known", "elsewhere", "perhaps"}
    assert all(one.when.wanted for name in PACKS for one in pack_named(name).outside)


def test_every_pack_names_its_sources() -> None:
    for pack in PACKS:
        text = files("arrears.rulepacks").joinpath(*pack.split("/"), "SOURCES.md").read_text(encoding="utf-8")
        assert len(text) > 200
