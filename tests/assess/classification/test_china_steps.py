"""Restructuring, observation, upgrade and provision in China, told by days."""

from __future__ import annotations

from datetime import date

import pytest

from arrears.assess.classification.china import FiveTier, RepaymentPeriod, china_rules
from arrears.assess.classification.china_steps import Concession, observation, restructured, standard_risk_amount, upgrade
from arrears.core.parameters import Confidence
from tests.assess.classification.shipped import figures

D = date.fromisoformat
LAW = figures("china")
RULES = china_rules(LAW, D("2026-11-23"))
MONTHLY, QUARTERLY, ANNUAL = RepaymentPeriod.MONTHLY, RepaymentPeriod.QUARTERLY, RepaymentPeriod.ANNUAL


@pytest.mark.parametrize(("concession", "difficulty", "is_one"), [(Concession.TERM_EXTENSION, True, True), (Concession.RATE_CUT_BELOW_FAIR, False, False), (None, True, False)])
def test_a_concession_makes_a_restructured_asset_only_in_difficulty(concession: Concession | None, difficulty: bool, is_one: bool) -> None:
    assert restructured(LAW, concession, difficulty, D("2026-11-23")).figure is is_one


@pytest.mark.parametrize(
    ("first", "period", "missed", "end", "restarted"),
    [
        ("2026-04-10", MONTHLY, None, "2027-04-10", None), ("2026-04-10", ANNUAL, None, "2028-04-10", None), ("2026-04-10", MONTHLY, "2026-09-10", "2027-09-10", "2026-09-10"),
        ("2024-02-29", MONTHLY, None, "2025-02-28", None), ("2026-04-10", QUARTERLY, "2026-04-10", "2027-04-10", "2026-04-10"),
    ],
)  # fmt: skip
def test_the_observation_lasts_two_periods_and_a_year_and_begins_anew_from_a_miss(first: str, period: RepaymentPeriod, missed: str | None, end: str, restarted: str | None) -> None:
    found = observation(RULES, D(first), period, None, missed_on=None if missed is None else D(missed)).figure
    assert (str(found.end_on), found.restarted_from, found.exit_possible) == (end, None if restarted is None else D(restarted), True)


@pytest.mark.parametrize(("as_of", "performed", "leaves"), [("2027-04-09", True, False), ("2027-04-10", True, True), ("2027-04-10", False, False)])
def test_an_asset_leaves_observation_at_its_end_when_all_was_paid(as_of: str, performed: bool, leaves: bool) -> None:
    assert observation(RULES, D("2026-04-10"), MONTHLY, D(as_of), performed_in_full=performed).figure.exit_possible is leaves


@pytest.mark.parametrize(("as_of", "end", "restarted"), [("2027-04-09", "2027-04-10", None), ("2027-04-10", "2028-04-10", "2027-04-10"), ("2028-05-01", "2029-04-10", "2028-04-10")])
def test_a_difficulty_not_solved_at_the_end_begins_it_anew(as_of: str, end: str, restarted: str | None) -> None:
    found = observation(RULES, D("2026-04-10"), MONTHLY, D(as_of), difficulty_resolved=False).figure
    assert (str(found.end_on), found.restarted_from, found.exit_possible) == (end, None if restarted is None else D(restarted), False)


@pytest.mark.parametrize(
    ("period", "as_of", "failing", "allowed"),
    [
        (MONTHLY, "2026-07-09", {}, False), (MONTHLY, "2026-07-10", {}, True), (QUARTERLY, "2026-07-10", {}, True), (ANNUAL, "2028-01-09", {}, False), (ANNUAL, "2028-01-10", {}, True),
        (MONTHLY, "2026-07-10", {"performed_since": False}, False), (MONTHLY, "2026-07-10", {"performance_expected": False}, False), (MONTHLY, "2026-07-10", {"other_impaired": True}, False),
    ],
)  # fmt: skip
def test_a_bad_asset_leaves_after_the_longer_of_two_periods_and_six_months(period: RepaymentPeriod, as_of: str, failing: dict[str, bool], allowed: bool) -> None:
    conditions = {"performed_since": True, "performance_expected": True, "other_impaired": False} | failing
    assert upgrade(RULES, D("2026-01-10"), period, D(as_of), **conditions).figure.allowed is allowed


@pytest.mark.parametrize(("tier", "amount"), list(zip(FiveTier, (300_000, 600_000, 6_000_000, 12_000_000, 20_000_000), strict=True)))
def test_the_standard_method_sets_aside_of_200000(tier: FiveTier, amount: int) -> None:
    found = standard_risk_amount(LAW, tier, 20_000_000, D("2026-11-23"))
    assert found.figure == amount
    assert found.unconfirmed[0].stated.confidence is Confidence.MEMORY
