"""Does the interval hold at every look, and is an effect found as often as was said?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.learn.experiments.means import LEAST_IN_EACH_ARM, ArmSums, Interval, adjusted_difference, best_scale, boundary, difference_in_means
from arrears.learn.experiments.power import Design, chance_to_find, people_needed
from tests.learn.experiments.synthetic import payments_minor, sums_at

ALPHA = 0.05
AT_ONCE = 50
MORE_MINOR = 3000
"""What everybody in the challenger pays more, where an effect is planted: 30.00."""


def arms_of(runs: int, people: int, control_share: float, looks: int, more_minor: int = 0) -> Iterator[tuple[ArmSums, ArmSums]]:
    """Sums of control and challenger at every look, a few experiments at a time so that memory stays small."""
    at = np.arange(1, looks + 1) * people // looks
    for part in range(runs // AT_ONCE):
        chance = np.random.default_rng([part, int(control_share * 100), people])
        before, after = payments_minor(chance, (AT_ONCE, people))
        in_control = chance.random((AT_ONCE, people)) < control_share
        paid = np.where(in_control, after, after + more_minor)
        yield sums_at(at, in_control, before, paid), sums_at(at, ~in_control, before, paid)


def rang(found: Interval) -> int:
    """In how many experiments does the interval exclude zero at one look or more?"""
    return int(found.excludes_zero.any(axis=-1).sum())


@pytest.mark.parametrize(("control_share", "people"), [(0.5, 6000), (0.05, 10_000)])
def test_two_arms_alike_are_called_different_within_the_nominal_rate_though_looked_at_a_hundred_times(control_share: float, people: int) -> None:
    started, alarms, adjusted = time.process_time(), 0, 0
    scale = best_scale(people, ALPHA)
    for control, challenger in arms_of(1000, people, control_share, looks=100):
        alarms += rang(difference_in_means(control, challenger, ALPHA, scale))
        adjusted += rang(adjusted_difference(control, challenger, ALPHA, scale))
    assert alarms / 1000 <= ALPHA and adjusted / 1000 <= ALPHA
    assert alarms + adjusted > 0, "a test that never rings says nothing"
    assert time.process_time() - started < 30


def test_a_usual_interval_looked_at_as_often_cries_wolf() -> None:
    alarms = 0
    for control, challenger in arms_of(500, 6000, 0.5, looks=100):
        found = difference_in_means(control, challenger, ALPHA, best_scale(6000, ALPHA))
        people = control.people + challenger.people
        usual = 1.96 * np.sqrt(people) / boundary(people, ALPHA, best_scale(6000, ALPHA))
        half = (found.high - found.low) / 2 * usual
        alarms += int((np.abs(found.difference) > half).any(axis=-1).sum())
    assert alarms / 500 > 3 * ALPHA


def test_a_planted_effect_is_found_as_often_as_the_design_predicts_and_sooner_with_what_was_known_before() -> None:
    people, looks = 10_000, 20
    found = adjusted = 0
    deviations = []
    for control, challenger in arms_of(1000, people, 0.5, looks, MORE_MINOR):
        found += rang(difference_in_means(control, challenger, ALPHA, best_scale(people, ALPHA)))
        adjusted += rang(adjusted_difference(control, challenger, ALPHA, best_scale(people, ALPHA)))
        last = control.yy[:, -1] / control.people[:, -1] - (control.y[:, -1] / control.people[:, -1]) ** 2
        deviations.append(math.sqrt(float(last.mean())))
    predicted = chance_to_find(Design(0.5, float(np.mean(deviations)), people, ALPHA, looks), MORE_MINOR)
    assert abs(found / 1000 - predicted) < 3 * math.sqrt(predicted * (1 - predicted) / 1000) + 0.01
    assert 0.4 < predicted < 0.95 and adjusted > found


@pytest.mark.soak
def test_ten_thousand_experiments_on_arms_alike_stay_within_the_nominal_rate() -> None:
    alarms = sum(rang(difference_in_means(*arms, ALPHA, best_scale(20_000, ALPHA))) for arms in arms_of(10_000, 20_000, 0.05, looks=200))
    assert alarms / 10_000 <= ALPHA


def test_the_interval_covers_the_true_difference_at_all_looks_at_once() -> None:
    covered = 0
    for control, challenger in arms_of(500, 6000, 0.2, 50, MORE_MINOR):
        found = adjusted_difference(control, challenger, ALPHA, best_scale(6000, ALPHA))
        covered += int(((found.low <= MORE_MINOR) & (found.high >= MORE_MINOR)).all(axis=-1).sum())
    assert covered / 500 >= 1 - ALPHA


def test_nothing_is_said_of_few_people() -> None:
    few = ArmSums(LEAST_IN_EACH_ARM - 1, 10, 10)
    many = ArmSums(5000, 5000, 5000)
    found = difference_in_means(few, many, ALPHA, 0.03)
    assert found.low == -math.inf and found.high == math.inf and not found.excludes_zero


def test_one_experiment_and_many_are_worked_out_alike_and_a_useless_covariate_changes_nothing() -> None:
    control, challenger = next(arms_of(AT_ONCE, 3000, 0.5, 4))
    together = difference_in_means(control, challenger, ALPHA, 0.03)
    one = [ArmSums(int(arm.people[7, 2]), int(arm.y[7, 2]), arm.yy[7, 2]) for arm in (control, challenger)]
    alone = difference_in_means(one[0], one[1], ALPHA, 0.03)
    assert (alone.difference, alone.low, alone.high) == (together.difference[7, 2], together.low[7, 2], together.high[7, 2])
    flat = adjusted_difference(one[0], one[1], ALPHA, 0.03)
    assert flat.difference == alone.difference and flat.low == pytest.approx(float(alone.low))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()), min_size=30, max_size=60))
@settings(max_examples=50, deadline=None)
def test_the_adjusted_difference_is_the_coefficient_of_the_regression_with_interactions(people: list[tuple[int, int, bool]]) -> None:
    x, y, treated = (np.array([one[place] for one in people]) for place in range(3))
    if min(treated.sum(), (~treated).sum()) < 3 or len(set(x[treated])) < 2 or len(set(x[~treated])) < 2:
        return
    centred = (x - x.mean()) / 10**6
    design = np.column_stack([np.ones(len(x)), treated, centred, centred * treated])
    expected = np.linalg.lstsq(design, y.astype(float), rcond=None)[0][1]
    sums = [ArmSums(int(arm.sum()), int(y[arm].sum()), float((y[arm].astype(float) ** 2).sum()), int(x[arm].sum()), float((x[arm].astype(float) ** 2).sum()),
                    float((x[arm].astype(float) * y[arm]).sum())) for arm in (~treated, treated)]
    assert float(adjusted_difference(sums[0], sums[1], ALPHA, 0.03).difference) == pytest.approx(float(expected), rel=1e-6, abs=1e-2)


def test_no_effect_is_found_no_more_often_than_promised_and_more_people_find_more() -> None:
    for looks in (1, 5, 50):
        assert chance_to_find(Design(0.5, 1.0, 8000, ALPHA, looks), 0.0) < ALPHA
    chances = [chance_to_find(Design(0.05, 1.0, people, ALPHA), 0.1) for people in (8000, 16_000, 32_000)]
    assert chances == sorted(chances) and chances[-1] > 0.8
    needed = people_needed(0.05, 1.0, 0.1)
    assert chance_to_find(Design(0.05, 1.0, needed), 0.1) >= 0.8 > chance_to_find(Design(0.05, 1.0, needed - 200), 0.1)


def test_the_chance_to_find_equals_what_walks_do() -> None:
    plan, effect = Design(0.5, 1.0, 4000, ALPHA, 10), 0.11
    chance = np.random.default_rng(7)
    at = np.array([people for people in plan.at if people >= 2 * LEAST_IN_EACH_ARM])
    moved = np.diff(np.concatenate([[0], at]))
    walks = np.cumsum(chance.normal(effect / 2 * moved, np.sqrt(moved), (200_000, len(at))), axis=1)
    left = (np.abs(walks) > boundary(at, ALPHA, best_scale(plan.people, ALPHA))).any(axis=1).mean()
    assert chance_to_find(plan, effect) == pytest.approx(float(left), abs=0.004)
