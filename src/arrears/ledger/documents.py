"""What does a written document say: terms of a loan, or a payment and what is outstanding?

YAML or JSON (which is YAML). Every value is read as text, so that no amount passes through a binary fraction; amounts are in major units of
the currency. A field that is missing, not known or not valid is refused with its name and what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import yaml

from arrears.core.money import AmountNotValid, minor_digits, parse_minor
from arrears.core.problems import BadData, WrongCall
from arrears.ledger.allocation.claims import Allocation, Component, Outstanding
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList, by_rules, oldest_first, per_instalment, read_rule
from arrears.ledger.day_count import ACTUAL_360, ACTUAL_365, ACTUAL_ACTUAL, THIRTY_360
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.schedule.terms import Amortization, Engine, InterestMethod, InterestPeriod, Terms

DAY_COUNTS = {"30/360": THIRTY_360, "actual/360": ACTUAL_360, "actual/365": ACTUAL_365, "actual/actual": ACTUAL_ACTUAL}
Read = Callable[[str], Any]


def _refuse(field: str, value: object, wanted: str) -> BadData:
    return BadData(f"{field} is “{value}”.", "Nothing can be worked out from that.", f"Write {field} as {wanted}.")


def _number(field: str) -> Read:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit():
            raise _refuse(field, text, "a whole number, such as 12")
        return int(text)

    return read


def _percent(field: str) -> Read:
    def read(text: str) -> Decimal:
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("nan")
        if not found.is_finite():
            raise _refuse(field, text, "a percentage without its sign, such as 12 or 4.35")
        return found

    return read


def _day(field: str) -> Read:
    def read(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise _refuse(field, text, "a day, such as 2026-01-31") from None

    return read


def _amount(field: str, currency: str) -> Read:
    def read(text: str) -> int:
        try:
            return parse_minor(text, currency)
        except AmountNotValid as trouble:
            raise BadData(f"{field}: {trouble}", "Nothing can be worked out from that.", f"Write {field} in {currency}, such as 1200.00.") from None

    return read


def _one_of(field: str, named: type[Enum] | Mapping[str, Any]) -> Read:
    known = dict(named) if isinstance(named, Mapping) else {str(one.value): one for one in named}

    def read(text: str) -> Any:
        if text not in known:
            raise _refuse(field, text, f"one of {', '.join(known)}")
        return known[text]

    return read


def _mapping(where: str, stated: object) -> dict[str, Any]:
    if not isinstance(stated, dict):
        raise BadData(f"{where} has no fields.", "Nothing can be worked out from that.", f"Write {where} as lines such as “currency: CNY”.")
    return stated


def _document(text: str, where: str) -> dict[str, Any]:
    try:
        stated = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 — it makes nothing but texts, lists and mappings
    except yaml.YAMLError as trouble:
        raise BadData(f"{where} is neither YAML nor JSON: {trouble}", "It cannot be read.", "Correct the place that is named.") from None
    return _mapping(where, stated)


def _fields(where: str, stated: dict[str, Any], readers: Mapping[str, Read], needed: frozenset[str]) -> dict[str, Any]:
    """The fields, read. A text where a list is wanted, or the other way round, is refused like any other wrong value."""
    missing, unknown = sorted(needed - stated.keys()), sorted(stated.keys() - readers.keys())
    if missing or unknown:
        said = "; ".join(f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("not known", unknown)) if names)
        raise BadData(f"Fields of {where} — {said}.", "Nothing can be worked out from that.", f"The fields are {', '.join(readers)}.")
    for name, value in stated.items():
        if not isinstance(value, str):
            raise _refuse(name, value, "one value, not a list or a group")
    return {name: readers[name](value) for name, value in stated.items()}


def _currency(stated: dict[str, Any]) -> str:
    currency = stated.get("currency")
    try:
        minor_digits(str(currency))
    except AmountNotValid:
        raise _refuse("currency", currency, "an ISO 4217 code, such as CNY") from None
    return str(currency)


def read_terms(text: str) -> tuple[Terms, str]:
    """Which terms does this text state, and in which currency?

    >>> terms, currency = read_terms("{currency: CNY, principal: 1200.00, rate_percent: 12, count: 4, paid_out_on: 2026-01-31, day_count: 30/360}")
    >>> terms.principal_minor, terms.rate_annual, currency
    (120000, Decimal('0.12'), 'CNY')

    Raises:
        BadData: a field is missing, not known, not valid, or outside its range; the message names it and what to write.
    """
    stated = _document(text, "the terms")
    currency = _currency(stated)
    amounts = {"principal": "principal_minor", "multiple": "multiple_minor", "balloon": "balloon_minor"}
    readers: dict[str, Read] = {
        "currency": str,
        **{name: _amount(name, currency) for name in amounts},
        **{name: _number(name) for name in ("count", "every", "grace_principal", "grace_interest", "fixed_length_days")},
        **{name: _percent(name) for name in ("rate_percent", "down_payment_percent")},
        **{name: _day(name) for name in ("paid_out_on", "first_due_on")},
        "unit": _one_of("unit", Unit),
        "engine": _one_of("engine", Engine),
        "method": _one_of("method", InterestMethod),
        "amortization": _one_of("amortization", Amortization),
        "interest_period": _one_of("interest_period", InterestPeriod),
        "day_count": _one_of("day_count", DAY_COUNTS),
        "month_end": _one_of("month_end", MonthEndRule),
    }
    read = _fields("the terms", stated, readers, frozenset({"currency", "principal", "rate_percent", "count", "paid_out_on"}))
    del read["currency"]
    read["rate_annual"] = read.pop("rate_percent").scaleb(-2)
    try:
        return Terms(**{amounts.get(name, name): value for name, value in read.items()}), currency
    except WrongCall as trouble:
        raise BadData(trouble.what, trouble.why, trouble.remedy) from None


@dataclass(frozen=True, slots=True)
class PaymentDocument:
    """A payment, what was outstanding before it, and the order; `rules` None: instalment by instalment in `order`."""

    currency: str
    payment_minor: int
    paid_on: date
    instalments: tuple[Outstanding, ...]
    order: tuple[Component, ...]
    rules: RuleList | None

    def allocate(self) -> Allocation:
        """Against what does the payment count?"""
        if self.rules is None:
            return per_instalment(self.payment_minor, self.instalments, self.order)
        return by_rules(self.payment_minor, self.instalments, self.paid_on, self.rules)


STANDARD_ORDER = (Component.COSTS, Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)


def read_payment(text: str) -> PaymentDocument:
    """Which payment, against what, in which order does this text state?

    >>> read_payment("{currency: CNY, payment: 5.00, paid_on: 2026-03-01, instalments: [{due_on: 2026-02-01, principal: 9.00}]}").allocate().by_key()
    {1: 500}

    Raises:
        BadData: a field is missing, not known or not valid; the message names it and what to write.
    """
    stated = _document(text, "the payment")
    currency = _currency(stated)
    lists = {name: stated.pop(name, None) for name in ("instalments", "order", "rules")}
    for name, value in lists.items():
        if (value is None and name == "instalments") or not isinstance(value, list | None):
            raise _refuse(name, value, "a list")
    readers: dict[str, Read] = {
        "currency": str,
        "payment": _amount("payment", currency),
        "paid_on": _day("paid_on"),
        "direction": _one_of("direction", Direction),
        "future": _one_of("future", FutureInstalments),
    }
    read = _fields("the payment", stated, readers, frozenset({"currency", "payment", "paid_on"}))
    order = tuple(_one_of("order", Component)(str(name)) for name in lists["order"] or ()) or STANDARD_ORDER
    try:
        instalments = tuple(_outstanding(number, row, currency) for number, row in enumerate(lists["instalments"], 1))
        rules = None
        if lists["rules"] is not None:
            ordering = (read.get("direction", Direction.HORIZONTAL), read.get("future", FutureInstalments.NEXT))
            rules = RuleList(tuple(read_rule(str(name)) for name in lists["rules"]), *ordering)
        if read["payment"] < 0:
            raise _refuse("payment", stated["payment"], "an amount of zero or more")
    except WrongCall as trouble:
        raise BadData(trouble.what, trouble.why, trouble.remedy) from None
    return PaymentDocument(currency, read["payment"], read["paid_on"], tuple(oldest_first(instalments)), order, rules)


def _outstanding(number: int, row: object, currency: str) -> Outstanding:
    where = f"instalment {number}"
    readers: dict[str, Read] = {"due_on": _day(f"due_on of {where}"), **{one.value: _amount(f"{one.value} of {where}", currency) for one in Component}}
    read = _fields(where, _mapping(where, row), readers, frozenset({"due_on"}))
    return Outstanding(number, read.pop("due_on"), {Component(name): amount for name, amount in read.items()})
