"""Which figures of the portfolio report are asked of a slice while the nightly run has it in memory?

Comes in: one slice's `position`, `paid` and tables of the book, readable under their names. Goes out: few rows of counts and sums by day, booking
month, period and bucket, kept as a small part of the run. Every figure is a sum over accounts, so the slices' rows added up (`together`)
are the book's. They are asked here and not after the run has assessed the whole book, since what each account owes and paid is then at
hand, and no more of the book than one slice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from arrears.assess.delinquency.groups import Group, groups_of
from arrears.assess.delinquency.items import payments_until
from arrears.assess.delinquency.position import Step
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine.columns_engine import rows_by_name, sql_of
from arrears.engine.tables import ASSESSMENT_SCHEMA, forget, think
from arrears.learn.analytics import cohorts, dues, exposure
from arrears.learn.analytics.months import month_ends

Row = dict[str, Any]
DatedRows = dict[str, list[Row]]
KEYS: Mapping[str, tuple[str, ...]] = {
    "entry": ("currency", "due_on"), "booked": ("currency", "booked_on"), "late": ("currency", "booked_on", "late_days", "place"),
    "first": ("currency", "booked_on"), "week": ("currency", "period", "bucket"), "month": ("currency", "period", "bucket"), "quality": (),
}
"""What is asked, and the key its rows are added up by."""


def slice_rows(connection: duckdb.DuckDBPyConnection, settings: DelinquencySettings, on: date) -> DatedRows:
    """The rows of the accounts readable now, by the names of KEYS; days as ISO text."""
    book = {name: table.unbound() for name, table in BOOK_TABLES.items()}
    found: DatedRows = {name: [] for name in KEYS}
    sums = []
    for place, group in enumerate(groups_of(book, settings)):
        steps = _steps(group, on, f"account_sums_{place}")
        think(connection, steps)
        for name, expression in _questions(group, on, {step.name: _named(step) for step in steps}, f"account_sums_{place}").items():
            found[name] += _rows(connection, expression, KEYS[name])
        sums.append(steps.pop(SUMS_AT))
        forget(connection, steps)
    found["quality"] = _rows(connection, _quality(book, [_named(step) for step in sums], on), ())
    forget(connection, sums)
    return found


SUMS_AT = 2
"""Where among the steps of a group its sums by account stand; they are asked once more, over all groups, at the end."""


def _steps(group: Group, on: date, sums_name: str) -> list[Step]:
    """What the questions share: dated amounts, money that came, sums by account, loans of the cohorts, those ever late, days to come."""
    ends = month_ends(on, cohorts.COHORT_MONTHS)
    signed = payments_until(group.book["payments"], on, group.settings.payment_day).select("account_id", "paid_on", "amount_minor")
    items = Step("dated_items", dues.dated_items(group.book["instalments"], group.book["receivables"], on))
    payments, sums = Step("dated_payments", signed), Step(sums_name, dues.account_sums(_named(items), on))
    loans = Step("cohort_loans", cohorts.loans_of(group.book["accounts"], _named(sums), on))
    ever_late = cohorts.ever_late(_named(items), _named(payments), ends, group.settings)
    late = Step("late_loans", _named(loans).semi_join(ever_late, "account_id"))
    return [
        items, payments, sums, loans, late,
        Step("late_items", _named(items).semi_join(_named(late), "account_id")),
        Step("late_payments", _named(payments).semi_join(_named(late), "account_id")),
        Step("days_ahead", exposure.ahead(_named(items), _position(), on)),
    ]


def _questions(group: Group, on: date, made: Mapping[str, ir.Table], sums_name: str) -> dict[str, ir.Table]:
    """What is asked of one group, by the names of KEYS."""
    items, payments, sums, loans = made["dated_items"], made["dated_payments"], made[sums_name], made["cohort_loans"]
    return {
        "entry": dues.due_days(items, payments, sums, _paid(), group.book["accounts"], group.settings, on),
        "booked": cohorts.booked(loans),
        "late": cohorts.late_moves(made["late_loans"], made["late_items"], made["late_payments"], month_ends(on, cohorts.COHORT_MONTHS), group.settings),
        "first": cohorts.first_payment_defaults(loans, items, payments, group.settings, on),
        "week": exposure.to_come(made["days_ahead"], on, "week"),
        "month": exposure.to_come(made["days_ahead"], on, "month"),
    }


def _quality(book: Mapping[str, ir.Table], sums: Sequence[ir.Table], on: date) -> ir.Table:
    of_all = sums[0] if len(sums) == 1 else ibis.union(*sums, distinct=False)
    return exposure.quality(_position(), book["accounts"], of_all, _paid(), book["statements"], book["receivables"], book["payments"], on)


def _position() -> ir.Table:
    return ibis.table(ASSESSMENT_SCHEMA, name="position")


def _paid() -> ir.Table:
    """Step `paid` of the slice's position."""
    return ibis.table({"account_id": "int64", "paid_minor": "int64"}, name="paid")


def _named(step: Step) -> ir.Table:
    return ibis.table(step.expression.schema(), name=step.name)


def _rows(connection: duckdb.DuckDBPyConnection, expression: ir.Table, key: Sequence[str]) -> list[Row]:
    order = f" ORDER BY {', '.join(key)}" if key else ""
    found = rows_by_name(connection, f"SELECT * FROM ({sql_of(expression)}){order}")
    return [{name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} for row in found]


def summed(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """Rows of the same key added up, in the order of the key.

    >>> summed([{"k": "a", "n": 1}, {"k": "b", "n": 5}, {"k": "a", "n": 2}], ["k"])
    [{'k': 'a', 'n': 3}, {'k': 'b', 'n': 5}]
    """
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        known = sums.setdefault(tuple(row[name] for name in key), {})
        known.update({name: value if name in key else known.get(name, 0) + value for name, value in row.items()})
    return [sums[place] for place in sorted(sums)]


def together(parts: Iterable[DatedRows]) -> DatedRows:
    """The rows of all slices as those of the book."""
    listed = list(parts)
    return {name: summed((row for part in listed for row in part[name]), key) for name, key in KEYS.items()}


def part_text(rows: DatedRows) -> str:
    """One slice's rows as they are kept until the report is made; the same rows, the same text."""
    return json.dumps(rows) + "\n"


def read_parts(files: Iterable[Path]) -> DatedRows:
    """The rows of the whole book, from the parts that the slices left."""
    return together(json.loads(file.read_text(encoding="utf-8")) for file in files)
