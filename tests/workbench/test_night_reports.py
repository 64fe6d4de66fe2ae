"""Reports that a night leaves behind: sealed, outside the run, gone when the person is erased or thirty days are over."""

from __future__ import annotations

import stat
from datetime import date

import pytest

from arrears.casefile.store.identity import erase_party_identity
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import Unreadable
from arrears.core.ids import id_text
from arrears.engine.case_reports.keeping import NoSuchReport, remove_expired
from arrears.engine.nightly import RunResult, silent
from arrears.engine.run_folder import RunName
from arrears.engine.use_cases.night_reports import store_night_reports, stored_report, stored_reports
from tests.workbench.run_files import AS_OF, BEFORE, LIN

MORNING = date(2026, 11, 24)


def night(bank, count: int = 20, on: date = AS_OF) -> int:
    """What run_book does after publication; the small book's run is there already."""
    name = RunName(on, 1)
    result = RunResult(name, bank.home.runs / "main" / str(name), {}, already_published=False, taken_up=False)
    return store_night_reports(bank.home, bank.institution_id, "main", result, count, today=MORNING, progress=silent)


@pytest.fixture(autouse=True)
def no_report_is_left(home_of_tests):
    import shutil

    yield
    shutil.rmtree(home_of_tests.reports, ignore_errors=True)


def test_the_first_case_of_the_worklist_has_a_report_in_the_morning(bank):
    before = {path: path.read_bytes() for path in (bank.home.runs / "main").rglob("*") if path.is_file()}
    assert night(bank) == 1, "one person's task stands in the worklist"
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
    assert night(bank) == 0, "and the next night stores none, for nothing could seal it"


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
    assert night(bank, count=0) == 0 and night(bank, on=BEFORE) == 0
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
