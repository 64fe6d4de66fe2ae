"""Stories about deliveries that are wrong, by the real command: each is said in plain words with what to do, and nothing is lost.

Every refusal here leaves the book byte for byte as it was; every bad row is in the error pool beside its reason. What one function answers
to stranger cases stands elsewhere and is not told again: `test_taking_in` (single bad rows, empty and wrongly encoded files, an import
killed at each of its steps), `test_any_file` (workbooks and Parquet files cut short, ids that a spreadsheet harmed), `test_mapping`
(mistakes in a mapping), `test_deltas` (another currency than the account's, a disk of three megabytes).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from arrears.core.problems import ExitCode, Refused
from arrears.intake.book.layout import batch_dirs, import_lock
from tests.cli.test_commands import COMMAND, arrears, told
from tests.conftest import folder_for_servers
from tests.intake.book.lender import DUES_HEAD, ONE_LOAN, Lender
from tests.intake.book.workbook import write_workbook

MAPPING = """
mapping: harbour
currency: CNY
files:
  loans:
    pattern: "loans*"
    tables:
      parties: {party: customer, kind: {constant: person}}
      accounts: {account: loan, party: customer, product: {constant: loan}, currency: currency, opened_on: opened, principal_minor: {amount: principal}}
  dues:
    pattern: "dues*"
    tables:
      instalments: {account: loan, number: number, due_on: due, principal_minor: {amount: amount}, currency: currency}
  paid:
    pattern: "paid*"
    tables:
      payments: {account: loan, payment: id, paid_on: day, amount_minor: {amount: amount}}
