"""Would a wrong figure or a wrong evaluator be found? Each is planted here, and the first block of drawn histories must show the difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest

from arrears.check.conduct.case import Case, Judged
from arrears.check.conduct.facts import Event
from arrears.check.conduct.kinds import cap
from arrears.check.conduct.kinds.cap import Cap
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.day_window import DayWindow
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.local_time import day_at
from arrears.check.conduct.pack import Pack, Packs
from arrears.check.conduct.rule import Kind
from arrears.check.conduct.standing import Standing
from arrears.core.parameters import DatedValue, Parameters
from tests.check import comparing
from tests.check.comparing import BLOCK, Difference, block

Change = Callable[[Case, Judged], Judged]


def found_in_the_first_block() -> str:
    """What the first difference is, where there is one."""
    with pytest.raises(Difference) as found:
        block(0, BLOCK)
    return found.value.what


# Wrong evaluators


def not_broken(judged: Judged) -> Judged:
    return judged._replace(breach=False, ends_at=None)


def counts_one_too_few(case: Case, judged: Judged) -> Judged:
    return not_broken(judged) if judged.limit is not None and judged.counted == judged.limit else judged


def lets_go_on_the_last_day(case: Case, judged: Judged) -> Judged:
    return not_broken(judged) if judged.ends_at is not None and judged.ends_at - case.at < timedelta(days=1) else judged


def ends_a_day_early(case: Case, judged: Judged) -> Judged:
    return judged if judged.ends_at is None else judged._replace(ends_at=judged.ends_at - timedelta(days=1))


def ends_a_second_late(case: Case, judged: Judged) -> Judged:
    return judged if judged.ends_at is None else judged._replace(ends_at=judged.ends_at + timedelta(seconds=1))


def keeps_when_nothing_is_known(case: Case, judged: Judged) -> Judged:
    return not_broken(judged)._replace(missing=None) if judged.missing is not None else judged


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Cap, counts_one_too_few),
        (Cap, lets_go_on_the_last_day),
        (Cap, ends_a_day_early),
        (Cap, ends_a_second_late),
        (Cap, keeps_when_nothing_is_known),
        (CoolingOff, lets_go_on_the_last_day),
        (CoolingOff, keeps_when_nothing_is_known),
        (CoolingOff, ends_a_day_early),
        (Hours, ends_a_day_early),
        (Hours, ends_a_second_late),
        (DayWindow, lets_go_on_the_last_day),
        (DayWindow, ends_a_second_late),
    ],
)
def test_an_evaluator_that_judges_wrongly_is_found(kind: type[Kind], change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = kind.judge
    monkeypatch.setattr(kind, "judge", lambda self, case, uncounted: change(case, rightly(self, case, uncounted)))
    found_in_the_first_block()


def test_hours_that_let_the_closing_minute_in_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = Hours.inside

    def closing_included(hours: Hours, there: datetime, opens: time, closes: time) -> bool:
        return rightly(hours, there, opens, closes) or there.time() == closes

    monkeypatch.setattr(Hours, "inside", closing_included)
    assert "only the plain reading for" in found_in_the_first_block()


def test_hours_that_ask_in_one_of_several_zones_alone_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = Hours.judge

    def in_the_first_zone(hours: Hours, case: Case, uncounted: tuple[()]) -> Judged:
        return rightly(hours, Case(case.proposed, case.facts, case.at, case.zones[:1], case.figures), uncounted)

    monkeypatch.setattr(Hours, "judge", in_the_first_zone)
    found_in_the_first_block()


def test_a_cap_that_counts_the_days_of_greenwich_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cap, "day_at", lambda stamp, zone: day_at(stamp, "UTC"))
    found_in_the_first_block()


def test_a_consent_that_outlives_its_withdrawal_by_a_second_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = Standing.standing

    def not_strictly(standing: Standing, case: Case, zone: str, *, lifting: bool = False) -> list[tuple[Event, datetime | None]]:
        return rightly(standing, case, zone)

    monkeypatch.setattr(Standing, "standing", not_strictly)
    assert "only the plain reading for" in found_in_the_first_block()


# Wrong figures


def with_another_figure(pack: Pack, rule_name: str, figure: str, more: int) -> Pack:
    """The pack with one figure of one rule changed; of a time of day, by so many minutes."""
    called = next(rule for rule in pack.rules if rule.name == rule_name).parameters[figure]
    stated = pack.parameters.by_name[called]
    changed = replace(stated, values=tuple(moved(value, more) for value in stated.values))
    return replace(pack, parameters=Parameters({**pack.parameters.by_name, called: changed}))


def moved(stated: DatedValue, more: int) -> DatedValue:
    if isinstance(stated.value, time):
        return replace(stated, value=(datetime.combine(date(2026, 1, 1), stated.value) + timedelta(minutes=more)).time())
    assert isinstance(stated.value, int)
    return replace(stated, value=stated.value + more)


@pytest.mark.parametrize(
    ("pack_name", "rule_name", "figure", "more"),
    [
        ("us/reg_f", "seven_calls_in_seven_days", "limit", 1),
        ("us/reg_f", "seven_calls_in_seven_days", "limit", -1),
        ("us/reg_f", "seven_calls_in_seven_days", "window", -1),
        ("us/reg_f", "no_contact_at_inconvenient_hours", "closes", 1),
        ("china/national_standard", "three_conversations_a_day", "limit", 1),
        ("china/banking_association", "six_unanswered_calls_a_day_to_a_number", "limit", 1),
        ("uk/breathing_space", "review_between_two_days", "last", 1),
        ("india/fair_practices", "calls_only_between_eight_and_seven", "opens", -60),
    ],
)
def test_a_wrong_figure_in_a_pack_is_found(pack_name: str, rule_name: str, figure: str, more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = comparing.packs_of

    @cache
    def spoilt(country: str) -> Packs:
        return Packs(tuple(with_another_figure(pack, rule_name, figure, more) if pack.name == pack_name else pack for pack in rightly(country).packs))

    monkeypatch.setattr(comparing, "packs_of", spoilt)
    assert f"{pack_name}/{rule_name}" in found_in_the_first_block()
