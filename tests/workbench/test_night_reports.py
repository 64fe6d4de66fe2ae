"""Reports that a night leaves behind: sealed, outside the run, gone when the person is erased or thirty days are over."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import nullcontext
from datetime import date

import pytest

from arrears.casefile.store.identity import erase_party_identity
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import Unreadable
from arrears.cli import doors
from arrears.cli.app import run_command
from arrears.cli.night import refuse_missing_reports
from arrears.core.ids import id_text
from arrears.core.problems import PartlyDone
from arrears.core.progress import silent
from arrears.engine.case_reports import keeping
from arrears.engine.case_reports.keeping import NoSuchReport, remove_expired
from arrears.engine.nightly import RunResult
from arrears.engine.run_folder import RunName, current_run
from arrears.engine.use_cases import books, night_reports
from arrears.engine.use_cases.case_reports import sources_of_case, sources_of_cases
from arrears.engine.use_cases.night_reports import NightReports, ReportNotMade, store_night_reports, stored_report, stored_reports
from arrears.engine.use_cases.reading import NoSuchCase
from tests.workbench.run_files import AS_OF, BEFORE, LIN, ZHAO

MORNING = date(2026, 11, 24)


def night(bank, count: int = 20, on: date = AS_OF) -> int:
    """What run_book does after publication; the small book's run is there already."""
    name = RunName(on, 1)
    result = RunResult(name, bank.home.runs / "main" / str(name), {}, already_published=False, taken_up=False)
    return store_night_reports(bank.home, bank.institution_id, "main", result, count, today=MORNING, progress=silent)


@pytest.fixture(autouse=True)
def no_report_is_left(home_of_tests):
    yield
    shutil.rmtree(home_of_tests.reports, ignore_errors=True)


def test_the_first_case_of_the_worklist_has_a_report_in_the_morning(bank):
    before = {path: path.read_bytes() for path in (bank.home.runs / "main").rglob("*") if path.is_file()}
    assert night(bank) == NightReports(1), "one person's task stands in the worklist"
    (one,) = stored_reports(bank.home, bank.institution_id)
    assert (one.case_id, one.as_of, one.expires_on) == (bank.book.lin, AS_OF, date(2026, 12, 24))
    assert "Lin 林晓" in stored_report(bank.home, bank.institution_id, bank.book.lin, None, "html").decode()
    assert before == {path: path.read_bytes() for path in (bank.home.runs / "main").rglob("*") if path.is_file()}, "the run's bytes are untouched"


