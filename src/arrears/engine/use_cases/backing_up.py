"""How is a home copied while others go on working in it, so that the copy fits together?

One moment is held fast in the database (a snapshot), and the files are chosen by it. A batch's ids are committed before the batch appears,
and a run is recorded before its folder appears, so of batches those are taken that were there before the moment and still were the only ones
after it, and of runs those that are recorded at the moment, for whose folders we wait while the run is still at work. Signed heads are kept in a file after they are
kept in the database, so of that file what it had before the moment is taken. Batches, runs and evidence are only ever rewritten by an erasure;
one that was caught in the middle of it is read again. What comes later is left for the next backup.

The copy is made under another name beside its place, brought to the disk, and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Protocol

from arrears.casefile.facts.backup import RecordBackedUp
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import Busy, Refused, WrongCall
from arrears.engine.backup_folder import (
    DATABASE_FILE,
    FORMAT,
    HOME_FOLDER,
    BackupFile,
    DatabaseFigures,
    Manifest,
    Progress,
    content_findings,
    folder_to_disk,
    folders_to_disk,
    private_file,
    private_folders,
    read_manifest,
    refuse_too_little_room,
    write_manifest,
)
from arrears.engine.erasure_register import PLACES, publish_erasures, remember_place
from arrears.engine.home import Home
from arrears.engine.run_folder import CURRENT, RunName, published_runs
from arrears.intake.book.layout import batch_dirs, file_digest
from arrears.record.journal import sealing

LEFT_OUT = frozenset({"secrets", "postgresql", "cache", "logs", "print"})
"""Folders of a home that are never copied: secrets travel apart, the database is dumped, printed letters can be read by whoever has them, the rest can be made
again or is of no use elsewhere."""
LASTING = ("books", "runs", "evidence")
"""Where a file stays as it is, unless somebody is erased: an earlier backup's copy of it may be linked, where its bytes are the same."""
GROWING = "heads"
"""Where files grow at their end, after the database."""
RUN_SECONDS_MAX = 600
"""So long a run that is recorded and still at work is waited for."""
_TRIES = 50
_PIECE = 1 << 20


class FrozenDatabase(Protocol):
    """The database as of one moment."""

    total_bytes: int

    @property
    def figures(self) -> DatabaseFigures:
        """How much is in it."""

    @property
    def runs(self) -> tuple[tuple[str, date, int], ...]:
        """Which runs are recorded: book, day, number."""

    def dump(self, target: Path) -> None:
        """Write all of it, as of the moment, into a new file."""


