"""Which reference pages follow from the code itself?

`python tools/docs.py` writes them anew; `python tools/docs.py --check` writes nothing and fails where one is stale. Four pages: the
data model (from `core/book.py` and the models of `casefile/store`), the case columns (from `decide/policy/columns.py`), the commands (from
the command line's own help) and the JSON Schema of policy files (from `decide/policy/parts.py`). The pages under `docs/rules` follow from the rule packs: `tools/rule_pages.py`.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NOTICE = "<!-- Made by `python tools/docs.py` from {source}. Change that, not this page. -->"
HELP_WIDTH = 100


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [list(heads), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines]


def _book_part() -> list[str]:
    from arrears.core.book import BOOK_TABLES

    lines: list[str] = []
    for table in BOOK_TABLES.values():
        lines += [f"### `{table.name}`", "", f"{table.question} Key and order of rows: {', '.join(f'`{name}`' for name in table.key)}.", ""]
        rows = [(f"`{one.name}`", f"`{one.type}`", "yes" if one.required else "", one.meaning) for one in table.columns]
        lines += [*_table(("column", "type", "must be there", "meaning"), rows), ""]
    return lines


def store_models() -> list[Any]:
    """The models whose tables hold records, in the order of their tables' names."""
    from django.apps import apps

    return sorted(apps.get_app_config("store").get_models(), key=lambda model: model._meta.db_table)


def _rights_told(table: str, grows_only: Collection[str]) -> str:
    from arrears.casefile.store.privileges import READ_ONLY

    if table in READ_ONLY:
        return "The program may only read; rows are written by a function of the database's owner."
    return "The program may read and add rows, never change or remove one." if table in grows_only else "The program may change rows."


def _first_words(model: Any) -> str:
    return " ".join(inspect.getdoc(model).split("\n\n")[0].split())


def _field_row(field: Any, keys: set[str]) -> tuple[str, str, str, str]:
    return (f"`{field.column}`", field.get_internal_type().removesuffix("Field"), "yes" if field.column in keys else "", "yes" if field.null else "")


def _key_columns(model: Any) -> set[str]:
    return {field.column for field in getattr(model._meta, "pk_fields", [])} or {model._meta.pk.column}


def _case_part() -> list[str]:
    from arrears.casefile.store.privileges import append_only_tables

    grows_only = set(append_only_tables())
    lines: list[str] = []
    for model in store_models():
        keys, name = _key_columns(model), model._meta.db_table
        rights = _rights_told(name, grows_only)
        lines += [f"### `{name}`", "", f"{_first_words(model)} {rights}", ""]
        rows = [_field_row(field, keys) for field in model._meta.local_fields if field.get_internal_type() != "CompositePrimaryKey"]
        lines += [*_table(("column", "type", "key", "may be empty"), rows), ""]
    return lines


def data_model() -> str:
    """Every table of a book and of the database, with its columns."""
    return "\n".join([
        NOTICE.format(source="`core/book.py` and `casefile/store/models`"), "# Data model", "",
        "Money is a whole number of minor units (`_minor`) beside an ISO 4217 currency. Ids are random 63-bit numbers of our own; the lender's numbers, names",
        "and contact values are `sealed` under a key per person. Days are dates without time; moments are in UTC.", "",
        "## The book (Parquet)", "",
        "A book is a folder with `book.json` and `batches/000001/`, `batches/000002/` … Each batch holds some of these tables, one Parquet file each, and",
        "`batch.json`. A batch never changes. Where two batches have a row with the same key, the newer one counts.", "",
        *_book_part(),
        "## The records (PostgreSQL)", "",
        "Rows of facts are written by `casefile/store/append.py` alone, each with its journal entry in the same transaction. Except for `institutions` and the",
        "tables of staff, row-level security shows only the rows of the institution for which the transaction acts.", "",
        *_case_part(),
    ])


def case_columns() -> str:
    """What a policy may look at."""
    from arrears.decide.policy.columns import CASE_COLUMNS

    rows = [(f"`{one.name}`", one.type, one.meaning.en, one.meaning.zh) for one in CASE_COLUMNS]
    return "\n".join([
        NOTICE.format(source="`decide/policy/columns.py`"), "# Case columns", "",
        "A policy's conditions and reasons may use these columns and no others. None is a protected attribute and none names a person. An amount is in minor",
        "units (50000 is 500.00 in a currency with two decimals). A comparison with an empty value does not hold; ask with `is null`.", "",
        *_table(("column", "type", "meaning", "含义"), rows), "",
    ])


def command_words() -> list[tuple[str, ...]]:
    """Every command as the words that follow `arrears`."""
    from arrears.cli.app import app
    from arrears.cli.cases import case
    from arrears.cli.ledger import ledger

    def names(group: Any) -> list[str]:
        return sorted(name for name in group if not name.startswith("-"))

    return [(name,) for name in names(app) if name not in ("case", "ledger")] + [("case", name) for name in names(case)] + [("ledger", name) for name in names(ledger)]


def _help(words: tuple[str, ...]) -> str:
    from rich.console import Console

    from arrears.cli.app import app, load_for_help

    load_for_help(words)
    out = StringIO()
    app.help_print(list(words), console=Console(file=out, width=HELP_WIDTH, color_system=None, force_terminal=False))
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def commands() -> str:
    """The help of every command."""
    lines = [
        NOTICE.format(source="the help of `arrears`"), "# Commands", "",
        "Exit codes: 0 done, 1 the answer is no, 2 wrong call, 3 bad data, 4 the world refused (a disk, a database, a lock), 5 partly done (a run stands, reports beside it are missing); 130 stopped by Ctrl-C.", "",
    ]
    for words in command_words():
        lines += [f"## `arrears {' '.join(words)}`", "", "```text", _help(words), "```", ""]
    return "\n".join(lines)


def policy_schema() -> str:
    """The JSON Schema of policy files, for editors."""
    from arrears.decide.policy.table import policy_schema as schema

    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def story_schema() -> str:
    """The JSON Schema of story files, for editors."""
    from arrears.engine.stories.telling import story_schema as schema

    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/data_model.md": data_model,
    "docs/reference/case_columns.md": case_columns,
    "docs/reference/commands.md": commands,
    "docs/reference/policy.schema.json": policy_schema,
    "docs/reference/story.schema.json": story_schema,
}


def stale_pages(root: Path = ROOT) -> list[str]:
    """Which pages differ from what the code says now?"""
    return [name for name, make in PAGES.items() if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != make()]


def main(words: list[str]) -> int:
    """Write the pages, or look whether they are up to date."""
    from arrears.site import bootstrap

    bootstrap.configure()
    sys.path.insert(0, str(ROOT))  # run as a script, it finds only what lies beside it
    from tools.rule_pages import rule_pages, stale_rule_pages, write_rule_pages

    if words not in ([], ["--check"]):
        print("Usage: python tools/docs.py [--check]")
        return 2
    stale = stale_pages()
    if words == ["--check"]:
        for name in (stale := [*stale, *stale_rule_pages(ROOT, rule_pages())]):
            print(f"{name} is stale: run python tools/docs.py")
        return int(bool(stale))
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")
    if rules := write_rule_pages(ROOT):
        print(f"wrote or removed {len(rules)} pages under docs/rules")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
