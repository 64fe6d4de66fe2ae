"""五级分类, told on both sides of every boundary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from arrears.assess.classification.china import (
    ChinaFacts,
    FiveTier,
    RepaymentPeriod,
    Restructuring,
    china_floor,
    china_rules,
    earliest_upgrade_on,
    observation_end_on,
)
from arrears.core.parameters import NoValue
from tests.assess.classification.shipped import ON, figures

RULES = china_rules(figures("china"), ON)
NOTHING_ELSE: dict[str, Any] = {
    "technical_delay": False, "credit_card": False, "credit_impaired": False, "evading_debts": False, "bankruptcy_liquidation": False,
    "restructuring": Restructuring.NONE, "retail": True,
}


def stands(**facts: Any) -> FiveTier:
    return china_floor(ChinaFacts(**{**NOTHING_ELSE, "days_past_due": 0, **facts}), RULES).reached


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "normal"), (1, "special_mention"), (90, "special_mention"), (91, "substandard"), (270, "substandard"), (271, "doubtful"), (360, "doubtful"), (361, "loss"), (1500, "loss")],
)
def test_each_band_of_days_starts_on_the_day_after_its_limit(days: int, expected: str) -> None:
    assert stands(days_past_due=days) == expected


@pytest.mark.parametrize(("days", "technical", "expected"), [(7, True, "normal"), (8, True, "special_mention"), (7, False, "special_mention"), (91, True, "substandard")])
def test_only_a_short_delay_with_a_technical_cause_stays_normal(days: int, technical: bool, expected: str) -> None:
    assert stands(days_past_due=days, technical_delay=technical) == expected


@pytest.mark.parametrize(("days", "expected"), [(90, "special_mention"), (91, "substandard"), (120, "substandard"), (121, "doubtful"), (180, "doubtful"), (181, "loss")])
def test_a_card_claim_falls_sooner(days: int, expected: str) -> None:
    assert stands(days_past_due=days, credit_card=True) == expected


@pytest.mark.parametrize(
    ("story", "facts", "expected"),
    [
        ("impaired", {"credit_impaired": True, "expected_loss_share": Decimal("0.49")}, "substandard"),
        ("impaired, half is lost", {"credit_impaired": True, "expected_loss_share": Decimal("0.50")}, "doubtful"),
        ("impaired, just under nine tenths", {"credit_impaired": True, "expected_loss_share": Decimal("0.8999")}, "doubtful"),
        ("impaired, nine tenths", {"credit_impaired": True, "expected_loss_share": Decimal("0.90")}, "loss"),
        ("a large expected loss without impairment", {"expected_loss_share": Decimal("0.95")}, "normal"),
        ("evasion", {"evading_debts": True}, "doubtful"),
        ("liquidation", {"bankruptcy_liquidation": True}, "loss"),
        ("restructured", {"restructuring": Restructuring.OBSERVED}, "special_mention"),
        ("restructured again", {"restructuring": Restructuring.AGAIN}, "substandard"),
        ("ten per cent bad here", {"retail": False, "bad_share_at_bank": Decimal("0.10")}, "normal"),
        ("more than ten per cent bad here", {"retail": False, "bad_share_at_bank": Decimal("0.1001")}, "substandard"),
        ("twenty per cent late everywhere", {"retail": False, "overdue_share_all_banks": Decimal("0.20")}, "normal"),
        ("more than twenty per cent late everywhere", {"retail": False, "overdue_share_all_banks": Decimal("0.21")}, "substandard"),
        ("a retail debtor's other debts do not draw this one along", {"retail": True, "bad_share_at_bank": Decimal(1)}, "normal"),
        ("the worst condition counts", {"days_past_due": 300, "restructuring": Restructuring.OBSERVED}, "doubtful"),
    ],
)
def test_other_conditions_set_a_floor_too(story: str, facts: dict[str, Any], expected: str) -> None:
    assert stands(**facts) == expected, story


def test_where_only_days_are_known_the_floor_names_everything_that_could_worsen_it() -> None:
    floor = china_floor(ChinaFacts(days_past_due=100), RULES)
    assert floor.reached is FiveTier.SUBSTANDARD
    assert set(floor.not_known) == {"credit_impaired", "expected_loss_share", "evading_debts", "bankruptcy_liquidation"}  # 100 days is below the card's doubtful band
    assert not floor.final


def test_a_loss_cannot_become_worse_so_nothing_more_is_asked() -> None:
    floor = china_floor(ChinaFacts(days_past_due=361), RULES)
    assert (floor.reached, floor.not_known) == (FiveTier.LOSS, ())


def test_a_short_delay_says_that_a_technical_cause_could_excuse_it() -> None:
    assert china_floor(ChinaFacts(days_past_due=7), RULES).rebutted_by == ("technical_delay",)
    assert china_floor(ChinaFacts(days_past_due=8), RULES).rebutted_by == ()


def test_the_floor_carries_its_citation_and_is_not_certain_on_secondary_sources() -> None:
    floor = china_floor(ChinaFacts(**NOTHING_ELSE, days_past_due=91), RULES)
    assert [reading.name for reading in floor.rests_on] == ["cn_substandard_after_days"]
    assert "art. 11" in floor.citations[0] and floor.citations[0].endswith("single_source)")
    assert not floor.certain and floor.not_known == ()


def test_the_share_of_bad_claims_is_judged_by_an_article_that_was_read() -> None:
    floor = china_floor(ChinaFacts(**{**NOTHING_ELSE, "retail": False}, days_past_due=0, bad_share_at_bank=Decimal("0.2"), overdue_share_all_banks=Decimal(0)), RULES)
    assert (floor.reason, floor.rests_on[0].certain) == ("DEBTOR_BAD_SHARE", True)


def test_before_the_measures_came_into_force_no_class_is_told() -> None:
    with pytest.raises(NoValue, match="2023-07-01"):
        china_rules(figures("china"), date(2023, 6, 30))


@pytest.mark.parametrize(("period", "earliest"), [("monthly", "2026-07-10"), ("quarterly", "2026-07-10"), ("annual", "2028-01-10")])
def test_the_way_up_takes_two_periods_and_six_months(period: str, earliest: str) -> None:
    assert earliest_upgrade_on(date(2026, 1, 10), RepaymentPeriod(period), RULES) == date.fromisoformat(earliest)


def test_observation_lasts_a_year_and_two_periods_and_starts_anew_with_a_miss() -> None:
    start = date(2026, 4, 10)
    assert observation_end_on(start, RepaymentPeriod.MONTHLY, RULES) == date(2027, 4, 10)
    assert observation_end_on(start, RepaymentPeriod.ANNUAL, RULES) == date(2028, 4, 10)
    assert observation_end_on(start, RepaymentPeriod.MONTHLY, RULES, missed_on=date(2026, 9, 10)) == date(2027, 9, 10)
