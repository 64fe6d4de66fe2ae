"""Any past day: columns, a replay, the run that was made on that day and a reckoning by hand all say the same, under all conventions at once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.groups import MOVED_DUE_DAYS
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance
from arrears.core.calendars import NonWorkingDays, Shift
from arrears.core.sql import quoted
from arrears.engine import history
from arrears.engine.due_days import moved_due_days, non_working
from arrears.engine.history import HistoryRequest, replay
from arrears.engine.tables import assessment_steps, think
from tests.assess.reckoning import Conventions, Facts, Standing, reckon
from tests.assess.test_due_days import written
from tests.columns import with_book

START = date(2026, 1, 15)
CHINA = NonWorkingDays("CN", Shift.FOLLOWING)
FREE = non_working(CHINA, START - timedelta(days=60), START + timedelta(days=300))
Book = dict[str, list[dict[str, Any]]]


def moved(day: date) -> date:
    """To the next day that is worked on: over Spring Festival and weekends."""
    while day in FREE:
        day += timedelta(days=1)
    return day


def days(most: int) -> st.SearchStrategy[date]:
    return st.integers(0, most).map(lambda n: START + timedelta(days=n))


minor = st.integers(1, 900)
dues = st.lists(st.tuples(days(80), minor, st.integers(0, 40)), min_size=1, max_size=4)
cycles = st.lists(st.tuples(st.integers(10, 35), st.integers(3, 30), st.integers(0, 300)), min_size=1, max_size=5)
"""Statements of a card: days since the one before, days until the minimum is due, the minimum."""
money = st.lists(st.tuples(days(110), minor, st.none() | st.integers(0, 45)), max_size=5)
"""Payments, each perhaps taken back so many days later."""
rests = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 25)), max_size=3)
accounts = st.tuples(st.sampled_from(["loan", "invoices", "card"]), dues, cycles, money, rests, st.booleans())
books = st.lists(accounts, min_size=1, max_size=12)
conventions = st.builds(
    DelinquencySettings,
    day_on_due_date=st.sampled_from(DayOnDueDate), payment_day=st.sampled_from(PaymentDay), tag_grace_days=st.integers(0, 4),
    tolerance=st.builds(PaymentTolerance, st.integers(0, 4), st.integers(0, 60)), non_working_days=st.sampled_from([None, CHINA]),
)


def by_hand(by: DelinquencySettings) -> Conventions:
    return Conventions(
        by.day_on_due_date is DayOnDueDate.ONE, by.payment_day is PaymentDay.NEXT_DAY, by.tag_grace_days, by.tolerance.days, by.tolerance.short_minor,
        moved if by.non_working_days else lambda day: day,
    )


def facts_of(number: int, drawn: Any) -> dict[str, list[dict[str, Any]]]:
    """One account's rows, as the book has them."""
    kind, due, cycle, came, breaks, open_end = drawn
    own = {"account_id": number}
    rows: dict[str, list[dict[str, Any]]] = {"instalments": [], "receivables": [], "statements": [], "payments": [], "pauses": []}
    if kind == "loan":
        rows["instalments"] = [{**own, "number": n, "due_on": on, "principal_minor": amount} for n, (on, amount, _) in enumerate(due)]
    elif kind == "invoices":
        rows["receivables"] = [{**own, "document_id": n, "issued_on": on - timedelta(days=early), "due_on": on, "amount_minor": amount} for n, (on, amount, early) in enumerate(due)]
    else:
        on = START - timedelta(days=20)
        for later, until_due, minimum in cycle:
            on += timedelta(days=later)
            rows["statements"].append({**own, "statement_on": on, "due_on": on + timedelta(days=until_due), "balance_minor": 5000, "minimum_due_minor": minimum})
    for n, (on, amount, back) in enumerate(came):
        rows["payments"].append({**own, "payment_id": 2 * n + 1, "paid_on": on, "amount_minor": amount})
        if back is not None:
            rows["payments"].append({**own, "payment_id": 2 * n + 2, "paid_on": on + timedelta(days=back), "amount_minor": amount, "reversal_of": 2 * n + 1})
    on = START - timedelta(days=5)
    for place, (later, long) in enumerate(breaks):
        on += timedelta(days=later)
        ends = None if open_end and place == len(breaks) - 1 else on + timedelta(days=long)
        rows["pauses"].append({**own, "from_on": on, "until_on": ends})
        on = ends or on
    return rows


