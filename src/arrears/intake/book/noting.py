"""Why was each refused row refused, in which column, and what is to be done?"""

from __future__ import annotations

from collections.abc import Iterable

from arrears.core.book import BookTable
from arrears.core.sql import quoted
from arrears.intake.book.checks import Check
from arrears.intake.book.desk import REFUSED, Desk, PlacedBlock
from arrears.intake.book.mapping import SAID_CURRENCY

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
_LATE_TOO = (("other_currency", _OTHER_CURRENCY), ("not_whole", _NOT_WHOLE))


def note_findings(desk: Desk, table: BookTable, blocks: Iterable[PlacedBlock]) -> None:
    """Add a finding for each refused row of these blocks and each reason."""
    for placed in blocks:
        desk.db.execute(
            f"CREATE OR REPLACE TEMP TABLE refused AS SELECT pos, row, problems FROM typed_{table.name} WHERE block_no = {placed.number} AND state = {REFUSED}"
        )
        if not desk.one("SELECT count(*) FROM refused"):
            continue
        desk.db.execute(f"CREATE OR REPLACE TEMP TABLE refused_raw AS SELECT * FROM {placed.plan.raw_table} WHERE __row IN (SELECT row FROM refused)")
        spoken = desk.one("SELECT bit_or(problems) FROM refused")
        for bit, check in enumerate(placed.plan.checks):
            if spoken >> bit & 1:
                _note(desk, placed, check, f"y.problems & {1 << bit} <> 0")
        for kind, check in (("twice", _TWICE), ("conflict", _CONFLICT), ("no_payment", _NO_PAYMENT), ("other_party", _OTHER_PARTY), *_LATE_TOO):
            late = f"SELECT pos FROM late_{table.name} WHERE kind = '{kind}'"
            if desk.one(f"SELECT count(*) FROM ({late})"):
                _note(desk, placed, check, f"y.pos IN ({late})")


def _note(desk: Desk, placed: PlacedBlock, check: Check, condition: str) -> None:
    block, table = placed.plan.block, placed.table.name
    source = block.sources.get(check.key)
    column = next(iter(source.columns)) if source and len(source.columns) == 1 else check.key or key_in_words(placed)
    value = f't."s_{check.key}"' if check.key in (*block.columns, SAID_CURRENCY) and table != "protected" else "NULL"
    desk.db.execute(
        f"INSERT INTO findings SELECT {placed.file_no}, {quoted(placed.file_name)}, y.row, '{table}', {quoted(column)}, {value}, "
        f"{quoted(check.reason)} || coalesce(' (Row ' || l.first_row || '.)', ''), {quoted(check.remedy)} "
        f"FROM refused y JOIN ({placed.plan.texts_from('refused_raw')}) t ON t.row = y.row LEFT JOIN late_{table} l ON l.pos = y.pos AND {bool(not check.condition)} "
        f"WHERE {condition}"
    )


def key_in_words(placed: PlacedBlock) -> str:
    """The columns that make up a row's key, as the file calls them."""
    sources = placed.plan.block.sources
    own = [key for key in (*placed.plan.block.numbers, *placed.table.key) if key in sources]
    return ", ".join(dict.fromkeys(next(iter(sources[key].columns)) if len(sources[key].columns) == 1 else key for key in own))
