"""What do all documents for courts share? A blank that nobody can overlook, and who signs.

A document here is a form with the facts filled in that the record knows. It never says for the person who signs what only that person can
know: such places are blank, and marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from arrears.core.ids import id_text
from arrears.core.reasons import Language, Sentence
from arrears.engine.case_reports.report import Report
from arrears.engine.dossiers.telling import EVIDENCE_KINDS, SOURCES
from arrears.engine.use_cases.reading import CaseView
from arrears.ledger.account.statement import Statement
from arrears.record.dossier.bundle import About, EvidenceFile, ShownEntry

__all__ = ["BLANK", "EVIDENCE_KINDS", "SOURCES", "CaseForForms", "Documents", "code_word"]
BLANK: Mapping[Language, str] = {"en": "[to be filled in by the person who signs]", "zh": "【由签署人填写】"}


@dataclass(frozen=True, slots=True)
class CaseForForms:
    """What documents are made of: the dossier's entries and files, the case as book and run know it (None: not drawn upon), exact statements.

    `statements` are by account id; `stamps` counts the time-stamps enclosed.
    """

    about: About
    entries: Sequence[ShownEntry]
    evidence: Sequence[EvidenceFile]
    on: date
    view: CaseView | None = None
    statements: Mapping[int, Statement] = field(default_factory=dict)
    stamps: int = 0

    def known(self, text: object, language: Language) -> str:
        """A fact, or the blank."""
        return str(text) if text not in (None, "") else BLANK[language]

    def named(self, name: str) -> list[ShownEntry]:
        """The entries of one name, in order."""
        return [entry for entry in self.entries if entry.header.name == name]

    def entry_of(self, file: EvidenceFile) -> ShownEntry | None:
        """The entry that proves a file."""
        return next((entry for entry in self.entries if entry.number == file.number), None)

    @property
    def case_called(self) -> str:
        """The case's id as people see it."""
        return id_text(int(self.about.case["case_id"]))


Documents = Mapping[str, Report]
"""Documents by file name without ending, such as `documents/evidence-list`."""
def code_word(words: Mapping[str, Sentence], value: str | None, language: Language) -> str:
    """A code of an entry's field in words; as it is where nobody named it.

    >>> code_word(EVIDENCE_KINDS, "s:letter", "zh"), code_word(SOURCES, None, "en")
    ('信函', '')
    """
    code = (value or "s:")[2:]
    return words[code].in_language(language) if code in words else code
