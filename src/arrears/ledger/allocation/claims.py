"""What can a payment be counted against, and what came of it?

Nearly every order of allocation is an order of claims: the payment runs down the list and pays each claim as far as it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from arrears.core.problems import WrongCall


class Component(Enum):
    """Of what is an outstanding amount made? `COSTS` are those of enforcing the claim."""

    COSTS = "costs"
    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"

    __hash__ = object.__hash__  # A member exists once, so its address will do; the hash by name that `Enum` has is slow.


@dataclass(frozen=True, slots=True)
class Claim:
    """One component of one instalment or debt (`key`), and how much of it may be paid here, in minor units."""

    key: str | int
    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of a payment counts against this component of this instalment or debt."""

    key: str | int
    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """The whole of a payment: its portions, and what found nothing to count against (to be given back)."""

    portions: tuple[Portion, ...]
    unallocated_minor: int

    def by_component(self) -> dict[Component, int]:
        """How much counts against each component?"""
        return {kind: sum(one.amount_minor for one in self.portions if one.component is kind) for kind in Component}

    def by_key(self) -> dict[str | int, int]:
        """How much counts against each instalment or debt?"""
        found: dict[str | int, int] = {}
        for one in self.portions:
            found[one.key] = found.get(one.key, 0) + one.amount_minor
        return found


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is left of one instalment, by component, in minor units; a component that is not named is nothing.

    Raises:
        WrongCall: an amount is below zero.
    """

    number: int
    due_on: date
    amounts: Mapping[Component, int]

    def __post_init__(self) -> None:
        not_negative(f"the outstanding of instalment {self.number}", *self.amounts.values())

    def claims(self, order: Sequence[Component]) -> Iterator[Claim]:
        """Its claims in this order of components."""
        return (Claim(self.number, kind, self.amounts.get(kind, 0)) for kind in order)


def not_negative(field: str, *amounts_minor: int) -> None:
    """Refuse an amount below zero.

    Raises:
        WrongCall: one of them is.
    """
    if any(amount < 0 for amount in amounts_minor):
        raise WrongCall(f"{field} is below zero.", "A payment cannot be allocated with it.", f"Write {field} as minor units, zero or more.")


def allocate_in_order(payment_minor: int, claims: Iterable[Claim]) -> Allocation:
    """Run down the claims and pay each as far as the payment reaches; a component named twice is one portion.

    >>> found = allocate_in_order(150, [Claim(1, Component.INTEREST, 100), Claim(1, Component.PRINCIPAL, 900)])
    >>> [(one.component.value, one.amount_minor) for one in found.portions], found.unallocated_minor
    ([('interest', 100), ('principal', 50)], 0)
    >>> allocate_in_order(150, [Claim(1, Component.FEE, 100)]).unallocated_minor
    50
    """
    not_negative("payment_minor", payment_minor)
    left, taken = payment_minor, dict[tuple[str | int, Component], int]()
    for claim in claims:
        part = min(left, claim.amount_minor)
        if part > 0:
            taken[claim.key, claim.component] = taken.get((claim.key, claim.component), 0) + part
            left -= part
        if left == 0:
            break
    return Allocation(tuple(Portion(key, kind, part) for (key, kind), part in taken.items()), left)
