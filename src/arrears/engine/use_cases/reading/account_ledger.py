"""What does an account of a book owe, by the rules of its product? The account as the ledger of one account takes it."""

from __future__ import annotations

from datetime import date

from arrears.core.problems import AnswerIsNo
from arrears.engine.home import Home
from arrears.engine.product_ledgers import account_at_hand
from arrears.engine.use_cases.reading.accounts import show_moved_days
from arrears.engine.use_cases.reading.files import looking_into
from arrears.engine.use_cases.reading.runs import portfolios
from arrears.intake.book.layout import latest_by_key_sql
from arrears.ledger.account.entries import Entry
from arrears.ledger.account.terms import AccountTerms

READ = ("accounts", "instalments", "receivables", "payments")


class NoSuchAccount(AnswerIsNo):
    """No book of this institution that was run has this account."""


def ledger_account(home: Home, institution_id: int, account_id: int, on: date) -> tuple[AccountTerms, list[Entry]]:
    """Terms and entries of an account, as its book's current run saw it.

    Args:
        on: what becomes known later is not used; amounts that fall due later are, as far as they are agreed.

    Raises:
        NoSuchAccount: no book of the institution has it, or its book was never run.
    """
    for book in portfolios(home, institution_id):
        if book.run is None:
            continue
        with looking_into(home) as connection:
            found = connection.execute("SELECT currency FROM read_parquet(?) WHERE account_id = ?", [book.run.file("assessment"), account_id]).fetchone()
            if found is None:
                continue
            for name in READ:
                rows = f"SELECT * FROM ({latest_by_key_sql(book.folder, name, book.run.batches)}) WHERE account_id = {int(account_id)}"
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows}")
            show_moved_days(connection, book.run)
            return account_at_hand(connection, book.run.conventions, str(found[0]), on)
    raise NoSuchAccount("There is no such account in any book that was run.", "Nothing can be worked out for it.", "Take the id from the page of the case, or from arrears case show.")
