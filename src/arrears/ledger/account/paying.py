"""Against what does money count inside the account, in its agreed order?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from arrears.ledger.account.running import Money, Part, Standing
from arrears.ledger.account.terms import AccountTerms, AllocationWay, InAdvance
from arrears.ledger.allocation.cards import china_card_order
from arrears.ledger.allocation.claims import Allocation, Claim, Component, Outstanding, allocate_in_order
from arrears.ledger.allocation.instalments import by_rules, due_then_in_advance, per_instalment


def in_agreed_order(terms: AccountTerms, amount_minor: int, owed: Sequence[Outstanding], on: date) -> Allocation:
    """Which claims does an amount pay?

    Args:
        owed: what is open, numbered oldest first; all of it may be paid on this day.
    """
    match terms.allocation:
        case AllocationWay.PER_INSTALMENT:
            return per_instalment(amount_minor, owed, terms.order)
        case AllocationWay.DUE_THEN_IN_ADVANCE:
            return due_then_in_advance(amount_minor, owed, on, terms.order, terms.in_advance_order, {})
        case AllocationWay.RULES:
            assert terms.rules is not None
            return by_rules(amount_minor, owed, on, terms.rules)
        case AllocationWay.ARTICLE_561:
            return _component_by_component(amount_minor, owed, on, terms.order)
        case AllocationWay.CHINA_CARD:
            assert terms.principal_first_after_days is not None
            return _component_by_component(amount_minor, owed, on, china_card_order(_days_past_due(owed, on), terms.principal_first_after_days))


def _component_by_component(amount_minor: int, owed: Sequence[Outstanding], on: date, order: Sequence[Component]) -> Allocation:
    """What is due as one debt, component by component, oldest first in each; then what is not due, by instalment."""
    due = [one for one in owed if one.due_on <= on]
    to_come = [one for one in owed if one.due_on > on]

    def claims() -> Iterator[Claim]:
        for kind in order:
            yield from (Claim(one.number, kind, one.amounts.get(kind, 0)) for one in due)
        for one in to_come:
            yield from one.claims(order)

    return allocate_in_order(amount_minor, claims())


def _days_past_due(owed: Sequence[Outstanding], on: date) -> int:
    return max(((on - one.due_on).days for one in owed), default=0)


def pay(terms: AccountTerms, money: Money, items: Sequence[Standing], on: date) -> list[Part]:
    """Lay the free money of one payment on what is open: first on the instalment that its payer named, then in the agreed order.

    Args:
        items: oldest due first.

    Returns:
        What was paid, in the order in which it was.
    """
    laid: list[Part] = []
    named = [one for one in items if money.designated is not None and one.number == money.designated]
    for group, agreed in ((named, False), (items, True)):
        reachable = [one for one in group if one.is_open and (terms.in_advance is InAdvance.PAYS_NEXT or one.due_on <= on or not agreed)]
        if money.free_minor and reachable:
            laid += _lay(terms, money, reachable, on)
    return laid


def _lay(terms: AccountTerms, money: Money, items: Sequence[Standing], on: date) -> list[Part]:
    items = _within_reach(terms, money.free_minor, items, on)
    found = in_agreed_order(terms, money.free_minor, [one.outstanding(place) for place, one in enumerate(items)], on)
    parts = [Part(items[int(one.key)], one.component, one.amount_minor) for one in found.portions]
    for part in parts:
        part.item.pay(part.component, part.amount_minor)
    money.parts += parts
    money.free_minor = found.unallocated_minor
    return parts


def _within_reach(terms: AccountTerms, amount_minor: int, items: Sequence[Standing], on: date) -> Sequence[Standing]:
    """All that is due, and of what is not due as much, oldest first, as the money can reach; every order but a list of rules goes that way."""
    if terms.allocation is AllocationWay.RULES:
        return items
    reached = 0
    for place, item in enumerate(items):
        if reached >= amount_minor and item.due_on > on:
            return items[:place]
        reached += item.open_total_minor
    return items


def take_off(money: Money, item: Standing, component: Component, amount_minor: int) -> int:
    """Free so much of a payment that lies on a component of an item, as far as it does; how much was freed."""
    freed = 0
    for part in reversed(money.parts):
        if part.item is item and part.component is component and freed < amount_minor:
            step = min(part.amount_minor, amount_minor - freed)
            part.amount_minor -= step
            item.pay(component, -step)
            freed += step
    money.free_minor += freed
    money.parts = [part for part in money.parts if part.amount_minor]
    return freed
