"""What does every page need: the home, the institution, and the portfolio in view?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from arrears.engine.home import Home
from arrears.engine.use_cases.reading import Portfolio, portfolios


def home_of_site() -> Home:
    """The home this server serves; settings name its root."""
    return Home(Path(settings.ARREARS_HOME))


def institution_of(request: HttpRequest) -> int:
    """The institution the signed-in person works for; nobody's books where there is none."""
    return int(getattr(request.user, "institution_id", None) or 0)


def portfolios_in_view(request: HttpRequest) -> tuple[tuple[Portfolio, ...], Portfolio | None]:
    """All portfolios, and the one in view: named in the address, else the one looked at last, else the first that was run."""
    everything = portfolios(home_of_site(), institution_of(request))
    by_name = {book.name: book for book in everything}
    asked = request.GET.get("book", "")
    if asked in by_name:
        request.session["book"] = asked
        return everything, by_name[asked]
    remembered = by_name.get(request.session.get("book", ""))
    return everything, remembered or next((book for book in everything if book.run), None) or next(iter(everything), None)


def show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render one page inside the frame."""
    return render(request, f"workbench/{template}.html", context, status=status)
