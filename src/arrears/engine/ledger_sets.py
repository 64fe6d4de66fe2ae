"""How are the payments of a whole book allocated, and what is left, with the penalty interest that runs?

Carries out `arrears.ledger.sets`: fixed claims at once; accounts in which penalty interest runs in as many rounds as the account with the most
payments has. Reads the tables `ledger_items` and `ledger_payments`, makes `ledger_portions`, `ledger_unallocated` and `ledger_left`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import DuckDBType

from arrears.core.columns import money_sum
from arrears.engine.columns_engine import sql_of
from arrears.ledger.allocation.claims import Component
from arrears.ledger.sets import debts, oldest_first, rounds
from arrears.ledger.sets.accrual import RATE
from arrears.ledger.sets.division import DIVISION_SQL
from arrears.ledger.sets.parts import PARTS, total

ITEMS = ibis.schema({"account_id": "int64", "due_on": "date", "sequence": "int64", **dict.fromkeys((*PARTS, *RATE), "int64")})
"""What falls due: an item with its components and the rate its overdue principal bears (0: none)."""
PAYMENTS = ibis.schema({"account_id": "int64", "payment_id": "int64", "paid_on": "date", "amount_minor": "int64"})
"""What was paid and stands: nothing that was taken back."""
PORTIONS = ibis.schema({
    "account_id": "int64", "payment_id": "int64", "paid_on": "date", "due_on": "date", "sequence": "int64", **dict.fromkeys(PARTS, "int64"),
})
"""Which part of which payment counts against which component of which item."""
DEBTS = ibis.schema({
    "party_id": "int64", "currency": "string", "debt_id": "int64", "due_on": "date", "is_secured": "boolean", "burden_millionths": "int64",
    "is_disputed": "boolean", **dict.fromkeys((*PARTS, *RATE), "int64"),
})
"""The debts of persons to one creditor."""
DEBT_PAYMENTS = ibis.schema({"party_id": "int64", "currency": "string", "payment_id": "int64", "paid_on": "date", "amount_minor": "int64"})
"""Payments of persons that name no debt."""
DEBT_PORTIONS = ibis.schema({
    "party_id": "int64", "currency": "string", "payment_id": "int64", "paid_on": "date", "debt_id": "int64", **dict.fromkeys(PARTS, "int64"),
})
Rounds = Callable[[int, int], None]
"""Told (round, of) while rounds go on."""


class Workbench:
    """Named tables of one connection, made from expressions and dropped when done."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection, self.made = connection, dict[str, ir.Table]()
        for macro in DIVISION_SQL:
            connection.execute(macro)

    def make(self, name: str, expression: ir.Table) -> ir.Table:
        """Carry an expression out as a table; answered is the name as an expression, to build on."""
        self.connection.execute(self.making(name, expression))
        return self.made[name]

    def making(self, name: str, expression: ir.Table) -> str:
        """The statement that makes a table of an expression, for work that is done many times.

        Each column gets the type that the expression states: a literal 0 alone would make a column of 32 bits.
        """
        self.made[name] = ibis.table(expression.schema(), name=name)
        columns = ", ".join(f"{column}::{DuckDBType.to_string(type_)} AS {column}" for column, type_ in expression.schema().items())
        return f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM ({sql_of(expression)})"

    def drop_all_but(self, *names: str) -> None:
        """Give back the room of what was made on the way."""
        for name in self.made.keys() - set(names):
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")


def adding(name: str, expression: ir.Table) -> str:
    """The statement that adds the rows of an expression to a table made before."""
    return f"INSERT INTO {name} BY NAME {sql_of(expression)}"


