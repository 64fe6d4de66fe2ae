"""Stories about files that are longer than one piece: rows keep their numbers, and an import that dies between two pieces leaves nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest

from arrears.intake.book.layout import batch_dirs, batch_facts
from tests.intake.book.keeper import KeeperInMemory
from tests.intake.book.lender import DUES_HEAD, ONE_LOAN, PAID_HEAD, Lender

ROWS = 200_000
"""Some 50 MB with the remark: several pieces of the reader and two row groups of Parquet."""


class DyingKeeper(KeeperInMemory):
    """The machine loses its power while payment numbers stream through."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.left = calls

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().keyed_id(kind, namespace, numbers)


def payments(rows: int) -> str:
    return PAID_HEAD + "".join(f"L1,P{place},2026-01-05,{place % 900}.10,\n" for place in range(1, rows + 1))


def test_rows_of_a_long_file_keep_their_numbers_behind_broken_lines_and_repeats(tmp_path: Path) -> None:
    lender = Lender(tmp_path)
    remark = "x" * 220
    lines = [f"L1,{place},2026-01-31,5.00,{remark}" for place in range(1, ROWS + 1)]
    lines[9] = "L1,10"
    lines[99_999] = f"L1,100000,2026-02-31,5.00,{remark}"
    lines[149_999] = "only this"
    lines[180_000] = lines[0]
    lines[ROWS - 1] = f"L1,{ROWS},2026-01-31,5.001,{remark}"
    head = DUES_HEAD.strip() + ",remark\n"
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": head + "\n".join(lines) + "\n"})
    dues = report.files[1]
    assert (dues.rows, dues.accepted, dues.rejected, dues.broken) == (ROWS, ROWS - 5, 5, 2)
    findings = {finding.row: finding.reason for finding in lender.findings(report)}
    assert sorted(findings) == [10, 100_000, 150_000, 180_001, ROWS]
    assert "possible date" in findings[100_000]
    assert "(Row 1.)" in findings[180_001]
    assert "more decimals" in findings[ROWS]
    assert len(lender.rows("instalments", "number")) == ROWS - 5


def test_the_same_long_file_gives_the_same_bytes(tmp_path: Path) -> None:
    keeper, digests = KeeperInMemory(), []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        lender = Lender(tmp_path / name, keeper=keeper)
        report = lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": payments(130_000)})
        assert report.files[1].accepted == 130_000
        digests.append(batch_facts(batch_dirs(lender.book)[0])["digests"]["payments"])
    assert digests[0] == digests[1]


@pytest.mark.parametrize("pieces", [0, 1, 5])
def test_an_import_that_is_killed_between_two_pieces_leaves_nothing_that_counts(tmp_path: Path, pieces: int) -> None:
    lender = Lender(tmp_path, keeper=DyingKeeper(pieces))
    files: dict[str, str | bytes] = {"loans.csv": ONE_LOAN, "paid.csv": payments(20_000)}
    child = os.fork()
    if child == 0:
        try:
            lender.deliver(files)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert batch_dirs(lender.book) == []
    lender.keeper = KeeperInMemory()
    report = lender.deliver(files)
    assert (report.batch, report.files[1].accepted) == (1, 20_000)
    assert list(lender.book.glob(".staging-*")) == []
    assert sorted(file.name for file in batch_dirs(lender.book)[0].iterdir()) == ["accounts.parquet", "batch.json", "parties.parquet", "payments.parquet"]
