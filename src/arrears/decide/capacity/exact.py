"""Is there anything better than what was found, where the cases that hang in the balance are few?

Branch and bound on the bound of the prices: a case that takes something else than its best after paying loses the difference, units left over lose
their price, and all losses together are what a choice stays below the bound. Whoever would lose more than the best choice found so far need not be
looked at; this settles most cases at once (reduced-cost fixing) and cuts the tree for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.decide.capacity.pairs import Ints, Pairs, best_of_each
from arrears.decide.capacity.prices import Prices

CASES = 200
"""More cases in the balance than this are not searched."""
NODES = 20_000
"""So many choices are looked at, then it is left at what was found."""


@dataclass(slots=True)
class _Option:
    """One thing a case may do: its place among the pairs (-1: nothing), what it loses, what it uses."""

    place: int
    loss: int
    uses: list[tuple[int, int]]


def improve(pairs: Pairs, prices: Prices, amounts: Ints, chosen: Ints, gap: int) -> tuple[Ints, bool]:
    """A better choice if the search finds one, and whether it is proven that none is better.

    Args:
        gap: bound less the worth of `chosen`, in the units of the prices.
    """
    if gap < 1 << prices.bits:  # nothing better by a whole minor unit exists
        return chosen, True
    options, settled = _options(pairs, prices, gap)
    if len(options) > CASES:
        return chosen, False
    search = _Search(options, [int(amount) for amount in amounts], [int(unit) for unit in prices.units], gap, 1 << prices.bits)
    for place in settled:
        search.take(_option(pairs, int(place), 0))
    search.lost = 0
    found = search.run() if all(one >= 0 for one in search.left) else None
    places = chosen if found is None else np.sort(np.array([*settled, *(one for one in found if one >= 0)], dtype=np.int64))
    return places, search.nodes <= NODES


def _options(pairs: Pairs, prices: Prices, gap: int) -> tuple[list[list[_Option]], Ints]:
    """The cases in the balance with what each may do, those with most to lose first; and the pairs of those that are settled."""
    weighed = prices.weighed(pairs)
    first, _ = best_of_each(pairs, weighed)
    starts = np.append(pairs.starts, len(pairs.row))
    top = np.maximum(weighed[first], 0)
    number = np.repeat(np.arange(len(first)), np.diff(starts))
    possible = top[number] - weighed < gap
    alone = top < gap
    count = np.bincount(number[possible], minlength=len(first)) + alone
    open_cases = np.flatnonzero(count > 1)
    settled = first[(count == 1) & ~alone]
    if len(open_cases) > CASES:
        return [[]] * (CASES + 1), settled
    options = []
    for case in open_cases:
        places = [place for place in range(int(starts[case]), int(starts[case + 1])) if possible[place]]
        mine = [_option(pairs, place, int(top[case] - weighed[place])) for place in places]
        options.append(sorted([*mine, *([_Option(-1, int(top[case]), [])] if alone[case] else [])], key=lambda one: (one.loss, one.place)))
    options.sort(key=lambda mine: mine[0].loss - mine[1].loss)
    return options, settled


def _option(pairs: Pairs, place: int, loss: int) -> _Option:
    uses = [(int(limit[place]), int(use[place])) for limit, use in zip(pairs.limit, pairs.use, strict=True)]
    return _Option(place, loss, uses)


class _Search:
    """Depth first, cheapest option first."""

    def __init__(self, options: list[list[_Option]], left: list[int], prices: list[int], gap: int, least_gain: int) -> None:
        self.options, self.left, self.prices = options, [*left, 1 << 62], [*prices, 0]
        self.best, self.least_gain, self.lost, self.nodes = gap, least_gain, 0, 0
        self.path: list[int] = []
        self.found: list[int] | None = None

    def take(self, option: _Option, times: int = 1) -> None:
        """Use what an option uses, or give it back."""
        for limit, use in option.uses:
            self.left[limit] -= use * times
        self.lost += option.loss * times

    def run(self) -> list[int] | None:
        """The places of the best choice better than the one known, or None."""
        self._look(0)
        return self.found

    def _look(self, depth: int) -> None:
        self.nodes += 1
        if self.nodes > NODES:
            return
        if depth == len(self.options):
            lost = self.lost + sum(price * left for price, left in zip(self.prices, self.left, strict=True) if price)
            if lost <= self.best - self.least_gain:
                self.best, self.found = lost, list(self.path)
            return
        for option in self.options[depth]:
            if self.lost + option.loss > self.best - self.least_gain:
                break
            if all(use <= self.left[limit] for limit, use in option.uses):
                self.take(option)
                self.path.append(option.place)
                self._look(depth + 1)
                self.path.pop()
                self.take(option, -1)
