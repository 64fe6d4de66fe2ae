"""What did late news change, and what rested on the figure that was wrong?

The change is told entry by entry: against what a payment counted before and counts now, which interest ran and runs. Everything that had
rested on a figure of a past day (a penalty, a notice, a class, an entry at a credit bureau, an amount stated to the debtor) is looked at
again; where the figure was another, it is listed with what is to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from arrears.ledger.account.entries import Entry
from arrears.ledger.account.ledger import Ledger, LineKind
from arrears.ledger.account.replay import replay
from arrears.ledger.account.terms import AccountTerms
from arrears.ledger.allocation.claims import Component


@dataclass(frozen=True, slots=True)
class Change:
    """One amount that is another now: of what kind, caused by which entry (None: by time), on which item and component."""

    kind: LineKind
    entry_id: str | None
    item: str | None
    component: Component | None
    before_minor: int
    after_minor: int


class Measure(Enum):
    """Which figure of an account may something rest on?"""

    DAYS_PAST_DUE = "days_past_due"
    OVERDUE = "overdue"
    DUE = "due"
    BALANCE = "balance"
    PENALTY = "penalty"


class RestedKind(Enum):
    """What rests on figures?"""

    PENALTY = "penalty"
    NOTICE = "notice"
    CLASS = "class"
    CREDIT_ENTRY = "credit_entry"
    STATED_AMOUNT = "stated_amount"


@dataclass(frozen=True, slots=True)
class Rested:
    """Something was done on `on` because a figure of that day was `value` (days, or minor units). `ref` names it where it is kept."""

    ref: str
    kind: RestedKind
    on: date
    measure: Measure
    value: int


class Step(Enum):
    """What is to be done? Undo: take it back and tell. Tell: say what the figure is; nothing is held against the debtor by surprise."""

    UNDO = "undo"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Redress:
    """What rested on a figure that is another now."""

    rested: Rested
    is_now: int
    step: Step


def measure(ledger: Ledger, which: Measure) -> int:
    """What is this figure on the ledger's day?"""
    match which:
        case Measure.DAYS_PAST_DUE:
            return ledger.days_past_due
        case Measure.OVERDUE:
            return ledger.overdue_minor
        case Measure.DUE:
            return ledger.due_minor
        case Measure.BALANCE:
            return ledger.balance_minor
        case Measure.PENALTY:
            return sum(item.charged.get(Component.PENALTY, 0) for item in ledger.items)


def changes_between(before: Ledger, after: Ledger) -> tuple[Change, ...]:
    """Entry by entry, which amounts differ between two views of the same day?"""
    was, now = _totals(before), _totals(after)
    keys = dict.fromkeys([*was, *now])
    return tuple(Change(*key, was.get(key, 0), now.get(key, 0)) for key in keys if was.get(key, 0) != now.get(key, 0))


def _totals(ledger: Ledger) -> dict[tuple[LineKind, str | None, str | None, Component | None], int]:
    found: dict[tuple[LineKind, str | None, str | None, Component | None], int] = {}
    for line in ledger.lines:
        if line.kind is not LineKind.FELL_DUE:
            key = line.kind, line.entry_id, line.item, line.component
            found[key] = found.get(key, 0) + line.amount_minor
    return found


def redress(rested: Iterable[Rested], ledger_of: Callable[[date], Ledger]) -> tuple[Redress, ...]:
    """Of what rested on figures, what rests on a wrong one?

    Args:
        ledger_of: the ledger of a day as it is known now.

    Returns:
        Only what differs. Where the debtor was held to owe more, or to be later, than was so, it is to be undone; a penalty, a class or a
        notice that would have been harsher is only told.
    """
    found = [(one, measure(ledger_of(one.on), one.measure)) for one in rested]
    return tuple(Redress(one, now, Step.UNDO if now < one.value else Step.TELL) for one, now in found if now != one.value)


@dataclass(frozen=True, slots=True)
class Effect:
    """What news did to an account: the ledgers of the day without and with it, what changed, what is to be put right."""

    before: Ledger
    after: Ledger
    changes: tuple[Change, ...]
    redress: tuple[Redress, ...]


def effect_of_news(terms: AccountTerms, entries: Sequence[Entry], known_on: date, on: date, rested: Iterable[Rested] = ()) -> Effect:
    """What did everything that was recorded after `known_on` change of the day `on`, and what had rested on it?

    >>> from datetime import timedelta
    >>> from decimal import Decimal
    >>> from arrears.ledger.account.entries import InstalmentAgreed, Payment
    >>> day, due, later = date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 20)
    >>> agreed = InstalmentAgreed(entry_id="1", valid_on=day, recorded_on=day, number=1, due_on=due, amounts={Component.PRINCIPAL: 1_000_000})
    >>> on_time = Payment(entry_id="2", valid_on=due, recorded_on=later, amount_minor=1_000_000)
    >>> notice = Rested("notice 7", RestedKind.NOTICE, date(2026, 2, 11), Measure.DAYS_PAST_DUE, 10)
    >>> found = effect_of_news(AccountTerms("CNY", penalty_rate_annual=Decimal("0.18")), [agreed, on_time], due, date(2026, 2, 11), [notice])
    >>> found.before.balance_minor, found.after.balance_minor, [(one.rested.ref, one.is_now, one.step.value) for one in found.redress]
    (1005000, 0, [('notice 7', 0, 'undo')])
    """
    before, after = replay(terms, entries, on, known_on), replay(terms, entries, on)
    return Effect(before, after, changes_between(before, after), redress(rested, cache(lambda day: replay(terms, entries, day))))
