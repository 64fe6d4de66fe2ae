"""What was refused, why, and how does it come back corrected?

Comes in: the findings of one import and the lines they speak of. Goes out: a folder of the error pool, outside book and runs, with
`findings.parquet` (row, column, reason, remedy; values of non-personal columns only) and the whole refused lines, sealed with the
institution's key. `export_pool` makes CSV files of it that a person corrects and that are then imported with the same mapping. After 30 days it is removed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from arrears.core.problems import Finding, WrongCall
from arrears.core.sql import quoted
from arrears.intake.book.reading import RawTable, SourceFile

LINES_PER_PART = 100_000
KEPT_DAYS = 30
"""Refused rows are personal data outside any account: they are kept for so many days and no longer."""
_TELLING_DIGITS = 4
FINDING_COLUMNS = (
    "file_no INTEGER",
    "file VARCHAR",
    "row BIGINT",
    '"table" VARCHAR',
    '"column" VARCHAR',
    "value VARCHAR",
    "reason VARCHAR",
    "remedy VARCHAR",
)
EXPORT_COLUMNS = ("error_row", "error_column", "error_reason", "error_remedy", "error_line")


def write_pool(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    files: Sequence[tuple[SourceFile, RawTable, str]],
    seal: Callable[[bytes], bytes],
    *,
    received_on: date,
    mapping_digest: str,
) -> None:
    """Put the table `findings` and the refused lines into `folder`. It appears whole or not at all; one left by an import that died is replaced.

    Args:
        files: each file with its raw table and the name of its logical file in the mapping.
        received_on: the day of the delivery: the pool expires `KEPT_DAYS` later.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.part")
    for old in (part, folder):
        shutil.rmtree(old, ignore_errors=True)
    part.mkdir(mode=0o700)
    connection.execute(f"COPY (SELECT * FROM findings ORDER BY ALL) TO {quoted(part / 'findings.parquet')} (FORMAT parquet, COMPRESSION zstd)")
    (part / "findings.parquet").chmod(0o600)
    for file_no, (file, raw, _) in enumerate(files):
        for number, text in enumerate(_refused_lines(connection, file_no, file, raw), 1):
            _write_private(part / f"lines-{file_no}-{number:04d}.sealed", seal(text.encode()))
    facts = {
        "files": [file.label for file, _, __ in files],
        "logical": [logical for _, __, logical in files],
        "received_on": received_on.isoformat(),
        "mapping_digest": mapping_digest,
    }
    _write_private(part / "pool.json", json.dumps(facts, ensure_ascii=False).encode())
    part.rename(folder)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _refused_lines(connection: duckdb.DuckDBPyConnection, file_no: int, file: SourceFile, raw: RawTable) -> Iterable[str]:
    """The refused lines of one file as CSV texts of bounded length: `error_row`, the file's own columns, `error_line` for lines that are no rows."""
    own = ", ".join('"' + heading.replace('"', '""') + '"' for heading in file.headings)
    empty = ", ".join("NULL" for _ in file.headings)
    cursor = connection.execute(
        f"SELECT __row, {own}, NULL AS line_text FROM {raw.name} WHERE __row IN (SELECT row FROM findings WHERE file_no = {file_no}) "
        f"UNION ALL SELECT row, {empty}, line_text FROM {raw.broken_name} ORDER BY 1"
    )
    while rows := cursor.fetchmany(LINES_PER_PART):
        yield _csv_text(("error_row", *file.headings, "error_line"), rows)


def _csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def read_findings(pool: Path, limit: int = 1000) -> list[Finding]:
    """Which things were found wrong, in the order of files and rows (at most `limit`)?"""
    _must_be_pool(pool)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT file, row, \"column\", coalesce(value, ''), reason, remedy FROM read_parquet({quoted(pool / 'findings.parquet')}) "
            f'ORDER BY file_no, row, "column", reason LIMIT {int(limit)}'
        ).fetchall()
    return [Finding(*row) for row in rows]


def export_pool(pool: Path, unseal: Callable[[bytes], bytes]) -> dict[str, str]:
    """Per source file a CSV text: its own columns as they came, and the columns `error_row`, `error_column`, `error_reason`,
    `error_remedy`, `error_line`. Corrected, it can be imported with the same mapping, which does not look at the added columns.

    Raises:
        WrongCall: there is no error pool in this folder.
    """
    _must_be_pool(pool)
    files = json.loads((pool / "pool.json").read_text(encoding="utf-8"))["files"]
    words = _words(pool)
    texts = {}
    for file_no, name in enumerate(files):
        parts = sorted(pool.glob(f"lines-{file_no}-*.sealed"))
        if parts:
            texts[export_name(file_no, name)] = _export_file(parts, file_no, words, unseal)
    return texts


def export_name(file_no: int, label: str) -> str:
    """What is the exported CSV of this source called? Its first number says which source it is.

    >>> export_name(0, "loans.csv.gz"), export_name(1, "book.xlsx [Q1/2]")
    ('1-loans.csv', '2-book.xlsx [Q1_2].csv')
    """
    name = label.removesuffix(".gz").replace("/", "_")
    return f"{file_no + 1}-{name}" + ("" if name.endswith((".csv", ".txt", ".tsv")) else ".csv")


