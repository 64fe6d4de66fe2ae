"""How does each account of some people stand, and what led there: items, payments, statements?

Asked for many people at once, since a question to the files costs nearly the same for one person as for fifty; one person is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import duckdb

from arrears.assess.classification.book import NOT_IN_A_BOOK, Regime
from arrears.assess.classification.words import REGIME_WORDS, class_words, why_words
from arrears.assess.delinquency.groups import DATED, MOVED_DUE_DAYS, MOVED_SCHEMA
from arrears.assess.delinquency.open_items import counted_items, moved_rows, with_days_settled
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.core.reasons import Sentence
from arrears.core.sql import quoted
from arrears.engine.columns_engine import make_views, rows_by_name, sql_of
from arrears.engine.product_ledgers import work_out
from arrears.engine.use_cases.reading.runs import Portfolio, Run
from arrears.intake.book.layout import latest_by_key_sql


@dataclass(frozen=True, slots=True)
class Item:
    """One amount that falls due, with what ran on it, and what of it is still outstanding after all money is laid on it by the rules of the product.

    `contractual_due_on` is set where the contract's day is a free one and the amount is due on another. `days_past_due` is 0 where the item
    is not overdue by the run's conventions: paid, still to come, or within their tolerance.
    """

    due_on: date
    amount_minor: int
    outstanding_minor: int
    contractual_due_on: date | None = None
    days_past_due: int = 0

    def is_unpaid_on(self, day: date) -> bool:
        """Had it fallen due by this day, with something still outstanding, be it overdue by the conventions or not?"""
        return self.outstanding_minor > 0 and self.due_on <= day


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came, or (negative) that was taken back; `counts_on` is set where its day has not come yet by the run's conventions."""

    paid_on: date
    amount_minor: int
    counts_on: date | None = None


@dataclass(frozen=True, slots=True)
class OverdueOn:
    """How much of one account was overdue at the end of a day?"""

    on: date
    overdue_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a revolving account; `contractual_due_on` is set where the contract's day is a free one."""

    statement_on: date
    due_on: date
    balance_minor: int
    months_past_due: int | None
    minimum_due_minor: int | None = None
    contractual_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClassFloor:
    """As what an account stands under one regime, at least, what stands behind it besides days, and what a book does not tell of it."""

    regime: Sentence
    reached: Sentence
    not_known: Sentence
    why: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """How one account stands, with everything that led there; `closed_unpaid` where the lender calls it closed though something is unpaid."""

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
    overdue_before: tuple[OverdueOn, ...] = ()
    closed_unpaid: bool = False

    @property
    def minima_stated(self) -> bool:
        """Does any statement say what was to be paid at least?"""
        return any(statement.minimum_due_minor is not None for statement in self.statements)

    @property
    def months_stated(self) -> bool:
        """Does any statement say how many months were past due?"""
        return any(statement.months_past_due is not None for statement in self.statements)


def accounts_of(connection: duckdb.DuckDBPyConnection, book: Portfolio, party_ids: Sequence[int], days_before: Sequence[date]) -> dict[int, tuple[Account, ...]]:
    """Each person's accounts, worst first, each with its items, payments and statements up to the day of the run.

    Args:
        days_before: earlier days for which the amount overdue is told besides that of the run's own day.
    """
    run = book.run
    assert run is not None
    rows = rows_by_name(connection, """
        SELECT party_id, account_id, product, currency, days_past_due, months_past_due, basis, oldest_due_on, next_due_on, amount_overdue_minor,
               balance_minor, overdue_items, bucket, last_paid_on, paid_minor, dates_constructed
        FROM read_parquet(?) WHERE party_id IN (SELECT unnest(?::BIGINT[]))
        ORDER BY party_id, days_past_due DESC NULLS LAST, months_past_due DESC NULLS LAST, amount_overdue_minor DESC, account_id
        """, [run.file("assessment"), list(party_ids)])
    with_parts = _Parts(connection, book, run, [row["account_id"] for row in rows], days_before)
    found: dict[int, list[Account]] = {party: [] for party in party_ids}
    for row in rows:
        found[row.pop("party_id")].append(Account(**row, **with_parts.of(row["account_id"])))
    return {party: tuple(accounts) for party, accounts in found.items()}


