"""How are the files of books and runs asked? By a short-lived connection that sees one home and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.home import Home

Row = dict[str, Any]


@contextmanager
def looking_into(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one question: one thread, no extensions, no file outside the home's books and runs."""
    with column_engine(EngineSettings(threads=1, memory_limit="1GB"), only_from=(home.books, home.runs)) as connection:
        yield connection


def count_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> int:
    """The one number that a counting query answers."""
    found = connection.execute(sql, list(parameters)).fetchone()
    assert found is not None
    return int(found[0])


def counted(connection: duckdb.DuckDBPyConnection, column: str, file: str, bucket_order: Sequence[str] = ()) -> dict[str, int]:
    """Number of rows of each value of a column, most frequent first; buckets keep the order of the run."""
    counts = dict(connection.execute(
        f"SELECT {column}, count(*) FROM read_parquet(?) WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1", [file]).fetchall())
    if column == "bucket":
        return {bucket: counts[bucket] for bucket in (*bucket_order, *sorted(set(counts) - set(bucket_order))) if bucket in counts}
    return counts
