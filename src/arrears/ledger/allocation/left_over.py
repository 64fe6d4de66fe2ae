"""What becomes of the part of a payment that found nothing to count against?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from arrears.core.parameters import Reading
from arrears.ledger.allocation.claims import Allocation


class NextStep(Enum):
    """What is to be done with what is left over."""

    NOTHING = "nothing"
    START_REFUND = "start_refund"
    ASK_THE_PAYER = "ask_the_payer"
    COMPLETE_THE_ORDER = "complete_the_order"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An allocation, what is to be done with the rest, and the figures of law on which it rests."""

    allocation: Allocation
    next_step: NextStep
    rests_on: tuple[Reading, ...] = ()


def next_step(allocation: Allocation, open_minor: int, disputed_minor: int = 0) -> NextStep:
    """A refund; but the payer is asked where a disputed debt is open, and the order is completed where it passes over what is owed.

    Args:
        open_minor: what was open before the payment and disputed by nobody.
        disputed_minor: what was open and disputed: nothing may count there unasked, and perhaps the payer meant it.

    >>> [next_step(Allocation((), 60), *owed).value for owed in ((0, 0), (0, 100), (100, 0))]
    ['start_refund', 'ask_the_payer', 'complete_the_order']
    >>> next_step(Allocation((), 0), 100).value
    'nothing'
    """
    placed = sum(one.amount_minor for one in allocation.portions)
    if not allocation.unallocated_minor:
        return NextStep.NOTHING
    if disputed_minor:
        return NextStep.ASK_THE_PAYER
    return NextStep.COMPLETE_THE_ORDER if open_minor > placed else NextStep.START_REFUND
