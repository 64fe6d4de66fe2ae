"""One person, many debts; and what protects a person on a day."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from arrears.assess.changes import alerts, bucket_flow, moved_accounts, moved_persons
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.persons import persons_in_arrears
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.punctuality import punctuality
from arrears.assess.delinquency.settings import DelinquencySettings, PaymentTolerance
from arrears.assess.protection import contacts_known, holds_in_force
from arrears.core.book import BOOK_TABLES
from arrears.engine.tables import ASSESSMENT_SCHEMA, DECISION_SCHEMA, HISTORY_SCHEMA
from tests.columns import day, rows_after, rows_of_expression

SETTINGS = DelinquencySettings()
UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}


def position(**figures: Any) -> dict[str, Any]:
    usual = {"account_id": 1, "party_id": 10, "product": "loan", "currency": "CNY", "days_past_due": 0, "basis": "days", "overdue_items": 0,
             "amount_overdue_minor": 0, "balance_minor": 1000, "bucket": "current", "paid_minor": 0, "dates_constructed": False}
    return {**usual, **figures}


def table(schema: Any, rows: list[dict[str, Any]]) -> pa.Table:
    shape = schema.to_pyarrow()
    return pa.Table.from_pylist([{name: row.get(name) for name in shape.names} for row in rows], schema=shape)


def persons(*positions: dict[str, Any], history: list[dict[str, Any]] = []) -> list[dict[str, Any]]:  # noqa: B006
    import ibis

    expression = persons_in_arrears(ibis.table(ASSESSMENT_SCHEMA, name="position"), ibis.table(HISTORY_SCHEMA, name="history"), SETTINGS.bucket_names)
    return rows_of_expression(expression, {"position": table(ASSESSMENT_SCHEMA, list(positions)), "history": table(HISTORY_SCHEMA, history)}, "party_id")


def late(**figures: Any) -> dict[str, Any]:
    return position(**{"days_past_due": 5, "bucket": "1-30", "amount_overdue_minor": 300, "overdue_items": 1, "oldest_due_on": day("2026-01-10"), **figures})


def test_a_person_with_three_debts_of_which_two_are_late_is_one_case_with_the_whole_balance() -> None:
    rows = persons(late(account_id=1), late(account_id=2, days_past_due=40, bucket="31-60", amount_overdue_minor=50), position(account_id=3, balance_minor=7000))
    assert len(rows) == 1
    row = rows[0]
    assert (row["accounts_total"], row["accounts_overdue"], row["days_past_due"], row["bucket"]) == (3, 2, 40, "31-60")
    assert (row["amount_overdue_minor"], row["balance_minor"]) == (350, 9000)


def test_a_person_with_nothing_late_is_no_case() -> None:
    assert persons(position(), position(account_id=2)) == []


def test_amounts_of_two_currencies_are_never_added() -> None:
    row = persons(late(currency="CNY"), late(account_id=2, currency="USD", amount_overdue_minor=999))[0]
    assert (row["currencies"], row["currency"], row["amount_overdue_minor"], row["balance_minor"]) == (2, "CNY", 300, 1000)


def test_an_amount_nobody_knows_makes_the_sum_unknown_and_not_smaller() -> None:
    unknown = position(account_id=2, bucket="2m", basis="months_only", months_past_due=2, days_past_due=None, amount_overdue_minor=None)
    row = persons(late(), unknown)[0]
    assert (row["amount_overdue_minor"], row["days_past_due"], row["months_past_due"], row["bucket"]) == (None, 5, 2, "2m")


def test_two_products_are_said_to_be_several() -> None:
    assert persons(late(), late(account_id=2, product="card"))[0]["product"] == "several"


@pytest.mark.parametrize(
    ("story", "from_on", "to_on", "held"),
    [
        ("starts tomorrow", "2026-01-11", None, False),
        ("starts today", "2026-01-10", None, True),
        ("ends today, so it still protects today", "2026-01-01", "2026-01-10", True),
        ("ended yesterday", "2026-01-01", "2026-01-09", False),
    ],
)
def test_a_hold_protects_from_its_first_to_its_last_day(story: str, from_on: str, to_on: str | None, held: bool) -> None:
    rows = [{"party_id": 1, "kind": "dispute", "from_on": day(from_on), "to_on": day(to_on) if to_on else None}]
    found = rows_of_expression(holds_in_force(UNBOUND["holds"], day("2026-01-10")), {"holds": table(BOOK_TABLES["holds"].schema, rows)}, "party_id")
    assert bool(found) is held, story


def test_several_holds_are_named_in_order_and_once() -> None:
    rows = [{"party_id": 1, "kind": kind, "from_on": day(on)} for kind, on in (("hardship", "2026-01-02"), ("dispute", "2026-01-01"), ("hardship", "2026-01-01"))]
    found = rows_of_expression(holds_in_force(UNBOUND["holds"], day("2026-01-10")), {"holds": table(BOOK_TABLES["holds"].schema, rows)}, "party_id")
    assert found == [{"party_id": 1, "hold_kinds": "dispute,hardship"}]


@pytest.mark.parametrize(
    ("story", "covers", "contacts", "known", "in_window"),
    [
        ("covered and silent: no contact was made", ("2025-12-11", "2026-01-09"), [], True, 0),
        ("coverage starts one day late: unknown", ("2025-12-12", "2026-01-09"), [], False, 0),
        ("coverage ends one day early: unknown", ("2025-12-11", "2026-01-08"), [], False, 0),
        ("two contacts, one of them before the window", ("2025-12-01", "2026-01-09"), ["2025-12-10", "2025-12-11"], True, 1),
        ("a contact of today is not counted here", ("2025-12-01", "2026-01-10"), ["2026-01-10"], False, 0),
    ],
)
def test_contacts_are_known_only_where_the_whole_window_is_covered(story: str, covers: tuple[str, str], contacts: list[str], known: bool, in_window: int) -> None:
    base = {"party_id": 1, "covers_from": day(covers[0]), "covers_to": day(covers[1])}
    rows = [{**base, "occurred_on": day(on), "channel": "phone", "outcome": "no_answer"} for on in contacts] or [base]
    expression = contacts_known(UNBOUND["contact_history"], day("2026-01-10"))
    found = rows_of_expression(expression, {"contact_history": table(BOOK_TABLES["contact_history"].schema, rows)}, "party_id")
    state = (found[0]["contact_history_known"], found[0]["contacts_30d"]) if found else (False, 0)
    assert state == (known, in_window), story


def test_punctuality_tells_on_time_from_late_and_sees_a_first_payment_missing() -> None:
    due = [("2026-01-10", 100), ("2026-02-10", 100), ("2026-03-10", 100)]
    book = {
        "instalments": [{"account_id": a, "number": n, "due_on": day(on), "principal_minor": minor} for a in (1, 2) for n, (on, minor) in enumerate(due, 1)],
        "payments": [
            {"account_id": 1, "payment_id": 1, "paid_on": day("2026-01-10"), "amount_minor": 100},
            {"account_id": 1, "payment_id": 2, "paid_on": day("2026-02-11"), "amount_minor": 100},
        ],
    }
    on = day("2026-03-15")
    expression = punctuality(items_known_on(UNBOUND["instalments"], UNBOUND["receivables"], on), payments_until(UNBOUND["payments"], on), SETTINGS, on)
    assert rows_after([Step("told", expression)], book, "account_id") == [
        {"account_id": 1, "items_on_time": 1, "items_paid_late": 1, "first_item_missing": False},
        {"account_id": 2, "items_on_time": 0, "items_paid_late": 0, "first_item_missing": True},
    ]


def test_within_the_lenders_tolerance_a_payment_was_on_time() -> None:
    lenient = DelinquencySettings(tolerance=PaymentTolerance(days=1, short_minor=5))
    due = [("2026-01-10", 100), ("2026-02-10", 100), ("2026-03-10", 100)]
    book = {
        "instalments": [{"account_id": 1, "number": n, "due_on": day(on), "principal_minor": minor} for n, (on, minor) in enumerate(due, 1)],
        "payments": [{"account_id": 1, "payment_id": n, "paid_on": day(on), "amount_minor": minor} for n, (on, minor) in enumerate((("2026-01-11", 95), ("2026-02-12", 105)), 1)],
    }
    on = day("2026-03-15")
    expression = punctuality(items_known_on(UNBOUND["instalments"], UNBOUND["receivables"], on), payments_until(UNBOUND["payments"], on), lenient, on)
    assert rows_after([Step("told", expression)], book, "account_id") == [{"account_id": 1, "items_on_time": 1, "items_paid_late": 1, "first_item_missing": False}]


def test_bucket_flow_counts_where_accounts_came_from() -> None:
    import ibis

    now = table(ASSESSMENT_SCHEMA, [late(account_id=1), position(account_id=2), position(account_id=3)])
    before = table(ASSESSMENT_SCHEMA, [position(account_id=1), late(account_id=2), late(account_id=4, balance_minor=700)])
    flow = bucket_flow(ibis.table(ASSESSMENT_SCHEMA, name="now"), ibis.table(ASSESSMENT_SCHEMA, name="before"))
    rows = rows_of_expression(flow, {"now": now, "before": before}, "bucket_before, bucket")
    assert [(row["bucket_before"], row["bucket"], row["accounts"]) for row in rows] == [
        ("1-30", "current", 1), ("1-30", "gone", 1), ("current", "1-30", 1), ("none", "current", 1)]
    assert (rows[1]["balance_before_minor"], rows[1]["balance_minor"]) == (700, 0)


def test_the_documented_moves_of_ann_and_bo() -> None:
    import ibis

    def stands(account_id: int, party_id: int, bucket: str) -> dict[str, Any]:
        return position(account_id=account_id, party_id=party_id, bucket=bucket)

    ann, bo = 1, 2
    tables = {
        "now": table(ASSESSMENT_SCHEMA, [stands(11, ann, "31-60"), stands(12, ann, "current"), stands(21, bo, "1-30"), stands(31, 3, "current")]),
        "before": table(ASSESSMENT_SCHEMA, [stands(11, ann, "1-30"), stands(12, ann, "1-30"), stands(21, bo, "current"), stands(41, 4, "1-30")]),
    }
    now, before = (ibis.table(ASSESSMENT_SCHEMA, name=name) for name in ("now", "before"))
    accounts = rows_of_expression(moved_accounts(now, before, SETTINGS.bucket_names), tables, "account_id")
    assert [(row["account_id"], row["move"]) for row in accounts] == [(11, "worse"), (12, "cured"), (21, "entered")]
    persons = rows_of_expression(moved_persons(now, before, SETTINGS.bucket_names), tables, "party_id")
    assert [(row["party_id"], row["move"]) for row in persons] == [(ann, "worse"), (bo, "entered")]


def test_a_case_raises_an_alert_when_new_or_further_behind_and_not_when_it_gets_better() -> None:
    import ibis

    def case(case_id: int, bucket: str) -> dict[str, Any]:
        return {"case_id": case_id, "party_id": case_id, "bucket": bucket, "currency": "CNY"}

    now = table(DECISION_SCHEMA, [case(1, "1-30"), case(2, "31-60"), case(3, "1-30"), case(4, "1-30")])
    before = table(DECISION_SCHEMA, [case(2, "1-30"), case(3, "31-60"), case(4, "1-30")])
    raised = alerts(ibis.table(DECISION_SCHEMA, name="now"), ibis.table(DECISION_SCHEMA, name="before"), SETTINGS.bucket_names)
    rows = rows_of_expression(raised, {"now": now, "before": before}, "case_id")
    assert [(row["case_id"], row["kind"]) for row in rows] == [(1, "new_overdue"), (2, "worse_bucket")]
    assert rows[1]["reason_en"] == "Moved from 1–30 days to 31–60 days."
