"""Judge of allocations.json: one payment against the instalments as they stood."""

from __future__ import annotations

from datetime import date
from typing import Any

from arrears.ledger.allocation.claims import Allocation, Component, Outstanding
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList, by_rules, due_then_in_advance, per_instalment, read_rule
from tests.vectors.judging import Judgement, NotUnderstood, minor, only_known

VECTOR = {"id", "source", "strategy", "payment", "installments_before", "charges", "expected", "evidence", "checked"}
KINDS = {"repayment", "down_payment", "goodwill_credit", "merchant_issued_refund", "payout_refund"}
NAMES = ("penalty", "fee", "interest", "principal")


def family(vector: dict[str, Any]) -> str:
    """The kind of strategy."""
    return str(vector["strategy"]["kind"])


def _order(names: list[str]) -> list[Component]:
    return [Component(name) for name in names]


def _charges_due(charges: list[dict[str, Any]], paid_on: date) -> dict[Component, int]:
    found: dict[Component, int] = {}
    for one in charges:
        only_known(one, {"kind", "due_date", "amount"}, "charge")
        if date.fromisoformat(one["due_date"]) <= paid_on:
            found[Component(one["kind"])] = found.get(Component(one["kind"]), 0) + minor(one["amount"])
    return found


def _allocate(vector: dict[str, Any]) -> Allocation:
    strategy, payment = vector["strategy"], vector["payment"]
    only_known(payment, {"date", "amount", "kind", "step", "of"}, "payment")
    if payment["kind"] not in KINDS:
        raise NotUnderstood(f"a payment of kind {payment['kind']}")
    amount, paid_on = minor(payment["amount"]), date.fromisoformat(payment["date"])
    open_rows = [
        Outstanding(row["n"], date.fromisoformat(row["due_date"]), {Component(name): minor(value) for name, value in row["outstanding"].items()})
        for row in vector["installments_before"]
    ]
    match strategy["kind"]:
        case "per_installment":
            only_known(strategy, {"name", "kind", "order"}, "strategy")
            return per_instalment(amount, open_rows, _order(strategy["order"]))
        case "due_then_in_advance":
            only_known(strategy, {"name", "kind", "due_order", "in_advance_order"}, "strategy")
            due, advance = _order(strategy["due_order"]), _order(strategy["in_advance_order"])
            return due_then_in_advance(amount, open_rows, paid_on, due, advance, _charges_due(vector["charges"], paid_on))
        case "ordered_rules":
            only_known(strategy, {"name", "kind", "order", "direction", "future_installments"}, "strategy")
            rules = tuple(read_rule(text) for text in strategy["order"])
            return by_rules(amount, open_rows, paid_on, RuleList(rules, Direction(strategy["direction"]), FutureInstalments(strategy["future_installments"])))
    raise NotUnderstood(f"strategy {strategy['kind']}")


def judge(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """By component, by instalment and component, and what is left over."""
    only_known(vector, VECTOR, "vector")
    found, wanted = _allocate(vector), vector["expected"]
    only_known(wanted, {*NAMES, "unallocated", "by_installment"}, "expected")
    by_component = {name: minor(wanted[name]) for name in NAMES}
    by_instalment = {(row["n"], name): minor(row[name]) for row in wanted["by_installment"] for name in NAMES if minor(row[name])}
    says = {kind.value: amount for kind, amount in found.by_component().items() if kind.value in NAMES}
    rows = {(one.key, one.component.value): one.amount_minor for one in found.portions}
    agrees = says == by_component and rows == by_instalment and found.unallocated_minor == minor(wanted["unallocated"])
    return [Judgement(family(vector), agrees, "" if agrees else f"{by_instalment} expected, {rows} found")]
