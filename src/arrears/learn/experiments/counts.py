"""What do counts say while they grow: is a rare thing more frequent in one arm, are the arms of the sizes they were drawn in?

Complaints are too rare for a limit theorem, and an alarm that is looked at every morning must not ring by looking. All three answers here are
exact at every moment: each is a mixture of likelihood ratios, which under the hypothesis doubted is a martingale that starts at 1, so that the chance
that it ever reaches 1/α is at most α (Ville 1939).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from arrears.learn.experiments.means import Figures

RATIOS_DOUBTED = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""How many times as frequent a complaint might have become: the alternatives the complaints alarm weighs, each alike."""
NEARNESS = 100.0
"""How near to the intended shares the sample-ratio alarm looks, in imagined people: larger finds small shifts in large experiments earlier."""
_HALVINGS = 60
_log_gamma = np.frompyfunc(math.lgamma, 1, 1)


@dataclass(frozen=True, slots=True)
class RateInterval:
    """A chance between 0 and 1, as observed and as not ruled out."""

    rate: Figures
    low: Figures
    high: Figures


def rate_interval(yes: Any, people: Any, alpha: float) -> RateInterval:
    """Within which bounds lies the chance of a yes, at every look at once?

    The uniform mixture of Robbins (1970), which Howard, Ramdas, McAuliffe and Sekhon (Annals of Statistics 2021) place among the
    nonparametric confidence sequences. Bounds by halving, to the last bit.

    >>> found = rate_interval(3, 1000, 0.05)
    >>> float(found.low).__round__(5), float(found.rate), float(found.high).__round__(5)
    (7e-05, 0.003, 0.01642)
    """
    seen, of = np.asarray(yes, dtype=np.float64), np.asarray(people, dtype=np.float64)
    rate = np.divide(seen, of, out=np.zeros_like(of), where=of > 0)
    edge = _log_beta(seen + 1, of - seen + 1) + math.log(alpha)

    def not_ruled_out(chance: Figures) -> Any:
        return _log_power(chance, seen) + _log_power(1 - chance, of - seen) >= edge

    low, high = _bisect(np.zeros_like(rate), rate, not_ruled_out), _bisect(np.ones_like(rate), rate, not_ruled_out)
    return RateInterval(rate, np.where(seen == 0, 0.0, low), np.where(seen == of, 1.0, high))


def rate_difference(control: RateInterval, challenger: RateInterval) -> tuple[Figures, Figures]:
    """Bounds of the difference of two chances, challenger less control; at α where each interval is taken at α/2."""
    return challenger.low - control.high, challenger.high - control.low


def evidence_of_excess(in_challenger: Any, in_control: Any, share_of_challenger: float) -> Figures:
    """How strongly do complaints say that the challenger draws more of them than its share of people?

    Looks at complaints alone, one a person: where the arm makes no difference each comes from the challenger with the challenger's share
    of people. Exact under that hypothesis whatever the season, the size of the book or the number of looks; 20 and more rings at a level of 5 %.

    >>> evidence_of_excess(2, 2, 0.5).round(2), evidence_of_excess(12, 1, 0.5).round(1)
    (np.float64(0.61), np.float64(81.1))
    """
    more, fewer = np.asarray(in_challenger, dtype=np.float64), np.asarray(in_control, dtype=np.float64)
    share = share_of_challenger
    weighed = np.zeros(np.broadcast(more, fewer).shape)
    for ratio in RATIOS_DOUBTED:
        suspected = share * ratio / (1 - share + share * ratio)
        weighed = weighed + np.exp(np.minimum(more * math.log(suspected / share) + fewer * math.log((1 - suspected) / (1 - share)), 700.0))
    return np.asarray(weighed / len(RATIOS_DOUBTED))[()]


def evidence_of_mismatch(people: Any, shares: Sequence[float]) -> Figures:
    """How strongly do the sizes of the arms say that people were not drawn in the shares intended?

    The multinomial-Dirichlet martingale of Lindon and Malek, "Anytime-valid inference for multinomial count data" (NeurIPS 2022), with a
    prior centred on the intended shares. A mismatch means that something loses people of one arm: nothing else of the experiment may be believed then.

    Args:
        people: people in each arm along the last axis.
        shares: the intended shares, which sum to 1; none is 0.

    >>> evidence_of_mismatch([4950, 5050], [0.5, 0.5]).round(2), evidence_of_mismatch([4700, 5300], [0.5, 0.5]) > 1e5
    (np.float64(0.16), np.True_)
    """
    counted, intended = np.asarray(people, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    prior = NEARNESS * intended
    log_ratio = _log_gamma_sum(counted + prior) - _lgamma(counted.sum(axis=-1) + NEARNESS) - _log_gamma_sum(prior) + math.lgamma(NEARNESS)
    return np.asarray(np.exp(np.minimum(log_ratio - (counted * np.log(intended)).sum(axis=-1), 700.0)))[()]


def _lgamma(values: Any) -> Figures:
    return np.asarray(_log_gamma(values), dtype=np.float64)


def _log_gamma_sum(values: Any) -> Figures:
    return np.asarray(_lgamma(values).sum(axis=-1))


def _log_beta(a: Figures, b: Figures) -> Figures:
    return _lgamma(a) + _lgamma(b) - _lgamma(a + b)


def _log_power(chance: Figures, times: Figures) -> Figures:
    """times · log(chance), zero where times is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(times == 0, 0.0, times * np.log(chance))


def _bisect(outside: Figures, inside: Figures, holds: Any) -> Figures:
    """The last value towards `outside` that holds; `inside` does."""
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        fits = holds(middle)
        outside, inside = np.where(fits, outside, middle), np.where(fits, middle, inside)
    return np.asarray(inside)
