"""Which code stands on a message, so that whoever holds it can ask whether it is genuine?

The code is the message's id, encrypted: 13 characters of Crockford's base 32 and a check character, the same form as ids have (`core.ids`). Without the
secret it cannot be told from chance, so nobody can guess the code of a message or see from a code when or in which order messages were written; with it
the id comes back, so no table of codes has to be written with every message. The cipher is FF1 (NIST SP 800-38G, 2016, algorithms 7 and 8) over 13
digits of radix 32: a permutation of 65 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from arrears.core.ids import ALPHABET, ID_MAX

DIGITS = 13
_ROUNDS = 10
_BLOCK = 16
_READ_AS = str.maketrans("OILoil", "011011")


class NoCode(ValueError):
    """What was typed is no code of ours; it may be mistyped."""


def code_of(home_secret: str, message_id: int) -> str:
    """The code of this message, under the home's secret.

    >>> code_of("a secret of this home", 7), code_of("a secret of this home", 8)
    ('E6P3426QTPN00S', 'YMZMPGHCRZEVN6')
    """
    assert 0 < message_id <= ID_MAX, f"not an id: {message_id}"
    digits = encrypt(_key(home_secret), 32, _digits_of(message_id))
    return "".join(ALPHABET[digit] for digit in digits) + _check(digits)


def message_of(home_secret: str, code: str) -> int:
    """Of which message is this code, as somebody typed it? Case, blanks and hyphens do not matter; O reads as 0, I and L as 1.

    That a message of this id was ever written is another question.

    >>> message_of("a secret of this home", "e6p3-426q-tpno-os")
    7

    Raises:
        NoCode: it is none, whatever messages there are.
    """
    plain = "".join(letter for letter in code if letter not in " -").translate(_READ_AS).upper()
    if len(plain) != DIGITS + 1 or any(letter not in ALPHABET for letter in plain):
        raise NoCode("not of the form of a code")
    digits = [ALPHABET.index(letter) for letter in plain[:-1]]
    if _check(digits) != plain[-1]:
        raise NoCode("the last character does not fit the others")
    found = _number(32, decrypt(_key(home_secret), 32, digits))
    if not 0 < found <= ID_MAX:
        raise NoCode("no message can have this code")
    return found


def grouped(code: str) -> str:
    """The code as it is read and typed most easily.

    >>> grouped("E6P3426QTPN00S")
    'E6P3-426Q-TPN0-0S'
    """
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def encrypt(key: bytes, radix: int, digits: Sequence[int], tweak: bytes = b"") -> list[int]:
    """FF1.Encrypt: these digits as others, of the same number and radix.

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> "".join(map(str, encrypt(key, 10, range(10))))
    '2433477484'
    """
    half = len(digits) // 2
    left, right = list(digits[:half]), list(digits[half:])
    for number in range(_ROUNDS):
        width = half if number % 2 == 0 else len(digits) - half
        mixed = (_number(radix, left) + _round(key, radix, len(digits), tweak, number, right)) % radix**width
        left, right = right, _in_radix(radix, mixed, width)
    return left + right


def decrypt(key: bytes, radix: int, digits: Sequence[int], tweak: bytes = b"") -> list[int]:
    """FF1.Decrypt: what `encrypt` was given."""
    half = len(digits) // 2
    left, right = list(digits[:half]), list(digits[half:])
    for number in reversed(range(_ROUNDS)):
        width = half if number % 2 == 0 else len(digits) - half
        mixed = (_number(radix, right) - _round(key, radix, len(digits), tweak, number, left)) % radix**width
        left, right = _in_radix(radix, mixed, width), left
    return left + right


def _round(key: bytes, radix: int, length: int, tweak: bytes, number: int, half: Sequence[int]) -> int:
    """Steps 6.i to 6.iv of the algorithm: a number out of one half of the digits."""
    longer = length - length // 2
    wide = -(-((radix**longer - 1).bit_length()) // 8)
    out = 4 * -(-wide // 4) + 4
    fixed = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, (length // 2) % 256]) + length.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    asked = tweak + bytes((-len(tweak) - wide - 1) % _BLOCK) + bytes([number]) + _number(radix, half).to_bytes(wide, "big")
    first = _last_block(key, fixed + asked)
    further = [_last_block(key, bytes(one ^ other for one, other in zip(first, place.to_bytes(_BLOCK, "big"), strict=True))) for place in range(1, -(-out // _BLOCK))]
    return int.from_bytes(b"".join([first, *further])[:out], "big")


def _last_block(key: bytes, text: bytes) -> bytes:
    """AES in CBC mode with a zero beginning: the last block stands for all of the text."""
    return Cipher(AES(key), CBC(bytes(_BLOCK))).encryptor().update(text)[-_BLOCK:]


def _key(home_secret: str) -> bytes:
    """256 bits out of the home's secret, for this use alone."""
    return sha256(b"arrears verification code\x00" + home_secret.encode()).digest()


def _check(digits: Sequence[int]) -> str:
    return ALPHABET[_number(32, digits) % 31]


def _digits_of(message_id: int) -> list[int]:
    return _in_radix(32, message_id, DIGITS)


def _number(radix: int, digits: Sequence[int]) -> int:
    value = 0
    for digit in digits:
        value = value * radix + digit
    return value


def _in_radix(radix: int, value: int, width: int) -> list[int]:
    found = []
    for _ in range(width):
        value, digit = divmod(value, radix)
        found.append(digit)
    return found[::-1]
