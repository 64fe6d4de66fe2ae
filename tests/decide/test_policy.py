"""Does the table decide as it reads, and is a broken one refused?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import yaml

from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.decide.policy.compile import decide, treatments_of
from arrears.decide.policy.table import Policy, PolicyNotValid, read_policy
from tests.columns import day, rows_of_expression

FIRST_STEPS_FILE = Path(__file__).parents[2] / "policies" / "first_steps.yaml"
FIRST_STEPS = read_policy(FIRST_STEPS_FILE.read_text(encoding="utf-8"), "first_steps.yaml")
CASE: dict[str, Any] = {
    "kind": "person", "language": "zh-CN", "region": "CN-GD", "product": "loan", "accounts_total": 1, "accounts_overdue": 1, "days_past_due": 10,
    "bucket": "1-30", "overdue_items": 1, "currency": "CNY", "currencies": 1, "amount_overdue_minor": 123456, "balance_minor": 1000000,
    "amount_at_stake_minor": 123456, "oldest_due_on": day("2026-01-10"), "items_on_time": 2, "items_paid_late": 1, "first_item_missing": False,
    "hold_kinds": "", "contact_history_known": True, "contacts_30d": 0, "refusals": 0,
}


def decided(policy: Policy, *cases: dict[str, Any]) -> list[dict[str, Any]]:
    schema = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())})
    rows = [{"party_id": place, **{column.name: {**CASE, **case}.get(column.name) for column in CASE_COLUMNS}} for place, case in enumerate(cases)]
    expression = decide(policy, ibis.table(schema, name="cases"), ["CNY", "JPY", "KWD"])
    return rows_of_expression(expression, {"cases": pa.Table.from_pylist(rows, schema=schema.to_pyarrow())}, "party_id")


@pytest.mark.parametrize(
    ("story", "case", "rule"),
    [
        ("a good payer slips for the first time", {"days_past_due": 3, "items_on_time": 14, "items_paid_late": 0}, "first_slip_of_a_good_payer"),
        ("four days are no slip any more", {"days_past_due": 4, "items_on_time": 14, "items_paid_late": 0}, "small_and_early"),
        ("late by habit, as always", {"days_past_due": 5, "items_paid_late": 3}, "usually_a_few_days_late"),
        ("the first payment never came", {"days_past_due": 4, "first_item_missing": True}, "first_payment_missing"),
        ("the first payment never came, long ago", {"days_past_due": 31, "first_item_missing": True}, "one_to_two_months"),
        ("small and early", {"days_past_due": 15, "amount_at_stake_minor": 499999}, "small_and_early"),
        ("early but large", {"days_past_due": 15, "amount_at_stake_minor": 500000}, "early"),
        ("two debts at once", {"accounts_overdue": 2, "days_past_due": 20}, "several_debts"),
        ("two months", {"days_past_due": 60}, "one_to_two_months"),
        ("long, and no refusal on record: help, not force", {"days_past_due": 61}, "plan_or_advice"),
        ("long, and a refusal on record", {"days_past_due": 61, "refusals": 1}, "refusal_recorded_long"),
        ("a refusal alone, early, changes nothing", {"days_past_due": 10, "refusals": 1}, "small_and_early"),
        ("an enterprise", {"kind": "organisation", "days_past_due": 8}, "organisation"),
        ("a card of which only months are known", {"days_past_due": None, "months_past_due": 2, "amount_overdue_minor": None}, "months_only_more"),
        ("two currencies", {"currencies": 2}, "several_currencies"),
        ("a hold stands above everything", {"hold_kinds": "dispute"}, "guard:hold"),
        ("nobody knows the earlier contacts", {"contact_history_known": False}, "guard:contact_history_unknown"),
        ("nobody knows, and nothing would reach out anyway", {"contact_history_known": False, "days_past_due": 3, "items_on_time": 9, "items_paid_late": 0}, "first_slip_of_a_good_payer"),
    ],
)
def test_the_first_row_that_fits_decides(story: str, case: dict[str, Any], rule: str) -> None:
    row = decided(FIRST_STEPS, case)[0]
    assert row["rule"] == rule, story
    assert row["reason_en"] and row["reason_zh"] and "{" not in row["reason_en"] + row["reason_zh"]


def test_whoever_is_held_or_unknown_is_never_reached_out_to() -> None:
    cases = [{"days_past_due": days, "hold_kinds": hold, "contact_history_known": known} for days in (1, 20, 90) for hold, known in (("dispute", True), ("", False))]
    treatments = treatments_of(FIRST_STEPS)
    for row in decided(FIRST_STEPS, *cases):
        assert not treatments[row["treatment"]].contact
        assert row["queue"] == "held"


def test_lateness_alone_never_ends_in_anything_but_an_offer_and_a_person() -> None:
    last = FIRST_STEPS.rows[-1]
    assert last.when is None and last.treatment == "plan_or_advice_review"
    assert not FIRST_STEPS.treatments[last.treatment].automatic


def test_reasons_write_amounts_with_the_decimals_of_their_currency() -> None:
    rows = decided(FIRST_STEPS, {"amount_overdue_minor": 123456}, {"amount_overdue_minor": 123456, "currency": "JPY"}, {"amount_overdue_minor": 1234567, "currency": "KWD"})
    assert [row["reason_en"].split(" has")[0] for row in rows] == ["1,234.56 CNY", "123,456 JPY", "1,234.567 KWD"]
    assert decided(FIRST_STEPS, {"amount_overdue_minor": 5})[0]["reason_en"].startswith("0.05 CNY")
    assert decided(FIRST_STEPS, {"amount_overdue_minor": 100000000000001})[0]["reason_en"].startswith("1,000,000,000,000.01 CNY")
    largest = 2**63 - 1  # Through a float it would come out as …758.08.
    assert decided(FIRST_STEPS, {"amount_overdue_minor": largest})[0]["reason_en"].startswith("92,233,720,368,547,758.07 CNY")
    assert decided(FIRST_STEPS, {"amount_overdue_minor": 0})[0]["reason_en"].startswith("0.00 CNY")


@pytest.mark.parametrize(("days", "on_time", "said"), [(1, 14, "after 14 on time, 1 day late;"), (2, 6, "after 6 on time, 2 days late;")])
def test_a_reason_counts_one_day_in_the_singular(days: int, on_time: int, said: str) -> None:
    row = decided(FIRST_STEPS, {"days_past_due": days, "items_on_time": on_time, "items_paid_late": 0})[0]
    assert said in row["reason_en"] and f"逾期 {days} 天" in row["reason_zh"]


def test_only_a_noun_that_is_counted_loses_its_plural_after_one() -> None:
    row = decided(FIRST_STEPS, {"days_past_due": None, "months_past_due": 11, "amount_overdue_minor": None})[0]
    assert row["reason_en"].startswith("11 months past due")
    row = decided(FIRST_STEPS, {"days_past_due": None, "months_past_due": 1, "amount_overdue_minor": None, "amount_at_stake_minor": 3000000})[0]
    assert row["reason_en"].startswith("1 month past due"), row["reason_en"]


def test_holds_are_named_in_words_in_both_languages() -> None:
    row = decided(FIRST_STEPS, {"hold_kinds": "breathing_space,claims_paid"})[0]
    assert "breathing space, says it is paid" in row["reason_en"]
    assert "喘息期、称已还款" in row["reason_zh"]


def test_the_version_follows_what_the_policy_says_and_not_how_it_is_laid_out() -> None:
    text = FIRST_STEPS_FILE.read_text(encoding="utf-8")
    assert read_policy(text + "\n# a comment\n").version == FIRST_STEPS.version
    assert read_policy(text.replace("days_past_due <= 60", "days_past_due <= 59")).version != FIRST_STEPS.version


def _spoilt(**changes: Any) -> str:
    raw = yaml.safe_load(FIRST_STEPS_FILE.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = raw
        for step in parents:
            place = place[int(step) if step.lstrip("-").isdigit() else step]
        place[int(last) if last.isdigit() else last] = value
    return yaml.safe_dump(raw, allow_unicode=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "not YAML"),
        ("5", "not a table of keys"),
        (_spoilt(rows=[]), "no row"),
        (_spoilt(extra=1), "not known"),
        (_spoilt(rows__0__treatment="whisper"), "not among the treatments"),
        (_spoilt(rows__1__id="several_currencies"), "taken"),
        (_spoilt(rows__1__id="guard:hold"), "taken"),
        (_spoilt(rows__0__reason={"en": "x"}), "needs a text in en and one in zh"),
        (_spoilt(rows__0__reason={"en": "{sex}", "zh": "x"}), "not a case column"),
        (_spoilt(rows__0__when=None), "only the last row"),
        (_spoilt(treatments__friendly_call__channel="pigeon"), "pigeon"),
    ],
)
def test_a_policy_with_a_fault_is_refused_and_the_fault_is_named(text: str, says: str) -> None:
    with pytest.raises(PolicyNotValid, match=says):
        read_policy(text)


def test_a_row_that_asks_what_it_may_not_ask_stops_the_whole_policy() -> None:
    policy = read_policy(_spoilt(rows__2__when="exists (select 1)"))
    with pytest.raises(PolicyNotValid, match="months_only_more"):
        decided(policy, {})
