"""What is owed, asked on the command line: a schedule from terms, the allocation of a payment."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from arrears.cli.documents import text_of
from arrears.cli.ledger_value import value
from arrears.cli.legal_figures import figure_in_json, rests_on
from arrears.cli.options import JsonOption
from arrears.cli.showing import plain_money, results, show_json, show_table
from arrears.engine.legal_figures import figures_of
from arrears.ledger.allocation.left_over import NextStep, Outcome
from arrears.ledger.documents.payment import Payment, read_payment
from arrears.ledger.documents.terms import read_terms
from arrears.ledger.schedule.make import schedule as make_schedule

ledger = App(name="ledger", help="What is owed, exactly: schedules, allocation of payments, what a loan or a plan costs.", help_format="plaintext")
ledger.command(value)
NEXT_STEPS = {
    NextStep.NOTHING: "Nothing is left over.",
    NextStep.START_REFUND: "{amount} was paid too much: start a refund to the payer.",
    NextStep.ASK_THE_PAYER: "{amount} waits: a disputed debt is open and nothing may count there. Ask the payer what it was meant for.",
    NextStep.COMPLETE_THE_ORDER: "{amount} found nothing that the order names, but amounts are still open. Complete the order.",
}


@ledger.command
def schedule(file: Path, /, *, json: JsonOption = False) -> None:
    """Work out the instalments of a loan from its terms (YAML or JSON).

    Examples:
      arrears ledger schedule terms.yaml
      arrears ledger schedule terms.yaml --json

    Parameters
    ----------
    file
        The terms. Fields: docs/algorithms/schedules.md.
    json
        One JSON document for machines.
    """
    terms, currency = read_terms(text_of(file))
    rows = make_schedule(terms)
    if json:
        lines = [
            {"number": one.number, "due_on": one.due_on, "days": one.days, "principal_minor": one.principal_minor, "interest_minor": one.interest_minor,
             "total_minor": one.total_minor, "balance_minor": one.balance_minor}
            for one in rows
        ]  # fmt: skip
        show_json({"currency": currency, "instalments": lines})
        return
    cells = [[str(one.number), one.due_on.isoformat(), *(plain_money(amount, currency) for amount in (one.principal_minor, one.interest_minor, one.total_minor, one.balance_minor))] for one in rows]
    show_table(f"Schedule in {currency}", [("number", True), ("due on", False), ("principal", True), ("interest", True), ("due in all", True), ("left", True)], cells)
    results.print(f"Interest in all {plain_money(sum(one.interest_minor for one in rows), currency)}")


@ledger.command
def allocate(file: Path, /, *, json: JsonOption = False) -> None:
    """Say against what one payment counts, and what is to be done with what is left over (YAML or JSON).

    The field `kind` chooses the order: per_instalment (usual), rules, due_then_in_advance, debts, card_china, card_us.

    Examples:
      arrears ledger allocate payment.yaml
      arrears ledger allocate payment.yaml --json

    Parameters
    ----------
    file
        The payment and what is outstanding. Fields: docs/algorithms/allocation.md.
    json
        One JSON document for machines.
    """
    asked = read_payment(text_of(file))
    found = asked.outcome(figures_of("china")[0])
    if json:
        show_json(_allocation_in_json(asked, found))
        return
    cells = [[str(one.key), one.component.value, plain_money(one.amount_minor, asked.currency)] for one in found.allocation.portions]
    show_table(f"Allocation of {plain_money(asked.payment_minor, asked.currency)} {asked.currency}", [(asked.counted_against, asked.counted_against == "instalment"), ("component", False), ("amount", True)], cells)
    results.print(f"Unallocated {plain_money(found.allocation.unallocated_minor, asked.currency)}")
    results.print(NEXT_STEPS[found.next_step].format(amount=plain_money(found.allocation.unallocated_minor, asked.currency)))
    for reading in found.rests_on:
        results.print(rests_on(reading))


def _allocation_in_json(asked: Payment, found: Outcome) -> dict[str, object]:
    portions = [{asked.counted_against: one.key, "component": one.component.value, "amount_minor": one.amount_minor} for one in found.allocation.portions]
    return {
        "currency": asked.currency,
        "portions": portions,
        "unallocated_minor": found.allocation.unallocated_minor,
        "next_step": found.next_step.value,
        "rests_on": [figure_in_json(one) for one in found.rests_on],
    }
