"""How are expressions over the whole book carried out in this process?

DuckDB over Parquet, out of core. Thinking rooms hand over Ibis expressions without data; here they become SQL, get their rows from
views, and their results are written as Parquet whose bytes depend on the rows alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from arrears.core.problems import Refused
from arrears.core.sql import quoted
from arrears.engine.on_spark.settings import SparkSettings
from arrears.intake.book.layout import ROW_GROUP_SIZE, file_digest


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much of the machine may one run use?

    Attributes:
        threads: worker threads; None takes every core.
        memory_limit: upper bound for DuckDB, beyond which it works on disk.
        accounts_per_slice: accounts thought about at once; bounds memory for books of any size.
        spark: the Spark that assesses, decides and classifies; None where DuckDB does. The tables are the same, byte for byte.
    """

    threads: int | None = None
    memory_limit: str = "3GB"
    accounts_per_slice: int = 1_000_000
    spark: SparkSettings | None = None


@contextmanager
def column_engine(settings: EngineSettings, spill_folder: Path | None = None, *, only_from: Sequence[Path] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that fetches nothing from anywhere.

    Args:
        spill_folder: where it may work on disk when memory runs short.
        only_from: folders it may read, where it must not see the rest of the machine.
    """
    config = {
        "memory_limit": settings.memory_limit,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "threads": str(settings.threads or os.cpu_count() or 1),
    }
    if spill_folder is not None:
        config["temp_directory"] = str(spill_folder)
    connection = duckdb.connect(":memory:", config=config)
    try:
        if only_from:
            connection.execute(f"SET allowed_directories = [{', '.join(quoted(f'{folder.resolve()}/') for folder in only_from)}]")
            connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()


def sql_of(expression: ir.Table) -> str:
    """The DuckDB text of an expression whose tables are views or tables of the same names.

    Writing it takes longer than DuckDB takes to answer it on a small book, and slices, pages and repeated nights ask the same again: equal
    expressions (tables, columns, literals all the same) are written once a process.
    """
    return _sql_of(expression.op())


@lru_cache(maxsize=512)
def _sql_of(operation: ops.Relation) -> str:
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))


def rows_by_name(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The answer to one query, each row as a mapping from column to value."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def write_sorted(connection: duckdb.DuckDBPyConnection, sql: str, key: tuple[str, ...], target: Path, *, notes: Mapping[str, str] | None = None) -> str:
    """Write the rows of `sql`, ordered by `key`, as one Parquet file; the file is whole or not there.

    Args:
        key: columns that order the rows totally, so that the bytes depend on the rows alone; empty where `sql` is ordered itself.
        notes: what the file says about itself, in its metadata.

    Returns:
        SHA-256 of the file.
    """
    order = f" ORDER BY {', '.join(key)}" if key else ""
    unfinished = target.with_name(target.name + ".unfinished")
    said = f", KV_METADATA {{{', '.join(f'{name}: {quoted(text)}' for name, text in sorted(notes.items()))}}}" if notes else ""
    try:
        connection.execute(
            f"COPY (SELECT * FROM ({sql}){order}) TO {quoted(unfinished)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE}{said})"
        )
    except duckdb.IOException as trouble:
        unfinished.unlink(missing_ok=True)
        raise Refused(
            f"{target.name} could not be written: {trouble}",
            "Nothing was published; what stood before still stands.",
            "Free space on the disk that holds the home folder and run it again.",
        ) from trouble
    bring_to_disk(unfinished)
    unfinished.rename(target)
    return file_digest(target)


def bring_to_disk(path: Path) -> None:
    """Make sure that a file's bytes, or a folder's names, have reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_views(connection: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> None:
    """Let each name stand for the rows of its SQL."""
    for name, sql in views.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
