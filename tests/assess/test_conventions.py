"""Conventions by which lenders differ, each on both sides of its boundary."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.delinquency.pauses import effective_pauses
from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DelinquencySettings, PaymentDay, PaymentTolerance
from arrears.core.book import BOOK_TABLES
from tests.columns import day, rows_after

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
LOAN = {"account_id": 1, "party_id": 10, "product": "loan", "currency": "CNY"}
DUE = [{"account_id": 1, "number": number, "due_on": day(on), "principal_minor": 10000} for number, on in enumerate(("2026-01-10", "2026-02-10"), 1)]


def stand(on: str, conventions: DelinquencySettings, paid: tuple[tuple[str, int], ...] = (), pauses: tuple[tuple[str, str | None], ...] = ()) -> dict[str, Any]:
    book = {
        "accounts": [LOAN],
        "instalments": DUE,
        "payments": [{"account_id": 1, "payment_id": n, "paid_on": day(when), "amount_minor": minor} for n, (when, minor) in enumerate(paid, 1)],
        "pauses": [{"account_id": 1, "from_on": day(start), "until_on": day(end) if end else None} for start, end in pauses],
    }
    return rows_after(position_steps(UNBOUND, conventions, day(on)), book, "account_id")[0]


@pytest.mark.parametrize(("on", "days"), [("2026-01-20", 0), ("2026-01-21", 11)])
def test_a_payment_that_counts_from_the_next_day_cures_a_day_later(on: str, days: int) -> None:
    next_day = DelinquencySettings(payment_day=PaymentDay.NEXT_DAY)
    assert stand("2026-01-20", next_day, paid=(("2026-01-20", 10000),))["days_past_due"] == 10
    assert stand("2026-01-21", next_day, paid=(("2026-01-20", 10000),))["days_past_due"] == 0
    assert stand(on, DelinquencySettings(), paid=(("2026-01-20", 10000),))["days_past_due"] == 0
    assert stand(on, next_day)["days_past_due"] == {0: 10, 11: 11}[days]


@pytest.mark.parametrize(
    ("on", "past_due", "delinquent", "bucket", "amount"),
    [("2026-01-11", 1, 0, "current", 10000), ("2026-01-13", 3, 0, "current", 10000), ("2026-01-14", 4, 1, "1-30", 10000)],
)
def test_a_grace_delays_the_tag_and_never_hides_the_amount(on: str, past_due: int, delinquent: int, bucket: str, amount: int) -> None:
    row = stand(on, DelinquencySettings(tag_grace_days=3))
    assert (row["days_past_due"], row["days_delinquent"], row["bucket"], row["amount_overdue_minor"]) == (past_due, delinquent, bucket, amount)


LENIENT = DelinquencySettings(tolerance=PaymentTolerance(days=3, short_minor=1000))


@pytest.mark.parametrize(
    ("story", "on", "paid", "days", "amount"),
    [
        ("three days after the due date is still on time", "2026-01-13", (), 0, 0),
        ("on the fourth day all four days count", "2026-01-14", (), 4, 10000),
        ("ten yuan short is paid", "2026-01-31", (("2026-01-10", 9000),), 0, 0),
        ("a fen more is not", "2026-01-31", (("2026-01-10", 8999),), 21, 1001),
        ("what is missing stays owed", "2026-01-31", (("2026-01-10", 9000),), 0, 0),
    ],
)
def test_leniency_in_time_and_amount_makes_a_payment_count_as_on_time(story: str, on: str, paid: Any, days: int, amount: int) -> None:
    row = stand(on, LENIENT, paid=paid)
    assert (row["days_past_due"], row["amount_overdue_minor"]) == (days, amount), story
    assert row["balance_minor"] == 20000 - sum(minor for _, minor in paid)


@pytest.mark.parametrize(
    ("story", "pauses", "on", "delinquent"),
    [
        ("a pause that began before the delay counts from the due date", (("2026-01-01", "2026-01-20"),), "2026-01-30", 10),
        ("a pause that ended before the delay takes nothing off", (("2025-12-01", "2026-01-10"),), "2026-01-30", 20),
        ("a pause still running stops every day from its start", (("2026-01-15", None),), "2026-01-30", 5),
        ("two pauses add up", (("2026-01-12", "2026-01-14"), ("2026-01-20", "2026-01-23")), "2026-01-30", 15),
        ("a pause planned for later takes nothing off today", (("2026-01-30", "2026-02-10"),), "2026-01-30", 20),
    ],
)
def test_a_pause_stops_the_days_it_really_covers(story: str, pauses: Any, on: str, delinquent: int) -> None:
    row = stand(on, DelinquencySettings(), pauses=pauses)
    assert (row["days_past_due"], row["days_delinquent"]) == (20, delinquent), story
    assert row["amount_overdue_minor"] == 10000


def test_a_resume_ends_the_pause_it_lies_in_and_no_other() -> None:
    spans = [(day("2026-01-01"), day("2026-01-10")), (day("2026-01-20"), day("2026-01-30"))]
    assert effective_pauses(spans, [day("2026-01-15")]) == spans
    assert effective_pauses(spans, [day("2026-01-22")]) == [spans[0], (day("2026-01-20"), day("2026-01-22"))]
    assert effective_pauses(spans, [day("2026-01-20")]) == [spans[0], (day("2026-01-20"), day("2026-01-20"))]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 60))
def test_no_leniency_ever_makes_anybody_later(grace: int, tolerance: int, after: int) -> None:
    on = day("2026-01-05").fromordinal(day("2026-01-05").toordinal() + after).isoformat()
    strict, lenient = stand(on, DelinquencySettings()), stand(on, DelinquencySettings(tag_grace_days=grace, tolerance=PaymentTolerance(tolerance)))
    assert lenient["days_delinquent"] <= strict["days_delinquent"]
    assert lenient["amount_overdue_minor"] <= strict["amount_overdue_minor"]
    assert lenient["balance_minor"] == strict["balance_minor"]
