"""How is a figure of the portfolio report written for a reader, and which tables have any?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from arrears.core.money import format_money
from arrears.core.reasons import Language
from arrears.engine.report_tables import CHECKS, REPORT_TABLES, ReportColumn, ReportTable
from arrears.learn.analytics.ratio import percent_text

NOT_TOLD = "–"
NUMERIC = ("whole", "money", "share", "number")
_BUCKET_WORDS = {"current": "正常", "none": "不在册（期初）", "gone": "已不在册"}


def bucket_text(bucket: str, language: Language) -> str:
    """The name of a bucket for a reader.

    >>> bucket_text("current", "zh"), bucket_text("1-30", "zh"), bucket_text("none", "en")
    ('正常', '1-30', 'not there before')
    """
    if language == "zh":
        return _BUCKET_WORDS.get(bucket, bucket)
    return {"none": "not there before", "gone": "no longer there"}.get(bucket, bucket)


def ratio_of(value: str | None) -> Fraction | None:
    """The exact ratio that a text such as 3/50 states."""
    return None if value is None else Fraction(value)


def cell_text(column: ReportColumn, row: dict[str, Any], language: Language) -> str:
    """One cell for a reader; a dash where the figure cannot be told."""
    value = row[column.name]
    if value is None:
        return NOT_TOLD
    match column.kind:
        case "money":
            return format_money(value, row["currency"], language, with_currency=False)
        case "share":
            return percent_text(ratio_of(value))
        case "number":
            return percent_text(ratio_of(value) / 100, 1).removesuffix(" %")  # type: ignore[operator]
        case "whole":
            return f"{value:,}"
        case "bucket":
            return bucket_text(value, language)
        case "check":
            return CHECKS[value].in_language(language)
        case "text":
            return str(value)


def tables_with_rows(figures: dict[str, Any]) -> list[tuple[ReportTable, list[dict[str, Any]]]]:
    """The tables of this run that have rows, in the order of the report."""
    return [(table, figures["tables"][table.name]) for table in REPORT_TABLES if figures["tables"].get(table.name)]


def matrix(rows: Sequence[dict[str, Any]], order: Sequence[str]) -> tuple[list[str], list[tuple[str, list[Fraction | None]]]]:
    """The transition matrix of one currency as heads and rows of shares; buckets that nobody stands in are left out."""
    places = [*order, "gone"]
    heads = [name for name in places if any(row["bucket"] == name for row in rows)]
    befores = [name for name in places if any(row["bucket_before"] == name for row in rows)]
    shares = {(row["bucket_before"], row["bucket"]): ratio_of(row["share"]) for row in rows}
    return heads, [(before, [shares.get((before, now)) for now in heads]) for before in befores]
