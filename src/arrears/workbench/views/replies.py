"""What did people answer, what was it taken for and why, and what followed at once?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import Refused
from arrears.engine.use_cases import hearing, protecting
from arrears.intake.inbound.contract import contract, help_line
from arrears.record.privacy.masking import masked_contact
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import home_of_site, institution_of, show

FOLLOWED: Mapping[str, object] = {
    "hold:placed": gettext_lazy("protected by a hold"), "contact:ruled_out": gettext_lazy("channel ruled out"), "consent:withdrawn": gettext_lazy("consent withdrawn"),
    "contact_point:wrong_party": gettext_lazy("contact point noted as somebody else’s"), "promise:drafted": gettext_lazy("promise drafted, nothing agreed"),
    "reply:handled": gettext_lazy("dealt with"),
}
"""What a journal name means to a reader of the page; a name that is not here says nothing to them."""


def replies(request: HttpRequest) -> HttpResponse:
    """Replies that wait for somebody, danger first; those that nobody could place; with `all` also those that are done."""
    institution_id, every = institution_of(request), "all" in request.GET
    found = hearing.inbox(institution_id, only_waiting=not every)
    language = "zh" if request.LANGUAGE_CODE.startswith("zh") else "en"
    line = help_line(home_of_site().read_settings().jurisdiction, language)
    clauses = contract()
    rows = [
        {
            "one": one, "labels": [clauses[intent].label for intent in one.taken.intents or (one.taken.main,)], "spoke": _spoke(one.taken.spoke),
            "followed": [FOLLOWED[name] for name in dict.fromkeys(one.followed) if name in FOLLOWED],
        } for one in found
    ]
    loose = [{"one": one, "address": masked_contact(None, one.address), "labels": [clauses[intent].label for intent in one.intents]} for one in hearing.unplaced(institution_id)]
    return show(
        request, "replies", rows=rows, loose=loose, every=every, clauses=list(clauses.values()), line=line, may_do=may_open(request.user.role, "reply_do"),
        reviews=protecting.reviews_due(institution_id, timezone.localdate()),
    )


def _spoke(kept: str) -> list[str]:
    """The words that spoke, each once."""
    return list(dict.fromkeys(said for _intent, _by_rule, said, _means in json.loads(kept or "[]")))[:6]


@require_POST
def reply_do(request: HttpRequest, reply: str) -> HttpResponse:
    """Correct what a reply was taken for, say that it was dealt with, or say whose it is."""
    institution_id, now, actor = institution_of(request), timezone.localtime(), request.user.get_username()
    what, said = request.POST.get("what", ""), request.POST.get("said", "").strip()
    try:
        reply_id = parse_id(reply)
        match what:
            case "correct":
                hearing.correct(institution_id, reply_id, said, now=now, actor=actor)
            case "done":
                hearing.handle(institution_id, reply_id, said, now=now, actor=actor)
            case "place":
                party_id = protecting.person_of_case(institution_id, parse_id(said))
                hearing.place(hearing.ear(home_of_site(), institution_id, "", ""), reply_id, party_id, now=now, actor=actor)
            case "aside":
                hearing.set_aside(institution_id, reply_id, said, now=now, actor=actor)
            case _:
                raise Http404
    except hearing.NoSuchReply as none:
        raise Http404 from none
    except (IdNotValid, Refused):
        messages.error(request, _("That could not be understood. Nothing was changed."))
    else:
        messages.success(request, _("It is on record, and what must follow has followed."))
    return redirect("replies")
