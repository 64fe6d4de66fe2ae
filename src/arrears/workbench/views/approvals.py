"""What waits for a second person, which policies were published, and who takes a weighty decision about a case?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arrears.casefile.facts.weighty import ReviewOutcome
from arrears.check.approvals.kinds import WEIGHTY
from arrears.check.approvals.outcome import Standing, why_not_decide, why_not_withdraw
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import Refused
from arrears.core.reasons import Sentence
from arrears.engine.use_cases import approving, deciding, policies, reading, weighty
from arrears.workbench.permissions import may_open
from arrears.workbench.templatetags.arrears_words import said
from arrears.workbench.views.frame import home_of_site, institution_of, show

HISTORY_SHOWN = 50


def approvals(request: HttpRequest) -> HttpResponse:
    """What waits, with a form for who may decide it; what policies propose; what debtors asked to be looked at again; what was decided."""
    institution_id, at, name, role = institution_of(request), timezone.localtime(), request.user.get_username(), request.user.role
    waiting = [(one, why_not_decide(one, name, role, at), why_not_withdraw(one, name, at) is None) for one in approving.waiting(institution_id, at)]
    latest = approving.latest(institution_id, HISTORY_SHOWN)[::-1]
    decided = [(one, one.standing(at).value) for one in latest if one.standing(at) is not Standing.OPEN]
    return show(
        request, "approvals", waiting=waiting, decided=decided,
        cases=weighty.cases_of(institution_id, [one.request.request_id for one in (*latest, *(one for one, _, _ in waiting)) if one.kind.weighty]), proposed=_proposed(institution_id), reviews=weighty.reviews_waiting(institution_id),
        today=at.date(),
    )


def _proposed(institution_id: int) -> list[tuple[str, str, Sentence, int]]:
    """Treatments of the current runs that are weighty decisions: book, treatment, its words, and how many cases."""
    found = []
    for book in reading.portfolios(home_of_site(), institution_id):
        if book.run is None:
            continue
        heavy = {name: words for name, words in book.run.treatments.items() if words.weighty}
        counts = reading.facets(home_of_site(), book.run).treatments if heavy else {}
        found += [(book.name, name, words.label, counts[name]) for name, words in heavy.items() if counts.get(name)]
    return found


@require_POST
def approval_decide(request: HttpRequest) -> HttpResponse:
    """The person signed in approves or refuses as the second person."""
    answer = request.POST.get("answer", "")
    if answer not in ("approve", "refuse"):
        raise Http404
    try:
        done = deciding.decide(home_of_site(), institution_of(request), _ident(request, "request"), approve=answer == "approve", **_by(request))
    except approving.NoSuchRequest as none:
        raise Http404 from none
    except approving.NotDecided as no:
        messages.error(request, said(no.because))
    except Refused:
        messages.error(request, _("Nothing was decided. Say in a few words why; and if the file of a policy is gone or was changed, it cannot be published."))
    else:
        if done.published is not None:
            messages.success(request, _("Approved: this policy decides from the next run on."))
        else:
            messages.success(request, _("Approved. You answer for it.") if answer == "approve" else _("Refused. Nothing changes."))
    return redirect("approvals")


@require_POST
def approval_withdraw(request: HttpRequest) -> HttpResponse:
    """Who asked takes it back."""
    try:
        approving.withdraw(institution_of(request), _ident(request, "request"), **_by(request))
    except approving.NoSuchRequest as none:
        raise Http404 from none
    except approving.NotDecided as no:
        messages.error(request, said(no.because))
    except Refused:
        messages.error(request, _("Say in a few words why. Nothing was changed."))
    else:
        messages.success(request, _("Taken back."))
    return redirect("approvals")


def published_policies(request: HttpRequest) -> HttpResponse:
    """Every published policy, the two people who answer for it, and the text of the one that is looked at."""
    institution_id = institution_of(request)
    found = policies.versions(institution_id)
    asked = request.GET.get("show", "")
    chosen = next((one for one in found if str(one.published.number) == asked), None)
    trouble, text = False, ""
    if chosen is not None:
        try:
            text = policies.file_of(home_of_site(), chosen.published).text
        except Refused:
            trouble = True
    return show(request, "policies", versions=found, chosen=chosen, text=text, trouble=trouble, default=policies.DEFAULT_POLICY)


@require_POST
def policy_rollback(request: HttpRequest) -> HttpResponse:
    """Ask a second person that an older policy is published anew."""
    by = _by(request)
    try:
        policies.ask_to_roll_back(home_of_site(), institution_of(request), request.POST.get("number", ""), by.pop("reason"), **by)
    except policies.NoSuchVersion as none:
        raise Http404 from none
    except policies.InForceAlready:
        messages.error(request, _("Exactly this policy is in force. Nothing was asked."))
    except approving.NotAsked:
        messages.error(request, _("Nothing was asked: it waits for a second person already, or is not for your role."))
    except Refused:
        messages.error(request, _("Say in a few words why. Nothing was changed."))
    else:
        messages.success(request, _("A second person is asked. Until then the policy in force stays."))
        return redirect("approvals")
    return redirect("policies")


def decision(request: HttpRequest, case: str) -> HttpResponse:
    """What the policy proposes for a case, who decided what, and forms for a person's own decision."""
    case_id, row, run = _case(request, case)
    state = weighty.state_of(home_of_site(), institution_of(request), case_id, timezone.localtime())
    others = {name: words for name, words in run.treatments.items() if name != row.treatment and not words.weighty and not name.startswith(("hold_", "ask_for_"))}
    role = request.user.role
    return show(
        request, "decision", case_id=case_id, row=row, run=run, treatment=run.treatments.get(row.treatment), state=state, others=others, kinds=tuple(WEIGHTY.values()),
        may_act=may_open(role, "decide_case"), may_take=role in weighty.MAY_REVIEW, outcomes=tuple(ReviewOutcome), me=request.user.get_username(),
        decided_by_me=any(one.taken_by == request.user.get_username() for one in state.taken), latest=timezone.localdate() + timedelta(days=weighty.LONGEST_REVIEW_DAYS),
    )


