"""What happened, what can the person do, and what does the person need? The form of the first contact."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from arrears.act.calls.first_contact import form
from arrears.casefile.facts.privacy import Showable
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.money import AmountNotValid, parse_minor
from arrears.core.problems import Refused
from arrears.engine import words
from arrears.engine.use_cases import first_contacts, reading
from arrears.engine.use_cases.first_contacts import Answers
from arrears.workbench.opened import opened_in
from arrears.workbench.views.frame import home_of_site, institution_of, show

LANGUAGES = ("zh-CN", "en", "es")


def first_contact(request: HttpRequest, case: str) -> HttpResponse:
    """The form, what was told before, and what is told now."""
    try:
        case_id = parse_id(case)
        row = reading.find_case(home_of_site(), institution_of(request), case_id)[1]
    except (IdNotValid, reading.NoSuchCase) as trouble:
        raise Http404 from trouble
    if request.method == "POST":
        try:
            first_contacts.hold_first_contact(home_of_site(), institution_of(request), case_id, _answers(request, row.currency), at=timezone.now(), by=request.user.get_username())
        except (Refused, ValueError):
            messages.error(request, _("Nothing was recorded: say how the identity was made sure of, what happened, and whether the person will pay; amounts and hours must fit."))
        else:
            messages.success(request, _("What the person told us is recorded, with what follows from it."))
            return redirect("case", case)
    told = [(one, one.reasons.split(",") if one.reasons else [], one.needs.split(",") if one.needs else []) for one in
            first_contacts.first_contacts_of(institution_of(request), row.party_id)]
    return show(request, "first_contact", case_id=case_id, form=form(), told=told, currency=row.currency, languages=LANGUAGES,
                shows=Showable.HOLD_REASON in opened_in(request, timezone.now()).of(row.party_id), channels=tuple(code for code in words.CONDUCT_CHANNELS if code in ("call", "text", "email", "chat", "letter")))


def _answers(request: HttpRequest, currency: str) -> Answers:
    """Raises `ValueError`: a field cannot be understood."""
    fields = request.POST
    able, payday = fields.get("able", "").strip().replace(",", ""), fields.get("payday", "").strip()
    try:
        minor = parse_minor(able, currency) if able else None
    except AmountNotValid as trouble:
        raise ValueError(str(trouble)) from trouble
    return Answers(
        fields.get("identity", ""), tuple(fields.getlist("reason")), fields.get("willingness", ""), minor, currency, int(payday) if payday else None,
        fields.get("channel", "") if fields.get("channel", "") in words.CONDUCT_CHANNELS else "", fields.get("opens", ""), fields.get("closes", ""),
        fields.get("only") == "yes", fields.get("language", "") if fields.get("language", "") in LANGUAGES else "", tuple(fields.getlist("need")), fields.get("words", ""),
    )
