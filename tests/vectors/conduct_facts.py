"""How does a law case become a proposed act, facts and a moment? Shared by the judges of conduct."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.facts import Window
from arrears.check.conduct.pack import Pack, Packs
from arrears.check.conduct.rule import Says
from arrears.check.conduct.verdict import Answer, Verdict
from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence
from arrears.engine.conduct_packs import pack_named
from tests.vectors.judging import NotUnderstood

EVERYTHING_KNOWN = date(1900, 1, 1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUSE_WITHOUT_LIMITS = Pack("house/none", Sentence("No limits of its own", "无自定限制"), frozenset(), (), False, ActCondition(), (), (), Parameters({}))
"""A lender that is content with the law: where law is known not to apply, nothing else forbids."""


@cache
def packs(*names: str) -> Packs:
    """The shipped packs of these names, and a house without limits of its own."""
    return Packs((*(pack_named(name) for name in names), HOUSE_WITHOUT_LIMITS))


def moment(text: str, zone: str) -> datetime:
    """A moment; a day without time is noon of that day where the person is."""
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time(12), ZoneInfo(zone))
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def weekdays(told: Any) -> frozenset[int]:
    """Days of the week: a name, a list of names, a range such as mon-fri, or every day."""
    if told is None or told in ("all", "daily", "every_day", "any"):
        return frozenset(range(7))
    if isinstance(told, list):
        return frozenset().union(*(weekdays(one) for one in told))
    named = {"weekdays": "mon-fri", "weekend": "sat-sun", "weekends": "sat-sun"}.get(str(told).lower(), str(told).lower())
    first, _, last = named.partition("-")
    try:
        start, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
    except ValueError as trouble:
        raise NotUnderstood(f"days {told!r}") from trouble
    return frozenset((start + ahead) % 7 for ahead in range((end - start) % 7 + 1))


def clock(text: Any) -> time:
    """A time of day; 24:00 is midnight."""
    return time(0) if text in (None, "24:00") else time.fromisoformat(str(text))


def window(told: Any) -> Window:
    """Hours of some days."""
    if isinstance(told, list | tuple):
        told = {"from": told[0], "to": told[1]}
    if isinstance(told, str) and "-" in told and ":" in told:
        told = dict(zip(("from", "to"), told.split("-"), strict=True))
    if not isinstance(told, dict) or set(told) - {"days", "day", "from", "to", "date", "tz"}:
        raise NotUnderstood(f"window {told!r}")
    days = told.get("days", told.get("day"))
    if "date" in told:
        days = DAYS[date.fromisoformat(told["date"]).weekday()]
    return Window(weekdays(days), clock(told.get("from")), clock(told.get("to")))


@cache
def us_holidays() -> frozenset[date]:
    """The public holidays of 5 USC 6103(a) around the cases."""
    return frozenset(holidays.country_holidays("US", years=range(2015, 2036)))


def answer_of(found: Verdict) -> str:
    """What the reading gives, in the words of the vectors."""
    if found.reading is Answer.PERMITTED:
        return "allowed"
    if found.refused_because or any(one.says is Says.FORBIDS for one in found.in_the_way):
        return "prohibited"
    return "presumed_violation"


def said(found: Verdict) -> str:
    """What stood in the way, for the line that tells of a difference."""
    return "; ".join([one.rule.name for one in found.in_the_way] + [one.en for one in found.refused_because])


def next_day(found: Verdict, zone: str) -> str | None:
    """The day of the next permitted moment."""
    return None if found.next_permitted_at is None else str(found.next_permitted_at.astimezone(ZoneInfo(zone)).date())


def earliest_stated(found: Verdict) -> str | None:
    """The first day that may be stated."""
    days = [one.judged.turning_day for one in found.findings if one.judged.turning_day is not None]
    return str(max(days)) if days else None


