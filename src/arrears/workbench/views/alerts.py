"""Who needs somebody's eye, why, and since when?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.core.ids import IdNotValid, parse_id
from arrears.engine.use_cases.alerts import acknowledge
from arrears.engine.use_cases.protecting import reviews_due
from arrears.engine.use_cases.reading import people
from arrears.engine.use_cases.reading.alerts import NoSuchAlert, alert_page
from arrears.engine.words import ALERT_STATES, ALERTS
from arrears.workbench.opened import opened_in
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import home_of_site, institution_of, portfolios_in_view, show


def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts of the run in view, those that waited too long first."""
    everything, book = portfolios_in_view(request)
    if book is None or book.run is None:
        return show(request, "alerts", portfolios=everything, book=book, reviews=reviews_due(institution_of(request), timezone.localdate()))
    kind, state = (request.GET.get(name, "") if request.GET.get(name) in known else "" for name, known in (("kind", ALERTS), ("state", ALERT_STATES)))
    page, opened = request.GET.get("page", "1"), opened_in(request, timezone.now())
    found = alert_page(
        home_of_site(), institution_of(request), book.run, today=timezone.localdate(), kind=kind, state=state, page=int(page) if page.isdecimal() and len(page) < 9 else 1
    )
    return show(
        request, "alerts", portfolios=everything, book=book, reviews=reviews_due(institution_of(request), timezone.localdate()), run=book.run, found=found, kind=kind, state=state, kinds=tuple(ALERTS), states=tuple(ALERT_STATES),
        names={party: opened.name(person) for party, person in people(home_of_site(), book, [row.party_id for row in found.rows]).items()}, may_acknowledge=may_open(request.user.role, "alert_acknowledge"),
    )


@require_POST
def alert_acknowledge(request: HttpRequest, alert: str) -> HttpResponse:
    """Take an alert on, with an optional note; then back to the list."""
    try:
        done = acknowledge(
            home_of_site(), institution_of(request), parse_id(alert), request.POST.get("note", ""), actor=request.user.get_username(), at=timezone.localtime()
        )
    except (IdNotValid, NoSuchAlert) as none:
        raise Http404 from none
    messages.success(request, _("The alert is acknowledged.") if done else _("Somebody had acknowledged this alert already."))
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else reverse("alerts"))
