"""What is left of each item of products whose money the ledger works out, in sets or account by account?

Products whose rules are plain need none of this. For each other group of products its items and payments are brought to the ledger by the path its
rules take; what is left stands afterwards under `owed.owed_name`. Account by account means in several processes, over slices of accounts in a
fixed order, so that the rows are the same however many processes there are.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from arrears.assess.delinquency.groups import groups_of
from arrears.assess.delinquency.items import items_known_on, payments_that_stand
from arrears.assess.delinquency.money_rules import LedgerPath
from arrears.assess.delinquency.owed import OWED_SCHEMA, ledger_items, owed_name, paths_of, with_what_ran
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.ledger_sets import PORTIONS, Workbench, allocate_book
from arrears.ledger.account.entries import Entry, InstalmentAgreed, Payment
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets.parts import PARTS, part

ACCOUNTS_AT_ONCE = 2_000
"""Accounts that one process works on at a time; fewer in all are worked on here, where a process would take longer to start."""
ONE_DAY = timedelta(days=1)


def is_needed(settings: DelinquencySettings) -> bool:
    """Has any product money rules beyond the plain ones?"""
    return not all(one.money.is_plain for one in (settings, *(departing for _, departing in settings.products)))


def work_out(connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date, processes: int | None = None) -> None:
    """Make the table `owed_name` of each group of products that needs it, for the accounts at hand.

    Args:
        connection: where the tables of the book can be read.
        on: the day looked at.
        processes: for groups that go account by account; None: one for each core.
    """
    if not is_needed(settings):
        return
    for place, group in enumerate(groups_of({name: table.unbound() for name, table in BOOK_TABLES.items()}, settings)):
        if group.settings.money.is_plain:
            continue
        bench = Workbench(connection)
        items = items_known_on(group.book["instalments"], group.book["receivables"], on)
        taken = bench.make("ledger_items", ledger_items(items, group.settings.money))
        bench.make("ledger_payments", payments_that_stand(group.book["payments"], on, group.settings.payment_day))
        if group.settings.money.path is LedgerPath.IN_SETS:
            allocate_book(connection, group.settings.component_order, on)
            left = ibis.table({name: kind for name, kind in OWED_SCHEMA.items() if name != "ran_minor"}, name="ledger_left")
            bench.make(owed_name(place), with_what_ran(left, taken, ibis.table(PORTIONS, name="ledger_portions")))
        else:
            _allocate_by_account(connection, group.settings.money.terms(group.settings.component_order), on, processes or os.cpu_count() or 1)
            bench.make(owed_name(place), ibis.table(OWED_SCHEMA, name="ledger_left"))
        bench.drop_all_but(owed_name(place))
        for name in ("ledger_portions", "ledger_unallocated", "ledger_left"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")


def owed_sql(settings: DelinquencySettings) -> str:
    """What `work_out` found for the accounts at hand, as one table, so that a page can tell it item by item."""
    return " UNION ALL ".join(f"SELECT {', '.join(OWED_SCHEMA.names)} FROM {name}" for name in owed_names(settings))


def owed_names(settings: DelinquencySettings) -> list[str]:
    """Under which names `work_out` leaves what it found, one for each group of products that needs it."""
    groups = groups_of({name: table.unbound() for name, table in BOOK_TABLES.items()}, settings)
    return [owed_name(place) for place, group in enumerate(groups) if not group.settings.money.is_plain]


def told_paths(connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings) -> dict[str, str]:
    """Which path takes each product of the assessed accounts?"""
    products = [name for (name,) in connection.execute("SELECT DISTINCT product FROM position ORDER BY 1").fetchall()]
    return paths_of(products, {name: one.money for name, one in settings.products}, settings.money)


def _allocate_by_account(connection: duckdb.DuckDBPyConnection, terms: AccountTerms, on: date, processes: int) -> None:
    """Make `ledger_left` from `ledger_items` and `ledger_payments`, account by account."""
    parts = list(_in_parts(connection))
    arguments = ([terms] * len(parts), *zip(*parts, strict=True), [on] * len(parts)) if parts else ([], [], [], [])
    if len(parts) < 2 or processes < 2:
        found = list(map(left_of_accounts, *arguments))
    else:
        with ProcessPoolExecutor(min(processes, len(parts)), multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(left_of_accounts, *arguments))
    connection.register("ledger_left_found", pa.concat_tables([OWED_SCHEMA.to_pyarrow().empty_table(), *found]))
    connection.execute("CREATE OR REPLACE TEMP TABLE ledger_left AS SELECT * FROM ledger_left_found")
    connection.unregister("ledger_left_found")


def _in_parts(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Items and payments of so many accounts at a time, in the order of their ids."""
    bounds = connection.execute(
        f"SELECT min(account_id), max(account_id) FROM (SELECT account_id, (row_number() OVER (ORDER BY account_id) - 1) // {ACCOUNTS_AT_ONCE} AS part "
        "FROM (SELECT DISTINCT account_id FROM ledger_items)) GROUP BY part ORDER BY part"
    ).fetchall()
    for first, last in bounds:
        theirs = f"WHERE account_id BETWEEN {first} AND {last} ORDER BY ALL"
        yield (
            connection.sql(f"SELECT account_id, due_on, sequence, {', '.join(PARTS)} FROM ledger_items {theirs}").to_arrow_table(),
            connection.sql(f"SELECT account_id, paid_on, payment_id, amount_minor FROM ledger_payments {theirs}").to_arrow_table(),
        )


