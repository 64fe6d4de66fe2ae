"""Which trends stand on the home page?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest

from arrears.engine.use_cases.reading.trends import DAYS_OF_RANGE, Trends, trends
from arrears.workbench.charts import Chart
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.trend_charts import trend_charts
from arrears.workbench.views.frame import home_of_site


@dataclass(frozen=True, slots=True)
class TrendsInView:
    """The pictures of the chosen range; without any, the command that makes them."""

    range: str
    shown: Trends | None
    charts: tuple[Chart, ...]
    command: str

    @property
    def last(self) -> date | None:
        """The last day shown."""
        return self.shown.days[-1] if self.shown else None


def trends_in_view(request: HttpRequest, book: str, until: date) -> TrendsInView:
    """The trends up to the run's day; `?range=` is quarter or year, anything else the quarter."""
    asked = request.GET.get("range", "")
    span = asked if asked in DAYS_OF_RANGE else "quarter"
    shown = trends(home_of_site(), book, until, DAYS_OF_RANGE[span])
    command = f"arrears run --book {book} --from {until - timedelta(days=DAYS_OF_RANGE['quarter'] - 1)} --to {until}"
    return TrendsInView(span, shown, trend_charts(shown, reader_language()) if shown else (), command)
