"""How likely is an experiment to find an effect of a given size, and how many people does it need?

The interval of `means` excludes zero at a look when the drifting sum of differences lies outside its boundary. Between two looks the sum moves
as a normal step, so the chance of having left the boundary by the last look follows by recursion over the looks: Armitage, McPherson and Rowe, "Repeated significance tests on accumulating data" (Journal of the Royal Statistical Society A 1969).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arrears.learn.experiments.means import LEAST_IN_EACH_ARM, Figures, best_scale, boundary

_PLACES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


@dataclass(frozen=True, slots=True)
class Design:
    """What is planned.

    Attributes:
        control_share: share of the people who are in the control.
        deviation: standard deviation of the outcome between people, in its unit.
        people: people planned, both arms together: the number for which the interval is made narrowest.
        alpha: chance of a false alarm over the whole life.
        looks: number of looks, equally spread over the people planned.
    """

    control_share: float
    deviation: float
    people: int
    alpha: float = 0.05
    looks: int = 20

    @property
    def at(self) -> tuple[int, ...]:
        """People in at each look."""
        return tuple(self.people * (look + 1) // self.looks for look in range(self.looks))


def chance_to_find(design: Design, effect: float) -> float:
    """The chance that the interval has excluded zero at one of the looks, if the true difference is `effect` per person.

    With no effect this is the chance of a false alarm at these looks, which is below `alpha`.

    >>> plan = Design(control_share=0.5, deviation=1.0, people=10_000)
    >>> chance_to_find(plan, 0.07).__round__(2), chance_to_find(plan, 0.0) < 0.05
    (0.74, True)
    """
    steps = _usable_looks(design)
    scale = best_scale(design.people, design.alpha)
    drift = effect / (design.deviation * math.sqrt(1 / design.control_share + 1 / (1 - design.control_share)))
    nodes, weights, density, before = np.zeros(1), np.ones(1), np.ones(1), 0
    for people in steps:
        edge, moved = float(boundary(people, design.alpha, scale)), people - before
        places = edge * _PLACES
        density = (weights * density) @ _normal_density(places[None, :] - nodes[:, None] - drift * moved, math.sqrt(moved))
        nodes, weights, before = places, edge * _WEIGHTS, people
    return float(1 - weights @ density)


def people_needed(control_share: float, deviation: float, effect: float, chance: float = 0.8, alpha: float = 0.05, looks: int = 20) -> int:
    """The smallest number of people, in hundreds, with which an effect of this size is found with this chance.

    >>> people_needed(control_share=0.5, deviation=1.0, effect=0.07)
    11200
    """
    fewest, enough = 0, LEAST_IN_EACH_ARM * 8
    while chance_to_find(Design(control_share, deviation, enough, alpha, looks), effect) < chance:
        fewest, enough = enough, enough * 2
    while enough - fewest > 100:
        middle = (fewest + enough) // 200 * 100
        if chance_to_find(Design(control_share, deviation, max(middle, 100), alpha, looks), effect) < chance:
            fewest = middle
        else:
            enough = middle
    return enough


def _usable_looks(design: Design) -> Sequence[int]:
    """Looks at which an interval is stated at all."""
    smaller = min(design.control_share, 1 - design.control_share)
    return [people for people in design.at if people * smaller >= LEAST_IN_EACH_ARM]


def _normal_density(values: Figures, deviation: float) -> Figures:
    return np.asarray(np.exp(-0.5 * (values / deviation) ** 2) / (deviation * math.sqrt(2 * math.pi)))
