"""Stories of people whose data must be kept, may go, or must go."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from arrears.casefile.facts.case import CaseEvent, CaseEventKind
from arrears.casefile.facts.evidence import ClockSource, EvidenceKind
from arrears.casefile.facts.retention import ErasureReason, Ground, PersonErased
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, create_institution
from arrears.core.ids import case_id_of, id_text
from arrears.core.problems import AnswerIsNo, BadData
from arrears.engine.case_records import CaseRecords
from arrears.engine.erasure_register import Erasure, register, registered
from arrears.engine.home import Home
from arrears.engine.use_cases import books, erasing, legal_holds, reading, restricting, retaining
from arrears.engine.use_cases import evidence as evidence_cases
from arrears.engine.use_cases.standing import not_binding
from arrears.intake.book.taking_in import no_progress
from arrears.record.evidence.keeping import Captured, Offered

MAPPING = """
mapping: small
namespace: core
currency: CNY
files:
  people:
    pattern: "people*.csv"
    tables:
      parties: {party: customer, kind: {constant: person}, personal: {name: name}}
      accounts: {account: loan, party: customer, product: {constant: loan}, status: {column: status, values: {open: active, settled: closed}}}
"""
SETTLED_ON = date(2024, 2, 29)
LAST_DAY = date(2027, 2, 28)
"""Three years from a leap day."""


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@dataclass
class Bank:
    """Lin settled on a leap day and asks to be forgotten; Wang settled the same day and asks nothing; Zhao still owes."""

    home: Home
    institution: int
    lin: int
    wang: int
    zhao: int

    def case(self, party: int) -> int:
        return case_id_of("main", party)

    def erase(self, party: int, on: date, reason: ErasureReason = ErasureReason.REQUEST) -> erasing.ErasureOutcome:
        return erasing.erase(self.home, self.institution, party, reason, at(on), "admin")

    def run(self, on: date, **more: Any) -> retaining.RetentionResult:
        return retaining.run_retention(self.home, self.institution, on=on, at=more.pop("at", at(on)), actor="admin", **more)

    def is_there(self, party: int) -> bool:
        with acting_for(self.institution):
            return party in load.people_with_keys()["party_id"].to_pylist()

    def chain(self, party: int) -> list[str]:
        with acting_for(self.institution):
            assert load.verify_chain(party) == []
            return [json.loads(entry.header)["name"] for entry in load.journal(party)]

    def confirm(self, *figures: str, on: date = LAST_DAY) -> None:
        for figure in figures:
            retaining.confirm_figure(self.home, self.institution, figure, "read in the gazette", at=at(on), actor="counsel")

    def keep_recording(self, party: int, day: date) -> str:
        offered = Offered(BytesIO(b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(2000)), "call.mp3", EvidenceKind.RECORDING, "call", Captured(at(day), ClockSource.DEVICE))
        return evidence_cases.add(self.home, self.institution, self.case(party), offered, actor="lin", at=at(day), cause="desk").address

    def holds_bytes(self, address: str) -> bool:
        return evidence_cases.store_of(self.home, self.institution).holds(address)


@pytest.fixture
def bank(home_of_tests: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bank with three customers, in a home of its own beside the database of tests."""
    home = Home(tmp_path / "home")
    home.make()
    home.write_settings(home_of_tests.read_settings())
    institution = create_institution(home.read_settings().institution)
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "people.csv").write_text("customer,name,loan,status\nC-1001,林静,L-1001,settled\nC-1002,王芳,L-1002,settled\nC-1003,赵敏,L-1003,open\n", encoding="utf-8")
    books.import_files(home, [tmp_path / "people.csv"], tmp_path / "map.yaml", None, received_on=date(2024, 1, 1), progress=no_progress, threads=1)
    lin, wang, zhao = (erasing.find_person(home, institution, number) for number in ("C-1001", "C-1002", "C-1003"))
    with acting_for(institution):
        for party in (lin, wang, zhao):
            append(CaseEvent(CaseEventKind.OPENED, case_id_of("main", party), party, "main", date(2024, 1, 10), 7), actor="nightly", at=at(date(2024, 1, 10)), cause="run:7")
        for party in (lin, wang):
            append(CaseEvent(CaseEventKind.CLOSED, case_id_of("main", party), party, "main", SETTLED_ON, 8), actor="nightly", at=at(SETTLED_ON), cause="run:8")
    return Bank(home, institution, lin, wang, zhao)