"""
LOANS = "customer,loan,currency,opened,principal\nC1,L1,CNY,2025-12-01,1000.00\nC2,L2,JPY,2025-12-01,90000\n"
DUES_COLUMNS = "loan,number,due,amount,currency\n"
PAID_COLUMNS = "loan,id,day,amount\n"
NOTHING_WAS_TAKEN = ("so nothing was taken in", "Nothing was taken in")


class Home:
    """A home with a book of two loans, and the mapping of its lender."""

    def __init__(self, folder: Path) -> None:
        self.place, self.mapping = folder / "home", folder / "harbour.yaml"
        self.mapping.write_text(MAPPING, encoding="utf-8")
        assert arrears(self.place, "init", "--institution", "Harbour Bank").returncode == 0
        first = folder / "loans.csv"
        first.write_text(LOANS, encoding="utf-8")
        assert told(self.place, "import", str(first), "--map", str(self.mapping))["batch"] == 1

    @property
    def book(self) -> Path:
        return self.place / "books" / "main"

    def digest(self) -> dict[str, str]:
        """Every file of the book with its content; the lock is no part of it."""
        files = (path for path in sorted(self.book.rglob("*")) if path.is_file() and path.name != ".import.lock")
        return {str(path.relative_to(self.book)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def take_in(self, *files: Path, mapping: Path | None = None) -> subprocess.CompletedProcess[str]:
        return arrears(self.place, "import", *map(str, files), "--map", str(mapping or self.mapping))


@pytest.fixture(scope="module")
def home() -> Any:
    with folder_for_servers() as folder:
        yield Home(folder)


# -- files that cannot be used -------------------------------------------------------------------------------------------------------


def lost(folder: Path) -> Path:
    return folder / "dues_lost.csv"


def without_its_amounts(folder: Path) -> Path:
    path = folder / "dues.csv"
    path.write_text("loan,number,due,amounts,currency\nL1,1,2026-01-31,5,CNY\n", encoding="utf-8")
    return path


def cut_short_gz(folder: Path) -> Path:
    path = folder / "dues.csv.gz"
    lines = "".join(f"L1,{number},2026-01-31,{number}.50,CNY\n" for number in range(1, 2_000))
    path.write_bytes(gzip.compress((DUES_COLUMNS + lines).encode())[:-400])
    return path


def broken_workbook(folder: Path) -> Path:
    path = write_workbook(folder / "dues.xlsx", {"Dues": [["loan", "number", "due", "amount", "currency"], ["L1", 1, "2026-01-31", 5, "CNY"]]})
    path.write_bytes(path.read_bytes()[:-150])
    return path


def no_workbook_at_all(folder: Path) -> Path:
    path = folder / "dues.xlsx"
    path.write_text(DUES_COLUMNS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "code", "what", "remedy"),
    [
        (lost, ExitCode.WRONG_CALL, "There is no file", "Check the path"),
        (without_its_amounts, ExitCode.BAD_DATA, "amount", "Did you mean “amounts”?"),
        (cut_short_gz, ExitCode.BAD_DATA, "damaged .gz", "Transfer the file again"),
        (broken_workbook, ExitCode.BAD_DATA, "dues.xlsx", "save it again as .xlsx, or transfer it again"),
        (no_workbook_at_all, ExitCode.BAD_DATA, "dues.xlsx", "save it again as .xlsx, or transfer it again"),
    ],
    ids=["missing file", "wrong mapping column", "truncated gz", "broken XLSX", "a text named .xlsx"],
)
def test_a_file_that_cannot_be_used_is_refused_whole_with_what_to_do(home: Home, tmp_path: Path, make: Any, code: ExitCode, what: str, remedy: str) -> None:
    before = home.digest()
    good = tmp_path / "paid.csv"
    good.write_text(PAID_COLUMNS + "L1,P1,2026-01-05,5\n", encoding="utf-8")
    refused = home.take_in(good, make(tmp_path))
    said = " ".join(refused.stderr.split())
    assert refused.returncode == code, said
    assert what in said and remedy in said
    assert any(words in said for words in NOTHING_WAS_TAKEN)
    assert "Traceback" not in said
    assert home.digest() == before


# -- rows that are wrong -------------------------------------------------------------------------------------------------------------

WRONG_ROWS = [
    ("dues", "L1,1,2026-02-30,5.00,CNY", "due", "not a possible date", "Correct the date"),
    ("dues", "L1,2,0023-01-31,5.00,CNY", "due", "not a possible date", "Correct the date"),
    ("dues", "L1,3,2026-13-01,5.00,CNY", "due", "not a possible date", "Correct the date"),
    ("dues", "L1,4,2026-01-31,-5.00,CNY", "amount", "negative", "without a sign"),
    ("dues", "L1,5,2026-01-31,92233720368547758.08,CNY", "amount", "too large", "Correct the amount"),
    ("dues", f"L1,6,2026-01-31,{'9' * 60},CNY", "amount", "too large", "Correct the amount"),
    ("dues", "L1,7,2026-01-31,5.001,CNY", "amount", "more decimals", "never rounded silently"),
    ("dues", "L2,1,2026-01-31,5.5,JPY", "amount", "more decimals", "never rounded silently"),
    ("dues", "L1,8,2026-01-31,5.00,USD", "currency", "another currency", "never converted"),
    ("dues", "L1,9,2026-03-31,6.00,CNY", "loan, due, number", "same key came before", "Decide which"),
    ("paid", "L9,P8,2026-01-31,5.00", "loan", "account is neither", "Deliver the account first"),
    ("paid", ",P9,2026-01-31,5.00", "loan", "required", "Fill it in"),
    ("paid", "L1,P1,2026-01-31,5.00", "", "came before", "Remove one of the two"),
]
GOOD_DUES, GOOD_PAID = ["L1,9,2026-02-28,5.00,CNY", "L2,2,2026-02-28,500,JPY"], ["L1,P1,2026-01-31,5.00", "L2,P2,2026-01-31,500"]


@pytest.fixture(scope="module")
def bad_day(home: Home) -> Any:
    """One delivery with every wrong row between good ones: what the command said, and the exported error pool."""
    with folder_for_servers() as folder:
        files = {"dues": folder / "dues_bad.csv", "paid": folder / "paid_bad.csv"}
        for name, columns, good in (("dues", DUES_COLUMNS, GOOD_DUES), ("paid", PAID_COLUMNS, GOOD_PAID)):
            wrong = [line for kind, line, *_ in WRONG_ROWS if kind == name]
            files[name].write_text(columns + "\n".join([*good, *wrong]) + "\n", encoding="utf-8")
        before = home.digest()
        trial = told(home.place, "import", *map(str, files.values()), "--map", str(home.mapping), "--dry-run")
        assert home.digest() == before
        taken = told(home.place, "import", *map(str, files.values()), "--map", str(home.mapping))
        assert arrears(home.place, "pool", taken["pool"], "--output", str(folder / "out")).returncode == 0
        exported = "".join(path.read_text(encoding="utf-8-sig") for path in sorted((folder / "out").iterdir()))
        yield {"trial": trial, "taken": taken, "exported": exported}


@pytest.mark.parametrize(("kind", "line", "column", "reason", "remedy"), WRONG_ROWS, ids=[line[:44] for _, line, *_ in WRONG_ROWS])
def test_a_wrong_row_is_named_with_its_remedy_and_waits_in_the_pool(bad_day: Any, kind: str, line: str, column: str, reason: str, remedy: str) -> None:
    row = {"dues": GOOD_DUES, "paid": GOOD_PAID}[kind]
    number = len(row) + 1 + [one for name, one, *_ in WRONG_ROWS if name == kind].index(line)
    (finding,) = [one for one in bad_day["trial"]["first_findings"] if one["file"].startswith(kind) and one["row"] == number]
    assert column in finding["column"]
    assert reason in finding["reason"] and remedy in finding["remedy"]
    (kept,) = [text for text in bad_day["exported"].splitlines() if text.startswith(line + ",")]
    assert reason in kept


def test_of_a_bad_day_every_row_is_accepted_or_rejected_and_the_good_ones_are_in(bad_day: Any, home: Home) -> None:
    taken = bad_day["taken"]
    assert {file["file"][:4]: (file["rows"], file["accepted"], file["rejected"]) for file in taken["files"]} == {"dues": (12, 2, 10), "paid": (5, 2, 3)}
    assert all(count["accepted"] + count["rejected"] == count["read"] for count in taken["tables"].values())
    assert taken["findings"] == len(WRONG_ROWS) == bad_day["trial"]["findings"]
    batch = json.loads((batch_dirs(home.book)[taken["batch"] - 1] / "batch.json").read_text(encoding="utf-8"))
    assert {name: count["accepted"] for name, count in batch["tables"].items()} == {"instalments": 2, "payments": 2}


# -- two at once, killed, no room ----------------------------------------------------------------------------------------------------


def many_dues(folder: Path, rows: int) -> Path:
    """Rows that do not compress: a file as large as they say."""
    chance, path = random.Random(7), folder / "dues_many.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(DUES_COLUMNS)
        stream.writelines(f"L1,{number},2026-0{number % 9 + 1}-15,{chance.randrange(10**12)}.{number % 90 + 10},CNY\n" for number in range(1000, 1000 + rows))
    return path


def test_a_second_import_at_the_same_time_is_told_to_wait(home: Home, tmp_path: Path) -> None:
    path, before = tmp_path / "paid_later.csv", home.digest()
    path.write_text(PAID_COLUMNS + "L1,P70,2026-02-05,5\n", encoding="utf-8")
    with import_lock(home.book):
        refused = home.take_in(path)
    said = " ".join(refused.stderr.split())
    assert refused.returncode == ExitCode.WORLD_REFUSED
    assert "Another import into main is at work" in said and "Wait for it to finish" in said
    assert home.digest() == before
    assert home.take_in(path).returncode == 0


def test_an_import_killed_in_the_middle_leaves_the_book_as_it_was_and_comes_in_again(home: Home, tmp_path: Path) -> None:
    path, before = many_dues(tmp_path, 150_000), home.digest()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))} | {"ARREARS_HOME": str(home.place)}
    with subprocess.Popen(
        [*COMMAND, "import", str(path), "--map", str(home.mapping)], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as importing:
        while not list(home.book.glob(".staging-*")) and importing.poll() is None:
            time.sleep(0.005)
        importing.kill()
    assert importing.returncode == -signal.SIGKILL
    left = {name: digest for name, digest in home.digest().items() if not name.startswith(".staging-")}
    assert left == before
    taken = told(home.place, "import", str(path), "--map", str(home.mapping))
    assert (taken["files"][0]["accepted"], taken["findings"]) == (150_000, 0)
    assert list(home.book.glob(".staging-*")) == []
    assert told(home.place, "import", str(path), "--map", str(home.mapping))["batch"] is None


def test_a_file_that_may_grow_no_further_is_said_like_a_full_disk(tmp_path: Path) -> None:
    """Some systems bound a file, not only the disk; the import then cannot write either."""
    lender = Lender(tmp_path)
    lender.deliver({"loans.csv": ONE_LOAN})
    large = lender.write("dues.csv", DUES_HEAD + "".join(f"L1,{number},2026-01-31,{number * 7919 % 100003}.{number % 90 + 10}\n" for number in range(1, 400_000)))
    before = {path: path.read_bytes() for path in sorted(lender.book.rglob("*")) if path.is_file()}
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            lender.deliver_paths([large])
        except Refused as refusal:
            os._exit(int(refusal.exit_code) if "larger than this system lets" in refusal.what and "book is as it was" in refusal.why and refusal.remedy else 98)
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == ExitCode.WORLD_REFUSED
    assert {path: path.read_bytes() for path in sorted(lender.book.rglob("*")) if path.is_file()} == before
