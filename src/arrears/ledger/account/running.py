"""An account while its days are gone through: what is charged, paid and given up so far.

The mutable inside of `replay`: nothing here leaves it but as frozen values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from arrears.ledger.account.ledger import Item
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.bearing import InterestKind
from arrears.ledger.rounding import divide

INTO = {InterestKind.CONTRACT: Component.INTEREST, InterestKind.PENALTY: Component.PENALTY, InterestKind.COMPOUND: Component.PENALTY}
"""As which component is interest of a kind owed? Compound interest stands with penalty interest, so that nothing runs on it."""


@dataclass(slots=True)
class Accrual:
    """Interest of one kind on one item: exact, and how much of it was booked in whole units."""

    since_on: date
    exact: Fraction = Fraction(0)
    booked_minor: int = 0

    def to_book(self) -> int:
        """What is to be booked so that all booked is the exact sum, rounded half even once."""
        return divide(self.exact.numerator, self.exact.denominator) - self.booked_minor


@dataclass(slots=True)
class Standing:
    """An instalment or a charge by itself, as it stands at the moment."""

    key: str
    number: int | None
    lent_on: date
    from_on: date
    due_on: date
    stated_interest_minor: int = 0
    charged: dict[Component, int] = field(default_factory=dict)
    paid: dict[Component, int] = field(default_factory=dict)
    waived: dict[Component, int] = field(default_factory=dict)
    open: dict[Component, int] = field(default_factory=dict)
    accruals: dict[InterestKind, Accrual] = field(default_factory=dict)
    grace_is_over: bool = False
    forgiven_scheduled_minor: int = 0

    @property
    def place(self) -> tuple[date, bool, int, str]:
        """Oldest due first; on one day instalments before charges."""
        return self.due_on, self.number is None, self.number or 0, self.key

    @property
    def is_open(self) -> bool:
        """Is anything outstanding?"""
        return any(self.open.values())

    def charge(self, component: Component, amount_minor: int) -> None:
        """Owe more, or less if negative."""
        self.charged[component] = self.charged.get(component, 0) + amount_minor
        self.open[component] = self.open.get(component, 0) + amount_minor

    def pay(self, component: Component, amount_minor: int) -> None:
        """Pay, or take a payment back if negative."""
        self.paid[component] = self.paid.get(component, 0) + amount_minor
        self.open[component] = self.open.get(component, 0) - amount_minor

    def waive(self, component: Component, amount_minor: int) -> None:
        """Give up, or take that back if negative."""
        self.waived[component] = self.waived.get(component, 0) + amount_minor
        self.open[component] = self.open.get(component, 0) - amount_minor

    def accrual(self, kind: InterestKind, since_on: date) -> Accrual:
        """Its interest of the kind, begun on this day if there was none."""
        return self.accruals.setdefault(kind, Accrual(since_on))

    def to_book(self) -> Iterator[tuple[InterestKind, Accrual, int]]:
        """Interest that has run and is not booked; none of what runs on lateness while the grace lasts."""
        for kind, accrual in self.accruals.items():
            if (kind is InterestKind.CONTRACT or self.grace_is_over) and (amount := accrual.to_book()):
                yield kind, accrual, amount

    def outstanding(self, place: int) -> Outstanding:
        """What a payment may count against, as number `place`."""
        return Outstanding(place, self.due_on, dict(self.open))

    def frozen(self) -> Item:
        """As it leaves the replay."""
        return Item(self.key, self.number, self.from_on, self.due_on, dict(self.charged), dict(self.paid), dict(self.waived))


@dataclass(slots=True)
class Part:
    """So much of a payment lies on a component of an item."""

    item: Standing
    component: Component
    amount_minor: int


@dataclass(slots=True)
class Money:
    """A payment in the account: what lies on items, and what is still free."""

    entry_id: str
    paid_on: date
    amount_minor: int
    designated: int | None
    free_minor: int
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class OpenQuote:
    """A quote that may still be met, or was: what was given up for it."""

    entry_id: str
    given_on: date
    expires_on: date
    amount_minor: int
    whole_debt: bool
    given_up: list[Part] = field(default_factory=list)
    is_met: bool = False
