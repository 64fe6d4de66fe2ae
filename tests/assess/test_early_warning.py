"""Early warning, told as stories: which debts need somebody's eye tonight, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from arrears.assess.delinquency.conventions import ConventionsNotValid
from arrears.assess.delinquency.punctuality import judged_items
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.episodes import ALERT_SCHEMA, FOUND_SCHEMA, alerts_tonight, lives
from arrears.assess.early_warning.evidence import due_soon, late_habits
from arrears.assess.early_warning.kinds import broken_patterns, first_missed, likely, noticed_accounts, returned
from arrears.assess.early_warning.patterns import (
    DEBITS_SCHEMA,
    DRIFT_SCHEMA,
    SHARES_SCHEMA,
    days_late_of,
    last_settled,
    later_and_later,
    newest_items,
    returned_debits,
    shares,
)
from arrears.assess.early_warning.settings import EarlyWarningSettings
from arrears.assess.early_warning.stated import read_early_warning
from arrears.core.book import BOOK_TABLES
from arrears.engine.early_warning import ACKNOWLEDGED_SCHEMA
from arrears.engine.tables import ASSESSMENT_SCHEMA, DECISION_SCHEMA, HISTORY_SCHEMA
from tests.columns import Rows, rows_of_expression

TODAY = date(2026, 11, 23)
SETTINGS = EarlyWarningSettings()
OWNERS = ibis.schema({"account_id": "int64", "party_id": "int64"})
ITEMS = ibis.schema({"account_id": "int64", "due_on": "date", "sequence": "int64", "amount_minor": "int64"})
MONEY = ibis.schema({"account_id": "int64", "paid_on": "date", "payment_id": "int64", "amount_minor": "int64"})


def table(schema: ibis.Schema, rows: Rows) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema.to_pyarrow())


def account(number: int, **said: Any) -> dict[str, Any]:
    usual = {"bucket": "current", "currency": "CNY", "days_past_due": 0, "overdue_items": 0, "amount_overdue_minor": 0, "balance_minor": 500_00}
    return {"account_id": number, "party_id": number, **usual, **said}


def likely_rows(accounts: list[dict[str, Any]], paid_on: list[date], back: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts for these accounts; account 1 had items on the first of each month, paid on these days."""
    position, book = ibis.table(ASSESSMENT_SCHEMA, name="position"), BOOK_TABLES["payments"].unbound()
    soon, owners = due_soon(position, SETTINGS, TODAY), ibis.table(OWNERS, name="owners")
    judged = judged_items(ibis.table(ITEMS, name="items"), ibis.table(MONEY, name="money"), DelinquencySettings(), TODAY)
    habits = late_habits(owners, newest_items(judged, SETTINGS), SETTINGS)
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


