"""Do real books stand as a reader of their files would count them?

The real files are read from the folder named by ARREARS_DATA; where it is not set these are skipped by name. Made-up files of the same
shape run everywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template

import duckdb
import pytest

from arrears.engine.case_changes import NoCases
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book.examples import examples_dir
from arrears.intake.book.layout import latest_by_key_sql, open_book
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
    check(replace(case, days=case.days[::3]), MADE_UP / file, tmp_path)


# -- files that state outcomes, months or people, but not what fell due on which day -----------------------------------------------------

TAKEN_IN = """SELECT count(*), count(*) FILTER (status = 'written_off'), count(principal_minor), coalesce(sum(principal_minor), 0), coalesce(sum(rate_annual), 0),
              min(opened_on), max(opened_on), count(*) FILTER (dates_constructed), count(DISTINCT party_id), (SELECT count(*) FROM $parties), (SELECT count(*) FROM $protected)
              FROM $accounts"""
OUTCOMES_BY_HAND = """
SELECT count(*), count(*) FILTER (loan_status = 'Charged Off'), count(*) FILTER (loan_status = 'Fully Paid'),
       sum(total_rec_prncp::decimal(12, 2) * 100) FILTER (loan_status = 'Fully Paid'), sum((int_rate::decimal(12, 6) / 100)::decimal(9, 6)),
       min(issue_d::date), max(issue_d::date), count(*), count(DISTINCT id), count(DISTINCT id), 0 FROM read_csv($first, all_varchar = true)"""
LATER_LOANS_BY_HAND = """
SELECT count(*), 0, count(*), sum(loanamount::decimal(12, 2) * 100), 0, min(approveddate::date), max(approveddate::date), 0, count(DISTINCT customerid),
       (SELECT count(*) FROM (SELECT customerid FROM read_csv($first, all_varchar = true) UNION SELECT customerid FROM read_csv($second, all_varchar = true))),
       (SELECT count(birthyear) + count(level_of_education_clients) + count(employment_status_clients) FROM read_csv($second, all_varchar = true))
