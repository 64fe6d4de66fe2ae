"""An account with its terms, its schedule and everything that happened to it, as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arrears.core.problems import WrongCall
from arrears.ledger.account.entries import (
    AccrualChange,
    AccrualState,
    Charge,
    Chargeback,
    CostBasis,
    Entry,
    InstalmentAgreed,
    Payment,
    QuoteGiven,
    QuoteKind,
    RateChange,
    Refund,
    TakenBack,
    Waiver,
    WhyTakenBack,
)
from arrears.ledger.account.redress import Measure, Rested, RestedKind
from arrears.ledger.account.terms import AccountTerms, AllocationWay, InAdvance, InterestWay
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList
from arrears.ledger.bearing import NEVER_BEARS, BearingRule, InterestKind
from arrears.ledger.documents.payment import COMPONENTS, RULES
from arrears.ledger.documents.reading import (
    Amount,
    CurrencyCode,
    Day,
    Document,
    Field,
    FieldNotValid,
    Group,
    ListOf,
    OneOf,
    Percentage,
    Text,
    Whole,
    YesNo,
)
from arrears.ledger.documents.terms import TERMS_FIELDS, terms_of
from arrears.ledger.ranges import OutsideRange
from arrears.ledger.schedule.make import schedule


@dataclass(frozen=True, slots=True)
class AccountDocument:
    """Terms, entries, and what rested on figures of the account."""

    terms: AccountTerms
    entries: tuple[Entry, ...]
    rested: tuple[Rested, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.terms.currency


RATE = Percentage("a percentage a year from 0 to 10000 without its sign, such as 18", "18")
EVERY_COMPONENT = ListOf(OneOf(Component), "component", lowest=len(Component), highest=len(Component), once=True)
NUMBER = Whole("the number of an instalment, such as 3", "1", lowest=1)
BEARS = {one.value: one for one in Component if one not in NEVER_BEARS}
NAME = Text("a name of its own, such as P-17", "P-17")
TERMS = {
    "product": Field(Text("the name of the product", "loan")),
    "contract_rate_percent": Field(RATE, to="contract_rate_annual"),
    "penalty_rate_percent": Field(RATE, to="penalty_rate_annual"),
    "compound_rate_percent": Field(RATE, to="compound_rate_annual"),
    "days_in_year": Field(OneOf({str(one): one for one in (360, 364, 365, 366)})),
    "interest": Field(OneOf(InterestWay)),
    "contract_interest_on_overdue": Field(YesNo()),
    "penalty_grace_days": Field(Whole("a whole number from 0 to 366", "3", highest=366)),
    "bearing": Field(
        ListOf(
            Group(
                {
                    "kind": Field(OneOf(InterestKind), needed=True),
                    "from_on": Field(Day(), needed=True),
                    "components": Field(ListOf(OneOf(BEARS), "component", once=True), needed=True),
                }
            ),
            "bearing rule",
        )
    ),
    "allocation": Field(OneOf(AllocationWay)),
    "order": Field(EVERY_COMPONENT),
    "in_advance_order": Field(EVERY_COMPONENT),
    "rules": Field(ListOf(OneOf(RULES), "rule", lowest=1, once=True)),
    "direction": Field(OneOf(Direction)),
    "future": Field(OneOf(FutureInstalments)),
    "principal_first_after_days": Field(Whole("a whole number of days, such as 90", "90")),
    "in_advance": Field(OneOf(InAdvance)),
}


def _dated(day: str, **fields: Field) -> Group:
    """What every row has: its name, the day for which it holds, the day on which it became known (else the same)."""
    common = {"id": Field(NAME, to="entry_id"), day: Field(Day(), needed=True, to="valid_on"), "recorded_on": Field(Day())}
    return Group({**common, **fields})


BASIS = Group({"clause": Field(Text("the clause of the contract", "12.3"), needed=True), "rule": Field(Text("the rule of law", "Civil Code art. 561"), needed=True)})
CHARGEABLE = {one.value: one for one in (Component.FEE, Component.PENALTY, Component.COSTS)}
AMOUNT = Field(Amount(), needed=True, to="amount_minor")
KINDS = ListOf(OneOf(InterestKind), "kind", lowest=1, once=True)
HAPPENED: Mapping[str, tuple[str, Group, Callable[..., Entry]]] = {
    "payments": ("payment", _dated("paid_on", amount=AMOUNT, instalment=Field(NUMBER, to="designated")), Payment),
    "taken_back": (
        "taking back",
        _dated("on", of=Field(Text("the id of the entry", "P-17"), needed=True), why=Field(OneOf(WhyTakenBack), needed=True)),
        TakenBack,
    ),
    "chargebacks": ("chargeback", _dated("on", of=Field(Text("the id of the payment", "P-17"), needed=True)), Chargeback),
    "charges": (
        "charge",
        _dated(
            "on",
            component=Field(OneOf(CHARGEABLE), needed=True),
            amount=AMOUNT,
            instalment=Field(NUMBER, to="number"),
            due_on=Field(Day()),
            basis=Field(BASIS),
        ),
        Charge,
    ),
    "waivers": ("waiver", _dated("on", component=Field(OneOf(Component), needed=True), amount=AMOUNT, instalment=Field(NUMBER, to="number")), Waiver),
    "accrual": (
        "accrual state",
        _dated(
            "from_on",
            state=Field(OneOf(AccrualState), needed=True),
            reason=Field(Text("the reason in a few words", "insolvency"), needed=True),
            kinds=Field(KINDS),
            until_on=Field(Day()),
            cap_percent=Field(RATE, to="cap_rate_annual"),
        ),
        AccrualChange,
    ),
    "rates": ("rate", _dated("from_on", kind=Field(OneOf(InterestKind), needed=True), rate_percent=Field(RATE, needed=True, to="rate_annual")), RateChange),
    "quotes": (
        "quote",
        _dated("given_on", amount=AMOUNT, expires_on=Field(Day(), needed=True), settles=Field(OneOf(QuoteKind), needed=True)),
        QuoteGiven,
    ),
    "refunds": ("refund", _dated("on", amount=AMOUNT), Refund),
}
"""What may have happened: the list's name, what one row is called, its fields, the entry it becomes."""

