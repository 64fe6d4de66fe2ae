"""A desk without a screen: holds, consents, refusals and advisers of a case's person, by commands, and who may end what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from arrears.cli import doors, protection
from arrears.cli.app import run_command
from arrears.core.ids import id_text
from arrears.engine.home import Home
from tests.workbench.conftest import PASSWORD, SmallBank, bank

__all__ = ["bank"]


@dataclass
class Desk:
    """Commands in this process, at a home that is open."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: str, types: str = "") -> tuple[int, str]:
        """Exit code, and what was said on both streams."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(types))
        code = run_command(words)
        out, err = self.capsys.readouterr()
        return code, out + err

    def told(self, *words: str) -> Any:
        """What a command says to a machine."""
        code, said = self(*words, "--json")
        assert code == 0, said
        return json.loads(said)


@pytest.fixture
def desk(bank: SmallBank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The home of the small bank stands open; each command goes through the same door."""

    @contextmanager
    def opened(_: object) -> Iterator[Home]:
        yield bank.home

    monkeypatch.setattr(doors, "opened", opened)
    monkeypatch.setattr(protection, "institution_of", lambda _: bank.institution_id)
    return Desk(capsys, monkeypatch)


@pytest.fixture
def case(bank: SmallBank) -> str:
    """The case of Lin."""
    return id_text(bank.book.lin)


def done(desk: Desk, *words: str, types: str = "") -> str:
    code, said = desk(*words, types=types)
    assert code == 0, said
    return said


def test_a_hold_is_set_kept_and_lifted_by_who_may(desk: Desk, case: str) -> None:
    hold = desk.told("hold", "set", case, "--kind", "hardship", "--reason", "lost work in October")["hold_id"]
    (stands,) = [one for one in desk.told("hold", "list", case) if one["hold_id"] == hold]
    assert (stands["stands"], stands["kind"], stands["may_lift"]) == (True, "hardship", "manager") and "contact" in stands["blocks"]
    assert "lost work" not in done(desk, "hold", "list", case), "reasons stay sealed"
    later = (date.today() + timedelta(days=20)).isoformat()
    assert later in done(desk, "hold", "review", case, hold, "--note", "papers are coming", "--until", later)
    wrong = desk("hold", "lift", case, hold, "--reason", "found work", "--by", "manager", types="another password")
    assert wrong[0] == 1 and "Nobody signs in" in wrong[1]
    done(desk, "hold", "lift", case, hold, "--reason", "found work", "--by", "manager", types=PASSWORD)
    (ended,) = [one for one in desk.told("hold", "list", case) if one["hold_id"] == hold]
    assert not ended["stands"] and ended["lifted_on"]
    again = desk("hold", "lift", case, hold, "--reason", "found work", "--by", "manager", types=PASSWORD)
    assert again[0] == 1 and "No hold of that id stands" in again[1]


def test_a_moratorium_is_not_lifted_by_a_manager(desk: Desk, case: str) -> None:
    until = (date.today() + timedelta(days=60)).isoformat()
    hold = desk.told("hold", "set", case, "--kind", "breathing_space", "--reason", "notice", "--until", until)["hold_id"]
    refused = desk("hold", "lift", case, hold, "--reason", "a mistake", "--by", "manager", types=PASSWORD)
    assert refused[0] == 1 and "may not be lifted in your role" in refused[1]
    done(desk, "hold", "lift", case, hold, "--reason", "notice of another person", "--by", "compliance", types=PASSWORD)


def test_a_consent_and_a_refusal_are_recorded_and_taken_back_with_their_proof(desk: Desk, case: str) -> None:
    consent = desk.told("consent", "record", case, "--to", "channel", "--channel", "text", "--words", "asks for texts", "--direct")["consent_id"]
    refusal = desk.told("consent", "refuse", case, "--what", "time", "--hours", "18:00-21:00", "--words", "feeds the children then")["request_id"]
    listed = {one["id"]: one for one in desk.told("consent", "list", case)}
    assert (listed[consent]["says"], listed[consent]["channel"]) == ("yes", "text")
    assert (listed[refusal]["says"], listed[refusal]["opens"], listed[refusal]["closes"]) == ("no", "18:00", "21:00")
    assert "children" not in done(desk, "consent", "list", case)
    done(desk, "consent", "withdraw", case, consent, "--words", "no more texts")
    done(desk, "consent", "reopen", case, refusal, "--words", "you may call again")
    assert all(one["taken_back"] for one in desk.told("consent", "list", case) if one["id"] in (consent, refusal))
    twice = desk("consent", "withdraw", case, consent, "--words", "no more texts")
    assert twice[0] == 1 and "No consent of that id counts" in twice[1]


def test_an_adviser_is_named_and_the_authority_is_proven_by_a_paper_alone(desk: Desk, case: str) -> None:
    adviser = desk.told("adviser", "name", case, "--kind", "lawyer", "--name", "Chen & Partners", "--named-by", "debtor", "--words", "call of today")["adviser_id"]
    unseen = desk("adviser", "check", case, adviser, "--finding", "verified", "--words", "looked fine")
    assert unseen[0] == 2 and "kept as evidence" in unseen[1]
    done(desk, "adviser", "check", case, adviser, "--finding", "not_shown", "--words", "asked for twice")
    assert "Chen" not in done(desk, "adviser", "list", case)
    done(desk, "adviser", "end", case, adviser, "--words", "letter of the firm")
    assert [bool(one["ended"]) for one in desk.told("adviser", "list", case)] == [True]


def test_what_does_not_fit_is_told_and_nothing_is_recorded(desk: Desk, case: str) -> None:
    for words, code, said in (
        (("consent", "record", case, "--to", "channel", "--channel", "text"), 2, "It is not said what proves it"),
        (("consent", "record", case, "--to", "time", "--hours", "late", "--words", "x"), 2, "names no hours"),
        (("consent", "record", case, "--to", "channel", "--at", "2026-01-01T10:00:00", "--words", "x"), 2, "needs its zone"),
        (("consent", "refuse", case, "--what", "channel", "--words", "x"), 2, "which channel"),
        (("hold", "set", case, "--kind", "dispute", "--reason", "x", "--scope", "debt"), 2, "names them"),
        (("hold", "list", "0000000000000X"), 2, "not an id of ours"),
        (("hold", "list", "00000000000011"), 1, "no case of that id"),
        (("hold", "lift", case, "00000000000011", "--reason", "x", "--by", "manager"), 2, "There is no password"),
    ):
        ran = desk(*words)
        assert ran[0] == code and said in ran[1].replace("\n", " "), (words, ran)
    assert desk.told("hold", "list", case) == desk.told("consent", "list", case) == []
