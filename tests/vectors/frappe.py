"""Judge of frappe.json, kind by kind; kinds that need the ledger are not judged yet."""

from __future__ import annotations

from datetime import date
from typing import Any

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings
from arrears.core.book import BOOK_TABLES
from tests.columns import rows_after
from tests.vectors.judging import Judgement, NotUnderstood, minor, only_known

UNBOUND = {name: table.unbound() for name, table in BOOK_TABLES.items()}
INCLUSIVE = DelinquencySettings(day_on_due_date=DayOnDueDate.ONE)
VECTOR = {"id", "kind", "source", "input", "expected", "check", "note"}


def family(vector: dict[str, Any]) -> str:
    """The kind; figures that nobody recomputed are a family of their own."""
    return vector["kind"] + ("_transcribed" if vector["check"] == "transcribed_only" else "")


def _days_past_due(receivables: list[tuple[str, int]], came: list[tuple[str, int]], on: str) -> int:
    """Days past due of one account, the due date itself being day one."""
    book = {
        "accounts": [{"account_id": 1, "party_id": 1, "product": "loan", "currency": "INR"}],
        "receivables": [{"account_id": 1, "document_id": n, "due_on": date.fromisoformat(due), "amount_minor": amount} for n, (due, amount) in enumerate(receivables, 1)],
        "payments": [{"account_id": 1, "payment_id": n, "paid_on": date.fromisoformat(day), "amount_minor": amount} for n, (day, amount) in enumerate(came, 1)],
    }
    return rows_after(position_steps(UNBOUND, INCLUSIVE, date.fromisoformat(on)), book, "account_id")[0]["days_past_due"]


def _dpd(given: dict[str, Any], expected: dict[str, Any]) -> str:
    only_known(given, {"demands", "payments", "as_of", "rule"}, "input")
    only_known(expected, {"dpd"}, "expected")
    found = _days_past_due(
        [(one["due_date"], minor(one["amount"])) for one in given["demands"]], [(one["date"], minor(one["amount"])) for one in given["payments"]], given["as_of"]
    )
    return "" if found == expected["dpd"] else f"{expected['dpd']} days expected, {found} found"


def _npa(given: dict[str, Any], expected: dict[str, Any]) -> str:
    """One loan beyond the threshold marks every loan of the customer; without payments the first due date tells all."""
    only_known(given, {"threshold_days", "rule", "as_of", "loans", "payments"}, "input")
    if given["payments"]:
        raise NotUnderstood("payments against loans whose instalments are not given need the schedule of the ledger")
    days = {loan["loan"]: _days_past_due([(loan["first_due_date"], minor(loan["principal"]))], [], given["as_of"]) for loan in given["loans"]}
    marked = any(late > given["threshold_days"] for late in days.values())
    found = {**dict.fromkeys(days, marked), "customer": marked}
    return "" if found == expected["npa"] else f"{expected['npa']} expected, {found} found"


_KINDS = {"dpd": _dpd, "npa": _npa}


def judge(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """The figure of one vector."""
    only_known(vector, VECTOR, "vector")
    if vector["kind"] not in _KINDS:
        raise NotUnderstood(f"kind {vector['kind']} is not judged yet")
    wrong = _KINDS[vector["kind"]](vector["input"], vector["expected"])
    return [Judgement(family(vector), not wrong, wrong)]
