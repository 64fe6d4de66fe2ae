"""In which folder do printed letters wait, and how do they become a batch for the printer?

    waiting/<part>/     letters.pdf and letters.csv, put there whole by a rename: a part is one call of `send`
    batches/<batch>/    the parts of a closed batch as numbered PDFs, with manifest.csv

Whatever ends the program, a part is there or it is not, so what the folder tells is what was printed. The PDFs are readable, since a printer must read
them: the folder is closed to others, and the PDFs go when every letter of the batch is with the post or taken out.
"""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from arrears.act.channels.letter.writing import Letterhead, Printed, why_not, write
from arrears.act.sending import Answer, Outgoing, ProviderAway
from arrears.casefile.facts.message import Result
from arrears.core.ids import parse_id
from arrears.core.problems import AnswerIsNo, Refused

CANNOT_BE_SET = "cannot_be_set"
"""Code of a letter that the typesetter refuses, such as one with characters for private use, which an archive may not hold."""
_PART_COLUMNS = ("message", "key", "first_page", "last_page")
MANIFEST_COLUMNS = ("number", "message", "key", "file", "first_page", "last_page", "pages", "permit", "sha256")


class NoSuchBatch(AnswerIsNo):
    """No batch of that name lies here."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter of a batch, as its manifest lists it.

    Attributes:
        number: its place in the batch, from 1; the printer's order.
        file: the PDF in which it stands, from `first_page` to `last_page`.
        sha256: of that file.
    """

    number: int
    message_id: int
    key: str
    file: str
    first_page: int
    last_page: int
    permit_id: int
    sha256: str

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.last_page - self.first_page + 1


class LetterProvider:
    """Sets letters and puts them into the folder of the printer. It never waits for anybody, and is never uncertain: the folder says what is in it.

    Args:
        code: of each message, the code by which it is found to be genuine.
        zone: by whose calendar letters are dated.
    """

    channel = "letter"

    def __init__(self, name: str, folder: Path, head: Letterhead, code: Callable[[int], str], now: Callable[[], datetime], zone: ZoneInfo) -> None:
        self.name, self._folder, self._head, self._code, self._now, self._zone = name, folder, head, code, now, zone

    def ready(self) -> None:
        """The folder is there and can be written."""
        try:
            for inner in (self._folder / "waiting", self._folder / "batches"):
                inner.mkdir(mode=0o700, parents=True, exist_ok=True)
            writable = os.access(self._folder / "waiting", os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise ProviderAway(f"The folder {self._folder} of the printer cannot be written.", "No letter was printed.", "Look whether its disk is there.")

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Answer]:
        """Print those that can be written, as one document; nothing of it is there before all of it is."""
        fit: list[Outgoing] = []
        for one in messages:
            reason = why_not(one, self._head)
            if reason is None:
                fit.append(one)
            else:
                yield Answer(one.message_id, Result.REFUSED, code=reason.value)
        if fit:
            yield from self._print(fit)

    def _print(self, fit: Sequence[Outgoing]) -> Iterator[Answer]:
        on = self._now().astimezone(self._zone).date()
        try:
            made = write(self._head, [(one, self._code(one.message_id)) for one in fit], on)
        except typst.TypstError:
            if len(fit) == 1:
                yield Answer(fit[0].message_id, Result.REFUSED, code=CANNOT_BE_SET)
            else:
                for one in fit:
                    yield from self._print([one])
            return
        part = f"{on}-{fit[0].key}"
        try:
            _put_part(self._folder / "waiting", part, fit, made)
        except OSError as trouble:
            for one in fit:
                yield Answer(one.message_id, Result.NOT_TAKEN, code=f"disk {trouble.errno}")
            return
        for one in fit:
            yield Answer(one.message_id, Result.TAKEN, reference=part)

    def ask(self, keys: Iterable[str]) -> dict[str, Answer]:
        """What lies in the folder was printed, and nothing else was."""
        printed = {row["key"]: row for row in _rows_of_parts(self._folder)}
        found = {}
        for key in keys:
            row = printed.get(key)
            found[key] = Answer(int(row["message"]), Result.TAKEN, reference=row["part"]) if row else Answer(parse_id(key), Result.NOT_TAKEN)
        return found

    def close(self) -> None:
        """Nothing is open."""


def _put_part(waiting: Path, part: str, letters: Sequence[Outgoing], made: Printed) -> None:
    """Write a part beside its place and rename it into it: whoever looks sees all of it or nothing."""
    unfinished = waiting / f".{part}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        _write_safely(unfinished / "letters.pdf", made.pdf)
        rows = [(one.message_id, one.key, first, last) for one, (first, last) in zip(letters, made.pages, strict=True)]
        _write_safely(unfinished / "letters.csv", _csv(_PART_COLUMNS, rows))
        unfinished.rename(waiting / part)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    _sync_folder(waiting)


