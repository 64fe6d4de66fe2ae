"""Who can read a person's name? Whoever has that person's key; and that key opens only with the envelope key.

The envelope key comes from a file (mode 0600) or from `ARREARS_ENVELOPE_KEY`, 32 bytes in base64. Each person has a key of their own,
wrapped under it in `party_keys`; erasing the row makes all that it sealed unreadable, wherever copies lie. Sealed bytes are: version
byte 0x01, nonce of 12 bytes, AES-GCM ciphertext and tag; the associated data names person and use, so sealed bytes cannot be moved.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from arrears.core.problems import Refused

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
ENVIRONMENT = "ARREARS_ENVELOPE_KEY"


class KeyRefused(Refused):
    """The envelope key is missing or not usable."""


class Unreadable(Refused):
    """Sealed bytes cannot be opened: the person was erased, the key is another one, or the bytes were changed."""


def make_envelope_key(path: Path) -> None:
    """Write a new envelope key to `path`, mode 0600; an existing file is never overwritten (FileExistsError)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")


def load_envelope_key(path: Path | None) -> bytes:
    """Which envelope key holds here? The environment's if set, else the file's. Raises `KeyRefused` with what to do."""
    from_environment = os.environ.get(ENVIRONMENT)
    if from_environment:
        return _decode(from_environment, ENVIRONMENT)
    if path is None or not path.is_file():
        raise KeyRefused(
            f"There is no envelope key: neither the file {path} nor {ENVIRONMENT}.", "Names and contacts cannot be read or written.",
            "Restore the file from your backup, or set the variable. A new key cannot open what an old one sealed.")
    if path.stat().st_mode & 0o077:
        raise KeyRefused(f"Others on this machine may read the envelope key {path}.", "It opens every name in the book.", f"Run: chmod 600 {path}")
    return _decode(path.read_text(), str(path))


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyRefused(f"The envelope key in {source} is not {KEY_BYTES} bytes in base64.", "Names and contacts cannot be read or written.",
                         "Restore it from your backup.")
    return key


def default_vault() -> Vault:
    """The vault of this process: the key file named by the setting `ARREARS_ENVELOPE_KEY_FILE`, or the environment."""
    path = getattr(settings, "ARREARS_ENVELOPE_KEY_FILE", None)
    return Vault(load_envelope_key(Path(path) if path else None))


