"""Do counts ring when something is wrong, and hardly ever when nothing is?"""

from __future__ import annotations

import numpy as np
import pytest

from arrears.learn.experiments.counts import evidence_of_excess, evidence_of_mismatch, rate_difference, rate_interval

ALPHA = 0.05
RUNS = 1000


def test_complaints_shared_alike_ring_within_the_nominal_rate_however_often_somebody_looks() -> None:
    chance = np.random.default_rng(1)
    for share in (0.05, 0.5, 0.95):
        challenger = np.cumsum(chance.random((RUNS, 300)) < share, axis=1)
        control = np.arange(1, 301) - challenger
        assert ((evidence_of_excess(challenger, control, share) >= 1 / ALPHA).any(axis=1)).mean() <= ALPHA


def test_fewer_complaints_in_the_challenger_never_count_against_it() -> None:
    chance = np.random.default_rng(2)
    challenger = np.cumsum(chance.random((RUNS, 300)) < 0.4, axis=1)
    assert ((evidence_of_excess(challenger, np.arange(1, 301) - challenger, 0.5) >= 1 / ALPHA).any(axis=1)).mean() < 0.01


def test_three_times_as_many_complaints_ring_before_sixty_have_come() -> None:
    chance = np.random.default_rng(3)
    challenger = np.cumsum(chance.random((RUNS, 60)) < 0.75, axis=1)
    assert ((evidence_of_excess(challenger, np.arange(1, 61) - challenger, 0.5) >= 1 / ALPHA).any(axis=1)).mean() > 0.9


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.05, 0.95), (0.1, 0.45, 0.45)])
def test_arms_drawn_as_intended_are_called_mismatched_within_the_nominal_rate(shares: tuple[float, ...]) -> None:
    chance = np.random.default_rng(4)
    people = np.cumsum(chance.multinomial(100, shares, (RUNS, 100)), axis=1)
    assert ((evidence_of_mismatch(people, shares) >= 1 / ALPHA).any(axis=1)).mean() <= ALPHA


def test_an_arm_that_loses_one_person_in_ten_is_noticed() -> None:
    chance = np.random.default_rng(5)
    lost = np.cumsum(chance.multinomial(1000, (0.45 / 0.95, 0.5 / 0.95), (RUNS, 40)), axis=1)
    assert ((evidence_of_mismatch(lost, (0.5, 0.5)) >= 1 / ALPHA).any(axis=1)).mean() > 0.99


def test_the_bounds_of_a_rare_rate_cover_it_at_all_looks_at_once() -> None:
    chance = np.random.default_rng(6)
    for rate in (0.002, 0.3):
        yes = np.cumsum(chance.binomial(200, rate, (RUNS, 40)), axis=1)
        bounds = rate_interval(yes, np.broadcast_to(np.arange(1, 41) * 200, yes.shape), ALPHA)
        assert ((bounds.low <= rate) & (rate <= bounds.high)).all(axis=1).mean() >= 1 - ALPHA


def test_nobody_complained_and_everybody_did_have_bounds_too() -> None:
    none, every, unseen = rate_interval(0, 500, ALPHA), rate_interval(500, 500, ALPHA), rate_interval(0, 0, ALPHA)
    assert none.low == 0 and 0.01 < none.high < 0.03 and every.high == 1 and every.low > 0.97
    assert (unseen.low, unseen.high) == (0, 1)
    low, high = rate_difference(none, every)
    assert 0.9 < low < high == 1
