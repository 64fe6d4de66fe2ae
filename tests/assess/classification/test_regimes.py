"""By whose rules is an institution's book classified, and is that said with what is not known?"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from arrears.assess.classification.book import Regime
from arrears.assess.classification.regimes import CLASSES_SCHEMA, class_counts, classes, in_force, regimes_of, unconfirmed
from arrears.assess.classification.words import CLASS_WORDS, REGIME_WORDS
from arrears.engine.columns_engine import sql_of
from arrears.engine.legal_figures import regime_figures

ON = date(2026, 11, 23)
POSITION = ibis.schema({
    "account_id": "int64", "party_id": "int64", "product": "string", "revolving": "boolean", "currency": "string", "oldest_due_on": "date", "next_due_on": "date", "months_past_due": "int32",
    "amount_overdue_minor": "int64", "balance_minor": "int64",
})


def account(number: int, **what: Any) -> dict[str, Any]:
    return {"account_id": number, "party_id": number, "product": "loan", "revolving": False, "currency": "CNY", "amount_overdue_minor": 50_000, "balance_minor": 90_000, **what}


PAID_UP = account(1, amount_overdue_minor=0, next_due_on=date(2026, 12, 1))
NINETY_ONE_DAYS = account(2, oldest_due_on=date(2026, 8, 24))
THREE_MONTHS = account(3, months_past_due=3, amount_overdue_minor=None)
DUE_TODAY = account(4, amount_overdue_minor=0, next_due_on=ON)


def told(expression: Any, rows: list[dict[str, Any]], order: str, columns: str = "*", **others: pa.Table) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.register("position", pa.Table.from_pylist(rows, schema=POSITION.to_pyarrow()))
        for name, table in others.items():
            connection.register(name, table)
        return connection.sql(f"SELECT {columns} FROM ({sql_of(expression)}) ORDER BY {order}").fetchall()


def position() -> Any:
    return ibis.table(POSITION, name="position")


def test_every_account_with_something_unpaid_has_a_class_under_each_regime_and_a_paid_up_one_has_none() -> None:
    figures = in_force(regime_figures(regimes_of("CN")), ON)
    rows = told(classes(position(), figures, ON), [PAID_UP, NINETY_ONE_DAYS, THREE_MONTHS, DUE_TODAY], "account_id, regime", "account_id, regime, class")
    assert rows == [
        (2, "china_five_tier", "substandard"), (2, "ifrs_9", "stage_3"),
        (3, "china_five_tier", "special_mention"), (3, "ifrs_9", "stage_2"),
        (4, "china_five_tier", "normal"), (4, "ifrs_9", "stage_1"),
    ]


def test_a_regime_whose_figures_did_not_hold_yet_is_left_out_and_not_applied_backwards() -> None:
    held = in_force(regime_figures(regimes_of("CN")), date(2017, 5, 1))
    assert Regime.CHINA_FIVE_TIER not in [one.regime for one in held]


def test_without_any_regime_there_are_no_classes() -> None:
    assert told(classes(position(), (), ON), [NINETY_ONE_DAYS], "account_id") == []


def test_classes_are_counted_by_currency_and_never_added_over_two() -> None:
    rows = pa.Table.from_pylist(
        [{"account_id": number, "regime": "ifrs_9", "class": "stage_3"} for number in (2, 5)], schema=CLASSES_SCHEMA.to_pyarrow()
    )
    counted = class_counts(ibis.table(CLASSES_SCHEMA, name="classes"), position())
    both = [NINETY_ONE_DAYS, {**NINETY_ONE_DAYS, "account_id": 5, "currency": "USD"}]
    assert told(counted, both, "currency", classes=rows) == [("ifrs_9", "stage_3", "CNY", 1, 90_000), ("ifrs_9", "stage_3", "USD", 1, 90_000)]


@pytest.mark.parametrize("country", ["CN", "DE", "GB", "IN", "US", "BR"])
def test_each_country_has_regimes_whose_figures_are_shipped(country: str) -> None:
    assert in_force(regime_figures(regimes_of(country)), ON)


def test_a_figure_from_a_single_source_is_named_as_unconfirmed() -> None:
    china = regime_figures([Regime.CHINA_FIVE_TIER])[0]
    assert "cn_substandard_after_days" in unconfirmed(china, ON)


def test_every_class_that_a_book_can_reach_has_words_in_both_languages() -> None:
    assert set(REGIME_WORDS) == set(CLASS_WORDS) == set(Regime)
    for words in CLASS_WORDS.values():
        assert all(sentence.en and sentence.zh for sentence in words.values())
