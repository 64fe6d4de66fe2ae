"""What do the run and the book say about a case, or about many at once: person, accounts, holds, earlier contacts, and how the debt grew?"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from arrears.casefile.facts.hold import Hold, holds_in_force
from arrears.casefile.store import load
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.accounts import Account, accounts_of
from arrears.engine.use_cases.reading.cases import CaseRow, find_cases, no_such_case
from arrears.engine.use_cases.reading.files import Row, looking_into, looking_once
from arrears.engine.use_cases.reading.persons import ContactPoint, Person, Unseal, contact_points, people, unseal_from_vault
from arrears.engine.use_cases.reading.runs import Portfolio, Run

MONTHS_LOOKED_BACK = 12


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """What protects this person, from when to when, as the lender's earlier system knew it."""

    kind: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One earlier contact, as the lender's earlier system knew it."""

    occurred_on: date
    channel: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """How much was overdue at the end of a day?"""

    on: date
    overdue_minor: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows out of the run and the book; what the records hold is read from `casefile.store`."""

    run: Run
    row: CaseRow
    person: Person
    contact_points: tuple[ContactPoint, ...]
    accounts: tuple[Account, ...]
    holds: tuple[HoldSpan, ...]
    contacts: tuple[Contact, ...]
    history: tuple[HistoryPoint, ...]
    history_currency: str


def case_view(home: Home, institution_id: int, case_id: int, *, opened_for: Container[int] = (), unseal: Unseal = unseal_from_vault) -> CaseView:
    """Everything the run and the book say about one case: a batch of one. Contact values in full only for people in `opened_for`.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
    """
    found = case_views(home, institution_id, [case_id], opened_for=opened_for, unseal=unseal)
    if case_id not in found:
        raise no_such_case()
    return found[case_id]


def case_views(
    home: Home, institution_id: int, case_ids: Sequence[int], *, opened_for: Container[int] = (), unseal: Unseal = unseal_from_vault
) -> dict[int, CaseView]:
    """Everything the run and the book say about these cases, in the order asked; those of no current run of this institution are missing."""
    found: dict[int, CaseView] = {}
    with looking_once(home):
        for book, rows in find_cases(home, institution_id, case_ids):
            found |= _views_in(home, book, rows, opened_for, unseal)
    return {case_id: found[case_id] for case_id in case_ids if case_id in found}


def _views_in(home: Home, book: Portfolio, rows: Sequence[CaseRow], opened_for: Container[int], unseal: Unseal) -> dict[int, CaseView]:
    """The cases of one book, each question asked once for all of them."""
    run, parties = book.run, [row.party_id for row in rows]
    assert run is not None
    with looking_into(home) as connection:
        accounts = accounts_of(connection, book, parties, month_ends_before(run.as_of, MONTHS_LOOKED_BACK))
        holds = _frozen_rows(connection, run, "holds", "kind, from_on, to_on", parties)
        contacts = _frozen_rows(connection, run, "contact_history", "occurred_on, channel, outcome", parties)
    named, points = people(home, book, parties, unseal=unseal), contact_points(home, book, parties, opened_for=opened_for, unseal=unseal)
    return {
        row.case_id: _view(run, row, named[row.party_id], points[row.party_id], accounts[row.party_id], holds.get(row.party_id, ()), contacts.get(row.party_id, ()))
        for row in rows
    }


def _view(
    run: Run, row: CaseRow, person: Person, points: tuple[ContactPoint, ...], accounts: tuple[Account, ...], holds: Sequence[Row], contacts: Sequence[Row],
) -> CaseView:
    currency = row.currency if any(account.currency == row.currency for account in accounts) else (accounts[0].currency if accounts else row.currency)
    return CaseView(
        run=run, row=row, person=person, contact_points=points, accounts=accounts,
        holds=tuple(HoldSpan(**hold) for hold in holds if in_force(hold["from_on"], hold["to_on"], run.as_of)),
        contacts=tuple(Contact(**contact) for contact in reversed(contacts) if contact["occurred_on"] and contact["occurred_on"] <= run.as_of),
        history=overdue_history([account for account in accounts if account.currency == currency and account.items], run.as_of),
        history_currency=currency,
    )


def holds_recorded_since(known: Mapping[int, Sequence[HoldSpan]], today: date) -> dict[int, tuple[Hold, ...]]:
    """Holds recorded here and in force today that the run did not know yet: they protect from the moment they are recorded.

    Args:
        known: for each person asked about, the holds that the run knew.
    """
    recorded = holds_in_force(load.holds_of(tuple(known)), load.holds_lifted_of(tuple(known)), today)
    seen = {party: {hold.kind for hold in holds} for party, holds in known.items()}
    return {party: tuple(hold for hold in recorded if hold.party_id == party and hold.kind not in seen[party]) for party in known}


def _frozen_rows(connection: duckdb.DuckDBPyConnection, run: Run, table: str, columns: str, party_ids: Sequence[int]) -> dict[int, list[Row]]:
    """What the run knew about these people when it froze this table."""
    rows = rows_by_name(connection, f"SELECT DISTINCT party_id, {columns} FROM read_parquet(?) WHERE party_id IN (SELECT unnest(?::BIGINT[])) ORDER BY ALL",
                        [run.file(f"frozen/{table}"), list(party_ids)])
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pop("party_id"), []).append(row)
    return found


def in_force(from_on: date, to_on: date | None, on: date) -> bool:
    """Does a span cover the day, first and last day included?

    >>> in_force(date(2026, 1, 1), None, date(2026, 6, 1)), in_force(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    (True, False)
    """
    return from_on <= on and (to_on is None or on <= to_on)


def overdue_history(accounts: Sequence[Account], as_of: date) -> tuple[HistoryPoint, ...]:
    """How much was overdue at the end of each of the last twelve months and on the day itself, over these accounts?

    Counted by the run's own conventions, as known on each day. Empty where there is no account with dated items.
    """
    if not accounts:
        return ()
    sums = dict.fromkeys((*month_ends_before(as_of, MONTHS_LOOKED_BACK), as_of), 0)
    for account in accounts:
        for point in account.overdue_before:
            sums[point.on] += point.overdue_minor
    return tuple(HistoryPoint(day, overdue) for day, overdue in sums.items())


def month_ends_before(day: date, months: int) -> list[date]:
    """The last days of the calendar months that ended before a day, oldest first.

    >>> [str(end) for end in month_ends_before(date(2026, 3, 31), 2)]
    ['2026-01-31', '2026-02-28']
    """
    ends, cursor = [], day
    for _ in range(months):
        cursor = cursor.replace(day=1) - timedelta(days=1)
        ends.append(cursor)
    return ends[::-1]
