"""What is owed, asked on the command line: a schedule from terms, the allocation of a payment."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from arrears.cli.options import JsonOption
from arrears.cli.showing import results, show_json, show_table
from arrears.core.money import format_money
from arrears.core.problems import WrongCall
from arrears.ledger.documents import read_payment, read_terms
from arrears.ledger.schedule.make import schedule as make_schedule

ledger = App(name="ledger", help="What is owed, exactly: schedules, allocation of payments.", help_format="plaintext")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        raise WrongCall(f"{file} cannot be read.", "There is nothing to work on.", "Name a text file in UTF-8.") from trouble


@ledger.command
def schedule(file: Path, /, *, json: JsonOption = False) -> None:
    """Work out the instalments of a loan from its terms (YAML or JSON).

    Examples:
      arrears ledger schedule terms.yaml
      arrears ledger schedule terms.yaml --json

    Parameters
    ----------
    file: The terms. Fields: docs/algorithms/schedules.md.
    """
    terms, currency = read_terms(_text_of(file))
    rows = make_schedule(terms)
    if json:
        lines = [
            {"number": one.number, "due_on": one.due_on, "days": one.days, "principal_minor": one.principal_minor, "interest_minor": one.interest_minor,
             "total_minor": one.total_minor, "balance_minor": one.balance_minor}
            for one in rows
        ]  # fmt: skip
        show_json({"currency": currency, "instalments": lines})
        return
    cells = [[str(one.number), one.due_on.isoformat(), *(_money(amount, currency) for amount in (one.principal_minor, one.interest_minor, one.total_minor, one.balance_minor))] for one in rows]
    show_table(f"Schedule in {currency}", [("number", True), ("due on", False), ("principal", True), ("interest", True), ("due in all", True), ("left", True)], cells)
    results.print(f"Interest in all {_money(sum(one.interest_minor for one in rows), currency)}")


@ledger.command
def allocate(file: Path, /, *, json: JsonOption = False) -> None:
    """Say against what one payment counts (YAML or JSON).

    Examples:
      arrears ledger allocate payment.yaml
      arrears ledger allocate payment.yaml --json

    Parameters
    ----------
    file: The payment and what is outstanding. Fields: docs/algorithms/allocation.md.
    """
    asked = read_payment(_text_of(file))
    found = asked.allocate()
    if json:
        portions = [{"instalment": one.key, "component": one.component.value, "amount_minor": one.amount_minor} for one in found.portions]
        show_json({"currency": asked.currency, "portions": portions, "unallocated_minor": found.unallocated_minor})
        return
    cells = [[str(one.key), one.component.value, _money(one.amount_minor, asked.currency)] for one in found.portions]
    show_table(f"Allocation of {_money(asked.payment_minor, asked.currency)} {asked.currency}", [("instalment", True), ("component", False), ("amount", True)], cells)
    results.print(f"Unallocated {_money(found.unallocated_minor, asked.currency)}")


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, "en", with_currency=False)
