"""Does somebody at the mail room get a batch to the post by commands, and is told in words and exit codes what must not go?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from arrears.cli import doors
from arrears.cli.app import run_command
from arrears.engine.home import Home
from tests.engine.test_letters import bank, desk

__all__ = ["bank", "desk"]


@pytest.fixture
def said(desk: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Exit code and words of a command at the home where letters are printed."""
    from arrears.cli import letters

    @contextmanager
    def opened(_: object) -> Iterator[Home]:
        yield desk.home

    monkeypatch.setattr(doors, "opened", opened)
    monkeypatch.setattr(letters, "institution_of", lambda _: desk.institution_id)
    monkeypatch.setattr(letters, "now", lambda: desk.at)

    def command(*words: str) -> tuple[int, str, str]:
        code = run_command(("letters", *words))
        return code, *capsys.readouterr()

    return command


def test_a_batch_goes_to_the_post_and_back_comes_what_the_post_says(desk: Any, said: Any) -> None:
    assert said("close")[:2] == (0, "No letter waits.\n")
    batch = desk.printed(2)
    ((listed,),) = [json.loads(said("batches", "--json")[1])["batches"]]
    assert listed == {"batch": batch, "letters": 2, "pages": 2, "handed_over": 0, "taken_out": 0, "waits": 2}
    code, words, _ = said("hand-over", batch)
    assert code == 0 and "To the post: 2   waits: 0   taken out: 0   decided before: 0" in words
    key = json.loads(said("show", batch, "--json")[1])[0]["key"]
    file = desk.home.root / "post.csv"
    file.write_text(f"key,event,on\n{key},posted,2026-11-24\n{key},lost,2026-11-24\n", encoding="utf-8")
    code, words, why = said("import", str(file))
    assert code == 5 and "Recorded: 1   known before: 0   findings: 1" in words and "Row 2, event “lost”" in words + why
    assert "posted 2026-11-24" in said("show", batch)[1]


def test_what_must_not_go_is_named_with_where_it_lies_and_what_to_do(desk: Any, said: Any) -> None:
    batch = desk.printed()
    desk.at += timedelta(days=15)
    code, words, why = said("hand-over", batch)
    assert code == 5 and "destroy" in words and "too_late" in words and "must not go to the post now" in why
    assert json.loads(said("show", batch, "--json")[1])[0]["decided"] == "taken out: too_late"


def test_a_batch_that_is_not_there_and_a_file_of_another_form_are_told_apart(desk: Any, said: Any) -> None:
    assert said("show", "2026-01-01-1")[0] == 1
    file = desk.home.root / "post.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    code, _, why = said("import", str(file))
    assert code == 3 and "has no column key" in why