class _Parts:
    """What belongs to each of these accounts, read once for all of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, book: Portfolio, run: Run, ids: Sequence[int], days_before: Sequence[date]) -> None:
        self.connection, self.book, self.run, self.listed = connection, book, run, ", ".join(str(int(one)) for one in ids)
        self.read: dict[str, dict[int, list[Any]]] = {}
        self.closed: frozenset[int] = frozenset()
        if not ids:
            return
        self._take_in_hand()
        self._count((*days_before, run.as_of))
        self.read = {
            "items": self._items(), "payments": self._payments(), "statements": self._statements(), "classes": self._classes(), "overdue_before": self._overdue_before(),
        }
        self.closed = frozenset(row["account_id"] for row in self._rows_in_run("closed_unpaid"))

    def of(self, account_id: int) -> dict[str, Any]:
        """The parts of one account, as `Account` takes them."""
        return {**{name: tuple(rows.get(account_id, ())) for name, rows in self.read.items()}, "closed_unpaid": account_id in self.closed}

    def _rows_of(self, table: str) -> str:
        """Rows of a book table for these accounts as the run saw them, as SQL; the ids are ours and whole numbers."""
        return f"SELECT * FROM ({latest_by_key_sql(self.book.folder, table, self.run.batches)}) WHERE account_id IN ({self.listed})"

    def _take_in_hand(self) -> None:
        """Keep the accounts' rows ready, every due date where this run moved it."""
        for name in ("accounts", *DATED, "payments"):
            self._keep(own(name), self._rows_of(name))
        show_moved_days(self.connection, self.run)
        for name in DATED:
            self._keep(f"moved_{name}", _moved_sql(self.run.conventions, name))

    def _keep(self, name: str, rows: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows}")

    def _count(self, days: Sequence[date]) -> None:
        """Make `counted`: every item as it stood at the end of each of these days, by the expressions and conventions of the run.

        Every rule of counting asks how far apart two days lie. So an earlier day is looked at by moving all days of the account forward (its due
        dates went where the calendar moves them before) and asking about the run's day: one question for all days instead of one for each.
        Each look at an account is an account of its own to those expressions.
        """
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE looks AS SELECT row_number() OVER () AS look_id, account_id, days_back FROM {own('accounts')}, "
            "(SELECT unnest(?::INTEGER[]) AS days_back)", [[(self.run.as_of - day).days for day in days]])
        for name, rows, dated in (("accounts", own("accounts"), ()), ("payments", own("payments"), ("paid_on",)), ("instalments", "moved_instalments", ("due_on",)),
                                  ("receivables", "moved_receivables", ("due_on", "issued_on"))):
            columns = [f"t.{column} + l.days_back AS {column}" if column in dated else f"t.{column}" for column in BOOK_TABLES[name].schema.names if column != "account_id"]
            self._keep(name, f"SELECT l.look_id AS account_id, {', '.join(columns)} FROM {rows} t JOIN looks l USING (account_id)")
        conventions = with_days_settled(self.run.conventions)
        work_out(self.connection, conventions, self.run.as_of, 1)
        self._keep("counted", f"SELECT l.account_id, l.days_back, c.* EXCLUDE (account_id) FROM ({_counted_sql(conventions, self.run.as_of)}) c JOIN looks l ON l.look_id = c.account_id")

    def _items(self) -> dict[int, list[Item]]:
        """Each account's items with what is outstanding, oldest first."""
        contract = " UNION ALL ".join(f"SELECT account_id, due_on, {key} AS sequence, contractual_due_on FROM moved_{name}" for name, key in DATED_ITEMS.items())
        rows = rows_by_name(self.connection, f"""
            SELECT account_id, due_on, amount_minor, outstanding_minor, nullif(contractual_due_on, due_on) AS contractual_due_on, days_past_due
            FROM counted LEFT JOIN (SELECT account_id, due_on, sequence, min(contractual_due_on) AS contractual_due_on FROM ({contract}) GROUP BY ALL)
            USING (account_id, due_on, sequence) WHERE days_back = 0 ORDER BY account_id, due_on, sequence""")
        return _by_account((row.pop("account_id"), Item(**row)) for row in rows)

    def _overdue_before(self) -> dict[int, list[OverdueOn]]:
        """What was overdue on the days looked at, oldest first; nothing on a day on which no item was known."""
        rows = rows_by_name(self.connection, """
            SELECT account_id, days_back, coalesce(sum(outstanding_minor) FILTER (days_past_due > 0), 0)::BIGINT AS overdue_minor
            FROM counted GROUP BY account_id, days_back ORDER BY account_id, days_back DESC""")
        return _by_account((row["account_id"], OverdueOn(self.run.as_of - timedelta(days=row["days_back"]), row["overdue_minor"])) for row in rows)

    def _payments(self) -> dict[int, list[Payment]]:
        """Each account's money, newest first; what was taken back is negative."""
        later = timedelta(days=int(self.run.conventions.payment_day))
        rows = rows_by_name(self.connection, """
            SELECT account_id, paid_on, CASE WHEN reversal_of IS NULL THEN amount_minor ELSE -amount_minor END AS amount_minor
            FROM own_payments WHERE paid_on <= ? ORDER BY account_id, paid_on DESC, payment_id DESC""", [self.run.as_of])
        return _by_account((row["account_id"], Payment(
            row["paid_on"], row["amount_minor"], row["paid_on"] + later if row["paid_on"] + later > self.run.as_of else None)) for row in rows)

    def _statements(self) -> dict[int, list[Statement]]:
        """Each revolving account's statements, newest first."""
        rows = rows_by_name(self.connection, """
            SELECT account_id, statement_on, due_on, balance_minor, months_past_due, minimum_due_minor, nullif(contractual_due_on, due_on) AS contractual_due_on
            FROM moved_statements WHERE statement_on <= ? ORDER BY account_id, statement_on DESC""", [self.run.as_of])
        return _by_account((row.pop("account_id"), Statement(**row)) for row in rows)

    def _classes(self) -> dict[int, list[ClassFloor]]:
        """Each account's classes, under each regime."""
        return _by_account((row["account_id"], _floor(row)) for row in self._rows_in_run("classes"))

    def _rows_in_run(self, table: str) -> list[dict[str, Any]]:
        """These accounts' rows of a table of the run; a run of an earlier version has none."""
        if not (self.run.folder / f"{table}.parquet").exists():
            return []
        return rows_by_name(self.connection, "SELECT * FROM read_parquet(?) WHERE account_id IN (SELECT account_id FROM own_accounts) ORDER BY ALL", [self.run.file(table)])


