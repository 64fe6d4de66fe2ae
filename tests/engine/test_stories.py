"""Each story that comes with the product, played for real: does the machine decide what a collections manager would?"""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.engine.home import Home
from arrears.engine.stories.telling import Story
from arrears.engine.use_cases.playing_stories import Played, play, policy_of, stories_dir, story_in
from arrears.record.journal.signing import make_signing_key

FILES = sorted(stories_dir().glob("*.yaml"))


def own_home(folder: Path) -> Home:
    """A home of the story's own; the database and the envelope key are those of the tests."""
    home = Home(folder / "home")
    home.make()
    make_signing_key(home.signing_key)
    return home


def played(folder: Path, story: Story, file: Path, policy: str | None = None, *, whole_nights: bool = False) -> Played:
    return play(own_home(folder), story, policy_of(story, file, policy), whole_nights=whole_nights)


def wrong(found: Played) -> list[str]:
    return [f"{day.on} {one.expected.person}: {one.decided.treatment} by {one.decided.rule} ({one.decided.reason.en}), not {one.expected.treatment}"
            for day in found.days for one in day.verdicts if one.differs_in]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("file", FILES, ids=[f"{story_in(file).title.en}: {file.stem}" for file in FILES])
def test_the_story_goes_as_told(file: Path, tmp_path: Path) -> None:
    assert wrong(played(tmp_path, story_in(file), file)) == []


@pytest.mark.usefixtures("database")
def test_another_policy_may_decide_otherwise_and_each_difference_is_told(tmp_path: Path) -> None:
    file = stories_dir() / "first_time_small.yaml"
    found = played(tmp_path, story_in(file), file, "first_steps")
    assert found.policy.name == "first_steps" and not found.is_as_expected
    assert {name for day in found.days for one in day.verdicts for name in one.differs_in} <= {"treatment", "channel", "rule"}


@pytest.mark.soak
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_whole_nights_decide_the_same(file: Path, tmp_path: Path) -> None:
    assert wrong(played(tmp_path, story_in(file), file, whole_nights=True)) == []
