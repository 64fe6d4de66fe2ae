"""A whole book in sets says of every account, to the unit, what the functions for one account say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as some

from arrears.engine.ledger_sets import ITEMS, PAYMENTS, allocate_book
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import ART_561_ORDER
from arrears.ledger.allocation.instalments import per_instalment
from arrears.ledger.rounding import divide
from arrears.ledger.sets.accrual import MILLIONTHS
from arrears.ledger.sets.parts import PARTS, part

START = date(2026, 1, 1)
MANY_DAYS = 400


@dataclass(frozen=True)
class Item:
    due: int
    costs: int = 0
    penalty: int = 0
    fee: int = 0
    interest: int = 0
    principal: int = 0

    def amounts(self) -> dict[Component, int]:
        return {one: getattr(self, one.value) for one in Component}


@dataclass(frozen=True)
class Account:
    """Items and payments (day, amount) of one account, and the rate of its overdue principal in millionths."""

    items: tuple[Item, ...]
    payments: tuple[tuple[int, int], ...]
    rate: int = 0
    days_in_year: int = 365


@dataclass
class Answer:
    """Portions by (payment, item), what is left by item, what is not allocated by payment."""

    portions: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    left: dict[int, dict[str, int]] = field(default_factory=dict)
    unallocated: dict[int, int] = field(default_factory=dict)


def day(number: int) -> date:
    return START + timedelta(days=number)


def one_by_one(account: Account, order: Sequence[Component], on: int) -> Answer:
    """The account walked through payment by payment, by `per_instalment`; interest as an exact fraction, rounded once."""
    answer = Answer()
    owed = {n: one.amounts() for n, one in enumerate(account.items)}
    run, since, charged = dict.fromkeys(owed, 0), {n: one.due for n, one in enumerate(account.items)}, dict.fromkeys(owed, 0)

    def accrue(until: int) -> None:
        for n, amounts in owed.items():
            run[n] += amounts[Component.PRINCIPAL] * max(0, until - since[n])
            since[n] = max(since[n], until)
            whole = divide(run[n] * account.rate, account.days_in_year * MILLIONTHS)
            amounts[Component.PENALTY] += whole - charged[n]
            charged[n] = whole

    for key, (when, amount) in sorted(enumerate(account.payments), key=lambda one: (one[1][0], one[0])):
        if when > on:
            continue
        accrue(when)
        found = per_instalment(amount, [Outstanding(n, day(account.items[n].due), amounts) for n, amounts in owed.items()], order)
        for portion in found.portions:
            owed[int(portion.key)][portion.component] -= portion.amount_minor
            answer.portions.setdefault((key, int(portion.key)), dict.fromkeys(PARTS, 0))[part(portion.component)] = portion.amount_minor
        answer.unallocated[key] = found.unallocated_minor
    accrue(on)
    answer.left = {n: {part(kind): amount for kind, amount in amounts.items()} for n, amounts in owed.items()}
    return answer


def in_sets(accounts: Sequence[Account], order: Sequence[Component], on: int) -> list[Answer]:
    """The same accounts as a book."""
    items: list[dict[str, Any]] = []
    payments: list[dict[str, Any]] = []
    for number, account in enumerate(accounts):
        items += [
            {"account_id": number, "due_on": day(one.due), "sequence": n, "rate_millionths": account.rate, "days_in_year": account.days_in_year,
             **{part(kind): amount for kind, amount in one.amounts().items()}}
            for n, one in enumerate(account.items)
        ]
        payments += [{"account_id": number, "payment_id": key, "paid_on": day(when), "amount_minor": amount} for key, (when, amount) in enumerate(account.payments)]
    with duckdb.connect(":memory:") as connection:
        connection.register("ledger_items", pa.Table.from_pylist(items, schema=ITEMS.to_pyarrow()))
        connection.register("ledger_payments", pa.Table.from_pylist(payments, schema=PAYMENTS.to_pyarrow()))
        allocate_book(connection, order, day(on))
        return _read(connection, len(accounts))


def _read(connection: duckdb.DuckDBPyConnection, accounts: int) -> list[Answer]:
    answers = [Answer() for _ in range(accounts)]
    names = ", ".join(PARTS)
    for number, key, n, *parts in connection.execute(f"SELECT account_id, payment_id, sequence, {names} FROM ledger_portions").fetchall():
        assert (key, n) not in answers[number].portions
        answers[number].portions[key, n] = dict(zip(PARTS, parts, strict=True))
    for number, n, *parts in connection.execute(f"SELECT account_id, sequence, {names} FROM ledger_left").fetchall():
        assert n not in answers[number].left
        answers[number].left[n] = dict(zip(PARTS, parts, strict=True))
    for number, key, amount in connection.execute("SELECT account_id, payment_id, unallocated_minor FROM ledger_unallocated").fetchall():
        answers[number].unallocated[key] = amount
    return answers


few_days = some.sampled_from([0, 1, 30, 31, 59, 60, 365]) | some.integers(0, MANY_DAYS)
amounts = some.sampled_from([0, 1, 2, 99, 100, 10_000]) | some.integers(0, 20_000) | some.integers(2**53 - 5, 2**53 + 5)
an_item = some.builds(Item, few_days, amounts, amounts, amounts, amounts, amounts)
a_payment = some.tuples(few_days, some.integers(0, 30_000) | amounts)
rates = some.sampled_from([0, 1, 54_750, 180_000, 240_000, 1_000_000])
an_account = some.builds(Account, some.lists(an_item, max_size=6).map(tuple), some.lists(a_payment, max_size=6).map(tuple), rates, some.sampled_from([360, 365]))
books = some.lists(an_account, min_size=1, max_size=4)
LATE_TWICE = Account((Item(0, principal=10_000), Item(30, interest=50, principal=10_000)), ((10, 5_000), (40, 5_000), (90, 9_000)), 180_000)


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(books, some.permutations(ART_561_ORDER), some.integers(0, MANY_DAYS))
@example([LATE_TWICE], ART_561_ORDER, 100)
def test_a_book_in_sets_and_its_accounts_one_by_one_agree_to_the_unit(accounts: list[Account], order: list[Component], on: int) -> None:
    assert in_sets(accounts, order, on) == [one_by_one(account, order, on) for account in accounts]
