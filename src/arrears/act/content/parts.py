"""Of how many parts does a text message consist?

GSM 03.38 (3GPP TS 23.038): 160 septets alone, 153 in a part; one character outside it makes the whole message UCS-2: 70 alone, 67 in a part.
"""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_PART, UCS2_ALONE, UCS2_PART = 160, 153, 70, 67


def parts_of(text: str) -> int:
    """How many parts? A character that takes two places is never cut.

    >>> parts_of("a" * 160), parts_of("a" * 161), parts_of("逾" * 70), parts_of("逾" * 134), parts_of("逾" * 135), parts_of("€" * 81)
    (1, 2, 1, 2, 3, 2)
    """
    gsm = all(char in _BASIC or char in _TWICE for char in text)
    sizes = [2 if (char in _TWICE if gsm else ord(char) > 0xFFFF) else 1 for char in text]
    alone, part = (GSM_ALONE, GSM_PART) if gsm else (UCS2_ALONE, UCS2_PART)
    if sum(sizes) <= alone:
        return 1
    count, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            count, filled = count + 1, 0
        filled += size
    return count
