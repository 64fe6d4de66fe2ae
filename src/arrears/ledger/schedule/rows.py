"""How do principal and interest, period by period, become lines of a schedule?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

from arrears.ledger.schedule.periods import Period
from arrears.ledger.schedule.terms import Instalment, Terms

Parts = tuple[list[int], list[int]]
"""Principal and interest, period by period, in minor units."""


def equal_share(terms: Terms, amount_minor: int) -> Decimal:
    """Which part of the principal falls to each row that holds some, exactly, the balloon apart?"""
    return Decimal(amount_minor - terms.balloon_minor) / (terms.count - terms.grace_principal)


def collected_later(interest: Sequence[int], grace: int) -> list[int]:
    """When is interest collected, if that of the first instalments waits for the one after them (or for the last there is)?

    >>> collected_later([5, 5, 4, 3], 2), collected_later([5, 5], 2), collected_later([5], 0)
    ([0, 0, 14, 3], [0, 10], [5])
    """
    at = min(grace, len(interest) - 1)
    return [*([0] * at), sum(interest[: at + 1]), *interest[at + 1 :]]


def principal_parts(amount_minor: int, wanted: Sequence[int], balloon_minor: int = 0, grace: int = 0) -> list[int]:
    """What principal does each row take, if the first (grace) take none, none takes more than is left, and the last takes all that is left?

    >>> principal_parts(100, [33, 33, 33]), principal_parts(100, [60, 60, 60]), principal_parts(100, [30, -5, 1], 50)
    ([33, 33, 34], [60, 40, 0], [30, 0, 70])
    >>> principal_parts(100, [50, 50, 50], grace=1)
    [0, 50, 50]
    """
    left, taken = amount_minor, []
    for place, part in enumerate(wanted):
        taken.append(left if place == len(wanted) - 1 else 0 if place < grace else max(0, min(part, left - balloon_minor)))
        left -= taken[-1]
    return taken


def rows(amount_minor: int, periods: Sequence[Period], principal: Sequence[int], interest: Sequence[int], first_number: int = 1) -> list[Instalment]:
    """The lines: one for each principal, with what is left after it."""
    left = accumulate(principal, lambda balance, part: balance - part, initial=amount_minor)
    next(left)
    return [
        Instalment(number, period.from_on, period.due_on, part, due, balance)
        for number, (period, part, due, balance) in enumerate(zip(periods, principal, interest, left, strict=False), first_number)
    ]
