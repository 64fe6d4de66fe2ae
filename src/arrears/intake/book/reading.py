"""What stands in this file, as text?

Comes in: a CSV file (plain or .gz, in any encoding Python knows), a Parquet file, or sheets of a workbook. Goes out: a DuckDB table of
text columns with a row number each (data rows from 1), and a table of the lines that are no rows at all. Nothing is interpreted here;
an empty field is NULL. A file is never held in memory whole: a CSV streams into a Parquet file of the work folder, column by column, so
that each later question reads the few columns that it is about.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from arrears.core.problems import BadData, Refused, WrongCall
from arrears.core.sql import quoted
from arrears.intake.book import spreadsheets
from arrears.intake.book.layout import file_digest

FileKind = Literal["csv", "parquet", "sheet"]
CHUNK_BYTES = 1 << 20
DEFAULT_MEMORY = "1GB"
"""DuckDB's own share; reading, ids and the program itself come on top, together below 2 GB."""
_UTF8 = frozenset({"utf-8", "ascii", "utf-8-sig"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file (or one sheet of a workbook) that was looked at: its path, digest (SHA-256, hex of the bytes as they lie there), headings,
    and how it is read. The headings stand in row `header_row`, from 1; rows above it are no data."""

    path: Path
    digest: str
    headings: tuple[str, ...]
    encoding: str
    delimiter: str
    kind: FileKind = "csv"
    sheet: str | None = None
    header_row: int = 1

    @property
    def label(self) -> str:
        """What people call it: the file's name, and the sheet's where it is one of a workbook."""
        return self.path.name if self.sheet is None else f"{self.path.name} [{self.sheet}]"

    @property
    def is_typed(self) -> bool:
        """Do its columns have types of their own, so that a date comes as a date?"""
        return self.kind != "csv"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file in DuckDB: the table of its rows (`__row` BIGINT and one text column a heading), that of its broken lines, both counts."""

    name: str
    broken_name: str
    rows: int
    broken: int


def connect(work: Path, *, threads: int | None = None, memory_limit: str = DEFAULT_MEMORY) -> duckdb.DuckDBPyConnection:
    """A DuckDB of our own that fetches nothing from anywhere and spills into `work`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory_limit,
        "temp_directory": str(work / "spill"),
        "preserve_insertion_order": "true",
    }
    if threads:
        config["threads"] = str(threads)
    return duckdb.connect(config=config)


def kind_of(path: Path) -> FileKind:
    """Which kind of file is this, by its name?

    >>> kind_of(Path("a.parquet")), kind_of(Path("a.XLSX")), kind_of(Path("a.txt.gz"))
    ('parquet', 'sheet', 'csv')
    """
    suffix = path.suffix.lower()
    return "parquet" if suffix == ".parquet" else "sheet" if suffix in spreadsheets.SUFFIXES else "csv"


def look_at(path: Path, encoding: str, delimiter: str, *, sheet: str | None = None, header_row: int = 1) -> list[SourceFile]:
    """Which file is this? Its bytes are read once whole (digest; a .gz is checked to its end), its headings once.

    Args:
        sheet: name pattern of the sheets of a workbook; each fitting sheet is a source of its own. None takes the only sheet.
        header_row: row (line) in which the headings stand, from 1.

    Raises:
        WrongCall: there is no such file.
        BadData: it is empty, damaged, not in this encoding, has no such sheet, or two headings are the same.
    """
    if not path.is_file():
        raise WrongCall(f"There is no file {path}.", "Nothing was taken in.", "Check the path and the name.")
    kind = kind_of(path)
    try:
        digest = file_digest(path)
        if path.suffix == ".gz":
            _check_gzip(path)
        name = codecs.lookup(encoding).name
        if kind == "sheet":
            return [
                SourceFile(path, digest, _sheet_headings(path, one, header_row), name, delimiter, kind, one, header_row) for one in _sheets(path, sheet)
            ]
        if kind == "parquet":
            return [SourceFile(path, digest, _checked_headings(_parquet_headings(path), path.name), name, delimiter, kind)]
        return [SourceFile(path, digest, _headings(path, encoding, delimiter, header_row), name, delimiter, kind, None, header_row)]
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(path) from error
        raise Refused(
            f"{path.name} cannot be read ({error.strerror or error}).", "Nothing was taken in.", "Check its permissions and the disk."
        ) from error


def _sheets(path: Path, pattern: str | None) -> list[str]:
    """The sheets that are meant. With several of them and no pattern it is not certain which."""
    names = spreadsheets.open_workbook(path).sheet_names
    fitting = [name for name in names if fnmatch(name, pattern)] if pattern else list(names)
    if not fitting or (pattern is None and len(fitting) > 1):
        asked = f"has no sheet “{pattern}”" if pattern else "has several sheets, and the mapping does not say which one is meant"
        raise BadData(f"{path.name} {asked}.", "Nothing was taken in.", f"Write “sheet: …” in the mapping; its sheets are {', '.join(names)}.")
    return fitting


def _sheet_headings(path: Path, sheet: str, header_row: int) -> tuple[str, ...]:
    rows = spreadsheets.sheet_rows(path, sheet)
    row = next((row for place, row in enumerate(rows, 1) if place == header_row), [])
    texts = [spreadsheets.cell_text(cell) or "" for cell in row]
    while texts and not texts[-1].strip():
        texts.pop()
    return _checked_headings(texts, f"{path.name} [{sheet}]")


def _parquet_headings(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise BadData(
            f"{path.name} is a damaged Parquet file, or none at all ({str(error).splitlines()[0]}).",
            "Part of the portfolio would be missing, so nothing was taken in.",
            "Write or transfer the file again.",
        ) from error


def _check_gzip(path: Path) -> None:
    """Does the compressed file end where it should? Half a portfolio looks like a whole one otherwise."""
    try:
        with gzip.open(path, "rb") as stream:
            while stream.read(CHUNK_BYTES):
                pass
    except (EOFError, zlib.error) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> BadData:
    return BadData(
        f"{path.name} is a damaged .gz file: it ends too early or its checksum is wrong.",
        "Part of the portfolio would be missing, so nothing was taken in.",
        "Transfer the file again and compare its size with the sender's.",
    )


def _open_bytes(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _bom_aware(encoding: str) -> str:
    """UTF-8 from Windows begins with a mark that is no part of the first heading."""
    return "utf-8-sig" if codecs.lookup(encoding).name in _UTF8 else encoding


def _headings(path: Path, encoding: str, delimiter: str, header_row: int = 1) -> tuple[str, ...]:
    # Bytes that do not fit are let through here: only those of the headings count, those of a row are a finding about that row.
    with _open_bytes(path) as stream, io.TextIOWrapper(stream, encoding=_bom_aware(encoding), errors="surrogateescape", newline="") as text:
        try:
            for _ in range(header_row - 1):
                text.readline()
            first = next(csv.reader(text, delimiter=delimiter), [])
            "".join(first).encode()
        except (UnicodeError, csv.Error) as error:
            raise BadData(
                f"The first line of {path.name} cannot be read as {encoding} ({error}).",
                "Nothing was taken in.",
                "State the file's real encoding in the mapping (such as gb18030 or cp1252).",
            ) from error
    return _checked_headings(first, path.name)


def _checked_headings(first: Sequence[str], label: str) -> tuple[str, ...]:
    """The headings without blanks around them; a column without one is called by its place."""
    if not any(name.strip() for name in first):
        raise BadData(
            f"{label} is empty: it has no line of headings.", "Nothing was taken in.", "Ask for the file again, with headings in its first line."
        )
    headings = tuple(name.strip() or f"column {place}" for place, name in enumerate(first, 1))
    twice = [name for name, count in Counter(name.lower() for name in headings).items() if count > 1]
    if twice:
        raise BadData(
            f"{label} has the heading “{twice[0]}” more than once (capitals make no difference).",
            "It is not certain which column is meant, so nothing was taken in.",
            "Give each column a name of its own.",
        )
    return headings


def read_raw(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str, work: Path) -> RawTable:
    """Put the file into DuckDB as table `name`, all columns text, with the number of each row in the file.

    Raises:
        BadData: the file is not in the stated encoding, or cannot be read as what its name says.
    """
    if file.kind == "csv":
        _read_csv(connection, file, name, work)
    else:
        (_read_sheet if file.kind == "sheet" else _show_parquet)(connection, file, name)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_broken (row BIGINT, line_text VARCHAR, kind VARCHAR)")
    rows, broken = (connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in (name, f"{name}_broken"))
    return RawTable(name, f"{name}_broken", rows, broken)


def _identifier(heading: str) -> str:
    return '"' + heading.replace('"', '""') + '"'


def _read_sheet(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str) -> None:
    assert file.sheet is not None, "a workbook is read sheet by sheet"
    columns = ", ".join(f"{_identifier(heading)} VARCHAR" for heading in file.headings)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (__row BIGINT, __doubtful VARCHAR[], {columns})")
    for piece in spreadsheets.read_sheet(file.path, file.sheet, file.headings, file.header_row):
        arrays = [pa.array([row.number for row in piece], pa.int64()), pa.array([list(row.doubtful) for row in piece], pa.list_(pa.string()))]
        arrays += [pa.array([row.texts[place] for row in piece], pa.string()) for place in range(len(file.headings))]
        connection.register("arriving", pa.Table.from_arrays(arrays, names=[str(place) for place in range(len(arrays))]))
        connection.execute(f"INSERT INTO {name} SELECT * FROM arriving")
        connection.unregister("arriving")


def _show_parquet(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str) -> None:
    """Parquet is read where it lies; its values become the texts that a careful person would have written."""
    source = f"read_parquet({quoted(file.path)}, file_row_number = true)"
    try:
        types = {column: type_ for column, type_, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        texts = [f"{_value_text(_identifier(own), types[own])} AS {_identifier(heading)}" for own, heading in zip(_parquet_headings(file.path), file.headings, strict=True)]
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT (file_row_number + 1)::BIGINT AS __row, NULL::VARCHAR[] AS __doubtful, {', '.join(texts)} FROM {source}"
        )
        connection.execute(f"SELECT count(hash(COLUMNS(*))) FROM {name}").fetchall()
    except duckdb.Error as error:
        raise BadData(
            f"{file.path.name} is a damaged Parquet file ({str(error).splitlines()[0]}).", "Nothing was taken in.", "Write or transfer the file again."
        ) from error


def _value_text(column: str, type_: str) -> str:
    """SQL: how is a value of this type written as text?"""
    if type_ in ("DOUBLE", "FLOAT"):
        shown = f"format('{{:.15g}}', {column}::DOUBLE)"
        return f"CASE WHEN abs({column}) < 1e-4 AND {column} <> 0 THEN rtrim(format('{{:.9f}}', {column}::DOUBLE), '0') ELSE upper({shown}) END"
    if type_.startswith("TIMESTAMP"):
        return f"CASE WHEN {column} = date_trunc('day', {column}) THEN strftime({column}, '%Y-%m-%d') ELSE strftime({column}, '%Y-%m-%d %H:%M:%S') END"
    return f"{column}::VARCHAR"


def _read_csv(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str, work: Path) -> None:
    plain = file.encoding in _UTF8 and file.header_row == 1
    path = file.path if plain else _as_utf8(file, work / f"{name}.csv")
    try:
        _load(connection, file, name, path, work)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        # Mixed line ends are the common cause: written anew with one kind of them, the file is read again.
        try:
            _load(connection, file, name, _as_utf8(file, work / f"{name}.csv"), work)
        except duckdb.Error as error:
            raise BadData(
                f"{file.path.name} cannot be read as CSV ({str(error).splitlines()[0]}).",
                "Nothing was taken in.",
                "Check delimiter and quotes, or export the file again.",
            ) from error
    finally:
        (work / f"{name}.csv").unlink(missing_ok=True)


def _load(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str, path: Path, work: Path) -> None:
    """The rows as Parquet in the order of the file, and over them the view that names and numbers them."""
    columns = ", ".join(f"{quoted(heading)}: 'VARCHAR'" for heading in file.headings)
    places = ", ".join(f"{_identifier(heading)} AS c{place}" for place, heading in enumerate(file.headings))
    connection.execute(f"DROP TABLE IF EXISTS {name}_broken; DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    compression = "gzip" if path.suffix == ".gz" else "none"
    target = work / f"{name}.parquet"
    connection.execute(
        f"COPY (SELECT {places} FROM read_csv({quoted(path)}, auto_detect=false, header=true, columns={{{columns}}}, delim={quoted(file.delimiter)}, "
        f"quote='\"', escape='\"', compression='{compression}', store_rejects=true)) TO {quoted(target)} (FORMAT parquet, COMPRESSION snappy)"
    )
    target.chmod(0o600)
    connection.execute(
        f"CREATE TEMP TABLE {name}_broken AS SELECT (line - 1)::BIGINT AS row, trim(min(csv_line), E'\\r\\n') AS line_text, min(error_type::VARCHAR) AS kind "
        "FROM reject_errors GROUP BY line ORDER BY line"
    )
    if connection.execute(f"SELECT count(*) FROM {name}_broken").fetchall()[0][0]:
        _without_blank_lines(connection, name, path, file.delimiter)
    row = _row_number(connection, name)
    named = ", ".join(f"c{place} AS {_identifier(heading)}" for place, heading in enumerate(file.headings))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {row} AS __row, {named} FROM read_parquet({quoted(target)}, file_row_number = true)")


def _row_number(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL: the number of an accepted row in the file. They keep their order, so the k-th of them is the k-th record that is not broken:
    with broken records e₁ < e₂ < …, its number is k + the count of i with eᵢ − i < k."""
    broken = connection.execute(f"SELECT row FROM {name}_broken ORDER BY row").fetchnumpy()["row"].astype(np.int64)
    if not len(broken):
        return "(file_row_number + 1)::BIGINT"
    shifts = broken - np.arange(1, len(broken) + 1)

    def numbered(places: pa.ChunkedArray) -> pa.Array:
        own = np.asarray(places.to_numpy(), np.int64)
        return pa.array(own + np.searchsorted(shifts, own, side="left"), pa.int64())

    connection.create_function(f"{name}_number", numbered, ["BIGINT"], "BIGINT", type="arrow")  # type: ignore[arg-type,list-item]
    return f"{name}_number((file_row_number + 1)::BIGINT)"


def _without_blank_lines(connection: duckdb.DuckDBPyConnection, name: str, path: Path, delimiter: str) -> None:
    """DuckDB counts blank lines where it numbers broken ones, and nowhere else. A blank line is no row: take them out of the numbers."""
    with _open_bytes(path) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="") as text:
        blanks = [place for place, record in enumerate(csv.reader(text, delimiter=delimiter)) if not record]
    if blanks:
        connection.register("blanks", pa.table({"place": pa.array(blanks, pa.int64())}))
        connection.execute(f"UPDATE {name}_broken SET row = row - (SELECT count(*) FROM blanks WHERE place < {name}_broken.row)")
        connection.unregister("blanks")


def _as_utf8(file: SourceFile, target: Path) -> Path:
    """The file as UTF-8 with one kind of line end, for the length of this import (mode 0600, inside the staging folder)."""
    try:
        with _open_bytes(file.path) as stream, target.open("w", encoding="utf-8", newline="\n") as out:
            target.chmod(0o600)
            with io.TextIOWrapper(stream, encoding=_bom_aware(file.encoding), newline=None) as text:
                for _ in range(file.header_row - 1):
                    text.readline()
                for piece in _pieces(text):
                    out.write(piece)
    except UnicodeError as error:
        raise BadData(
            f"{file.path.name} is not in the encoding {file.encoding} ({error}).",
            "Nothing was taken in.",
            "State the file's real encoding in the mapping.",
        ) from error
    return target


def _pieces(text: IO[str]) -> Iterator[str]:
    while piece := text.read(CHUNK_BYTES):
        yield piece
