"""The portfolio report on the command line: where its page stands, its figures for machines, its spreadsheet in both languages."""

from __future__ import annotations

import json
from pathlib import Path

from python_calamine import CalamineWorkbook

from arrears.engine.report_tables import REPORT_TABLES
from tests.cli.conftest import FIRST, SECOND
from tests.cli.test_commands import arrears, told


def test_without_a_file_to_write_it_says_where_the_page_stands(two_nights: Path) -> None:
    done = arrears(two_nights, "report", "portfolio")
    assert done.returncode == 0
    assert Path(done.stdout.replace("\n", "").removeprefix("Page: ").strip()) == two_nights / "runs" / "main" / SECOND / "1" / "report.html"


def test_machines_get_every_table_as_the_run_keeps_it(two_nights: Path) -> None:
    found = told(two_nights, "report", "portfolio", "--on", SECOND)
    assert found == json.loads((two_nights / "runs" / "main" / SECOND / "1" / "portfolio.json").read_text())
    assert (found["as_of"], found["compared_with"]) == (SECOND, FIRST) and set(found["tables"]) == {table.name for table in REPORT_TABLES}


def test_a_spreadsheet_and_the_page_are_written_where_they_are_wanted(two_nights: Path, tmp_path: Path) -> None:
    done = arrears(two_nights, "report", "portfolio", "--on", FIRST, "--xlsx", str(tmp_path / "p.xlsx"), "--html", str(tmp_path / "p.html"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "p.html").read_bytes() == (two_nights / "runs" / "main" / FIRST / "1" / "report.html").read_bytes()
    book = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx"))
    assert "definitions" in book.sheet_names and not [name for name in book.sheet_names if name.startswith("flow")], "the first run has nothing to compare with"


def test_headings_come_in_the_language_asked_for_with_the_same_figures(two_nights: Path, tmp_path: Path) -> None:
    sheets = {}
    for language in ("en", "zh"):
        done = arrears(two_nights, "report", "portfolio", "--xlsx", str(tmp_path / f"{language}.xlsx"), "--language", language)
        assert done.returncode == 0, done.stderr
        sheets[language] = CalamineWorkbook.from_path(str(tmp_path / f"{language}.xlsx")).get_sheet_by_name("concentration").to_python()
    assert sheets["en"][0] != sheets["zh"][0] and sheets["en"][1:] == sheets["zh"][1:]
    assert any("\u4e00" <= letter <= "\u9fff" for heading in sheets["zh"][0] for letter in str(heading))
    assert arrears(two_nights, "report", "portfolio", "--language", "fr").returncode != 0


def test_a_day_without_a_run_is_refused_with_the_way_to_get_one(two_nights: Path, tmp_path: Path) -> None:
    refused = arrears(two_nights, "report", "portfolio", "--on", "2026-01-01", "--xlsx", str(tmp_path / "p.xlsx"))
    assert refused.returncode == 2 and "no run of 2026-01-01" in refused.stderr and "arrears run" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named(two_nights: Path, tmp_path: Path) -> None:
    refused = arrears(two_nights, "report", "portfolio", "--xlsx", str(tmp_path / "nowhere" / "p.xlsx"))
    assert refused.returncode != 0 and "could not be written" in refused.stderr.replace("\n", " ")
