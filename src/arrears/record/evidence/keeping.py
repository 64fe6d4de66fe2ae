"""How does a file become evidence, and how is it read again?

Bytes first, then the fact: a file is sealed, put into the store and safe there before the fact that names it is recorded with its journal
entry. So a process that dies between leaves bytes that nobody names (`checking` finds and removes them), never a fact without bytes.
Reading is the other way round: the bytes are fetched and checked, then the custody entry is recorded, and they are handed out only by
whoever holds the transaction's end.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from arrears.casefile.facts.evidence import UNKNOWN, ClockSource, EvidenceKept, EvidenceKind, EvidenceRead, EvidenceSource
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.vault import default_vault
from arrears.core.problems import AnswerIsNo, BadData, WrongCall
from arrears.record.evidence.media import LIMIT_BYTES, in_words, media_type_of
from arrears.record.evidence.refusals import EvidenceAltered, empty, too_large
from arrears.record.evidence.sealed import SALT_BYTES, Meant, open_file, seal_file
from arrears.record.evidence.store import EvidenceStore

PIECE_BYTES = 1 << 20
LONGEST_TITLE = 200
LONGEST_WORDS = 2000
"""Of how it was made, and why it is read."""


class NoSuchEvidence(AnswerIsNo):
    """This institution keeps no such piece of evidence."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What is known of a file before it came here. What nobody knows stays `UNKNOWN` or None; nothing is guessed from the file.

    `captured_at` carries its time zone. `device` and `system` are what recorded it and on which software, `operator` who ran it,
    `provenance` how it was made and by which way it came, in a sentence.
    """

    captured_at: datetime | None = None
    clock_source: ClockSource = ClockSource.UNKNOWN
    device: str = UNKNOWN
    system: str = UNKNOWN
    operator: str = UNKNOWN
    source: EvidenceSource = EvidenceSource.UNKNOWN
    provenance: str = UNKNOWN


def made_here(at: datetime, operator: str, provenance: str) -> Captured:
    """What is known of a file that this program makes itself at this moment, such as a report in PDF: all of it.

    >>> from datetime import UTC
    >>> made = made_here(datetime(2026, 1, 5, tzinfo=UTC), "nightly", "report of the case, from run 7")
    >>> made.source.value, made.clock_source.value, made.system.split()[0]
    ('arrears', 'device', 'arrears')
    """
    return Captured(captured_at=at, clock_source=ClockSource.DEVICE, device="the server of this program", system=f"arrears {version('arrears')}", operator=operator,
                    source=EvidenceSource.ARREARS, provenance=provenance)


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that somebody wants kept: its bytes (a file that can be read twice), its name, what it is and what it shows."""

    content: BinaryIO
    file_name: str
    kind: EvidenceKind
    title: str
    captured: Captured = Captured()


def keep(store: EvidenceStore, offered: Offered, *, party_id: int, case_id: int | None, actor: str, at: datetime, cause: str = "evidence") -> EvidenceKept:
    """Keep a file as evidence, inside `acting_for` of the institution whose store it is; answers the recorded fact.

    Args:
        at: now, which becomes the time of the first hash.

    Raises:
        NotKept: too large, of a type that is not kept, empty, or holding what acts on its own.
        BadData: the capture time lies in the future, or the file changed while it was read.
        StoreRefused: the store does not take it.
        Unreadable: the person has no key (any more).
    """
    _refuse_impossible(offered, at)
    _refuse_wrong_case(party_id, case_id)
    size, sha256 = _measured(offered.content, LIMIT_BYTES[offered.kind])
    media = media_type_of(offered.content, size, offered.file_name)
    evidence_id, key = random_id(), default_vault().party_key(party_id)
    offered.content.seek(0)
    read_again = _Hashing(offered.content)
    address = store.put(seal_file(read_again, size, key, Meant(party_id, evidence_id), os.urandom(SALT_BYTES)))
    if read_again.sha256 != sha256:
        store.delete(address)
        raise BadData("The file changed while it was read.", "Its hash would not be that of the file you have.", "Add it again when nobody writes to it.")
    fact = _fact(offered, evidence_id, party_id, case_id, media.name, size, address, sha256, at)
    append(fact, actor=actor, at=at, cause=cause)
    return fact


