"""The report of the whole book as somebody gets it: a page and a spreadsheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from arrears.core.problems import WrongCall
from arrears.engine.report_tables import CHECKS, REPORT_TABLES
from arrears.engine.run_folder import RunName
from arrears.engine.use_cases.portfolio_reports import portfolio_of, run_of_day
from arrears.engine.workbook import write_workbook
from tests.learn.test_portfolio_by_hand import BEFORE, INVOICES, LOANS, ON, figures_of


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The figures of the book worked out by hand."""
    return figures_of(LOANS, ON, BEFORE)


def test_every_table_of_the_figures_is_described_and_every_described_column_is_there(figures: dict[str, Any]) -> None:
    invoices = figures_of(INVOICES, date(2026, 6, 30), None)
    assert set(figures["tables"]) == {table.name for table in REPORT_TABLES}
    for table in REPORT_TABLES:
        for row in figures["tables"][table.name] + invoices["tables"][table.name]:
            assert {column.name for column in table.columns} <= set(row), table.name
    assert {row["check"] for row in figures["tables"]["quality"]} == set(CHECKS)


def test_a_spreadsheet_has_exact_amounts_beside_their_currency_and_the_definitions_in_both_languages(figures: dict[str, Any], tmp_path: Path) -> None:
    write_workbook(figures, "main", tmp_path / "p.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx"))
    assert book.sheet_names[0] == "definitions"
    assert {"flow", "vintage", "cash_weeks", "quality"} <= set(book.sheet_names)
    definitions = book.get_sheet_by_name("definitions").to_python()
    assert any("迁徙率" in str(cell) for row in definitions for cell in row) and any("Cohort roll" in str(cell) for row in definitions for cell in row)
    (row,) = book.get_sheet_by_name("concentration").to_python()[1:]
    assert row[0] == "CNY" and Decimal(str(row[2])) == Decimal("12.00") and row[4] == 0.75


def test_a_chinese_spreadsheet_names_products_tables_and_buckets_in_chinese(figures: dict[str, Any], tmp_path: Path) -> None:
    named = {**figures, "tables": {**figures["tables"], "imported": [{"table": "contact_history", "read": 2, "accepted": 1, "rejected": 1}],
                                   "by_product": [{**row, "name": "car_loan"} for row in figures["tables"]["by_product"]]}}
    write_workbook(named, "main", tmp_path / "p.xlsx", language="zh")
    book = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx"))
    assert book.get_sheet_by_name("by_product").to_python()[1][1] == "车贷"
    assert book.get_sheet_by_name("imported").to_python()[1][0] == "联系记录"
    assert all("天" in str(cell) or cell in ("未逾期", "已不在册", "不在册（期初）") for row in book.get_sheet_by_name("flow").to_python()[1:] for cell in row[1:3])


def test_the_same_figures_give_the_same_spreadsheet_bytes(figures: dict[str, Any], tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(figures, "main", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_longer_than_a_sheet_goes_on_in_further_sheets_and_says_so(figures: dict[str, Any], tmp_path: Path) -> None:
    write_workbook(figures, "main", tmp_path / "p.xlsx", rows_per_sheet=3)
    book = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx"))
    rows = [row for name in ("flow", "flow_2") for row in book.get_sheet_by_name(name).to_python()[1:]]
    assert len(rows) == len(figures["tables"]["flow"]) == 4
    assert any("further sheets" in str(cell) for row in book.get_sheet_by_name("definitions").to_python() for cell in row)


def test_an_amount_of_more_digits_than_a_cell_can_hold_is_written_as_text(figures: dict[str, Any], tmp_path: Path) -> None:
    large = {**figures, "tables": {"concentration": [{**figures["tables"]["concentration"][0], "balance_minor": 9_007_199_254_740_993}]}}
    write_workbook(large, "main", tmp_path / "p.xlsx")
    (row,) = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx")).get_sheet_by_name("concentration").to_python()[1:]
    assert row[2] == "90071992547409.93"


def test_a_day_without_a_run_and_a_run_without_figures_are_named(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="no run"):
        run_of_day(tmp_path, ON)
    with pytest.raises(WrongCall, match="keeps no portfolio figures"):
        portfolio_of(tmp_path, RunName(ON, 1))
