"""Stories about mapping files: each mistake is named with file, key and remedy before a row is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.core.book import BOOK_TABLES
from arrears.core.problems import BadData, WrongCall
from arrears.intake.book.examples import examples_dir
from arrears.intake.book.mapping import NATURAL_NUMBERS, FileMapping, load_mapping, parse_mapping

GOOD = """
mapping: m
currency: CNY
files:
  f:
    pattern: "*.csv"
    tables:
      parties: {party: who, kind: {constant: person}}
      accounts: {account: loan, party: who, product: {constant: loan}}
      receivables: {account: loan, document: loan, due_on: due, amount_minor: {amount: owed}}
"""


def reading(text: str) -> FileMapping:
    return parse_mapping(text, "m.yaml")


def test_a_good_mapping_knows_its_files_blocks_and_the_columns_they_read() -> None:
    mapping = reading(GOOD)
    assert (mapping.name, mapping.namespace, mapping.currency) == ("m", "m", "CNY")
    (file,) = mapping.files
    assert [block.table for block in file.blocks] == ["parties", "accounts", "receivables"]
    assert file.blocks[2].file_columns == {"loan", "due", "owed"}
    assert file.blocks[1].columns["currency"].text == "CNY"


def test_comments_do_not_change_what_a_mapping_is_but_a_column_does() -> None:
    assert reading(GOOD).digest == reading("# a note\n" + GOOD).digest
    assert reading(GOOD).digest != reading(GOOD.replace("owed", "due_amount")).digest


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("currency: CNY", "curency: CNY", "curency", "Did you mean “currency”?"),
        ("currency: CNY", "currency: XYZ", "currency", "not an ISO 4217"),
        ("mapping: m", "name: m", "name", "not known here"),
        ('pattern: "*.csv"', "encoding: utf-8", "files.f", "“pattern” is missing"),
        ('pattern: "*.csv"', 'pattern: "*.csv"\n    encoding: klingon', "files.f.encoding", "not an encoding"),
        ('pattern: "*.csv"', 'pattern: "*.csv"\n    delimiter: ";;"', "files.f.delimiter", "one character"),
        ("receivables:", "receivable:", "files.f.tables", "Did you mean “receivables”?"),
        ("due_on: due", "dueon: due", "dueon", "Did you mean “due_on”?"),
        (", due_on: due", "", "receivables", "needs “due_on”"),
        ("document: loan, ", "", "receivables", "needs “document”"),
        ("{amount: owed}", "owed", "amount_minor", "money needs its unit"),
        ("due_on: due", "due_on: {amount: due}", "due_on", "for columns of money"),
        ("due_on: due", 'due_on: {column: due, date: "%Y-%m-%d %H:%M"}', "due_on.date", "cut: day"),
        ("due_on: due", "due_on: {column: due, date: ISO}", "due_on.date", "a text such as"),
        ("due_on: due", "due_on: {column: due, cut: hour}", "due_on.cut", "only “cut: day”"),
        ("due_on: due", "due_on: {column: due, constant: 2026-01-01}", "due_on", "exactly one of"),
        ("due_on: due", "due_on: {format: due}", "due_on.format", "not known here"),
        ("party: who, kind", "party: {sql: now()}, kind", "party.sql", "may not be used here"),
        ("party: who, kind", "party: {sql: (select 1)}, kind", "party.sql", "may not be used here"),
        ("party: who, kind", "party: {sql: read_text('/etc/passwd')}, kind", "party.sql", "may not be used here"),
        ("party: who, kind", "party: {sql: who ||}, kind", "party.sql", "cannot be read as a SQL expression"),
        ("{amount: owed}", "{amount: {sql: owed::float}}", "amount_minor.sql", "may not be used here"),
        ("{account: loan, party", "{account: loan, account: x, party", "written twice", "not YAML"),
        ("mapping: m", "mapping: [", "", "not YAML"),
        ("mapping: m", "mapping: m\nlookups: {r: {file: a.csv}}", "lookups.r", "a file or a table"),
        ("due_on: due", "due_on: {column: due, lookup: r}", "due_on.lookup", "not among the mapping's lookups"),
        ("due_on: due", "due_on: {column: due, otherwise: x}", "due_on.otherwise", "nothing to translate"),
        ("{amount: owed}", "{amount: owed, decimal: ';'}", "amount_minor.decimal", "“.” or “,”"),
        ("due_on: due", "due_on: {column: due, decimal: ','}", "due_on.decimal", "stands with an amount"),
        ('pattern: "*.csv"', 'pattern: "*.csv"\n    header_row: 0', "files.f.header_row", "from 1"),
        ('pattern: "*.csv"', "pattern: []", "files.f.pattern", "a text is expected"),
        ("receivables: {account", "receivables: {whole: true, account", "whole", "not known in the table"),
        ("parties: {party", "parties: {changes: sure, party", "changes", "true or false"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_place(old: str, new: str, place: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(BadData) as caught:
        reading(GOOD.replace(old, new))
    assert "m.yaml" in str(caught.value)
    assert place in str(caught.value)
    assert words in str(caught.value)


def test_a_mapping_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")


@pytest.mark.parametrize("path", sorted((examples_dir() / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_mapping_can_be_read(path: Path) -> None:
    assert load_mapping(path).files


def test_columns_may_be_called_on_off_yes_or_no() -> None:
    (logical,) = reading(GOOD.replace("due_on: due", "due_on: on").replace("owed", "no").replace("account: loan", "account: off")).files
    assert {"on", "no", "off"} <= set().union(*(block.file_columns for block in logical.blocks))


def test_every_table_of_a_book_can_be_filled_by_a_mapping() -> None:
    assert set(NATURAL_NUMBERS) == set(BOOK_TABLES)
