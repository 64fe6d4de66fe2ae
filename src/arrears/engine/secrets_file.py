"""How do a home's secrets travel apart from its backup?

In one file, encrypted under a passphrase: scrypt makes the key, AES-GCM seals. The file is JSON: form, scrypt's figures and salt, nonce, and
the sealed secrets; form and figures are bound to the seal. Whoever has this file, its passphrase and a backup can read everything.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.engine.backup_folder import write_private
from arrears.engine.home import Home

FORM = "arrears-secrets-1"
SCRYPT: Mapping[str, int] = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and some tenths of a second a guess."""
PASSPHRASE_CHARACTERS_MIN = 12
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_N_MAX = 2**20
"""A file that asks for more than 1 GiB of memory is refused rather than believed."""


def secrets_of(home: Home) -> dict[str, bytes]:
    """Every secret of this home: path below `secrets/` → bytes. Unfinished ones (names with a dot first) are left out."""
    return {
        path.relative_to(home.secrets).as_posix(): path.read_bytes()
        for path in sorted(home.secrets.rglob("*")) if path.is_file() and not path.name.startswith(".")
    }


def checked_passphrase(passphrase: str) -> str:
    """The passphrase, if it is long enough. Raises `WrongCall`."""
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise WrongCall(f"The passphrase has fewer than {PASSPHRASE_CHARACTERS_MIN} characters.", "Whoever finds the file could guess it.",
                        "Take a sentence, or several words at random.")
    return passphrase


def write_secrets(path: Path, secrets: Mapping[str, bytes], passphrase: str) -> None:
    """Write a new file (mode 0600) with these secrets. Raises `WrongCall` where the file exists or the passphrase is short."""
    head = {"form": FORM, "kdf": "scrypt", **SCRYPT, "salt": _text(os.urandom(_SALT_BYTES)), "nonce": _text(os.urandom(_NONCE_BYTES))}
    plain = json.dumps({name: _text(content) for name, content in secrets.items()}).encode()
    sealed = _cipher(head, checked_passphrase(passphrase)).encrypt(_bytes(head["nonce"]), plain, _bound(head))
    try:
        write_private(path, (json.dumps({**head, "sealed": _text(sealed)}, indent=1) + "\n").encode())
    except FileExistsError as there:
        raise WrongCall(f"The file {path} exists.", "Older secrets may be the only copy of a key.", "Name another file.") from there
    except OSError as refused:
        raise WrongCall(f"The file {path} cannot be written: {refused.strerror}.", "The secrets were not kept.", "Name another file.") from refused


def read_secrets(path: Path, passphrase: str) -> dict[str, bytes]:
    """Which secrets are in this file?

    Raises:
        BadData: it is no such file, or was changed in form.
        AnswerIsNo: the passphrase is another one, or bytes were changed.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        head, sealed = {name: said[name] for name in ("form", "kdf", "n", "r", "p", "salt", "nonce")}, _bytes(said["sealed"])
        usable = head["form"] == FORM and head["kdf"] == "scrypt" and 2**10 <= head["n"] <= _N_MAX and head["r"] == SCRYPT["r"] and head["p"] <= 4
        nonce = _bytes(head["nonce"])
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as wrong:
        raise BadData(f"{path} is no file of secrets of ours.", "The secrets cannot be read.", "Name the file that --with-secrets wrote.") from wrong
    if not usable:
        raise BadData(f"{path} is in a form that this program does not read.", "The secrets cannot be read.", "Use the version that wrote it, or a newer one.")
    try:
        plain = _cipher(head, passphrase).decrypt(nonce, sealed, _bound(head))
    except (InvalidTag, ValueError) as closed:
        raise AnswerIsNo(f"The passphrase does not open {path}.", "It is another one, or the file was changed.", "Try again; look for blanks at its end.") from closed
    return {name: _bytes(text) for name, text in json.loads(plain).items()}


def put_secrets(home: Home, secrets: Mapping[str, bytes]) -> None:
    """Put these secrets into a home that has none yet."""
    for name, content in secrets.items():
        target = home.secrets / name
        if home.secrets.resolve() not in target.resolve().parents:
            raise BadData(f"The secret “{name}” would lie outside the home.", "Nothing was restored.", "Use another file of secrets.")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(target, content)


def _cipher(head: Mapping[str, Any], passphrase: str) -> AESGCM:
    key = Scrypt(salt=_bytes(head["salt"]), length=_KEY_BYTES, n=head["n"], r=head["r"], p=head["p"]).derive(passphrase.encode())
    return AESGCM(key)


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: Any) -> bytes:
    return base64.b64decode(str(text), validate=True)
