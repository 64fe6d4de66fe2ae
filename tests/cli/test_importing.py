"""A lender's file by the real command: guessed, tried, taken in, corrected from the pool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import arrears, told
from tests.conftest import folder_for_servers

LOANS = "客户编号,客户姓名,借据号,贷款金额,放款日期\nK1,王小明,J1,5000.00,2026/01/05\nK2,李四,J2,abc,2026/02/05\nK3,赵五,J3,10.00,2026/02/31\n"


@pytest.fixture(scope="module")
def home() -> Any:
    with folder_for_servers() as folder:
        place = folder / "home"
        assert arrears(place, "init", "--institution", "Harbour Bank").returncode == 0
        yield place


def test_a_file_is_guessed_tried_taken_in_and_corrected(home: Path, tmp_path: Path) -> None:
    loans, mapping = tmp_path / "loans_20261123.csv", tmp_path / "loans.yaml"
    loans.write_bytes(LOANS.replace("abc", "7.00").replace("02/31", "02/28").encode("gb18030"))
    guessed = told(home, "import", "--guess", str(loans), "--output", str(mapping))
    assert guessed["files"][0]["encoding"] == "gb18030"
    assert guessed["files"][0]["tables"] == ["parties", "accounts"]
    again = arrears(home, "import", "--guess", str(loans), "--output", str(mapping))
    assert again.returncode == 2 and "must not be lost" in again.stderr
    loans.write_bytes(LOANS.encode("gb18030"))

    trial = told(home, "import", str(loans), "--map", str(mapping), "--dry-run")
    assert trial["batch"] is None and trial["findings"] >= 2
    assert trial["first_rows"]["accounts"][0]["principal_minor"] == 500000
    assert not (home / "books" / "main").exists()
    assert "This was a trial" in arrears(home, "import", str(loans), "--map", str(mapping), "--dry-run").stdout

    taken = told(home, "import", str(loans), "--map", str(mapping))
    assert (taken["batch"], taken["files"][0]["rows"], taken["files"][0]["rejected"]) == (1, 3, 2)
    written = arrears(home, "pool", taken["pool"], "--output", str(tmp_path / "out"))
    assert written.returncode == 0, written.stderr
    (exported,) = (tmp_path / "out").iterdir()
    assert exported.stat().st_mode & 0o077 == 0
    exported.write_text(exported.read_text(encoding="utf-8-sig").replace("abc", "5").replace("2026/02/31", "2026/02/28"), encoding="utf-8")
    back = told(home, "import", str(exported), "--from-pool", taken["pool"], "--map", str(mapping))
    assert (back["batch"], back["findings"]) == (2, 0)


def test_an_import_without_a_mapping_says_how_to_get_one(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("colour\nred\n", encoding="utf-8")
    without = arrears(home, "import", str(tmp_path / "a.csv"))
    assert without.returncode == 2 and "--guess" in without.stderr
    nothing = arrears(home, "import", "--guess", str(tmp_path / "a.csv"))
    assert nothing.returncode == 1 and "colour: not used" in nothing.stdout
    lost = arrears(home, "import", "--guess", str(tmp_path / "lost.xlsx"))
    assert lost.returncode == 2 and "There is no file" in lost.stderr
