"""Of which dated entries is the ledger of an account the list?

An entry is never changed. What was wrong is taken back by another entry; what came late carries the day for which it holds (`valid_on`) beside
the day on which it became known (`recorded_on`). Entries of one day take effect in the order of `RANK`, then of their ids, so that the order
in which they arrived does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.claims import Component, not_negative
from arrears.ledger.bearing import InterestKind

ALL_KINDS = frozenset(InterestKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What all entries have: an id of their own, the day for which they hold, the day on which they became known."""

    entry_id: str
    valid_on: date
    recorded_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentAgreed(Entry):
    """This much falls due on `due_on`; agreed on `valid_on`.

    Args:
        number: its place in the schedule, its own in the account.
        from_on: the day from which its interest runs; None: the due date of the instalment before, or the day of the agreement.
        amounts: by component, minor units. With daily interest, interest stated here is not charged.
    """

    number: int
    due_on: date
    amounts: Mapping[Component, int]
    from_on: date | None = None

    def __post_init__(self) -> None:
        not_negative(f"the amounts of instalment {self.number}", *self.amounts.values())
        _in_order("due_on", self.from_on or self.valid_on, self.due_on)


@dataclass(frozen=True, slots=True)
class CostBasis:
    """Why the debtor bears a cost of collection: the clause of the contract and the rule of law that allow it."""

    clause: str
    rule: str

    def __post_init__(self) -> None:
        if not self.clause.strip() or not self.rule.strip():
            raise WrongCall("basis lacks its clause or its rule.", "Without both the creditor bears the cost.", "Name the clause of the contract and the rule that allows it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Entry):
    """A fee, a penalty or a cost, charged on `valid_on`.

    Args:
        number: the instalment that it stands with; None: it stands by itself, due on `due_on` (or at once).
        basis: costs of collection are the creditor's own unless this names what allows them.
    """

    component: Component
    amount_minor: int
    number: int | None = None
    due_on: date | None = None
    basis: CostBasis | None = None

    def __post_init__(self) -> None:
        not_negative("amount_minor of the charge", self.amount_minor)
        if self.component in (Component.PRINCIPAL, Component.INTEREST):
            raise WrongCall(f"component is {self.component.value}.", "Principal and interest come from the agreement, not from a charge.", "Write fee, penalty or costs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Entry):
    """So much came in for this account on `valid_on`. `designated`: the instalment that the payer named, if any."""

    amount_minor: int
    designated: int | None = None

    def __post_init__(self) -> None:
        not_negative("amount_minor of the payment", self.amount_minor)


class WhyTakenBack(Enum):
    """Why does an entry count as if it had never been?"""

    RETURNED_DEBIT = "returned_debit"
    REVERSAL = "reversal"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(Entry):
    """The entry `of` counts as if it had never been. What should stand in its place, or stand again, is an entry of its own."""

    of: str
    why: WhyTakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeback(Entry):
    """The payment `of` was good until `valid_on` and is gone from that day: what it had paid is owed again, without interest for the time between."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Entry):
    """So much of a component is forgiven, of the oldest first or of one instalment."""

    component: Component
    amount_minor: int
    number: int | None = None

    def __post_init__(self) -> None:
        not_negative("amount_minor of the waiver", self.amount_minor)


class AccrualState(Enum):
    """Does interest run? Stopped: it does not, and never will for these days. Capped: up to a rate, the rest is forgiven. Waived: all of it is forgiven."""

    NORMAL = "normal"
    STOPPED = "stopped"
    CAPPED = "capped"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualChange(Entry):
    """From `valid_on` on (the first such day) interest of these kinds runs like this. NORMAL ends all earlier changes of these kinds.

    Args:
        until_on: the first day on which it runs as before; None: until a NORMAL entry.
        cap_rate_annual: the highest rate a year, all kinds together; for CAPPED.
        reason: insolvency, breathing space, an agreement, service in the forces …
    """

    state: AccrualState
    reason: str
    kinds: frozenset[InterestKind] = ALL_KINDS
    until_on: date | None = None
    cap_rate_annual: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.state is AccrualState.CAPPED) != (self.cap_rate_annual is not None):
            raise WrongCall("cap_rate_annual does not go with the state.", "How interest runs would not be clear.", "Give cap_rate_annual if, and only if, the state is capped.")
        if self.cap_rate_annual is not None and not (self.cap_rate_annual.is_finite() and self.cap_rate_annual >= 0):
            raise WrongCall("cap_rate_annual is below zero.", "How interest runs would not be clear.", "Write a share of one, such as 0.06 for 6 %.")
        if self.until_on is not None:
            _in_order("until_on", self.valid_on, self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange(Entry):
    """From `valid_on` on (the first such day) this kind of interest has this rate a year."""

    kind: InterestKind
    rate_annual: Decimal

    def __post_init__(self) -> None:
        if not (self.rate_annual.is_finite() and self.rate_annual >= 0):
            raise WrongCall("rate_annual is below zero.", "Interest cannot be worked out.", "Write a share of one, such as 0.18 for 18 %.")


class QuoteKind(Enum):
    """What does a quoted amount settle: what is due up to its last day, or the whole debt?"""

    ARREARS = "arrears"
    WHOLE_DEBT = "whole_debt"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteGiven(Entry):
    """Who pays `amount_minor` from `valid_on` to `expires_on` (its last day) has settled; the creditor is bound, whatever is found out later."""

    amount_minor: int
    expires_on: date
    settles: QuoteKind

    def __post_init__(self) -> None:
        not_negative("amount_minor of the quote", self.amount_minor)
        _in_order("expires_on", self.valid_on, self.expires_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Entry):
    """So much of an overpayment was given back."""

    amount_minor: int

    def __post_init__(self) -> None:
        not_negative("amount_minor of the refund", self.amount_minor)


RANK: Mapping[type[Entry], int] = {
    kind: place
    for place, kind in enumerate((InstalmentAgreed, RateChange, AccrualChange, Charge, Waiver, QuoteGiven, Payment, Chargeback, Refund, TakenBack))
}
"""What takes effect first on one day: what is owed, then what lowers it, then what is paid."""


def _in_order(field: str, first: date, then: date) -> None:
    if then < first:
        raise WrongCall(f"{field} is {then}, before {first}.", "The entry would end before it begins.", f"Write {field} as a day not before {first}.")


def in_effect(entries: Iterable[Entry], on: date, known_on: date | None = None) -> list[Entry]:
    """Which entries make up the ledger of a day, in the order in which they take effect?

    Args:
        on: entries valid later are left out.
        known_on: as it was known on this day; None: as it is known from all entries. A day looked at again gives what it gave.

    >>> day = date(2026, 1, 5)
    >>> paid = Payment(entry_id="p", valid_on=day, recorded_on=day, amount_minor=100)
    >>> back = TakenBack(entry_id="r", valid_on=day, recorded_on=date(2026, 1, 9), of="p", why=WhyTakenBack.RETURNED_DEBIT)
    >>> [len(in_effect([back, paid], day, known)) for known in (date(2026, 1, 8), date(2026, 1, 9))]
    [1, 0]

    Raises:
        WrongCall: two different entries have one id, or a taking back is itself taken back.
    """
    known = _each_once(one for one in entries if known_on is None or one.recorded_on <= known_on)
    gone = _taken_back(known)
    standing = [one for one in known if one.valid_on <= on and one.entry_id not in gone and not isinstance(one, TakenBack)]
    return sorted(standing, key=lambda one: (one.valid_on, RANK[type(one)], one.entry_id))


def _taken_back(entries: Iterable[Entry]) -> set[str]:
    """Ids of what counts as never been."""
    acts = {one.entry_id: one.of for one in entries if isinstance(one, TakenBack)}
    if twice := sorted(of for of in acts.values() if of in acts):
        raise WrongCall(f"The taking back {twice[0]} is itself taken back.", "What stands would not be clear.", "Enter what should stand again as an entry of its own.")
    return set(acts.values())


def _each_once(entries: Iterable[Entry]) -> Collection[Entry]:
    """An entry that arrived twice counts once."""
    found: dict[str, Entry] = {}
    for one in entries:
        if found.setdefault(one.entry_id, one) != one:
            raise WrongCall(f"Two different entries have the id {one.entry_id}.", "Which of them holds is not clear.", "Give each entry an id of its own.")
    return found.values()
