"""A bank with a person and an open case, and a folder for the evidence."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.casefile.conftest import bank, opening, other_bank, person, record, store  # noqa: F401 - fixtures

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WORDS = "Called at nine; the customer says the money left on Friday. 客户称周五已还款。".encode()


@dataclass(frozen=True)
class Desk:
    """What a colleague has at hand: the bank, its customer with a case, and where evidence goes."""

    bank: int
    party: int
    case: int
    folder: Path
    evidence: Any

    def keep(self, content: bytes = WORDS, name: str = "note.txt", kind: str = "minutes", at: datetime = NOON, **captured: Any) -> Any:
        """Keep a file in the case, in a transaction of its own."""
        from arrears.casefile.facts.evidence import EvidenceKind
        from arrears.casefile.store.institution import acting_for
        from arrears.record.evidence.keeping import Captured, Offered, keep

        offered = Offered(io.BytesIO(content), name, EvidenceKind(kind), "Call of Monday", Captured(**captured))
        with acting_for(self.bank):
            return keep(self.evidence, offered, party_id=self.party, case_id=self.case, actor="lin", at=at)

    def read(self, evidence_id: int, why: str = "asked for by the court", at: datetime = NOON) -> bytes:
        """Hand it out, in a transaction of its own."""
        from arrears.casefile.store.institution import acting_for
        from arrears.record.evidence.keeping import read

        with acting_for(self.bank):
            handed = read(self.evidence, evidence_id, why=why, actor="wang", at=at)
        return b"".join(handed.pieces())

    def file_of(self, kept: Any) -> Path:
        """Where the folder has its bytes."""
        return next(self.folder.rglob(kept.address))


@pytest.fixture
def desk(store: Any, bank: int, person: int, tmp_path: Path) -> Desk:  # noqa: F811
    from arrears.record.evidence.store import EvidenceStore

    opened = opening(store, person)
    record(store, bank, opened)
    return Desk(bank, person, opened.case_id, tmp_path / "evidence", EvidenceStore(tmp_path / "evidence", bank))