def test_whoever_asks_while_a_duty_runs_is_restricted_and_told_until_when_and_erased_on_the_day_after(bank: Bank) -> None:
    outcome = bank.erase(bank.lin, date(2026, 11, 28))
    assert outcome.erased is None and outcome.restriction is not None
    fact = outcome.restriction.fact
    assert (fact.until_on, fact.ground, fact.rule, fact.record_types) == (LAST_DAY, Ground.DUTY, "cn_limitation_min_keep", ("personal_file",))
    assert bank.run(LAST_DAY).report.deleted == () and bank.is_there(bank.lin)
    gone = bank.run(date(2027, 3, 1)).report
    assert [(one.record_type, one.party) for one in gone.deleted] == [("personal_file", id_text(bank.lin))]
    assert not bank.is_there(bank.lin) and bank.is_there(bank.wang), "nobody asked for Wang, and no confirmed end has passed"
    assert bank.chain(bank.lin) == ["person:restricted", "person:erased"]
    with acting_for(bank.institution):
        assert load.erasures(bank.lin) == [PersonErased(bank.lin, date(2027, 3, 1), ErasureReason.REQUEST)]


def test_the_letter_says_why_until_when_and_what_it_means_in_both_languages_and_is_kept_sealed(bank: Bank) -> None:
    restriction = bank.erase(bank.lin, date(2026, 11, 28)).restriction
    assert restriction is not None and {name[11:] for name in restriction.letters} >= {"en.html.sealed", "zh.html.sealed"}
    opened = {name: restricting.opened_letter(bank.home, bank.institution, bank.lin, name) for name in restriction.letters}
    chinese, english = (opened[f"2026-11-28-{language}.html.sealed"].decode() for language in ("zh", "en"))
    assert "林静：" in chinese and "2027年2月28日（含当日）" in chinese and "Civil Code art. 188" in chinese
    assert "through 28 February 2027" in english and "used for nothing else" in english and "without your asking again" in english
    for name, content in opened.items():
        digest = hashlib.sha256(content).hexdigest()
        assert digest in restriction.fact.letter_digests
        assert (bank.home.letters / id_text(bank.lin) / name).read_bytes() != content
        if ".pdf" in name:
            assert "2027" in "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    bank.run(date(2027, 3, 1))
    assert not (bank.home.letters / id_text(bank.lin)).exists()


def test_whoever_is_restricted_has_no_name_on_any_page_and_is_a_hold_to_the_night(bank: Bank) -> None:
    (book,) = reading.portfolios(bank.home, bank.institution)
    bank.erase(bank.lin, date(2026, 11, 28))
    with acting_for(bank.institution):
        shown = reading.people(bank.home, book, [bank.lin, bank.wang])
    assert (shown[bank.lin].called, shown[bank.wang].called) == (None, "王芳")
    holds = CaseRecords(bank.institution).freeze(date(2026, 11, 28)).tables["holds"].to_pylist()
    assert [(row["party_id"], row["kind"], row["to_on"]) for row in holds] == [(bank.lin, "restricted", None)]
    assert CaseRecords(bank.institution).freeze(date(2026, 11, 27)).tables["holds"].num_rows == 0


def test_a_request_taken_back_gives_the_name_back(bank: Bank) -> None:
    (book,) = reading.portfolios(bank.home, bank.institution)
    bank.erase(bank.lin, date(2026, 11, 28))
    restricting.release(bank.home, bank.institution, bank.lin, "letter of 1 December", at=at(date(2026, 12, 1)), actor="admin")
    with acting_for(bank.institution):
        assert reading.people(bank.home, book, [bank.lin])[bank.lin].name == "林静"
    assert bank.run(date(2027, 3, 1)).report.deleted == ()
    with pytest.raises(restricting.NotRestricted):
        restricting.release(bank.home, bank.institution, bank.lin, "again", at=at(date(2027, 3, 2)), actor="admin")


def test_asking_twice_records_one_restriction(bank: Bank) -> None:
    assert not bank.erase(bank.lin, date(2026, 11, 28)).restriction.recorded_before  # type: ignore[union-attr]
    assert bank.erase(bank.lin, date(2026, 11, 29)).restriction.recorded_before  # type: ignore[union-attr]
    assert bank.chain(bank.lin) == ["person:restricted"]


def test_nobody_ends_a_collection_by_asking_to_be_forgotten_but_a_wrong_person_is_freed_of_it(bank: Bank) -> None:
    with pytest.raises(erasing.DebtOpen, match="A debt of this person is open"):
        bank.erase(bank.zhao, date(2026, 11, 28))
    assert bank.chain(bank.zhao) == []
    restriction = bank.erase(bank.zhao, date(2026, 11, 28), ErasureReason.WRONG_PERSON).restriction
    assert restriction is not None and restriction.fact.ground is Ground.DUTY and restriction.fact.until_on == date(2027, 1, 10)
    assert bank.run(date(2027, 1, 11)).report.deleted[0].party == id_text(bank.zhao)


