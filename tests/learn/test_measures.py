"""Each measure against a table worked out by hand, and against the wrong version that is in circulation."""

from __future__ import annotations

import doctest
from fractions import Fraction
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from arrears.learn.analytics.flow import FlowCell, chain_loss, cohort_roll_rate, cure_rate, expected_loss_minor, net_flow_rate, transition_matrix
from arrears.learn.analytics.ratio import percent_text, ratio
from arrears.learn.analytics.trade_credit import average_days_delinquent, best_possible_days, collection_effectiveness_index, days_sales_outstanding

BUCKETS = ("current", "1-30", "31-60", "61+")
MONTH = [
    FlowCell("current", "current", 90, 9000, 8800),
    FlowCell("current", "1-30", 6, 600, 590),
    FlowCell("1-30", "current", 4, 400, 380),
    FlowCell("1-30", "1-30", 2, 200, 195),
    FlowCell("1-30", "31-60", 4, 400, 410),
    FlowCell("31-60", "61+", 1, 100, 110),
    FlowCell("current", "31-60", 1, 90, 95),
]


def test_net_flow_and_cohort_roll_differ_when_somebody_skips_a_bucket() -> None:
    assert net_flow_rate(MONTH, "31-60", "1-30") == Fraction(505, 1000)
    assert cohort_roll_rate(MONTH, "1-30", "31-60") == Fraction(400, 1000)


def test_cure_counts_accounts_of_the_cohort_and_not_everybody_who_is_current() -> None:
    assert cure_rate(MONTH, "1-30") == Fraction(4, 10)
    wrong = Fraction(sum(cell.accounts for cell in MONTH if cell.now == "current"), sum(cell.accounts for cell in MONTH if cell.before == "1-30"))
    assert wrong != cure_rate(MONTH, "1-30")


def test_each_row_of_the_matrix_adds_up_to_one() -> None:
    matrix = transition_matrix(MONTH, BUCKETS)
    assert set(matrix) == {"current", "1-30", "31-60"}, "a bucket that held nobody has no row"
    assert all(sum(row.values()) == 1 for row in matrix.values())
    assert matrix["current"]["1-30"] == Fraction(6, 97)


cells = st.lists(st.builds(FlowCell, st.sampled_from(BUCKETS), st.sampled_from(BUCKETS), st.integers(0, 50), st.integers(0, 9999), st.integers(0, 9999)), max_size=20)


@given(cells)
def test_whatever_the_flow_every_row_that_is_there_adds_up_to_one(flow: list[FlowCell]) -> None:
    assert all(sum(row.values()) == 1 for row in transition_matrix(flow, BUCKETS).values())


def test_the_chain_multiplies_and_stops_where_a_rate_cannot_be_said() -> None:
    assert chain_loss([Fraction(1, 10), Fraction(1, 2)]) == Fraction(1, 20)
    assert chain_loss([Fraction(1, 10), None]) is None


def test_expected_loss_follows_the_chain_from_each_bucket_to_the_end() -> None:
    losses = expected_loss_minor({"current": 100_000, "1-30": 10_000, "31-60": 1_000, "61+": 500},
                                 {"current": Fraction(6, 100), "1-30": Fraction(1, 2), "31-60": Fraction(4, 5)}, BUCKETS)
    assert losses == {"current": 2400, "1-30": 4000, "31-60": 800, "61+": 500}


def test_five_of_a_hundred_are_five_percent_and_not_twenty() -> None:
    assert percent_text(ratio(5, 100)) == "5.00 %"
    assert ratio(5, 100) != ratio(100, 5 * 100)


def test_the_trade_credit_measures_equal_a_quarter_worked_by_hand() -> None:
    assert days_sales_outstanding(60_000, 180_000, 90) == 30
    assert best_possible_days(45_000, 180_000, 90) == Fraction(45, 2)
    assert average_days_delinquent(60_000, 45_000, 180_000, 90) == Fraction(15, 2)
    assert collection_effectiveness_index(50_000, 180_000, 60_000, 45_000) == Fraction(170_000, 185_000)


def test_effectiveness_is_not_the_share_of_all_receivables() -> None:
    in_circulation = Fraction(50_000 + 180_000 - 60_000, 50_000 + 180_000)
    assert collection_effectiveness_index(50_000, 180_000, 60_000, 45_000) != in_circulation


def test_nothing_to_divide_by_is_said_and_is_not_zero() -> None:
    assert net_flow_rate([], "31-60", "1-30") is None
    assert percent_text(None) == "–"


def test_the_examples_of_the_reference_page_come_out_as_they_stand_there() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "measures.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted >= 10 and found.failed == 0