FreezeDatabase = Callable[[], AbstractContextManager[FrozenDatabase]]


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: where it is, what it says of itself, and the files that an earlier one lent it."""

    folder: Path
    manifest: Manifest
    manifest_digest: str
    linked: int


def back_up(home: Home, destination: Path, freeze: FreezeDatabase, *, at: datetime, base: Path | None = None, progress: Progress) -> Backup:
    """Copy the home into the new folder `destination`.

    Args:
        freeze: holds the database's moment fast for as long as its context lasts.
        at: now; the moment as of which the copy is taken.
        base: an earlier backup on the same disk, whose copies of files that never change are linked where their bytes are still right.

    Raises:
        Busy: another backup of this home is at work.
        WrongCall: the destination is there already, lies in the home, or `base` is no backup.
        Refused: there is too little room, or the disk fails.
    """
    home.read_settings()
    earlier = _lendable(base)
    with only_backup_of(home), _unfinished(home, destination) as folder:
        with _moment(home, freeze) as (frozen, before):
            chosen = _chosen(home, frozen, before)
            refuse_too_little_room(folder, frozen.total_bytes + sum((home.root / path).stat().st_size for path in chosen if path not in earlier), "backup")
            progress("Database", 0, 1)
            figures = frozen.figures
            frozen.dump(folder / DATABASE_FILE)
            progress("Database", 1, 1)
            waited = _wait_for_runs(home, frozen)
            copied, linked = _copy_files(home, folder, sorted({*chosen, *waited}), before.sizes, earlier, progress)
            elsewhere = tuple(f"{book}/{name}" for book, name in _recorded(frozen) if not (folder / HOME_FOLDER / "runs" / book / str(name)).is_dir())
        _show_a_run_that_is_there(folder / HOME_FOLDER, copied, elsewhere)
        copied[DATABASE_FILE] = _measured(folder / DATABASE_FILE)
        damaged = _read_again(home, folder / HOME_FOLDER, copied)
        files = tuple(BackupFile(path, size, digest) for path, (size, digest) in sorted(copied.items()))
        manifest = Manifest(FORMAT, version("arrears"), at, figures, frozen.total_bytes, files, elsewhere, damaged)
        digest = write_manifest(folder, manifest)
    remember_place(home, destination.parent)
    publish_erasures(home, destination.parent)
    return Backup(destination, manifest, digest, linked)


def record_backup(backup: Backup, *, actor: str, at: datetime) -> None:
    """Enter the finished backup into the journal of every institution that is in it."""
    for journal in backup.manifest.database.journals:
        fact = RecordBackedUp(backup.manifest.taken_at, backup.manifest_digest, journal.entries, len(backup.manifest.files), backup.manifest.total_bytes)
        with acting_for(journal.institution_id):
            append(fact, actor=actor, at=at, cause="backup")
        sealing.seal(journal.institution_id)


@contextmanager
def only_backup_of(home: Home) -> Iterator[None]:
    """Hold the one right to back this home up. Raises `Busy`."""
    with (home.root / ".backup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as trouble:
            raise Busy("Another backup of this home is at work.", "Two at once would take twice as long.", "Wait for it to end.") from trouble
        yield


@contextmanager
def _unfinished(home: Home, destination: Path) -> Iterator[Path]:
    """A folder beside the destination to write in. It becomes the destination when the block ends, and vanishes when the block fails."""
    if destination.exists():
        raise WrongCall(f"{destination} exists.", "A backup is never written over.", "Name a folder that is not there yet, such as one named by the day.")
    if home.root.resolve() in (destination.resolve(), *destination.resolve().parents):
        raise WrongCall(f"{destination} lies in the home.", "Whatever destroys the home would destroy its backup.", "Name a folder elsewhere, best on another disk.")
    folder = destination.with_name(f".{destination.name}.unfinished")
    try:
        destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)  # What a backup left that was killed.
        folder.mkdir(mode=0o700)
        yield folder
        folders_to_disk(folder)
        folder.rename(destination)
        folder_to_disk(destination.parent)
    except OSError as problem:
        raise Refused(f"The backup could not be written: {problem.strerror or problem} ({problem.filename or destination}).",
                      "There is no backup of now; earlier ones are as they were.", "Mend that (often: no space left) and try again.") from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- the moment, and what belongs to it


@dataclass(frozen=True, slots=True)
class _Before:
    """What was in the home before the moment: batches and runs as paths below it, and the bytes that growing files had."""

    batches: frozenset[str]
    runs: frozenset[str]
    sizes: Mapping[str, int]


@contextmanager
def _moment(home: Home, freeze: FreezeDatabase) -> Iterator[tuple[FrozenDatabase, _Before]]:
    """The frozen database, and what was there before it was frozen; of batches no other appeared meanwhile."""
    for _ in range(_TRIES):
        before = _Before(_batches_of(home), _runs_of(home), {path: (home.root / path).stat().st_size for path in _files_of(home.root) if _grows(path)})
        with freeze() as frozen:
            if _batches_of(home) == before.batches:
                yield frozen, before
                return
    raise Busy("Imports never stop long enough to say what belongs together.", "No backup was made.", "Try again when fewer files come in.")


def _grows(path: str) -> bool:
    return path.startswith(f"{GROWING}/")


def _batches_of(home: Home) -> frozenset[str]:
    """Every batch of every book, as path below the home."""
    return frozenset(folder.relative_to(home.root).as_posix() for book in _folders_in(home.books) for folder in batch_dirs(book))


def _runs_of(home: Home) -> frozenset[str]:
    """Every published run of every book, as path below the home."""
    return frozenset(f"runs/{runs.name}/{name}" for runs in _folders_in(home.runs) for name in published_runs(runs))


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")) if folder.is_dir() else []


def _recorded(frozen: FrozenDatabase) -> list[tuple[str, RunName]]:
    return [(book, RunName(as_of, number)) for book, as_of, number in frozen.runs]


def _chosen(home: Home, frozen: FrozenDatabase, before: _Before) -> list[str]:
    """Which files of the home are copied? Of batches and runs those of the moment, of everything else what is there."""
    runs = before.runs | {f"runs/{book}/{name}" for book, name in _recorded(frozen)}
    files = (path for path in _files_of(home.root) if _belongs(PurePosixPath(path).parts, before.batches, runs))
    return [path for path in files if path in before.sizes or not _grows(path)]


def _belongs(parts: tuple[str, ...], batches: frozenset[str], runs: frozenset[str]) -> bool:
    if parts[0] == "books" and len(parts) > 4 and parts[2] == "batches":
        return "/".join(parts[:4]) in batches
    if parts[0] == "runs" and len(parts) > 4:
        return "/".join(parts[:4]) in runs
    return True


def _files_of(root: Path) -> Iterator[str]:
    """Paths of all finished files below the home; what has a dot first is a lock, a draft or a run in the making."""
    for place, folders, names in os.walk(root, followlinks=True):
        here = Path(place)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not (here == root and name in LEFT_OUT))
        for name in sorted(names):
            path = here / name
            if not name.startswith(".") and not name.endswith((".unfinished", ".part")) and name != PLACES and path.is_file():
                yield path.relative_to(root).as_posix()


def _wait_for_runs(home: Home, frozen: FrozenDatabase) -> list[str]:
    """Files of recorded runs that were not published yet at the moment. A run that was killed before it was is not waited for."""
    found: list[str] = []
    for book, name in _recorded(frozen):
        folder = home.runs / book / str(name)
        deadline = time.monotonic() + RUN_SECONDS_MAX
        while not folder.is_dir() and _is_at_work(home.runs / book) and time.monotonic() < deadline:
            time.sleep(0.1)
        if folder.is_dir():
            found += [f"runs/{book}/{name}/{path}" for path in _files_of(folder)]
    return found


def _is_at_work(runs: Path) -> bool:
    """Does a run of this book hold its lock?"""
    try:
        with (runs / ".lock").open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


# ---- copying


def _lendable(base: Path | None) -> dict[str, tuple[Path, BackupFile]]:
    """Files that an earlier backup could lend: path in the home → where they are, and what they were."""
    if base is None:
        return {}
    manifest, _ = read_manifest(base)
    inside = {file.path.removeprefix(f"{HOME_FOLDER}/"): (base / file.path, file) for file in manifest.files if file.path.startswith(f"{HOME_FOLDER}/")}
    return {path: lent for path, lent in inside.items() if _lasts(path)}


def _lasts(path: str) -> bool:
    """Is this a file of a batch, a run or the evidence?

    >>> [_lasts(path) for path in ("books/main/batches/000001/payments.parquet", "runs/main/current", "books/main/book.json")]
    [True, False, False]
    """
    parts = PurePosixPath(path).parts
    return parts[0] in LASTING and (parts[0] == "evidence" or len(parts) > 4)


def _copy_files(
    home: Home, folder: Path, paths: list[str], sizes: Mapping[str, int], earlier: Mapping[str, tuple[Path, BackupFile]], progress: Progress,
) -> tuple[dict[str, tuple[int, str]], int]:
    """Copy or link every file; answers size and digest by path in the backup, and how many were linked."""
    copied: dict[str, tuple[int, str]] = {}
    linked = 0
    (folder / HOME_FOLDER).mkdir(mode=0o700)
    progress("Files", 0, max(1, len(paths)))
    for number, path in enumerate(paths, start=1):
        source, target = home.root / path, folder / HOME_FOLDER / path
        private_folders(target.parent, folder / HOME_FOLDER)
        if path in earlier and _linked(*earlier[path], source, target):
            linked += 1
            copied[f"{HOME_FOLDER}/{path}"] = (earlier[path][1].size, earlier[path][1].sha256)
        else:
            with suppress(FileNotFoundError):  # Reports, pools and evidence may expire or be erased while we copy.
                copied[f"{HOME_FOLDER}/{path}"] = _copied(source, target, sizes.get(path))
        progress("Files", number, max(1, len(paths)))
    return copied, linked


def _linked(lent: Path, stated: BackupFile, source: Path, target: Path) -> bool:
    """Link the earlier copy, if both it and the source still have its bytes."""
    try:
        if source.stat().st_size != stated.size or file_digest(source) != stated.sha256 or file_digest(lent) != stated.sha256:
            return False
        os.link(lent, target)
    except OSError:  # Another disk, or a file system without links.
        return False
    return True


def _copied(source: Path, target: Path, at_most: int | None = None) -> tuple[int, str]:
    """Copy one file, or so many first bytes of it, hashing what is written; of a file that grows meanwhile what it had is taken."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading, private_file(target) as writing:
        left = os.fstat(reading.fileno()).st_size if at_most is None else at_most
        while left > 0 and (piece := reading.read(min(_PIECE, left))):
            writing.write(piece)
            digest.update(piece)
            size, left = size + len(piece), left - len(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return size, digest.hexdigest()


def _read_again(home: Home, root: Path, copied: dict[str, tuple[int, str]]) -> tuple[str, ...]:
    """Which copied batches and runs do not have the bytes that they name, also when they are read once more? An erasure writes a batch anew."""
    for last in (False, False, True):
        digests = {path.removeprefix(f"{HOME_FOLDER}/"): digest for path, (_, digest) in copied.items()}
        damaged = content_findings(root, digests)
        if last or not damaged:
            break
        for path in {PurePosixPath(*PurePosixPath(path).parts[:4]) for path in damaged}:
            for source in _files_of(home.root / path):
                (root / path / source).unlink(missing_ok=True)
                private_folders((root / path / source).parent, root)
                copied[f"{HOME_FOLDER}/{path}/{source}"] = _copied(home.root / path / source, root / path / source)
    return tuple(damaged)


def _measured(path: Path) -> tuple[int, str]:
    return path.stat().st_size, file_digest(path)


def _show_a_run_that_is_there(root: Path, copied: dict[str, tuple[int, str]], elsewhere: tuple[str, ...]) -> None:
    """`current` may have moved on to a run that is not of the moment: then it names the last copied run that a page may show."""
    for runs in _folders_in(root / "runs"):
        pointer = runs / CURRENT
        if pointer.exists() and not (runs / pointer.read_text(encoding="utf-8").strip()).is_dir():
            pointer.unlink()
            last = max(published_runs(runs), default=None)
            del copied[f"{HOME_FOLDER}/runs/{runs.name}/{CURRENT}"]
            if last is not None:
                with private_file(pointer) as stream:
                    stream.write(str(last).encode())
                copied[f"{HOME_FOLDER}/runs/{runs.name}/{CURRENT}"] = _measured(pointer)