FROM read_csv($first, all_varchar = true)"""
OUTCOMES = ("lendingclub_outcomes", OUTCOMES_BY_HAND, date(2019, 1, 31))
LATER_LOANS = ("superlender_later_loans", LATER_LOANS_BY_HAND, date(2017, 12, 31))


def book_of(mapping: str, files: list[Path], folder: Path) -> Path:
    """A book of these files alone, all of whose rows were good."""
    book = folder / "book"
    open_book(book, "book", 1, created=date(2026, 1, 1))
    report = take_in(files, load_mapping(examples_dir() / "mappings" / f"{mapping}.yaml"), book, KeeperInMemory(), received_on=date(2026, 1, 1),
                     pool_dir=folder / "pool", seal_pool=lambda content: content)
    assert report.findings == 0, report.message
    return book


def check_without_dues(mapping: str, by_hand: str, on: date, files: list[Path], folder: Path) -> None:
    """What is known is in the book as the file has it; what has no day was not invented: the run finds nothing due."""
    book = book_of(mapping, files, folder)
    rows = {table: f"({latest_by_key_sql(book, table)})" for table in ("accounts", "parties", "protected")}
    with duckdb.connect(":memory:") as connection:
        names = dict(zip(("first", "second"), map(str, files), strict=False))
        counted = connection.execute(Template(TAKEN_IN).substitute(rows)).fetchone()
        assert counted == connection.execute(by_hand, names).fetchone()
    assert counted is not None and counted[0] > 0
    result = nightly(RunRequest(book, folder / "runs", on, datetime(2026, 1, 1, tzinfo=UTC), "test", find_policy(None)), NoCases())
    with duckdb.connect(":memory:") as connection:
        stands = connection.execute(f"SELECT count(*), count(*) FILTER (basis = 'nothing_due' AND balance_minor = 0) FROM '{result.folder}/assessment.parquet'").fetchone()
    assert stands == (counted[0], counted[0])


@pytest.mark.parametrize(
    ("case", "files"),
    [(OUTCOMES, ["lendingclub_outcomes/lc_outcomes_2015_04_to_07.csv.gz"]), (LATER_LOANS, ["superlender/perf.csv.gz", "superlender/demographics.csv.gz"])],
    ids=["LendingClub outcomes", "SuperLender later loans and customers"],
)
def test_a_real_file_without_due_days_comes_in_and_nothing_is_invented(case: tuple[str, str, date], files: list[str], tmp_path: Path) -> None:
    folder = os.environ.get("ARREARS_DATA")
    if not folder:
        pytest.skip("ARREARS_DATA names no folder with the real files")
    check_without_dues(*case, [Path(folder) / file for file in files], tmp_path)


@pytest.mark.parametrize(
    ("case", "files"), [(OUTCOMES, ["lc_outcomes_made_up.csv"]), (LATER_LOANS, ["perf_made_up.csv", "demographics_made_up.csv"])], ids=["outcomes", "later loans"]
)
def test_a_made_up_file_of_the_same_shape_comes_in_and_nothing_is_invented(case: tuple[str, str, date], files: list[str], tmp_path: Path) -> None:
    check_without_dues(*case, [MADE_UP / file for file in files], tmp_path)


def test_customers_of_earlier_and_later_loans_are_the_same_people(tmp_path: Path) -> None:
    """Two mappings of one namespace: what a number means does not depend on the file it came in."""
    folder = os.environ.get("ARREARS_DATA")
    if not folder:
        pytest.skip("ARREARS_DATA names no folder with the real files")
    earlier, later = (Path(folder) / "superlender" / name for name in ("prevloans.csv.gz", "perf.csv.gz"))
    book, keeper = tmp_path / "book", KeeperInMemory()
    open_book(book, "book", 1, created=date(2026, 1, 1))
    for mapping, file in (("superlender_prevloans", earlier), ("superlender_later_loans", later)):
        take_in([file], load_mapping(examples_dir() / "mappings" / f"{mapping}.yaml"), book, keeper, received_on=date(2026, 1, 1), pool_dir=tmp_path / "pool",
                seal_pool=lambda content: content)
    with duckdb.connect(":memory:") as connection:
        people = connection.execute("SELECT count(*) FROM (SELECT customerid FROM read_csv($a) UNION SELECT customerid FROM read_csv($b))", {"a": str(earlier), "b": str(later)})
        wanted = people.fetchone()
        assert connection.execute(f"SELECT count(*) FROM ({latest_by_key_sql(book, 'parties')})").fetchone() == wanted


# -- cards: months, not days -------------------------------------------------------------------------------------------------------------

CARDS = Path("uci_taiwan_cards") / "uci_taiwan_cards_24000.csv.gz"
CARDS_BY_HAND = """
SELECT count(*) FILTER (s <= 0), count(*) FILTER (s = 1), count(*) FILTER (s = 2), count(*) FILTER (s >= 3), sum(owed), sum(owed) FILTER (s > 0)
FROM (SELECT PAY_{month}::int AS s, greatest(BILL_AMT{bill}::decimal(12, 2) * 100, 0) AS owed FROM read_csv($file, all_varchar = true))"""


@pytest.mark.parametrize(("on", "month", "bill"), [(date(2005, 6, 10), 5, 5), (date(2005, 9, 10), 2, 2), (date(2005, 9, 30), 0, 1)])
@pytest.mark.parametrize("where", ["shipped", "ARREARS_DATA"])
def test_cards_stand_as_many_months_past_due_as_their_last_statement_says(where: str, on: date, month: int, bill: int, tmp_path: Path) -> None:
    folder = str(examples_dir() / "taiwan_cards") if where == "shipped" else os.environ.get("ARREARS_DATA")
    if not folder:
        pytest.skip("ARREARS_DATA names no folder with the real files")
    file = Path(folder) / (CARDS.name if where == "shipped" else CARDS)
    book = book_of("taiwan_cards", [file], tmp_path)
    result = nightly(RunRequest(book, tmp_path / "runs", on, datetime(2026, 1, 1, tzinfo=UTC), "test", find_policy(None)), NoCases())
    with duckdb.connect(":memory:") as connection:
        by_hand = connection.execute(CARDS_BY_HAND.format(month=month, bill=bill), {"file": str(file)}).fetchone()
        stands = connection.execute(f"""
            SELECT count(*) FILTER (bucket = 'current'), count(*) FILTER (bucket = '1m'), count(*) FILTER (bucket = '2m'),
                   count(*) FILTER (bucket NOT IN ('current', '1m', '2m')), sum(balance_minor), sum(balance_minor) FILTER (bucket <> 'current')
            FROM '{result.folder}/assessment.parquet'""").fetchone()
    assert stands == by_hand
