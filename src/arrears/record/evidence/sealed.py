"""How is a large file sealed so that nobody can cut it off, drop a part or swap two, and how is it read again piece by piece?

A sealed file is a header of 37 bytes and chunks. Header: `ARREARSE`, version (1 byte), length of a chunk's plaintext (4 bytes), length of
the whole plaintext (8 bytes), salt (16 bytes), all numbers big-endian. Chunk: AES-256-GCM ciphertext and tag (16 bytes more than the
plaintext); all chunks but the last are full; an empty file has one empty chunk.

The file's key is HKDF-SHA256 of the person's key with the salt, for this person and this piece of evidence: sealed bytes open nowhere
else. The nonce is the chunk's place from 0; it never repeats under one key, since a fresh salt makes a fresh key. Each chunk is
authenticated together with the header, so with the length of the whole, and with its place. Memory: one chunk, however long the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from arrears.core.problems import Refused

MAGIC = b"ARREARSE"
VERSION = 1
CHUNK_BYTES = 1 << 20
SALT_BYTES = 16
_HEADER = struct.Struct(">8sBIQ16s")
HEADER_BYTES = _HEADER.size
TAG_BYTES = 16
MOST_CHUNK_BYTES = 1 << 26
"""A header that names longer chunks is not believed: it would make the reader hold them."""


class NotAuthentic(Refused):
    """Sealed bytes are not what was sealed for this person and this piece of evidence."""


class Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Meant:
    """For whom and for what is a file sealed? Opened for anything else it is noise."""

    party_id: int
    evidence_id: int

    @property
    def info(self) -> bytes:
        """The words that go into the file's key."""
        return b"arrears evidence 1|party:%d|evidence:%d" % (self.party_id, self.evidence_id)


def sealed_bytes_of(plain_bytes: int, chunk_bytes: int = CHUNK_BYTES) -> int:
    """How long is a file of so many bytes once it is sealed?

    >>> sealed_bytes_of(0), sealed_bytes_of(1), sealed_bytes_of(CHUNK_BYTES + 1) - CHUNK_BYTES
    (53, 54, 70)
    """
    return HEADER_BYTES + plain_bytes + TAG_BYTES * _chunks_of(plain_bytes, chunk_bytes)


def seal_file(source: Readable, plain_bytes: int, key: bytes, meant: Meant, salt: bytes, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Seal exactly `plain_bytes` bytes read from `source`, piece by piece.

    Args:
        key: the person's key, 32 bytes.
        salt: 16 bytes that were never used with this key before (`os.urandom`).

    Raises:
        NotAuthentic: the source holds fewer or more bytes.

    >>> import io
    >>> sealed = b"".join(seal_file(io.BytesIO(b"it rained"), 9, bytes(32), Meant(1, 2), bytes(16)))
    >>> b"".join(open_file(io.BytesIO(sealed), bytes(32), Meant(1, 2)))
    b'it rained'
    """
    assert len(salt) == SALT_BYTES, f"a salt has {SALT_BYTES} bytes"
    header = _HEADER.pack(MAGIC, VERSION, chunk_bytes, plain_bytes, salt)
    cipher = _cipher(key, meant, salt)
    yield header
    left = plain_bytes
    for place in range(_chunks_of(plain_bytes, chunk_bytes)):
        piece = _exactly(source, min(chunk_bytes, left))
        left -= len(piece)
        yield cipher.encrypt(_nonce(place), piece, header + _place(place))
    if source.read(1):
        raise _changed("there are more bytes in it than were counted")


def open_file(sealed: Readable, key: bytes, meant: Meant) -> Iterator[bytes]:
    """The plaintext, piece by piece, each checked before it is handed out; the end is checked too.

    Raises:
        NotAuthentic: any byte differs, chunks are missing, swapped or too many, or it was sealed for something else.
    """
    header = sealed.read(HEADER_BYTES)
    chunk_bytes, plain_bytes, salt = _read_header(header)
    cipher = _cipher(key, meant, salt)
    left = plain_bytes
    for place in range(_chunks_of(plain_bytes, chunk_bytes)):
        length = min(chunk_bytes, left)
        left -= length
        try:
            yield cipher.decrypt(_nonce(place), _exactly(sealed, length + TAG_BYTES), header + _place(place))
        except InvalidTag as wrong:
            raise _changed(f"part {place + 1} does not open") from wrong
    if sealed.read(1):
        raise _changed("something was appended")


def _read_header(header: bytes) -> tuple[int, int, bytes]:
    if len(header) < HEADER_BYTES:
        raise _changed("its head is cut off")
    magic, version, chunk_bytes, plain_bytes, salt = _HEADER.unpack(header)
    if magic != MAGIC:
        raise _changed("it does not begin as a sealed file does")
    if version != VERSION:
        raise _changed(f"it is of form {version}, and this version of arrears reads form {VERSION}")
    if not 0 < chunk_bytes <= MOST_CHUNK_BYTES:
        raise _changed("its head names parts of an impossible length")
    return chunk_bytes, plain_bytes, salt


def _cipher(key: bytes, meant: Meant, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=meant.info).derive(key))


def _chunks_of(plain_bytes: int, chunk_bytes: int) -> int:
    return max(1, -(-plain_bytes // chunk_bytes))


def _nonce(place: int) -> bytes:
    return place.to_bytes(12, "big")


def _place(place: int) -> bytes:
    return place.to_bytes(8, "big")


def _exactly(source: Readable, length: int) -> bytes:
    piece = _up_to(source, length)
    if len(piece) != length:
        raise _changed("it is cut off")
    return piece


def _up_to(source: Readable, length: int) -> bytes:
    """Read until `length` bytes are there or the source ends: one call may answer fewer."""
    piece = source.read(length)
    if len(piece) == length:
        return piece
    parts = [piece]
    missing = length - len(piece)
    while parts[-1] and missing:
        parts.append(source.read(missing))
        missing -= len(parts[-1])
    return b"".join(parts)


def _changed(how: str) -> NotAuthentic:
    return NotAuthentic(f"The file is not what was sealed: {how}.", "Nothing of it from there on can be trusted, so it is not handed out.",
                        "Take it from a backup or, in a bucket with object lock, from its earlier version.")
