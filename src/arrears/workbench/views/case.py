"""Who is this, what is owed, what happened, what now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from arrears.casefile.facts.case import CaseDecision, CaseEvent
from arrears.casefile.facts.journal import Entry, parse_header
from arrears.casefile.facts.privacy import Showable
from arrears.casefile.store import load
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.showing import account_numbers, open_case
from arrears.engine.use_cases.weighty import overrides_now
from arrears.engine.words import SHOW_REASONS
from arrears.record.privacy.masking import masked_number
from arrears.record.privacy.showing import SHOWN_MINUTES, NotForThisRole, may_open
from arrears.workbench import charts
from arrears.workbench.middleware import ACCOUNTABLE
from arrears.workbench.opened import close_in, open_in, opened_in
from arrears.workbench.permissions import JOURNAL_READERS
from arrears.workbench.permissions import may_open as may_open_page
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.contact import contact_shown
from arrears.workbench.views.evidence import evidence_shown
from arrears.workbench.views.frame import home_of_site, institution_of, show
from arrears.workbench.views.protection import protection_shown

HAPPENINGS_SHOWN = 12
RECENT_SHOWN = 6
"""On the first screen what others did counts; the decision stands beside it."""
ITEMS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, for the list of them: the day, what it was, and what belongs to it."""

    on: date
    kind: str
    detail: Any


@dataclass(frozen=True, slots=True)
class AccountShown:
    """An account with the few items that matter today apart from all the others."""

    account: reading.Account
    near: tuple[reading.Item, ...]
    rest: tuple[reading.Item, ...]


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One journal entry for the reader: what its header says, the header itself, its hash in hex."""

    recorded_at: datetime | None
    name: str
    actor: str
    header: str
    entry_hash: str


def journal_lines(entries: Sequence[Entry]) -> list[JournalLine]:
    """Entries as lines; a header that cannot be read is shown as it stands, for the check beside it says what is wrong."""
    lines = []
    for entry in entries:
        try:
            header = parse_header(entry.header)
            lines.append(JournalLine(header.recorded_at, header.name, header.actor, entry.header, entry.entry_hash.hex()))
        except ValueError:
            lines.append(JournalLine(None, "?", "?", entry.header, entry.entry_hash.hex()))
    return lines


def near_items(account: reading.Account, as_of: date) -> AccountShown:
    """Unpaid items that fell due, oldest first, and the next two to come; the rest is one click away."""
    late = [item for item in account.items if item.is_unpaid_on(as_of)]
    coming = [item for item in account.items if item.due_on > as_of]
    near = late[:ITEMS_SHOWN] + coming[:2]
    return AccountShown(account, tuple(near), tuple(item for item in account.items if item not in near))


def happenings(view: reading.CaseView, events: Sequence[CaseEvent], decisions: Sequence[CaseDecision]) -> list[Happening]:
    """What happened, newest first: money, missed dates, contacts, the case's own life, decisions that changed."""
    found = [Happening(event.valid_on, "event", event) for event in events]
    found += [Happening(decision.valid_on, "decision", decision) for decision in decisions]
    found += [Happening(contact.occurred_on, "contact", contact) for contact in view.contacts]
    for account in view.accounts:
        found += [Happening(payment.paid_on, "payment" if payment.amount_minor >= 0 else "returned", (payment, account)) for payment in account.payments]
        found += [Happening(item.due_on, "missed", (item, account)) for item in account.items if item.days_past_due]
    return sorted(found, key=lambda happening: happening.on, reverse=True)


def _case_id(text: str) -> int:
    try:
        return parse_id(text)
    except IdNotValid as trouble:
        raise Http404 from trouble


