"""Given what every unit is worth, who gets what, without asking more than there is?

Three passes over whole columns. Each case asks for what brings most after paying; those for whom it matters most come first, and what does not fit
asks again for something else. What is then left is given to whom it still helps. Last, who could have something better out of what is left gets it.
"""

from __future__ import annotations

import numpy as np

from arrears.decide.capacity.pairs import Ints, Pairs, best_of_each, drawn, fitting, prefix_that_fits

EXCHANGES = 60
"""Passes in which better things are sought in what is left; a book comes to rest after some five."""


def fill(pairs: Pairs, weighed: Ints, amounts: Ints) -> Ints:
    """Places of the chosen pairs, at most one a case, all together within the amounts.

    Args:
        pairs: worth more than nothing each.
        weighed: net of each less the price of what it uses (any positive multiple of a minor unit).
    """
    taken = np.zeros(int(pairs.case[-1]) + 1 if len(pairs.case) else 0, dtype=np.bool_)
    left = amounts.copy()
    chosen = [_in_turns(pairs, weighed, np.flatnonzero(weighed >= 0), taken, left)]
    chosen.append(_in_turns(pairs, weighed, np.flatnonzero(weighed < 0), taken, left))
    return _exchanged(pairs, np.sort(np.concatenate(chosen)), left)


def _in_turns(pairs: Pairs, weighed: Ints, asked: Ints, taken: np.ndarray, left: Ints) -> Ints:
    """Who asks for the pairs at these places, and what do they get? Marks cases as taken and lowers what is left."""
    got = [np.zeros(0, dtype=np.int64)]
    while True:
        asked = asked[~taken[pairs.case[asked]]]
        here = pairs.take(asked)
        fits = fitting(here, left)
        if not fits.all():
            asked, here = asked[fits], here.take(fits)
        if not len(asked):
            return np.concatenate(got)
        worth = weighed[asked]
        first, second = best_of_each(here, worth)
        turn = first[np.argsort(second - worth[first], kind="stable")]
        in_turn = here.take(turn)
        accepted = turn[prefix_that_fits(in_turn, in_turn.use, left)]
        taken[here.case[accepted]] = True
        left -= drawn(here.take(accepted), len(left))
        got.append(asked[accepted])


def _exchanged(pairs: Pairs, chosen: Ints, left: Ints) -> Ints:
    """The choice after cases went over to something that brings more, as long as what is left allows it."""
    cases = int(pairs.case[-1]) + 1 if len(pairs.case) else 0
    current = np.full(cases, -1, dtype=np.int64)
    current[pairs.case[chosen]] = chosen
    better = np.arange(len(pairs.case))
    for _ in range(EXCHANGES):
        now = current[pairs.case[better]]
        gain = pairs.net[better] - np.where(now >= 0, pairs.net[now], 0)
        better, now, gain = better[gain > 0], now[gain > 0], gain[gain > 0]
        there = pairs.take(better)
        needs = _needs(pairs, there, now)
        fits = fitting(Pairs(there.row, there.case, there.net, there.limit, needs), left)
        if not fits.any():
            break
        there, gain, places, needs = there.take(fits), gain[fits], better[fits], tuple(need[fits] for need in needs)
        first, _ = best_of_each(there, gain)
        turn = first[np.argsort(-gain[first], kind="stable")]
        accepted = turn[prefix_that_fits(there.take(turn), [need[turn] for need in needs], left)]
        before = current[there.case[accepted]]
        left += drawn(pairs.take(before[before >= 0]), len(left)) - drawn(there.take(accepted), len(left))
        current[there.case[accepted]] = places[accepted]
    return current[current >= 0]


def _needs(pairs: Pairs, there: Pairs, now: Ints) -> tuple[Ints, ...]:
    """What more does each need than its case has already?"""
    needs = []
    for limit, use, limit_there, use_there in zip(pairs.limit, pairs.use, there.limit, there.use, strict=True):
        given_back = np.where((now >= 0) & (limit[now] == limit_there), use[now], 0)
        needs.append(np.maximum(use_there - given_back, 0))
    return tuple(needs)
