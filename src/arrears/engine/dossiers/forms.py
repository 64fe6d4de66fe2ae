"""What do all documents for courts share? A blank that nobody can overlook, and who signs.

A document here is a form with the facts filled in that the record knows. It never says for the person who signs what only that person can
know: such places are blank, and marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from arrears.core.ids import id_text
from arrears.core.reasons import Language
from arrears.engine.case_reports.report import Report
from arrears.engine.use_cases.reading import CaseView
from arrears.ledger.account.statement import Statement
from arrears.record.dossier.bundle import About, EvidenceFile, ShownEntry

BLANK: Mapping[Language, str] = {"en": "[to be filled in by the person who signs]", "zh": "【由签署人填写】"}


@dataclass(frozen=True, slots=True)
class CaseForForms:
    """What documents are made of: the dossier's entries and files, the case as book and run know it (None: no current run has it), exact statements.

    `statements` are by account id; `evidence_names` tells each file's title by its path.
    """

    about: About
    entries: Sequence[ShownEntry]
    evidence: Sequence[EvidenceFile]
    on: date
    view: CaseView | None = None
    statements: Mapping[int, Statement] = field(default_factory=dict)

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
EVIDENCE_KINDS: Mapping[str, tuple[str, str]] = {
    "recording": ("Recording", "录音录像"), "message": ("Message", "信息"), "receipt": ("Receipt", "送达或付款凭证"), "letter": ("Letter", "信函"),
    "photograph": ("Photograph", "照片"), "minutes": ("Minutes", "笔录、纪要"), "contract": ("Contract", "合同"), "statement": ("Statement", "对账单、说明"),
    "identity": ("Identity", "身份证明"), "court": ("Document of a court or notary", "法院、公证文书"), "other": ("Other", "其他"),
}
SOURCES: Mapping[str, tuple[str, str]] = {
    "arrears": ("made by the institution's system", "机构系统生成"), "staff": ("the institution", "机构"), "debtor": ("the debtor", "债务人提交"),
    "third_party": ("a third party", "第三方"), "unknown": ("not known", "不详"),
}


def code_word(words: Mapping[str, tuple[str, str]], value: str | None, language: Language) -> str:
    """A code of an entry's field in words; as it is where nobody named it.

    >>> code_word(EVIDENCE_KINDS, "s:letter", "zh"), code_word(SOURCES, None, "en")
    ('信函', '')
    """
    code = (value or "s:")[2:]
    return words[code][language == "zh"] if code in words else code
