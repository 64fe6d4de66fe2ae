"""What stands in this file, as text?

Comes in: a CSV file, plain or .gz, in any encoding Python knows. Goes out: a DuckDB table of text columns with a row number each
(data rows from 1), and a table of the lines that are no rows at all. Nothing is interpreted here; an empty field is NULL.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from arrears.core.problems import BadData, Refused, WrongCall
from arrears.core.sql import quoted
from arrears.intake.book.layout import file_digest

CHUNK_BYTES = 1 << 20
_UTF8 = frozenset({"utf-8", "ascii", "utf-8-sig"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was looked at: its path, digest (SHA-256, hex of the bytes as they lie there) and headings."""

    path: Path
    digest: str
    headings: tuple[str, ...]
    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file in DuckDB: the table of its rows (`__row` BIGINT and one text column a heading), that of its broken lines, both counts."""

    name: str
    broken_name: str
    rows: int
    broken: int


def connect(work: Path, *, threads: int | None = None, memory_limit: str = "4GB") -> duckdb.DuckDBPyConnection:
    """A DuckDB of our own that fetches nothing from anywhere and spills into `work`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory_limit,
        "temp_directory": str(work / "spill"),
    }
    if threads:
        config["threads"] = str(threads)
    return duckdb.connect(config=config)


def look_at(path: Path, encoding: str, delimiter: str) -> SourceFile:
    """Which file is this? Its bytes are read once whole (digest; a .gz is checked to its end), its headings once.

    Raises:
        WrongCall: there is no such file.
        BadData: it is empty, damaged, not in this encoding, or two headings are the same.
    """
    if not path.is_file():
        raise WrongCall(f"There is no file {path}.", "Nothing was taken in.", "Check the path and the name.")
    try:
        digest = file_digest(path)
        if path.suffix == ".gz":
            _check_gzip(path)
        headings = _headings(path, encoding, delimiter)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(path) from error
        raise Refused(
            f"{path.name} cannot be read ({error.strerror or error}).", "Nothing was taken in.", "Check its permissions and the disk."
        ) from error
    return SourceFile(path, digest, headings, codecs.lookup(encoding).name, delimiter)


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


def _headings(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    # Bytes that do not fit are let through here: only those of the headings count, those of a row are a finding about that row.
    with _open_bytes(path) as stream, io.TextIOWrapper(stream, encoding=_bom_aware(encoding), errors="surrogateescape", newline="") as text:
        try:
            first = next(csv.reader(text, delimiter=delimiter), [])
            "".join(first).encode()
        except (UnicodeError, csv.Error) as error:
            raise BadData(
                f"The first line of {path.name} cannot be read as {encoding} ({error}).",
                "Nothing was taken in.",
                "State the file's real encoding in the mapping (such as gb18030 or cp1252).",
            ) from error
    if not any(name.strip() for name in first):
        raise BadData(
            f"{path.name} is empty: it has no line of headings.", "Nothing was taken in.", "Ask for the file again, with headings in its first line."
        )
    headings = tuple(name.strip() or f"column {place}" for place, name in enumerate(first, 1))
    twice = [name for name, count in Counter(name.lower() for name in headings).items() if count > 1]
    if twice:
        raise BadData(
            f"{path.name} has the heading “{twice[0]}” more than once (capitals make no difference).",
            "It is not certain which column is meant, so nothing was taken in.",
            "Give each column a name of its own.",
        )
    return headings


def read_raw(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str, work: Path) -> RawTable:
    """Put the file into DuckDB as table `name`, all columns text, with the number of each row in the file.

    Raises:
        BadData: the file is not in the stated encoding, or no CSV at all.
    """
    path = file.path if file.encoding in _UTF8 else _as_utf8(file, work / f"{name}.csv")
    try:
        _load(connection, file, name, path)
    except duckdb.Error:
        # Mixed line ends are the common cause: written anew with one kind of them, the file is read again.
        try:
            _load(connection, file, name, _as_utf8(file, work / f"{name}.csv"))
        except duckdb.Error as error:
            raise BadData(
                f"{file.path.name} cannot be read as CSV ({str(error).splitlines()[0]}).",
                "Nothing was taken in.",
                "Check delimiter and quotes, or export the file again.",
            ) from error
    finally:
        (work / f"{name}.csv").unlink(missing_ok=True)
    rows, broken = (connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in (name, f"{name}_broken"))
    return RawTable(name, f"{name}_broken", rows, broken)


def _load(connection: duckdb.DuckDBPyConnection, file: SourceFile, name: str, path: Path) -> None:
    """Accepted rows come without a number. They keep their order, so the k-th of them is the k-th record that is not broken:
    with broken records e₁ < e₂ < …, its number is k + the count of i with eᵢ − i < k."""
    columns = ", ".join(f"{quoted(heading)}: 'VARCHAR'" for heading in file.headings)
    for table in (name, f"{name}_broken", f"{name}_plain", f"{name}_shift"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    compression = "gzip" if path.suffix == ".gz" else "none"
    connection.execute(
        f"CREATE TEMP TABLE {name}_plain AS SELECT * FROM read_csv({quoted(path)}, auto_detect=false, header=true, columns={{{columns}}}, delim={quoted(file.delimiter)}, "
        f"quote='\"', escape='\"', compression='{compression}', store_rejects=true)"
    )
    connection.execute(
        f"CREATE TEMP TABLE {name}_broken AS SELECT (line - 1)::BIGINT AS row, trim(min(csv_line), E'\\r\\n') AS line_text, min(error_type::VARCHAR) AS kind "
        "FROM reject_errors GROUP BY line ORDER BY line"
    )
    if not connection.execute(f"SELECT count(*) FROM {name}_broken").fetchall()[0][0]:
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT (rowid + 1)::BIGINT AS __row, * FROM {name}_plain")
    else:
        _without_blank_lines(connection, name, path, file.delimiter)
        connection.execute(
            f"CREATE TEMP TABLE {name}_shift AS SELECT max(i) AS i, shift FROM (SELECT row_number() OVER (ORDER BY row) AS i, row - i AS shift "
            f"FROM {name}_broken) GROUP BY shift"
        )
        connection.execute(
            f"CREATE TEMP TABLE {name} AS SELECT (p.rowid + 1 + coalesce(s.i, 0))::BIGINT AS __row, p.* FROM {name}_plain p "
            f"ASOF LEFT JOIN {name}_shift s ON p.rowid + 1 > s.shift"
        )
    connection.execute(f"DROP TABLE {name}_plain; DROP TABLE IF EXISTS {name}_shift")


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
