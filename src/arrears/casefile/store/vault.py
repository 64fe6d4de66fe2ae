"""Who can read a person's name? Whoever has that person's key; and that key opens only with an envelope key.

Each person has a key of their own, wrapped under an envelope key in `party_keys`; erasing the row makes all that it sealed unreadable,
wherever copies lie. Sealed bytes are: version byte 0x01, nonce of 12 bytes, AES-GCM ciphertext and tag; the associated data names person
and use, so sealed bytes cannot be moved. Wrapped keys name the envelope key they are under: version byte 0x02, 4 bytes of key id, then
the same; wrapped bytes of version 0x01 name none and are tried with every key at hand.

Envelope keys are 32 bytes in base64. The *current* one seals: the file `envelope.key` (mode 0600), or the first of
`ARREARS_ENVELOPE_KEY`. Older ones only open: files `envelope-<key id>.key` beside it, or the others of the variable, commas between.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from arrears.core.problems import Refused

KEY_BYTES = 32
KEY_ID_BYTES = 4
_VERSION = b"\x01"
_WRAPPED = b"\x02"
_NONCE_BYTES = 12
ENVIRONMENT = "ARREARS_ENVELOPE_KEY"
SECOND_FACTOR = b"second-factor"
"""Purpose under which the secrets of the second factor are wrapped."""
ENVELOPE_LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtextextended('arrears:envelope', 0))"
"""Held (shared) from before the current key is asked for until what it wrapped is committed; a rotation waits for all of them once."""


class KeyRefused(Refused):
    """The envelope key is missing or not usable."""


class Unreadable(Refused):
    """Sealed bytes cannot be opened: the person was erased, the key is another one, or the bytes were changed."""


def key_id_of(key: bytes) -> str:
    """By which id is an envelope key named (8 hex digits)? Derived from the key by HMAC, so it is nowhere written down and tells nothing.

    >>> key_id_of(bytes(32)) == key_id_of(bytes(32)) != key_id_of(bytes([1] * 32))
    True
    """
    return hmac.new(key, b"arrears envelope key id", hashlib.sha256).hexdigest()[: 2 * KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class EnvelopeKeys:
    """The envelope keys at hand: the current one seals, all of them open. Never printed."""

    current: str
    by_id: Mapping[str, bytes] = field(repr=False)

    @property
    def older(self) -> tuple[str, ...]:
        """The ids of the keys that only open, sorted."""
        return tuple(sorted(self.by_id.keys() - {self.current}))


def keys_of(current: bytes, older: Iterable[bytes] = ()) -> EnvelopeKeys:
    """Which ring do these keys make?

    >>> ring = keys_of(bytes(32), [bytes([1] * 32)])
    >>> ring.current == key_id_of(bytes(32)), len(ring.older)
    (True, 1)
    """
    return EnvelopeKeys(key_id_of(current), {key_id_of(key): key for key in (*older, current)})


def make_envelope_key(path: Path) -> None:
    """Write a new envelope key to `path`, mode 0600, safely on the disk; an existing file is never overwritten (FileExistsError)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def older_key_file(path: Path, key_id: str) -> Path:
    """Where does a key lie once it only opens?

    >>> older_key_file(Path("secrets/envelope.key"), "0a1b2c3d").as_posix()
    'secrets/envelope-0a1b2c3d.key'
    """
    return path.with_name(f"{path.stem}-{key_id}{path.suffix}")


def load_envelope_key(path: Path | None) -> bytes:
    """Which envelope key seals here? The environment's first if set, else the file's. Raises `KeyRefused` with what to do."""
    ring = load_envelope_keys(path)
    return ring.by_id[ring.current]


def load_envelope_keys(path: Path | None) -> EnvelopeKeys:
    """Which envelope keys are at hand? The environment's if set, else those of the files. Raises `KeyRefused` with what to do."""
    from_environment = os.environ.get(ENVIRONMENT)
    if from_environment:
        current, *older = (_decode(one, ENVIRONMENT) for one in from_environment.split(","))
        return keys_of(current, older)
    if path is None or not path.is_file():
        raise KeyRefused(
            f"There is no envelope key: neither the file {path} nor {ENVIRONMENT}.", "Names and contacts cannot be read or written.",
            "Restore the file from your backup, or set the variable. A new key cannot open what an old one sealed.")
    # The current one first: a rotation puts the old key beside it before the new one takes its place, so none is ever missed.
    current = read_key_file(path)
    return keys_of(current, [read_key_file(one) for one in sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))])


def read_key_file(path: Path) -> bytes:
    """The envelope key in a file that only we can read; `KeyRefused` otherwise."""
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


def envelope_key_file() -> Path | None:
    """The file of the current envelope key, by the setting `ARREARS_ENVELOPE_KEY_FILE`."""
    path = getattr(settings, "ARREARS_ENVELOPE_KEY_FILE", None)
    return Path(path) if path else None


def default_vault() -> Vault:
    """The vault of this process: the key files named by the setting `ARREARS_ENVELOPE_KEY_FILE`, or the environment.

    A vault kept for hours follows a rotation that others make meanwhile: it reads the files again where it meets a key it does not know,
    and before it wraps anything.
    """
    def at_hand() -> EnvelopeKeys:
        return load_envelope_keys(envelope_key_file())

    return Vault(at_hand(), at_hand)


