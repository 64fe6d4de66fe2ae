"""Inside one debt, and between the debts of one person to one creditor: against what does a payment count?

The order of the Chinese Civil Code (民法典): art. 561 inside a debt, art. 560 between debts. An agreement comes first, then the payer's own
designation. Nothing ever counts against a disputed debt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from arrears.core.problems import WrongCall
from arrears.ledger.allocation.claims import Allocation, Claim, Component, allocate_in_order, not_negative
from arrears.ledger.rounding import share_out

ART_561_ORDER = (Component.COSTS, Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)
"""Costs of enforcing the claim, then interest (with what is charged beside it), then principal."""
STANDARD_ORDER = ART_561_ORDER
"""The order inside an instalment or debt wherever nothing else was agreed."""


def whole_order(first: Sequence[Component]) -> tuple[Component, ...]:
    """Every component once: those named first, then the others in the standard order.

    >>> [one.value for one in whole_order([Component.PRINCIPAL])]
    ['principal', 'costs', 'penalty', 'fee', 'interest']
    """
    return tuple(dict.fromkeys([*first, *STANDARD_ORDER]))


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt: what is outstanding by component, since when due, how secured, how heavy, whether disputed.

    Args:
        secured: whether security or a guarantor stands behind it.
        rate_annual: what it costs the debtor to leave it open; the heavier burden.
    """

    key: str
    due_on: date
    amounts: Mapping[Component, int]
    secured: bool = False
    rate_annual: Decimal = Decimal(0)
    disputed: bool = False

    def __post_init__(self) -> None:
        not_negative(f"the outstanding of debt {self.key}", *self.amounts.values())

    @property
    def total_minor(self) -> int:
        """What is outstanding in all?"""
        return sum(self.amounts.values())


def inside_one_debt(payment_minor: int, amounts: Mapping[Component, int], agreed: Sequence[Component] | None = None) -> Allocation:
    """Costs, interest, principal (art. 561), or the order that was agreed; what an agreement does not name follows in the order of law.

    >>> found = inside_one_debt(1000, {Component.COSTS: 200, Component.INTEREST: 300, Component.PRINCIPAL: 10_000})
    >>> [(one.component.value, one.amount_minor) for one in found.portions]
    [('costs', 200), ('interest', 300), ('principal', 500)]
    """
    return allocate_in_order(payment_minor, (Claim("", kind, amounts.get(kind, 0)) for kind in whole_order(agreed or ())))


def between_debts(
    payment_minor: int, debts: Sequence[Debt], on: date, designated: str | None = None, agreed: Sequence[str] = (), agreed_inside: Sequence[Component] | None = None
) -> Allocation:
    """Agreement, the payer's designation, then: due, least secured, heavier burden, due earlier, else by amount (art. 560).

    Args:
        on: the day of the payment; a debt due on or before it is due.
        designated: the key of the debt that the payer named when paying. If that debt is disputed, the whole payment stays unallocated until a
            person has asked: it may neither count there nor, against the payer's word, elsewhere.
        agreed: keys in the order that both agreed to.
        agreed_inside: the order agreed to inside each debt.

    >>> debts = [Debt("A", date(2026, 2, 1), {Component.PRINCIPAL: 400}, secured=True), Debt("B", date(2026, 1, 1), {Component.PRINCIPAL: 400})]
    >>> between_debts(500, debts, date(2026, 3, 1)).by_key(), between_debts(500, debts, date(2026, 3, 1), "A").by_key()
    ({'B': 400, 'A': 100}, {'A': 400, 'B': 100})

    Raises:
        WrongCall: a key names no debt, or two debts have one key.
    """
    by_key = {one.key: one for one in debts}
    unknown = [key for key in (*agreed, *([designated] if designated else [])) if key not in by_key]
    if unknown or len(by_key) < len(debts):
        raise WrongCall(f"designated or agreed names no single debt: {', '.join(unknown) or 'a key stands twice'}.", "The order is not clear.", "Name each debt once, by its key.")
    if designated is not None and by_key[designated].disputed:
        return Allocation((), payment_minor)
    left, claims = payment_minor, list[Claim]()
    for group in _groups(debts, on, designated, agreed):
        shares = share_out(min(left, sum(one.total_minor for one in group)), [one.total_minor for one in group])
        for debt, share in zip(group, shares, strict=True):
            claims += [Claim(debt.key, one.component, one.amount_minor) for one in inside_one_debt(share, debt.amounts, agreed_inside).portions]
        left -= sum(shares)
    return Allocation(allocate_in_order(payment_minor - left, claims).portions, left)


def _groups(debts: Sequence[Debt], on: date, designated: str | None, agreed: Sequence[str]) -> Iterator[list[Debt]]:
    """Debts that stand at the same place, place by place; only those with something outstanding that nobody disputes."""

    def place(debt: Debt) -> tuple[object, ...]:
        by_agreement = agreed.index(debt.key) if debt.key in agreed else len(agreed)
        return by_agreement, debt.key != designated, debt.due_on > on, debt.secured, -debt.rate_annual, debt.due_on

    open_debts = sorted((one for one in debts if one.total_minor and not one.disputed), key=place)
    return (list(group) for _, group in groupby(open_debts, place))
