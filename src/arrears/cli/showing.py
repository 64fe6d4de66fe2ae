"""How does the command line speak to people and to machines?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from arrears.core.money import format_money
from arrears.core.progress import Progress as Told

people = Console(stderr=True, highlight=False, markup=False)
"""Progress and remarks: they never mix with results on standard output. No markup: a path or a condition may hold square brackets."""
WIDTH_ELSEWHERE = 160
"""Columns of a table that goes into a file or a pipe, where nobody's window sets a width."""
results = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)


def show_json(content: Any) -> None:
    """Print one JSON document for a machine."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")


def show_table(title: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; a column is (heading, whether its figures stand at the right)."""
    results.print(title, style="bold")
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=any(heading for heading, _ in columns))
    for heading, figures in columns:
        table.add_column(heading, justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    results.print(table, soft_wrap=False)


def plain_money(minor: int, currency: str) -> str:
    """An amount for a cell of a table whose heading names the currency.

    >>> plain_money(123450, "CNY")
    '1,234.50'
    """
    return format_money(minor, currency, "en", with_currency=False)


@contextmanager
def progress_bars() -> Iterator[Told]:
    """Bars on a terminal, a line a stage elsewhere."""
    columns = (TextColumn("{task.description:<28}"), BarColumn(bar_width=32), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=people, transient=False, disable=not people.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, of: int) -> None:
            if stage not in tasks or bars.tasks[tasks[stage]].finished:
                tasks[stage] = bars.add_task(stage, total=of)
                if not people.is_terminal and done == 0:
                    people.print(f"  {stage} …")
            bars.update(tasks[stage], completed=done, total=of)

        yield told