def book_of(drawn: Any) -> tuple[Book, dict[int, Facts]]:
    """The whole book, and each account's facts by themselves; ids are spread so that slices share them."""
    book: Book = {name: [] for name in ("accounts", "instalments", "receivables", "statements", "payments", "pauses")}
    each = {}
    for place, one in enumerate(drawn):
        number = 1 + place * (2**63 // 13)
        rows = facts_of(number, one)
        book["accounts"].append({"account_id": number, "party_id": 1, "product": one[0], "currency": "CNY"})
        for name, theirs in rows.items():
            book[name] += theirs
        each[number] = Facts(**rows)
    return book, each


def as_it_was(book: Book, on: date) -> Book:
    """What a run of that day had: nothing issued, paid, taken back or paused later."""
    return {
        **book,
        "receivables": [row for row in book["receivables"] if row["issued_on"] <= on],
        "statements": [row for row in book["statements"] if row["statement_on"] <= on],
        "payments": [row for row in book["payments"] if row["paid_on"] <= on],
        "pauses": [{**row, "until_on": row["until_on"] if row["until_on"] and row["until_on"] <= on else None} for row in book["pauses"] if row["from_on"] <= on],
    }


def assessed(book: Book, by: DelinquencySettings, on: date) -> list[dict[str, Any]]:
    """The position by the steps of a run."""
    with duckdb.connect(":memory:") as connection:
        with_book(connection, book)
        connection.register(MOVED_DUE_DAYS, moved_due_days(by.rules_of_days, START - timedelta(days=60), START + timedelta(days=300)))
        think(connection, assessment_steps(by, on))
        return connection.sql("SELECT * FROM position ORDER BY account_id").to_arrow_table().to_pylist()


def standing(row: dict[str, Any]) -> Standing:
    return Standing(**{name: row[name] for name in Standing.__dataclass_fields__})


def must_agree(drawn: Any, by: DelinquencySettings, on: date) -> None:
    """The columns say of every account what the reckoning says, and what a book without any later news says."""
    book, each = book_of(drawn)
    rows = assessed(book, by, on)
    assert {row["account_id"]: standing(row) for row in rows} == {number: reckon(facts, by_hand(by), on) for number, facts in each.items()}
    assert rows == assessed(as_it_was(book, on), by, on)


@settings(max_examples=12, deadline=None)
@given(books, conventions, days(150))
def test_on_any_past_day_columns_a_run_of_that_day_and_a_reckoning_by_hand_agree(drawn: Any, by: DelinquencySettings, on: date) -> None:
    must_agree(drawn, by, on)


@pytest.mark.soak
@settings(max_examples=1500, deadline=None)
@given(books, conventions, days(150))
def test_they_agree_in_fifteen_hundred_books_as_well(drawn: Any, by: DelinquencySettings, on: date) -> None:
    must_agree(drawn, by, on)


@settings(max_examples=4, deadline=None)
@given(books, conventions, days(120))
def test_a_replay_of_past_days_gives_the_reckoned_figures_of_each(tmp_path_factory: pytest.TempPathFactory, drawn: Any, by: DelinquencySettings, on: date) -> None:
    book, each = book_of(drawn)
    folder = tmp_path_factory.mktemp("past")
    engine = history.EngineSettings(threads=1, memory_limit="500MB", accounts_per_slice=3)
    result = replay(HistoryRequest(written(folder / "book", book), folder / "runs", on, on + timedelta(days=1), delinquency=by, engine=engine))
    for day in result.days:
        now, before = ([reckon(facts, by_hand(by), when) for facts in each.values()] for when in (day, day - timedelta(days=1)))
        expected = Counter({"standing": sum(one.amount_overdue_minor or 0 for one in now)})
        expected["entered"] = sum(one.amount_overdue_minor or 0 for one, was in zip(now, before, strict=True) if one.days_delinquent and not was.days_delinquent)
        with duckdb.connect(":memory:") as connection:
            file = quoted(result.folder / f"{day}.parquet")
            found = dict(connection.sql(f"SELECT measure, sum(amount_minor)::BIGINT FROM {file} WHERE measure IN ('standing', 'entered') GROUP BY measure").fetchall())
            late = connection.sql(f"SELECT coalesce(sum(accounts), 0)::BIGINT FROM {file} WHERE measure = 'standing' AND bucket <> 'current'").fetchall()
        assert Counter(found) == expected
        assert late == [(sum(one.days_delinquent > 0 for one in now),)]
