"""Which rules of law are there, who answers for them, and what waits for somebody to read its source?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import Refused
from arrears.engine.use_cases import confirming
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import home_of_site, institution_of, show


def rules(request: HttpRequest) -> HttpResponse:
    """All packs and rules with figures, confidence and confirmations; first what waits."""
    institution_id, today = institution_of(request), timezone.localdate()
    confirmed, revoked = confirming.confirmed_ever(institution_id)
    ended = {one.confirmation_id: one for one in revoked}
    packs = confirming.packs_stated(institution_id, today, home_of_site())
    asked = request.GET.get("pack", "")
    return show(
        request, "rules", packs=packs, waiting=confirming.waiting(institution_id, today, home_of_site()), chosen=next((pack for pack in packs if pack.name == asked), None),
        history=[(one, ended.get(one.confirmation_id)) for one in reversed(confirmed)], may_confirm=may_open(request.user.role, "rule_confirm"),
    )


@require_POST
def rule_confirm(request: HttpRequest) -> HttpResponse:
    """The person signed in has read the source and answers for a figure or a rule."""
    subject = request.POST.get("subject", "")
    try:
        confirming.confirm(
            home_of_site(), institution_of(request), subject, source=request.POST.get("source", "")[:1000], read=request.POST.get("read", "")[:500], username=request.user.get_username(),
            at=timezone.localtime(), actor=request.user.get_username(),
        )
    except confirming.ReadOtherwise:
        messages.error(request, _("What you read is not what the rule pack states. Nothing was confirmed. Read once more; if the pack is wrong, it must be corrected first."))
    except confirming.NothingToConfirm:
        messages.error(request, _("This does not wait for anybody any more. Nothing was changed."))
    except confirming.NoSuchSubject as none:
        raise Http404 from none
    except Refused:
        messages.error(request, _("Say which source you read, with edition and place, and what stands there. Nothing was confirmed."))
    else:
        messages.success(request, _("Confirmed: %(subject)s. You answer for it from today on.") % {"subject": subject})
    return redirect(reverse("rules") + "#waiting")


@require_POST
def rule_revoke(request: HttpRequest) -> HttpResponse:
    """Take a confirmation back."""
    try:
        confirming.revoke(
            institution_of(request), parse_id(request.POST.get("confirmation", "")), request.POST.get("reason", "")[:1000], username=request.user.get_username(),
            at=timezone.localtime(), actor=request.user.get_username(),
        )
    except (IdNotValid, confirming.NoSuchSubject) as none:
        raise Http404 from none
    except Refused:
        messages.error(request, _("Say in a few words why it is taken back. It still counts."))
    else:
        messages.success(request, _("Taken back: nothing rests on it any more."))
    return redirect(reverse("rules") + "#confirmations")