def left_of_accounts(terms: AccountTerms, items: pa.Table, payments: pa.Table, on: date) -> pa.Table:
    """What is left of each item of these accounts on a day, each account by the replay of its entries.

    Args:
        items: account_id, due_on, sequence and PARTS, ordered by account and due date.
        payments: account_id, paid_on, payment_id, amount_minor, ordered by account and value date.

    Returns:
        Rows of OWED_SCHEMA, in the order of the items.
    """
    by_account = itemgetter("account_id")
    came = {key: list(rows) for key, rows in groupby(payments.to_pylist(), by_account)}
    left = [row for key, rows in groupby(items.to_pylist(), by_account) for row in _left_of_account(terms, list(rows), came.get(key, []), on)]
    return pa.Table.from_pylist(left, schema=OWED_SCHEMA.to_pyarrow())


def _left_of_account(terms: AccountTerms, items: list[dict[str, Any]], payments: list[dict[str, Any]], on: date) -> Iterator[dict[str, Any]]:
    ledger = replay(terms, entries_of(items, payments, on), on)
    left = {one.number: one for one in ledger.items}
    for number, item in enumerate(items, 1):
        found = left[number]
        yield {
            **item, **{part(kind): found.open_minor(kind) for kind in Component},
            "ran_minor": sum(found.charged.values()) - sum(item[name] for name in PARTS),
        }


def account_at_hand(connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, currency: str, on: date) -> tuple[AccountTerms, list[Entry]]:
    """The only account whose rows the tables of the book hold, as the ledger of one account takes it: its product's rules and its dated entries.

    Args:
        connection: where `instalments`, `receivables`, `payments` and `accounts` hold that account's rows.
        on: what became known later is not used.
    """
    terms, entries = settings.money.terms(settings.component_order), list[Entry]()
    for group in groups_of({name: table.unbound() for name, table in BOOK_TABLES.items()}, settings):
        items = ledger_items(items_known_on(group.book["instalments"], group.book["receivables"], on), group.settings.money)
        payments = payments_that_stand(group.book["payments"], on, group.settings.payment_day)
        came = rows_by_name(connection, f"SELECT * FROM ({sql_of(payments)}) ORDER BY paid_on, payment_id")
        due = rows_by_name(connection, f"SELECT * FROM ({sql_of(items)}) ORDER BY due_on, sequence")
        if due or came:
            terms, entries = group.settings.money.terms(group.settings.component_order), entries_of(due, came, on)
    return replace(terms, currency=currency), entries


def entries_of(items: Sequence[Mapping[str, Any]], payments: Sequence[Mapping[str, Any]], on: date) -> list[Entry]:
    """An account of a book as dated entries. A book does not say when its schedule was agreed: before anything else happened, and before `on`."""
    agreed_on = min([on, *(one["due_on"] for one in items), *(one["paid_on"] for one in payments)]) - ONE_DAY
    agreed: list[Entry] = [
        InstalmentAgreed(
            entry_id=f"instalment {number:06}", valid_on=agreed_on, recorded_on=agreed_on, number=number, due_on=item["due_on"],
            amounts={kind: item[part(kind)] for kind in Component},
        )
        for number, item in enumerate(items, 1)
    ]
    return agreed + [
        Payment(entry_id=f"payment {number:06}", valid_on=one["paid_on"], recorded_on=one["paid_on"], amount_minor=one["amount_minor"])
        for number, one in enumerate(payments, 1)
    ]

