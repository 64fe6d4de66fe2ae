"""Compliance approves an experiment on the command line, a night draws people, a colleague stops it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.test_commands import arrears
from tests.cli.test_rules import A_PERSON_OF_COMPLIANCE
from tests.conftest import folder_for_servers
from tests.engine.test_experiments import policy_text

FIRST, SECOND, THIRD = (str(datetime.now(UTC).date() + timedelta(days=after)) for after in (-1, 0, 1))


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a book, a person of the compliance role, a manager, and a policy with an experiment beside it."""
    with folder_for_servers() as folder:
        place = folder / "home"
        for words in (("init", "--institution", "Harbour Bank"), ("sample", "--accounts", "900", "--seed", "3", "--as-of", THIRD)):
            done = arrears(place, *words)
            assert done.returncode == 0, done.stderr
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("ARREARS_", "DATABASE_"))}
        made = subprocess.run([sys.executable, "-c", A_PERSON_OF_COMPLIANCE, str(place)], capture_output=True, text=True, check=False, env=environ)
        assert made.returncode == 0, made.stderr
        (folder / "policy.yaml").write_text(policy_text(), encoding="utf-8")
        yield place


def asked(home: Path, *words: str, says: int = 0) -> Any:
    """The answer of `arrears experiment …` with this policy."""
    about = () if words[0] == "opt-out" else ("--policy", str(home.parent / "policy.yaml"))
    done = arrears(home, "experiment", *words, *about)
    assert done.returncode == says, done.stdout + done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr


def arms(home: Path, on: str) -> dict[str | None, int]:
    """How many cases stand in which arm after this night."""
    done = arrears(home, "run", "--on", on, "--policy", str(home.parent / "policy.yaml"), "--reports", "0")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(":memory:") as connection:
        return dict(connection.execute(f"SELECT arm, count(*) FROM read_parquet('{home}/runs/main/{on}/*/decisions.parquet') GROUP BY 1").fetchall())


def test_an_experiment_waits_for_compliance_draws_people_and_ends_when_somebody_says_so(home: Path) -> None:
    assert asked(home, "list", "--json")[0]["state"] == "waiting"
    assert "not an active user of the compliance role" in asked(home, "start", "lighter", "--approval", "minutes, item 4", "--by", "lin", says=1)
    assert "reference to the approval" in asked(home, "start", "lighter", "--approval", "x", "--by", "wei", says=2)
    assert set(arms(home, FIRST)) == {None}
    asked(home, "start", "lighter", "--approval", "minutes, item 4", "--by", "wei")
    assert "runs since" in asked(home, "start", "lighter", "--approval", "minutes, item 4", "--by", "wei", says=2)
    drawn = arms(home, SECOND)
    assert sum(count for arm, count in drawn.items() if arm) > 10

    shown = asked(home, "show", "lighter", "--json")
    assert shown["state"] == "running" and shown["started"]["approval"] == "minutes, item 4"
    assert sum(arm["people"] for arm in shown["by_currency"]["CNY"]["arms"]) == sum(count for arm, count in drawn.items() if arm)
    assert "cannot be said yet" in asked(home, "show", "lighter")

    asked(home, "stop", "lighter", "--note", "somebody was upset", "--by", "lin")
    assert asked(home, "list", "--json")[0]["stopped"]["note"] == "somebody was upset"
    assert set(arms(home, THIRD)) == {None}


def test_a_person_opts_out_by_the_case(home: Path) -> None:
    arms(home, FIRST)
    case = json.loads(arrears(home, "case", "list", "--limit", "1", "--json").stdout)[0]["case_id"]
    assert "the policy alone decides" in asked(home, "opt-out", case, "--by", "lin")
    assert "Check the id" in asked(home, "opt-out", "00000000000011", "--by", "lin", says=1)


def test_what_the_policy_does_not_name_does_not_run(home: Path) -> None:
    assert "has no experiment “other”" in asked(home, "show", "other", says=1)
    assert "does not run" in asked(home, "stop", "lighter", "--note", "again", "--by", "lin", says=1)
