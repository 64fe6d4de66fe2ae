"""Small help for stories about columns: rows in, rows out, by the real engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from arrears.assess.delinquency.position import Step
from arrears.core.book import BOOK_TABLES
from arrears.engine.columns_engine import sql_of
from arrears.engine.tables import think

Rows = Sequence[Mapping[str, Any]]


def day(text: str) -> date:
    """A day from its ISO form."""
    return date.fromisoformat(text)


def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a book table."""
    return BOOK_TABLES[table].schema.to_pyarrow()


def with_book(connection: duckdb.DuckDBPyConnection, book: Mapping[str, Rows]) -> None:
    """Make every book table readable, holding the rows given (others are empty)."""
    for name in BOOK_TABLES:
        rows = [{field: row.get(field) for field in arrow_schema(name).names} for row in book.get(name, ())]
        connection.register(name, pa.Table.from_pylist(rows, schema=arrow_schema(name)))


def rows_after(steps: Iterable[Step], book: Mapping[str, Rows], key: str) -> list[dict[str, Any]]:
    """Carry the steps out over the rows and read the last one, ordered by `key`."""
    steps = list(steps)
    with duckdb.connect(":memory:") as connection:
        with_book(connection, book)
        think(connection, steps)
        return connection.sql(f"SELECT * FROM {steps[-1].name} ORDER BY {key}").to_arrow_table().to_pylist()


def rows_of_expression(expression: Any, tables: Mapping[str, pa.Table], key: str) -> list[dict[str, Any]]:
    """The rows of one expression over the Arrow tables given."""
    with duckdb.connect(":memory:") as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(f"SELECT * FROM ({sql_of(expression)}) ORDER BY {key}").to_arrow_table().to_pylist()
