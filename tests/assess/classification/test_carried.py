"""What the facts and the run before say of a class: counters, ways back, debtors drawn along, kinds of product."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.assess.classification.book import Regime
from arrears.assess.classification.carried import BEFORE_SCHEMA, Before, way_back
from arrears.assess.classification.counters import arrears_states
from arrears.assess.classification.cure import CureFacts, Way, cure_rules, exit_non_performing
from arrears.assess.classification.kinds import ProductKind
from arrears.assess.classification.materiality import is_material, material_days_of_debtors
from arrears.assess.classification.npe import npe_rules
from arrears.assess.classification.regimes import CLASSES_SCHEMA, classes
from arrears.assess.classification.stated import read_kinds
from arrears.assess.delinquency.groups import Group
from arrears.assess.delinquency.settings import DelinquencySettings, PaymentDay
from arrears.core.book import BOOK_TABLES
from arrears.core.problems import BadData
from arrears.engine.columns_engine import sql_of
from arrears.engine.legal_figures import regime_figures
from tests.assess.classification.shipped import figures
from tests.assess.reckoning import Conventions, Facts, reckon
from tests.columns import day, with_book

POSITION = ibis.schema({
    "account_id": "int64", "party_id": "int64", "product": "string", "revolving": "boolean", "currency": "string", "oldest_due_on": "date",
    "next_due_on": "date", "months_past_due": "int32", "amount_overdue_minor": "int64", "balance_minor": "int64",
})
NOW = date(2026, 11, 23)


def account(number: int, days: int = 0, **what: Any) -> dict[str, Any]:
    """An account so many days late with 500 of 900 euro; 0 is not late."""
    late = {"oldest_due_on": NOW - timedelta(days=days)} if days else {"amount_overdue_minor": 0}
    return {"account_id": number, "party_id": number, "product": "loan", "revolving": False, "currency": "EUR", "amount_overdue_minor": 50_000, "balance_minor": 90_000, **late, **what}


def judged(regime: Regime, rows: list[dict[str, Any]], before: list[dict[str, Any]] | None = None, since: int = 1, on: date = NOW, counters: dict[int, int] | None = None, kinds: Any = ()) -> dict[int, dict[str, Any]]:
    """The rows of one regime by account, the run before having been `since` days earlier."""
    stood = None if before is None else Before(ibis.table(BEFORE_SCHEMA, name="stood"), on - timedelta(days=since), frozenset([regime]))
    counted = None if counters is None else ibis.table({"account_id": "int64", "material_days": "int32"}, name="counted")
    expression = classes(ibis.table(POSITION, name="position"), regime_figures([regime]), on, kinds=kinds, counters=counted, before=stood)
    with duckdb.connect() as connection:
        connection.register("position", pa.Table.from_pylist(rows, schema=POSITION.to_pyarrow()))
        connection.register("stood", pa.Table.from_pylist([{**dict.fromkeys(BEFORE_SCHEMA.names), "regime": regime.value, **row} for row in before or []], schema=BEFORE_SCHEMA.to_pyarrow()))
        counts = [{"account_id": number, "material_days": days} for number, days in (counters or {}).items()]
        connection.register("counted", pa.Table.from_pylist(counts, schema=pa.schema([("account_id", pa.int64()), ("material_days", pa.int32())])))
        found = connection.sql(f"SELECT * FROM ({sql_of(expression)}) ORDER BY account_id").to_arrow_table().to_pylist()
    assert len({row["account_id"] for row in found}) == len(found) and (not found or tuple(found[0]) == CLASSES_SCHEMA.names)
    return {row["account_id"]: row for row in found}


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["class"], row["reason"], row["days_material"], row["clear_since_on"], row["earliest_exit_on"]


EU, INDIA, CHINA = Regime.EU_NON_PERFORMING, Regime.INDIA, Regime.CHINA_FIVE_TIER


@pytest.mark.parametrize(
    ("story", "days", "counter", "expected"),
    [
        ("late for long, material since not so long", 200, 90, "performing"),
        ("a day more", 200, 91, "non_performing"),
        ("late for long and not material today", 200, 0, "performing"),
    ],
)
def test_the_counter_of_the_facts_decides_and_not_the_contractual_days(story: str, days: int, counter: int, expected: str) -> None:
    row = judged(EU, [account(1, days)], counters={1: counter})[1]
    assert told(row) == (expected, "days", counter, None, None), story


@pytest.mark.parametrize(
    ("story", "days", "before", "since", "counter", "reached"),
    [
        ("no run before: not known, the contractual days stand in", 200, None, 1, None, "non_performing"),
        ("the counter goes on by the days between", 200, [{"account_id": 1, "class": "performing", "days_material": 60}], 7, 67, "performing"),
        ("and reaches its limit", 200, [{"account_id": 1, "class": "performing", "days_material": 84}], 7, 91, "non_performing"),
        ("not material then: it began since", 200, [{"account_id": 1, "class": "performing", "days_material": 0}], 7, 7, "performing"),
        ("nothing unpaid then: it began since", 200, [], 7, 7, "performing"),
        ("and not before the debt was late", 3, [], 7, 3, "performing"),
        ("not known then is not known now", 200, [{"account_id": 1, "class": "non_performing"}], 7, None, "non_performing"),
    ],
)
def test_a_card_is_counted_from_run_to_run(story: str, days: int, before: Any, since: int, counter: int | None, reached: str) -> None:
    row = judged(EU, [account(1, days, revolving=True)], before, since, counters={})[1]
    assert (row["days_material"], row["class"]) == (counter, reached), story


def test_arrears_that_are_small_today_have_a_counter_of_nothing_and_in_another_currency_none_is_made_up() -> None:
    rows = judged(EU, [account(1, 200, amount_overdue_minor=10_000), account(2, 200, currency="PLN"), account(3, 200, currency="PLN", balance_minor=50_000_000)], counters={})
    assert [(row["days_material"], row["class"]) for row in rows.values()] == [(0, "performing"), (None, "non_performing"), (0, "performing")]


BAD = {"account_id": 1, "class": "non_performing"}


@pytest.mark.parametrize(
    ("story", "row", "before", "expected"),
    [
        ("paid yesterday, clear since today", account(1), BAD, ("non_performing", "way_back", 0, NOW, day("2027-02-23"))),
        ("clear for three months but a day", account(1), {**BAD, "clear_since_on": day("2026-08-24")}, ("non_performing", "way_back", 0, day("2026-08-24"), day("2026-11-24"))),
        ("clear for three months", account(1), {**BAD, "clear_since_on": day("2026-08-23")}, None),
        ("three months over, but something is past due", account(1, 5), {**BAD, "clear_since_on": day("2026-08-23")}, ("non_performing", "way_back", 5, day("2026-08-23"), day("2026-11-23"))),
        ("due today is not past due", account(1, next_due_on=NOW), {**BAD, "clear_since_on": day("2026-08-23")}, ("performing", "days", 0, None, None)),
        ("bad again: the way back is lost", account(1, 95), {**BAD, "clear_since_on": day("2026-08-24")}, ("non_performing", "days", 95, None, None)),
        ("was performing: nothing to come back from", account(1), {"account_id": 1, "class": "performing"}, None),
    ],
)
def test_in_europe_a_bad_class_is_left_three_months_after_the_last_reason_and_with_nothing_past_due(story: str, row: Any, before: Any, expected: Any) -> None:
    counters = {1: (NOW - row["oldest_due_on"]).days} if row.get("oldest_due_on") else {}
    found = judged(EU, [row], [before], counters=counters)
    assert (told(found[1]) if found else None) == expected, story


@given(st.dates(date(2024, 1, 1), date(2026, 6, 30)), st.integers(0, 130), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_column_of_the_way_back_says_what_the_rule_for_one_exposure_says(clear_since: date, later: int, past_due: bool) -> None:
    on = clear_since + timedelta(days=later)
    row = account(1, 0, **({"oldest_due_on": on - timedelta(days=3), "amount_overdue_minor": 20_000} if past_due else {}))
    found = judged(EU, [row], [{**BAD, "clear_since_on": clear_since}], on=on, counters={1: 3} if past_due else {})
    rule = exit_non_performing(CureFacts(clear_since=clear_since, past_due_now=past_due), cure_rules(figures("eu"), on), on)
    stays = rule.way is Way.STAY_NON_PERFORMING
    assert (found.get(1, {}).get("class") == "non_performing") == stays
    assert not stays or found[1]["earliest_exit_on"] == rule.earliest_on


@pytest.mark.parametrize(
    ("story", "row", "before", "expected"),
    [
        ("bad, and all is paid: held at substandard for six months", account(1), {"account_id": 1, "class": "loss"}, ("substandard", "way_back", NOW, day("2027-05-23"))),
        ("bad, and a part is paid: not clear yet", account(1, 5), {"account_id": 1, "class": "doubtful"}, ("substandard", "way_back", None, None)),
        ("a missed payment on the way starts it anew", account(1, 5), {"account_id": 1, "class": "substandard", "clear_since_on": day("2026-06-01")}, ("substandard", "way_back", None, None)),
        ("worse today than then", account(1, 300), {"account_id": 1, "class": "substandard"}, ("doubtful", "days", None, None)),
        ("six months paid on time", account(1), {"account_id": 1, "class": "substandard", "clear_since_on": day("2026-05-23")}, None),
        ("special mention is no bad class", account(1), {"account_id": 1, "class": "special_mention"}, None),
    ],
)
def test_in_china_a_bad_class_is_left_after_six_months_of_payment_on_time(story: str, row: Any, before: Any, expected: Any) -> None:
    found = judged(CHINA, [row], [before])
    assert ((lambda one: (one["class"], one["reason"], one["clear_since_on"], one["earliest_exit_on"]))(found[1]) if found else None) == expected, story


def test_in_india_an_npa_stays_one_until_everything_is_paid_and_takes_the_borrowers_other_accounts_along() -> None:
    before = [{"account_id": 1, "class": "NPA"}, {"account_id": 3, "class": "NPA"}]
    rows = [account(1, 10), account(2, party_id=1), account(3), account(4, 95), account(5, 40, party_id=4), account(6, 40)]
    found = judged(INDIA, rows, before)
    assert {number: (row["class"], row["reason"]) for number, row in found.items()} == {
        1: ("NPA", "way_back"), 2: ("NPA", "drawn_along"), 4: ("NPA", "days"), 5: ("NPA", "drawn_along"), 6: ("SMA-1", "days"),
    }


@pytest.mark.parametrize(("late_balance", "expected"), [(20_000, {1: "non_performing"}), (20_001, {1: "non_performing", 2: "non_performing"})])
def test_in_europe_more_than_a_fifth_long_past_due_draws_the_rest_along(late_balance: int, expected: dict[int, str]) -> None:
    rows = [account(1, 95, party_id=7, balance_minor=late_balance, amount_overdue_minor=late_balance), account(2, party_id=7, balance_minor=80_000)]
    found = judged(EU, rows, counters={1: 95})
    assert {number: row["class"] for number, row in found.items()} == expected


def test_an_account_drawn_along_comes_back_only_when_it_has_stood_clear_by_itself() -> None:
    rows = [account(1, party_id=7)]
    found = judged(EU, rows, [{"account_id": 1, "class": "non_performing"}])
    assert told(found[1])[:2] == ("non_performing", "way_back")


@pytest.mark.parametrize(
    ("regime", "product", "revolving", "days", "expected"),
    [
        (Regime.US_RETAIL, "loan", False, 119, "substandard"), (Regime.US_RETAIL, "loan", False, 120, "loss"),
        (Regime.US_RETAIL, "plastic", True, 179, "substandard"), (Regime.US_RETAIL, "plastic", True, 180, "loss"),
        (Regime.US_RETAIL, "visa", False, 120, "substandard"), (Regime.US_RETAIL, "house", False, 200, "not_classified"),
        (CHINA, "visa", True, 120, "substandard"), (CHINA, "visa", True, 121, "doubtful"), (CHINA, "plastic", True, 121, "substandard"),
        (CHINA, "loan", False, 270, "substandard"), (INDIA, "flex", False, 29, "standard"), (INDIA, "loan", False, 29, "SMA-0"),
    ],
)
def test_each_regime_uses_the_row_of_the_products_kind(regime: Regime, product: str, revolving: bool, days: int, expected: str) -> None:
    kinds = read_kinds("product_kinds: {visa: credit_card, flex: revolving, house: home_loan}")
    assert dict(kinds)["visa"] is ProductKind.CREDIT_CARD
    assert judged(regime, [account(1, days, product=product, revolving=revolving)], kinds=kinds)[1]["class"] == expected


def test_a_kind_that_there_is_not_is_refused_by_name() -> None:
    for text in ("product_kinds: [visa]", "product_kinds: {visa: plastic}"):
        with pytest.raises(BadData, match="product_kinds"):
            read_kinds(text)


def test_only_regimes_whose_rules_look_back_have_a_way_back() -> None:
    assert [regime for one in regime_figures(list(Regime)) if way_back(regime := one.regime, one.parameters, NOW)] == [CHINA, EU, INDIA]


START = date(2026, 1, 1)
days_of = st.integers(0, 90).map(lambda n: START + timedelta(days=n))
minor = st.sampled_from([100, 9_000, 10_000, 10_001, 15_000, 40_000])
moves = st.lists(st.tuples(days_of, minor, st.integers(0, 30)), max_size=5)
RETAIL = npe_rules(figures("eu"), NOW).retail


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(moves, moves, moves), min_size=1, max_size=8), st.integers(0, 120), st.sampled_from(PaymentDay))
def test_the_counter_of_the_facts_is_what_looking_at_every_single_day_gives(drawn: Any, later: int, payment_day: PaymentDay) -> None:
    on = START + timedelta(days=later)
    book: dict[str, list[dict[str, Any]]] = {"accounts": [], "instalments": [], "receivables": [], "payments": []}
    each = {}
    for number, (due, invoiced, came) in enumerate(drawn, 1):
        own = {"account_id": number}
        instalments = [{**own, "number": n, "due_on": when, "principal_minor": amount} for n, (when, amount, _) in enumerate(due)]
        receivables = [{**own, "document_id": n, "issued_on": when + timedelta(days=late - 15), "due_on": when, "amount_minor": amount} for n, (when, amount, late) in enumerate(invoiced)]
        payments = [{**own, "payment_id": 2 * n + 1, "paid_on": when, "amount_minor": amount} for n, (when, amount, _) in enumerate(came)]
        payments += [{**own, "payment_id": 2 * n + 2, "paid_on": when + timedelta(days=back), "amount_minor": amount, "reversal_of": 2 * n + 1} for n, (when, amount, back) in enumerate(came) if back > 20]
        for name, rows in (("instalments", instalments), ("receivables", receivables), ("payments", payments)):
            book[name] += rows
        each[number] = Facts(instalments=instalments, receivables=receivables, payments=payments)
    group = Group(DelinquencySettings(payment_day=payment_day), {name: table.unbound() for name, table in BOOK_TABLES.items()})
    wanted = ibis.table({"account_id": "int64"}, name="wanted")
    counted = material_days_of_debtors(arrears_states(group, wanted, on), RETAIL, on, key="account_id")
    with duckdb.connect() as connection:
        with_book(connection, book)
        connection.register("wanted", pa.table({"account_id": pa.array(list(each), pa.int64())}))
        found = dict(connection.sql(sql_of(counted)).fetchall())
    assert {number: found.get(number, 0) for number in each} == {number: day_by_day(facts, on, payment_day) for number, facts in each.items()}


def day_by_day(facts: Facts, on: date, payment_day: PaymentDay) -> int:
    """Go back day by day while the arrears of the day are material."""
    days = 0
    while on - timedelta(days=days) >= START:
        stood = reckon(facts, Conventions(next_day=payment_day is PaymentDay.NEXT_DAY), on - timedelta(days=days))
        if not is_material(stood.amount_overdue_minor or 0, stood.balance_minor, RETAIL):
            break
        days += 1
    return days
