"""Filters and tags with which every page writes figures, days, ids and codes in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from django import template
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arrears.core.ids import id_text
from arrears.core.money import format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine import words
from arrears.engine.use_cases.evidence import in_words
from arrears.workbench.permissions import ANYBODY, may_open

register = template.Library()
_VOCABULARIES = {
    "queue": words.QUEUES, "work": words.WORKS, "hold": words.HOLDS, "channel": words.CHANNELS, "outcome": words.OUTCOMES, "kind": words.KINDS, "role": words.ROLE_WORDS,
    "alert": words.ALERTS, "alert_state": words.ALERT_STATES, "record_alarm": words.RECORD_ALARMS, "consent": words.CONSENT, "product": words.PRODUCTS,
    "event": words.EVENTS, "evidence": words.EVIDENCE, "evidence_source": words.EVIDENCE_SOURCES, "clock": words.CLOCKS, "capture": words.CAPTURE_FACTS, "show_reason": words.SHOW_REASONS,
    "conduct_channel": words.CONDUCT_CHANNELS, "point_state": words.POINT_STATES, "point_mark": words.POINT_MARKS, "call_group": words.CALL_GROUPS,
    "dialler_problem": words.DIALLER_PROBLEMS, "hold_scope": words.HOLD_SCOPES, "blocked": words.BLOCKED, "still_allowed": words.STILL_ALLOWED, "may_lift": words.MAY_LIFT,
    "rung": words.REVIEW_RUNGS, "consent_to": words.CONSENT_TO, "lateness": words.LATENESS, "ruled_out": words.RULED_OUT, "place": words.PLACES,
    "adviser": words.ADVISERS, "named_by": words.NAMED_BY, "authority": words.AUTHORITY, "confidence": words.CONFIDENCE,
    "standing": words.STANDINGS, "weighty": words.WEIGHTY_DECISIONS, "review_outcome": words.REVIEW_OUTCOMES,
}


def reader_language() -> Language:
    """Which of the two languages does the present reader see?"""
    return "zh" if (get_language() or "").startswith("zh") else "en"


@register.filter
def said(sentence: Sentence) -> str:
    """A sentence in the reader's language."""
    return sentence.in_language(reader_language())


@register.filter
def called(code: str | None, vocabulary: str) -> str:
    """The words of a code out of a named vocabulary."""
    return words.word(_VOCABULARIES[vocabulary], code, reader_language())


@register.filter
def bucket(code: str | None) -> str:
    """A bucket in words."""
    return words.bucket_word(code, reader_language())


@register.filter
def bucket_short(code: str) -> str:
    """A bucket for a narrow head."""
    return words.bucket_short(code, reader_language())


@register.filter
def shown_id(identifier: int | None) -> str:
    """Our id as people read it."""
    return id_text(identifier) if identifier else ""


@register.filter
def money(minor: int | None, currency: str) -> str:
    """An amount with its currency; a dash where the source does not say."""
    return "—" if minor is None else format_money(minor, currency, reader_language())


@register.filter
def figures(minor: int | None, currency: str) -> str:
    """An amount without its currency, for a column whose head names it."""
    return "—" if minor is None else format_money(minor, currency, reader_language(), with_currency=False)


@register.filter
def whole(number: int | None) -> str:
    """A whole number with thousands apart."""
    return "—" if number is None else f"{number:,}"


@register.filter
def day(value: date | None) -> str:
    """A day as 2026-11-23; a dash where unknown."""
    return value.isoformat() if value else "—"


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in the reader's time zone, to the minute."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


@register.filter
def moment_in_zone(value: datetime | None) -> str:
    """The same with the zone's name, where somebody might compare it with another clock."""
    return f"{moment(value)} {timezone.localtime(value).tzname()}" if value else "—"


@register.filter
def size(length: int) -> str:
    """How large a file is."""
    return in_words(length).replace("bytes", "字节") if reader_language() == "zh" else in_words(length)


@register.filter
def clock(value: datetime | None) -> str:
    """The hour and minute of a moment in the reader's time zone."""
    return timezone.localtime(value).strftime("%H:%M") if value else "—"


@register.filter
def clock_there(value: datetime) -> str:
    """The hour and minute on the clock that the moment carries: the debtor's, not the reader's."""
    return value.strftime("%H:%M")


@register.filter
def moment_there(value: datetime) -> str:
    """The moment on the clock that it carries, to the minute; a second begun counts as a minute, so that nothing is told too early."""
    later = value if value.second == value.microsecond == 0 else value + timedelta(minutes=1)
    return later.strftime("%Y-%m-%d %H:%M")


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """The value under a key, or nothing."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The present address's query with some values changed; an empty value removes its key."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def allowed(context: template.Context, url_name: str) -> bool:
    """May the present reader open that page?"""
    request = context.get("request")
    role = getattr(request.user, "role", ANYBODY) if request and hasattr(request, "user") and request.user.is_authenticated else ANYBODY
    return may_open(role, url_name)


_RAIL = (
    ("home", "g h"), ("worklist", "g w"), ("alerts", "g a"), ("replies", "g i"), ("sending", "g m"), ("dialler", "g c"), ("rules", "g r"), ("approvals", "g p"), ("policies", "g t"),
    ("experiments", "g e"),
    ("users", "g u"), ("definitions", "g d"), ("settings", "g s"),
)


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> list[dict[str, Any]]:
    """What stands in the left rail: what exists and what this reader may see."""
    labels = {"home": _("Home"), "worklist": _("Worklist"), "alerts": _("Alerts"), "replies": _("Replies"), "sending": _("Messages"), "dialler": _("Dialler"), "rules": _("Rules"),
              "approvals": _("Approvals"), "policies": _("Policies"), "experiments": _("Experiments"), "users": _("Users"), "definitions": _("Definitions"),
              "settings": _("Settings")}
    request = context.get("request")
    here = request.resolver_match.url_name if request and getattr(request, "resolver_match", None) else ""
    belongs = {"case": "worklist", "case_journal": "worklist", "evidence_add": "worklist", "evidence_get": "worklist", "protection": "worklist", "decision": "worklist", "call": "worklist", "first_contact": "worklist", "user_add": "users"}.get(here or "", here)
    return [{"url": reverse(name), "label": labels[name], "name": name, "keys": keys, "here": name == belongs}
            for name, keys in _RAIL if allowed(context, name)]


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """auto, light or dark, as this browser chose."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "auto") if request else "auto"
    return chosen if chosen in {"light", "dark"} else "auto"


@register.simple_tag
def chart_script() -> str:
    """Address of the chart script; it holds the version, so a browser keeps it until the next one."""
    return reverse("chart_script", args=[version("vl-convert-python")])


@register.filter
def paid_part(item: Any) -> int:
    """What of an item is paid already."""
    return int(item.amount_minor - item.outstanding_minor)
