"""How is a secret made once and kept?

Each secret is a file of its own, mode 0600, in the home's `secrets` folder. It is written whole and linked into place, so that two
programs starting at the same time end with the same secret, and a crash leaves no half one.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from arrears.core.problems import Refused


def keep(path: Path, *, bytes_of_chance: int = 32) -> str:
    """Which secret is kept at `path`? Drawn and kept now if there is none; letters and digits only. Raises `Refused`."""
    if not path.exists():
        _publish(path, secrets.token_hex(bytes_of_chance))
    if path.stat().st_mode & 0o077:
        raise Refused(f"Others on this machine may read the secret {path}.", "Whoever reads it can sign in as this program.", f"Run: chmod 600 {path}")
    kept = path.read_text(encoding="ascii").strip()
    if not kept:
        raise Refused(f"The secret {path} is empty.", "The program cannot sign in to its database.", "Restore the file from your backup.")
    return kept


def _publish(path: Path, secret: str) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # Another start was faster; its secret counts.
            os.link(unfinished, path)
    finally:
        unfinished.unlink()
