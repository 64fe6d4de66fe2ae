"""Stories about the days after the first: what changed takes the place of what was, nothing is taken twice, corrections come back."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from arrears.core.book import BOOK_TABLES
from arrears.core.problems import BadData, Refused, WrongCall
from arrears.intake.book.layout import batch_dirs, batch_files, book_digest, latest_of_files_sql
from arrears.intake.book.mapping import parse_mapping
from arrears.intake.book.pool import KEPT_DAYS, expires_on, export_pool, remove_expired
from arrears.intake.book.taking_in import Trial, try_out
from tests.intake.book.lender import DUES_HEAD, LOANS, LOANS_HEAD, ONE_LOAN, PAID_HEAD, Lender

CHANGES = """
  closed: {pattern: "closed*", tables: {accounts: {changes: true, account: loan, status: {column: state, values: {Z: closed}}}}}
  moved: {pattern: "moved*", tables: {parties: {changes: true, party: customer, region: region}}}
"""
WHOLE = LOANS.replace("instalments: {account", "instalments: {whole: true, account")


@pytest.fixture
def lender(tmp_path: Path) -> Lender:
    return Lender(tmp_path)


def schedule(*days: str) -> str:
    return DUES_HEAD + "".join(f"L1,{number},{day},5\n" for number, day in enumerate(days, 1))


# -- what changed -----------------------------------------------------------------------------------------------------------


def test_a_rescheduled_instalment_takes_the_place_of_the_old_one(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": schedule("2026-01-31", "2026-02-28")})
    lender.deliver({"dues.csv": DUES_HEAD + "L1,2,2026-05-31,5\n"})
    assert lender.rows("instalments", "number, due_on") == [(1, date(2026, 1, 31)), (2, date(2026, 5, 31))]


def test_a_payment_with_a_corrected_day_is_counted_once(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": PAID_HEAD + "L1,P1,2026-02-03,5,\n"})
    lender.deliver({"paid.csv": PAID_HEAD + "L1,P1,2026-02-01,5,\n"})
    assert lender.rows("payments", "paid_on, amount_minor") == [(date(2026, 2, 1), 500)]


def test_one_instalment_on_two_days_of_one_delivery_is_a_finding(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "L1,1,2026-01-31,5\nL1,1,2026-02-28,5\n"})
    assert [finding.row for finding in lender.findings(report)] == [2]
    assert lender.rows("instalments", "due_on") == [(date(2026, 1, 31),)]


def test_a_whole_schedule_that_got_shorter_leaves_no_old_instalment_behind(tmp_path: Path) -> None:
    lender = Lender(tmp_path, WHOLE)
    lender.deliver({"loans.csv": ONE_LOAN + "C2,n,GD,L2,CNY,5\n", "dues.csv": schedule("2026-01-31", "2026-02-28", "2026-03-31") + "L2,1,2026-01-31,7\n"})
    lender.deliver({"dues.csv": schedule("2026-06-30")})
    assert sorted(lender.rows("instalments", "due_on, principal_minor")) == [(date(2026, 1, 31), 700), (date(2026, 6, 30), 500)]


def test_a_whole_schedule_with_a_bad_row_waits_and_the_old_one_holds(tmp_path: Path) -> None:
    lender = Lender(tmp_path, WHOLE)
    lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": schedule("2026-01-31", "2026-02-28")})
    report = lender.deliver({"dues.csv": schedule("2026-06-30", "2026-02-30")})
    assert [finding.row for finding in lender.findings(report)] == [1, 2]
    assert "its whole schedule waits" in lender.findings(report)[0].reason
    assert lender.rows("instalments", "due_on") == [(date(2026, 1, 31),), (date(2026, 2, 28),)]


def test_behind_a_broken_line_no_schedule_is_taken_for_whole(tmp_path: Path) -> None:
    lender = Lender(tmp_path, WHOLE)
    lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": schedule("2026-01-31", "2026-02-28")})
    report = lender.deliver({"dues.csv": schedule("2026-06-30") + "oops\n"})
    assert "no schedule is taken for whole" in report.message
    assert lender.rows("instalments", "due_on") == [(date(2026, 2, 28),), (date(2026, 6, 30),)]


def test_a_closed_account_and_a_moved_person_keep_all_that_the_change_does_not_name(tmp_path: Path) -> None:
    lender = Lender(tmp_path, LOANS + CHANGES)
    lender.deliver({"loans.csv": ONE_LOAN})
    sealed = lender.rows("parties", "sealed")
    report = lender.deliver({"closed.csv": "loan,state\nL1,Z\nL9,Z\n", "moved.csv": "customer,region\nC1,BJ\nC9,BJ\n"})
    assert sorted((finding.file, finding.row) for finding in lender.findings(report)) == [("closed.csv", 2), ("moved.csv", 2)]
    assert lender.rows("accounts", "account_id, currency, principal_minor, status") == [(lender.account("L1"), "CNY", 100000, "closed")]
    assert lender.rows("parties", "region, kind") == [("BJ", "person")]
    assert lender.rows("parties", "sealed") == sealed


def test_a_block_of_changes_cannot_change_the_currency() -> None:
    with pytest.raises(BadData, match="currency of an account never changes"):
        parse_mapping((LOANS + CHANGES).replace("account: loan, status", "account: loan, currency: state, status"), "x")


def test_amounts_in_another_currency_than_their_account_are_findings(tmp_path: Path) -> None:
    lender = Lender(tmp_path, LOANS.replace("payment: id, paid_on: day", "payment: id, currency: ccy, paid_on: day"))
    report = lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": "loan,id,day,amount,takes_back,ccy\nL1,P1,2026-02-03,5,,USD\nL1,P2,2026-02-03,5,,CNY\nL1,P3,2026-02-03,5,,\n"})
    ((finding),) = lender.findings(report)
    assert (finding.row, finding.column, finding.value) == (1, "ccy", "USD")
    assert "another currency than its account" in finding.reason
    later = lender.deliver({"loans.csv": ONE_LOAN.replace("CNY", "USD")})
    assert "knows this account in another currency" in lender.findings(later)[0].reason
    assert lender.rows("accounts", "currency") == [("CNY",)]


def test_many_small_days_over_a_large_book_give_what_row_by_row_reading_gives(tmp_path: Path) -> None:
    lender = Lender(tmp_path)
    many = DUES_HEAD + "".join(f"L1,{number},{date(2026, 1, 1) + timedelta(number)},5\n" for number in range(1, 3000))
    lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": many})
    held = {number: (date(2026, 1, 1) + timedelta(number), 500) for number in range(1, 3000)}
    for day in range(12):
        changed = {number: (date(2027, 1, 1) + timedelta(day), 500 + day) for number in range(day, 3200, 300 + 17 * day) if number}
        held |= changed
        lender.deliver({"dues.csv": DUES_HEAD + "".join(f"L1,{number},{due},{cents / 100:.2f}\n" for number, (due, cents) in changed.items())})
    assert {number: (due, cents) for number, due, cents in lender.rows("instalments", "number, due_on, principal_minor")} == held
    files = batch_files(lender.book, "instalments")
    one_by_one = {}
    for file in files:
        one_by_one |= {row[0]: row for row in duckdb.sql(f"SELECT number, due_on, principal_minor FROM '{file}'").fetchall()}
    assert sorted(one_by_one.values()) == lender.rows("instalments", "number, due_on, principal_minor")
    assert latest_of_files_sql(BOOK_TABLES["instalments"], files).count("UNION ALL") < len(files) // 2


# -- the error pool comes back ------------------------------------------------------------------------------------------------


def corrected(text: str, old: str, new: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    out = io.StringIO()
    csv.writer(out).writerows([[cell.replace(old, new) for cell in row[:-5]] + row[-5:] for row in rows])
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_corrected_rows_come_back_from_the_pool_whatever_the_lender_s_file_was(tmp_path: Path, encoding: str) -> None:
    lender = Lender(tmp_path, LOANS.replace('pattern: "loans*"', 'pattern: "loans*"\n    encoding: utf-16\n    delimiter: ";"'))
    report = lender.deliver({"loans.csv": (ONE_LOAN + "C2,李四,GD,L2,CNY,five\n").replace(",", ";").encode("utf-16")})
    assert report.pool is not None
    ((name, text),) = export_pool(report.pool, lender.safe.decrypt).items()
    path = lender.write(name, corrected(text, "five", "5").encode(encoding))
    again = lender.deliver_paths([path], from_pool=report.pool)
    assert (again.findings, again.files[0].accepted) == (0, 1)
    assert len(lender.rows("accounts")) == 2
    assert lender.deliver_paths([path], from_pool=report.pool).batch is None


def test_a_row_that_is_still_wrong_goes_to_a_pool_again(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": LOANS_HEAD + "C2,n,GD,L2,CNY,five\nC3,n,GD,L3,CNY,six\n"})
    assert report.pool is not None
    ((name, text),) = export_pool(report.pool, lender.safe.decrypt).items()
    again = lender.deliver_paths([lender.write(name, corrected(text, "five", "5"))], from_pool=report.pool)
    assert (again.files[0].accepted, again.files[0].rejected) == (1, 1)
    assert again.pool is not None and again.pool != report.pool


def test_a_pool_of_another_mapping_or_a_strange_name_is_a_wrong_call(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": LOANS_HEAD + "C2,n,GD,L2,CNY,five\n"})
    path = lender.write("loans.csv", ONE_LOAN)
    with pytest.raises(WrongCall, match="is no export of the error pool"):
        lender.deliver_paths([path], from_pool=report.pool)
    with pytest.raises(WrongCall, match="no error pool"):
        lender.deliver_paths([path], from_pool=lender.folder)
    lender.mapping = lender.mapping.replace("region: region", "segment: region")
    with pytest.raises(WrongCall, match="another mapping"):
        lender.deliver_paths([path], from_pool=report.pool)


def test_a_pool_is_kept_thirty_days_and_no_longer(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": LOANS_HEAD + "C2,n,GD,L2,CNY,five\n"})
    assert report.pool is not None
    assert expires_on(report.pool) == date(2026, 1, 2) + timedelta(days=KEPT_DAYS)
    assert remove_expired(lender.folder / "pool", date(2026, 1, 31)) == []
    assert remove_expired(lender.folder / "pool", date(2026, 2, 1)) == [report.pool.name]
    assert not report.pool.exists()
    assert remove_expired(lender.folder / "never made", date(2026, 2, 1)) == []


# -- trials -------------------------------------------------------------------------------------------------------------------


def tried(lender: Lender, files: dict[str, str], *, with_book: bool = True) -> Trial:
    paths = [lender.write(name, content) for name, content in files.items()]
    return try_out(paths, parse_mapping(lender.mapping, "loans.yaml"), lender.book if with_book else None, lender.keeper, threads=2)


def test_a_trial_shows_rows_as_they_would_land_and_findings_and_changes_nothing(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN})
    before, known = book_digest(lender.book), dict(lender.keeper.ids)
    inside = sorted(path.name for path in lender.folder.rglob("*"))
    trial = tried(lender, {"loans_2.csv": LOANS_HEAD + "C2,n,BJ,L2,CNY,7.50\nC3,n,BJ,L3,CNY,?\n", "dues.csv": DUES_HEAD + "L2,1,2026-01-31,5\nL1,1,2026-01-31,6\n"})
    assert trial.report.batch is None and trial.report.findings == len(trial.findings) == 1
    assert trial.findings[0].value == "?"
    assert [row["principal_minor"] for row in trial.first_rows["accounts"]] == [750]
    assert [(row["account_id"], row["due_on"], row["principal_minor"]) for row in trial.first_rows["instalments"]] == [("id", date(2026, 1, 31), 500), ("id", date(2026, 1, 31), 600)]
    assert [row["region"] for row in trial.first_rows["parties"]] == ["BJ", "BJ"]
    assert book_digest(lender.book) == before and lender.keeper.ids == known
    assert sorted(path.name for path in lender.folder.rglob("*")) == sorted([*inside, "loans_2.csv", "dues.csv"])


def test_a_trial_needs_no_book_yet(lender: Lender) -> None:
    trial = tried(lender, {"loans.csv": ONE_LOAN}, with_book=False)
    assert trial.report.files[0].accepted == 1
    assert lender.keeper.ids == {}


def test_a_trial_and_the_import_count_alike(lender: Lender) -> None:
    files = {"loans.csv": ONE_LOAN + "C2,n,GD,L2,XXX,5\n", "dues.csv": schedule("2026-01-31", "x"), "paid.csv": PAID_HEAD + "L1,P1,2026-01-01,-5,\n"}
    trial, report = tried(lender, files), lender.deliver(dict(files))
    assert (trial.report.files, trial.report.tables, trial.report.findings) == (report.files, report.tables, report.findings)
    assert list(trial.findings) == lender.findings(report)


# -- a full disk ----------------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_leaves_the_book_as_it_was(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(small)], capture_output=True, check=False).returncode:
        pytest.skip("no file system of three megabytes can be made here (that needs root)")
    try:
        lender = Lender(small)
        lender.deliver({"loans.csv": ONE_LOAN})
        before = book_digest(lender.book)
        large = tmp_path / "dues.csv"
        large.write_text(DUES_HEAD + "".join(f"L1,{number},2026-01-31,{number * 7919 % 100003}.{number % 90 + 10}\n" for number in range(1, 800_000)), encoding="utf-8")
        with pytest.raises(Refused, match="The disk is full"):
            lender.deliver_paths([large])
        assert book_digest(lender.book) == before
        assert len(batch_dirs(lender.book)) == 1
        assert list(lender.book.glob(".staging-*")) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
