"""An account while its days are gone through: what is charged, paid and given up so far.

The mutable inside of `replay`: nothing here leaves it but as frozen values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from arrears.ledger.account.ledger import Item, LineKind
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.bearing import InterestKind
from arrears.ledger.rounding import divide

INTO = {InterestKind.CONTRACT: Component.INTEREST, InterestKind.PENALTY: Component.PENALTY, InterestKind.COMPOUND: Component.PENALTY}
"""As which component is interest of a kind owed? Compound interest stands with penalty interest, so that nothing runs on it."""


@dataclass(slots=True)
class Accrual:
    """Interest of one kind on one item: exact, how much of it was booked in whole units, and for how many days it ran since then.

    Exact is a sum of whole numbers, balance x days at each rate, that is divided once.
    """

    since_on: date
    days_in_year: int
    balance_days: dict[Decimal, int] = field(default_factory=dict)
    booked_minor: int = 0
    days: int = 0
    has_run: bool = False

    def add(self, rate: Decimal, balance_minor: int, days: int, after: date) -> None:
        """Let interest run on a balance for the days after this one."""
        if not self.days:
            self.since_on = after
        self.balance_days[rate] = self.balance_days.get(rate, 0) + balance_minor * days
        self.days += days
        self.has_run = True

    def to_book(self) -> int:
        """What is to be booked so that all booked is the exact sum, rounded half even once."""
        if not self.has_run:
            return 0
        self.has_run = False
        exact = sum((Fraction(rate) * whole for rate, whole in self.balance_days.items()), Fraction(0)) / self.days_in_year
        return divide(exact.numerator, exact.denominator) - self.booked_minor

    def book(self, amount_minor: int) -> None:
        """So much is booked; its days are told."""
        self.booked_minor += amount_minor
        self.days = 0


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
    interest_after_due_minor: int = 0
    open_total_minor: int = 0

    @property
    def place(self) -> tuple[date, bool, int, str]:
        """Oldest due first; on one day instalments before charges."""
        return self.due_on, self.number is None, self.number or 0, self.key

    @property
    def is_open(self) -> bool:
        """Is anything outstanding?"""
        return self.open_total_minor > 0

    def charge(self, component: Component, amount_minor: int) -> None:
        """Owe more, or less if negative."""
        self.charged[component] = self.charged.get(component, 0) + amount_minor
        self._owe(component, amount_minor)

    def pay(self, component: Component, amount_minor: int) -> None:
        """Pay, or take a payment back if negative."""
        self.paid[component] = self.paid.get(component, 0) + amount_minor
        self._owe(component, -amount_minor)

    def waive(self, component: Component, amount_minor: int) -> None:
        """Give up, or take that back if negative."""
        self.waived[component] = self.waived.get(component, 0) + amount_minor
        self._owe(component, -amount_minor)

    def _owe(self, component: Component, more_minor: int) -> None:
        self.open[component] = self.open.get(component, 0) + more_minor
        self.open_total_minor += more_minor

    def bears_minor(self, component: Component) -> int:
        """How much of a component may bear interest? Of interest only what was unpaid on its due date: what ran afterwards bears none itself."""
        if component is not Component.INTEREST:
            return self.open.get(component, 0)
        return max(0, self.open.get(component, 0) - self.interest_after_due_minor)

    def accrual(self, kind: InterestKind, since_on: date, days_in_year: int) -> Accrual:
        """Its interest of the kind, begun on this day if there was none."""
        if kind not in self.accruals:
            self.accruals[kind] = Accrual(since_on, days_in_year)
        return self.accruals[kind]

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
class GivenUp:
    """So much of a component of an item is given up; what of it found nothing to give up waits until there is something again.

    A stop of interest takes scheduled interest off that was waived before; if the interest runs again, the waiver still stands.
    """

    item: Standing
    component: Component
    amount_minor: int
    kind: LineKind
    entry_id: str
    waits_minor: int = 0

    def set_aside(self, at_most_minor: int) -> int:
        """Let so much of it wait; how much does."""
        step = min(self.amount_minor, at_most_minor)
        self.item.waive(self.component, -step)
        self.amount_minor -= step
        self.waits_minor += step
        return step

    def take_up(self) -> int:
        """Give up what waits, as far as something is open; how much was."""
        step = min(self.waits_minor, max(0, self.item.open.get(self.component, 0)))
        self.item.waive(self.component, step)
        self.amount_minor += step
        self.waits_minor -= step
        return step


@dataclass(slots=True)
class Money:
    """A payment in the account: what lies on items, what is still free, and what was given back."""

    entry_id: str
    paid_on: date
    amount_minor: int
    designated: int | None
    free_minor: int
    refunded_minor: int = 0
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class OpenQuote:
    """A quote that may still be met, or was: what was given up for it."""

    entry_id: str
    given_on: date
    expires_on: date
    amount_minor: int
    whole_debt: bool
    given_up: list[GivenUp] = field(default_factory=list)
    is_met: bool = False
