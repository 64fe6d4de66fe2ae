"""What is a good value, and what do we say about a bad one?

Per block of a mapping this makes the SQL that reads a file's text columns as typed values, and a list of checks. A row is good when no
check speaks; the checks that spoke are kept as bits of one integer, so that millions of rows are judged in one pass and only the
few bad ones are looked at again for their words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from arrears.core.book import BOOK_TABLES, BookTable, Column
from arrears.core.sql import quoted
from arrears.intake.book.expressions import parse_expression, to_sql
from arrears.intake.book.layout import duckdb_type
from arrears.intake.book.mapping import ISO_DATE, SAID_CURRENCY, SERIAL_DAYS, Block, Source

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
    "pauses": ("from_on", "until_on"),
    "consents": ("given_on", "withdrawn_on"),
    "contact_history": ("covers_from", "covers_to"),
    "statements": ("statement_on", "due_on"),
}
"""First and last day of a period (of a pause: the first day that counts again): the last is never before the first."""
MAY_BE_NEGATIVE = frozenset({("statements", "balance_minor")})
"""A balance below zero is a credit. Every other amount says its direction by its column and is never negative."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
_BLANKS = quoted(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u3000")
_WORTH_REPEATING = 100
"""Longer expressions are not written out three times."""
_AMOUNT = "'[+-]?[0-9]+(\\.[0-9]+)?'"
_SHORTENED = "'[0-9]([.,][0-9]+)?[eE]\\+[0-9]{2}'"
"""Such as 6.22202E+18, which is what a spreadsheet makes of a long number."""
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
    """How one block is read: the SELECT of its texts, what is worked out once beside them (`staged`), the typed expression of each book
    column, its checks in the order of their bits. Typed expressions and checks may use what is staged by its name."""

    block: Block
    raw_table: str
    headings: Collection[str]
    is_typed: bool
    staged: Mapping[str, str]
    typed: Mapping[str, str]
    checks: tuple[Check, ...]

    @property
    def texts(self) -> str:
        """SQL of the texts of all rows."""
        return self.texts_from(self.raw_table)

    def texts_from(self, rows: str) -> str:
        """SQL of the texts of those rows that stand in this table, which has the columns of the raw one."""
        return _texts_sql(self.block, rows, self.headings, self.is_typed)

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
    long = f"regexp_full_match({text}, {_AMOUNT}) AND strpos({text}, '.') > 0 AND length({text}) - strpos({text}, '.') > {digits}"
    return f"CASE WHEN {long} THEN rtrim(substr(split_part({text}, '.', 2), {digits} + 1), '0') <> '' ELSE false END"


def fits_sql(whole: str) -> str:
    """SQL: can this HUGEINT stand in the book?"""
    return f"{whole} BETWEEN -9223372036854775807::HUGEINT AND 9223372036854775807::HUGEINT"


def trimmed(text: str) -> str:
    """SQL: the text without blanks around it; nothing left is NULL.

    Trimming many kinds of blank is the dearest step of all, so a text between two plain signs is taken as it is.
    """
    slow = f"nullif(trim({text}, {_BLANKS}), '')"
    if len(text) > _WORTH_REPEATING:
        return slow
    return f"CASE WHEN left({text}, 1) BETWEEN '!' AND '~' AND right({text}, 1) BETWEEN '!' AND '~' THEN {text} ELSE {slow} END"


def plan_block(block: Block, raw_table: str, headings: Collection[str], *, is_typed: bool = False) -> BlockPlan:
    """How is this block read from this table of texts?

    Args:
        is_typed: the file's columns have types of their own (Parquet, a spreadsheet): its dates come as ISO whatever form is stated, and
            the raw table has the column `__doubtful`.
    """
    table = BOOK_TABLES[block.table]
    checks = [_could_not_be_worked_out("when", "x_when")] if block.when else []
    checks += [_could_not_be_worked_out(key, _broken(key)) for key, source in block.sources.items() if source.kind == "sql"]
    checks += [_missing(key, _text(key)) for key in block.numbers if key != "reversal_of"]
    checks += [check for key, source in block.numbers.items() for check in _damage_checks(key, source, is_typed)]
    checks += [_not_in_lookup(key, source.lookup) for key, source in block.sources.items() if source.lookup and source.otherwise is None]
    checks += _id_checks(block)
    typed: dict[str, str] = {}
    for column in table.columns:
        if column.name in block.columns:
            typed[column.name], spoken = _column(table, column, _with_iso(block.columns[column.name]) if is_typed else block.columns[column.name])
            checks += spoken
    checks += _period_check(table, typed)
    assert len(checks) <= 62, "the checks of a block must fit one BIGINT"
    return BlockPlan(block, raw_table, headings, is_typed, _staged(block), typed, tuple(checks))


def _staged(block: Block) -> dict[str, str]:
    """Of each amount its minor units and whether it has too many decimals: several checks look at them."""
    staged = {}
    for key, source in block.columns.items():
        if source.read_as in ("amount", "minor"):
            text, digits = _text(key), "digits" if source.read_as == "amount" else "0"
            staged |= {_minor(key): amount_sql(text, digits), _too_fine(key): too_many_decimals_sql(text, digits)}
    return staged


def _minor(key: str) -> str:
    return f'"m_{key}"'


def _too_fine(key: str) -> str:
    return f'"z_{key}"'


def _with_iso(source: Source) -> Source:
    return replace(source, formats=tuple(dict.fromkeys((*source.formats, ISO_DATE)))) if source.read_as == "date" else source


def _damage_checks(key: str, source: Source, is_typed: bool) -> list[Check]:
    """A number that went through a spreadsheet as a figure may be another one now."""
    if source.kind != "column":
        return []
    checks = [
        Check(
            key,
            f"regexp_full_match({_text(key)}, {_SHORTENED})",
            "A spreadsheet has shortened this number: it keeps 15 digits.",
            "Ask for the column as text, or export the file from the source system again.",
        )
    ]
    if is_typed:
        checks.append(
            Check(
                key,
                f"list_contains(doubtful, {quoted(source.text)})",
                "This number may have lost its leading zeros: it is a figure, others of the column are text with zeros in front.",
                "Write it as text, as the source system has it.",
            )
        )
    return checks


def _not_in_lookup(key: str, lookup: str) -> Check:
    return Check(key, _unknown(key), f"The look-up “{lookup}” does not know this value.", "Add it to the look-up, or give the look-up an “otherwise”.")


def _texts_sql(block: Block, raw_table: str, headings: Collection[str], is_typed: bool) -> str:
    """Every source as trimmed text (`s_…`), where an expression failed on a row (`x_…`), and what a look-up does not know (`u_…`)."""
    selected = ["r.__row AS row"] + (["r.__doubtful AS doubtful"] if is_typed else [])
    joins = []
    for key, source in block.sources.items():
        value = _source_sql(source, headings)
        if source.lookup:
            alias = f'"l_{key}"'
            joins.append(f"LEFT JOIN {lookup_table(source.lookup)} {alias} ON {alias}.theirs = {trimmed(value)}")
            selected.append(f"({trimmed(value)} IS NOT NULL AND {alias}.theirs IS NULL) AS {_unknown(key)}")
            otherwise = f"CASE WHEN {trimmed(value)} IS NOT NULL THEN {quoted(source.otherwise)} END" if source.otherwise is not None else "NULL"
            value = f"coalesce({alias}.ours, {otherwise})"
        value = _with_plain_decimals(_translated(value, source), source)
        selected.append(f"{trimmed(value)} AS {_text(key)}")
        if source.kind == "sql":
            selected.append(f"{_tried(source.text, headings)} IS NULL AS {_broken(key)}")
    where = ""
    if block.when:
        condition = _tried(block.when, headings, "BOOLEAN")
        selected.append(f"{condition} IS NULL AS x_when")
        where = f" WHERE {condition} IS NULL OR {condition}.v"
    return f"SELECT {', '.join(selected)} FROM {raw_table} r {' '.join(joins)}{where}"


def lookup_table(name: str) -> str:
    """Under which name (SQL) do the pairs of a look-up stand in DuckDB, as `theirs` and `ours`?

    >>> lookup_table("regions")
    '"lookup regions"'
    """
    return '"lookup ' + name.replace('"', '""') + '"'


def _with_plain_decimals(value: str, source: Source) -> str:
    """1.234,50 as 1234.50 (and 12,34,567.50, as India groups), only where it is grouped rightly throughout; anything else stays as it is and becomes a finding."""
    if source.decimal is None:
        return value
    text = trimmed(value)
    group = "[. \u00a0\u202f'’]" if source.decimal == "," else "[, \u00a0\u202f'’]"
    sign = "\\" + source.decimal
    lakhs = "|[0-9]{1,2}(,[0-9]{2})*,[0-9]{3}" if source.decimal == "." else ""
    shape = quoted(f"[+-]?([0-9]{{1,3}}({group}[0-9]{{3}})+{lakhs}|[0-9]+)({sign}[0-9]+)?")
    plain = f"replace(regexp_replace({text}, {quoted(group)}, '', 'g'), {quoted(source.decimal)}, '.')"
    return f"CASE WHEN regexp_full_match({text}, {shape}) THEN {plain} ELSE {value} END"


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
    otherwise = value if source.otherwise is None else f"CASE WHEN {trimmed(value)} IS NOT NULL THEN {quoted(source.otherwise)} END"
    return f"CASE {trimmed(value)} {cases} ELSE {otherwise} END"


def _text(key: str) -> str:
    return f'"s_{key}"'


def _broken(key: str) -> str:
    return f'"x_{key}"'


def _unknown(key: str) -> str:
    return f'"u_{key}"'


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
    if "account" in block.numbers and (block.table != "accounts" or block.changes):
        checks.append(
            Check(
                "account",
                f"{_text('account')} IS NOT NULL AND a.id IS NULL",
                "The account is neither in these files nor in the book.",
                "Deliver the account first or together with this row, or correct its number.",
            )
        )
    if block.currency:
        checks.append(
            Check(
                SAID_CURRENCY,
                f"{_text(SAID_CURRENCY)} <> a.currency",
                "The row is in another currency than its account.",
                "Correct the currency, or name the account that the amount belongs to; amounts are never converted.",
            )
        )
    if "party" in block.numbers and (block.table != "parties" or block.changes):
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
    day = _day_sql(text, source.formats)
    good = f"(year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR})"
    return f"CASE WHEN {good} THEN {day}::DATE END", [
        Check(
            column.name,
            f"{text} IS NOT NULL AND NOT coalesce({good}, false)",
            f"This is not a possible date in the form {' or '.join(source.formats)}.",
            "Correct the date, or state its form in the mapping.",
        )
    ]


def _day_sql(text: str, formats: tuple[str, ...]) -> str:
    """SQL: the day that `text` says in one of these forms; a figure of days counts from 1 March 1900, before which spreadsheets disagree."""
    written = [quoted(form) for form in formats if form != SERIAL_DAYS]
    ways = [f"try_strptime({text}, [{', '.join(written)}])"] if written else []
    if SERIAL_DAYS in formats:
        serial = f"CASE WHEN regexp_full_match({text}, '[0-9]{{2,6}}(\\.0+)?') THEN try_cast(split_part({text}, '.', 1) AS INTEGER) END"
        ways.append(f"CASE WHEN {serial} >= 61 THEN (DATE '1899-12-30' + {serial})::TIMESTAMP END")
    return f"coalesce({', '.join(ways)})"


def _read_amount(table: BookTable, column: Column, source: Source) -> tuple[str, list[Check]]:
    text, whole = _text(column.name), _minor(column.name)
    digits_known = "digits IS NOT NULL AND " if source.read_as == "amount" else ""
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
            _too_fine(column.name),
            f"The amount has more decimals than {unit}.",
            "Correct the amount; it is never rounded silently.",
        ),
        Check(
            column.name,
            f"regexp_full_match({text}, {_AMOUNT}) AND {digits_known}NOT coalesce({fits_sql(whole)}, false)",
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
