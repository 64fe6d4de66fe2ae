"""Which pairs does a policy state for a case?"""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from arrears.decide.capacity.of_policy import HARM_BUDGET, LEARNT_SCHEMA, MASK_SCHEMA, limits_of, pairs_of
from arrears.decide.capacity.shapes import Limit, Unit
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import DECISION_TYPES, rules_of
from arrears.decide.policy.table import Policy, PolicyNotValid, read_policy

POLICY = """
policy: scarce
format: 2
label: {en: Scarce, zh: 有限}
currency: CNY
parameters:
  young_days: {type: whole, value: 30, unit: days, label: {en: what is young, zh: 早期天数}}
treatments:
  wait: {label: {en: Wait, zh: 观察}, channel: none, contact: false, automatic: true}
  reminder: {label: {en: Reminder, zh: 提醒}, channel: sms, contact: true, automatic: true}
  call: {label: {en: Call, zh: 致电}, channel: phone, contact: true, automatic: false}
  see: {label: {en: Visit, zh: 上门}, channel: visit, contact: true, automatic: false}
  notice: {label: {en: Notice, zh: 通知}, channel: letter, contact: true, automatic: true, statutory: true}
  advice: {label: {en: Advice, zh: 咨询}, channel: letter, contact: true, automatic: true}
tables:
  - id: main
    rows:
      - {id: notice_due, when: days_past_due > 90, treatment: notice, alternatives: [call], reason: {en: Due., zh: 应发。}}
      - {id: rest, treatment: call, alternatives: [reminder, see, advice], reason: {en: Ask., zh: 询问。}}
capacity:
  callers: {kind: agent_minutes, of: talk, amount: 60, label: {en: callers, zh: 致电}}
  north: {kind: visits, of: N, amount: 3, label: {en: visits north, zh: 北区}}
  texts: {kind: channel_rate, of: sms, amount: 100, label: {en: SMS, zh: 短信}}
  field: {kind: budget, of: field, amount: 9000, label: {en: field budget, zh: 外访预算}}
costs:
  reminder: {cost_minor: 5, harm_minor: 20}
  call: {cost_minor: 300, minutes: 6, skill: talk, harm_minor: 200}
  see: {cost_minor: 4000, budget: field, harm_minor: 900}
  notice: {cost_minor: 180}
values:
  leave_alone: wait
  harm_budget_minor: 5000
  gains:
    - {treatment: call, gain_per_million: 40000, cap_minor: 200000}
    - {treatment: reminder, gain_per_million: 20000, when: days_past_due <= young_days}
    - {treatment: reminder, gain_per_million: 1000}
    - {treatment: see, gain_per_million: 60000}
"""
CASE: dict[str, Any] = {
    "case_id": 1, "party_id": 11, "treatment": "call", "rule": "rest", "currency": "CNY", "currencies": 1, "amount_at_stake_minor": 1_000_050,
    "days_past_due": 40, "region": "N", "contact_history_known": True, "hold_kinds": "",
}
SCHEMA = ibis.schema({"case_id": "int64", "party_id": "int64", **dict(CASE_SCHEMA.items()), **DECISION_TYPES})


def pairs(case: dict[str, Any], policy: Policy | None = None, mask: list[tuple[int, str, str]] | None = None, learnt: list[tuple[int, str, int]] | None = None) -> dict[str, dict[str, Any]]:
    said = policy or read_policy(POLICY)
    row = dict.fromkeys(SCHEMA.names) | CASE | case
    shown = [None if rows is None else ibis.memtable([dict(zip(schema.names, one, strict=True)) for one in rows], schema=schema) for rows, schema in ((mask, MASK_SCHEMA), (learnt, LEARNT_SCHEMA))]
    alternatives = {rule: others for rule, (_, _, others) in rules_of(said).items()}
    rows = pairs_of(said, alternatives, ibis.memtable([row], schema=SCHEMA), shown[0], shown[1]).to_pyarrow().to_pylist()
    return {one["treatment"]: one for one in rows}


