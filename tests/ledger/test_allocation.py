"""Payments: nothing is lost, nothing falls below zero, and the orders of contract and law hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.cards import CardBalance, china_card, us_card
from arrears.ledger.allocation.claims import Allocation, Component, Outstanding
from arrears.ledger.allocation.debts import Debt, between_debts, inside_one_debt
from arrears.ledger.allocation.instalments import (
    Direction,
    DueClass,
    FutureInstalments,
    Rule,
    RuleList,
    by_rules,
    due_then_in_advance,
    per_instalment,
    read_rule,
)

ALL = tuple(Component)
amounts = some.dictionaries(some.sampled_from(Component), some.integers(0, 10**6), min_size=1)
payments = some.integers(0, 10**7)
days = some.dates(date(2025, 1, 1), date(2027, 1, 1))
loans = some.lists(some.tuples(days, amounts), min_size=1, max_size=8).map(lambda rows: [Outstanding(n, due, owed) for n, (due, owed) in enumerate(rows, 1)])
every_rule = [Rule(due, component) for due in DueClass for component in Component]


def keeps_the_payment(found: Allocation, payment: int, owed: Mapping[tuple[str | int, Component], int]) -> None:
    """Every unit is placed or stated as unallocated, no claim takes more than it is, and nothing is given back while something is owed."""
    assert sum(one.amount_minor for one in found.portions) + found.unallocated_minor == payment
    assert found.unallocated_minor == max(0, payment - sum(owed.values()))
    assert len({(one.key, one.component) for one in found.portions}) == len(found.portions)
    assert all(0 < one.amount_minor <= owed[one.key, one.component] for one in found.portions)


def owed_by(loan: list[Outstanding]) -> dict[tuple[str | int, Component], int]:
    return {(one.number, kind): amount for one in loan for kind, amount in one.amounts.items()}


@given(payments, loans, some.permutations(ALL))
def test_instalment_by_instalment_keeps_the_payment(payment: int, loan: list[Outstanding], order: list[Component]) -> None:
    keeps_the_payment(per_instalment(payment, loan, order), payment, owed_by(loan))


@given(payments, loans, days, some.permutations(ALL), some.permutations(ALL), amounts)
def test_due_then_in_advance_keeps_the_payment(
    payment: int, loan: list[Outstanding], on: date, due: list[Component], advance: list[Component], charges: dict[Component, int]
) -> None:
    keeps_the_payment(due_then_in_advance(payment, loan, on, due, advance, charges), payment, owed_by(loan))


@given(payments, loans, days, some.permutations(every_rule), some.sampled_from(Direction), some.sampled_from(FutureInstalments))
def test_any_list_of_rules_keeps_the_payment(
    payment: int, loan: list[Outstanding], on: date, rules: list[Rule], direction: Direction, future: FutureInstalments
) -> None:
    keeps_the_payment(by_rules(payment, loan, on, RuleList(tuple(rules), direction, future)), payment, owed_by(loan))


@some.composite
def several_debts(draw: some.DrawFn) -> list[Debt]:
    rates = some.sampled_from([Decimal(0), Decimal("0.1")])
    few_days = some.sampled_from([date(2026, 1, 1), date(2026, 6, 1)])
    return [Debt(key, draw(few_days), draw(amounts), draw(some.booleans()), draw(rates), draw(some.booleans())) for key in "ABCDE"[: draw(some.integers(1, 5))]]


@given(payments, several_debts())
def test_between_debts_the_payment_is_kept_and_a_disputed_debt_gets_nothing(payment: int, debts: list[Debt]) -> None:
    owed = {(one.key, kind): amount for one in debts if not one.disputed for kind, amount in one.amounts.items()}
    keeps_the_payment(between_debts(payment, debts, date(2026, 3, 1)), payment, owed)


@given(payments, amounts, some.integers(0, 200))
def test_a_card_of_china_keeps_the_payment(payment: int, owed: dict[Component, int], late: int) -> None:
    keeps_the_payment(china_card(payment, owed, late, 90), payment, {("", kind): amount for kind, amount in owed.items()})


@given(payments, some.integers(0, 10**6), some.lists(some.tuples(some.integers(0, 40), some.integers(0, 10**6), some.booleans()), min_size=1, max_size=5))
def test_a_card_of_the_united_states_keeps_the_payment(payment: int, minimum: int, parts: list[tuple[int, int, bool]]) -> None:
    balances = [CardBalance(str(n), Decimal(rate).scaleb(-2), amount, soon) for n, (rate, amount, soon) in enumerate(parts)]
    keeps_the_payment(us_card(payment, minimum, balances), payment, {(one.key, Component.PRINCIPAL): one.amount_minor for one in balances})


def debt(key: str, due: str, amount: int, **facts: object) -> Debt:
    return Debt(key, date.fromisoformat(due), {Component.PRINCIPAL: amount}, **facts)  # type: ignore[arg-type]


ON = date(2026, 3, 1)
LAW = {
    "what is due before what is not": ([debt("A", "2026-04-01", 400), debt("B", "2026-02-01", 400, secured=True)], {"B": 400, "A": 100}),
    "the less secured first": ([debt("A", "2026-01-01", 400, secured=True), debt("B", "2026-02-01", 400)], {"B": 400, "A": 100}),
    "the heavier burden first": ([debt("A", "2026-01-01", 400), debt("B", "2026-02-01", 400, rate_annual=Decimal("0.2"))], {"B": 400, "A": 100}),
    "the one due earlier first": ([debt("A", "2026-02-01", 400), debt("B", "2026-01-01", 400)], {"B": 400, "A": 100}),
    "equals by their amounts": ([debt("A", "2026-01-01", 400), debt("B", "2026-01-01", 600)], {"A": 200, "B": 300}),
    "a disputed one never": ([debt("A", "2026-01-01", 400, disputed=True), debt("B", "2026-02-01", 400)], {"B": 400}),
}


@pytest.mark.parametrize("says", LAW)
def test_without_a_word_from_anyone_the_law_orders_debts(says: str) -> None:
    debts, expected = LAW[says]
    assert between_debts(500, debts, ON).by_key() == expected


def test_the_payers_word_counts_before_the_law_and_an_agreement_before_both() -> None:
    debts = [debt("A", "2026-01-01", 400), debt("B", "2026-02-01", 400), debt("C", "2026-02-15", 400)]
    assert between_debts(500, debts, ON, designated="C").by_key() == {"C": 400, "A": 100}
    assert between_debts(500, debts, ON, designated="C", agreed=["B"]).by_key() == {"B": 400, "C": 100}


def test_a_payment_for_a_disputed_debt_waits_for_a_person() -> None:
    debts = [debt("A", "2026-01-01", 400, disputed=True), debt("B", "2026-02-01", 400)]
    assert between_debts(500, debts, ON, designated="A") == Allocation((), 500)


def test_inside_a_debt_costs_come_before_interest_before_principal_unless_agreed() -> None:
    owed = {Component.COSTS: 200, Component.INTEREST: 300, Component.PRINCIPAL: 1000}
    assert [one.amount_minor for one in inside_one_debt(1000, owed).portions] == [200, 300, 500]
    assert [one.component for one in inside_one_debt(1100, owed, [Component.PRINCIPAL]).portions] == [Component.PRINCIPAL, Component.COSTS]


def test_deferred_interest_about_to_end_is_paid_off_before_the_highest_rate() -> None:
    balances = [CardBalance("cash", Decimal("0.28"), 10_000), CardBalance("sofa", Decimal("0.2"), 3_000, deferred_ends_soon=True)]
    assert us_card(5_000, 0, balances).by_key() == {"sofa": 3_000, "cash": 2_000}


def test_what_nobody_owes_is_said_to_be_left_over() -> None:
    assert per_instalment(150, [Outstanding(1, ON, {Component.FEE: 100})], ALL).unallocated_minor == 50


REFUSED = {
    "payment_minor": lambda: per_instalment(-1, [], ALL),
    "instalment 7": lambda: Outstanding(7, ON, {Component.FEE: -1}),
    "debt A": lambda: debt("A", "2026-01-01", -1),
    "rules": lambda: RuleList((every_rule[0], every_rule[0])),
    "“past_fee”": lambda: read_rule("past_fee"),
    "designated": lambda: between_debts(1, [debt("A", "2026-01-01", 1)], ON, designated="Z"),
    "minimum_order": lambda: us_card(1, 1, [CardBalance("x", Decimal(0), 1)], ["y"]),
}


@pytest.mark.parametrize("named", REFUSED)
def test_what_cannot_be_allocated_is_named_with_a_remedy(named: str) -> None:
    with pytest.raises(WrongCall) as refused:
        REFUSED[named]()
    assert named in refused.value.what
    assert refused.value.remedy
