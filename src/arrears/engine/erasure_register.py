"""Who was erased from this home, told so that a restore of an older backup erases them again?

`erasures.jsonl` in the home only grows: one JSON line an erasure with `party_id` (as people see ids), `institution_id`, `erased_at` and the
reason's code; no personal data. A line is on the disk before anything is destroyed: whoever stands in it and can still be opened was begun and
not finished, and the next erasure, retention run or restore finishes it. A backup taken before an erasure still holds the person, so the
register must outlive the home: each backup puts a copy beside itself, and each erasure brings those copies up to date. Copies only grow:
lines of several homes may stand in one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from arrears.casefile.facts.retention import ErasureReason
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import BadData
from arrears.engine.home import PRIVATE_FILE, Home

REGISTER = "erasures.jsonl"
PLACES = "backup_places.json"
"""In the home: the folders that hold backups of it, and so copies of the register."""


@dataclass(frozen=True, slots=True, order=True)
class Erasure:
    """One person was erased, at this moment, in this institution, for this reason."""

    erased_at: datetime
    party_id: int
    institution_id: int
    reason: ErasureReason = ErasureReason.REQUEST


def register(home: Home, erasures: Iterable[Erasure]) -> None:
    """Add lines and bring them to the disk; whoever stands there already is not added again. A torn end gives way: it was never on the disk."""
    known = {(one.institution_id, one.party_id) for one in registered(home)}
    fresh = {(one.institution_id, one.party_id): one for one in erasures}
    lines = [_line(one) for whose, one in fresh.items() if whose not in known]
    if not lines:
        return
    handle = os.open(home.erasures, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.ftruncate(handle, len(_whole_lines(home.erasures.read_bytes())))
        os.write(handle, "".join(lines).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    _names_to_disk(home.root)


def registered(home: Home) -> list[Erasure]:
    """Who was erased from this home, the earliest first? Raises `BadData` as `read_register` does."""
    return read_register(home.erasures)


def read_register(path: Path) -> list[Erasure]:
    """Which erasures does this file name, the earliest first? None where there is no file.

    An end torn by a power cut is passed over: it was not on the disk, so nothing had been destroyed for it.

    Raises:
        BadData: a whole line cannot be read. A person erased on it would come back, so nothing is guessed.
    """
    found = []
    for number, line in enumerate(_whole_lines(path.read_bytes() if path.is_file() else b"").decode().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_read(json.loads(line)))
        except (ValueError, KeyError, TypeError, IdNotValid) as wrong:
            raise BadData(f"Line {number} of {path} is not an erasure.", "Whoever was erased there would come back with a restore.",
                          "Correct the line, or name another copy of the register with --erasures.") from wrong
    return sorted(found)


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def _line(one: Erasure) -> str:
    said = {"party_id": id_text(one.party_id), "institution_id": id_text(one.institution_id), "erased_at": one.erased_at.isoformat(), "reason": str(one.reason)}
    return json.dumps(said, sort_keys=True) + "\n"


def _read(said: dict[str, Any]) -> Erasure:
    reason = ErasureReason(said.get("reason", ErasureReason.REQUEST))
    return Erasure(datetime.fromisoformat(said["erased_at"]), parse_id(said["party_id"]), parse_id(said["institution_id"]), reason)


def _names_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish_erasures(home: Home, folder: Path) -> int:
    """Bring the register's copy in this folder up to date; answers how many lines it has. Lines that are there stay."""
    with _one_writer(folder):
        lines = [*_lines(folder / REGISTER), *_lines(home.erasures)]
        return write_lines(folder / REGISTER, lines)


def publish_to_backups(home: Home) -> list[Path]:
    """Bring all copies beside known backups up to date; answers the folders that could not be reached (a disk that is not there today).

    An erasure calls this last. A folder that cannot be reached gets its lines with the next backup into it, or the next erasure.
    """
    missed = []
    for folder in backup_places(home):
        try:
            publish_erasures(home, folder)
        except OSError:
            missed.append(folder)
    return missed


def backup_places(home: Home) -> list[Path]:
    """Which folders hold backups of this home, as far as it knows?"""
    try:
        return [Path(text) for text in json.loads((home.root / PLACES).read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return []


def remember_place(home: Home, folder: Path) -> None:
    """From now on this folder is told of every erasure."""
    known = sorted({*map(str, backup_places(home)), str(folder)})
    _write_whole(home.root / PLACES, json.dumps(known, ensure_ascii=False, indent=1) + "\n")


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Keep each different line once, in order; the file is replaced whole or not at all. Without lines no file is made."""
    kept = list(dict.fromkeys(lines))
    if kept:
        _write_whole(path, "".join(f"{line}\n" for line in kept))
    return len(kept)


def lines_of(paths: Iterable[Path]) -> list[str]:
    """All lines of these files, one after the other; what is not there has none."""
    return [line for path in paths for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in _whole_lines(path.read_bytes()).decode().splitlines() if line.strip()]
    except FileNotFoundError:
        return []


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Two homes may keep their backups in one folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_whole(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
