"""Does a case climb only when its time has come, and come back as soon as the debtor co-operates?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from arrears.decide.policy.columns import CASE_COLUMNS, CASE_SCHEMA
from arrears.decide.policy.compile import decide
from arrears.decide.policy.table import read_policy
from arrears.engine.columns_engine import sql_of
from tests.columns import day

LADDER = read_policy((Path(__file__).parent / "policies" / "ladder.yaml").read_text(encoding="utf-8"))
FIRST_DAY = day("2026-03-01")
CASE: dict[str, Any] = {
    "kind": "person", "language": "zh-CN", "region": "CN-GD", "product": "loan", "accounts_total": 1, "accounts_overdue": 1, "days_past_due": 10,
    "bucket": "1-30", "overdue_items": 1, "currency": "CNY", "currencies": 1, "amount_overdue_minor": 123456, "balance_minor": 1000000,
    "amount_at_stake_minor": 123456, "hold_kinds": "", "contact_history_known": True, "contacts_30d": 0, "refusals": 0,
    "ladder_before": "", "stage_before": "", "step_before": "", "co_operated_since_step": False,
}
_SCHEMA = ibis.schema({"party_id": "int64", **dict(CASE_SCHEMA.items())})


@cache
def _sql() -> str:
    return sql_of(decide(LADDER, ibis.table(_SCHEMA, name="cases"), ["CNY"]))


def decided(*cases: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [{"party_id": place, **{one.name: {**CASE, "as_of": FIRST_DAY, **case}.get(one.name) for one in CASE_COLUMNS}} for place, case in enumerate(cases)]
    with duckdb.connect(":memory:") as connection:
        connection.register("cases", pa.Table.from_pylist(rows, schema=_SCHEMA.to_pyarrow()))
        return connection.sql(f"SELECT * FROM ({_sql()}) ORDER BY party_id").to_arrow_table().to_pylist()


def night_after(before: Mapping[str, Any], on: date, **facts: Any) -> dict[str, Any]:
    """The next night's decision of a case, which remembers where it stood."""
    since = before["step_since"]
    return decided({
        "as_of": on, "ladder_before": before["ladder"] or "", "stage_before": before["stage"] or "", "step_before": before["step"] or "",
        "stage_since_before": before["stage_since"], "step_since_before": since, "days_in_step": (on - since).days if since else None,
        "days_in_stage": (on - before["stage_since"]).days if since else None, "contacts_since_step": 0 if since else None,
        "days_past_due": 10 + (on - FIRST_DAY).days, **facts,
    })[0]


