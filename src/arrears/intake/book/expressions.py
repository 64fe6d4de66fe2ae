"""May this SQL expression of a mapping be run over a file?

A mapping comes from outside, so its expressions are read by a parser and only what is on the lists below is let through: columns of
the file, literals, arithmetic, comparison, CASE, and functions that turn values of one row into one value. No sub-query, no file, no
clock, no chance, no aggregate.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_SHAPES: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Paren,
    exp.Neg,
    exp.Not,
    exp.And,
    exp.Or,
    exp.Case,
    exp.If,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.IntDiv,
    exp.Mod,
    exp.DPipe,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Is,
    exp.In,
    exp.Between,
    exp.Like,
    exp.Cast,
    exp.TryCast,
    exp.DataType,
    exp.DataTypeParam,
)
_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Coalesce,
    exp.Nullif,
    exp.Greatest,
    exp.Least,
    exp.Abs,
    exp.Concat,
    exp.Upper,
    exp.Lower,
    exp.Trim,
    exp.Substring,
    exp.Left,
    exp.Right,
    exp.Replace,
    exp.Length,
    exp.SplitPart,
    exp.Pad,
)
_TYPES = frozenset(
    {
        exp.DataType.Type.VARCHAR,
        exp.DataType.Type.TEXT,
        exp.DataType.Type.INT,
        exp.DataType.Type.BIGINT,
        exp.DataType.Type.DECIMAL,
        exp.DataType.Type.DATE,
        exp.DataType.Type.BOOLEAN,
    }
)
ALLOWED_FUNCTIONS = (
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "abs",
    "concat",
    "upper",
    "lower",
    "trim",
    "substring",
    "left",
    "right",
    "replace",
    "length",
    "split_part",
    "lpad",
    "rpad",
)


class ExpressionNotAllowed(ValueError):
    """The expression cannot be used; the message says which part and what may stand there."""


def parse_expression(text: str) -> exp.Expr:
    """Which expression is this text, if every part of it may be used?

    >>> sorted(columns_of(parse_expression("case when status = 'A' then amount else '0' end")))
    ['amount', 'status']
    >>> parse_expression("random()")
    Traceback (most recent call last):
    ...
    arrears.intake.book.expressions.ExpressionNotAllowed: “random()”: “RANDOM()” may not be used here. Use columns, literals, operators, \
CASE, CAST and these functions: coalesce, nullif, greatest, least, abs, concat, upper, lower, trim, substring, left, right, replace, length, \
split_part, lpad, rpad.
    """
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise ExpressionNotAllowed(f"“{text}” cannot be read as a SQL expression ({str(error).splitlines()[0]}).") from error
    for node in tree.walk():
        if not _may_stand(node):
            raise ExpressionNotAllowed(
                f"“{text}”: “{node.sql(dialect='duckdb')}” may not be used here. Use columns, literals, operators, CASE, CAST "
                f"and these functions: {', '.join(ALLOWED_FUNCTIONS)}."
            )
    return tree


def _may_stand(node: exp.Expr) -> bool:
    """Is this part on the lists? Types of a cast have a list of their own: a float would lose cents."""
    if isinstance(node, exp.DataType):
        return node.this in _TYPES
    if isinstance(node, exp.Column):
        return not node.args.get("table")
    if isinstance(node, exp.In):
        return not node.args.get("query") and not node.args.get("unnest")
    return type(node) in _SHAPES or type(node) in _FUNCTIONS


def columns_of(tree: exp.Expr) -> set[str]:
    """Which columns of the file does the expression read?"""
    return {column.name for column in tree.find_all(exp.Column)}


def to_sql(tree: exp.Expr, headings: Collection[str]) -> str:
    """How is the expression run in DuckDB? Each column is written with its quoted name.

    >>> to_sql(parse_expression('a || 1'), ['a'])
    '"a" || 1'
    """
    unknown = columns_of(tree) - set(headings)
    assert not unknown, f"columns are checked before: {unknown}"
    copy = tree.copy()
    for column in list(copy.find_all(exp.Column)):
        column.this.set("quoted", True)
    return copy.sql(dialect="duckdb")
