"""Many cases read together, and one alone: do they say the same, and the same as the night said?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from arrears.assess.delinquency.conventions import read_conventions
from arrears.engine.case_changes import NoCases
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.due_days import read_told, told
from arrears.engine.home import Home
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.run_folder import RunName, show
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.policies import find_policy
from arrears.engine.use_cases.reading.files import looking_once
from arrears.intake.book.layout import book_digest
from arrears.intake.sample.making import make_sample, seeded_ids
from tests.workbench.run_files import SmallBook, write_small_book

BANK, DAY = 1, date(2026, 11, 23)
CONVENTIONS = {
    "defaults": "",
    "leniency": "tolerance: {days: 3, short: 50.00}\ntag_grace_days: 2",
    "products whose money the ledger works out": """
tag_grace_days: 1
component_order: [principal]
products:
  consumer_loan: {ledger: {penalty_rate: "0.18", days_in_year: 360}}
  car_loan: {ledger: {penalty_rate: "0.12", penalty_grace_days: 3}}
""",
    "everything, and products apart": """
day_on_due_date: 1
payment_counts: next_day
non_working_days: {calendar: CN, shift: following, days: {2026-11-20: free}}
products:
  car_loan: {tolerance: {days: 5, short: 20.00}, day_on_due_date: 0}
  small_ticket: {non_working_days: {calendar: CN, shift: preceding}, tag_grace_days: 4}
