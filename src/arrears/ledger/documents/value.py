"""What is to be valued, as a document: cash flows, a loan with its fees, or plans side by side. Its `kind` says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from arrears.core.parameters import NoValue, Parameters, Reading
from arrears.ledger import china
from arrears.ledger.allocation.claims import Component
from arrears.ledger.documents.payment import COMPONENTS, ORDER, amounts_of, names_of
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
)
from arrears.ledger.documents.terms import DAY_COUNTS, TERMS_FIELDS, terms_of
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.ranges import OutsideRange
from arrears.ledger.schedule.terms import Terms
from arrears.ledger.value.flows import Flow, Timing
from arrears.ledger.value.loan_cost import Fee, Measure
from arrears.ledger.value.plans import DatedPayment, Plan, PlanOutcome, check_plan, equal_plan, plan_days, run_plan


@dataclass(frozen=True, slots=True)
class CashFlows:
    """Dated amounts, and by which rate and on which day they are to be valued."""

    currency: str
    flows: Sequence[Flow]
    discount: Decimal | None = None
    valued_on: date | None = None
    timing: Timing = Timing.DAYS_365


Ceiling = tuple[Decimal, tuple[Reading, ...]]
"""The highest rate, and the figures of law on which it rests."""
OfLaw = Callable[[Parameters, date, Decimal | None], Ceiling]


def _court(law: Parameters, on: date, lpr: Decimal | None) -> Ceiling:
    reading = law.value_on("cn_financial_loan_court_cap", on)
    return reading.share, (reading,)


def _micro_loan(law: Parameters, on: date, lpr: Decimal | None) -> Ceiling:
    held = []
    for name in ("cn_microloan_all_in_cap", "cn_microloan_lpr_multiple"):
        with suppress(NoValue):  # The second holds from a later day on; without the first the cap itself refuses.
            held.append(law.value_on(name, on))
    return china.micro_loan_cap(law, on, lpr), tuple(held)


def _private(law: Parameters, on: date, lpr: Decimal | None) -> Ceiling:
    if lpr is None:
        raise FieldNotValid("lpr_1y_percent", "lpr_1y_percent is missing.", "Write lpr_1y_percent as the one-year LPR of the day of the contract, such as 3.00.")
    return china.private_lending_cap(law, on, lpr), (law.value_on("cn_private_lending_lpr_multiple", on),)


CEILINGS: dict[str, OfLaw] = {
    "cn_financial_loan_court": _court,
    "cn_micro_loan": _micro_loan,
    "cn_private_lending": _private,
}


CEILING_FIELDS = {
    "ceiling_percent": Field(Percentage("a percentage a year without its sign, such as 24", "24"), to="ceiling"),
    "ceiling_of_law": Field(OneOf(CEILINGS)),
    "lpr_1y_percent": Field(Percentage("the one-year LPR as a percentage, such as 3.00", "3.00"), to="lpr_1y"),
}
"""By which ceiling is an all-in rate to be judged? They stand in other documents too."""


def ceiling_on(law: Parameters, on: date, stated: Decimal | None, of_law: OfLaw | None, lpr_1y: Decimal | None) -> Ceiling | None:
    """The ceiling of law on this day, or the one that is stated, or none.

    Raises:
        NoValue: no figure of law is known for the day.
        FieldNotValid: it rests on the LPR, and none is given.
    """
    if of_law is not None:
        return of_law(law, on, lpr_1y)
    return None if stated is None else (stated, ())


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan with its fees, and the ceiling beside which its all-in rate is to be shown."""

    currency: str
    terms: Terms
    fees: Sequence[Fee] = ()
    ceiling: Decimal | None = None
    ceiling_of_law: OfLaw | None = None
    lpr_1y: Decimal | None = None
    measured_by: Measure = Measure.EFFECTIVE
    discount: Decimal | None = None

    def ceiling_by(self, law: Parameters) -> Ceiling | None:
        """The ceiling that is stated, or the one of law on the day of paying out.

        Raises:
            NoValue: no figure of law is known for the day.
        """
        return ceiling_on(law, self.terms.paid_out_on, self.ceiling, self.ceiling_of_law, self.lpr_1y)


