"""Which rows are refused or merged because of other rows, of these files or of the book?"""

from __future__ import annotations

from arrears.core.book import BookTable
from arrears.intake.book.desk import HIDDEN, MERGED, MONEY_EVENTS, OK, REFUSED, Desk
from arrears.intake.book.layout import REPLACED_BY

_ONCE_A_DELIVERY = {
    "parties": ("lender_number",),
    "accounts": ("lender_number",),
    "instalments": REPLACED_BY["instalments"],
    "payments": REPLACED_BY["payments"],
}
"""What may come once in a delivery, where it is not the key: one instalment or payment cannot fall on two days."""


def judge_repeats(desk: Desk, table: BookTable) -> None:
    """The first row of a key is taken. A later one with the same content is merged, or refused where it would count money twice; one
    with other content is always refused."""
    own_key = _ONCE_A_DELIVERY.get(table.name, table.key)
    typed, key = f"typed_{table.name}", ", ".join(own_key)
    desk.db.execute(
        f"CREATE OR REPLACE TEMP TABLE repeats AS SELECT {key}, min(pos) AS first_pos FROM {typed} WHERE state = {OK} GROUP BY {key} HAVING count(*) > 1"
    )
    if not desk.one("SELECT count(*) FROM repeats"):
        return
    content = [*HIDDEN.get(table.name, ()), *(column.name for column in table.columns)]
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM f.{name}" for name in content)
    match = " AND ".join(f"o.{name} IS NOT DISTINCT FROM k.{name}" for name in own_key)
    desk.db.execute(
        f"CREATE OR REPLACE TEMP TABLE again AS SELECT o.pos, f.row AS first_row, {same} AS same FROM repeats k "
        f"JOIN {typed} o ON {match} AND o.state = {OK} AND o.pos <> k.first_pos JOIN {typed} f ON f.pos = k.first_pos"
    )
    if table.name in MONEY_EVENTS:
        desk.db.execute(f"INSERT INTO late_{table.name} SELECT pos, 'twice', first_row FROM again WHERE same")
    else:
        desk.db.execute(f"UPDATE {typed} SET state = {MERGED} WHERE pos IN (SELECT pos FROM again WHERE same)")
    desk.db.execute(f"INSERT INTO late_{table.name} SELECT pos, 'conflict', first_row FROM again WHERE NOT same")
    refuse_late(desk, table.name)


def judge_reversals(desk: Desk) -> None:
    """Only a payment that we have can be taken back. A refused payment is not had."""
    wanted = f"SELECT reversal_of FROM typed_payments WHERE state = {OK} AND reversal_of IS NOT NULL"
    if not desk.one(f"SELECT count(*) FROM ({wanted})"):
        return
    desk.db.execute(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT payment_id FROM typed_payments WHERE state = {OK} AND reversal_of IS NULL "
        f"UNION ALL SELECT payment_id FROM ({desk.current('payments')}) WHERE payment_id IN ({wanted})"
    )
    desk.db.execute(
        f"INSERT INTO late_payments SELECT pos, 'no_payment', NULL FROM typed_payments y WHERE state = {OK} AND reversal_of IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM known k WHERE k.payment_id = y.reversal_of)"
    )
    refuse_late(desk, "payments")


def judge_wholeness(desk: Desk, table: BookTable) -> None:
    """A schedule that lacks a row must not take the place of a whole one."""
    typed = f"typed_{table.name}"
    desk.db.execute(
        f"INSERT INTO late_{table.name} SELECT pos, 'not_whole', NULL FROM {typed} WHERE state = {OK} "
        f"AND account_id IN (SELECT account_id FROM {typed} WHERE state = {REFUSED})"
    )
    refuse_late(desk, table.name)


def refuse_late(desk: Desk, table: str) -> None:
    """Mark as refused what was found wrong only by looking at other rows."""
    if table in MONEY_EVENTS:  # their view looks at the late ones itself
        return
    desk.db.execute(f"UPDATE typed_{table} SET state = {REFUSED} WHERE pos IN (SELECT pos FROM late_{table})")
