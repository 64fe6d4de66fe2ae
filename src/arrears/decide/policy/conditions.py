"""What does a condition written in SQL mean, and is it one we accept?

Analysts of this trade write SQL. A condition is parsed by sqlglot, every node is checked against an allow-list (no sub-query, no
function outside the list, only documented case columns, types that fit), and it becomes an Ibis expression. The text itself is never
handed to a database.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

Say = Callable[[str], Exception]


class ConditionNotAccepted(ValueError):
    """The condition cannot be used; the message names the place and says what to write instead."""


_COMPARE: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.LT: operator.lt, exp.LTE: operator.le, exp.GT: operator.gt, exp.GTE: operator.ge,
}
_ARITHMETIC: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add, exp.Sub: operator.sub, exp.Mul: operator.mul,
}


def parse_condition(text: str, cases: ir.Table) -> ir.BooleanValue:
    """Which rows does this condition mean?

    Args:
        text: a condition in SQL, such as ``days_past_due <= 5 and product in ('card', 'loan')``.
        cases: the table whose columns it may use.

    Returns:
        A boolean Ibis expression that is never null: where a value is missing the condition does not hold.

    Raises:
        ConditionNotAccepted: it cannot be parsed, uses something outside the list, or compares what cannot be compared.

    >>> from arrears.decide.policy.columns import CASE_SCHEMA
    >>> parse_condition("days_past_due between 1 and 5", ibis.table(CASE_SCHEMA, name="cases")).type().is_boolean()
    True
    >>> parse_condition("exists (select 1)", ibis.table(CASE_SCHEMA, name="cases"))
    Traceback (most recent call last):
    ...
    arrears.decide.policy.conditions.ConditionNotAccepted: “EXISTS(SELECT 1)” is not allowed in a condition. Use columns, values, and, or, not, comparisons, in, between, is null, + - * and coalesce.
    """
    return parse_branch(text, cases).fill_null(False)


def parse_branch(text: str, cases: ir.Table) -> ir.BooleanValue:
    """The same for a branch of a case expression, which a null does not take: the expression may be null where it does not hold.

    Nulls that need not be filled let an engine compare column by column and leave out what an earlier part decided already.
    """
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as trouble:
        raise ConditionNotAccepted(f"“{text}” is not a condition in SQL: {str(trouble).splitlines()[0]}") from trouble
    value = _holding(tree, cases)
    if not (isinstance(value, ir.Value) and value.type().is_boolean()):
        raise ConditionNotAccepted(f"“{text}” is not a yes-or-no condition. Compare it with a value.")
    return value


def _holding(node: exp.Expr, cases: ir.Table) -> Any:
    """The value of a node of which only is asked whether it is true.

    Where nothing negates or asks for null, *and* and *or* of three values are true exactly where those of two values are, with false for null.
    """
    if type(node) is exp.Paren:
        return _holding(node.this, cases)
    if type(node) in (exp.And, exp.Or):
        assert isinstance(node, exp.Binary)
        left, right = (_yes_or_no(_holding(side, cases), side) for side in (node.left, node.right))
        return left & right if isinstance(node, exp.And) else left | right
    return _translate(node, cases)


def _translate(node: exp.Expr, cases: ir.Table) -> Any:
    """The Ibis value of one node of the parsed condition."""
    kind = type(node)
    if kind in (exp.Paren,):
        return _translate(node.this, cases)
    if kind is exp.Column:
        return _column(node, cases)
    if kind in (exp.Literal, exp.Boolean, exp.Null, exp.Neg, exp.Cast, exp.Date):
        return _literal(node)
    if kind in (exp.And, exp.Or):
        return _holding(node, cases).fill_null(False)
    if kind is exp.Not:
        return ~_as_boolean(node.this, cases)
    if kind in _COMPARE or kind in _ARITHMETIC:
        return _pair(node, cases)
    if kind is exp.Between:
        return _comparable(node, cases, "low") & _comparable(node, cases, "high")
    if kind is exp.In and node.args.get("query") is None and not node.args.get("unnest"):
        return _in(node, cases)
    if kind is exp.Is and isinstance(node.expression, exp.Null):
        return _translate(node.this, cases).isnull()
    if kind is exp.Coalesce:
        return ibis.coalesce(*(_translate(part, cases) for part in (node.this, *node.expressions)))
    raise _not_allowed(node)


def _not_allowed(node: exp.Expr) -> ConditionNotAccepted:
    return ConditionNotAccepted(
        f"“{node.sql(dialect='duckdb')}” is not allowed in a condition. Use columns, values, and, or, not, comparisons, in, "
        "between, is null, + - * and coalesce."
    )


def _column(node: exp.Expr, cases: ir.Table) -> ir.Value:
    assert isinstance(node, exp.Column)
    if node.table or node.name not in cases.columns:
        known = ", ".join(cases.columns)
        raise ConditionNotAccepted(f"“{node.sql()}” is not a case column. Columns are: {known}.")
    return cases[node.name]


def _literal(node: exp.Expr) -> Any:
    if isinstance(node, exp.Null):
        return ibis.null()
    if isinstance(node, exp.Boolean):
        return ibis.literal(bool(node.this))
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return -_literal(node.this)
    if isinstance(node, (exp.Cast, exp.Date)):
        return _date(node)
    if not isinstance(node, exp.Literal):
        raise _not_allowed(node)
    if node.is_string:
        return ibis.literal(node.this)
    if not node.this.isdigit():
        raise ConditionNotAccepted(f"“{node.this}” is not a whole number. Amounts are whole minor units: write 10050 for 100.50.")
    return ibis.literal(int(node.this), type="int64")


def _date(node: exp.Expr) -> ir.DateScalar:
    """A day written as ``date '2026-01-31'``."""
    inner = node.this
    is_day = isinstance(node, exp.Date) or (isinstance(node, exp.Cast) and node.to.this is exp.DataType.Type.DATE)
    if not (is_day and isinstance(inner, exp.Literal) and inner.is_string):
        raise _not_allowed(node)
    try:
        return ibis.literal(date.fromisoformat(inner.this))
    except ValueError as trouble:
        raise ConditionNotAccepted(f"“{inner.this}” is not a day. Write date '2026-01-31'.") from trouble


def _as_boolean(node: exp.Expr, cases: ir.Table) -> ir.BooleanValue:
    return _yes_or_no(_holding(node, cases), node).fill_null(False)


def _yes_or_no(value: Any, node: exp.Expr) -> ir.BooleanValue:
    if not (isinstance(value, ir.Value) and value.type().is_boolean()):
        raise ConditionNotAccepted(f"“{node.sql()}” is not a yes-or-no value, so it cannot stand with and, or, not.")
    return value


def _fit(left: ir.Value, right: ir.Value, node: exp.Expr) -> None:
    """Numbers compare with numbers, texts with texts, days with days; nothing else is guessed."""
    kinds = [(value.type().is_numeric(), value.type().is_string(), value.type().is_date(), value.type().is_boolean()) for value in (left, right)]
    if kinds[0] != kinds[1] or not any(kinds[0]):
        raise ConditionNotAccepted(f"“{node.sql(dialect='duckdb')}” puts together {left.type()} and {right.type()}, which do not fit.")


def _pair(node: exp.Expr, cases: ir.Table) -> ir.Value:
    assert isinstance(node, exp.Binary)
    left, right = _translate(node.left, cases), _translate(node.right, cases)
    if node.find(exp.Null):
        raise ConditionNotAccepted(f"“{node.sql(dialect='duckdb')}” compares with null, which is never true. Write “is null”.")
    _fit(left, right, node)
    if type(node) in _ARITHMETIC:
        if not left.type().is_integer():
            raise ConditionNotAccepted(f"“{node.sql(dialect='duckdb')}” calculates with what is no number.")
        return _ARITHMETIC[type(node)](left.cast("int64"), right.cast("int64"))
    return _COMPARE[type(node)](left, right)


def _comparable(node: exp.Expr, cases: ir.Table, bound: str) -> ir.BooleanValue:
    """One side of a between."""
    value, limit = _translate(node.this, cases), _translate(node.args[bound], cases)
    _fit(value, limit, node)
    return value >= limit if bound == "low" else value <= limit


def _in(node: exp.Expr, cases: ir.Table) -> ir.BooleanValue:
    assert isinstance(node, exp.In)
    value = _translate(node.this, cases)
    members = [_translate(part, cases) for part in node.expressions]
    if not members:
        raise _not_allowed(node)
    for member in members:
        _fit(value, member, node)
    return value.isin(members)
