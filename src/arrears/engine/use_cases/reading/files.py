"""How are the files of books and runs asked? By a short-lived connection that sees one home and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import duckdb

from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.home import Home

Row = dict[str, Any]


_Looking = tuple[Home, duckdb.DuckDBPyConnection]
_looking: ContextVar[_Looking | None] = ContextVar("looking", default=None)


@contextmanager
def looking_once(home: Home) -> Iterator[None]:
    """Inside, all questions about this home share one connection: opening one costs more than most answers."""
    with looking_into(home) as connection:
        before = _looking.set((home, connection))
        try:
            yield
        finally:
            _looking.reset(before)


@contextmanager
def looking_into(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one question: one thread, no extensions, no file outside the home's books and runs."""
    shared = _looking.get()
    if shared is not None and shared[0] == home:
        yield shared[1]
        return
    with column_engine(EngineSettings(threads=1, memory_limit="1GB"), only_from=(home.books, home.runs)) as connection:
        yield connection


def count_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> int:
    """The one number that a counting query answers."""
    found = connection.execute(sql, list(parameters)).fetchone()
    assert found is not None
    return int(found[0])


def counted(connection: duckdb.DuckDBPyConnection, column: str, relation: str, files: Sequence[str], bucket_order: Sequence[str] = ()) -> dict[str, int]:
    """Number of rows of each value of a column, most frequent first; buckets keep the order of the run."""
    counts = dict(connection.execute(
        f"SELECT {column}, count(*) FROM {relation} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1", list(files)).fetchall())
    if column == "bucket":
        return {bucket: counts[bucket] for bucket in (*bucket_order, *sorted(set(counts) - set(bucket_order))) if bucket in counts}
    return counts