def test_an_order_erases_at_once_and_a_legal_hold_stops_even_that(bank: Bank) -> None:
    hold = legal_holds.place(bank.home, bank.institution, id_text(bank.case(bank.lin)), "suit (2026) 105", "served", at=at(date(2026, 11, 1)), actor="admin")
    assert (hold.party_id, hold.case_id) == (bank.lin, bank.case(bank.lin))
    stopped = bank.erase(bank.lin, date(2026, 11, 28), ErasureReason.ORDERED).restriction
    assert stopped is not None and (stopped.fact.ground, stopped.fact.until_on) == (Ground.LEGAL_HOLD, None)
    assert bank.run(date(2040, 1, 1), dry_run=True, at=at(date(2026, 11, 28))).report.deleted == ()
    assert [one.party for one in bank.run(date(2026, 11, 28)).report.held] == [id_text(bank.lin)]
    legal_holds.lift(bank.institution, hold.legal_hold_id, "judgment is final", at=at(date(2026, 12, 1)), actor="admin")
    assert legal_holds.in_force(bank.institution, date(2026, 12, 1)) == []
    assert bank.erase(bank.lin, date(2026, 12, 1), ErasureReason.ORDERED).erased is not None
    with pytest.raises(legal_holds.NoSuchLegalHold):
        legal_holds.lift(bank.institution, hold.legal_hold_id, "again", at=at(date(2026, 12, 2)), actor="admin")


def test_the_end_of_the_time_deletes_by_itself_only_by_a_figure_somebody_answers_for(bank: Bank) -> None:
    end = date(2029, 2, 28)  # five years from the leap day
    before = bank.run(date(2029, 3, 1)).report
    assert before.deleted == ()
    assert [(one.rule, one.records, one.unconfirmed) for one in before.for_a_person] == [("cn_personal_file_max_keep", 2, ("cn_personal_file_max_keep",))]
    bank.confirm("cn_personal_file_max_keep", on=date(2029, 3, 1))
    assert bank.run(end, at=at(date(2029, 3, 1))).report.deleted == (), "the last day still belongs to it"
    gone = bank.run(date(2029, 3, 1)).report
    assert {one.party for one in gone.deleted} == {id_text(bank.lin), id_text(bank.wang)} and bank.is_there(bank.zhao)
    assert [(one.rule, one.records) for one in gone.kept] == [("open_case", 1)]
    with pytest.raises(AnswerIsNo, match="confirmed already"):
        bank.confirm("cn_personal_file_max_keep", on=date(2029, 3, 2))


def test_a_recording_goes_by_its_own_time_and_its_entries_stay(bank: Bank) -> None:
    address = bank.keep_recording(bank.lin, date(2024, 2, 20))
    bank.confirm("cn_card_record_min_keep", "cn_collection_record_min_keep", "cn_consumer_finance_record_min_keep", "cn_recording_max_keep", on=date(2026, 11, 28))
    assert bank.run(date(2029, 2, 28)).report.deleted == () and bank.holds_bytes(address)
    gone = bank.run(date(2029, 3, 1)).report
    assert [(one.record_type, one.rule) for one in gone.deleted] == [("recording", "cn_recording_max_keep")]
    assert not bank.holds_bytes(address) and bank.is_there(bank.lin)
    assert bank.chain(bank.lin) == ["evidence:kept", "evidence:deleted"]
    assert bank.run(date(2029, 3, 1)).report.deleted == (), "a second run finds nothing"
    checked = evidence_cases.checked(bank.home, bank.institution, at=at(date(2029, 3, 1)), read_bytes=True, sweep=False)
    assert checked.nothing_is_lost


def test_a_recording_that_must_stay_keeps_the_person_restricted_until_its_own_day(bank: Bank) -> None:
    address = bank.keep_recording(bank.lin, date(2024, 2, 20))
    restriction = bank.erase(bank.lin, date(2027, 3, 1)).restriction
    assert restriction is not None
    assert (restriction.fact.until_on, restriction.fact.rule, restriction.fact.record_types) == (date(2029, 2, 20), "cn_consumer_finance_record_min_keep", ("recording",))
    bank.confirm("cn_card_record_min_keep", "cn_collection_record_min_keep", "cn_consumer_finance_record_min_keep", on=date(2027, 3, 1))
    assert bank.run(date(2029, 2, 20)).report.deleted == ()
    assert bank.run(date(2029, 2, 21)).report.deleted[0].record_type == "personal_file"
    assert not bank.holds_bytes(address) and not bank.is_there(bank.lin)