def _floor(row: Mapping[str, Any]) -> ClassFloor:
    regime = Regime(row["regime"])
    why = why_words(*(row.get(name) for name in ("reason", "days_material", "clear_since_on", "earliest_exit_on")))
    return ClassFloor(REGIME_WORDS[regime], class_words(regime, row["class"]), NOT_IN_A_BOOK[regime], why)


def _by_account(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for account_id, one in pairs:
        found.setdefault(account_id, []).append(one)
    return found


DATED_ITEMS = {"instalments": "number", "receivables": "document_id"}
"""Tables of what falls due, and which column numbers an account's items."""
NO_DAY_MOVES = "SELECT " + ", ".join(f"CAST(NULL AS {'DATE' if kind.is_date() else 'VARCHAR'}) AS {name}" for name, kind in MOVED_SCHEMA.items()) + " WHERE false"


def show_moved_days(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Make the days that this run moved readable under the name that the expressions ask for; none where it moved none."""
    moved = run.folder / "frozen" / f"{MOVED_DUE_DAYS}.parquet"
    make_views(connection, {MOVED_DUE_DAYS: f"SELECT * FROM read_parquet({quoted(moved)})" if moved.exists() else NO_DAY_MOVES})


def own(table: str) -> str:
    """Under which name are the rows of a book table found as the book has them?"""
    return f"own_{table}"


@lru_cache(maxsize=64)
def _moved_sql(conventions: DelinquencySettings, table: str) -> str:
    return sql_of(moved_rows({name: BOOK_TABLES[name].unbound(own(name)) for name in ("accounts", table)}, table, conventions))


@lru_cache(maxsize=64)
def _counted_sql(conventions: DelinquencySettings, on: date) -> str:
    return sql_of(counted_items({name: BOOK_TABLES[name].unbound() for name in ("accounts", "instalments", "receivables", "payments")}, conventions, on))
