"""Under which ids do parties and accounts stand? Those of earlier batches are looked up, new ones are given."""

from __future__ import annotations

import pyarrow as pa

from arrears.intake.book.desk import NUMBERS_A_CALL, OK, Desk, PlacedBlock
from arrears.intake.book.judging import refuse_late


def look_up(desk: Desk, placed: PlacedBlock) -> None:
    """Bring in the ids that this block's rows will need: parties and accounts of earlier batches, keyed hashes."""
    plan = placed.plan
    if "party" in plan.block.numbers and (placed.table.name != "parties" or plan.block.changes) and desk.book_has["parties"]:
        desk.find("party", desk.missing(f"SELECT DISTINCT s_party AS n FROM ({plan.texts})", "id_party"))
        desk.db.execute(
            f"INSERT INTO id_party SELECT f.lender_number, b.party_id FROM found f LEFT JOIN ({desk.current('parties')}) b ON b.party_id = f.id"
        )
    if "account" in plan.block.numbers and (placed.table.name != "accounts" or plan.block.changes) and desk.book_has["accounts"]:
        desk.find("account", desk.missing(f"SELECT DISTINCT s_account AS n FROM ({plan.texts})", "id_account"))
        desk.db.execute(
            "INSERT INTO id_account SELECT f.lender_number, b.account_id, b.party_id, c.digits, b.currency FROM found f "
            f"LEFT JOIN ({desk.current('accounts')}) b ON b.account_id = f.id LEFT JOIN currencies c ON c.code = b.currency"
        )


def name_parties(desk: Desk) -> None:
    """Give each good party its id: the one that its number has already, or a new one."""
    desk.db.execute(f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number FROM typed_parties WHERE state = {OK} ORDER BY lender_number")
    desk.db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, id BIGINT)")
    for numbers in desk.pieces("SELECT lender_number FROM wanted", "wanted"):
        ids = desk.identities.resolve_or_create("party", desk.namespace, numbers, None)
        desk.append("found", pa.table({"lender_number": numbers, "id": ids}))
    desk.db.execute("DELETE FROM id_party WHERE lender_number IN (SELECT lender_number FROM found)")  # looked up for a block of changes
    desk.db.execute("INSERT INTO id_party SELECT * FROM found")
    _give_ids(desk, "parties", "party_id", "id_party")


def name_accounts(desk: Desk) -> None:
    """The same for accounts; an account that the book knows as another party's is refused before it can change hands unseen."""
    if desk.book_has["accounts"]:
        _judge_owners(desk)
    desk.db.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number, party_id, currency FROM typed_accounts WHERE state = {OK} ORDER BY lender_number"
    )
    desk.db.execute("CREATE OR REPLACE TEMP TABLE found (lender_number VARCHAR, party_id BIGINT, currency VARCHAR, id BIGINT)")
    for start in range(0, desk.one("SELECT count(*) FROM wanted"), NUMBERS_A_CALL):
        piece = desk.arrow(f"SELECT * FROM wanted WHERE rowid >= {start} AND rowid < {start + NUMBERS_A_CALL} ORDER BY rowid").combine_chunks()
        numbers, parties = (piece.column(name).combine_chunks() for name in ("lender_number", "party_id"))
        ids = desk.identities.resolve_or_create("account", desk.namespace, numbers, parties)
        desk.append("found", pa.table({"lender_number": numbers, "party_id": parties, "currency": piece.column("currency"), "id": ids}))
    desk.db.execute("DELETE FROM id_account WHERE lender_number IN (SELECT lender_number FROM found)")
    desk.db.execute(
        "INSERT INTO id_account SELECT f.lender_number, f.id, f.party_id, c.digits, f.currency FROM found f JOIN currencies c ON c.code = f.currency"
    )
    _give_ids(desk, "accounts", "account_id", "id_account")


def _give_ids(desk: Desk, table: str, column: str, ids: str) -> None:
    """Write the ids into the typed rows. A table made anew can go to disk while it grows; what an UPDATE remembers cannot."""
    desk.db.execute(f"ALTER TABLE typed_{table} RENAME TO unnamed")
    desk.db.execute(
        f"CREATE TEMP TABLE typed_{table} AS SELECT y.* REPLACE (coalesce(i.id, y.{column}) AS {column}) FROM unnamed y "
        f"LEFT JOIN {ids} i ON i.lender_number = y.lender_number AND y.state = {OK}"
    )
    desk.db.execute("DROP TABLE unnamed")


def _judge_owners(desk: Desk) -> None:
    desk.db.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT lender_number FROM typed_accounts WHERE state = {OK} ORDER BY lender_number"
    )
    desk.find("account", desk.pieces("SELECT lender_number FROM wanted", "wanted"))
    kind = "CASE WHEN b.party_id <> y.party_id THEN 'other_party' ELSE 'other_currency' END"
    desk.db.execute(
        f"INSERT INTO late_accounts SELECT y.pos, {kind}, NULL FROM typed_accounts y JOIN found f USING (lender_number) "
        f"JOIN ({desk.current('accounts')}) b ON b.account_id = f.id WHERE y.state = {OK} AND (b.party_id <> y.party_id OR b.currency <> y.currency)"
    )
    refuse_late(desk, "accounts")
