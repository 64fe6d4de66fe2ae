"""Which conditions may stand in a policy?"""

from __future__ import annotations

import ibis
import pytest

from arrears.decide.policy.columns import CASE_SCHEMA
from arrears.decide.policy.conditions import ConditionNotAccepted, parse_condition

CASES = ibis.table(CASE_SCHEMA, name="cases")


@pytest.mark.parametrize(
    "text",
    [
        "days_past_due <= 5",
        "days_past_due between 1 and 30 and product in ('loan', 'card')",
        "not first_item_missing or refusals > 0",
        "coalesce(amount_overdue_minor, balance_minor) >= 2 * 50000",
        "hold_kinds = '' and last_paid_on is not null",
        "oldest_due_on < date '2026-01-31'",
        "months_past_due is null",
        "(kind = 'organisation')",
    ],
)
def test_what_an_analyst_would_write_is_accepted(text: str) -> None:
    assert parse_condition(text, CASES).type().is_boolean()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("days_past_due <=", "not a condition"),
        ("days_past_due", "yes-or-no"),
        ("days_past_due + 1", "yes-or-no"),
        ("sex = 'f'", "not a case column"),
        ("other.days_past_due = 1", "not a case column"),
        ("days_past_due in (select 1)", "not allowed"),
        ("exists (select * from parties)", "not allowed"),
        ("read_text('/etc/passwd') = 'x'", "not allowed"),
        ("current_date > oldest_due_on", "not allowed"),
        ("now() is not null", "not allowed"),
        ("random() < 1", "not allowed"),
        ("days_past_due = 'five'", "do not fit"),
        ("product > 5", "do not fit"),
        ("product + 'x' = 'y'", "calculates"),
        ("days_past_due = null", "is null"),
        ("amount_overdue_minor < 10.5", "whole number"),
        ("days_past_due and true", "yes-or-no"),
        ("oldest_due_on < date '2026-02-30'", "not a day"),
        ("days_past_due > 1; drop table cases", "not"),
        ("case when days_past_due > 1 then true end", "not allowed"),
        ("product like 'a%'", "not allowed"),
        ("days_past_due in ()", "not"),
        ("days_past_due / 0 = 1", "not allowed"),
    ],
)
def test_what_a_policy_must_not_do_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(ConditionNotAccepted, match=says):
        parse_condition(text, CASES)
