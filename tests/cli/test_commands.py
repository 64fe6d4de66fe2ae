"""One home from `init` to `explain`, by the real command in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import folder_for_servers
from tests.warm_command import arrears

COMMAND = [sys.executable, "-m", "arrears.site.main"]
"""For stories about its start, its signals and its end."""
MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
MADE_UP = Path(__file__).parents[1] / "data" / "made_up"


def told(home: Path, *words: str) -> Any:
    done = arrears(home, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home() -> Any:
    """A home made without a terminal, with a small book that was run."""
    with folder_for_servers() as folder:
        place = folder / "home"
        made = arrears(place, "init", "--institution", "Harbour Bank")
        assert made.returncode == 0, made.stderr
        assert "Sign in as admin with the password" in made.stdout
        assert arrears(place, "sample", "--accounts", "400", "--seed", "3", "--as-of", "2026-11-23").returncode == 0
        assert arrears(place, "run", "--on", "2026-11-23").returncode == 0
        yield place


def test_a_home_that_is_set_up_is_not_set_up_again(home: Path) -> None:
    again = arrears(home, "init")
    assert again.returncode == 1
    assert "set up already" in again.stderr


def test_the_list_gives_case_ids_that_show_and_explain_understand(home: Path) -> None:
    cases = told(home, "case", "list", "--limit", "3")
    assert 1 <= len(cases) <= 3
    case_id = cases[0]["case_id"]
    shown = told(home, "case", "show", case_id)
    assert shown["decision"]["case_id"] == case_id and shown["accounts"]
    explained = told(home, "explain", case_id)
    assert explained["reason_en"] == cases[0]["reason_en"]
    assert explained["rule"] == cases[0]["rule"] and len(explained["inputs_digest"]) == 64
    assert explained["facts"]


def test_an_explanation_speaks_chinese_when_asked(home: Path) -> None:
    case_id = told(home, "case", "list", "--limit", "1")[0]["case_id"]
    assert "原因：" in arrears(home, "explain", case_id, "--language", "zh").stdout


def test_ids_are_read_as_people_type_them(home: Path) -> None:
    case_id = told(home, "case", "list", "--limit", "1")[0]["case_id"]
    spelt = f"{case_id[:4]}-{case_id[4:9]}-{case_id[9:]}".lower()
    assert told(home, "case", "show", spelt)["decision"]["case_id"] == case_id


def test_the_same_run_twice_says_that_it_was_there(home: Path) -> None:
    assert told(home, "run", "--on", "2026-11-23")["already_published"] is True


def test_a_file_of_learnt_values_that_cannot_be_used_ends_the_night_before_it_begins(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "learnt.parquet"
    file.write_text("no parquet", encoding="utf-8")
    nothing_weighed = arrears(home, "run", "--on", "2026-11-23", "--values", str(file))
    assert nothing_weighed.returncode == 2 and "weighs nothing" in nothing_weighed.stderr
    refused = arrears(home, "run", "--on", "2026-11-23", "--policy", "consumer_loans_cn", "--values", str(file))
    assert refused.returncode == 3 and "learnt.parquet cannot be used" in refused.stderr and "own gains count" in refused.stderr
    assert told(home, "case", "list", "--queue", "left_alone") == []


def test_no_name_is_printed_by_any_of_these_commands(home: Path) -> None:
    case_id = told(home, "case", "list", "--limit", "1")[0]["case_id"]
    assert "name" not in told(home, "case", "show", case_id)["decision"]


def test_files_come_in_by_a_mapping_and_a_second_time_changes_nothing(home: Path) -> None:
    words = ("import", str(MADE_UP / "prevloans_made_up.csv"), "--map", str(MAPPINGS / "superlender_prevloans.yaml"), "--book", "loans")
    first = told(home, *words)
    assert first["batch"] == 1 and all(table["read"] == table["accepted"] + table["rejected"] for table in first["tables"].values())
    again = told(home, *words)
    assert again["batch"] is None and again["already_taken_in"] == ["prevloans_made_up.csv"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("case", "show", "nonsense"), 2, "is not an id of ours"),
        (("case", "show", "00000000000011"), 1, "no case with this id"),
        (("explain", "00000000000011"), 1, "No run of that day"),
        (("run", "--on", "2026-11-23", "--book", "nowhere"), 2, "no book"),
        (("run", "--on", "2026-11-23", "--policy", "nowhere"), 2, "There is no policy"),
        (("run", "--on", "2026-02-30"), 2, ""),
        (("import", "nowhere.csv", "--map", str(MAPPINGS / "superlender_prevloans.yaml")), 2, ""),
        (("fly",), 2, ""),
        (("sample", "--accounts", "0", "--book", "empty"), 2, "0 accounts"),
        (("sample", "--accounts", "10"), 4, "is not empty"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(home: Path, words: tuple[str, ...], code: int, says: str) -> None:
    done = arrears(home, *words)
    assert done.returncode == code, done.stderr + done.stdout
    assert says in " ".join((done.stderr + done.stdout).split())
    assert "Traceback" not in done.stderr


def test_a_home_that_was_never_set_up_says_how(tmp_path: Path) -> None:
    with folder_for_servers() as folder:
        done = arrears(folder / "home", "run", "--on", "2026-11-23")
    assert done.returncode == 4
    assert "arrears init" in done.stderr


@pytest.mark.parametrize("command", ["init", "import", "sample", "run", "serve", "demo", "explain", "pool"])
def test_every_command_helps_with_an_example(command: str, tmp_path: Path) -> None:
    assert "Example" in arrears(tmp_path, command, "--help").stdout


def test_a_process_that_starts_with_nothing_says_the_same_as_one_that_has_its_libraries(home: Path) -> None:
    asked = ("case", "list", "--limit", "3")
    alone = subprocess.run([*COMMAND, *asked], capture_output=True, text=True, check=True, env={**os.environ, "ARREARS_HOME": str(home)})
    assert (alone.stdout, alone.stderr) == (arrears(home, *asked).stdout, "")


def test_past_days_are_replayed_without_moving_what_the_pages_show(home: Path) -> None:
    shown = (home / "runs" / "main" / "current").read_text()
    first = told(home, "run", "--from", "2026-11-20", "--to", "2026-11-22")
    assert (first["days"], first["computed"]) == (3, 3)
    assert [row["as_of"] for row in first["trend"]] == ["2026-11-20", "2026-11-21", "2026-11-22"]
    again = arrears(home, "run", "--from", "2026-11-20", "--to", "2026-11-22")
    assert again.returncode == 0 and "3 days, 0 computed now, 3 there before" in again.stdout
    assert (home / "runs" / "main" / "current").read_text() == shown


def test_a_replay_that_cannot_be_meant_is_refused_in_words(home: Path) -> None:
    wrong = {
        "lies after --to": ("--from", "2026-11-22", "--to", "2026-11-20"), "lies ahead": ("--from", "2026-11-22", "--to", "2999-01-01"),
        "exclude each other": ("--on", "2026-11-22", "--from", "2026-11-20"), "--from is missing": ("--to", "2026-11-20"),
        "A replay decides nothing": ("--from", "2026-11-20", "--policy", "first_steps"), "No month-end lies": ("--from", "2026-11-20", "--to", "2026-11-22", "--every", "month-end"),
    }
    for expected, words in wrong.items():
        done = arrears(home, "run", *words)
        assert done.returncode == 2 and expected in done.stderr, (expected, done.stderr)


def test_the_ledger_of_an_account_of_the_book_says_what_the_night_said(home: Path) -> None:
    case_id = told(home, "case", "list", "--limit", "1")[0]["case_id"]
    for account in told(home, "case", "show", case_id)["accounts"]:
        asked = ("--account", account["account_id"])
        said = told(home, "ledger", "balance", *asked, "--on", "2026-11-23")
        assert (said["overdue_minor"], said["balance_minor"]) == (account["amount_overdue_minor"], account["balance_minor"])
        statement = told(home, "ledger", "statement", *asked, "--from", "2026-11-01", "--to", "2026-11-23")
        assert statement["closing_due_minor"] == said["due_minor"]
        assert [one["pay_by"] for one in told(home, "ledger", "quote", *asked, "--on", "2026-11-23")["quotes"]] == ["2026-11-23", "2026-11-27", "2026-11-30"]


def test_a_file_and_an_account_together_or_neither_is_no_question(home: Path) -> None:
    for words in ((), ("file.yaml", "--account", "0A1B2C3D4E5F6G")):
        assert arrears(home, "ledger", "balance", *words).returncode == 2
    unknown = arrears(home, "ledger", "balance", "--account", "00000000000001")
    assert unknown.returncode in (1, 2) and "Traceback" not in unknown.stderr
