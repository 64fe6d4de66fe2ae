"""By which rules of money does a product go, beyond what its instalments state?

Most books state all that is owed: money is laid on stated amounts, and nothing is worked out. A product may have richer rules: penalty interest
that runs on what is overdue, an order of its own, future instalments in even parts. Rules that the ledger knows in sets are worked out for all
accounts at once; others account by account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from arrears.ledger.account.terms import AccountTerms, AllocationWay, InAdvance, usual_bearing
from arrears.ledger.allocation.claims import Component
from arrears.ledger.allocation.instalments import RuleList
from arrears.ledger.bearing import BearingRule, InterestKind
from arrears.ledger.sets.accrual import MILLIONTHS


class LedgerPath(StrEnum):
    """How are the accounts of a product worked out?"""

    IN_SETS = "in_sets"
    """All accounts at once, as columns."""
    PER_ACCOUNT = "per_account"
    """Account by account, by the replay of dated entries, in several processes."""


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """The rules of money of a product. The order of components within an instalment is the book's or product's `component_order`.

    Attributes:
        penalty_rate_annual: what overdue principal bears, as a share of one a year, to six decimals; zero: nothing runs beside what is stated.
        compound_rate_annual: what overdue interest bears beside it.
        days_in_year: by which a day's interest is divided.
        penalty_grace_days: an instalment paid within so many days bears none; a later one from its due date.
        allocation: the order in which payments count; see `ledger.account.terms`.
        rules: the list of one's own, if `allocation` is RULES.
        principal_first_after_days: the change day of cards, if `allocation` is CHINA_CARD.
        in_advance: whether money beyond what is due pays the next instalments at once.

    >>> MoneyRules().is_plain, MoneyRules(Decimal("0.18")).path.value, MoneyRules(penalty_grace_days=3).path.value
    (True, 'in_sets', 'per_account')
    """

    penalty_rate_annual: Decimal = Decimal(0)
    compound_rate_annual: Decimal = Decimal(0)
    days_in_year: int = 365
    penalty_grace_days: int = 0
    allocation: AllocationWay = AllocationWay.PER_INSTALMENT
    rules: RuleList | None = None
    principal_first_after_days: int | None = None
    in_advance: InAdvance = InAdvance.PAYS_NEXT

    @property
    def is_plain(self) -> bool:
        """Is what the book states all there is, laid on oldest first?"""
        return self == MoneyRules(days_in_year=self.days_in_year)

    @property
    def path(self) -> LedgerPath:
        """In sets, unless a rule departs from what sets know: one penalty rate, oldest first, components in one order."""
        in_sets = MoneyRules(self.penalty_rate_annual, days_in_year=self.days_in_year)
        return LedgerPath.IN_SETS if self == in_sets else LedgerPath.PER_ACCOUNT

    @property
    def penalty_rate_millionths(self) -> int:
        """The penalty rate as sets know it."""
        return int(self.penalty_rate_annual * MILLIONTHS)

    def terms(self, order: Sequence[Component]) -> AccountTerms:
        """The same rules as the ledger of one account knows them. Amounts are minor units of whichever currency the account is in.

        Raises:
            WrongCall: a rule is outside its range, or one that the order needs is missing.
        """
        compound = BearingRule("loan", InterestKind.COMPOUND, date.min, frozenset({Component.INTEREST}))
        return AccountTerms(
            "XXX", penalty_rate_annual=self.penalty_rate_annual, compound_rate_annual=self.compound_rate_annual, days_in_year=self.days_in_year,
            penalty_grace_days=self.penalty_grace_days, bearing=(*usual_bearing("loan"), compound) if self.compound_rate_annual else (),
            allocation=self.allocation, order=tuple(order), in_advance_order=tuple(order), rules=self.rules,
            principal_first_after_days=self.principal_first_after_days, in_advance=self.in_advance,
        )

    def told(self) -> dict[str, object]:
        """The rules in plain words, for the record of a run."""
        return {
            "penalty_rate": str(self.penalty_rate_annual), "compound_rate": str(self.compound_rate_annual), "days_in_year": self.days_in_year,
            "penalty_grace_days": self.penalty_grace_days, "allocation": self.allocation.value, "in_advance": self.in_advance.value,
            "rules": [f"{one.due_class.value}_{one.component.value}" for one in self.rules.rules] if self.rules else None,
            "direction": self.rules.direction.value if self.rules else None, "future": self.rules.future.value if self.rules else None,
            "principal_first_after_days": self.principal_first_after_days,
        }


PLAIN = MoneyRules()
"""What the book states is all that is owed, and money goes to the oldest first."""
