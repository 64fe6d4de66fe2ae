"""Documents that people write: read exactly, or refused by the name of the field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arrears.cli.ledger import allocate
from arrears.cli.ledger import schedule as show_schedule
from arrears.core.problems import BadData, WrongCall
from arrears.ledger.documents import read_payment, read_terms
from arrears.ledger.schedule.make import schedule

TERMS = {"currency": "CNY", "principal": "1200.00", "rate_percent": "12", "count": "4", "paid_out_on": "2026-01-31"}
PAYMENT = {"currency": "CNY", "payment": "5.00", "paid_on": "2026-03-01", "instalments": [{"due_on": "2026-02-01", "interest": "1.00", "principal": "9.00"}]}
WRONG_TERMS = {
    "currency": "XXZ", "principal": "12.005", "rate_percent": "a lot", "count": "4.5", "paid_out_on": "2026-02-30", "every": "-1", "unit": "years", "engine": "steam",
    "method": "round", "amortization": "none", "interest_period": "hourly", "day_count": "30/365", "month_end": "never", "multiple": "x",
    "down_payment_percent": "nan", "grace_principal": "4", "grace_interest": "9", "balloon": "1200.00", "fixed_length_days": "0", "first_due_on": "soon",
}  # fmt: skip
WRONG_PAYMENT = {
    "currency": "yuan", "payment": "-1", "paid_on": "today", "instalments": "none", "order": ["interest", "tips"], "rules": ["late_interest"], "direction": "up",
    "future": "never",
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG_TERMS)
def test_a_wrong_field_of_terms_is_named_with_what_to_write(field: str) -> None:
    with pytest.raises(BadData) as refused:
        read_terms(json.dumps({**TERMS, field: WRONG_TERMS[field]}))
    assert field in refused.value.what + refused.value.remedy
    assert refused.value.remedy.startswith("Write ")


@pytest.mark.parametrize("field", WRONG_PAYMENT)
def test_a_wrong_field_of_a_payment_is_named_with_what_to_write(field: str) -> None:
    with pytest.raises(BadData) as refused:
        read_payment(json.dumps({**PAYMENT, field: WRONG_PAYMENT[field]}))
    assert {"order": "tips", "rules": "late_interest"}.get(field, field) in refused.value.what
    assert refused.value.remedy.startswith("Write ")


@pytest.mark.parametrize("field", TERMS)
def test_a_field_that_is_missing_is_named(field: str) -> None:
    with pytest.raises(BadData, match=field):
        read_terms(json.dumps({name: value for name, value in TERMS.items() if name != field}))


@pytest.mark.parametrize("text", ["", "- a list", "{a: [", "{currency: CNY, colour: red, principal: 1.00, rate_percent: 1, count: 1, paid_out_on: 2026-01-01}", json.dumps({**TERMS, "count": [1]})])
def test_what_is_no_document_of_terms_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        read_terms(text)


@pytest.mark.parametrize("row", ["x", {"due_on": "2026-01-01", "tip": "1.00"}, {"principal": "1.00"}, {"due_on": "2026-01-01", "fee": "-1.00"}])
def test_a_wrong_instalment_is_named_by_its_number(row: object) -> None:
    with pytest.raises(BadData, match="instalment 1"):
        read_payment(json.dumps({**PAYMENT, "instalments": [row]}))


def test_an_amount_in_yaml_keeps_every_digit() -> None:
    terms, _ = read_terms("{currency: CNY, principal: 90071992547409.93, rate_percent: 12, count: 1, paid_out_on: 2026-01-31}")
    assert terms.principal_minor == 9007199254740993
    assert schedule(terms)[-1].balance_minor == 0


def test_the_commands_answer_people_and_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "terms.json"
    file.write_text(json.dumps({**TERMS, "day_count": "30/360"}), encoding="utf-8")
    show_schedule(file, json=True)
    rows = json.loads(capsys.readouterr().out)["instalments"]
    assert [row["total_minor"] for row in rows] == [30754, 30754, 30754, 30752]
    file.write_text(json.dumps({**PAYMENT, "payment": "12.00", "rules": ["past_due_principal"], "direction": "vertical"}), encoding="utf-8")
    allocate(file, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said == {"currency": "CNY", "portions": [{"instalment": 1, "component": "principal", "amount_minor": 900}], "unallocated_minor": 300}


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="cannot be read"):
        show_schedule(tmp_path / "lost.yaml")