def _case(request: HttpRequest, text: str) -> tuple[int, reading.CaseRow, reading.Run]:
    try:
        case_id = parse_id(text)
        book, row = reading.find_case(home_of_site(), institution_of(request), case_id)
    except (IdNotValid, reading.NoSuchCase) as none:
        raise Http404 from none
    assert book.run is not None, "a case is found in a run"
    return case_id, row, book.run


def _take(request: HttpRequest, case_id: int, _party_id: int, by: dict[str, Any]) -> str:
    taken = request.POST.get("answer") == "take"
    weighty.take(home_of_site(), institution_of(request), case_id, is_taken=taken, **by)
    return _("The decision is yours from now on, with its reason.") if taken else _("You declined it, with your reason. It is not carried out.")


def _propose(request: HttpRequest, case_id: int, _party_id: int, by: dict[str, Any]) -> str:
    weighty.propose(home_of_site(), institution_of(request), case_id, request.POST.get("kind", ""), **by)
    return _("Proposed. A second person decides.")


def _override(request: HttpRequest, case_id: int, _party_id: int, by: dict[str, Any]) -> str:
    weighty.override(home_of_site(), institution_of(request), case_id, request.POST.get("treatment", ""), **by)
    return _("Kept: you do otherwise than the policy, with your reason.")


def _ask_review(request: HttpRequest, case_id: int, _party_id: int, by: dict[str, Any]) -> str:
    due = request.POST.get("due_on", "")
    fact = weighty.ask_review(home_of_site(), institution_of(request), case_id, by.pop("reason"), due_on=date.fromisoformat(due) if due else None, **by)
    return _("A human looks again by %(day)s. Until then nothing weighty of this case is carried out.") % {"day": fact.due_on.isoformat()}


def _answer_review(request: HttpRequest, _case_id: int, party_id: int, by: dict[str, Any]) -> str:
    outcome = ReviewOutcome(request.POST.get("outcome", ""))
    weighty.answer_review(institution_of(request), party_id, _ident(request, "review"), outcome, by.pop("reason"), **by)
    return _("The review is answered.")


DOES: Mapping[str, Callable[[HttpRequest, int, int, dict[str, Any]], str]] = {
    "take": _take, "propose": _propose, "override": _override, "ask_review": _ask_review, "answer_review": _answer_review,
}
"""What a form of the page may ask for."""


@require_POST
def decide_case(request: HttpRequest, case: str) -> HttpResponse:
    """Record what a form of the page says, or say why not."""
    case_id, row, _run = _case(request, case)
    does = DOES.get(request.POST.get("does", ""))
    if does is None:
        raise Http404
    try:
        messages.success(request, does(request, case_id, row.party_id, _by(request)))
    except (weighty.NoSuchReview, weighty.NothingProposed):
        messages.error(request, _("It does not wait any more: somebody may have decided it a moment ago. Nothing was changed."))
    except weighty.NotYours:
        messages.error(request, _("This is not for your role, or you took the decision yourself: somebody else looks again. Nothing was changed."))
    except approving.NotAsked:
        messages.error(request, _("The very same waits for a second person already."))
    except (Refused, ValueError):
        messages.error(request, _("Nothing was recorded: something is missing or does not fit. Give a reason, and a choice of the list."))
    return redirect(reverse("decision", args=[id_text(case_id)]))


def _by(request: HttpRequest) -> dict[str, Any]:
    """Reason, person and moment of what a form asks for."""
    at: datetime = timezone.localtime()
    name = request.user.get_username()
    return {"reason": request.POST.get("reason", ""), "username": name, "at": at, "actor": name}


def _ident(request: HttpRequest, field: str) -> int:
    try:
        return parse_id(request.POST.get(field, ""))
    except IdNotValid as none:
        raise Http404 from none
