"""In which order does a payment count against the instalments of one loan?

Three families of orders: instalment by instalment, what is due before what is not, and a list of rules of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.claims import Allocation, Claim, Component, Outstanding, Portion, allocate_in_order, not_negative
from arrears.ledger.rounding import divide


class DueClass(Enum):
    """How does an instalment's due date lie to the day of the payment?"""

    PAST_DUE = "past_due"
    DUE = "due"
    IN_ADVANCE = "in_advance"


class Direction(Enum):
    """Horizontal: an instalment with all its components, then the next. Vertical: one rule over all instalments, then the next."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


class FutureInstalments(Enum):
    """Which instalments that are not due yet come first?"""

    NEXT = "next_installment"
    LAST = "last_installment"
    REAMORTISE = "reamortization"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an order: this component of instalments of this class."""

    due_class: DueClass
    component: Component


@dataclass(frozen=True, slots=True)
class RuleList:
    """An order of one's own: each rule once, in the order in which they take."""

    rules: tuple[Rule, ...]
    direction: Direction = Direction.HORIZONTAL
    future: FutureInstalments = FutureInstalments.NEXT

    def __post_init__(self) -> None:
        if len(set(self.rules)) < len(self.rules) or not self.rules:
            raise WrongCall("rules is empty or names a rule twice.", "The order would not be clear.", "Write rules with each class and component at most once.")


def read_rule(text: str) -> Rule:
    """Which rule does this name say?

    >>> read_rule("past_due_interest").component
    <Component.INTEREST: 'interest'>

    Raises:
        WrongCall: it is not a class and a component.
    """
    due, _, component = text.rpartition("_")
    try:
        return Rule(DueClass(due), Component(component))
    except ValueError:
        kinds, components = (", ".join(one.value for one in names) for names in (DueClass, Component))
        raise WrongCall(f"“{text}” is not a rule of allocation.", "The order would not be clear.", f"Write one of {kinds}, then _ and one of {components}.") from None


def class_of(due_on: date, paid_on: date) -> DueClass:
    """Past due, due on this very day, or in advance?

    >>> class_of(date(2026, 5, 1), date(2026, 5, 2)).value, class_of(date(2026, 5, 1), date(2026, 5, 1)).value
    ('past_due', 'due')
    """
    if due_on == paid_on:
        return DueClass.DUE
    return DueClass.PAST_DUE if due_on < paid_on else DueClass.IN_ADVANCE


class Purse:
    """A payment while it is being handed out: what is left of it, and of each component of each instalment."""

    def __init__(self, payment_minor: int, owed: Mapping[tuple[int, Component], int]) -> None:
        self.left_minor = payment_minor
        self._owed, self._paid = dict(owed), dict[tuple[int, Component], int]()
        self._open: dict[int, int] = {}
        for (number, _), amount in owed.items():
            self._open[number] = self._open.get(number, 0) + amount

    def is_open(self, number: int) -> bool:
        """Is anything of this instalment unpaid?"""
        return self._open.get(number, 0) > 0

    def pay(self, number: int, component: Component, at_most_minor: int) -> None:
        """Pay this component as far as it is owed, the payment reaches and the limit allows."""
        key = number, component
        part = min(self.left_minor, at_most_minor, self._owed.get(key, 0))
        if part > 0:
            self._owed[key] -= part
            self._open[number] -= part
            self._paid[key] = self._paid.get(key, 0) + part
            self.left_minor -= part

    def allocation(self) -> Allocation:
        """What was handed out, in the order in which it was."""
        return Allocation(tuple(Portion(number, kind, part) for (number, kind), part in self._paid.items()), self.left_minor)


def oldest_first(instalments: Sequence[Outstanding]) -> list[Outstanding]:
    """By due date; on one day by number."""
    return sorted(instalments, key=lambda one: (one.due_on, one.number))


def per_instalment(payment_minor: int, instalments: Sequence[Outstanding], order: Sequence[Component]) -> Allocation:
    """Oldest instalment first, whatever the date; inside it the components in `order` (one named twice counts at its first place).

    >>> found = per_instalment(70, [Outstanding(1, date(2026, 1, 1), {Component.FEE: 10, Component.PRINCIPAL: 50}),
    ...                             Outstanding(2, date(2026, 2, 1), {Component.FEE: 5, Component.PRINCIPAL: 50})], [Component.FEE, Component.PRINCIPAL])
    >>> found.by_key(), found.by_component()[Component.FEE]
    ({1: 60, 2: 10}, 15)
    """
    once = tuple(dict.fromkeys(order))
    return allocate_in_order(payment_minor, (claim for one in oldest_first(instalments) for claim in one.claims(once)))