def allocate_book(connection: duckdb.DuckDBPyConnection, order: Sequence[Component], on: date, progress: Rounds = lambda done, of: None) -> None:
    """Allocate the payments up to a day, and say what is left of every item on it.

    Args:
        connection: where `ledger_items` (ITEMS) and `ledger_payments` (PAYMENTS) can be read.
        order: every component once, as money reaches them within an item.
        on: payments of later days are not looked at, and penalty interest runs up to this day.

    Makes:
        ledger_portions (account_id, payment_id, paid_on, due_on, sequence, PARTS), ledger_unallocated (account_id, payment_id, unallocated_minor),
        ledger_left (account_id, due_on, sequence, PARTS). Rows stand in no order.
    """
    bench = Workbench(connection)
    stated, paid = ibis.table(ITEMS, name="ledger_items"), ibis.table(PAYMENTS, name="ledger_payments")
    items = bench.make("ledger_items_in_order", oldest_first.items_in_order(stated))
    payments = bench.make("ledger_payments_in_order", oldest_first.payments_in_order(paid.filter(paid.paid_on <= ibis.literal(on))))
    portions = bench.make("ledger_portions_fixed", oldest_first.portions(items, payments, order))
    left = bench.make("ledger_left_fixed", oldest_first.left_of_items(items, _summed(payments), order))
    accruing = bench.make("ledger_accruing", rounds.accounts_that_accrue(items, portions, left, on))
    bench.make("ledger_portions", portions.anti_join(accruing, "account_id"))
    bench.make("ledger_left", left.anti_join(accruing, "account_id"))
    _in_rounds(bench, {"items": items.semi_join(accruing, "account_id"), "payments": payments.semi_join(accruing, "account_id")}, order, on, progress)
    bench.make("ledger_unallocated", _unallocated(payments, ibis.table(PORTIONS, name="ledger_portions"), ("account_id",)))
    bench.drop_all_but("ledger_portions", "ledger_left", "ledger_unallocated")


def _summed(payments: ir.Table) -> ir.Table:
    return payments.group_by("account_id").agg(paid_minor=money_sum(payments.amount_minor))


def _in_rounds(bench: Workbench, of_accruing: Mapping[str, ir.Table], order: Sequence[Component], on: date, progress: Rounds) -> None:
    """The accounts in which penalty interest runs, payment by payment; adds to the portions and to what is left."""
    items, payments = (bench.make(f"ledger_accruing_{name}", rows) for name, rows in of_accruing.items())
    dated = bench.make("ledger_rounds", _with_last(payments, ("account_id",)))
    front = bench.make("ledger_front", rounds.front_at_start(items))
    resting = bench.make("ledger_resting", front.anti_join(dated.select("account_id").distinct(), "account_id"))
    _go_round(bench, dated, _round_statements(bench, front, items, order), progress)
    bench.connection.execute(adding("ledger_left", rounds.left_on(resting, items, on)))


def _with_last(payments: ir.Table, owner: tuple[str, ...]) -> ir.Table:
    """The payments, each with the place of its owner's last."""
    last = payments.group_by(*owner).agg(last_place=payments.place.max())
    return payments.inner_join(last, list(owner)).select(payments, last.last_place)


def _go_round(bench: Workbench, dated: ir.Table, statements: Sequence[str], progress: Rounds) -> None:
    """Carry the statements out for the first payment of every owner (`ledger_of_round`), then the second, to the last."""
    most = _most(bench, dated)
    for number in range(1, most + 1):
        progress(number - 1, most)
        bench.make("ledger_of_round", dated.filter(dated.place == number))
        for statement in statements:
            bench.connection.execute(statement)


def _round_statements(bench: Workbench, front: ir.Table, items: ir.Table, order: Sequence[Component]) -> list[str]:
    """One round: the payments of `ledger_of_round` are allocated; fronts whose last payment this was come to rest, the others go on."""
    of_round = ibis.table({**PAYMENTS, "place": "int64", "last_place": "int64"}, name="ledger_of_round")
    allocate = bench.making("ledger_reached", rounds.reached(front, items, of_round, order))
    found = bench.made["ledger_reached"]
    step_on = bench.making("ledger_front_after", rounds.front_after(found))
    after, last = bench.made["ledger_front_after"], of_round.filter(of_round.place == of_round.last_place)
    return [
        allocate,
        adding("ledger_portions", rounds.paid_in_round(found)),
        step_on,
        adding("ledger_resting", after.semi_join(last, "account_id")),
        bench.making("ledger_front", after.anti_join(last, "account_id")),
    ]


