"""What does a manager read of a run, without opening anything else?

One page in both languages, made of counts and sums alone: it names nobody, so it may travel.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined

from arrears.core.money import format_money
from arrears.core.reasons import LANGUAGES, Language


def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["money"] = format_money
    environment.filters["whole"] = lambda number: f"{number:,}"
    environment.filters["day"] = _day
    return environment


def _day(text: str, language: Language) -> str:
    """A day in words of the language, the ISO form beside it."""
    locale = "zh_Hans_CN" if language == "zh" else "en"
    return f"{format_date(date.fromisoformat(text), 'long', locale=locale)} ({text})"


def report_page(facts: dict[str, Any]) -> str:
    """The summary of a run as one HTML page, English and Chinese.

    Args:
        facts: what run.json says (`nightly.run_record`).
    """
    buckets = [bucket for bucket in facts["buckets"] if any(row["bucket"] == bucket for row in facts["counts"]["by_bucket"])]
    return _environment().get_template("report.html").render(facts=facts, counts=facts["counts"], buckets=buckets, languages=LANGUAGES)
