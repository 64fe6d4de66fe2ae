"""What lies in a backup, and is it still what was put there?

A backup is one folder: `database.dump` (PostgreSQL's own archive), `home/` (the files of the home without its secrets), `manifest.json`,
which names every file with size and SHA-256 and says how much record there is, and `manifest.sha256`, the digest of the manifest itself. A
folder without a manifest that fits its digest is no backup. Nothing here writes into a home.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from arrears.core.problems import BadData, Refused, WrongCall
from arrears.core.progress import Progress
from arrears.intake.book.layout import file_digest

FORMAT = 1
"""Grows when an older program could no longer put such a folder back."""
MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sha256"
DATABASE_FILE, HOME_FOLDER = "database.dump", "home"
ROOM = 1.05
"""Free space asked for, as a multiple of what is to be copied."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup: path inside it (with /), bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class JournalFigures:
    """How much record has an institution? `digest` is over all entry hashes, chain after chain; `entries` counts them."""

    institution_id: int
    name: str
    entries: int
    chains: int
    digest: str


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """What is in the database at one moment: the server's version, the newest migration, rows a table, and each institution's journal."""

    server_version: str
    embedded: bool
    migration: str
    tables: Mapping[str, int]
    journals: tuple[JournalFigures, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    `database_bytes` is the room that the database took. `runs_elsewhere` are recorded runs whose folder is not in the home (run with --output, or stopped before they were published);
    `damaged` are files that were no longer what they had been when they were written, already when they were copied.
    """

    format: int
    program_version: str
    taken_at: datetime
    database: DatabaseFigures
    database_bytes: int
    files: tuple[BackupFile, ...]
    runs_elsewhere: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """Of all files together."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class BackupFinding:
    """A file of a backup that is not as it was: its path in the backup, and what is wrong."""

    path: str
    what: str


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write manifest and digest into a finished backup; answers the digest."""
    said = {**asdict(manifest), "taken_at": manifest.taken_at.isoformat()}
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    for name, content in ((MANIFEST, text), (MANIFEST_DIGEST, f"{digest}  {MANIFEST}\n")):
        write_private(folder / name, content.encode())
    return digest


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """What does this backup say of itself, and which digest has its manifest?

    Raises:
        WrongCall: the folder is no backup.
        BadData: the manifest was changed since it was written, or cannot be read.
        Refused: a newer program made it.
    """
    try:
        text = (folder / MANIFEST).read_bytes()
        stated = (folder / MANIFEST_DIGEST).read_text(encoding="ascii", errors="replace").split()
    except OSError as missing:
        raise WrongCall(f"{folder} is no backup: {Path(str(missing.filename)).name} is not in it.", "Only a finished backup can be read.",
                        "Name the folder that `arrears backup` made.") from missing
    digest = hashlib.sha256(text).hexdigest()
    if stated[:1] != [digest]:
        raise BadData(f"{folder / MANIFEST} was changed since the backup was made.", "Nothing in this backup can be compared with what it should be.",
                      "Use another backup.")
    said = json.loads(text)
    if said.get("format", 0) > FORMAT:
        raise Refused(f"A newer arrears made this backup (form {said['format']}, this program reads {FORMAT}).", "Nothing was changed.",
                      "Restore it with that version or a newer one.")
    try:
        return _manifest_of(said), digest
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadData(f"{folder / MANIFEST} cannot be understood ({wrong}).", "The backup cannot be used.", "Use another backup.") from wrong


def _manifest_of(said: Mapping[str, Any]) -> Manifest:
    database = said["database"]
    journals = tuple(JournalFigures(**one) for one in database["journals"])
    files = tuple(BackupFile(**one) for one in said["files"])
    if any(PurePosixPath(file.path).is_absolute() or ".." in PurePosixPath(file.path).parts for file in files):
        raise ValueError("a file lies outside the folder")
    return Manifest(
        said["format"], said["program_version"], datetime.fromisoformat(said["taken_at"]), DatabaseFigures(**{**database, "journals": journals}), int(said["database_bytes"]), files,
        tuple(said["runs_elsewhere"]), tuple(said["damaged"]),
    )


def check_backup(folder: Path, manifest: Manifest, progress: Progress = lambda stage, done, of: None) -> list[BackupFinding]:
    """Which files of this backup are no longer what they were? Every byte is read; an empty list means none.

    A file that the manifest does not name is a finding too: nobody knows where it came from.
    """
    found = []
    done, of = 0, max(1, manifest.total_bytes)
    progress("Reading the backup", 0, of)
    for file in manifest.files:
        if what := _wrong_with(folder / file.path, file):
            found.append(BackupFinding(file.path, what))
        done += file.size
        progress("Reading the backup", done, of)
    named = {file.path for file in manifest.files} | {MANIFEST, MANIFEST_DIGEST}
    found += [BackupFinding(path, "the manifest does not name this file") for path in sorted(_files_in(folder)) if path not in named]
    return found


def _wrong_with(path: Path, stated: BackupFile) -> str:
    """What is wrong with one file? An empty text: nothing."""
    if path.is_symlink() or not path.is_file():
        return "the file is missing"
    size = path.stat().st_size
    if size != stated.size:
        return f"the file has {size:,} bytes and had {stated.size:,}"
    try:
        return "" if file_digest(path) == stated.sha256 else "the file’s bytes were changed"
    except OSError as unreadable:
        return f"the file cannot be read ({unreadable.strerror})"


def _files_in(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            yield (Path(place) / name).relative_to(folder).as_posix()


def content_findings(root: Path, digests: Mapping[str, str]) -> list[str]:
    """Which batches and runs do not have the bytes that they themselves name? `digests` are SHA-256 by path below `root`, a home or its copy.

    A `batch.json` names the digest of each of its tables, a `run.json` of each of its files, taken when the file was written. Of tables that were
    written anew when somebody was erased `forgotten` names the digest that counts.
    """
    found = []
    for path in sorted(digests):
        parts = PurePosixPath(path).parts
        if parts[0] == "books" and parts[-1] == "batch.json":
            stated = {f"{name}.parquet": digest for name, digest in _digests_in(root / path).items()}
        elif parts[0] == "runs" and parts[-1] == "run.json":
            stated = _digests_in(root / path)
        else:
            continue
        folder = PurePosixPath(path).parent
        found += [str(folder / name) for name, digest in sorted(stated.items()) if digests.get(str(folder / name)) != digest]
    return found


def _digests_in(path: Path) -> dict[str, str]:
    """The digests that a JSON file states, newer ones over older; one that cannot be read states itself as wrong."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in {**said["digests"], **said.get("forgotten", {})}.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {path.name: "unreadable"}


def refuse_too_little_room(folder: Path, needed: int, what: str) -> None:
    """Raise `Refused` where the disk of this folder has not so many bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed * ROOM:
        raise Refused(f"There is too little room for the {what}: {needed * ROOM / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free.",
                      "Nothing was copied.", "Free some, or name another disk. An earlier backup can lend its files to a new one (--base).")


def private_file(path: Path) -> Any:
    """A new file that only we can read, open for writing bytes; an existing one is never overwritten."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def private_folders(path: Path, below: Path) -> None:
    """Make this folder and those between it and `below`, each closed to others."""
    for folder in (*reversed(path.relative_to(below).parents), path.relative_to(below)):
        (below / folder).mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """A new file with these bytes, on the disk when this returns."""
    with private_file(path) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def folder_to_disk(folder: Path) -> None:
    """Wait until the names in this folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # Some file systems know no fsync of folders; they keep names in order by themselves.
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folders_to_disk(root: Path) -> None:
    """The same for a folder and all below it."""
    for place, _, _ in os.walk(root, topdown=False):
        folder_to_disk(Path(place))
