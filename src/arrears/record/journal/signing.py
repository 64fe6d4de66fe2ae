"""Who signs for this institution, and is a signature theirs?

Ed25519. The private key lies in the home's `secrets/signing.key` (mode 0600), outside the database: whoever administers the database
can rewrite rows and triggers, not signatures. Its public half stands in `signing_keys` with the day since when it signs; older ones stay
there, so that what they signed can still be checked. What is signed always begins with words that say what it is, so that the signature
of one kind of statement can never stand under another.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from arrears.casefile.store import sets
from arrears.casefile.store.institution import acting_institution
from arrears.core.problems import Refused

KEY_ID_DIGITS = 16


class SigningRefused(Refused):
    """The signing key is missing, readable by others, or not the one this institution signs with."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key at hand; `key_id` names its public half."""

    key_id: str
    public_key: bytes
    _private: Ed25519PrivateKey

    def sign(self, purpose: bytes, statement: bytes) -> bytes:
        """64 bytes over purpose, a line break and the statement."""
        return self._private.sign(signed_bytes(purpose, statement))


def signed_bytes(purpose: bytes, statement: bytes) -> bytes:
    """What exactly is signed?

    >>> signed_bytes(b"arrears tree head v1", b"{}")
    b'arrears tree head v1\\n{}'
    """
    return purpose + b"\n" + statement


def key_id_of(public_key: bytes) -> str:
    """How is a public key called? The first digits of its SHA-256.

    >>> key_id_of(bytes(32))
    '66687aadf862bd77'
    """
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_DIGITS]


def is_signed(public_key: bytes, signature: bytes, purpose: bytes, statement: bytes) -> bool:
    """Did the holder of this key sign this statement for this purpose?"""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed_bytes(purpose, statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def make_signing_key(path: Path) -> None:
    """Write a new private key to `path`, mode 0600; an existing file is never overwritten (FileExistsError)."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def load_signer(path: Path) -> Signer:
    """The signer whose key lies at `path`. Raises `SigningRefused` with what to do."""
    if not path.is_file():
        raise SigningRefused(f"There is no signing key at {path}.", "Heads of the journal cannot be signed.",
                             "Restore the file from your backup; a new key would begin a new line of signatures.")
    if path.stat().st_mode & 0o077:
        raise SigningRefused(f"Others on this machine may read the signing key {path}.", "Whoever reads it can sign in your name.", f"Run: chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), None)
    except ValueError as wrong:
        raise SigningRefused(f"The signing key {path} cannot be read.", "Heads of the journal cannot be signed.", "Restore it from your backup.") from wrong
    if not isinstance(private, Ed25519PrivateKey):
        raise SigningRefused(f"The key {path} is no Ed25519 key.", "Heads of the journal cannot be signed.", "Restore the right file from your backup.")
    public = private.public_key().public_bytes_raw()
    return Signer(key_id_of(public), public, private)


def default_signer() -> Signer:
    """The signer of this process: the key file named by the setting `ARREARS_SIGNING_KEY_FILE`."""
    return load_signer(Path(settings.ARREARS_SIGNING_KEY_FILE))


def make_known(signer: Signer, at: datetime) -> None:
    """Enter the signer's public key for the acting institution, if it is not there yet."""
    sets.cursor().execute(
        "INSERT INTO signing_keys (institution_id, key_id, public_key, since) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [acting_institution(), signer.key_id, signer.public_key, at])


def public_keys() -> dict[str, bytes]:
    """Under which keys did the acting institution ever sign: key id → public key?"""
    rows = sets.cursor().execute("SELECT key_id, public_key FROM signing_keys WHERE institution_id = %s ORDER BY since, key_id", [acting_institution()])
    return {key_id: bytes(public) for key_id, public in rows}
