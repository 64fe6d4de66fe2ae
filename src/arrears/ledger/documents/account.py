"""An account with its terms, its schedule and everything that happened to it, as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from arrears.core.parameters import Parameters
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
from arrears.ledger.allocation.debts import ART_561_ORDER
from arrears.ledger.allocation.instalments import Direction, FutureInstalments, RuleList
from arrears.ledger.bearing import NEVER_BEARS, BearingRule, InterestKind
from arrears.ledger.documents.payment import COMPONENTS, ORDER, RULES
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
from arrears.ledger.documents.value import CEILING_FIELDS, Ceiling, OfLaw, ceiling_on
from arrears.ledger.ranges import OutsideRange
from arrears.ledger.schedule.make import schedule

Made = TypeVar("Made", bound=Entry)


@dataclass(frozen=True, slots=True)
class AccountDocument:
    """Terms, entries, and what rested on figures of the account."""

    terms: AccountTerms
    entries: tuple[Entry, ...]
    rested: tuple[Rested, ...] = ()
    ceiling: Decimal | None = None
    ceiling_of_law: OfLaw | None = None
    lpr_1y: Decimal | None = None

    def ceiling_by(self, law: Parameters) -> Ceiling | None:
        """The ceiling that is stated, or the one of law on the first day of the account.

        Raises:
            NoValue: no figure of law is known for the day.
        """
        begun_on = min((one.valid_on for one in self.entries), default=date.max)
        return ceiling_on(law, begun_on, self.ceiling, self.ceiling_of_law, self.lpr_1y)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.terms.currency


RATE = Percentage("a percentage a year from 0 to 10000 without its sign, such as 18", "18")
NUMBER = Whole("the number of an instalment, such as 3", "1", lowest=1)
BEARS = {one.value: one for one in reversed(Component) if one not in NEVER_BEARS}
ORDERS = {one.value: one for one in (AllocationWay.PER_INSTALMENT, AllocationWay.ARTICLE_561, AllocationWay.DUE_THEN_IN_ADVANCE)}
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
    "allocation": Field(OneOf(ORDERS)),
    "order": Field(ORDER),
    "in_advance_order": Field(ORDER),
    "own_order": Field(
        Group({"rules": Field(ListOf(OneOf(RULES), "rule", lowest=1, once=True), needed=True), "direction": Field(OneOf(Direction)), "future": Field(OneOf(FutureInstalments))}),
        to="rules",
    ),
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
STATE = {"reason": Field(Text("the reason in a few words", "insolvency"), needed=True), "kinds": Field(KINDS), "until_on": Field(Day())}
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
    "interest_stopped": ("stop", _dated("from_on", **STATE), partial(AccrualChange, state=AccrualState.STOPPED)),
    "interest_capped": (
        "cap",
        _dated("from_on", cap_percent=Field(RATE, needed=True, to="cap_rate_annual"), **STATE),
        partial(AccrualChange, state=AccrualState.CAPPED),
    ),
    "interest_waived": ("waiving", _dated("from_on", **STATE), partial(AccrualChange, state=AccrualState.WAIVED)),
    "interest_normal": ("return to normal", _dated("from_on", **STATE), partial(AccrualChange, state=AccrualState.NORMAL)),
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
RESTED = {"what": Field(Text("where it is kept, such as notice 7", "notice 7"), needed=True, to="ref"), "kind": Field(OneOf(RestedKind), needed=True), "on": Field(Day(), needed=True)}
AMOUNTS = {one.value: one for one in Measure if one is not Measure.DAYS_PAST_DUE}
RESTED_ON: Mapping[str, Group] = {
    "rested_on_days": Group({**RESTED, "days": Field(Whole("a whole number of days, such as 10", "10"), needed=True, to="value")}),
    "rested_on_amounts": Group({**RESTED, "measure": Field(OneOf(AMOUNTS), needed=True), "amount": Field(Amount(), needed=True, to="value")}),
}
"""What was done because of a figure of a day: because of days past due, or of an amount."""


def _made(values: dict[str, Any]) -> AccountDocument:
    entries: list[Entry] = [*_agreed(values)]
    for name, (each, _, make) in HAPPENED.items():
        entries += [_entry(each, number, row, make) for number, row in enumerate(values.pop(name, ()), 1)]
    _ids_are_their_own(entries)
    rested = [Rested(**{"measure": Measure.DAYS_PAST_DUE, **row}) for name in RESTED_ON for row in values.pop(name, ())]
    ceiling = {field: values.pop(field) for field in ("ceiling", "ceiling_of_law", "lpr_1y") if field in values}
    return AccountDocument(_terms(values), tuple(entries), tuple(rested), **ceiling)


def _terms(values: dict[str, Any]) -> AccountTerms:
    if "bearing" in values:
        product = values.get("product", "loan")
        values["bearing"] = tuple(_bearing(number, row, product) for number, row in enumerate(values["bearing"], 1))
    if "rules" in values:
        values["rules"] = RuleList(**{**values["rules"], "rules": tuple(values["rules"]["rules"])})
    _one_order(values)
    for field in {"order", "in_advance_order"} & values.keys():
        values[field] = tuple(dict.fromkeys([*values[field], *ART_561_ORDER]))  # What an agreement does not name follows in the order of law.
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return AccountTerms(**fields)


def _one_order(values: dict[str, Any]) -> None:
    """An order of one's own, or a card's change day, is the order; no other may stand beside it."""
    stated = {"rules": AllocationWay.RULES, "principal_first_after_days": AllocationWay.CHINA_CARD}
    ways = [way for name, way in stated.items() if name in values] + ([values["allocation"]] if "allocation" in values else [])
    if len(ways) > 1:
        raise FieldNotValid("allocation", "Two orders of allocation stand there.", "Write one of allocation, own_order and principal_first_after_days.")
    values["allocation"] = ways[0] if ways else AllocationWay.PER_INSTALMENT


def _bearing(number: int, row: dict[str, Any], product: str) -> BearingRule:
    field = f"components of bearing rule {number}"
    try:
        return BearingRule(product, row["kind"], row["from_on"], frozenset(row["components"]))
    except WrongCall as trouble:
        raise FieldNotValid(field, f"{field}: {trouble.what} {trouble.why}", f"Write {field} without them.") from None


def _agreed(values: dict[str, Any]) -> Iterator[InstalmentAgreed]:
    """The instalments of the loan's terms, then those that are written."""
    of_loan = list(_of_loan(values.pop("loan"))) if "loan" in values else []
    taken = {one.number for one in of_loan}
    yield from of_loan
    rows = values.pop("instalments", ())
    begins_on = min((row.get("from_on", row["due_on"]) for row in rows), default=None)
    for place, row in enumerate(rows, 1):
        row.setdefault("valid_on", begins_on)
        one = _instalment(place, len(of_loan) + place, row)
        if one.number in taken:
            raise FieldNotValid(f"number of instalment {place}", f"Two instalments have the number {one.number}.", f"Write number of instalment {place} as a number of its own.")
        taken.add(one.number)
        yield one


