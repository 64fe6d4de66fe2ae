"""In which arm of an experiment does a person stand?

The draw is the first eight bytes of SHA-256 over the start of the experiment and the person, read as a whole number below 2⁶⁴ and compared
with whole numbers: no floating point, no memory, no order of people. So one person stands in the same arm every night, on every engine, in every
book of the institution; a share is met to within 10⁻¹⁵; and the draws of two starts have nothing to do with each other. Hex digits of one length
order as the numbers they write, so that columns compare texts and need no conversion that engines disagree about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate

import ibis
import ibis.expr.types as ir

from arrears.decide.policy.parts import Arm

WHOLE = 10_000
"""Shares and propensities are whole parts of this."""
_HEX_DIGITS = 16


def limits_of(shares: Sequence[int]) -> tuple[int, ...]:
    """Below which numbers of 2⁶⁴ does each arm but the last end?

    >>> [f"{limit:016x}" for limit in limits_of((2500, 2500, 5000))]
    ['4000000000000000', '8000000000000000']
    """
    assert sum(shares) == WHOLE, shares
    return tuple(16**_HEX_DIGITS * until // WHOLE for until in list(accumulate(shares))[:-1])


def arm_of_person(start_id: int, party_id: int, arms: Sequence[Arm]) -> str:
    """The arm of one person; `arm_of` says the same in columns."""
    drawn = int.from_bytes(hashlib.sha256(_drawn_from(start_id, party_id).encode()).digest()[: _HEX_DIGITS // 2], "big")
    limits = limits_of([arm.share_per_10000 for arm in arms])
    return next((arm.id for arm, limit in zip(arms, limits, strict=False) if drawn < limit), arms[-1].id)


def arm_of(start_id: int, party_id: ir.IntegerValue, arms: Sequence[Arm]) -> ir.StringValue:
    """The arm of every person."""
    said = ibis.literal(_drawn_from(start_id, "")) + party_id.cast("string")
    drawn = said.hexdigest("sha256").lower().left(_HEX_DIGITS)
    limits = limits_of([arm.share_per_10000 for arm in arms])
    branches = [(drawn < f"{limit:0{_HEX_DIGITS}x}", arm.id) for arm, limit in zip(arms, limits, strict=False) if limit < 16**_HEX_DIGITS]
    return ibis.cases(*branches, else_=arms[-1].id)


def _drawn_from(start_id: int, party_id: int | str) -> str:
    return f"experiment:{start_id}:{party_id}"
