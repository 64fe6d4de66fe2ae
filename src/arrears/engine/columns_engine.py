"""How are expressions over the whole book carried out in this process?

DuckDB over Parquet, out of core. Thinking rooms hand over Ibis expressions without data; here they become SQL, get their rows from
views, and their results are written as Parquet whose bytes depend on the rows alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir

from arrears.core.problems import Refused

ROW_GROUP_ROWS = 122_880
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much of the machine may one run use?

    Attributes:
        threads: worker threads; None takes every core.
        memory_limit: upper bound for DuckDB, beyond which it works on disk.
        accounts_per_slice: accounts thought about at once; bounds memory for books of any size.
    """

    threads: int | None = None
    memory_limit: str = "3GB"
    accounts_per_slice: int = 1_000_000


@contextmanager
def column_engine(settings: EngineSettings, spill_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that fetches nothing from anywhere and spills into `spill_folder`."""
    config = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(spill_folder),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "threads": str(settings.threads or os.cpu_count() or 1),
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        yield connection
    finally:
        connection.close()


def sql_of(expression: ir.Table) -> str:
    """The DuckDB text of an expression whose tables are views or tables of the same names."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


def quoted(text: str | Path) -> str:
    """A text as a SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def write_sorted(connection: duckdb.DuckDBPyConnection, sql: str, key: tuple[str, ...], target: Path) -> str:
    """Write the rows of `sql`, ordered by `key`, as one Parquet file; the file is whole or not there.

    Args:
        key: columns that order the rows totally, so that the bytes depend on the rows alone; empty where `sql` is ordered itself.

    Returns:
        SHA-256 of the file.
    """
    order = f" ORDER BY {', '.join(key)}" if key else ""
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        connection.execute(
            f"COPY (SELECT * FROM ({sql}){order}) TO {quoted(unfinished)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
    except duckdb.IOException as trouble:
        unfinished.unlink(missing_ok=True)
        raise Refused(
            f"{target.name} could not be written: {trouble}",
            "Nothing was published; what stood before still stands.",
            "Free space on the disk that holds the home folder and run it again.",
        ) from trouble
    keep(unfinished)
    unfinished.rename(target)
    return digest_of(target)


def keep(path: Path) -> None:
    """Make sure the file's bytes have reached the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def make_views(connection: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> None:
    """Let each name stand for the rows of its SQL."""
    for name, sql in views.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
