"""How does the portfolio report go into a spreadsheet, every table of it?

Amounts are decimals in major units beside their currency, made from whole minor units by exact division; ratios are percentages of exact
fractions; a spreadsheet program keeps fifteen digits of either, and an amount longer than that is written as text so that nothing is lost.
The same figures give the same bytes: the file's date is the day of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from arrears.core.money import as_decimal, minor_digits
from arrears.core.reasons import Language
from arrears.engine.report_cells import NUMERIC, bucket_text, code_text, ratio_of, tables_with_rows
from arrears.engine.report_tables import ReportColumn, ReportTable

SHEET_ROWS = 1_048_576
EXACT_DIGITS = 15
Formats = dict[str, Any]


def write_workbook(figures: dict[str, Any], book: str, target: Path, language: Language = "en", *, rows_per_sheet: int = SHEET_ROWS) -> None:
    """Every table of the report as a sheet, and the definitions in both languages as the first.

    Args:
        figures: what portfolio.json says.
        rows_per_sheet: rows a sheet can hold, its head included; a longer table goes on in further sheets, and the definitions say so.
    """
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": f"{book} {figures['as_of']}", "created": datetime.fromisoformat(figures["as_of"])})
        formats: Formats = {
            "head": workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True}), "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "whole": workbook.add_format({"num_format": "#,##0"}), "share": workbook.add_format({"num_format": "0.00%"}), "number": workbook.add_format({"num_format": "0.0"}),
            "text": workbook.add_format({"num_format": "@"}), **{f"money{digits}": workbook.add_format({"num_format": "#,##0" + ("." + "0" * digits if digits else "")}) for digits in range(5)},
        }
        tables = tables_with_rows(figures)
        _definitions(workbook.add_worksheet("definitions"), tables, figures, formats, rows_per_sheet)
        for table, rows in tables:
            for name, part in sheets_of(table.name, rows, rows_per_sheet):
                _sheet(workbook.add_worksheet(name), table, part, language, formats)


def sheets_of(name: str, rows: Sequence[Any], rows_per_sheet: int = SHEET_ROWS) -> Iterator[tuple[str, Sequence[Any]]]:
    """Into which sheets does a table go, when each holds a head and so many rows less one?

    >>> [(name, len(part)) for name, part in sheets_of("vintage", range(5), 3)]
    [('vintage', 2), ('vintage_2', 2), ('vintage_3', 1)]
    """
    step = rows_per_sheet - 1
    for place, start in enumerate(range(0, max(len(rows), 1), step)):
        yield name if place == 0 else f"{name}_{place + 1}", rows[start : start + step]


def _definitions(sheet: Worksheet, tables: Sequence[tuple[ReportTable, Sequence[Any]]], figures: dict[str, Any], formats: Formats, rows_per_sheet: int) -> None:
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 5, 60)
    for place, text in enumerate(("sheet", "title", "definition", "标题", "口径", "note")):
        sheet.write_string(0, place, text, formats["head"])
    sheet.write_string(1, 0, "run", formats["wrap"])
    sheet.write_string(1, 2, f"As of {figures['as_of']}; compared with {figures['compared_with'] or 'no run'}", formats["wrap"])
    sheet.write_string(1, 4, f"截至 {figures['as_of']}；对比运行日 {figures['compared_with'] or '无'}", formats["wrap"])
    for line, (table, rows) in enumerate(tables, start=2):
        parts = sum(1 for _ in sheets_of(table.name, rows, rows_per_sheet))
        note = f"goes on in {parts - 1} further sheets / 续 {parts - 1} 张表" if parts > 1 else ""
        for place, text in enumerate((table.name, table.title.en, table.definition.en, table.title.zh, table.definition.zh, note)):
            sheet.write_string(line, place, text, formats["wrap"])


def _sheet(sheet: Worksheet, table: ReportTable, rows: Sequence[dict[str, Any]], language: Language, formats: Formats) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, 18 if column.kind in NUMERIC else 16)
        sheet.write_string(0, place, column.heading.in_language(language), formats["head"])
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(table.columns):
            _cell(sheet, line, place, column, row, language, formats)


def _cell(sheet: Worksheet, line: int, place: int, column: ReportColumn, row: dict[str, Any], language: Language, formats: Formats) -> None:
    """One figure; a cell that cannot be told stays empty, which is not zero."""
    value = row[column.name]
    if value is None:
        return
    match column.kind:
        case "money":
            _amount(sheet, line, place, value, row["currency"], formats)
        case "share" | "number":
            sheet.write_number(line, place, ratio_of(value), formats[column.kind])
        case "whole":
            sheet.write_number(line, place, value, formats["whole"])
        case "bucket":
            sheet.write_string(line, place, bucket_text(value, language), formats["text"])
        case "product" | "region" | "table" | "check":
            sheet.write_string(line, place, code_text(column.kind, value, language), formats["text"])
        case "text":
            sheet.write_string(line, place, str(value), formats["text"])


def _amount(sheet: Worksheet, line: int, place: int, minor: int, currency: str, formats: Formats) -> None:
    amount = as_decimal(minor, currency)
    if len(str(abs(minor))) > EXACT_DIGITS:
        sheet.write_string(line, place, f"{amount:f}", formats["text"])
    else:
        sheet.write_number(line, place, amount, formats[f"money{minor_digits(currency)}"])