def findings(accounts: list[dict[str, Any]], **evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """First payments missed and patterns broken, of these accounts with this evidence (history, drifts, shares, debits)."""
    schemas = {"history": HISTORY_SCHEMA, "drifts": DRIFT_SCHEMA, "shares": SHARES_SCHEMA, "debits": DEBITS_SCHEMA}
    position, decisions = ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(DECISION_SCHEMA, name="decisions")
    history, drifts, shared, debits = (ibis.table(schema, name=name) for name, schema in schemas.items())
    both = ibis.union(first_missed(position, history, decisions), broken_patterns(noticed_accounts(position, history, drifts, shared, debits, decisions, SETTINGS), SETTINGS), distinct=False)
    tables = {name: table(schema, evidence.get(name, [])) for name, schema in schemas.items()}
    return rows_of_expression(both, {**tables, "position": table(ASSESSMENT_SCHEMA, accounts), "decisions": table(DECISION_SCHEMA, [{"case_id": 7, "party_id": 1}])}, "party_id")


def behind(**said: Any) -> dict[str, Any]:
    """Account 1 with one item of 100 missing that was due on 15 November."""
    return account(1, **{"bucket": "1-30", "oldest_due_on": date(2026, 11, 15), "overdue_items": 1, "amount_overdue_minor": 100, **said})


def paid_before(on_time: int, late: int = 0, first: bool = False) -> list[dict[str, Any]]:
    return [{"account_id": 1, "items_on_time": on_time, "items_paid_late": late, "first_item_missing": first}]


@pytest.mark.parametrize(("on_time", "late", "first", "missing", "kind"), [
    (0, 0, True, 1, "first_payment_default"),
    (6, 0, False, 1, "broken_pattern"),
    (5, 0, False, 1, None),
    (14, 1, False, 1, None),
    (14, 0, False, 2, None),
])
def test_a_missed_first_payment_and_a_broken_good_pattern_are_told_apart(on_time: int, late: int, first: bool, missing: int, kind: str | None) -> None:
    rows = findings([behind(overdue_items=missing)], history=paid_before(on_time, late, first))
    assert [(row["kind"], row["case_id"], row["about_on"]) for row in rows] == ([(kind, 7, date(2026, 11, 15))] if kind else [])


def newest_period(due: int, came: int, usual_due: int = 300, usual_came: int = 300) -> list[dict[str, Any]]:
    return [{"account_id": 1, "newest_due_on": date(2026, 11, 15), "newest_due_minor": due, "newest_came_minor": came, "usual_due_minor": usual_due,
             "usual_came_minor": usual_came, "usual_periods": 3}]


@pytest.mark.parametrize(("overdue_minor", "on_time", "reason"), [
    (100, 6, "6 payments on time and none late; the one due 2026-11-15 is missing."),
    (99, 6, "6 payments in full and on time; of the one due 2026-11-15 only 1\u00a0% came."),
    (1, 6, "6 payments in full and on time; of the one due 2026-11-15 only 99\u00a0% came."),
    (1, 5, None),  # Five in full are no pattern yet.
])
def test_a_part_where_all_used_to_come_is_told_otherwise_than_nothing(overdue_minor: int, on_time: int, reason: str | None) -> None:
    rows = findings([behind(amount_overdue_minor=overdue_minor)], history=paid_before(on_time), shares=newest_period(100, 0))
    assert [row["reason_en"] for row in rows] == ([reason] if reason else [])


@pytest.mark.parametrize(("due", "came", "usual_came", "is_broken"), [
    (100, 50, 300, True),  # Half of the usual share: the fall counts from here on.
    (100, 51, 300, False),
    (100, 0, 300, False),  # Nothing at all is a missed payment, and told as that.
    (100, 25, 150, True),  # Whoever used to pay half pays a quarter.
    (100, 26, 150, False),
    (1_000_000_000_000_000, 500_000_000_000_000, 300, True),
    (1_000_000_000_000_000, 500_000_000_000_001, 300, False),
])
def test_whoever_pays_half_of_the_usual_share_or_less_has_broken_the_pattern(due: int, came: int, usual_came: int, is_broken: bool) -> None:
    rows = findings([behind(overdue_items=4, amount_overdue_minor=250)], history=paid_before(1, 5), shares=newest_period(due, came, 300, usual_came))
    assert bool(rows) is is_broken
    if is_broken and due == 100:
        usual = usual_came // 3
        assert rows[0]["reason_en"] == f"In the period to 2026-11-15 came {came}\u00a0% of what fell due; in the 3 periods before it was {usual}\u00a0%."
        assert rows[0]["reason_zh"] == f"截至 2026-11-15 的一期内收到应付额的 {came}%，此前 3 期为 {usual}%。"


def months(paid: list[tuple[date, int]], count: int = 4, amount: int = 100) -> dict[str, pa.Table]:
    """Account 1 with items of 100 on the first of the last months up to November, and what was paid."""
    items = [{"account_id": 1, "due_on": date(2026, 11 - count + place, 1), "sequence": place, "amount_minor": amount} for place in range(1, count + 1)]
    money = [{"account_id": 1, "paid_on": day, "payment_id": place, "amount_minor": minor} for place, (day, minor) in enumerate(paid)]
    return {"items": table(ITEMS, items), "money": table(MONEY, money)}


def newest_of() -> Any:
    return newest_items(judged_items(ibis.table(ITEMS, name="items"), ibis.table(MONEY, name="money"), DelinquencySettings(), TODAY), SETTINGS)


def test_the_usual_share_is_of_what_fell_due_and_came_from_due_day_to_due_day() -> None:
    paid = [(date(2026, 7, 1), 100), (date(2026, 8, 1), 100), (date(2026, 8, 28), 100), (date(2026, 10, 1), 80), (date(2026, 10, 20), 30), (date(2026, 11, 20), 70)]
    (row,) = rows_of_expression(shares(newest_of(), SETTINGS), months(paid, 5), "account_id")
    assert (row["newest_due_on"], row["newest_due_minor"], row["newest_came_minor"]) == (date(2026, 11, 1), 100, 30)
    assert (row["usual_due_minor"], row["usual_came_minor"]) == (300, 280)


def test_nothing_is_usual_before_three_periods_have_passed() -> None:
    assert rows_of_expression(shares(newest_of(), SETTINGS), months([(date(2026, 8, 1), 100)], 4), "account_id") == []


@pytest.mark.parametrize(("days", "drift"), [
    ([1, 1, 3, 6], "1, 3, 6"),  # Five days in all: from here on it counts.
    ([1, 1, 3, 5], None),
    ([0, 0, 2, 5], "0, 2, 5"),  # From on time on.
    ([9, 9, 9, 9], None),  # Late, but no later than before.
    ([0, 4, 4, 9], None),  # Not each time later.
    ([9, 1, 3, 6], "1, 3, 6"),  # Only the last three are looked at.
])
def test_paying_later_each_time_is_a_drift_from_five_days_on(days: list[int], drift: str | None) -> None:
    paid = [(date(2026, 8 + place, 1 + late), 100) for place, late in enumerate(days)]
    found = later_and_later(days_late_of(last_settled(newest_of(), SETTINGS), ibis.table(MONEY, name="money"), DelinquencySettings()), SETTINGS)
    rows = rows_of_expression(found, months(paid), "account_id")
    assert [row["drift_days"] for row in rows] == ([drift] if drift else [])


def test_a_payment_in_two_parts_came_when_the_second_part_had_come() -> None:
    paid = [(date(2026, 8, 1), 100), (date(2026, 9, 2), 100), (date(2026, 10, 2), 60), (date(2026, 10, 5), 40), (date(2026, 11, 9), 100)]
    found = days_late_of(last_settled(newest_of(), SETTINGS), ibis.table(MONEY, name="money"), DelinquencySettings())
    assert [row["days_late"] for row in rows_of_expression(found, months(paid), "day")] == [1, 4, 8]


def test_a_drift_is_told_of_whoever_is_still_in_order_and_says_which_payment_it_is_about() -> None:
    (row,) = findings([account(1, next_due_on=date(2026, 12, 1))], drifts=[{"account_id": 1, "drift_days": "0, 4, 9", "drift_items": 3}])
    assert (row["kind"], row["about_on"], row["bucket"]) == ("broken_pattern", date(2026, 12, 1), "current")
    assert row["reason_en"] == "The last 3 payments came later each time: 0, 4, 9 days late."
    assert row["reason_zh"] == "最近 3 期越付越晚，依次晚 0、4、9 天。"


def payment(number: int, on: date, reversal_of: int | None = None) -> dict[str, Any]:
    return {"account_id": 1, "payment_id": number, "paid_on": on, "amount_minor": 100, "reversal_of": reversal_of}


@pytest.mark.parametrize(("payments", "in_a_row"), [
    ([payment(1, date(2026, 10, 1)), payment(2, date(2026, 11, 15)), payment(3, date(2026, 11, 18), 2)], 1),
    ([payment(1, date(2026, 10, 1)), payment(2, date(2026, 10, 4), 1), payment(3, date(2026, 11, 15)), payment(4, date(2026, 11, 18), 3)], 2),
    ([payment(1, date(2026, 10, 1)), payment(2, date(2026, 11, 12), 1), payment(3, date(2026, 11, 15))], 0),  # The newest one stands.
    ([payment(1, date(2026, 10, 1)), payment(2, date(2026, 10, 4), 1)], None),  # Long ago.
    ([payment(1, date(2026, 11, 1)), payment(2, date(2026, 11, 18), 1), payment(3, date(2026, 11, 20)), payment(4, date(2026, 11, 30), 3)], 0),  # 30 November is to come.
])
def test_debits_in_a_row_are_counted_back_from_the_newest_payment_to_the_first_that_stands(payments: list[dict[str, Any]], in_a_row: int | None) -> None:
    found = rows_of_expression(returned_debits(BOOK_TABLES["payments"].unbound(), SETTINGS, TODAY), {"payments": table(BOOK_TABLES["payments"].schema, payments)}, "account_id")
    assert [row["returned_in_a_row"] for row in found] == ([] if in_a_row is None else [in_a_row])


@pytest.mark.parametrize(("in_a_row", "is_broken"), [(1, False), (2, True)])
def test_two_debits_taken_back_in_a_row_break_a_pattern_and_one_does_not(in_a_row: int, is_broken: bool) -> None:
    rows = findings([account(1, next_due_on=None)], debits=[{"account_id": 1, "returned_on": date(2026, 11, 18), "returned_in_a_row": in_a_row}])
    assert [row["reason_en"] for row in rows] == (["The last 2 payments were all taken back, the newest on 2026-11-18."] if is_broken else [])


def test_one_account_with_several_signs_is_one_alert_with_a_sentence_for_each() -> None:
    (row,) = findings([behind()], history=paid_before(6), drifts=[{"account_id": 1, "drift_days": "0, 4, 9", "drift_items": 3}],
                      debits=[{"account_id": 1, "returned_on": date(2026, 11, 18), "returned_in_a_row": 2}])
    assert row["reason_en"].count(".") == 3 and row["reason_en"].startswith("6 payments on time") and not row["reason_en"].endswith(" ")
    assert row["reason_zh"].count("。") == 3 and " 。" not in row["reason_zh"]


def test_two_accounts_of_a_person_with_a_payment_taken_back_on_one_day_are_one_alert() -> None:
    position = table(ASSESSMENT_SCHEMA, [account(1), {**account(2, balance_minor=900_00), "party_id": 1}])
    back = [{"account_id": number, "payment_id": number, "paid_on": TODAY, "amount_minor": 5, "reversal_of": 8} for number in (1, 2)]
    found = returned(ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(DECISION_SCHEMA, name="decisions"), returned_debits(BOOK_TABLES["payments"].unbound(), SETTINGS, TODAY))
    rows = rows_of_expression(found, {"position": position, "decisions": table(DECISION_SCHEMA, []), "payments": table(BOOK_TABLES["payments"].schema, back)}, "party_id")
    assert [(row["account_id"], row["amount_at_stake_minor"]) for row in rows] == [(2, 900_00)]


def alert(number: int, kind: str, bucket: str, **said: Any) -> dict[str, Any]:
    usual = {"alert_id": number, "kind": kind, "state": "open", "case_id": number, "party_id": number, "account_id": number, "bucket": bucket, "currency": "CNY",
             "reason_en": kind, "reason_zh": kind, "raised_on": date(2026, 11, 22), "last_seen_on": date(2026, 11, 22), "nights_open": 1}
    return {**usual, **said}


def told_tonight(found: Rows, before: Rows = (), cases: Rows = (), accounts: Rows = (), acknowledged: Mapping[int, date] | None = None,
                 on: date = TODAY) -> dict[int, dict[str, Any]]:
    known = ibis.table(ALERT_SCHEMA, name="before"), ibis.table(DECISION_SCHEMA, name="decisions"), ibis.table(ASSESSMENT_SCHEMA, name="position")
    told = lives(alerts_tonight(ibis.table(FOUND_SCHEMA, name="found"), *known), *known, ibis.table(ACKNOWLEDGED_SCHEMA, name="acknowledged"), SETTINGS, DelinquencySettings().bucket_names, on)
    tables = {
        "found": table(FOUND_SCHEMA, found), "before": table(ALERT_SCHEMA, before), "position": table(ASSESSMENT_SCHEMA, accounts),
        "decisions": table(DECISION_SCHEMA, [{"party_id": case["case_id"], "currency": "CNY", **case} for case in cases]),
        "acknowledged": table(ACKNOWLEDGED_SCHEMA, [{"alert_id": number, "valid_on": day} for number, day in (acknowledged or {}).items()]),
    }
    return {row["alert_id"]: row for row in rows_of_expression(told, tables, "alert_id")}


def life(row: dict[str, Any]) -> tuple[str, date, int]:
    return row["state"], row["raised_on"], row["nights_open"]


def test_the_same_finding_next_night_is_the_same_alert_with_its_first_day() -> None:
    told = told_tonight([alert(1, "likely_to_miss", "current")], [alert(1, "likely_to_miss", "current")])
    assert life(told[1]) == ("open", date(2026, 11, 22), 2)


def test_an_alert_that_is_seen_for_the_first_time_is_new() -> None:
    assert life(told_tonight([alert(1, "broken_pattern", "1-30")])[1]) == ("new", TODAY, 1)


@pytest.mark.parametrize(("raised_on", "acknowledged", "state"), [
    (date(2026, 11, 21), {}, "open"), (date(2026, 11, 20), {}, "escalated"), (date(2026, 11, 20), {1: date(2026, 11, 20)}, "acknowledged"),
    (date(2026, 11, 20), {1: date(2026, 11, 19)}, "escalated"),  # Acknowledged in an earlier life.
])
def test_an_alert_that_nobody_acknowledges_for_three_days_is_escalated(raised_on: date, acknowledged: dict[int, date], state: str) -> None:
    last_night = alert(1, "first_payment_default", "1-30", raised_on=raised_on)
    assert told_tonight([alert(1, "first_payment_default", "1-30")], [last_night], acknowledged=acknowledged)[1]["state"] == state


@pytest.mark.parametrize(("bucket", "state", "why"), [
    ("1-30", "open", None), ("31-60", "resolved", "The case stands at 31–60 days now."), (None, "resolved", "Nothing of this person is overdue any more."),
])
def test_a_case_new_in_arrears_stays_an_alert_while_it_stands_in_that_bucket(bucket: str | None, state: str, why: str | None) -> None:
    told = told_tonight([], [alert(1, "new_overdue", "1-30")], [{"case_id": 1, "bucket": bucket}] if bucket else [])
    assert (told[1]["state"], told[1]["resolution_en"]) == (state, why)


@pytest.mark.parametrize(("oldest_due_on", "state"), [(date(2026, 11, 15), "open"), (None, "resolved"), (date(2026, 12, 1), "resolved")])
def test_a_broken_pattern_stays_until_the_payment_it_is_about_has_come_however_many_more_are_missing(oldest_due_on: date | None, state: str) -> None:
    last_night = alert(1, "broken_pattern", "1-30", about_on=date(2026, 11, 15))
    told = told_tonight([], [last_night], [{"case_id": 1, "bucket": "31-60"}], [behind(bucket="31-60", overdue_items=2, oldest_due_on=oldest_due_on)])
    assert told[1]["state"] == state
    assert told[1]["resolution_en"] == (None if state == "open" else "The payment due 2026-11-15 has come.")


def test_an_alert_whose_payment_came_ends_with_the_day_and_why() -> None:
    last_night = alert(1, "likely_to_miss", "current", case_id=None, about_on=date(2026, 11, 25))
    (row,) = told_tonight([], [last_night], accounts=[account(1, next_due_on=date(2026, 12, 25))]).values()
    assert (row["state"], row["resolved_on"], row["raised_on"]) == ("resolved", TODAY, date(2026, 11, 22))
    assert (row["resolution_en"], row["resolution_zh"]) == ("The payment due 2026-11-25 has come.", "2026-11-25 到期的一期已还清。")


@pytest.mark.parametrize(("resolved_on", "is_told"), [(date(2026, 11, 17), True), (date(2026, 11, 16), False)])
def test_a_resolved_alert_is_told_for_seven_days_and_then_no_more(resolved_on: date, is_told: bool) -> None:
    ended = alert(1, "new_overdue", "1-30", state="resolved", resolved_on=resolved_on, resolution_en="e", resolution_zh="z")
    told = told_tonight([], [ended], [{"case_id": 1, "bucket": "1-30"}])
    assert [(row["state"], row["resolved_on"], row["resolution_en"]) for row in told.values()] == ([("resolved", resolved_on, "e")] if is_told else [])


def test_what_ended_and_comes_again_is_new_again_even_if_it_had_been_acknowledged() -> None:
    ended = alert(1, "likely_to_miss", "current", state="resolved", resolved_on=date(2026, 11, 22), nights_open=4)
    told = told_tonight([alert(1, "likely_to_miss", "current")], [ended], acknowledged={1: date(2026, 11, 21)})
    assert life(told[1]) == ("new", TODAY, 1) and told[1]["resolved_on"] is None


def test_one_missed_payment_gives_one_alert_the_more_specific_one_with_the_others_as_further_reasons() -> None:
    due = date(2026, 11, 15)
    kinds = ("new_overdue", "returned_debit", "broken_pattern")
    told = told_tonight([alert(number, kind, "1-30", party_id=1, about_on=due) for number, kind in enumerate(kinds)])
    assert [(row["kind"], row["further_en"], row["further_zh"]) for row in told.values()] == [("broken_pattern", "returned_debit new_overdue", "returned_debitnew_overdue")]


def test_two_missed_payments_of_a_person_and_findings_about_none_stay_apart() -> None:
    told = told_tonight([
        alert(1, "new_overdue", "1-30", party_id=1, about_on=date(2026, 11, 1)), alert(2, "broken_pattern", "1-30", party_id=1, about_on=date(2026, 11, 15)),
        alert(3, "returned_debit", "1-30", party_id=1), alert(4, "new_overdue", "1m", party_id=1), alert(5, "new_overdue", "1-30", party_id=2, about_on=date(2026, 11, 1)),
    ])
    assert sorted(told) == [1, 2, 3, 4, 5] and all(row["further_en"] is None for row in told.values())


def test_an_alert_taken_over_by_one_about_the_same_payment_ends_and_says_so_and_its_reason_goes_on_in_the_other() -> None:
    due = date(2026, 11, 15)
    first = alert(1, "new_overdue", "1-30", party_id=1, about_on=due)
    moved = alert(2, "worse_bucket", "31-60", party_id=1, about_on=due)
    told = told_tonight([moved, alert(3, "first_payment_default", "31-60", party_id=1, about_on=due)], [first, alert(3, "first_payment_default", "1-30", party_id=1, about_on=due)],
                        [{"case_id": 1, "bucket": "31-60"}], [behind(bucket="31-60")])
    assert {number: row["state"] for number, row in told.items()} == {1: "resolved", 2: "new", 3: "resolved"}
    assert told[3]["resolution_en"] == "Told in another alert about the same payment." and told[2]["further_en"] == "first_payment_default"


@pytest.mark.parametrize(("stated", "complaint"), [
    ("share_falls_percent: 101", "share_falls_percent is more than 100"), ("drift_items: 1", "drift_items is less than 2"),
    ("returned_in_a_row: 1", "returned_in_a_row is less than 2"), ("resolved_shown_days: 0", "resolved_shown_days is “0”"), ("drift: 3", "“drift” is not a threshold"),
])
def test_a_threshold_that_cannot_be_is_named(stated: str, complaint: str) -> None:
    with pytest.raises(ConventionsNotValid, match=complaint):
        read_early_warning("early_warning: {" + stated + "}")


def test_thresholds_at_their_ends_are_taken() -> None:
    taken = read_early_warning("early_warning: {share_falls_percent: 100, drift_items: 2, returned_in_a_row: 2, resolved_shown_days: 1}")
    assert (taken.share_falls_percent, taken.drift_items, taken.returned_in_a_row, taken.resolved_shown_days) == (100, 2, 2, 1)