def _of_loan(loan: dict[str, Any]) -> Iterator[InstalmentAgreed]:
    try:
        terms = terms_of(loan)
    except OutsideRange as trouble:
        named = next((name for name, one in TERMS_FIELDS.items() if (one.to or name) == trouble.field), trouble.field)
        raise FieldNotValid(f"{named} of loan", f"{named} of loan is outside its range.", f"Write {named} of loan as {TERMS_FIELDS[named].form.wanted}.") from None
    day = terms.paid_out_on
    for one in schedule(terms):
        amounts = {Component.PRINCIPAL: one.principal_minor, Component.INTEREST: one.interest_minor}
        yield InstalmentAgreed(
            entry_id=f"instalment {one.number}", valid_on=day, recorded_on=day, number=one.number, due_on=one.due_on, from_on=one.from_on, amounts=amounts
        )


def _instalment(place: int, number: int, row: dict[str, Any]) -> InstalmentAgreed:
    amounts = {one: row.pop(one.value) for one in Component if one.value in row}
    row.setdefault("number", number)
    row.setdefault("entry_id", f"instalment {number}")
    return _entry("instalment", place, {**row, "amounts": amounts}, InstalmentAgreed)


def _entry(each: str, number: int, row: dict[str, Any], make: Callable[..., Made]) -> Made:
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


ACCOUNT = Document(
    "an account",
    {
        "currency": Field(CurrencyCode(), needed=True),
        **TERMS,
        "loan": Field(Group(TERMS_FIELDS)),
        "instalments": Field(ListOf(INSTALMENT, "instalment")),
        **{name: Field(ListOf(group, each)) for name, (each, group, _) in HAPPENED.items()},
        **CEILING_FIELDS,
        **{name: Field(ListOf(group, name.replace("_", " "))) for name, group in RESTED_ON.items()},
    },
    _made,
)


def read_account(text: str) -> AccountDocument:
    """Which account does this text state?

    >>> found = read_account("{currency: CNY, instalments: [{due_on: 2026-02-01, principal: 9.00}], payments: [{paid_on: 2026-02-03, amount: 2.00}]}")
    >>> from arrears.ledger.account.replay import replay
    >>> replay(found.terms, found.entries, date(2026, 2, 3)).balance_minor
    700

    Raises:
        BadData: a field is missing, not known or not valid; the message names it and what to write.
    """
    return ACCOUNT.read(text)
