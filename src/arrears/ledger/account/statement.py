"""What happened on the account in a period, in words that the person who owes understands?

A statement begins with what was due the evening before, tells day by day what fell due, what was charged and why, what came in and against
what it counted, and ends with what is due on its last day. The amounts add up from one to the other, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from arrears.core.money import format_money
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.ledger.account import words
from arrears.ledger.account.entries import Entry
from arrears.ledger.account.ledger import ONLY_TELLS, Ledger, Line, LineKind
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component

ONE_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what happened, by how much what is due changed, what is due then, and the particulars."""

    on: date
    what: Sentence
    amount_minor: int
    due_after_minor: int
    particulars: tuple[Sentence, ...]
    component_amounts: tuple[tuple[Component, int], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of an account.

    Args:
        opening_due_minor: due and unpaid on the evening before `from_on`.
        ledger: the account on `to_on`.
        order: in which order payments counted.
    """

    from_on: date
    to_on: date
    opening_due_minor: int
    rows: tuple[Row, ...]
    ledger: Ledger
    order: Sentence

    @property
    def closing_due_minor(self) -> int:
        """What is due and unpaid at the end of the period."""
        return self.ledger.due_minor


def statement(terms: AccountTerms, entries: Iterable[Entry], from_on: date, to_on: date, known_on: date | None = None) -> Statement:
    """The statement of a period.

    Args:
        from_on, to_on: first and last day.
        known_on: as it was known on this day; None: as it is known now.

    Raises:
        WrongCall: the period ends before it begins.
    """
    if to_on < from_on:
        raise WrongCall(f"The period ends on {to_on}, before it begins on {from_on}.", "There is nothing to tell.", f"Write to_on as {from_on} or later.")
    eve = from_on - ONE_DAY
    ledger = replay(terms, entries, to_on, known_on, [eve, *_month_ends(from_on, to_on)])
    due_on = {item.key: item.due_on for item in ledger.items}
    opening = sum(_due_change(one, due_on) for one in ledger.lines if one.on <= eve)
    rows = tuple(_rows([one for one in ledger.lines if one.on >= from_on], due_on, opening, terms.currency))
    closing = rows[-1].due_after_minor if rows else opening
    assert closing == ledger.due_minor, "a statement does not add up"
    return Statement(from_on, to_on, opening, rows, ledger, words.ORDERS[terms.allocation])


def _month_ends(from_on: date, to_on: date) -> list[date]:
    """Interest is written down at each month's end, so that nobody meets a year of it in one line."""
    firsts = [date(year, month, 1) for year in range(from_on.year, to_on.year + 1) for month in range(1, 13)]
    return [first - ONE_DAY for first in firsts if from_on < first <= to_on]


def _due_change(line: Line, due_on: dict[str, date]) -> int:
    """By how much does this line change what is due? What is agreed for later counts on the day it falls due."""
    if line.item is None:
        return 0
    if line.kind is LineKind.FELL_DUE:
        return line.amount_minor
    falls_due = due_on[line.item]
    was_due = falls_due < line.on if line.kind is LineKind.CONTRACT_INTEREST else falls_due <= line.on  # Interest booked on the due day itself falls due with the rest.
    return line.change_minor if was_due else 0


def _rows(lines: Sequence[Line], due_on: dict[str, date], opening_minor: int, currency: str) -> Iterator[Row]:
    due = opening_minor
    for (on, _, _), group in groupby(lines, lambda one: (one.on, _event(one), one.entry_id if one.kind not in words.BY_TIME else one.item)):
        together = [one for one in group if not (one.kind is LineKind.AGREED and due_on[str(one.item)] > on)]
        change = sum(_due_change(one, due_on) for one in together)
        tells = [one for one in together if one.kind in ONLY_TELLS or _due_change(one, due_on) or one.kind is LineKind.PAID]
        if not tells:
            continue
        due += change
        received = _figure(sum(one.amount_minor for one in tells if one.kind is LineKind.RECEIVED), currency)
        yield Row(on, words.title(tells, received), change, due, tuple(_particulars(tells, due_on, currency)), _by_component(tells, due_on))


def _event(line: Line) -> str:
    """Lines of one happening stand in one row: money with what it paid."""
    return "money" if line.kind in (LineKind.RECEIVED, LineKind.PAID) else line.kind.value


def _by_component(lines: Sequence[Line], due_on: dict[str, date]) -> tuple[tuple[Component, int], ...]:
    found: dict[Component, int] = {}
    for line in lines:
        if line.component is not None and (change := _due_change(line, due_on)):
            found[line.component] = found.get(line.component, 0) + change
    return tuple(found.items())


def _particulars(lines: Sequence[Line], due_on: dict[str, date], currency: str) -> Iterator[Sentence]:
    for line in lines:
        if line.component is not None and line.item is not None:
            yield words.particular(line, _figure(abs(line.amount_minor), currency), ahead=line.kind is LineKind.PAID and due_on[line.item] > line.on)
    received = sum(one.amount_minor for one in lines if one.kind is LineKind.RECEIVED)
    laid = -sum(one.amount_minor for one in lines if one.kind is LineKind.PAID)
    if received > laid:
        kept = _figure(received - laid, currency)
        yield Sentence(f"{kept} was more than could be counted and is held for you.", f"多付 {kept}，暂为您保管。")


def _figure(minor: int, currency: str) -> str:
    """An amount without its currency, which a statement names once."""
    return format_money(minor, currency, "en", with_currency=False)
