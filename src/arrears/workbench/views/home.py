"""How does the whole portfolio stand, and what moved?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from arrears.engine.use_cases.protecting import reviews_due
from arrears.engine.use_cases.reading import FlowCell, Overview, overview, people
from arrears.engine.use_cases.record_keeping import record_state
from arrears.workbench import charts
from arrears.workbench.opened import opened_in
from arrears.workbench.permissions import may_open
from arrears.workbench.templatetags.arrears_words import reader_language
from arrears.workbench.views.frame import home_of_site, institution_of, portfolios_in_view, show
from arrears.workbench.views.trends import trends_in_view


def start(request: HttpRequest) -> HttpResponse:
    """The first page that this role may see."""
    return redirect("home" if may_open(request.user.role, "home") else "worklist")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One square of the flow matrix: accounts, the shade (0 to 5) by their share of the row, and whether they got worse or better."""

    now: str
    accounts: int
    shade: int
    direction: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """All accounts that stood in one bucket before, by where they stand now."""

    before: str
    accounts: int
    cells: tuple[MatrixCell, ...]


def shade_of(part: int, whole: int) -> int:
    """Which of five shades shows this share of a row? 0 is none at all.

    >>> shade_of(0, 10), shade_of(1, 1000), shade_of(5, 10), shade_of(10, 10)
    (0, 1, 3, 5)
    """
    return 0 if not part else min(5, 1 + (part * 5 - 1) // whole)


def direction_of(before: str, now: str, order: Sequence[str]) -> str:
    """same, worse or better; an account that was not there before and is late now got worse.

    >>> direction_of("1-30", "31-60", ["current", "1-30", "31-60"]), direction_of("1-30", "current", ["current", "1-30"])
    ('worse', 'better')
    """
    place = {bucket: index for index, bucket in enumerate(order)}
    earlier, later = place.get(before, 0), place.get(now, 0)
    return "same" if earlier == later else "worse" if later > earlier else "better"


def flow_matrix(flow: Sequence[FlowCell], order: Sequence[str]) -> tuple[tuple[str, ...], tuple[MatrixRow, ...]]:
    """Columns and rows of the matrix; buckets that nobody stood in are left out."""
    columns = tuple(bucket for bucket in order if any(cell.now == bucket for cell in flow))
    rows = []
    for before in (*order, "none"):
        counts = {cell.now: cell.accounts for cell in flow if cell.before == before}
        whole = sum(counts.values())
        if whole:
            cells = tuple(MatrixCell(now, counts.get(now, 0), shade_of(counts.get(now, 0), whole), direction_of(before, now, order)) for now in columns)
            rows.append(MatrixRow(before, whole, cells))
    return columns, tuple(rows)


@dataclass(frozen=True, slots=True)
class Moved:
    """How many accounts became overdue, fell further behind, or came closer to being paid up since the run before?"""

    fresh: int
    worse: int
    better: int


def moved_accounts(rows: Sequence[MatrixRow]) -> Moved:
    """The matrix in three figures. An account that was not overdue or not there before and is overdue now became overdue."""
    counted = {"fresh": 0, "worse": 0, "better": 0, "same": 0}
    for row in rows:
        for cell in row.cells:
            is_fresh = cell.direction == "worse" and row.before in {"current", "none"}
            counted["fresh" if is_fresh else cell.direction] += cell.accounts
    return Moved(counted["fresh"], counted["worse"], counted["better"])


def home(request: HttpRequest) -> HttpResponse:
    """Tiles, what moved, alerts: each as of the run's day, each a way to the cases behind it."""
    everything, book = portfolios_in_view(request)
    record, reviews = record_state(institution_of(request)), reviews_due(institution_of(request), timezone.localdate())
    if book is None or book.run is None:
        return show(request, "home", portfolios=everything, book=book, record=record, reviews=reviews)
    seen: Overview = overview(home_of_site(), book.run)
    columns, rows = flow_matrix(seen.flow, book.run.buckets)
    opened = opened_in(request, timezone.now())
    return show(
        request, "home", portfolios=everything, book=book, record=record, reviews=reviews, run=book.run, seen=seen, flow_columns=columns, flow_rows=rows, moved=moved_accounts(rows),
        names={party: opened.name(person) for party, person in people(home_of_site(), book, [alert.party_id for alert in seen.alerts]).items()},
        alert_total=sum(seen.alert_counts.values()), chart=charts.accounts_by_bucket(seen.buckets, reader_language()),
        trends=trends_in_view(request, book.name, book.run.as_of),
    )
