"""Documents on the command line: what is right is answered, what is wrong is named with what to write."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as some

from arrears.cli.app import run_command
from arrears.cli.documents import LARGEST_BYTES
from arrears.core.problems import BadData, Refused
from arrears.engine.legal_figures import figures_of
from arrears.ledger.account.replay import replay
from arrears.ledger.documents.every import EVERY_DOCUMENT
from arrears.ledger.documents.reading import Document, FieldNotValid, Group, ListOf
from arrears.ledger.documents.terms import read_terms
from arrears.ledger.schedule.make import schedule
from arrears.ledger.value.loan_cost import cost_of_loan
from arrears.ledger.value.plans import compare
from arrears.ledger.value.rates import xirr
from tests.ledger.right_values import right_document
from tests.ledger.wrong_values import WRONG, Place, beside, places, put, without, wrong_values

PLACES = places()
BY_NAME = [pytest.param(place, id=f"{place.command}-{place.kind}-{place.named}".replace(" ", "_")) for place in PLACES]
TERMS = {"currency": "CNY", "principal": "1200.00", "rate_percent": "12", "count": "4", "paid_out_on": "2026-01-31"}
PAYMENT = {"currency": "CNY", "payment": "5.00", "paid_on": "2026-03-01", "instalments": [{"due_on": "2026-02-01", "interest": "1.00", "principal": "9.00"}]}


def read(place: Place, text: str) -> Any:
    stated = json.loads(text)
    stated.pop("kind", None)
    return place.document.made_of(stated)


@pytest.mark.parametrize("place", BY_NAME)
def test_a_wrong_value_of_any_field_is_named_with_what_to_write(place: Place) -> None:
    for value in wrong_values(place.form):
        with pytest.raises(FieldNotValid) as refused:
            read(place, place.written(put(value)))
        assert refused.value.field in (place.named, *(f"{name} of {place.named}" for name in getattr(place.form, "fields", {}))), str(value)[:80]
        assert refused.value.what.startswith(refused.value.field) and len(refused.value.what) < 200 and refused.value.what.isprintable()
        assert refused.value.remedy.startswith(f"Write {place.named} as ")


@pytest.mark.parametrize("place", BY_NAME)
def test_a_right_value_of_any_field_is_read(place: Place) -> None:
    read(place, place.written(lambda inside, key: inside.__setitem__(key, place.form.example)))


@pytest.mark.parametrize("place", [param for param in BY_NAME if param.values[0].needed])  # type: ignore[attr-defined]
def test_a_field_that_is_missing_is_named(place: Place) -> None:
    with pytest.raises(FieldNotValid) as refused:
        read(place, place.written(without))
    assert refused.value.field == place.named
    assert f"Write {place.named} as " in refused.value.remedy


@pytest.mark.parametrize("place", [param for param in BY_NAME if isinstance(param.values[0].path[-1], str)])  # type: ignore[attr-defined]
def test_a_field_that_nobody_knows_is_named_with_those_that_are_known(place: Place) -> None:
    with pytest.raises(FieldNotValid, match="colour") as refused:
        read(place, place.written(beside))
    assert str(place.path[-1]) in refused.value.remedy


def test_every_form_of_value_has_wrong_values() -> None:
    assert {type(place.form) for place in PLACES} == set(WRONG)


keys = some.sampled_from(sorted({str(place.path[-1]) for place in PLACES} | {"kind", "colour"}))
values = some.sampled_from(["CNY", "5", "5.00", "-5.00", "2026-02-01", "A", "principal", "", "nan", "1e400", "²", "\x00"]) | some.text("aé٣-.1 ", max_size=5)
anything = some.recursive(values, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(keys, inner, max_size=4), max_leaves=12)


@settings(max_examples=300)
@given(some.sampled_from(sorted(EVERY_DOCUMENT)), some.dictionaries(keys, anything, max_size=6), some.booleans())
def test_whatever_is_written_it_is_read_or_refused_in_words(which: tuple[str, str], stated: dict[str, Any], on_top: bool) -> None:
    document: Document[Any] = EVERY_DOCUMENT[which]
    try:
        made = document.made_of({**document.example, **stated} if on_top else stated)
    except BadData as refused:
        assert refused.what and refused.why and refused.remedy
        return
    answered(which, made)


@pytest.mark.parametrize("which", sorted({(place.command, place.kind) for place in PLACES}), ids="-".join)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=some.data())
def test_whatever_has_the_right_form_is_answered_or_refused_in_words(which: tuple[str, str], data: some.DataObject) -> None:
    document: Document[Any] = EVERY_DOCUMENT[which]
    stated = data.draw(right_document(document))
    try:
        made = document.made_of(stated)
    except BadData as refused:
        event("refused")
        assert refused.what and refused.remedy
        return
    event("answered")
    answered(which, made)


def answered(which: tuple[str, str], made: Any) -> None:
    """What the command does with what was read; no figure or no rate is an answer."""
    try:
        match which:
            case ("schedule", _):
                schedule(made.terms)
            case ("allocate", _):
                made.outcome(LAW)
            case (_, "cash_flows"):
                xirr(made.flows, made.timing)
            case (_, "loan"):
                cost_of_loan(made.terms, made.fees)
                made.ceiling_by(LAW)
            case (_, "plans"):
                compare(made.worked_out(), made.paying_now_minor, made.discount)
            case _:
                replay(made.terms, made.entries, date(2026, 6, 1))
    except Refused as refused:
        assert refused.what and refused.remedy


LAW = figures_of("china")[0]
NO_DOCUMENT = {
    "empty": "",
    "nothing but a remark": "# later\n",
    "a list": "- a list",
    "a single word": "terms",
    "not closed": "{a: [",
    "a key twice": "currency: CNY\ncurrency: USD\n",
    "a key twice inside": "{currency: CNY, instalments: [{due_on: 2026-01-01, due_on: 2026-01-02}]}",
    "a key that is a list": "{[a, b]: c}",
    "a reference": "a: &x [1]\nb: *x\n",
    "endless references": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "nested without end": "[" * 20_000,
    "a tab for an indent": "a:\n\t- b",
    "a control character": "a: \x07",
    "a tag of a language": "!!python/object:os.system {}",
    "two documents": "a: b\n---\nc: d\n",
    "a mapping tag on a text": "!!map abc",
}


@pytest.mark.parametrize("says", NO_DOCUMENT)
@pytest.mark.parametrize("command", sorted({command for command, _ in EVERY_DOCUMENT}))
def test_what_is_no_document_is_bad_data_for_every_command(command: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(NO_DOCUMENT[says], encoding="utf-8")
    assert run_command(["ledger", command, str(file)]) == 3
    said = capsys.readouterr()
    assert said.out == "" and "Traceback" not in said.err and len(said.err) < 1500
    assert "written twice" in said.err or "twice" not in says


@pytest.mark.parametrize(("command", "kind"), sorted({(place.command, place.kind) for place in PLACES}))
def test_every_field_is_named_on_the_command_line_too(command: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.json"
    for place in (one for one in PLACES if (one.command, one.kind) == (command, kind)):
        file.write_text(place.written(put(WRONG[type(place.form)][-1])), encoding="utf-8")
        assert run_command(["ledger", command, str(file)]) == 3
        said = capsys.readouterr()
        assert said.out == "" and place.named in " ".join(said.err.split()) and "Traceback" not in said.err


def _folder(file: Path) -> None:
    file.mkdir()


def _binary(file: Path) -> None:
    file.write_bytes(bytes(range(256)))


def _large(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(50_000_000)


def _pipe(file: Path) -> None:
    os.mkfifo(file)


@pytest.mark.parametrize(("make", "says"), [(lambda file: None, "is not there"), (_folder, "is a folder"), (_binary, "not text in UTF-8"), (_large, "50,000,000 bytes"), (_pipe, "no ordinary file")])
@pytest.mark.parametrize("command", sorted({command for command, _ in EVERY_DOCUMENT}))
def test_what_is_no_file_of_text_is_a_wrong_call_for_every_command(command: str, make: Any, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.yaml"
    make(file)
    assert run_command(["ledger", command, str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and says in " ".join(said.err.split())


def test_the_largest_document_that_can_be_written_fits_into_a_file() -> None:
    row = {"due_on": "2026-01-31", **dict.fromkeys(("costs", "penalty", "fee", "interest", "principal"), "90071992547409.93")}
    assert len(json.dumps([row] * 10_000)) < LARGEST_BYTES


def test_a_range_that_the_terms_refuse_is_told_of_the_field_as_it_is_written() -> None:
    for field, value in {"principal": "0.00", "rate_percent": "10001", "count": "0", "every": "0", "grace_principal": "4", "balloon": "1200.00", "first_due_on": "2026-01-30", "fixed_length_days": "0"}.items():
        with pytest.raises(FieldNotValid) as refused:
            read_terms(json.dumps({**TERMS, field: value}))
        assert refused.value.field == field and refused.value.remedy.startswith(f"Write {field} as ")
    with pytest.raises(FieldNotValid, match="count is “1200”"):
        read_terms(json.dumps({**TERMS, "count": "1200", "every": "12"}))


def test_an_instalment_that_was_agreed_chooses_the_engine_that_can_take_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(answer("schedule", {**TERMS, "count": "12", "instalment": "500.00"}, tmp_path, capsys, "--json"))["instalments"]
    assert [row["total_minor"] for row in rows[:-1]] == [50_000] * 2 and len(rows) == 3
    for field, value in {"instalment": "500.00", "ordinary_twelfth": "yes"}.items():
        with pytest.raises(FieldNotValid) as refused:
            read_terms(json.dumps({**TERMS, "engine": "progressive", field: value}))
        assert refused.value.field == field


def test_an_amount_in_yaml_keeps_every_digit() -> None:
    terms, _ = read_terms("{currency: CNY, principal: 90071992547409.93, rate_percent: 12, count: 1, paid_out_on: 2026-01-31}")
    assert terms.principal_minor == 9007199254740993
    assert schedule(terms)[-1].balance_minor == 0


def answer(command: str, stated: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    file = tmp_path / "document.json"
    file.write_text(json.dumps(stated), encoding="utf-8")
    assert run_command(["ledger", command, str(file), *more]) == 0
    return capsys.readouterr().out


def test_the_commands_answer_people_and_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(answer("schedule", {**TERMS, "day_count": "30/360"}, tmp_path, capsys, "--json"))["instalments"]
    assert [row["total_minor"] for row in rows] == [30754, 30754, 30754, 30752]
    assert "Interest in all" in answer("schedule", TERMS, tmp_path, capsys)
    asked = {**PAYMENT, "payment": "12.00", "rules": ["past_due_principal"], "direction": "vertical"}
    said = json.loads(answer("allocate", asked, tmp_path, capsys, "--json"))
    assert (said["portions"], said["unallocated_minor"]) == ([{"instalment": 1, "component": "principal", "amount_minor": 900}], 300)
    assert said["next_step"] == "complete_the_order"


def test_the_commands_answer_in_chinese_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "利息合计" in answer("schedule", TERMS, tmp_path, capsys, "--language", "zh")
    shown = answer("allocate", {**PAYMENT, "payment": "12.00"}, tmp_path, capsys, "--language", "zh")
    assert "多付 2.00：请向付款人发起退款。" in shown and "本金" in shown
    card = {"kind": "card_china", "currency": "CNY", "payment": "10.00", "paid_on": "2026-03-01", "days_past_due": "91", "principal": "50.00"}
    assert "依据 cn_card_principal_first_after_days" in answer("allocate", card, tmp_path, capsys, "--language", "zh")


def allocated(stated: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[list[list[Any]], int, str]:
    said = json.loads(answer("allocate", {"currency": "CNY", "paid_on": "2026-03-01", **stated}, tmp_path, capsys, "--json"))
    return [list(portion.values()) for portion in said["portions"]], said["unallocated_minor"], said["next_step"]


def test_what_is_due_comes_before_what_is_paid_ahead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ahead = [{"due_on": "2026-03-01", "interest": "1.00", "principal": "5.00"}, {"due_on": "2026-04-01", "fee": "2.00", "interest": "1.00", "principal": "5.00"}]
    stated = {"kind": "due_then_in_advance", "payment": "9.00", "instalments": ahead, "in_advance_order": ["interest", "principal", "fee"]}
    assert allocated(stated, tmp_path, capsys)[0] == [[1, "interest", 100], [1, "principal", 500], [2, "interest", 100], [2, "principal", 200]]
    stated["charges"] = [{"component": "fee", "due_on": "2026-03-01", "amount": "0.50"}, {"component": "fee", "due_on": "2026-03-02", "amount": "1.50"}]
    assert allocated(stated, tmp_path, capsys)[0] == [[1, "interest", 100], [1, "principal", 500], [2, "fee", 50], [2, "interest", 100], [2, "principal", 150]]


DEBTS = [
    {"name": "house", "due_on": "2026-01-01", "principal": "400.00", "secured": "yes"},
    {"name": "loan", "due_on": "2026-02-01", "interest": "10.00", "principal": "400.00", "rate_percent": "18"},
    {"name": "card", "due_on": "2026-02-01", "principal": "400.00", "disputed": "yes"},
]


@pytest.mark.parametrize(
    ("more", "portions", "left", "step"),
    [
        ({}, [["loan", "interest", 1000], ["loan", "principal", 40000], ["house", "principal", 9000]], 0, "nothing"),
        ({"designated": "house"}, [["house", "principal", 40000], ["loan", "interest", 1000], ["loan", "principal", 9000]], 0, "nothing"),
        ({"designated": "card"}, [], 50000, "ask_the_payer"),
        ({"agreed": ["house", "loan"]}, [["house", "principal", 40000], ["loan", "interest", 1000], ["loan", "principal", 9000]], 0, "nothing"),
        ({"agreed_inside": ["principal"], "payment": "405.00"}, [["loan", "principal", 40000], ["loan", "interest", 500]], 0, "nothing"),
        ({"payment": "900.00"}, [["loan", "interest", 1000], ["loan", "principal", 40000], ["house", "principal", 40000]], 9000, "ask_the_payer"),
    ],
)
def test_across_the_debts_of_one_person(more: dict[str, Any], portions: Any, left: int, step: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert allocated({"kind": "debts", "payment": "500.00", "debts": DEBTS, **more}, tmp_path, capsys) == (portions, left, step)


def test_a_card_in_china_turns_round_on_the_day_that_the_law_of_the_payments_day_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owed = {"kind": "card_china", "payment": "10.00", "interest": "4.00", "principal": "50.00"}
    assert allocated({**owed, "days_past_due": "90"}, tmp_path, capsys)[0] == [["", "interest", 400], ["", "principal", 600]]
    assert allocated({**owed, "days_past_due": "91"}, tmp_path, capsys)[0] == [["", "principal", 1000]]
    shown = answer("allocate", {"currency": "CNY", "paid_on": "2026-03-01", **owed, "days_past_due": "91"}, tmp_path, capsys)
    assert "cn_card_principal_first_after_days: 90 days" in shown and "single_source" in shown


def test_a_card_on_a_day_of_which_no_figure_is_known_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(json.dumps({"kind": "card_china", "currency": "CNY", "payment": "1.00", "paid_on": "2005-01-01", "days_past_due": "91", "principal": "5.00"}), encoding="utf-8")
    assert run_command(["ledger", "allocate", str(file)]) == 4


def test_a_card_in_the_united_states_pays_the_highest_rate_with_what_is_above_the_minimum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    balances = [{"name": "goods", "amount": "500.00", "rate_percent": "15"}, {"name": "cash", "amount": "100.00", "rate_percent": "25"}]
    stated = {"kind": "card_us", "currency": "USD", "payment": "50.00", "minimum": "20.00", "balances": balances}
    assert allocated(stated, tmp_path, capsys)[0] == [["goods", "principal", 2000], ["cash", "principal", 3000]]
    assert allocated({**stated, "minimum_order": ["cash", "goods"]}, tmp_path, capsys)[0] == [["cash", "principal", 5000]]
    assert allocated({**stated, "payment": "700.00"}, tmp_path, capsys)[1:] == (10000, "start_refund")


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"kind": "steam"}, "kind"),
        ({"kind": "debts", "debts": [*DEBTS, DEBTS[0]]}, "name of debt 4"),
        ({"kind": "debts", "debts": DEBTS, "designated": "boat"}, "designated"),
        ({"kind": "debts", "debts": DEBTS, "agreed": ["house", "boat"]}, "agreed"),
        ({"kind": "card_us", "minimum": "1.00", "balances": [{"name": "x", "amount": "1.00", "rate_percent": "1"}], "minimum_order": ["y"]}, "minimum_order"),
        ({"kind": "card_us", "minimum": "1.00", "balances": [{"name": n, "amount": "1.00", "rate_percent": "1"} for n in "xy"], "minimum_order": ["y"]}, "minimum_order"),
        ({"kind": "per_instalment", "instalments": [], "rules": ["due_fee"]}, "rules"),
        ({"instalments": [], "direction": "horizontal"}, "rules"),
    ],
)
def test_fields_that_do_not_fit_each_other_are_named(stated: dict[str, Any], field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "payment.json"
    file.write_text(json.dumps({"currency": "CNY", "payment": "5.00", "paid_on": "2026-03-01", **stated}), encoding="utf-8")
    assert run_command(["ledger", "allocate", str(file)]) == 3
    assert capsys.readouterr().err.startswith(field)


def test_a_row_of_a_list_that_is_no_group_is_named_by_its_number() -> None:
    place = next(place for place in PLACES if isinstance(place.form, Group) and place.named == "instalment 1")
    assert isinstance(place.document.fields["instalments"].form, ListOf)
    with pytest.raises(FieldNotValid, match="instalment 1 is “x”"):
        read(place, place.written(put("x")))


ACCOUNT_COMMANDS = ("balance", "quote", "statement", "redress")
PAGE_OF = {"schedule": "schedules.md", "allocate": "allocation.md", "value": "value.md", **dict.fromkeys(ACCOUNT_COMMANDS, "account_ledger.md")}


@pytest.mark.parametrize("command", sorted({command for command, _ in EVERY_DOCUMENT}))
def test_every_field_and_kind_is_described_on_the_page_of_its_command(command: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "algorithms" / PAGE_OF[command]).read_text(encoding="utf-8")
    named = {str(place.path[-1]) for place in PLACES if place.command == command and isinstance(place.path[-1], str)} | {kind for of, kind in EVERY_DOCUMENT if of == command}
    assert not sorted(name for name in named - {""} if f"`{name}`" not in page)


def test_the_documents_written_on_the_pages_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, page in PAGE_OF.items():
        text = (Path(__file__).parents[2] / "docs" / "algorithms" / page).read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", text.split("## Worked tables")[0], re.S)):
            (tmp_path / f"{command}{number}.yaml").write_text(block, encoding="utf-8")
            assert run_command(["ledger", command, str(tmp_path / f"{command}{number}.yaml")]) == 0, capsys.readouterr().err
