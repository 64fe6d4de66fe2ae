"""Which rows of the book does a thought see?

Each book table becomes a view under its own name, over all batches (the newest row of a key wins), and, where accounts are thought
about slice by slice, over one range of account ids. Ids are random, so equal ranges hold about equally many accounts, and since every
file is sorted by account a slice reads its own row groups only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from arrears.core.book import BOOK_TABLES
from arrears.core.ids import ID_MAX
from arrears.engine.columns_engine import make_views
from arrears.intake.book.layout import latest_by_key_sql


@dataclass(frozen=True, slots=True)
class Slice:
    """One range of account ids, both ends included."""

    number: int
    first_id: int
    last_id: int


def slices_of(accounts: int, accounts_per_slice: int) -> list[Slice]:
    """Equal ranges that together hold every possible id.

    >>> [part.number for part in slices_of(2_500_000, 1_000_000)]
    [0, 1, 2]
    >>> slices_of(0, 1_000_000)[0].last_id == ID_MAX
    True
    """
    count = max(1, -(-accounts // accounts_per_slice))
    bounds = [ID_MAX * place // count for place in range(count + 1)]
    return [Slice(place, bounds[place] + (1 if place else 0), bounds[place + 1]) for place in range(count)]


def show_book(connection: duckdb.DuckDBPyConnection, book: Path) -> None:
    """Make every table of the book readable under its name."""
    make_views(connection, {name: latest_by_key_sql(book, name) for name in BOOK_TABLES})


def show_slice(connection: duckdb.DuckDBPyConnection, book: Path, part: Slice) -> None:
    """The same, for the accounts of one slice; tables of persons stay whole."""
    make_views(connection, slice_sql(book, part))


def slice_sql(book: Path, part: Slice) -> dict[str, str]:
    """SQL of each table's rows for the accounts of one slice; tables of persons stay whole."""
    rows = {}
    for name, table in BOOK_TABLES.items():
        rows[name] = latest_by_key_sql(book, name)
        if table.key[0] == "account_id":
            rows[name] = f"SELECT * FROM ({rows[name]}) WHERE account_id BETWEEN {part.first_id} AND {part.last_id}"
    return rows


def count_accounts(connection: duckdb.DuckDBPyConnection, book: Path) -> int:
    """How many accounts does the book hold?"""
    row = connection.execute(f"SELECT count(*) FROM ({latest_by_key_sql(book, 'accounts')})").fetchone()
    assert row is not None
    return int(row[0])
