"""What does a plan of dated payments do to a debt, what does it cost the debtor, and how do plans compare?

A plan starts on the day of the agreement: what is waived stands aside, a fee for the plan is added, and interest runs on the principal left
if the plan says so: simply, never on interest, fees or penalties. Each payment counts in the order of art. 561 of the Chinese Civil Code
(costs, penalty, fee, interest, principal) unless another was agreed. Interest is counted exactly from the first day on and rounded half even
as a running total on each day of payment, so that its sum is rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from arrears.core.reasons import Sentence
from arrears.ledger.allocation.claims import Allocation, Component, not_negative
from arrears.ledger.allocation.debts import inside_one_debt
from arrears.ledger.day_count import ACTUAL_365, DayCount, year_fraction
from arrears.ledger.due_dates import MonthEndRule, Unit, due_dates
from arrears.ledger.ranges import within
from arrears.ledger.rounding import divide
from arrears.ledger.value.flows import Flow, present_value
from arrears.ledger.value.rates import NoRate, xirr

CHEAPER = Sentence("It costs less than paying now.", "总还款额低于现在还清。")
WHY_NOT = "A plan cannot be worked out from it."


@dataclass(frozen=True, slots=True)
class DatedPayment:
    """A payment that a plan asks for on a day, in minor units, zero or more."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is agreed: payments by their days, interest while it runs, a fee for it, what is waived.

    Args:
        rate_annual: on the principal left, as a share of one; zero: no interest runs during the plan.
        waived: by component; stands aside from the day of the agreement on. Whether it revives when the plan is broken is a matter of the agreement.
        agreed_order: the order inside the debt, where another than that of law was agreed.
    """

    name: str
    payments: Sequence[DatedPayment]
    rate_annual: Decimal = Decimal(0)
    day_count: DayCount = ACTUAL_365
    fee_minor: int = 0
    waived: Mapping[Component, int] = field(default_factory=dict)
    agreed_order: Sequence[Component] | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One payment of a plan: the interest that ran up to it, against what it counts, and what is left of the debt after it."""

    on: date
    payment_minor: int
    interest_minor: int
    allocation: Allocation
    left_minor: int


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What a plan comes to, row by row and in all. All amounts in minor units."""

    plan: Plan
    agreed_on: date
    owed_minor: int
    rows: tuple[PlanRow, ...]

    @property
    def total_minor(self) -> int:
        """What the debtor pays in all, a payment too much included."""
        return sum(one.payment_minor for one in self.rows)

    @property
    def interest_minor(self) -> int:
        """Interest that ran during the plan."""
        return sum(one.interest_minor for one in self.rows)

    @property
    def waived_minor(self) -> int:
        """What the creditor gives up."""
        return sum(self.plan.waived.values())

    @property
    def left_minor(self) -> int:
        """What is still owed after the last payment; zero: the plan clears the debt."""
        return self.rows[-1].left_minor

    @property
    def overpaid_minor(self) -> int:
        """What the plan asks for and nobody owes."""
        return sum(one.allocation.unallocated_minor for one in self.rows)

    @property
    def largest_minor(self) -> int:
        """The largest single payment: the one that has to be affordable."""
        return max(one.payment_minor for one in self.rows)

    @property
    def last_on(self) -> date:
        """The day of the last payment."""
        return self.rows[-1].on

    @property
    def flows(self) -> list[Flow]:
        """The payments as the creditor receives them."""
        return [Flow(one.on, one.payment_minor) for one in self.rows]


def check_plan(owed: Mapping[Component, int], agreed_on: date, plan: Plan) -> None:
    """Can this plan be laid on this debt?

    Raises:
        OutsideRange: no payment, or one before the agreement; amounts below zero; more waived than owed.
    """
    within("owed", all(amount >= 0 for amount in owed.values()), "amounts of zero or more", WHY_NOT)
    within("payments", bool(plan.payments), "at least one payment", WHY_NOT)
    within("payments", all(one.on >= agreed_on for one in plan.payments), f"payments none of which is before the day of the agreement, {agreed_on}", WHY_NOT)
    within("payments", all(one.amount_minor >= 0 for one in plan.payments), "amounts of zero or more", WHY_NOT)
    within("fee_minor", plan.fee_minor >= 0, "an amount of zero or more", WHY_NOT)
    within("rate_annual", plan.rate_annual.is_finite() and 0 <= plan.rate_annual <= 100, "a rate from 0 to 10000 % a year", WHY_NOT)
    within("waived", all(0 <= amount <= owed.get(kind, 0) for kind, amount in plan.waived.items()), "amounts of zero or more, none above what is owed", WHY_NOT)


def _start(owed: Mapping[Component, int], plan: Plan) -> dict[Component, int]:
    """What is owed on the day of the agreement, without what is waived, with the plan's fee."""
    left = {kind: owed.get(kind, 0) - plan.waived.get(kind, 0) for kind in Component}
    left[Component.FEE] += plan.fee_minor
    return left