def allocate_between_debts(connection: duckdb.DuckDBPyConnection, order: Sequence[Component], on: date, progress: Rounds = lambda done, of: None) -> None:
    """Allocate undesignated payments of persons over their debts to one creditor, and say what is left of every debt on a day.

    Args:
        connection: where `ledger_debts` (DEBTS) and `ledger_debt_payments` (DEBT_PAYMENTS) can be read.
        order: every component once, as money reaches them inside a debt.
        on: payments of later days are not looked at, and penalty interest runs up to this day.

    Makes:
        ledger_debt_portions (OWNER, payment_id, paid_on, debt_id, PARTS), ledger_debt_unallocated (OWNER, payment_id, unallocated_minor),
        ledger_debt_left (OWNER, debt_id, PARTS). Rows stand in no order.
    """
    bench = Workbench(connection)
    stated, paid = ibis.table(DEBTS, name="ledger_debts"), ibis.table(DEBT_PAYMENTS, name="ledger_debt_payments")
    by_value_date = ibis.window(group_by=list(debts.OWNER), order_by=list(oldest_first.BY_VALUE_DATE))
    until = paid.filter(paid.paid_on <= ibis.literal(on))
    dated = bench.make("ledger_rounds", _with_last(until.mutate(place=ibis.row_number().over(by_value_date).cast("int64") + 1), debts.OWNER))
    owed = bench.make("ledger_debts_open", debts.debts_at_start(stated))
    resting = bench.make("ledger_debts_resting", owed.anti_join(dated.select(*debts.OWNER).distinct(), list(debts.OWNER)))
    bench.connection.execute(f"CREATE OR REPLACE TEMP TABLE ledger_debt_portions ({', '.join(f'{name} {DuckDBType.to_string(kind)}' for name, kind in DEBT_PORTIONS.items())})")
    _go_round(bench, dated, _debt_statements(bench, owed, order), progress)
    bench.make("ledger_debt_left", debts.left_on(resting, on))
    bench.make("ledger_debt_unallocated", _unallocated(dated, ibis.table(DEBT_PORTIONS, name="ledger_debt_portions"), debts.OWNER))
    bench.drop_all_but("ledger_debt_portions", "ledger_debt_left", "ledger_debt_unallocated")


def _debt_statements(bench: Workbench, owed: ir.Table, order: Sequence[Component]) -> list[str]:
    """One round: the payments of `ledger_of_round` are shared out; debts whose owner has no more payments come to rest, the others go on."""
    of_round = ibis.table({**DEBT_PAYMENTS, "place": "int64", "last_place": "int64"}, name="ledger_of_round")
    allocate = bench.making("ledger_debts_paid", debts.paid_between(owed, of_round, order))
    paid, last = bench.made["ledger_debts_paid"], of_round.filter(of_round.place == of_round.last_place)
    after = paid.select(*debts.DEBT)
    return [
        allocate,
        adding("ledger_debt_portions", debts.portions_of_round(paid)),
        adding("ledger_debts_resting", after.semi_join(last, list(debts.OWNER))),
        bench.making("ledger_debts_open", after.anti_join(last, list(debts.OWNER))),
    ]


def _most(bench: Workbench, dated: ir.Table) -> int:
    """How many payments has the account with the most?"""
    found = bench.connection.execute(sql_of(dated.aggregate(most=dated.place.max().fill_null(0)))).fetchone()
    assert found is not None
    return int(found[0])


def _unallocated(payments: ir.Table, portions: ir.Table, owner: tuple[str, ...]) -> ir.Table:
    """What of each payment counts against nothing: the payment less its portions."""
    key = [*owner, "payment_id"]
    placed = portions.group_by(*key).agg(placed_minor=money_sum(total(portions)))
    joined = payments.left_join(placed, key)
    return joined.select(*(payments[name] for name in key), unallocated_minor=payments.amount_minor - placed.placed_minor.fill_null(0))
