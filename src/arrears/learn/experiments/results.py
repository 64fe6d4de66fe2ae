"""What does an experiment say so far: what did each arm bring, cost and burden, and is anything wrong with it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from arrears.learn.experiments.counts import evidence_of_excess, evidence_of_mismatch, rate_difference, rate_interval
from arrears.learn.experiments.means import ArmSums, Interval, adjusted_difference, best_scale, difference_in_means

FEWEST_COMPLAINTS = 3
"""One complaint, or two, may come by chance in a small arm; from three on the policy's bound counts."""
MISMATCH_RINGS_AT = 1000.0
"""Evidence from which the sizes of the arms are called wrong: the chance of a false alarm is one in a thousand over the experiment's whole life."""


class Alarm(StrEnum):
    """What is wrong?"""

    MORE_COMPLAINTS = "more_complaints"
    """A challenger draws more complaints than its share of people."""
    TOO_MANY_COMPLAINTS = "too_many_complaints"
    """An arm has more complaints by ten thousand people than the policy allows."""
    MISMATCH = "sample_ratio_mismatch"
    """The arms are not of the sizes they were drawn in."""


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm so far, in whole numbers.

    Attributes:
        share_per_10000: how many of ten thousand people it was to have.
        people: drawn into it; `complete` of them have had the whole time after the draw in which payments count.
        paid_minor: sum of what the complete ones paid in that time.
        paid_squares: sum of the squares of it, for the variance alone; likewise `before_*` for the time before the draw and `cross`.
        cost_minor: what their treatments cost, as the policy prices them.
        contacts: contacts made with all its people since the draw.
        complaints: people of it who complained since the draw.
    """

    arm: str
    share_per_10000: int
    people: int
    complete: int
    paid_minor: int
    paid_squares: float
    before_minor: int
    before_squares: float
    cross: float
    cost_minor: int
    contacts: int
    complaints: int

    @property
    def paid_per_person(self) -> Fraction | None:
        """Mean of what the complete ones paid, in minor units; None where nobody is complete."""
        return Fraction(self.paid_minor, self.complete) if self.complete else None

    @property
    def complaint_rate(self) -> Fraction | None:
        """Complaints by people drawn."""
        return Fraction(self.complaints, self.people) if self.people else None

    @property
    def sums(self) -> ArmSums:
        """What the means are made of."""
        return ArmSums(self.complete, self.paid_minor, self.paid_squares, self.before_minor, self.before_squares, self.cross)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A difference with the bounds that hold at every look; None where nothing can be said yet."""

    difference: float
    low: float | None
    high: float | None

    @property
    def is_said(self) -> bool:
        """Do the bounds leave zero out?"""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def rounded(self) -> tuple[int, int, int] | None:
        """Difference, low and high in whole minor units; None where nothing can be said yet."""
        return None if self.low is None or self.high is None else (round(self.difference), round(self.low), round(self.high))


@dataclass(frozen=True, slots=True)
class Compared:
    """A challenger against the champion: incremental recovery per person (minor units), plain and adjusted, and the difference in complaint rates."""

    arm: str
    paid: Bounds
    paid_adjusted: Bounds
    complaint_rate: Bounds
    complaints_evidence: float


@dataclass(frozen=True, slots=True)
class Results:
    """All that an experiment says so far."""

    arms: tuple[ArmFigures, ...]
    compared: tuple[Compared, ...]
    mismatch_evidence: float
    alarms: tuple[tuple[Alarm, str], ...]

    @property
    def must_stop(self) -> bool:
        """Do complaints end it? A mismatch makes it worthless and is for a person to look into; complaints end it at once."""
        return any(alarm is not Alarm.MISMATCH for alarm, _ in self.alarms)


def results_of(
    arms: Sequence[ArmFigures], champion: str, *, people_planned: int, complaints_ceiling_per_10000: int, complaint_order: Sequence[str], sizes: Sequence[Sequence[int]],
    alpha: float = 0.05,
) -> Results:
    """Compare every challenger with the champion; the level is shared among challengers, so that it holds for all of them together.

    Args:
        complaint_order: the arm of everybody who complained, in the order of complaints.
        sizes: people in each arm at each look so far, the arms in the order of `arms`.
    """
    base = next(one for one in arms if one.arm == champion)
    others = [one for one in arms if one.arm != champion]
    level = alpha / len(others)
    scale = best_scale(people_planned, level)
    compared = tuple(_compared(base, one, level, scale, complaint_order) for one in others)
    shares = [one.share_per_10000 / 10_000 for one in arms]
    mismatch = float(np.max(evidence_of_mismatch(np.asarray(sizes, dtype=np.float64).reshape(-1, len(arms)), shares), initial=1.0))
    alarms = [(Alarm.MORE_COMPLAINTS, one.arm) for one in compared if one.complaints_evidence >= 1 / level]
    alarms += [(Alarm.TOO_MANY_COMPLAINTS, one.arm) for one in arms if _too_many(one, complaints_ceiling_per_10000)]
    alarms += [(Alarm.MISMATCH, "")] if mismatch >= MISMATCH_RINGS_AT else []
    return Results(tuple(arms), compared, mismatch, tuple(alarms))


def _too_many(one: ArmFigures, ceiling_per_10000: int) -> bool:
    return one.complaints >= FEWEST_COMPLAINTS and one.complaints * 10_000 >= ceiling_per_10000 * one.people


def _compared(base: ArmFigures, other: ArmFigures, level: float, scale: float, complaint_order: Sequence[str]) -> Compared:
    plain = difference_in_means(base.sums, other.sums, level, scale)
    adjusted = adjusted_difference(base.sums, other.sums, level, scale)
    rates = [rate_interval(one.complaints, one.people, level / 2) for one in (base, other)]
    low, high = rate_difference(rates[0], rates[1])
    rate = Bounds(float(rates[1].rate - rates[0].rate), float(low), float(high))
    return Compared(other.arm, _bounds(plain), _bounds(adjusted), rate, _evidence(base, other, complaint_order))


def _evidence(base: ArmFigures, other: ArmFigures, complaint_order: Sequence[str]) -> float:
    """The strongest that the complaints ever said, as they came one after the other."""
    came = np.array([arm == other.arm for arm in complaint_order if arm in (base.arm, other.arm)], dtype=np.int64)
    in_other = np.cumsum(came)
    share = other.share_per_10000 / (base.share_per_10000 + other.share_per_10000)
    return float(np.max(evidence_of_excess(in_other, np.arange(1, len(came) + 1) - in_other, share), initial=1.0))


def _bounds(found: Interval) -> Bounds:
    low, high = float(found.low), float(found.high)
    is_stated = np.isfinite(low) and np.isfinite(high)
    difference = float(found.difference)
    return Bounds(difference if np.isfinite(difference) else 0.0, low if is_stated else None, high if is_stated else None)