INSTALMENT = Group(
    {
        "id": Field(NAME, to="entry_id"),
        "number": Field(NUMBER),
        "agreed_on": Field(Day(), to="valid_on"),
        "recorded_on": Field(Day()),
        "from_on": Field(Day()),
        "due_on": Field(Day(), needed=True),
        **COMPONENTS,
    }
)
RESTED = Group(
    {
        "what": Field(Text("where it is kept, such as notice 7", "notice 7"), needed=True, to="ref"),
        "kind": Field(OneOf(RestedKind), needed=True),
        "on": Field(Day(), needed=True),
        "measure": Field(OneOf(Measure), needed=True),
        "days": Field(Whole("a whole number of days, where the measure is days_past_due", "10")),
        "amount": Field(Amount("an amount, where the measure is one", "10.00")),
    }
)


def _made(values: dict[str, Any]) -> AccountDocument:
    entries: list[Entry] = [*_agreed(values)]
    for name, (each, _, make) in HAPPENED.items():
        entries += [_entry(each, number, row, make) for number, row in enumerate(values.pop(name, ()), 1)]
    _ids_are_their_own(entries)
    rested = tuple(_rested(number, row) for number, row in enumerate(values.pop("rested", ()), 1))
    return AccountDocument(_terms(values), tuple(entries), rested)


def _terms(values: dict[str, Any]) -> AccountTerms:
    if "bearing" in values:
        product = values.get("product", "loan")
        values["bearing"] = tuple(_bearing(number, row, product) for number, row in enumerate(values["bearing"], 1))
    ordering = {name: values.pop(name) for name in ("direction", "future") if name in values}
    if "rules" in values:
        values["rules"] = RuleList(tuple(values["rules"]), **ordering)
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return AccountTerms(**fields)


def _bearing(number: int, row: dict[str, Any], product: str) -> BearingRule:
    field = f"components of bearing rule {number}"
    try:
        return BearingRule(product, row["kind"], row["from_on"], frozenset(row["components"]))
    except WrongCall as trouble:
        raise FieldNotValid(field, f"{field}: {trouble.what} {trouble.why}", f"Write {field} without them.") from None