class Vault:
    """Seals and opens personal fields. Holds the envelope key only; people's keys are read when needed and not kept."""

    def __init__(self, envelope_key: bytes) -> None:
        self._envelope = AESGCM(envelope_key)

    def new_key(self) -> bytes:
        """Draw a key of 32 bytes."""
        return os.urandom(KEY_BYTES)

    def wrap(self, key: bytes, purpose: bytes) -> bytes:
        """Seal a key under the envelope key, for one purpose."""
        return _seal(self._envelope, key, purpose, os.urandom(_NONCE_BYTES))

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """Open a wrapped key; `Unreadable` where the envelope key is another one or the purpose does not fit."""
        return _open(self._envelope, wrapped, purpose)

    def new_party_keys(self, party_ids: Iterable[int]) -> dict[int, bytes]:
        """Make and keep a key for each of these new people, set-wise; answers the keys, for sealing at once."""
        from arrears.casefile.store import sets

        ids = [int(party_id) for party_id in party_ids]
        keys = dict(zip(ids, _pieces(KEY_BYTES, len(ids)), strict=True))
        nonces = _pieces(_NONCE_BYTES, len(ids))
        wrapped = [_seal(self._envelope, keys[i], b"party:%d:key" % i, nonce) for i, nonce in zip(ids, nonces, strict=True)]
        sets.insert("party_keys", pa.table({"party_id": pa.array(ids, pa.int64()), "wrapped_key": pa.array(wrapped, pa.binary())}))
        return keys

    def party_keys(self, party_ids: pa.Array) -> dict[int, bytes]:
        """The keys of these people; whoever was erased is missing."""
        from arrears.casefile.store import sets

        rows = sets.lookup("SELECT k.party_id, k.wrapped_key FROM wanted w JOIN party_keys k USING (party_id)", party_ids.unique(), "party_id")
        return {party: _open(self._envelope, wrapped, b"party:%d:key" % party) for party, wrapped in rows}

    def party_key(self, party_id: int) -> bytes:
        """The key of one person; `Unreadable` where there is none (any more)."""
        key = self.party_keys(pa.array([party_id], pa.int64())).get(party_id)
        if key is None:
            raise Unreadable("There is no key for this person.", "The person was erased, or belongs to another institution.", "Nothing can be read.")
        return key

    def seal(self, party_id: int, plaintext: bytes, what: str) -> bytes:
        """Seal one field of one person; `what` names the field (`name`, `reason` …)."""
        return seal_with(self.party_key(party_id), party_id, plaintext, what)

    def unseal(self, party_id: int, sealed: bytes, what: str) -> bytes:
        """Open what `seal` made; `Unreadable` where person, field or bytes do not fit."""
        return unseal_with(self.party_key(party_id), party_id, sealed, what)

    def seal_many(self, party_ids: pa.Array, plaintexts: pa.Array, what: str, keys: Mapping[int, bytes] | None = None) -> pa.Array:
        """Seal a column: one text or bytes a row, under the key of the row's person. NULL stays NULL.

        `keys` spares reading them where `new_party_keys` has just answered them; people missing there are looked up.
        """
        keys = self._complete(party_ids, keys)
        nonces = iter(_pieces(_NONCE_BYTES, len(party_ids)))
        ciphers = _Ciphers(keys)
        aad = b"party:%d:" + what.encode()
        texts = plaintexts.cast(pa.binary()).to_pylist()
        sealed = [
            None if text is None else _seal(ciphers[party], text, aad % party, nonce)
            for party, text, nonce in zip(party_ids.to_pylist(), texts, nonces, strict=True)
        ]
        return pa.array(sealed, pa.binary())

    def unseal_many(self, party_ids: pa.Array, sealed: pa.Array, what: str) -> pa.Array:
        """Open a column; NULL where nothing was sealed or the person was erased."""
        keys = self.party_keys(party_ids)
        ciphers = _Ciphers(keys)
        aad = b"party:%d:" + what.encode()
        opened = [
            None if text is None or party not in keys else _open(ciphers[party], text, aad % party)
            for party, text in zip(party_ids.to_pylist(), sealed.to_pylist(), strict=True)
        ]
        return pa.array(opened, pa.binary())

    def _complete(self, party_ids: pa.Array, keys: Mapping[int, bytes] | None) -> Mapping[int, bytes]:
        if keys is None:
            keys = self.party_keys(party_ids)
        missing = set(party_ids.unique().to_pylist()) - keys.keys()
        if missing:
            keys = {**keys, **self.party_keys(pa.array(sorted(missing), pa.int64()))}
            if missing - keys.keys():
                lacking = len(missing - keys.keys())
                raise Unreadable(f"{lacking} {'person has' if lacking == 1 else 'people have'} no key.", "Their fields cannot be sealed.", "Resolve their numbers first.")
        return keys


class _Ciphers(dict[int, AESGCM]):
    """One cipher a person, made at first use: most people come once, some in several rows."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, party_id: int) -> AESGCM:
        cipher = self[party_id] = AESGCM(self._keys[party_id])
        return cipher


def seal_with(key: bytes, party_id: int, plaintext: bytes, what: str) -> bytes:
    """Seal one field under a key already at hand."""
    return _seal(AESGCM(key), plaintext, b"party:%d:" % party_id + what.encode(), os.urandom(_NONCE_BYTES))


def unseal_with(key: bytes, party_id: int, sealed: bytes, what: str) -> bytes:
    """Open one field with a key already at hand."""
    return _open(AESGCM(key), sealed, b"party:%d:" % party_id + what.encode())


def _pieces(size: int, count: int) -> list[bytes]:
    """`count` random pieces: one call to the operating system instead of one a piece."""
    drawn = os.urandom(size * count)
    return [drawn[start : start + size] for start in range(0, size * count, size)]


def _seal(cipher: AESGCM, plaintext: bytes, associated: bytes, nonce: bytes) -> bytes:
    return _VERSION + nonce + cipher.encrypt(nonce, plaintext, associated)


def _open(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    try:
        if sealed[:1] != _VERSION:
            raise InvalidTag
        return cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], associated)
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable("Sealed bytes do not open.", "They were changed, moved, or sealed under another key.",
                         "Check that the envelope key is the one of this home.") from wrong
