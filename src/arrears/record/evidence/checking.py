"""Do record and store agree: is every kept file there and unaltered, and is nothing there that nobody names?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from arrears.casefile.store import load
from arrears.record.evidence.refusals import EvidenceAltered, EvidenceMissing
from arrears.record.evidence.sealed import sealed_bytes_of
from arrears.record.evidence.store import EvidenceStore

YOUNG = timedelta(hours=24)
"""How long bytes without a fact are left alone: somebody may be about to record it."""


class Trouble(StrEnum):
    """What does not agree?"""

    MISSING = "missing"
    """The record names bytes that the store does not have."""
    ALTERED = "altered"
    """The bytes are not those that were kept."""
    ORPHAN = "orphan"
    """The store has bytes that no record names: somebody was stopped between writing and recording. They open for nobody."""
    LEFT_OVER = "left_over"
    """The person was erased; the bytes are noise, but should be gone."""


GRAVE = frozenset({Trouble.MISSING, Trouble.ALTERED})
"""What means that evidence is lost; the rest is to be tidied up."""


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """One thing that does not agree; `evidence_id` is None for bytes that no record names."""

    trouble: Trouble
    address: str
    evidence_id: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at and found; `swept` are the addresses it took away."""

    kept: int
    erased: int
    findings: tuple[EvidenceFinding, ...]
    swept: tuple[str, ...] = ()

    @property
    def nothing_is_lost(self) -> bool:
        """Is every kept file there, unaltered?"""
        return not any(finding.trouble in GRAVE for finding in self.findings)


def check(store: EvidenceStore, *, at: datetime, read_bytes: bool = True, sweep: bool = False, progress: Callable[[int, int], None] | None = None) -> Checked:
    """Compare record and store, inside `acting_for` of the store's institution.

    Args:
        at: now; younger orphans than `YOUNG` are no finding.
        read_bytes: read and hash every file; without it only presence and length are looked at.
        sweep: take orphans and left-overs away.
        progress: told how many of how many files were looked at.

    Raises:
        StoreRefused: the store cannot be asked.
    """
    # The store is listed before the records are read: what is kept in between has its record by then, and is no orphan.
    lying = {one.address: one for one in store.lying()}
    rows = load.evidence_addresses().to_pylist()
    erased = {row["address"] for row in rows if row["erased"]}
    findings: list[EvidenceFinding] = []
    for number, row in enumerate(rows, start=1):
        if not row["erased"]:
            trouble = _trouble(store, row["address"], sealed_bytes_of(row["size_bytes"]), read_bytes)
            findings += [EvidenceFinding(trouble, row["address"], row["evidence_id"])] if trouble else []
        elif row["address"] in lying:
            findings.append(EvidenceFinding(Trouble.LEFT_OVER, row["address"], row["evidence_id"]))
        if progress:
            progress(number, len(rows))
    named = {row["address"] for row in rows}
    findings += [EvidenceFinding(Trouble.ORPHAN, address, None) for address, one in sorted(lying.items()) if address not in named and one.written_at <= at - YOUNG]
    swept = tuple(_swept(store, findings, at)) if sweep else ()
    return Checked(len(rows) - len(erased), len(erased), tuple(findings), swept)


def _trouble(store: EvidenceStore, address: str, sealed_bytes: int, read_bytes: bool) -> Trouble | None:
    try:
        if read_bytes:
            store.fetch(address).close()
            return None
        return None if store.length(address) == sealed_bytes else Trouble.ALTERED
    except EvidenceMissing:
        return Trouble.MISSING
    except EvidenceAltered:
        return Trouble.ALTERED


def _swept(store: EvidenceStore, findings: list[EvidenceFinding], at: datetime) -> Iterator[str]:
    store.remove_unfinished(at - YOUNG)
    for finding in findings:
        if finding.trouble not in GRAVE and store.delete(finding.address):
            yield finding.address
