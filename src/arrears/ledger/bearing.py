"""What may bear interest?

A dated table for each product says which components bear contract interest, penalty interest and compound interest. Penalties and late fees
bear none in any of them: the table refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.claims import Component


class InterestKind(Enum):
    """Interest by the contract, penalty interest on what is overdue (罚息), interest on unpaid interest (复利)."""

    CONTRACT = "contract"
    PENALTY = "penalty"
    COMPOUND = "compound"


NEVER_BEARS = frozenset({Component.PENALTY, Component.FEE, Component.COSTS})
"""No penalty on a penalty, no late fee on a late fee."""


@dataclass(frozen=True, slots=True)
class BearingRule:
    """From a day on, these components of a product bear this kind of interest; none of them: it is no longer charged.

    Raises:
        WrongCall: a component that never bears interest is named, or interest itself for anything but compound interest.
    """

    product: str
    kind: InterestKind
    from_on: date
    components: frozenset[Component]

    def __post_init__(self) -> None:
        barred = NEVER_BEARS | (frozenset() if self.kind is InterestKind.COMPOUND else {Component.INTEREST})
        if wrong := sorted(one.value for one in self.components & barred):
            raise WrongCall(f"components names {', '.join(wrong)}.", f"They may not bear {self.kind.value} interest.", "Take them out of components.")


def bearing_minor(table: Sequence[BearingRule], product: str, kind: InterestKind, on: date, amounts: Mapping[Component, int]) -> int:
    """How much of what is outstanding bears this kind of interest on this day? Nothing, where the table says nothing.

    >>> table = [BearingRule("loan", InterestKind.PENALTY, date(2026, 1, 1), frozenset({Component.PRINCIPAL}))]
    >>> owed = {Component.PRINCIPAL: 1000, Component.INTEREST: 50, Component.PENALTY: 9}
    >>> [bearing_minor(table, "loan", InterestKind.PENALTY, day, owed) for day in (date(2025, 12, 31), date(2026, 1, 1))]
    [0, 1000]
    """
    return sum(amounts.get(one, 0) for one in bearing_components(table, product, kind, on))


def bearing_components(table: Sequence[BearingRule], product: str, kind: InterestKind, on: date) -> frozenset[Component]:
    """Which components of a product bear this kind of interest on this day? The newest rule that has begun says it.

    >>> table = [BearingRule("loan", InterestKind.COMPOUND, date(2026, 1, 1), frozenset({Component.INTEREST})), BearingRule("loan", InterestKind.COMPOUND, date(2027, 1, 1), frozenset())]
    >>> [sorted(one.value for one in bearing_components(table, "loan", InterestKind.COMPOUND, date(year, 6, 1))) for year in (2025, 2026, 2027)]
    [[], ['interest'], []]
    """
    held = [rule for rule in table if rule.product == product and rule.kind is kind and rule.from_on <= on]
    return max(held, key=lambda rule: rule.from_on).components if held else frozenset()