def due_then_in_advance(
    payment_minor: int,
    instalments: Sequence[Outstanding],
    paid_on: date,
    due_order: Sequence[Component],
    in_advance_order: Sequence[Component],
    charges_due: Mapping[Component, int],
) -> Allocation:
    """Oldest instalment first; of one that is not due yet, first what of it is due already, then the rest, before the next instalment.

    Args:
        charges_due: fees and penalties of the loan that fell due up to `paid_on`, in all; no more of them counts as due.
    """
    not_negative("charges_due", *charges_due.values())
    due_order, in_advance_order = tuple(dict.fromkeys(due_order)), tuple(dict.fromkeys(in_advance_order))

    def claims() -> Iterator[Claim]:
        for one in oldest_first(instalments):
            if one.due_on <= paid_on:
                yield from one.claims(due_order)
                continue
            due = _due_already(one, due_order, in_advance_order, charges_due)
            yield from due
            first = {claim.component: claim.amount_minor for claim in due}
            yield from (Claim(one.number, claim.component, claim.amount_minor - first.get(claim.component, 0)) for claim in one.claims(in_advance_order))

    return allocate_in_order(payment_minor, claims())


def _due_already(one: Outstanding, due_order: Sequence[Component], in_advance_order: tuple[Component, ...], charges_due: Mapping[Component, int]) -> list[Claim]:
    """Charges as far as they are due; principal too where the order in advance begins with it."""
    limits = dict(charges_due)
    if in_advance_order[:1] == (Component.PRINCIPAL,):
        limits[Component.PRINCIPAL] = one.amounts.get(Component.PRINCIPAL, 0)
    return [Claim(one.number, claim.component, min(claim.amount_minor, limits.get(claim.component, 0))) for claim in one.claims(due_order)]


def by_rules(payment_minor: int, instalments: Sequence[Outstanding], paid_on: date, order: RuleList) -> Allocation:
    """By a list of rules; future instalments next first, last first, or evenly.

    >>> rules = RuleList(tuple(read_rule(text) for text in ("past_due_principal", "in_advance_principal")), future=FutureInstalments.LAST)
    >>> open_ones = [Outstanding(n, date(2026, n, 1), {Component.PRINCIPAL: 100}) for n in (1, 2, 3)]
    >>> by_rules(150, open_ones, date(2026, 1, 15), rules).by_key()
    {1: 100, 3: 50}
    """
    not_negative("payment_minor", payment_minor)
    purse = Purse(payment_minor, {(one.number, kind): amount for one in instalments for kind, amount in one.amounts.items()})
    classes = [(class_of(one.due_on, paid_on), one.number) for one in oldest_first(instalments)]
    for due_class, components in _stages(order):
        numbers = [number for of, number in classes if of is due_class]
        _allocate_class(purse, numbers, components, order.future if due_class is DueClass.IN_ADVANCE else FutureInstalments.NEXT)
        if not purse.left_minor:
            break
    return purse.allocation()


def _stages(order: RuleList) -> list[tuple[DueClass, list[Component]]]:
    """Classes with their components, in turn: each class once (horizontal), or each rule by itself (vertical)."""
    if order.direction is Direction.VERTICAL:
        return [(rule.due_class, [rule.component]) for rule in order.rules]
    classes = dict.fromkeys(rule.due_class for rule in order.rules)
    return [(one, [rule.component for rule in order.rules if rule.due_class is one]) for one in classes]


def _allocate_class(purse: Purse, numbers: list[int], components: list[Component], future: FutureInstalments) -> None:
    if future is FutureInstalments.REAMORTISE:
        while purse.left_minor and _one_round(purse, numbers, components):
            pass
    for number in reversed(numbers) if future is FutureInstalments.LAST else numbers:
        if not purse.left_minor:
            return
        for component in components:
            purse.pay(number, component, purse.left_minor)


def _one_round(purse: Purse, numbers: list[int], components: list[Component]) -> int:
    """Component by component, what is left of the payment in even parts to all instalments not fully paid; how much was placed.

    An even part is rounded half even; the last instalment's makes up for the rounding.
    """
    before = purse.left_minor
    for component in components:
        unpaid, whole = [number for number in numbers if purse.is_open(number)], purse.left_minor
        each = divide(whole, len(unpaid)) if unpaid else 0
        for number in unpaid[:-1]:
            purse.pay(number, component, each)
        for number in unpaid[-1:]:
            purse.pay(number, component, max(0, whole - each * (len(unpaid) - 1)))
    return before - purse.left_minor
