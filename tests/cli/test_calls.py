"""Calls, the dialler and the first contact by the command line: exit codes, words for people and for machines."""

from __future__ import annotations

import csv
import io
import json

import pytest

from arrears.cli import calls, dialler
from arrears.core.ids import id_text
from tests.cli.test_protection import Desk, desk
from tests.engine.test_calls import NIGHT, POINT, TEN
from tests.engine.test_permits import STATED
from tests.workbench.conftest import bank
from tests.workbench.run_files import WANG

__all__ = ["bank", "desk"]


@pytest.fixture
def case(bank, desk, monkeypatch):
    bank.home.law_file.write_text(STATED, encoding="utf-8")
    at(monkeypatch, TEN)
    for module in (calls, dialler):
        monkeypatch.setattr(module, "institution_of", lambda _: bank.institution_id)
    yield id_text(bank.book.wang)
    bank.home.law_file.unlink()


def at(monkeypatch, moment) -> None:
    """The commands' clock stands at this moment."""
    for module in (calls, dialler):
        monkeypatch.setattr(module, "now", lambda: moment)


def test_a_number_is_opened_and_what_came_of_it_recorded(desk: Desk, case):
    (point,) = desk.told("call", "points", case)["points"]
    assert (point["point"], point["answer"], point["state"]) == (POINT, "permitted", "not_known")
    opened = desk.told("call", "open", case, "--point", POINT)
    assert opened["permitted"] and opened["number"] == f"10012345{WANG}"
    assert desk.told("call", "wrap-up", opened["permit_id"], "--result", "WN") == {"result": "WN", "followed": ["point:wrong_party"]}
    code, said = desk("call", "open", case, "--point", POINT)
    assert code == 1 and "a_hold_stops_collection" in said and f"10012345{WANG}" not in said


def test_at_night_the_answer_is_no_in_the_readers_language(desk: Desk, case, monkeypatch):
    at(monkeypatch, NIGHT)
    code, said = desk("call", "open", case, "--point", POINT, "--language", "zh")
    assert code == 1 and "现在不可" in said and "2026-11-25 08:00" in said


def test_codes_say_what_follows(desk: Desk, case):
    code, said = desk("call", "codes", "--language", "zh")
    assert code == 0 and "非本人号码" in said and "hold:distress" in said
    assert desk("call", "wrap-up", "0000000000000", "--result", "NA")[0] in (1, 2)


def test_a_list_goes_out_results_come_back_and_what_is_not_in_order_ends_with_partly_done(desk: Desk, case, tmp_path):
    file = tmp_path / "calls.csv"
    assert desk.told("dialler", "export", "--output", str(file), "--queue", "automatic")["numbers"] == 1
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    results = tmp_path / "results.csv"
    results.write_text(f"permit_id,result,started_at\n{row['permit_id']},NA,{TEN.isoformat()}\n,NA,{TEN.isoformat()}\n", encoding="utf-8")
    code, said = desk("dialler", "import", str(results))
    assert code == 5 and "1 no_permit" in said and "1 call recorded" in said
    told = desk.told("dialler", "findings")
    assert [one["kind"] for one in told["findings"]] == ["no_permit"] and told["lists"][0]["told"] == 1
    code, said = desk("dialler", "import", str(tmp_path / "nothing.csv"))
    assert code == 3 and "cannot" in said


def test_the_first_contact_is_told_and_its_time_measured(desk: Desk, case):
    assert desk("call", "first-contact", case, "--identity", "two_answers", "--reason", "job_lost", "--willingness", "wants_plan", "--able", "300", "--currency", "CNY")[0] == 0
    assert desk("call", "first-contact", case, "--identity", "guessed", "--reason", "job_lost", "--willingness", "wants_plan")[0] == 2
    told = desk.told("call", "first-contact-times")
    assert told["limit_days"] == 3 and json.dumps(told["late"])
    code, said = desk("call", "first-contact-times")
    assert code == 0 and "Within 3 days" in said
