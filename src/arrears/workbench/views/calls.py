"""Whom do I call now, at which number, what do I say, and what came of it? Numbers stay masked until one is opened, with a permit, for its call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.act.calls.wrap_up import Asks, Codes, Result
from arrears.casefile.facts.call import PointMark
from arrears.casefile.facts.permit import PermitRefused
from arrears.casefile.store import load
from arrears.check.gate.permit import Permit, Refusal
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.money import AmountNotValid, parse_minor
from arrears.core.problems import Refused
from arrears.core.reasons import Sentence
from arrears.engine import words
from arrears.engine.use_cases import calls, reading
from arrears.engine.use_cases.calls import CallTask, Told
from arrears.record.privacy.showing import NotForThisRole
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.contact import ChannelShown, line_of
from arrears.workbench.views.frame import home_of_site, institution_of, show

REFUSAL = "call_refused"
"""Under this name the session keeps which refusal is to be told on the next page: its id, nothing else."""
HOURS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PointShown:
    """A number as the page shows it."""

    point: reading.ContactPoint
    state: str
    attempts: int
    answers: int
    percent: int
    now: ChannelShown


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call whose number was opened: the number while the permit lasts and for who opened it, until when, and the masked one."""

    permit: Permit
    number: str | None
    masked: str
    until: datetime


def call(request: HttpRequest, case: str) -> HttpResponse:
    """Numbers, script, and the form of a call that is open."""
    case_id, task = _task(request, case)
    zone = ZoneInfo(task.zone)
    points = [PointShown(one.point, one.quality.state.value, one.quality.attempts, one.quality.answers, one.quality.percent, line_of(one.outlook, zone)) for one in task.points]
    masked = {one.point.reference: one.point.masked or "" for one in task.points}
    open_calls = [OpenCall(one, _number(request, one), masked.get(one.proposed.point, ""), one.expires_at.astimezone(zone)) for one in task.open_calls]
    refusal = _refusal(request, task, zone)
    return show(
        request, "call", case_id=case_id, task=task, points=points, open_calls=open_calls, zone=task.zone, zone_is_theirs=task.zone_is_theirs, refusal=refusal,
        hours=[f"{band:02d}:00–{band + 2:02d}:00" for band, _rate in task.best_hours[:HOURS_SHOWN]], callbacks=[one.astimezone(zone) for one in task.callbacks],
        groups=groups_of(task.terms.codes), currency=task.currency, received=[one for one in task.terms.codes.actions.values() if one.received],
        made=[one for one in task.terms.codes.actions.values() if not one.received], marks=tuple(PointMark),
        latest=(timezone.now() + timedelta(days=calls.CALLBACK_DAYS)).astimezone(zone), today=timezone.localdate(), history=_history(task),
    )


def groups_of(codes: Codes) -> list[tuple[str, list[Result]]]:
    """Results in three groups for the form: nobody answered, somebody did, the person did."""
    def of(result: Result) -> str:
        return "right_party" if result.is_right_party else "connect" if len(result.flags) > 1 else "attempt"

    return [(name, [one for one in codes.results.values() if of(one) == name]) for name in ("attempt", "connect", "right_party")]


def _task(request: HttpRequest, case: str) -> tuple[int, CallTask]:
    case_id = _id(case)
    try:
        return case_id, calls.call_task(home_of_site(), institution_of(request), case_id, at=timezone.now(), agent=request.user.get_full_name())
    except reading.NoSuchCase as none:
        raise Http404 from none


def _id(text: str) -> int:
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise Http404 from trouble


def _number(request: HttpRequest, permit: Permit) -> str | None:
    try:
        return calls.number_of_open_call(home_of_site(), institution_of(request), permit, at=timezone.now(), agent=request.user.get_username())
    except Refused:
        return None


def _history(task: CallTask) -> list[tuple[datetime, Sentence, Sentence, tuple[str, ...]]]:
    """Earlier calls, newest first; a code that is no longer known is shown as it stands."""
    codes = task.terms.codes

    def said(known: Any, code: str) -> Sentence:
        return known[code].label if code in known else Sentence(code, code)

    return [(one.started_at.astimezone(ZoneInfo(task.zone)), said(codes.actions, one.action), said(codes.results, one.result), one.followed)
            for one in reversed(load.calls_wrapped_up(task.party_id)[-12:])]


def _refusal(request: HttpRequest, task: CallTask, zone: ZoneInfo) -> tuple[PermitRefused, list[tuple[str, str]], datetime | None] | None:
    """The refusal that was just given, in full, once."""
    wanted = request.session.pop(REFUSAL, None)
    found = next((one for one in load.permits_refused(task.party_id) if wanted and one.refusal_id == parse_id(wanted)), None)
    if found is None:
        return None
    return found, list(zip(found.rules, found.citations, strict=True)), None if found.next_permitted_at is None else found.next_permitted_at.astimezone(zone)


