"""Does the assignment find the best within the limits, and say truly how far from it it may be?"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.core.problems import BadData
from arrears.decide.capacity import exact
from arrears.decide.capacity.assigning import assign
from arrears.decide.capacity.certificate import relaxed_best_minor
from arrears.decide.capacity.shapes import ANSWER_SCHEMA, Assignment, Limit, Unit
from benchmarks.assignment import TREATMENTS, problem

NAMES = ("call", "letter", "sms")
LIMITS = ("minutes", "money")


@dataclass(frozen=True)
class Pair:
    case_id: int
    treatment: str
    value: int
    uses: tuple[int, ...] = (0, 0)
    cost: int = 0
    harm: int = 0
    permitted: bool = True
    duty: bool = False
    proposed: bool = False


def table(pairs: Sequence[Pair]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "case_id": pa.array([one.case_id for one in pairs], pa.int64()),
        "treatment": pa.array([one.treatment for one in pairs], pa.string()),
        **{name: pa.array([getattr(one, name) for one in pairs], pa.bool_()) for name in ("permitted", "duty", "proposed")},
        **{f"{name}_minor": pa.array([getattr(one, name) for one in pairs], pa.int64()) for name in ("value", "cost", "harm")},
    }
    for place, name in enumerate(LIMITS):
        columns[f"{name}_limit"] = pa.array([name] * len(pairs), pa.string())
        columns[f"{name}_use"] = pa.array([one.uses[place] for one in pairs], pa.int64())
    return pa.table(columns)


def asked(pairs: Sequence[Pair], minutes: int = 100, money: int = 100, stop_below_minor: int = 0) -> Assignment:
    return assign(table(pairs), [Limit("minutes", Unit.MINUTES, minutes), Limit("money", Unit.MONEY, money)], NAMES, stop_below_minor)


def told(found: Assignment) -> list[tuple[int, str | None, str | None]]:
    return [(row["case_id"], row["treatment"], row["why"]) for row in found.chosen.to_pylist()]


@st.composite
def small_problems(draw: st.DrawFn) -> tuple[list[Pair], int, int]:
    figure = st.integers(0, 30)
    pairs = [
        Pair(case_id, name, draw(st.integers(-5, 60)), (draw(figure), draw(figure)), cost=draw(st.integers(0, 9)), permitted=draw(st.integers(0, 4)) > 0)
        for case_id in range(draw(st.integers(1, 5))) for name in NAMES[: draw(st.integers(1, 3))]
    ]
    return pairs, draw(st.integers(0, 60)), draw(st.integers(0, 60))


def best_by_trying(pairs: Sequence[Pair], room: Sequence[int]) -> int:
    """Every possible choice, one after the other."""
    cases = [[None, *(one for one in group if one.permitted)] for _, group in itertools.groupby(pairs, key=lambda one: one.case_id)]
    best = 0
    for choice in itertools.product(*cases):
        taken = [one for one in choice if one is not None]
        if all(sum(one.uses[place] for one in taken) <= there for place, there in enumerate(room)):
            best = max(best, sum(one.value - one.cost - one.harm for one in taken))
    return best


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_of_few_cases_the_best_choice_is_found_and_proven(drawn: tuple[list[Pair], int, int]) -> None:
    pairs, minutes, money = drawn
    found = asked(pairs, minutes, money)
    assert found.net_minor == best_by_trying(pairs, (minutes, money))
    assert found.proven and found.bound_minor == found.net_minor and found.gap_ppm == 0


@settings(max_examples=30, deadline=None)
@given(small_problems(), st.integers(1, 40), st.booleans())
def test_more_capacity_never_brings_less(drawn: tuple[list[Pair], int, int], more: int, of_money: bool) -> None:
    pairs, minutes, money = drawn
    richer = (minutes, money + more) if of_money else (minutes + more, money)
    assert asked(pairs, *richer).net_minor >= asked(pairs, minutes, money).net_minor


@settings(max_examples=30, deadline=None)
@given(small_problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(drawn: tuple[list[Pair], int, int], lots: object) -> None:
    pairs, minutes, money = drawn
    shuffled = list(pairs)
    lots.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = asked(pairs, minutes, money), asked(shuffled, minutes, money)
    assert one.chosen.equals(other.chosen) and one.prices == other.prices


@pytest.fixture(scope="module")
def medium() -> tuple[pa.Table, list[Limit], Assignment]:
    pairs, limits = problem(4_000, 3)
    return pairs, limits, assign(pairs, limits, TREATMENTS)


def test_another_solver_confirms_the_gap_on_a_book_of_thousands(medium: tuple[pa.Table, list[Limit], Assignment]) -> None:
    pairs, limits, found = medium
    relaxed = relaxed_best_minor(pairs, limits)
    assert found.net_minor <= relaxed * (1 + 1e-7)
    assert found.bound_minor >= relaxed * (1 - 1e-7), "our bound is never below the relaxed best"
    assert relaxed - found.net_minor <= 0.0005 * relaxed
    assert found.bound_minor - relaxed <= 0.0001 * relaxed, "and hardly above it"


def test_no_limit_is_exceeded_and_what_is_told_as_used_is_what_the_chosen_use(medium: tuple[pa.Table, list[Limit], Assignment]) -> None:
    pairs, limits, found = medium
    chosen = pairs.join(found.chosen.select(["case_id", "treatment"]).filter(found.chosen["treatment"].is_valid()), ["case_id", "treatment"], join_type="inner")
    used = dict.fromkeys((limit.name for limit in limits), 0)
    for kind in ("minutes", "visits", "budget", "texts", "harm"):
        for name, use in zip(chosen[f"{kind}_limit"].to_pylist(), chosen[f"{kind}_use"].to_pylist(), strict=True):
            if name is not None:
                used[name] += use
    assert {price.limit.name: price.used for price in found.prices} == used
    assert all(used[limit.name] <= limit.amount for limit in limits)
    assert sum(found.chosen[name].to_numpy().sum() * sign for name, sign in (("value_minor", 1), ("cost_minor", -1), ("harm_minor", -1))) == found.net_minor


def test_a_shadow_price_is_what_a_little_more_really_brings(medium: tuple[pa.Table, list[Limit], Assignment]) -> None:
    pairs, limits, found = medium
    more = [Limit(one.name, one.unit, one.amount + 1200) if one.name == "agent_minutes" else one for one in limits]
    gained = (assign(pairs, more, TREATMENTS).net_minor - found.net_minor) / 20
    price = next(price for price in found.prices if price.limit.name == "agent_minutes")
    assert price.per == 60 and gained == pytest.approx(price.worth_minor, rel=0.1)


def test_a_book_of_thousands_comes_out_the_same_whatever_its_order(medium: tuple[pa.Table, list[Limit], Assignment]) -> None:
    pairs, limits, found = medium
    shuffled = pairs.take(pa.array(np.random.default_rng(7).permutation(pairs.num_rows)))
    again = assign(shuffled, list(limits), TREATMENTS)
    assert again.chosen.equals(found.chosen) and again == found


def test_among_equals_the_smaller_number_comes_first() -> None:
    found = asked([Pair(case_id, "call", 500, (10, 0)) for case_id in (9, 4, 7, 2)], minutes=20)
    assert [case_id for case_id, treatment, _ in told(found) if treatment] == [2, 4]
    assert found.proven


@pytest.mark.parametrize(("value", "cost", "harm", "stop_below", "chosen"), [
    (100, 60, 39, 0, "call"), (100, 60, 40, 0, None), (100, 60, 41, 0, None), (100, 60, 0, 40, "call"), (100, 60, 0, 41, None),
])
def test_the_stop_rule_leaves_alone_what_brings_no_more_than_it_costs_and_burdens(value: int, cost: int, harm: int, stop_below: int, chosen: str | None) -> None:
    found = asked([Pair(1, "call", value, cost=cost, harm=harm, proposed=True)], stop_below_minor=stop_below)
    assert told(found) == [(1, chosen, "as_proposed" if chosen else "stop_rule")]


def test_a_notice_the_law_wants_is_done_though_it_brings_nothing_and_uses_its_share_first() -> None:
    found = asked([Pair(1, "letter", 0, (60, 0), cost=50, duty=True, proposed=True), Pair(2, "call", 900, (60, 0), proposed=True)], minutes=100)
    assert told(found) == [(1, "letter", "as_proposed"), (2, None, "capacity")]
    assert found.prices[0].used == 60 and found.net_minor == 0


def test_duties_beyond_what_there_is_are_done_and_seen() -> None:
    found = asked([Pair(1, "letter", 0, (150, 0), duty=True), Pair(2, "call", 900, (1, 0))], minutes=100)
    assert found.prices[0].used == 150 and told(found)[1][1] is None


def test_what_law_forbids_is_not_chosen_whatever_it_brings() -> None:
    pairs = [Pair(1, "call", 10_000, (1, 0), permitted=False, proposed=True), Pair(1, "sms", 10, proposed=False), Pair(2, "call", 5, permitted=False, proposed=True)]
    assert told(asked(pairs)) == [(1, "sms", "law"), (2, None, "law")]


def test_the_reason_says_whether_capacity_or_worth_moved_a_case() -> None:
    pairs = [
        Pair(1, "call", 900, (60, 0), proposed=True), Pair(1, "sms", 100),
        Pair(2, "call", 800, (60, 0), proposed=True), Pair(2, "sms", 100),
        Pair(3, "call", 50, (60, 0), proposed=True), Pair(3, "sms", 100),
    ]
    assert told(asked(pairs, minutes=60)) == [(1, "call", "as_proposed"), (2, "sms", "capacity"), (3, "sms", "worth_more")]


def test_a_harm_budget_bounds_the_burden_of_all_together() -> None:
    pairs = table([Pair(case_id, "call", 1000 + case_id, harm=40) for case_id in range(1, 6)]).drop_columns(["money_limit", "money_use", "minutes_limit", "minutes_use"])
    burdened = pairs.append_column("harm_limit", pa.array(["harm"] * 5)).append_column("harm_use", pairs["harm_minor"])
    found = assign(burdened, [Limit("harm", Unit.HARM, 100)], NAMES)
    assert [case_id for case_id, treatment, _ in told(found) if treatment] == [4, 5]
    assert found.prices[0].used == 80


def test_a_limit_of_nothing_leaves_nothing() -> None:
    assert told(asked([Pair(1, "call", 900, (1, 0), proposed=True)], minutes=0)) == [(1, None, "capacity")]


def test_a_book_without_pairs_has_an_empty_answer() -> None:
    found = asked([])
    assert found.chosen.num_rows == 0 and found.chosen.schema == ANSWER_SCHEMA and found.net_minor == found.bound_minor == 0


def test_where_the_search_for_a_proof_is_cut_short_the_bound_stays_true(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    pairs = [Pair(case_id, "call", int(draw.integers(900, 1100)), (int(draw.integers(90, 110)), int(draw.integers(90, 110)))) for case_id in range(12)]
    best = asked(pairs, 550, 550)
    assert best.proven
    monkeypatch.setattr(exact, "NODES", 3)
    cut = asked(pairs, 550, 550)
    assert not cut.proven and cut.net_minor <= best.net_minor <= cut.bound_minor


@pytest.mark.parametrize(("pairs", "limits", "says"), [
    ([Pair(1, "call", 5)], [Limit("minutes", Unit.MINUTES, -1), Limit("money", Unit.MONEY, 1)], "Limit “minutes” is -1"),
    ([Pair(1, "call", 5)], [Limit("minutes", Unit.MINUTES, 1), Limit("minutes", Unit.MINUTES, 2), Limit("money", Unit.MONEY, 1)], "“minutes” is stated twice"),
    ([Pair(1, "pigeon", 5)], [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], "Treatment “pigeon” is not among"),
    ([Pair(1, "call", 5)], [Limit("minutes", Unit.MINUTES, 1)], "the limit “money”, which nobody stated"),
    ([Pair(1, "call", 5, cost=-1)], [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], "cost_minor goes from -1"),
    ([Pair(1, "call", 5), Pair(1, "call", 6)], [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], "Case 1 has the treatment “call” twice"),
    ([Pair(1, "call", 5, proposed=True), Pair(1, "sms", 6, proposed=True)], [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], "more than one treatment marked proposed"),
    ([Pair(1, "call", 10**16)], [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], "value_minor goes from"),
])
def test_what_cannot_be_asked_is_refused_in_words(pairs: list[Pair], limits: list[Limit], says: str) -> None:
    with pytest.raises(BadData, match=says):
        assign(table(pairs), limits, NAMES)


def test_a_table_with_rows_without_a_value_is_refused() -> None:
    holed = table([Pair(1, "call", 5)]).set_column(5, "value_minor", pa.array([None], pa.int64()))
    with pytest.raises(BadData, match="rows without a value"):
        assign(holed, [Limit("minutes", Unit.MINUTES, 1), Limit("money", Unit.MONEY, 1)], NAMES)
