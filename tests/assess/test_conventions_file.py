"""Is a conventions file read as it is meant, and a wrong one refused by its key?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from arrears.assess.delinquency.conventions import ConventionsNotValid, read_conventions
from arrears.assess.delinquency.money_rules import LedgerPath
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance


def test_an_empty_file_means_the_documented_defaults() -> None:
    assert read_conventions("", "CNY") == DelinquencySettings()


def test_every_convention_can_be_set() -> None:
    text = "day_on_due_date: 1\npayment_counts: next_day\ntag_grace_days: 3\ntolerance: {days: 3, short: 10.00}\nbuckets: [30]\n"
    settings = read_conventions(text, "CNY")
    assert settings.day_on_due_date is DayOnDueDate.ONE and settings.payment_day is PaymentDay.NEXT_DAY
    assert (settings.tag_grace_days, settings.tolerance) == (3, PaymentTolerance(3, 1000))
    assert settings.bucket_names[:3] == ("current", "1-30", "31+")


def test_a_product_states_its_rules_of_money_and_takes_a_path_by_them() -> None:
    text = """
ledger: {penalty_rate: "0.18", days_in_year: 360}
products:
  card: {ledger: {allocation: china_card, principal_first_after_days: 90}}
  lease: {ledger: {allocation: rules, rules: [past_due_interest, past_due_principal, in_advance_principal], direction: vertical, future: reamortization}}
  gift: {ledger: {}}
"""
    settings = read_conventions(text, "CNY")
    products = {name: one.money for name, one in settings.products}
    assert (settings.money.penalty_rate_annual, settings.money.path) == (Decimal("0.18"), LedgerPath.IN_SETS)
    assert {name: (one.path.value, one.is_plain) for name, one in products.items()} == {
        "card": ("per_account", False), "lease": ("per_account", False), "gift": ("in_sets", True)
    }
    assert products["lease"].told()["rules"] == ["past_due_interest", "past_due_principal", "in_advance_principal"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "not YAML"),
        ("- 1", "not a table"),
        ("graceful: 1", "graceful"),
        ("day_on_due_date: 2", "from 0 to 1"),
        ("tag_grace_days: -1", "from 0 to 366"),
        ("tag_grace_days: true", "from 0 to 366"),
        ("payment_counts: tomorrow", "own_day, next_day"),
        ("tolerance: 3", "days: 3, short: 10.00"),
        ("tolerance: {short: 0.001}", "more decimals"),
        ("tolerance: {short: -1}", "zero or more"),
        ("component_order: principal", "each once"),
        ("component_order: [principal, principal]", "each once"),
        ("component_order: [capital]", "costs, penalty, fee, interest, principal"),
        ("ledger: 3", "penalty_rate, compound_rate"),
        ("ledger: {penalty: 1}", "penalty_rate, compound_rate"),
        ("ledger: {penalty_rate: 0.18}", "in quotes"),
        ('ledger: {penalty_rate: "18 %"}', "in quotes"),
        ('ledger: {penalty_rate: "-0.1"}', "in quotes"),
        ('ledger: {penalty_rate: "NaN"}', "in quotes"),
        ('ledger: {compound_rate: "0.0000001"}', "six decimals"),
        ("ledger: {days_in_year: 300}", "360, 364, 365 or 366"),
        ("ledger: {penalty_grace_days: -1}", "whole number"),
        ("ledger: {penalty_grace_days: 1000}", "0 to 366"),
        ("ledger: {allocation: oldest}", "per_instalment, article_561"),
        ("ledger: {allocation: rules}", "a list of rules"),
        ("ledger: {allocation: rules, rules: past_due_interest}", "Write a list"),
        ("ledger: {allocation: rules, rules: [late_interest]}", "past_due, due, in_advance"),
        ("ledger: {rules: [past_due_interest]}", "a list of rules"),
        ("ledger: {future: reamortization}", "without rules"),
        ("ledger: {allocation: rules, rules: [past_due_fee], direction: sideways}", "horizontal, vertical"),
        ("ledger: {allocation: china_card}", "principal_first_after_days"),
        ("ledger: {in_advance: later}", "pays_next, waits"),
        ("products: {card: {ledger: {in_advance: later}}}", "products: card"),
        ("buckets: [60, 30]", "growing"),
        ("buckets: []", "growing"),
        ("buckets: [0, 30]", "growing"),
    ],
)
def test_a_wrong_file_is_refused_and_the_key_is_named(text: str, says: str) -> None:
    with pytest.raises(ConventionsNotValid, match=says):
        read_conventions(text, "CNY")