def test_nobody_else_on_the_machine_reads_a_stored_report_and_no_name_lies_open(bank):
    night(bank)
    for path in (bank.home.reports, *bank.home.reports.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert path.is_dir() or ("林晓".encode() not in path.read_bytes() and b"C-101" not in path.read_bytes())


def test_erasing_the_person_makes_the_stored_report_unreadable(bank):
    night(bank)
    with acting_for(bank.institution_id):
        erase_party_identity(LIN)
    with pytest.raises(Unreadable):
        stored_report(bank.home, bank.institution_id, bank.book.lin, None, "html")
    assert night(bank) == NightReports(), "and the next night stores none, for nothing could seal it"


@pytest.mark.parametrize(("today", "left"), [(date(2026, 12, 23), 1), (date(2026, 12, 24), 0), (date(2027, 1, 1), 0)])
def test_thirty_days_after_it_was_made_a_report_is_gone(bank, today, left):
    night(bank)
    removed = remove_expired(bank.home.reports, today)
    assert len(stored_reports(bank.home, bank.institution_id)) == left and removed == ([] if left else [f"main/{AS_OF}"])


def test_a_second_run_of_the_same_day_replaces_the_reports(bank):
    night(bank)
    night(bank)
    assert len(stored_reports(bank.home, bank.institution_id)) == 1


def test_none_is_stored_where_nobody_wants_them_or_of_a_look_at_the_past(bank):
    assert night(bank, count=0) == NightReports() == night(bank, on=BEFORE)
    assert not stored_reports(bank.home, bank.institution_id)
    with pytest.raises(NoSuchReport):
        stored_report(bank.home, bank.institution_id, bank.book.lin, None, "html")


def test_another_bank_sees_no_report_of_ours(bank, other_bank):
    night(bank)
    assert not stored_reports(bank.home, other_bank.institution_id)
    with pytest.raises(NoSuchReport):
        stored_report(bank.home, other_bank.institution_id, bank.book.lin, None, "html")


def test_the_list_names_cases_by_their_ids(bank):
    from arrears.engine.case_reports.keeping import as_plain

    night(bank)
    plain = as_plain(stored_reports(bank.home, bank.institution_id)[0])
    assert plain["case_id"] == id_text(bank.book.lin) and plain["book"] == "main"


def one_case_breaks(monkeypatch, case_id: int, trouble: Exception, *, at: str) -> None:
    """Reading or writing this case's report breaks as a mistake of ours would; all others go on."""
    real = getattr(night_reports, at)

    def breaking(*given, **how):
        if at == "case_report" and given[0].view.row.case_id == case_id:
            raise trouble
        if at == "sources_of_cases" and case_id in given[2]:
            raise trouble
        return real(*given, **how)

    monkeypatch.setattr(night_reports, at, breaking)


@pytest.fixture
def two_for_people(bank):
    """Wang's task is for people too, so that the night makes two reports."""
    import duckdb

    file = bank.home.runs / "main" / "2026-11-23" / "1" / "worklist.parquet"
    kept = file.read_bytes()
    decisions = file.with_name("decisions.parquet")
    rows = f"SELECT row_number() OVER (ORDER BY case_id)::INTEGER AS rank, * FROM read_parquet('{decisions}') WHERE queue <> 'held'"
    duckdb.execute(f"COPY ({rows}) TO '{file}.new' (FORMAT parquet)")
    file.with_name("worklist.parquet.new").rename(file)
    yield bank
    file.write_bytes(kept)


@pytest.mark.parametrize("at", ["sources_of_cases", "case_report"])
def test_one_report_that_cannot_be_made_is_a_finding_and_the_others_are_stored(two_for_people, monkeypatch, at):
    bank = two_for_people
    one_case_breaks(monkeypatch, bank.book.wang, KeyError("Wang 王安"), at=at)
    left = night(bank)
    assert left.stored == 1 and [one.case_id for one in left.not_made] == [bank.book.wang]
    assert left.not_made[0].reason.startswith("KeyError at test_night_reports.py:") and "王安" not in left.not_made[0].reason
    assert [one.case_id for one in stored_reports(bank.home, bank.institution_id)] == [bank.book.lin]


def test_a_disk_that_takes_no_report_leaves_the_run_and_the_reports_of_the_night_before(bank, monkeypatch):
    night(bank)

    def full(*_given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a path that names somebody")

    monkeypatch.setattr(keeping, "_write_private", full)
    assert night(bank) == NightReports(0, (ReportNotMade(None, "OSError: No space left on device"),))
    assert len(stored_reports(bank.home, bank.institution_id)) == 1, "the earlier ones stand"


def test_the_command_names_the_case_and_the_reason_and_ends_with_a_code_of_its_own(bank, capsys):
    with pytest.raises(PartlyDone) as ended:
        refuse_missing_reports(NightReports(3, (ReportNotMade(bank.book.wang, "KeyError at content.py:7"),)))
    assert ended.value.exit_code == 5 and "1 case report could not be made" in str(ended.value) and "stands" in str(ended.value)
    assert f"Case {id_text(bank.book.wang)}: KeyError at content.py:7" in capsys.readouterr().err
    refuse_missing_reports(NightReports(3))


def test_a_batch_reads_for_each_case_what_the_case_page_reads_alone(bank):
    wanted = [bank.book.zhao, bank.book.lin, bank.book.wang]
    together = sources_of_cases(bank.home, bank.institution_id, wanted, today=MORNING)
    assert list(together) == wanted and together[bank.book.lin].view.person.name == "Lin 林晓"
    for case_id in wanted:
        assert sources_of_case(bank.home, bank.institution_id, case_id, today=MORNING) == together[case_id]


def test_a_batch_gives_each_person_the_holds_recorded_for_that_person_alone(bank):
    from datetime import UTC, datetime

    from arrears.casefile.facts.hold import Blocked, Hold, HoldKind, MayLift
    from arrears.casefile.store.append import append

    with acting_for(bank.institution_id):
        for number, party, kind in ((7_001, LIN, HoldKind.HARDSHIP), (7_002, ZHAO, HoldKind.DISPUTE)):
            append(Hold(number, party, kind, "says so", AS_OF, None, (Blocked.CONTACT,), MayLift.COLLECTOR), actor="collector", at=datetime.now(UTC), cause="page")
    found = sources_of_cases(bank.home, bank.institution_id, [bank.book.lin, bank.book.zhao, bank.book.wang], today=MORNING)
    recorded = {case_id: [(hold.kind, hold.reason) for hold in one.recorded_holds] for case_id, one in found.items()}
    assert recorded == {bank.book.lin: [("hardship", "says so")], bank.book.zhao: [], bank.book.wang: []}, "Zhao's dispute was known to the run"


def test_a_batch_holds_no_case_of_another_bank(bank, other_bank):
    assert sources_of_cases(bank.home, bank.institution_id, [other_bank.book.lin], today=MORNING) == {}
    with pytest.raises(NoSuchCase):
        sources_of_case(bank.home, bank.institution_id, other_bank.book.lin, today=MORNING)


def test_the_run_command_publishes_though_the_reports_break_and_says_so(bank, monkeypatch, capsys):
    def broken(*_given):
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(night_reports, "home_language", broken)
    monkeypatch.setattr(doors, "opened", lambda _home: nullcontext(bank.home))
    monkeypatch.setattr(books, "institution_of", lambda _home: bank.institution_id)
    shutil.rmtree(bank.home.runs / "main")  # written by hand: not what a real run compares with
    assert run_command(["run", "--on", "2026-11-24", "--policy", "first_steps", "--memory", "1GB"]) == 5
    assert str(current_run(bank.home.runs / "main")) == "2026-11-24/1", "the run is published and shown"
    said = capsys.readouterr().err
    assert "ZeroDivisionError at test_night_reports.py:" in said and "could not be stored" in said and "a mistake of ours" not in said
    assert run_command(["run", "--on", "2026-11-24", "--policy", "first_steps", "--memory", "1GB", "--reports", "0"]) == 0
