"""What is owed, asked on the command line: a schedule from terms, the allocation of a payment."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from arrears.cli.documents import text_of
from arrears.cli.ledger_value import value
from arrears.cli.legal_figures import figure_in_json, rests_on
from arrears.cli.options import JsonOption, LanguageOption
from arrears.cli.showing import plain_money, results, show_json, show_table
from arrears.core.reasons import Language, Sentence
from arrears.engine.legal_figures import figures_of
from arrears.ledger.account.words import COMPONENTS
from arrears.ledger.allocation.left_over import NextStep, Outcome
from arrears.ledger.documents.payment import Payment, read_payment
from arrears.ledger.documents.terms import read_terms
from arrears.ledger.schedule.make import schedule as make_schedule

ledger = App(name="ledger", help="What is owed, exactly: schedules, allocation of payments, what a loan or a plan costs.", help_format="plaintext")
ledger.command(value)
NEXT_STEPS = {
    NextStep.NOTHING: Sentence("Nothing is left over.", "无剩余款项。"),
    NextStep.START_REFUND: Sentence("{amount} was paid too much: start a refund to the payer.", "多付 {amount}：请向付款人发起退款。"),
    NextStep.ASK_THE_PAYER: Sentence(
        "{amount} waits: a disputed debt is open and nothing may count there. Ask the payer what it was meant for.",
        "{amount} 暂不冲抵：存在有争议的债务，款项不得冲抵该债务。请向付款人确认用途。",
    ),
    NextStep.COMPLETE_THE_ORDER: Sentence(
        "{amount} found nothing that the order names, but amounts are still open. Complete the order.", "{amount} 未能按所列顺序冲抵，但仍有未付款项。请补全冲抵顺序。"
    ),
}
COUNTED_AGAINST = {"instalment": Sentence("instalment", "期数"), "debt": Sentence("debt", "债务"), "balance": Sentence("balance", "余额"), "card": Sentence("card", "卡")}
COMPONENT, AMOUNT, UNALLOCATED = Sentence("component", "项目"), Sentence("amount", "金额"), Sentence("Unallocated", "未冲抵")
SCHEDULE_COLUMNS = [
    (Sentence("number", "期数"), True), (Sentence("due on", "到期日"), False), (Sentence("principal", "本金"), True), (Sentence("interest", "利息"), True),
    (Sentence("due in all", "应还合计"), True), (Sentence("left", "剩余本金"), True),
]  # fmt: skip
INTEREST_IN_ALL = Sentence("Interest in all", "利息合计")


@ledger.command
def schedule(file: Path, /, *, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """Work out the instalments of a loan from its terms (YAML or JSON).

    Examples:
      arrears ledger schedule terms.yaml
      arrears ledger schedule terms.yaml --json

    Parameters
    ----------
    file
        The terms. Fields: docs/algorithms/schedules.md.
    language
        Language of the answer: en or zh.
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
    title = Sentence(f"Schedule in {currency}", f"还款计划（{currency}）")
    show_table(title.in_language(language), [(said.in_language(language), figures) for said, figures in SCHEDULE_COLUMNS], cells)
    results.print(f"{INTEREST_IN_ALL.in_language(language)} {plain_money(sum(one.interest_minor for one in rows), currency)}")


@ledger.command
def allocate(file: Path, /, *, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """Say against what one payment counts, and what is to be done with what is left over (YAML or JSON).

    The field `kind` chooses the order: per_instalment (usual), rules, due_then_in_advance, debts, card_china, card_us.

    Examples:
      arrears ledger allocate payment.yaml
      arrears ledger allocate payment.yaml --language zh
      arrears ledger allocate payment.yaml --json

    Parameters
    ----------
    file
        The payment and what is outstanding. Fields: docs/algorithms/allocation.md.
    language
        Language of the answer: en or zh.
    json
        One JSON document for machines.
    """
    asked = read_payment(text_of(file))
    found = asked.outcome(figures_of("china")[0])
    if json:
        show_json(_allocation_in_json(asked, found))
        return
    _show_allocation(asked, found, language)


def _show_allocation(asked: Payment, found: Outcome, language: Language) -> None:
    paid, left = (plain_money(amount, asked.currency) for amount in (asked.payment_minor, found.allocation.unallocated_minor))
    title = Sentence(f"Allocation of {paid} {asked.currency}", f"{paid} {asked.currency} 的冲抵")
    cells = [[str(one.key), COMPONENTS[one.component].in_language(language), plain_money(one.amount_minor, asked.currency)] for one in found.allocation.portions]
    heads = [COUNTED_AGAINST[asked.counted_against], COMPONENT, AMOUNT]
    figures = (asked.counted_against == "instalment", False, True)
    show_table(title.in_language(language), [(said.in_language(language), right) for said, right in zip(heads, figures, strict=True)], cells)
    results.print(f"{UNALLOCATED.in_language(language)} {left}")
    results.print(NEXT_STEPS[found.next_step].in_language(language).format(amount=left))
    for reading in found.rests_on:
        results.print(rests_on(reading, language))


def _allocation_in_json(asked: Payment, found: Outcome) -> dict[str, object]:
    portions = [{asked.counted_against: one.key, "component": one.component.value, "amount_minor": one.amount_minor} for one in found.allocation.portions]
    return {
        "currency": asked.currency,
        "portions": portions,
        "unallocated_minor": found.allocation.unallocated_minor,
        "next_step": found.next_step.value,
        "rests_on": [figure_in_json(one) for one in found.rests_on],
    }


for _name in ("balance", "quote", "statement", "redress"):
    ledger.command(f"arrears.cli.account_ledger:{_name}", name=_name)
