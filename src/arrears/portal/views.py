"""What do the public pages answer? Each asks the engine one question and says the answer in the reader's language.

No cookie is set, nothing is loaded from anybody else, no script runs, and search engines are told to stay away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arrears.core.problems import AnswerIsNo, BadData, Refused
from arrears.engine.home import Home
from arrears.engine.portal_terms import PortalTerms, portal_terms
from arrears.engine.use_cases import hooks, verifying
from arrears.engine.use_cases.verifying import Confirmed
from arrears.intake.inbound.incoming import Asked
from arrears.portal import doors
from arrears.portal.words import HTML_LANGUAGES, LANGUAGES, WORDS, Words, day_in_words, language_of

CONTENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive", "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_http_methods(["GET", "HEAD"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Is the message of this code genuine?"""
    home, now = _home(), timezone.now()
    waits = verifying.must_wait(home, request.META.get("REMOTE_ADDR", ""), now)
    if waits:
        return _busy(request, waits)
    found = verifying.confirm(home, code)
    language = _language(request)
    said = WORDS[language]
    sent = _sent(found, said, language) if found is not None else ""
    return _page(request, "portal/verify.html", said.verify_title, {"found": found, "sent": sent})


def _sent(found: Confirmed, said: Words, language: str) -> str:
    sender = found.sender.get(language) or next(iter(found.sender.values()), "") or found.institution or said.sender_unnamed
    return said.sent.format(sender=sender, channel=said.channels.get(found.channel, said.any_channel), day=day_in_words(found.sent_on, language))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """A page with one button; pressed, or posted by a mail program (RFC 8058), the wish is on record.

    No token is asked for: the code is the secret, and mail programs post without having seen the page.
    """
    if request.method != "POST":
        return _page(request, "portal/stop.html", _said(request).stop_title, {})
    now = timezone.now()
    waits = verifying.must_wait_to_stop(now)
    if waits:
        return _busy(request, waits)
    channel = verifying.stop(_home(), code, at=now)
    said = _said(request)
    if channel is None:
        return _page(request, "portal/stopped.html", said.nothing_stopped, {"channel": ""}, status=404)
    return _page(request, "portal/stopped.html", said.stopped, {"channel": channel, "what": said.stopped_email if channel == "email" else said.stopped_text})


def _busy(request: HttpRequest, waits: timedelta) -> HttpResponse:
    said, seconds = _said(request), max(1, math.ceil(waits.total_seconds()))
    answer = _page(request, "portal/busy.html", said.busy, {"busy_do": said.busy_do.format(seconds=seconds)}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider tells us something: 200 once it is on record, and else why not, in the status alone."""
    found = doors.hook_of(provider)
    if request.method == "GET" and (found is None or not found.by_address):
        return HttpResponseNotAllowed(["POST"])
    if found is None:
        return HttpResponse(status=404)
    try:
        body = request.read(found.most_bytes + 1)
        hooks.receive(found, Asked(request.META.get("QUERY_STRING", ""), _headers(request), body), timezone.now())
    except hooks.TooLong:
        return HttpResponse(status=413)
    except AnswerIsNo:
        return HttpResponse(status=401)
    except BadData:
        return HttpResponse(status=400)
    except (Refused, OSError):
        return HttpResponse(status=503)
    return HttpResponse(status=200)


def _headers(request: HttpRequest) -> Mapping[str, str]:
    return dict(request.headers.items())


def _page(request: HttpRequest, template: str, title: str, told: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    language = _language(request)
    terms = _terms()
    check_by = terms.check_by.get(language) or WORDS[language].check_by
    asked = {
        "title": title, "said": WORDS[language], "language": language, "html_language": HTML_LANGUAGES[language], "languages": LANGUAGES, "check_by": check_by,
        "name": terms.name.get(language) or next(iter(terms.name.values()), ""), **told,
    }
    answer = render(request, template, asked, status=status)
    for name, value in HEADERS.items():
        answer[name] = value
    answer["Content-Language"] = HTML_LANGUAGES[language]
    answer["Vary"] = "Accept-Language"
    return answer


def _said(request: HttpRequest) -> Words:
    return WORDS[_language(request)]


def _language(request: HttpRequest) -> str:
    return language_of(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))


def _home() -> Home:
    return Home(Path(settings.ARREARS_HOME))


def _terms() -> PortalTerms:
    return portal_terms(_home())
