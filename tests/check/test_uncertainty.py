"""Uncertainty never permits: no figure and no word that nobody has confirmed turns a refusal into a permission, in any rule of any pack.

Every case of every rule is asked, moved in time and with parts of its history left out, while one figure after the other is made uncertain,
replaced by a laxer or stricter one, and confirmed rightly and wrongly.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache

import pytest

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.documents import Question, question_of
from arrears.check.conduct.pack import COMPLIANCE, Confirmation, Pack, Packs
from arrears.check.conduct.rule import Rule, RuleException
from arrears.check.conduct.verdict import Answer, Verdict, verdict
from arrears.core.parameters import Confidence, DatedValue, Parameter, Parameters, Unit, Value
from arrears.core.problems import BadData
from arrears.engine.conduct_packs import pack_named
from tests.check.test_packs import HOUSE, LAW, RULES, cases_of, rule_of

DRAWN_PER_CASE = 2
LONG_AGO = date(1990, 1, 1)
SAID_NO = (Answer.REFUSED, Answer.DEFERRED_UNTIL)


@cache
def questions(pack: str, name: str) -> tuple[Question, ...]:
    """The cases of a rule, and the same at other moments with parts of the history left out."""
    lot, found = random.Random(f"{pack}/{name}"), []
    for case in cases_of(pack, name):
        asked = question_of({part: case[part] for part in ("at", "proposed", "facts")}, case["name"])
        found.append(asked)
        for _ in range(DRAWN_PER_CASE):
            kept = tuple(event for event in asked.facts.history if lot.random() < 0.8)
            moved = timedelta(minutes=lot.choice((-1, 1)) * lot.choice((1, 600, 1440, 10_000, 60_000)) + lot.randrange(60))
            found.append(Question(asked.proposed, replace(asked.facts, history=kept), asked.at + moved))
    return tuple(found)


def _with(figures: Parameters, name: str, confidence: Confidence, value: Value | None = None) -> Parameters:
    """The figures with every value of one of them so well confirmed, and perhaps another value."""
    old = figures.by_name[name]
    values = tuple(replace(one, confidence=confidence, value=one.value if value is None or one.value is None else value) for one in old.values)
    return Parameters({**figures.by_name, name: replace(old, values=values)})


@cache
def all_certain(pack: str, name: str) -> Pack:
    """The pack with this rule alone, and all of it confirmed."""
    rule, figures = rule_of(pack, name), pack_named(pack).parameters
    for parameter in rule.parameters.values():
        figures = _with(figures, parameter, Confidence.CONFIRMED)
    return replace(pack_named(pack), rules=(replace(rule, confidence=Confidence.CONFIRMED),), parameters=figures)


def asked(question: Question, pack: Pack, confirmations: tuple[Confirmation, ...] = ()) -> Verdict:
    """What the pack says, beside a law or a house without rules."""
    return verdict(question.proposed, question.facts, question.at, Packs((pack, HOUSE if pack.is_law else LAW), confirmations))


@dataclass(frozen=True)
class Doubt:
    """One thing that is not certain, and how a person would confirm it."""

    pack: Pack
    subject: str


def doubts(pack: str, name: str) -> Iterator[Doubt]:
    """The rule with its words, and then with one figure after the other, made uncertain."""
    certain = all_certain(pack, name)
    rule = certain.rules[0]
    yield Doubt(replace(certain, rules=(replace(rule, confidence=Confidence.SINGLE_SOURCE),)), f"{pack}/{name}")
    for parameter in sorted(set(rule.parameters.values())):
        yield Doubt(replace(certain, parameters=_with(certain.parameters, parameter, Confidence.MEMORY)), parameter)


def rests_on(found: Verdict) -> bool:
    """Does something that spoke rest on a doubt?"""
    return any(not one.certain for one in found.findings)


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_whatever_rests_on_a_doubt_is_never_permitted_and_its_reading_stays_what_it_was(pack: str, name: str) -> None:
    rested = 0
    for question in questions(pack, name):
        sure = asked(question, all_certain(pack, name))
        assert sure.answer is sure.reading, "nothing to confirm"
        for doubt in doubts(pack, name):
            found = asked(question, doubt.pack)
            assert found.reading is sure.reading and found.next_permitted_at == sure.next_permitted_at
            assert found.answer is sure.answer or (sure.answer, found.answer) == (Answer.PERMITTED, Answer.DEFERRED_FOR_REVIEW)
            if rests_on(found):
                rested += 1
                assert found.answer is not Answer.PERMITTED
    assert rested, "no case in which the doubt matters"


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_only_the_compliance_role_confirms_and_only_this_value_and_not_before_its_day(pack: str, name: str) -> None:
    """Confirming makes of "ask a person" a yes, and of a no never anything."""
    for question in questions(pack, name)[:: DRAWN_PER_CASE + 1]:
        for doubt in doubts(pack, name):
            before = asked(question, doubt.pack)
            if before.refused_because or not rests_on(before):
                continue
            value = next((str(one.stated.value) for found in before.findings for one in found.rests_on if one.name == doubt.subject), "")
            right = Confirmation(doubt.subject, value, "A. Sharma", COMPLIANCE, LONG_AGO)
            after = asked(question, doubt.pack, (right,))
            assert (after.answer, after.reading) == (before.reading, before.reading)
            if before.reading in SAID_NO:
                assert after.answer in SAID_NO
            wrong = (
                replace(right, role="manager"),
                replace(right, by=""),
                replace(right, value=value + "0"),
                replace(right, on=date(2100, 1, 1)),
                replace(right, subject="another"),
            )
            assert [one for one in wrong if asked(question, doubt.pack, (one,)).answer is not before.answer] == []


def others(parameter: Parameter) -> list[Value]:
    """Other values that a figure might have had: far laxer and far stricter ones."""
    values: dict[Unit, list[Value]] = {
        Unit.TIME_OF_DAY: [time(0, 0), time(6, 0), time(12, 0), time(23, 59)],
        Unit.DAY: [date(1990, 1, 1), date(2090, 1, 1)],
        Unit.SHARE: [Decimal(0), Decimal(1)],
        Unit.YES_NO: [True, False],
    }
    return values.get(parameter.unit, [0, 1, 1_000] if parameter.unit not in (Unit.CODE, Unit.SCALE) else [])


@pytest.mark.parametrize(("pack", "name"), [(pack, name) for pack, name in RULES if rule_of(pack, name).parameters])
def test_whatever_value_an_unconfirmed_figure_has_nothing_that_rests_on_it_is_permitted(pack: str, name: str) -> None:
    certain = all_certain(pack, name)
    for parameter in sorted(set(certain.rules[0].parameters.values())):
        for value in others(certain.parameters.by_name[parameter]):
            doubted = replace(certain, parameters=_with(certain.parameters, parameter, Confidence.SINGLE_SOURCE, value))
            for question in questions(pack, name):
                try:
                    found = asked(question, doubted)
                except BadData:
                    continue  # hours that close before they open: the pack is refused, and nothing is permitted
                if any(parameter in {one.name for one in finding.rests_on} for finding in found.findings):
                    assert found.answer is not Answer.PERMITTED, (parameter, value, question)


@pytest.mark.parametrize(("pack", "name"), RULES)
def test_what_a_certain_rule_refuses_no_uncertain_rule_beside_it_permits(pack: str, name: str) -> None:
    """A laxer rule of which nobody is sure stands beside a sure one: the stricter stays."""
    certain = all_certain(pack, name)
    lax = _never_in_the_way(certain.rules[0])
    for question in questions(pack, name):
        alone = asked(question, certain)
        together = asked(question, replace(certain, rules=(*certain.rules, lax)))
        if alone.answer in SAID_NO:
            assert (together.answer, together.next_permitted_at) == (alone.answer, alone.next_permitted_at)
        elif together.findings != alone.findings:
            assert together.answer is Answer.DEFERRED_FOR_REVIEW


class NeverBroken:
    """A kind of rule that finds no breach in anything."""

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        return KEPT


def _never_in_the_way(rule: Rule) -> Rule:
    """A rule on the same acts that permits everything, recalled by somebody."""
    return replace(rule, name="a_lax_rule", kind_name="never_broken", kind=NeverBroken(), exceptions=(), confidence=Confidence.MEMORY, parameters={})


def test_a_figure_is_replaced_in_these_tests_and_not_left_as_it_was() -> None:
    """The tests above see a permission where there is one: with the figure certain and laxer, a refusal becomes a permission."""
    certain = all_certain("us/reg_f", "seven_calls_in_seven_days")
    lax = replace(certain, parameters=_with(certain.parameters, "us_call_cap", Confidence.CONFIRMED, 1_000))
    refused = next(one for one in questions("us/reg_f", "seven_calls_in_seven_days") if asked(one, certain).answer is Answer.DEFERRED_UNTIL)
    assert asked(refused, lax).answer is Answer.PERMITTED
    unsure = replace(certain, parameters=_with(certain.parameters, "us_call_cap", Confidence.MEMORY, 1_000))
    assert asked(refused, unsure).answer is Answer.DEFERRED_FOR_REVIEW
    assert isinstance(certain.parameters.by_name["us_call_cap"].values[0], DatedValue)
