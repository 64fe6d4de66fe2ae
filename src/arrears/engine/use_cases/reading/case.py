"""What do the run and the book say about one case: person, accounts, holds, earlier contacts, and how the debt grew?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from arrears.casefile.facts.hold import Hold, holds_in_force
from arrears.casefile.store import load
from arrears.engine.columns_engine import rows_by_name
from arrears.engine.home import Home
from arrears.engine.use_cases.reading.accounts import Account, accounts_of
from arrears.engine.use_cases.reading.cases import CaseRow, find_case
from arrears.engine.use_cases.reading.files import Row, looking_into
from arrears.engine.use_cases.reading.persons import ContactPoint, Person, Unseal, contact_points, people, unseal_from_vault
from arrears.engine.use_cases.reading.runs import Run

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


def case_view(home: Home, institution_id: int, case_id: int, *, unseal: Unseal = unseal_from_vault) -> CaseView:
    """Everything the run and the book say about one case.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
    """
    book, row = find_case(home, institution_id, case_id)
    assert book.run is not None
    with looking_into(home) as connection:
        accounts = accounts_of(connection, book, row.party_id)
        holds = _frozen_rows(connection, book.run, "holds", "kind, from_on, to_on", row.party_id)
        contacts = _frozen_rows(connection, book.run, "contact_history", "occurred_on, channel, outcome", row.party_id)
    currency = row.currency if any(account.currency == row.currency for account in accounts) else (accounts[0].currency if accounts else row.currency)
    return CaseView(
        run=book.run, row=row,
        person=people(home, book, [row.party_id], unseal=unseal)[row.party_id],
        contact_points=contact_points(home, book, [row.party_id], unseal=unseal)[row.party_id],
        accounts=accounts,
        holds=tuple(HoldSpan(**hold) for hold in holds if in_force(hold["from_on"], hold["to_on"], book.run.as_of)),
        contacts=tuple(Contact(**contact) for contact in reversed(contacts) if contact["occurred_on"] and contact["occurred_on"] <= book.run.as_of),
        history=overdue_history([account for account in accounts if account.currency == currency and account.items], book.run.as_of),
        history_currency=currency,
    )


def holds_recorded_since(party_id: int, known: Sequence[HoldSpan], today: date) -> list[Hold]:
    """Holds recorded here and in force today that the run did not know yet: they protect from the moment they are recorded."""
    seen = {hold.kind for hold in known}
    return [hold for hold in holds_in_force(load.holds(party_id), load.holds_lifted(party_id), today) if hold.kind not in seen]


def _frozen_rows(connection: duckdb.DuckDBPyConnection, run: Run, table: str, columns: str, party_id: int) -> list[Row]:
    """What the run knew about one person when it froze this table."""
    return rows_by_name(connection, f"SELECT DISTINCT {columns} FROM read_parquet(?) WHERE party_id = ? ORDER BY ALL", [run.file(f"frozen/{table}"), party_id])


def in_force(from_on: date, to_on: date | None, on: date) -> bool:
    """Does a span cover the day, first and last day included?

    >>> in_force(date(2026, 1, 1), None, date(2026, 6, 1)), in_force(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    (True, False)
    """
    return from_on <= on and (to_on is None or on <= to_on)


def overdue_history(accounts: Sequence[Account], as_of: date) -> tuple[HistoryPoint, ...]:
    """How much was overdue at the end of each of the last twelve months and on the day itself?

    Over one account what is overdue is what fell due before the day less what had come in by then, never below zero, whichever item
    the money is laid on. Empty where no account has dated items.
    """
    if not accounts:
        return ()
    days = [*month_ends_before(as_of, MONTHS_LOOKED_BACK), as_of]
    return tuple(HistoryPoint(day, sum(_overdue_on(account, day) for account in accounts)) for day in days)


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


def _overdue_on(account: Account, day: date) -> int:
    due = sum(item.amount_minor for item in account.items if item.due_on < day)
    came = sum(payment.amount_minor for payment in account.payments if payment.paid_on <= day)
    return max(0, due - came)
