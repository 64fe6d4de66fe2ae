"""What kinds of value stand in this file, by the look of its first rows?

Comes in: a file nobody has described yet. Goes out: its encoding, delimiter, heading row, and per column what its values could be:
dates (in which forms), amounts (with which decimal sign), whole numbers, addresses, codes. Nothing is decided about their meaning here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import duckdb

from arrears.intake.book import spreadsheets
from arrears.intake.book.mapping import SERIAL_DAYS
from arrears.intake.book.reading import _open_bytes, _show_parquet, kind_of, look_at

SAMPLE_BYTES = 1 << 20
SAMPLE_ROWS = 1_000
HEADING_ROWS = 12
"""The headings stand in one of so many first rows."""
NEARLY_ALL = 0.95
DELIMITERS = (",", ";", "\t", "|")
DATE_FORMS: tuple[tuple[str, str], ...] = (
    ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}"),
    ("%Y/%m/%d", r"\d{4}/\d{1,2}/\d{1,2}"),
    ("%Y.%m.%d", r"\d{4}\.\d{1,2}\.\d{1,2}"),
    ("%Y%m%d", r"(19|20)\d{6}"),
    ("%Y年%m月%d日", r"\d{4}年\d{1,2}月\d{1,2}日"),
    ("%d.%m.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("%m/%d/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("%d/%m/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("%d-%m-%Y", r"\d{1,2}-\d{1,2}-\d{4}"),
    ("%d-%b-%Y", r"\d{1,2}-[A-Za-z]{3}-\d{4}"),
    ("%d %b %Y", r"\d{1,2} [A-Za-z]{3} \d{4}"),
    ("%Y-%m-%d %H:%M:%S", r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}"),
    ("%Y-%m-%d %H:%M:%S.%f", r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}\.\d+"),
    (SERIAL_DAYS, r"[34]\d{4}"),
    ("%Y/%m/%d %H:%M:%S", r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}"),
)
"""Forms of a date (as a mapping states them) and the shape of the text. As serial days only those from 1982 to 2036 are thought of."""
AMOUNT_SHAPES: tuple[tuple[str | None, str], ...] = (
    (None, r"[+-]?\d+(\.\d+)?"),
    (".", r"[+-]?(\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})*,\d{3}|\d+)(\.\d+)?"),
    (",", r"[+-]?(\d{1,3}([.  ']\d{3})+|\d+)(,\d+)?"),
)


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column: its heading and the texts of its first rows that are not empty; `rows` counts the empty ones too."""

    heading: str
    texts: tuple[str, ...]
    rows: int

    @property
    def date_forms(self) -> tuple[str, ...]:
        """Forms in which nearly every value is a possible date, the best ones; two where day and month cannot be told apart."""
        fits = {form: sum(_is_date(text, form, shape) for text in self.texts) for form, shape in DATE_FORMS}
        best = max(fits.values())
        return tuple(form for form, count in fits.items() if count == best) if self._nearly_all(best) else ()

    @property
    def decimal(self) -> str | bool | None:
        """With which decimal sign is nearly every value an amount: None for plain digits and a point, “.” or “,” for grouped ones, False for none?"""
        fits = {sign: self._count(shape) for sign, shape in AMOUNT_SHAPES}
        best = max(fits.values())
        return next(sign for sign, count in fits.items() if count == best) if self._nearly_all(best) else False

    @property
    def is_whole(self) -> bool:
        """Is every value a whole number of at most six digits?"""
        return self.matches(r"-?\d{1,6}(\.0)?")

    def matches(self, shape: str) -> bool:
        """Has nearly every value this shape (a regular expression)? Not so where there is no value."""
        return self._nearly_all(self._count(shape))

    def _count(self, shape: str) -> int:
        return sum(1 for text in self.texts if re.fullmatch(shape, text))

    def _nearly_all(self, count: int) -> bool:
        """A wrong value here and there is for the error pool and must not hide what the column is."""
        return bool(self.texts) and count >= NEARLY_ALL * len(self.texts)


@dataclass(frozen=True, slots=True)
class FileLook:
    """One file or sheet: how it is read, and what its columns look like."""

    path: Path
    encoding: str
    delimiter: str
    sheet: str | None
    header_row: int
    columns: tuple[ColumnLook, ...] = field(default=())

    @property
    def is_csv(self) -> bool:
        """Is it a text file?"""
        return kind_of(self.path) == "csv"


def _is_date(text: str, form: str, shape: str) -> bool:
    if not re.fullmatch(shape, text):
        return False
    if form == SERIAL_DAYS:
        return True
    try:
        return 1900 <= datetime.strptime(text, form).year <= 2199  # noqa: DTZ007 - a day of a file has no zone
    except ValueError:
        return False


def look_over(path: Path) -> list[FileLook]:
    """How do the sources in this file look: one for a text or Parquet file, one a sheet that has rows for a workbook?

    Raises: as `reading.look_at`.
    """
    kind = kind_of(path)
    if kind == "sheet":
        names = spreadsheets.open_workbook(path).sheet_names if path.is_file() else []
        looks = [_look_of_sheet(path, name, len(names) > 1) for name in names]
        return [look for look in looks if look is not None] or [_look_of_csv(path)]
    return [_look_of_parquet(path)] if kind == "parquet" else [_look_of_csv(path)]


