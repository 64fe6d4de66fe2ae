"""What cash flows are worth, what a loan costs in all, how plans compare: asked on the command line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from arrears.cli.documents import text_of
from arrears.cli.legal_figures import figure_in_json, rests_on
from arrears.cli.options import JsonOption, LanguageOption
from arrears.cli.showing import plain_money, results, show_json, show_table
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Language, Sentence
from arrears.engine.legal_figures import figures_of
from arrears.ledger.documents.value import CashFlows, Loan, Plans, read_value
from arrears.ledger.value import words
from arrears.ledger.value.flows import present_value, value_on
from arrears.ledger.value.loan_cost import LoanCost, borrowers_flows, cost_of_loan
from arrears.ledger.value.plans import Compared, PlanOutcome, compare
from arrears.ledger.value.rates import NoRate, xirr

Answer = dict[str, Any]


def value(file: Path, /, *, language: LanguageOption = "en", json: JsonOption = False) -> None:
    """Say what cash flows are worth, what a loan costs in all against a ceiling, or how plans compare (YAML or JSON).

    The field `kind` says which: cash_flows, loan, plans.

    Examples:
      arrears ledger value loan.yaml
      arrears ledger value plans.yaml --language zh
      arrears ledger value plans.yaml --json

    Parameters
    ----------
    file
        What is to be valued. Fields: docs/algorithms/value.md.
    language
        Language of the answer: en or zh.
    json
        One JSON document for machines.
    """
    asked = read_value(text_of(file))
    law = figures_of("china")[0]
    if isinstance(asked, CashFlows):
        found = _of_cash_flows(asked)
        show_json(found) if json else _show_cash_flows(asked, found, language)
    elif isinstance(asked, Loan):
        cost = cost_of_loan(asked.terms, asked.fees)
        show_json(_loan_in_json(asked, cost, law)) if json else _show_loan(asked, cost, law, language)
    else:
        compared = compare(asked.worked_out(), asked.paying_now_minor, asked.discount)
        show_json(_plans_in_json(asked, compared)) if json else _show_plans(asked, compared, language)


def _percent(rate: Decimal | None, language: Language) -> str:
    """A rate for people: a percentage of four decimals."""
    return words.NONE.in_language(language) if rate is None else f"{rate.scaleb(2):.4f} %"


def _plain(rate: Decimal | None) -> str | None:
    """A rate for machines: a share of one, every digit."""
    return None if rate is None else f"{rate.normalize():f}"


def _of_cash_flows(asked: CashFlows) -> Answer:
    on = asked.valued_on or min(one.on for one in asked.flows)
    rate, no_rate = None, None
    try:
        rate = xirr(asked.flows, asked.timing)
    except NoRate as refused:
        no_rate = refused.said
    valued = {} if asked.discount is None else {
        "discount_rate": _plain(asked.discount),
        "value_minor": value_on(asked.flows, asked.discount, on, asked.timing),
        "present_value_of_later_minor": present_value(asked.flows, asked.discount, on, asked.timing),
    }  # fmt: skip
    return {
        "currency": asked.currency,
        "valued_on": on.isoformat(),
        "timing": asked.timing.value,
        "received_minor": sum(max(0, one.amount_minor) for one in asked.flows),
        "paid_minor": -sum(min(0, one.amount_minor) for one in asked.flows),
        **valued,
        "rate": _plain(rate),
        "no_rate": _both(no_rate),
    }


def _both(said: Sentence | None) -> dict[str, str] | None:
    return None if said is None else {"en": said.en, "zh": said.zh}


def _show_cash_flows(asked: CashFlows, found: Answer, language: Language) -> None:
    labels = {name: said.in_language(language) for name, said in words.FLOWS.items()}
    cells = [[labels[name], plain_money(found[name], asked.currency)] for name in words.FLOWS if name in found and name != "rate"]
    rate = None if found["rate"] is None else Decimal(found["rate"])
    show_table(f"{asked.currency}, {found['valued_on']}", [("", False), ("", True)], [*cells, [labels["rate"], _percent(rate, language)]])
    if found["no_rate"]:
        results.print(found["no_rate"][language])


def _ceiling(asked: Loan, cost: LoanCost, law: Parameters) -> tuple[Answer, tuple[Reading, ...]]:
    """The rate beside its ceiling, or nothing where no ceiling is asked for."""
    stated = asked.ceiling_by(law)
    if stated is None:
        return {}, ()
    beside = cost.against(stated[0], asked.measured_by)
    return {"measured_by": asked.measured_by.value, "rate": _plain(beside.rate), "ceiling": _plain(beside.ceiling), "allowed": beside.allowed}, stated[1]


def _amounts(cost: LoanCost) -> dict[str, int]:
    return {
        "paid_out_minor": cost.paid_out_minor,
        "paid_back_minor": cost.paid_back_minor,
        "interest_minor": cost.interest_minor,
        "fees_minor": cost.fees_minor,
        "cost_minor": cost.cost_minor,
    }


def _worth(asked: Loan) -> int | None:
    """What the lender's later amounts are worth on the day of paying out."""
    later = borrowers_flows(asked.terms, asked.fees)
    return None if asked.discount is None else -present_value(later, asked.discount, asked.terms.paid_out_on)


