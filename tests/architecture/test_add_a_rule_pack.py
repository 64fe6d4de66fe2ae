"""Can a newcomer add a state by following the page? The page is followed word by word: its files are written, its commands run, its answers compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how_to" / "add_a_rule_pack.md"
NAMED = re.compile(r"`([\w./]+)`:\n\n$")


@dataclass(frozen=True)
class Step:
    """One block of the page: a file to write, commands to run, or what they said."""

    language: str
    file: str
    text: str


def steps() -> Iterator[Step]:
    """The blocks of the page, in their order."""
    page = PAGE.read_text(encoding="utf-8")
    for block in re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.S | re.M):
        named = NAMED.search(page[: block.start()])
        yield Step(block[1], named[1] if named else "", block[2])


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    """The code, the rules about rules and the tools, as someone has them who begins."""
    for folder in ("src/arrears", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "tests" / "check").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/check/__init__.py", "tests/check/test_packs.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _run(command: str, copy: Path) -> str:
    ours = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(copy / "src"), "COLUMNS": "200"}
    done = subprocess.run(["sh", "-c", command], cwd=copy, env={**os.environ, **ours}, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert done.returncode == 0 or command.startswith("arrears check"), done.stdout + done.stderr
    return done.stdout + done.stderr


def test_whoever_follows_the_page_has_a_state_that_is_asked(working_copy: Path) -> None:
    said, compared = "", 0
    for step in steps():
        if step.language == "sh":
            said = "".join(_run(command, working_copy) for command in step.text.splitlines())
            assert "pytest" not in step.text or re.search(r"\b\d\d+ passed", said), said
        elif step.language == "text":
            assert [line for line in step.text.splitlines() if line not in said] == [], said
            compared += 1
        else:
            assert step.file, f"the page does not say where this belongs: {step.text[:80]}"
            file = working_copy / step.file
            assert not file.exists(), f"{step.file} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text, encoding="utf-8")
    assert compared == 3
    pages = working_copy / "docs" / "rules" / "us" / "franklin"
    assert {path.name for path in pages.iterdir()} == {"README.md", "no_more_than_two_a_week.md", "not_at_night_and_not_on_sunday.md"}


def test_a_step_that_is_left_out_is_noticed(working_copy: Path) -> None:
    """Without the figures the pack is refused as a whole, in plain words."""
    for step in steps():
        if step.file and not step.file.endswith("parameters/franklin.yaml"):
            (working_copy / step.file).parent.mkdir(parents=True, exist_ok=True)
            (working_copy / step.file).write_text(step.text, encoding="utf-8")
    ours = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(working_copy / "src")}
    done = subprocess.run(
        ["arrears", "check", "contact.yaml"], cwd=working_copy, env={**os.environ, **ours}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "no figure is called us_fk_contacts" in " ".join(done.stderr.split())
