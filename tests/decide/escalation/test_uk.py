"""Limitation, prescription, breathing space, debt relief orders and letters of claim in the United Kingdom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from arrears.decide.escalation.insolvency_uk import (
    creditor_may_petition,
    crisis_breathing_space,
    debt_relief_order,
    debt_relief_stay,
    earliest_claim,
    standard_breathing_space,
)
from arrears.decide.escalation.limitation_uk import Nation, UkEvent, uk_limitation
from tests.decide.escalation.shipped import law_of

LAW = law_of("uk")
D = date.fromisoformat
ENGLAND, SCOTLAND, ULSTER = Nation.ENGLAND_WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND
PAID, CLAIMED = UkEvent.PART_PAYMENT, UkEvent.RELEVANT_CLAIM


@pytest.mark.parametrize(
    ("nation", "start", "events", "last"),
    [
        (ENGLAND, "2019-05-10", [], "2025-05-10"), (ENGLAND, "2020-02-29", [], "2026-02-28"), (ULSTER, "2019-05-10", [], "2025-05-10"),
        (ENGLAND, "2019-05-10", [("2025-05-10", PAID)], "2031-05-10"), (ENGLAND, "2019-05-10", [("2025-05-11", PAID)], "2025-05-10"),
        (ENGLAND, "2019-05-10", [("2022-01-05", PAID), ("2024-03-01", UkEvent.ACKNOWLEDGMENT)], "2030-03-01"), (ENGLAND, "2019-05-10", [("2024-01-01", CLAIMED)], "2025-05-10"),
        (SCOTLAND, "2020-01-15", [], "2025-01-15"), (SCOTLAND, "2020-01-15", [("2024-01-01", CLAIMED)], "2029-01-01"),
        (SCOTLAND, "2002-01-15", [(f"{year}-01-01", PAID) for year in range(2004, 2025, 4)], "2022-01-15"),
    ],
)  # fmt: skip
def test_a_debt_is_sued_for_until(nation: Nation, start: str, events: list[tuple[str, UkEvent]], last: str) -> None:
    told = [(D(day), kind) for day, kind in events]
    until = D(last)
    assert uk_limitation(LAW, nation, D(start), max(until, D("2025-06-01")), told).figure.until == until
    assert not uk_limitation(LAW, nation, D(start), until, told).figure.barred
    assert uk_limitation(LAW, nation, D(start), until + timedelta(days=1), told).figure.barred


def test_the_end_extinguishes_the_debt_in_scotland_alone() -> None:
    assert [uk_limitation(LAW, nation, D("2015-01-01"), D("2026-01-01")).figure.extinguished for nation in Nation] == [False, False, True]


def test_what_is_known_of_england_is_recalled_and_says_so() -> None:
    found = uk_limitation(LAW, ENGLAND, D("2019-05-10"), D("2026-01-01"))
    assert [one.name for one in found.unconfirmed] == ["uk_contract_limitation_years"]
    assert uk_limitation(LAW, SCOTLAND, D("2019-05-10"), D("2026-01-01")).certain


def test_a_deed_has_twelve_years_in_england() -> None:
    assert uk_limitation(LAW, ENGLAND, D("2019-05-10"), D("2026-01-01"), deed=True).figure.until == D("2031-05-10")


@pytest.mark.parametrize(("start", "last", "free"), [("2026-09-01", "2026-10-30", "2026-10-31"), ("2026-03-02", "2026-04-30", "2026-05-01"), ("2024-01-01", "2024-02-29", "2024-03-01")])
def test_sixty_days_count_the_first(start: str, last: str, free: str) -> None:
    found = standard_breathing_space(LAW, D(start)).figure
    assert (str(found.last_day), str(found.free_on)) == (last, free)
    assert found.protects_on(D(start), D(last)) and not found.protects_on(D(start), D(free))


def test_the_review_is_between_day_25_and_day_35() -> None:
    found = standard_breathing_space(LAW, D("2026-03-02")).figure
    assert (str(found.review_from), str(found.review_until), str(found.creditor_review_until)) == ("2026-03-26", "2026-04-05", "2026-03-22")


@pytest.mark.parametrize(("order", "end"), [("2024-02-29", "2025-02-28"), ("2026-06-01", "2027-06-01")])
def test_a_debt_relief_order_stays_creditors_for_a_year(order: str, end: str) -> None:
    assert str(debt_relief_stay(LAW, D(order)).figure) == end


def test_a_crisis_protects_as_long_as_the_treatment_and_thirty_days() -> None:
    open_ended = crisis_breathing_space(LAW, D("2026-02-01"), None).figure
    assert open_ended.last_day is None and open_ended.protects_on(D("2026-02-01"), D("2027-02-01"))
    assert str(crisis_breathing_space(LAW, D("2026-02-01"), D("2026-04-01")).figure.last_day) == "2026-05-01"


@pytest.mark.parametrize(
    ("letter", "reply", "documents", "earliest"),
    [("2026-06-01", None, None, "2026-07-02"), ("2026-02-02", None, None, "2026-03-05"), ("2026-06-01", "2026-06-20", None, "2026-07-21"), ("2026-06-01", "2026-06-20", "2026-07-10", "2026-08-10")],
)  # fmt: skip
def test_a_claim_waits_thirty_days_after_the_letter_and_after_the_reply(letter: str, reply: str | None, documents: str | None, earliest: str) -> None:
    found = earliest_claim(LAW, D(letter), reply_on=None if reply is None else D(reply), documents_on=None if documents is None else D(documents))
    assert (str(found.figure), found.certain) == (earliest, reply is None)


@pytest.mark.parametrize(
    ("day", "debts", "vehicle", "failed"),
    [
        ("2024-06-27", 3_000_000, 200_000, ()), ("2024-06-27", 3_000_001, 200_001, ("debts", "vehicle")), ("2024-06-28", 5_000_000, 400_000, ()),
        ("2024-06-28", 5_000_001, 400_001, ("debts", "vehicle")),
    ],
)  # fmt: skip
def test_the_limits_of_a_debt_relief_order_rose_on_28_june_2024(day: str, debts: int, vehicle: int, failed: tuple[str, ...]) -> None:
    found = debt_relief_order(LAW, D(day), debts_minor=debts, assets_minor=200_000, vehicle_minor=vehicle, surplus_minor=7_500).figure
    assert (found.failed, found.eligible) == (failed, not failed)


@pytest.mark.parametrize(("last_order", "eligible"), [("2020-11-23", False), ("2020-11-22", True)])
def test_six_years_lie_between_two_orders(last_order: str, eligible: bool) -> None:
    found = debt_relief_order(LAW, D("2026-11-23"), debts_minor=1, assets_minor=0, vehicle_minor=0, surplus_minor=0, last_order_on=D(last_order)).figure
    assert found.eligible is eligible


@pytest.mark.parametrize(("debt", "may"), [(499_999, False), (500_000, True)])
def test_a_creditor_petitions_from_5000_pounds(debt: int, may: bool) -> None:
    assert creditor_may_petition(LAW, debt, D("2026-11-23")).figure is may