def _loan_in_json(asked: Loan, cost: LoanCost, law: Parameters) -> Answer:
    ceiling, figures = _ceiling(asked, cost, law)
    return {
        "currency": asked.currency,
        **_amounts(cost),
        "nominal_rate": _plain(cost.nominal),
        "effective_without_fees": _plain(cost.effective_without_fees),
        "all_in_rates": {measure.value: _plain(rate) for measure, rate in cost.rates.items()},
        "present_value_minor": _worth(asked),
        "against_ceiling": ceiling or None,
        "rests_on": [figure_in_json(one) for one in figures],
    }


def _show_loan(asked: Loan, cost: LoanCost, law: Parameters, language: Language) -> None:
    ceiling, figures = _ceiling(asked, cost, law)
    labels = {name: said.in_language(language) for name, said in words.LOAN.items()}
    money = [[labels[name], plain_money(amount, asked.currency)] for name, amount in _amounts(cost).items()]
    rates = [[labels["nominal_rate"], _percent(cost.nominal, language)], [labels["effective_without_fees"], _percent(cost.effective_without_fees, language)]]
    all_in = [[words.MEASURES[one].in_language(language), _percent(rate, language)] for one, rate in cost.rates.items()]
    worth = _worth(asked)
    worth_row = [] if worth is None else [[labels["present_value_minor"], plain_money(worth, asked.currency)]]
    show_table(f"{asked.currency}, {asked.terms.paid_out_on}", [("", False), ("", True)], [*money, *rates, *all_in, *worth_row])
    if ceiling:
        rate, highest = (_percent(Decimal(ceiling[name]), language) for name in ("rate", "ceiling"))
        results.print(words.beside_ceiling(asked.measured_by, rate, highest, allowed=ceiling["allowed"]).in_language(language))
    for figure in figures:
        results.print(rests_on(figure, language))


def _plan_in_json(one: Compared) -> Answer:
    found = one.outcome
    return {
        "name": found.plan.name,
        "total_minor": found.total_minor,
        "last_on": found.last_on.isoformat(),
        "payments": len(found.rows),
        "largest_payment_minor": found.largest_minor,
        "interest_minor": found.interest_minor,
        "fee_minor": found.plan.fee_minor,
        "waived_minor": found.waived_minor,
        "left_minor": found.left_minor,
        "overpaid_minor": found.overpaid_minor,
        "dearer_than_now_minor": one.dearer_minor,
        "rate": _plain(one.rate),
        "no_rate": _both(one.no_rate),
        "worth_minor": one.worth_minor,
        "rows": _rows_in_json(found),
    }


def _rows_in_json(found: PlanOutcome) -> list[Answer]:
    return [
        {
            "on": row.on.isoformat(),
            "payment_minor": row.payment_minor,
            "interest_minor": row.interest_minor,
            "counts_against": {one.component.value: one.amount_minor for one in row.allocation.portions},
            "left_minor": row.left_minor,
        }
        for row in found.rows
    ]


def _plans_in_json(asked: Plans, compared: list[Compared]) -> Answer:
    return {
        "currency": asked.currency,
        "agreed_on": asked.agreed_on.isoformat(),
        "owed_minor": sum(asked.owed.values()),
        "pay_now_minor": asked.paying_now_minor,
        "plans": [_plan_in_json(one) for one in compared],
    }


def _plan_cells(one: Compared, currency: str, language: Language) -> dict[str, str]:
    """What a debtor asks of one plan, by the names of `words.PLAN`."""
    found = one.outcome
    amounts = {
        "total": found.total_minor,
        "largest": found.largest_minor,
        "interest": found.interest_minor,
        "fee": found.plan.fee_minor,
        "waived": found.waived_minor,
        "left": found.left_minor,
        "dearer": one.dearer_minor,
    }
    others = {"payments": str(len(found.rows)), "last_on": found.last_on.isoformat(), "rate": _percent(one.rate, language)}
    worth = {} if one.worth_minor is None else {"worth": plain_money(one.worth_minor, currency)}
    return {**{name: plain_money(amount, currency) for name, amount in amounts.items()}, **others, **worth}


def _remarks(one: Compared) -> list[Sentence]:
    found = one.outcome
    said = (one.no_rate, words.DOES_NOT_CLEAR if found.left_minor else None, words.ASKS_TOO_MUCH if found.overpaid_minor else None)
    return [remark for remark in said if remark is not None]


def _show_plans(asked: Plans, compared: list[Compared], language: Language) -> None:
    """The plans side by side: a column each, a line for each question a debtor asks."""
    columns = [_plan_cells(one, asked.currency, language) for one in compared]
    cells = [[said.in_language(language), *(column[name] for column in columns)] for name, said in words.PLAN.items() if name in columns[0]]
    title = words.plans_title(asked.currency, plain_money(asked.paying_now_minor, asked.currency)).in_language(language)
    show_table(title, [("", False), *((one.outcome.plan.name, True) for one in compared)], cells)
    for one in compared:
        for remark in _remarks(one):
            results.print(f"{one.outcome.plan.name}: {remark.in_language(language)}")
