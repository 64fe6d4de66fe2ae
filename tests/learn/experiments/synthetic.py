"""A thousand experiments at once on invented people: who pays how much within thirty days, drawn as such books look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from arrears.learn.experiments.means import ArmSums

Whole = npt.NDArray[np.int64]


def payments_minor(chance: np.random.Generator, shape: tuple[int, ...]) -> tuple[Whole, Whole]:
    """What each person paid in the month before and in the month after: most nothing, some a little, few much; who paid before pays again more often."""
    steady = chance.random(shape) < 0.5
    sizes = np.exp(chance.normal(10.5, 0.8, shape))
    before = np.where(chance.random(shape) < np.where(steady, 0.8, 0.2), sizes * np.exp(chance.normal(0, 0.2, shape)), 0.0)
    after = np.where(chance.random(shape) < np.where(steady, 0.7, 0.2), sizes * np.exp(chance.normal(0, 0.2, shape)), 0.0)
    return before.astype(np.int64), after.astype(np.int64)


def sums_at(looks: Whole, in_arm: npt.NDArray[np.bool_], x: Whole, y: Whole) -> ArmSums:
    """Integer sums of one arm at each look, for every experiment: people stand along the last axis in the order in which they came.

    Squares are kept in floating point: they serve variances alone.
    """
    def up_to(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        total = np.add.accumulate(np.where(in_arm, values, 0), axis=-1)
        return np.asarray(total[..., looks - 1])

    x_wide, y_wide = x.astype(np.float64), y.astype(np.float64)
    return ArmSums(up_to(np.ones_like(y)), up_to(y), up_to(y_wide * y_wide), up_to(x), up_to(x_wide * x_wide), up_to(x_wide * y_wide))
