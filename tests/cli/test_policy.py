"""The page on publishing a policy, command by command: two people, a comparison before, a run by it, and the way back."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_commands import arrears, told
from tests.conftest import folder_for_servers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how_to" / "publish_a_policy.md").read_text(encoding="utf-8")
FIRST_STEPS = (ROOT / "policies" / "first_steps.yaml").read_text(encoding="utf-8")
PASSWORD = "four quiet words here"
TWO_PEOPLE = f"""
import sys
from pathlib import Path
from arrears.site import bootstrap
bootstrap.configure()
from arrears.casefile.store.users import create_user
from arrears.engine.use_cases.setting_up import institution_of
from arrears.site.main import opened
with opened(Path(sys.argv[1])) as home:
    for name, role in (("wei", "manager"), ("lin", "compliance")):
        create_user(name, "{PASSWORD}", role=role, institution_id=institution_of(home))
"""


def commands_of_the_page() -> list[list[str]]:
    """Every command in the page's blocks, in order, without `arrears`."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line.startswith("arrears ")]
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a small book that was run, a manager and a person of compliance, and the policy of the page."""
    with folder_for_servers() as folder:
        place = folder / "home"
        for words in (("init", "--institution", "Harbour Bank"), ("sample", "--accounts", "300", "--seed", "3", "--as-of", "2026-11-23"), ("run", "--on", "2026-11-23", "--reports", "0")):
            done = arrears(place, *words)
            assert done.returncode == 0, done.stderr
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
        made = subprocess.run([sys.executable, "-c", TWO_PEOPLE, str(place)], capture_output=True, text=True, check=False, env=environ)
        assert made.returncode == 0, made.stderr
        (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        (folder / "wrong").write_text("another\n", encoding="utf-8")
        (folder / "spring.yaml").write_text(
            FIRST_STEPS.replace("policy: first_steps", "policy: spring").replace("days_past_due <= 15 and amount", "days_past_due <= 300 and amount"), encoding="utf-8")
        yield place


def carried_out(home: Path, words: list[str], request: str) -> subprocess.CompletedProcess[str]:
    """A command of the page with what stands for something put in."""
    put_in = {"spring.yaml": str(home.parent / "spring.yaml"), "changed": str(home.parent / "changed"), "ID": request}
    words = [put_in.get(word, word) for word in words]
    return arrears(home, *words, *(("--password-file", str(home.parent / "password")) if "--by" in words else ()))


def test_the_commands_of_the_page_do_what_it_says(home: Path) -> None:
    said: dict[str, str] = {}
    request = ""
    for words in commands_of_the_page():
        done = carried_out(home, words, request)
        if words[:2] == ["policy", "rollback"]:  # The only one that was published is in force: there is no way back yet.
            assert done.returncode == 1 and "Exactly this file is in force" in done.stderr
            continue
        assert done.returncode == 0, (words, done.stderr)
        said[" ".join(words[:2])] = done.stdout
        if words[:2] == ["policy", "publish"]:
            request = re.findall(r"policy approve (\w{14})", done.stdout)[0]
            alone = arrears(home, "policy", "approve", request, "--reason", "mine", "--by", "wei", "--password-file", str(home.parent / "password"))
            assert alone.returncode == 1 and "a second person does" in alone.stderr
            stolen = arrears(home, "policy", "approve", request, "--reason", "x", "--by", "lin", "--password-file", str(home.parent / "wrong"))
            assert stolen.returncode == 1 and "Nobody signs in as “lin” with this password" in stolen.stderr
            unasked = arrears(home, "policy", "approve", request, "--reason", "x", "--by", "lin")
            assert unasked.returncode == 2 and "--password-file" in unasked.stderr
    assert "cases are treated otherwise" in said["policy diff"] and (home.parent / "changed" / "changed_cases.csv").read_text().count("\n") > 1
    assert "for people" in said["policy simulate"] and "2026-11-16" in said["policy simulate"]
    assert "spring" in said["approvals list"] and "wei" in said["approvals list"]
    assert "spring" in said["policy list"] and "in force" in said["policy list"]
    _shows_the_run_by_it(home)


def _shows_the_run_by_it(home: Path) -> None:
    run = json.loads(max((home / "runs" / "main" / "2026-11-23").glob("*/run.json")).read_text(encoding="utf-8"))
    (published,) = told(home, "policy", "list")
    assert (run["policy"]["name"], run["policy"]["version"]) == ("spring", published["version"])
    assert run["policy"]["file"] == {"digest": published["digest"], "published": 1}
    assert (published["requested_by"], published["approved_by"], published["in_force"]) == ("wei", "lin", True)


def test_the_page_names_every_command_of_the_group_and_the_file_that_was_approved_can_be_shown(home: Path) -> None:
    for name in ("diff", "simulate", "publish", "approve", "refuse", "list", "rollback"):
        assert f"arrears policy {name}" in PAGE, name
    assert arrears(home, "policy", "show", "first_steps").stdout == FIRST_STEPS


@pytest.mark.parametrize(("words", "code", "said"), [
    (("policy", "show", "9"), 1, "arrears policy list"), (("policy", "diff", "published", "none.yaml"), 2, "There is no policy"),
    (("policy", "diff", "first_steps", "first_steps", "--on", "2020-01-01"), 1, "arrears run"), (("policy", "simulate", "first_steps", "--from", "2026-11-23", "--to", "2026-11-20"), 2, "lies after"),
    (("approvals", "approve", "no-id", "--reason", "x", "--by", "lin"), 2, ""),
    (("decision", "show", "00000000000011"), 1, ""), (("review", "list"), 0, ""),
])
def test_what_does_not_fit_is_told_in_plain_words(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = arrears(home, *words)
    assert done.returncode == code and said in done.stderr, done.stderr
