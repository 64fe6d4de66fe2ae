"""By how much do two arms differ in the mean, said so that it holds at every look?

A confidence *sequence* covers the true difference at all sample sizes at once with probability at least 1 − α, so that looking every day and
stopping on any day costs nothing. The one used is asymptotic (the same way in which a usual interval of a mean is): the normal mixture
of Robbins (1970) with the variance estimated as it comes, Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit
theory and asymptotic confidence sequences" (Annals of Statistics 2024), theorem 2.2. It holds for any asymptotically linear estimate, so
also for the one that takes out what was known before (Lin 2013, CUPED).

Every function takes single figures or numpy arrays of any one shape, so that a thousand experiments are worked out at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Figures = npt.NDArray[np.float64]
LEAST_IN_EACH_ARM = 200
"""No interval is stated before so many people stand in each arm: the promise is a limit, and a limit needs numbers to be near."""


@dataclass(frozen=True, slots=True)
class ArmSums:
    """What is known of one arm: people, and sums over them of an outcome y (minor units, days, 0 or 1) and of the same before the start, x.

    Whole numbers, or arrays of one shape, one value an experiment or a look. Sums of x may be left out where nothing was known before.
    """

    people: Any
    y: Any
    yy: Any
    x: Any = 0
    xx: Any = 0
    xy: Any = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference per person, challenger less control, in the unit of the outcome; bounds are −∞ and ∞ where nothing can be said yet."""

    difference: Figures
    low: Figures
    high: Figures

    @property
    def excludes_zero(self) -> npt.NDArray[np.bool_]:
        """Is there a difference, as far as this level says?"""
        return (self.low > 0) | (self.high < 0)


def best_scale(people: float, alpha: float) -> float:
    """The mixture's scale ρ that makes the interval narrowest when so many people are in (Waudby-Smith et al. 2024, appendix B.2).

    >>> round(best_scale(10_000, 0.05), 4)
    0.0282
    """
    return float(np.sqrt((-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / people))


def boundary(people: Any, alpha: float, scale: float) -> Figures:
    """How far a sum of this many steps of variance one may stray, at any time, but for a chance of α.

    >>> float(boundary(10_000, 0.05, best_scale(10_000, 0.05))).__round__(1)
    303.5
    """
    seen = np.asarray(people, dtype=np.float64)
    return np.asarray(np.sqrt((seen + scale**-2) * np.log((seen * scale**2 + 1) / alpha**2)))


def difference_in_means(control: ArmSums, challenger: ArmSums, alpha: float, scale: float) -> Interval:
    """How much more a person of the challenger pays (waits, costs) than one of the control, at every look.

    Args:
        alpha: chance, over the whole life of the experiment, that the interval ever misses the truth.
        scale: `best_scale` of the number of people planned; fixed before the start.

    >>> same = ArmSums(people=5000, y=250_000, yy=25_000_000)
    >>> more = ArmSums(people=5000, y=300_000, yy=30_000_000)
    >>> found = difference_in_means(same, more, 0.05, best_scale(10_000, 0.05))
    >>> float(found.difference), float(found.low).__round__(2), float(found.high).__round__(2)
    (10.0, 6.99, 13.01)
    """
    difference = _mean(challenger) - _mean(control)
    error = sum(_per_person(_variance(arm.people, arm.y, arm.yy), arm.people) for arm in (control, challenger))
    return _interval(difference, error, control, challenger, alpha, scale)


def adjusted_difference(control: ArmSums, challenger: ArmSums, alpha: float, scale: float) -> Interval:
    """The same difference after taking out what the outcome before the start (x) explains, each arm with its own slope.

    Lin, "Agnostic notes on regression adjustments to experimental data" (Annals of Applied Statistics 2013): the estimate is right whatever
    the relation between x and y, because x was fixed before the draw, and asymptotically never less exact than the plain difference.
    """
    people = np.asarray(control.people, dtype=np.float64) + challenger.people
    x_sum, xx_sum = (np.asarray(first, dtype=np.float64) + second for first, second in ((control.x, challenger.x), (control.xx, challenger.xx)))
    x_mean = _per_person(x_sum, people)
    slopes = {name: _slope(arm) for name, arm in (("control", control), ("challenger", challenger))}
    means = {
        name: _mean(arm) - slopes[name] * (_per_person(arm.x, arm.people) - x_mean)
        for name, arm in (("control", control), ("challenger", challenger))
    }
    error = sum(_per_person(_residual(arm, slopes[name]), arm.people) for name, arm in (("control", control), ("challenger", challenger)))
    spread = (slopes["challenger"] - slopes["control"]) ** 2 * _variance(people, x_sum, xx_sum)
    return _interval(means["challenger"] - means["control"], error + _per_person(spread, people), control, challenger, alpha, scale)


def _interval(difference: Figures, error: Any, control: ArmSums, challenger: ArmSums, alpha: float, scale: float) -> Interval:
    """Difference and squared standard error as an interval that holds at every look."""
    people = np.asarray(control.people, dtype=np.float64) + challenger.people
    enough = np.minimum(control.people, challenger.people) >= LEAST_IN_EACH_ARM
    half = np.where(enough, np.sqrt(_per_person(error, people)) * boundary(people, alpha, scale), np.inf)
    middle = np.where(enough, difference, 0.0)
    return Interval(np.asarray(difference), np.asarray(middle - half), np.asarray(middle + half))


def _per_person(total: Any, people: Any) -> Figures:
    """A sum by people; not a number where there are none."""
    sums, count = np.broadcast_arrays(np.asarray(total, dtype=np.float64), np.asarray(people, dtype=np.float64))
    return np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)


def _mean(arm: ArmSums) -> Figures:
    return _per_person(arm.y, arm.people)


def _variance(people: Any, total: Any, squares: Any) -> Figures:
    """Sample variance from sums; never negative through rounding."""
    return np.asarray(np.maximum(np.asarray(squares, dtype=np.float64) - total * _per_person(total, people), 0.0) / np.maximum(np.asarray(people) - 1.0, 1.0))


def _covariance(arm: ArmSums) -> Figures:
    return np.asarray((np.asarray(arm.xy, dtype=np.float64) - arm.x * _mean(arm)) / np.maximum(np.asarray(arm.people) - 1.0, 1.0))


def _slope(arm: ArmSums) -> Figures:
    """Of y on x within the arm; zero where x does not vary."""
    spread = _variance(arm.people, arm.x, arm.xx)
    return np.divide(_covariance(arm), spread, out=np.zeros_like(spread), where=spread > 0)


def _residual(arm: ArmSums, slope: Figures) -> Figures:
    """Variance of y that x does not explain."""
    return np.maximum(_variance(arm.people, arm.y, arm.yy) - slope * _covariance(arm), 0.0)
