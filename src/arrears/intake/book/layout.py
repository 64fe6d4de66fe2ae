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
REPLACED_BY: Mapping[str, tuple[str, ...]] = {
    "instalments": ("account_id", "number"),
    "receivables": ("account_id", "document_id"),
    "payments": ("account_id", "payment_id"),
}
"""By what a newer batch's row takes the place of an older one, where that is less than the key: a rescheduled instalment, a document with
another due date, a payment with a corrected day keep their number and change their date. Elsewhere it is the table's key."""
STANDING_ALONE = 4
"""At most so many batches of a table are compared one by one; all smaller ones between them are compared in one go."""
_SMALL = 8
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


def batch_files(book_dir: Path, table: str, batches: int | None = None) -> list[Path]:
    """Which Parquet files hold rows of this table, oldest batch first? Of all batches, or of so many first ones."""
    return [folder / f"{table}.parquet" for folder in batch_dirs(book_dir)[:batches] if (folder / f"{table}.parquet").exists()]


def batch_facts(batch_dir: Path) -> dict[str, Any]:
    """What does a batch's `batch.json` say (number, created, files, mapping, counts, digests)?"""
    content: dict[str, Any] = json.loads((batch_dir / "batch.json").read_text(encoding="utf-8"))
    return content


def book_digest(book_dir: Path) -> str:
    """Which content has the book now? SHA-256 (hex) over the digests of all tables of all batches, in order."""
    return list(_contents(book_dir))[-1]


def batches_with(book_dir: Path, digest: str) -> int | None:
    """After how many batches had the book this content (`book_digest`)? None where it never had."""
    return max((count for count, content in enumerate(_contents(book_dir)) if content == digest), default=None)


def _contents(book_dir: Path) -> Iterator[str]:
    """The book's content before its first batch and after each."""
    digest = hashlib.sha256()
    yield digest.hexdigest()
    for folder in batch_dirs(book_dir):
        for table, value in sorted(batch_facts(folder)["digests"].items()):
            digest.update(f"{folder.name}/{table}={value}\n".encode())
        yield digest.hexdigest()


def duckdb_type(book_type: str) -> str:
    """How does DuckDB call this type of a book column?

    >>> duckdb_type("int64"), duckdb_type("binary")
    ('BIGINT', 'BLOB')
    """
    return _DUCKDB_TYPES[book_type]


def latest_by_key_sql(book_dir: Path, table: str, batches: int | None = None) -> str:
    """Which SELECT (DuckDB) gives the rows of this table that hold now, or held after so many batches: one per key, the newest batch's?"""
    files = batch_files(book_dir, table, batches)
    whole = frozenset(file for file in files if table == "instalments" and table in batch_facts(file.parent).get("whole", ()))
    return latest_of_files_sql(BOOK_TABLES[table], files, whole)


def latest_of_files_sql(table: BookTable, files: list[Path], whole: frozenset[Path] = frozenset()) -> str:
    """The same for given files, oldest first; of those in `whole` each account's rows take the place of all its older ones. Without a file:
    a SELECT of no rows with the right types.

    A year of small daily batches over one large one must stay as quick as two batches: so neighbours among the small ones form a group,
    inside which the newest row of a key is found in one pass, and only groups are compared with all that is newer.
    """
    if not files:
        return "SELECT " + ", ".join(f"CAST(NULL AS {duckdb_type(c.type)}) AS {c.name}" for c in table.columns) + " WHERE false"
    names, groups = ", ".join(column.name for column in table.columns), _groups(files)
    parts = []
    for place, group in enumerate(groups):
        newer = [file for later in groups[place + 1 :] for file in later]
        rows = f"read_parquet({_listed(group)})" if len(group) == 1 else f"({_newest_in_group(table, group, whole)})"
        conditions = [f"NOT EXISTS (SELECT 1 FROM read_parquet({_listed(newer)}) n WHERE {_match(table)})"] if newer else []
        if whole_newer := [file for file in newer if file in whole]:
            conditions.append(f"NOT EXISTS (SELECT 1 FROM read_parquet({_listed(whole_newer)}) w WHERE w.account_id = o.account_id)")
        parts.append(f"SELECT {names} FROM {rows} o" + (f" WHERE {' AND '.join(conditions)}" if conditions else ""))
    return " UNION ALL ".join(parts)


def _groups(files: list[Path]) -> list[list[Path]]:
    """Files in their order: the few large ones alone, runs of small ones together."""
    sizes = {file: file.stat().st_size for file in files}
    least = max(sizes.values()) // _SMALL
    alone = set(sorted((file for file in files if sizes[file] >= least), key=lambda file: -sizes[file])[:STANDING_ALONE])
    groups: list[list[Path]] = []
    for file in files:
        if file in alone or not groups or groups[-1][-1] in alone:
            groups.append([file])
        else:
            groups[-1].append(file)
    return groups


def _replaced_by(table: BookTable) -> tuple[str, ...]:
    return REPLACED_BY.get(table.name, table.key)


def _match(table: BookTable) -> str:
    """SQL: is the row `n` of the same thing as the row `o`? Only a column that may be empty needs the slower comparison."""
    return " AND ".join(f"n.{key} {'=' if key in table.required else 'IS NOT DISTINCT FROM'} o.{key}" for key in _replaced_by(table))


def _newest_in_group(table: BookTable, group: list[Path], whole: frozenset[Path]) -> str:
    """SQL: of each thing the rows of the newest file of the group that has it. File names sort as their batches do."""
    newest = f"rank() OVER (PARTITION BY {', '.join(_replaced_by(table))} ORDER BY filename DESC) = 1"
    if named := [quoted(file) for file in group if file in whole]:
        last_whole = f"max(CASE WHEN filename IN ({', '.join(named)}) THEN filename END) OVER (PARTITION BY account_id)"
        newest += f" AND filename >= coalesce({last_whole}, '')"
    return f"SELECT * FROM read_parquet({_listed(group)}, filename = true) QUALIFY {newest}"


def _listed(files: list[Path]) -> str:
    return f"[{', '.join(map(quoted, files))}]"


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
        shutil.rmtree(staging / "work", ignore_errors=True)
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
