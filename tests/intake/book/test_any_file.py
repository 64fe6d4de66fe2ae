"""Stories about files of every kind: workbooks, Parquet, encodings, look-ups, grouped amounts, several sources for one table."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arrears.core.problems import BadData, WrongCall
from arrears.intake.book.guessing import guess_mapping
from arrears.intake.book.layout import batch_dirs, batch_facts
from tests.intake.book.lender import DUES_HEAD, LOANS_HEAD, ONE_LOAN, Lender
from tests.intake.book.workbook import write_workbook

ONE_LOAN_ROWS = [row.split(",") for row in ONE_LOAN.splitlines()]


@pytest.fixture
def lender(tmp_path: Path) -> Lender:
    return Lender(tmp_path)


# -- workbooks -----------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_figures_and_days_as_the_sheet_shows_them(lender: Lender) -> None:
    loans = write_workbook(lender.folder / "loans.xlsx", {"Sheet1": ONE_LOAN_ROWS})
    dues = write_workbook(lender.folder / "dues.xlsx", {"Sheet1": [["loan", "number", "due", "amount"], ["L1", 1, date(2026, 1, 31), 0.1 + 0.2], ["L1", 2, date(2026, 2, 28), 1234.5]]})
    report = lender.deliver_paths([loans, dues])
    assert lender.findings(report) == []
    assert lender.rows("instalments", "number, due_on, principal_minor") == [(1, date(2026, 1, 31), 30), (2, date(2026, 2, 28), 123450)]


def test_ids_that_a_spreadsheet_shortened_or_robbed_of_zeros_are_findings(lender: Lender) -> None:
    head = ONE_LOAN_ROWS[0]
    rows = [["00012", "A", "GD", 6222021234567890123.0, "CNY", 5], [13, "B", "GD", "L2", "CNY", 5], ["00014", "C", "GD", "L3", "CNY", 5], [100015, "D", "GD", "L4", "CNY", 5]]
    report = lender.deliver_paths([write_workbook(lender.folder / "loans.xlsx", {"Sheet1": [head, *rows]})])
    found = {(finding.row, finding.column): finding.reason for finding in lender.findings(report)}
    assert "shortened this number" in found[1, "loan"]
    assert "lost its leading zeros" in found[2, "customer"]
    assert ("party", "loans", "100015") in lender.keeper.ids
    assert len(lender.rows("accounts")) == 2
    text = lender.deliver({"loans.csv": ONE_LOAN.replace("L1", "6.22202E+18")})
    assert "shortened this number" in lender.findings(text)[0].reason


MONTHS = """
mapping: loans
currency: CNY
files:
  loans: {pattern: "book*.xlsx", sheet: Loans, header_row: 3, tables: {
    parties: {party: customer, kind: {constant: person}}, accounts: {account: loan, party: customer, product: {constant: loan}, currency: currency}}}
  dues: {pattern: "book*.xlsx", sheet: "2026-*", tables: {instalments: {account: loan, number: number, due_on: due, principal_minor: {amount: amount}}}}
