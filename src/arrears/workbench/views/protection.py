"""What protects this person, to what did the person say yes or no, and who speaks for them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.casefile.facts.consent import ConsentTo, Lateness, RuledOut
from arrears.casefile.facts.evidence import about_case
from arrears.casefile.facts.hold import ENDED_BY_LAW, HoldKind, HoldScope
from arrears.casefile.facts.privacy import Showable
from arrears.casefile.facts.representation import AdviserKind, AuthorityFinding, NamedBy
from arrears.casefile.store import load
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import Refused
from arrears.engine import words
from arrears.engine.use_cases import protecting, reading
from arrears.engine.use_cases.protecting import Agreement, Claim, Proof, Reach, Refusal
from arrears.workbench.opened import opened_in
from arrears.workbench.permissions import may_open
from arrears.workbench.views.frame import home_of_site, institution_of, show


class NotUnderstood(ValueError):
    """A field of the form has a value that no field offers."""


def protection_shown(request: HttpRequest, party_id: int) -> dict[str, Any]:
    """What case page and protection page show of it; personal words only to whom they were opened."""
    opened = opened_in(request, timezone.now()).of(party_id)
    return {
        "protected": protecting.protection_of(party_id, timezone.localdate()), "may_protect": may_open(request.user.role, "protect"),
        "shows_hold_reasons": Showable.HOLD_REASON in opened, "by_law": tuple(kind.value for kind in ENDED_BY_LAW), "today": timezone.localdate(),
    }


def protection(request: HttpRequest, case: str) -> HttpResponse:
    """Holds, consents, refusals and advisers of the person, and forms for what is to be recorded."""
    case_id, party_id = _case(case)
    today = timezone.localdate()
    shown = protection_shown(request, party_id)
    accounts, points = _about(request, case_id)
    trained = request.user.get_username() in protecting.who_is_called(institution_of(request))
    return show(
        request, "protection", case_id=case_id, kinds=tuple(HoldKind),
        scopes=tuple(HoldScope), accounts=accounts, points=points, channels=tuple(code for code in words.CONDUCT_CHANNELS if code), consents=tuple(ConsentTo), lateness=tuple(Lateness),
        refusals=tuple(RuledOut), places=tuple(words.PLACES), advisers=tuple(AdviserKind), named_by=tuple(NamedBy), findings=tuple(AuthorityFinding),
        evidence=[kept for kept in about_case(load.evidence_of_party(party_id), case_id) if not kept.is_erased], tomorrow=today + timedelta(days=1),
        latest_review=today + timedelta(days=protecting.LONGEST_REVIEW_DAYS),
        liftable={one.hold.hold_id for one in shown["protected"].holds if protecting.may_lift(one.hold, request.user.role, trained)}, **shown,
    )


def _about(request: HttpRequest, case_id: int) -> tuple[list[int], list[reading.ContactPoint]]:
    """Accounts and contact points of the case, as far as it is in a current run."""
    try:
        view = reading.case_view(home_of_site(), institution_of(request), case_id)
    except reading.NoSuchCase:
        return [], []
    return [account.account_id for account in view.accounts], list(view.contact_points)


def _case(text: str) -> tuple[int, int]:
    try:
        found = load.case(parse_id(text))
    except IdNotValid as trouble:
        raise Http404 from trouble
    if found is None:
        raise Http404
    return found.case_id, found.party_id


@dataclass(frozen=True, slots=True)
class Posted:
    """What was sent by a form, read field by field; who sent it, and when."""

    fields: QueryDict
    institution_id: int
    party_id: int
    actor: str
    role: str
    now: datetime

    def text(self, name: str, longest: int = 2000) -> str:
        """What was typed."""
        return str(self.fields.get(name, "")).strip()[:longest]

    def ident(self, name: str) -> int:
        """An id, as pages show it."""
        try:
            return parse_id(self.text(name))
        except IdNotValid as trouble:
            raise NotUnderstood from trouble

    def optional_ident(self, name: str) -> int | None:
        """An id, or nothing."""
        return self.ident(name) if self.text(name) else None

    def day(self, name: str) -> date | None:
        """A day, or nothing."""
        return date.fromisoformat(self.text(name)) if self.text(name) else None

    def clock(self, name: str) -> str:
        """A time of day as "21:00", or nothing."""
        return time.fromisoformat(self.text(name)).strftime("%H:%M") if self.text(name) else ""

    def flag(self, name: str) -> bool:
        """Was the box ticked?"""
        return self.text(name) == "yes"

    def choice(self, name: str, known: Mapping[str, object]) -> str:
        """One of the words of a vocabulary, or nothing."""
        if self.text(name) not in known and self.text(name):
            raise NotUnderstood
        return self.text(name)

    def channel(self) -> str:
        """A channel, or nothing for every one."""
        return self.choice("channel", words.CONDUCT_CHANNELS)

    def moment(self, *, earliest: bool) -> datetime:
        """When it was said: now, or on an earlier day, whose first moment counts for a no and whose last for a yes."""
        day = self.day("on")
        if day is None or day == self.now.date():
            return self.now
        return datetime.combine(day, time.min if earliest else time.max, self.now.tzinfo)

    def proof(self) -> Proof:
        """What shows it."""
        return Proof(self.optional_ident("evidence"), self.text("words"))

    def to(self) -> dict[str, Any]:
        """Whose fact it becomes, and when."""
        return {"institution_id": self.institution_id, "party_id": self.party_id, "at": self.now, "actor": self.actor}


def _place_hold(posted: Posted) -> str:
    kind, scope = HoldKind(posted.text("kind")), HoldScope(posted.text("scope") or HoldScope.PERSON)
    narrow = scope is HoldScope.CONTACT_POINT
    of_debts = scope in (HoldScope.DEBT, HoldScope.OBLIGOR)
    reach = Reach(
        scope, tuple(parse_id(one) for one in posted.fields.getlist("account")) if of_debts else (), posted.channel() if narrow else "", posted.text("point", 40) if narrow else "")
    to_on = posted.day("to_on") if kind in ENDED_BY_LAW else None
    protecting.place_hold(kind=kind, reason=posted.text("words"), reach=reach, to_on=to_on, review_on=posted.day("review_on"), **posted.to())
    return _("The hold protects from now on.")


def _keep_hold(posted: Posted) -> str:
    next_on = posted.day("review_on")
    if next_on is None:
        raise NotUnderstood
    protecting.keep_hold(hold_id=posted.ident("id"), note=posted.text("words"), next_review_on=next_on, **posted.to())
    return _("The hold stays; you are asked again on %(day)s.") % {"day": next_on.isoformat()}


def _lift_hold(posted: Posted) -> str:
    trained = posted.actor in protecting.who_is_called(posted.institution_id)
    protecting.lift_hold(hold_id=posted.ident("id"), reason=posted.text("words"), role=posted.role, is_trained=trained, **posted.to())
    return _("The hold is lifted. Nothing goes out by itself: what is to be done is decided anew.")


def _give_consent(posted: Posted) -> str:
    agreement = Agreement(
        ConsentTo(posted.text("subject")), posted.moment(earliest=False), Lateness(posted.text("lateness") or Lateness.UNKNOWN), "debtor", posted.channel(),
        posted.text("point", 40), posted.optional_ident("account"), posted.clock("opens"), posted.clock("closes"), posted.day("until_on"), posted.flag("direct"),
        posted.flag("complete"), posted.flag("revocable"),
    )
    protecting.give_consent(agreement=agreement, proof=posted.proof(), **posted.to())
    return _("The consent is recorded.")


def _withdraw_consent(posted: Posted) -> str:
    protecting.withdraw_consent(consent_id=posted.ident("id"), proof=posted.proof(), **posted.to())
    return _("The consent is taken back from now on.")


def _rule_out(posted: Posted) -> str:
    refusal = Refusal(
        RuledOut(posted.text("what")), posted.moment(earliest=True), posted.channel(), posted.text("point", 40), posted.choice("place", words.PLACES),
        posted.optional_ident("account"), posted.clock("opens"), posted.clock("closes"), posted.flag("only_inside"), posted.flag("written"),
    )
    protecting.rule_out(refusal=refusal, proof=posted.proof(), **posted.to())
    return _("The request is recorded and kept from now on.")


def _open_again(posted: Posted) -> str:
    protecting.open_again(request_id=posted.ident("id"), proof=posted.proof(), **posted.to())
    return _("The request is taken back, by the person's own word.")


def _name_adviser(posted: Posted) -> str:
    claim = Claim(AdviserKind(posted.text("kind")), posted.text("full_name", 200), posted.text("contact", 200), NamedBy(posted.text("named_by")), posted.optional_ident("account"))
    protecting.name_adviser(claim=claim, proof=posted.proof(), **posted.to())
    return _("Collection stops. The adviser learns nothing before the authority was seen.")


def _check_authority(posted: Posted) -> str:
    protecting.check_authority(adviser_id=posted.ident("id"), finding=AuthorityFinding(posted.text("finding")), proof=posted.proof(), **posted.to())
    return _("What was found about the authority is recorded.")


def _end_adviser(posted: Posted) -> str:
    protecting.end_adviser(adviser_id=posted.ident("id"), proof=posted.proof(), **posted.to())
    return _("It is recorded that the adviser acts no longer.")


DOES: Mapping[str, Callable[[Posted], str]] = {
    "place_hold": _place_hold, "keep_hold": _keep_hold, "lift_hold": _lift_hold, "give_consent": _give_consent, "withdraw_consent": _withdraw_consent,
    "rule_out": _rule_out, "open_again": _open_again, "name_adviser": _name_adviser, "check_authority": _check_authority, "end_adviser": _end_adviser,
}
"""What a form of the page may ask for."""


@require_POST
def protect(request: HttpRequest, case: str) -> HttpResponse:
    """Record what a form of the page says, or say why not; nothing is recorded by half."""
    case_id, party_id = _case(case)
    does = DOES.get(request.POST.get("does", ""))
    if does is None:
        raise Http404
    posted = Posted(request.POST, institution_of(request), party_id, request.user.get_username(), request.user.role, timezone.localtime())
    try:
        messages.success(request, does(posted))
    except protecting.NothingOfThatId:
        messages.error(request, _("It does not stand any more: somebody may have ended it. Nothing was changed."))
    except protecting.NotForThisRole:
        messages.error(request, _("This hold may not be lifted in your role. It stays; who may lift it stands beside it."))
    except protecting.NoProof:
        messages.error(request, _("Nothing was recorded: name the evidence that shows it, or write the words. Authority that was seen needs its paper among the evidence."))
    except (Refused, ValueError):
        messages.error(request, _("Nothing was recorded: something is missing or does not fit. Say why and how far, and choose days that fit."))
    return redirect(reverse("protection", args=[id_text(case_id)]))
