"""On what do all steps of one import work: the typed tables, the book, the keeper of identities?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from arrears.core.book import BOOK_TABLES, BookTable
from arrears.intake.book.checks import BlockPlan
from arrears.intake.book.identities import IdentityService, NumberKind
from arrears.intake.book.layout import batch_files, latest_by_key_sql

NUMBERS_A_CALL = 250_000
"""Numbers handed over at once: bounds the memory that a large file takes."""
MONEY_EVENTS = frozenset({"instalments", "receivables", "statements", "payments"})
"""Here the same row twice is money counted twice: a finding. In the other tables a repeated row says nothing new and is merged."""
OK, REFUSED, MERGED = 0, 1, 2
HIDDEN = {"parties": ("lender_number", "personal"), "accounts": ("lender_number",), "contact_points": ("personal",)}
"""Texts that typed rows carry besides the book's columns until ids and seals take their place."""


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block of one given file: its place in the import and how it is read."""

    number: int
    file_no: int
    file_name: str
    plan: BlockPlan

    @property
    def table(self) -> BookTable:
        """The book table that it fills."""
        return BOOK_TABLES[self.plan.block.table]


class Desk:
    """What one import has at hand, and the few ways in which its steps use DuckDB."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, book_dir: Path, identities: IdentityService, namespace: str, work: Path, whole: frozenset[str] = frozenset()
    ) -> None:
        self.work, self.whole = work, whole
        self.db, self.book, self.identities, self.namespace = connection, book_dir, identities, namespace
        self.book_has = {name: bool(batch_files(book_dir, name)) for name in BOOK_TABLES}

    def find(self, kind: NumberKind, pieces: Iterable[pa.Array]) -> None:
        """Ask the keeper for these numbers, piece by piece; the table `found` then has each with its id, or without one."""
        self.db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, id BIGINT)")
        for numbers in pieces:
            self.append("found", pa.table({"lender_number": numbers, "id": self.identities.resolve(kind, self.namespace, numbers)}))

    def missing(self, distinct_numbers: str, known: str) -> Iterator[pa.Array]:
        """The numbers of a query that `known` does not have yet, in pieces. Fetched before anything is inserted there."""
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT n FROM ({distinct_numbers}) WHERE n IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {known} k WHERE k.lender_number = n)"
        )
        return self.pieces("SELECT n FROM wanted", "wanted")

    def pieces(self, select: str, table: str) -> Iterator[pa.Array]:
        """The first column of a query over a table, some rows at a time."""
        count = self.one(f"SELECT count(*) FROM {table}")
        for start in range(0, count, NUMBERS_A_CALL):
            yield self.arrow(f"{select} WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").column(0).combine_chunks()

    def current(self, table: str) -> str:
        """SQL of the rows of a table that hold in the book now."""
        return latest_by_key_sql(self.book, table)

    def one(self, select: str) -> int:
        """The one whole number that a query answers."""
        return int(self.db.execute(select).fetchall()[0][0])

    def arrow(self, select: str) -> pa.Table:
        """The answer to a query as Arrow."""
        return self.db.sql(select).to_arrow_table()

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table, by the names of their columns."""
        self.db.register("arriving", rows)
        self.db.execute(f"INSERT INTO {name} BY NAME SELECT * FROM arriving")
        self.db.unregister("arriving")

    def load(self, name: str, rows: pa.Table) -> None:
        """Make a table of these rows, in place of one of the same name."""
        self.db.register("arriving", rows)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")
        self.db.unregister("arriving")