def run_plan(owed: Mapping[Component, int], agreed_on: date, plan: Plan) -> PlanOutcome:
    """What becomes of this debt if the plan is kept to the day?

    >>> owed = {Component.PRINCIPAL: 100_000, Component.INTEREST: 2_000}
    >>> plan = Plan("two", [DatedPayment(date(2026, 3, 3), 52_000), DatedPayment(date(2026, 5, 2), 51_500)], Decimal("0.0365"))
    >>> found = run_plan(owed, date(2026, 1, 2), plan)
    >>> [(row.interest_minor, row.left_minor) for row in found.rows], found.interest_minor, found.left_minor
    ([(600, 50600), (304, 0)], 904, 0)

    Raises:
        OutsideRange: the plan cannot be laid on the debt, see `check_plan`.
    """
    check_plan(owed, agreed_on, plan)
    left, accrued, charged, since, rows = _start(owed, plan), Fraction(0), 0, agreed_on, list[PlanRow]()
    owed_minor = sum(left.values())
    for payment in sorted(plan.payments, key=lambda one: one.on):
        accrued += left[Component.PRINCIPAL] * Fraction(plan.rate_annual) * year_fraction(since, payment.on, plan.day_count)
        interest = divide(accrued.numerator, accrued.denominator) - charged
        left[Component.INTEREST] += interest
        found = inside_one_debt(payment.amount_minor, left, plan.agreed_order)
        paid = found.by_component()
        left = {kind: amount - paid[kind] for kind, amount in left.items()}
        charged, since = charged + interest, payment.on
        rows.append(PlanRow(payment.on, payment.amount_minor, interest, found, sum(left.values())))
    return PlanOutcome(plan, agreed_on, owed_minor, tuple(rows))


def _paid_off(owed: Mapping[Component, int], agreed_on: date, plan: Plan, days: Sequence[date], each_minor: int) -> PlanOutcome:
    """The plan with this much on each day, the last day taking what is left; later days fall away once nothing is left."""
    tried = run_plan(owed, agreed_on, replace(plan, payments=[DatedPayment(day, each_minor) for day in days]))
    needed = [DatedPayment(row.on, row.payment_minor - row.allocation.unallocated_minor) for row in tried.rows]
    asked = [one for one in needed if one.amount_minor] or needed[:1]
    last = replace(asked[-1], amount_minor=asked[-1].amount_minor + tried.left_minor)
    return run_plan(owed, agreed_on, replace(plan, payments=[*asked[:-1], last]))


