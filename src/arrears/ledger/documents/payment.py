"""A payment and what was open before it, as a document. Its `kind` says by which order it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from arrears.core.parameters import Parameters
from arrears.ledger.allocation.cards import CardBalance, china_card, us_card
from arrears.ledger.allocation.claims import Component, Outstanding
from arrears.ledger.allocation.debts import STANDARD_ORDER, Debt, between_debts
from arrears.ledger.allocation.instalments import (
    Direction,
    DueClass,
    FutureInstalments,
    Rule,
    RuleList,
    by_rules,
    due_then_in_advance,
    per_instalment,
)
from arrears.ledger.allocation.left_over import Outcome, next_step
from arrears.ledger.china import change_day_of_cards
from arrears.ledger.documents.reading import (
    Amount,
    CurrencyCode,
    Day,
    Document,
    Field,
    FieldNotValid,
    Group,
    Kinds,
    ListOf,
    OneOf,
    Percentage,
    Text,
    Whole,
    YesNo,
    first_again,
)


class Payment(Protocol):
    """A payment of any kind."""

    @property
    def currency(self) -> str:
        """The currency of every amount."""

    @property
    def payment_minor(self) -> int:
        """How much was paid?"""

    @property
    def counted_against(self) -> str:
        """What the keys of the portions name: instalment, debt, balance or card."""

    def outcome(self, law: Parameters) -> Outcome:
        """Against what does it count, by these dated figures of law?"""


def _open(owed: Sequence[Mapping[Component, int]]) -> int:
    return sum(sum(one.values()) for one in owed)


@dataclass(frozen=True, slots=True)
class PerInstalment:
    """Instalment by instalment, the oldest first."""

    currency: str
    payment_minor: int
    paid_on: date
    instalments: Sequence[Outstanding]
    order: Sequence[Component] = STANDARD_ORDER
    counted_against: str = "instalment"

    def outcome(self, law: Parameters) -> Outcome:
        """By `per_instalment`."""
        found = per_instalment(self.payment_minor, self.instalments, self.order)
        return Outcome(found, next_step(found, _open([one.amounts for one in self.instalments])))


@dataclass(frozen=True, slots=True)
class DueThenInAdvance:
    """What is due before what is not, instalment by instalment."""

    currency: str
    payment_minor: int
    paid_on: date
    instalments: Sequence[Outstanding]
    due_order: Sequence[Component] = STANDARD_ORDER
    in_advance_order: Sequence[Component] = STANDARD_ORDER
    charges: Sequence[Mapping[str, Any]] = ()
    counted_against: str = "instalment"

    def outcome(self, law: Parameters) -> Outcome:
        """By `due_then_in_advance`; charges count as due from their own days on."""
        due: dict[Component, int] = {}
        for one in self.charges:
            if one["due_on"] <= self.paid_on:
                due[one["component"]] = due.get(one["component"], 0) + one["amount"]
        found = due_then_in_advance(self.payment_minor, self.instalments, self.paid_on, self.due_order, self.in_advance_order, due)
        return Outcome(found, next_step(found, _open([one.amounts for one in self.instalments])))


@dataclass(frozen=True, slots=True)
class ByRules:
    """By a list of rules of one's own."""

    currency: str
    payment_minor: int
    paid_on: date
    instalments: Sequence[Outstanding]
    rules: Sequence[Rule]
    direction: Direction = Direction.HORIZONTAL
    future: FutureInstalments = FutureInstalments.NEXT
    counted_against: str = "instalment"

    def outcome(self, law: Parameters) -> Outcome:
        """By `by_rules`."""
        found = by_rules(self.payment_minor, self.instalments, self.paid_on, RuleList(tuple(self.rules), self.direction, self.future))
        return Outcome(found, next_step(found, _open([one.amounts for one in self.instalments])))


