"""What does each column of a lender's files mean?

A *mapping* is a YAML file. Per logical file it states a name pattern, and per table of the book one or more *blocks*: each block
makes one row of the table from one row of the file (so six blocks make six statements from one row of a card file). Inside a block,
the lender's own numbers are called `party`, `account`, `document`, `payment`, `reversal_of` and (a contact point's) `value`; all other
keys are columns of the book. A source is a column's name, or

* `{constant: text}`, the same for every row;
* `{column: name, date: "%d.%m.%Y", cut: day}`: a date in one of the given forms (`excel`: the figure of a spreadsheet's day); `cut: day` says that a time of day may be dropped;
* `{amount: name}`, an amount in major units; `{minor: name}`, an amount already in minor units;
* `{amount: name, decimal: ","}`: amounts written 1.234,50; with `decimal: "."` 1,234.50 (without it, a grouped amount is a finding);
* `{sql: "expression over the columns"}`, also inside `amount` and `minor`;
* with `values: {theirs: ours}` to translate codes, or `lookup: name` to translate by one of the mapping's `lookups` (another file, or a
  table written there); `otherwise: text` stands for what is in neither.

A block of `parties` or `accounts` with `changes: true` states changes only: columns that it does not name keep what the book holds. A
block of `instalments` with `whole: true` delivers whole schedules: of an account it names, earlier rows hold no more. A block of amounts
may name the `currency` of its rows: an amount in another currency than its account's is a finding.

Everything wrong in a mapping is named with file, key and remedy before a single row is read.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from arrears.core.book import BOOK_TABLES, BookTable
from arrears.core.money import AmountNotValid, minor_digits
from arrears.core.problems import BadData, WrongCall
from arrears.core.strict_yaml import NothingTwice
from arrears.intake.book.expressions import ExpressionNotAllowed, columns_of, parse_expression
from arrears.intake.book.lookups import Pairs, read_lookup

ReadAs = Literal["text", "date", "amount", "minor"]
SourceKind = Literal["column", "constant", "sql"]

ISO_DATE = "%Y-%m-%d"
SERIAL_DAYS = "excel"
"""Form of a date that a spreadsheet left as a figure: days since 30 December 1899."""
OWN_IDS = frozenset({"party_id", "account_id", "document_id", "payment_id", "contact_point_id"})
NATURAL_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "parties": ("party",),
    "protected": ("party",),
    "accounts": ("account", "party"),
    "account_parties": ("account", "party"),
    "instalments": ("account",),
    "receivables": ("account", "document"),
    "statements": ("account",),
    "payments": ("account", "payment"),
    "pauses": ("account",),
    "contact_points": ("party", "value"),
    "holds": ("party",),
    "consents": ("party",),
    "contact_history": ("party",),
}
"""The lender's own numbers that each table needs; they become ids and never enter the book as they are."""
OPTIONAL_NUMBERS: Mapping[str, tuple[str, ...]] = {"payments": ("reversal_of",)}
DEFAULTS: Mapping[str, Mapping[str, str]] = {"accounts": {"dates_constructed": "false"}}
CHANGES_ALLOWED = frozenset({"parties", "accounts"})
WHOLE_ALLOWED = frozenset({"instalments"})
WITH_CURRENCY = frozenset({"instalments", "receivables", "statements", "payments"})
"""Tables of amounts: a row may say its currency, which is compared with its account's and not kept."""
_TIME_OF_DAY = ("%H", "%I", "%M", "%S", "%f", "%p")


SAID_CURRENCY = "said_currency"
"""Key of the currency that a row of amounts names for itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where does one value come from, and how is it read?

    `values` translates codes (pairs of theirs and ours), `lookup` names a look-up that does; `otherwise` stands for what neither knows.
    `decimal` is the sign before the decimals of a grouped amount.
    """

    kind: SourceKind
    text: str
    read_as: ReadAs = "text"
    formats: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    lookup: str | None = None
    otherwise: str | None = None
    decimal: str | None = None

    @property
    def columns(self) -> set[str]:
        """Which columns of the file does it read?"""
        if self.kind == "column":
            return {self.text}
        return columns_of(parse_expression(self.text)) if self.kind == "sql" else set()


