"""How does each account of one person stand, and what led there: items, payments, statements?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb
import ibis

from arrears.assess.classification.book import NOT_IN_A_BOOK, Regime
from arrears.assess.classification.words import REGIME_WORDS, class_words
from arrears.assess.delinquency.appropriate import appropriate, paid_per_account
from arrears.assess.delinquency.groups import MOVED_DUE_DAYS
from arrears.assess.delinquency.items import items_known_on, payments_until
from arrears.assess.delinquency.owed import OWED
from arrears.core.book import INSTALMENTS, PAYMENTS, RECEIVABLES
from arrears.core.reasons import Sentence
from arrears.core.sql import quoted
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.run_folder import RUN_FILE
from arrears.engine.use_cases.reading.runs import Portfolio, Run
from arrears.intake.book.layout import latest_by_key_sql
from arrears.ledger.sets.parts import PARTS


@dataclass(frozen=True, slots=True)
class Item:
    """One amount that falls due, with what ran on it, and what of it is still outstanding after all money is laid on it by the rules of the product.

    `contractual_due_on` is set where the contract's day is a free one and the amount is due on another.
    """

    due_on: date
    amount_minor: int
    outstanding_minor: int
    contractual_due_on: date | None = None


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


ITEM_TABLES = {
    table.name: ibis.table({**dict(table.schema.items()), "contractual_due_on": "date"}, name=table.name) for table in (INSTALMENTS, RECEIVABLES)
}
"""What falls due, as `_with_days_moved` gives it."""


@lru_cache(maxsize=64)
def _items_sql(on: date) -> str:
    """The nightly run's own expressions for one day, as SQL over `instalments`, `receivables` and `payments`."""
    items = items_known_on(ITEM_TABLES["instalments"], ITEM_TABLES["receivables"], on)
    return sql_of(appropriate(items, paid_per_account(payments_until(PAYMENTS.unbound(), on))))


def _items(connection: duckdb.DuckDBPyConnection, book: Portfolio, ids: Sequence[int]) -> dict[int, list[Item]]:
    """Each account's items with what is outstanding, by the same expressions that the run used."""
    found: dict[int, list[Item]] = {}
    if not ids or book.run is None:
        return found
    connection.execute(f"CREATE OR REPLACE TEMP TABLE payments AS {_account_rows(book, 'payments', ids)}")
    for table in ("instalments", "receivables"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {_with_days_moved(book.run, _account_rows(book, table, ids))}")
    for row in rows_by_name(connection, f"SELECT * FROM ({_by_ledger(book.run, _items_sql(book.run.as_of))}) ORDER BY account_id, due_on, sequence"):
        stated = row["contractual_due_on"]
        moved = None if stated == row["due_on"] else stated
        found.setdefault(row["account_id"], []).append(Item(row["due_on"], row["amount_minor"], row["outstanding_minor"], moved))
    return found


def _by_ledger(run: Run, items: str) -> str:
    """The items; where the run's ledger worked out the money of an account, with what ran on each and what is left of it by that."""
    file = run.folder / f"{OWED}.parquet"
    if not file.exists():
        return items
    left = " + ".join(f"o.{name}" for name in PARTS)
    return (
        f"SELECT i.* REPLACE (i.amount_minor + coalesce(o.ran_minor, 0) AS amount_minor, coalesce({left}, i.outstanding_minor) AS outstanding_minor) "
        f"FROM ({items}) i LEFT JOIN read_parquet({quoted(file)}) o USING (account_id, due_on, sequence)"
    )


def _with_days_moved(run: Run, rows: str) -> str:
    """Rows with due dates where this run moved them to, the contractual ones beside; in a run without such days both are the same."""
    moved = run.folder / "frozen" / f"{MOVED_DUE_DAYS}.parquet"
    if not moved.exists():
        return f"SELECT *, due_on AS contractual_due_on FROM ({rows})"
    stated = json.loads((run.folder / RUN_FILE).read_text(encoding="utf-8"))["conventions"]
    own = [f"WHEN product = {quoted(name)} THEN {_rule(one)}" for name, one in stated["products"].items()]
    rule = f"CASE {' '.join(own)} ELSE {_rule(stated)} END" if own else _rule(stated)
    return (
        f"SELECT t.* REPLACE (coalesce(m.moved_to, t.due_on) AS due_on), t.due_on AS contractual_due_on FROM ({rows}) t "
        f"JOIN (SELECT account_id, {rule} AS rule FROM read_parquet({quoted(run.file('assessment'))})) a USING (account_id) "
        f"LEFT JOIN read_parquet({quoted(moved)}) m ON m.due_on = t.due_on AND m.rule = a.rule"
    )


def _rule(conventions: Mapping[str, Any]) -> str:
    name = conventions["non_working_days"]
    return quoted(name) if name else "NULL::VARCHAR"


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
