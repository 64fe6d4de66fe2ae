"""Which treatment does every case get, and what would more capacity be worth?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from arrears.decide.capacity.exact import improve
from arrears.decide.capacity.filling import fill
from arrears.decide.capacity.pairs import Ints, Marks, Pairs, drawn, fitting, in_order, marks, read
from arrears.decide.capacity.prices import Prices, shadow_prices
from arrears.decide.capacity.shapes import ANSWER_SCHEMA, Assignment, Limit, ShadowPrice, Unit, Why, check

PER = {Unit.MINUTES: 60, Unit.VISITS: 1, Unit.ACTS: 1000, Unit.MONEY: 100, Unit.HARM: 100}
"""For how many units a price is told: an hour, a visit, a thousand messages, a hundred minor units."""


def assign(pairs: pa.Table, limits: Sequence[Limit], treatments: Sequence[str], stop_below_minor: int = 0) -> Assignment:
    """At most one treatment a case, so that value less cost and burden is greatest within the limits.

    Duties that the law does not forbid are done first, whatever is left. The stop rule: what brings no more than it costs and burdens is not done.
    What brings just as much is not done either: nobody gains by it, and somebody is disturbed.

    Args:
        pairs: rows with `PAIR_COLUMNS` and, for each kind of use, its two columns; in any order.
        treatments: every treatment there is.
        stop_below_minor: what is left of the value after cost and burden has to be so much at least.

    Raises:
        BadData: a negative limit, an unknown treatment or limit, a pair twice, an amount that cannot be.

    Two cases, one hour: the call that brings more is made, and an hour more would be worth the other.

    >>> rows = [(1, "call", 9000, 60), (2, "call", 5000, 60)]
    >>> columns = {"case_id": [1, 2], "treatment": ["call"] * 2, "permitted": [True] * 2, "duty": [False] * 2, "proposed": [True] * 2,
    ...            "value_minor": [9000, 5000], "cost_minor": [400, 400], "harm_minor": [0, 0],
    ...            "minutes_limit": ["agent_minutes"] * 2, "minutes_use": [60, 60]}
    >>> found = assign(pa.table(columns), [Limit("agent_minutes", Unit.MINUTES, 60)], ["call"])
    >>> found.chosen["treatment"].to_pylist(), found.net_minor, found.proven
    (['call', None], 8600, True)
    """
    check(pairs, limits, treatments)
    table = in_order(pairs)
    everything = read(table, {limit.name: place for place, limit in enumerate(limits)})
    permitted, duty = marks(table["permitted"]), marks(table["duty"])
    amounts = np.array([limit.amount for limit in limits], dtype=np.int64)
    due = np.flatnonzero(duty & permitted)
    first = drawn(everything.take(due), len(limits))
    least = max(1, stop_below_minor)
    open_pairs = _open(everything, permitted & (everything.net >= least), duty, np.maximum(amounts - first, 0))
    chosen, prices, bound, proven = _best(open_pairs, np.maximum(amounts - first, 0))
    net = int(open_pairs.net[chosen].sum())
    rows = np.sort(np.concatenate([due, open_pairs.row[chosen]]))
    used = first + drawn(open_pairs.take(chosen), len(limits))
    answer = _answer(table, everything, rows, _Standing(permitted, everything.net >= least, _outvalued(everything, rows)))
    return Assignment(answer, net, bound, proven, tuple(_told(limit, int(use), prices, place) for place, (limit, use) in enumerate(zip(limits, used, strict=True))))


def _open(pairs: Pairs, worth_it: Marks, duty: Marks, left: Ints) -> Pairs:
    """What can be chosen at all: permitted, of a case without a duty, worth more than it costs and burdens, asking no more than there is."""
    with_duty = np.zeros(int(pairs.case[-1]) + 1 if len(pairs.case) else 0, dtype=np.bool_)
    with_duty[pairs.case[duty]] = True
    return pairs.take(worth_it & ~with_duty[pairs.case] & fitting(pairs, left))


def _best(pairs: Pairs, amounts: Ints) -> tuple[Ints, Prices, int, bool]:
    """The choice, the prices, the bound in minor units, and whether it is proven that nothing is better."""
    prices = shadow_prices(pairs, amounts)
    bound, weighed = prices.bound(pairs, amounts)
    chosen = fill(pairs, weighed, amounts)
    del weighed
    chosen, proven = improve(pairs, prices, amounts, chosen, bound - (int(pairs.net[chosen].sum()) << prices.bits))
    return chosen, prices, int(pairs.net[chosen].sum()) if proven else bound >> prices.bits, proven


def _told(limit: Limit, used: int, prices: Prices, place: int) -> ShadowPrice:
    per, half = PER[limit.unit], (1 << prices.bits) >> 1
    return ShadowPrice(limit, used, (int(prices.units[place]) * per + half) >> prices.bits, per)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Of every pair whether law permits it and whether it is worth its cost and burden; of every case what it got."""

    permitted: Marks
    worth_it: Marks
    got: Ints


def _outvalued(pairs: Pairs, rows: Ints) -> Ints:
    """Net of what each case got, by its number; 0 where it got nothing."""
    got = np.zeros(int(pairs.case[-1]) + 1 if len(pairs.case) else 0, dtype=np.int64)
    got[pairs.case[rows]] = pairs.net[rows]
    return got


def _answer(table: pa.Table, pairs: Pairs, rows: Ints, standing: _Standing) -> pa.Table:
    """One row a case: what it got, what was proposed, and why they differ."""
    starts = pairs.starts
    cases = len(starts)
    case_of = np.cumsum(np.bincount(starts, minlength=len(pairs.row))) - 1
    chosen, proposed = np.full(cases, -1), np.full(cases, -1)
    chosen[case_of[rows]] = rows
    offered = np.flatnonzero(marks(table["proposed"]))
    proposed[case_of[offered]] = offered
    columns = {
        "case_id": table["case_id"].take(pa.array(starts)),
        "treatment": _at(table["treatment"], chosen),
        "proposed": _at(table["treatment"], proposed),
        **{name: _at(table[name], chosen).fill_null(0) for name in ("value_minor", "cost_minor", "harm_minor")},
        "duty": _at(table["duty"], chosen).fill_null(False),
        "why": pa.array(_reasons(pairs, chosen, proposed, standing)),
    }
    return pa.table(columns).cast(ANSWER_SCHEMA)


def _at(column: pa.ChunkedArray, places: Ints) -> pa.ChunkedArray:
    """The values at these places; nothing where the place is -1."""
    taken = column.take(pa.array(places, mask=places < 0))
    return taken.cast(pa.string()) if pa.types.is_dictionary(column.type) else taken


def _reasons(pairs: Pairs, chosen: Ints, proposed: Ints, standing: _Standing) -> list[str | None]:
    """How what was chosen stands to what was proposed; nothing where nothing was."""
    net, got = pairs.net[proposed], standing.got[pairs.case[pairs.starts]]
    told = np.select(
        [proposed < 0, chosen == proposed, ~standing.permitted[proposed], ~standing.worth_it[proposed], got >= net],
        ["", *(str(why) for why in (Why.AS_PROPOSED, Why.LAW, Why.STOP_RULE, Why.WORTH_MORE))],
        str(Why.CAPACITY),
    )
    return [why or None for why in told.tolist()]
