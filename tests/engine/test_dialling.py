"""A list of permitted numbers goes to a dialler, and what it tells is held against the permits; a call without one is found."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from arrears.casefile.facts.call import PointMark
from arrears.casefile.facts.hold import HoldKind
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text, parse_id
from arrears.core.problems import BadData, WrongCall
from arrears.engine.use_cases import calls, dialling, permits, protecting
from tests.engine.test_calls import NIGHT, POINT, TEN, law
from tests.workbench.conftest import bank
from tests.workbench.run_files import WANG

__all__ = ["bank", "law"]


@pytest.fixture
def out(law, tmp_path):
    """A list of the automatic queue (Wang is in it) that was written at ten."""
    file = tmp_path / "calls.csv"
    did = dialling.export_list(law.home, law.institution_id, law.book.name, file, queue="automatic", minutes=None, at=TEN, actor="lin")
    return did, file


def rows_of(file) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def results(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, dialling.RESULT_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def called(permit: str, result: str = "NA", at: datetime = TEN + timedelta(minutes=5), **more: str) -> dict[str, str]:
    return {"permit_id": permit, "result": result, "started_at": at.isoformat(), "agent": "a7", **more}


def taken_in(law, *rows: dict[str, str], at: datetime = TEN + timedelta(minutes=10), last: bool = False):
    return dialling.import_results(law.home, law.institution_id, results(*rows), at=at, actor="lin", is_last=last)


def findings(law) -> list[str]:
    return [one.kind.value for one in dialling.dialler_state(law.institution_id, TEN)[1]]


def test_a_list_holds_permitted_numbers_alone_each_with_its_permit_and_is_closed_to_others(law, out):
    did, file = out
    (row,) = rows_of(file)
    assert row["number"] == f"10012345{WANG}" and row["case_id"] == id_text(law.book.wang)
    assert row["call_from"] == "2026-11-24T10:00:00+08:00" and row["call_until"] == "2026-11-24T11:00:00+08:00"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (listed,) = permits.permits_of(law.home, law.institution_id, law.book.wang, TEN)
    assert listed.state == "open" and listed.permit.permit_id == parse_id(row["permit_id"])
    with acting_for(law.institution_id):
        (seen,) = load.personal_shown(WANG)
        (exported,) = load.dialler_lists()
    assert (seen.form, seen.reason) == ("dialler_list", "taking_along") and (exported.numbers, exported.list_id) == (1, did.list_id)


def test_who_is_protected_or_whose_number_is_another_persons_is_on_no_list(law, tmp_path):
    calls.mark_point(law.institution_id, WANG, "call", POINT, PointMark.WRONG_PARTY, "the shop", at=TEN, actor="lin")
    did = dialling.export_list(law.home, law.institution_id, law.book.name, tmp_path / "a.csv", queue="automatic", minutes=5, at=TEN, actor="lin")
    assert (did.listed, did.without_number) == ((), 1)
    calls.mark_point(law.institution_id, WANG, "call", POINT, PointMark.CLEARED, "a mistake", at=TEN, actor="lin")
    protecting.place_hold(law.institution_id, WANG, HoldKind.DISPUTE, "says so", protecting.Reach(), at=TEN, actor="lin")
    did = dialling.export_list(law.home, law.institution_id, law.book.name, tmp_path / "b.json", queue="automatic", minutes=5, at=TEN + timedelta(minutes=1), actor="lin", form="json")
    assert did.listed == () and sum(did.refused.values()) == 1 and json.loads((tmp_path / "b.json").read_text()) == []


def test_nobody_is_called_twice_at_once_by_a_colleague_and_a_dialler(law, out, tmp_path):
    with pytest.raises(calls.CallIsOpen, match="dialler"):
        calls.open_number(law.home, law.institution_id, law.book.wang, POINT, at=TEN + timedelta(minutes=1), agent="collector", role="collector")
    taken_in(law, {"permit_id": rows_of(out[1])[0]["permit_id"], "result": dialling.NOT_CALLED}, at=TEN + timedelta(minutes=2))
    calls.open_number(law.home, law.institution_id, law.book.wang, POINT, at=TEN + timedelta(minutes=3), agent="collector", role="collector")
    did = dialling.export_list(law.home, law.institution_id, law.book.name, tmp_path / "b.csv", queue="automatic", minutes=5, at=TEN + timedelta(minutes=4), actor="lin")
    assert did.listed == () and did.refused == {dialling.BEING_CALLED: 1}


def test_at_night_a_list_is_empty(law, tmp_path):
    did = dialling.export_list(law.home, law.institution_id, law.book.name, tmp_path / "night.csv", queue="automatic", minutes=None, at=NIGHT, actor="lin")
    assert (did.listed == () and list(did.refused) == ["china/banking_association/hours_of_contact"]) or len(did.refused) == 1


def test_a_list_is_never_written_over_nor_good_for_longer_than_the_lender_allows(law, out):
    _, file = out
    with pytest.raises(WrongCall, match="there already"):
        dialling.export_list(law.home, law.institution_id, law.book.name, file, queue="automatic", minutes=None, at=TEN, actor="lin")
    with pytest.raises(WrongCall, match="60 minutes at most"):
        dialling.export_list(law.home, law.institution_id, law.book.name, file.with_name("b.csv"), queue="automatic", minutes=90, at=TEN, actor="lin")


def test_a_result_comes_back_by_its_permit_and_the_same_file_counts_once(law, out):
    permit = rows_of(out[1])[0]["permit_id"]
    row = called(permit, "WN")
    did = taken_in(law, row)
    assert (did.recorded, did.known, dict(did.findings)) == (1, 0, {})
    with acting_for(law.institution_id):
        (call,) = load.calls_wrapped_up(WANG)
        (contact,) = load.contacts(WANG)
    assert (call.result, call.agent, call.action) == ("WN", "a7", "DL") and contact.permit_id == parse_id(permit)
    assert contact.occurred_at == TEN + timedelta(minutes=5)
    again = taken_in(law, row, at=TEN + timedelta(minutes=20))
    assert (again.recorded, again.known, dict(again.findings)) == (0, 1, {})
    (shown,), _ = dialling.dialler_state(law.institution_id, TEN + timedelta(minutes=20))
    assert (shown.told, shown.open, shown.silent) == (1, 0, 0)


def test_a_number_that_was_not_called_gives_its_permit_back(law, out):
    permit = rows_of(out[1])[0]["permit_id"]
    assert taken_in(law, {"permit_id": permit, "result": dialling.NOT_CALLED}).given_back == 1
    assert permits.permits_of(law.home, law.institution_id, law.book.wang, TEN)[0].state == "voided"


def test_after_the_last_file_every_unused_permit_is_given_back(law, out):
    did = taken_in(law, called(rows_of(out[1])[0]["permit_id"], "NA", TEN + timedelta(hours=2), row_key="late"), last=True, at=TEN + timedelta(minutes=30))
    assert did.given_back == 1


@pytest.mark.parametrize(("row", "kind", "counts"), [
    (lambda permit: called(""), "no_permit", False),
    (lambda permit: called("", case_id="WANG"), "no_permit", True),
    (lambda permit: called("0000000000000"), "unknown_permit", False),
    (lambda permit: called("not an id"), "unknown_permit", False),
    (lambda permit: called(permit, at=TEN - timedelta(minutes=1)), "before_permit", True),
    (lambda permit: called(permit, at=TEN + timedelta(minutes=60)), "after_expiry", True),
    (lambda permit: {**called(permit), "started_at": "soon"}, "not_understood", False),
    (lambda permit: {**called(permit), "started_at": "2026-11-24T10:05:00"}, "not_understood", False),
    (lambda permit: called(permit, "XYZ"), "not_understood", False),
])
def test_a_call_that_is_not_in_order_is_found_once_and_counts_where_it_is_known_whom_it_reached(law, out, row, kind, counts):
    made = row(rows_of(out[1])[0]["permit_id"])
    if made.get("case_id") == "WANG":
        made["case_id"] = id_text(law.book.wang)
    at = TEN + timedelta(minutes=61) if kind == "after_expiry" else TEN + timedelta(minutes=10)
    did = taken_in(law, made, at=at)
    assert (did.recorded, dict(did.findings)) == (int(counts), {kind: 1}) and findings(law) == [kind]
    with acting_for(law.institution_id):
        assert [one.permit_id for one in load.contacts(WANG)] == ([None] if counts else [])
    assert taken_in(law, made, at=at).known == 1 and findings(law) == [kind]


def test_one_permit_is_one_call(law, out):
    permit = rows_of(out[1])[0]["permit_id"]
    did = taken_in(law, called(permit, "NA"), called(permit, "BZ", TEN + timedelta(minutes=6)))
    assert (did.recorded, dict(did.findings)) == (2, {"second_call": 1})


def test_a_person_who_was_protected_meanwhile_must_not_have_been_called(law, out):
    protecting.place_hold(law.institution_id, WANG, HoldKind.DISPUTE, "says so", protecting.Reach(), at=TEN + timedelta(minutes=2), actor="lin")
    did = taken_in(law, called(rows_of(out[1])[0]["permit_id"], "NA"))
    assert (did.recorded, dict(did.findings)) == (1, {"permit_not_open": 1})


def test_a_result_that_is_told_after_the_permit_ran_out_counts_and_is_found_late(law, out):
    did = taken_in(law, called(rows_of(out[1])[0]["permit_id"], "NA"), at=TEN + timedelta(hours=3))
    assert (did.recorded, dict(did.findings)) == (1, {"late_result": 1})


def test_a_dialler_that_wrote_no_words_still_protects_who_disputes(law, out):
    taken_in(law, called(rows_of(out[1])[0]["permit_id"], "DISP"))
    assert [one.hold.kind for one in protecting.protection_of_person(law.institution_id, WANG, TEN.date()).holds] == [HoldKind.DISPUTE]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"permit,result\nA,NA\n"])
def test_a_file_that_is_no_list_of_results_is_refused_whole(law, content):
    with pytest.raises(BadData):
        dialling.import_results(law.home, law.institution_id, content, at=datetime(2026, 11, 24, tzinfo=UTC), actor="lin")
