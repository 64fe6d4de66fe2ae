"""Which messages wait, of which does nobody know what came of them, and what is paused?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.casefile.facts.message import Result
from arrears.check.conduct.words import Channel
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import Refused
from arrears.engine.use_cases import messages as use_case
from arrears.engine.use_cases.messages import NoSuchMessage
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import institution_of, show

CHANNELS = (Channel.TEXT, Channel.EMAIL, Channel.LETTER, Channel.SOCIAL_MESSAGE, Channel.CHAT)
SHOWN = 100
"""Uncertain messages on the page; those due longest first."""


def sending(request: HttpRequest) -> HttpResponse:
    """How sending stands, by provider; every message of which nobody knows; what is paused."""
    institution_id = institution_of(request)
    found = use_case.standing(institution_id)
    providers = sorted({provider for provider, _state in found.counts})
    rows = [{"provider": one, **{state: found.counts.get((one, state), 0) for state in use_case.STATES}} for one in providers]
    return show(
        request, "sending", rows=rows, pauses=found.pauses, uncertain=use_case.listed(institution_id, "uncertain", SHOWN), channels=CHANNELS,
        may_do=may_open(request.user.role, "sending_do"),
    )


@require_POST
def sending_do(request: HttpRequest) -> HttpResponse:
    """Say what came of an uncertain message, pause something, or let it go on."""
    institution_id, at, actor = institution_of(request), timezone.localtime(), request.user.get_username()
    what, said = request.POST.get("what", ""), request.POST.get("reason", "")
    channel, campaign = request.POST.get("channel", ""), request.POST.get("campaign", "").strip()
    try:
        match what:
            case "taken" | "not_taken":
                use_case.say_what_came(institution_id, parse_id(request.POST.get("message", "")), Result(what), by=actor, at=at, actor=actor)
            case "pause" if channel in ("", *CHANNELS):
                use_case.pause(institution_id, channel, campaign, said, by=actor, at=at, actor=actor)
            case "resume":
                use_case.resume(institution_id, channel, campaign, said, by=actor, at=at, actor=actor)
            case _:
                raise Http404
    except (NoSuchMessage, IdNotValid) as none:
        raise Http404 from none
    except Refused:
        messages.error(request, _("That could not be understood. Nothing was changed."))
    else:
        messages.success(request, _("It is on record."))
    return redirect("sending")
