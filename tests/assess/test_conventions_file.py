"""Is a conventions file read as it is meant, and a wrong one refused by its key?"""

from __future__ import annotations

import pytest

from arrears.assess.delinquency.conventions import ConventionsNotValid, read_conventions
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings, PaymentDay, PaymentTolerance


def test_an_empty_file_means_the_documented_defaults() -> None:
    assert read_conventions("", "CNY") == DelinquencySettings()


def test_every_convention_can_be_set() -> None:
    text = "day_on_due_date: 1\npayment_counts: next_day\ntag_grace_days: 3\ntolerance: {days: 3, short: 10.00}\nbuckets: [30]\n"
    settings = read_conventions(text, "CNY")
    assert settings.day_on_due_date is DayOnDueDate.ONE and settings.payment_day is PaymentDay.NEXT_DAY
    assert (settings.tag_grace_days, settings.tolerance) == (3, PaymentTolerance(3, 1000))
    assert settings.bucket_names[:3] == ("current", "1-30", "31+")


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
        ("buckets: [60, 30]", "growing"),
        ("buckets: []", "growing"),
        ("buckets: [0, 30]", "growing"),
    ],
)
def test_a_wrong_file_is_refused_and_the_key_is_named(text: str, says: str) -> None:
    with pytest.raises(ConventionsNotValid, match=says):
        read_conventions(text, "CNY")