def equal_plan(
    owed: Mapping[Component, int], agreed_on: date, plan: Plan, days: Sequence[date], multiple_minor: int = 1
) -> PlanOutcome:
    """Which equal payment on these days clears the debt, the last one taking what is left and never more than the others?

    The smallest multiple that does; found by halving, because interest runs on principal only and no formula of annuities holds.

    Args:
        plan: everything but the payments.

    >>> found = equal_plan({Component.PRINCIPAL: 100_000}, date(2026, 1, 1), Plan("four", []), [date(2026, month, 1) for month in (2, 3, 4, 5)], 100)
    >>> [one.payment_minor for one in found.rows], found.left_minor
    ([25000, 25000, 25000, 25000], 0)

    Raises:
        OutsideRange: no days, or days before the agreement.
    """
    within("multiple_minor", multiple_minor >= 1, "a whole number of minor units above zero", WHY_NOT)
    all_at_the_end = run_plan(owed, agreed_on, replace(plan, payments=[DatedPayment(day, 0) for day in days]))
    low, high = 0, -(-all_at_the_end.left_minor // multiple_minor)
    while low < high:
        middle = (low + high) // 2
        tried = run_plan(owed, agreed_on, replace(plan, payments=[DatedPayment(day, middle * multiple_minor) for day in days]))
        low, high = (middle + 1, high) if tried.left_minor else (low, middle)
    return _paid_off(owed, agreed_on, plan, days, low * multiple_minor)


def plan_days(first_on: date, count: int, every: int, unit: Unit, month_end: MonthEndRule = MonthEndRule.CLAMP_TO_LAST_DAY) -> list[date]:
    """On which days does an evenly spaced plan ask for payments?

    >>> [day.isoformat() for day in plan_days(date(2026, 1, 31), 3, 1, Unit.MONTHS)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    return due_dates(first_on, count, every, unit, month_end, first_on)


@dataclass(frozen=True, slots=True)
class Compared:
    """One plan beside paying now.

    Args:
        dearer_minor: what the debtor pays more than by paying now; below zero: less.
        rate: the rate a year at which the plan lends the money of paying now; None: there is none, and `no_rate` says why.
        worth_minor: what the payments are worth to the creditor on the day of the agreement at the discount rate; None: no rate was given.
    """

    outcome: PlanOutcome
    dearer_minor: int
    rate: Decimal | None
    no_rate: Sentence | None
    worth_minor: int | None


def compare(outcomes: Sequence[PlanOutcome], pay_now_minor: int, discount: Decimal | None = None) -> list[Compared]:
    """How do these plans stand beside each other and beside paying so much now? In the order in which they are given; nobody is told which to take.

    >>> owed = {Component.PRINCIPAL: 100_000}
    >>> slow = run_plan(owed, date(2026, 1, 1), Plan("slow", [DatedPayment(date(2027, 1, 1), 110_000)], Decimal("0.1")))
    >>> found = compare([slow], 100_000, Decimal("0.05"))[0]
    >>> found.dearer_minor, found.rate, found.worth_minor
    (10000, Decimal('0.1'), 104762)
    """
    not_negative("pay_now_minor", pay_now_minor)
    return [_compared(one, pay_now_minor, discount) for one in outcomes]


def _rate_of_waiting(outcome: PlanOutcome, pay_now_minor: int) -> tuple[Decimal | None, Sentence | None]:
    """At which rate does the plan lend the money of paying now, or why is there none? What costs less than paying now lends nothing."""
    if outcome.total_minor < pay_now_minor:
        return None, CHEAPER
    try:
        return xirr([Flow(outcome.agreed_on, pay_now_minor), *(Flow(one.on, -one.amount_minor) for one in outcome.flows)]), None
    except NoRate as refused:
        return None, refused.said


def _compared(outcome: PlanOutcome, pay_now_minor: int, discount: Decimal | None) -> Compared:
    rate, no_rate = _rate_of_waiting(outcome, pay_now_minor)
    on_the_day = sum(one.amount_minor for one in outcome.flows if one.on == outcome.agreed_on)
    worth = None if discount is None else on_the_day + present_value(outcome.flows, discount, outcome.agreed_on)
    return Compared(outcome, outcome.total_minor - pay_now_minor, rate, no_rate, worth)
