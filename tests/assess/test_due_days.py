"""Due dates on free days, and products with conventions of their own: does everything that counts days agree?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.conventions import ConventionsNotValid, read_conventions
from arrears.assess.delinquency.groups import MOVED_DUE_DAYS
from arrears.assess.delinquency.settings import DelinquencySettings, PaymentTolerance
from arrears.core.book import BOOK_TABLES
from arrears.core.calendars import NonWorkingDays, Shift, moved_day
from arrears.core.sql import quoted
from arrears.engine import history
from arrears.engine.due_days import calendar_of, known_until, moved_due_days, non_working
from arrears.engine.history import HistoryRequest, replay
from arrears.engine.tables import assessment_steps, think
from arrears.intake.book.layout import open_book, write_batch_facts
from tests.columns import Rows, day, with_book

CHINA = NonWorkingDays("CN", Shift.FOLLOWING)
WORKED = """
tag_grace_days: 3
products:
  mortgage: {tag_grace_days: 5}
  card: {tolerance: {days: 4}}
"""


def assessed(book: dict[str, Rows], by: DelinquencySettings, on: date) -> tuple[dict[int, Any], dict[int, Any]]:
    """Position and habit of paying of each account, by the steps of a run."""
    with duckdb.connect(":memory:") as connection:
        with_book(connection, book)
        connection.register(MOVED_DUE_DAYS, moved_due_days(by.rules_of_days, date(2025, 1, 1), date(2027, 12, 31)))
        think(connection, assessment_steps(by, on))
        both = [connection.sql(f"SELECT * FROM {name} ORDER BY account_id").to_arrow_table().to_pylist() for name in ("position", "punctuality")]
    return {row["account_id"]: row for row in both[0]}, {row["account_id"]: row for row in both[1]}


def account(number: int, product: str = "loan") -> dict[str, Any]:
    return {"account_id": number, "party_id": number, "product": product, "currency": "CNY"}


def instalment(number: int, due_on: str, minor: int = 10000, place: int = 1) -> dict[str, Any]:
    return {"account_id": number, "number": place, "due_on": day(due_on), "principal_minor": minor}


@pytest.mark.parametrize(
    ("contract", "due", "days"),
    [("2026-02-13", "2026-02-13", 12), ("2026-02-14", "2026-02-14", 11), ("2026-02-15", "2026-02-24", 1), ("2026-02-23", "2026-02-24", 1),
     ("2026-02-24", "2026-02-24", 1), ("2026-02-28", None, 0)],
)
def test_around_spring_festival_days_run_from_the_next_working_day_and_the_contract_stays_visible(contract: str, due: str | None, days: int) -> None:
    book = {"accounts": [account(1)], "instalments": [instalment(1, contract)]}
    row = assessed(book, DelinquencySettings(non_working_days=CHINA), day("2026-02-25"))[0][1]
    assert (row["days_past_due"], row["oldest_due_on"], row["contractual_due_on"]) == (days, due and day(due), day(contract) if due else None)


def test_an_invoice_and_a_statement_move_like_an_instalment() -> None:
    book = {
        "accounts": [account(1), account(2)],
        "receivables": [{"account_id": 1, "document_id": 7, "due_on": day("2026-02-17"), "amount_minor": 100}],
        "statements": [{"account_id": 2, "statement_on": day("2026-01-31"), "due_on": day("2026-02-17"), "balance_minor": 900, "minimum_due_minor": 100}],
    }
    for on, days in (("2026-02-20", 0), ("2026-02-24", 0), ("2026-02-25", 1)):
        found = assessed(book, DelinquencySettings(non_working_days=CHINA), day(on))[0]
        assert [found[number]["days_past_due"] for number in (1, 2)] == [days, days]
        assert [found[number]["contractual_due_on"] for number in (1, 2)] == [day("2026-02-17") if days else None] * 2


def test_money_that_comes_on_the_moved_day_came_on_time() -> None:
    book = {
        "accounts": [account(1)],
        "instalments": [instalment(1, "2026-02-17"), instalment(1, "2026-03-17", place=2)],
        "payments": [{"account_id": 1, "payment_id": 1, "paid_on": day("2026-02-24"), "amount_minor": 10000}],
    }
    on = day("2026-04-01")
    assert assessed(book, DelinquencySettings(non_working_days=CHINA), on)[1][1]["items_on_time"] == 1
    assert assessed(book, DelinquencySettings(), on)[1][1]["items_on_time"] == 0


def test_each_product_counts_by_its_own_conventions_as_the_documented_table_says() -> None:
    by = read_conventions(WORKED, "CNY")
    book = {"accounts": [account(1, "loan"), account(2, "mortgage"), account(3, "card")], "instalments": [instalment(number, "2026-01-10") for number in (1, 2, 3)]}
    found = assessed(book, by, day("2026-01-14"))[0]
    told = {number: (row["days_past_due"], row["days_delinquent"], row["bucket"], row["amount_overdue_minor"]) for number, row in found.items()}
    assert told == {1: (4, 1, "1-30", 10000), 2: (4, 0, "current", 10000), 3: (0, 0, "current", 0)}


def test_what_a_lender_states_of_a_day_comes_before_the_calendar() -> None:
    stated = NonWorkingDays("CN", Shift.FOLLOWING, ((day("2026-02-14"), False), (day("2026-02-24"), False)))
    near = non_working(stated, day("2026-02-01"), day("2026-03-10"))
    assert moved_day(day("2026-02-14"), near, Shift.FOLLOWING) == day("2026-02-25")


def test_a_decreed_calendar_is_known_to_its_last_decreed_year_and_a_lasting_one_for_long() -> None:
    assert 2026 <= known_until("CN") <= 2030 < known_until("US")
    with pytest.raises(ConventionsNotValid, match="no calendar “ATLANTIS”"):
        calendar_of("ATLANTIS")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("non_working_days: CN", "calendar: CN, shift: following"),
        ("non_working_days: {calendar: NO}", "in quotes"),
        ("non_working_days: {calendar: CN, shift: sideways}", "modified_following"),
        ("non_working_days: {calendar: CN, days: {2027-02-14: open}}", "working"),
        ("non_working_days: {calendar: CN, known_until: soon}", "1990 to 2100"),
        ("products: [card]", "products: {mortgage"),
        ("products: {card: {buckets: [30]}}", "whole book"),
        ("products: {card: {tag_grace_days: -1}}", "products: card: tag_grace_days"),
    ],
)
def test_a_rule_of_days_that_cannot_be_is_refused_by_its_key(text: str, says: str) -> None:
    with pytest.raises(ConventionsNotValid) as refused:
        read_conventions(text, "CNY")
    assert says in f"{refused.value}"


def test_a_product_that_states_what_the_book_has_departs_in_nothing() -> None:
    assert read_conventions("tag_grace_days: 3\nproducts: {card: {tag_grace_days: 3}, loan: {non_working_days: {calendar: CN, shift: none}}}", "CNY").products == ()


START = date(2026, 1, 20)
falls_due = st.lists(st.tuples(st.integers(0, 50).map(lambda n: START + timedelta(days=n)), st.integers(1, 900)), max_size=4)
books = st.lists(st.tuples(st.sampled_from(["loan", "mortgage", "card"]), falls_due, falls_due), min_size=1, max_size=6)
BY = DelinquencySettings(
    tag_grace_days=2,
    products=(
        ("card", DelinquencySettings(tolerance=PaymentTolerance(3, 50), non_working_days=CHINA)),
        ("mortgage", DelinquencySettings(tag_grace_days=5, non_working_days=NonWorkingDays("US", Shift.MODIFIED_FOLLOWING))),
    ),
)


def book_of(drawn: Any, moved: bool) -> dict[str, list[dict[str, Any]]]:
    """The book drawn; with `moved`, due dates are moved here in plain Python."""
    rows: dict[str, list[dict[str, Any]]] = {"accounts": [], "instalments": [], "payments": []}
    rules = {name: one.non_working_days for name, one in BY.products}
    for place, (product, due, came) in enumerate(drawn):
        number, rule = 1 + place * (2**63 // 7), rules.get(product)
        free = non_working(rule, START - timedelta(days=40), START + timedelta(days=120)) if rule and moved else frozenset()
        rows["accounts"].append({**account(number, product), "party_id": 1})
        rows["instalments"] += [
            {"account_id": number, "number": n, "due_on": moved_day(on, free, rule.shift) if rule else on, "principal_minor": minor}
            for n, (on, minor) in enumerate(sorted(due))
        ]
        rows["payments"] += [{"account_id": number, "payment_id": n, "paid_on": on, "amount_minor": minor} for n, (on, minor) in enumerate(came)]
    return rows


def alone(drawn: Any, on: date) -> tuple[dict[int, Any], dict[int, Any]]:
    """Each product counted in a book of its own, by one set of conventions, its due dates moved beforehand."""
    whole, position, habits = book_of(drawn, moved=True), {}, {}
    own = {name: DelinquencySettings(tag_grace_days=one.tag_grace_days, tolerance=one.tolerance) for name, one in BY.products}
    for product in ("loan", "mortgage", "card"):
        theirs = {row["account_id"] for row in whole["accounts"] if row["product"] == product}
        part = {name: [row for row in rows if row["account_id"] in theirs] for name, rows in whole.items()}
        stands, paid = assessed(part, own.get(product, DelinquencySettings(tag_grace_days=2)), on)
        position |= stands
        habits |= paid
    return position, habits


@settings(max_examples=4, deadline=None)
@given(books, st.integers(20, 70))
def test_a_book_of_many_conventions_is_counted_as_if_each_product_had_a_book_of_its_own(drawn: Any, later: int) -> None:
    on = START + timedelta(days=later)
    position, habits = assessed(book_of(drawn, moved=False), BY, on)
    apart, habits_apart = alone(drawn, on)
    without = [{name: value for name, value in row.items() if name != "contractual_due_on"} for row in position.values()]
    assert without == [{name: value for name, value in apart[number].items() if name != "contractual_due_on"} for number in position]
    assert habits == {number: habits_apart[number] for number in habits} and habits.keys() == habits_apart.keys()
    for row in position.values():
        assert (row["contractual_due_on"] is None) == (row["oldest_due_on"] is None)


@settings(max_examples=3, deadline=None)
@given(books)
def test_a_replay_of_such_a_book_agrees_with_the_position_of_each_day(tmp_path_factory: pytest.TempPathFactory, drawn: Any) -> None:
    folder, rows = tmp_path_factory.mktemp("moved"), book_of(drawn, moved=False)
    on = START + timedelta(days=36)
    engine = history.EngineSettings(threads=1, memory_limit="500MB", accounts_per_slice=3)
    result = replay(HistoryRequest(written(folder / "book", rows), folder / "runs", on, on, delinquency=BY, engine=engine))
    with duckdb.connect(":memory:") as connection:
        found = connection.sql(f"SELECT bucket, accounts, amount_minor FROM read_parquet({quoted(result.folder / f'{on}.parquet')}) WHERE measure = 'standing'").fetchall()
    position = alone(drawn, on)[0].values()
    buckets = {row["bucket"] for row in position}
    expected = [(name, sum(row["bucket"] == name for row in position), sum(row["amount_overdue_minor"] for row in position if row["bucket"] == name)) for name in buckets]
    assert sorted(found) == sorted(expected)


def written(folder: Path, rows: dict[str, Any]) -> Path:
    """A book folder with one batch of these rows."""
    open_book(folder, "moved", 1, created=START)
    batch = folder / "batches" / "000001"
    batch.mkdir(parents=True)
    with duckdb.connect(":memory:") as connection:
        with_book(connection, rows)
        for name in BOOK_TABLES:
            connection.execute(f"COPY {name} TO {quoted(batch / f'{name}.parquet')} (FORMAT parquet)")
    write_batch_facts(batch, {"number": 1})
    return folder
