"""How does the portfolio report of a published run leave the house, as a page or as a spreadsheet?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError

from arrears.core.problems import Refused, WrongCall
from arrears.core.reasons import Language
from arrears.engine.run_folder import RunName, current_run, published_runs, run_facts
from arrears.engine.workbook import write_workbook


class NoFigures(WrongCall):
    """The run was made before runs kept the figures of the portfolio report."""


def run_of_day(runs: Path, on: date | None) -> RunName:
    """The run meant: the last one of the day named, or the one the pages show.

    Raises:
        WrongCall: there is no such run.
    """
    name = current_run(runs) if on is None else max((name for name in published_runs(runs) if name.as_of == on), default=None)
    if name is None:
        raise WrongCall(f"There is no run {'of ' + on.isoformat() if on else 'of this book yet'}.", "A report is made of a run.", "Run the book first: arrears run --on DAY")
    return name


def portfolio_of(runs: Path, name: RunName) -> dict[str, Any]:
    """The figures of a run's report.

    Raises:
        NoFigures: the run was made before runs kept these figures.
    """
    file = runs / str(name) / "portfolio.json"
    if not file.exists():
        raise NoFigures(f"The run {name} keeps no portfolio figures.", "It was made by an earlier version.", f"Run the day again: arrears run --on {name.as_of}")
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return figures


def write_portfolio_workbook(runs: Path, name: RunName, target: Path, language: Language) -> None:
    """Every table of the report as a spreadsheet; the file is whole or not there."""
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        write_workbook(portfolio_of(runs, name), run_facts(runs, name)["book"], unfinished, language)
        unfinished.rename(target)
    except (OSError, FileCreateError) as trouble:  # the library has an error of its own for a folder that is not there or closed
        unfinished.unlink(missing_ok=True)
        raise Refused(f"{target} could not be written: {trouble}", "No spreadsheet was made.", "Name a file in a folder that you may write to.") from trouble


def copy_portfolio_page(runs: Path, name: RunName, target: Path) -> None:
    """The page of the report as the run keeps it, byte for byte."""
    try:
        target.write_bytes((runs / str(name) / "report.html").read_bytes())
    except OSError as trouble:
        raise Refused(f"{target} could not be written: {trouble}", "No page was copied.", "Name a file in a folder that you may write to.") from trouble
