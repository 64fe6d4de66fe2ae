"""What is put into a template is written exactly, or refused with the name of the variable; nothing in a value becomes a link, a command or half a message."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.act.content.rendering import render
from arrears.act.content.samples import usual
from arrears.act.content.shipped import shipped_templates
from arrears.act.content.values import Amounts, Money, Neutral, Sender, ValueNotUsable, cleaned, day_text, money_text
from arrears.act.content.vocabulary import LOCALES, Capacity, Item
from arrears.check.conduct.words import Product
from arrears.core.money import as_decimal

SHIPPED = shipped_templates()
LETTER = SHIPPED["reminder", "en"]


@given(st.integers(0, 10**13), st.sampled_from(["CNY", "USD", "EUR", "GBP", "JPY", "KWD", "MXN"]), st.sampled_from(LOCALES))
def test_an_amount_loses_no_cent(minor: int, currency: str, locale: str) -> None:
    said = money_text(Money(minor, currency), locale)
    digits = "".join(char for char in said if char in "0123456789.,")
    comma = locale == "es" and currency not in ("USD", "MXN", "CNY", "GBP", "JPY")
    plain = digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")
    assert Decimal(plain) == as_decimal(minor, currency)
    assert said.isprintable() and "\N{NO-BREAK SPACE}" not in said


@given(st.text(max_size=100))
def test_a_name_of_any_characters_becomes_one_line_without_controls_directions_or_links(name: str) -> None:
    said = cleaned(name)
    assert not {unicodedata.category(char) for char in said} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert "\n" not in said and "://" not in said and "@" not in said and "/" not in said and cleaned(said) == said


@pytest.mark.parametrize(("name", "read"), [
    ("李", "李"), ("O'Neill", "O'Neill"), ("Ana 😀", "Ana 😀"), ("𠮷野家", "𠮷野家"), ("\u202eמשה\u202c", "משה"), ("a\x00b\x1b[31mc", "ab[31mc"), ("Zoe\u0301", "Zoé"),
    ("www.evil.example", "evil. example"), ("pay@evil.example", "pay evil. example"), ("J. R. Li", "J. R. Li"), ("\ue123文", "〓文"), ("\U0003134a", "\U0003134a"), ("  a \t b ", "a b"),
])
def test_names_of_the_field(name: str, read: str) -> None:
    assert cleaned(name) == read
    assert render(LETTER, usual(LETTER) | {"name": name}).text.startswith(f"Dear {read},")


def test_what_looks_like_a_variable_in_a_name_is_not_one() -> None:
    assert render(LETTER, usual(LETTER) | {"name": "{code} {amount_due}"}).text.startswith("Dear {code} {amount_due},")


@pytest.mark.parametrize(("name", "value"), [
    ("name", "x" * 121), ("name", ""), ("name", "\u200b\u202e"), ("name", 7), ("amount_due", "12.00"), ("amount_due", 12), ("amount_due", 12.5), ("oldest_due_on", "2026-03-02"),
    ("account_tail", "123456789"), ("account_tail", "4"), ("account_tail", "<b>"), ("code", "a b"), ("verify_link", "http://bank.example/v/1"), ("verify_link", "https://bank@evil.example"),
    ("verify_link", "https://bank.example/#x"), ("verify_link", "javascript:1"), ("phone", "call me"), ("phone", "+" + "1" * 30), ("help_lines", ()), ("help_lines", ("x" * 121,)),
    ("help_lines", tuple("x" for _ in range(13))), ("help_lines", "one"), ("product", "loan"), ("sender", "Example Bank"), ("hours", "Pay immediately or else"),
])
def test_a_value_that_does_not_fit_is_refused_and_only_its_variable_is_named(name: str, value: object) -> None:
    with pytest.raises(ValueNotUsable) as refusal:
        render(LETTER, usual(LETTER) | {name: value})
    assert f"{{{name}}}" in str(refusal.value) and (len(str(value)) < 4 or str(value) not in str(refusal.value))


@pytest.mark.parametrize("name", LETTER.variables)
def test_a_missing_value_is_refused_and_named(name: str) -> None:
    with pytest.raises(ValueNotUsable, match=f"no value for {{{name}}}"):
        render(LETTER, {key: value for key, value in usual(LETTER).items() if key != name})


@pytest.mark.parametrize(("locale", "name"), [("en", "Swift Debt Recovery"), ("en", "Collections Ltd"), ("es", "Cobros Rápidos S. L."), ("zh-CN", "安信清收公司"), ("zh-CN", "某某贷款公司")])
def test_a_lender_whose_name_tells_of_a_debt_cannot_use_it_where_nothing_may_be_told(locale: str, name: str) -> None:
    template = SHIPPED["contact_request_text", locale]
    with pytest.raises(ValueNotUsable, match="neutral_sender.*tells of a debt"):
        render(template, usual(template) | {"neutral_sender": Neutral(name, is_lawful=True)})
    assert render(template, usual(template) | {"name": name}).text, "what a person is called tells nothing"


def test_the_sender_decides_which_marks_are_true() -> None:
    of = {capacity: render(LETTER, usual(LETTER) | {"sender": Sender(capacity, "Harbour", "Bank")}).marks for capacity in Capacity}
    assert of[Capacity.AGENCY] - of[Capacity.OWN_NAME] == {"collector_disclosed"}
    assert of[Capacity.AGENCY_FIRST] - of[Capacity.AGENCY] == {"purpose_disclosed", "first_communication"} == of[Capacity.BUYER_FIRST] - of[Capacity.BUYER]
    neutral = SHIPPED["contact_request", "en"]
    said = [render(neutral, usual(neutral) | {"neutral_sender": Neutral("Fairway Services", is_lawful=lawful)}).marks for lawful in (True, False)]
    assert said[0] - said[1] == {"institution_named"}


@pytest.mark.parametrize("rows", [((Item.INTEREST, 2_449), (Item.FEES, 0), (Item.PAYMENTS, -5_000)), ()])
def test_a_validation_notice_that_does_not_add_up_is_not_written(rows: tuple[tuple[Item, int], ...]) -> None:
    notice = SHIPPED["us_validation_notice", "en"]
    assert "$11,174.50" in render(notice, usual(notice)).text
    with pytest.raises(ValueNotUsable, match="do not make"):
        render(notice, usual(notice) | {"itemisation": Amounts(rows, "USD")})


def test_every_kind_of_debt_has_a_name_in_every_language() -> None:
    for locale in LOCALES:
        letter = SHIPPED["reminder", locale]
        assert len({render(letter, usual(letter) | {"product": product}).text for product in Product}) == len(Product)


def test_a_day_is_never_taken_for_another() -> None:
    assert {day_text(date(2026, 3, 4), locale) for locale in LOCALES} == {"2026年3月4日", "4 March 2026", "4 de marzo de 2026"}
