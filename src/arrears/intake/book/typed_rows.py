"""How do the texts of one block become typed rows? SQL over the staged texts, and where the rows are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from arrears.core.book import BookTable
from arrears.core.sql import quoted
from arrears.intake.book.checks import BlockPlan
from arrears.intake.book.desk import OK, REFUSED, Desk, PlacedBlock
from arrears.intake.book.layout import duckdb_type

_JOINED = ("a", "p", "c", "cur")
"""Names under which other tables stand beside the texts: accounts, parties, currencies, what the book holds."""
_ID_OF = {"document": "document_id", "payment": "payment_id", "value": "contact_point_id"}


def insert(desk: Desk, placed: PlacedBlock) -> None:
    """Add the typed rows of a block to the table of its kind, each judged by itself."""
    values = _values(desk, placed)
    judged = f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in values.items())} FROM ({_staged(desk, placed.plan)}) t"
    desk.db.execute(
        f"INSERT INTO typed_{placed.table.name} ({', '.join(values)}, state) SELECT *, CASE WHEN problems = 0 THEN {OK} ELSE {REFUSED} END FROM ({judged})"
    )


def spill(desk: Desk, placed: PlacedBlock) -> None:
    """The typed rows of a block as Parquet in the work folder: events of money come by the hundred million, and each later question is
    about a few of their columns."""
    values = _values(desk, placed)
    shown = [f"{values[name]} AS {name}" for name in ("pos", "block_no", "row", "problems")]
    shown += [f"({values.get(column.name, 'NULL')})::{duckdb_type(column.type)} AS {column.name}" for column in placed.table.columns]
    target = _spilled(desk, placed)
    desk.db.execute("SET preserve_insertion_order = false")  # a row knows its place by `pos`
    desk.db.execute(f"COPY (SELECT {', '.join(shown)} FROM ({_staged(desk, placed.plan)}) t) TO {quoted(target)} (FORMAT parquet, COMPRESSION snappy)")
    desk.db.execute("SET preserve_insertion_order = true")
    target.chmod(0o600)


def show_spilled(desk: Desk, table: BookTable, blocks: Sequence[PlacedBlock]) -> None:
    """The same table as a view: a row is refused by its own problems, or late by other rows. None of these tables merges rows."""
    files = ", ".join(quoted(_spilled(desk, block)) for block in blocks)
    late = f"EXISTS (SELECT 1 FROM late_{table.name} l WHERE l.pos = y.pos)"
    desk.db.execute(
        f"CREATE TEMP VIEW typed_{table.name} AS SELECT y.*, (CASE WHEN problems <> 0 OR {late} THEN {REFUSED} ELSE {OK} END)::TINYINT AS state "
        f"FROM read_parquet([{files}]) y"
    )


def _spilled(desk: Desk, placed: PlacedBlock) -> Path:
    return desk.work / f"typed-{placed.number}.parquet"


def _values(desk: Desk, placed: PlacedBlock) -> dict[str, str]:
    """Of each column of the typed table its SQL, over the staged texts `t`. Columns that are not there are empty."""
    plan = placed.plan
    return {
        "pos": f"(({placed.file_no}::BIGINT << 48) | ({placed.number}::BIGINT << 38) | t.row)",
        "block_no": str(placed.number),
        "row": "t.row",
        "problems": plan.problems or "0",
        **_kept(desk, placed),
        **plan.typed,
        **_ids_and_texts(desk, plan),
    }


def _staged(desk: Desk, plan: BlockPlan) -> str:
    """SQL: the texts with what the joins found (each joined table as one column of its name) and what is worked out once."""
    joins = _joins(desk, plan)
    joined = [alias for alias in _JOINED if re.search(rf"\b{alias} ON ", joins)]
    digits = ["c.digits"] if "c" in joined else ["a.digits"] if "a" in joined else []
    staged = [f"{sql} AS {name}" for name, sql in plan.staged.items()]
    return f"SELECT {', '.join(['t.*', *joined, *digits, *staged])} FROM ({plan.texts}) t {joins}"


def _kept(desk: Desk, placed: PlacedBlock) -> dict[str, str]:
    """In a block of changes: what the book holds, for the columns that the block does not name."""
    if not placed.plan.block.changes:
        return {}
    own_id = "account_id" if placed.table.name == "accounts" else "party_id"
    named = {"sealed"} if placed.plan.block.personal else set()
    return {column.name: f"cur.{column.name}" for column in placed.table.columns if column.name not in {own_id, *named}}


def _joins(desk: Desk, plan: BlockPlan) -> str:
    numbers, table = plan.block.numbers, plan.block.table
    joins = []
    if plan.block.changes:
        kind = "account" if table == "accounts" else "party"
        alias, known = kind[0], f"(SELECT lender_number, id FROM id_{kind})"
        joins.append(f"LEFT JOIN {known} {alias} ON {alias}.lender_number = t.s_{kind}")
        current = f"SELECT * FROM ({desk.current(table)}) WHERE {kind}_id IN (SELECT id FROM id_{kind})"
        joins.append(f"LEFT JOIN ({current}) cur ON cur.{kind}_id = {alias}.id")
    elif "account" in numbers and table != "accounts":
        joins.append("LEFT JOIN id_account a ON a.lender_number = t.s_account")
    if "party" in numbers and table != "parties":
        joins.append("LEFT JOIN id_party p ON p.lender_number = t.s_party")
    if table == "accounts":
        joins.append(f"LEFT JOIN currencies c ON c.code = {'cur.currency' if plan.block.changes else 't.s_currency'}")
    return " ".join(joins)


def _ids_and_texts(desk: Desk, plan: BlockPlan) -> dict[str, str]:
    """Id columns by the joins, and the hidden texts."""
    numbers, table = plan.block.numbers, plan.block.table
    ids = {"reversal_of" if key == "reversal_of" else _ID_OF[key]: f"keyed_{kind}({text})" for key, kind, text in keyed_numbers(plan)}
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


def keyed_numbers(plan: BlockPlan) -> list[tuple[str, str, str]]:
    """Which numbers of the block become keyed hashes: the key in the mapping, the kind of hash, the SQL of the text."""
    texts = {
        "document": ("document", "t.s_document"),
        "payment": ("payment", "t.s_payment"),
        "reversal_of": ("payment", "t.s_reversal_of"),
        "value": ("contact_point", "(t.s_channel || chr(31) || t.s_value)"),
    }
    return [(key, *texts[key]) for key in plan.block.numbers if key in texts]
