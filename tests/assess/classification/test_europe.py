"""Non-performing, the way back, and the stages of IFRS 9."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from arrears.assess.classification.cure import CureFacts, Way, cure_rules, exit_default, exit_forborne, exit_non_performing
from arrears.assess.classification.ifrs9 import NO_REBUTTAL, Ifrs9Facts, Rebuttal, Stage, ifrs9_floor, ifrs9_rules
from arrears.assess.classification.materiality import State, material_days
from arrears.assess.classification.npe import MeasureFacts, NpeFacts, diminished_floor, npe_floor, npe_rules
from tests.assess.classification.shipped import ON, figures

NPE = npe_rules(figures("eu"), ON)
CURE = cure_rules(figures("eu"), ON)
IFRS9 = ifrs9_rules(figures("international"), ON)
D = date.fromisoformat


@pytest.mark.parametrize(
    ("story", "facts", "expected", "reason"),
    [
        ("ninety days in a row", {"material_days": 90}, "performing", "NOT_OVER_90"),
        ("ninety-one", {"material_days": 91}, "non_performing", "DPD_OVER_90"),
        ("long late by contract, the counter says otherwise", {"days_past_due": 200, "material_days": 12}, "performing", "NOT_OVER_90"),
        ("retail, EUR 100 is not above the limit", {"retail": True, "arrears_minor": 10_000, "exposure_minor": 20_000, "days_past_due": 120}, "performing", "BELOW_ABSOLUTE_THRESHOLD"),
        ("retail, a cent more is", {"retail": True, "arrears_minor": 10_001, "exposure_minor": 20_000, "days_past_due": 120}, "non_performing", "DPD_OVER_90"),
        ("one per cent is not above the share", {"retail": True, "arrears_minor": 20_000, "exposure_minor": 2_000_000, "days_past_due": 120}, "performing", "BELOW_RELATIVE_THRESHOLD"),
        ("a cent more is", {"retail": True, "arrears_minor": 20_001, "exposure_minor": 2_000_000, "days_past_due": 120}, "non_performing", "DPD_OVER_90"),
        ("a firm's EUR 500 is not above the limit", {"retail": False, "arrears_minor": 50_000, "exposure_minor": 60_000, "days_past_due": 120}, "performing", "BELOW_ABSOLUTE_THRESHOLD"),
        ("of unknown kind: the lower limit counts", {"arrears_minor": 30_000, "exposure_minor": 60_000, "days_past_due": 120}, "non_performing", "DPD_OVER_90"),
        ("unlikely to pay, current", {"days_past_due": 0, "unlikely_to_pay": True}, "non_performing", "UTP"),
        ("a fifth of the debtor is not above the pull", {"days_past_due": 0, "debtor_share_over_90": Decimal("0.20")}, "performing", "NOT_OVER_90"),
        ("more than a fifth draws it along", {"days_past_due": 0, "debtor_share_over_90": Decimal("0.2001")}, "non_performing", "PULLING_EFFECT"),
        ("probation after non-performing, thirty days", {"in_probation": True, "was_non_performing": True, "days_past_due": 30}, "performing_forborne_under_probation", "NOT_MORE_THAN_30"),
        ("thirty-one", {"in_probation": True, "was_non_performing": True, "days_past_due": 31}, "non_performing", "PROBATION_RELAPSE_30DPD"),
        ("always performing, thirty-one", {"in_probation": True, "was_non_performing": False, "days_past_due": 31}, "performing_forborne_under_probation", "RELAPSE_RULE_NOT_APPLICABLE"),
        ("no probation, thirty-one", {"in_probation": False, "was_non_performing": True, "forborne": False, "new_forbearance": False, "days_past_due": 31}, "performing", "NOT_OVER_90"),
        ("a new measure in that probation", {"in_probation": True, "was_non_performing": True, "days_past_due": 0, "new_forbearance": True}, "non_performing", "PROBATION_REFORBORNE"),
        ("always performing, a measure that will not hold", {"in_probation": True, "was_non_performing": False, "new_forbearance": True, "measure_viable": False}, "non_performing", "MEASURE_UNSUSTAINABLE"),
        ("always performing, one that will", {"in_probation": True, "was_non_performing": False, "new_forbearance": True, "measure_viable": True}, "performing_forborne_under_probation", "VIABILITY_ASSESSED"),
    ],
)
def test_an_exposure_stands_where_its_counter_and_its_past_put_it(story: str, facts: dict[str, Any], expected: str, reason: str) -> None:
    floor = npe_floor(NpeFacts(**facts), NPE)
    assert (floor.reached, floor.reason) == (expected, reason), story


def test_arrears_of_unknown_size_are_taken_as_material_and_that_is_said() -> None:
    floor = npe_floor(NpeFacts(days_past_due=91), NPE)
    assert floor.reached == "non_performing"
    assert set(floor.rebutted_by) == {"material_days", "arrears_minor", "exposure_minor", "retail"}


def test_amounts_in_another_currency_are_not_measured_in_euro() -> None:
    small = NpeFacts(currency="PLN", retail=True, arrears_minor=500, exposure_minor=1000, days_past_due=91)
    assert npe_floor(small, NPE).reached == "non_performing"
    assert "material_days" in npe_floor(small, NPE).rebutted_by
    tiny_share = NpeFacts(currency="PLN", retail=True, arrears_minor=500, exposure_minor=1_000_000, days_past_due=91)
    assert npe_floor(tiny_share, NPE).reason == "BELOW_RELATIVE_THRESHOLD"


def test_a_performing_exposure_names_what_was_not_looked_at() -> None:
    floor = npe_floor(NpeFacts(material_days=0), NPE)
    assert {"unlikely_to_pay", "debtor_share_over_90", "in_probation"} <= set(floor.not_known)


@pytest.mark.parametrize(
    ("story", "states", "on", "days"),
    [
        ("nothing ever owed late", [], "2026-04-01", 0),
        ("the first material day is day one", [("2026-01-02", 10_001, 500_000)], "2026-01-02", 1),
        ("ninety-one days", [("2026-01-02", 10_001, 500_000)], "2026-04-02", 91),
        ("a part payment under the limit ends the count", [("2026-01-02", 10_001, 500_000), ("2026-03-01", 9_000, 489_999)], "2026-04-02", 0),
        ("and it starts again from one", [("2026-01-02", 10_001, 500_000), ("2026-03-01", 9_000, 489_999), ("2026-03-10", 12_000, 489_999)], "2026-03-10", 1),
        ("a change between two material sums does not", [("2026-01-02", 10_001, 500_000), ("2026-02-02", 20_000, 500_000)], "2026-04-02", 91),
        ("growing exposure can end it", [("2026-01-02", 10_001, 500_000), ("2026-02-02", 10_001, 2_000_000)], "2026-04-02", 0),
        ("tomorrow's state is not known today", [("2026-01-02", 10_001, 500_000), ("2026-01-04", 0, 400_000)], "2026-01-03", 2),
    ],
)
def test_the_material_counter_runs_apart_from_the_contract(story: str, states: list[tuple[str, int, int]], on: str, days: int) -> None:
    told = [State(D(day), arrears, exposure) for day, arrears, exposure in reversed(states)]
    assert material_days(told, NPE.retail, D(on)) == days, story


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"value_before_minor": 800_000, "value_after_minor": 790_000, "financial_difficulty": True}, "default"),
        ({"value_before_minor": 1_000_000, "value_after_minor": 990_000, "financial_difficulty": True}, "not_default_on_this_test"),
        ({"value_before_minor": 1_000_000, "value_after_minor": 989_999, "financial_difficulty": True}, "default"),
        ({"value_before_minor": 1_000_000, "value_after_minor": 900_000, "financial_difficulty": False}, "not_default_on_this_test"),
        ({"value_before_minor": 1_000_000, "value_after_minor": 1_000_000, "unlikely_to_pay": True}, "default"),
    ],
)
def test_a_measure_that_gives_up_more_than_one_per_cent_is_a_default(facts: dict[str, Any], expected: str) -> None:
    assert diminished_floor(MeasureFacts(**facts), figures("eu"), ON).reached == expected


CLEAN: dict[str, Any] = {"past_due_now": False, "repayment_concerns": False, "unlikely_to_pay": False, "material_payments_made": True, "criteria_met": True, "new_forbearance": False}


@pytest.mark.parametrize(
    ("story", "facts", "on", "way", "earliest"),
    [
        ("the day before the year is over", {"forborne_on": D("2025-06-10"), "default_on": D("2025-03-01")}, "2026-06-09", Way.STAY_NON_PERFORMING, "2026-06-10"),
        ("a year to the day", {"forborne_on": D("2025-06-10"), "default_on": D("2025-03-01")}, "2026-06-10", Way.EXIT_TO_PROBATION, "2026-06-10"),
        ("a default after the measure counts from the default", {"forborne_on": D("2025-06-10"), "default_on": D("2025-09-01")}, "2026-06-10", Way.STAY_NON_PERFORMING, "2026-09-01"),
        ("the end of grace counts when it is the latest", {"forborne_on": D("2025-06-10"), "grace_end_on": D("2025-12-31")}, "2026-06-10", Way.STAY_NON_PERFORMING, "2026-12-31"),
        ("past due again", {"forborne_on": D("2024-06-10"), "past_due_now": True}, "2026-06-10", Way.STAY_NON_PERFORMING, "2025-06-10"),
        ("in doubt", {"forborne_on": D("2024-06-10"), "repayment_concerns": True}, "2026-06-10", Way.STAY_NON_PERFORMING, "2025-06-10"),
        ("without forbearance, a day short of three months", {"forborne": False, "clear_since": D("2026-01-15")}, "2026-04-14", Way.STAY_NON_PERFORMING, "2026-04-15"),
        ("without forbearance, three months", {"forborne": False, "clear_since": D("2026-01-15")}, "2026-04-15", Way.EXIT_TO_PERFORMING, "2026-04-15"),
        ("without a start nothing can have passed", {"forborne": True}, "2026-04-15", Way.STAY_NON_PERFORMING, None),
    ],
)
def test_the_way_back_to_performing_takes_its_time(story: str, facts: dict[str, Any], on: str, way: Way, earliest: str | None) -> None:
    found = exit_non_performing(CureFacts(**{**CLEAN, **facts}), CURE, D(on))
    assert (found.way, found.earliest_on) == (way, D(earliest) if earliest else None), story


def test_what_is_not_known_leaves_the_reading_but_not_the_last_word() -> None:
    found = exit_default(CureFacts(forborne_on=D("2025-01-15"), default_on=D("2025-01-15"), past_due_now=False), CURE, D("2026-03-01"))
    assert found.way is Way.EXIT_DEFAULT
    assert {"repayment_concerns", "material_payments_made", "grace_end_on"} <= set(found.not_known)
    assert not found.final


@pytest.mark.parametrize(
    ("story", "facts", "on", "way", "reason"),
    [
        ("always performing, a day short", {"forborne_on": D("2024-03-01"), "was_non_performing": False}, "2026-02-28", Way.STAY_FORBORNE, "PROBATION_2Y_NOT_PASSED"),
        ("two years", {"forborne_on": D("2024-03-01"), "was_non_performing": False}, "2026-03-01", Way.EXIT_FORBORNE, "PROBATION_PASSED"),
        ("was non-performing: three years in all", {"forborne_on": D("2023-02-01"), "was_non_performing": True, "performing_since": D("2024-01-01")}, "2026-01-31", Way.STAY_FORBORNE, "MIN_THREE_YEARS"),
        ("three years to the day", {"forborne_on": D("2023-02-01"), "was_non_performing": True, "performing_since": D("2024-01-01")}, "2026-02-01", Way.EXIT_FORBORNE, "MIN_THREE_YEARS_PASSED"),
        ("cured late: two years of performing count", {"forborne_on": D("2022-02-01"), "was_non_performing": True, "performing_since": D("2024-06-01")}, "2026-02-02", Way.STAY_FORBORNE, "PROBATION_2Y_NOT_PASSED"),
        ("both have passed", {"forborne_on": D("2022-02-01"), "was_non_performing": True, "performing_since": D("2024-01-31")}, "2026-02-02", Way.EXIT_FORBORNE, "MIN_THREE_YEARS_PASSED"),
        ("thirty days late at the end", {"forborne_on": D("2024-01-01"), "was_non_performing": False, "days_past_due": 30}, "2026-03-01", Way.EXIT_FORBORNE, "PROBATION_PASSED"),
        ("thirty-one", {"forborne_on": D("2024-01-01"), "was_non_performing": False, "days_past_due": 31}, "2026-03-01", Way.STAY_FORBORNE, "OVER_30DPD_AT_END"),
        ("not paid regularly", {"forborne_on": D("2024-01-01"), "was_non_performing": False, "regular_payments": False}, "2026-03-01", Way.STAY_FORBORNE, "NOT_REGULARLY_PAID"),
    ],
)
def test_probation_ends_by_time_and_by_conduct(story: str, facts: dict[str, Any], on: str, way: Way, reason: str) -> None:
    found = exit_forborne(CureFacts(**facts), CURE, D(on))
    assert (found.way, found.reason) == (way, reason), story


def test_whoever_may_have_been_non_performing_is_named_before_two_years_suffice() -> None:
    assert "was_non_performing" in exit_forborne(CureFacts(forborne_on=D("2024-01-01")), CURE, D("2026-03-01")).not_known


ROUTING = Rebuttal(documented=True, ground="our own routing of the payment failed")


@pytest.mark.parametrize(
    ("story", "facts", "expected", "reason"),
    [
        ("thirty days", {"days_past_due": 30}, "stage_1", "NO_SICR"),
        ("thirty-one", {"days_past_due": 31}, "stage_2", "SICR_30DPD_PRESUMPTION"),
        ("thirty-one, rebutted", {"days_past_due": 31, "rebuttal": ROUTING}, "stage_1", "SICR_REBUTTED"),
        ("an undocumented rebuttal is none", {"days_past_due": 31, "rebuttal": Rebuttal(documented=False, ground="said on the phone")}, "stage_2", "SICR_30DPD_PRESUMPTION"),
        ("eighty-nine", {"days_past_due": 89}, "stage_2", "SICR_30DPD_PRESUMPTION"),
        ("ninety, read strictly", {"days_past_due": 90}, "stage_3", "DEFAULT_90DPD_PRESUMPTION"),
        ("ninety-five, rebutted: risk has risen all the same", {"days_past_due": 95, "rebuttal": ROUTING}, "stage_2", "DEFAULT_PRESUMPTION_REBUTTED"),
        ("rebutted days do not silence other evidence", {"days_past_due": 31, "rebuttal": ROUTING, "significant_increase": True}, "stage_2", "SICR_FORWARD_LOOKING"),
        ("current, but impaired", {"days_past_due": 0, "credit_impaired": True}, "stage_3", "CREDIT_IMPAIRED_EVENT"),
        ("back from stage 2", {"days_past_due": 0, "previous_stage": Stage.STAGE_2, "significant_increase": False}, "stage_1", "SICR_REVERSED"),
        ("not yet back from stage 3", {"days_past_due": 0, "previous_stage": Stage.STAGE_3, "cure_criteria_met": False}, "stage_3", "CURE_CRITERIA_NOT_MET"),
        ("bought impaired, performing well", {"days_past_due": 0, "poci": True}, "poci_lifetime", "POCI_STAYS"),
    ],
)
def test_an_asset_stands_in_the_stage_that_days_and_evidence_give(story: str, facts: dict[str, Any], expected: str, reason: str) -> None:
    floor = ifrs9_floor(Ifrs9Facts(**facts), IFRS9)
    assert (floor.reached, floor.reason) == (expected, reason), story


def test_a_presumption_says_that_a_rebuttal_was_not_looked_for_only_while_that_is_so() -> None:
    assert ifrs9_floor(Ifrs9Facts(days_past_due=45), IFRS9).rebutted_by == ("rebuttal",)
    assert ifrs9_floor(Ifrs9Facts(days_past_due=45, rebuttal=NO_REBUTTAL), IFRS9).rebutted_by == ()


def test_one_more_day_never_betters_a_class() -> None:
    reached = [npe_floor(NpeFacts(days_past_due=days, in_probation=True, was_non_performing=True), NPE).reached for days in range(120)]
    assert reached == sorted(reached, key=list(type(reached[0])).index)
