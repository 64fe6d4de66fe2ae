"""How is a personal value shown to somebody who may know that it exists, but has not asked to see it?

Enough to tell two people of a list apart, never enough to reach or name anybody. Letters are counted as readers see them: an accent or
a skin tone stays with what it belongs to. The number of stars says nothing about the length.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def masked_name(name: str) -> str:
    """A name: the first letter of each word; of a Chinese, Japanese or Korean name the first character, which is mostly the family's.

    >>> [masked_name(name) for name in ("李雷", "欧阳娜娜", "Anna Berg", "Zoë", "X", "Nguyễn Văn A", "김철수", "")]
    ['李*', '欧*', 'A*** B***', 'Z***', '***', 'N*** V*** ***', '김*', '']
    """
    words = unicodedata.normalize("NFC", name).split()
    if not words:
        return ""
    if _is_ideographic(words[0][0]):
        return f"{_letters(words[0])[0]}*" if len(_letters("".join(words))) > 1 else "*"
    return " ".join(_initial(word) for word in words)


def _initial(word: str) -> str:
    letters = _letters(word)
    return f"{letters[0]}***" if len(letters) > 1 else "***"


def masked_number(number: str) -> str:
    """A number of a customer, account or document: its last four signs, of short ones two, of very short ones none.

    >>> [masked_number(number) for number in ("6222021234567890", "C-10234", "L-1", "")]
    ['****7890', '****34', '****', '']
    """
    if not number:
        return ""
    return "****" + (number[-4:] if len(number) >= 8 else number[-2:] if len(number) >= 5 else "")


def masked_contact(channel: str | None, value: str) -> str:
    """A contact value, by what it looks like and by its channel.

    >>> [masked_contact("mobile", v) for v in ("13812345678", "+8613812345678", "138 1234 5678", "0755-1234567", "12345", "110")]
    ['138****5678', '+86****5678', '138****5678', '075****4567', '****45', '****']
    >>> masked_contact("email", "anna.berg@example.com"), masked_contact("email", "a@example.com"), masked_contact("post", "样例路 12 号"), masked_contact("post", "家")
    ('a***@example.com', '***@example.com', '样例****', '****')
    """
    if "@" in value:
        name, _, domain = value.rpartition("@")
        return f"{_initial(name) if name else '***'}@{domain}"
    plain = unicodedata.normalize("NFKC", value)
    signs = [sign for sign in plain if sign.isdigit() or sign == "+"]
    digits = "".join(signs[:1]) + "".join(sign for sign in signs[1:] if sign != "+")
    if channel in {"mobile", "landline", "phone", "sms"} or (channel != "post" and len(digits) * 2 > len(plain) and len(digits) >= 5):
        return _masked_digits(digits)
    letters = _letters(value.strip())
    return f"{''.join(letters[:2])}****" if len(letters) > 4 else "****"


def _masked_digits(digits: str) -> str:
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) >= 8:
        return f"{digits[:2]}****{digits[-2:]}"
    return f"****{digits[-2:]}" if len(digits) >= 5 else "****"


def _is_ideographic(sign: str) -> bool:
    name = unicodedata.name(sign, "")
    return name.startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA"))


def _letters(text: str) -> list[str]:
    """The letters of a text as a reader counts them: marks, joiners and what they join stay together."""
    letters: list[str] = []
    for sign in unicodedata.normalize("NFC", text):
        belongs = unicodedata.category(sign).startswith("M") or sign == _JOINER or 0x1F3FB <= ord(sign) <= 0x1F3FF
        if letters and (belongs or letters[-1].endswith(_JOINER)):
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters
