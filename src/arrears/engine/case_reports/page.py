"""The report as one HTML page that needs nothing beside it: it prints, follows light and dark, and fits a phone."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from arrears.engine.case_reports.drawing import ON_A_PAGE, draw
from arrears.engine.case_reports.report import Report


@cache
def _template() -> Template:
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(draw=lambda picture: draw(picture, ON_A_PAGE))
    return environment.get_template("case_report.html")


def html_of(report: Report) -> str:
    """The page; every text is escaped but the drawing, which escapes its own."""
    return _template().render(report=report)
