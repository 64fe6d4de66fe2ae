"""Stories about the home: where it is, who may look into it, what is written in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.core.problems import BadData, Refused
from arrears.engine.home import Home, HomeSettings, flat_toml, resolve_home


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_named_on_the_command_line_beats_the_environment(tmp_path):
    assert resolve_home(tmp_path, {"ARREARS_HOME": "/elsewhere"}, is_root=False) == Home(tmp_path)


def test_a_home_named_relatively_is_still_the_same_after_changing_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve_home(Path("mine"), {}, is_root=True).root == tmp_path / "mine"


def test_an_ordinary_user_gets_a_home_among_their_own_data(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert resolve_home(None, {"ARREARS_HOME": "  "}, is_root=False).root == tmp_path / "arrears"


def test_every_folder_of_a_home_is_closed_to_others_even_under_a_lax_umask(tmp_path):
    before = os.umask(0)
    try:
        home = Home(tmp_path / "deep" / "home")
        home.make()
    finally:
        os.umask(before)
    assert {mode_of(folder) for folder in home.folders} == {0o700}


def test_an_older_home_that_was_left_open_is_closed_again(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    home.secrets.chmod(0o755)
    home.make()
    assert mode_of(home.secrets) == 0o700


def test_a_home_where_a_file_stands_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="Choose another folder"):
        Home(tmp_path / "file" / "home").make()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_the_home_of_another_user_is_refused(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    os.chown(home.root, 65534, 65534)
    with pytest.raises(Refused, match="belongs to another user"):
        home.make()


def test_settings_come_back_as_they_were_written(tmp_path):
    home = Home(tmp_path)
    chosen = HomeSettings("CN", "CNY", "zh", '港口"银行"\\ 上海\n分行')
    home.write_settings(chosen)
    assert home.read_settings() == chosen
    assert mode_of(home.settings_file) == 0o600


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_any_name_of_an_institution_survives_the_settings_file(name):
    import tomllib

    assert tomllib.loads(flat_toml({"institution": name})) == {"institution": name}


def test_a_home_that_nobody_made_says_how_to_make_one(tmp_path):
    with pytest.raises(Refused, match="arrears init"):
        Home(tmp_path).read_settings()


@pytest.mark.parametrize(("text", "complaint"), [
    ("currency = CNY", "cannot be read"),
    ('currency = "CNY"', "“institution” is missing"),
    ('jurisdiction = "CN"\ncurrency = "CNY"\nlanguage = "en"\ninstitution = "B"\ncolour = "red"', "“colour” is not a setting"),
])
def test_settings_that_cannot_be_used_are_named(tmp_path, text, complaint):
    Home(tmp_path).settings_file.write_text(text)
    with pytest.raises(BadData, match=complaint):
        Home(tmp_path).read_settings()
