"""How do a file's texts become the rows of the book's tables?

Comes in: the blocks of a mapping and the text tables of the files. Goes out: per book table a DuckDB table of typed rows, each marked
as good, refused or merged, and the table `findings`. Everything is done in sets; numbers leave for the keeper of identities once each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from babel.core import get_global

from arrears.core.book import BOOK_TABLES, BookTable
from arrears.core.money import minor_digits
from arrears.core.sql import quoted
from arrears.intake.book.checks import BlockPlan, Check
from arrears.intake.book.identities import CONTACT_FIELDS, PARTY_FIELDS, IdentityService, NumberKind
from arrears.intake.book.layout import REPLACED_BY, ROW_GROUP_SIZE, batch_files, duckdb_type, latest_by_key_sql
from arrears.intake.book.mapping import SAID_CURRENCY
from arrears.intake.book.pool import FINDING_COLUMNS

NUMBERS_A_CALL = 250_000
"""Numbers handed over at once: bounds the memory that a large file takes."""
MONEY_EVENTS = frozenset({"instalments", "receivables", "statements", "payments"})
"""Here the same row twice is money counted twice: a finding. In the other tables a repeated row says nothing new and is merged."""
_OK, _REFUSED, _MERGED = 0, 1, 2
_HIDDEN = {"parties": ("lender_number", "personal"), "accounts": ("lender_number",), "contact_points": ("personal",)}
"""Texts that typed rows carry besides the book's columns until ids and seals take their place."""
_TWICE = Check("", "", "The same row came before in these files.", "Remove one of the two; if both are meant, give each a number of its own.")
_CONFLICT = Check(
    "", "", "The same key came before with other content; the first row was taken.", "Decide which of the two holds and remove the other."
)
_NO_PAYMENT = Check(
    "reversal_of",
    "",
    "The payment that this row takes back is neither in these files nor in the book.",
    "Deliver the payment first, or correct its number.",
)
_OTHER_CURRENCY = Check(
    "currency",
    "",
    "The book knows this account in another currency.",
    "Correct the currency; a debt in another currency needs a new account, since amounts are never converted.",
)
_NOT_WHOLE = Check(
    "account",
    "",
    "Another row of this account's schedule was refused, so its whole schedule waits: the earlier one still holds.",
    "Correct the other rows and take all of them in again.",
)
_OTHER_PARTY = Check(
    "account", "", "The book knows this account as another party's.", "Correct the party; a debt that changes hands needs a new account."
)


