"""A month of one small book, told day by day, with figures worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import CURRENT, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.core.sql import quoted
from arrears.engine import history
from arrears.engine.history import Every, HistoryRequest, replay
from arrears.intake.book.layout import write_batch_facts
from tests.columns import day, rows_after, with_book

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}


def written(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> Path:
    """A book of one batch with these rows."""
    batch = folder / "batches" / "000001"
    batch.mkdir(parents=True)
    with duckdb.connect(":memory:") as connection:
        with_book(connection, rows)
        for name in rows:
            connection.execute(f"COPY (SELECT * FROM {name} ORDER BY ALL) TO {quoted(batch / f'{name}.parquet')} (FORMAT parquet)")
    write_batch_facts(batch, {"number": 1})
    return folder


def figures(folder: Path, on: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(measure, bucket, currency) → accounts and amount of one day."""
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(f"SELECT measure, bucket, currency, accounts, amount_minor FROM {quoted(folder / f'{on}.parquet')}").fetchall()
    return {(measure, bucket, currency): (accounts, minor) for measure, bucket, currency, accounts, minor in rows}


def account(number: int, currency: str = "CNY") -> dict[str, Any]:
    return {"account_id": number, "party_id": number * 10, "product": "loan", "currency": currency}


def due(number: int, *items: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"account_id": number, "number": n, "due_on": day(on), "principal_minor": minor} for n, (on, minor) in enumerate(items, 1)]


def money(number: int, payment: int, on: str, minor: int, reversal_of: int | None = None) -> dict[str, Any]:
    return {"account_id": number, "payment_id": payment, "paid_on": day(on), "amount_minor": minor, "reversal_of": reversal_of}


MONTH = {
    "accounts": [account(1), account(2), account(3, "EUR")],
    "instalments": [*due(1, ("2026-03-10", 10000), ("2026-04-10", 10000)), *due(2, ("2026-02-28", 5000), ("2026-03-05", 5000)), *due(3, ("2026-03-10", 700))],
    "payments": [money(1, 1, "2026-03-15", 10000), money(1, 2, "2026-03-18", 10000, reversal_of=1), money(2, 3, "2026-03-20", 6000), money(3, 4, "2026-03-10", 700)],
}
"""Account 1 misses 10 March, pays on the 15th, and the payment bounces on the 18th. Account 2 missed 28 February and 5 March and pays 60.00
on the 20th, which leaves 40.00 of 5 March. Account 3 pays in euro on the day."""


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("march")
    return replay(HistoryRequest(written(folder / "book", MONTH), folder / "runs", day("2026-03-01"), day("2026-03-31"))).folder


@pytest.mark.parametrize(("on", "expected"), [
    ("2026-03-01", {("entered", "", "CNY"): (1, 5000), ("standing", "1-30", "CNY"): (1, 5000), ("standing", "current", "CNY"): (1, 0), ("standing", "current", "EUR"): (1, 0)}),
    ("2026-03-05", {("fell_due", "", "CNY"): (1, 5000), ("left_unpaid", "", "CNY"): (1, 5000), ("standing", "1-30", "CNY"): (1, 5000)}),
    ("2026-03-10", {("fell_due", "", "CNY"): (1, 10000), ("left_unpaid", "", "CNY"): (1, 10000), ("fell_due", "", "EUR"): (1, 700), ("received", "", "EUR"): (1, 700)}),
    ("2026-03-11", {("entered", "", "CNY"): (1, 10000), ("standing", "1-30", "CNY"): (2, 20000)}),
    ("2026-03-15", {("cured", "", "CNY"): (1, 10000), ("received", "", "CNY"): (1, 10000), ("standing", "1-30", "CNY"): (1, 10000)}),
    ("2026-03-18", {("entered", "", "CNY"): (1, 10000), ("reversed", "", "CNY"): (1, 10000), ("standing", "1-30", "CNY"): (2, 20000)}),
    ("2026-03-20", {("received", "", "CNY"): (1, 6000), ("standing", "1-30", "CNY"): (2, 14000)}),
    ("2026-03-31", {("standing", "1-30", "CNY"): (2, 14000)}),
])
def test_a_month_told_day_by_day(march: Path, on: str, expected: dict[tuple[str, str, str], tuple[int, int]]) -> None:
    found = figures(march, on)
    assert {key: found.get(key) for key in expected} == expected


def test_a_day_on_which_nothing_happened_has_no_movements(march: Path) -> None:
    assert {measure for measure, _, _ in figures(march, "2026-03-25")} == {"standing"}
    assert ("left_unpaid", "", "EUR") not in figures(march, "2026-03-10")


def test_getting_worse_and_better_are_seen_where_the_bucket_changes(tmp_path: Path) -> None:
    rows = {"accounts": [account(1)], "instalments": due(1, ("2026-03-01", 100), ("2026-04-05", 100)), "payments": [money(1, 1, "2026-04-10", 100)]}
    folder = replay(HistoryRequest(written(tmp_path / "book", rows), tmp_path / "runs", day("2026-03-30"), day("2026-04-11"))).folder
    assert figures(folder, "2026-04-01")["worse", "", "CNY"] == (1, 100)  # day 31
    assert figures(folder, "2026-04-10")["improved", "", "CNY"] == (1, 200)  # from 40 days to 5; it was 200 the day before
    assert "worse" not in {measure for measure, _, _ in figures(folder, "2026-04-02")}


