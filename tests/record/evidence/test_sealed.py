"""A sealed file opens whole and for whom it is meant, or not at all."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.record.evidence.sealed import (
    CHUNK_BYTES,
    HEADER_BYTES,
    TAG_BYTES,
    Meant,
    NotAuthentic,
    open_file,
    seal_file,
    sealed_bytes_of,
)

KEY, MEANT, SALT = bytes(range(32)), Meant(7, 11), bytes(16)
SMALL = 8
"""Bytes in a chunk: many chunks out of few bytes."""


def sealed(plain: bytes, chunk: int = SMALL, salt: bytes = SALT) -> bytes:
    return b"".join(seal_file(io.BytesIO(plain), len(plain), KEY, MEANT, salt, chunk))


def opened(content: bytes, key: bytes = KEY, meant: Meant = MEANT) -> bytes:
    return b"".join(open_file(io.BytesIO(content), key, meant))


@given(st.binary(max_size=200), st.integers(1, 64), st.binary(min_size=16, max_size=16))
def test_what_was_sealed_opens_again_and_is_as_long_as_was_said(plain: bytes, chunk: int, salt: bytes) -> None:
    content = sealed(plain, chunk, salt)
    assert opened(content) == plain and len(content) == sealed_bytes_of(len(plain), chunk)


@given(st.binary(max_size=60), st.data())
def test_any_one_bit_that_changes_is_noticed(plain: bytes, data: st.DataObject) -> None:
    content = bytearray(sealed(plain))
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NotAuthentic):
        opened(bytes(content))


@given(st.binary(max_size=60), st.data())
def test_a_file_cut_off_anywhere_is_noticed(plain: bytes, data: st.DataObject) -> None:
    content = sealed(plain)
    with pytest.raises(NotAuthentic):
        opened(content[: data.draw(st.integers(0, len(content) - 1))])


def chunks(content: bytes) -> list[bytes]:
    size = SMALL + TAG_BYTES
    return [content[start : start + size] for start in range(HEADER_BYTES, len(content), size)]


@given(st.binary(min_size=3 * SMALL, max_size=10 * SMALL), st.data())
def test_parts_that_are_dropped_repeated_or_swapped_are_noticed(plain: bytes, data: st.DataObject) -> None:
    content = sealed(plain)
    parts = chunks(content)
    wrong = data.draw(st.permutations(parts).filter(lambda some: some != parts) | st.lists(st.sampled_from(parts), max_size=len(parts) + 2).filter(lambda some: some != parts))
    with pytest.raises(NotAuthentic):
        opened(content[:HEADER_BYTES] + b"".join(wrong))


def test_a_part_of_another_file_of_the_same_person_does_not_fit_in() -> None:
    one, other = sealed(b"a" * 24), sealed(b"b" * 24, salt=bytes([1] * 16))
    with pytest.raises(NotAuthentic):
        opened(one[:HEADER_BYTES] + b"".join([chunks(other)[0], *chunks(one)[1:]]))


@pytest.mark.parametrize(("key", "meant"), [(bytes(32), MEANT), (KEY, Meant(8, 11)), (KEY, Meant(7, 12))])
def test_another_key_person_or_piece_of_evidence_opens_nothing(key: bytes, meant: Meant) -> None:
    with pytest.raises(NotAuthentic):
        opened(sealed(b"it rained"), key, meant)


def test_a_file_that_grew_or_shrank_after_it_was_counted_is_not_sealed() -> None:
    for said in (5, 20):
        with pytest.raises(NotAuthentic):
            b"".join(seal_file(io.BytesIO(b"it rained"), said, KEY, MEANT, SALT))


def test_a_newer_form_is_refused_with_its_number() -> None:
    content = bytearray(sealed(b"x"))
    content[8] = 2
    with pytest.raises(NotAuthentic, match="form 2"):
        opened(bytes(content))


def test_a_recording_of_sixty_megabytes_is_sealed_and_opened_with_a_few_in_memory() -> None:
    length = 60 * CHUNK_BYTES

    class Endless:
        """Silence, without holding it."""

        left = length

        def read(self, size: int = -1) -> bytes:
            given = min(size, self.left)
            self.left -= given
            return bytes(given)

    class Pipe:
        """What is sealed is opened at once, so that neither is ever whole."""

        def __init__(self) -> None:
            self.pieces, self.waiting = seal_file(Endless(), length, KEY, MEANT, SALT), b""

        def read(self, size: int = -1) -> bytes:
            while len(self.waiting) < size and (piece := next(self.pieces, b"")):
                self.waiting += piece
            taken, self.waiting = self.waiting[:size], self.waiting[size:]
            return taken

    tracemalloc.start()
    total = sum(len(piece) for piece in open_file(Pipe(), KEY, MEANT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == length and peak < 12 * CHUNK_BYTES
