"""Where does everything of a book lie, and which rows hold now?

A book is a folder: `book.json`, and `batches/000001/<table>.parquet` with a `batch.json` each. Batches are never changed. A row of a
newer batch takes the place of an older one with the same key. `.staging-*` holds a batch being written; only a rename makes it one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from arrears.core.book import BOOK_TABLES, BookTable
from arrears.core.problems import BadData, Busy, Refused, WrongCall
from arrears.core.sql import quoted

ROW_GROUP_SIZE = 122_880
"""Fixed, so that the same rows give the same bytes."""
_DUCKDB_TYPES = {
    "int64": "BIGINT",
    "int32": "INTEGER",
    "string": "VARCHAR",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
    "decimal(9,6)": "DECIMAL(9,6)",
}


@dataclass(frozen=True, slots=True)
class BookInfo:
    """Which book is this? `created` is the day it was opened."""

    name: str
    institution_id: int
    created: date


def open_book(path: Path, name: str, institution_id: int, *, created: date) -> BookInfo:
    """Make the folder of a book, or open the one that is there.

    Raises:
        WrongCall: the folder holds another book.
    """
    if (path / "book.json").exists():
        info = book_info(path)
        if (info.name, info.institution_id) != (name, institution_id):
            raise WrongCall(
                f"{path} holds the book “{info.name}” of another name or institution.", "Two books must not be mixed.", "Choose another folder."
            )
        return info
    (path / "batches").mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    info = BookInfo(name, institution_id, created)
    _write_json(path / "book.json", {"name": name, "institution": institution_id, "created": created.isoformat()})
    return info


def book_info(book_dir: Path) -> BookInfo:
    """Which book lies in this folder?

    Raises:
        WrongCall: there is none.
        BadData: its `book.json` cannot be read.
    """
    try:
        content = json.loads((book_dir / "book.json").read_text(encoding="utf-8"))
        return BookInfo(content["name"], int(content["institution"]), date.fromisoformat(content["created"]))
    except FileNotFoundError as error:
        raise WrongCall(f"There is no book in {book_dir}.", "", "Check the folder, or import files into it first.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadData(f"{book_dir / 'book.json'} cannot be read ({error}).", "The book cannot be used.", "Restore the file from a backup.") from error


def batch_dirs(book_dir: Path) -> list[Path]:
    """Which batches has the book, oldest first? Only complete ones are seen: a batch gets its number by a rename."""
    return sorted(folder for folder in (book_dir / "batches").glob("[0-9]*") if (folder / "batch.json").exists())


def batch_files(book_dir: Path, table: str) -> list[Path]:
    """Which Parquet files hold rows of this table, oldest batch first?"""
    return [folder / f"{table}.parquet" for folder in batch_dirs(book_dir) if (folder / f"{table}.parquet").exists()]


def batch_facts(batch_dir: Path) -> dict[str, Any]:
    """What does a batch's `batch.json` say (number, created, files, mapping, counts, digests)?"""
    content: dict[str, Any] = json.loads((batch_dir / "batch.json").read_text(encoding="utf-8"))
    return content


def book_digest(book_dir: Path) -> str:
    """Which content has the book now? SHA-256 (hex) over the digests of all tables of all batches, in order."""
    digest = hashlib.sha256()
    for folder in batch_dirs(book_dir):
        for table, value in sorted(batch_facts(folder)["digests"].items()):
            digest.update(f"{folder.name}/{table}={value}\n".encode())
    return digest.hexdigest()


def duckdb_type(book_type: str) -> str:
    """How does DuckDB call this type of a book column?

    >>> duckdb_type("int64"), duckdb_type("binary")
    ('BIGINT', 'BLOB')
    """
    return _DUCKDB_TYPES[book_type]


def latest_by_key_sql(book_dir: Path, table: str) -> str:
    """Which SELECT (DuckDB) gives the rows of this table that hold now: one per key, the newest batch's?"""
    return latest_of_files_sql(BOOK_TABLES[table], batch_files(book_dir, table))


def latest_of_files_sql(table: BookTable, files: list[Path]) -> str:
    """The same for given files, oldest first. Without a file: a SELECT of no rows with the right types."""
    if not files:
        return "SELECT " + ", ".join(f"CAST(NULL AS {duckdb_type(c.type)}) AS {c.name}" for c in table.columns) + " WHERE false"
    names = ", ".join(column.name for column in table.columns)
    parts = []
    for place, file in enumerate(files):
        newer = files[place + 1 :]
        match = " AND ".join(f"n.{key} IS NOT DISTINCT FROM o.{key}" for key in table.key)
        unless = f" WHERE NOT EXISTS (SELECT 1 FROM read_parquet([{', '.join(map(quoted, newer))}]) n WHERE {match})" if newer else ""
        parts.append(f"SELECT {names} FROM read_parquet({quoted(file)}) o{unless}")
    return " UNION ALL ".join(parts)


@contextmanager
def import_lock(book_dir: Path) -> Iterator[None]:
    """Hold the book for one import; leftovers of an import that died are removed.

    Raises:
        Busy: another import is at work on this book.
    """
    handle = os.open(book_dir / ".import.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"Another import into {book_dir.name} is at work.",
                "Two imports at once could take the same payment in twice.",
                "Wait for it to finish and start this one again.",
            ) from error
        for leftover in book_dir.glob(".staging-*"):
            shutil.rmtree(leftover)
        yield
    finally:
        os.close(handle)


@contextmanager
def staged_batch(book_dir: Path, number: int) -> Iterator[Path]:
    """A folder in which to write batch `number`. It becomes the batch when the block ends, and vanishes when the block fails.

    Tables and `batch.json` must lie in it (directly) by then; a folder `work` in it is removed before.
    """
    staging = book_dir / f".staging-{number:06d}"
    staging.mkdir(mode=0o700)
    (staging / "work").mkdir(mode=0o700)
    try:
        yield staging
        shutil.rmtree(staging / "work")
        for file in staging.iterdir():
            _to_disk(file)
        _to_disk(staging)
        (book_dir / "batches").mkdir(mode=0o700, exist_ok=True)
        staging.rename(book_dir / "batches" / f"{number:06d}")
        _to_disk(book_dir / "batches")
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def next_batch_number(book_dir: Path) -> int:
    """Which number does the next batch get, from 1?"""
    numbers = [int(folder.name) for folder in batch_dirs(book_dir)]
    return max(numbers, default=0) + 1


def write_batch_facts(staging: Path, facts: Mapping[str, Any]) -> None:
    """Write `batch.json`; the digests of the tables (SHA-256 of each file) are added here."""
    digests = {file.stem: file_digest(file) for file in sorted(staging.glob("*.parquet"))}
    _write_json(staging / "batch.json", {**facts, "digests": digests})


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    """Bytes and names must be on the disk before the rename is: else a power cut leaves a batch with empty tables."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        raise Refused(f"{path} could not be written to disk ({error.strerror}).", "Nothing was taken in.", "Check the disk and try again.") from error
    finally:
        os.close(handle)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(path)
