"""Where do stored reports lie, who can open them, and when are they gone?

Comes in: reports of one night as bytes. Goes out: a folder `<reports>/<book>/<day>` (mode 0700) with each report sealed under its
person's key, and `reports.json`, which names cases by their ids alone. It lies outside the runs, so no run's bytes depend on it. Erasing
a person makes the sealed reports unreadable; after 30 days the next run removes all of that night.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo
from arrears.core.reasons import Language

KEPT_DAYS = 30
SEALED_AS = "case_report"
"""What the vault is told that it seals, so that no other sealed bytes can stand in."""
_INDEX = "reports.json"
Seal = Callable[[int, bytes], bytes]
"""(party id, bytes) → the same under the person's key, or back."""


class NoSuchReport(AnswerIsNo):
    """No report of that case is stored."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report ready to be stored: its bytes by ending (html, pdf)."""

    case_id: int
    party_id: int
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """One stored report: of which book, day and case, in which language, with which endings, until when."""

    book: str
    as_of: date
    case_id: int
    party_id: int
    language: Language
    endings: tuple[str, ...]
    expires_on: date
    folder: Path


def store(reports: Path, book: str, as_of: date, made_on: date, language: Language, made: Iterable[MadeReport], seal: Seal) -> int:
    """Store the reports of one night; the folder appears whole or not at all, and replaces an earlier one of the same day. Answers how many."""
    folder = reports / book / as_of.isoformat()
    for above in (reports, folder.parent):  # one by one: `parents=True` would leave the upper one open to others
        above.mkdir(mode=0o700, exist_ok=True)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    listed = []
    for one in made:
        for ending, content in one.files.items():
            _write_private(part / _name(one.case_id, ending), seal(one.party_id, content))
        listed.append({"case_id": one.case_id, "party_id": one.party_id, "endings": sorted(one.files)})
    facts = {"book": book, "as_of": as_of.isoformat(), "expires_on": (made_on + timedelta(days=KEPT_DAYS)).isoformat(), "language": language, "reports": listed}
    _write_private(part / _INDEX, json.dumps(facts, indent=1).encode())
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return len(listed)


def _name(case_id: int, ending: str) -> str:
    return f"{id_text(case_id)}.{ending}.sealed"


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def stored(reports: Path, books: Sequence[str]) -> list[StoredReport]:
    """Every stored report of these books, the newest day first, each night in the order of the worklist."""
    nights = sorted((index.parent for book in books for index in (reports / book).glob(f"*/{_INDEX}") if not index.parent.name.startswith(".")), key=lambda night: (night.name, night.parent.name), reverse=True)
    return [one for night in nights for one in _night(night)]


def _night(folder: Path) -> list[StoredReport]:
    facts = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    return [
        StoredReport(facts["book"], date.fromisoformat(facts["as_of"]), row["case_id"], row["party_id"], facts["language"], tuple(row["endings"]),
                     date.fromisoformat(facts["expires_on"]), folder)
        for row in facts["reports"]
    ]


def open_stored(reports: Path, books: Sequence[str], case_id: int, on: date | None, ending: str, unseal: Seal) -> bytes:
    """A stored report as it was made; the newest where no day is named.

    Raises:
        NoSuchReport: none of that case, day and ending is stored.
        Unreadable: the person was erased.
    """
    for one in stored(reports, books):
        if one.case_id == case_id and on in (None, one.as_of) and ending in one.endings:
            return unseal(one.party_id, (one.folder / _name(case_id, ending)).read_bytes())
    raise NoSuchReport("No such report is stored.", f"Reports of the first cases of each night are kept for {KEPT_DAYS} days.",
                       "See what is stored: arrears report list. Any case's report of today: arrears report case ID")


def forget_people(reports: Path, party_ids: Iterable[int]) -> int:
    """Remove the stored reports of these people, files and names in the lists; answers how many reports. Others of the same night stay."""
    people = set(party_ids)
    return sum(_forget_in(index, people) for index in sorted(reports.glob(f"*/*/{_INDEX}"))) if reports.is_dir() else 0


def _forget_in(index: Path, people: set[int]) -> int:
    facts = json.loads(index.read_text(encoding="utf-8"))
    theirs = [row for row in facts["reports"] if row["party_id"] in people]
    if not theirs:
        return 0
    for row in theirs:
        for ending in row["endings"]:
            (index.parent / _name(row["case_id"], ending)).unlink(missing_ok=True)
    part = index.with_name(f".{_INDEX}.part")
    part.unlink(missing_ok=True)
    _write_private(part, json.dumps({**facts, "reports": [row for row in facts["reports"] if row not in theirs]}, indent=1).encode())
    part.replace(index)
    return len(theirs)


def expired(reports: Path, today: date, held: Collection[int] = ()) -> list[str]:
    """Which nights (book/day) are over, and would lose their reports? Those with nothing but reports of people in `held` lose none."""
    return [f"{night.parent.name}/{night.name}" for night in _over(reports, today) if not night.name.startswith(".") and _parties(night) - set(held)]


def remove_expired(reports: Path, today: date, held: Collection[int] = ()) -> list[str]:
    """Remove every night whose time is over, and what a stopped run left; answers the nights as book/day.

    Of people in `held` (a legal matter keeps everything about them) the reports stay.
    """
    gone = []
    for night in _over(reports, today):
        left_over = night.name.startswith(".")
        theirs = set() if left_over else _parties(night)
        if theirs & set(held):
            gone += [f"{night.parent.name}/{night.name}"] if _forget_in(night / _INDEX, theirs - set(held)) else []
            continue
        shutil.rmtree(night)
        gone += [] if left_over else [f"{night.parent.name}/{night.name}"]
    return gone


def _over(reports: Path, today: date) -> list[Path]:
    """Nights whose time is over, and what a stopped run left."""
    def is_over(night: Path) -> bool:
        index = night / _INDEX
        return night.name.startswith(".") or (index.exists() and date.fromisoformat(json.loads(index.read_text(encoding="utf-8"))["expires_on"]) <= today)

    return [night for night in sorted(reports.glob("*/*")) if is_over(night)] if reports.is_dir() else []


def _parties(night: Path) -> set[int]:
    return {row["party_id"] for row in json.loads((night / _INDEX).read_text(encoding="utf-8"))["reports"]}


def as_plain(report: StoredReport) -> dict[str, object]:
    """A stored report for a machine: ids as people see them, days as ISO texts; no name."""
    plain = asdict(report)
    return {**plain, "case_id": id_text(report.case_id), "as_of": report.as_of.isoformat(), "expires_on": report.expires_on.isoformat(),
            "endings": list(report.endings), "party_id": id_text(report.party_id), "folder": str(report.folder)}
