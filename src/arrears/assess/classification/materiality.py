"""Since how many days in a row are a debtor's arrears material?

The European counter is not the contractual one: it runs while *both* limits (an amount, and a share of all the debtor owes) are exceeded, and
starts again from nothing when either is not. Someone 200 days late with a small sum may stand at day 0 of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.shares import above_share, above_share_column
from arrears.assess.columns import days_between
from arrears.core.parameters import Reading

STATE_SCHEMA = ibis.schema(
    {"party_id": "int64", "from_on": "date", "arrears_minor": "int64", "exposure_minor": "int64"}
)
"""Rows of the columns form: from this day on (at its end) the debtor is so much in arrears and owes so much in all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The two limits that arrears must exceed together."""

    amount: Reading
    share: Reading


@dataclass(frozen=True, slots=True)
class State:
    """From the end of this day on, until the next state: arrears, and all that the debtor owes; minor units of the limit's currency."""

    from_on: date
    arrears_minor: int
    exposure_minor: int


def is_material(arrears_minor: int, exposure_minor: int, limits: Limits) -> bool:
    """Are both limits exceeded? On a limit is not above it."""
    return arrears_minor > limits.amount.whole and above_share(arrears_minor, exposure_minor, limits.share.share)


def material_days(states: Iterable[State], limits: Limits, on: date) -> int:
    """For how many days in a row, this one included, have the arrears been material?

    Args:
        states: one state a day of change, in whatever order; before the first nothing is owed.
        on: the day looked at; later states are not used.
    """
    since: date | None = None
    for state in sorted((state for state in states if state.from_on <= on), key=lambda state: state.from_on):
        if not is_material(state.arrears_minor, state.exposure_minor, limits):
            since = None
        elif since is None:
            since = state.from_on
    return 0 if since is None else (on - since).days + 1


def is_material_column(
    arrears_minor: ir.IntegerColumn, exposure_minor: ir.IntegerColumn, limits: Limits
) -> ir.BooleanColumn:
    """`is_material` for every row; null where an amount is."""
    return (arrears_minor > limits.amount.whole) & above_share_column(arrears_minor, exposure_minor, limits.share.share)


def material_days_of_debtors(states: ir.Table, limits: Limits, on: date, key: str = "party_id") -> ir.Table:
    """`material_days` for every debtor, or for every account where each is looked at by itself.

    Args:
        states: rows of `STATE_SCHEMA`, one a debtor and day of change; unknown amounts count as not material.
        key: the column that names who is looked at.

    Returns:
        The key, material_days (0 where the arrears are not material on the day).
    """
    known = states.filter(states.from_on <= ibis.literal(on))
    judged = known.select(
        key,
        "from_on",
        material=is_material_column(known.arrears_minor, known.exposure_minor, limits).fill_null(False),
    )
    breaks = judged.group_by(key).agg(last_break_on=judged.from_on.max(where=~judged.material))
    joined = judged.inner_join(breaks, key).select(judged, breaks.last_break_on)
    running = joined.material & (joined.last_break_on.isnull() | (joined.from_on > joined.last_break_on))
    since = joined.group_by(key).agg(since_on=joined.from_on.min(where=running))
    return since.select(key, material_days=(days_between(since.since_on, on) + 1).fill_null(0).cast("int32"))
