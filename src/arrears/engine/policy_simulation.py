"""What would a policy have decided on each of many past days, and how much work would that have been?

As in `history`, today's book is looked at as of each day (by value date), with the holds and contacts in force on it. Nothing is recorded, no case
changes, and nothing of it is shown on a page. On a ladder a case stands where the simulated day before left it; nobody is drawn into an experiment. What a debtor would have done otherwise is not guessed: the payments are those that were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
import pyarrow as pa

from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.problems import WrongCall
from arrears.core.progress import Progress, silent
from arrears.decide.policy.table import Policy
from arrears.engine import product_ledgers, tables
from arrears.engine.book_views import count_accounts, show_book, show_slice, slices_of
from arrears.engine.columns_engine import EngineSettings, column_engine, make_views, rows_by_name
from arrears.engine.conduct_events import FROZEN_EVENTS
from arrears.engine.due_days import show_moved_due_days
from arrears.engine.history import Every, days_of
from arrears.engine.policy_rules import keep_rules

LADDERS_KEPT = "ladders_of_the_day_before"


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """Which past is looked at, with which policy; fields as in `HistoryRequest`.

    Attributes:
        freeze: the facts about cases that were in force on a day (`CaseBook.freeze`), as far as they are known now.
    """

    book: Path
    policy: Policy
    first: date
    last: date
    every: Every
    delinquency: DelinquencySettings
    engine: EngineSettings
    freeze: Callable[[date], Mapping[str, pa.Table]]


@dataclass(frozen=True, slots=True)
class TreatmentOfDay:
    """On a day so many cases would have had this treatment; `begun` of them did not have it on the day before in the series: the new work."""

    on: date
    treatment: str
    channel: str
    queue: str
    cases: int
    begun: int


@dataclass(frozen=True, slots=True)
class DayOfWork:
    """All treatments of a day together: cases by queue, and how many began."""

    on: date
    cases: int
    people: int
    automatic: int
    held: int
    begun_people: int
    begun_automatic: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """A policy over a series of past days."""

    days: tuple[DayOfWork, ...]
    treatments: tuple[TreatmentOfDay, ...]


def simulate(request: SimulationRequest, progress: Progress = silent) -> Simulation:
    """Decide each day of the series anew.

    Raises:
        WrongCall: no day of the series lies between first and last.
        PolicyNotValid: a condition is not accepted.
    """
    wanted = days_of(request.first, request.last, request.every)
    if not wanted:
        raise WrongCall(f"No {request.every} lies from {request.first} to {request.last}.", "There is nothing to simulate.", "Widen the days, or choose --every day.")
    found: list[TreatmentOfDay] = []
    first = wanted[0].since  # The day before the first says what began on the first.
    for on, connection in days_decided(request, (first, *(one.on for one in wanted)), progress):
        if on == first:
            connection.execute("CREATE TEMP TABLE decided_before (party_id BIGINT, treatment VARCHAR)")
        else:
            found += _treatments(connection, on)
        connection.execute("CREATE OR REPLACE TEMP TABLE decided_before AS SELECT party_id, treatment FROM decided")
    progress("simulate", len(wanted) + 1, len(wanted) + 1)
    return Simulation(tuple(_day(one.on, [row for row in found if row.on == one.on]) for one in wanted), tuple(found))


def days_decided(request: SimulationRequest, days: Sequence[date], progress: Progress = silent) -> Iterator[tuple[date, duckdb.DuckDBPyConnection]]:
    """Each of these days with a connection in which the table `decided` holds what the policy decides on it, until the next day is asked for.

    Args:
        days: ascending; on a ladder a case stands where the day before in this series left it. First, last and step of the request are not asked.
    """
    with TemporaryDirectory(prefix="arrears-simulation-") as spill, column_engine(request.engine, Path(spill)) as connection:
        show_moved_due_days(connection, request.book, request.delinquency)
        tables.show_ladders_of(connection, None, LADDERS_KEPT)
        make_views(connection, {tables.OPTED_OUT: tables.empty(ibis.schema({"party_id": "int64"}))})
        for place, on in enumerate(days):
            progress("simulate", place, len(days))
            _assess(connection, request, on)
            with _decided(connection, request, on):
                yield on, connection
                tables.show_ladders_of(connection, "decided", LADDERS_KEPT)


def _assess(connection: duckdb.DuckDBPyConnection, request: SimulationRequest, on: date) -> None:
    """The position of every account and how it paid before, slice by slice, as a night does."""
    for table, schema in (("position_whole", tables.ASSESSMENT_SCHEMA), ("punctuality_whole", tables.HISTORY_SCHEMA)):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {tables.empty(schema)}")
    for part in slices_of(count_accounts(connection, request.book), request.engine.accounts_per_slice):
        show_slice(connection, request.book, part)
        steps = tables.assessment_steps(request.delinquency, on)
        product_ledgers.work_out(connection, request.delinquency, on, request.engine.threads)
        tables.think(connection, steps)
        connection.execute("INSERT INTO position_whole BY NAME SELECT * FROM position")
        connection.execute("INSERT INTO punctuality_whole BY NAME SELECT * FROM punctuality")
        tables.forget(connection, steps)


@contextmanager
def _decided(connection: duckdb.DuckDBPyConnection, request: SimulationRequest, on: date) -> Iterator[None]:
    """The table `decided` of one day."""
    show_book(connection, request.book)
    case_facts = request.freeze(on)
    frozen = tables.frozen_tables(request.book, case_facts, connection)
    for name, table in frozen.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE frozen_{name} AS {table.sql}")
    make_views(connection, {"position": "SELECT * FROM position_whole", "punctuality": "SELECT * FROM punctuality_whole",
                            **{name: f"SELECT * FROM frozen_{name}" for name in frozen}})
    _show_own_contacts(connection, case_facts)
    steps = tables.decision_steps(request.policy, request.delinquency, on)
    keep_rules(connection, request.policy)
    tables.think(connection, steps)
    yield
    tables.forget(connection, steps)
    for name in ("position", "punctuality"):
        connection.execute(f"DROP VIEW {name}")


def _show_own_contacts(connection: duckdb.DuckDBPyConnection, case_facts: Mapping[str, pa.Table]) -> None:
    if FROZEN_EVENTS in case_facts:
        connection.register(f"case_{FROZEN_EVENTS}", case_facts[FROZEN_EVENTS])
    tables.show_own_contacts(connection, f"SELECT * FROM case_{FROZEN_EVENTS}" if FROZEN_EVENTS in case_facts else None)


def _treatments(connection: duckdb.DuckDBPyConnection, on: date) -> list[TreatmentOfDay]:
    return [TreatmentOfDay(on, **row) for row in rows_by_name(connection, """
        SELECT d.treatment, d.channel, d.queue, count(*) AS cases, count(*) FILTER (b.treatment IS DISTINCT FROM d.treatment) AS begun
        FROM decided d LEFT JOIN decided_before b USING (party_id) GROUP BY ALL ORDER BY cases DESC, treatment, channel, queue""")]


def _day(on: date, rows: list[TreatmentOfDay]) -> DayOfWork:
    def cases(queue: str) -> int:
        return sum(row.cases for row in rows if row.queue == queue)

    def begun(queue: str) -> int:
        return sum(row.begun for row in rows if row.queue == queue)

    return DayOfWork(on, sum(row.cases for row in rows), cases("people"), cases("automatic"), cases("held"), begun("people"), begun("automatic"))