_JOINED = ("a", "p", "c", "cur")
"""Names under which other tables stand beside the texts: accounts, parties, currencies, what the book holds."""
_LATE_TOO = (("other_currency", _OTHER_CURRENCY), ("not_whole", _NOT_WHOLE))


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
        self._work, self._whole = work, whole
        self._db, self._book, self._identities, self._namespace = connection, book_dir, identities, namespace
        self._book_has = {name: bool(batch_files(book_dir, name)) for name in BOOK_TABLES}
        self._db.execute(f"CREATE TEMP TABLE findings ({', '.join(FINDING_COLUMNS)})")
        self._db.execute("CREATE TEMP TABLE id_party (lender_number VARCHAR, id BIGINT)")
        self._db.execute("CREATE TEMP TABLE id_account (lender_number VARCHAR, id BIGINT, party_id BIGINT, digits INTEGER, currency VARCHAR)")
        for kind in ("document", "payment", "contact_point"):
            self._db.create_function(f"keyed_{kind}", partial(self._keyed, kind), ["VARCHAR"], "BIGINT", type="arrow")  # type: ignore[arg-type,list-item]
        codes = sorted(get_global("all_currencies"))
        self._load("currencies", pa.table({"code": codes, "digits": pa.array([minor_digits(code) for code in codes], pa.int32())}))

    # -- filling -------------------------------------------------------------------------------------------------------

    def fill(self, table: BookTable, blocks: Sequence[PlacedBlock]) -> None:
        """Read all blocks of one table, judge every row, and give new parties and accounts their ids."""
        hidden = [f"{name} VARCHAR" for name in _HIDDEN.get(table.name, ())]
        columns = [f"{column.name} {duckdb_type(column.type)}" for column in table.columns]
        self._db.execute(f"CREATE TEMP TABLE late_{table.name} (pos BIGINT, kind VARCHAR, first_row BIGINT)")
        if table.name in MONEY_EVENTS:
            for block in blocks:
                self._look_up(block)
                self._spill(block)
            self._show_spilled(table, blocks)
        else:
            self._db.execute(
                f"CREATE TEMP TABLE typed_{table.name} (pos BIGINT, block_no INTEGER, row BIGINT, problems BIGINT, state TINYINT, {', '.join(hidden + columns)})"
            )
            for block in blocks:
                self._look_up(block)
                self._insert(block)
        self._judge_repeats(table)
        if table.name == "parties":
            self._name_parties()
        elif table.name == "accounts":
            self._name_accounts()
        elif table.name == "payments":
            self._judge_reversals()
        if table.name in self._whole:
            self._judge_wholeness(table)
        self._note_findings(table, blocks)

    def _insert(self, placed: PlacedBlock) -> None:
        values = self._values(placed)
        judged = f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in values.items())} FROM ({self._staged(placed.plan)}) t"
        self._db.execute(
            f"INSERT INTO typed_{placed.table.name} ({', '.join(values)}, state) SELECT *, CASE WHEN problems = 0 THEN {_OK} ELSE {_REFUSED} END FROM ({judged})"
        )

    def _spill(self, placed: PlacedBlock) -> None:
        """The typed rows of a block as Parquet in the work folder: events of money come by the hundred million, and each later question is
        about a few of their columns."""
        values = self._values(placed)
        shown = [f"{values[name]} AS {name}" for name in ("pos", "block_no", "row", "problems")]
        shown += [f"({values.get(column.name, 'NULL')})::{duckdb_type(column.type)} AS {column.name}" for column in placed.table.columns]
        target = self._spilled(placed)
        self._db.execute("SET preserve_insertion_order = false")  # a row knows its place by `pos`
        self._db.execute(f"COPY (SELECT {', '.join(shown)} FROM ({self._staged(placed.plan)}) t) TO {quoted(target)} (FORMAT parquet, COMPRESSION snappy)")
        self._db.execute("SET preserve_insertion_order = true")
        target.chmod(0o600)

    def _show_spilled(self, table: BookTable, blocks: Sequence[PlacedBlock]) -> None:
        """The same table as a view: a row is refused by its own problems, or late by other rows. None of these tables merges rows."""
        files = ", ".join(quoted(self._spilled(block)) for block in blocks)
        late = f"EXISTS (SELECT 1 FROM late_{table.name} l WHERE l.pos = y.pos)"
        self._db.execute(
            f"CREATE TEMP VIEW typed_{table.name} AS SELECT y.*, (CASE WHEN problems <> 0 OR {late} THEN {_REFUSED} ELSE {_OK} END)::TINYINT AS state "
            f"FROM read_parquet([{files}]) y"
        )

    def _spilled(self, placed: PlacedBlock) -> Path:
        return self._work / f"typed-{placed.number}.parquet"

    def _values(self, placed: PlacedBlock) -> dict[str, str]:
        """Of each column of the typed table its SQL, over the staged texts `t`. Columns that are not there are empty."""
        plan = placed.plan
        return {
            "pos": f"(({placed.file_no}::BIGINT << 48) | ({placed.number}::BIGINT << 38) | t.row)",
            "block_no": str(placed.number),
            "row": "t.row",
            "problems": plan.problems or "0",
            **self._kept(placed),
            **plan.typed,
            **self._ids_and_texts(plan),
        }

    def _staged(self, plan: BlockPlan) -> str:
        """SQL: the texts with what the joins found (each joined table as one column of its name) and what is worked out once."""
        joins = self._joins(plan)
        joined = [alias for alias in _JOINED if re.search(rf"\b{alias} ON ", joins)]
        digits = ["c.digits"] if "c" in joined else ["a.digits"] if "a" in joined else []
        staged = [f"{sql} AS {name}" for name, sql in plan.staged.items()]
        return f"SELECT {', '.join(['t.*', *joined, *digits, *staged])} FROM ({plan.texts}) t {joins}"

    def _kept(self, placed: PlacedBlock) -> dict[str, str]:
        """In a block of changes: what the book holds, for the columns that the block does not name."""
        if not placed.plan.block.changes:
            return {}
        own_id = "account_id" if placed.table.name == "accounts" else "party_id"
        named = {"sealed"} if placed.plan.block.personal else set()
        return {column.name: f"cur.{column.name}" for column in placed.table.columns if column.name not in {own_id, *named}}

    def _joins(self, plan: BlockPlan) -> str:
        numbers, table = plan.block.numbers, plan.block.table
        joins = []
        if plan.block.changes:
            kind = "account" if table == "accounts" else "party"
            alias, known = kind[0], f"(SELECT lender_number, id FROM id_{kind})"
            joins.append(f"LEFT JOIN {known} {alias} ON {alias}.lender_number = t.s_{kind}")
            current = f"SELECT * FROM ({self._current(table)}) WHERE {kind}_id IN (SELECT id FROM id_{kind})"
            joins.append(f"LEFT JOIN ({current}) cur ON cur.{kind}_id = {alias}.id")
        elif "account" in numbers and table != "accounts":
            joins.append("LEFT JOIN id_account a ON a.lender_number = t.s_account")
        if "party" in numbers and table != "parties":
            joins.append("LEFT JOIN id_party p ON p.lender_number = t.s_party")
        if table == "accounts":
            joins.append(f"LEFT JOIN currencies c ON c.code = {'cur.currency' if plan.block.changes else 't.s_currency'}")
        return " ".join(joins)

    def _ids_and_texts(self, plan: BlockPlan) -> dict[str, str]:
        """Id columns by the joins, and the hidden texts."""
        numbers, table = plan.block.numbers, plan.block.table
        ids = {"reversal_of" if key == "reversal_of" else _ID_OF[key]: f"keyed_{kind}({text})" for key, kind, text in _keyed_numbers(plan)}
        if "account" in numbers and table != "accounts":
            ids["account_id"] = "a.id"
        if "party" in numbers and table != "parties":
            ids["party_id"] = "p.id"
        if table == "accounts":
            ids["lender_number"] = "t.s_account"
        if table == "parties":
            fields = "".join(f'{quoted(name)}, t."s_personal.{name}", ' for name in plan.block.personal if name != "number")
            personal = "NULL" if plan.block.changes and not fields else f"json_object({fields}'number', t.s_party)::VARCHAR"
            ids |= {"lender_number": "t.s_party", "personal": personal}
        if table == "contact_points":
            ids["personal"] = "json_object('value', t.s_value)::VARCHAR"
        return ids

    # -- ids -----------------------------------------------------------------------------------------------------------

    def _look_up(self, placed: PlacedBlock) -> None:
        """Bring in the ids that this block's rows will need: parties and accounts of earlier batches, keyed hashes."""
        plan = placed.plan
        if "party" in plan.block.numbers and (placed.table.name != "parties" or plan.block.changes) and self._book_has["parties"]:
            self._find("party", self._missing(f"SELECT DISTINCT s_party AS n FROM ({plan.texts})", "id_party"))
            self._db.execute(
                f"INSERT INTO id_party SELECT f.lender_number, b.party_id FROM found f LEFT JOIN ({self._current('parties')}) b ON b.party_id = f.id"
            )
        if "account" in plan.block.numbers and (placed.table.name != "accounts" or plan.block.changes) and self._book_has["accounts"]:
            self._find("account", self._missing(f"SELECT DISTINCT s_account AS n FROM ({plan.texts})", "id_account"))
            self._db.execute(
                "INSERT INTO id_account SELECT f.lender_number, b.account_id, b.party_id, c.digits, b.currency FROM found f "
                f"LEFT JOIN ({self._current('accounts')}) b ON b.account_id = f.id LEFT JOIN currencies c ON c.code = b.currency"
            )

    def _keyed(self, kind: str, numbers: pa.ChunkedArray) -> pa.Array:
        """Called by DuckDB for some rows at a time, while it streams them: nobody has to hold the numbers of all payments."""
        return self._identities.keyed_id(kind, self._namespace, numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers)

    def _find(self, kind: NumberKind, pieces: Iterable[pa.Array]) -> None:
        """Ask the keeper for these numbers, piece by piece; the table `found` then has each with its id, or without one."""
        self._db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, id BIGINT)")
        for numbers in pieces:
            self._append("found", pa.table({"lender_number": numbers, "id": self._identities.resolve(kind, self._namespace, numbers)}))

    def _missing(self, distinct_numbers: str, known: str) -> Iterator[pa.Array]:
        """The numbers of a query that `known` does not have yet, in pieces. Fetched before anything is inserted there."""
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT n FROM ({distinct_numbers}) WHERE n IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {known} k WHERE k.lender_number = n)"
        )
        return self._pieces("SELECT n FROM wanted", "wanted")

    def _pieces(self, select: str, table: str) -> Iterator[pa.Array]:
        count = self._one(f"SELECT count(*) FROM {table}")
        for start in range(0, count, NUMBERS_A_CALL):
            yield self._arrow(f"{select} WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").column(0).combine_chunks()

    def _name_parties(self) -> None:
        """Give each good party its id: the one that its number has already, or a new one."""
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number FROM typed_parties WHERE state = {_OK} ORDER BY lender_number")
        self._db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, id BIGINT)")
        for numbers in self._pieces("SELECT lender_number FROM wanted", "wanted"):
            ids = self._identities.resolve_or_create("party", self._namespace, numbers, None)
            self._append("found", pa.table({"lender_number": numbers, "id": ids}))
        self._db.execute("DELETE FROM id_party WHERE lender_number IN (SELECT lender_number FROM found)")  # looked up for a block of changes
        self._db.execute("INSERT INTO id_party SELECT * FROM found")
        self._give_ids("parties", "party_id", "id_party")

    def _name_accounts(self) -> None:
        """The same for accounts; an account that the book knows as another party's is refused before it can change hands unseen."""
        if self._book_has["accounts"]:
            self._judge_owners()
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number, party_id, currency FROM typed_accounts WHERE state = {_OK} ORDER BY lender_number"
        )
        self._db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, party_id BIGINT, currency VARCHAR, id BIGINT)")
        for start in range(0, self._one("SELECT count(*) FROM wanted"), NUMBERS_A_CALL):
            piece = self._arrow(f"SELECT * FROM wanted WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").combine_chunks()
            numbers, parties = (piece.column(name).combine_chunks() for name in ("lender_number", "party_id"))
            ids = self._identities.resolve_or_create("account", self._namespace, numbers, parties)
            self._append("found", pa.table({"lender_number": numbers, "party_id": parties, "currency": piece.column("currency"), "id": ids}))
        self._db.execute("DELETE FROM id_account WHERE lender_number IN (SELECT lender_number FROM found)")
        self._db.execute(
            "INSERT INTO id_account SELECT f.lender_number, f.id, f.party_id, c.digits, f.currency FROM found f JOIN currencies c ON c.code = f.currency"
        )
        self._give_ids("accounts", "account_id", "id_account")

    def _give_ids(self, table: str, column: str, ids: str) -> None:
        """Write the ids into the typed rows. A table made anew can go to disk while it grows; what an UPDATE remembers cannot."""
        self._db.execute(f"ALTER TABLE typed_{table} RENAME TO unnamed")
        self._db.execute(
            f"CREATE TEMP TABLE typed_{table} AS SELECT y.* REPLACE (coalesce(i.id, y.{column}) AS {column}) FROM unnamed y "
            f"LEFT JOIN {ids} i ON i.lender_number = y.lender_number AND y.state = {_OK}"
        )
        self._db.execute("DROP TABLE unnamed")

    def _judge_owners(self) -> None:
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number FROM typed_accounts WHERE state = {_OK} ORDER BY lender_number"
        )
        self._find("account", self._pieces("SELECT lender_number FROM wanted", "wanted"))
        kind = "CASE WHEN b.party_id <> y.party_id THEN 'other_party' ELSE 'other_currency' END"
        self._db.execute(
            f"INSERT INTO late_accounts SELECT y.pos, {kind}, NULL FROM typed_accounts y JOIN found f USING (lender_number) "
            f"JOIN ({self._current('accounts')}) b ON b.account_id = f.id WHERE y.state = {_OK} AND (b.party_id <> y.party_id OR b.currency <> y.currency)"
        )
        self._refuse_late("accounts")

    # -- judging rows by other rows ------------------------------------------------------------------------------------

    def _judge_repeats(self, table: BookTable) -> None:
        """The first row of a key is taken. A later one with the same content is merged, or refused where it would count money twice; one
        with other content is always refused."""
        own_key = _ONCE_A_DELIVERY.get(table.name, table.key)
        typed, key = f"typed_{table.name}", ", ".join(own_key)
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE repeats AS SELECT {key}, min(pos) AS first_pos FROM {typed} WHERE state = {_OK} GROUP BY {key} HAVING count(*) > 1"
        )
        if not self._one("SELECT count(*) FROM repeats"):
            return
        content = [*_HIDDEN.get(table.name, ()), *(column.name for column in table.columns)]
        same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM f.{name}" for name in content)
        match = " AND ".join(f"o.{name} IS NOT DISTINCT FROM k.{name}" for name in own_key)
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE again AS SELECT o.pos, f.row AS first_row, {same} AS same FROM repeats k "
            f"JOIN {typed} o ON {match} AND o.state = {_OK} AND o.pos <> k.first_pos JOIN {typed} f ON f.pos = k.first_pos"
        )
        if table.name in MONEY_EVENTS:
            self._db.execute(f"INSERT INTO late_{table.name} SELECT pos, 'twice', first_row FROM again WHERE same")
        else:
            self._db.execute(f"UPDATE {typed} SET state = {_MERGED} WHERE pos IN (SELECT pos FROM again WHERE same)")
        self._db.execute(f"INSERT INTO late_{table.name} SELECT pos, 'conflict', first_row FROM again WHERE NOT same")
        self._refuse_late(table.name)

    def _judge_reversals(self) -> None:
        """Only a payment that we have can be taken back. A refused payment is not had."""
        wanted = f"SELECT reversal_of FROM typed_payments WHERE state = {_OK} AND reversal_of IS NOT NULL"
        if not self._one(f"SELECT count(*) FROM ({wanted})"):
            return
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE known AS SELECT payment_id FROM typed_payments WHERE state = {_OK} AND reversal_of IS NULL "
            f"UNION ALL SELECT payment_id FROM ({self._current('payments')}) WHERE payment_id IN ({wanted})"
        )
        self._db.execute(
            f"INSERT INTO late_payments SELECT pos, 'no_payment', NULL FROM typed_payments y WHERE state = {_OK} AND reversal_of IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM known k WHERE k.payment_id = y.reversal_of)"
        )
        self._refuse_late("payments")

    def _judge_wholeness(self, table: BookTable) -> None:
        """A schedule that lacks a row must not take the place of a whole one."""
        typed = f"typed_{table.name}"
        self._db.execute(
            f"INSERT INTO late_{table.name} SELECT pos, 'not_whole', NULL FROM {typed} WHERE state = {_OK} "
            f"AND account_id IN (SELECT account_id FROM {typed} WHERE state = {_REFUSED})"
        )
        self._refuse_late(table.name)

    def _refuse_late(self, table: str) -> None:
        if table in MONEY_EVENTS:  # their view looks at the late ones itself
            return
        self._db.execute(f"UPDATE typed_{table} SET state = {_REFUSED} WHERE pos IN (SELECT pos FROM late_{table})")

    # -- findings ------------------------------------------------------------------------------------------------------

    def _note_findings(self, table: BookTable, blocks: Iterable[PlacedBlock]) -> None:
        for placed in blocks:
            self._db.execute(
                f"CREATE OR REPLACE TEMP TABLE refused AS SELECT pos, row, problems FROM typed_{table.name} WHERE block_no = {placed.number} AND state = {_REFUSED}"
            )
            if not self._one("SELECT count(*) FROM refused"):
                continue
            self._db.execute(f"CREATE OR REPLACE TEMP TABLE refused_raw AS SELECT * FROM {placed.plan.raw_table} WHERE __row IN (SELECT row FROM refused)")
            spoken = self._one("SELECT bit_or(problems) FROM refused")
            for bit, check in enumerate(placed.plan.checks):
                if spoken >> bit & 1:
                    self._note(placed, check, f"y.problems & {1 << bit} <> 0")
            for kind, check in (("twice", _TWICE), ("conflict", _CONFLICT), ("no_payment", _NO_PAYMENT), ("other_party", _OTHER_PARTY), *_LATE_TOO):
                late = f"SELECT pos FROM late_{table.name} WHERE kind = '{kind}'"
                if self._one(f"SELECT count(*) FROM ({late})"):
                    self._note(placed, check, f"y.pos IN ({late})")

    def _note(self, placed: PlacedBlock, check: Check, condition: str) -> None:
        block, table = placed.plan.block, placed.table.name
        source = block.sources.get(check.key)
        column = next(iter(source.columns)) if source and len(source.columns) == 1 else check.key or _key_in_words(placed)
        value = f't."s_{check.key}"' if check.key in (*block.columns, SAID_CURRENCY) and table != "protected" else "NULL"
        self._db.execute(
            f"INSERT INTO findings SELECT {placed.file_no}, {quoted(placed.file_name)}, y.row, '{table}', {quoted(column)}, {value}, "
            f"{quoted(check.reason)} || coalesce(' (Row ' || l.first_row || '.)', ''), {quoted(check.remedy)} "
            f"FROM refused y JOIN ({placed.plan.texts_from('refused_raw')}) t ON t.row = y.row LEFT JOIN late_{table} l ON l.pos = y.pos AND {bool(not check.condition)} "
            f"WHERE {condition}"
        )

    # -- results -------------------------------------------------------------------------------------------------------

    def count(self, table: str) -> TableCount:
        """How many rows were read, accepted, refused, merged?"""
        read, ok, refused, merged = self._db.execute(
            f"SELECT count(*), count(*) FILTER (state = {_OK}), count(*) FILTER (state = {_REFUSED}), count(*) FILTER (state = {_MERGED}) FROM typed_{table}"
        ).fetchall()[0]
        assert read == ok + refused + merged, f"{table}: every row read is accepted or refused"
        unexplained = self._one(
            f"SELECT count(*) FROM typed_{table} y WHERE state = {_REFUSED} AND problems = 0 AND pos NOT IN (SELECT pos FROM late_{table})"
        )
        assert unexplained == 0, f"{table}: a row was refused without a finding"
        return TableCount(table, read, ok + merged, refused, merged)

    def write(self, table: BookTable, staging: Path) -> int:
        """Write the good rows as Parquet, sorted by key; answers how many. A table without rows gets no file."""
        rows = self._one(f"SELECT count(*) FROM typed_{table.name} WHERE state = {_OK}")
        if not rows:
            return 0
        what = {"parties": PARTY_FIELDS, "contact_points": CONTACT_FIELDS}.get(table.name)
        join = self._seal(table.name, what) if what else ""
        columns = ", ".join("coalesce(s.sealed, y.sealed) AS sealed" if column.name == "sealed" else f"y.{column.name}" for column in table.columns)
        key = ", ".join(f"y.{name} NULLS FIRST" for name in table.key)
        target = staging / f"{table.name}.parquet"
        self._db.execute(
            f"COPY (SELECT {columns} FROM typed_{table.name} y {join} WHERE y.state = {_OK} ORDER BY {key}) TO {quoted(target)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE})"
        )
        target.chmod(0o600)
        written = self._one(f"SELECT count(*) FROM read_parquet({quoted(target)})")
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
        cursor = self._db.execute(f"SELECT {shown} FROM typed_{table.name} WHERE state = {_OK} ORDER BY pos LIMIT {int(limit)}")
        names = [one[0] for one in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _seal(self, table: str, what: str) -> str:
        self._db.execute("CREATE OR REPLACE TEMP TABLE sealed_rows (pos BIGINT, sealed BLOB)")
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT pos, party_id, encode(personal) AS text FROM typed_{table} WHERE state = {_OK} AND personal IS NOT NULL ORDER BY pos"
        )
        for start in range(0, self._one("SELECT count(*) FROM wanted"), NUMBERS_A_CALL):
            piece = self._arrow(f"SELECT * FROM wanted WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").combine_chunks()
            parties, texts = (piece.column(name).combine_chunks() for name in ("party_id", "text"))
            self._load("found", pa.table({"pos": piece.column("pos"), "sealed": self._identities.seal_many(parties, texts, what)}))
            self._db.execute("INSERT INTO sealed_rows SELECT pos, sealed FROM found")
        return "LEFT JOIN sealed_rows s ON s.pos = y.pos"

    # -- DuckDB --------------------------------------------------------------------------------------------------------

    def _current(self, table: str) -> str:
        return latest_by_key_sql(self._book, table)

    def _one(self, select: str) -> int:
        return int(self._db.execute(select).fetchall()[0][0])

    def _arrow(self, select: str) -> pa.Table:
        return self._db.sql(select).to_arrow_table()

    def _append(self, name: str, rows: pa.Table) -> None:
        self._db.register("arriving", rows)
        self._db.execute(f"INSERT INTO {name} BY NAME SELECT * FROM arriving")
        self._db.unregister("arriving")

    def _load(self, name: str, rows: pa.Table) -> None:
        self._db.register("arriving", rows)
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")
        self._db.unregister("arriving")