def wrapped_under(wrapped: bytes) -> str:
    """Which envelope key do wrapped bytes name? Empty for the first form, which names none.

    >>> wrapped_under(Vault(bytes(32)).wrap(b"key", b"purpose")) == key_id_of(bytes(32)), wrapped_under(bytes([1]) + b"...")
    (True, '')
    """
    return wrapped[1 : 1 + KEY_ID_BYTES].hex() if wrapped[:1] == _WRAPPED else ""


class Vault:
    """Seals and opens personal fields. Holds envelope keys only; people's keys are read when needed and not kept."""

    def __init__(self, envelope: bytes | EnvelopeKeys, at_hand: Callable[[], EnvelopeKeys] | None = None) -> None:
        self._at_hand = at_hand
        self._take(keys_of(envelope) if isinstance(envelope, bytes) else envelope)

    def _take(self, ring: EnvelopeKeys) -> None:
        self._ring = ring
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring.by_id.items()}

    def _refresh(self) -> None:
        """Take up the keys that are at hand now, where that can be known."""
        if self._at_hand is not None and (ring := self._at_hand()) != self._ring:
            self._take(ring)

    @property
    def keys(self) -> EnvelopeKeys:
        """The envelope keys at hand."""
        return self._ring

    def new_key(self) -> bytes:
        """Draw a key of 32 bytes."""
        return os.urandom(KEY_BYTES)

    def wrap(self, key: bytes, purpose: bytes) -> bytes:
        """Seal a key (or a secret) under the current envelope key, for one purpose."""
        self._refresh()
        return self._wrapped(key, purpose, os.urandom(_NONCE_BYTES))

    def wrap_again(self, wrapped: bytes, purpose: bytes) -> bytes:
        """The same key under the current envelope key (of this vault as it stands: a rotation keeps one vault for all of its work)."""
        return self._wrapped(self.unwrap(wrapped, purpose), purpose, os.urandom(_NONCE_BYTES))

    def _wrapped(self, key: bytes, purpose: bytes, nonce: bytes) -> bytes:
        current = self._ring.current
        return _WRAPPED + bytes.fromhex(current) + nonce + self._ciphers[current].encrypt(nonce, key, purpose)

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """Open a wrapped key; `Unreadable` where its envelope key is not at hand or the purpose does not fit."""
        named = wrapped_under(wrapped)
        if named and named not in self._ciphers:
            self._refresh()
            if named not in self._ciphers:
                raise Unreadable(f"The envelope key {named} is not at hand.", "Something was wrapped under it and cannot be opened without it.",
                                 f"Put its file back beside the current one (secrets/envelope-{named}.key).")
        if named:
            return _decrypt(self._ciphers[named], wrapped[1 + KEY_ID_BYTES :], purpose)
        return self._opened_by_any(wrapped, purpose)

    def _opened_by_any(self, wrapped: bytes, purpose: bytes) -> bytes:
        """The first form names no key: the current one is tried, then the others."""
        for key_id in (self._ring.current, *self._ring.older):
            try:
                return _open(self._ciphers[key_id], wrapped, purpose)
            except Unreadable as wrong:
                last = wrong
        raise last

    def new_party_keys(self, party_ids: Iterable[int]) -> dict[int, bytes]:
        """Make and keep a key for each of these new people, set-wise; answers the keys, for sealing at once."""
        from arrears.casefile.store import sets

        ids = [int(party_id) for party_id in party_ids]
        sets.cursor().execute(ENVELOPE_LOCK.format(shared="_shared"))
        self._refresh()
        keys = dict(zip(ids, _pieces(KEY_BYTES, len(ids)), strict=True))
        nonces = _pieces(_NONCE_BYTES, len(ids))
        wrapped = [self._wrapped(keys[i], party_purpose(i), nonce) for i, nonce in zip(ids, nonces, strict=True)]
        sets.insert("party_keys", pa.table({"party_id": pa.array(ids, pa.int64()), "wrapped_key": pa.array(wrapped, pa.binary())}))
        return keys

    def party_keys(self, party_ids: pa.Array) -> dict[int, bytes]:
        """The keys of these people; whoever was erased is missing."""
        from arrears.casefile.store import sets

        rows = sets.lookup("SELECT k.party_id, k.wrapped_key FROM wanted w JOIN party_keys k USING (party_id)", party_ids.unique(), "party_id")
        return {party: self.unwrap(wrapped, party_purpose(party)) for party, wrapped in rows}

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


def party_purpose(party_id: int) -> bytes:
    """For which purpose is a person's key wrapped?"""
    return b"party:%d:key" % party_id


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
    return _decrypt(cipher, sealed[1:] if sealed[:1] == _VERSION else b"", associated)


def _decrypt(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """Open nonce, ciphertext and tag."""
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], associated)
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable("Sealed bytes do not open.", "They were changed, moved, or sealed under another key.",
                         "Check that the envelope key is the one of this home.") from wrong