def close_batch(folder: Path, day: date, permits: Callable[[Sequence[int]], Mapping[int, int]]) -> str | None:
    """Make everything that waits a batch, one closer at a time; answers its name, by the day and a number, or None where nothing waits.

    A batch that another program began to close and did not end is ended first, under its own name. A letter whose key lies in a batch already is
    left out, so that no copy of it goes on.

    Args:
        permits: of each message, the permit under which it was last printed.
    """
    if not (folder / "waiting").is_dir():
        return None
    with _alone(folder):
        for begun in sorted((folder / "batches").glob(".*.closing")):
            _finish(folder, begun, permits)
        parts = sorted(one for one in (folder / "waiting").iterdir() if not one.name.startswith("."))
        if not parts:
            return None
        batch = next(name for number in count(1) if not (folder / "batches" / (name := f"{day}-{number}")).exists())
        closing = folder / "batches" / f".{batch}.closing"
        closing.mkdir(mode=0o700)
        for one in parts:
            one.rename(closing / one.name)
        _finish(folder, closing, permits)
        return batch


def _finish(folder: Path, closing: Path, permits: Callable[[Sequence[int]], Mapping[int, int]]) -> None:
    batch = closing.name[1 : -len(".closing")]
    known = {one.key for name in batches(folder) for one in listed(folder, name)}
    rows: list[tuple[str, dict[str, str], str]] = []
    for number, part in enumerate(sorted(one for one in closing.iterdir() if one.is_dir()), start=1):
        file = f"{number:03d}-{part.name}.pdf"
        digest = sha256((part / "letters.pdf").read_bytes()).hexdigest()
        for row in _read_csv(part / "letters.csv"):
            if row["key"] not in known:
                known.add(row["key"])
                rows.append((file, row, digest))
    under = permits([int(row["message"]) for _, row, _ in rows])
    found = [
        Listed(number, int(row["message"]), row["key"], file, int(row["first_page"]), int(row["last_page"]), under[int(row["message"])], digest)
        for number, (file, row, digest) in enumerate(rows, start=1)
    ]
    for number, part in enumerate(sorted(one for one in closing.iterdir() if one.is_dir()), start=1):
        shutil.copyfile(part / "letters.pdf", closing / f"{number:03d}-{part.name}.pdf")
    _write_safely(closing / "manifest.csv", _csv(MANIFEST_COLUMNS, [
        (one.number, one.message_id, one.key, one.file, one.first_page, one.last_page, one.pages, one.permit_id, one.sha256) for one in found]))
    closing.rename(folder / "batches" / batch)
    _sync_folder(folder / "batches")
    for part in (one for one in (folder / "batches" / batch).iterdir() if one.is_dir()):
        (part / "letters.pdf").unlink()


def batches(folder: Path) -> list[str]:
    """The names of the closed batches, oldest first."""
    inside = folder / "batches"
    return sorted(one.name for one in inside.iterdir() if not one.name.startswith(".")) if inside.is_dir() else []


def waiting(folder: Path) -> int:
    """How many letters were printed and lie in no batch yet?"""
    inside = folder / "waiting"
    parts = [one for one in inside.iterdir() if not one.name.startswith(".")] if inside.is_dir() else []
    return sum(len(_read_csv(one / "letters.csv")) for one in parts)


def listed(folder: Path, batch: str) -> list[Listed]:
    """The letters of a batch, in the printer's order.

    Raises:
        NoSuchBatch: there is none of that name.
    """
    manifest = folder / "batches" / batch / "manifest.csv"
    if "/" in batch or batch.startswith(".") or not manifest.is_file():
        raise NoSuchBatch(f"No batch “{batch}” lies here.", "Nothing was changed.", "See which do: arrears letters batches")
    return [
        Listed(int(row["number"]), int(row["message"]), row["key"], row["file"], int(row["first_page"]), int(row["last_page"]), int(row["permit"]), row["sha256"])
        for row in _read_csv(manifest)
    ]


def forget_pages(folder: Path, batch: str) -> None:
    """Take away the PDFs of a batch of which nothing waits any more. The manifest stays."""
    for file in (folder / "batches" / batch).rglob("*.pdf"):
        file.unlink()


def _rows_of_parts(folder: Path) -> Iterator[dict[str, str]]:
    """Every letter that was ever printed here, with the name of its part."""
    inside = folder / "batches"
    closed = [part for batch in inside.iterdir() for part in batch.iterdir() if part.is_dir()] if inside.is_dir() else []
    open_parts = [part for part in (folder / "waiting").iterdir() if not part.name.startswith(".")] if (folder / "waiting").is_dir() else []
    for part in (*open_parts, *closed):
        for row in _read_csv(part / "letters.csv"):
            yield {**row, "part": part.name}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One closer at a time; the lock goes with the program that holds it."""
    try:
        lock = (folder / "closing.lock").open("w")
    except OSError as trouble:
        raise Refused(f"The folder {folder} of the printer cannot be written.", "No batch was closed.", "Look whether its disk is there.") from trouble
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_safely(path: Path, content: bytes) -> None:
    """Closed to others, and on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
