"""Do real books stand as a reader of their files would count them?

The real files are read from the folder named by ARREARS_DATA; where it is not set these are skipped by name. Made-up files of the same
shape run everywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from arrears.engine.case_changes import NoCases
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.examples import examples_dir
from arrears.intake.book.layout import open_book
from arrears.intake.book.mapping import load_mapping
from arrears.intake.book.taking_in import take_in
from tests.intake.book.keeper import KeeperInMemory

MADE_UP = Path(__file__).parents[1] / "data" / "made_up"
BUCKETS = "CASE WHEN days <= 30 THEN '1-30' WHEN days <= 60 THEN '31-60' WHEN days <= 90 THEN '61-90' ELSE 'over 90' END"
LOANS_BY_HAND = """
WITH open AS (SELECT date_diff('day', firstduedate::date, $on::date) AS days FROM read_csv($file)
              WHERE approveddate::date <= $on::date AND closeddate::date > $on::date)
SELECT count(*), count(*) FILTER (days > 0), """ + ", ".join(f"count(*) FILTER (days > 0 AND {BUCKETS} = '{name}')" for name in ("1-30", "31-60", "61-90", "over 90")) + " FROM open"
INVOICES_BY_HAND = """
WITH open AS (SELECT date_diff('day', strptime(DueDate, '%m/%d/%Y')::date, $on::date) AS days FROM read_csv($file, all_varchar = true)
              WHERE strptime(InvoiceDate, '%m/%d/%Y')::date <= $on::date AND strptime(SettledDate, '%m/%d/%Y')::date > $on::date)
SELECT count(*), count(*) FILTER (days > 0), """ + ", ".join(f"count(*) FILTER (days > 0 AND {BUCKETS} = '{name}')" for name in ("1-30", "31-60", "61-90", "over 90")) + " FROM open"
LOAN_DAYS = [date(2017, month, day) for month, day in ((1, 15), (2, 14), (3, 1), (3, 31), (4, 30), (5, 15), (6, 1), (6, 30), (7, 10), (7, 28))]
INVOICE_DAYS = [date(2012, 3, 1), date(2012, 6, 15), date(2012, 9, 30), date(2012, 12, 31), date(2013, 2, 28), date(2013, 5, 1), date(2013, 8, 15), date(2013, 11, 30)]


@dataclass(frozen=True)
class Case:
    """One file, the mapping that takes it in, and the query that counts it by hand."""

    file: str
    mapping: str
    by_hand: str
    days: list[date]


LOANS = Case("superlender/prevloans.csv.gz", "superlender_prevloans", LOANS_BY_HAND, LOAN_DAYS)
INVOICES = Case("ibm_accounts_receivable/ar_invoices_75cust.csv.gz", "ibm_invoices", INVOICES_BY_HAND, INVOICE_DAYS)


def counted_by_arrears(book: Path, runs: Path, on: date) -> tuple[int, ...]:
    """Open, overdue, and overdue per bucket, from the run's own table."""
    result = nightly(RunRequest(book, runs, on, datetime(2026, 1, 1, tzinfo=UTC), "test", find_policy(None)), NoCases())
    with duckdb.connect(":memory:") as connection:
        named = ", ".join(f"count(*) FILTER (bucket = '{name}')" for name in ("1-30", "31-60", "61-90"))
        row = connection.execute(f"""
            SELECT count(*) FILTER (balance_minor > 0), count(*) FILTER (bucket <> 'current'), {named},
                   count(*) FILTER (bucket NOT IN ('current', '1-30', '31-60', '61-90')) FROM '{result.folder}/assessment.parquet'""").fetchone()
    assert row is not None
    return row


def check(case: Case, file: Path, folder: Path) -> None:
    """Take the file in and compare every day's counts."""
    book = folder / "book"
    open_book(book, "book", 1, created=date(2026, 1, 1))
    report = take_in([file], load_mapping(examples_dir() / "mappings" / f"{case.mapping}.yaml"), book, KeeperInMemory(), received_on=date(2026, 1, 1),
                     pool_dir=folder / "pool", seal_pool=lambda content: content)
    assert report.findings == 0, report.message
    any_overdue = False
    for on in case.days:
        with duckdb.connect(":memory:") as connection:
            by_hand = connection.execute(case.by_hand, {"file": str(file), "on": on.isoformat()}).fetchone()
        assert counted_by_arrears(book, folder / "runs", on) == by_hand, f"on {on}"
        any_overdue = any_overdue or bool(by_hand and by_hand[1])
    assert any_overdue


@pytest.mark.parametrize("case", [LOANS, INVOICES], ids=["SuperLender loans on ten days of 2017", "invoices on eight days"])
def test_a_real_book_counts_as_its_file_does(case: Case, tmp_path: Path) -> None:
    folder = os.environ.get("ARREARS_DATA")
    if not folder:
        pytest.skip("ARREARS_DATA names no folder with the real files")
    check(case, Path(folder) / case.file, tmp_path)


@pytest.mark.parametrize(("case", "file"), [(LOANS, "prevloans_made_up.csv"), (INVOICES, "ar_invoices_made_up.csv")], ids=["loans", "invoices"])
def test_a_made_up_book_of_the_same_shape_counts_as_its_file_does(case: Case, file: str, tmp_path: Path) -> None:
    check(case, MADE_UP / file, tmp_path)
