"""What is a unit of every limit worth, if all cases compete for it?

The Lagrangian dual of the assignment: with a price on every unit, each case takes the treatment that brings most after paying for what it uses, and

    bound(prices) = sum over cases of max(0, best net - price of what it uses) + sum over limits of price x amount

is never below the best assignment, whatever the prices (M. L. Fisher, The Lagrangian Relaxation Method for Solving Integer Programming Problems,
Management Science 27, 1981). The lowest bound gives the shadow prices.

Floats live in this file alone, as weights of the search. What leaves it are whole numbers (prices in fractions of a minor unit by a power of two), and
bound, choice and money are reckoned with those in whole numbers: the bound is exact, however well or badly the search went.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.decide.capacity.pairs import Floats, Ints, Pairs

BITS = 20
"""Prices are told to 2^-20 of a minor unit, or coarser where sums would not fit into 64 bits."""
CASES_AT_FIRST = 50_000
"""A search among so many cases comes before the one among all."""
ENTRIES = 1_000_000
"""Cases x limits from which the curvature is told, where all are too many."""
SMOOTHING = tuple(0.5 * 0.35**n for n in range(11))
"""How soft the choice of a case is, as a share of the average best net of a case; softer first, for a smooth start."""
SMOOTHING_OF_ALL = (0.004, 0.0008, 0.0002)
NEWTON_STEPS = 25
ENOUGH = 1e-8
"""A step that lowers the bound by a smaller share of all best nets is not worth taking."""
NOTHING = 1e-12
"""A share of a pair below which it tells nothing of slope and curvature."""


@dataclass(frozen=True, slots=True)
class Prices:
    """A price a unit of every limit, as whole numbers of 2^-bits minor units."""

    units: Ints
    bits: int

    def weighed(self, pairs: Pairs) -> Ints:
        """Net of every pair less the price of what it uses, in 2^-bits minor units."""
        left = pairs.net << self.bits
        padded = np.append(self.units, 0)
        for limit, use in zip(pairs.limit, pairs.use, strict=True):
            left -= padded[limit] * use
        return left

    def bound(self, pairs: Pairs, amounts: Ints) -> tuple[int, Ints]:
        """The bound at these prices in 2^-bits minor units, and the weighed pairs it rests on. Exact."""
        weighed = self.weighed(pairs)
        taken = int(np.maximum(np.maximum.reduceat(weighed, pairs.starts), 0).sum()) if len(weighed) else 0
        return taken + sum(int(price) * int(amount) for price, amount in zip(self.units, amounts, strict=True)), weighed


def shadow_prices(pairs: Pairs, amounts: Ints) -> Prices:
    """The prices at which the bound is lowest, as nearly as the search finds them.

    Searched first among some of the cases, then from there among all.

    Args:
        pairs: worth more than nothing each, none asking more than there is.
        amounts: units of every limit.
    """
    scale = _Scale(pairs, amounts)
    if not scale.binding.any():
        return scale.whole(np.zeros(len(amounts)))
    starts = np.append(pairs.starts, len(pairs.row))
    some = _spread(len(starts) - 1, CASES_AT_FIRST)
    share = len(some) / (len(starts) - 1)
    prices = _search(pairs if share == 1 else pairs.take(_rows_of(starts, some)), np.asarray(amounts * share, dtype=np.float64), scale, np.zeros(len(amounts)), SMOOTHING)
    return scale.whole(prices if share == 1 else _search(pairs, amounts.astype(np.float64), scale, prices, SMOOTHING_OF_ALL))


class _Scale:
    """In which measure is searched, so that every figure is about one, and how do prices become whole numbers again?"""

    def __init__(self, pairs: Pairs, amounts: Ints) -> None:
        starts, limits = pairs.starts, len(amounts)
        best = np.maximum.reduceat(pairs.net, starts) if len(starts) else np.zeros(0, np.int64)
        self.typical = max(float(best.mean()), 1.0) if len(best) else 1.0
        total = int(best.sum())
        self.bits = max(0, min(BITS, 61 - total.bit_length()))
        self.most_use, self.demand = np.ones(limits + 1, np.int64), np.zeros(limits + 1, np.int64)
        for limit, use in zip(pairs.limit, pairs.use, strict=True):
            np.maximum.at(self.most_use, limit, use)
            np.add.at(self.demand, limit, use)
        self.binding = self.demand[:limits] > amounts
        self.demand[-1] = 0
        self.highest = (1 << 60) // (self.most_use[:limits] * max(1, len(pairs.limit)))
        self.highest = np.minimum(self.highest, (1 << 60) // (np.maximum(amounts, 1) * limits))

    def whole(self, prices: Floats) -> Prices:
        """Prices in minor units a unit as whole numbers, none so high that a sum could leave 64 bits."""
        wanted = np.minimum(np.rint(prices * (1 << self.bits)), self.highest.astype(np.float64))
        return Prices(np.minimum(wanted.astype(np.int64), self.highest), self.bits)


def _spread(cases: int, most: int) -> Ints:
    """Places of at most `most` cases, drawn without regard to their order: neighbours by id often have much in common."""
    places = np.arange(cases, dtype=np.uint64)
    if cases <= most:
        return places.astype(np.int64)
    mixed = (places + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
    return np.sort(np.argsort(mixed, kind="stable")[:most])


def _rows_of(starts: Ints, cases: Ints) -> Ints:
    """Places of all pairs of these cases."""
    lengths = starts[cases + 1] - starts[cases]
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths - starts[cases], lengths), dtype=np.int64)


def _search(pairs: Pairs, amounts: Floats, scale: _Scale, begin: Floats, smoothing: tuple[float, ...]) -> Floats:
    """Lowest bound over these cases, in minor units a unit: Newton's method on a bound with softened choices, softer first.

    A case's `max` becomes `m log(1 + sum exp(. / m))` and a barrier `-m log price` keeps prices above nothing; as m falls, the softened bound
    becomes the bound itself (Yu. Nesterov, Smooth minimization of non-smooth functions, Mathematical Programming 103, 2005).
    """
    soft = _Soft(pairs, amounts, scale)
    # A limit that does not bind comes to rest where barrier and what is left of it balance; from below it would creep there.
    least = smoothing[0] * soft.per_case / np.maximum(soft.amounts, 1e-9)
    prices = np.maximum(begin / soft.price_unit, np.minimum(least, 1e-3 / len(amounts))) if begin.any() else np.full(len(amounts), 1.0 / len(amounts))
    for softness in smoothing:
        prices = soft.descend(prices, softness * soft.per_case)
    return np.where(scale.binding, prices * soft.price_unit, 0.0)


class _Soft:
    """The softened bound over some cases, its slope and its curvature. Nets are shares of all best nets, uses shares of all that could be asked."""

    def __init__(self, pairs: Pairs, amounts: Floats, scale: _Scale) -> None:
        self.limits, self.starts = len(amounts), pairs.starts
        self.cases = len(self.starts)
        ends = np.append(self.starts, len(pairs.row))
        self.number = np.repeat(np.arange(self.cases), np.diff(ends))
        self.told_from = min(self.cases, max(1, ENTRIES // (self.limits + 1)))
        self.told_rows = _rows_of(ends, _spread(self.cases, self.told_from))
        whole = scale.typical * self.cases
        self.per_case = 1.0 / self.cases
        unit = np.zeros(self.limits + 1)
        for limit, use in zip(pairs.limit, pairs.use, strict=True):
            unit += np.bincount(limit, weights=use, minlength=self.limits + 1)
        unit = np.maximum(unit[: self.limits], 1.0)
        self.price_unit = whole / unit
        self.net = pairs.net / whole
        self.amounts = amounts / unit
        padded = np.append(np.where(scale.binding, unit, np.inf), np.inf)  # what cannot bind weighs nothing
        self.limit = pairs.limit
        self.use = [use / padded[limit] for limit, use in zip(pairs.limit, pairs.use, strict=True)]

    def descend(self, prices: Floats, soft: float) -> Floats:
        """Newton steps at one softness."""
        height, shares = self.height(prices, soft)
        for _ in range(NEWTON_STEPS):
            slope, curvature = self.slope_and_curvature(prices, shares, soft)
            curvature[np.diag_indices(self.limits)] *= 1 + 1e-9
            step = -np.linalg.solve(curvature, slope)
            fall = -float(slope @ step)
            if fall < ENOUGH:
                break
            falling = step < 0
            length = min(1.0, 0.9 * float(np.min(-prices[falling] / step[falling]))) if falling.any() else 1.0
            for _ in range(30):
                there = prices + length * step
                height_there, shares_there = self.height(there, soft)
                if height_there <= height - 0.1 * length * fall:
                    break
                length *= 0.4
            else:
                break
            prices, height, shares = there, height_there, shares_there
        return prices

    def height(self, prices: Floats, soft: float) -> tuple[float, Floats]:
        """The softened bound with its barrier, and how much of every pair is taken."""
        padded = np.append(prices, 0.0)
        left = self.net.copy()
        for limit, use in zip(self.limit, self.use, strict=True):
            left -= padded[limit] * use
        top = np.maximum(np.maximum.reduceat(left, self.starts), 0.0)
        shares = np.exp((left - top[self.number]) / soft)
        sums = np.add.reduceat(shares, self.starts) + np.exp(-top / soft)
        shares /= sums[self.number]
        taken = float(np.sum(top + soft * np.log(sums)))
        return taken + float(prices @ self.amounts) - soft * float(np.log(prices).sum()), shares

    def slope_and_curvature(self, prices: Floats, shares: Floats, soft: float) -> tuple[Floats, Floats]:
        """First and second derivatives by price."""
        wide = self.limits + 1
        taken = np.zeros(wide)
        for limit, use in zip(self.limit, self.use, strict=True):
            taken += np.bincount(limit, weights=shares * use, minlength=wide)
        slope = self.amounts - taken[: self.limits] - soft / prices
        return slope, self._curvature(shares) / soft + np.diag(soft / prices**2)

    def _curvature(self, shares: Floats) -> Floats:
        """How what is drawn on the limits varies with the choice of each case; of a whole book told from as many cases as there is room for."""
        wide, cases = self.limits + 1, self.told_from
        live = self.told_rows[shares[self.told_rows] > NOTHING] if cases < self.cases else np.flatnonzero(shares > NOTHING)
        at, share = self.number[live], shares[live]
        at = (np.cumsum(np.diff(at, prepend=at[:1]) != 0) if cases < self.cases else at) * wide
        limit = [one[live].astype(np.int64) for one in self.limit]
        use = [one[live] for one in self.use]
        by_case, squares = np.zeros(cases * wide), np.zeros(wide * wide)
        for mine, used in zip(limit, use, strict=True):
            by_case += np.bincount(at + mine, weights=share * used, minlength=len(by_case))
            for theirs, used_there in zip(limit, use, strict=True):
                squares += np.bincount(mine * wide + theirs, weights=share * used * used_there, minlength=len(squares))
        means = by_case.reshape(cases, wide)[:, : self.limits]
        varied = squares.reshape(wide, wide)[: self.limits, : self.limits] - means.T @ means
        return np.asarray(varied * (self.cases / cases))
