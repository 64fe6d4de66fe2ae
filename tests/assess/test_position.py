"""How does an account stand? Told as debts with dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from tests.columns import day, rows_after

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
LOAN = {"account_id": 1, "party_id": 10, "product": "loan", "currency": "CNY"}


def instalments(*due: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"account_id": 1, "number": number, "due_on": day(on), "principal_minor": minor} for number, (on, minor) in enumerate(due, 1)]


def paid(*came: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"account_id": 1, "payment_id": number, "paid_on": day(on), "amount_minor": minor} for number, (on, minor) in enumerate(came, 1)]


def stand(on: str, *, conventions: DelinquencySettings = DelinquencySettings(), **book: Any) -> dict[str, Any]:  # noqa: B008
    rows = rows_after(position_steps(UNBOUND, conventions, day(on)), {"accounts": [LOAN], **book}, "account_id")
    assert len(rows) == 1
    return rows[0]


THREE = instalments(("2026-01-10", 10000), ("2026-02-10", 10000), ("2026-03-10", 10000))


@pytest.mark.parametrize(
    ("story", "payments", "on", "days", "overdue", "balance", "oldest", "bucket"),
    [
        ("nothing has fallen due yet", [], "2026-01-09", 0, 0, 30000, None, "current"),
        ("on the due date itself nobody is late", [], "2026-01-10", 0, 0, 30000, None, "current"),
        ("the day after is day one", [], "2026-01-11", 1, 10000, 30000, "2026-01-10", "1-30"),
        ("day thirty is still in the first bucket", [], "2026-02-09", 30, 10000, 30000, "2026-01-10", "1-30"),
        ("day thirty-one is in the second", [], "2026-02-10", 31, 10000, 30000, "2026-01-10", "31-60"),
        ("a payment on the due date is on time", [("2026-01-10", 10000)], "2026-01-11", 0, 0, 20000, None, "current"),
        ("a payment one day later cures", [("2026-01-11", 10000)], "2026-01-11", 0, 0, 20000, None, "current"),
        ("a payment tomorrow is not known today", [("2026-01-12", 10000)], "2026-01-11", 1, 10000, 30000, "2026-01-10", "1-30"),
        ("part of it leaves the rest overdue since the same day", [("2026-01-10", 9999)], "2026-01-11", 1, 1, 20001, "2026-01-10", "1-30"),
        ("money goes to the oldest first", [("2026-02-20", 10000)], "2026-02-21", 11, 10000, 20000, "2026-02-10", "1-30"),
        ("money in advance covers what falls due later", [("2026-01-02", 15000)], "2026-02-11", 1, 5000, 15000, "2026-02-10", "1-30"),
        ("all is paid", [("2026-01-02", 30000)], "2026-12-31", 0, 0, 0, None, "current"),
        ("more than all is paid: nothing is owed, never less", [("2026-01-02", 40000)], "2026-12-31", 0, 0, 0, None, "current"),
    ],
)
def test_an_account_stands_where_its_dates_put_it(story: str, payments: Any, on: str, days: int, overdue: int, balance: int, oldest: str | None, bucket: str) -> None:
    row = stand(on, instalments=THREE, payments=paid(*payments))
    found = (row["days_past_due"], row["amount_overdue_minor"], row["balance_minor"], row["oldest_due_on"], row["bucket"])
    assert found == (days, overdue, balance, day(oldest) if oldest else None, bucket), story


def test_a_returned_payment_makes_the_debt_as_old_as_it_always_was() -> None:
    payments = [*paid(("2026-01-10", 10000)), {"account_id": 1, "payment_id": 9, "paid_on": day("2026-01-15"), "amount_minor": 10000, "reversal_of": 1}]
    assert stand("2026-01-14", instalments=THREE, payments=payments)["days_past_due"] == 0
    assert stand("2026-01-15", instalments=THREE, payments=payments)["days_past_due"] == 5


def test_a_lender_who_counts_the_due_date_as_day_one_sees_it_that_day() -> None:
    inclusive = DelinquencySettings(day_on_due_date=DayOnDueDate.ONE)
    assert stand("2026-01-10", conventions=inclusive, instalments=THREE)["days_past_due"] == 1
    assert stand("2026-01-09", conventions=inclusive, instalments=THREE)["days_past_due"] == 0


def test_an_invoice_is_not_known_before_it_is_issued() -> None:
    invoice = [{"account_id": 1, "document_id": 5, "issued_on": day("2026-02-01"), "due_on": day("2026-01-15"), "amount_minor": 700}]
    assert stand("2026-01-31", receivables=invoice)["balance_minor"] == 0
    assert stand("2026-02-01", receivables=invoice)["days_past_due"] == 17


def test_an_account_not_opened_yet_is_not_in_the_book_of_that_day() -> None:
    account = {**LOAN, "opened_on": day("2026-02-01")}
    steps = position_steps(UNBOUND, DelinquencySettings(), day("2026-01-31"))
    assert rows_after(steps, {"accounts": [account], "instalments": THREE}, "account_id") == []


def test_an_account_without_any_figures_says_that_nothing_is_known_to_be_due() -> None:
    row = stand("2026-01-31")
    assert (row["basis"], row["balance_minor"], row["bucket"]) == ("nothing_due", 0, "current")


def test_components_that_are_not_known_count_nothing_and_known_ones_add_up() -> None:
    due = [{"account_id": 1, "number": 1, "due_on": day("2026-01-10"), "principal_minor": 100, "interest_minor": 20, "fee_minor": None, "penalty_minor": 3}]
    assert stand("2026-01-11", instalments=due)["amount_overdue_minor"] == 123


CARD = {"account_id": 1, "statement_on": day("2026-05-31"), "due_on": day("2026-06-20"), "balance_minor": 90000}


def test_a_card_that_knows_months_only_is_never_given_days() -> None:
    row = stand("2026-06-01", statements=[{**CARD, "months_past_due": 2}])
    assert (row["basis"], row["days_past_due"], row["months_past_due"], row["bucket"], row["amount_overdue_minor"]) == ("months_only", None, 2, "2m", None)


def test_a_card_with_no_months_past_due_owes_nothing_overdue() -> None:
    row = stand("2026-06-01", statements=[{**CARD, "months_past_due": 0}])
    assert (row["bucket"], row["amount_overdue_minor"], row["balance_minor"]) == ("current", 0, 90000)


def test_a_card_with_a_known_minimum_is_late_by_days_when_too_little_came_since_the_statement() -> None:
    statement = {**CARD, "minimum_due_minor": 9000}
    late = stand("2026-06-25", statements=[statement], payments=paid(("2026-05-30", 9000), ("2026-06-10", 8000)))
    assert (late["days_past_due"], late["amount_overdue_minor"], late["balance_minor"]) == (5, 1000, 82000)
    assert stand("2026-06-25", statements=[statement], payments=paid(("2026-06-10", 9000)))["bucket"] == "current"


def test_only_the_latest_statement_known_on_the_day_counts() -> None:
    statements = [{**CARD, "months_past_due": 3}, {**CARD, "statement_on": day("2026-06-30"), "months_past_due": 0}]
    assert stand("2026-06-29", statements=statements)["bucket"] == "3m"
    assert stand("2026-06-30", statements=statements)["bucket"] == "current"


def by_hand(due: list[tuple[date, int]], came: list[tuple[date, int]], on: date) -> tuple[int, int, int]:
    """A slow, separate reckoning of one account: days, overdue, balance."""
    purse = sum(minor for when, minor in came if when <= on)
    left = []
    for when, minor in sorted(due):
        used = max(0, min(minor, purse))
        purse -= used
        left.append((when, minor - used))
    late = [(when, minor) for when, minor in left if minor > 0 and when < on]
    return (on - late[0][0]).days if late else 0, sum(minor for _, minor in late), sum(minor for _, minor in left)


START = date(2026, 1, 1)
dated_amounts = st.tuples(st.integers(0, 120).map(lambda n: START + timedelta(days=n)), st.integers(0, 5000))


Movements = list[tuple[date, int]]
many_accounts = st.lists(st.tuples(st.lists(dated_amounts, max_size=6), st.lists(dated_amounts, max_size=6)), min_size=1, max_size=12)
"""Accounts, each with what falls due and what is paid."""
days_after = st.integers(0, 130)


def must_agree(accounts: list[tuple[Movements, Movements]], after: int) -> None:
    """Reckon these accounts by columns and by hand, `after` days from the start: days, overdue and balance are the same."""
    on = START + timedelta(days=after)
    book: dict[str, list[dict[str, Any]]] = {"accounts": [], "instalments": [], "payments": []}
    for place, (due, came) in enumerate(accounts, 1):
        book["accounts"].append({**LOAN, "account_id": place})
        book["instalments"] += [{"account_id": place, "number": n, "due_on": when, "principal_minor": minor} for n, (when, minor) in enumerate(due)]
        book["payments"] += [{"account_id": place, "payment_id": n, "paid_on": when, "amount_minor": minor} for n, (when, minor) in enumerate(came)]
    rows = rows_after(position_steps(UNBOUND, DelinquencySettings(), on), book, "account_id")
    found = [(row["days_past_due"], row["amount_overdue_minor"], row["balance_minor"]) for row in rows]
    assert found == [by_hand(due, came, on) for due, came in accounts]


@settings(max_examples=60, deadline=None)
@given(many_accounts, days_after)
def test_columns_and_a_reckoning_by_hand_never_differ(accounts: list[tuple[Movements, Movements]], after: int) -> None:
    must_agree(accounts, after)
