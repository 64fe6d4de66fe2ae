"""Which part of a book is counted by which conventions?

A product may depart from the book's conventions, and a due date on a non-working day may move. Both are settled here, before anything
is counted: a book is parted into groups of products with one set of conventions each, and in each group `due_on` is the day on which an
amount is in fact due (the contractual day stays beside it as `contractual_due_on`). So everything after this, position, punctuality,
replay, early warning and cohorts, sees one set of conventions and cannot disagree. A book without such departures is one group as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.calendars import NonWorkingDays

MOVED_DUE_DAYS = "moved_due_days"
MOVED_SCHEMA = ibis.schema({"rule": "string", "due_on": "date", "moved_to": "date"})
"""The days that move under each rule (`NonWorkingDays.name`), made by the engine; a day that is not there stays."""
DATED = ("instalments", "receivables", "statements")


@dataclass(frozen=True, slots=True)
class Group:
    """One set of conventions and the rows of the book that are counted by it."""

    settings: DelinquencySettings
    book: Mapping[str, ir.Table]


def groups_of(book: Mapping[str, ir.Table], settings: DelinquencySettings) -> tuple[Group, ...]:
    """The book in parts of one set of conventions each; every account is in exactly one of them.

    Args:
        book: tables of `arrears.core.book`; `accounts` must be there where the settings name products.
    """
    rest = settings.without_products()
    if not settings.rules_of_days and not settings.products:
        return (Group(rest, book),)
    if not settings.products:
        return (Group(rest, with_days_moved(book, rest.non_working_days)),)
    accounts = book["accounts"]
    named = [name for name, _ in settings.products]
    departing = dict.fromkeys(one for _, one in settings.products)
    alike = [(one, accounts.product.isin([name for name, other in settings.products if other == one])) for one in departing]
    parts = [(rest, accounts.product.notin(named)), *alike]
    groups = ((one, _of_accounts(book, accounts.filter(theirs))) for one, theirs in parts)
    if not settings.rules_of_days:
        return tuple(Group(one, theirs) for one, theirs in groups)
    return tuple(Group(one, with_days_moved(theirs, one.non_working_days)) for one, theirs in groups)


def of_each_group(book: Mapping[str, ir.Table], settings: DelinquencySettings, ask: Callable[[Group], ir.Table]) -> ir.Table:
    """The answers of all groups to one question, as one table."""
    answers = [ask(group) for group in groups_of(book, settings)]
    return answers[0] if len(answers) == 1 else ibis.union(*answers, distinct=False)


def _of_accounts(book: Mapping[str, ir.Table], accounts: ir.Table) -> dict[str, ir.Table]:
    """The rows of these accounts; tables of persons stay whole."""
    found = {name: table.semi_join(accounts, "account_id") if "account_id" in table.columns else table for name, table in book.items()}
    return {**found, "accounts": accounts}


def with_days_moved(book: Mapping[str, ir.Table], rule: NonWorkingDays | None) -> Mapping[str, ir.Table]:
    """The book with every due date where it moves to; the contractual one stays beside it. Without a rule both are the same."""
    if rule is None:
        return {**book, **{name: book[name].mutate(contractual_due_on=book[name].due_on) for name in DATED if name in book}}
    every = ibis.table(MOVED_SCHEMA, name=MOVED_DUE_DAYS)
    moves = every.filter(every["rule"] == rule.name).select(stated_on=every.due_on, moved_to=every.moved_to)
    return {**book, **{name: _moved(book[name], moves) for name in DATED if name in book}}


def _moved(table: ir.Table, moves: ir.Table) -> ir.Table:
    others = [table[name] for name in table.columns if name != "due_on"]
    return table.left_join(moves, table.due_on == moves.stated_on).select(
        *others, due_on=ibis.coalesce(moves.moved_to, table.due_on), contractual_due_on=table.due_on
    )
