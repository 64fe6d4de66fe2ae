"""How is an expression said to Spark?

Ibis and sqlglot write the text; nothing is stated here a second time. What they do not say of themselves is added: texts put together in an order,
and the declared type of every column, for Spark's sums and counts are of other widths than DuckDB's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.backends.sql.datatypes import PySparkType


class SparkCompiler(PySparkCompiler):
    """Ibis's own, but for two things: texts put together in an order, which Spark has known since version 4, and that not-a-number is a number and
    not a missing value, as DuckDB has it."""

    __slots__ = ()

    visit_Field = SQLGlotCompiler.visit_Field  # noqa: N815 as Ibis names it
    visit_IsNull = SQLGlotCompiler.visit_IsNull  # noqa: N815 as Ibis names it
    visit_NotNull = SQLGlotCompiler.visit_NotNull  # noqa: N815 as Ibis names it

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Any, dtype: Any) -> Any:  # noqa: N802
        """Without the conversion of numbers that are none."""
        return None if dtype.is_floating() else super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_GroupConcat(self, op: ops.GroupConcat, *, arg: Any, sep: Any, where: Any, order_by: Sequence[Any]) -> Any:  # noqa: N802
        """`listagg`, in the order that is asked for; null for a group without rows."""
        chosen = arg if where is None else self.if_(where, arg, sge.Null())
        listed = self.f.anon.listagg(chosen, sep)
        return sge.WithinGroup(this=listed, expression=sge.Order(expressions=list(order_by))) if order_by else listed


_COMPILER = SparkCompiler()


def spark_sql_of(expression: ir.Table) -> str:
    """The Spark text of an expression whose tables are views of the same names; every column has the type that the expression declares."""
    return _spark_sql_of(expression.op())


@lru_cache(maxsize=256)
def _spark_sql_of(operation: ops.Relation) -> str:
    inner = _COMPILER.to_sqlglot(operation.to_expr()).sql(dialect="spark")
    typed = ", ".join(f"CAST(`{name}` AS {spark_type(kind)}) AS `{name}`" for name, kind in operation.schema.items())
    return f"SELECT {typed} FROM ({inner})"


def spark_type(kind: Any) -> str:
    """How does Spark call this type?

    >>> import ibis.expr.datatypes as dt
    >>> spark_type(dt.int64), spark_type(dt.date)
    ('BIGINT', 'DATE')
    """
    return str(PySparkType.from_ibis(kind).sql(dialect="spark"))


def spoken_to_spark(duckdb_sql: str, rows_of: Callable[[tuple[Path, ...], bool], str]) -> str:
    """The Spark text of a query over Parquet files that is written for DuckDB.

    Args:
        rows_of: the name under which Spark finds the rows of these files; asked with True where each row must know its file (`filename`).

    >>> spoken_to_spark("SELECT a FROM read_parquet(['x.parquet']) o WHERE a IS NOT DISTINCT FROM 1", lambda files, named: f"rows_{files[0].stem}")
    'SELECT a FROM rows_x AS o WHERE a IS NOT DISTINCT FROM 1'
    """
    tree = sqlglot.parse_one(duckdb_sql, read="duckdb")
    for table in list(tree.find_all(sge.Table)):
        if isinstance(table.this, sge.ReadParquet):
            files = tuple(Path(text.this) for text in table.this.expressions[0].expressions)
            table.set("this", sge.to_identifier(rows_of(files, len(table.this.expressions) > 1)))
    return tree.sql(dialect="spark")


def name_of_rows(files: tuple[Path, ...], named: bool) -> str:
    """A name for the rows of these files, the same each time."""
    told = "\n".join(map(str, files)) + ("\nnamed" if named else "")
    return f"rows_{hashlib.sha256(told.encode()).hexdigest()[:24]}"
