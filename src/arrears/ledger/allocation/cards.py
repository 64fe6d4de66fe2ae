"""Against what does a payment on a card count?

Two orders of law: China's, which turns round at a day past due, and that of the United States for what is paid above the minimum. The day
is an argument: it is a figure of law and stands in a rule pack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.claims import Allocation, Claim, Component, allocate_in_order, not_negative

INTEREST_AND_FEES = (Component.COSTS, Component.PENALTY, Component.FEE, Component.INTEREST)


def china_card(payment_minor: int, amounts: Mapping[Component, int], days_past_due: int, principal_first_after_days: int) -> Allocation:
    """Interest and fees first up to this many days past due (inclusive), principal first from the day after.

    >>> owed = {Component.INTEREST: 400, Component.PRINCIPAL: 5000}
    >>> [[(one.component.value, one.amount_minor) for one in china_card(1000, owed, days, 90).portions] for days in (90, 91)]
    [[('interest', 400), ('principal', 600)], [('principal', 1000)]]
    """
    not_negative("amounts", *amounts.values())
    order = china_card_order(days_past_due, principal_first_after_days)
    return allocate_in_order(payment_minor, (Claim("", kind, amounts.get(kind, 0)) for kind in order))


def china_card_order(days_past_due: int, principal_first_after_days: int) -> tuple[Component, ...]:
    """In which order do the components of a card take a payment, so many days past due?

    >>> china_card_order(90, 90)[0].value, china_card_order(91, 90)[0].value
    ('costs', 'principal')
    """
    if days_past_due > principal_first_after_days:
        return (Component.PRINCIPAL, *INTEREST_AND_FEES)
    return (*INTEREST_AND_FEES, Component.PRINCIPAL)


@dataclass(frozen=True, slots=True)
class CardBalance:
    """A part of a card's balance that bears a rate of its own: purchases, cash, a transfer.

    Args:
        deferred_ends_soon: its deferred interest ends within the next two billing cycles, so what is above the minimum goes to it first.
    """

    key: str
    rate_annual: Decimal
    amount_minor: int
    deferred_ends_soon: bool = False

    def __post_init__(self) -> None:
        not_negative(f"amount_minor of balance {self.key}", self.amount_minor)


def us_card(payment_minor: int, minimum_minor: int, balances: Sequence[CardBalance], minimum_order: Sequence[str] | None = None) -> Allocation:
    """The minimum by the issuer's order, all above it to the highest rate first (12 CFR 1026.53).

    Args:
        minimum_order: keys in the issuer's order for the minimum; None: lowest rate first, the order that the law leaves to issuers.

    >>> cash, goods = CardBalance("cash", Decimal("0.25"), 10_000), CardBalance("goods", Decimal("0.15"), 50_000)
    >>> us_card(5_000, 2_000, [cash, goods]).by_key(), us_card(1_000, 2_000, [cash, goods]).by_key()
    ({'goods': 2000, 'cash': 3000}, {'goods': 1000})

    Raises:
        WrongCall: `minimum_order` does not name each balance once.
    """
    not_negative("minimum_minor", minimum_minor)
    by_key = {one.key: one for one in balances}
    highest_first = sorted(balances, key=lambda one: (not one.deferred_ends_soon, -one.rate_annual, one.key))
    lowest_first = [one.key for one in sorted(balances, key=lambda one: (one.rate_annual, one.key))]
    order = lowest_first if minimum_order is None else list(minimum_order)
    if sorted(order) != sorted(one.key for one in balances) or len(by_key) < len(balances):
        raise WrongCall("minimum_order does not name each balance once.", "The minimum cannot be allocated.", "Write minimum_order with the key of every balance, each once.")
    minimum = allocate_in_order(min(payment_minor, minimum_minor), (Claim(key, Component.PRINCIPAL, by_key[key].amount_minor) for key in order))
    paid = minimum.by_key()
    rest = [Claim(one.key, Component.PRINCIPAL, one.amount_minor - paid.get(one.key, 0)) for one in highest_first]
    first = [Claim(one.key, one.component, one.amount_minor) for one in minimum.portions]
    return allocate_in_order(payment_minor, [*first, *rest])
