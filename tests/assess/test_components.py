"""The overdue amount by component, held against a plain count by hand."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import whole_order
from tests.columns import rows_after

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
ON = date(2026, 6, 15)
PAID_FIRST = ("penalty_minor", "fee_minor", "interest_minor", "principal_minor")
OVERDUE = tuple(f"overdue_{name}" for name in PAID_FIRST)
LOAN = {"account_id": 1, "party_id": 1, "product": "loan", "currency": "CNY"}
Instalment = tuple[int, int, int, int]


def by_hand(instalments: list[Instalment], paid: int) -> dict[str, int]:
    """Money goes through the items in order and in each through its components; what fell due before the day and is left is overdue."""
    left = dict.fromkeys(OVERDUE, 0)
    for month, parts in enumerate(instalments, 1):
        for name, amount in zip(OVERDUE, parts, strict=True):
            covered = min(amount, paid)
            paid -= covered
            if date(2026, month, 15) < ON:
                left[name] += amount - covered
    return left


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 300)] * 4), min_size=1, max_size=9), st.integers(0, 6_000))
def test_components_are_what_a_hand_counts_and_add_up_to_the_overdue_amount(instalments: list[Instalment], paid: int) -> None:
    book = {
        "accounts": [LOAN],
        "instalments": [{"account_id": 1, "number": month, "due_on": date(2026, month, 15), **dict(zip(PAID_FIRST, parts, strict=True))} for month, parts in enumerate(instalments, 1)],
        "payments": [{"account_id": 1, "payment_id": 1, "paid_on": date(2026, 6, 1), "amount_minor": paid}],
    }
    (row,) = rows_after(position_steps(UNBOUND, DelinquencySettings(), ON), book, "account_id")
    assert {name: row[name] for name in OVERDUE} == by_hand(instalments, paid)
    assert sum(row[name] for name in OVERDUE) == row["amount_overdue_minor"]


def test_a_lender_who_agreed_to_take_principal_first_sees_charges_left_over() -> None:
    book = {
        "accounts": [LOAN, {**LOAN, "account_id": 2, "product": "card"}],
        "instalments": [
            {"account_id": account, "number": 1, "due_on": date(2026, 5, 1), "principal_minor": 100, "interest_minor": 20, "fee_minor": 5, "penalty_minor": 3}
            for account in (1, 2)
        ],
        "payments": [{"account_id": account, "payment_id": 1, "paid_on": date(2026, 6, 1), "amount_minor": 107} for account in (1, 2)],
    }
    principal_first = DelinquencySettings(component_order=whole_order([Component.PRINCIPAL]))
    rows = rows_after(position_steps(UNBOUND, DelinquencySettings(products=(("card", principal_first),)), ON), book, "account_id")
    assert [tuple(row[name] for name in OVERDUE) for row in rows] == [(0, 0, 0, 21), (0, 1, 20, 0)]


def test_an_overdue_invoice_has_no_components_and_none_are_made_up() -> None:
    book = {"accounts": [LOAN], "receivables": [{"account_id": 1, "document_id": 1, "due_on": date(2026, 5, 1), "amount_minor": 900}]}
    (row,) = rows_after(position_steps(UNBOUND, DelinquencySettings(), ON), book, "account_id")
    assert (row["amount_overdue_minor"], {row[name] for name in OVERDUE}) == (900, {None})
