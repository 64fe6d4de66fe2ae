"""The figures that the project ships, and the way from columns back to rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from arrears.core.parameters import Parameters, read_parameters, texts_in
from arrears.engine.columns_engine import sql_of

ON = date(2026, 11, 23)


@cache
def figures(jurisdiction: str) -> Parameters:
    return read_parameters(texts_in(files("arrears.rulepacks").joinpath(jurisdiction, "parameters")))


def told_for(schema: ibis.Schema, rows: Sequence[Mapping[str, Any]], expression: Any) -> list[Any]:
    """`expression(table)` is a column; its value for each row, in their order."""
    numbered = ibis.schema({"place": "int64", **dict(schema.items())})
    table = ibis.table(numbered, name="rows")
    with duckdb.connect(":memory:") as connection:
        connection.register("rows", pa.Table.from_pylist([{"place": place, **row} for place, row in enumerate(rows)], schema=numbered.to_pyarrow()))
        found = connection.sql(f"SELECT told FROM ({sql_of(table.select('place', told=expression(table)))}) ORDER BY place").fetchall()
    return [row[0] for row in found]


def rows_of(table_schema: ibis.Schema, rows: Sequence[Mapping[str, Any]], expression: Any, order: str) -> list[dict[str, Any]]:
    """`expression(table)` is a table; its rows."""
    table = ibis.table(table_schema, name="rows")
    with duckdb.connect(":memory:") as connection:
        connection.register("rows", pa.Table.from_pylist([dict(row) for row in rows], schema=table_schema.to_pyarrow()))
        return connection.sql(f"SELECT * FROM ({sql_of(expression(table))}) ORDER BY {order}").to_arrow_table().to_pylist()
