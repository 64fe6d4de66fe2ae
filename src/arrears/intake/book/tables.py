"""How do a file's texts become the rows of the book's tables?

Comes in: the blocks of a mapping and the text tables of the files. Goes out: per book table a DuckDB table of typed rows, each marked
as good, refused or merged, and the table `findings`. Everything is done in sets; numbers leave for the keeper of identities once each.
The steps of filling a table are modules of their own: `naming` (ids), `typed_rows` (values), `judging` (rows by other rows), `noting`
(findings). They share a `Desk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from babel.core import get_global

from arrears.core.book import BookTable
from arrears.core.money import minor_digits
from arrears.core.sql import quoted
from arrears.intake.book.desk import HIDDEN, MERGED, MONEY_EVENTS, NUMBERS_A_CALL, OK, REFUSED, Desk, PlacedBlock
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS, IdentityService
from arrears.intake.book.judging import judge_repeats, judge_reversals, judge_wholeness
from arrears.intake.book.layout import ROW_GROUP_SIZE, duckdb_type
from arrears.intake.book.naming import look_up, name_accounts, name_parties
from arrears.intake.book.noting import note_findings
from arrears.intake.book.pool import FINDING_COLUMNS
from arrears.intake.book.typed_rows import insert, show_spilled, spill


@dataclass(frozen=True, slots=True)
class TableCount:
    """What became of the rows meant for one table? `read` = `accepted` + `rejected`; `merged` of the accepted said nothing new."""

    table: str
    read: int
    accepted: int
    rejected: int
    merged: int


class Tables:
    """The tables of one import while it is at work. `fill` them in the book's order, then `write`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, book_dir: Path, identities: IdentityService, namespace: str, work: Path, whole: frozenset[str] = frozenset()
    ) -> None:
        self._desk = Desk(connection, book_dir, identities, namespace, work, whole)
        connection.execute(f"CREATE TEMP TABLE findings ({', '.join(FINDING_COLUMNS)})")
        connection.execute("CREATE TEMP TABLE id_party (lender_number VARCHAR, id BIGINT)")
        connection.execute("CREATE TEMP TABLE id_account (lender_number VARCHAR, id BIGINT, party_id BIGINT, digits INTEGER, currency VARCHAR)")
        for kind in ("document", "payment", "contact_point"):
            connection.create_function(f"keyed_{kind}", partial(self._keyed, kind), ["VARCHAR"], "BIGINT", type="arrow")  # type: ignore[arg-type,list-item]
        codes = sorted(get_global("all_currencies"))
        self._desk.load("currencies", pa.table({"code": codes, "digits": pa.array([minor_digits(code) for code in codes], pa.int32())}))

    def _keyed(self, kind: str, numbers: pa.ChunkedArray) -> pa.Array:
        """Called by DuckDB for some rows at a time, while it streams them: nobody has to hold the numbers of all payments."""
        return self._desk.identities.keyed_id(kind, self._desk.namespace, numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers)

    def fill(self, table: BookTable, blocks: Sequence[PlacedBlock]) -> None:
        """Read all blocks of one table, judge every row, and give new parties and accounts their ids."""
        hidden = [f"{name} VARCHAR" for name in HIDDEN.get(table.name, ())]
        columns = [f"{column.name} {duckdb_type(column.type)}" for column in table.columns]
        self._desk.db.execute(f"CREATE TEMP TABLE late_{table.name} (pos BIGINT, kind VARCHAR, first_row BIGINT)")
        if table.name in MONEY_EVENTS:
            for block in blocks:
                look_up(self._desk, block)
                spill(self._desk, block)
            show_spilled(self._desk, table, blocks)
        else:
            self._desk.db.execute(
                f"CREATE TEMP TABLE typed_{table.name} (pos BIGINT, block_no INTEGER, row BIGINT, problems BIGINT, state TINYINT, {', '.join(hidden + columns)})"
            )
            for block in blocks:
                look_up(self._desk, block)
                insert(self._desk, block)
        judge_repeats(self._desk, table)
        if table.name == "parties":
            name_parties(self._desk)
        elif table.name == "accounts":
            name_accounts(self._desk)
        elif table.name == "payments":
            judge_reversals(self._desk)
        if table.name in self._desk.whole:
            judge_wholeness(self._desk, table)
        note_findings(self._desk, table, blocks)

    def count(self, table: str) -> TableCount:
        """How many rows were read, accepted, refused, merged?"""
        read, ok, refused, merged = self._desk.db.execute(
            f"SELECT count(*), count(*) FILTER (state = {OK}), count(*) FILTER (state = {REFUSED}), count(*) FILTER (state = {MERGED}) FROM typed_{table}"
        ).fetchall()[0]
        assert read == ok + refused + merged, f"{table}: every row read is accepted or refused"
        unexplained = self._desk.one(
            f"SELECT count(*) FROM typed_{table} y WHERE state = {REFUSED} AND problems = 0 AND pos NOT IN (SELECT pos FROM late_{table})"
        )
        assert unexplained == 0, f"{table}: a row was refused without a finding"
        return TableCount(table, read, ok + merged, refused, merged)

    def write(self, table: BookTable, staging: Path) -> int:
        """Write the good rows as Parquet, sorted by key; answers how many. A table without rows gets no file."""
        rows = self._desk.one(f"SELECT count(*) FROM typed_{table.name} WHERE state = {OK}")
        if not rows:
            return 0
        what = {"parties": PARTY_FIELDS, "contact_points": CONTACT_FIELDS}.get(table.name)
        join = self._seal(table.name, what) if what else ""
        columns = ", ".join("coalesce(s.sealed, y.sealed) AS sealed" if column.name == "sealed" else f"y.{column.name}" for column in table.columns)
        key = ", ".join(f"y.{name} NULLS FIRST" for name in table.key)
        target = staging / f"{table.name}.parquet"
        self._desk.db.execute(
            f"COPY (SELECT {columns} FROM typed_{table.name} y {join} WHERE y.state = {OK} ORDER BY {key}) TO {quoted(target)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE})"
        )
        target.chmod(0o600)
        written = self._desk.one(f"SELECT count(*) FROM read_parquet({quoted(target)})")
        assert written == rows, f"{table.name}: {rows} rows are good, {written} were written"
        return rows

    def first_rows(self, table: BookTable, limit: int) -> list[dict[str, object]]:
        """The first good rows as they would be written, in the order of the files; of ids and sealed fields only whether there are any."""
        shown = ", ".join(
            f"CASE WHEN {column.name} IS NOT NULL THEN 'id' END AS {column.name}"
            if column.type == "int64" and not column.name.endswith("_minor")
            else f"'sealed' AS {column.name}"
            if column.type == "binary"
            else column.name
            for column in table.columns
        )
        cursor = self._desk.db.execute(f"SELECT {shown} FROM typed_{table.name} WHERE state = {OK} ORDER BY pos LIMIT {int(limit)}")
        names = [one[0] for one in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _seal(self, table: str, what: str) -> str:
        self._desk.db.execute("CREATE OR REPLACE TEMP TABLE sealed_rows (pos BIGINT, sealed BLOB)")
        self._desk.db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT pos, party_id, encode(personal) AS text FROM typed_{table} WHERE state = {OK} AND personal IS NOT NULL ORDER BY pos"
        )
        for start in range(0, self._desk.one("SELECT count(*) FROM wanted"), NUMBERS_A_CALL):
            piece = self._desk.arrow(f"SELECT * FROM wanted WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").combine_chunks()
            parties, texts = (piece.column(name).combine_chunks() for name in ("party_id", "text"))
            self._desk.load("found", pa.table({"pos": piece.column("pos"), "sealed": self._desk.identities.seal_many(parties, texts, what)}))
            self._desk.db.execute("INSERT INTO sealed_rows SELECT pos, sealed FROM found")
        return "LEFT JOIN sealed_rows s ON s.pos = y.pos"
