"""How do many rows go to PostgreSQL and back at once?

PostgreSQL refuses COPY straight into tables with row-level security, so a set goes into a temporary table and from there by INSERT …
SELECT, which the policies check row by row. DuckDB writes the lines of COPY in columns; Arrow holds them one after the other, so the
column's own buffer is what is sent.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
from django.db import connection

from arrears.casefile.store.institution import acting_institution

_POSTGRES = {pa.int64(): "bigint", pa.int32(): "integer", pa.binary(): "bytea", pa.string(): "text", pa.date32(): "date"}

T = TypeVar("T")
_BLOCK_BYTES = 1 << 20
"""What the reader of CSV takes at a time; a row must fit into it."""


def one_ahead(work: Iterator[T]) -> Iterator[T]:
    """The same items, each made while the reader is busy with the one before, in a thread of its own (DuckDB and psycopg work without Python's lock)."""
    with ThreadPoolExecutor(1) as pool:
        ahead: Future[T | None] = pool.submit(next, work, None)
        while (item := ahead.result()) is not None:
            ahead = pool.submit(next, work, None)
            yield item


def cursor() -> psycopg.Cursor[Any]:
    """A plain cursor inside the caller's transaction."""
    acting_institution()
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def engine() -> duckdb.DuckDBPyConnection:
    """A DuckDB of our own that reads nothing but the Arrow tables handed to it."""
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})


def copy_field(column: str, kind: str) -> str:
    """Which DuckDB expression writes this column as one field of COPY's text format?"""
    if kind == "bytea":
        text = f"'\\\\x' || lower(hex({column}))"
    elif kind == "text":
        text = (f"replace(replace(replace(replace({column}, '\\', '\\\\'), chr(9), '\\t'), chr(10), '\\n'), chr(13), '\\r')")
    else:
        text = f"{column}::varchar"
    return f"coalesce({text}, '\\N')"


def copy_lines(cur: psycopg.Cursor[Any], table: str, lines: pa.ChunkedArray) -> None:
    """Send ready-made COPY lines into a temporary table."""
    with cur.copy(f"COPY {table} FROM STDIN") as copy:
        for chunk in lines.chunks:
            for piece in _buffers(chunk):
                copy.write(piece)


def _buffers(chunk: pa.Array) -> Iterator[memoryview]:
    """The bytes of a string column, one text after the other, a few megabytes at a time."""
    chunk = chunk.cast(pa.large_string())
    if len(chunk) == 0:
        return
    offsets = memoryview(chunk.buffers()[1]).cast("q")
    start, end = offsets[chunk.offset], offsets[chunk.offset + len(chunk)]
    data = memoryview(chunk.buffers()[2])
    for at in range(start, end, 1 << 20):
        yield data[at : min(at + (1 << 20), end)]


def stage(cur: psycopg.Cursor[Any], table: str, rows: pa.Table) -> None:
    """Put an Arrow table into a fresh temporary table with the same columns."""
    types = {field.name: _postgres_type(field.type) for field in rows.schema}
    cur.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    cur.execute(f"CREATE TEMP TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in types.items())}) ON COMMIT DROP")
    line = f"concat({', chr(9), '.join(copy_field(name, kind) for name, kind in types.items())}, chr(10))"
    with engine() as duck:
        duck.register("staged", rows)
        lines = duck.sql(f"SELECT {line} AS line FROM staged").to_arrow_table().column("line")
    copy_lines(cur, f"pg_temp.{table}", lines)


def _postgres_type(kind: pa.DataType) -> str:
    if pa.types.is_large_string(kind):
        return "text"
    if pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return "bytea"
    return _POSTGRES[kind]


def insert(table: str, rows: pa.Table, casts: Mapping[str, str] | None = None) -> None:
    """Insert an Arrow table into a table of ours, for the acting institution. Column names must be the table's; `casts` names other types."""
    names = ", ".join(rows.column_names)
    values = ", ".join(f"{name}::{casts[name]}" if casts and name in casts else name for name in rows.column_names)
    cur = cursor()
    stage(cur, "incoming", rows)
    cur.execute(f"INSERT INTO {table} (institution_id, {names}) SELECT {acting_institution()}, {values} FROM pg_temp.incoming")
    cur.execute("DROP TABLE pg_temp.incoming")


def lookup(query: str, wanted: pa.Array, column: str) -> list[tuple[Any, ...]]:
    """Answer a query that joins with the temporary table `wanted(<column>)`; rows as Python values, bytes as bytes."""
    cur = cursor()
    kind = _postgres_type(wanted.type)
    if len(wanted) <= 1000:
        text_list = wanted.to_pylist()
        with_wanted = f"WITH wanted AS (SELECT unnest(%s::{kind}[]) AS {column}) {query}"
        return psycopg.Cursor(cur.connection).execute(with_wanted, [text_list], binary=True).fetchall()
    stage(cur, "wanted", pa.table({column: wanted}))
    cur.execute("ANALYZE pg_temp.wanted")
    rows = psycopg.Cursor(cur.connection).execute(query, binary=True).fetchall()
    cur.execute("DROP TABLE pg_temp.wanted")
    return rows


def export(query: str, columns: Mapping[str, pa.DataType], cur: psycopg.Cursor[Any] | None = None) -> pa.Table:
    """Answer a query (without parameters) as an Arrow table with exactly these columns, by COPY.

    `cur` is a cursor made by the caller's thread, for another thread to read by while the caller sends nothing.
    """
    received, longest = io.BytesIO(), 0
    with (cur or cursor()).copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER false)") as copy:
        for piece in copy:
            longest = max(longest, received.write(piece))
    if received.tell() == 0:
        return pa.schema(list(columns.items())).empty_table()
    received.seek(0)
    return pyarrow.csv.read_csv(
        received,
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns), block_size=max(_BLOCK_BYTES, 2 * longest)),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict(columns), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False),
    )
