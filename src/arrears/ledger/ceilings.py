"""How much may be charged at most?

Every figure of law is an argument: it stands, dated and with its source, in a rule pack. Rates are shares of one a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


def multiple_of_reference(reference_rate: Decimal, times: int) -> Decimal:
    """A ceiling that is a multiple of a published rate.

    >>> multiple_of_reference(Decimal("0.0385"), 4)
    Decimal('0.1540')
    """
    return reference_rate * times


@dataclass(frozen=True, slots=True)
class AgainstCeiling:
    """A charge beside its ceiling."""

    rate: Decimal
    ceiling: Decimal

    @property
    def allowed(self) -> bool:
        """Is it at or below the ceiling?

        >>> AgainstCeiling(Decimal("0.24"), Decimal("0.24")).allowed, AgainstCeiling(Decimal("0.2401"), Decimal("0.24")).allowed
        (True, False)
        """
        return self.rate <= self.ceiling

    @property
    def supported(self) -> Decimal:
        """The part of the rate that can be had: the lower of the two."""
        return min(self.rate, self.ceiling)


def penalty_rate(contract_rate: Decimal, uplift: Decimal, highest_uplift: Decimal) -> AgainstCeiling:
    """The rate on what is overdue: the contract's rate and a part of it on top, beside the highest that may be.

    >>> penalty_rate(Decimal("0.06"), Decimal("0.5"), Decimal("0.5"))
    AgainstCeiling(rate=Decimal('0.090'), ceiling=Decimal('0.090'))
    """
    return AgainstCeiling(contract_rate * (1 + uplift), contract_rate * (1 + highest_uplift))


def presumed_excessive(penalty_minor: int, loss_minor: int, share_above_loss: Decimal) -> bool:
    """Is an agreed penalty more than so much above the loss?

    >>> presumed_excessive(1_300_000, 1_000_000, Decimal("0.3")), presumed_excessive(1_300_100, 1_000_000, Decimal("0.3"))
    (False, True)
    """
    return penalty_minor > loss_minor * (1 + share_above_loss)
