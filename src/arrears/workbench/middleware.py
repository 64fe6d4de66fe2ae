"""What stands around every page: language, permission, institution, headers.

Settings list these after Django's session, authentication and message middleware and after allauth's, in this order:
`SecurityHeaders`, `ReaderLanguage`, `PagePermission`, `ActingForInstitution`, `RestrictedToStorage`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import IdNotValid, parse_id
from arrears.workbench.permissions import ADMINISTRATOR, ANYBODY, AUDITOR, PUBLIC, ROLES, may_open

Next = Callable[[HttpRequest], HttpResponse]
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Scripts come from us only and never out of text; charts set styles on their own elements, so styles may stand inline."""


ACCOUNTABLE = frozenset({ADMINISTRATOR, AUDITOR})
"""Who may look at cases of people whose data is only stored; the name stays sealed for them too, until they open it with a reason."""


class SecurityHeaders:
    """Nobody frames our pages, no other server is asked for anything, and pages with people on them are not kept by a browser."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with these headers, unless a view has set its own."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("X-Content-Type-Options", "nosniff")
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")
        return response


class ReaderLanguage:
    """In which language does this reader read? Their own setting, else what their browser or the language switch says."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        chosen = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        code = {"zh": "zh-hans", "en": "en"}.get(chosen[:2]) or translation.get_language_from_request(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
            if isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Language", code)
        return response


class PagePermission:
    """Closed by default: the table in `permissions` says who may open a page; nobody signed in is asked to sign in."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; `process_view` decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Refuse before the view runs."""
        assert request.resolver_match is not None
        role = getattr(request.user, "role", ANYBODY) if request.user.is_authenticated else ANYBODY
        if may_open(role, request.resolver_match.url_name):
            return None
        if role == ANYBODY and may_open_signed_in(request.resolver_match.url_name):
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        raise PermissionDenied


def may_open_signed_in(url_name: str | None) -> bool:
    """Would signing in help at all?"""
    return any(may_open(role, url_name) for role in ROLES)


class _Failed(Exception):
    """A view failed; its page is to be shown, what it wrote is not to be kept."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


class ActingForInstitution:
    """Each signed-in request sees the rows of the person's own institution and no others; a failed one writes nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the institution's transaction."""
        if request.path.startswith(PUBLIC) or not request.user.is_authenticated or request.user.institution_id is None:
            return self.get_response(request)
        try:
            with acting_for(request.user.institution_id):
                response = self.get_response(request)
                if response.status_code >= 500:
                    raise _Failed(response)  # the only way to undo what a view wrote before it failed
                return response
        except _Failed as failed:
            return failed.response


class RestrictedToStorage:
    """A case of somebody whose data is stored and not used does not exist, but for those who must account for it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; `process_view` decides."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse before any page of the case is made, whichever it is."""
        if "case" not in kwargs or not request.user.is_authenticated or request.user.institution_id is None or request.user.role in ACCOUNTABLE:
            return
        try:
            found = load.case(parse_id(kwargs["case"]))
        except IdNotValid:
            return
        if found is not None and load.is_restricted([found.party_id]):
            raise Http404