@dataclass(frozen=True, slots=True)
class BetweenDebts:
    """Across the debts of one person to one creditor."""

    currency: str
    payment_minor: int
    paid_on: date
    debts: Sequence[Debt]
    designated: str | None = None
    agreed: Sequence[str] = ()
    agreed_inside: Sequence[Component] | None = None
    counted_against: str = "debt"

    def outcome(self, law: Parameters) -> Outcome:
        """By `between_debts`; whoever designated a disputed debt is asked."""
        found = between_debts(self.payment_minor, self.debts, self.paid_on, self.designated, self.agreed, self.agreed_inside)
        undisputed, disputed = ([one.amounts for one in self.debts if one.disputed is is_so] for is_so in (False, True))
        return Outcome(found, next_step(found, _open(undisputed), _open(disputed)))


@dataclass(frozen=True, slots=True)
class ChinaCard:
    """On a card in China."""

    currency: str
    payment_minor: int
    paid_on: date
    days_past_due: int
    amounts: Mapping[Component, int]
    counted_against: str = "card"

    def outcome(self, law: Parameters) -> Outcome:
        """By `china_card`, with the change day that holds on the day of the payment."""
        change = change_day_of_cards(law, self.paid_on)
        found = china_card(self.payment_minor, self.amounts, self.days_past_due, change.whole)
        return Outcome(found, next_step(found, _open([self.amounts])), (change,))


@dataclass(frozen=True, slots=True)
class UsCard:
    """On a card in the United States."""

    currency: str
    payment_minor: int
    paid_on: date
    minimum_minor: int
    balances: Sequence[CardBalance]
    minimum_order: Sequence[str] | None = None
    counted_against: str = "balance"

    def outcome(self, law: Parameters) -> Outcome:
        """By `us_card`."""
        found = us_card(self.payment_minor, self.minimum_minor, self.balances, self.minimum_order)
        return Outcome(found, next_step(found, sum(one.amount_minor for one in self.balances)))


COMPONENTS = {one.value: Field(Amount()) for one in Component}
COMMON = {
    "currency": Field(CurrencyCode(), needed=True),
    "payment": Field(Amount(), needed=True, to="payment_minor"),
    "paid_on": Field(Day(), needed=True),
}
INSTALMENTS = {"instalments": Field(ListOf(Group({"due_on": Field(Day(), needed=True), **COMPONENTS}), "instalment"), needed=True)}
ORDER = ListOf(OneOf(Component), "component", lowest=1, once=True)
RULES = {f"{due.value}_{kind.value}": Rule(due, kind) for due in DueClass for kind in Component}
CHARGE = Group(
    {
        "component": Field(OneOf({one.value: one for one in (Component.FEE, Component.PENALTY, Component.COSTS)}), needed=True),
        "due_on": Field(Day(), needed=True),
        "amount": Field(Amount(), needed=True),
    }
)
DEBT = Group(
    {
        "name": Field(Text("the name of the debt, each once"), needed=True, to="key"),
        "due_on": Field(Day(), needed=True),
        **COMPONENTS,
        "secured": Field(YesNo()),
        "rate_percent": Field(Percentage(), to="rate_annual"),
        "disputed": Field(YesNo()),
    }
)
BALANCE = Group(
    {
        "name": Field(Text("the name of the balance, each once"), needed=True, to="key"),
        "amount": Field(Amount(), needed=True, to="amount_minor"),
        "rate_percent": Field(Percentage(), needed=True, to="rate_annual"),
        "deferred_ends_soon": Field(YesNo()),
    }
)


def amounts_of(values: dict[str, Any]) -> dict[Component, int]:
    """The amounts by component, taken out of the values of `COMPONENTS`."""
    return {one: values.pop(one.value) for one in Component if one.value in values}


def _with_instalments(values: dict[str, Any]) -> dict[str, Any]:
    rows = [Outstanding(number, row.pop("due_on"), amounts_of(row)) for number, row in enumerate(values["instalments"], 1)]
    return {**values, "instalments": rows}


