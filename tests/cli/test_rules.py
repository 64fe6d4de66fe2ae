"""A person of the compliance role confirms on the command line, and a check of a contact takes notice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import arrears, told
from tests.conftest import folder_for_servers
from tests.warm_command import script

A_PERSON_OF_COMPLIANCE = """
import sys
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.casefile.store.users import create_user
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home:
    for name, role in (("wei", "compliance"), ("lin", "manager")):
        create_user(name, "four quiet words of " + name, role=role, institution_id=institution_of(home))
"""
CONTACT = """
at: 2040-11-26T11:00:00+00:00
proposed: {act: contact, purpose: collection, channel: call, debts: [D1]}
facts:
  places: [GB, GB-ENG]
  zones: [Europe/London]
  actor: creditor_own_name
  product: consumer_loan
  history_from: 2020-01-01
  history:
    - {at: "2040-11-20T11:00:00+00:00", kind: debt_advice, marks: [plan_in_progress]}
"""
RULE, CITATION = "uk/conc/hold_while_advice_is_taken", "CONC 7.3.11R, 7.3.12G"
WEI, LIN = "four quiet words of wei\n", "four quiet words of lin\n"
SOURCE = "the handbook, edition of October 2026"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a person of the compliance role and a manager."""
    with folder_for_servers() as folder:
        place = folder / "home"
        assert arrears(place, "init", "--institution", "Harbour Bank").returncode == 0
        made = script(A_PERSON_OF_COMPLIANCE, str(place))
        assert made.returncode == 0, made.stderr
        yield place


def certain(home: Path, folder: Path, *words: str) -> bool:
    """Does the check count the rule on debt advice as certain?"""
    file = folder / "contact.yaml"
    file.write_text(CONTACT, encoding="utf-8")
    done = arrears(home, "check", str(file), "--json", *words)
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    (rule,) = [one for one in found["rules"] if f"{one['pack']}/{one['rule']}" == RULE]
    return bool(rule["certain"])


def test_from_the_list_of_what_waits_to_a_confirmation_and_back(home: Path, tmp_path: Path) -> None:
    waits = {one["subject"]: one for one in told(home, "rules", "list")}
    assert waits[RULE]["citation"] == CITATION and waits[RULE]["holds_up"] == [RULE] and waits[RULE]["confidence"] == "memory"
    by_manager = arrears(home, "rules", "confirm", RULE, "--source", SOURCE, "--read", CITATION, "--by", "lin", types=LIN)
    assert by_manager.returncode == 1 and "not an active user of the compliance role" in by_manager.stderr
    otherwise = arrears(home, "rules", "confirm", RULE, "--source", SOURCE, "--read", "CONC 9", "--by", "wei", types=WEI)
    assert otherwise.returncode == 1 and "the pack states" in otherwise.stderr
    unnamed = arrears(home, "rules", "confirm", RULE, "--source", "", "--read", CITATION, "--by", "wei", types=WEI)
    assert unnamed.returncode == 2
    assert not certain(home, tmp_path, "--home", str(home))
    for subject, one in waits.items():
        if RULE in one["holds_up"]:
            done = arrears(home, "rules", "confirm", subject, "--source", SOURCE, "--read", one["value"] or one["citation"], "--by", "wei", types=WEI)
            assert done.returncode == 0, done.stderr
    assert certain(home, tmp_path, "--home", str(home)) and not certain(home, tmp_path)
    assert RULE not in {one["subject"] for one in told(home, "rules", "list")}
    (kept,) = told(home, "rules", "show", RULE)["confirmations"]
    assert (kept["by"], kept["source"], kept["taken_back"]) == ("wei", SOURCE, None)
    assert arrears(home, "rules", "revoke", kept["id"], "--reason", "an old edition", "--by", "wei", types=WEI).returncode == 0
    assert not certain(home, tmp_path, "--home", str(home))
    (kept,) = told(home, "rules", "show", RULE)["confirmations"]
    assert kept["taken_back"]["reason"] == "an old edition"


@pytest.mark.parametrize(("words", "code", "said"), [
    (("show", "no_such_rule"), 1, "no figure and no rule"),
    (("confirm", "no_such_rule", "--source", SOURCE, "--read", "1", "--by", "wei"), 1, "no figure and no rule"),
    (("revoke", "not-an-id", "--reason", "x", "--by", "wei"), 2, ""),
    (("revoke", "0A1B2C3D4E5F6", "--reason", "x", "--by", "wei"), 2, ""),
])
def test_what_does_not_exist_is_told_in_plain_words(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = arrears(home, "rules", *words, types=WEI)
    assert done.returncode == code and said in done.stderr, done.stderr


def test_the_lists_can_be_read_by_people_too(home: Path) -> None:
    listed, shown = arrears(home, "rules", "list"), arrears(home, "rules", "show", RULE, "--language", "zh")
    assert "wait for confirmation" in listed.stdout and "memory" in listed.stdout
    assert "债务顾问" in shown.stdout and CITATION in shown.stdout


@pytest.mark.parametrize(("by", "typed", "code", "said"), [
    ("wei", LIN, 1, "Nobody signs in as “wei” with this password"),
    ("wei", "", 2, "There is no password"),
    ("nobody", WEI, 1, "Nobody signs in as “nobody” with this password"),
    ("lin", LIN, 1, "not an active user of the compliance role"),
])
def test_who_answers_for_a_figure_of_law_proves_who_it_is(home: Path, by: str, typed: str, code: int, said: str) -> None:
    waits = {one["subject"] for one in told(home, "rules", "list")}
    done = arrears(home, "rules", "confirm", RULE, "--source", SOURCE, "--read", CITATION, "--by", by, types=typed)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert {one["subject"] for one in told(home, "rules", "list")} == waits, "nothing was confirmed"


def test_a_password_is_no_word_of_the_command(home: Path) -> None:
    assert "--password" not in arrears(home, "rules", "confirm", "--help").stdout
    assert arrears(home, "rules", "confirm", RULE, "--source", SOURCE, "--read", CITATION, "--by", "wei", "--password", "x", types=WEI).returncode == 2
