"""Where does a run keep what it found, and how is it published at once or not at all?

A run works in a staging folder named by the digest of its inputs: a run that was killed is taken up again by the next one with the
same inputs, table by table. When all is there the folder gets its number by one rename, and `current` is moved to it by another. A
table, once published, is never written again.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from arrears.core.problems import Busy
from arrears.engine.columns_engine import bring_to_disk
from arrears.intake.book.layout import file_digest

CURRENT = "current"
RUN_FILE = "run.json"
POLICY_FILE = "policy.json"
"""What the policy of a run said, kept with the run: the same run can be decided again and its reasons be put into words, whatever became of the policy."""
_PROGRESS = "progress.json"


@dataclass(frozen=True, slots=True, order=True)
class RunName:
    """One published run: the day it looked at and its number on that day."""

    as_of: date
    number: int

    def __str__(self) -> str:
        return f"{self.as_of.isoformat()}/{self.number}"

    @classmethod
    def read(cls, text: str) -> RunName:
        """The run named by a text such as 2026-11-23/1."""
        day, _, number = text.strip().partition("/")
        return cls(date.fromisoformat(day), int(number))


def write_text_whole(path: Path, text: str) -> None:
    """Replace a small file at once: a reader sees the old text or the new one."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    bring_to_disk(unfinished)
    unfinished.rename(path)


def write_bytes_whole(path: Path, content: bytes) -> None:
    """The same for bytes that only this user reads."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
    bring_to_disk(unfinished)
    unfinished.rename(path)


@contextmanager
def only_run_of(runs: Path) -> Iterator[None]:
    """Hold the one right to run this book; a second run at the same time is told to wait."""
    runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (runs / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as trouble:
            raise Busy("Another run of this book is at work.", "Two at once would open the same cases.", "Wait for it to end.") from trouble
        yield


def published_runs(runs: Path) -> list[RunName]:
    """Every published run of a book, oldest day first."""
    found = (RunName.read(f"{folder.parent.name}/{folder.name}") for folder in runs.glob("????-??-??/[0-9]*") if (folder / RUN_FILE).exists())
    return sorted(found)


def current_run(runs: Path) -> RunName | None:
    """The run that pages show; None before the first."""
    pointer = runs / CURRENT
    return RunName.read(pointer.read_text(encoding="utf-8")) if pointer.exists() else None


def show(runs: Path, name: RunName) -> None:
    """Make this published run the one that pages show."""
    write_text_whole(runs / CURRENT, str(name))


def run_before(runs: Path, on: date) -> RunName | None:
    """The last run of an earlier day, which this day is compared with."""
    earlier = [name for name in published_runs(runs) if name.as_of < on]
    return max(earlier, default=None)


def run_facts(runs: Path, name: RunName) -> dict[str, Any]:
    """What run.json of a published run says."""
    facts: dict[str, Any] = json.loads((runs / str(name) / RUN_FILE).read_text(encoding="utf-8"))
    return facts


class StagedRun:
    """A run in the making, table by table."""

    def __init__(self, runs: Path, on: date, inputs_digest: str) -> None:
        self.runs, self.on, self.inputs_digest = runs, on, inputs_digest
        self.folder = runs / on.isoformat() / f".staging-{inputs_digest[:16]}"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.scratch = self.folder / ".scratch"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(mode=0o700)
        self.digests: dict[str, str] = self._finished_before()
        self.taken_up = bool(self.digests)

    def _finished_before(self) -> dict[str, str]:
        """Tables that an earlier, interrupted attempt finished and that are still whole."""
        record = self.folder / _PROGRESS
        if not record.exists():
            return {}
        claimed: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
        return {name: digest for name, digest in claimed.items() if (self.folder / name).exists() and file_digest(self.folder / name) == digest}

    def path(self, name: str) -> Path:
        """Where the file of this name stands while the run is in the making."""
        return self.folder / name

    def table(self, name: str, make: Callable[[Path], str]) -> Path:
        """The table of this name: as an earlier attempt left it, or made now.

        Args:
            make: writes the file to the path it is given and returns its SHA-256.
        """
        target = self.path(name)
        if name not in self.digests:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.digests[name] = make(target)
            write_text_whole(self.folder / _PROGRESS, json.dumps(self.digests, sort_keys=True))
        return target

    def forget(self, prefix: str) -> None:
        """Remove working tables that are not part of the published run."""
        for name in [name for name in self.digests if name.startswith(prefix)]:
            (self.folder / name).unlink(missing_ok=True)
            del self.digests[name]
        write_text_whole(self.folder / _PROGRESS, json.dumps(self.digests, sort_keys=True))

    def same_as(self, published: dict[str, Any]) -> list[str]:
        """Which tables differ from those of a published run with the same inputs? None should."""
        theirs: dict[str, str] = published["digests"]
        return sorted(name for name in set(self.digests) | set(theirs) if self.digests.get(name) != theirs.get(name))

    def discard(self) -> None:
        """Drop the staging folder: the same run is published already."""
        shutil.rmtree(self.folder)

    def _drop_leftovers(self) -> None:
        """Remove what interrupted attempts with other inputs left for this day: nobody will take them up."""
        for leftover in (self.runs / self.on.isoformat()).glob(".staging-*"):
            shutil.rmtree(leftover)

    def publish(self, facts: dict[str, Any], number: int, *, make_current: bool) -> RunName:
        """Give the run its number; from now on it can be read, and never changes."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        (self.folder / _PROGRESS).unlink(missing_ok=True)
        for folder in sorted((path for path in self.folder.rglob("*") if path.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
        write_text_whole(self.folder / RUN_FILE, json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True))
        bring_to_disk(self.folder)
        name = RunName(self.on, number)
        self.folder.rename(self.runs / str(name))
        self._drop_leftovers()
        bring_to_disk(self.runs / self.on.isoformat())
        if make_current:
            show(self.runs, name)
        return name
