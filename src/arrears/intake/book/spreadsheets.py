"""What stands in the cells of this sheet, as text?

Comes in: a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods). Goes out: its sheets' names, and a sheet's rows as texts. A spreadsheet keeps
every number as a binary fraction of 15 digits: so numbers are written as the sheet shows them (15 digits, no fraction where there is
none), a number that is longer comes out as `1.23E+17` (an id that lost digits, which the checks then name), and a number in a column
whose other cells are texts with leading zeros is marked as doubtful.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arrears.core.problems import BadData

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
SIGNIFICANT_DIGITS = 15
"""So many digits of a number a spreadsheet keeps for certain."""
Cell = int | float | str | bool | time | date | datetime | timedelta
CHUNK_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number (data rows from 1), its texts in the order of the headings, and the headings whose value may have lost zeros."""

    number: int
    texts: tuple[str | None, ...]
    doubtful: tuple[str, ...]


def cell_text(cell: Cell) -> str | None:
    """How is this cell written as text? Nothing for an empty one.

    >>> cell_text(1234.5), cell_text(0.1 + 0.2), cell_text(10001.0), cell_text(0.00001)
    ('1234.5', '0.3', '10001', '0.00001')
    >>> cell_text(6222021234567890123.0), cell_text("00123 "), cell_text(""), cell_text(True)
    ('6.22202123456789E+18', '00123 ', None, 'true')
    >>> cell_text(datetime(2026, 1, 31)), cell_text(datetime(2026, 1, 31, 8, 5)), cell_text(date(2026, 1, 31))
    ('2026-01-31', '2026-01-31 08:05:00', '2026-01-31')
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) or None


def _number_text(number: int | float) -> str:
    shown = format(number, f".{SIGNIFICANT_DIGITS}g").upper()
    if abs(number) >= 10**SIGNIFICANT_DIGITS or "E" not in shown:
        return shown
    return format(Decimal(shown), "f")


def open_workbook(path: Path) -> CalamineWorkbook:
    """The workbook in this file.

    Raises:
        BadData: it is damaged, no workbook, or locked with a password.
    """
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise BadData(f"{path.name} is locked with a password.", "It cannot be read, so nothing was taken in.", "Save it without a password.") from error
    except (CalamineError, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> BadData:
    return BadData(
        f"{path.name} is a damaged spreadsheet, or none at all ({str(error).strip() or type(error).__name__}).",
        "Part of the portfolio could be missing, so nothing was taken in.",
        "Open it in a spreadsheet program, save it again as .xlsx, or transfer it again.",
    )


def sheet_rows(path: Path, sheet: str) -> Iterator[list[Cell]]:
    """Every row of a sheet from its very first one, as cells; blank rows above the first written one count as rows."""
    try:
        found = open_workbook(path).get_sheet_by_name(sheet)
        if found.start is None:
            return
        blank_rows, blank_columns = found.start
        for _ in range(blank_rows):
            yield []
        for row in found.iter_rows():
            yield ["" for _ in range(blank_columns)] + row
    except CalamineError as error:
        raise _damaged(path, error) from error


def read_sheet(path: Path, sheet: str, headings: Sequence[str], header_row: int) -> Iterator[list[SheetRow]]:
    """The rows below the headings, in pieces; rows without any value are none and carry no number."""
    widths = _widths_of_zero_texts(path, sheet, len(headings), header_row)
    piece: list[SheetRow] = []
    number = 0
    for row in _data_rows(path, sheet, header_row):
        texts = tuple(cell_text(cell) for cell in row[: len(headings)])
        if not any(text and text.strip() for text in texts):
            continue
        number += 1
        doubtful = tuple(headings[place] for place, width in widths.items() if place < len(texts) and _lost_zeros(row[place], texts[place], width))
        piece.append(SheetRow(number, texts + (None,) * (len(headings) - len(texts)), doubtful))
        if len(piece) == CHUNK_ROWS:
            yield piece
            piece = []
    if piece:
        yield piece


def _data_rows(path: Path, sheet: str, header_row: int) -> Iterator[list[Cell]]:
    for place, row in enumerate(sheet_rows(path, sheet), 1):
        if place > header_row:
            yield row


def _widths_of_zero_texts(path: Path, sheet: str, columns: int, header_row: int) -> dict[int, int]:
    """Per column that holds digits as text with a leading zero: how wide are those texts at most?"""
    widths: dict[int, int] = {}
    for row in _data_rows(path, sheet, header_row):
        for place, cell in enumerate(row[:columns]):
            if isinstance(cell, str) and len(cell) > 1 and cell[0] == "0" and cell.isdigit():
                widths[place] = max(widths.get(place, 0), len(cell))
    return widths


def _lost_zeros(cell: Cell, text: str | None, width: int) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and len(text or "") < width
