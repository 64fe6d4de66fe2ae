"""What is a good value, and what do we say about a bad one?

Per block of a mapping this makes the SQL that reads a file's text columns as typed values, and a list of checks. A row is good when no
check speaks; the checks that spoke are kept as bits of one integer, so that millions of rows are judged in one pass and only the
few bad ones are looked at again for their words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from arrears.core.book import BOOK_TABLES, BookTable, Column
from arrears.core.sql import quoted
from arrears.intake.book.expressions import parse_expression, to_sql
from arrears.intake.book.layout import duckdb_type
from arrears.intake.book.mapping import Block, Source

ALLOWED_VALUES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("parties", "kind"): ("person", "organisation"),
    ("accounts", "status"): ("active", "closed", "written_off"),
    ("account_parties", "role"): ("borrower", "co_borrower", "guarantor"),
    ("contact_points", "channel"): ("mobile", "landline", "email", "post"),
    ("contact_points", "consent"): ("given", "withdrawn", "unknown"),
    ("holds", "kind"): (
        "dispute",
        "claims_paid",
        "complaint",
        "hardship",
        "breathing_space",
        "insolvency",
        "deceased",
        "represented",
        "distress",
        "other",
    ),
}
"""Columns whose values are a closed list; the book's own words, see `arrears.core.book`."""
PERIODS: Mapping[str, tuple[str, str]] = {
    "holds": ("from_on", "to_on"),
    "consents": ("given_on", "withdrawn_on"),
    "contact_history": ("covers_from", "covers_to"),
    "statements": ("statement_on", "due_on"),
}
"""First and last day of a period: the last is never before the first."""
MAY_BE_NEGATIVE = frozenset({("statements", "balance_minor")})
"""A balance below zero is a credit. Every other amount says its direction by its column and is never negative."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
_BLANKS = quoted(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u3000")
_AMOUNT = "'[+-]?[0-9]+(\\.[0-9]+)?'"
_WHOLE = "'[+-]?[0-9]+'"
_TRUE, _FALSE = "('true', 'yes', 'y', '1')", "('false', 'no', 'n', '0')"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong with a value: `condition` (SQL) is true where it is. `key` is the source it speaks of."""

    key: str
    condition: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """How one block is read: the SELECT of its texts, the typed expression of each book column, its checks in the order of their bits."""

    block: Block
    texts: str
    typed: Mapping[str, str]
    checks: tuple[Check, ...]

    @property
    def problems(self) -> str:
        """SQL of the integer whose bit i says that check i spoke."""
        return " | ".join(f"(CASE WHEN {check.condition} THEN {1 << bit}::BIGINT ELSE 0 END)" for bit, check in enumerate(self.checks))


def amount_sql(text: str, digits: str) -> str:
    """SQL: the minor units that `text` (trimmed) says in a currency with `digits` decimals, as HUGEINT; NULL where it is no amount.

    `arrears.core.money.parse_minor` in columns; a property test holds the two together.
    """
    return (
        f"CASE WHEN regexp_full_match({text}, {_AMOUNT}) THEN try_cast(split_part({text}, '.', 1) || "
        f"rpad(substr(split_part({text}, '.', 2), 1, {digits}), {digits}, '0') AS HUGEINT) END"
    )


def too_many_decimals_sql(text: str, digits: str) -> str:
    """SQL: does `text` say a part of a minor unit? Zeros carry no money."""
    return f"(regexp_full_match({text}, {_AMOUNT}) AND rtrim(substr(split_part({text}, '.', 2), {digits} + 1), '0') <> '')"


def fits_sql(whole: str) -> str:
    """SQL: can this HUGEINT stand in the book?"""
    return f"{whole} BETWEEN -9223372036854775807::HUGEINT AND 9223372036854775807::HUGEINT"


def trimmed(text: str) -> str:
    """SQL: the text without blanks around it; nothing left is NULL."""
    return f"nullif(trim({text}, {_BLANKS}), '')"


def plan_block(block: Block, raw_table: str, headings: Collection[str]) -> BlockPlan:
    """How is this block read from this table of texts?"""
    table = BOOK_TABLES[block.table]
    checks = [_could_not_be_worked_out("when", "x_when")] if block.when else []
    checks += [_could_not_be_worked_out(key, _broken(key)) for key, source in block.sources.items() if source.kind == "sql"]
    checks += [_missing(key, _text(key)) for key in block.numbers if key != "reversal_of"]
    checks += _id_checks(block)
    typed: dict[str, str] = {}
    for column in table.columns:
        if column.name in block.columns:
            typed[column.name], spoken = _column(table, column, block.columns[column.name])
            checks += spoken
    checks += _period_check(table, typed)
    assert len(checks) <= 62, "the checks of a block must fit one BIGINT"
    return BlockPlan(block, _texts_sql(block, raw_table, headings), typed, tuple(checks))


