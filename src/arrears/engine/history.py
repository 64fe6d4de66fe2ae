"""How did the book stand on each of many past days?

A replay assesses only: no decision, no case, no fact is made, and the run that pages show stays. Each day leaves one small file of figures,
`runs/<book>/history/<step>/<as_of>.parquet` (rows of `assess.trends.TREND_SCHEMA`), which names the digest of its inputs; a day whose
inputs are the same is not computed again, so a replay that was stopped goes on where it stopped. What is replayed is today's book as of
each day (by value date), not what was known on that day; days of published runs are computed like all others for that reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow.parquet as pq

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.trends import TREND_KEY, TREND_SCHEMA, added_up, trend_rows
from arrears.core.book import BOOK_TABLES
from arrears.core.problems import WrongCall
from arrears.core.progress import Progress, silent
from arrears.core.sql import quoted
from arrears.engine import tables
from arrears.engine.book_views import count_accounts, slice_sql, slices_of
from arrears.engine.columns_engine import EngineSettings, column_engine, rows_by_name, sql_of, write_sorted
from arrears.engine.due_days import show_moved_due_days
from arrears.engine.product_ledgers import work_out
from arrears.engine.run_folder import only_run_of
from arrears.intake.book.layout import book_digest

HISTORY = "history"
DAYS_AT_ONCE = 31
"""Days computed while a slice of the book is in hand; a stopped replay loses at most these."""
THOUGHT_WITH = ("accounts", "instalments", "receivables", "statements", "payments", "pauses")
_INPUTS = "inputs"


class Every(StrEnum):
    """How far apart are the days of a replay?"""

    DAY = "day"
    WEEK = "week"
    MONTH_END = "month-end"


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Which past is wanted: the days from `first` to `last`, both included where the step meets them.

    Attributes:
        book: folder of the book.
        runs: folder that keeps this book's runs.
        every: each day, each seventh counted back from the last, or each last day of a month.
    """

    book: Path
    runs: Path
    first: date
    last: date
    every: Every = Every.DAY
    delinquency: DelinquencySettings = field(default_factory=DelinquencySettings)
    engine: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """What came of it: where the days stand, how many were computed now, how many had been there."""

    folder: Path
    days: tuple[date, ...]
    computed: int
    kept: int


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """One day of a series and the day of the same series before it."""

    on: date
    since: date


def day_before_in(every: Every, on: date) -> date:
    """The day of the series before this one.

    >>> day_before_in(Every.WEEK, date(2026, 3, 8)), day_before_in(Every.MONTH_END, date(2026, 3, 31))
    (datetime.date(2026, 3, 1), datetime.date(2026, 2, 28))
    """
    if every is Every.MONTH_END:
        return on.replace(day=1) - timedelta(days=1)
    return on - timedelta(days=7 if every is Every.WEEK else 1)


def days_of(first: date, last: date, every: Every) -> tuple[HistoryDay, ...]:
    """The days of a replay, oldest first.

    >>> [day.on.isoformat() for day in days_of(date(2026, 1, 15), date(2026, 3, 30), Every.MONTH_END)]
    ['2026-01-31', '2026-02-28']
    """
    on = last
    if every is Every.MONTH_END and (last + timedelta(days=1)).day != 1:
        on = day_before_in(every, last)
    found = []
    while on >= first:
        found.append(HistoryDay(on, day_before_in(every, on)))
        on = found[-1].since
    return tuple(reversed(found))


def day_file(folder: Path, on: date) -> Path:
    """Where the figures of one day of a series stand."""
    return folder / f"{on.isoformat()}.parquet"


