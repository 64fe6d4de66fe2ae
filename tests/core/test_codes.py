"""Are codes the standard's, the same for everybody who has the secret, and nobody else's?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.core.codes import DIGITS, NoCode, code_of, decrypt, encrypt, message_of
from arrears.core.ids import ID_MAX

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY_128 = "2B7E151628AED2A6ABF7158809CF4F3C"
KEY_192 = KEY_128 + "EF4359D8D580AA4F"
KEY_256 = KEY_192 + "7F036D6F04FC6A94"
SAMPLES = [
    (KEY_128, 10, "", "0123456789", "2433477484"),
    (KEY_128, 10, "39383736353433323130", "0123456789", "6124200773"),
    (KEY_128, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (KEY_192, 10, "", "0123456789", "2830668132"),
    (KEY_192, 10, "39383736353433323130", "0123456789", "2496655549"),
    (KEY_192, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (KEY_256, 10, "", "0123456789", "6657667009"),
    (KEY_256, 10, "39383736353433323130", "0123456789", "1001623463"),
    (KEY_256, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]
"""Samples 1 to 9 of FF1, as NIST publishes them beside SP 800-38G."""


@pytest.mark.parametrize(("key", "radix", "tweak", "plain", "coded"), SAMPLES)
def test_the_cipher_gives_the_published_samples_and_takes_them_back(key, radix, tweak, plain, coded):
    digits = [LETTERS.index(letter) for letter in plain]
    found = encrypt(bytes.fromhex(key), radix, digits, bytes.fromhex(tweak))
    assert "".join(LETTERS[digit] for digit in found) == coded
    assert decrypt(bytes.fromhex(key), radix, found, bytes.fromhex(tweak)) == digits


@given(st.integers(1, ID_MAX))
def test_whoever_has_the_secret_reads_the_message_out_of_its_code_as_people_type_it(message_id):
    code = code_of("secret", message_id)
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "O").replace("1", "l")
    assert message_of("secret", typed) == message_id


@given(st.integers(1, ID_MAX), st.integers(0, DIGITS), st.integers(1, 31))
def test_one_mistyped_character_is_never_another_message(message_id, place, shift):
    from arrears.core.ids import ALPHABET

    code = code_of("secret", message_id)
    other = ALPHABET[(ALPHABET.index(code[place]) + shift) % 32]
    try:
        found = message_of("secret", code[:place] + other + code[place + 1 :])
    except NoCode:
        return
    assert found != message_id
    assert place < DIGITS and (ALPHABET.index(code[place]) - ALPHABET.index(other)) % 31 == 0, "only 0 for Z, which nobody takes for one another, escapes the check"


def test_codes_of_neighbouring_messages_have_nothing_in_common_and_another_home_has_others():
    codes = [code_of("secret", number) for number in range(1, 200)]
    assert len({code[:4] for code in codes}) > 190
    assert not set(codes) & {code_of("other", number) for number in range(1, 200)}


@pytest.mark.parametrize("typed", ["", "0", "0" * 14, "U" * 14, "../../etc/passwd", "x" * 10_000, "一二三四五六七八九十一二三四"])
def test_what_is_no_code_is_none(typed):
    with pytest.raises(NoCode):
        message_of("secret", typed)