def on_day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def stands(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["stage"], row["step"], row["treatment"]


def test_a_case_steps_onto_its_ladder_at_the_softest_stage() -> None:
    row = decided({})[0]
    assert (row["ladder"], *stands(row)) == ("consumer", "amicable", "reminder", "reminder")
    assert (row["rule"], row["table_row"], row["channel"], row["queue"]) == ("consumer/amicable/reminder", "everybody", "sms", "automatic")
    assert (row["stage_since"], row["step_since"], row["next_on"]) == (FIRST_DAY, FIRST_DAY, on_day(3))
    assert "10 days late" in row["reason_en"] and "10 天" in row["reason_zh"]
    assert row["policy_digest"] == LADDER.digest


def test_a_step_is_proposed_until_it_is_done_and_then_the_debtor_has_time() -> None:
    first = decided({})[0]
    assert stands(night_after(first, on_day(1))) == ("amicable", "reminder", "reminder"), "nothing was sent yet"
    waiting = night_after(first, on_day(1), contacts_since_step=1)
    assert stands(waiting) == ("amicable", "reminder", "wait")
    assert (waiting["rule"], waiting["next_on"], waiting["step_since"]) == ("consumer/amicable/reminder:waiting", on_day(3), FIRST_DAY)
    assert stands(night_after(first, on_day(5))) == ("amicable", "reminder", "reminder"), "what was never sent is not followed by a firmer step"
    called = night_after(waiting, on_day(3), contacts_since_step=1)
    assert stands(called) == ("amicable", "call", "call") and called["step_since"] == on_day(3) and called["stage_since"] == FIRST_DAY


def test_a_step_whose_entry_condition_does_not_hold_is_passed_over() -> None:
    first = decided({})[0]
    row = night_after(first, on_day(3), contacts_since_step=1, accounts_overdue=2, days_past_due=31)
    assert stands(row) == ("firmer", "letter", "letter") and row["stage_since"] == on_day(3)


def test_a_stage_is_entered_only_when_its_condition_holds_and_until_then_the_last_step_begins_again() -> None:
    calling = {"ladder": "consumer", "stage": "amicable", "step": "call", "stage_since": FIRST_DAY, "step_since": on_day(3)}
    row = night_after(calling, on_day(10), contacts_since_step=1, days_past_due=20)
    assert stands(row) == ("amicable", "call", "call") and row["step_since"] == on_day(10) and row["stage_since"] == FIRST_DAY
    assert stands(night_after(calling, on_day(10), contacts_since_step=1, days_past_due=31)) == ("firmer", "letter", "letter")


def test_what_is_not_known_never_makes_it_firmer() -> None:
    calling = {"ladder": "consumer", "stage": "amicable", "step": "call", "stage_since": FIRST_DAY, "step_since": on_day(3)}
    assert stands(night_after(calling, on_day(30), contacts_since_step=None, days_past_due=90))[0] == "amicable"
    assert stands(night_after(calling, on_day(30), contacts_since_step=1, days_past_due=None))[0] == "amicable"
    assert stands(night_after(calling, on_day(30), contacts_since_step=1, days_in_step=None, days_past_due=90))[0] == "amicable"


def test_co_operation_leads_back_to_a_softer_stage_after_quiet_days() -> None:
    letter = {"ladder": "consumer", "stage": "firmer", "step": "letter", "stage_since": on_day(20), "step_since": on_day(20)}
    back = night_after(letter, on_day(25), co_operated_since_step=True)
    assert stands(back) == ("amicable", "reminder", "wait") and back["rule"] == "consumer/amicable/reminder:back"
    assert "answered or paid" in back["reason_en"]
    assert (back["stage_since"], back["step_since"], back["next_on"]) == (on_day(25), on_day(35), on_day(35))
    quiet = night_after(back, on_day(30), co_operated_since_step=False)
    assert stands(quiet) == ("amicable", "reminder", "wait") and quiet["next_on"] == on_day(35)
    assert stands(night_after(quiet, on_day(35))) == ("amicable", "reminder", "reminder")


def test_co_operation_wins_over_a_wait_that_is_over() -> None:
    letter = {"ladder": "consumer", "stage": "firmer", "step": "letter", "stage_since": on_day(0), "step_since": on_day(0)}
    assert stands(night_after(letter, on_day(60), co_operated_since_step=True, refusals=1))[0] == "amicable"
    assert stands(night_after(letter, on_day(60), refusals=1, contacts_since_step=1)) == ("pre_legal", "review", "review")


def test_the_end_is_a_state_from_which_co_operation_still_leads_back() -> None:
    review = {"ladder": "consumer", "stage": "pre_legal", "step": "review", "stage_since": on_day(0), "step_since": on_day(0)}
    end = night_after(review, on_day(30))
    assert stands(end) == ("end", "end", "suit_proposal") and end["rule"] == "consumer/end" and end["next_on"] is None
    stays = night_after(end, on_day(90))
    assert stands(stays) == ("end", "end", "suit_proposal") and stays["stage_since"] == on_day(30)
    assert stands(night_after(stays, on_day(91), co_operated_since_step=True)) == ("amicable", "reminder", "wait")


def test_a_hold_stops_the_ladder_and_the_wait_begins_anew_when_it_ends() -> None:
    reminder = {"ladder": "consumer", "stage": "amicable", "step": "reminder", "stage_since": on_day(0), "step_since": on_day(0)}
    held = night_after(reminder, on_day(20), hold_kinds="dispute", contacts_since_step=1)
    assert (held["rule"], held["queue"], held["table_row"]) == ("guard:hold", "held", "everybody")
    assert (held["stage"], held["step"], held["step_since"], held["stage_since"], held["next_on"]) == ("amicable", "reminder", on_day(20), on_day(0), None)
    assert night_after(held, on_day(21))["next_on"] == on_day(23)
    assert decided({"hold_kinds": "dispute"})[0]["ladder"] is None, "who is held before the first step has not set foot on the ladder"


def test_nobody_is_contacted_by_a_ladder_while_earlier_contacts_are_unknown() -> None:
    assert decided({"contact_history_known": False})[0]["rule"] == "guard:contact_history_unknown"


def test_a_row_may_begin_in_a_firmer_stage_and_a_changed_ladder_begins_anew() -> None:
    assert stands(decided({"refusals": 3, "amount_at_stake_minor": 500001})[0]) == ("pre_legal", "review", "review")
    gone = {"ladder": "consumer", "stage": "amicable", "step": "a_step_of_last_year", "stage_since": on_day(-90), "step_since": on_day(-90)}
    row = night_after(gone, on_day(0))
    assert stands(row) == ("amicable", "reminder", "reminder") and row["stage_since"] == FIRST_DAY


def test_a_table_is_asked_only_about_its_cases_and_a_parameter_stands_for_its_value() -> None:
    rows = decided({"kind": "organisation"}, {"refusals": 3, "amount_at_stake_minor": 500000})
    assert [row["table_row"] for row in rows] == ["organisation", "everybody"]
    assert rows[0]["ladder"] is None and rows[0]["stage_since"] is None and rows[0]["next_on"] is None


def test_who_answers_or_pays_during_a_hold_is_led_back_on_the_first_free_night() -> None:
    letter = {"ladder": "consumer", "stage": "firmer", "step": "letter", "stage_since": on_day(20), "step_since": on_day(20)}
    held = night_after(letter, on_day(25), hold_kinds="legal_matter", co_operated_since_step=True)
    assert (held["treatment"], held["stage"], held["step_since"]) == ("hold_respected", "firmer", on_day(20)), "the payment is not forgotten"
    later = night_after(held, on_day(40), hold_kinds="legal_matter", co_operated_since_step=True)
    assert later["step_since"] == on_day(20)
    assert stands(night_after(later, on_day(60), co_operated_since_step=True)) == ("amicable", "reminder", "wait")


def test_who_says_nothing_during_a_hold_stands_where_he_stood_and_the_wait_begins_anew() -> None:
    letter = {"ladder": "consumer", "stage": "firmer", "step": "letter", "stage_since": on_day(20), "step_since": on_day(20)}
    held = night_after(letter, on_day(25), hold_kinds="legal_matter")
    assert held["step_since"] == on_day(25)
    assert stands(night_after(held, on_day(30), contacts_since_step=1)) == ("firmer", "letter", "wait")
