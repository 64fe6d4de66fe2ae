"""Who was erased, told so that a restore can erase them again?

`erasures.jsonl` in the home: one JSON line an erasure with `party_id` (as people see ids), `institution_id` and `erased_at`; no personal data.
A backup taken before an erasure still holds the person, so the register must outlive the home: each backup puts a copy beside itself, and
each erasure brings those copies up to date. Copies only grow: lines of several homes may stand in one.
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

from arrears.core.ids import IdNotValid, parse_id
from arrears.core.problems import BadData
from arrears.engine.home import Home

REGISTER = "erasures.jsonl"
PLACES = "backup_places.json"
"""In the home: the folders that hold backups of it, and so copies of the register."""


@dataclass(frozen=True, slots=True, order=True)
class Erasure:
    """One person was erased, at this moment, in this institution."""

    erased_at: datetime
    party_id: int
    institution_id: int


def read_register(path: Path) -> list[Erasure]:
    """Which erasures does this file name, the earliest first? None where there is no file.

    Raises:
        BadData: a line cannot be read. A person erased on it would come back, so nothing is guessed.
    """
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            found.append(Erasure(datetime.fromisoformat(said["erased_at"]), _id_in(said["party_id"]), _id_in(said["institution_id"])))
        except (ValueError, KeyError, TypeError, IdNotValid) as wrong:
            raise BadData(f"Line {number} of {path} is not an erasure.", "Whoever was erased there would come back with a restore.",
                          "Correct the line, or name another copy of the register with --erasures.") from wrong
    return sorted(found)


def _id_in(value: object) -> int:
    """An id as people see it, or as a number."""
    return value if isinstance(value, int) else parse_id(str(value))


def publish_erasures(home: Home, folder: Path) -> int:
    """Bring the register's copy in this folder up to date; answers how many lines it has. Lines that are there stay."""
    with _one_writer(folder):
        lines = [*_lines(folder / REGISTER), *_lines(home.root / REGISTER)]
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
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
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
