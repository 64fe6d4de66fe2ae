"""Documents whose every value has the right form, with amounts, days and numbers from the edges; made from the forms, so that no field is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as some

from arrears.ledger.documents.reading import Amount, CurrencyCode, Day, Document, Field, Form, Group, ListOf, OneOf, Percentage, Text, Whole, YesNo

Written = some.SearchStrategy[Any]
FEW_ROWS = 4
FEW_FIELDS = 6
EDGES: dict[type, list[str]] = {
    Amount: ["0.00", "0.01", "1.00", "333.33", "1200.00", "90071992547409.93"],
    Whole: ["0", "1", "2", "3", "12", "60", "1200", "999999"],
    Percentage: ["0", "0.01", "6", "24", "99.9", "100", "9999", "999999"],
    Day: ["1900-01-01", "2024-02-29", "2026-01-31", "2026-02-28", "2027-01-01", "2200-12-31"],
    YesNo: ["yes", "no"],
    CurrencyCode: ["CNY", "KWD", "BHD"],
    Text: ["A", "B", "C"],
}


def written(form: Form) -> Written:
    """Values of this form, as they are written."""
    if isinstance(form, ListOf):
        return some.lists(written(form.form), min_size=form.lowest, max_size=max(form.lowest, FEW_ROWS))
    if isinstance(form, Group):
        return fields_of(form.fields)
    if isinstance(form, OneOf):
        return some.sampled_from(list(form.known))
    signed = ["-5.00", "-90071992547409.93"] if isinstance(form, Amount) and form.signed else []
    return some.sampled_from([*EDGES[type(form)], *signed])


@some.composite
def fields_of(draw: some.DrawFn, fields: Mapping[str, Field]) -> dict[str, Any]:
    """All fields that must be there, and a few of the others."""
    others = [name for name, one in fields.items() if not one.needed]
    chosen = draw(some.lists(some.sampled_from(others), max_size=FEW_FIELDS, unique=True)) if others else []
    return {name: draw(written(one.form)) for name, one in fields.items() if one.needed or name in chosen}


def right_document(document: Document[Any]) -> some.SearchStrategy[dict[str, Any]]:
    """Documents of this kind in which every single value has the right form; together they may still make no sense."""
    return fields_of(document.fields)
