"""How is a figure of the portfolio report written for a reader, and which tables have any?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from arrears.core.money import format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine import words
from arrears.engine.report_tables import CHECKS, REPORT_TABLES, ReportColumn, ReportTable
from arrears.learn.analytics.ratio import percent_text

NOT_TOLD = "–"
NUMERIC = ("whole", "money", "share", "number")
_NOT_IN_BOTH = {"none": Sentence("not there before", "不在册（期初）"), "gone": Sentence("no longer there", "已不在册")}


def bucket_text(bucket: str, language: Language) -> str:
    """The name of a bucket for a reader.

    >>> bucket_text("current", "zh"), bucket_text("1-30", "zh"), bucket_text("2m", "zh"), bucket_text("none", "en")
    ('未逾期', '1–30 天', '2 个月', 'not there before')
    """
    return _NOT_IN_BOTH[bucket].in_language(language) if bucket in _NOT_IN_BOTH else words.bucket_word(bucket, language)


def code_text(kind: str, code: str, language: Language) -> str:
    """The words of a code that stands in a table: of a product, a region, a table of the book, a check.

    >>> code_text("product", "car_loan", "zh"), code_text("product", "own_brand", "en"), code_text("region", "other", "zh"), code_text("table", "payments", "zh")
    ('车贷', 'own brand', '其他', '还款')
    """
    vocabularies = {"product": words.PRODUCTS, "region": words.REGIONS, "table": words.BOOK_TABLES, "check": CHECKS}
    return code if kind == "region" and code not in words.REGIONS else words.word(vocabularies[kind], code, language)


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
        case "product" | "region" | "table" | "check":
            return code_text(column.kind, value, language)
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
