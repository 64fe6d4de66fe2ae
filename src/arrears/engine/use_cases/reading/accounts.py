"""How does each account of one person stand, and what led there: items, payments, statements?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import duckdb

from arrears.assess.classification.book import NOT_IN_A_BOOK, Regime
from arrears.assess.classification.words import REGIME_WORDS, class_words
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.core.book import INSTALMENTS, PAYMENTS, RECEIVABLES
from arrears.core.reasons import Sentence
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.use_cases.reading.runs import Portfolio
from arrears.intake.book.layout import latest_by_key_sql


@dataclass(frozen=True, slots=True)
class Item:
    """One amount that falls due, and what of it is still outstanding after all money is laid on the oldest first."""

    due_on: date
    amount_minor: int
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, or (negative) that was taken back."""

    paid_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a revolving account."""

    statement_on: date
    due_on: date
    balance_minor: int
    months_past_due: int | None


@dataclass(frozen=True, slots=True)
class ClassFloor:
    """As what an account stands under one regime, at least, and what a book does not tell of it."""

    regime: Sentence
    reached: Sentence
    not_known: Sentence


@dataclass(frozen=True, slots=True)
class Account:
    """How one account stands, with everything that led there."""

    account_id: int
    product: str
    currency: str
    days_past_due: int | None
    months_past_due: int | None
    basis: str
    oldest_due_on: date | None
    next_due_on: date | None
    amount_overdue_minor: int | None
    balance_minor: int
    overdue_items: int
    bucket: str
    last_paid_on: date | None
    paid_minor: int
    dates_constructed: bool
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    statements: tuple[Statement, ...]
    classes: tuple[ClassFloor, ...] = ()


def accounts_of(connection: duckdb.DuckDBPyConnection, book: Portfolio, party_id: int) -> tuple[Account, ...]:
    """The person's accounts, worst first, each with its items, payments and statements up to the day of the run."""
    run = book.run
    assert run is not None
    rows = rows_by_name(connection, """
        SELECT account_id, product, currency, days_past_due, months_past_due, basis, oldest_due_on, next_due_on, amount_overdue_minor,
               balance_minor, overdue_items, bucket, last_paid_on, paid_minor, dates_constructed
        FROM read_parquet(?) WHERE party_id = ?
        ORDER BY days_past_due DESC NULLS LAST, months_past_due DESC NULLS LAST, amount_overdue_minor DESC, account_id
        """, [run.file("assessment"), party_id])
    ids = [row["account_id"] for row in rows]
    items, payments, statements = _items(connection, book, ids), _payments(connection, book, ids), _statements(connection, book, ids)
    classes = _classes(connection, book, ids)
    return tuple(Account(
        **row, items=tuple(items.get(row["account_id"], ())),
        payments=tuple(payments.get(row["account_id"], ())), statements=tuple(statements.get(row["account_id"], ())),
        classes=tuple(classes.get(row["account_id"], ())),
    ) for row in rows)


def _classes(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[ClassFloor]]:
    """Each account's classes; a run of an earlier version has none."""
    found: dict[int, list[ClassFloor]] = {}
    if not ids or book.run is None or not (book.run.folder / "classes.parquet").exists():
        return found
    listed = ", ".join(str(int(identifier)) for identifier in ids)
    for row in rows_by_name(connection, f"SELECT * FROM read_parquet(?) WHERE account_id IN ({listed}) ORDER BY account_id, regime", [book.run.file("classes")]):
        regime = Regime(row["regime"])
        found.setdefault(row["account_id"], []).append(ClassFloor(REGIME_WORDS[regime], class_words(regime, row["class"]), NOT_IN_A_BOOK[regime]))
    return found


def _account_rows(book: Portfolio, table: str, ids: Sequence[int]) -> str:
    """Current rows of a book table for some accounts, as SQL; the ids are ours and whole numbers."""
    listed = ", ".join(str(int(identifier)) for identifier in ids)
    return f"SELECT * FROM ({latest_by_key_sql(book.folder, table)}) WHERE account_id IN ({listed})"


@lru_cache(maxsize=64)
def _items_sql(on: date) -> str:
    """The nightly run's own expressions for one day, as SQL over `instalments`, `receivables` and `payments`."""
    items = items_known_on(INSTALMENTS.unbound(), RECEIVABLES.unbound(), on)
    return sql_of(appropriate(items, paid_per_account(payments_until(PAYMENTS.unbound(), on))))


def _items(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Item]]:
    """Each account's items with what is outstanding, by the same expressions that the run used."""
    found: dict[int, list[Item]] = {}
    if not ids or book.run is None:
        return found
    for table in ("instalments", "receivables", "payments"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {_account_rows(book, table, ids)}")
    for row in rows_by_name(connection, f"SELECT * FROM ({_items_sql(book.run.as_of)}) ORDER BY account_id, due_on, sequence"):
        found.setdefault(row["account_id"], []).append(Item(row["due_on"], row["amount_minor"], row["outstanding_minor"]))
    return found


def _payments(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Payment]]:
    """Each account's money, newest first; what was taken back is negative."""
    found: dict[int, list[Payment]] = {}
    if not ids or book.run is None:
        return found
    for row in rows_by_name(connection, """
            SELECT account_id, paid_on, CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END AS amount_minor
            FROM payments WHERE paid_on <= ? ORDER BY account_id, paid_on DESC, payment_id DESC""", [book.run.as_of]):
        found.setdefault(row["account_id"], []).append(Payment(row["paid_on"], row["amount_minor"]))
    return found


def _statements(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Statement]]:
    """Each revolving account's statements, newest first."""
    found: dict[int, list[Statement]] = {}
    if not ids or book.run is None:
        return found
    for row in rows_by_name(connection, f"""
            SELECT account_id, statement_on, due_on, balance_minor, months_past_due FROM ({_account_rows(book, "statements", ids)})
            WHERE statement_on <= ? ORDER BY account_id, statement_on DESC""", [book.run.as_of]):
        found.setdefault(row.pop("account_id"), []).append(Statement(**row))
    return found
