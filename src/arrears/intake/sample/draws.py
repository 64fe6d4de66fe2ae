"""Where does chance come from in an invented book? From the seed, a purpose and a running number; nothing else.

The mixing is SplitMix64 (Steele, Lea, Flood 2014): one multiplication chain a number, in columns, the same everywhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MASK = np.uint64(2**63 - 1)
PERMILLE_OF = 65_536
"""A share is compared with 16 bits of a draw."""


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser, in place: `words` must be the caller's own."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words ^= words >> np.uint64(31)
    return words


def draws(seed: int, purpose: str, numbers: Ints) -> NDArray[np.uint64]:
    """64 even bits for each running number; another purpose gives unrelated bits.

    >>> three = np.arange(3)
    >>> same, other = draws(1, "a", three) == draws(1, "a", three), draws(1, "a", three) == draws(2, "a", three)
    >>> bool(same.all()), bool(other.any())
    (True, False)
    """
    start = _mixed(np.array([(seed * 0x100000001B3 + zlib.crc32(purpose.encode())) % 2**64], dtype=np.uint64))
    return _mixed(numbers.astype(np.uint64) * _STEP + start)


def part(words: NDArray[np.uint64], place: int, below: int) -> Ints:
    """A number from 0 to `below` - 1 out of 16 of a draw's bits; `place` 0 to 3: one draw serves four questions.

    >>> drawn = np.array([0x0001_8000_0000_FFFF], dtype=np.uint64)
    >>> part(drawn, 2, 10), part(drawn, 0, 10)
    (array([5]), array([9]))
    """
    bits = (words >> np.uint64(16 * place)).astype(np.uint16).astype(np.int64)
    return (bits * below) >> 16


def chosen(words: NDArray[np.uint64], place: int, shares: Sequence[int]) -> Ints:
    """Which of several kinds, each with its share (any whole numbers), by the bits at `place`?"""
    total = sum(shares)
    limits = np.array([sum(shares[: kind + 1]) * PERMILLE_OF // total for kind in range(len(shares) - 1)])
    return np.searchsorted(limits, part(words, place, PERMILLE_OF), side="right").astype(np.int64)


def happens(words: NDArray[np.uint64], place: int, of_ten_thousand: int) -> NDArray[np.bool_]:
    """Does it happen, so many times in 10,000?"""
    return part(words, place, PERMILLE_OF) * 10_000 < of_ten_thousand * PERMILLE_OF


def invented_ids(seed: int, purpose: str, numbers: Ints) -> Ints:
    """Positive 63-bit ids for invented documents, different for different numbers of one purpose.

    Each step (add, multiply by an odd factor, shift and exclusive-or, all on 63 bits) can be undone, so none meet.
    """
    words = numbers.astype(np.uint64) + (draws(seed, purpose, np.zeros(1, np.int64)) & _MASK)
    for shift, factor in ((31, 0xBF58476D1CE4E5B9), (29, 0x94D049BB133111EB)):
        words &= _MASK
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words &= _MASK
    words ^= words >> np.uint64(32)
    return np.maximum(words.astype(np.int64), 1)
