"""An account that the lender calls closed with something unpaid: from the night to the report of the case."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from arrears.core.ids import id_text
from arrears.engine.case_changes import NoCases
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.home import Home
from arrears.engine.nightly import RunRequest, RunResult, nightly
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.policies import find_policy
from tests.workbench.run_files import AS_OF, SmallBook, write_small_book

BANK = 1


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, SmallBook, RunResult]:
    """Lin's second account (12, with 500.00 overdue) and one without debt (41) are called closed; then the night."""
    home = Home(tmp_path_factory.mktemp("home"))
    small = write_small_book(home, BANK)
    accounts = home.books / "main" / "batches" / "000001" / "accounts.parquet"
    stated = f"SELECT * REPLACE (CASE WHEN account_id IN (12, 41) THEN 'closed' END AS status) FROM read_parquet('{accounts}')"
    duckdb.execute(f"COPY ({stated}) TO '{accounts}.new' (FORMAT parquet)")
    accounts.with_name("accounts.parquet.new").rename(accounts)
    for written_by_hand in (home.runs / "main").iterdir():
        written_by_hand.rename(home.root / written_by_hand.name)
    request = RunRequest(home.books / "main", home.runs / "main", AS_OF, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), engine=EngineSettings(2, "1GB"))
    return home, small, nightly(request, NoCases())


def opened(_parties: object, sealed: list[bytes | None], _what: str) -> list[dict[str, str] | None]:
    return [None if one is None else json.loads(one) for one in sealed]


def test_the_account_stays_overdue_with_its_figure_and_the_run_says_how_many_and_how_much(told: tuple[Home, SmallBook, RunResult]) -> None:
    result = told[2]
    assert result.facts["counts"]["closed_unpaid"] == [{"currency": "CNY", "accounts": 1, "balance_minor": 50_000, "amount_overdue_minor": 50_000}]
    assert _rows(result.folder, "closed_unpaid", "account_id, party_id, amount_overdue_minor") == [(12, 101, 50_000)]
    assert (12, 13, 50_000) in _rows(result.folder, "assessment", "account_id, days_past_due, amount_overdue_minor")


def test_the_first_page_of_the_run_says_so_in_both_languages(told: tuple[Home, SmallBook, RunResult]) -> None:
    page = " ".join((told[2].folder / "report.html").read_text(encoding="utf-8").split())
    assert "1 account that the lender calls closed has something unpaid: CN¥500.00, of which CN¥500.00 overdue." in page
    assert "机构已标记结清、却仍有未还款项的账户：1 个，未还 ¥500.00，其中逾期 ¥500.00。" in page


def test_the_case_and_its_report_name_the_account_above_everything(told: tuple[Home, SmallBook, RunResult]) -> None:
    home, small, _ = told
    view = reading.case_view(home, BANK, small.lin, unseal=opened)
    assert {account.account_id: account.closed_unpaid for account in view.accounts} == {11: False, 12: True}
    for language, words in (("en", f"The lender calls account {id_text(12)} closed, though CNY 500.00 is unpaid on it."), ("zh", f"账户 {id_text(12)} 已被机构标记为结清")):
        report = case_report(CaseSources(view, None, (), ()), language)  # type: ignore[arg-type]
        assert any(said.startswith(words) for said in report.protections)


def test_the_worklist_can_be_narrowed_to_the_cases_with_such_an_account(told: tuple[Home, SmallBook, RunResult]) -> None:
    home, small, _ = told
    run = reading.portfolio(home, BANK, "main").run
    assert run is not None and [(row.accounts, row.balance_minor) for row in run.closed_unpaid] == [(1, 50_000)]
    found = reading.worklist(home, run, reading.WorklistFilter(queue="all", closed_unpaid=True))
    assert [row.case_id for row in found.rows] == [small.lin]


def _rows(folder: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{folder}/{table}.parquet')").fetchall()