def _texts_sql(block: Block, raw_table: str, headings: Collection[str]) -> str:
    """Every source as trimmed text (`s_…`), and where an expression failed on a row (`x_…`)."""
    selected = ["r.__row AS row"]
    for key, source in block.sources.items():
        value = _translated(_source_sql(source, headings), source)
        selected.append(f"{trimmed(value)} AS {_text(key)}")
        if source.kind == "sql":
            selected.append(f"{_tried(source.text, headings)} IS NULL AS {_broken(key)}")
    where = ""
    if block.when:
        condition = _tried(block.when, headings, "BOOLEAN")
        selected.append(f"{condition} IS NULL AS x_when")
        where = f" WHERE {condition} IS NULL OR {condition}.v"
    return f"SELECT {', '.join(selected)} FROM {raw_table} r{where}"


def _tried(expression: str, headings: Collection[str], as_type: str = "VARCHAR") -> str:
    """The value wrapped in a struct: the struct is NULL only where the expression failed, so a failure never looks like “nothing”."""
    return f"TRY(struct_pack(v := ({to_sql(parse_expression(expression), headings)})::{as_type}))"


def _source_sql(source: Source, headings: Collection[str]) -> str:
    if source.kind == "constant":
        return f"{quoted(source.text)}::VARCHAR"
    if source.kind == "sql":
        return f"{_tried(source.text, headings)}.v"
    return 'r."' + source.text.replace('"', '""') + '"'


def _translated(value: str, source: Source) -> str:
    if not source.values:
        return value
    cases = " ".join(f"WHEN {quoted(theirs)} THEN {quoted(ours)}" for theirs, ours in source.values)
    return f"CASE {trimmed(value)} {cases} ELSE {value} END"


def _text(key: str) -> str:
    return f'"s_{key}"'


def _broken(key: str) -> str:
    return f'"x_{key}"'


def _missing(key: str, text: str) -> Check:
    return Check(key, f"{text} IS NULL", "A value is required here and there is none.", "Fill it in.")


def _could_not_be_worked_out(key: str, flag: str) -> Check:
    return Check(
        key,
        flag,
        "The mapping's expression could not be worked out for this row.",
        "Correct the values it uses, or make the expression allow for them.",
    )


def _id_checks(block: Block) -> list[Check]:
    """Ids come from joins: `a` (accounts known by now) and `p` (parties known by now)."""
    checks = []
    if "account" in block.numbers and block.table != "accounts":
        checks.append(
            Check(
                "account",
                f"{_text('account')} IS NOT NULL AND a.id IS NULL",
                "The account is neither in these files nor in the book.",
                "Deliver the account first or together with this row, or correct its number.",
            )
        )
    if "party" in block.numbers and block.table != "parties":
        checks.append(
            Check(
                "party",
                f"{_text('party')} IS NOT NULL AND p.id IS NULL",
                "The party is neither in these files nor in the book.",
                "Deliver the party first or together with this row, or correct its number.",
            )
        )
    return checks


def _column(table: BookTable, column: Column, source: Source) -> tuple[str, list[Check]]:
    """The typed expression of one column and its checks."""
    text = _text(column.name)
    checks = [_missing(column.name, text)] if column.required else []
    typed, spoken = _READERS[source.read_as if source.read_as != "text" else column.type](table, column, source)
    return f"({typed})::{duckdb_type(column.type)}", checks + spoken


def _read_text(table: BookTable, column: Column, _: Source) -> tuple[str, list[Check]]:
    text = _text(column.name)
    allowed = ALLOWED_VALUES.get((table.name, column.name))
    checks = []
    if allowed:
        checks.append(
            Check(
                column.name,
                f"{text} NOT IN ({', '.join(map(quoted, allowed))})",
                f"Only these values are known here: {', '.join(allowed)}.",
                "Correct the value, or translate it with “values” in the mapping.",
            )
        )
    if column.name == "currency":
        checks.append(
            Check(
                "currency",
                f"{text} IS NOT NULL AND c.digits IS NULL",
                "This is not an ISO 4217 currency code.",
                "Write three capital letters, such as CNY or USD.",
            )
        )
    if column.name in ("permitted_from", "permitted_to"):
        checks.append(
            Check(
                column.name,
                f"NOT regexp_full_match({text}, '([01][0-9]|2[0-3]):[0-5][0-9]')",
                "This is not a time of day as HH:MM.",
                "Write it like 08:00.",
            )
        )
    return text, checks


