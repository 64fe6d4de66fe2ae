"""What is left of a value once it is masked: enough to tell two rows apart, never enough to name or reach anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.record.privacy.masking import masked_contact, masked_name, masked_number


@pytest.mark.parametrize(("name", "shown"), [
    ("李雷", "李*"), ("司马相如", "司*"), ("李", "*"), ("李 雷", "李*"), ("买买提·吐尔逊", "买*"), ("杭州样例贸易有限公司", "杭*"), ("山田 太郎", "山*"), ("홍길동", "홍*"),
    ("Anna Berg", "A*** B***"), ("anna-maria o'neill", "a*** o***"), ("Al", "A***"), ("Y", "***"), ("J. R. Smith", "J*** R*** S***"),
    ("e\u0301milie", "é***"), ("Åsa", "Å***"), ("محمد علي", "م*** ع***"), ("नीता शर्मा", "नी*** श***"), ("👩🏽‍🦰 Li", "*** L***"), ("   ", ""),
])
def test_names(name, shown):
    assert masked_name(name) == shown


@pytest.mark.parametrize(("channel", "value", "shown"), [
    ("mobile", "13812345678", "138****5678"), ("mobile", "１３８１２３４５６７８", "138****5678"), ("mobile", "+86 138 1234 5678", "+86****5678"), ("landline", "62701234", "62****34"),
    ("landline", "12345", "****45"), ("mobile", "1234", "****"), ("mobile", "", "****"), ("email", "ab@example.com", "a***@example.com"), ("email", "a@b.example", "***@b.example"),
    ("email", "@b.example", "***@b.example"), ("post", "北京市海淀区样例路 12 号", "北京****"), ("post", "A1", "****"), (None, "13812345678", "138****5678"),
])
def test_contact_values(channel, value, shown):
    assert masked_contact(channel, value) == shown


@pytest.mark.parametrize(("number", "shown"), [("6222021234567890", "****7890"), ("12345678", "****5678"), ("1234567", "****67"), ("12345", "****45"), ("1234", "****"), ("1", "****")])
def test_numbers(number, shown):
    assert masked_number(number) == shown


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Lo")), min_size=4, max_size=40))
def test_of_a_word_of_a_name_one_letter_is_left(word):
    assert len(masked_name(word).replace("*", "")) <= 4, "one letter with its marks"
    assert word[2:] not in masked_name(word)


@given(st.text(alphabet="0123456789", min_size=1, max_size=15))
def test_of_a_telephone_number_four_digits_at_least_are_hidden(digits):
    assert len(digits) - len(masked_contact("mobile", digits).replace("*", "")) >= min(3, len(digits))


@given(st.text(max_size=60))
def test_any_text_can_be_masked(text):
    for masked in (masked_name(text), masked_number(text), masked_contact("post", text), masked_contact("email", text), masked_contact("mobile", text)):
        assert isinstance(masked, str)
