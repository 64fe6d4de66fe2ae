"""How does a home come back from its backup, and how does it prove that it is the same?

Every byte of the backup is compared with the manifest before anything is touched. Then files and database are put into a new home, and the
home proves itself: as many rows, entries and chains as the manifest says and the same digest over all entry hashes; every header, link,
commitment, fact, number and signed head fits (`record_checking`); every batch and run has the bytes that it names; every recorded run's files are those
that its entry names. Last, whoever was erased since the backup was taken is erased again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arrears.casefile.facts.backup import RecordRestored
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, institution_key
from arrears.casefile.store.vault import KeyRefused, Unreadable, default_vault
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, BadData
from arrears.engine.backup_folder import (
    HOME_FOLDER,
    BackupFinding,
    DatabaseFigures,
    Manifest,
    Progress,
    check_backup,
    content_findings,
    private_file,
    private_folders,
    read_manifest,
)
from arrears.engine.erasure_register import REGISTER, Erasure, lines_of, read_register, write_lines
from arrears.engine.home import Home
from arrears.engine.run_folder import RunName, published_runs, run_facts
from arrears.engine.use_cases.erasing import finish_erasures
from arrears.engine.use_cases.record_checking import RecordChecked, check_record
from arrears.record.journal import sealing

TOLD_MAX = 10
"""So many findings are named in a refusal; the others are counted."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at before a restored home was believed?"""

    entries: int
    facts: int
    heads: int
    files: int
    personal_checked: bool


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """How many erasures are on the register, and how many of these people the backup still held?"""

    on_register: int
    erased: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that came back: where it is, of when, what was looked at, who was erased again, and whether names can be read."""

    home: Home
    manifest: Manifest
    proof: Proof
    erased: ErasedAgain
    names_can_be_read: bool


def whole_backup(folder: Path, progress: Progress) -> tuple[Manifest, str]:
    """The manifest of a backup whose every byte is as it was, and its digest. Raises `BadData` naming what is not."""
    manifest, digest = read_manifest(folder)
    refuse_findings(folder, check_backup(folder, manifest, progress))
    return manifest, digest


def refuse_findings(folder: Path, findings: Sequence[BackupFinding]) -> None:
    """Raise `BadData` that names what is wrong with a backup, if anything is."""
    if findings:
        named = [f"{finding.path}: {finding.what}." for finding in findings[:TOLD_MAX]]
        raise BadData(f"The backup {folder} is not as it was made. {_listed(named, len(findings))}", "Nothing was restored from it.",
                      "Use another backup, or bring these files back from a copy of this one.")


def _listed(named: Sequence[str], of: int) -> str:
    return " ".join(named) + (f" And {of - len(named):,} more." if of > len(named) else "")


def put_files(folder: Path, manifest: Manifest, home: Home, progress: Progress) -> None:
    """Copy the home's files out of the backup into a home that has none, each closed to others."""
    inside = [file for file in manifest.files if file.path.startswith(f"{HOME_FOLDER}/")]
    progress("Files", 0, max(1, len(inside)))
    for number, file in enumerate(inside, start=1):
        target = home.root / file.path.removeprefix(f"{HOME_FOLDER}/")
        private_folders(target.parent, home.root)
        with (folder / file.path).open("rb") as reading, private_file(target) as writing:
            shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())
        progress("Files", number, len(inside))


# ---- the proof


def refuse_other_figures(stated: DatabaseFigures, found: DatabaseFigures) -> None:
    """Is the database that was put back the one that was copied? Raises `BadData` naming each figure that differs."""
    wrong = [f"Table {table} has {found.tables.get(table, 0):,} rows and had {rows:,}." for table, rows in sorted(stated.tables.items()) if found.tables.get(table, 0) != rows]
    there = {journal.institution_id: journal for journal in found.journals}
    for journal in stated.journals:
        now = there.get(journal.institution_id)
        if now is None or (now.entries, now.chains, now.digest) != (journal.entries, journal.chains, journal.digest):
            wrong.append(f"The journal of institution {id_text(journal.institution_id)} is another one.")
    if wrong:
        raise BadData(f"The restored database is not the one that was copied. {_listed(wrong[:TOLD_MAX], len(wrong))}", "The new home was removed again.",
                      "Try another backup.")


def names_can_be_read(manifest: Manifest) -> bool:
    """Is the envelope key here? False where there is none. Raises `AnswerIsNo` where it is the key of another home."""
    try:
        vault = default_vault()
    except KeyRefused:
        return False
    for journal in manifest.database.journals:
        try:
            institution_key(journal.institution_id, vault)
        except Unreadable as other:
            raise AnswerIsNo("The secrets are not those of the home that was backed up.", "Its names would stay sealed, and new ones would be sealed under two keys.",
                             "Name the right file with --secrets, or leave it out and put the key in place later.") from other
    return True