def _look_of_sheet(path: Path, sheet: str, is_one_of_several: bool) -> FileLook | None:
    rows = [[spreadsheets.cell_text(cell) or "" for cell in row] for row in islice(spreadsheets.sheet_rows(path, sheet), SAMPLE_ROWS)]
    header_row = heading_row(rows)
    if len(rows) <= header_row:
        return None
    (file,) = look_at(path, "utf-8", ",", sheet=sheet, header_row=header_row)
    return FileLook(path, "utf-8", ",", sheet if is_one_of_several else None, header_row, _columns(file.headings, rows[header_row:]))


def _look_of_parquet(path: Path) -> FileLook:
    (file,) = look_at(path, "utf-8", ",")
    with duckdb.connect() as db:
        _show_parquet(db, file, "shown")
        rows = db.execute(f"SELECT * EXCLUDE (__row, __doubtful) FROM shown ORDER BY __row LIMIT {SAMPLE_ROWS}").fetchall()
    return FileLook(path, "utf-8", ",", None, 1, _columns(file.headings, [[value or "" for value in row] for row in rows]))


def _look_of_csv(path: Path) -> FileLook:
    if not path.is_file():
        look_at(path, "utf-8", ",")
    with _open_bytes(path) as stream:
        sample = stream.read(SAMPLE_BYTES)
    encoding = encoding_of(sample)
    text = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(errors="replace").decode(sample)
    lines = text.splitlines(keepends=True)[:SAMPLE_ROWS]
    if len(sample) == SAMPLE_BYTES and len(lines) > 1 and len(lines) < SAMPLE_ROWS:
        lines.pop()
    delimiter = delimiter_of(lines)
    rows = list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter))
    header_row = heading_row(rows)
    (file,) = look_at(path, encoding, delimiter, header_row=header_row)
    return FileLook(path, encoding, delimiter, None, header_row, _columns(file.headings, [row for row in rows[header_row:] if row]))


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[ColumnLook, ...]:
    return tuple(
        ColumnLook(heading, tuple(text for row in rows if place < len(row) and (text := row[place].strip())), len(rows)) for place, heading in enumerate(headings)
    )


def encoding_of(sample: bytes) -> str:
    """In which encoding are these bytes, most likely?

    >>> encoding_of("客户号,姓名".encode("gb18030")), encoding_of("客户号".encode()), encoding_of("Fälligkeit;Größe".encode("cp1252"))
    ('gb18030', 'utf-8', 'cp1252')
    >>> encoding_of("卡號,繳款截止日".encode("big5"))
    'big5'
    >>> encoding_of("客户号".encode("utf-16")), encoding_of("loan,due".encode("utf-16-le"))
    ('utf-16', 'utf-16-le')
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample[:200]:
        return "utf-16-be" if sample[:1] == b"\0" else "utf-16-le"
    if _decodes(sample, "utf-8"):
        return "utf-8"
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    alone = sum(1 for run in runs if run == 1)
    if alone * 2 >= len(runs):
        return "cp1252"
    possible = [name for name in _USUAL if _decodes(sample, name)]
    return max(possible, key=lambda name: _share_of_usual(sample, name), default="cp1252")


_USUAL = {"gb18030": (range(0xB0, 0xD8), range(0xA1, 0xFF)), "big5": (range(0xA4, 0xC7), range(0x40, 0xFF))}
"""First and second bytes of the signs in everyday use: both standards order their signs so. Most bytes of one are possible in the other, but
then they are rare signs."""


def _share_of_usual(sample: bytes, encoding: str) -> float:
    first, second = _USUAL[encoding]
    signs = [sign.encode(encoding) for sign in codecs.getincrementaldecoder(encoding)().decode(sample) if not sign.isascii()]
    return sum(len(sign) == 2 and sign[0] in first and sign[1] in second for sign in signs) / max(len(signs), 1)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(lines: Sequence[str]) -> str:
    """Which sign stands between the columns: the one that gives most lines the same number of columns, and more than one?

    >>> delimiter_of(["a;b;c\\n", "1;2,5;3\\n", "4;5,25;6\\n"])
    ';'
    """

    def fitness(sign: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines[:100], delimiter=sign) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)

    return max(DELIMITERS, key=lambda sign: (fitness(sign)[0] > 0.5, fitness(sign)[1] * fitness(sign)[0]))


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """In which row (from 1) do the headings stand: the first that is nearly as full as the fullest? Titles above it are short.

    >>> heading_row([["Loans of November"], [], ["loan", "due", "amount"], ["1", "2026-01-31", "5"]])
    3
    """
    filled = [sum(1 for text in row if text.strip()) for row in rows[: HEADING_ROWS * 2]]
    widest = max(filled, default=0)
    return next((place for place, count in enumerate(filled[:HEADING_ROWS], 1) if count >= 0.6 * widest and count > 0), 1)
