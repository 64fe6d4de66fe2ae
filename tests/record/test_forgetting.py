"""Does a book forget people, and nothing else?"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from arrears.engine.case_changes import NoCases
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.nightly import RunRequest, nightly
from arrears.engine.use_cases.policies import find_policy
from arrears.intake.book import forgetting
from arrears.intake.book.forgetting import forget_people
from arrears.intake.book.layout import batch_dirs, batch_facts, book_digest, file_digest
from arrears.intake.book.pool import export_pool, forget_rows, read_findings
from arrears.intake.sample.making import make_sample, seeded_ids
from tests.intake.book.lender import Lender

DAY = date(2026, 11, 23)
LOANS = """
mapping: loans
currency: CNY
files:
  loans:
    pattern: "loans*"
    tables:
      parties: {party: customer, kind: {constant: person}, personal: {name: name}}
      accounts: {account: loan, party: customer, product: {constant: loan}}
      contact_points: {party: customer, channel: {constant: mobile}, value: phone}
  paid:
    pattern: "paid*"
    tables:
      payments: {account: loan, payment: id, paid_on: day, amount_minor: {amount: amount}, reversal_of: takes_back}
  pauses:
    pattern: "pauses*"
    tables:
      pauses: {account: loan, from_on: from, reason: reason}
