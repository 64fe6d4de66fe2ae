"""How do words become the bytes of a text message, and how many parts are they?

Two alphabets carry text: GSM 03.38 (3GPP TS 23.038, 6.2.1), 160 characters of seven bits, some of which (`€ [ ] { }`) count twice; and UCS-2, 70 characters
of sixteen bits, where what lies beyond the first plane (an emoji, rare Chinese characters) counts twice. A longer text goes in parts, each with a
header of six bytes that says which part it is (3GPP TS 23.040, 9.2.3.24.1), so that 153 or 67 characters are left. A pair is never cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SECOND = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}
_ESCAPE = 0x1B
_CODES = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != _ESCAPE} | {char: bytes([_ESCAPE, code]) for code, char in _SECOND.items()}

GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67
MOST_PARTS = 255
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


class Alphabet(StrEnum):
    """What does data coding 0 mean at a provider: what the networks use, or Latin-1 that the provider translates?"""

    GSM = "gsm"
    LATIN1 = "latin1"


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it goes out: the data coding (SMPP 3.4, 5.2.19), and the bytes of each part without its header."""

    coding: int
    parts: tuple[bytes, ...]


def gsm(text: str) -> bytes | None:
    """The text in GSM 03.38, one septet a byte; nothing where a character is not in it.

    >>> gsm("€ 5"), gsm("逾期")
    (b'\\x1be 5', None)
    """
    codes = [_CODES.get(char) for char in text]
    return None if None in codes else b"".join(code for code in codes if code is not None)


def ungsm(data: bytes) -> str:
    """The text of GSM septets, one a byte; what is not in the alphabet is shown as unreadable.

    >>> ungsm(b"\\x1be 5")
    '€ 5'
    """
    found, escaped = [], False
    for byte in data:
        if escaped:
            found.append(_SECOND.get(byte, _BASIC[byte & 0x7F]))
            escaped = False
        elif byte == _ESCAPE:
            escaped = True
        else:
            found.append(_BASIC[byte] if byte < 128 else UNREADABLE)
    return "".join(found)


def write(text: str, alphabet: Alphabet = Alphabet.GSM) -> Written:
    """The text in as few parts as carry it.

    >>> [(found.coding, len(found.parts)) for found in map(write, ("a" * 160, "a" * 161, "逾" * 70, "逾" * 71, "😀" * 35, "€" * 81))]
    [(0, 1), (0, 2), (8, 1), (8, 2), (8, 1), (0, 2)]

    Raises:
        ValueError: it is no text at all (half a pair), empty, or longer than 255 parts.
    """
    if not text:
        raise ValueError("nothing is written")
    septets = gsm(text)
    if septets is None:
        units = [char.encode("utf-16-be") for char in text]
        coding, limits, size = 8, (UCS2_ALONE, UCS2_PART), 2
    else:
        units = [_CODES[char] for char in text]
        coding, limits, size = 0, (GSM_ALONE, GSM_PART), 1
    parts = _packed(units, limits[0] * size)
    if len(parts) > 1:
        parts = _packed(units, limits[1] * size)
    if len(parts) > MOST_PARTS:
        raise ValueError("the text has too many parts")
    if coding == 0 and alphabet is Alphabet.LATIN1:
        return _in_latin1(text, parts)
    return Written(coding, tuple(parts))


def _in_latin1(text: str, parts: list[bytes]) -> Written:
    """The same parts in Latin-1; what of GSM is not in it goes in UCS-2."""
    try:
        return Written(0, tuple(ungsm(part).encode("latin-1") for part in parts))
    except UnicodeEncodeError:
        units = [char.encode("utf-16-be") for char in text]
        found = _packed(units, UCS2_ALONE * 2)
        return Written(8, tuple(found if len(found) == 1 else _packed(units, UCS2_PART * 2)))


def _packed(units: list[bytes], most: int) -> list[bytes]:
    parts, part, length = list[bytes](), list[bytes](), 0
    for unit in units:
        if length + len(unit) > most:
            parts.append(b"".join(part))
            part, length = [], 0
        part.append(unit)
        length += len(unit)
    parts.append(b"".join(part))
    return parts


def read(data: bytes, coding: int, alphabet: Alphabet = Alphabet.GSM) -> str:
    """The text of what a provider delivers in this data coding. It never fails: what cannot be read is shown as unreadable.

    >>> read("退订".encode("utf-16-be"), 8), read(b"STOP", 1), read(b"Adi\\xf3s", 3), read(b"\\x00", 0)
    ('退订', 'STOP', 'Adiós', '@')
    """
    if coding & 0xF0 == 0xF0:  # GSM message class (3GPP TS 23.038, 4): bit 2 says eight bits
        coding = 4 if coding & 0x04 else -1
    elif coding & 0xC0 == 0 and coding & 0x10:  # general coding with a message class
        coding = {0x00: -1, 0x04: 4, 0x08: 8}.get(coding & 0x0C, 4)
    match coding:
        case 8:
            return data.decode("utf-16-be", "replace")
        case 1:
            return data.decode("ascii", "replace")
        case 2 | 3 | 4:
            return data.decode("latin-1")
        case 6:
            return data.decode("iso8859-5", "replace")
        case 7:
            return data.decode("iso8859-8", "replace")
        case 0 if alphabet is Alphabet.LATIN1:
            return data.decode("latin-1")
        case _:
            return ungsm(data)
