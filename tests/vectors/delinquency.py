"""Judge of delinquency.json: days, amounts and ranges of a loan whose outstanding instalments are given."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from arrears.assess.delinquency.age import age, item_buckets
from arrears.assess.delinquency.pauses import PAUSE_SCHEMA, effective_pauses
from arrears.assess.delinquency.settings import CURRENT, Bucket, DelinquencySettings
from tests.columns import rows_of_expression
from tests.vectors.judging import Judgement, minor, only_known

ITEM_SCHEMA = ibis.schema({"account_id": "int64", "due_on": "date", "sequence": "int64", "amount_minor": "int64", "outstanding_minor": "int64"})
VECTOR = {"id", "source", "business_date", "grace_days", "grace_applies_to", "loan", "installments", "payments", "pauses", "resumes", "effective_pauses",
          "allocation", "expected", "installments_evidence", "checked", "buckets"}
EXPECTED = {"range", "delinquent_date", "delinquent_amount", "delinquent_days", "installment_ranges", "installment_ranges_by_days", "past_due_days",
            "stored_range", "stored_range_note"}


def family(vector: dict[str, Any]) -> str:
    """With a pause, or plain."""
    return "pause" if vector["pauses"] else "plain"


def _buckets(stated: list[dict[str, Any]]) -> tuple[Bucket, ...]:
    """The vector's ranges as our buckets, closed by an open one where the vector's end."""
    named = [Bucket(row.get("range") or f"{row['min_days']}-{row['max_days']}", row["min_days"], row["max_days"]) for row in stated]
    last = named[-1].to_days
    return tuple(named) if last is None else (*named, Bucket("beyond", last + 1, None))


def _pauses(vector: dict[str, Any]) -> list[dict[str, Any]]:
    spans = effective_pauses(
        ((date.fromisoformat(one["start"]), date.fromisoformat(one["end"])) for one in vector["pauses"]), map(date.fromisoformat, vector["resumes"])
    )
    return [{"account_id": 1, "from_on": start, "until_on": end} for start, end in spans]


def _found(vector: dict[str, Any], buckets: tuple[Bucket, ...]) -> dict[str, Any]:
    """What arrears says of the loan, in the vector's own words."""
    on = date.fromisoformat(vector["business_date"])
    settings = DelinquencySettings(tag_grace_days=vector["grace_days"], buckets=buckets)
    items = [
        {"account_id": 1, "due_on": date.fromisoformat(row["due_date"]), "sequence": row["n"], "amount_minor": minor(row["outstanding"]),
         "outstanding_minor": minor(row["outstanding"])}
        for row in vector["installments"]
    ]
    tables = {"items": pa.Table.from_pylist(items, schema=ITEM_SCHEMA.to_pyarrow()), "pauses": pa.Table.from_pylist(_pauses(vector), schema=PAUSE_SCHEMA.to_pyarrow())}
    outstanding, pauses = ibis.table(ITEM_SCHEMA, name="items"), ibis.table(PAUSE_SCHEMA, name="pauses")
    aged = rows_of_expression(age(outstanding, settings, on, pauses), tables, "account_id")
    row = aged[0] if aged else {"days_past_due": 0, "days_delinquent": 0, "amount_overdue_minor": 0, "delinquent_on": None}
    by_bucket: dict[str, int] = {}
    for item in rows_of_expression(item_buckets(outstanding, settings, on, pauses), tables, "due_on, sequence"):
        by_bucket[item["bucket"]] = by_bucket.get(item["bucket"], 0) + item["outstanding_minor"]
    return {
        "past_due_days": row["days_past_due"],
        "delinquent_days": row["days_delinquent"],
        "delinquent_amount": row["amount_overdue_minor"],
        "delinquent_date": row["delinquent_on"],
        "range": _range(row["days_delinquent"], buckets),
        "by_bucket": by_bucket,
    }


def _range(days: int, buckets: tuple[Bucket, ...]) -> str:
    named = next((one.name for one in buckets if one.from_days <= days and (one.to_days is None or days <= one.to_days)), CURRENT)
    return "NO_DELINQUENCY" if named == CURRENT else named


def judge(vector: dict[str, Any], shared: dict[str, Any]) -> list[Judgement]:
    """Every figure that the vector asserts; stored tags of the peer are its own business."""
    only_known(vector, VECTOR, "vector")
    only_known(vector["expected"], EXPECTED, "expected")
    stated = vector.get("buckets") or shared["buckets"]
    buckets = _buckets(stated)
    found, wanted = _found(vector, buckets), vector["expected"]
    wrong = []
    for name, value in wanted.items():
        if name in ("stored_range", "stored_range_note") or (name == "range" and value is None):
            continue
        if name == "installment_ranges":
            agrees = found["by_bucket"] == {key: minor(amount) for key, amount in value.items()}
        elif name == "installment_ranges_by_days":
            agrees = found["by_bucket"] == {f"{row['min_days']}-{row['max_days']}": minor(row["amount"]) for row in value}
        elif name == "delinquent_amount":
            agrees = found[name] == minor(value)
        elif name == "delinquent_date":
            agrees = found[name] == (date.fromisoformat(value) if value else None)
        else:
            agrees = found[name] == value
        if not agrees:
            wrong.append(f"{name}: {value} expected, {found.get(name, found['by_bucket'])} found")
    return [Judgement(family(vector), not wrong, "; ".join(wrong))]
