"""What courts and arbitral bodies ask: every boundary of every scale, and what must hold at any amount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.core.parameters import NoValue
from arrears.core.scales import Scale, Segment
from arrears.decide.escalation.arbitration import arbitration_fees
from arrears.decide.escalation.court_fees import acceptance_fee, enforcement_fee, payment_order_fee, preservation_fee
from tests.decide.escalation.shipped import law_of

LAW = law_of("china")
ON = date(2026, 11, 23)
AMOUNTS = st.integers(0, 10**13)


def minor(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 100)


# From the quick formulas that practitioners use, worked out by hand: 2.5 % x − 200, 2 % x + 300, 1.5 % x + 1,300, …
QUICK = [
    ("0.01", "50"), ("10,000", "50"), ("10,000.40", "50.01"), ("100,000", "2,300"), ("100,001", "2,300.02"), ("150,000", "3,300"), ("200,000", "4,300"),
    ("200,100", "4,301.50"), ("500,000", "8,800"), ("500,100", "8,801"), ("1,000,000", "13,800"), ("1,000,100", "13,800.90"), ("2,000,000", "22,800"),
    ("2,000,100", "22,800.80"), ("5,000,000", "46,800"), ("5,000,100", "46,800.70"), ("10,000,000", "81,800"), ("10,000,100", "81,800.60"),
    ("20,000,000", "141,800"), ("20,000,100", "141,800.50"), ("100,000,000", "541,800"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "fee"), QUICK)
def test_the_acceptance_fee_at_each_boundary_is_the_one_of_the_quick_formulas(claim: str, fee: str) -> None:
    assert acceptance_fee(LAW, minor(claim), ON).figure.full_minor == minor(fee)


@pytest.mark.parametrize(("claim", "half"), [("10,001", "25.01"), ("150,000", "1,650"), ("123,456.78", "1,384.57")])
def test_a_simplified_case_pays_half_and_a_settled_simplified_one_still_half(claim: str, half: str) -> None:
    found = acceptance_fee(LAW, minor(claim), ON, halved=True).figure
    assert found.payable_minor == found.half_minor == minor(half)


def test_nothing_is_asked_for_a_claim_of_nothing() -> None:
    assert acceptance_fee(LAW, 0, ON).figure.full_minor == 0


@pytest.mark.parametrize(("claim", "fee", "supplement"), [("10,000", "16.67", "33.33"), ("150,000", "1,100", "2,200"), ("500,000", "2,933.33", "5,866.67")])
def test_a_payment_order_costs_a_third_and_a_suit_that_follows_asks_the_rest(claim: str, fee: str, supplement: str) -> None:
    found = payment_order_fee(LAW, minor(claim), ON).figure
    assert (found.fee_minor, found.supplement_minor) == (minor(fee), minor(supplement))


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("1,000", "30"), ("1,001", "30.01"), ("100,000", "1,020"), ("100,001", "1,020.01"), ("150,000", "1,270"), ("895,999", "5,000"), ("895,997", "4,999.99"), ("896,000", "5,000"), ("9,000,000", "5,000")],
)  # fmt: skip
def test_preserving_property_costs_at_most_5000(amount: str, fee: str) -> None:
    assert preservation_fee(LAW, minor(amount), ON).figure == minor(fee)


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("10,000", "50"), ("10,001", "50.02"), ("150,000", "2,150"), ("500,000", "7,400"), ("500,100", "7,401"), ("5,000,000", "52,400"), ("10,000,000", "77,400"), ("10,001,000", "77,401")],
)  # fmt: skip
def test_enforcement_is_not_paid_in_advance(amount: str, fee: str) -> None:
    found = enforcement_fee(LAW, minor(amount), ON).figure
    assert (found.fee_minor, found.prepaid_by_creditor) == (minor(fee), False)


@pytest.mark.parametrize(
    ("amount", "lowest", "highest", "shenyang", "processing"),
    [
        ("1,000", "40", "100", "100", "3,000"), ("50,000", "2,000", "2,550", "2,550", "3,000"), ("100,000", "3,500", "4,550", "4,550", "3,000"),
        ("150,000", "4,500", "6,050", "6,050", "3,000"), ("200,000", "5,500", "7,550", "7,550", "3,000"), ("200,000.01", "5,500", "7,550", "7,550", "5,000"),
        ("500,000", "8,500", "13,550", "13,550", "5,000"), ("1,000,000", "11,000", "18,550", "18,550", "7,000"), ("2,000,000", "13,500", "23,550", "23,350", "8,000"),
        ("5,000,000", "21,000", "38,550", "37,750", "8,000"), ("5,000,000.01", "21,000", "38,550", "37,750", "10,000"), ("100,000,000", "258,500", "513,550", "493,750", "10,000"),
        ("200,000,000", "508,500", "1,013,550", "893,750", "10,000"),
    ],
)  # fmt: skip
def test_arbitration_lies_in_the_range_of_the_state(amount: str, lowest: str, highest: str, shenyang: str, processing: str) -> None:
    found = arbitration_fees(LAW, minor(amount), ON)
    figures = found.figure.state_lowest_minor, found.figure.state_highest_minor, found.figure.shenyang_acceptance_minor, found.figure.shenyang_processing_minor
    assert figures == (minor(lowest), minor(highest), minor(shenyang), minor(processing))
    assert [one.name for one in found.unconfirmed] == ["cn_shenyang_arbitration_processing_scale", "cn_beijing_arbitration_least_minor"]


FEES: list[Callable[[int], int]] = [
    lambda amount: acceptance_fee(LAW, amount, ON).figure.full_minor,
    lambda amount: acceptance_fee(LAW, amount, ON).figure.half_minor,
    lambda amount: payment_order_fee(LAW, amount, ON).figure.fee_minor,
    lambda amount: preservation_fee(LAW, amount, ON).figure,
    lambda amount: enforcement_fee(LAW, amount, ON).figure.fee_minor,
    lambda amount: arbitration_fees(LAW, amount, ON).figure.shenyang_acceptance_minor,
]


@pytest.mark.parametrize("fee", FEES)
@given(one=AMOUNTS, other=AMOUNTS)
def test_more_never_costs_less(fee: Callable[[int], int], one: int, other: int) -> None:
    assert fee(min(one, other)) <= fee(max(one, other))


@pytest.mark.parametrize("fee", FEES)
@given(amount=st.one_of(st.integers(1, 10**13), st.sampled_from([100000, 1000000, 5000000, 10**7, 2 * 10**7, 5 * 10**7, 10**8, 2 * 10**8, 5 * 10**8, 10**9, 2 * 10**9, 10**10])))
def test_no_scale_jumps_a_fen_more_costs_a_fen_more_at_most(fee: Callable[[int], int], amount: int) -> None:
    assert fee(amount + 1) - fee(amount) <= 1


@given(amount=AMOUNTS)
def test_the_working_adds_up_to_the_fee(amount: int) -> None:
    scale = LAW.value_on("cn_court_acceptance_fee_scale", ON).scale
    parts = scale.asked(amount)
    assert sum(one.part_minor for one in parts) == amount
    assert sum(one.comes_to for one in parts) == scale.charge(amount)


def test_no_fee_is_known_before_the_measures_came_into_force() -> None:
    with pytest.raises(NoValue, match="holds from 2007-04-01"):
        acceptance_fee(LAW, 100, date(2007, 3, 31))


def test_every_fee_says_where_it_stands_and_how_it_was_worked_out_in_both_languages() -> None:
    found = acceptance_fee(LAW, minor("150,000"), ON)
    assert [line.en for line in found.working] == [
        "Above 0.00: 50.00 = 50", "Above 10,000.00: 90,000.00 × 2.5 % = 2,250", "Above 100,000.00: 50,000.00 × 2 % = 1,000", "Acceptance fee: 3,300.00",
    ]  # fmt: skip
    assert found.working[-1].zh == "案件受理费：3,300.00"
    assert found.certain and "诉讼费用交纳办法 art. 13" in found.citations[0]


@pytest.mark.parametrize("segments", [(), (Segment(1, Decimal(0)),), (Segment(0, Decimal(0)), Segment(0, Decimal(0)))])
def test_a_scale_that_does_not_begin_at_nothing_or_does_not_ascend_is_refused(segments: tuple[Segment, ...]) -> None:
    with pytest.raises(ValueError, match="begins at 0"):
        Scale(segments)