""",
}


def opened(_parties: Sequence[int], sealed: Sequence[bytes | None], _what: str) -> list[Mapping[str, Any] | None]:
    """Personal fields in the clear; the books here seal nothing."""
    return [None if one is None else json.loads(one) for one in sealed]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    make_sample(home.book("loans"), 700, 5, DAY, None, name="loans", institution_id=BANK, id_source=seeded_ids(5))
    return home


@cache
def published(home: Home, conventions: str, on: date = DAY) -> RunName:
    """One run over the sample by these conventions; the runs of a past day lie elsewhere."""
    runs = home.runs / "loans" if on == DAY else home.root / "elsewhere"
    request = RunRequest(home.book("loans"), runs, on, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), read_conventions(conventions, "CNY"),
                         EngineSettings(threads=2, memory_limit="1GB"))
    return nightly(request, NoCases()).name


def night(home: Home, conventions: str) -> reading.Run:
    """That run, as the one that pages show."""
    show(home.runs / "loans", published(home, conventions))
    run = reading.portfolio(home, BANK, "loans").run
    assert run is not None
    return run


def case_ids(home: Home, run: reading.Run) -> list[int]:
    return [row.case_id for row in reading.worklist(home, run, reading.WorklistFilter(queue="all"), page_rows=1000).rows]


@pytest.mark.parametrize("conventions", CONVENTIONS.values(), ids=CONVENTIONS)
def test_the_items_of_a_case_agree_with_the_nights_figures_to_the_cent_and_the_day(home: Home, conventions: str) -> None:
    run = night(home, conventions)
    views = reading.case_views(home, BANK, case_ids(home, run), unseal=opened)
    dated = [account for view in views.values() for account in view.accounts if account.items]
    assert sum(account.overdue_items for account in dated) > 50
    for account in dated:
        overdue = [item for item in account.items if item.days_past_due]
        assert sum(item.outstanding_minor for item in overdue) == account.amount_overdue_minor
        assert (len(overdue), max((item.days_past_due for item in overdue), default=0)) == (account.overdue_items, account.days_past_due)
        assert min((item.due_on for item in overdue), default=None) == account.oldest_due_on
        assert sum(item.outstanding_minor for item in account.items) == account.balance_minor
        assert account.overdue_before[-1] == reading.OverdueOn(DAY, account.amount_overdue_minor)
        assert sum(payment.amount_minor for payment in account.payments if payment.counts_on is None) == account.paid_minor


def test_an_item_shows_what_ran_on_it_and_what_is_left_as_the_night_worked_it_out(home: Home) -> None:
    run = night(home, CONVENTIONS["products whose money the ledger works out"])
    shown = {(account.account_id, item.due_on, item.outstanding_minor): item.amount_minor
             for view in reading.case_views(home, BANK, case_ids(home, run), unseal=opened).values() for account in view.accounts for item in account.items}
    rows = duckdb.sql(f"""
        SELECT account_id, o.due_on, costs_minor + o.penalty_minor + o.fee_minor + o.interest_minor + o.principal_minor, ran_minor,
               coalesce(i.principal_minor, 0) + coalesce(i.interest_minor, 0) + coalesce(i.fee_minor, 0) + coalesce(i.penalty_minor, 0)
        FROM read_parquet('{run.file("owed")}') o JOIN read_parquet('{home.book("loans")}/batches/000001/instalments.parquet') i USING (account_id)
        WHERE i.number = o.sequence""").fetchall()
    of_cases = [row for row in rows if row[0] in {account for account, _, _ in shown}]
    assert sum(ran > 0 for *_, ran, _ in of_cases) > 20
    for account, due_on, left, ran, stated in of_cases:
        assert shown[account, due_on, left] == stated + ran


@pytest.mark.parametrize("by", ["everything, and products apart", "products whose money the ledger works out"])
def test_what_was_overdue_on_earlier_days_is_what_a_run_of_that_day_says(home: Home, by: str) -> None:
    conventions = CONVENTIONS[by]
    run = night(home, conventions)
    then = reading.month_ends_before(DAY, 1)[0]
    told_now = {account.account_id: {point.on: point.overdue_minor for point in account.overdue_before}
                for view in reading.case_views(home, BANK, case_ids(home, run), unseal=opened).values() for account in view.accounts}
    past = home.root / "elsewhere" / str(published(home, conventions, then)) / "assessment.parquet"
    rows = duckdb.sql(f"SELECT account_id, amount_overdue_minor FROM read_parquet('{past}')").fetchall()
    compared = {account: minor for account, minor in rows if told_now.get(account)}
    assert len(compared) > 30 and {account: told_now[account].get(then, 0) for account in compared} == compared


@pytest.mark.parametrize("conventions", CONVENTIONS.values(), ids=CONVENTIONS)
def test_a_batch_says_of_each_case_exactly_what_it_says_alone(home: Home, conventions: str) -> None:
    run = night(home, conventions)
    wanted = case_ids(home, run)[:25][::-1]
    together = reading.case_views(home, BANK, wanted, unseal=opened)
    assert list(together) == wanted, "in the order asked"
    with looking_once(home):
        for case_id in wanted:
            assert reading.case_view(home, BANK, case_id, unseal=opened) == together[case_id]


def test_a_batch_over_two_books_leaves_out_what_is_not_ours(home: Home, tmp_path: Path) -> None:
    here = Home(tmp_path)
    ours, second, theirs = write_small_book(here, BANK), write_small_book(here, BANK, name="second"), write_small_book(here, 2, name="theirs")
    wanted = [second.zhao, theirs.lin, ours.lin, 77, second.lin]
    found = reading.case_views(here, BANK, wanted, unseal=opened)
    assert list(found) == [second.zhao, ours.lin, second.lin]
    assert [view.run.book for view in found.values()] == ["second", "main", "second"]


@pytest.mark.parametrize("conventions", CONVENTIONS.values(), ids=CONVENTIONS)
def test_what_a_run_tells_of_its_conventions_reads_back_as_the_same_conventions(conventions: str) -> None:
    settings = read_conventions(conventions, "CNY")
    assert read_told(json.loads(json.dumps(told(settings, [])))) == settings


def test_a_payment_that_does_not_count_yet_is_shown_with_the_day_from_which_it_does(tmp_path: Path) -> None:
    here = Home(tmp_path)
    small: SmallBook = write_small_book(here, BANK)
    folder = here.runs / "main" / "2026-11-23" / "1"
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "as_of": "2026-09-20", "conventions": {"payment_counts": "next_day"}}))
    payments = reading.case_view(here, BANK, small.lin, unseal=opened).accounts[0].payments
    assert [(payment.paid_on, payment.counts_on) for payment in payments] == [(date(2026, 9, 20), date(2026, 9, 21)), (date(2026, 8, 5), None)]


def test_a_statement_whose_due_date_moved_off_a_free_day_shows_both_days(tmp_path: Path) -> None:
    here = Home(tmp_path)
    small: SmallBook = write_small_book(here, BANK)
    folder, batch = here.runs / "main" / "2026-11-23" / "1", here.book("main") / "batches" / "000001"
    rows = ", ".join(f"(11::BIGINT, DATE '{on}', DATE '{due}', 5000::BIGINT, 1000::BIGINT, NULL::INTEGER)" for on, due in (("2026-09-20", "2026-10-10"), ("2026-10-20", "2026-11-10")))
    columns = "account_id, statement_on, due_on, balance_minor, minimum_due_minor, months_past_due"
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {rows}) t({columns})) TO '{batch}/statements.parquet' (FORMAT parquet)")
    moved = "SELECT 'CN following' AS rule, DATE '2026-10-10' AS due_on, DATE '2026-10-12' AS moved_to"
    duckdb.execute(f"COPY ({moved}) TO '{folder}/frozen/moved_due_days.parquet' (FORMAT parquet)")
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "conventions": {"non_working_days": "CN following"}}))
    statements = reading.case_view(here, BANK, small.lin, unseal=opened).accounts[0].statements
    assert [(one.due_on, one.contractual_due_on) for one in statements] == [(date(2026, 11, 10), None), (date(2026, 10, 12), date(2026, 10, 10))]


def test_an_item_within_the_tolerance_is_unpaid_and_not_overdue(home: Home) -> None:
    lenient = night(home, CONVENTIONS["leniency"])
    views = reading.case_views(home, BANK, case_ids(home, lenient), unseal=opened)
    spared = [item for view in views.values() for account in view.accounts for item in account.items
              if item.outstanding_minor and DAY - timedelta(days=3) <= item.due_on < DAY]
    assert spared and not any(item.days_past_due for item in spared)


def test_money_of_a_delivery_after_the_run_changes_no_figure_of_the_case_and_is_told(tmp_path: Path) -> None:
    here = Home(tmp_path)
    small: SmallBook = write_small_book(here, BANK)
    folder, book = here.runs / "main" / "2026-11-23" / "1", here.book("main")
    (book / "batches" / "000001" / "batch.json").write_text(json.dumps({"number": 1, "digests": {"payments": "aa"}}))
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "inputs": {"book": book_digest(book)}}))
    before = reading.case_view(here, BANK, small.lin, unseal=opened)
    assert (before.run.batches, before.run.newer_batches) == (1, 0)
    newer = book / "batches" / "000002"
    newer.mkdir()
    came = f"SELECT * REPLACE (99 AS payment_id, DATE '2026-11-22' AS paid_on, 70000 AS amount_minor) FROM read_parquet('{book}/batches/000001/payments.parquet') LIMIT 1"
    duckdb.execute(f"COPY ({came}) TO '{newer}/payments.parquet' (FORMAT parquet)")
    (newer / "batch.json").write_text(json.dumps({"number": 2, "digests": {"payments": "bb"}}))
    after = reading.case_view(here, BANK, small.lin, unseal=opened)
    assert after.run.newer_batches == 1 and (after.accounts, after.history) == (before.accounts, before.history)
    told_of_it = case_report(CaseSources(after, None, (), ()), "en")
    assert any("1 delivery" in said for section in told_of_it.sections for said in section.sentences)
    assert not any("delivery" in said for section in case_report(CaseSources(before, None, (), ()), "en").sections for said in section.sentences)