"""


def test_one_workbook_fills_several_tables_and_several_sheets_one_table(tmp_path: Path) -> None:
    lender = Lender(tmp_path, MONTHS)
    path = write_workbook(tmp_path / "book.xlsx", {
        "Loans": [["Loans of Harbour Bank"], [], *ONE_LOAN_ROWS],
        "2026-01": [["loan", "number", "due", "amount"], ["L1", 1, date(2026, 1, 31), 5]],
        "2026-02": [["loan", "number", "due", "amount"], ["L1", 2, date(2026, 2, 28), 5], [], ["L1", 3, "soon", 5]],
        "Notes": [["nothing"]],
    })  # fmt: skip
    report = lender.deliver_paths([path])
    assert [(one.file, one.rows) for one in report.files] == [("book.xlsx [Loans]", 1), ("book.xlsx [2026-01]", 1), ("book.xlsx [2026-02]", 2)]
    assert [(finding.file, finding.row) for finding in lender.findings(report)] == [("book.xlsx [2026-02]", 2)]
    assert len(lender.rows("instalments")) == 2
    assert lender.deliver_paths([path]).batch is None


def test_a_sheet_that_is_not_named_or_not_there_is_a_refusal_that_lists_the_sheets(lender: Lender) -> None:
    path = write_workbook(lender.folder / "loans.xlsx", {"One": ONE_LOAN_ROWS, "Two": ONE_LOAN_ROWS})
    with pytest.raises(BadData, match=r"several sheets.*One, Two"):
        lender.deliver_paths([path])
    lender.mapping = lender.mapping.replace('pattern: "loans*"', 'pattern: "loans*"\n    sheet: Three')
    with pytest.raises(BadData, match="no sheet “Three”"):
        lender.deliver_paths([path])


@pytest.mark.parametrize(("name", "words"), [("loans.xlsx", "damaged spreadsheet"), ("loans.parquet", "damaged Parquet")])
@pytest.mark.parametrize("cut", [0, 30, 400])
def test_a_broken_workbook_or_parquet_file_is_refused_whole(lender: Lender, name: str, words: str, cut: int) -> None:
    path = lender.folder / name
    if name.endswith("xlsx"):
        write_workbook(path, {"Sheet1": ONE_LOAN_ROWS})
    else:
        pq.write_table(pa.table({"customer": ["C1"]}), path)
    path.write_bytes(path.read_bytes()[:cut] if cut else b"not at all what the name says")
    with pytest.raises(BadData, match=words):
        lender.deliver_paths([path])
    assert batch_dirs(lender.book) == []


# -- Parquet -------------------------------------------------------------------------------------------------------------


def test_parquet_brings_its_own_types_and_keeps_its_row_numbers(lender: Lender) -> None:
    pq.write_table(
        pa.table({
            "loan": ["L1", "L1", "L1", "L1"],
            "number": pa.array([1, 2, 3, 4], pa.int16()),
            "due": [datetime(2026, 1, 31), datetime(2026, 2, 28), datetime(2026, 3, 31), None],
            "amount": [123456789.12, 0.1 + 0.2, 5.001, 5.0],
        }),
        lender.folder / "dues.parquet",
    )  # fmt: skip
    report = lender.deliver_paths([lender.write("loans.csv", ONE_LOAN), lender.folder / "dues.parquet"])
    assert [(finding.row, finding.column) for finding in lender.findings(report)] == [(3, "amount"), (4, "due")]
    assert lender.rows("instalments", "number, due_on, principal_minor") == [(1, date(2026, 1, 31), 12345678912), (2, date(2026, 2, 28), 30)]


def test_long_numbers_in_a_float_column_of_parquet_are_findings(lender: Lender) -> None:
    table = {name: [value] for name, value in zip(*ONE_LOAN_ROWS, strict=True)} | {"customer": [6222021234567890123.0]}
    pq.write_table(pa.table(table), lender.folder / "loans.parquet")
    report = lender.deliver_paths([lender.folder / "loans.parquet"])
    assert any("shortened" in finding.reason for finding in lender.findings(report))


# -- encodings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5", "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_name_survives_every_encoding_packed_or_not(lender: Lender, encoding: str, packed: bool) -> None:
    lender.mapping = lender.mapping.replace('pattern: "loans*"', f'pattern: "loans*"\n    encoding: {encoding}').replace("region: region", "region: name")
    content = ONE_LOAN.encode(encoding)
    report = lender.deliver({"loans.csv.gz": gzip.compress(content)} if packed else {"loans.csv": content})
    assert report.findings == 0
    assert lender.rows("parties", "region") == [("王小明",)]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "iso8859-15"])
def test_european_names_and_grouped_amounts_come_in(lender: Lender, encoding: str) -> None:
    lender.mapping = (
        lender.mapping.replace('pattern: "loans*"', f'pattern: "loans*"\n    encoding: {encoding}\n    delimiter: ";"')
        .replace("region: region", "region: name")
        .replace("{amount: principal}", '{amount: principal, decimal: ","}')
    )
    rows = "C1;Müller;BY;L1;CNY;1.234,50\nC2;Größe;BY;L2;CNY;99,9\nC3;x;BY;L3;CNY;1.23,50\nC4;x;BY;L4;CNY;1,234.50\nC5;x;BY;L5;CNY;10.000\n"
    report = lender.deliver({"loans.csv": (ONE_LOAN.splitlines()[0].replace(",", ";") + "\n" + rows).encode(encoding)})
    assert [(finding.row, finding.value) for finding in lender.findings(report)] == [(3, "1.23,50"), (4, "1,234.50")]
    assert lender.rows("accounts", "principal_minor") == [(9990,), (123450,), (1000000,)]


def test_days_come_in_every_form_that_is_stated_even_as_a_spreadsheet_s_figure(lender: Lender) -> None:
    lender.mapping = lender.mapping.replace("due_on: due", 'due_on: {column: due, date: ["%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", excel]}')
    written = ("20261124", "2026年11月24日", "24.11.2026", "46350", "46350.0", "46350.5", "59", "999999", "2026-11-24")
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "".join(f"L1,{i},{day},5\n" for i, day in enumerate(written, 1))})
    assert [finding.value for finding in lender.findings(report)] == ["46350.5", "59", "999999", "2026-11-24"]
    assert {row[0] for row in lender.rows("instalments", "due_on")} == {date(2026, 11, 24)}


def test_figures_of_days_in_a_workbook_are_guessed_and_come_in_beside_real_days(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "dues.xlsx", {"Dues": [["Loan No", "Customer No", "Start Date", "Loan Amount"], ["L1", "C1", 46350, 1000], ["L2", "C2", 46351, 2000]]})
    text = guess_mapping([path], "dues", "CNY").text
    assert "date: excel" in text
    later = write_workbook(tmp_path / "dues.xlsx", {"Dues": [["Loan No", "Customer No", "Start Date", "Loan Amount"], ["L1", "C1", 46350, 1000], ["L2", "C2", date(2026, 11, 25), 2000]]})
    lender = Lender(tmp_path, text)
    assert lender.deliver_paths([later]).findings == 0
    assert lender.rows("accounts", "opened_on") == [(date(2026, 11, 24),), (date(2026, 11, 25),)]


def test_amounts_grouped_in_lakhs_and_crores_come_in_and_a_wrong_group_is_a_finding(lender: Lender) -> None:
    lender.mapping = lender.mapping.replace("{amount: principal}", '{amount: principal, decimal: "."}')
    amounts = ("1,25,000.00", "12,34,567.5", "1,00,00,000", "85,000", "1,234,567.00", "1,2,500.00", "12,34,56.00", "123,45,678")
    report = lender.deliver({"loans.csv": LOANS_HEAD + "".join(f'C{i},x,KA,L{i},INR,"{amount}"\n' for i, amount in enumerate(amounts, 1))})
    assert [finding.value for finding in lender.findings(report)] == ["1,2,500.00", "12,34,56.00", "123,45,678"]
    assert sorted(row[0] for row in lender.rows("accounts", "principal_minor")) == [8500000, 12500000, 123456700, 123456750, 1000000000]


def test_titles_above_the_headings_are_no_rows(lender: Lender) -> None:
    lender.mapping = lender.mapping.replace('pattern: "dues*"', 'pattern: "dues*"\n    header_row: 3')
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": "Dues of January\n\n" + DUES_HEAD + "L1,1,2026-01-31,5\noops\nL1,3,x,5\n"})
    assert [finding.row for finding in lender.findings(report)] == [2, 3]
    assert report.files[1].rows == 3


# -- look-ups ---------------------------------------------------------------------------------------------------------------

WITH_LOOKUPS = """
mapping: loans
currency: CNY
lookups:
  regions: {{file: regions.csv, key: branch, value: region}}
  kinds: {{table: {{R: person, F: organisation}}}}
