"""As which files does a lender deliver the debts, payments and contacts of a story? They are taken in like anybody's."""

from __future__ import annotations

import calendar
import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from arrears.engine.stories.telling import Account, Regular, Story, What

NAMESPACE = "stories"
"""In which the numbers of the story's people and accounts are unique; the mapping says the same."""


def write_delivery(story: Story, folder: Path) -> list[Path]:
    """The files of the whole story in this folder. Whatever lies ahead of a day is not known on it: payments and contacts carry their days."""
    tables: dict[str, list[Mapping[str, Any]]] = {
        "parties": [
            {"person": one.id, "kind": one.kind, "language": one.language, "time_zone": one.time_zone, "name": one.name} for one in story.people],
        "accounts": [
            {"account": one.id, "person": one.of, "product": one.product, "currency": story.currency, "opened_on": one.opened_on, "principal_minor": _lent(one)}
            for one in story.accounts],
        "instalments": [row for one in story.accounts for row in _instalments(one)],
        "receivables": [
            {"account": one.id, "document": each.id, "issued_on": each.issued_on, "due_on": each.due_on, "amount_minor": each.amount_minor, "disputed_on": each.disputed_on}
            for one in story.accounts for each in one.invoices],
        "statements": [
            {"account": one.id, "statement_on": each.statement_on, "due_on": each.due_on, "balance_minor": each.balance_minor, "minimum_due_minor": each.minimum_due_minor}
            for one in story.accounts for each in one.statements],
        "payments": [*(row for one in story.accounts for row in _paid_before(one)), *_payments(story)],
        "contact_history": list(_contacts(story)),
    }
    return [_written(folder / f"{name}.csv", rows) for name, rows in tables.items() if rows]


def due_dates(schedule: Regular) -> Iterator[date]:
    """The due dates of equal monthly instalments; a month that is too short has its last day.

    >>> [str(day) for day in due_dates(Regular(date(2026, 1, 31), 3, 100))]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    for number in range(schedule.count):
        years, month = divmod(schedule.first_due_on.month - 1 + number, 12)
        year = schedule.first_due_on.year + years
        yield date(year, month + 1, min(schedule.first_due_on.day, calendar.monthrange(year, month + 1)[1]))


def _lent(account: Account) -> int:
    """What was lent, or the largest balance of a card, or all invoices together."""
    if account.instalments is not None:
        return account.instalments.count * account.instalments.amount_minor
    return sum(one.amount_minor for one in account.invoices) or max(one.balance_minor for one in account.statements)


def _instalments(account: Account) -> Iterator[Mapping[str, Any]]:
    if account.instalments is not None:
        for number, due_on in enumerate(due_dates(account.instalments), 1):
            yield {"account": account.id, "number": number, "due_on": due_on, "amount_minor": account.instalments.amount_minor}


def _paid_before(account: Account) -> Iterator[Mapping[str, Any]]:
    if account.paid is not None and account.instalments is not None:
        for number, due_on in enumerate(list(due_dates(account.instalments))[: account.paid.items], 1):
            paid_on = due_on + timedelta(days=account.paid.days_late)
            yield {"account": account.id, "payment": f"{account.id}:before:{number}", "paid_on": paid_on, "amount_minor": account.instalments.amount_minor}


def _payments(story: Story) -> Iterator[Mapping[str, Any]]:
    paid = ((on, fact) for on, fact in story.happenings if fact.what == What.PAID)
    for number, (on, fact) in enumerate(paid, 1):
        yield {"account": fact.account, "payment": f"{fact.account}:{number}", "paid_on": on, "amount_minor": fact.amount_minor}


def _contacts(story: Story) -> Iterator[Mapping[str, Any]]:
    """The contact log: complete for the time of the story, and each contact in it."""
    covers = {"covers_from": story.contacts_known_from, "covers_to": story.days[-1].day}
    for one in story.people:
        yield {"person": one.id, **covers, "occurred_on": None, "channel": None, "outcome": None}
    for on, fact in story.happenings:
        if fact.what == What.CONTACT:
            yield {"person": fact.person, **covers, "occurred_on": on, "channel": fact.channel, "outcome": fact.outcome}


def _written(file: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file
