"""Reports to take along: the portfolio report of the run in view, which names nobody, and the report of one case, which names the person."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from arrears.act.paper.glyphs import GlyphsMissing
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.case_reports.report import Report
from arrears.engine.run_folder import RunName
from arrears.engine.use_cases.portfolio_reports import NoFigures, write_portfolio_workbook
from arrears.engine.use_cases.reading import NoSuchCase, Run
from arrears.engine.use_cases.showing import taken_report
from arrears.record.privacy.showing import NotForThisRole
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.frame import home_of_site, institution_of, portfolios_in_view, show

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def portfolio_page(request: HttpRequest) -> HttpResponse:
    """The run's report.html as a file, byte for byte as the run keeps it."""
    everything, book = portfolios_in_view(request)
    if book is None or book.run is None or not (book.run.folder / "report.html").is_file():
        return show(request, "home", portfolios=everything, book=book, status=404)
    return _file((book.run.folder / "report.html").read_bytes(), "text/html; charset=utf-8", book.run, "html")


def portfolio_sheet(request: HttpRequest) -> HttpResponse:
    """Every table of the report as a spreadsheet, its headings in the reader's language; made on asking."""
    everything, book = portfolios_in_view(request)
    if book is None or book.run is None:
        return show(request, "home", portfolios=everything, book=book, status=404)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "portfolio.xlsx"
        try:
            write_portfolio_workbook(home_of_site().runs / book.name, RunName(book.run.as_of, book.run.number), target, reader_language())
        except NoFigures:
            return show(request, "refused", 404, title=_("This run keeps no figures for a spreadsheet"), why=_("It was made by an earlier version of this program."),
                        remedy=_("Ask whoever operates this server to run the day again."), back=reverse("home"))
        return _file(target.read_bytes(), _XLSX, book.run, "xlsx")


def _file(content: bytes, content_type: str, run: Run, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="portfolio-{run.as_of.isoformat()}.{ending}"'
    return response


def case_page(request: HttpRequest, case: str) -> HttpResponse:
    """The report of one case as a page of its own, to save or print."""
    case_id, report = _case_report(request, case, "html")
    return _case_file(html_of(report).encode(), "text/html; charset=utf-8", case_id, report, "html")


def case_paper(request: HttpRequest, case: str) -> HttpResponse:
    """The report of one case as PDF; where a font is missing, what is missing and what to do."""
    case_id, report = _case_report(request, case, "pdf")
    try:
        return _case_file(pdf_of(report), "application/pdf", case_id, report, "pdf")
    except GlyphsMissing as refusal:
        return show(
            request, "refused", 503, title=_("No PDF was made"),
            why=_("The fonts of this server lack %(letters)s; the PDF would have gaps where they belong.") % {"letters": refusal.letters},
            remedy=_("Take the report as a page, which needs no font. For the PDF, ask whoever operates this server to install fonts-noto-cjk, or a font with these characters."),
            back=reverse("case", args=[id_text(case_id)]),
        )


def _case_report(request: HttpRequest, case: str, ending: str) -> tuple[int, Report]:
    try:
        case_id = parse_id(case)
        return case_id, taken_report(home_of_site(), institution_of(request), case_id, reader_language(), ending, taken_by=request.user.get_username(),
                                     role=request.user.role, at=timezone.localtime())
    except (IdNotValid, NoSuchCase) as none:
        raise Http404 from none
    except NotForThisRole as refusal:
        raise PermissionDenied from refusal


def _case_file(content: bytes, content_type: str, case_id: int, report: Report, ending: str) -> HttpResponse:
    """A download that no cache keeps; its name has the case's id and never the person's."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="case-{id_text(case_id)}-{report.language}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response
