"""A whole book under each regime, told from the position that the nightly run has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from arrears.assess.classification.book import JURISDICTION, NOT_IN_A_BOOK, Regime, book_floor
from arrears.assess.classification.materiality import State, material_days
from arrears.assess.classification.npe import npe_rules
from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DelinquencySettings, PaymentTolerance
from arrears.core.book import BOOK_TABLES
from tests.assess.classification.shipped import figures, told_for
from tests.columns import rows_after

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
POSITION = ibis.schema({
    "currency": "string", "oldest_due_on": "date", "next_due_on": "date", "months_past_due": "int32", "amount_overdue_minor": "int64", "balance_minor": "int64",
})
DUE = date(2026, 3, 31)


def position_of(on: date, amount_minor: int = 50_000, conventions: DelinquencySettings = DelinquencySettings()) -> dict[str, Any]:  # noqa: B008
    """One loan of one instalment due on 31 March and nothing paid, as the nightly run sees it."""
    book = {
        "accounts": [{"account_id": 1, "party_id": 10, "product": "loan", "currency": "EUR"}],
        "instalments": [{"account_id": 1, "number": 1, "due_on": DUE, "principal_minor": amount_minor}],
    }
    return {name: row for name, row in rows_after(position_steps(UNBOUND, conventions, on), book, "account_id")[0].items() if name in POSITION}


def under(regime: Regime, rows: list[dict[str, Any]], on: date) -> list[str | None]:
    return told_for(POSITION, rows, lambda table: book_floor(table, regime, figures(JURISDICTION[regime]), on))


@pytest.mark.parametrize(
    ("day", "classes"),
    [
        ("2026-03-30", ("normal", "performing", "stage_1", "standard", "11", "not_classified")),
        ("2026-03-31", ("normal", "performing", "stage_1", "SMA-0", "11", "not_classified")),
        ("2026-04-01", ("special_mention", "performing", "stage_1", "SMA-0", "11", "not_classified")),
        ("2026-04-30", ("special_mention", "performing", "stage_1", "SMA-1", "71", "not_classified")),
        ("2026-05-01", ("special_mention", "performing", "stage_2", "SMA-1", "71", "not_classified")),
        ("2026-05-30", ("special_mention", "performing", "stage_2", "SMA-2", "78", "not_classified")),
        ("2026-06-29", ("special_mention", "performing", "stage_3", "NPA", "80", "substandard")),
        ("2026-06-30", ("substandard", "non_performing", "stage_3", "NPA", "80", "substandard")),
        ("2027-03-27", ("loss", "non_performing", "stage_3", "NPA", "84", "loss")),
    ],
)
def test_one_unpaid_instalment_walks_through_every_regime(day: str, classes: tuple[str, ...]) -> None:
    on = date.fromisoformat(day)
    assert tuple(under(regime, [position_of(on)], on)[0] for regime in Regime) == classes


def test_a_lenders_leniency_shifts_its_tag_and_not_the_class() -> None:
    on, lenient = DUE + timedelta(days=3), DelinquencySettings(tolerance=PaymentTolerance(days=5))
    assert position_of(on, conventions=lenient)["oldest_due_on"] is None
    assert under(Regime.CHINA_FIVE_TIER, [position_of(on, conventions=lenient)], on) == ["special_mention"]


def test_a_small_debt_is_late_everywhere_and_non_performing_nowhere_in_europe() -> None:
    on = DUE + timedelta(days=200)
    assert under(Regime.EU_NON_PERFORMING, [position_of(on, 10_000), position_of(on, 10_001)], on) == ["performing", "non_performing"]
    assert under(Regime.CHINA_FIVE_TIER, [position_of(on, 10_000)], on) == ["substandard"]


def test_amounts_that_are_unknown_or_in_another_currency_do_not_excuse() -> None:
    on = DUE + timedelta(days=200)
    small = position_of(on, 500)
    rows = [{**small, "currency": "PLN"}, {**small, "currency": "PLN", "balance_minor": 500_000}, {**small, "amount_overdue_minor": None}]
    assert under(Regime.EU_NON_PERFORMING, rows, on) == ["non_performing", "performing", "non_performing"]


@pytest.mark.parametrize(("months", "china", "india"), [(0, "normal", "standard"), (1, "special_mention", "SMA-0"), (2, "special_mention", "SMA-0"), (3, "special_mention", "SMA-2"), (4, "special_mention", "NPA"), (5, "substandard", "NPA")])
def test_months_count_for_the_fewest_days_they_can_mean(months: int, china: str, india: str) -> None:
    row = {"currency": "CNY", "oldest_due_on": None, "next_due_on": None, "months_past_due": months, "amount_overdue_minor": None, "balance_minor": 100_000}
    assert (under(Regime.CHINA_FIVE_TIER, [row], DUE), under(Regime.INDIA, [row], DUE)) == ([china], [india])


def test_every_regime_has_its_figures_and_says_what_a_book_does_not_tell() -> None:
    assert set(JURISDICTION) == set(NOT_IN_A_BOOK) == set(Regime)
    assert all(sentence.en and sentence.zh for sentence in NOT_IN_A_BOOK.values())


def test_the_worked_table_of_the_materiality_counter_holds() -> None:
    """The table of docs/algorithms/classification.md, section 4."""
    limits = npe_rules(figures("eu"), date(2026, 4, 2)).retail
    states = [State(date(2026, 1, 2), 10_001, 500_000), State(date(2026, 3, 1), 9_000, 489_999), State(date(2026, 3, 10), 12_000, 489_999)]
    days = [material_days(states, limits, day) for day in (date(2026, 1, 2), date(2026, 3, 1), date(2026, 3, 10), date(2026, 4, 2))]
    assert days == [1, 0, 1, 24]
