"""What was agreed about the money of an account?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.debts import ART_561_ORDER
from arrears.ledger.allocation.instalments import RuleList
from arrears.ledger.bearing import BearingRule, InterestKind
from arrears.ledger.ranges import within

HIGHEST_RATE = Decimal(100)
"""A rate above 100 for 1 a year (10,000 %) is taken for a slip of the pen."""
WHY = "The ledger of the account cannot be kept by it."


class InterestWay(Enum):
    """Is the interest of the contract stated in the instalments, or does it run day by day on what is left?"""

    SCHEDULED = "scheduled"
    DAILY = "daily"


class AllocationWay(Enum):
    """In which order does a payment count inside the account? See `ledger.allocation`."""

    PER_INSTALMENT = "per_instalment"
    ARTICLE_561 = "article_561"
    DUE_THEN_IN_ADVANCE = "due_then_in_advance"
    RULES = "rules"
    CHINA_CARD = "china_card"


class InAdvance(Enum):
    """What becomes of money that is more than what is due: does it pay the next instalments at once, or wait for their day?"""

    PAYS_NEXT = "pays_next"
    WAITS = "waits"


def usual_bearing(product: str) -> tuple[BearingRule, ...]:
    """Contract and penalty interest run on principal, and no compound interest: what holds where an agreement says nothing."""
    principal = frozenset({Component.PRINCIPAL})
    return BearingRule(product, InterestKind.CONTRACT, date.min, principal), BearingRule(product, InterestKind.PENALTY, date.min, principal)


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """The rules of money of one account.

    Args:
        currency: ISO 4217; all amounts of the account are in it.
        product: the lender's product, by which the bearing table is read.
        contract_rate_annual: the contract's rate, as a share of one a year. With scheduled interest it serves only to see what a cap takes off.
        penalty_rate_annual: what overdue amounts bear (罚息).
        compound_rate_annual: what unpaid interest bears (复利), where the bearing table lets it.
        days_in_year: by which a day's interest is divided; days are those of the calendar.
        interest: scheduled or daily.
        contract_interest_on_overdue: daily interest goes on beside penalty interest on principal that is overdue.
        penalty_grace_days: an instalment paid within so many days bears no penalty interest; a later one bears it from its due date.
        bearing: what may bear which interest since when; empty means `usual_bearing`.
        allocation: the order in which payments count.
        order: the components, first paid first, for the orders by instalment.
        in_advance_order: the same for what is not due yet (due, then in advance).
        rules: the list of one's own, if `allocation` is RULES.
        principal_first_after_days: the change day of cards, if `allocation` is CHINA_CARD.
        in_advance: what becomes of money beyond what is due.

    Raises:
        OutsideRange: a field is outside its range, or one that the order needs is missing.
    """

    currency: str
    product: str = "loan"
    contract_rate_annual: Decimal = Decimal(0)
    penalty_rate_annual: Decimal = Decimal(0)
    compound_rate_annual: Decimal = Decimal(0)
    days_in_year: int = 360
    interest: InterestWay = InterestWay.SCHEDULED
    contract_interest_on_overdue: bool = False
    penalty_grace_days: int = 0
    bearing: tuple[BearingRule, ...] = ()
    allocation: AllocationWay = AllocationWay.PER_INSTALMENT
    order: tuple[Component, ...] = ART_561_ORDER
    in_advance_order: tuple[Component, ...] = ART_561_ORDER
    rules: RuleList | None = None
    principal_first_after_days: int | None = None
    in_advance: InAdvance = InAdvance.PAYS_NEXT

    def __post_init__(self) -> None:
        for field in ("contract_rate_annual", "penalty_rate_annual", "compound_rate_annual"):
            rate: Decimal = getattr(self, field)
            within(field, rate.is_finite() and 0 <= rate <= HIGHEST_RATE, "a share of one between 0 and 100, such as 0.18 for 18 %", WHY)
        within("days_in_year", self.days_in_year in (360, 364, 365, 366), "360, 364, 365 or 366", WHY)
        within("penalty_grace_days", 0 <= self.penalty_grace_days <= 366, "a whole number from 0 to 366", WHY)
        for field in ("order", "in_advance_order"):
            within(field, sorted(one.value for one in getattr(self, field)) == sorted(one.value for one in Component), "every component once", WHY)
        within("rules", (self.rules is not None) == (self.allocation is AllocationWay.RULES), "a list of rules where allocation is rules, else leave it out", WHY)
        card_day = self.principal_first_after_days
        within("principal_first_after_days", (card_day is not None) == (self.allocation is AllocationWay.CHINA_CARD), "a number of days where allocation is china_card, else leave it out", WHY)

    @property
    def bearing_table(self) -> tuple[BearingRule, ...]:
        """The table of this account, the usual one where none was given."""
        return self.bearing or usual_bearing(self.product)

