"""What was agreed, and what is one line of what follows from it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from arrears.ledger.day_count import ACTUAL_365, DayCount, ordinary_days
from arrears.ledger.due_dates import MonthEndRule, Unit
from arrears.ledger.ranges import within
from arrears.ledger.rounding import Rounding

LONGEST_DAYS = 200 * 360
"""No loan runs longer than two hundred years of ordinary months; much beyond that the calendar ends before the loan does."""


class Engine(Enum):
    """From which rates is the equal instalment worked out? See the two modules."""

    PROGRESSIVE = "progressive"
    CUMULATIVE = "cumulative"


class InterestMethod(Enum):
    """On what does interest run: what is left, or all that was lent?"""

    DECLINING_BALANCE = "declining_balance"
    FLAT = "flat"


class Amortization(Enum):
    """Which part is the same in each instalment?"""

    EQUAL_INSTALMENTS = "equal_installments"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_ONLY = "interest_only"


class InterestPeriod(Enum):
    """Does interest count days, or ordinary periods whatever their days?"""

    DAILY = "daily"
    SAME_AS_REPAYMENT_PERIOD = "same_as_repayment_period"


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a loan paid out once.

    Args:
        principal_minor: what was lent, in minor units, more than nothing.
        rate_annual: nominal per year, as a share of one.
        count: how many instalments, apart from a down payment.
        every, unit: the distance of two due dates.
        multiple_minor: instalments are multiples of this; None: of one minor unit.
        down_payment_percent: of the principal, due on the day of paying out.
        grace_principal: so many first instalments hold no principal.
        grace_interest: the interest of so many first instalments is collected with the one after them.
        balloon_minor: principal that stays until the last instalment, beside what that one holds anyway.
        fixed_length_days: the last due date lies so many days after paying out.
        first_due_on: the first due date, where the first period is an odd one.
        instalment_rounding: how the equal instalment is rounded.
        ordinary_twelfth: cumulative engine: the instalment is worked out from a twelfth of the rate also where interest counts days.
        merge_small_last: cumulative engine: a row after which less than half its principal would be left takes all.
        days_since_same_day: interest of a period counts the days since the same day of the unit before its due date, not since the due date before.
        instalment_minor: cumulative engine, declining balance: the instalment was agreed; the loan ends when paid, `count` is the most there may be.

    Raises:
        OutsideRange: a field is outside its range; the message names it and what to write.
    """

    principal_minor: int
    rate_annual: Decimal
    count: int
    paid_out_on: date
    every: int = 1
    unit: Unit = Unit.MONTHS
    engine: Engine = Engine.PROGRESSIVE
    method: InterestMethod = InterestMethod.DECLINING_BALANCE
    amortization: Amortization = Amortization.EQUAL_INSTALMENTS
    interest_period: InterestPeriod = InterestPeriod.DAILY
    day_count: DayCount = ACTUAL_365
    month_end: MonthEndRule = MonthEndRule.CLAMP_TO_LAST_DAY
    multiple_minor: int | None = None
    down_payment_percent: Decimal | None = None
    grace_principal: int = 0
    grace_interest: int = 0
    balloon_minor: int = 0
    fixed_length_days: int | None = None
    first_due_on: date | None = None
    instalment_rounding: Rounding = Rounding.HALF_EVEN
    ordinary_twelfth: bool = False
    merge_small_last: bool = True
    instalment_minor: int | None = None
    days_since_same_day: bool = False

    def __post_init__(self) -> None:
        _within("principal_minor", self.principal_minor > 0, "a whole number of minor units above zero")
        _within("rate_annual", self.rate_annual.is_finite() and 0 <= self.rate_annual <= 100, "a share of one between 0 and 100, such as 0.12 for 12 %")
        _within("count", 1 <= self.count <= 1200, "a whole number from 1 to 1200")
        _within("every", 1 <= self.every <= 366, "a whole number from 1 to 366")
        _within("count", self.count * ordinary_days(self.every, self.unit) <= LONGEST_DAYS, "so many that the last falls due within 200 years")
        _within("multiple_minor", self.multiple_minor is None or self.multiple_minor >= 1, "a whole number of minor units above zero, or leave it out")
        _within("down_payment_percent", self.down_payment_percent is None or 0 <= self.down_payment_percent < 100, "a percentage from 0 to below 100, or leave it out")
        _within("grace_principal", 0 <= self.grace_principal < self.count, "a whole number from 0 to one below the count of instalments")
        _within("grace_interest", 0 <= self.grace_interest < self.count, "a whole number from 0 to one below the count of instalments")
        _within("balloon_minor", 0 <= self.balloon_minor < self.principal_minor, "minor units, not negative and below the principal")
        _within("first_due_on", self.first_due_on is None or self.first_due_on >= self.paid_out_on, "a day not before the day of paying out")
        _within("fixed_length_days", self.fixed_length_days is None or 1 <= self.fixed_length_days <= LONGEST_DAYS, "a whole number of days from 1 to 72000, or leave it out")
        _within("instalment_minor", self.instalment_minor is None or self.instalment_minor > 0, "a whole number of minor units above zero, or leave it out")
        by_instalment = self.engine is Engine.CUMULATIVE and self.method is InterestMethod.DECLINING_BALANCE and self.amortization is Amortization.EQUAL_INSTALMENTS
        _within("instalment_minor", self.instalment_minor is None or by_instalment, "nothing, or choose the cumulative engine, declining balance and equal instalments")
        _within("ordinary_twelfth", not self.ordinary_twelfth or by_instalment, "no, or choose the cumulative engine, declining balance and equal instalments")


def _within(field: str, holds: bool, wanted: str) -> None:
    within(field, holds, wanted, "A schedule cannot be worked out from it.")


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a schedule, in minor units. `balance_minor` is the principal left after it; `days` are those of the calendar."""

    number: int
    from_on: date
    due_on: date
    principal_minor: int
    interest_minor: int
    balance_minor: int

    @property
    def days(self) -> int:
        """How many calendar days has its period?"""
        return (self.due_on - self.from_on).days

    @property
    def total_minor(self) -> int:
        """What falls due on its day?"""
        return self.principal_minor + self.interest_minor
