"""What do the comparisons of the portfolio in view say, and who ends one?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.core.problems import Refused
from arrears.engine.use_cases import experiments as asking
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import home_of_site, institution_of, portfolios_in_view, show


def experiments(request: HttpRequest) -> HttpResponse:
    """The experiments of the policy by which the run in view decided: who answers, since when, what each arm brought, cost and burdened."""
    everything, book = portfolios_in_view(request)
    home, said = home_of_site(), tuple[asking.Said, ...]()
    if book is not None and book.run is not None:
        said = asking.shown_for_run(institution_of(request), home.book(book.name), home.runs / book.name, book.run.folder, timezone.localdate())
    return show(request, "experiments", portfolios=everything, book=book, said=said, may_stop=may_open(request.user.role, "experiment_stop"))


@require_POST
def experiment_stop(request: HttpRequest) -> HttpResponse:
    """End an experiment at once; the person signed in says why."""
    _everything, book = portfolios_in_view(request)
    if book is None or book.run is None:
        raise Http404
    try:
        policy = asking.policy_kept(book.run.folder)
        asking.stop(
            institution_of(request), policy, book.name, request.POST.get("experiment", ""), reason=asking.StopReason.OWNER, note=request.POST.get("note", "")[:1000],
            username=request.user.get_username(), at=timezone.localtime(), actor=request.user.get_username(),
        )
    except (asking.NoSuchExperiment, FileNotFoundError) as none:
        raise Http404 from none
    except Refused:
        messages.error(request, _("Say in a few words what you saw. The experiment runs on."))
    else:
        messages.success(request, _("Stopped: from the next night on everybody is treated as the policy says."))
    return redirect("experiments")
