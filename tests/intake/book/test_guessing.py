"""Stories about files nobody has described: the proposed mapping needs at most two corrections, and says what it is not sure of."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from arrears.intake.book.guessing import guess_mapping
from arrears.intake.book.mapping import Block, FileMapping, LogicalFile, parse_mapping
from arrears.intake.book.trade_words import CODES, WORDS, plain
from tests.intake.book.lender import Lender
from tests.intake.book.workbook import write_workbook

SHAPES = Path(__file__).resolve().parents[2] / "data" / "guessing"
NAMES = sorted(path.stem for path in SHAPES.glob("*.csv"))
MOST_CORRECTIONS = 2


def right_mapping(name: str) -> tuple[str, FileMapping]:
    text = (SHAPES / f"{name}.yaml").read_text(encoding="utf-8")
    return text, parse_mapping(text, name)


def as_the_lender_sends_it(name: str, folder: Path) -> Path:
    """The file in the dress that the right mapping describes."""
    _, mapping = right_mapping(name)
    (logical,) = mapping.files
    rows = list(csv.reader((SHAPES / f"{name}.csv").open(encoding="utf-8", newline="")))
    path = folder / logical.patterns[0].rstrip("*")
    if path.suffix == ".xlsx":
        above: list[list[str]] = [["客户清单"], []][: logical.header_row - 1]
        return write_workbook(path, {"Sheet1": above + rows})
    if path.suffix == ".parquet":
        columns = [pa.array([typed(row[place]) for row in rows[1:]]) for place in range(len(rows[0]))]
        pq.write_table(pa.Table.from_arrays(columns, names=rows[0]), path)
        return path
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=logical.delimiter).writerows(rows)
    path.write_bytes(out.getvalue().encode(logical.encoding))
    return path


def typed(text: str) -> Any:
    """A day as a day, a figure as a figure: what a typed file holds."""
    for read in (int, float, date.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def corrections(guessed: FileMapping, right: FileMapping) -> list[str]:
    """Every line that a person would have to change, add or take out: how the file is read, the currency, each key of each block."""
    (mine,), (theirs,) = guessed.files, right.files
    wrong = [name for name in ("encoding", "delimiter", "sheet", "header_row") if getattr(mine, name) != getattr(theirs, name)]
    wrong += ["currency"] if guessed.currency != right.currency else []
    lines, wanted = lines_of(mine), lines_of(theirs)
    return wrong + [f"{place}: {lines.get(place)} → {wanted.get(place)}" for place in sorted(lines.keys() | wanted.keys()) if lines.get(place) != wanted.get(place)]


def lines_of(file: LogicalFile) -> dict[str, Any]:
    lines: dict[str, Any] = {}
    for place, block in enumerate(file.blocks):
        alike = sum(1 for one in file.blocks[:place] if one.table == block.table)
        lines |= {f"{block.table}[{alike}].{key}": value for key, value in keys_of(block).items()}
    return lines


def keys_of(block: Block) -> dict[str, Any]:
    sources = {key: (one.kind, one.text, one.read_as, one.formats, tuple(sorted(one.values)), one.decimal) for key, one in block.sources.items()}
    return {**sources, **({"when": block.when} if block.when else {})}


@pytest.mark.parametrize("name", NAMES)
def test_a_guessed_mapping_needs_at_most_two_corrections(name: str, tmp_path: Path) -> None:
    path = as_the_lender_sends_it(name, tmp_path)
    _, right = right_mapping(name)
    guess = guess_mapping([path], name, right.currency or "CNY")
    needed = corrections(parse_mapping(guess.text, name), right)
    assert len(needed) <= MOST_CORRECTIONS, needed


def test_many_shapes_are_tried_and_some_are_chinese() -> None:
    assert len(NAMES) >= 18
    assert sum(name.startswith("chinese") for name in NAMES) >= 3


def test_the_count_of_corrections_sees_a_wrong_column_a_missing_line_and_a_wrong_form() -> None:
    text, right = right_mapping("chinese_schedule")
    for old, new in (("account: 借据号", "account: 期次"), ("penalty_minor: {amount: 应还罚息}", ""), ("%Y%m%d", "%Y%d%m"), ("utf-16", "utf-8"), ("CNY", "USD")):
        assert old in text
        assert len(corrections(parse_mapping(text.replace(old, new), "x"), right)) == 1, old


@pytest.mark.parametrize("name", [name for name in NAMES if right_mapping(name)[1].files[0].blocks[0].table == "parties"])
def test_a_right_mapping_takes_its_whole_file_in(name: str, tmp_path: Path) -> None:
    text, _ = right_mapping(name)
    lender = Lender(tmp_path, text)
    report = lender.deliver_paths([as_the_lender_sends_it(name, tmp_path)])
    assert lender.findings(report) == []
    assert report.files[0].accepted == report.files[0].rows > 0


def test_a_guessed_mapping_can_be_used_as_it_is(tmp_path: Path) -> None:
    path = as_the_lender_sends_it("german_invoices", tmp_path)
    lender = Lender(tmp_path, guess_mapping([path], "guessed", "EUR").text)
    report = lender.deliver_paths([path])
    assert lender.findings(report) == []
    assert lender.rows("receivables", "due_on, amount_minor")[0] == (date(2025, 2, 1), 123450)


def test_every_column_is_named_with_its_confidence_and_reason(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Loan No,Colour\nL1,red\n", encoding="utf-8")
    guess = guess_mapping([tmp_path / "a.csv"], "a", "CNY")
    assert not guess.is_usable
    loan, colour = guess.files[0].columns
    assert (loan.meaning, colour.meaning) == ("account", None)
    assert loan.confidence > 0.8 > colour.confidence
    assert "Colour: not used" in guess.text and "No table can be made" in guess.text


def test_days_and_months_that_could_be_swapped_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("loan_id,customer_id,due_date,amount\nL1,C1,01/02/2026,5\nL2,C1,03/04/2026,5\n", encoding="utf-8")
    assert "day and month could be the other way round" in guess_mapping([tmp_path / "a.csv"], "a", "CNY").text


def test_each_sheet_of_a_workbook_is_looked_at(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "book.xlsx", {
        "Loans": [["Customer No", "Loan No", "Loan Amount"], ["C1", "L1", 1000]],
        "Notes": [],
        "Dues": [["Loan No", "Instalment No", "Due Date", "Amount"], ["L1", 1, date(2026, 1, 31), 500.5], ["L1", 2, date(2026, 2, 28), 500.5]],
    })  # fmt: skip
    text = guess_mapping([path], "book", "CNY").text
    assert [one["sheet"] for one in yaml.safe_load(text)["files"].values()] == ["Loans", "Dues"]
    lender = Lender(tmp_path, text)
    report = lender.deliver_paths([path])
    assert report.findings == 0
    assert lender.rows("instalments", "number, due_on, principal_minor") == [(1, date(2026, 1, 31), 50050), (2, date(2026, 2, 28), 50050)]


def test_no_heading_stands_under_two_meanings() -> None:
    seen: dict[str, str] = {}
    for meaning, words in WORDS.items():
        for word in map(plain, words):
            assert seen.setdefault(word, meaning) == meaning, word
    assert all(plain(word) == word for words in CODES.values() for word in words)


def test_a_wrong_value_here_and_there_does_not_hide_what_a_column_is(tmp_path: Path) -> None:
    rows = [f"L{i},{1 + i % 3},2026-01-{i % 28 + 1:02},5.{i % 90 + 10}" for i in range(60)]
    rows[7], rows[30] = "L7,1,2026-02-31,5.00", "L1,2,2026-01-05,?"
    (tmp_path / "a.csv").write_text("loan_no,instalment_no,due_date,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    meanings = {column.column: column.meaning for column in guess_mapping([tmp_path / "a.csv"], "a", "CNY").files[0].columns}
    assert meanings == {"loan_no": "account", "instalment_no": "number", "due_date": "due_on", "amount": "amount"}


def test_an_identity_number_stands_for_the_person_only_where_no_number_of_the_lender_s_does(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("身份证号,客户号,姓名\n110,K1,王小明\n111,K2,李四\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("身份证号,姓名\n110,王小明\n111,李四\n", encoding="utf-8")
    with_number, without = (guess_mapping([tmp_path / name], "x", "CNY").text for name in ("a.csv", "b.csv"))
    assert yaml.safe_load(with_number)["files"]["file_1"]["tables"]["parties"]["party"] == "客户号"
    assert yaml.safe_load(without)["files"]["file_1"]["tables"]["parties"]["party"] == "身份证号"
    assert "a number of the lender's own is better" in without and "is better" not in with_number


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-16", "utf-8"])
def test_chinese_text_is_told_apart_by_the_signs_in_everyday_use(encoding: str, tmp_path: Path) -> None:
    text = "卡號,持卡人姓名,繳款截止日\n1,陳大文,2026/01/31\n" if encoding == "big5" else "卡号,客户姓名,还款到期日\n1,王小明,2026/01/31\n"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    (file,) = guess_mapping([tmp_path / "a.csv"], "x", "CNY").files
    assert file.look.encoding == encoding
    assert [column.meaning for column in file.columns] == ["account", "name", "due_on"]