def names_of(field: str, each: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the rows (their `key`), each of which must stand once."""
    names = [row["key"] for row in rows]
    if (again := first_again(names)) is not None:
        where = f"name of {each} {again + 1}"
        raise FieldNotValid(where, f"{where} is “{names[again]}”, as another one's is.", f"Write {where} as a name of its own, as each of {field} has.")
    return {name: name for name in names}


def _named(values: dict[str, Any], field: str, each: str, known: Mapping[str, str]) -> None:
    """Refuse a name that none of the rows has."""
    stated = values.get(field)
    for name in stated if isinstance(stated, list) else [stated] if stated is not None else []:
        OneOf(known).read(field, name, "")


def _between_debts(values: dict[str, Any]) -> BetweenDebts:
    known = names_of("debts", "debt", values["debts"])
    for field in ("designated", "agreed"):
        _named(values, field, "debt", known)
    return BetweenDebts(**{**values, "debts": [Debt(amounts=amounts_of(row), **row) for row in values["debts"]]})


def _us_card(values: dict[str, Any]) -> UsCard:
    known = names_of("balances", "balance", values["balances"])
    _named(values, "minimum_order", "balance", known)
    order = values.get("minimum_order")
    if order is not None and len(order) < len(known):
        raise FieldNotValid("minimum_order", "minimum_order does not name every balance.", f"Write minimum_order as a list of {', '.join(known)} in the issuer's order.")
    return UsCard(**{**values, "balances": [CardBalance(**row) for row in values["balances"]]})


NAMES = ListOf(Text("a name that stands in the list", "A"), "name", lowest=1, once=True)
PAYMENT_KINDS: dict[str, Document[Payment]] = {
    "per_instalment": Document("a payment", {**COMMON, **INSTALMENTS, "order": Field(ORDER)}, lambda values: PerInstalment(**_with_instalments(values))),
    "due_then_in_advance": Document(
        "a payment",
        {**COMMON, **INSTALMENTS, "due_order": Field(ORDER), "in_advance_order": Field(ORDER), "charges": Field(ListOf(CHARGE, "charge"))},
        lambda values: DueThenInAdvance(**_with_instalments(values)),
    ),
    "rules": Document(
        "a payment",
        {
            **COMMON,
            **INSTALMENTS,
            "rules": Field(ListOf(OneOf(RULES), "rule", lowest=1, once=True), needed=True),
            "direction": Field(OneOf(Direction)),
            "future": Field(OneOf(FutureInstalments)),
        },
        lambda values: ByRules(**_with_instalments(values)),
    ),
    "debts": Document(
        "a payment",
        {
            **COMMON,
            "debts": Field(ListOf(DEBT, "debt", lowest=1), needed=True),
            "designated": Field(Text("the name of one of the debts", "A")),
            "agreed": Field(NAMES),
            "agreed_inside": Field(ORDER),
        },
        _between_debts,
    ),
    "card_china": Document(
        "a payment",
        {**COMMON, "days_past_due": Field(Whole("a whole number of days, such as 91", "91"), needed=True), **COMPONENTS, "principal": Field(Amount(), needed=True)},
        lambda values: ChinaCard(amounts=amounts_of(values), **values),
    ),
    "card_us": Document(
        "a payment",
        {**COMMON, "minimum": Field(Amount(), needed=True, to="minimum_minor"), "balances": Field(ListOf(BALANCE, "balance", lowest=1), needed=True), "minimum_order": Field(NAMES)},
        _us_card,
    ),
}
PAYMENTS: Kinds[Payment] = Kinds("a payment", PAYMENT_KINDS, lambda stated: "rules" if {"rules", "direction", "future"} & stated.keys() else "per_instalment")


def read_payment(text: str) -> Payment:
    """Which payment, against what, by which order does this text state?

    >>> asked = read_payment("{currency: CNY, payment: 12.00, paid_on: 2026-03-01, instalments: [{due_on: 2026-02-01, principal: 9.00}]}")
    >>> found = asked.outcome(Parameters({}))
    >>> found.allocation.by_key(), found.allocation.unallocated_minor, found.next_step.value
    ({1: 900}, 300, 'start_refund')

    Raises:
        BadData: a field is missing, not known or not valid; the message names it and what to write.
    """
    return PAYMENTS.read(text)