def prove(home: Home, manifest: Manifest, environ: Mapping[str, str], at: datetime, progress: Progress) -> Proof:
    """Does everything in the restored home fit together? Raises `BadData` naming what does not."""
    checked = [prove_record(home, journal.institution_id, environ, at, progress) for journal in manifest.database.journals]
    files = {file.path.removeprefix(f"{HOME_FOLDER}/"): file.sha256 for file in manifest.files if file.path.startswith(f"{HOME_FOLDER}/")}
    known = set(manifest.damaged)
    wrong = [f"{path} is not what its batch or run says." for path in content_findings(home.root, files) if path not in known]
    for journal in manifest.database.journals:
        wrong += _runs_that_differ(home, journal.institution_id)
    if wrong:
        raise BadData(f"Files of the restored home do not fit its records. {_listed(wrong[:TOLD_MAX], len(wrong))}", "The new home was removed again.", "Try another backup.")
    return Proof(
        sum(one.entries for one in checked), sum(one.facts for one in checked), sum(one.heads for one in checked), len(files), all(one.personal_checked for one in checked),
    )


def prove_record(home: Home, institution_id: int, environ: Mapping[str, str], at: datetime, progress: Progress) -> RecordChecked:
    """Is the record of one institution as it was written: entries, facts, links, numbers in the log, signed heads, time-stamps? Raises `BadData`."""
    checked = check_record(home, institution_id, environ, at, lambda table, done, of: progress(f"Checking {table}", done, of) if of else None)
    if checked.findings:
        raise BadData(
            f"The record of institution {id_text(institution_id)} does not verify. {_listed([one.what for one in checked.findings[:TOLD_MAX]], len(checked.findings))}",
            "Somebody changed it past the program, before or after the backup was taken.", "Try an earlier backup, and keep this one as evidence.",
        )
    return checked


def _runs_that_differ(home: Home, institution_id: int) -> list[str]:
    """Runs in the home whose files are not those that the journal names."""
    wrong = []
    for runs in sorted(path for path in home.runs.iterdir() if path.is_dir()):
        there = set(published_runs(runs))
        with acting_for(institution_id):
            recorded = load.runs_published(runs.name)
        for run in recorded:
            name = RunName(run.as_of, run.number)
            if name in there and run_facts(runs, name)["digests"] != dict(run.digests):
                wrong.append(f"Run {name} of the book {runs.name} is not the one that was recorded.")
    return wrong


# ---- erasures


def register_for(home: Home, backup: Path, named: Path | None) -> list[Erasure]:
    """Which erasures are to be repeated? Those of the backup itself, of the copy beside it, and of the file that is named.

    Puts all of them into the home's own register. Raises `AnswerIsNo` where the named file is not there.
    """
    if named is not None and not named.is_file():
        raise AnswerIsNo(f"There is no register of erasures at {named}.", "Whoever was erased since the backup would come back.", "Name the newest copy.")
    sources = [home.root / REGISTER, backup.parent / REGISTER, *([named] if named else [])]
    for source in sources:
        read_register(source)  # A line that cannot be read is told with the name of its file.
    write_lines(home.root / REGISTER, lines_of(sources))
    return read_register(home.root / REGISTER)


def erase_again(home: Home, erasures: Sequence[Erasure], institution_ids: Sequence[int], *, keys_at_hand: bool, at: datetime, actor: str) -> ErasedAgain:
    """Erase everybody on the register whom the backup still knew, in the database and in the home's files.

    Somebody who came back as a customer later has another id, and stays.

    Args:
        keys_at_hand: can names be read? Without, refused rows in the error pool cannot be looked through; nobody can read them either.
    """
    done = [finish_erasures(home, institution_id, at=at, actor=actor, keys_at_hand=keys_at_hand) for institution_id in institution_ids]
    return ErasedAgain(len(erasures), sum(one.people for one in done if one))


def record_restore(manifest: Manifest, manifest_digest: str, erased: ErasedAgain, *, actor: str, at: datetime) -> None:
    """Enter the restore into the journal of every institution."""
    for journal in manifest.database.journals:
        with acting_for(journal.institution_id):
            append(RecordRestored(manifest.taken_at, manifest_digest, journal.entries, erased.erased), actor=actor, at=at, cause="restore")
        sealing.seal(journal.institution_id)