def _agreed(values: dict[str, Any]) -> Iterator[InstalmentAgreed]:
    """The instalments: those of a loan's terms, or as they are written."""
    loan, rows = values.pop("loan", None), values.pop("instalments", None)
    if (loan is None) == (rows is None):
        raise FieldNotValid("instalments", "Neither loan nor instalments stands there, or both do.", "Write loan with the terms of the loan, or instalments with what falls due.")
    if loan is None:
        yield from (_instalment(number, row) for number, row in enumerate(rows, 1))
        return
    try:
        terms = terms_of(loan)
    except OutsideRange as trouble:
        named = next((name for name, one in TERMS_FIELDS.items() if (one.to or name) == trouble.field), trouble.field)
        raise FieldNotValid(f"{named} of loan", f"{named} of loan is outside its range.", f"Write {named} of loan as {TERMS_FIELDS[named].form.wanted}.") from None
    for one in schedule(terms):
        amounts = {Component.PRINCIPAL: one.principal_minor, Component.INTEREST: one.interest_minor}
        day = terms.paid_out_on
        yield InstalmentAgreed(
            entry_id=f"instalment {one.number}", valid_on=day, recorded_on=day, number=one.number, due_on=one.due_on, from_on=one.from_on, amounts=amounts
        )


def _instalment(place: int, row: dict[str, Any]) -> InstalmentAgreed:
    amounts = {one: row.pop(one.value) for one in Component if one.value in row}
    row.setdefault("number", place)
    row.setdefault("valid_on", min(row["due_on"], row.get("from_on", row["due_on"])))
    return _entry("instalment", place, {**row, "amounts": amounts}, InstalmentAgreed)  # type: ignore[return-value]


def _entry(each: str, number: int, row: dict[str, Any], make: Callable[..., Entry]) -> Entry:
    row.setdefault("entry_id", f"{each} {number}")
    row.setdefault("recorded_on", row["valid_on"])
    if "kinds" in row:
        row["kinds"] = frozenset(row["kinds"])
    if "basis" in row:
        row["basis"] = CostBasis(**row["basis"])
    try:
        return make(**row)
    except WrongCall as trouble:
        raise FieldNotValid(f"{each} {number}", f"{each} {number}: {trouble.what}", trouble.remedy) from None


def _ids_are_their_own(entries: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for one in entries:
        if one.entry_id in seen:
            raise FieldNotValid("id", f"Two entries have the id {one.entry_id}.", "Write an id of its own for each entry.")
        seen.add(one.entry_id)


def _rested(number: int, row: dict[str, Any]) -> Rested:
    wanted, other = ("days", "amount") if row["measure"] is Measure.DAYS_PAST_DUE else ("amount", "days")
    if wanted not in row or other in row:
        field = f"{wanted} of rested {number}"
        raise FieldNotValid(field, f"{field} is missing, or {other} stands beside it.", f"Write {field}, and no {other}: the measure is {row['measure'].value}.")
    return Rested(row["ref"], row["kind"], row["on"], row["measure"], row[wanted])


ACCOUNT = Document(
    "an account",
    {
        "currency": Field(CurrencyCode(), needed=True),
        **TERMS,
        "loan": Field(Group(TERMS_FIELDS)),
        "instalments": Field(ListOf(INSTALMENT, "instalment")),
        **{name: Field(ListOf(group, each)) for name, (each, group, _) in HAPPENED.items()},
        "rested": Field(ListOf(RESTED, "rested")),
    },
    _made,
    {"instalments": [{"due_on": "2026-02-28", "principal": "1000.00"}]},
)


def read_account(text: str) -> AccountDocument:
    """Which account does this text state?

    >>> found = read_account("{currency: CNY, instalments: [{due_on: 2026-02-01, principal: 9.00}], payments: [{paid_on: 2026-02-03, amount: 2.00}]}")
    >>> from datetime import date
    >>> from arrears.ledger.account.replay import replay
    >>> replay(found.terms, found.entries, date(2026, 2, 3)).balance_minor
    700

    Raises:
        BadData: a field is missing, not known or not valid; the message names it and what to write.
    """
    return ACCOUNT.read(text)
