"""The page on writing a template, command by command: the sender, the list, one's own words, a preview with real data, and two people."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from arrears.act.content import readability
from arrears.act.content.checking import prose
from arrears.act.content.shipped import shipped_templates, shipped_texts
from arrears.act.content.template import read_template
from arrears.engine.sender_terms import read_sender
from tests.cli.test_commands import arrears, told
from tests.cli.test_policy import PASSWORD, TWO_PEOPLE
from tests.conftest import folder_for_servers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how_to" / "write_a_template.md").read_text(encoding="utf-8")
SENDER = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
COMMANDS = [shlex.split(line)[1:] for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line.startswith("arrears ")]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a small book that was run, its law and the sender of the page, and two people."""
    with folder_for_servers() as folder:
        place = folder / "home"
        for words in (("init", "--institution", "Harbour Bank"), ("sample", "--accounts", "300", "--seed", "3", "--as-of", "2026-11-23"), ("run", "--on", "2026-11-23", "--reports", "0")):
            done = arrears(place, *words)
            assert done.returncode == 0, done.stderr
        made = subprocess.run([sys.executable, "-c", TWO_PEOPLE, str(place)], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        (place / "sender.yaml").write_text(SENDER, encoding="utf-8")
        (place / "law.yaml").write_text("{places: [CN], zones: [Asia/Shanghai], actor: creditor_own_name, lender: bank}", encoding="utf-8")
        yield place


def a_case(home: Path) -> str:
    """A case with something overdue, by its id as people write it."""
    import duckdb

    from arrears.core.ids import id_text

    decisions = max((home / "runs" / "main" / "2026-11-23").glob("*/decisions.parquet"))
    (found,) = duckdb.sql(f"SELECT case_id FROM '{decisions}' WHERE amount_overdue_minor > 0 AND currencies = 1 ORDER BY case_id LIMIT 1").fetchall()
    return id_text(found[0])


def test_the_commands_of_the_page_do_what_it_says(home: Path) -> None:
    case, said = a_case(home), []
    for words in COMMANDS:
        plain = [case if word == "CASE" else word for word in words]
        if ">" in plain:
            plain = plain[: plain.index(">")]
            mine = arrears(home, *plain)
            assert mine.stdout == shipped_texts()["reminder", "en"]
            (home / "templates").mkdir(exist_ok=True)
            (home / "templates" / "reminder.en.yaml").write_text(mine.stdout.replace("You need do nothing more.", "There is nothing more to do."), encoding="utf-8")
            continue
        done = arrears(home, *plain, *(("--password-file", str(home.parent / "password")) if "--by" in plain else ()))
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        said.append((words, done.stdout))
    previews = [out for words, out in said if words[1] == "preview"]
    assert "institution_named" in previews[0] and previews[1].count("reminder@") == 3 and "There is nothing more to do." in previews[1]
    approvals = [out for words, out in said if words[1] == "approve"]
    assert approvals[0].count("waits for a second person") == 3 and approvals[1].count("is approved, and used from now on.") == 3
    used = {(one["template"], one["locale"]): one for one in told(home, "template", "list") if one["used"]}
    assert set(used) == {("reminder", "zh-CN"), ("reminder", "en"), ("reminder", "es")} and used["reminder", "en"]["own"]
    assert (used["reminder", "en"]["requested_by"], used["reminder", "en"]["decided_by"]) == ("wei", "lin")
    (shown,) = told(home, "template", "preview", "reminder", "--case", case, "--locale", "es", "--approved")
    assert shown["text"].startswith(shown["text"].partition(":")[0]) and "{" not in shown["text"]


def test_one_person_alone_a_faulty_text_and_what_is_not_there_are_told_in_plain_words(home: Path) -> None:
    by = ("--password-file", str(home.parent / "password"), "--reason", "x", "--by", "wei")
    assert arrears(home, "template", "approve", "firm_reminder", *by).returncode == 0
    alone = arrears(home, "template", "approve", "firm_reminder", *by)
    assert alone.returncode == 1 and "a second person does" in alone.stderr
    (home / "templates").mkdir(exist_ok=True)
    faulty = home / "templates" / "offer_of_help.en.yaml"
    faulty.write_text(shipped_texts()["offer_of_help", "en"].replace("Anyone can fall behind.", "Pay immediately, or we tell your employer."), encoding="utf-8")
    checked, refused = arrears(home, "template", "check", "offer_of_help"), arrears(home, "template", "approve", "offer_of_help", *by)
    assert checked.returncode == 3 and "“immediately” is not said." in checked.stdout and refused.returncode == 3
    faulty.unlink()
    for words, code, said in ((("show", "none"), 1, "There is no template"), (("preview", "reminder", "--case", "00000000000011"), 1, "no case"), (("preview", "reminder", "--case", "no-id"), 2, "")):
        done = arrears(home, "template", *words)
        assert done.returncode == code and said in done.stderr, done.stderr


def test_the_fields_and_limits_that_the_pages_name_are_those_of_the_code() -> None:
    assert read_sender(SENDER).text("trusted_route", "en") == "the number on the back of your card"
    head = set(yaml.safe_load(shipped_texts()["us_validation_notice", "en"])) | {"parts_max", "answer_within_days", "marks"}
    told_of = set(re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))))
    assert told_of == head - {"marks"}
    names = {name for name, _ in shipped_templates()}
    assert names <= set(re.findall(r"`([a-z_]+)`", PAGE)) | {"firm_reminder_text", "offer_of_help_text"}
    assert read_template(shipped_texts()["reminder", "en"], "x").name == "reminder"
    page = (ROOT / "docs" / "algorithms" / "readability.md").read_text(encoding="utf-8")
    for least_or_most in (
        f"| at most {readability.GRADE_MOST} | at most {readability.GRADE_MOST_LEGAL} |", f"| at least {readability.INFLESZ_LEAST} | at least {readability.INFLESZ_LEAST_LEGAL} |",
        f"| at most {readability.MEAN_MOST} | at most {readability.MEAN_MOST_LEGAL} |", f"| at most {readability.LONGEST_MOST} |", f"| at most {readability.RARE_MOST_PER_THOUSAND} |",
    ):
        assert least_or_most in page


def test_the_shipped_templates_lie_where_the_page_says() -> None:
    of = {locale: [readability.readings(prose(one), locale)[0].value for one in shipped_templates().values() if one.locale == locale] for locale in ("en", "es", "zh-CN")}
    assert max(of["en"]) <= 5 and min(of["es"]) >= 75 and max(of["zh-CN"]) <= 20


def test_every_answer_for_machines_is_one_document(home: Path) -> None:
    done = arrears(home, "template", "check", "--json")
    assert done.returncode == 0 and all(not one["error"] for one in json.loads(done.stdout))
    assert {one["locale"] for one in told(home, "template", "show", "reminder")} == {"zh-CN", "en", "es"}
