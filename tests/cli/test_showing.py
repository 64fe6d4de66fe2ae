"""Does the terminal get exactly the words that were meant?"""

from __future__ import annotations

import pytest

from arrears.cli import doors
from arrears.cli.app import run_command
from arrears.core.problems import ExitCode, WrongCall


def test_square_brackets_in_a_refusal_are_words_like_any_other(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: object) -> object:
        raise WrongCall("There is no policy “[/new]”.", "", "Name one of [first_steps].")

    monkeypatch.setattr(doors, "opened", refuse)
    assert run_command(["serve"]) == ExitCode.WRONG_CALL
    said = capsys.readouterr().err
    assert "“[/new]”" in said and "[first_steps]" in said