def _fact(offered: Offered, evidence_id: int, party_id: int, case_id: int | None, media_type: str, size: int, address: str, sha256: str, at: datetime) -> EvidenceKept:
    how = offered.captured
    return EvidenceKept(
        evidence_id=evidence_id, party_id=party_id, case_id=case_id, kind=offered.kind, title=offered.title.strip()[:LONGEST_TITLE] or plain_name(offered.file_name),
        file_name=plain_name(offered.file_name), media_type=media_type, size_bytes=size, address=address, original_sha256=sha256, captured_at=how.captured_at, hashed_at=at,
        clock_source=how.clock_source if how.captured_at else ClockSource.UNKNOWN, device=_said(how.device), system=_said(how.system), operator=_said(how.operator),
        source=how.source, provenance=_said(how.provenance),
    )


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A piece of evidence whose reading is recorded, with its sealed bytes, checked, and the key that opens them."""

    kept: EvidenceKept
    _sealed: IO[bytes]
    _key: bytes

    def pieces(self) -> Iterator[bytes]:
        """The file as it came, piece by piece, once; the sealed bytes are closed at the end.

        Raises:
            NotAuthentic, EvidenceAltered: what opens is not what was kept. What was handed out before is to be thrown away.
        """
        digest = hashlib.sha256()
        with self._sealed:
            for piece in open_file(self._sealed, self._key, Meant(self.kept.party_id, self.kept.evidence_id)):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != self.kept.original_sha256:
            raise EvidenceAltered(f"The file at {self.kept.address} is not the one that was kept.", "Its SHA-256 is another.", "Do not use it; bring it back from a backup.")

    def close(self) -> None:
        """For whoever does not read it after all."""
        self._sealed.close()


def read(store: EvidenceStore, evidence_id: int, *, why: str, actor: str, at: datetime, cause: str = "evidence") -> HandedOut:
    """Fetch a piece of evidence and record who reads it and why, inside `acting_for`. Hand its bytes out only once that is committed.

    Raises:
        WrongCall: nobody says why.
        NoSuchEvidence: there is none, or the person was erased.
        EvidenceMissing, EvidenceAltered, StoreRefused: the bytes are not to be had as they were kept; nothing is recorded.
    """
    if not why.strip():
        raise WrongCall("A reason is missing.", "Whoever reads evidence says why; it stands in the record.", "Say in a few words what it is needed for.")
    kept = load.evidence(evidence_id)
    if kept is None or kept.is_erased:
        raise NoSuchEvidence("There is no such piece of evidence here.", "Its id is wrong, or the person was erased.", "See which there are: arrears evidence list CASE")
    sealed = store.fetch(kept.address)
    try:
        key = default_vault().party_key(kept.party_id)
        append(EvidenceRead(evidence_id, kept.party_id, actor, why.strip()[:LONGEST_WORDS]), actor=actor, at=at, cause=cause)
    except BaseException:
        sealed.close()
        raise
    return HandedOut(kept, sealed, key)


def kept_of(party_id: int) -> list[EvidenceKept]:
    """Which evidence is kept about this person, in the order in which it was recorded?"""
    return load.evidence_of_party(party_id)


def kept_of_case(case_id: int) -> list[EvidenceKept]:
    """Which evidence is linked to this case, in the order in which it was recorded?"""
    return load.evidence_of_case(case_id)


class _Hashing:
    """A file that remembers the hash of what was read of it."""

    def __init__(self, content: BinaryIO) -> None:
        self._content, self._digest = content, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        piece = self._content.read(size)
        self._digest.update(piece)
        return piece

    @property
    def sha256(self) -> str:
        """The hash of everything read so far, in hex."""
        return self._digest.hexdigest()


def _measured(content: BinaryIO, limit: int) -> tuple[int, str]:
    """Length and SHA-256; stops at the first byte too many."""
    content.seek(0)
    counted, digest = 0, hashlib.sha256()
    while piece := content.read(PIECE_BYTES):
        counted += len(piece)
        if counted > limit:
            raise too_large(in_words(limit))
        digest.update(piece)
    if not counted:
        raise empty()
    return counted, digest.hexdigest()


def _refuse_impossible(offered: Offered, at: datetime) -> None:
    captured_at = offered.captured.captured_at
    if captured_at is None:
        return
    if captured_at.tzinfo is None:
        raise BadData("The capture time has no time zone.", "It could be any of many moments.", "Write it with its zone, such as 2026-11-23T09:30+08:00.")
    if captured_at > at:
        raise BadData(f"The capture time {captured_at.isoformat()} lies in the future.", "Nothing can be kept before it happened; a court would doubt everything beside it.",
                      "Correct it. Where the device's clock was fast, leave the time out and say so in how it was made.")


def _refuse_wrong_case(party_id: int, case_id: int | None) -> None:
    if case_id is None:
        return
    case = load.case(case_id)
    if case is None or case.party_id != party_id:
        raise AnswerIsNo("There is no such case of this person here.", "Evidence would be kept where nobody looks for it.", "See the cases: arrears case list")


def _said(words: str) -> str:
    """What was said, in one line; nothing said is unknown.

    >>> _said("  phone of\\nthe branch "), _said(" ")
    ('phone of the branch', 'unknown')
    """
    return " ".join(words.split())[:LONGEST_WORDS] or UNKNOWN


def plain_name(file_name: str) -> str:
    """The last part of a path, without what could lead elsewhere or break a line.

    >>> plain_name("C:\\\\scans\\\\..\\\\receipt 1.pdf"), plain_name("../\\n")
    ('receipt 1.pdf', 'file')
    """
    last = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable()).strip(". ")[-LONGEST_TITLE:] or "file"
