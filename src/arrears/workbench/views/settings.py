"""How does this person want to read and sign in?"""

from __future__ import annotations

from django.conf import settings as site_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from arrears.casefile.store.models import User
from arrears.engine.use_cases.personal_data import register
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.frame import home_of_site, show

_A_YEAR = 365 * 24 * 3600
_CODES = {"en": "en", "zh": "zh-hans"}


def settings(request: HttpRequest) -> HttpResponse:
    """Profile: language, theme, password, second factor."""
    return show(request, "settings")


def privacy_register(request: HttpRequest) -> HttpResponse:
    """What is kept about people, for what, on which basis, and who may see it."""
    zh = reader_language() == "zh"
    rows = [{**one, "name": one["name_zh" if zh else "name_en"], "purpose": one["purpose_zh" if zh else "purpose_en"], "law": one["basis"]["zh" if zh else "en"] if one["basis"] else ""}
            for one in register(home_of_site())]
    return show(request, "privacy_register", rows=rows, jurisdiction=home_of_site().read_settings().jurisdiction)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the person came from, if it is one of ours."""
    asked = request.POST.get("next", "")
    return redirect(asked if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else "/")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language: of this browser, and of the person who is signed in."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in _CODES:
        response.set_cookie(site_settings.LANGUAGE_COOKIE_NAME, _CODES[chosen], max_age=_A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Change light and dark for this browser; auto follows the system."""
    chosen = request.POST.get("theme", "")
    response = _back(request)
    if chosen in {"auto", "light", "dark"}:
        response.set_cookie("theme", chosen, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
