"""How does a colleague take the report of one case along?"""

from __future__ import annotations

from datetime import date, datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from arrears.cli import doors
from arrears.cli.options import HomeOption, JsonOption, read_id
from arrears.cli.showing import results, show_json, show_table
from arrears.core.ids import id_text
from arrears.engine.case_reports.keeping import as_plain
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.use_cases.case_reports import write_report
from arrears.engine.use_cases.night_reports import stored_reports
from arrears.engine.use_cases.setting_up import institution_of
from arrears.engine.use_cases.showing import taken_report, taken_stored_report
from arrears.engine.words import counted
from arrears.record.privacy.showing import COMMAND_LINE


def case_report(case_id: str, /, *, pdf: bool = False, language: Literal["en", "zh"] = "en", output: Path | None = None, home: HomeOption = None) -> None:
    """The report of one case: holds, position, history, payments, what changed, what is recommended and why, what is not known.

    It names the person: that it was taken is recorded; keep the file where only those may read it who may know.

    Examples:
      arrears report case 0A1B2C3D4E5F6G
      arrears report case 0A1B2C3D4E5F6G --pdf --language zh --output case.pdf

    Parameters
    ----------
    case_id
        Id of the case as the list shows it.
    pdf
        A PDF instead of a page. Chinese needs the package fonts-noto-cjk.
    language
        en or zh.
    output
        File to write. Default: case-ID.html or case-ID.pdf in this folder.
    """
    wanted = read_id(case_id)
    with doors.opened(home) as place:
        report = taken_report(place, institution_of(place), wanted, language, "pdf" if pdf else "html", taken_by=getuser(), role=COMMAND_LINE, at=datetime.now().astimezone())
        _write(pdf_of(report) if pdf else html_of(report).encode(), wanted, pdf, output)


def list_reports(*, book: Annotated[str | None, Parameter(help="Only reports of this book.")] = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The reports that the nights have stored: of the first cases of each worklist, sealed, kept for 30 days. Names nobody.

    Example:
      arrears report list
    """
    with doors.opened(home) as place:
        found = stored_reports(place, institution_of(place), book)
    if json:
        show_json([as_plain(one) for one in found])
        return
    show_table(f"{counted(len(found), 'stored report')}" if found else "No report is stored.", [("case", False), ("book", False), ("as of", False), ("files", False), ("until", False)], [
        (id_text(one.case_id), one.book, one.as_of.isoformat(), ", ".join(one.endings), one.expires_on.isoformat()) for one in found
    ])


def stored_case_report(case_id: str, /, *, on: date | None = None, pdf: bool = False, output: Path | None = None, home: HomeOption = None) -> None:
    """A report that a night has stored, opened as it was made.

    Example:
      arrears report stored 0A1B2C3D4E5F6G --on 2026-11-23 --pdf

    Parameters
    ----------
    case_id
        Id of the case.
    on
        Day of the run. Default: the newest.
    pdf
        The PDF instead of the page.
    output
        File to write. Default: case-ID.html or case-ID.pdf in this folder.
    """
    wanted = read_id(case_id)
    with doors.opened(home) as place:
        content = taken_stored_report(place, institution_of(place), wanted, on, "pdf" if pdf else "html", taken_by=getuser(), role=COMMAND_LINE, at=datetime.now().astimezone())
        _write(content, wanted, pdf, output)


def _write(content: bytes, case_id: int, pdf: bool, output: Path | None) -> None:
    target = output or Path(f"case-{id_text(case_id)}.{'pdf' if pdf else 'html'}")
    write_report(content, target)
    results.print(f"Report: {target}")