@dataclass(frozen=True, slots=True)
class EqualPayments:
    """On which days equal payments are to clear the debt, in multiples of what."""

    days: Sequence[date]
    multiple_minor: int = 1


@dataclass(frozen=True, slots=True)
class Plans:
    """A debt on the day of an agreement, and plans for it."""

    currency: str
    agreed_on: date
    owed: Mapping[Component, int]
    plans: Sequence[tuple[Plan, EqualPayments | None]]
    pay_now_minor: int | None = None
    discount: Decimal | None = None

    @property
    def paying_now_minor(self) -> int:
        """What it would cost to pay now: the amount that is stated, or all that is owed."""
        return sum(self.owed.values()) if self.pay_now_minor is None else self.pay_now_minor

    def worked_out(self) -> list[PlanOutcome]:
        """Each plan, as far as it is kept to the day."""
        return [
            run_plan(self.owed, self.agreed_on, plan) if equal is None else equal_plan(self.owed, self.agreed_on, plan, equal.days, equal.multiple_minor)
            for plan, equal in self.plans
        ]


Valued = CashFlows | Loan | Plans
CURRENCY = {"currency": Field(CurrencyCode(), needed=True)}
DISCOUNT = Percentage("a percentage a year without its sign, such as 5", "5")
FLOW = Group({"on": Field(Day(), needed=True), "amount": Field(Amount("an amount, above zero if received, below if paid, such as -1200.00", signed=True), needed=True)})
FEE = Group({"name": Field(Text("what the fee is for", "service")), "on": Field(Day("a day not before paid_out_on")), "amount": Field(Amount(), needed=True)})
PAYMENT = Group({"on": Field(Day("a day not before agreed_on"), needed=True), "amount": Field(Amount(), needed=True)})
EQUAL = Group(
    {
        "count": Field(Whole("a whole number from 1 to 1200, such as 12", lowest=1, highest=1200), needed=True),
        "first_due_on": Field(Day("a day not before agreed_on"), needed=True),
        "every": Field(Whole("a whole number from 1 to 12, such as 1", "1", 1, 12)),
        "unit": Field(OneOf(Unit)),
        "month_end": Field(OneOf(MonthEndRule)),
        "multiple": Field(Amount("an amount above zero, such as 1.00", "1.00"), to="multiple_minor"),
    }
)
OWED = Group(COMPONENTS, "a group of components with amounts, such as {principal: 900.00, interest: 40.00}", beside=dict.fromkeys(COMPONENTS, "1200.00"))
PLAN = Group(
    {
        "name": Field(Text("a name of its own for the plan"), needed=True, to="key"),
        "payments": Field(ListOf(PAYMENT, "payment", lowest=1, highest=1200)),
        "equal": Field(EQUAL),
        "rate_percent": Field(Percentage("a percentage a year from 0 to 10000 without its sign, such as 6"), to="rate_annual"),
        "day_count": Field(OneOf(DAY_COUNTS)),
        "fee": Field(Amount(), to="fee_minor"),
        "waived": Field(Group(COMPONENTS, "a group of components with amounts, none above what is owed")),
        "order": Field(ORDER, to="agreed_order"),
    },
    beside={"payments": [PAYMENT.example]},
)


def _cash_flows(values: dict[str, Any]) -> CashFlows:
    return CashFlows(**{**values, "flows": [Flow(row["on"], row["amount"]) for row in values["flows"]]})


def _loan(values: dict[str, Any]) -> Loan:
    own = {name: values.pop(name) for name in ("currency", "fees", "ceiling", "ceiling_of_law", "lpr_1y", "measured_by", "discount") if name in values}
    if "ceiling" in own and "ceiling_of_law" in own:
        raise FieldNotValid("ceiling_percent", "ceiling_percent stands beside ceiling_of_law.", "Write one of them: a rate of your own, or the name of one of law.")
    terms = terms_of(values)
    fees = []
    for number, row in enumerate(own.pop("fees", ()), 1):
        fees.append(Fee(row.get("on", terms.paid_out_on), row["amount"]))
        if fees[-1].on < terms.paid_out_on:
            raise FieldNotValid(f"on of fee {number}", f"on of fee {number} is before paid_out_on.", f"Write on of fee {number} as {terms.paid_out_on} or a later day.")
    return Loan(terms=terms, fees=fees, **own)


