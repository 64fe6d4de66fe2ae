"""A keeper of identities in memory, for stories about files without a database. Seals are real AES-GCM."""

from __future__ import annotations

import hashlib
import hmac
import os

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from arrears.intake.book.identities import NumberKind

_ID_MAX = 2**63 - 1


class KeeperInMemory:
    """Ids and keys live as long as the object: two imports with one keeper are two nights of one lender."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str, str], int] = {}
        self.keys: dict[int, bytes] = {}
        self.asked: list[int] = []

    def resolve(self, kind: NumberKind, namespace: str, numbers: pa.Array) -> pa.Array:
        return pa.array([self.ids.get((kind, namespace, number)) for number in numbers.to_pylist()], pa.int64())

    def resolve_or_create(self, kind: NumberKind, namespace: str, numbers: pa.Array, party_ids: pa.Array | None = None) -> pa.Array:
        listed = numbers.to_pylist()
        assert len(set(listed)) == len(listed), "numbers are asked for once"
        assert (party_ids is not None) == (kind == "account")
        self.asked.append(len(listed))
        for number in listed:
            if (kind, namespace, number) not in self.ids:
                self.ids[kind, namespace, number] = int.from_bytes(os.urandom(8), "big") & _ID_MAX or 1
        found = [self.ids[kind, namespace, number] for number in listed]
        if kind == "party":
            self.keys |= {one: os.urandom(32) for one in found if one not in self.keys}
        return pa.array(found, pa.int64())

    def keyed_id(self, kind: str, namespace: str, numbers: pa.Array) -> pa.Array:
        return pa.array([self._keyed(f"{kind}\x1f{namespace}\x1f{number}") for number in numbers.to_pylist()], pa.int64())

    def _keyed(self, text: str) -> int:
        return int.from_bytes(hmac.digest(b"institution", text.encode(), hashlib.sha256)[:8], "big") & _ID_MAX

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str) -> pa.Array:
        return pa.array(
            [self._seal(party, text, what) for party, text in zip(party_ids.to_pylist(), plaintexts.to_pylist(), strict=True)], pa.binary()
        )

    def _seal(self, party: int, text: bytes, what: str) -> bytes:
        nonce = os.urandom(12)
        return b"\x01" + nonce + AESGCM(self.keys[party]).encrypt(nonce, text, f"party:{party}:{what}".encode())

    def unseal(self, party: int, sealed: bytes, what: str) -> bytes:
        return AESGCM(self.keys[party]).decrypt(sealed[1:13], sealed[13:], f"party:{party}:{what}".encode())
