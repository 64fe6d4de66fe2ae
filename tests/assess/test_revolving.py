"""Cards told statement by statement: since when is the minimum unpaid, how much of it, and what does a newer statement change?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance
from tests.assess.test_position import paid, stand
from tests.columns import day


def statement(on: str, due: str, minimum: int | None, balance: int = 90000, months: int | None = None) -> dict[str, Any]:
    return {
        "account_id": 1, "statement_on": day(on), "due_on": day(due), "balance_minor": balance, "minimum_due_minor": minimum, "months_past_due": months,
    }


def returned(number: int, of: int, on: str, minor: int) -> dict[str, Any]:
    return {"account_id": 1, "payment_id": number, "paid_on": day(on), "amount_minor": minor, "reversal_of": of}


THREE = [statement("2026-03-31", "2026-04-20", 100), statement("2026-04-30", "2026-05-20", 200, 91000), statement("2026-05-31", "2026-06-20", 300, 92000)]
"""A card that pays nothing: each minimum holds the one before and a new 1.00."""


@pytest.mark.parametrize(
    ("story", "payments", "on", "days", "overdue", "items", "balance", "next_due"),
    [
        ("on the due date nobody is late", [], "2026-04-20", 0, 0, 0, 90000, "2026-04-20"),
        ("the day after is day one", [], "2026-04-21", 1, 100, 1, 90000, None),
        ("a newer statement that is not due yet hides nothing", [], "2026-04-30", 10, 100, 1, 91000, "2026-05-20"),
        ("on its due date still only the older minimum is overdue", [], "2026-05-20", 30, 100, 1, 91000, "2026-05-20"),
        ("a day later both are, and nothing counts twice", [], "2026-05-21", 31, 200, 2, 91000, None),
        ("three in a row", [], "2026-06-21", 62, 300, 3, 92000, None),
        ("paid on the due date", [("2026-04-20", 100)], "2026-04-29", 0, 0, 0, 89900, None),
        ("paid a day late is cured", [("2026-04-21", 100)], "2026-04-29", 0, 0, 0, 89900, None),
        ("a cent too little", [("2026-04-20", 99)], "2026-04-29", 9, 1, 1, 89901, None),
        ("the older minimum paid after the newer statement: caught up", [("2026-05-05", 100)], "2026-05-20", 0, 0, 0, 90900, "2026-05-20"),
        ("and a day later the newer one is a day late", [("2026-05-05", 100)], "2026-05-21", 1, 100, 1, 90900, None),
        ("money on the statement's own day is in the statement", [("2026-04-30", 100)], "2026-05-21", 1, 200, 1, 91000, None),
        ("one month of two paid: a month late", [("2026-05-25", 100)], "2026-05-26", 6, 100, 1, 90900, None),
        ("both paid", [("2026-05-25", 200)], "2026-05-26", 0, 0, 0, 90800, None),
        ("more than all is paid: nothing is owed, never less", [("2026-06-02", 99999)], "2026-06-30", 0, 0, 0, 0, None),
    ],
)
def test_a_card_is_as_late_as_its_run_of_unpaid_minima(
    story: str, payments: Any, on: str, days: int, overdue: int, items: int, balance: int, next_due: str | None
) -> None:
    row = stand(on, statements=THREE, payments=paid(*payments))
    found = tuple(row[name] for name in ("days_past_due", "amount_overdue_minor", "overdue_items", "balance_minor", "next_due_on", "basis"))
    assert found == (days, overdue, items, balance, day(next_due) if next_due else None, "days"), story


def test_a_minimum_met_in_between_ends_the_run() -> None:
    statements = [statement("2026-03-31", "2026-04-20", 100), statement("2026-04-30", "2026-05-20", 0), statement("2026-05-31", "2026-06-20", 150)]
    row = stand("2026-06-25", statements=statements)
    assert (row["days_past_due"], row["oldest_due_on"], row["amount_overdue_minor"]) == (5, day("2026-06-20"), 150)


def test_a_newer_statement_that_asks_for_less_is_believed() -> None:
    statements = [statement("2026-03-31", "2026-04-20", 500), statement("2026-04-30", "2026-05-20", 40)]
    row = stand("2026-05-01", statements=statements)
    assert (row["days_past_due"], row["amount_overdue_minor"]) == (11, 40)
    waived = [statements[0], statement("2026-04-30", "2026-05-20", 0)]
    assert stand("2026-05-01", statements=waived)["bucket"] == "current"


@pytest.mark.parametrize(
    ("story", "on", "days", "overdue", "balance"),
    [
        ("while it stood nothing was overdue", "2026-05-02", 0, 0, 40000),
        ("taken back, the older minimum was never paid; the rest of the payment is no arrears", "2026-05-03", 13, 100, 90000),
        ("when the newer one is late as well it counts beside it, since it took the payment for good", "2026-05-21", 31, 150, 90000),
    ],
)
def test_a_payment_taken_back_after_the_next_statement_makes_the_older_minimum_unpaid_again(story: str, on: str, days: int, overdue: int, balance: int) -> None:
    statements = [statement("2026-03-31", "2026-04-20", 100), statement("2026-04-30", "2026-05-20", 50, 40000)]
    payments = [*paid(("2026-04-10", 50000)), returned(9, 1, "2026-05-03", 50000)]
    row = stand(on, statements=statements, payments=payments)
    assert (row["days_past_due"], row["amount_overdue_minor"], row["balance_minor"]) == (days, overdue, balance), story


@pytest.mark.parametrize(
    ("story", "by", "payments", "on", "days", "overdue"),
    [
        ("the due date is day one", DelinquencySettings(day_on_due_date=DayOnDueDate.ONE), (), "2026-04-20", 1, 100),
        ("and the day before is not", DelinquencySettings(day_on_due_date=DayOnDueDate.ONE), (), "2026-04-19", 0, 0),
        ("within three days nothing is late", DelinquencySettings(tolerance=PaymentTolerance(3)), (), "2026-04-23", 0, 0),
        ("on the fourth all days count", DelinquencySettings(tolerance=PaymentTolerance(3)), (), "2026-04-24", 4, 100),
        ("ten cents short is paid", DelinquencySettings(tolerance=PaymentTolerance(0, 10)), (("2026-04-20", 90),), "2026-05-01", 0, 0),
        ("eleven are not", DelinquencySettings(tolerance=PaymentTolerance(0, 10)), (("2026-04-20", 89),), "2026-05-01", 11, 11),
        ("money counts from the next day", DelinquencySettings(payment_day=PaymentDay.NEXT_DAY), (("2026-05-25", 200),), "2026-05-25", 35, 200),
        ("and then it does", DelinquencySettings(payment_day=PaymentDay.NEXT_DAY), (("2026-05-25", 200),), "2026-05-26", 0, 0),
        ("money of the statement's day that counts a day later is not in it yet", DelinquencySettings(payment_day=PaymentDay.NEXT_DAY), (("2026-04-30", 200),), "2026-05-21", 0, 0),
    ],
)
def test_the_conventions_hold_for_minima_as_for_instalments(story: str, by: DelinquencySettings, payments: Any, on: str, days: int, overdue: int) -> None:
    row = stand(on, conventions=by, statements=THREE, payments=paid(*payments))
    assert (row["days_past_due"], row["amount_overdue_minor"]) == (days, overdue), story


def test_a_pause_stops_the_tag_of_a_card_as_well() -> None:
    pauses = [{"account_id": 1, "from_on": day("2026-04-25"), "until_on": day("2026-05-05")}]
    row = stand("2026-05-10", conventions=DelinquencySettings(tag_grace_days=2), statements=THREE, pauses=pauses)
    assert (row["days_past_due"], row["days_delinquent"], row["delinquent_on"]) == (20, 8, day("2026-04-22"))


def test_a_due_date_within_the_tolerance_is_still_to_come_so_that_the_law_sees_it() -> None:
    row = stand("2026-04-22", conventions=DelinquencySettings(tolerance=PaymentTolerance(3)), statements=THREE)
    assert (row["next_due_on"], row["oldest_due_on"]) == (day("2026-04-20"), None)


@pytest.mark.parametrize(
    ("story", "statements", "basis", "days", "months", "overdue"),
    [
        ("months and minimum: the minimum is younger news than the months", [statement("2026-03-31", "2026-04-20", 100, months=0)], "days", 10, None, 100),
        ("late before our first statement: the months are all that is known of the age", [statement("2026-03-31", "2026-04-20", 300, months=2)], "months_only", None, 2, 300),
        ("months only", [statement("2026-03-31", "2026-04-20", None, months=2)], "months_only", None, 2, None),
        ("neither: not known, never nothing", [statement("2026-03-31", "2026-04-20", None)], "days", 0, None, None),
        ("a minimum unpaid and a newer one not stated: late since then, by how much nobody says",
         [statement("2026-03-31", "2026-04-20", 100), statement("2026-04-15", "2026-04-28", None)], "days", 10, None, None),
    ],
)
def test_what_a_source_does_not_say_is_not_made_up(story: str, statements: Any, basis: str, days: int | None, months: int | None, overdue: int | None) -> None:
    row = stand("2026-04-30", statements=statements)
    assert tuple(row[name] for name in ("basis", "days_past_due", "months_past_due", "amount_overdue_minor")) == (basis, days, months, overdue), story


def documented() -> list[list[str]]:
    """Rows of the worked table in the page on conventions."""
    text = (Path(__file__).parents[2] / "docs" / "how_to" / "conventions.md").read_text(encoding="utf-8")
    table = text.split("| looked at on | paid | days past due | overdue | unpaid minima | balance |\n")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]


@pytest.mark.parametrize("row", documented())
def test_the_worked_table_of_the_page_on_conventions_holds(row: list[str]) -> None:
    on, payment, days, overdue, items, balance = row
    amount, _, came_on = payment.partition(" on ")
    payments = paid((came_on, int(amount.replace(".", "")))) if came_on else []
    found = stand(on, statements=THREE, payments=payments)
    shown = [str(found["days_past_due"]), f"{found['amount_overdue_minor'] / 100:.2f}", str(found["overdue_items"]), f"{found['balance_minor'] / 100:.2f}"]
    assert shown == [days, overdue, items, balance]