@dataclass(frozen=True, slots=True)
class Block:
    """How does one row of a file become one row of a book table? `place` names it in messages."""

    table: str
    place: str
    numbers: Mapping[str, Source]
    columns: Mapping[str, Source]
    personal: Mapping[str, Source] = field(default_factory=dict)
    when: str | None = None
    changes: bool = False
    whole: bool = False
    currency: Source | None = None

    @property
    def sources(self) -> dict[str, Source]:
        """Every source by its key; personal fields carry the prefix `personal.`."""
        said = {SAID_CURRENCY: self.currency} if self.currency else {}
        return {**self.numbers, **self.columns, **said, **{f"personal.{name}": source for name, source in self.personal.items()}}

    @property
    def file_columns(self) -> set[str]:
        """Which columns of the file does the block read?"""
        used = {column for source in self.sources.values() for column in source.columns}
        return used | (columns_of(parse_expression(self.when)) if self.when else set())


@dataclass(frozen=True, slots=True)
class LogicalFile:
    """One kind of file: how it is recognised (any of the name patterns), how it is read, which blocks are made of it."""

    name: str
    patterns: tuple[str, ...]
    encoding: str
    delimiter: str
    blocks: tuple[Block, ...]
    sheet: str | None = None
    header_row: int = 1


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping: its name, the namespace of the lender's numbers, the default currency, its files, its digest (SHA-256, hex, over
    the look-ups too), and its look-ups by name."""

    name: str
    namespace: str
    currency: str | None
    files: tuple[LogicalFile, ...]
    digest: str
    lookups: Mapping[str, Pairs] = field(default_factory=dict)


def load_mapping(path: Path) -> FileMapping:
    """Which mapping does this file hold?

    Raises:
        WrongCall: there is no such file.
        BadData: it is not YAML, or something in it is wrong; the message names file, key and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WrongCall(
            f"The mapping {path} cannot be read ({error.strerror}).",
            "Without it the columns of the files mean nothing.",
            "Check the path; `examples/mappings` holds examples to start from.",
        ) from error
    except UnicodeDecodeError as error:
        raise BadData(f"The mapping {path.name} is not UTF-8 text.", "", "Save it as UTF-8.") from error
    return parse_mapping(text, path.name, path.parent)


def parse_mapping(text: str, file: str, folder: Path | None = None) -> FileMapping:
    """Which mapping does this YAML text state?

    Args:
        file: its name, only used in messages.
        folder: where the files of its look-ups lie; the working folder if not given.

    Raises BadData as `load_mapping` does.
    """
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader that also refuses a key written twice
    except yaml.YAMLError as error:
        raise BadData(f"The mapping {file} is not YAML: {error}.", "Nothing was read.", "Correct the named line.") from error
    return _Reader(file, folder or Path()).mapping(document)


class _StrictLoader(NothingTwice, yaml.SafeLoader):
    """YAML without the silent loss of a key that is written twice; only true and false are no texts, so a column may be called on or no."""

    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"] for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))

