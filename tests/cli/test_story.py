"""A story told by the command, in a home of its own that leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from arrears.engine.use_cases.playing_stories import stories_dir
from tests.warm_command import arrears, script

OTHER = (stories_dir() / "first_time_small.yaml").read_text(encoding="utf-8")


BORROWED = """
from arrears.site import bootstrap
bootstrap.configure()
from arrears.site.main import borrowed
with borrowed() as home:
    pointer = home.postgresql / "location"
    print(home.root, pointer.read_text() if pointer.exists() else home.postgresql, sep="\\n")
    assert home.root.is_dir() and not home.is_made
"""


def test_a_borrowed_home_and_its_database_are_gone_afterwards() -> None:
    done = script(BORROWED)
    assert done.returncode == 0, done.stderr
    places = [Path(line) for line in done.stdout.split()]
    assert len(places) == 2 and not any(place.exists() for place in places)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "never_made"


def test_the_list_names_every_story_in_the_language_asked(untouched: Path) -> None:
    found = json.loads(arrears(untouched, "story", "list", "--json").stdout)
    assert len(found) == 10 and all(one["title"]["zh"] for one in found)
    assert "债务人去世" in arrears(untouched, "story", "list", "--language", "zh").stdout


def test_a_story_is_shown_day_by_day_and_no_other_home_is_made(untouched: Path) -> None:
    done = arrears(untouched, "story", "play", "first_time_small", "--language", "zh")
    assert done.returncode == 0, done.stderr
    for words in ("首次逾期，小额", "2026-03-16", "短信温和提醒", "还款 ", "无案件", "一致？"):
        assert words in done.stdout
    assert not untouched.exists()


def test_a_decision_that_differs_is_marked_and_the_exit_code_says_so(untouched: Path, tmp_path: Path) -> None:
    file = tmp_path / "hers.yaml"
    file.write_text(OTHER.replace("treatment: gentle_reminder_sms\n        channel: sms", "treatment: senior_review\n        channel: phone"), encoding="utf-8")
    done = arrears(untouched, "story", "play", str(file), "--json")
    assert done.returncode == 1 and "1 of 4" in done.stderr
    told = json.loads(done.stdout)
    differing = [one for day in told["days"] for one in day["decisions"] if not one["same"]]
    assert not told["as_expected"] and [one["differs_in"] for one in differing] == [["treatment", "channel"]]


def test_a_faulty_story_is_refused_with_its_line_before_anything_is_made(untouched: Path, tmp_path: Path) -> None:
    file = tmp_path / "hers.yaml"
    file.write_text(OTHER.replace("outcome: message_delivered", "outcome: shouted"), encoding="utf-8")
    done = arrears(untouched, "story", "play", str(file))
    assert done.returncode == 3 and "outcome “shouted”" in done.stderr and "(line " in done.stderr
    assert os.listdir(tmp_path) == ["hers.yaml"]
