"""Do the documents say what the program does?"""

from __future__ import annotations

import dataclasses
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest

from arrears.assess.delinquency.age import age, bucket_of_days
from arrears.assess.delinquency.appropriate import appropriate
from arrears.assess.delinquency.conventions import read_conventions
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings
from arrears.casefile.facts.hold import HoldKind
from arrears.core.book import BOOK_TABLES, CASE_ID_SQL
from arrears.core.ids import ID_MAX, case_id_of
from arrears.core.sql import quoted
from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.compile import decide
from arrears.decide.policy.table import read_policy
from arrears.engine import words
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.home import HomeSettings
from arrears.engine.tables import ASSESSMENT_SCHEMA, DECISION_SCHEMA, HISTORY_SCHEMA
from arrears.workbench.definitions import DEFINITIONS
from tools.docs import PAGES, command_words, stale_pages, store_models

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOP = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
WRITTEN = [path for path in (*(ROOT / name for name in TOP), *sorted(DOCS.rglob("*.md"))) if str(path.relative_to(ROOT)) not in PAGES]
MARKDOWN = sorted({*WRITTEN, *(ROOT / name for name in PAGES), *(ROOT / "examples").rglob("*.md")})


def words_of(*names: str) -> str:
    """The texts of these documents, one after the other."""
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def by_hand() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in WRITTEN)


def test_every_generated_page_is_what_the_code_says_now() -> None:
    assert stale_pages() == [], "run: python tools/docs.py"


def test_a_page_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    for name in PAGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert stale_pages(tmp_path) == []
    changed = tmp_path / "docs" / "data_model.md"
    changed.write_text(changed.read_text(encoding="utf-8") + "One more line.\n", encoding="utf-8")
    assert stale_pages(tmp_path) == ["docs/data_model.md"]