def test_a_look_ahead_changes_nothing_and_a_day_to_come_is_not_executed(bank: Bank) -> None:
    bank.erase(bank.lin, date(2026, 11, 28))
    ahead = bank.run(date(2027, 3, 1), dry_run=True, at=at(date(2026, 11, 28)))
    assert [one.party for one in ahead.report.deleted] == [id_text(bank.lin)] and ahead.folder is None and bank.is_there(bank.lin)
    with pytest.raises(AnswerIsNo, match="has not come yet"):
        bank.run(date(2027, 3, 1), at=at(date(2026, 11, 28)))


def test_the_report_is_kept_with_its_digest_in_the_journal_and_names_nobody(bank: Bank) -> None:
    bank.erase(bank.lin, date(2026, 11, 28))
    done = bank.run(date(2027, 3, 1))
    assert done.folder is not None
    content, page = (done.folder / "report.json").read_bytes(), (done.folder / "report.html").read_text()
    (fact,) = retaining.runs_so_far(bank.institution)
    assert fact.report_digest == hashlib.sha256(content).hexdigest() and fact.deleted == 1
    assert "cn_limitation_min_keep" in page and "林静" not in page + content.decode() and "C-1001" not in page
    assert bank.run(date(2027, 3, 1)).folder != done.folder


@pytest.mark.parametrize("step", ["forget_people", "_forget_evidence", "erase_party_identity", "append"])
def test_an_erasure_that_is_cut_off_at_any_step_is_finished_by_the_next_run(bank: Bank, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Cut(Exception):
        """The power is gone."""

    def cut(*_: Any, **__: Any) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(erasing, step, cut)
        with pytest.raises(Cut):
            bank.erase(bank.lin, date(2026, 11, 28), ErasureReason.ORDERED)
    assert bank.is_there(bank.lin) and [one.party_id for one in registered(bank.home)] == [bank.lin]
    assert bank.run(date(2026, 11, 29)).report.finished == 1
    assert not bank.is_there(bank.lin) and bank.chain(bank.lin) == ["person:erased"]
    assert bank.run(date(2026, 11, 29)).report.finished == 0
    assert len(registered(bank.home)) == 1


def test_somebody_who_came_back_with_a_restore_is_erased_again(bank: Bank) -> None:
    register(bank.home, [Erasure(at(date(2026, 1, 1)), bank.wang, bank.institution, ErasureReason.ORDERED)])
    finished = erasing.finish_erasures(bank.home, bank.institution, at=at(date(2026, 11, 28)), actor="restore")
    assert finished is not None and finished.people == 1 and not bank.is_there(bank.wang)


def test_a_line_torn_by_a_power_cut_hides_no_other_and_a_broken_one_is_told(bank: Bank) -> None:
    one = Erasure(at(date(2026, 1, 1)), bank.lin, bank.institution, ErasureReason.REQUEST)
    bank.home.erasures.write_text('{"erased_at": "2026-01-01T12:0')
    register(bank.home, [one, one])
    register(bank.home, [one])
    assert registered(bank.home) == [one]
    bank.home.erasures.write_text('{"party_id": "nobody"}\n')
    with pytest.raises(BadData, match="is not an erasure"):
        registered(bank.home)


@pytest.mark.parametrize(("text", "said"), [
    ("not_binding: {no_such_figure: because}", "no figure of this home is called no_such_figure"),
    ("not_binding: [cn_card_record_min_keep]", "expected “not_binding:”"),
    ("not_binding: {cn_card_record_min_keep: ''}", "expected “not_binding:”"),
    ("other: 1", "expected “not_binding:”"),
    ("a: [", "not the YAML"),
])
def test_a_duty_is_not_dropped_by_a_mistake_in_writing(bank: Bank, text: str, said: str) -> None:
    bank.home.retention_file.write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=said):
        not_binding(bank.home)


def test_what_the_lender_states_not_to_bind_it_is_left_out_and_told(bank: Bank) -> None:
    bank.home.retention_file.write_text("not_binding: {cn_consumer_finance_record_min_keep: we are a bank}", encoding="utf-8")
    names = [one["figure"] for one in retaining.figures_in_force(bank.home, bank.institution, date(2026, 11, 28))]
    assert "cn_consumer_finance_record_min_keep" not in names and "cn_card_record_min_keep" in names
    assert bank.run(date(2026, 11, 28)).report.not_binding == {"cn_consumer_finance_record_min_keep": "we are a bank"}
