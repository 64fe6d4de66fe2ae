"""What cash flows are worth, what a loan costs in all, how plans compare: asked on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from arrears.cli.documents import text_of
from arrears.cli.legal_figures import figure_in_json, rests_on
from arrears.cli.options import JsonOption
from arrears.cli.showing import plain_money, results, show_json, show_table
from arrears.core.parameters import Parameters, Reading
from arrears.engine.legal_figures import figures_of
from arrears.ledger.documents.value import CashFlows, Loan, Plans, read_value
from arrears.ledger.value.flows import present_value, value_on
from arrears.ledger.value.loan_cost import LoanCost, Measure, borrowers_flows, cost_of_loan
from arrears.ledger.value.plans import Compared, PlanOutcome, compare
from arrears.ledger.value.rates import NoRate, xirr

Answer = dict[str, Any]
MEASURES = {Measure.EFFECTIVE: "all-in rate, effective", Measure.EU_APR: "all-in rate, EU APR", Measure.SETTLED: "all-in rate, settled at each due date"}


def value(file: Path, /, *, json: JsonOption = False) -> None:
    """Say what cash flows are worth, what a loan costs in all against a ceiling, or how plans compare (YAML or JSON).

    The field `kind` says which: cash_flows, loan, plans.

    Examples:
      arrears ledger value loan.yaml
      arrears ledger value plans.yaml --json

    Parameters
    ----------
    file
        What is to be valued. Fields: docs/algorithms/value.md.
    json
        One JSON document for machines.
    """
    asked = read_value(text_of(file))
    law = figures_of("china")[0]
    if isinstance(asked, CashFlows):
        found = _of_cash_flows(asked)
        show_json(found) if json else _show_cash_flows(asked, found)
    elif isinstance(asked, Loan):
        cost = cost_of_loan(asked.terms, asked.fees)
        show_json(_loan_in_json(asked, cost, law)) if json else _show_loan(asked, cost, law)
    else:
        compared = compare(asked.worked_out(), asked.paying_now_minor, asked.discount)
        show_json(_plans_in_json(asked, compared)) if json else _show_plans(asked, compared)


def _percent(rate: Decimal | None) -> str:
    """A rate for people: a percentage of four decimals."""
    return "none" if rate is None else f"{rate.scaleb(2):.4f} %"


def _plain(rate: Decimal | None) -> str | None:
    """A rate for machines: a share of one, every digit."""
    return None if rate is None else f"{rate.normalize():f}"


def _of_cash_flows(asked: CashFlows) -> Answer:
    on = asked.valued_on or min(one.on for one in asked.flows)
    rate, no_rate = None, ""
    try:
        rate = xirr(asked.flows, asked.timing)
    except NoRate as refused:
        no_rate = refused.what
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
        "no_rate": no_rate,
    }


def _show_cash_flows(asked: CashFlows, found: Answer) -> None:
    names = {
        "received_minor": "received in all",
        "paid_minor": "paid in all",
        "value_minor": f"worth on {found['valued_on']} (NPV)",
        "present_value_of_later_minor": f"later amounts, worth on {found['valued_on']} (PV)",
    }
    cells = [[label, plain_money(found[name], asked.currency)] for name, label in names.items() if name in found]
    rate = None if found["rate"] is None else Decimal(found["rate"])
    show_table(f"Cash flows in {asked.currency}", [("", False), ("", True)], [*cells, ["rate a year (XIRR)", _percent(rate)]])
    if found["no_rate"]:
        results.print(found["no_rate"])


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


def _show_loan(asked: Loan, cost: LoanCost, law: Parameters) -> None:
    ceiling, figures = _ceiling(asked, cost, law)
    labels = {"paid_out_minor": "really paid out", "paid_back_minor": "paid back after that", "interest_minor": "interest", "fees_minor": "fees", "cost_minor": "cost in all"}
    money = [[labels[name], plain_money(amount, asked.currency)] for name, amount in _amounts(cost).items()]
    rates = [["nominal rate", _percent(cost.nominal)], ["effective, without fees", _percent(cost.effective_without_fees)], *([MEASURES[one], _percent(rate)] for one, rate in cost.rates.items())]
    worth = _worth(asked)
    worth_row = [] if worth is None else [[f"later amounts at {_percent(asked.discount)} (PV)", plain_money(worth, asked.currency)]]
    show_table(f"Cost of the loan in {asked.currency}", [("", False), ("", True)], [*money, *rates, *worth_row])
    if ceiling:
        verdict = "within" if ceiling["allowed"] else "ABOVE"
        results.print(f"{MEASURES[asked.measured_by]}: {_percent(Decimal(ceiling['rate']))}, {verdict} the ceiling of {_percent(Decimal(ceiling['ceiling']))}.")
    for figure in figures:
        results.print(rests_on(figure))


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
        "no_rate": one.no_rate,
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


def _show_plans(asked: Plans, compared: list[Compared]) -> None:
    """The plans side by side: a column each, a line for each question a debtor asks."""

    def amounts(of: Mapping[str, Any]) -> list[str]:
        return ["" if amount is None else plain_money(amount, asked.currency) for amount in of.values()]

    found = {one.outcome.plan.name: one for one in compared}
    lines = {
        "to pay in all": amounts({name: one.outcome.total_minor for name, one in found.items()}),
        "largest payment": amounts({name: one.outcome.largest_minor for name, one in found.items()}),
        "payments": [str(len(one.outcome.rows)) for one in compared],
        "last on": [one.outcome.last_on.isoformat() for one in compared],
        "interest on the way": amounts({name: one.outcome.interest_minor for name, one in found.items()}),
        "fee": amounts({name: one.outcome.plan.fee_minor for name, one in found.items()}),
        "waived": amounts({name: one.outcome.waived_minor for name, one in found.items()}),
        "still owed at the end": amounts({name: one.outcome.left_minor for name, one in found.items()}),
        "more than paying now": amounts({name: one.dearer_minor for name, one in found.items()}),
        "as a rate a year": [_percent(one.rate) for one in compared],
        "worth to the creditor": amounts({name: one.worth_minor for name, one in found.items()}),
    }
    cells = [[label, *line] for label, line in lines.items() if any(line)]
    show_table(f"Plans in {asked.currency}; to pay now: {plain_money(asked.paying_now_minor, asked.currency)}", [("", False), *((name, True) for name in found)], cells)
    for name, one in found.items():
        for remark in filter(None, (one.no_rate, "It does not clear the debt." if one.outcome.left_minor else "", "It asks for more than is owed." if one.outcome.overpaid_minor else "")):
            results.print(f"{name}: {remark}")
