"""May we make this contact? As somebody asks it on the command line, with the example of the how-to."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from arrears.cli.check import check
from arrears.cli.house import house
from arrears.core.problems import AnswerIsNo, BadData, WrongCall

HOW_TO = (Path(__file__).parents[2] / "docs" / "how_to" / "check_a_contact.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.S)[0]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The example of the how-to, at half past nine in the evening."""
    file = tmp_path / "contact.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    return file


def test_in_the_evening_it_says_which_rule_is_in_the_way_and_until_when(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AnswerIsNo, match="not before 2026-03-11 08:00:00"):
        check(asked)
    said = capsys.readouterr().out
    assert re.search(r"forbids +Contact only in the day", said)
    assert "GB/T 45251-2025" in said and "(1/6)" in said
    assert "certifies nothing" in said


def test_the_same_in_chinese(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AnswerIsNo, match="最早 2026-03-11"):
        check(asked, language="zh")
    said = capsys.readouterr().out
    assert "只在日间联系" in said and "不构成法律意见" in said
    assert "forbids" not in said


def test_at_noon_nothing_is_in_the_way_and_a_machine_is_told_why(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked.write_text(EXAMPLE.replace("T21:30", "T12:30"), encoding="utf-8")
    check(asked, json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["answer"], said["next_permitted_at"]) == ("permitted", None)
    counted = next(rule for rule in said["rules"] if rule["rule"] == "six_unanswered_calls_a_day_to_a_number")
    assert (counted["counted"], counted["limit"], counted["says"]) == (1, 6, "permits")
    assert counted["figures"][0]["figure"] == "cn_unanswered_calls_daily"
    assert counted["events"] == [{"at": "2026-03-10T09:00:00+08:00", "kind": "contact"}]


def test_what_waits_for_a_named_person_is_marked(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked.write_text(EXAMPLE.replace("[CN]", "[GB, GB-ENG]").replace("Asia/Shanghai", "Europe/London"), encoding="utf-8")
    with pytest.raises(AnswerIsNo, match="compliance role"):
        check(asked)
    assert "not confirmed" in capsys.readouterr().out


def test_a_place_without_a_pack_is_refused_with_its_name(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked.write_text(EXAMPLE.replace("[CN]", "[FR]"), encoding="utf-8")
    with pytest.raises(AnswerIsNo):
        check(asked)
    assert "No rule pack covers this act, product or actor in FR." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("channel: call  ", "channel: fax  ", "not known: fax. Known are call"),
        ("at: 2026-03-10T21:30:00+08:00", "at: 2026-03-10T21:30:00", "needs its zone"),
        ("at: 2026-03-10T21:30:00+08:00", "at: tonight", "must be a moment"),
        ("  purpose: collection", "  why: collection", "states its purpose"),
        ("  actor: creditor_own_name", "", "missing: actor"),
        ("kind: contact,", "kind: contact, mood: bad,", "not known: mood"),
        ("act: contact", "act: contact\n  act: suit", "written twice"),
    ],
)
def test_a_document_that_is_not_understood_is_told_what_is_wrong(asked: Path, old: str, new: str, said: str) -> None:
    assert old in EXAMPLE
    asked.write_text(EXAMPLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData, match=said):
        check(asked)


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="is not there"):
        check(tmp_path / "none.yaml")


def test_a_lenders_own_limits_hold_and_are_shown(asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tmp_path / "home" / "rulepacks" / "house"
    rules.mkdir(parents=True)
    (rules / "limits.yaml").write_text('house_contact_closes: [{from: 2026-03-01, value: "19:30", decision: "credit committee"}]', encoding="utf-8")
    house(home=tmp_path / "home", on=date(2026, 3, 10), language="zh")
    said = capsys.readouterr().out
    assert "19:30:00" in said and "credit committee" in said and "没有自定规则" in said
    house(home=tmp_path / "home", on=date(2026, 2, 28), json=True)
    limits = {one["limit"]: one for one in json.loads(capsys.readouterr().out)["limits"]}
    assert (limits["house_contact_closes"]["value"], limits["house_contact_closes"]["own"]) == ("21:00:00", False)
    asked.write_text(EXAMPLE.replace("T21:30:00", "T20:00:00"), encoding="utf-8")
    monkeypatch.setenv("ARREARS_HOME", str(tmp_path / "home"))
    with pytest.raises(AnswerIsNo, match="not before 2026-03-11 08:00:00"):
        check(asked)


def test_limits_that_are_not_understood_stop_every_question(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARREARS_HOME", str(tmp_path))
    (tmp_path / "rulepacks" / "house").mkdir(parents=True)
    (tmp_path / "rulepacks" / "house" / "limits.yaml").write_text("house_calls: 3", encoding="utf-8")
    for ask in (lambda: check(asked), lambda: house(on=date(2026, 3, 10))):
        with pytest.raises(BadData, match="no figure is called so|expected a list"):
            ask()


LOG = Path(__file__).parents[2] / "examples" / "contact_log"


def test_a_log_of_last_month_is_audited_in_one_call_and_ends_with_no_where_a_rule_was_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AnswerIsNo, match="5 contacts broke a rule"):
        check(log=LOG / "october.csv", events=LOG / "events.csv", people=LOG / "people.csv", place=("CN",), known_from=date(2026, 10, 1), output=tmp_path / "out")
    said = capsys.readouterr().out
    assert "22 contacts with 6 people" in said and "3 rows were not understood" in said and "certifies nothing" in said
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_call_names_a_document_or_a_log_and_not_both(tmp_path: Path, asked: Path) -> None:
    for ask in (lambda: check(), lambda: check(asked, log=LOG / "october.csv")):
        with pytest.raises(WrongCall, match="Name one document"):
            ask()
    with pytest.raises(WrongCall, match="MEANING=HEADING"):
        check(log=LOG / "october.csv", place=("CN",), column=("outcome",), output=tmp_path / "out")
