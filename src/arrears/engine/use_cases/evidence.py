"""How is evidence kept, listed, handed out and checked, for a command or a page?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from arrears.casefile.facts.evidence import EvidenceKept, about_case, unknown_capture_facts
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, Refused
from arrears.engine.home import PRIVATE_FILE, Home
from arrears.record.evidence import checking, keeping
from arrears.record.evidence.checking import Checked
from arrears.record.evidence.keeping import Captured, HandedOut, Offered
from arrears.record.evidence.media import LIMIT_BYTES, MOST_BYTES, ending_of, in_words
from arrears.record.evidence.refusals import NotKept, StoreRefused
from arrears.record.evidence.store import EvidenceStore, settings_from

__all__ = [
    "LIMIT_BYTES", "MOST_BYTES", "Captured", "Checked", "HandedOut", "NotKept", "Offered", "StoreRefused", "add", "as_plain", "checked", "download_name", "hand_out", "in_words",
    "listed", "save", "store_of",
]


def store_of(home: Home, institution_id: int) -> EvidenceStore:
    """Where the evidence of this institution lies: the home's folder, or the object store that the environment names."""
    return EvidenceStore(home.evidence, institution_id, settings_from(os.environ))


def add(home: Home, institution_id: int, case_id: int, offered: Offered, *, actor: str, at: datetime, cause: str) -> EvidenceKept:
    """Keep a file as evidence in a case; all refusals of `record.evidence.keeping.keep`.

    Raises:
        AnswerIsNo: this institution has recorded no such case.
    """
    with acting_for(institution_id):
        return keeping.keep(store_of(home, institution_id), offered, party_id=_party_of(case_id), case_id=case_id, actor=actor, at=at, cause=cause)


def listed(institution_id: int, case_id: int) -> list[EvidenceKept]:
    """The evidence of a case and that of its person which belongs to no case, in the order in which it was recorded.

    Raises:
        AnswerIsNo: this institution has recorded no such case.
    """
    with acting_for(institution_id):
        return about_case(keeping.kept_of(_party_of(case_id)), case_id)


def hand_out(home: Home, institution_id: int, evidence_id: int, why: str, *, actor: str, at: datetime, cause: str) -> HandedOut:
    """Fetch a piece of evidence, checked, and record its reading; all refusals of `record.evidence.keeping.read`.

    Its bytes may be handed out once the caller's transaction is committed: at once where the caller has none.
    """
    with acting_for(institution_id):
        return keeping.read(store_of(home, institution_id), evidence_id, why=why, actor=actor, at=at, cause=cause)


def save(home: Home, institution_id: int, evidence_id: int, why: str, target: Path | None, *, actor: str, at: datetime, cause: str) -> tuple[EvidenceKept, Path]:
    """Hand a piece of evidence out into a file that only this user reads (default: `evidence-ID.ending` here); it is whole or not there.

    Raises:
        Refused: the file cannot be written; then nothing was read, and no reading is recorded.
    """
    with acting_for(institution_id):
        kept = load.evidence(evidence_id)
    if kept is None:
        raise keeping.NoSuchEvidence("There is no such piece of evidence here.", "Its id is wrong, or it is another institution's.", "See which there are: arrears evidence list CASE")
    target = target or Path(download_name(kept))
    with _written_whole(target) as stream:
        handed = hand_out(home, institution_id, evidence_id, why, actor=actor, at=at, cause=cause)
        for piece in handed.pieces():
            stream.write(piece)
    return handed.kept, target


def checked(home: Home, institution_id: int, *, at: datetime, read_bytes: bool, sweep: bool, progress: Callable[[int, int], None] | None = None) -> Checked:
    """Compare record and store of this institution; see `record.evidence.checking.check`."""
    with acting_for(institution_id):
        return checking.check(store_of(home, institution_id), at=at, read_bytes=read_bytes, sweep=sweep, progress=progress)


def download_name(kept: EvidenceKept) -> str:
    """Under which name is it handed out? Its id and an ending that fits its bytes, and nothing that a person wrote."""
    return f"evidence-{id_text(kept.evidence_id)}{ending_of(kept.media_type)}"


def as_plain(kept: EvidenceKept) -> dict[str, object]:
    """A piece of evidence for a machine: ids as people see them, moments as ISO texts, what is not known by name."""
    plain = asdict(kept)
    return {
        **plain, "evidence_id": id_text(kept.evidence_id), "party_id": id_text(kept.party_id), "case_id": id_text(kept.case_id) if kept.case_id else None,
        "captured_at": kept.captured_at.isoformat() if kept.captured_at else None, "hashed_at": kept.hashed_at.isoformat(),
        "seconds_from_capture_to_hash": kept.seconds_from_capture_to_hash, "unknown": list(unknown_capture_facts(kept)),
    }


def _party_of(case_id: int) -> int:
    case = load.case(case_id)
    if case is None:
        raise AnswerIsNo("There is no such case here.", "Its id is wrong, or no run has opened it yet.", "See the cases: arrears case list")
    return case.party_id


@contextmanager
def _written_whole(target: Path) -> Iterator[BinaryIO]:
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        unfinished.replace(target)
    except OSError as trouble:
        raise Refused(f"{target} could not be written: {trouble.strerror}.", "The file was not handed out whole.", "Name a file in a folder that you may write to.") from trouble
    finally:
        unfinished.unlink(missing_ok=True)