def inputs_digest(request: HistoryRequest, book: str, day: HistoryDay) -> str:
    """One name for all that the figures of a day depend on.

    Args:
        book: digest of the book's batches.
    """
    inputs = {
        "as_of": day.on.isoformat(), "compared_with": day.since.isoformat(), "book": book, "delinquency": repr(request.delinquency),
        "software": {name: version(name) for name in ("arrears", "duckdb", "ibis-framework", "holidays")},
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def stands_with(file: Path) -> str | None:
    """Digest of the inputs from which a day's file was made; None where there is no file."""
    if not file.is_file():
        return None
    return (pq.read_metadata(file).metadata or {}).get(_INPUTS.encode(), b"").decode()


def replay(request: HistoryRequest, progress: Progress = silent) -> HistoryResult:
    """Compute the days that are missing or whose inputs have changed.

    Raises:
        Busy: another replay of this book is at work (a nightly run may be).
        WrongCall: no day of the series lies between first and last.
        Refused: the disk refused; the days finished before stay.
    """
    wanted = days_of(request.first, request.last, request.every)
    if not wanted:
        raise WrongCall(
            f"No {request.every} lies from {request.first} to {request.last}.", "There is nothing to replay.", "Widen the days, or choose --every day."
        )
    folder = request.runs / HISTORY / request.every
    with only_run_of(request.runs / HISTORY):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        book = book_digest(request.book)
        digests = {day: inputs_digest(request, book, day) for day in wanted}
        missing = [day for day in wanted if stands_with(day_file(folder, day.on)) != digests[day]]
        done = len(wanted) - len(missing)
        with column_engine(request.engine, folder / ".scratch") as connection:
            show_moved_due_days(connection, request.book, request.delinquency)
            parts = slices_of(count_accounts(connection, request.book), request.engine.accounts_per_slice)
            for some in _in_portions(missing):
                connection.execute(f"CREATE OR REPLACE TEMP TABLE trend AS {tables.empty(TREND_SCHEMA)}")
                for part in parts:
                    _take_in_hand(connection, slice_sql(request.book, part))
                    for place, day in enumerate(_each_compared(connection, request, some)):
                        progress("replay", done + (part.number * len(some) + place) // len(parts), len(wanted))
                        _look_at(connection, request, day)
                for day in some:
                    _write_day(connection, day, day_file(folder, day.on), digests[day])
                done += len(some)
        progress("replay", len(wanted), len(wanted))
    return HistoryResult(folder, tuple(day.on for day in wanted), len(missing), len(wanted) - len(missing))


def _in_portions(days: Sequence[HistoryDay]) -> Iterator[Sequence[HistoryDay]]:
    for start in range(0, len(days), DAYS_AT_ONCE):
        yield days[start : start + DAYS_AT_ONCE]


def _take_in_hand(connection: duckdb.DuckDBPyConnection, rows: dict[str, str]) -> None:
    """Keep the rows of one slice ready: they are read once and looked at for many days."""
    for name in THOUGHT_WITH:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows[name]}")


def _each_compared(connection: duckdb.DuckDBPyConnection, request: HistoryRequest, days: Sequence[HistoryDay]) -> Iterator[HistoryDay]:
    """Each day, with the position of the day before it at hand: the one just looked at, or one assessed for this."""
    at_hand = None
    for day in days:
        if at_hand != day.since:
            work_out(connection, request.delinquency, day.since, request.engine.threads)
            tables.think(connection, position_steps(_book(), request.delinquency, day.since))
        connection.execute("CREATE OR REPLACE TEMP TABLE position_before AS SELECT account_id, bucket, amount_overdue_minor FROM position")
        yield day
        at_hand = day.on


def _look_at(connection: duckdb.DuckDBPyConnection, request: HistoryRequest, day: HistoryDay) -> None:
    """Assess one day and add its figures."""
    steps = position_steps(_book(), request.delinquency, day.on)
    work_out(connection, request.delinquency, day.on, request.engine.threads)
    tables.think(connection, steps)
    named = {step.name: ibis.table(step.expression.schema(), name=step.name) for step in steps}
    before = named["position"].select("account_id", "bucket", "amount_overdue_minor").schema()
    rows = trend_rows(_book(), named["position"], ibis.table(before, name="position_before"), named["paid"], request.delinquency, day.on, day.since)
    connection.execute(f"INSERT INTO trend {sql_of(rows)}")


def _book() -> dict[str, Any]:
    return {name: BOOK_TABLES[name].unbound() for name in THOUGHT_WITH}


def _write_day(connection: duckdb.DuckDBPyConnection, day: HistoryDay, target: Path, digest: str) -> None:
    whole = sql_of(added_up(ibis.table(TREND_SCHEMA, name="trend")))
    write_sorted(connection, f"SELECT * FROM ({whole}) WHERE as_of = DATE '{day.on}'", TREND_KEY, target, notes={_INPUTS: digest})


def trend_sums(result: HistoryResult) -> list[dict[str, Any]]:
    """Per day and currency of a replay: accounts and amount overdue, accounts that entered and were cured, money received."""
    listed = ", ".join(quoted(day_file(result.folder, on)) for on in result.days)
    with column_engine(EngineSettings(threads=1, memory_limit="1GB")) as connection:
        return rows_by_name(connection, (
            "SELECT as_of, currency, "
            "coalesce(sum(accounts) FILTER (measure = 'standing' AND bucket <> 'current'), 0)::BIGINT AS accounts_overdue, "
            "coalesce(sum(amount_minor) FILTER (measure = 'standing' AND bucket <> 'current'), 0)::BIGINT AS amount_overdue_minor, "
            "coalesce(sum(accounts) FILTER (measure = 'entered'), 0)::BIGINT AS entered, "
            "coalesce(sum(accounts) FILTER (measure = 'cured'), 0)::BIGINT AS cured, "
            "coalesce(sum(amount_minor) FILTER (measure = 'received'), 0)::BIGINT AS received_minor, "
            "coalesce(sum(amount_minor) FILTER (measure = 'reversed'), 0)::BIGINT AS reversed_minor "
            f"FROM read_parquet([{listed}]) GROUP BY as_of, currency ORDER BY as_of, currency"
        ))