def logical_file_of(pool: Path, corrected: Path) -> str:
    """To which logical file of the mapping belongs this corrected export, by the number its name begins with?

    Raises:
        WrongCall: there is no such pool, or the name does not tell.
    """
    _must_be_pool(pool)
    logical = json.loads((pool / "pool.json").read_text(encoding="utf-8")).get("logical", [])
    number = corrected.name.partition("-")[0]
    if not number.isdigit() or not 1 <= int(number) <= len(logical):
        raise WrongCall(
            f"{corrected.name} is no export of the error pool {pool.name}.",
            "It is not certain what its columns mean, so nothing was taken in.",
            "Keep the name under which the file was exported (it begins with a number and “-”).",
        )
    return str(logical[int(number) - 1])


def mapping_of(pool: Path) -> str:
    """With which mapping (digest) were the rows refused? Raises WrongCall where there is no pool."""
    _must_be_pool(pool)
    return str(json.loads((pool / "pool.json").read_text(encoding="utf-8")).get("mapping_digest", ""))


def expires_on(pool: Path) -> date:
    """On which day is the pool removed? Raises WrongCall where there is no pool."""
    _must_be_pool(pool)
    said = json.loads((pool / "pool.json").read_text(encoding="utf-8")).get("received_on")
    received = date.fromisoformat(said) if said else datetime.fromtimestamp((pool / "pool.json").stat().st_mtime, UTC).date()
    return received + timedelta(days=KEPT_DAYS)


def expired(pools: Path, today: date) -> list[Path]:
    """Which error pools are `KEPT_DAYS` old or older? Parts left by an import that died are among them."""
    if not pools.is_dir():
        return []
    return sorted(pool for pool in pools.iterdir() if (pool / "pool.json").exists() and expires_on(pool) <= today)


def remove_expired(pools: Path, today: date) -> list[str]:
    """Remove every error pool that is `KEPT_DAYS` old or older; answers their names. Parts left by an import that died go with them."""
    gone = expired(pools, today)
    for pool in gone:
        shutil.rmtree(pool)
    return [pool.name for pool in gone if not pool.name.startswith(".")]


def forget_rows(pool: Path, values: Iterable[str], unseal: Callable[[bytes], bytes], seal: Callable[[bytes], bytes]) -> int:
    """Remove the refused rows in which any of these values stands in a cell or a broken line, and what was found in them; answers how many.

    Of a row that was refused nobody knows to whom it belongs; so a person's numbers, names and contact values are looked for in it. Figures
    of fewer than four digits are not: they stand in rows of everybody.
    """
    _must_be_pool(pool)
    wanted = {text for value in values if (text := (value or "").strip().casefold()) and not (text.isdecimal() and len(text) < _TELLING_DIGITS)}
    removed: list[tuple[int, int]] = []
    for part in sorted(pool.glob("lines-*.sealed")):
        header, *rows = csv.reader(io.StringIO(unseal(part.read_bytes()).decode(), newline=""))
        kept = [row for row in rows if not _speaks_of(row[1:], wanted)]
        if len(kept) < len(rows):
            file_no = int(part.name.split("-")[1])
            removed += [(file_no, int(row[0])) for row in rows if _speaks_of(row[1:], wanted)]
            _replace_private(part, seal(_csv_text(header, kept).encode()))
    if removed:
        _forget_findings(pool, removed)
    return len(removed)


def _speaks_of(cells: Sequence[str], wanted: set[str]) -> bool:
    """Is a whole cell one of the values, or does a broken line (the last cell) hold one?"""
    *own, line = (cell.strip().casefold() for cell in cells)
    return any(cell in wanted for cell in own) or any(value in line for value in wanted if line)


def _forget_findings(pool: Path, removed: Sequence[tuple[int, int]]) -> None:
    target, part = pool / "findings.parquet", pool / ".findings.part"
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE removed (file_no INTEGER, row BIGINT)")
        connection.executemany("INSERT INTO removed VALUES (?, ?)", [list(pair) for pair in removed])
        connection.execute(
            f"COPY (SELECT f.* FROM read_parquet({quoted(target)}) f ANTI JOIN removed r ON f.file_no = r.file_no AND f.row = r.row ORDER BY ALL) "
            f"TO {quoted(part)} (FORMAT parquet, COMPRESSION zstd)")
    part.chmod(0o600)
    part.replace(target)


def _replace_private(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    _write_private(part, content)
    part.replace(path)


def _export_file(parts: Sequence[Path], file_no: int, words: dict[tuple[int, int], tuple[str, str, str]], unseal: Callable[[bytes], bytes]) -> str:
    header: list[str] = []
    rows: list[list[str]] = []
    for part in parts:
        reader = csv.reader(io.StringIO(unseal(part.read_bytes()).decode(), newline=""))
        header = next(reader)[1:-1]
        for row, *own, line in reader:
            rows.append([*own, row, *words.get((file_no, int(row)), ("", "", "")), line])
    return _csv_text((*header, *EXPORT_COLUMNS), rows)


def _words(pool: Path) -> dict[tuple[int, int], tuple[str, str, str]]:
    """Columns, reasons and remedies of each refused row, joined where it has several."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            'SELECT file_no, row, string_agg("column", \' | \' ORDER BY "column", reason), string_agg(reason, \' | \' ORDER BY "column", reason), '
            'string_agg(remedy, \' | \' ORDER BY "column", reason) FROM (SELECT DISTINCT file_no, row, "column", reason, remedy '
            f"FROM read_parquet({quoted(pool / 'findings.parquet')})) GROUP BY file_no, row"
        ).fetchall()
    return {(file_no, row): (columns, reasons, remedies) for file_no, row, columns, reasons, remedies in rows}


def _must_be_pool(pool: Path) -> None:
    if not (pool / "pool.json").exists():
        raise WrongCall(f"There is no error pool in {pool}.", "", "Take the path that the import named.")