files:
  loans:
    pattern: ["loans*", "more*"]
    tables:
      parties: {{party: customer, kind: {{column: name, lookup: kinds}}, region: {{column: region, lookup: regions{otherwise}}}}}
      accounts: {{account: loan, party: customer, product: {{constant: loan}}, currency: currency}}
"""
TWO_LOANS = "customer,name,region,loan,currency,principal\nC1,R,001,L1,CNY,5\nC2,F,002,L2,CNY,5\nC3,R,,L3,CNY,5\nC4,R,009,L4,CNY,5\n"


def with_lookups(folder: Path, otherwise: str = "") -> Lender:
    (folder / "regions.csv").write_text("branch,region\n001,GD\n002,BJ\n", encoding="utf-8")
    (folder / "mapping.yaml").write_text(WITH_LOOKUPS.format(otherwise=otherwise), encoding="utf-8")
    return Lender(folder, mapping_file=folder / "mapping.yaml")


def test_another_file_translates_a_column_and_names_what_it_does_not_know(tmp_path: Path) -> None:
    lender = with_lookups(tmp_path)
    report = lender.deliver({"loans.csv": TWO_LOANS})
    assert [(finding.row, finding.column) for finding in lender.findings(report) if "look-up" in finding.reason] == [(4, "region")]
    assert lender.rows("parties", "kind, region") == [("organisation", "BJ"), ("person", "GD"), ("person", None)]


def test_a_look_up_may_have_a_word_for_all_others(tmp_path: Path) -> None:
    lender = with_lookups(tmp_path, ", otherwise: elsewhere")
    assert lender.deliver({"loans.csv": TWO_LOANS}).findings == 0
    assert lender.rows("parties", "region") == [("BJ",), ("GD",), ("elsewhere",), (None,)]


def test_a_changed_look_up_makes_another_mapping_so_the_file_is_read_again(tmp_path: Path) -> None:
    lender = with_lookups(tmp_path)
    lender.deliver({"loans.csv": TWO_LOANS})
    assert lender.deliver({"loans.csv": TWO_LOANS}).batch is None
    (tmp_path / "regions.csv").write_text("branch,region\n001,GX\n002,BJ\n009,XJ\n", encoding="utf-8")
    assert lender.deliver({"loans.csv": TWO_LOANS}).findings == 0
    assert ("GX",) in lender.rows("parties", "region")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), ("branch,region\n001,GD\n001,BJ\n", "two values"), ("branch,area\n001,GD\n", "lacks the column"), (b"\xff\xfe", "cannot be read as")],
)
def test_a_look_up_that_cannot_be_trusted_stops_the_mapping(tmp_path: Path, content: str | bytes | None, words: str) -> None:
    lender = with_lookups(tmp_path)
    (tmp_path / "regions.csv").unlink()
    if content is not None:
        (tmp_path / "regions.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises((BadData, WrongCall), match=words):
        lender.deliver({"loans.csv": TWO_LOANS})


def test_one_table_comes_from_several_files(tmp_path: Path) -> None:
    lender = with_lookups(tmp_path)
    report = lender.deliver({"loans.csv": TWO_LOANS, "more_loans.csv": "customer,name,region,loan,currency,principal\nC9,R,001,L9,CNY,5\n"})
    assert len(report.files) == 2
    assert len(lender.rows("accounts")) == 4
    assert [file["rows"] for file in batch_facts(batch_dirs(lender.book)[0])["files"]] == [4, 1]
