"""What does a person see when it does not work? Words, a way on, and nothing about anybody.

`is_error` keeps the address that was asked for out of the page: somebody may have typed a number into it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This role may not open this page."""
    return render(request, "workbench/error_403.html", {"is_error": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or no such case here."""
    return render(request, "workbench/error_404.html", {"is_error": True}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake; the page needs neither database nor session."""
    return render(request, "workbench/error_500.html", {"is_error": True}, status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere."""
    return render(request, "workbench/error_csrf.html", {"is_error": True}, status=403)
