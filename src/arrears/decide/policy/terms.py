"""What does a condition say once its names are written out?

A condition may use the policy's own words: a parameter stands for its value, a segment for its condition. Written out, a condition names
case columns alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from arrears.decide.policy.parts import Parameter, Policy, Row, Segment


def written_out(text: str, parameters: Mapping[str, Parameter], segments: Mapping[str, Segment]) -> str:
    """The condition with every parameter and segment replaced; a text that is no SQL comes back as it is, for `parse_condition` to refuse.

    Segments may use parameters, not each other.

    >>> from arrears.core.reasons import Sentence
    >>> few, small = Sentence("few", "少"), Sentence("small", "小额")
    >>> written_out("is_small and days_past_due < soon", {"soon": Parameter("soon", "whole", 5, "days", few)}, {"is_small": Segment("is_small", "balance_minor < 100", small)})
    '(balance_minor < 100) AND days_past_due < 5'
    """
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        return text

    def replaced(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.table:
            return node
        if node.name in parameters:
            value = parameters[node.name].value
            return exp.Literal.string(value) if isinstance(value, str) else sqlglot.parse_one(str(value), dialect="duckdb")
        if node.name in segments:
            return exp.paren(sqlglot.parse_one(written_out(segments[node.name].when, parameters, {}), dialect="duckdb"))
        return node

    try:
        return str(tree.transform(replaced).sql(dialect="duckdb"))
    except SqlglotError:
        return text


def condition_of(policy: Policy, text: str) -> str:
    """A condition of this policy, written out; in format 1 there is nothing to write out."""
    return written_out(text, policy.parameters, policy.segments) if policy.parameters or policy.segments else text


def row_condition(policy: Policy, row: Row) -> str | None:
    """The whole condition of a row, its table's included; None where it holds always."""
    table = next((table for table in policy.tables if table.id == row.table), None)
    stated = [text for text in (table.when if table else None, row.when) if text is not None]
    if not stated:
        return None
    return condition_of(policy, stated[0] if len(stated) == 1 else " and ".join(f"({text})" for text in stated))
