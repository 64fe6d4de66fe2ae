"""A book small enough for a person to check by hand, and every measure of the report worked out beside it.

The loans, in whole minor units. Day looked at: 30 April 2026; compared with 31 March (30 days before).

| loan | debtor | booked | instalments                            | paid                                              |
|------|--------|--------|----------------------------------------|---------------------------------------------------|
| A    | 1      | 10 Jan | 100 on 1 Feb, 1 Mar, 1 Apr, 1 May      | 100 each on 1 Feb, 1 Mar, 1 Apr; 100 dated 2 May  |
| B    | 2      | 10 Jan | 100 on 1 Feb, 1 Mar, 1 Apr, 1 May      | 100 on 10 Feb, 200 on 5 Apr                       |
| C    | 1      | 10 Jan | 200 on 1 Feb, 1 Mar, 1 Apr, 1 May      | nothing                                           |
| D    | 3      | 20 Mar | 100 on 20 Apr, 20 May                  | nothing                                           |
| E    | 4      | ?      | nothing known                          | 50 on 1 Mar                                       |
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings
from arrears.core.ids import ID_MAX
from arrears.engine.book_views import Slice, slices_of
from arrears.engine.portfolio import figures_text, portfolio_figures
from arrears.engine.portfolio_slices import DatedRows, part_text, slice_rows, together
from arrears.engine.tables import ASSESSMENT_SCHEMA, assessment_steps, empty, forget, think
from tests.columns import day, with_book

ON, BEFORE = date(2026, 4, 30), date(2026, 3, 31)
A, B, C, D, E = 1, 2, 3, 4, 5
STARTS = ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")
SETTINGS = DelinquencySettings()
WHOLE = slices_of(0, 1)[0]
"""One slice that holds every account."""


def _account(account_id: int, party_id: int, opened: str | None, product: str = "loan") -> dict[str, Any]:
    return {"account_id": account_id, "party_id": party_id, "product": product, "currency": "CNY", "opened_on": day(opened) if opened else None,
            "principal_minor": 350, "status": "active"}


def _instalments(account_id: int, amount: int, days: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"account_id": account_id, "number": number, "due_on": day(due), "principal_minor": amount} for number, due in enumerate(days, start=1)]


def _payments(account_id: int, *paid: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"account_id": account_id, "payment_id": account_id * 100 + place, "paid_on": day(on), "amount_minor": amount} for place, (on, amount) in enumerate(paid)]


LOANS = {
    "parties": [{"party_id": party, "kind": "person", "region": "CN-BJ"} for party in (1, 2, 3, 4)],
    "accounts": [_account(A, 1, "2026-01-10"), _account(B, 2, "2026-01-10"), _account(C, 1, "2026-01-10"), _account(D, 3, "2026-03-20"), _account(E, 4, None)],
    "instalments": [*_instalments(A, 100, STARTS), *_instalments(B, 100, STARTS), *_instalments(C, 200, STARTS), *_instalments(D, 100, ("2026-04-20", "2026-05-20"))],
    "payments": [
        *_payments(A, ("2026-02-01", 100), ("2026-03-01", 100), ("2026-04-01", 100), ("2026-05-02", 100)),
        *_payments(B, ("2026-02-10", 100), ("2026-04-05", 200)), *_payments(E, ("2026-03-01", 50)),
    ],
}
INVOICES = {
    "accounts": [{"account_id": 9, "party_id": 9, "product": "trade", "currency": "USD", "status": "active"}],
    "parties": [{"party_id": 9, "kind": "organisation"}],
    "receivables": [
        {"account_id": 9, "document_id": 1, "issued_on": day("2026-02-01"), "due_on": day("2026-03-03"), "amount_minor": 300},
        {"account_id": 9, "document_id": 2, "issued_on": day("2026-05-01"), "due_on": day("2026-05-31"), "amount_minor": 600, "disputed_on": day("2026-06-10")},
        {"account_id": 9, "document_id": 3, "issued_on": day("2026-06-15"), "due_on": day("2026-07-15"), "amount_minor": 300},
    ],
    "payments": _payments(9, ("2026-03-10", 300), ("2026-06-20", 150)),
}


def figures_of(book: Any, on: date, compared: date | None, settings: DelinquencySettings = SETTINGS, slices: tuple[Slice, ...] = (WHOLE,)) -> dict[str, Any]:
    """The report's figures of a book on a day, by the expressions a run uses."""
    dated = together(_rows_of_slice(book, on, settings, part) for part in slices)
    with duckdb.connect(":memory:") as connection:
        with_book(connection, book)
        for name, looked_at in (("portfolio_before", compared), ("now", on)):
            if looked_at is None:
                connection.execute(f"CREATE TEMP TABLE {name} AS {empty(ASSESSMENT_SCHEMA)}")
                continue
            steps = assessment_steps(settings, looked_at)
            think(connection, steps)
            connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM position")
            forget(connection, steps)
        connection.execute("CREATE TEMP TABLE position AS SELECT * FROM now")
        return portfolio_figures(connection, settings, on, compared, dated, 0, [])