def _equal(where: str, values: dict[str, Any]) -> EqualPayments:
    multiple = values.get("multiple_minor", 1)
    if not multiple:
        raise FieldNotValid(f"multiple of {where}", f"multiple of {where} is zero.", f"Write multiple of {where} as an amount above zero.")
    month_end = values.get("month_end", MonthEndRule.CLAMP_TO_LAST_DAY)
    return EqualPayments(plan_days(values["first_due_on"], values["count"], values.get("every", 1), values.get("unit", Unit.MONTHS), month_end), multiple)


def _plan(where: str, values: dict[str, Any], owed: Mapping[Component, int], agreed_on: date) -> tuple[Plan, EqualPayments | None]:
    """One plan, with its payments or with the days on which equal ones are wanted."""
    if ("payments" in values) is ("equal" in values):
        raise FieldNotValid(f"payments of {where}", f"{where} needs either payments or equal.", f"Write payments of {where} as a list with on and amount, or equal of {where} with count and first_due_on.")
    equal = _equal(f"equal of {where}", values.pop("equal")) if "equal" in values else None
    payments = [DatedPayment(row["on"], row["amount"]) for row in values.pop("payments", ())]
    plan = Plan(name=values.pop("key"), payments=payments, **{**values, "waived": amounts_of(values.get("waived", {}))})
    try:
        check_plan(owed, agreed_on, plan if equal is None else replace(plan, payments=[DatedPayment(day, 0) for day in equal.days]))
    except OutsideRange as trouble:
        names = {"fee_minor": "fee", "rate_annual": "rate_percent", "payments": "payments" if equal is None else "first_due_on of equal"}
        name = f"{names.get(trouble.field, trouble.field)} of {where}"
        raise FieldNotValid(name, f"{name} is outside its range.", trouble.remedy.replace(f"Write {trouble.field}", f"Write {name}")) from None
    return plan, equal


def _plans(values: dict[str, Any]) -> Plans:
    names_of("plans", "plan", values["plans"])
    owed = amounts_of(values["owed"])
    return Plans(**{**values, "owed": owed, "plans": [_plan(f"plan {number}", row, owed, values["agreed_on"]) for number, row in enumerate(values["plans"], 1)]})


VALUE_KINDS: dict[str, Document[Valued]] = {
    "cash_flows": Document(
        "cash flows",
        {
            **CURRENCY,
            "flows": Field(ListOf(FLOW, "flow", lowest=1), needed=True),
            "discount_percent": Field(DISCOUNT, to="discount"),
            "valued_on": Field(Day()),
            "timing": Field(OneOf(Timing)),
        },
        _cash_flows,
    ),
    "loan": Document(
        "a loan with its fees",
        {
            **CURRENCY,
            **TERMS_FIELDS,
            "fees": Field(ListOf(FEE, "fee")),
            **CEILING_FIELDS,
            "measured_by": Field(OneOf(Measure)),
            "discount_percent": Field(DISCOUNT, to="discount"),
        },
        _loan,
    ),
    "plans": Document(
        "plans for a debt",
        {
            **CURRENCY,
            "agreed_on": Field(Day(), needed=True),
            "owed": Field(OWED, needed=True),
            "pay_now": Field(Amount(), to="pay_now_minor"),
            "discount_percent": Field(DISCOUNT, to="discount"),
            "plans": Field(ListOf(PLAN, "plan", lowest=1, highest=20), needed=True),
        },
        _plans,
    ),
}
VALUED: Kinds[Valued] = Kinds("cash flows, a loan or plans", VALUE_KINDS)


def read_value(text: str) -> Valued:
    """What is to be valued, by this text?

    >>> read_value("{kind: cash_flows, currency: CNY, flows: [{on: 2026-01-01, amount: -100.00}]}").flows
    [Flow(on=datetime.date(2026, 1, 1), amount_minor=-10000)]

    Raises:
        BadData: a field is missing, not known or not valid; the message names it and what to write.
    """
    return VALUED.read(text)
