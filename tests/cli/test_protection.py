"""A desk without a screen: holds, consents, refusals and advisers of a case's person, by commands, each followed by what the gate then says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.test_commands import arrears, told
from tests.cli.test_rules import A_PERSON_OF_COMPLIANCE, LIN, WEI
from tests.conftest import folder_for_servers

LAW = "{places: [CN], actor: creditor_own_name, lender: bank, zones: [Asia/Shanghai], history_known_from: 2020-01-01}"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a small book that was run, and two colleagues."""
    with folder_for_servers() as folder:
        place = folder / "home"
        assert arrears(place, "init", "--institution", "Harbour Bank").returncode == 0
        assert arrears(place, "sample", "--accounts", "200", "--seed", "3", "--as-of", "2026-11-23").returncode == 0
        assert arrears(place, "run", "--as-of", "2026-11-24").returncode == 0
        (place / "law.yaml").write_text(LAW, encoding="utf-8")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
        made = subprocess.run([sys.executable, "-c", A_PERSON_OF_COMPLIANCE, str(place)], capture_output=True, text=True, check=False, env=environ)
        assert made.returncode == 0, made.stderr
        yield place


@pytest.fixture(scope="module")
def case(home: Path) -> str:
    """The first case of the list."""
    return str(told(home, "case", "list", "--limit", "1")["cases"][0]["case_id"])


def done(home: Path, *words: str, types: str = "") -> str:
    ran = arrears(home, *words, types=types)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_hold_is_set_kept_and_lifted_by_who_may(home: Path, case: str) -> None:
    hold = told(home, "hold", "set", case, "--kind", "hardship", "--reason", "lost work in October")["hold_id"]
    (stands,) = [one for one in told(home, "hold", "list", case) if one["hold_id"] == hold]
    assert (stands["stands"], stands["kind"], stands["may_lift"]) == (True, "hardship", "manager") and "contact" in stands["blocks"]
    assert "lost work" not in done(home, "hold", "list", case), "reasons stay sealed"
    later = (date.today() + timedelta(days=20)).isoformat()
    assert later in done(home, "hold", "review", case, hold, "--note", "papers are coming", "--until", later)
    wrong = arrears(home, "hold", "lift", case, hold, "--reason", "found work", "--by", "lin", types=WEI)
    assert wrong.returncode == 1 and "Nobody signs in" in wrong.stderr
    done(home, "hold", "lift", case, hold, "--reason", "found work", "--by", "lin", types=LIN)
    (ended,) = [one for one in told(home, "hold", "list", case) if one["hold_id"] == hold]
    assert not ended["stands"] and ended["lifted_on"]
    again = arrears(home, "hold", "lift", case, hold, "--reason", "found work", "--by", "lin", types=LIN)
    assert again.returncode == 1 and "No hold of that id stands" in again.stderr


def test_a_moratorium_is_not_lifted_by_a_manager(home: Path, case: str) -> None:
    until = (date.today() + timedelta(days=60)).isoformat()
    hold = told(home, "hold", "set", case, "--kind", "breathing_space", "--reason", "notice", "--until", until)["hold_id"]
    refused = arrears(home, "hold", "lift", case, hold, "--reason", "a mistake", "--by", "lin", types=LIN)
    assert refused.returncode == 1 and "may not be lifted in your role" in refused.stderr
    done(home, "hold", "lift", case, hold, "--reason", "notice of another person", "--by", "wei", types=WEI)


def test_a_consent_and_a_refusal_are_recorded_and_taken_back_with_their_proof(home: Path, case: str) -> None:
    consent = told(home, "consent", "record", case, "--to", "channel", "--channel", "text", "--words", "asks for texts", "--direct")["consent_id"]
    refusal = told(home, "consent", "refuse", case, "--what", "time", "--hours", "18:00-21:00", "--words", "feeds the children then")["request_id"]
    listed = {one["id"]: one for one in told(home, "consent", "list", case)}
    assert (listed[consent]["says"], listed[consent]["channel"]) == ("yes", "text")
    assert (listed[refusal]["says"], listed[refusal]["opens"], listed[refusal]["closes"]) == ("no", "18:00", "21:00")
    assert "children" not in done(home, "consent", "list", case)
    done(home, "consent", "withdraw", case, consent, "--words", "no more texts")
    done(home, "consent", "reopen", case, refusal, "--words", "you may call again")
    assert all(one["taken_back"] for one in told(home, "consent", "list", case) if one["id"] in (consent, refusal))
    twice = arrears(home, "consent", "withdraw", case, consent, "--words", "no more texts")
    assert twice.returncode == 1 and "No consent of that id counts" in twice.stderr


def test_an_adviser_is_named_and_the_authority_is_proven_by_a_paper_alone(home: Path, case: str) -> None:
    adviser = told(home, "adviser", "name", case, "--kind", "lawyer", "--name", "Chen & Partners", "--named-by", "debtor", "--words", "call of today")["adviser_id"]
    unseen = arrears(home, "adviser", "check", case, adviser, "--finding", "verified", "--words", "looked fine")
    assert unseen.returncode == 2 and "kept as evidence" in unseen.stderr
    done(home, "adviser", "check", case, adviser, "--finding", "not_shown", "--words", "asked for twice")
    assert "Chen" not in done(home, "adviser", "list", case)
    done(home, "adviser", "end", case, adviser, "--words", "letter of the firm")
    assert [bool(one["ended"]) for one in told(home, "adviser", "list", case)] == [True]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("consent", "record", "CASE", "--to", "channel", "--channel", "text"), 2, "It is not said what proves it"),
    (("consent", "record", "CASE", "--to", "time", "--hours", "late", "--words", "x"), 2, "names no hours"),
    (("consent", "refuse", "CASE", "--what", "channel", "--words", "x"), 2, "which channel"),
    (("hold", "set", "CASE", "--kind", "dispute", "--reason", "x", "--scope", "debt"), 2, "names them"),
    (("hold", "list", "0000000000000X"), 2, ""),
    (("hold", "list", "00000000000011"), 1, "no case of that id"),
])
def test_what_does_not_fit_is_told_and_nothing_is_recorded(home: Path, case: str, words: tuple[str, ...], code: int, said: str) -> None:
    before = told(home, "hold", "list", case), told(home, "consent", "list", case)
    ran = arrears(home, *(case if word == "CASE" else word for word in words))
    assert ran.returncode == code and said in ran.stderr, ran.stderr
    assert (told(home, "hold", "list", case), told(home, "consent", "list", case)) == before
