"""Which alerts stand in the current run, and which of them still need somebody?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Sentence
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.files import count_of, looking_into
from arrears.engine.use_cases.reading.runs import Run, portfolios

ALERT_PAGE_ROWS = 50
_WAITING = "state <> 'acknowledged'"
_ORDER = "state = 'escalated' DESC, state = 'new' DESC, amount_at_stake_minor DESC NULLS LAST, alert_id"


class NoSuchAlert(AnswerIsNo):
    """No current run of this institution has that alert."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert: what, about whom, since when, in which state; `case_id` is None where the person is not in arrears yet."""

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


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alerts, how many fit, and how many there are of each kind and state."""

    rows: tuple[AlertRow, ...]
    total: int
    page: int
    pages: int
    kinds: Mapping[str, int]
    states: Mapping[str, int]


def _source(run: Run, acknowledged: tuple[int, ...]) -> str:
    """The run's alerts, with what was acknowledged since; ids are our own whole numbers."""
    listed = ", ".join(str(int(one)) for one in acknowledged) or "NULL"
    return f"(SELECT * REPLACE (CASE WHEN alert_id IN ({listed}) THEN 'acknowledged' ELSE state END AS state) FROM read_parquet('{run.file('alerts').replace(chr(39), chr(39) * 2)}'))"


def acknowledged_until(institution_id: int, on: date) -> tuple[int, ...]:
    """The ids of alerts acknowledged by this day, as recorded by now."""
    with acting_for(institution_id):
        return tuple(load.alerts_acknowledged_by(on).column("alert_id").to_pylist())


def alert_page(home: Home, institution_id: int, run: Run, *, today: date, kind: str = "", state: str = "", page: int = 1, rows: int = ALERT_PAGE_ROWS) -> AlertPage:
    """Alerts of the run, escalated ones first, then new ones, then by the amount at stake.

    Args:
        kind: only this kind.
        state: only this state; empty means all that nobody has acknowledged.
    """
    source = _source(run, acknowledged_until(institution_id, today))
    with looking_into(home) as connection:
        if not _alerts_have_lives(connection, run):
            return AlertPage((), 0, 1, 1, {}, {})
        kinds, states = (
            dict(connection.execute(f"SELECT {name}, count(*) FROM {source} WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())
            for name, where in (("kind", _WAITING), ("state", "true"))
        )
        narrowed, values = _WAITING if not state else "state = ?", [state] if state else []
        if kind:
            narrowed, values = f"{narrowed} AND kind = ?", [*values, kind]
        total = count_of(connection, f"SELECT count(*) FROM {source} WHERE {narrowed}", values)
        pages = max(1, -(-total // rows))
        page = min(max(1, page), pages)
        shown = _alert_rows(connection, f"{source} WHERE {narrowed} ORDER BY {_ORDER} LIMIT {rows} OFFSET {(page - 1) * rows}", values)
    return AlertPage(shown, total, page, pages, kinds, states)


def alerts_of_people(connection: duckdb.DuckDBPyConnection, run: Run, party_ids: Sequence[int], acknowledged: tuple[int, ...]) -> dict[int, tuple[AlertRow, ...]]:
    """Every alert of the run about each of these people, in the order of the list; `acknowledged` as `acknowledged_until` answers it."""
    if not _alerts_have_lives(connection, run):
        return dict.fromkeys(party_ids, ())
    rows = _alert_rows(connection, f"{_source(run, acknowledged)} WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY {_ORDER}", [list(party_ids)])
    return {party: tuple(row for row in rows if row.party_id == party) for party in party_ids}


def _alerts_have_lives(connection: duckdb.DuckDBPyConnection, run: Run) -> bool:
    """False for a run published before alerts had lives; the next run tells them."""
    return "alert_id" in {row[0] for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [run.file("alerts")]).fetchall()}


def _alert_rows(connection: duckdb.DuckDBPyConnection, source: str, values: Sequence[Any]) -> tuple[AlertRow, ...]:
    found = rows_by_name(connection, f"""SELECT alert_id, kind, state, case_id, party_id, raised_on, nights_open, bucket, days_past_due, amount_overdue_minor,
        amount_at_stake_minor, currency, reason_en, reason_zh FROM {source}""", values)
    return tuple(AlertRow(reason=Sentence(row.pop("reason_en"), row.pop("reason_zh")), **row) for row in found)


def find_alert(home: Home, institution_id: int, alert_id: int) -> tuple[int, str]:
    """Whom does this alert of a current run concern, and of which kind is it?

    Raises:
        NoSuchAlert: there is none, or it is somebody else's.
    """
    for book in portfolios(home, institution_id):
        if book.run is None:
            continue
        with looking_into(home) as connection:
            lives = _alerts_have_lives(connection, book.run)
            found = connection.execute("SELECT party_id, kind FROM read_parquet(?) WHERE alert_id = ?", [book.run.file("alerts"), alert_id]).fetchone() if lives else None
        if found:
            return int(found[0]), str(found[1])
    raise NoSuchAlert("No current run has this alert.", "Its ground may be gone, or the id is mistyped.", "Look at the list of alerts.")