def test_a_case_may_get_what_is_proposed_or_what_fits_as_well_each_with_its_value_and_its_use() -> None:
    found = pairs({})
    assert set(found) == {"call", "reminder", "see"}, "nobody put a gain on the advice, so it is not weighed against others"
    assert [(one["value_minor"], one["cost_minor"], one["harm_minor"], one["proposed"]) for one in found.values()].count((40_002, 300, 200, True)) == 1
    assert (found["call"]["minutes_limit"], found["call"]["minutes_use"], found["call"]["rate_limit"]) == ("callers", 6, None)
    assert (found["reminder"]["rate_limit"], found["reminder"]["rate_use"]) == ("texts", 1)
    assert (found["see"]["visits_limit"], found["see"]["budget_limit"], found["see"]["budget_use"]) == ("north", "field", 4000)
    assert {one["harm_limit"] for one in found.values()} == {HARM_BUDGET}


@pytest.mark.parametrize(("days", "amount", "treatment", "value"), [
    (30, 1_000_050, "reminder", 20_001), (31, 1_000_050, "reminder", 1_000), (31, 999, "reminder", 0), (31, None, "reminder", 0),
    (40, 900_000_000, "call", 200_000), (40, 9_000_000_000_000_000, "see", 540_000_000_000_000),
])
def test_the_first_gain_whose_condition_holds_counts_rounded_down_and_capped(days: int, amount: int | None, treatment: str, value: int) -> None:
    assert pairs({"days_past_due": days, "amount_at_stake_minor": amount})[treatment]["value_minor"] == value


def test_visits_in_a_region_without_a_limit_draw_on_none() -> None:
    assert pairs({"region": "S"})["see"]["visits_limit"] is None


@pytest.mark.parametrize("case", [
    {"treatment": "notice", "rule": "notice_due"}, {"treatment": "advice"}, {"treatment": "hold_respected", "rule": "guard:hold"},
    {"currency": "USD"}, {"currencies": 2}, {"currency": None},
])
def test_what_is_not_weighed_stays_as_proposed_alone(case: dict[str, Any]) -> None:
    found = pairs(case)
    assert [(name, one["duty"], one["permitted"], one["proposed"]) for name, one in found.items()] == [(case.get("treatment", "call"), True, True, True)]


def test_the_law_and_an_unknown_history_take_contacts_away() -> None:
    mask = [(11, "phone", "no"), (11, "sms", "perhaps"), (99, "visit", "yes")]
    assert {name: one["permitted"] for name, one in pairs({}, mask=mask).items()} == {"call": False, "reminder": True, "see": False}
    assert {name: one["permitted"] for name, one in pairs({}, mask=[(11, "phone", "deferred"), (11, "sms", "yes"), (11, "visit", "yes")]).items()} == {"call": False, "reminder": True, "see": True}
    assert not any(one["permitted"] for one in pairs({"contact_history_known": False}).values())


def test_what_was_learnt_counts_before_what_is_stated() -> None:
    found = pairs({}, mask=[(11, "phone", "yes")], learnt=[(1, "call", 77), (2, "see", 88)])
    assert (found["call"]["value_minor"], found["call"]["permitted"], found["see"]["value_minor"]) == (77, True, 60_003)


def test_the_limits_are_those_of_the_file_and_the_harm_budget() -> None:
    assert limits_of(read_policy(POLICY)) == [
        Limit("callers", Unit.MINUTES, 60), Limit("north", Unit.VISITS, 3), Limit("texts", Unit.ACTS, 100), Limit("field", Unit.MONEY, 9000), Limit(HARM_BUDGET, Unit.HARM, 5000),
    ]


def test_a_gain_whose_condition_is_no_condition_is_refused() -> None:
    with pytest.raises(PolicyNotValid):
        pairs({}, read_policy(POLICY.replace("days_past_due <= young_days", "no_such_column > 1")))