def case(request: HttpRequest, case: str) -> HttpResponse:
    """The case page. A case that left the current run keeps its recorded life; somebody else's does not exist."""
    case_id = _case_id(case)
    events, decisions = load.case_events(case_id), load.decisions(case_id)
    may_read_journal = request.user.role in JOURNAL_READERS
    try:
        opened = opened_in(request, timezone.now())
        view = reading.case_view(home_of_site(), institution_of(request), case_id, opened_for=opened.people_with(Showable.CONTACT_POINT),
                                 unseal=reading.unseal_even_restricted if request.user.role in ACCOUNTABLE else reading.unseal_from_vault)
    except reading.NoSuchCase as none:
        if not events:
            raise Http404 from none
        return show(request, "case_closed", case_id=case_id, events=events, decisions=decisions, may_read_journal=may_read_journal,
                    **evidence_shown(request, case_id, events[0].party_id), **protection_shown(request, events[0].party_id))
    happened = happenings(view, events, decisions)
    other = overrides_now(institution_of(request), [view.row]).get(case_id)
    shows = reading.shows_contact_point(view.run, view.row, other.treatment if other else "")
    before, after = reading.neighbours(home_of_site(), view.run, case_id)
    party, numbers = view.row.party_id, account_numbers(institution_of(request), [account.account_id for account in view.accounts])
    return show(
        request, "case", name=opened.name(view.person), number=opened.number(view.person), opened_until=opened.until(party),
        contacts=[(point, opened.contact(point)) for point in view.contact_points] if shows else [], shows_contact_point=shows, todays_work=reading.work_told(view.run, view.row),
        proposed=view.run.treatments.get(view.row.proposed), other=other, other_words=view.run.treatments.get(other.treatment) if other else None, show_reasons=tuple(SHOW_REASONS), may_open=may_open(request.user.role), may_call=may_open_page(request.user.role, "call"),
        account_numbers=numbers if Showable.ACCOUNT_NUMBER in opened.of(party) else {account: masked_number(number) for account, number in numbers.items()},
        shown_minutes=SHOWN_MINUTES,
        case_id=case_id, view=view, row=view.row, run=view.run, treatment=view.run.treatments.get(view.row.treatment),
        accounts=[near_items(account, view.run.as_of) for account in view.accounts], recent=[one for one in happened if one.kind != "decision"][:RECENT_SHOWN],
        happened=happened[:HAPPENINGS_SHOWN], earlier=happened[HAPPENINGS_SHOWN:],
        decisions=decisions, recorded_holds=reading.holds_recorded_since({view.row.party_id: view.holds}, timezone.localdate())[view.row.party_id], chart=charts.case_history(view, reader_language()),
        before=before, after=after, may_read_journal=may_read_journal, journal=journal_lines(load.journal(case_id)) if may_read_journal else (),
        **evidence_shown(request, case_id, view.row.party_id), **protection_shown(request, view.row.party_id), **contact_shown(request, case_id),
    )


@require_POST
def case_show(request: HttpRequest, case: str) -> HttpResponse:
    """Open the personal values of a case for some minutes, for a reason; it is recorded."""
    case_id, now = _case_id(case), timezone.localtime()
    try:
        party, categories = open_case(home_of_site(), institution_of(request), case_id, shown_to=request.user.get_username(), role=request.user.role,
                                      reason=request.POST.get("reason", ""), at=now)
    except (reading.NoSuchCase, WrongCall) as none:
        raise Http404 from none
    except NotForThisRole as refusal:
        raise PermissionDenied from refusal
    open_in(request, party, categories, now)
    return redirect("case", case)


@require_POST
def case_hide(request: HttpRequest, case: str) -> HttpResponse:
    """Mask the personal values of a case again, before their minutes are over."""
    try:
        _, row = reading.find_case(home_of_site(), institution_of(request), _case_id(case))
    except reading.NoSuchCase as none:
        raise Http404 from none
    close_in(request, row.party_id)
    return redirect("case", case)


def case_journal(request: HttpRequest, case: str) -> HttpResponse:
    """The case's journal as it was written: each entry with its hash and that of its predecessor."""
    case_id = _case_id(case)
    entries = load.journal(case_id)
    if not entries:
        try:
            reading.find_case(home_of_site(), institution_of(request), case_id)
        except reading.NoSuchCase as none:
            raise Http404 from none
    return show(request, "case_journal", case_id=case_id, shown=id_text(case_id), entries=journal_lines(entries),
                findings=load.verify_chain(case_id))
