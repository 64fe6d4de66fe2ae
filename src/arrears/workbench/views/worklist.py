"""Whose turn is it, and why?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from arrears.casefile.facts.weighty import DecisionOverridden
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.money import AmountNotValid, format_money, parse_minor
from arrears.core.reasons import Sentence
from arrears.engine import words
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.finding import case_of_number, cases_of_contact
from arrears.engine.use_cases.protecting import reviews_due
from arrears.engine.use_cases.weighty import overrides_now
from arrears.workbench.opened import Opened, opened_in
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.frame import home_of_site, institution_of, portfolios_in_view, show

_ORDERS = {"rank", "amount", "days"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the filter, order and page, and what could not be understood (in words for the reader)."""

    wanted: reading.WorklistFilter
    order: reading.Order
    page: int
    trouble: str


def asked_for(query: Any, currency: str) -> Asked:
    """Read the filter out of an address. What is not understood narrows nothing and is told."""
    trouble = ""
    limits: dict[str, int | None] = {"amount_from": None, "amount_to": None}
    for name in limits:
        if typed := query.get(name, "").strip().replace(",", ""):
            try:
                limits[name] = parse_minor(typed, query.get("currency") or currency)
            except AmountNotValid:
                trouble = _("“%(typed)s” is not an amount, so it narrows nothing. Write digits, such as 1500 or 1500.50.") % {"typed": typed}
    order, page = query.get("order", "rank"), query.get("page", "1")
    return Asked(
        reading.WorklistFilter(
            queue=query.get("queue") if query.get("queue") in words.QUEUES else "people",
            treatment=query.get("treatment", ""), bucket=query.get("bucket", ""), product=query.get("product", ""), currency=query.get("currency", ""),
            amount_from_minor=limits["amount_from"], amount_to_minor=limits["amount_to"], alert=query.get("alert", ""),
            flow_before=query.get("flow_before", ""), flow_now=query.get("flow_now", ""), history_unknown=query.get("history") == "unknown", closed_unpaid=query.get("closed") == "unpaid",
            work=query.get("work") if query.get("work") in words.WORKS else "",
        ),
        order if order in _ORDERS else "rank", int(page) if page.isdecimal() and len(page) < 9 else 1, trouble,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the worklist as it is shown: the case, what the person is called (masked unless opened), and the first way to reach them
    (masked, not cleared; none where nobody is contacted today or the gate does not serve the channel)."""

    case: reading.CaseRow
    name: str | None
    contact: reading.ContactPoint | None
    in_the_way: reading.InTheWay | None
    """What the night found in the way of the treatment's channel."""
    today: Sentence | None
    """What is said of today's work, where it was assigned within capacity."""
    shows_contact_point: bool
    otherwise: Otherwise | None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a person does instead of what the policy decided, and why."""

    treatment: Sentence
    by: str
    reason: str


def _lines(institution_id: int, book: reading.Portfolio, found: reading.WorklistPage, opened: Opened) -> list[Line]:
    parties = [row.party_id for row in found.rows]
    home, run = home_of_site(), book.run
    named, points = reading.people(home, book, parties), reading.contact_points(home, book, parties)
    assert run is not None, "lines are those of a run"
    stopped, others = reading.in_the_way(home, run, found.rows), overrides_now(institution_id, found.rows)
    return [_line(run, row, opened.name(named[row.party_id]), next(iter(points[row.party_id]), None), stopped.get(row.case_id), others.get(row.case_id)) for row in found.rows]


def _line(
    run: reading.Run, row: reading.CaseRow, name: str | None, contact: reading.ContactPoint | None, stopped: reading.InTheWay | None, other: DecisionOverridden | None,
) -> Line:
    shows = reading.shows_contact_point(run, row, other.treatment if other else "")
    otherwise = Otherwise(run.treatments[other.treatment].label, other.overridden_by, other.reason) if other and other.treatment in run.treatments else None
    return Line(row, name, contact if shows else None, stopped, reading.work_told(run, row), shows, otherwise)


def worklist(request: HttpRequest) -> HttpResponse:
    """The list, one page of it, as the address asks."""
    everything, book = portfolios_in_view(request)
    if book is None or book.run is None:
        return show(request, "worklist", portfolios=everything, book=book, reviews=reviews_due(institution_of(request), timezone.localdate()))
    choices = reading.facets(home_of_site(), book.run)
    asked = asked_for(request.GET, next(iter(choices.currencies), "CNY"))
    found = reading.worklist(home_of_site(), book.run, asked.wanted, order=asked.order, page=asked.page, hidden=reading.hidden_people(institution_of(request), timezone.localdate()))
    currencies = {row.currency for row in found.rows}
    template = "worklist_rows" if getattr(request, "htmx", False) and request.htmx.target == "list" else "worklist"
    return show(
        request, template, portfolios=everything, book=book, run=book.run, choices=choices, asked=asked, found=found,
        reviews=reviews_due(institution_of(request), timezone.localdate()),
        queues=[
            (queue, sum(choices.queues.values()) if queue == "all" else choices.queues.get(queue, 0)) for queue in words.QUEUES
            if queue != "left_alone" or book.run.limits is not None
        ],
        works=[(work, choices.work[work]) for work in words.WORKS if choices.work.get(work)] if book.run.limits is not None else (),
        lines=_lines(institution_of(request), book, found, opened_in(request, timezone.now())), one_currency=next(iter(currencies)) if len(currencies) == 1 else "",
        narrowed=any(request.GET.get(name) for name in ("treatment", "bucket", "product", "currency", "amount_from", "amount_to", "alert", "flow_now", "history", "closed", "work")),
        first=(found.page - 1) * reading.PAGE_ROWS + 1, last=min(found.total, found.page * reading.PAGE_ROWS),
    )


def worklist_csv(request: HttpRequest) -> HttpResponse:
    """The rows and columns that the page with the same address shows, as CSV (UTF-8 with a mark that spreadsheets need). Always masked:
    a file is out of our hands."""
    _everything, book = portfolios_in_view(request)
    if book is None or book.run is None:
        return show(request, "worklist", portfolios=_everything, book=book, status=404)
    asked = asked_for(request.GET, next(iter(reading.facets(home_of_site(), book.run).currencies), "CNY"))
    found = reading.worklist(home_of_site(), book.run, asked.wanted, order=asked.order, page=asked.page, hidden=reading.hidden_people(institution_of(request), timezone.localdate()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_("Rank"), _("Person"), _("Case"), _("Reason"), _("Currency"), _("Overdue"), _("Days past due"), _("Bucket"), _("Treatment"),
                     _("Contact point, not cleared for contact"), _("As of"),
                     *([_("Today")] if book.run.limits is not None else []), _("A person does otherwise")])
    for line in _lines(institution_of(request), book, found, Opened({})):
        writer.writerow([harmless(str(value)) for value in _csv_values(line, book.run)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="worklist-{book.run.as_of.isoformat()}.csv"'
    return response


def _csv_values(line: Line, run: reading.Run) -> list[Any]:
    language, case = reader_language(), line.case
    treatment = run.treatments.get(case.treatment)
    overdue = "" if case.amount_overdue_minor is None else format_money(case.amount_overdue_minor, case.currency, language, with_currency=False).replace(",", "")
    return [
        case.rank or "", line.name or "", id_text(case.case_id), case.reason.in_language(language), case.currency, overdue,
        "" if case.days_past_due is None else case.days_past_due, words.bucket_word(case.bucket, language),
        treatment.label.in_language(language) if treatment else case.treatment,
        (line.contact.masked or "") if line.contact else "", run.as_of.isoformat(),
        *(_csv_today(line) if run.limits is not None else ()), line.otherwise.treatment.in_language(language) if line.otherwise else "",
    ]


def _csv_today(line: Line) -> Iterator[str]:
    language = reader_language()
    yield line.today.in_language(language) if line.today else words.word(words.WORKS, line.case.work, language)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("-12.50"), harmless("Lin")
    ("'=1+1", '-12.50', 'Lin')
    """
    risky = text[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{text}" if risky and not text[1:].replace(".", "", 1).isdecimal() else text


def search(request: HttpRequest) -> HttpResponse:
    """The case that an id or a number names, or the cases of those who have this telephone number or mail address.

    The form posts, so that what was typed stands in no address, no history and no log of a proxy.
    """
    typed = (request.POST.get("q") or request.GET.get("q") or "").strip()
    found = _found(request, typed) if typed else None
    if found is not None:
        return redirect(reverse("case", args=[id_text(found)]))
    reached = cases_of_contact(home_of_site(), institution_of(request), typed)
    if len(reached) == 1:
        return redirect(reverse("case", args=[id_text(reached[0][0])]))
    return show(request, "search", typed=typed, several=_called(request, reached))


def _called(request: HttpRequest, reached: list[tuple[int, int]]) -> list[tuple[int, str | None]]:
    """Cases with what their people are called: masked unless opened."""
    opened, names = opened_in(request, timezone.now()), {}
    for book in reading.portfolios(home_of_site(), institution_of(request)):
        for party, person in reading.people(home_of_site(), book, [party for _case, party in reached]).items():
            names[party] = names.get(party) or opened.name(person)
    return [(case, names.get(party)) for case, party in reached]


def _found(request: HttpRequest, typed: str) -> int | None:
    home, institution = home_of_site(), institution_of(request)
    try:
        identifier = parse_id(typed)
    except IdNotValid:
        return case_of_number(home, institution, typed)
    try:
        reading.find_case(home, institution, identifier)
    except reading.NoSuchCase:
        return reading.case_of_account(home, institution, identifier)
    return identifier
