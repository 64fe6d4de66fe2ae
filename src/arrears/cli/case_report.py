"""How does a colleague take the report of one case along?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from arrears.cli import doors
from arrears.cli.options import HomeOption
from arrears.cli.showing import results
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.use_cases.case_reports import report_of_case, write_report
from arrears.engine.use_cases.setting_up import institution_of


def case_report(case_id: str, /, *, pdf: bool = False, language: Literal["en", "zh"] = "en", output: Path | None = None, home: HomeOption = None) -> None:
    """The report of one case: holds, position, history, payments, what changed, what is recommended and why, what is not known.

    It names the person: keep the file where only those may read it who may know.

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
    try:
        wanted = parse_id(case_id)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        report = report_of_case(place, institution_of(place), wanted, language, today=datetime.now().astimezone().date())
        target = output or Path(f"case-{id_text(wanted)}.{'pdf' if pdf else 'html'}")
        write_report(pdf_of(report) if pdf else html_of(report).encode(), target)
        results.print(f"Report: {target}")