@require_POST
def call_open(request: HttpRequest, case: str) -> HttpResponse:
    """Open one number, or say why not."""
    try:
        answer = calls.open_number(home_of_site(), institution_of(request), _id(case), request.POST.get("point", ""), at=timezone.now(),
                                   agent=request.user.get_username(), role=request.user.role)
    except (reading.NoSuchCase, calls.NoSuchPoint) as none:
        raise Http404 from none
    except NotForThisRole as refusal:
        raise PermissionDenied from refusal
    except calls.CallIsOpen:
        messages.error(request, _("A call to this person is open already, or a dialler calls now. Say first what came of it."))
    except Refused as trouble:
        messages.error(request, _("No number was opened: %(why)s") % {"why": trouble.what})
    else:
        if isinstance(answer, Refusal):
            request.session[REFUSAL] = id_text(answer.refusal_id)
    return redirect("call", case)


@require_POST
def call_wrap_up(request: HttpRequest, case: str) -> HttpResponse:
    """Record what came of a call, and all that follows."""
    case_id, at = _id(case), timezone.now()
    home, institution_id, agent = home_of_site(), institution_of(request), request.user.get_username()
    try:
        _known(request, case_id)
        told = _told(request, calls.zone_of_case(home, institution_id, case_id, at))
        if permit := request.POST.get("permit", ""):
            fact = calls.wrap_up(home, institution_id, parse_id(permit), told, at=at, agent=agent)
        else:
            fact = calls.wrap_up_received(home, institution_id, case_id, told, request.POST.get("point", ""), at=at, agent=agent)
    except reading.NoSuchCase as none:
        raise Http404 from none
    except (Refused, ValueError) as trouble:
        messages.error(request, _("Nothing was recorded. %(why)s") % {"why": _why(trouble)})
        return redirect("call", case)
    result = calls.call_terms(home).codes.results[fact.result]
    messages.success(request, _("Recorded: %(result)s. Next: %(next)s") % {
        "result": result.label.in_language(reader_language()), "next": result.next.in_language(reader_language())})
    if result.is_danger:
        messages.warning(request, _("Everything is stopped for this person, and the trained colleague is called."))
    return redirect("first_contact" if Asks.FIRST_CONTACT in result.asks and not load.first_contacts(fact.party_id) else "call", case)


def _known(request: HttpRequest, case_id: int) -> None:
    reading.find_case(home_of_site(), institution_of(request), case_id)


def _why(trouble: Exception) -> str:
    """Why, in the reader's language: the page's own words where it has them."""
    if reader_language() == "zh":
        return _("Something is missing, contradicts itself or does not fit.")
    return trouble.what if isinstance(trouble, Refused) else _("Something is missing, contradicts itself or does not fit.")


def _told(request: HttpRequest, zone: str) -> Told:
    """What the form says.

    Raises:
        ValueError: a field cannot be understood.
    """
    fields = request.POST
    amount, currency = fields.get("promise", "").strip().replace(",", ""), fields.get("currency", "")
    callback, due = fields.get("callback_at", "").strip(), fields.get("promise_due_on", "").strip()
    try:
        minor = parse_minor(amount, currency) if amount else None
    except AmountNotValid as trouble:
        raise ValueError(str(trouble)) from trouble
    return Told(
        fields.get("action", ""), fields.get("result", ""), fields.get("words", "").strip()[:calls.LONGEST_NOTE],
        callback_at=datetime.fromisoformat(callback).replace(tzinfo=ZoneInfo(zone)) if callback else None,
        promise_minor=minor, promise_currency=currency if minor is not None else "", promise_due_on=date.fromisoformat(due) if due else None,
    )


@require_POST
def point_mark(request: HttpRequest, case: str) -> HttpResponse:
    """Say by hand what a number or address is."""
    case_id = _id(case)
    try:
        view = reading.case_view(home_of_site(), institution_of(request), case_id)
        point = next(one for one in view.contact_points if one.reference == request.POST.get("point", ""))
        channel = words.CONDUCT_CHANNEL_OF.get(point.channel, "call")
        calls.mark_point(institution_of(request), view.row.party_id, channel, point.reference, PointMark(request.POST.get("mark", "")), request.POST.get("words", ""),
                         at=timezone.now(), actor=request.user.get_username())
    except (reading.NoSuchCase, StopIteration) as none:
        raise Http404 from none
    except (Refused, ValueError):
        messages.error(request, _("Nothing was recorded: say in a few words how it is known."))
    else:
        messages.success(request, _("What the number or address is, is recorded."))
    return redirect("call", case)