def test_a_week_is_compared_with_the_week_before(tmp_path: Path) -> None:
    result = replay(HistoryRequest(written(tmp_path / "book", MONTH), tmp_path / "runs", day("2026-03-01"), day("2026-03-22"), Every.WEEK))
    assert [on.isoformat() for on in result.days] == ["2026-03-01", "2026-03-08", "2026-03-15", "2026-03-22"]
    week = figures(result.folder, "2026-03-15")
    assert ("entered", "", "CNY") not in week and ("cured", "", "CNY") not in week  # late on the 11th, cured on the 15th: the week's ends are alike
    assert week["fell_due", "", "CNY"] == (1, 10000) and week["received", "", "EUR"] == (1, 700)


def test_the_same_book_gives_the_same_bytes_and_is_not_computed_again(tmp_path: Path) -> None:
    book = written(tmp_path / "book", MONTH)
    ask = HistoryRequest(book, tmp_path / "a", day("2026-03-01"), day("2026-03-12"))
    first, again = replay(ask), replay(ask)
    other = replay(HistoryRequest(book, tmp_path / "b", day("2026-03-05"), day("2026-03-12")))
    assert (first.computed, again.computed, again.kept) == (12, 0, 12)
    assert (first.folder / "2026-03-11.parquet").read_bytes() == (other.folder / "2026-03-11.parquet").read_bytes()


def test_other_conventions_or_a_new_batch_make_a_day_anew(tmp_path: Path) -> None:
    book = written(tmp_path / "book", MONTH)
    span = (tmp_path / "runs", day("2026-03-10"), day("2026-03-12"))
    replay(HistoryRequest(book, *span))
    assert replay(HistoryRequest(book, *span, delinquency=DelinquencySettings(tag_grace_days=3))).computed == 3
    batch = book / "batches" / "000002"
    batch.mkdir()
    with duckdb.connect(":memory:") as connection:
        with_book(connection, {"payments": [money(1, 9, "2026-03-10", 10000)]})
        connection.execute(f"COPY payments TO {quoted(batch / 'payments.parquet')} (FORMAT parquet)")
    write_batch_facts(batch, {"number": 2})
    late_news = replay(HistoryRequest(book, *span))
    assert late_news.computed == 3
    assert ("entered", "", "CNY") not in figures(late_news.folder, "2026-03-11")  # the backdated payment of today is known about then


def test_a_replay_that_is_broken_off_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = written(tmp_path / "book", MONTH)
    ask = HistoryRequest(book, tmp_path / "runs", day("2026-03-01"), day("2026-03-09"))
    monkeypatch.setattr(history, "DAYS_AT_ONCE", 3)

    def broken_off(_stage: str, done: int, _of: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(ask, broken_off)
    on_again = replay(ask)
    assert (on_again.kept, on_again.computed) == (3, 6)


START = date(2026, 1, 1)
amounts = st.tuples(st.integers(0, 60).map(lambda n: START + timedelta(days=n)), st.integers(1, 900))
books = st.lists(st.tuples(st.lists(amounts, max_size=4), st.lists(st.tuples(amounts, st.integers(0, 20)), max_size=3)), min_size=1, max_size=6)
conventions = st.builds(DelinquencySettings, tag_grace_days=st.integers(0, 3))


@settings(max_examples=4, deadline=None)
@given(books, conventions)
def test_a_replay_in_slices_gives_what_the_assessment_of_each_day_gives(tmp_path_factory: pytest.TempPathFactory, accounts: Any, by: DelinquencySettings) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"accounts": [], "instalments": [], "payments": []}
    for place, (falls_due, came) in enumerate(accounts):
        number = 1 + place * (2**63 // 7)  # spread over all ids, so that two slices have some
        rows["accounts"].append({**account(number), "party_id": 1})
        rows["instalments"] += [{"account_id": number, "number": n, "due_on": on, "principal_minor": minor} for n, (on, minor) in enumerate(falls_due)]
        for n, ((on, minor), returned) in enumerate(came):
            rows["payments"].append({"account_id": number, "payment_id": 2 * n, "paid_on": on, "amount_minor": minor})
            if returned > 10:
                rows["payments"].append({"account_id": number, "payment_id": 2 * n + 1, "paid_on": on + timedelta(days=returned), "amount_minor": minor, "reversal_of": 2 * n})
    folder = tmp_path_factory.mktemp("random")
    engine = history.EngineSettings(threads=1, memory_limit="500MB", accounts_per_slice=3)
    first, last = START + timedelta(days=41), START + timedelta(days=42)
    result = replay(HistoryRequest(written(folder / "book", rows), folder / "runs", first, last, delinquency=by, engine=engine))
    for on in result.days:
        then, before = (rows_after(position_steps(UNBOUND, by, when), rows, "account_id") for when in (on, on - timedelta(days=1)))
        found = figures(result.folder, on.isoformat())
        for bucket in {row["bucket"] for row in then}:
            theirs = [row["amount_overdue_minor"] for row in then if row["bucket"] == bucket]
            assert found["standing", bucket, "CNY"] == (len(theirs), sum(theirs))
        fresh = [now["amount_overdue_minor"] for now, was in zip(then, before, strict=True) if now["bucket"] != CURRENT and was["bucket"] == CURRENT]
        assert found.get(("entered", "", "CNY"), (0, 0)) == (len(fresh), sum(fresh))
