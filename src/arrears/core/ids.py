"""How is one person, account or case named?

Inside, an id is a positive 63-bit integer: it sorts, joins and groups at the speed of a machine word, which a book of
10⁸ accounts needs. Outside (pages, commands, letters) it is a text of 14 characters in Crockford's base 32, the last one
a check character, so that a misread digit is noticed. Ids are random (made in `arrears.casefile.store`) or, for cases,
derived from the person's random id; they never carry meaning.

Source of the alphabet and the check: Douglas Crockford, "Base 32" (2002); the check here is the value modulo 31.
"""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_BITS = 63
ID_MAX = 2**ID_BITS - 1
_DIGITS = 13
_READ_AS = str.maketrans("OILoil", "011011")


class IdNotValid(ValueError):
    """The text is not one of our ids; the message says what is wrong with it."""


def id_text(identifier: int) -> str:
    """How do we show this id to people?

    >>> id_text(1)
    '00000000000011'
    >>> id_text(2**63 - 1)
    '7ZZZZZZZZZZZZ7'
    """
    assert 0 < identifier <= ID_MAX, f"not an id: {identifier}"
    digits = "".join(ALPHABET[(identifier >> (5 * place)) & 31] for place in reversed(range(_DIGITS)))
    return digits + ALPHABET[identifier % 31]


def parse_id(text: str) -> int:
    """Which id did this person type or paste? Upper or lower case, hyphens and blanks do not matter, O reads as 0, I and L as 1.

    >>> parse_id("0000-0000-0000-11")
    1
    >>> parse_id("00000000000012")
    Traceback (most recent call last):
    ...
    arrears.core.ids.IdNotValid: What was typed is not an id of ours: its last character does not fit the others. Look for a mistyped one.
    """
    plain = "".join(ch for ch in text if ch not in " -").translate(_READ_AS).upper()
    if len(plain) != _DIGITS + 1 or any(ch not in ALPHABET for ch in plain):
        raise IdNotValid(f"What was typed is not an id of ours: an id has {_DIGITS + 1} letters and digits.")
    value = 0
    for character in plain[:-1]:
        value = value * 32 + ALPHABET.index(character)
    if not 0 < value <= ID_MAX or ALPHABET[value % 31] != plain[-1]:
        raise IdNotValid("What was typed is not an id of ours: its last character does not fit the others. Look for a mistyped one.")
    return value


def case_id_of(book: str, party_id: int) -> int:
    """Which case holds this person's debts in this book?

    Derived, not drawn, so that a repeated nightly run names the same cases with the same bytes. The person's id is random
    already, so nothing about the person can be guessed from it. `CASE_ID_SQL` in `arrears.core.book` says the same in columns.

    >>> case_id_of("main", 42)
    2523556381870963464
    """
    digest = hashlib.sha256(f"case:{book}:{party_id}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") & ID_MAX) or 1
