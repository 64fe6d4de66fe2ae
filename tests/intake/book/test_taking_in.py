"""Stories about deliveries: good rows are taken, bad ones are named, none is lost, and nothing is taken twice."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
from datetime import date
from pathlib import Path

import pytest

from arrears.core.problems import BadData, Busy, Finding, WrongCall
from arrears.intake.book.identities import PARTY_FIELDS
from arrears.intake.book.layout import batch_dirs, batch_facts, batch_files, book_digest, import_lock, latest_by_key_sql, open_book
from arrears.intake.book.pool import export_pool
from arrears.intake.book.taking_in import ImportReport
from tests.intake.book.lender import DUES_HEAD, LOANS_HEAD, ONE_LOAN, PAID_HEAD, Lender


@pytest.fixture
def lender(tmp_path: Path) -> Lender:
    return Lender(tmp_path)


def conserved(report: ImportReport) -> bool:
    return all(one.accepted + one.rejected == one.rows for one in report.files) and all(
        one.accepted + one.rejected == one.read for one in report.tables
    )


def table_count(report: ImportReport, table: str) -> tuple[int, int, int, int]:
    return next((one.read, one.accepted, one.rejected, one.merged) for one in report.tables if one.table == table)


def only_finding(lender: Lender, report: ImportReport) -> Finding:
    (finding,) = lender.findings(report)
    assert finding.remedy
    assert conserved(report)
    return finding


# -- what comes in -----------------------------------------------------------------------------------------------------


def test_three_files_become_one_batch_with_our_own_ids(lender: Lender) -> None:
    report = lender.deliver(
        {
            "loans.csv": ONE_LOAN,
            "dues.csv": DUES_HEAD + "L1,1,2026-01-31,500.00\nL1,2,2026-02-28,500\n",
            "paid.csv": PAID_HEAD + "L1,P1,2026-02-03,500.0000,\n",
        }
    )
    assert report.batch == 1
    assert report.pool is None
    assert conserved(report)
    assert lender.rows("instalments", "account_id, number, due_on, principal_minor") == [
        (lender.account("L1"), 1, date(2026, 1, 31), 50000),
        (lender.account("L1"), 2, date(2026, 2, 28), 50000),
    ]
    assert lender.rows("payments", "account_id, paid_on, amount_minor, reversal_of") == [(lender.account("L1"), date(2026, 2, 3), 50000, None)]
    assert lender.rows("accounts", "currency, principal_minor, dates_constructed") == [("CNY", 100000, False)]


def test_names_and_numbers_stand_in_the_book_only_sealed(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN})
    ((party, sealed),) = lender.rows("parties", "party_id, sealed")
    assert json.loads(lender.keeper.unseal(party, sealed, PARTY_FIELDS)) == {"name": "王小明", "number": "C1"}
    for file in batch_dirs(lender.book)[0].iterdir():
        content = file.read_bytes()
        assert "王小明".encode() not in content
        assert b"C1" not in content or file.suffix == ".parquet"  # two letters may occur in compressed bytes by chance


def test_a_person_with_two_loans_is_one_party(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN + "C1,王小明,GD,L2,CNY,1\n"})
    assert table_count(report, "parties") == (2, 2, 0, 1)
    assert len(lender.rows("parties")) == 1
    assert len(lender.rows("accounts")) == 2
    assert report.findings == 0


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(ONE_LOAN.encode()),
        b"\xef\xbb\xbf" + ONE_LOAN.encode(),
        ONE_LOAN.replace("\n", "\r\n").encode(),
        (ONE_LOAN + "C2,李,GD,L2,CNY,5\r\n").encode(),
        ONE_LOAN.rstrip("\n").encode(),
        ONE_LOAN.replace("王小明", '"王, ""小""明"').encode(),
    ],
    ids=["gz", "byte order mark", "line ends of Windows", "mixed line ends", "no last line end", "quotes"],
)
def test_a_file_may_come_in_many_dresses(lender: Lender, content: bytes) -> None:
    report = lender.deliver({"loans.csv.gz" if content[:2] == b"\x1f\x8b" else "loans.csv": content})
    assert report.findings == 0
    assert ("CNY", 100000) in lender.rows("accounts", "currency, principal_minor")


def test_a_chinese_file_in_gb18030_keeps_its_names(tmp_path: Path) -> None:
    lender = Lender(tmp_path)
    lender.mapping = lender.mapping.replace('pattern: "loans*"', 'pattern: "loans*"\n    encoding: gb18030')
    lender.deliver({"loans.csv": ONE_LOAN.encode("gb18030")})
    ((party, sealed),) = lender.rows("parties", "party_id, sealed")
    assert json.loads(lender.keeper.unseal(party, sealed, PARTY_FIELDS))["name"] == "王小明"


def test_blanks_around_a_value_are_dropped_and_nothing_else(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": LOANS_HEAD + "\u3000 08A5x3u \t,N, u0085 ,L1,CNY, 1.00\u00a0\n"})
    assert report.findings == 0
    assert ("party", "loans", "08A5x3u") in lender.keeper.ids
    assert lender.rows("parties", "region") == [("u0085",)]


def test_tables_are_sorted_by_their_key_and_private(lender: Lender) -> None:
    lender.deliver({"loans.csv": LOANS_HEAD + "".join(f"C{i},n,GD,L{i},CNY,1\n" for i in range(200))})
    import duckdb

    ids = [row[0] for row in duckdb.sql(f"SELECT account_id FROM read_parquet('{batch_files(lender.book, 'accounts')[0]}')").fetchall()]
    assert ids == sorted(ids)
    for path in (lender.book, *batch_dirs(lender.book), *batch_dirs(lender.book)[0].iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


# -- findings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "line", "column", "value", "reason"),
    [
        ("dues.csv", "L1,1,,5", "due", "", "required"),
        ("dues.csv", "L1,1,2026-02-30,5", "due", "2026-02-30", "not a possible date"),
        ("dues.csv", "L1,1,31.01.2026,5", "due", "31.01.2026", "not a possible date"),
        ("dues.csv", "L1,1,0026-01-31,5", "due", "0026-01-31", "not a possible date"),
        ("dues.csv", "L1,1.5,2026-01-31,5", "number", "1.5", "not a whole number"),
        ("dues.csv", "L1,0,2026-01-31,5", "number", "0", "not a whole number"),
        ("dues.csv", "L1,1,2026-01-31,5.001", "amount", "5.001", "more decimals"),
        ("dues.csv", 'L1,1,2026-01-31,"1,000"', "amount", "1,000", "not an amount"),
        ("dues.csv", "L1,1,2026-01-31,5e3", "amount", "5e3", "not an amount"),
        ("dues.csv", "L1,1,2026-01-31,-5", "amount", "-5", "negative"),
        ("dues.csv", "L1,1,2026-01-31,92233720368547758.08", "amount", "92233720368547758.08", "too large"),
        ("dues.csv", "L9,1,2026-01-31,5", "loan", "", "account is neither"),
        ("dues.csv", ",1,2026-01-31,5", "loan", "", "required"),
        ("paid.csv", "L1,P1,2026-01-31,-5,", "amount", "-5", "negative"),
        ("paid.csv", "L1,P2,2026-01-31,5,P1", "takes_back", "", "takes back is neither"),
        ("dues.csv", "L1,1,2026-01-31", "", "", "too few columns"),
        ("dues.csv", "L1,1,2026-01-31,5,6", "", "", "too many columns"),
        ("dues.csv", 'L1,1,2026-01-31,"5"6', "", "", "quotes"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_taken(lender: Lender, name: str, line: str, column: str, value: str, reason: str) -> None:
    good = "L1,7,2026-03-31,5\n" if name == "dues.csv" else "L1,P7,2026-03-31,5,\n"
    head = DUES_HEAD if name == "dues.csv" else PAID_HEAD
    report = lender.deliver({"loans.csv": ONE_LOAN, name: head + good + line + "\n" + good.replace("7", "8")})
    finding = only_finding(lender, report)
    assert (finding.file, finding.row, finding.column, finding.value) == (name, 2, column, value)
    assert reason in finding.reason
    assert len(lender.rows("instalments" if name == "dues.csv" else "payments")) == 2


def test_a_row_can_have_several_findings_and_counts_once(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "L1,x,never,1.234\n"})
    assert [finding.column for finding in lender.findings(report)] == ["amount", "due", "number"]
    assert report.files[1].rejected == 1


def test_rows_keep_their_numbers_behind_broken_lines(lender: Lender) -> None:
    good, broken, bad = "L1,{i},2026-03-31,5\n", "oops\n", "L1,{i},2026-03-31,bad\n"
    kinds = [good, broken, broken, bad, good, broken, bad, good, bad]
    report = lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "".join(kind.format(i=i) for i, kind in enumerate(kinds, 1))})
    assert [finding.row for finding in lender.findings(report)] == [2, 3, 4, 6, 7, 9]
    assert (report.files[1].rows, report.files[1].accepted, report.files[1].broken) == (9, 3, 3)
    assert [row[0] for row in lender.rows("instalments", "number")] == [1, 5, 8]


def test_blank_lines_are_no_rows_and_do_not_move_the_numbers(lender: Lender) -> None:
    report = lender.deliver(
        {
            "loans.csv": ONE_LOAN,
            "dues.csv": DUES_HEAD + "L1,1,2026-01-31,5\n\nL1,2,2026-01-31,bad\noops\n\n\nL1,4,2026-01-31,bad\nL1,5,2026-01-31,5\noops\n",
        }
    )
    assert [finding.row for finding in lender.findings(report)] == [2, 3, 4, 6]
    assert report.files[1].rows == 6


def test_an_unknown_currency_is_a_finding_and_its_dues_wait_for_the_account(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN + "C2,n,GD,L2,EURO,5\n", "dues.csv": DUES_HEAD + "L2,1,2026-01-31,5\n"})
    assert [(finding.column, finding.value) for finding in lender.findings(report)] == [("currency", "EURO"), ("loan", "")]


def test_yen_have_no_decimals_and_dinars_three(lender: Lender) -> None:
    report = lender.deliver(
        {
            "loans.csv": LOANS_HEAD + "C1,n,GD,L1,JPY,1000\nC1,n,GD,L2,KWD,1.005\n",
            "dues.csv": DUES_HEAD + "L1,1,2026-01-31,5.5\nL2,1,2026-01-31,5.505\nL1,2,2026-02-28,5.0\n",
        }
    )
    assert only_finding(lender, report).value == "5.5"
    assert sorted(lender.rows("accounts", "currency, principal_minor")) == [("JPY", 1000), ("KWD", 1005)]
    assert sorted(row[0] for row in lender.rows("instalments", "principal_minor")) == [5, 5505]


def test_a_person_described_in_two_ways_is_a_finding_and_the_first_holds(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN + "C1,王小明,BJ,L2,CNY,1\n"})
    finding = only_finding(lender, report)
    assert "other content; the first row was taken. (Row 1.)" in finding.reason
    assert lender.rows("parties", "region") == [("GD",)]


def test_an_account_of_two_people_is_a_finding(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN + "C2,n,GD,L1,CNY,1000.00\n"})
    assert "other content" in only_finding(lender, report).reason
    assert len(lender.rows("accounts")) == 1


def test_an_account_that_the_book_knows_as_anothers_keeps_its_owner(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN})
    before = lender.rows("accounts")
    report = lender.deliver({"loans.csv": LOANS_HEAD + "C2,n,GD,L1,CNY,1000.00\n"})
    assert "another party's" in only_finding(lender, report).reason
    assert lender.rows("accounts") == before


def test_the_same_payment_twice_is_counted_once_and_said(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": PAID_HEAD + "L1,P1,2026-02-03,5,\nL1,P1,2026-02-03,5,\n"})
    finding = only_finding(lender, report)
    assert finding.row == 2
    assert "came before" in finding.reason
    assert len(lender.rows("payments")) == 1


def test_a_payment_can_be_taken_back_in_the_same_file_or_later(lender: Lender) -> None:
    first = lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": PAID_HEAD + "L1,P2,2026-02-04,5,P1\nL1,P1,2026-02-03,5,\nL1,P3,2026-02-05,7,\n"})
    later = lender.deliver({"paid_2.csv": PAID_HEAD + "L1,P4,2026-02-06,7,P3\n"})
    assert first.findings == later.findings == 0
    payments = {row[0]: row[1] for row in lender.rows("payments", "payment_id, reversal_of")}
    assert len([taken for taken in payments.values() if taken in payments]) == 2


def test_a_row_for_which_an_expression_fails_is_a_finding_and_no_silence(tmp_path: Path) -> None:
    lender = Lender(tmp_path)
    lender.mapping = lender.mapping.replace("number: number", 'number: {sql: "number::int + 1"}').replace(
        "instalments: {account", 'instalments: {when: "amount::decimal(18, 2) > 0", account'
    )
    report = lender.deliver(
        {"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "L1,1,2026-01-31,5\nL1,one,2026-01-31,5\nL1,3,2026-01-31,0\nL1,4,2026-01-31,?\n"}
    )
    assert [(finding.row, finding.reason[:24]) for finding in lender.findings(report) if "expression" in finding.reason] == [
        (2, "The mapping's expression"),
        (4, "The mapping's expression"),
    ]
    assert [row[0] for row in lender.rows("instalments", "number")] == [2]
    assert table_count(report, "instalments") == (3, 1, 2, 0)


def test_a_file_without_one_good_row_makes_no_batch(lender: Lender) -> None:
    report = lender.deliver({"dues.csv": DUES_HEAD + "L9,1,2026-01-31,5\n"})
    assert report.batch is None
    assert report.findings == 1
    assert batch_dirs(lender.book) == []
    assert list(lender.book.glob(".staging*")) == []


# -- the error pool ----------------------------------------------------------------------------------------------------


def test_the_error_pool_hides_people_and_comes_back_as_a_file_to_correct(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN + "C2,李四秘,GD,L2,CNY,five\nbroken 赵五\n"})
    assert report.pool is not None
    for file in report.pool.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "李四秘".encode() not in file.read_bytes()
        assert "赵五".encode() not in file.read_bytes()
    ((name, text),) = export_pool(report.pool, lender.safe.decrypt).items()
    head, bad, broken = text.splitlines()
    assert head == "customer,name,region,loan,currency,principal,error_row,error_column,error_reason,error_remedy,error_line"
    assert bad.startswith("C2,李四秘,GD,L2,CNY,five,2,principal,This is not an amount.")
    assert broken.endswith("broken 赵五")
    again = lender.deliver({f"loans-{name}": "\n".join((head, bad.replace("five", "5"))) + "\n"})
    assert again.findings == 0
    assert len(lender.rows("accounts")) == 2


# -- files that cannot be used -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("loans.csv", b"", "is empty"),
        ("loans.csv", b"\n\n", "is empty"),
        ("loans.csv", b"customer,Customer\n", "more than once"),
        ("loans.csv", ONE_LOAN.replace("region", "regio").encode(), "Did you mean “regio”?"),
        ("loans.csv.gz", gzip.compress(ONE_LOAN.encode() * 1000)[:-200], "damaged .gz"),
        ("loans.csv.gz", ONE_LOAN.encode(), "damaged .gz"),
        ("loans.csv", ONE_LOAN.encode("utf-16"), "cannot be read as utf-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(lender: Lender, name: str, content: bytes, words: str) -> None:
    with pytest.raises(BadData, match=words):
        lender.deliver({name: content})
    assert batch_dirs(lender.book) == []


def test_a_file_that_is_not_there_or_fits_no_pattern_is_a_wrong_call(lender: Lender) -> None:
    with pytest.raises(WrongCall, match="There is no file"):
        lender.deliver_paths([lender.folder / "loans_lost.csv"])
    with pytest.raises(WrongCall, match="fits none of the name patterns"):
        lender.deliver({"letters.csv": ONE_LOAN})


def test_a_folder_that_is_no_book_is_a_wrong_call_and_a_book_keeps_its_name(lender: Lender) -> None:
    with pytest.raises(WrongCall, match="holds the book"):
        open_book(lender.book, "other", 7, created=date(2026, 1, 1))
    lender.book = lender.folder
    with pytest.raises(WrongCall, match="There is no book"):
        lender.deliver({"loans.csv": ONE_LOAN})


# -- twice, at once, killed --------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN})
    before = book_digest(lender.book)
    again = lender.deliver({"loans_copy.csv": ONE_LOAN})
    assert again.batch is None
    assert again.already_taken_in == ("loans_copy.csv",)
    assert "Already in the book" in again.message
    assert book_digest(lender.book) == before


def test_the_newest_batch_wins_and_earlier_rows_stay(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN + "C2,n,GD,L2,CNY,5\n"})
    lender.deliver({"loans.csv": LOANS_HEAD + "C1,王小明,BJ,L1,CNY,900\n"})
    lender.deliver({"loans.csv": LOANS_HEAD + "C1,王小明,SH,L1,CNY,800\n"})
    assert sorted(lender.rows("accounts", "principal_minor")) == [(500,), (80000,)]
    assert sorted(lender.rows("parties", "region")) == [("GD",), ("SH",)]
    assert len(batch_files(lender.book, "accounts")) == 3


def test_a_table_that_no_batch_has_is_empty_with_its_types(lender: Lender) -> None:
    import duckdb

    relation = duckdb.sql(latest_by_key_sql(lender.book, "holds"))
    assert (relation.columns, [str(one) for one in relation.types]) == (
        ["party_id", "kind", "from_on", "to_on"],
        ["BIGINT", "VARCHAR", "DATE", "DATE"],
    )
    assert relation.fetchall() == []


def test_batch_facts_say_where_every_row_comes_from(lender: Lender) -> None:
    lender.deliver({"loans.csv": ONE_LOAN + "C2,n,GD,L2,CNY,bad\n"})
    facts = batch_facts(batch_dirs(lender.book)[0])
    assert facts["created"] == "2026-01-02"
    assert facts["files"][0] | {"sha256": ""} == {"name": "loans.csv", "sha256": "", "rows": 2, "accepted": 1, "rejected": 1, "broken": 0}
    assert facts["tables"]["accounts"] == {"read": 2, "accepted": 1, "rejected": 1, "merged": 0}
    assert set(facts["digests"]) == {"parties", "accounts"}


def test_a_second_import_at_the_same_time_is_refused(lender: Lender) -> None:
    with import_lock(lender.book), pytest.raises(Busy, match="Another import"):
        lender.deliver({"loans.csv": ONE_LOAN})
    assert lender.deliver({"loans.csv": ONE_LOAN}).batch == 1


@pytest.mark.parametrize("step", ["reading loans.csv", "checking accounts", "writing accounts", "publishing"])
def test_an_import_that_is_killed_leaves_nothing_that_counts(lender: Lender, step: str) -> None:
    def die(now: str, _: int, __: int) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            lender.deliver({"loans.csv": ONE_LOAN}, die)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert batch_dirs(lender.book) == []
    assert list(lender.book.glob(".staging-*"))
    assert lender.deliver({"loans.csv": ONE_LOAN}).batch == 1
    assert list(lender.book.glob(".staging-*")) == []
    assert len(lender.rows("accounts")) == 1


def test_progress_is_told_and_ends_complete(lender: Lender) -> None:
    told: list[tuple[str, int, int]] = []
    lender.deliver({"loans.csv": ONE_LOAN, "dues.csv": DUES_HEAD + "L1,1,2026-01-31,5\n"}, lambda *step: told.append(step))
    done = [one[1] for one in told]
    assert done == sorted(done)
    assert told[-1][1] == told[-1][2]


def test_bytes_of_another_encoding_are_a_finding_and_a_wrongly_named_encoding_a_refusal(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN.encode() + b"C2,\xff\xfe,GD,L2,CNY,5\nC3,n,GD,L3,CNY,5\n"})
    assert "another encoding" in only_finding(lender, report).reason
    assert len(lender.rows("accounts")) == 2
    lender.mapping = lender.mapping.replace('pattern: "loans*"', 'pattern: "loans*"\n    encoding: gb18030')
    with pytest.raises(BadData, match="gb18030"):
        lender.deliver({"loans.csv": ONE_LOAN.encode() + b"C2,\xff\xff\xff,GD,L2,CNY,5\n"})


def test_a_file_that_fits_two_patterns_is_refused_since_its_meaning_is_not_certain(lender: Lender) -> None:
    lender.mapping = lender.mapping.replace('pattern: "dues*"', 'pattern: "*"')
    with pytest.raises(WrongCall, match="fits several"):
        lender.deliver({"loans.csv": ONE_LOAN})


def test_headings_alone_are_a_delivery_without_rows(lender: Lender) -> None:
    report = lender.deliver({"loans.csv": ONE_LOAN, "paid.csv": PAID_HEAD})
    assert (report.batch, report.files[1].rows, report.findings) == (1, 0, 0)
