"""Early warning, told as stories: which debts need somebody's eye tonight, and which do not."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from arrears.assess.delinquency.punctuality import judged_items
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.episodes import ALERT_SCHEMA, FOUND_SCHEMA, lives
from arrears.assess.early_warning.evidence import due_soon, late_habits, returned_debits
from arrears.assess.early_warning.kinds import broken_habits, likely, returned
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.early_warning import ACKNOWLEDGED_SCHEMA
from arrears.engine.tables import ASSESSMENT_SCHEMA, DECISION_SCHEMA, HISTORY_SCHEMA
from tests.columns import rows_of_expression

TODAY = date(2026, 11, 23)
SETTINGS = EarlyWarningSettings()
OWNERS = ibis.schema({"account_id": "int64", "party_id": "int64"})
ITEMS = ibis.schema({"account_id": "int64", "due_on": "date", "sequence": "int64", "amount_minor": "int64"})
MONEY = ibis.schema({"account_id": "int64", "paid_on": "date", "payment_id": "int64", "amount_minor": "int64"})


def table(schema: ibis.Schema, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema.to_pyarrow())


def account(number: int, **said: Any) -> dict[str, Any]:
    usual = {"bucket": "current", "currency": "CNY", "days_past_due": 0, "overdue_items": 0, "amount_overdue_minor": 0, "balance_minor": 500_00}
    return {"account_id": number, "party_id": number, **usual, **said}


def likely_rows(accounts: list[dict[str, Any]], paid_on: list[date], back: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts for these accounts; account 1 had items on the first of each month, paid on these days."""
    position, book = ibis.table(ASSESSMENT_SCHEMA, name="position"), BOOK_TABLES["payments"].unbound()
    soon, owners = due_soon(position, SETTINGS, TODAY), ibis.table(OWNERS, name="owners")
    habits = late_habits(owners, judged_items(ibis.table(ITEMS, name="items"), ibis.table(MONEY, name="money"), DelinquencySettings(), TODAY), SETTINGS)
    found = likely(soon, habits, returned_debits(book, SETTINGS, TODAY), ibis.table(DECISION_SCHEMA, name="decisions"), SETTINGS)
    items = [{"account_id": 1, "due_on": date(2026, 11 - len(paid_on) + place, 1), "sequence": place, "amount_minor": 100} for place in range(1, len(paid_on) + 1)]
    money = [{"account_id": 1, "paid_on": day, "payment_id": place, "amount_minor": 100} for place, day in enumerate(paid_on)]
    tables = {
        "position": table(ASSESSMENT_SCHEMA, accounts), "owners": table(OWNERS, accounts), "items": table(ITEMS, items), "money": table(MONEY, money),
        "payments": table(BOOK_TABLES["payments"].schema, back), "decisions": table(DECISION_SCHEMA, []),
    }
    return rows_of_expression(found, tables, "party_id")


LATE_TWICE = [date(2026, 9, 1), date(2026, 10, 9), date(2026, 11, 5)]
ON_TIME = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]


@pytest.mark.parametrize(("due_on", "paid_on", "is_alert"), [
    (date(2026, 11, 30), LATE_TWICE, True),
    (date(2026, 12, 1), LATE_TWICE, False),  # Eight days ahead: outside the window.
    (date(2026, 11, 23), LATE_TWICE, True),
    (date(2026, 11, 30), ON_TIME, False),  # Merely due is no alert.
    (date(2026, 11, 30), [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 5)], False),  # Late once is no habit.
])
def test_who_is_in_order_is_likely_to_miss_only_with_a_near_due_date_and_a_habit_of_paying_late(due_on: date, paid_on: list[date], is_alert: bool) -> None:
    rows = likely_rows([account(1, next_due_on=due_on)], paid_on, [])
    assert bool(rows) is is_alert
    if rows:
        assert rows[0]["reason_en"] == f"Due on {due_on}. 2 of the last 3 payments came late."
        assert rows[0]["reason_zh"] == f"{due_on} 到期。最近 3 期中有 2 期晚付。"
        assert rows[0]["case_id"] is None


@pytest.mark.parametrize(("returned_on", "is_alert"), [(date(2026, 11, 10), True), (date(2026, 11, 9), False), (date(2026, 11, 24), False)])
def test_a_payment_taken_back_in_the_last_fourteen_days_is_evidence(returned_on: date, is_alert: bool) -> None:
    back = [{"account_id": 1, "payment_id": 9, "paid_on": returned_on, "amount_minor": 100, "reversal_of": 8}]
    rows = likely_rows([account(1, next_due_on=date(2026, 11, 30))], ON_TIME, back)
    assert [row["reason_en"] for row in rows] == ([f"Due on 2026-11-30. A payment was taken back on {returned_on}."] if is_alert else [])


def test_whoever_is_overdue_already_is_not_called_likely_to_miss() -> None:
    assert likely_rows([account(1, bucket="1-30", next_due_on=date(2026, 11, 30))], LATE_TWICE, []) == []


