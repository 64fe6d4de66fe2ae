"""Which alerts stand in the current run, and which of them still need somebody?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from arrears.assess.early_warning.episodes import STATES
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.engine.alert_files import alerts_in
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.files import count_of, looking_into
from arrears.engine.use_cases.reading.persons import hidden_people
from arrears.engine.use_cases.reading.runs import Run, portfolios

ALERT_PAGE_ROWS = 50
WAITING = "state NOT IN ('acknowledged', 'resolved')"
"""Of which alerts does somebody still have to take care?"""
ORDER = f"array_position([{', '.join(repr(state) for state in STATES)}], state), amount_at_stake_minor DESC NULLS LAST, alert_id"
"""By state, in the order in which a person should look; then by money."""
Acknowledged = tuple[tuple[int, date], ...]
"""Ids of alerts with the day on which they were acknowledged last."""


class NoSuchAlert(AnswerIsNo):
    """No current run of this institution has that alert."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert: what, about whom, since when, in which state; `case_id` is None where the person is not in arrears yet.

    `further` are the reasons of other findings about the same payment; `resolution` is why it ended (on `resolved_on`), where it has.
    """

    alert_id: int
    kind: str
    state: str
    case_id: int | None
    party_id: int
    raised_on: date
    nights_open: int
    bucket: str
    days_past_due: int | None
    amount_overdue_minor: int | None
    amount_at_stake_minor: int | None
    currency: str
    reason: Sentence
    further: Sentence | None
    resolved_on: date | None
    resolution: Sentence | None

    def whole_reason(self) -> Sentence:
        """The reason, what else says so, and why it ended if it has, one after the other."""
        parts = [one for one in (self.reason, self.further, self.resolution) if one]
        return Sentence(" ".join(one.en for one in parts), "".join(one.zh for one in parts))


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alerts, how many fit, and how many there are of each kind and state."""

    rows: tuple[AlertRow, ...]
    total: int
    page: int
    pages: int
    kinds: Mapping[str, int]
    states: Mapping[str, int]


def alerts_of_run(run: Run, acknowledged: Acknowledged = ()) -> str:
    """SQL (in brackets) of the run's alerts, with what was acknowledged since in this life of the alert; ids are our own whole numbers."""
    rows = alerts_in(Path(run.file("alerts")))
    if not acknowledged:
        return f"({rows})"
    listed = ", ".join(f"({int(alert)}, DATE '{day.isoformat()}')" for alert, day in acknowledged)
    taken = f"EXISTS (SELECT 1 FROM (VALUES {listed}) k(seen, seen_on) WHERE k.seen = alert_id AND k.seen_on >= raised_on)"
    return f"(SELECT * REPLACE (CASE WHEN state <> 'resolved' AND {taken} THEN 'acknowledged' ELSE state END AS state) FROM ({rows}))"


def acknowledged_until(institution_id: int, on: date) -> Acknowledged:
    """Which alerts were acknowledged by this day, as recorded by now, and when last?"""
    with acting_for(institution_id):
        found = load.alerts_acknowledged_by(on)
    return tuple(zip(found.column("alert_id").to_pylist(), found.column("valid_on").to_pylist(), strict=True))


def alert_page(home: Home, institution_id: int, run: Run, *, today: date, kind: str = "", state: str = "", page: int = 1, rows: int = ALERT_PAGE_ROWS) -> AlertPage:
    """Alerts of the run, escalated ones first, then new ones, then by the amount at stake; resolved ones only where they are asked for.

    Args:
        kind: only this kind.
        state: only this state; empty means all that nobody has acknowledged and that have not ended.
    """
    source = alerts_of_run(run, acknowledged_until(institution_id, today))
    if hidden := hidden_people(institution_id, today):
        source = f"(SELECT * FROM {source} WHERE party_id NOT IN ({', '.join(map(str, hidden))}))"
    with looking_into(home) as connection:
        kinds, states = (
            dict(connection.execute(f"SELECT {name}, count(*) FROM {source} WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())
            for name, where in (("kind", WAITING), ("state", "true"))
        )
        narrowed, values = WAITING if not state else "state = ?", [state] if state else []
        if kind:
            narrowed, values = f"{narrowed} AND kind = ?", [*values, kind]
        total = count_of(connection, f"SELECT count(*) FROM {source} WHERE {narrowed}", values)
        pages = max(1, -(-total // rows))
        page = min(max(1, page), pages)
        shown = _alert_rows(connection, f"{source} WHERE {narrowed} ORDER BY {ORDER} LIMIT {rows} OFFSET {(page - 1) * rows}", values)
    return AlertPage(shown, total, page, pages, kinds, states)


def alerts_of_people(connection: duckdb.DuckDBPyConnection, run: Run, party_ids: Sequence[int], acknowledged: Acknowledged) -> dict[int, tuple[AlertRow, ...]]:
    """Every alert of the run about each of these people, in the order of the list; `acknowledged` as `acknowledged_until` answers it."""
    rows = _alert_rows(connection, f"{alerts_of_run(run, acknowledged)} WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY {ORDER}", [list(party_ids)])
    return {party: tuple(row for row in rows if row.party_id == party) for party in party_ids}


def _alert_rows(connection: duckdb.DuckDBPyConnection, source: str, values: Sequence[Any]) -> tuple[AlertRow, ...]:
    found = rows_by_name(connection, f"""SELECT alert_id, kind, state, case_id, party_id, raised_on, nights_open, bucket, days_past_due, amount_overdue_minor,
        amount_at_stake_minor, currency, reason_en, reason_zh, further_en, further_zh, resolved_on, resolution_en, resolution_zh FROM {source}""", values)
    return tuple(AlertRow(**{name: _said(row, name) for name in ("reason", "further", "resolution")}, **row) for row in found)


def _said(row: dict[str, Any], name: str) -> Any:
    """Both languages of one sentence, taken out of the row; None where it says nothing."""
    english, chinese = row.pop(f"{name}_en"), row.pop(f"{name}_zh")
    return None if english is None else Sentence(english, chinese)


def find_alert(home: Home, institution_id: int, alert_id: int) -> tuple[int, str, date]:
    """Whom does this alert of a current run concern, of which kind is it, and since when has it stood?

    Raises:
        NoSuchAlert: there is none that stands, or it is somebody else's.
    """
    for book in portfolios(home, institution_id):
        if book.run is None:
            continue
        with looking_into(home) as connection:
            source = alerts_of_run(book.run)
            found = connection.execute(f"SELECT party_id, kind, raised_on FROM {source} WHERE alert_id = ? AND state <> 'resolved'", [alert_id]).fetchone()
        if found:
            return int(found[0]), str(found[1]), found[2]
    raise NoSuchAlert("No current run has this alert.", "Its ground may be gone, or the id is mistyped.", "Look at the list of alerts.")
