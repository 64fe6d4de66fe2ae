"""The portfolio report of the run in view, to take along: the page, or a spreadsheet of every table. Names nobody."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from arrears.core.problems import WrongCall
from arrears.engine.run_folder import RunName
from arrears.engine.use_cases.portfolio_reports import write_portfolio_workbook
from arrears.engine.use_cases.reading import Run
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.frame import home_of_site, portfolios_in_view, show

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
        except WrongCall as trouble:
            return HttpResponse(f"{trouble.what} {trouble.remedy}", content_type="text/plain; charset=utf-8", status=404)
        return _file(target.read_bytes(), _XLSX, book.run, "xlsx")


def _file(content: bytes, content_type: str, run: Run, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="portfolio-{run.as_of.isoformat()}.{ending}"'
    return response