_ONCE_A_DELIVERY = {
    "parties": ("lender_number",),
    "accounts": ("lender_number",),
    "instalments": REPLACED_BY["instalments"],
    "payments": REPLACED_BY["payments"],
}
"""What may come once in a delivery, where it is not the key: one instalment or payment cannot fall on two days."""
_ID_OF = {"document": "document_id", "payment": "payment_id", "value": "contact_point_id"}


def _keyed_numbers(plan: BlockPlan) -> list[tuple[str, str, str]]:
    """Which numbers of the block become keyed hashes: the key in the mapping, the kind of hash, the SQL of the text."""
    texts = {
        "document": ("document", "t.s_document"),
        "payment": ("payment", "t.s_payment"),
        "reversal_of": ("payment", "t.s_reversal_of"),
        "value": ("contact_point", "(t.s_channel || chr(31) || t.s_value)"),
    }
    return [(key, *texts[key]) for key in plan.block.numbers if key in texts]


def _key_in_words(placed: PlacedBlock) -> str:
    """The columns that make up a row's key, as the file calls them."""
    sources = placed.plan.block.sources
    own = [key for key in (*placed.plan.block.numbers, *placed.table.key) if key in sources]
    return ", ".join(dict.fromkeys(next(iter(sources[key].columns)) if len(sources[key].columns) == 1 else key for key in own))