"""
FIRST = {
    "loans.csv": "customer,name,loan,phone\nC1,王小明,L1,13900000001\nC2,李四,L2,13900000002\n",
    "paid.csv": "loan,id,day,amount,takes_back\n" + "".join(f"{loan},P{n},2026-01-1{n},{n}0.00,\n" for loan in ("L1", "L2") for n in range(1, 6)),
    "pauses.csv": "loan,from,reason\nL1,2026-01-01,他住院了\nL2,2026-01-01,moratorium\n",
}
SECOND = {"paid_2.csv": "loan,id,day,amount,takes_back\nL1,P9,2026-02-01,30.00,P3\nL2,P9,2026-02-01,30.00,P3\n"}


@pytest.fixture
def lender(tmp_path: Path) -> Lender:
    made = Lender(tmp_path, LOANS)
    for files in (FIRST, SECOND):
        assert made.findings(made.deliver(files)) == []
    return made


def party(lender: Lender, number: str) -> int:
    return lender.keeper.ids["party", "loans", number]


def payments(lender: Lender, loan: str) -> list[dict[str, Any]]:
    rows = [row for folder in batch_dirs(lender.book) for row in pq.read_table(folder / "payments.parquet").to_pylist()]
    return sorted((row for row in rows if row["account_id"] == lender.account(loan)), key=lambda row: (row["paid_on"], row["amount_minor"]))


def test_names_contacts_and_words_go_and_the_other_persons_stay(lender: Lender) -> None:
    before = lender.rows("parties", "party_id, sealed"), lender.rows("contact_points"), lender.rows("pauses", "account_id, reason")
    forget_people(lender.book, [party(lender, "C1")])
    gone = party(lender, "C1")
    assert lender.rows("parties", "party_id, sealed") == [(who, None if who == gone else sealed) for who, sealed in before[0]]
    assert lender.rows("contact_points") == [row for row in before[1] if row[0] != gone]
    assert lender.rows("pauses", "account_id, reason") == [(account, None if account == lender.account("L1") else reason) for account, reason in before[2]]


def test_ids_of_payments_become_others_in_the_same_order_and_reversals_find_theirs_over_batches(lender: Lender) -> None:
    before, others = payments(lender, "L1"), payments(lender, "L2")
    forget_people(lender.book, [party(lender, "C1")])
    after = payments(lender, "L1")
    assert payments(lender, "L2") == others, "the other customer has payments of the same numbers"

    def order(rows: list[dict[str, Any]]) -> list[int]:
        return sorted(range(len(rows)), key=lambda place: rows[place]["payment_id"])

    assert order(after) == order(before)
    assert not {row["payment_id"] for row in before} & {row["payment_id"] for row in after}
    (back,) = (row for row in after if row["reversal_of"])
    assert [row["amount_minor"] for row in after if row["payment_id"] == back["reversal_of"]] == [3000]
    assert [{**row, "payment_id": 0, "reversal_of": 0} for row in after] == [{**row, "payment_id": 0, "reversal_of": 0} for row in before]


def test_the_books_digest_stays_and_the_batch_says_what_its_files_are_now(lender: Lender) -> None:
    digest = book_digest(lender.book)
    assert forget_people(lender.book, [party(lender, "C1")]).batches == 2
    assert book_digest(lender.book) == digest
    for folder in batch_dirs(lender.book):
        facts = batch_facts(folder)
        assert {path.stem: file_digest(path) for path in folder.glob("*.parquet")} == {**facts["digests"], **facts["forgotten"]}
        assert {file["sha256"] for file in facts["files"]} == {""}


def test_whoever_is_in_no_batch_changes_nothing(lender: Lender) -> None:
    before = {path: path.read_bytes() for path in lender.book.rglob("*") if path.is_file()}
    assert forget_people(lender.book, [7]) == forgetting.Forgotten(0, 0)
    assert {path: path.read_bytes() for path in lender.book.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("after_moves", [0, 1, 2, 3, 4])
def test_cut_off_while_files_are_moved_it_is_finished_by_the_next(lender: Lender, monkeypatch: pytest.MonkeyPatch, after_moves: int) -> None:
    moved, replace = [], Path.replace

    def cut(self: Path, target: Any) -> Any:
        if len(moved) == after_moves:
            raise OSError("the power is gone")
        moved.append(target)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(OSError, match="power"):
            forget_people(lender.book, [party(lender, "C1")])
    forget_people(lender.book, [party(lender, "C2")])
    assert lender.rows("contact_points") == []
    after = payments(lender, "L1")
    (back,) = (row for row in after if row["reversal_of"])
    assert [row["amount_minor"] for row in after if row["payment_id"] == back["reversal_of"]] == [3000]
    assert not (lender.book / forgetting.READY).exists()


def test_a_night_over_the_forgotten_book_writes_the_same_bytes(tmp_path: Path) -> None:
    book = tmp_path / "loans"
    make_sample(book, 2000, 11, DAY, None, name="loans", institution_id=1, id_source=seeded_ids(11))
    request = RunRequest(book, tmp_path / "before", DAY, datetime(2026, 11, 23, tzinfo=UTC), "night", find_policy(None), engine=EngineSettings(threads=2, memory_limit="1GB"))
    before = nightly(request, NoCases())
    people = pq.read_table(before.folder / "decisions.parquet")["party_id"].to_pylist()[::3]
    assert len(people) > 20 and forget_people(book, people).files
    after = nightly(RunRequest(book, tmp_path / "after", DAY, request.at, "night", request.policy, engine=request.engine), NoCases())
    assert after.facts["digests"] == before.facts["digests"] and after.facts["inputs"] == before.facts["inputs"]
    shutil.rmtree(book)


def test_refused_rows_that_speak_of_somebody_go_and_the_others_can_still_be_corrected(tmp_path: Path) -> None:
    lender = Lender(tmp_path, LOANS)
    report = lender.deliver({"paid.csv": "loan,id,day,amount,takes_back\nL-7001,P1,2026-01-01,many,\nL-7002,P2,2026-01-01,few,\nL-7003,7001,2026-01-01,some,\nL-7001 broken line\n"})
    assert report.pool is not None and {finding.row for finding in read_findings(report.pool)} == {1, 2, 3, 4}
    assert forget_rows(report.pool, ["l-7001", "12", ""], lender.safe.decrypt, lender.safe.encrypt) == 2
    (text,) = export_pool(report.pool, lender.safe.decrypt).values()
    assert "L-7001" not in text and "L-7002" in text and "L-7003" in text
    assert {finding.row for finding in read_findings(report.pool)} == {2, 3}
    assert forget_rows(report.pool, ["L-7001"], lender.safe.decrypt, lender.safe.encrypt) == 0
