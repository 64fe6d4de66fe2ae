"""How does an erasure get into the register, and which were begun and not finished?

`erasures.jsonl` only grows (`erasure_register` reads it for backups and restores): one JSON line an erasure, ids alone. A line is on the disk before anything is destroyed; whoever stands in it
and can still be opened was begun and not finished, and the next erasure, retention run or restore finishes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arrears.casefile.facts.retention import ErasureReason
from arrears.core.ids import id_text, parse_id
from arrears.core.problems import BadData
from arrears.engine.home import PRIVATE_FILE, Home


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of the register: who, of which institution, when, why."""

    party_id: int
    institution_id: int
    erased_at: datetime
    reason: ErasureReason


def register(home: Home, erasures: Iterable[Registered]) -> None:
    """Add lines and bring them to the disk; those that stand there already are not added again."""
    known = {(one.institution_id, one.party_id) for one in registered(home)}
    fresh = {(one.institution_id, one.party_id): one for one in erasures}
    lines = [_line(one) for whose, one in fresh.items() if whose not in known]
    if not lines:
        return
    handle = os.open(home.erasures, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        whole = os.pread(handle, os.fstat(handle).st_size, 0).rfind(b"\n") + 1
        os.ftruncate(handle, whole)  # A line torn by a power cut was never acted on.
        os.write(handle, "".join(lines).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    _names_to_disk(home.root)


def registered(home: Home) -> list[Registered]:
    """Every line, in order. A line torn by a power cut is passed over: it was not on the disk, so nothing had been destroyed for it.

    Raises:
        BadData: a whole line cannot be read.
    """
    if not home.erasures.is_file():
        return []
    return [_read(line) for line in home.erasures.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def _line(one: Registered) -> str:
    said = {"party_id": id_text(one.party_id), "institution_id": id_text(one.institution_id), "erased_at": one.erased_at.isoformat(), "reason": str(one.reason)}
    return json.dumps(said, sort_keys=True) + "\n"


def _read(line: str) -> Registered:
    try:
        said = json.loads(line)
        return Registered(_id_in(said["party_id"]), _id_in(said["institution_id"]), datetime.fromisoformat(said["erased_at"]),
                          ErasureReason(said.get("reason", ErasureReason.REQUEST)))
    except (ValueError, KeyError, TypeError) as trouble:
        raise BadData(f"A line of erasures.jsonl cannot be read: {trouble}.", "Somebody who was erased could come back with a restore.",
                      "Restore the file from a backup; it holds ids alone.") from trouble


def _id_in(value: object) -> int:
    """An id as people see it, or as a number."""
    return value if isinstance(value, int) else parse_id(str(value))


def _names_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
