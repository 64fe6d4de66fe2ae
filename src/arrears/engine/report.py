"""What does a manager read of a run, without opening anything else?

One page in both languages, made of counts and sums alone: it names nobody, so it may travel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined

from arrears.core.money import format_money
from arrears.core.reasons import LANGUAGES, Language
from arrears.engine.report_cells import NUMERIC, bucket_text, cell_text, matrix, tables_with_rows
from arrears.engine.words import counted
from arrears.learn.analytics.months import MONTH_DAYS
from arrears.learn.analytics.ratio import percent_text

Charts = dict[str, list[tuple[str, str]]]


def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(counted=counted, money=format_money, cell=cell_text, bucket_text=bucket_text, numeric=NUMERIC)
    environment.filters["whole"] = lambda number: f"{number:,}"
    environment.filters["percent"] = lambda share: percent_text(share, 1)
    environment.filters["day"] = _day
    environment.filters["rate"] = lambda text: f"{(Decimal(text) * 100).normalize():f} %"
    environment.filters["is_nothing"] = lambda text: not Decimal(text)
    return environment


def _day(text: str, language: Language) -> str:
    """A day in words of the language, the ISO form beside it."""
    locale = "zh_Hans_CN" if language == "zh" else "en"
    return f"{format_date(date.fromisoformat(text), 'long', locale=locale)} ({text})"


def report_page(facts: dict[str, Any], figures: dict[str, Any]) -> str:
    """The report of a run as one HTML page, English and Chinese.

    Args:
        facts: what run.json says (`nightly.run_record`).
        figures: what portfolio.json says (`portfolio.portfolio_figures`).
    """
    buckets = [bucket for bucket in facts["buckets"] if any(row["bucket"] == bucket for row in facts["counts"]["by_bucket"])]
    return _environment().get_template("report.html").render(
        facts=facts, counts=facts["counts"], buckets=buckets, languages=LANGUAGES, figures=figures, tables=tables_with_rows(figures),
        charts={language: _charts(facts, figures, language) for language in LANGUAGES}, matrices=list(_matrices(facts, figures)),
        is_month=figures["compared_days"] in MONTH_DAYS,
    )


def _charts(facts: dict[str, Any], figures: dict[str, Any], language: Language) -> Charts:
    """For each table the pictures above it, one a currency: amounts of different currencies share no picture."""
    from arrears.engine import report_charts  # late: drawing takes a second to load, and most commands draw nothing

    tables = figures["tables"]
    draw: dict[str, Callable[[str], tuple[str, str] | None]] = {
        "by_bucket": lambda currency: report_charts.buckets(facts["counts"]["by_bucket"], facts["buckets"], currency, language),
        "entry": lambda currency: report_charts.entry(tables["entry"], currency, language),
        "vintage": lambda currency: report_charts.vintage(tables["vintage"], currency, language),
        "cash_weeks": lambda currency: report_charts.cash(tables["cash_weeks"], currency, language),
    }
    currencies = [row["currency"] for row in facts["counts"]["by_currency"]]
    return {name: [picture for currency in currencies if (picture := one(currency))] for name, one in draw.items()}


def _matrices(facts: dict[str, Any], figures: dict[str, Any]) -> Iterator[tuple[str, list[str], list[tuple[str, list[Any]]]]]:
    """The shaded matrix of each currency."""
    rows = figures["tables"]["transition"]
    for currency in sorted({row["currency"] for row in rows}):
        yield currency, *matrix([row for row in rows if row["currency"] == currency], facts["buckets"])