class _Reader:
    """Turns the parsed YAML into a mapping, or says what is wrong where."""

    def __init__(self, file: str, folder: Path) -> None:
        self.file, self.folder = file, folder
        self.lookups: dict[str, Pairs] = {}

    def wrong(self, place: str, what: str, remedy: str) -> BadData:
        return BadData(f"{self.file}, {place}: {what}", "Nothing was read.", remedy)

    def mapping(self, document: Any) -> FileMapping:
        top = self._keys(document, "top level", must=("mapping", "files"), may=("namespace", "currency", "lookups"))
        self._read_lookups(top.get("lookups", {}))
        name = self._text(top["mapping"], "mapping")
        currency = self._currency(top.get("currency"))
        files = self._dict(top["files"], "files")
        logical = tuple(self._file(str(key), value, currency) for key, value in files.items())
        told = document if not self.lookups else [document, self.lookups]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
        return FileMapping(name, self._text(top.get("namespace", name), "namespace"), currency, logical, digest, self.lookups)

    def _read_lookups(self, value: Any) -> None:
        for name, content in self._dict(value, "lookups", empty=True).items():
            place = f"lookups.{name}"
            keys = self._keys(content, place, must=(), may=("file", "key", "value", "encoding", "delimiter", "table"))
            if "table" in keys and len(keys) == 1:
                self.lookups[str(name)] = tuple((_plain(theirs), _plain(ours)) for theirs, ours in self._dict(keys["table"], f"{place}.table").items())
            elif {"file", "key", "value"} <= keys.keys() and "table" not in keys:
                texts = {key: self._text(one, f"{place}.{key}") for key, one in keys.items()}
                self.lookups[str(name)] = read_lookup(self.folder, **texts)
            else:
                raise self.wrong(place, "a look-up is a file or a table.", "Write “file”, “key” and “value”, or “table: {theirs: ours}”.")

    def _currency(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            minor_digits(str(value))
        except AmountNotValid as error:
            raise self.wrong("currency", str(error), "Correct the code, or leave it out and map the accounts' currency.") from error
        return str(value)

    def _file(self, name: str, value: Any, currency: str | None) -> LogicalFile:
        place = f"files.{name}"
        keys = self._keys(value, place, must=("pattern", "tables"), may=("encoding", "delimiter", "sheet", "header_row"))
        encoding, delimiter = self._text(keys.get("encoding", "utf-8"), f"{place}.encoding"), keys.get("delimiter", ",")
        try:
            "".encode(encoding)
        except LookupError as error:
            raise self.wrong(
                f"{place}.encoding", f"“{encoding}” is not an encoding.", "Write utf-8, gb18030, cp1252 or another of Python's names."
            ) from error
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise self.wrong(f"{place}.delimiter", "the delimiter must be one character.", 'Write "," or ";" or "\\t" in double quotes.')
        header_row = keys.get("header_row", 1)
        if not isinstance(header_row, int) or isinstance(header_row, bool) or header_row < 1:
            raise self.wrong(f"{place}.header_row", "the row of the headings is a whole number from 1.", "Correct it.")
        sheet = self._text(keys["sheet"], f"{place}.sheet") if "sheet" in keys else None
        blocks: list[Block] = []
        for table, content in self._dict(keys["tables"], f"{place}.tables").items():
            spec = self._table(str(table), f"{place}.tables")
            listed = content if isinstance(content, list) else [content]
            numbered = isinstance(content, list)
            blocks += [
                self._block(spec, one, f"{place}.tables.{table}" + (f"[{i}]" if numbered else ""), currency) for i, one in enumerate(listed, 1)
            ]
        if not blocks:
            raise self.wrong(f"{place}.tables", "no table is made of this file.", "Add at least one table, or remove the file.")
        given = keys["pattern"] if isinstance(keys["pattern"], list) and keys["pattern"] else [keys["pattern"]]
        patterns = tuple(self._text(one, f"{place}.pattern") for one in given)
        return LogicalFile(name, patterns, encoding, delimiter, tuple(blocks), sheet, header_row)

    def _table(self, name: str, place: str) -> BookTable:
        if name not in BOOK_TABLES:
            raise self.wrong(place, f"“{name}” is not a table of a book.", _did_you_mean(name, BOOK_TABLES))
        return BOOK_TABLES[name]

    def _block(self, table: BookTable, value: Any, place: str, currency: str | None) -> Block:
        content = self._dict(value, place)
        numbers, optional = NATURAL_NUMBERS[table.name], OPTIONAL_NUMBERS.get(table.name, ())
        own = [column.name for column in table.columns if column.name not in OWN_IDS | {"sealed", "reversal_of"}]
        allowed = ("when", *numbers, *optional, *own, *_block_options(table.name))
        for key in content:
            if key not in allowed:
                raise self.wrong(f"{place}.{key}", f"“{key}” is not known in the table {table.name}.", _did_you_mean(str(key), allowed))
        changes, whole = (self._yes(content, name, place) for name in ("changes", "whole"))
        filled = content if changes else self._with_defaults(table.name, content, currency)
        if changes and "currency" in content:
            raise self.wrong(place, "the currency of an account never changes.", "Remove “currency” from the block of changes.")
        needed = [numbers[0]] if changes else [*numbers, *(name for name in own if name in table.required)]
        missing = [name for name in needed if name not in filled]
        if missing:
            raise self.wrong(
                place, f"the table {table.name} needs {', '.join(f'“{name}”' for name in missing)}.", "Say where it comes from, or use {constant: …}."
            )
        types = {column.name: column.type for column in table.columns}
        return Block(
            table.name,
            place,
            numbers={name: self._source(filled[name], f"{place}.{name}", "string") for name in (*numbers, *optional) if name in filled},
            columns={
                name: self._source(filled[name], f"{place}.{name}", types[name], money=name.endswith("_minor")) for name in own if name in filled
            },
            personal={
                str(name): self._source(one, f"{place}.personal.{name}", "string")
                for name, one in self._dict(filled.get("personal", {}), f"{place}.personal", empty=True).items()
            },
            when=self._expression(filled["when"], f"{place}.when") if "when" in filled else None,
            changes=changes,
            whole=whole,
            currency=self._source(filled["currency"], f"{place}.currency", "string") if table.name in WITH_CURRENCY and "currency" in filled else None,
        )

    def _yes(self, content: dict[str, Any], name: str, place: str) -> bool:
        value = content.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{place}.{name}", "this is true or false.", "Write true, or remove it.")
        return value

    def _with_defaults(self, table: str, content: dict[str, Any], currency: str | None) -> dict[str, Any]:
        filled = {name: {"constant": text} for name, text in DEFAULTS.get(table, {}).items()} | content
        if table == "accounts" and "currency" not in filled and currency:
            filled["currency"] = {"constant": currency}
        return filled

    def _source(self, value: Any, place: str, type_: str, *, money: bool = False) -> Source:
        if isinstance(value, str):
            value = {"column": value}
        content = self._keys(value, place, must=(), may=(*_ORIGINS, "date", "cut", "values", "lookup", "otherwise", "decimal"))
        origin = [key for key in _ORIGINS if key in content]
        if len(origin) != 1:
            raise self.wrong(place, "a source needs exactly one of column, constant, sql, amount, minor.", "Keep the one that is meant.")
        kind, text = self._origin(origin[0], content[origin[0]], place)
        read_as = self._read_as(origin[0], place, type_, money)
        formats = self._formats(content, place, type_)
        values = self._dict(content.get("values", {}), f"{place}.values", empty=True)
        pairs = tuple((_plain(theirs), _plain(ours)) for theirs, ours in values.items())
        otherwise = _plain(content["otherwise"]) if "otherwise" in content else None
        return Source(kind, text, read_as, formats, pairs, self._lookup(content, place), otherwise, self._decimal(content, place, money))

    def _lookup(self, content: dict[str, Any], place: str) -> str | None:
        if "otherwise" in content and "lookup" not in content and "values" not in content:
            raise self.wrong(f"{place}.otherwise", "there is nothing to translate.", "Add “values” or “lookup”, or remove it.")
        if "lookup" not in content:
            return None
        name = self._text(content["lookup"], f"{place}.lookup")
        if name not in self.lookups:
            raise self.wrong(f"{place}.lookup", f"“{name}” is not among the mapping's lookups.", _did_you_mean(name, self.lookups))
        if "values" in content:
            raise self.wrong(place, "“values” and “lookup” both translate.", "Keep one of them.")
        return name

    def _decimal(self, content: dict[str, Any], place: str, money: bool) -> str | None:
        sign = content.get("decimal")
        if sign is not None and (not money or sign not in (".", ",")):
            raise self.wrong(f"{place}.decimal", "this is “.” or “,”, and stands with an amount.", 'Write decimal: "," for 1.234,50.')
        return sign

    def _origin(self, key: str, value: Any, place: str) -> tuple[SourceKind, str]:
        if key in ("amount", "minor") and isinstance(value, dict):
            inner = self._keys(value, f"{place}.{key}", must=(), may=("column", "constant", "sql"))
            if len(inner) != 1:
                raise self.wrong(f"{place}.{key}", "an amount needs exactly one of column, constant, sql.", "Keep the one that is meant.")
            key, value = next(iter(inner.items()))
        if key == "sql":
            return "sql", self._expression(value, f"{place}.sql")
        if key == "constant":
            return "constant", _plain(value)
        return "column", self._text(value, place)

    def _read_as(self, key: str, place: str, type_: str, money: bool) -> ReadAs:
        if key in ("amount", "minor") and not money:
            raise self.wrong(place, f"“{key}” is for columns of money (their names end in _minor).", "Name the column only.")
        if money and key not in ("amount", "minor"):
            raise self.wrong(
                place, "money needs its unit.", "Write {amount: column} for major units (12.50) or {minor: column} for minor units (1250)."
            )
        return "minor" if key == "minor" else "amount" if key == "amount" else "date" if type_ == "date" else "text"

    def _formats(self, content: dict[str, Any], place: str, type_: str) -> tuple[str, ...]:
        given = content.get("date")
        if type_ != "date":
            if given is not None or "cut" in content:
                raise self.wrong(place, "“date” and “cut” are for columns of dates.", "Remove them.")
            return ()
        listed = [given] if isinstance(given, str) else given if given is not None else [ISO_DATE]
        if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and ("%" in one or one == SERIAL_DAYS) for one in listed):
            raise self.wrong(f"{place}.date", f"a date form is a text such as “%Y-%m-%d”, or “{SERIAL_DAYS}”, or a list of them.", "Correct it.")
        if content.get("cut", "day") != "day":
            raise self.wrong(f"{place}.cut", "only “cut: day” is known.", "Write “cut: day”, or remove it.")
        if "cut" not in content and any(mark in one for one in listed for mark in _TIME_OF_DAY):
            raise self.wrong(
                f"{place}.date",
                "the form has a time of day, which a date of the book does not hold.",
                "Add “cut: day” to say that the time is dropped on purpose.",
            )
        return tuple(listed)

    def _expression(self, value: Any, place: str) -> str:
        text = self._text(value, place)
        try:
            parse_expression(text)
        except ExpressionNotAllowed as error:
            raise self.wrong(place, str(error), "Correct the expression.") from error
        return text

    def _keys(self, value: Any, place: str, *, must: Collection[str], may: Collection[str]) -> dict[str, Any]:
        content = self._dict(value, place)
        for key in content:
            if key not in (*must, *may):
                raise self.wrong(f"{place}.{key}", f"the key “{key}” is not known here.", _did_you_mean(str(key), (*must, *may)))
        for key in must:
            if key not in content:
                raise self.wrong(place, f"the key “{key}” is missing.", "Add it.")
        return content

    def _dict(self, value: Any, place: str, *, empty: bool = False) -> dict[str, Any]:
        if not isinstance(value, dict) or (not value and not empty):
            raise self.wrong(place, "keys with values are expected here.", "Write “key: value” lines, indented.")
        return value

    def _text(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(place, "a text is expected here.", "Write a text, in quotes if it looks like a number.")
        return value


_ORIGINS = ("column", "constant", "sql", "amount", "minor")


def _block_options(table: str) -> tuple[str, ...]:
    """Which keys may stand in a block of this table besides numbers and columns?"""
    options = [("personal", {"parties"}), ("changes", CHANGES_ALLOWED), ("whole", WHOLE_ALLOWED), ("currency", WITH_CURRENCY)]
    return tuple(name for name, tables in options if table in tables)


def _plain(value: Any) -> str:
    """YAML reads true, 5 and 2005-09-30 as what they look like; a source is text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _did_you_mean(word: str, known: Collection[str]) -> str:
    """Which known word was probably meant?

    >>> _did_you_mean("account", ["accounts", "parties"])
    'Did you mean “accounts”?'
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}."


def check_headings(block: Block, headings: Collection[str], file: str, mapping_name: str) -> None:
    """Does the file have every column that the block reads?

    Raises:
        BadData: a column is missing; the message names it and the headings that look like it.
    """
    for column in sorted(block.file_columns - set(headings)):
        raise BadData(
            f"{file} has no column “{column}”, which the mapping {mapping_name} reads at {block.place}.",
            "Nothing was taken in.",
            f"{_did_you_mean(column, list(headings))} Correct the mapping, or ask for the file with this column.",
        )