def _heading_anchors(text: str) -> set[str]:
    plain = (re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-") for line in text.splitlines() if line.startswith("#"))
    return set(plain)


def _broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _heading_anchors(file.read_text(encoding="utf-8"))):
            yield target


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert list(_broken_links(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading\n")
    page = tmp_path / "page.md"
    page.write_text("[good](there.md#a-heading) [gone](missing.md) [no part](there.md#other) [outside](https://example.org)\n")
    assert list(_broken_links(page)) == ["missing.md", "there.md#other"]


@pytest.mark.parametrize("settings", [EngineSettings, DelinquencySettings, HomeSettings])
def test_every_setting_is_explained(settings: Any) -> None:
    text = by_hand()
    assert [one.name for one in dataclasses.fields(settings) if f"`{one.name}`" not in text] == []


def test_every_environment_variable_is_explained() -> None:
    used = {name for path in (ROOT / "src").rglob("*.py") for name in re.findall(r'"((?:ARREARS|DATABASE)_(?:[A-Z]+_)*[A-Z]+)"', path.read_text(encoding="utf-8"))}
    text = words_of("docs/reference/environment.md")
    assert len(used) >= 6
    assert sorted(name for name in used - {"ARREARS_ENVELOPE_KEY_FILE", "ARREARS_SIGNING_KEY_FILE"} if f"`{name}`" not in text) == []


def test_every_make_target_is_explained() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", words_of("Makefile"), re.M)
    assert "demo" in targets
    assert [target for target in targets if f"make {target}" not in words_of("README.md", "CONTRIBUTING.md")] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_is_named_on_the_first_page(page: str) -> None:
    text = words_of(page)
    assert [" ".join(words) for words in command_words() if f"arrears {' '.join(words)}" not in text] == []


def test_every_table_is_in_the_data_model() -> None:
    text = words_of("docs/data_model.md")
    names = [*BOOK_TABLES, *(model._meta.db_table for model in store_models())]
    assert [name for name in names if f"### `{name}`" not in text] == []


def test_every_column_of_a_run_is_explained() -> None:
    text = words_of("docs/how_to/read_a_run.md", "docs/reference/case_columns.md")
    names = [*ASSESSMENT_SCHEMA.names, *HISTORY_SCHEMA.names, *DECISION_SCHEMA.names]
    assert sorted({name for name in names if f"`{name}`" not in text}) == []


def test_no_document_shouts_or_speaks_of_our_workshop() -> None:
    shouting = {}
    for page in MARKDOWN:
        prose = re.sub(r"```.*?```|`[^`]*`|!\[|<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.S)
        found = re.findall(r"[!！]|/root\b|\bsessions? of the project\b|\bissue #?\d+", prose)
        if found:
            shouting[str(page.relative_to(ROOT))] = found
    assert shouting == {}


def test_each_decision_record_has_every_part_and_stands_in_the_list() -> None:
    records = sorted(path for path in (DOCS / "decisions").glob("[0-9]*.md"))
    index = words_of("docs/decisions/README.md")
    assert [int(path.name[:4]) for path in records] == list(range(len(records))), "numbers follow on one another"
    for record in records:
        text = record.read_text(encoding="utf-8")
        missing = [part for part in ("## Context", "## Decision", "## Consequence", "## What checks it") if part not in text]
        assert not missing, f"{record.name}: {missing}"
        assert record.name in index
        named = re.findall(r"`((?:tests|src|tools)/[\w/.]+\.py)`", text)
        assert [name for name in named if not (ROOT / name).exists()] == [], record.name


MADE_UP = "franklin"
"""The state that a reader of the page on rule packs adds; `test_add_a_rule_pack` writes its files."""


def test_every_file_of_the_code_that_a_document_names_is_there() -> None:
    homes = (ROOT, ROOT / "src" / "arrears", ROOT / "src" / "arrears" / "engine", ROOT / "src" / "arrears" / "assess" / "delinquency")
    gone = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in WRITTEN
        for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml))`", page.read_text(encoding="utf-8"))
        if not any((home / name).exists() for home in homes) and MADE_UP not in name
    }
    assert gone == set()


def test_the_glossary_has_the_words_of_the_pages_in_both_languages() -> None:
    rows = words_of("docs/glossary.md").lower()
    terms = [*(one.term for one in DEFINITIONS), *(words.HOLDS[kind] for kind in HoldKind if kind is not HoldKind.OTHER)]
    assert [term for term in terms if term.zh not in rows] == []
    assert [one.term for one in DEFINITIONS if one.term.en.lower() not in rows] == []


# -- Pages whose examples are carried out ------------------------------------------------------------------------------------------------


def _minor(text: str) -> int:
    return int(Decimal(text) * 100)


def _table_rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _stories() -> list[Any]:
    worked = words_of("docs/algorithms/appropriation.md").split("## Worked tables")[1].split("## What this does not do yet")[0]
    return [pytest.param(part, id=part.splitlines()[0].strip()) for part in worked.split("### ")[1:]]


@pytest.mark.parametrize("story", _stories())
def test_the_worked_tables_of_appropriation_are_what_the_code_answers(story: str) -> None:
    paid, on = re.search(r"([\d.]+) was paid in all; looked at on ([\d-]+)", story).groups()  # type: ignore[union-attr]
    rows = _table_rows(story)
    items = ibis.memtable(
        [(1, date.fromisoformat(due), place, _minor(amount)) for place, (due, amount, _, _) in enumerate(rows, 1)],
        schema={"account_id": "int64", "due_on": "date", "sequence": "int64", "amount_minor": "int64"},
    )
    outstanding = appropriate(items, ibis.memtable([(1, _minor(paid))], schema={"account_id": "int64", "paid_minor": "int64"}))
    answered = outstanding.order_by("sequence").to_pyarrow().to_pylist()
    day = date.fromisoformat(on)
    assert [one["outstanding_minor"] for one in answered] == [_minor(row[2]) for row in rows]
    assert ["yes" if one["outstanding_minor"] and one["due_on"] < day else "no" for one in answered] == [row[3] for row in rows]
    stands = age(outstanding, DelinquencySettings(), day).to_pyarrow().to_pylist()[0]
    said = re.search(r"Overdue ([\d.]+)(?:, since ([\d-]+))?: (\d+) days", story).groups()  # type: ignore[union-attr]
    since = stands["oldest_due_on"].isoformat() if stands["oldest_due_on"] else None
    assert (stands["amount_overdue_minor"], since, stands["days_past_due"]) == (_minor(said[0]), said[1], int(said[2]))


def test_the_day_counts_of_the_conventions_page_are_what_the_code_answers() -> None:
    page = words_of("docs/how_to/conventions.md").split("## `day_on_due_date`")[1].split("## ")[0]
    due = date.fromisoformat(re.search(r"due on (\d{4}-\d\d-\d\d)", page).group(1))  # type: ignore[union-attr]
    unpaid = ibis.memtable([(1, due, 100, 100)], schema={"account_id": "int64", "due_on": "date", "amount_minor": "int64", "outstanding_minor": "int64"})
    rows = _table_rows(page)
    assert len(rows) == 7
    for on, *said in rows:
        for convention, (days, bucket) in zip(DayOnDueDate, (said[:2], said[2:]), strict=True):
            settings = DelinquencySettings(day_on_due_date=convention)
            aged = age(unpaid, settings, date.fromisoformat(on))
            answered = aged.select("days_past_due", bucket=bucket_of_days(aged.days_past_due, settings)).to_pyarrow().to_pylist()[0]
            assert answered == {"days_past_due": int(days), "bucket": bucket}, f"{on} {convention.name}"


def test_the_tolerance_table_of_the_conventions_page_is_what_the_code_answers() -> None:
    page = words_of("docs/how_to/conventions.md").split("## `tolerance`")[1].split("## ")[0]
    lenient = read_conventions("tolerance: {days: 3, short: 10.00}", "CNY")
    rows = _table_rows(page)
    assert len(rows) == 4
    for paid, on, days, overdue in rows:
        left = 10_000 - (_minor(found.group()) if (found := re.match(r"[\d.]+", paid)) else 0)
        schema = {"account_id": "int64", "due_on": "date", "amount_minor": "int64", "outstanding_minor": "int64"}
        stands = age(ibis.memtable([(1, date(2026, 1, 10), 10_000, left)], schema=schema), lenient, date.fromisoformat(on)).to_pyarrow().to_pylist()[0]
        assert (stands["days_past_due"], stands["amount_overdue_minor"]) == (int(days), _minor(overdue)), f"{paid}, {on}"


def test_the_orders_of_components_of_the_conventions_page_are_what_the_code_answers() -> None:
    rows = _table_rows(words_of("docs/how_to/conventions.md").split("## `component_order`")[1].split("## ")[0])
    assert len(rows) == 3
    stated = {"penalty_minor": 300, "fee_minor": 500, "interest_minor": 2_000, "principal_minor": 10_000}
    item = {"account_id": 1, "due_on": date(2026, 1, 10), "amount_minor": 12_800, "outstanding_minor": 10_800, **stated}
    schema = {name: "date" if name == "due_on" else "int64" for name in item}
    for order, *left in rows:
        conventions = read_conventions(f"component_order: {re.search(r'`(.*?)`', order).group(1)}", "CNY")  # type: ignore[union-attr]
        stands = age(ibis.memtable([tuple(item.values())], schema=schema), conventions, date(2026, 2, 1)).to_pyarrow().to_pylist()[0]
        assert [stands[f"overdue_{name}"] for name in stated] == [_minor(amount) for amount in left], order


def test_the_policy_of_the_guide_can_be_used() -> None:
    page = words_of("docs/how_to/change_a_policy.md")
    policy = read_policy(re.search(r"```yaml\n(policy: .*?)```", page, re.S).group(1))  # type: ignore[union-attr]
    decided = decide(policy, ibis.table({"party_id": "int64", **dict(CASE_SCHEMA.items())}, name="cases"), ["CNY"])
    assert {"rule", "treatment", "reason_en"} <= set(decided.columns)


def test_the_id_of_a_case_is_the_same_in_python_and_in_columns() -> None:
    books, parties = ("main", "it's", "应收"), (1, 42, ID_MAX)
    with duckdb.connect(":memory:") as connection:
        for book in books:
            sql = f"SELECT {CASE_ID_SQL.format(book=quoted(book))} FROM (SELECT unnest(?) AS party_id)"
            assert [row[0] for row in connection.execute(sql, [list(parties)]).fetchall()] == [case_id_of(book, party) for party in parties]


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """A short path that a database's system user can pass through."""
    with tempfile.TemporaryDirectory(prefix="arrears-docs-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
        yield Path(folder)


def test_the_first_book_of_the_guide_runs_as_it_is_written(empty_folder: Path) -> None:
    page = words_of("docs/how_to/first_book.md")
    work, home = empty_folder / "work", empty_folder / "home"
    work.mkdir()
    (home / "postgresql").mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:  # Else root's database would outlive this test, beside the home.
        (home / "postgresql" / "location").write_text(str(empty_folder / "postgresql-data"))
    (work / "password.txt").write_text("four random words here\n")
    for name, text in re.findall(r"```(?:csv|yaml) (\S+)\n(.*?)```", page, re.S):
        (work / name).write_text(text, encoding="utf-8")
    script = "set -euo pipefail\n" + "".join(re.findall(r"```sh run\n(.*?)```", page, re.S))
    surroundings = {**os.environ, "ARREARS_HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], cwd=work, env=surroundings, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    corrected = (work / "to_correct" / "2-schedule.csv").read_text(encoding="utf-8")
    assert "more decimals" in corrected
    for amount, days in (("2040000", "41"), ("274234", "36")):
        assert f'"amount_overdue_minor": {amount}' in done.stdout
        assert f'"days_past_due": {days}' in done.stdout
    assert done.stdout.count('"queue": "held"') == 2
