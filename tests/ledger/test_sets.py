"""A whole book in sets says of every account, to the unit, what the functions for one account say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as some

from arrears.engine.ledger_sets import DEBT_PAYMENTS, DEBTS, ITEMS, PAYMENTS, allocate_between_debts, allocate_book
from arrears.ledger.account.entries import Entry, InstalmentAgreed
from arrears.ledger.account.entries import Payment as LedgerPayment
from arrears.ledger.account.ledger import LineKind
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import ART_561_ORDER as STANDARD_ORDER
from arrears.ledger.allocation.debts import Debt, between_debts
from arrears.ledger.allocation.instalments import per_instalment
from arrears.ledger.rounding import divide
from arrears.ledger.sets.accrual import MILLIONTHS
from arrears.ledger.sets.division import DIVISION_SQL
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


@dataclass
class Running:
    """What has run on one item: an exact fraction, rounded once for the whole."""

    since: int
    rate: int
    days_in_year: int
    minor_days: int = 0
    charged: int = 0

    def accrue(self, amounts: dict[Component, int], until: int) -> None:
        self.minor_days += amounts[Component.PRINCIPAL] * max(0, until - self.since)
        self.since = max(self.since, until)
        whole = divide(self.minor_days * self.rate, self.days_in_year * MILLIONTHS)
        amounts[Component.PENALTY] += whole - self.charged
        self.charged = whole


def one_by_one(account: Account, order: Sequence[Component], on: int) -> Answer:
    """The account walked through payment by payment, by `per_instalment`."""
    answer = Answer()
    owed = {n: one.amounts() for n, one in enumerate(account.items)}
    running = {n: Running(one.due, account.rate, account.days_in_year) for n, one in enumerate(account.items)}

    def accrue(until: int) -> None:
        for n, amounts in owed.items():
            running[n].accrue(amounts, until)

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


def replayed(account: Account, order: Sequence[Component], on: int) -> Answer:
    """The account as a list of dated entries, replayed."""
    agreed_on = START - timedelta(days=1)
    entries: list[Entry] = [
        InstalmentAgreed(entry_id=f"a{n}", valid_on=agreed_on, recorded_on=agreed_on, number=n, due_on=day(one.due), amounts=one.amounts()) for n, one in enumerate(account.items)
    ]
    entries += [LedgerPayment(entry_id=str(key), valid_on=day(when), recorded_on=day(when), amount_minor=amount) for key, (when, amount) in enumerate(account.payments)]
    terms = AccountTerms("CNY", penalty_rate_annual=Decimal(account.rate).scaleb(-6), days_in_year=account.days_in_year, order=tuple(order))
    ledger = replay(terms, entries, day(on))
    answer = Answer(unallocated={key: ledger.held_minor.get(str(key), 0) for key, (when, _) in enumerate(account.payments) if when <= on})
    for line in ledger.lines:
        if line.kind is LineKind.PAID:
            assert line.component is not None
            answer.portions.setdefault((int(str(line.entry_id)), int(str(line.item))), dict.fromkeys(PARTS, 0))[part(line.component)] -= line.amount_minor
    answer.left = {int(one.key): {part(kind): amount for kind, amount in one.open_amounts.items()} for one in ledger.items}
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
        return _read(connection, len(accounts), "ledger_", "account_id", "sequence")


def _read(connection: duckdb.DuckDBPyConnection, accounts: int, prefix: str, number: str, item: str) -> list[Answer]:
    answers = [Answer() for _ in range(accounts)]
    names = ", ".join(PARTS)
    for account, key, n, *parts in connection.execute(f"SELECT {number}, payment_id, {item}, {names} FROM {prefix}portions").fetchall():
        assert (key, n) not in answers[account].portions
        answers[account].portions[key, n] = dict(zip(PARTS, parts, strict=True))
    for account, n, *parts in connection.execute(f"SELECT {number}, {item}, {names} FROM {prefix}left").fetchall():
        assert n not in answers[account].left
        answers[account].left[n] = dict(zip(PARTS, parts, strict=True))
    for account, key, amount in connection.execute(f"SELECT {number}, payment_id, unallocated_minor FROM {prefix}unallocated").fetchall():
        answers[account].unallocated[key] = amount
    return answers


few_days = some.sampled_from([0, 1, 30, 31, 59, 60, 365]) | some.integers(0, MANY_DAYS)
amounts = some.sampled_from([0, 1, 2, 99, 100, 10_000]) | some.integers(0, 20_000) | some.integers(2**53 - 5, 2**53 + 5)
an_item = some.builds(Item, few_days, amounts, amounts, amounts, amounts, amounts)
a_payment = some.tuples(few_days, some.integers(0, 30_000) | amounts)
rates = some.sampled_from([0, 1, 54_750, 180_000, 240_000, 1_000_000])


def money_for(draw: some.DrawFn, items: Sequence[Item]) -> tuple[tuple[int, int], ...]:
    """Payments of any amount on any day; often exactly what an item claims, on exactly its due date."""
    exact = some.sampled_from([sum(one.amounts().values()) for one in items] or [0])
    on_time = some.sampled_from([one.due for one in items] or [0])
    return tuple(draw(some.lists(some.tuples(few_days | on_time, exact) | a_payment, max_size=6)))


@some.composite
def an_account(draw: some.DrawFn) -> Account:
    items = tuple(draw(some.lists(an_item, max_size=6)))
    return Account(items, money_for(draw, items), draw(rates), draw(some.sampled_from([360, 365])))


books = some.lists(an_account(), min_size=1, max_size=8)
EXACTLY = Account((Item(0, principal=10_000), Item(30, principal=10_000), Item(60, principal=10_000)), ((0, 10_000), (45, 10_075), (70, 5_000)), 180_000, 360)
"""The first on its day, the second late with exactly what ran, the third late and in part."""
LATE_TWICE = Account((Item(0, principal=10_000), Item(30, interest=50, principal=10_000)), ((10, 5_000), (40, 5_000), (90, 9_000)), 180_000)


@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(books, some.permutations(STANDARD_ORDER), some.integers(0, MANY_DAYS))
@example([LATE_TWICE, EXACTLY], STANDARD_ORDER, 100)
def test_a_book_in_sets_and_its_accounts_one_by_one_agree_to_the_unit(accounts: list[Account], order: list[Component], on: int) -> None:
    found = in_sets(accounts, order, on)
    assert found == [one_by_one(account, order, on) for account in accounts]
    assert found == [replayed(account, order, on) for account in accounts]
    for account, answer in zip(accounts, found, strict=True):
        came = sum(amount for when, amount in account.payments if when <= on)
        assert sum(sum(parts.values()) for parts in answer.portions.values()) + sum(answer.unallocated.values()) == came
        assert all(amount >= 0 for parts in (*answer.portions.values(), *answer.left.values()) for amount in parts.values())


PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "ledger_in_sets.md").read_text(encoding="utf-8")


def table_under(title: str) -> list[list[str]]:
    lines = [line for line in PAGE.split(f"### {title}")[1].split("###")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_worked_tables_of_the_page_are_what_sets_and_single_accounts_answer() -> None:
    def minor(text: str) -> int:
        return int(Decimal(text.replace(",", "")) * 100)

    def number(text: str) -> int:
        return (date.fromisoformat(text) - START).days

    due, paid_on = {"2026-01-01": 0, "2026-02-01": 1}, {"2026-01-21": 0, "2026-02-10": 1}
    account = Account((Item(0, principal=1_000_000), Item(31, principal=1_000_000)), ((number("2026-01-21"), 410_000), (number("2026-02-10"), 700_000)), 180_000, 360)
    (found,) = in_sets([account], STANDARD_ORDER, number("2026-02-20"))
    assert found == replayed(account, STANDARD_ORDER, number("2026-02-20"))
    paid = table_under("What each payment pays")
    assert {(paid_on[day], due[item]): (minor(penalty), minor(principal)) for day, item, penalty, principal in paid} == {
        key: (one["penalty_minor"], one["principal_minor"]) for key, one in found.portions.items()
    }
    left = table_under("What is left on 2026-02-20")
    assert {due[item]: (minor(penalty), minor(principal)) for item, penalty, principal in left} == {n: (one["penalty_minor"], one["principal_minor"]) for n, one in found.left.items()}


@dataclass(frozen=True)
class Owed:
    """One debt of a person."""

    item: Item
    is_secured: bool = False
    burden: int = 0
    is_disputed: bool = False
    rate: int = 0


@dataclass(frozen=True)
class Person:
    debts: tuple[Owed, ...]
    payments: tuple[tuple[int, int], ...]


def person_by_person(person: Person, order: Sequence[Component], on: int) -> Answer:
    """The person walked through payment by payment, by `between_debts`."""
    answer = Answer()
    owed = {n: one.item.amounts() for n, one in enumerate(person.debts)}
    running = {n: Running(one.item.due, one.rate, 365) for n, one in enumerate(person.debts)}
    for key, (when, amount) in sorted(enumerate(person.payments), key=lambda one: (one[1][0], one[0])):
        if when > on:
            continue
        for n, amounts in owed.items():
            running[n].accrue(amounts, when)
        debts = [Debt(str(n), day(one.item.due), owed[n], one.is_secured, Decimal(one.burden).scaleb(-6), one.is_disputed) for n, one in enumerate(person.debts)]
        found = between_debts(amount, debts, day(when), agreed_inside=order)
        for portion in found.portions:
            owed[int(portion.key)][portion.component] -= portion.amount_minor
            answer.portions.setdefault((key, int(portion.key)), dict.fromkeys(PARTS, 0))[part(portion.component)] = portion.amount_minor
        answer.unallocated[key] = found.unallocated_minor
    for n, amounts in owed.items():
        running[n].accrue(amounts, on)
    answer.left = {n: {part(kind): amount for kind, amount in amounts.items()} for n, amounts in owed.items()}
    return answer


def persons_in_sets(persons: Sequence[Person], order: Sequence[Component], on: int) -> list[Answer]:
    """The same persons at once; the second half of them owes in another currency, under the ids of the first."""
    half = -(-len(persons) // 2)
    owners = [{"party_id": number % half, "currency": "CNY" if number < half else "USD"} for number in range(len(persons))]
    debts = [
        {**owners[number], "debt_id": n, "due_on": day(one.item.due), "is_secured": one.is_secured, "burden_millionths": one.burden, "is_disputed": one.is_disputed,
         "rate_millionths": one.rate, "days_in_year": 365, **{part(kind): amount for kind, amount in one.item.amounts().items()}}
        for number, person in enumerate(persons) for n, one in enumerate(person.debts)
    ]
    payments = [{**owners[number], "payment_id": key, "paid_on": day(when), "amount_minor": amount} for number, person in enumerate(persons) for key, (when, amount) in enumerate(person.payments)]
    with duckdb.connect(":memory:") as connection:
        connection.register("ledger_debts", pa.Table.from_pylist(debts, schema=DEBTS.to_pyarrow()))
        connection.register("ledger_debt_payments", pa.Table.from_pylist(payments, schema=DEBT_PAYMENTS.to_pyarrow()))
        allocate_between_debts(connection, order, day(on))
        number = f"party_id + CASE currency WHEN 'CNY' THEN 0 ELSE {half} END"
        return _read(connection, len(persons), "ledger_debt_", number, "debt_id")


a_debt = some.builds(Owed, an_item, some.booleans(), some.sampled_from([0, 60_000, 240_000]), some.sampled_from([False, False, False, True]), rates)


@some.composite
def a_person(draw: some.DrawFn) -> Person:
    debts = tuple(draw(some.lists(a_debt, max_size=5)))
    return Person(debts, money_for(draw, [one.item for one in debts]))


EQUALS = Person(tuple(Owed(Item(0, interest=n, principal=100)) for n in (1, 2, 3)), ((5, 100), (6, 50)))


@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(some.lists(a_person(), min_size=1, max_size=6), some.permutations(STANDARD_ORDER), some.integers(0, MANY_DAYS))
@example([EQUALS], STANDARD_ORDER, 10)
def test_debts_of_many_persons_in_sets_and_person_by_person_agree_to_the_unit(persons: list[Person], order: list[Component], on: int) -> None:
    assert persons_in_sets(persons, order, on) == [person_by_person(person, order, on) for person in persons]


@given(some.lists(some.tuples(some.integers(0, 2**100), some.integers(1, 2**80)).filter(lambda one: one[0] // one[1] < 2**62), min_size=1, max_size=20))
@example([(5, 2), (7, 2), (2**54 + 1, 2), (0, 7)])
def test_division_in_columns_is_the_division_of_the_ledger(fractions: list[tuple[int, int]]) -> None:
    with duckdb.connect(":memory:") as connection:
        for macro in DIVISION_SQL:
            connection.execute(macro)
        listed = ", ".join(f"({place}, {n}::DECIMAL(38,0), {d}::DECIMAL(38,0))" for place, (n, d) in enumerate(fractions))
        found = connection.execute(f"SELECT half_even(n, d), whole_part(n, d) FROM (VALUES {listed}) t(place, n, d) ORDER BY place").fetchall()
    assert found == [(divide(n, d), n // d) for n, d in fractions]
