"""What does a loan cost in all, as a rate a year of what was really paid out, and is that within the ceiling?

Everything that the borrower pays beyond the principal is cost: interest and fees, whatever they are called. A fee on the day of paying out is
kept back from the loan, so that less is really paid out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from arrears.ledger.ceilings import AgainstCeiling
from arrears.ledger.due_dates import Unit
from arrears.ledger.ranges import within
from arrears.ledger.schedule.make import schedule
from arrears.ledger.schedule.periods import PERIODS_IN_YEAR
from arrears.ledger.schedule.terms import Terms
from arrears.ledger.value.flows import WHY, Flow, Timing
from arrears.ledger.value.rates import effective_rate, settled_rate, xirr


class Measure(Enum):
    """How is the all-in rate told: effective (XIRR), by the EU's equal months, or settled at each due date (nominal)?"""

    EFFECTIVE = "effective"
    EU_APR = "eu_apr"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee that the borrower pays, and when."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LoanCost:
    """What is really paid out, what is paid back, and the cost as a rate a year by each measure."""

    paid_out_minor: int
    paid_back_minor: int
    interest_minor: int
    fees_minor: int
    nominal: Decimal
    effective_without_fees: Decimal
    rates: dict[Measure, Decimal]

    @property
    def cost_minor(self) -> int:
        """Interest and fees together."""
        return self.interest_minor + self.fees_minor

    def against(self, ceiling: Decimal, measure: Measure = Measure.EFFECTIVE) -> AgainstCeiling:
        """The all-in rate beside a ceiling, both as shares of one."""
        return AgainstCeiling(self.rates[measure], ceiling)


def borrowers_flows(terms: Terms, fees: Sequence[Fee]) -> list[Flow]:
    """All amounts of the loan as the borrower sees them: what is paid out is received, instalments and fees are paid."""
    instalments = [Flow(one.due_on, -one.total_minor) for one in schedule(terms)]
    return [Flow(terms.paid_out_on, terms.principal_minor), *(Flow(one.on, -one.amount_minor) for one in fees), *instalments]


def _times_a_year(terms: Terms) -> int:
    """How often a year is interest settled by these terms? At least once."""
    return max(1, PERIODS_IN_YEAR[terms.unit] // terms.every)


def cost_of_loan(terms: Terms, fees: Sequence[Fee] = ()) -> LoanCost:
    """What does this loan cost in all?

    >>> from arrears.ledger.day_count import THIRTY_360
    >>> terms = Terms(1_000_000, Decimal("0.12"), 12, date(2026, 1, 1), day_count=THIRTY_360)
    >>> found = cost_of_loan(terms, [Fee(date(2026, 1, 1), 20_000)])
    >>> found.paid_out_minor, found.cost_minor, {measure.value: round(rate, 4) for measure, rate in found.rates.items()}
    (980000, 86186, {'effective': Decimal('0.1714'), 'eu_apr': Decimal('0.1706'), 'settled': Decimal('0.1592')})
    >>> found.against(Decimal("0.24")).allowed
    True

    Raises:
        NoRate: fees eat up the loan, so that no rate is in it.
        OutsideRange: a fee before the day of paying out, or below zero.
    """
    for fee in fees:
        within("fees", fee.amount_minor >= 0 and fee.on >= terms.paid_out_on, "amounts of zero or more, none before the day of paying out", WHY)
    rows, flows = schedule(terms), borrowers_flows(terms, fees)
    kept_back = sum(one.amount_minor for one in fees if one.on == terms.paid_out_on) + sum(one.total_minor for one in rows if one.due_on == terms.paid_out_on)
    fees_minor = sum(one.amount_minor for one in fees)
    interest_minor = sum(one.interest_minor for one in rows)
    timing = Timing.EQUAL_MONTHS if terms.unit is Unit.MONTHS else Timing.EQUAL_WEEKS if terms.unit is Unit.WEEKS else Timing.DAYS_365
    return LoanCost(
        paid_out_minor=terms.principal_minor - kept_back,
        paid_back_minor=terms.principal_minor + interest_minor + fees_minor - kept_back,
        interest_minor=interest_minor,
        fees_minor=fees_minor,
        nominal=terms.rate_annual,
        effective_without_fees=effective_rate(terms.rate_annual, _times_a_year(terms)),
        rates={Measure.EFFECTIVE: xirr(flows), Measure.EU_APR: xirr(flows, timing), Measure.SETTLED: settled_rate(flows)},
    )