@pytest.mark.parametrize(("on_time", "late", "first", "missing", "kind"), [
    (0, 0, True, 1, "first_payment_default"),
    (6, 0, False, 1, "broken_pattern"),
    (5, 0, False, 1, None),
    (14, 1, False, 1, None),
    (14, 0, False, 2, None),
])
def test_a_missed_first_payment_and_a_broken_good_pattern_are_told_apart(on_time: int, late: int, first: bool, missing: int, kind: str | None) -> None:
    position = table(ASSESSMENT_SCHEMA, [account(1, bucket="1-30", oldest_due_on=date(2026, 11, 15), overdue_items=missing, amount_overdue_minor=100)])
    history = table(HISTORY_SCHEMA, [{"account_id": 1, "items_on_time": on_time, "items_paid_late": late, "first_item_missing": first}])
    found = broken_habits(ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(HISTORY_SCHEMA, name="history"), ibis.table(DECISION_SCHEMA, name="decisions"), SETTINGS)
    rows = rows_of_expression(found, {"position": position, "history": history, "decisions": table(DECISION_SCHEMA, [{"case_id": 7, "party_id": 1}])}, "party_id")
    assert [(row["kind"], row["case_id"]) for row in rows] == ([(kind, 7)] if kind else [])


def test_two_accounts_of_a_person_with_a_payment_taken_back_on_one_day_are_one_alert() -> None:
    position = table(ASSESSMENT_SCHEMA, [account(1), {**account(2, balance_minor=900_00), "party_id": 1}])
    back = [{"account_id": number, "payment_id": number, "paid_on": TODAY, "amount_minor": 5, "reversal_of": 8} for number in (1, 2)]
    found = returned(ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(DECISION_SCHEMA, name="decisions"), returned_debits(BOOK_TABLES["payments"].unbound(), SETTINGS, TODAY))
    rows = rows_of_expression(found, {"position": position, "decisions": table(DECISION_SCHEMA, []), "payments": table(BOOK_TABLES["payments"].schema, back)}, "party_id")
    assert [(row["account_id"], row["amount_at_stake_minor"]) for row in rows] == [(2, 900_00)]


def alert(number: int, kind: str, bucket: str, **said: Any) -> dict[str, Any]:
    return {"alert_id": number, "kind": kind, "case_id": number, "party_id": number, "bucket": bucket, "currency": "CNY", "reason_en": "r", "reason_zh": "r", **said}


def lives_of(found: list[dict[str, Any]], before: list[dict[str, Any]], buckets: dict[int, str], acknowledged: list[int], on: date = TODAY) -> dict[int, tuple[str, date, int]]:
    told = lives(ibis.table(FOUND_SCHEMA, name="found"), ibis.table(ALERT_SCHEMA, name="before"), ibis.table(DECISION_SCHEMA, name="decisions"),
                 ibis.table(ACKNOWLEDGED_SCHEMA, name="acknowledged"), SETTINGS, on)
    tables = {
        "found": table(FOUND_SCHEMA, found), "before": table(ALERT_SCHEMA, before),
        "decisions": table(DECISION_SCHEMA, [{"case_id": number, "party_id": number, "bucket": bucket, "currency": "CNY"} for number, bucket in buckets.items()]),
        "acknowledged": table(ACKNOWLEDGED_SCHEMA, [{"alert_id": number, "valid_on": on} for number in acknowledged]),
    }
    return {row["alert_id"]: (row["state"], row["raised_on"], row["nights_open"]) for row in rows_of_expression(told, tables, "alert_id")}


def test_the_same_finding_next_night_is_the_same_alert_with_its_first_day() -> None:
    last_night = alert(1, "likely_to_miss", "current", raised_on=date(2026, 11, 22), nights_open=1)
    assert lives_of([alert(1, "likely_to_miss", "current")], [last_night], {}, []) == {1: ("open", date(2026, 11, 22), 2)}


def test_an_alert_that_is_seen_for_the_first_time_is_new() -> None:
    assert lives_of([alert(1, "broken_pattern", "1-30")], [], {}, []) == {1: ("new", TODAY, 1)}


@pytest.mark.parametrize(("raised_on", "acknowledged", "state"), [
    (date(2026, 11, 21), [], "open"), (date(2026, 11, 20), [], "escalated"), (date(2026, 11, 20), [1], "acknowledged"),
])
def test_an_alert_that_nobody_acknowledges_for_three_days_is_escalated(raised_on: date, acknowledged: list[int], state: str) -> None:
    last_night = alert(1, "first_payment_default", "1-30", raised_on=raised_on, nights_open=1)
    assert lives_of([alert(1, "first_payment_default", "1-30")], [last_night], {}, acknowledged)[1][0] == state


@pytest.mark.parametrize(("bucket", "stays"), [("1-30", True), ("31-60", False), (None, False)])
def test_a_case_new_in_arrears_stays_an_alert_while_it_stands_in_that_bucket(bucket: str | None, stays: bool) -> None:
    last_night = alert(1, "new_overdue", "1-30", raised_on=date(2026, 11, 22), nights_open=1)
    assert (1 in lives_of([], [last_night], {1: bucket} if bucket else {}, [])) is stays


def test_an_alert_of_a_state_whose_ground_is_gone_is_not_repeated() -> None:
    last_night = alert(1, "likely_to_miss", "current", raised_on=date(2026, 11, 22), nights_open=1)
    assert lives_of([], [last_night], {}, []) == {}