def _read_date(_: BookTable, column: Column, source: Source) -> tuple[str, list[Check]]:
    text = _text(column.name)
    day = f"try_strptime({text}, [{', '.join(map(quoted, source.formats))}])"
    good = f"(year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR})"
    return f"CASE WHEN {good} THEN {day}::DATE END", [
        Check(
            column.name,
            f"{text} IS NOT NULL AND NOT coalesce({good}, false)",
            f"This is not a possible date in the form {' or '.join(source.formats)}.",
            "Correct the date, or state its form in the mapping.",
        )
    ]


def _read_amount(table: BookTable, column: Column, source: Source) -> tuple[str, list[Check]]:
    text, digits = _text(column.name), "digits" if source.read_as == "amount" else "0"
    whole = amount_sql(text, digits)
    unit = "the account's currency has" if source.read_as == "amount" else "minor units have (none)"
    checks = [
        Check(
            column.name,
            f"NOT regexp_full_match({text}, {_AMOUNT})",
            "This is not an amount.",
            "Write digits with a point for the decimals, such as 1234.50.",
        ),
        Check(
            column.name,
            too_many_decimals_sql(text, digits),
            f"The amount has more decimals than {unit}.",
            "Correct the amount; it is never rounded silently.",
        ),
        Check(
            column.name,
            f"regexp_full_match({text}, {_AMOUNT}) AND digits IS NOT NULL AND NOT coalesce({fits_sql(whole)}, false)",
            "The amount is too large.",
            "Correct the amount.",
        ),
    ]
    if (table.name, column.name) not in MAY_BE_NEGATIVE:
        checks.append(
            Check(
                column.name,
                f"{whole} < 0",
                "The amount is negative, which has no meaning here.",
                "Write amounts without a sign; a payment taken back is a row of its own with `reversal_of`.",
            )
        )
    return f"CASE WHEN {fits_sql(whole)} THEN {whole} END", checks


def _read_whole(_: BookTable, column: Column, __: Source) -> tuple[str, list[Check]]:
    text = _text(column.name)
    whole = f"CASE WHEN regexp_full_match({text}, {_WHOLE}) THEN try_cast({text} AS INTEGER) END"
    least = 1 if column.name == "number" else 0
    return whole, [
        Check(
            column.name,
            f"{text} IS NOT NULL AND NOT coalesce({whole} >= {least}, false)",
            f"This is not a whole number from {least}.",
            "Correct the value.",
        )
    ]


def _read_rate(_: BookTable, column: Column, __: Source) -> tuple[str, list[Check]]:
    text = _text(column.name)
    good = f"(regexp_full_match({text}, '[+-]?[0-9]{{1,3}}(\\.[0-9]+)?') AND rtrim(substr(split_part({text}, '.', 2), 7), '0') = '')"
    return f"CASE WHEN {good} THEN try_cast({text} AS DECIMAL(9,6)) END", [
        Check(column.name, f"{text} IS NOT NULL AND NOT {good}", "This is not a rate with at most six decimals.", "Write 12 % a year as 0.12.")
    ]


def _read_yes_no(_: BookTable, column: Column, __: Source) -> tuple[str, list[Check]]:
    text = f"lower({_text(column.name)})"
    return f"CASE WHEN {text} IN {_TRUE} THEN true WHEN {text} IN {_FALSE} THEN false END", [
        Check(column.name, f"{text} NOT IN {_TRUE} AND {text} NOT IN {_FALSE}", "This is neither true nor false.", "Write true or false.")
    ]


_Reader = Callable[[BookTable, Column, Source], tuple[str, list[Check]]]
_READERS: Mapping[str, _Reader] = {
    "string": _read_text,
    "date": _read_date,
    "amount": _read_amount,
    "minor": _read_amount,
    "int32": _read_whole,
    "decimal(9,6)": _read_rate,
    "boolean": _read_yes_no,
}


def _period_check(table: BookTable, typed: Mapping[str, str]) -> list[Check]:
    first, last = PERIODS.get(table.name, ("", ""))
    if first not in typed or last not in typed:
        return []
    return [Check(last, f"{typed[last]} < {typed[first]}", f"The day lies before {first}.", "Correct one of the two dates.")]
