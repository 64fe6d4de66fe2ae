"""Accounts that the lender calls closed though something is unpaid: what is told, and what is not decided."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest

from arrears.assess.closed import CLOSED_UNPAID_SCHEMA, closed_unpaid, closed_unpaid_sums
from arrears.core.book import BOOK_TABLES
from tests.columns import arrow_schema, rows_of_expression

POSITION = ibis.table(CLOSED_UNPAID_SCHEMA, name="position")


def standing(number: int, balance: int, overdue: int | None, currency: str = "CNY") -> dict[str, Any]:
    return {"account_id": number, "party_id": 10 * number, "currency": currency, "bucket": "1-30" if overdue else "current", "amount_overdue_minor": overdue, "balance_minor": balance}


def found(status: str | None, *accounts: dict[str, Any]) -> list[int]:
    stated = [{**dict.fromkeys(arrow_schema("accounts").names), "account_id": one["account_id"], "status": status} for one in accounts]
    tables = {"position": pa.Table.from_pylist(list(accounts), schema=CLOSED_UNPAID_SCHEMA.to_pyarrow()), "accounts": pa.Table.from_pylist(stated, schema=arrow_schema("accounts"))}
    return [row["account_id"] for row in rows_of_expression(closed_unpaid(POSITION, BOOK_TABLES["accounts"].unbound()), tables, "account_id")]


@pytest.mark.parametrize(("status", "balance", "overdue", "is_found"), [
    ("closed", 100, 100, True), ("closed", 100, 0, True), ("closed", 100, None, True), ("closed", 1, 1, True), ("closed", 0, 0, False),
    ("active", 100, 100, False), ("written_off", 100, 100, False), (None, 100, 100, False),
])
def test_only_an_account_called_closed_with_something_unpaid_is_a_finding(status: str | None, balance: int, overdue: int | None, is_found: bool) -> None:
    assert found(status, standing(1, balance, overdue)) == ([1] if is_found else [])


def test_amounts_of_different_currencies_are_told_apart_and_an_unknown_overdue_amount_adds_nothing() -> None:
    rows = [standing(1, 100, 40), standing(2, 200, None), standing(3, 7, 7, "USD")]
    table = pa.Table.from_pylist(rows, schema=CLOSED_UNPAID_SCHEMA.to_pyarrow())
    assert rows_of_expression(closed_unpaid_sums(ibis.table(CLOSED_UNPAID_SCHEMA, name="closed_unpaid")), {"closed_unpaid": table}, "currency") == [
        {"currency": "CNY", "accounts": 2, "balance_minor": 300, "amount_overdue_minor": 40},
        {"currency": "USD", "accounts": 1, "balance_minor": 7, "amount_overdue_minor": 7},
    ]
