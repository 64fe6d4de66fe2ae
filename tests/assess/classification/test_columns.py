"""A class by days and amounts is the same for one debt and in columns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.classification.bands import days_since_due, days_since_due_column, fewest_days
from arrears.assess.classification.china import ChinaFacts, china_floor, china_floor_column, china_rules
from arrears.assess.classification.ifrs9 import Ifrs9Facts, ifrs9_floor, ifrs9_floor_column, ifrs9_rules
from arrears.assess.classification.india import IndiaFacts, borrower_wise, india_floor, india_floor_column, india_rules
from arrears.assess.classification.materiality import STATE_SCHEMA, State, is_material, is_material_column, material_days, material_days_of_debtors
from arrears.assess.classification.metro2 import Metro2Facts, metro2_floor, metro2_floor_column, metro2_rules
from arrears.assess.classification.npe import NpeFacts, npe_floor, npe_floor_column, npe_rules
from arrears.assess.classification.shares import above_share, above_share_column, debtors_above
from arrears.assess.classification.us_retail import UsRetailFacts, us_retail_floor, us_retail_floor_column, us_retail_rules
from tests.assess.classification.shipped import ON, figures, rows_of, told_for

CHINA, NPE, IFRS9, INDIA = china_rules(figures("china"), ON), npe_rules(figures("eu"), ON), ifrs9_rules(figures("international"), ON), india_rules(figures("india"), ON)
US, METRO2 = us_retail_rules(figures("us"), ON), metro2_rules(figures("us"), ON)
FEW = settings(max_examples=25, deadline=None)
LIMITS = sorted({edge + step for edge in (0, 7, 30, 60, 90, 120, 150, 180, 270, 360) for step in (-1, 0, 1)} - {-1})
DAYS = st.one_of(st.none(), st.sampled_from(LIMITS), st.integers(0, 3000))
FLAG = st.one_of(st.none(), st.booleans())
MONEY = st.one_of(st.integers(0, 60_000), st.integers(0, 2**62))
LOANS = ibis.schema({"days": "int32", "flag": "boolean", "oldest_due_on": "date"})
AMOUNTS = ibis.schema({"part_minor": "int64", "whole_minor": "int64"})

loans = st.lists(st.fixed_dictionaries({"days": DAYS, "flag": FLAG}), min_size=1, max_size=40).map(
    lambda rows: [{**row, "oldest_due_on": None if row["days"] is None else ON - timedelta(days=row["days"])} for row in rows]
)


def same(rows: list[dict[str, Any]], column: Any, record: Any) -> None:
    assert told_for(LOANS, rows, column) == [record(row) for row in rows]


def known(days: int | None, reached: str) -> str | None:
    """By days alone: where they are unknown the column has no class, the record its best with the days named as unknown."""
    return None if days is None else reached


@FEW
@given(loans)
def test_chinas_five_classes(rows: list[dict[str, Any]]) -> None:
    plain = lambda row: known(row["days"], china_floor(ChinaFacts(days_past_due=row["days"], credit_card=bool(row["flag"])), CHINA).reached.value)  # noqa: E731
    same(rows, lambda table: china_floor_column(table.days, CHINA, table.flag), plain)


@FEW
@given(loans)
def test_the_stages_of_ifrs_9(rows: list[dict[str, Any]]) -> None:
    same(rows, lambda table: ifrs9_floor_column(table.days, IFRS9), lambda row: known(row["days"], ifrs9_floor(Ifrs9Facts(days_past_due=row["days"]), IFRS9).reached.value))


@FEW
@given(loans)
def test_retail_classes_of_the_united_states(rows: list[dict[str, Any]]) -> None:
    def record(row: dict[str, Any]) -> str | None:
        return known(row["days"], us_retail_floor(UsRetailFacts(days_past_due=row["days"], open_end=row["flag"], residential=False), US).reached.value)

    same(rows, lambda table: us_retail_floor_column(table.days, table.flag, US), record)


@FEW
@given(loans)
def test_metro_2(rows: list[dict[str, Any]]) -> None:
    def record(row: dict[str, Any]) -> str | None:
        return known(row["days"], metro2_floor(Metro2Facts(row["days"] is not None, row["oldest_due_on"]), METRO2, ON).reached.value)

    same(rows, lambda table: metro2_floor_column(table.days, METRO2), record)


@FEW
@given(loans)
def test_indias_classes_of_one_account(rows: list[dict[str, Any]]) -> None:
    def record(row: dict[str, Any]) -> str:
        facts = IndiaFacts(oldest_due_on=row["oldest_due_on"], unpaid=row["oldest_due_on"] is not None, revolving=bool(row["flag"]))
        return india_floor(facts, INDIA, ON).reached.value

    same(rows, lambda table: india_floor_column(table.oldest_due_on, ON, INDIA, table.flag), record)


@FEW
@given(loans)
def test_non_performing_by_counter_and_pull(rows: list[dict[str, Any]]) -> None:
    def record(row: dict[str, Any]) -> str | None:
        pulled = Decimal(1) if row["flag"] else Decimal(0)
        reached = npe_floor(NpeFacts(material_days=row["days"], debtor_share_over_90=pulled), NPE).reached.value
        return reached if row["flag"] else known(row["days"], reached)

    same(rows, lambda table: npe_floor_column(table.days, NPE, table.flag), record)


@FEW
@given(st.lists(st.fixed_dictionaries({"part_minor": MONEY, "whole_minor": MONEY}), min_size=1, max_size=40), st.sampled_from(["0.01", "0.10", "0.20", "0.025"]))
def test_shares_and_materiality_are_exact_to_the_cent_however_large(rows: list[dict[str, Any]], share: str) -> None:
    edges = [{"part_minor": row["whole_minor"] // 100 + step, "whole_minor": row["whole_minor"]} for row in rows for step in (0, 1)]
    every = [*rows, *edges]
    told = told_for(AMOUNTS, every, lambda table: above_share_column(table.part_minor, table.whole_minor, Decimal(share)))
    assert told == [above_share(row["part_minor"], row["whole_minor"], Decimal(share)) for row in every]
    material = told_for(AMOUNTS, every, lambda table: is_material_column(table.part_minor, table.whole_minor, NPE.retail))
    assert material == [is_material(row["part_minor"], row["whole_minor"], NPE.retail) for row in every]


states = st.lists(
    st.fixed_dictionaries({
        "party_id": st.integers(1, 4), "from_on": st.integers(0, 200).map(lambda days: ON - timedelta(days=150) + timedelta(days=days)),
        "arrears_minor": st.sampled_from([0, 9_999, 10_000, 10_001, 50_000]), "exposure_minor": st.sampled_from([10_000, 1_000_000, 1_000_100, 6_000_000]),
    }),
    max_size=40, unique_by=lambda row: (row["party_id"], row["from_on"]),
)


@FEW
@given(states)
def test_the_material_counter_is_the_same_for_one_debtor_and_for_all(rows: list[dict[str, Any]]) -> None:
    found = {row["party_id"]: row["material_days"] for row in rows_of(STATE_SCHEMA, rows, lambda table: material_days_of_debtors(table, NPE.retail, ON), "party_id")}
    for party in {row["party_id"] for row in rows}:
        own = [State(row["from_on"], row["arrears_minor"], row["exposure_minor"]) for row in rows if row["party_id"] == party]
        assert found.get(party, 0) == material_days(own, NPE.retail, ON)
        assert (party in found) == any(state.from_on <= ON for state in own)


BOOK = ibis.schema({"account_id": "int64", "party_id": "int64", "currency": "string", "exposure_minor": "int64", "bad": "boolean"})
accounts = st.lists(
    st.fixed_dictionaries({"party_id": st.integers(1, 4), "currency": st.sampled_from(["EUR", "CNY"]), "exposure_minor": st.sampled_from([0, 100, 400, 2**61]), "bad": FLAG}), max_size=20
).map(lambda rows: [{"account_id": place, **row} for place, row in enumerate(rows)])


@FEW
@given(accounts)
def test_a_debtor_above_the_share_is_found_currency_by_currency(rows: list[dict[str, Any]]) -> None:
    rows = [row for place, row in enumerate(rows) if row["exposure_minor"] < 2**61 or not any(earlier["exposure_minor"] == 2**61 for earlier in rows[:place])]
    share = NPE.pulling.share
    expected = set()
    for party, currency in {(row["party_id"], row["currency"]) for row in rows}:
        own = [row for row in rows if (row["party_id"], row["currency"]) == (party, currency)]
        if above_share(sum(row["exposure_minor"] for row in own if row["bad"]), sum(row["exposure_minor"] for row in own), share):
            expected.add(party)
    found = rows_of(BOOK, rows, lambda table: debtors_above(table, table.bad, share), "party_id")
    assert [row["party_id"] for row in found] == sorted(expected)


def test_one_bad_account_makes_every_account_of_the_borrower_bad() -> None:
    schema = ibis.schema({"account_id": "int64", "party_id": "int64", "india_class": "string"})
    rows = [
        {"account_id": 1, "party_id": 10, "india_class": "NPA"}, {"account_id": 2, "party_id": 10, "india_class": "standard"}, {"account_id": 3, "party_id": 10, "india_class": "NPA"},
        {"account_id": 4, "party_id": 11, "india_class": "SMA-2"}, {"account_id": 5, "party_id": 12, "india_class": None},
    ]
    found = rows_of(schema, rows, borrower_wise, "account_id")
    assert [row["india_class"] for row in found] == ["NPA", "NPA", "NPA", "SMA-2", None]


@FEW
@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=1, max_size=30), st.lists(st.one_of(st.none(), st.integers(-40, 900)), min_size=30, max_size=30))
def test_days_from_a_due_date_or_from_months_are_counted_alike(months: list[int | None], days: list[int | None]) -> None:
    schema = ibis.schema({"oldest_due_on": "date", "months_past_due": "int32"})
    rows = [{"oldest_due_on": None if day is None else ON - timedelta(days=day), "months_past_due": month} for month, day in zip(months, days, strict=False)]
    told = told_for(schema, rows, lambda table: days_since_due_column(table.oldest_due_on, table.months_past_due, ON))
    assert told == [days_since_due(row["oldest_due_on"], ON) if row["months_past_due"] is None else fewest_days(row["months_past_due"]) for row in rows]


def test_no_calendar_gives_fewer_days_than_the_fewest() -> None:
    """Of n missed monthly dates the oldest lies n - 1 months back, on the eve of the next one a day more is the least anybody is late."""
    for months in range(1, 26):
        spans = []
        for start in range(48):
            due = date(2021 + start // 12, start % 12 + 1, 1)
            last = start + months - 1
            spans.append((date(2021 + last // 12, last % 12 + 1, 1) - due).days + 1)
        assert fewest_days(months) <= min(spans)
        assert months > 12 or fewest_days(months) == min(spans)