def _rows_of_slice(book: Any, on: date, settings: DelinquencySettings, part: Slice) -> DatedRows:
    """What a run asks of one slice, through the text it is kept in."""
    here = {name: [row for row in rows if part.first_id <= row.get("account_id", part.first_id) <= part.last_id] for name, rows in book.items()}
    with duckdb.connect(":memory:") as connection:
        with_book(connection, here)
        think(connection, assessment_steps(settings, on))
        rows: DatedRows = json.loads(part_text(slice_rows(connection, settings, on)))
        return rows


@pytest.fixture(scope="module")
def loans() -> Iterator[dict[str, Any]]:
    """The tables of the report on 30 April."""
    yield figures_of(LOANS, ON, BEFORE)["tables"]


@pytest.fixture(scope="module")
def invoices() -> Iterator[dict[str, Any]]:
    """The tables of the report on 30 June over the invoices."""
    yield figures_of(INVOICES, date(2026, 6, 30), None)["tables"]


def only(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """The one row with these values."""
    (row,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return row


def test_flow_has_the_accounts_and_both_balances_of_each_move(loans: dict[str, Any]) -> None:
    moves = {(row["bucket_before"], row["bucket"]): (row["accounts"], row["balance_before_minor"], row["balance_minor"]) for row in loans["flow"]}
    assert moves == {
        ("current", "current"): (2, 200, 100),  # A, and E of whom nothing is known
        ("current", "1-30"): (1, 200, 200),  # D
        ("1-30", "current"): (1, 300, 100),  # B, 30 days late on 31 March
        ("31-60", "61-90"): (1, 800, 800),  # C
    }


def test_each_row_of_the_transition_matrix_adds_up_to_one(loans: dict[str, Any]) -> None:
    for before in {row["bucket_before"] for row in loans["transition"]}:
        assert sum(Fraction(row["share"]) for row in loans["transition"] if row["bucket_before"] == before) == 1
    assert only(loans["transition"], bucket_before="current", bucket="1-30")["share"] == "1/3"


def test_roll_goes_by_balance_and_not_by_count(loans: dict[str, Any]) -> None:
    row = only(loans["roll"], bucket_before="current")
    assert (row["net_flow"], row["cohort_roll"]) == ("1/2", "1/2")  # 200 of 400
    by_count = only(loans["transition"], bucket_before="current", bucket="1-30")["share"]
    assert by_count == "1/3" != row["cohort_roll"]


def test_cure_is_of_those_who_were_in_the_bucket_and_not_of_all_who_are_current(loans: dict[str, Any]) -> None:
    assert only(loans["cure"], bucket="1-30")["rate"] == "1/1"
    assert only(loans["cure"], bucket="31-60")["rate"] == "0/1"
    assert only(loans["cure"], bucket="current")["rate"] == "2/3"


def test_expected_loss_says_when_the_way_to_the_end_cannot_be_told(loans: dict[str, Any]) -> None:
    assert only(loans["loss"], bucket="61-90")["expected_loss_minor"] is None, "nothing stood in 61-90 a month ago"
    assert only(loans["loss"], bucket="181+")["expected_loss_minor"] == 0
    over_a_week = figures_of(LOANS, ON, date(2026, 4, 23))["tables"]
    assert all(row["expected_loss_minor"] is None for row in over_a_week["loss"] if row["bucket"] != "181+"), "a week is not a month"


def test_entry_rate_takes_what_was_unpaid_at_the_end_of_the_due_day_by_balance(loans: dict[str, Any]) -> None:
    row = only(loans["entry"], due_on="2026-04-01")
    assert (row["due_minor"], row["unpaid_minor"], row["rate"], row["rate_accounts"]) == (400, 300, "3/4", "2/3")  # B 100 and C 200 of A, B, C
    unpaid_today = Fraction(200, 400)  # the wrong version: B paid on the 5th and would vanish
    assert Fraction(row["rate"]) != unpaid_today
    assert only(loans["entry"], due_on="2026-04-20")["rate"] == "1/1"


def test_an_earlier_arrear_takes_the_money_first_in_the_entry_rate() -> None:
    book = {**LOANS, "payments": _payments(C, ("2026-04-01", 200))}
    row = only(figures_of(book, ON, None)["tables"]["entry"], due_on="2026-04-01")
    assert row["unpaid_minor"] == 400, "C's 200 went to February"


def test_first_payment_default_leaves_out_loans_too_young_to_be_judged(loans: dict[str, Any]) -> None:
    january, march = only(loans["first_payment"], booked="2026-01"), only(loans["first_payment"], booked="2026-03")
    assert (january["rate_1"], january["rate_7"], january["rate_30"]) == ("2/3", "2/3", "1/3")  # B was 9 days late, C never paid
    assert (march["rate_1"], march["rate_7"], march["rate_30"]) == ("1/1", "1/1", None)  # D's first is 10 days old
    failed = january["failed30"] + march["failed30"]
    assert Fraction(failed, january["ripe30"] + march["ripe30"]) == Fraction(1, 3) != Fraction(failed, january["loans"] + march["loans"])


@pytest.mark.parametrize(("paid_on", "failed"), [("2026-02-07", False), ("2026-02-08", True)])
def test_a_first_instalment_fails_seven_days_on_its_seventh_day_of_lateness(paid_on: str, failed: bool) -> None:
    book = {"accounts": [_account(B, 2, "2026-01-10")], "instalments": _instalments(B, 100, STARTS), "payments": _payments(B, (paid_on, 100))}
    (row,) = figures_of(book, ON, None)["tables"]["first_payment"]
    assert row["failed7"] == int(failed)


def test_vintage_is_the_whole_balance_of_loans_late_now_over_all_that_was_booked(loans: dict[str, Any]) -> None:
    rates = {row["month_on_book"]: (row["rate_30"], row["rate_60"], row["rate_90"]) for row in loans["vintage"] if row["booked"] == "2026-01"}
    assert rates == {
        0: ("0/1", "0/1", "0/1"),
        1: ("0/1", "0/1", "0/1"),  # 28 February: the oldest is 27 days late
        2: ("11/16", "0/1", "0/1"),  # 31 March: B owes 300 and C 800, of 1600
        3: ("1/2", "1/2", "0/1"),  # 30 April: C alone, 88 days late
    }


def test_known_wrong_vintages_give_other_figures(loans: dict[str, Any]) -> None:
    march = only(loans["vintage"], booked="2026-01", month_on_book=2)
    right = Fraction(march["rate_30"])
    by_count, past_due_only = Fraction(march["accounts_30"], march["accounts"]), Fraction(100 + 400, 1600)
    assert right not in (by_count, past_due_only)
    ever_late = Fraction(300 + 800, 1600)
    assert Fraction(only(loans["vintage"], booked="2026-01", month_on_book=3)["rate_30"]) != ever_late


def test_the_lateness_behind_a_vintage_is_the_one_that_a_run_of_that_day_finds() -> None:
    for settings in (SETTINGS, DelinquencySettings(day_on_due_date=DayOnDueDate.ONE)):
        march = only(figures_of(LOANS, ON, None, settings)["tables"]["vintage"], booked="2026-01", month_end="2026-03-31")
        with duckdb.connect(":memory:") as connection:
            with_book(connection, LOANS)
            think(connection, assessment_steps(settings, BEFORE))
            found = connection.execute("SELECT count(*), sum(balance_minor) FROM position JOIN accounts USING (account_id) "
                                       "WHERE days_past_due >= 30 AND opened_on < DATE '2026-02-01'").fetchone()
        assert found == (march["accounts_30"], march["balance_30_minor"])


def test_concentration_counts_a_debtors_accounts_together(loans: dict[str, Any]) -> None:
    (row,) = loans["concentration"]
    assert (row["balance_minor"], row["largest_minor"], row["largest_share"]) == (1200, 900, "3/4")  # A and C are one debtor's
    assert Fraction(800, 1200) != Fraction(row["largest_share"]), "the largest account is not the largest debtor"


def test_a_region_of_very_few_debtors_is_not_shown_apart(loans: dict[str, Any]) -> None:
    assert {row["name"] for row in loans["by_region"]} == {"other"}


def test_the_cash_outlook_falls_into_its_weeks_and_is_expected_only_where_the_rate_is_known(loans: dict[str, Any]) -> None:
    weeks = {row["period"]: (row["due_minor"], row["expected_minor"]) for row in loans["cash_weeks"] if row["due_minor"]}
    assert weeks == {1: (400, None), 3: (100, 100)}  # 1 May: A, B and C, and nobody knows how 61-90 behaves; 20 May: D, whose bucket cured whole
    assert only(loans["cash_months"], period=1)["due_minor"] == 500


def test_what_is_missing_or_odd_is_counted(loans: dict[str, Any]) -> None:
    counts = {row["check"]: row["count"] for row in loans["quality"] if row["count"]}
    assert counts == {"nothing_due_known": 1, "paid_without_due": 1, "opened_unknown": 1, "future_payments": 1}


def test_invoices_age_by_their_own_due_date_with_money_on_the_oldest_first(invoices: dict[str, Any]) -> None:
    ages = {row["bucket"]: (row["invoices"], row["outstanding_minor"], row["disputed_minor"]) for row in invoices["ageing"]}
    assert ages == {"current": (1, 300, 0), "1-30": (1, 450, 450)}


def test_the_trade_credit_measures_come_from_the_book_and_differ_from_the_wrong_ones(invoices: dict[str, Any]) -> None:
    (row,) = invoices["trade_credit"]
    assert (row["opening_minor"], row["sales_minor"], row["closing_minor"], row["closing_current_minor"]) == (0, 900, 750, 300)
    assert (row["dso"], row["best_dso"], row["add"], row["cei"]) == ("75/1", "30/1", "45/1", "1/4")
    sales_of_all_times, share_of_all = Fraction(750, 1200) * 90, Fraction(900 - 750, 900)
    assert Fraction(row["dso"]) != sales_of_all_times and Fraction(row["cei"]) != share_of_all


def test_sales_that_nobody_knows_give_no_days_of_sales() -> None:
    undated = [{**row, "issued_on": None} for row in INVOICES["receivables"]]
    (row,) = figures_of({**INVOICES, "receivables": undated}, date(2026, 6, 30), None)["tables"]["trade_credit"]
    assert (row["dso"], row["cei"], row["issued_unknown"]) == (None, None, 3)


def test_a_book_looked_at_in_slices_gives_the_figures_of_the_whole() -> None:
    slices = (Slice(0, 0, B), Slice(1, C, ID_MAX))
    assert figures_text(figures_of(LOANS, ON, BEFORE, slices=slices)) == figures_text(figures_of(LOANS, ON, BEFORE))


def test_the_same_book_gives_the_same_text() -> None:
    assert figures_text(figures_of(LOANS, ON, BEFORE)) == figures_text(figures_of(LOANS, ON, BEFORE))
