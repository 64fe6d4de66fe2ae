"""How does somebody take the portfolio report of a run along?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from arrears.cli import doors
from arrears.cli.options import BookOption, HomeOption, JsonOption
from arrears.cli.showing import results, show_json
from arrears.engine.use_cases.books import book_place
from arrears.engine.use_cases.portfolio_reports import copy_portfolio_page, portfolio_of, run_of_day, write_portfolio_workbook


def portfolio_report(
    *, book: BookOption = None, on: date | None = None, xlsx: Path | None = None, html: Path | None = None, language: Literal["en", "zh"] = "en",
    json: JsonOption = False, home: HomeOption = None,
) -> None:
    """The portfolio report of a run: flow, roll, vintage, entry and cure rates, concentration, cash outlook, ageing, data quality.

    Names nobody. Without --xlsx and --html it says where the page stands.

    Examples:
      arrears report portfolio --xlsx portfolio.xlsx
      arrears report portfolio --book trial --on 2026-11-24 --html report.html --xlsx portfolio.xlsx --language zh
      arrears report portfolio --json

    Parameters
    ----------
    on
        Day of the run. Default: the run that the pages show.
    xlsx
        Spreadsheet to write: every table, and the definitions in both languages.
    html
        Where to copy the page to.
    language
        Language of the spreadsheet's headings: en or zh. The page has both.
    """
    with doors.opened(home) as place:
        runs = book_place(place, book).runs
        name = run_of_day(runs, on)
        if json:
            show_json(portfolio_of(runs, name))
            return
        if xlsx:
            write_portfolio_workbook(runs, name, xlsx, language)
            results.print(f"Spreadsheet: {xlsx}")
        if html:
            copy_portfolio_page(runs, name, html)
            results.print(f"Page: {html}")
        if not xlsx and not html:
            results.print(f"Page: {runs / str(name) / 'report.html'}")
