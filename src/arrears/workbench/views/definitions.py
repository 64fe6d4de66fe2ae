"""What does each figure mean?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from arrears.workbench.definitions import DEFINITIONS
from arrears.workbench.views.frame import show


def definitions(request: HttpRequest) -> HttpResponse:
    """All definitions on one page; figures link to theirs."""
    return show(request, "definitions", definitions=DEFINITIONS)
