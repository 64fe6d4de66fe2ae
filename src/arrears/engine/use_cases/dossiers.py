"""How does the dossier of a case come about, how is something taken out of it, and is one what it says?

First the evidence is fetched, each reading recorded; then everything written so far is sealed and signed, so that the newest entries stand in
a head; then the bundle is made, verified by the tool that its reader will use, and recorded as handed out. Only then does it appear under its
name.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from cryptography import x509

from arrears.act.paper.glyphs import GlyphsMissing
from arrears.casefile.facts.dossier import DossierExported
from arrears.casefile.facts.evidence import EvidenceKept
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, BadData, Refused, WrongCall
from arrears.core.reasons import Language
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.case_reports.report import Report
from arrears.engine.dossiers import china, united_states
from arrears.engine.dossiers.forms import CaseForForms
from arrears.engine.dossiers.gaps import gaps_of
from arrears.engine.dossiers.readme import README
from arrears.engine.dossiers.timeline import timeline
from arrears.engine.home import Home
from arrears.engine.statements import statement_report
from arrears.engine.use_cases import evidence as evidence_use_case
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.reading.account_ledger import NoSuchAccount, ledger_account
from arrears.engine.use_cases.reading.cases import NoSuchCase
from arrears.engine.use_cases.record_keeping import seal_sign_and_stamp
from arrears.ledger.account.statement import Statement, statement
from arrears.record import verifier
from arrears.record.dossier import redaction
from arrears.record.dossier.bundle import About, Dossier, EvidenceFile, Gap, ShownEntry, redactions_of, signed
from arrears.record.dossier.container import Content, remove, write_bundle
from arrears.record.dossier.gathering import Gathered, gather_case
from arrears.record.dossier.redaction import Wanted, read_wanted
from arrears.record.evidence.media import ending_of
from arrears.record.evidence.refusals import EvidenceAltered, EvidenceMissing
from arrears.record.evidence.sealed import NotAuthentic
from arrears.record.journal.signing import Signer, load_signer
from arrears.record.privacy.categories import categories
from arrears.record.privacy.transfers import require_basis

BY_JURISDICTION = {"CN": china.documents, "US": united_states.documents}
NOTHING = Wanted()
_KEPT = "evidence:kept"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants handed out: in which language, to whom, for what, where it goes, what is left out."""

    language: Language = "en"
    recipient: str = ""
    purpose: str = ""
    to_jurisdiction: str = ""
    left_out: Wanted = NOTHING
    with_pdf: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """A dossier that was handed out: where it lies, its manifest's SHA-256, how much is in it, what it cannot show, the signing key's fingerprint."""

    target: Path
    manifest_sha256: str
    entries: int
    files: int
    left_out: int
    gaps: tuple[Gap, ...]
    fingerprint: str


def export(home: Home, institution_id: int, case_id: int, target: Path, wish: Wish, *, actor: str, at: datetime, today: date, environ: Mapping[str, str]) -> Exported:
    """Make the dossier of a case and hand it out as `target` (a .zip where the name ends so, else a folder).

    Raises:
        AnswerIsNo: no such case; or it would go to another jurisdiction and no recorded basis permits it; or what is to be left out is not there.
        BadData: the record was altered: what would be handed out does not verify.
        Refused: it cannot be written, or the signing key is missing.
    """
    _must_be_new(target)
    settings = home.read_settings()
    goes_to = wish.to_jurisdiction or settings.jurisdiction
    signer = load_signer(home.signing_key)
    with acting_for(institution_id):
        permitted = require_basis(home_jurisdiction=settings.jurisdiction, to_jurisdiction=goes_to, recipient=wish.recipient, codes=[one.code for one in categories()], on=today)
        case = load.case(case_id)
    if case is None:
        raise AnswerIsNo("There is no such case here.", "Its id is wrong, or no run has opened it yet.", "See the cases: arrears case list")
    with tempfile.TemporaryDirectory(prefix=".arrears-dossier-", dir=target.absolute().parent) as folder:
        fetched, missing = _fetch_evidence(home, institution_id, case_id, Path(folder), wish, actor, at)
        seal_sign_and_stamp(home, institution_id, at, environ)
        with acting_for(institution_id):
            gathered = gather_case(case_id, case.party_id)
        about = About(institution_id, settings.institution, goes_to, _case_told(case_id, case.party_id, case.book), wish.language, wish.recipient, wish.purpose, actor, at)
        dossier = _composed(home, about, gathered, fetched, missing, wish, today)
        dossier = replace(dossier, keys={**dossier.keys, signer.key_id: signer.public_key})
        return _handed_out(institution_id, dossier, signer, target, permitted.basis if permitted else "", case.party_id)


def _must_be_new(target: Path) -> None:
    if target.exists():
        raise WrongCall(f"{target} is there already.", "Nothing was overwritten.", "Name another file, or move it away.")
    if not target.absolute().parent.is_dir():
        raise WrongCall(f"There is no folder {target.absolute().parent}.", "The dossier would have no place.", "Make the folder first, or name another.")


def _case_told(case_id: int, party_id: int, book: str) -> dict[str, str]:
    return {"book": book, "case_id": str(case_id), "party_id": str(party_id), "shown_as": id_text(case_id)}


def _fetch_evidence(home: Home, institution_id: int, case_id: int, folder: Path, wish: Wish, actor: str, at: datetime) -> tuple[dict[int, tuple[EvidenceKept, Path]], list[int]]:
    """The files of the case's evidence by evidence id, opened for the reader, and the ids of those that are not to be had as they were kept."""
    fetched: dict[int, tuple[EvidenceKept, Path]] = {}
    missing = []
    for kept in evidence_use_case.listed(institution_id, case_id):
        path = folder / f"{len(fetched) + 1:04}"
        try:
            if kept.is_erased:
                missing.append(kept.evidence_id)
                continue
            handed = evidence_use_case.hand_out(home, institution_id, kept.evidence_id, f"dossier for {wish.recipient or 'nobody named'}: {wish.purpose or 'no purpose named'}", actor=actor, at=at, cause="dossier")
            with path.open("wb") as stream:
                for piece in handed.pieces():
                    stream.write(piece)
            fetched[kept.evidence_id] = kept, path
        except (EvidenceMissing, EvidenceAltered, NotAuthentic):
            path.unlink(missing_ok=True)
            missing.append(kept.evidence_id)
    return fetched, missing


def _composed(home: Home, about: About, gathered: Gathered, fetched: Mapping[int, tuple[EvidenceKept, Path]], missing: Sequence[int], wish: Wish, today: date) -> Dossier:
    """Everything of the bundle, with its pages; what is to be left out is gone before the first page is made."""
    entries = redaction.taken_out_of(gathered.entries, wish.left_out)
    evidence, not_enclosed = _evidence_files(gathered.entries, entries, fetched, missing)
    stamped = max((head.size for head in gathered.heads if head.stamps), default=0)
    gaps = list(gaps_of(entries, stamped, not_enclosed))
    pages = _Pages(home, about, wish, today)
    made = pages.of(entries, gathered, evidence, gaps)
    return Dossier(
        about, gathered.chains, entries, gathered.heads, gathered.consistency, gathered.keys, evidence, tuple(gaps), {"readme.txt": README.encode(), **made},
        verifier=verifier_source())


def _evidence_files(whole: Sequence[ShownEntry], shown: Sequence[ShownEntry], fetched: Mapping[int, tuple[EvidenceKept, Path]], missing: Sequence[int]) -> tuple[tuple[EvidenceFile, ...], list[int]]:
    """Each fetched file under the entry that proves it; a file whose hash is left out is not enclosed."""
    proven = {entry.number for entry in shown if entry.value("original_sha256") is not None}
    found, not_enclosed = [], []
    for entry in whole:
        evidence_id = int((entry.value("evidence_id") or "i:0")[2:]) if entry.header.name == _KEPT else 0
        if evidence_id in fetched and entry.number in proven:
            kept, path = fetched[evidence_id]
            found.append(EvidenceFile(entry.number, f"files/{len(found) + 1:04}-{kept.kind.value}{ending_of(kept.media_type)}", kept.address, path))
        elif evidence_id in fetched or evidence_id in missing:
            not_enclosed.append(entry.number)
    return tuple(found), not_enclosed


class _Pages:
    """The pages of one dossier: each as HTML, and as PDF where the fonts of this machine can write it."""

    def __init__(self, home: Home, about: About, wish: Wish, today: date) -> None:
        self.home, self.about, self.wish, self.today = home, about, wish, today

    def of(self, entries: Sequence[ShownEntry], gathered: Gathered, evidence: tuple[EvidenceFile, ...], gaps: list[Gap]) -> dict[str, Content]:
        """All pages by file name; adds to `gaps` what could not be made."""
        case_id = int(self.about.case["case_id"])
        view = self._view(case_id) if self.wish.left_out == NOTHING else None
        statements = self._statements(view)
        case = CaseForForms(self.about, entries, evidence, self.today, view, statements, sum(len(head.stamps) for head in gathered.heads))
        make_documents = BY_JURISDICTION.get(self.about.jurisdiction, united_states.documents if self.wish.language == "en" else china.documents)
        reports: dict[str, Report] = dict(make_documents(case)) if self.about.jurisdiction in BY_JURISDICTION else {"documents/evidence-list": make_documents(case)["documents/evidence-list"]}
        reports |= {f"statements/{id_text(account).lower()}": statement_report(told, id_text(account), self.wish.language) for account, told in statements.items()}
        if self.wish.left_out != NOTHING:
            gaps.append(Gap("not_from_the_book", "Since something is left out, documents draw on the entries alone: the book might say what was left out.", "因有内容被略去，文书仅依据记录制作：账本可能含有被略去的内容。"))
        elif view is None:
            gaps.append(Gap("no_current_run", "No current run has this case: documents have blanks where book and run would speak.", "当前运行中无此案件：文书中本应由账本和运行结果填写之处留空。"))
        made: dict[str, Content] = {}
        reports["timeline"] = self._timeline(entries, gathered, gaps, view)
        lacking = self._paper(reports, made)
        if lacking:
            gaps.append(Gap("no_pdf", f"Pages stand as HTML only: the fonts of this machine lack {lacking}.", f"页面仅有 HTML：本机字体缺少 {lacking}。"))
            reports["timeline"] = self._timeline(entries, gathered, gaps, view)
        return made | {f"{name}.html": html_of(report).encode() for name, report in reports.items()}

    def _paper(self, reports: Mapping[str, Report], made: dict[str, Content]) -> str:
        """PDFs of these reports into `made`; answers the letters that no font here can write, and then makes none."""
        if not self.wish.with_pdf:
            return ""
        try:
            made |= {f"{name}.pdf": pdf_of(report) for name, report in reports.items()}
        except GlyphsMissing as missing:
            return missing.letters
        return ""

    def _timeline(self, entries: Sequence[ShownEntry], gathered: Gathered, gaps: Sequence[Gap], view: reading.CaseView | None) -> Report:
        zh = self.wish.language == "zh"
        names = {"案件" if zh else "Case": id_text(int(self.about.case["case_id"]))}
        if view is not None and view.person.called:
            names |= {"债务人" if zh else "Person": view.person.called}
        return timeline(self.about, entries, gathered.heads, gaps, names, self.wish.language)

    def _view(self, case_id: int) -> reading.CaseView | None:
        try:
            with acting_for(self.about.institution_id):
                return reading.case_view(self.home, self.about.institution_id, case_id)
        except NoSuchCase:
            return None

    def _statements(self, view: reading.CaseView | None) -> dict[int, Statement]:
        """The exact statement of each account up to the day of the run; accounts whose product has no rules for that have none."""
        found: dict[int, Statement] = {}
        for account in view.accounts if view else ():
            assert view is not None
            try:
                terms, entries = ledger_account(self.home, self.about.institution_id, account.account_id, view.run.as_of)
            except (NoSuchAccount, BadData, AnswerIsNo):
                continue
            first = min((entry.valid_on for entry in entries), default=view.run.as_of)
            found[account.account_id] = statement(terms, entries, min(first, view.run.as_of), view.run.as_of)
        return found


def _handed_out(institution_id: int, dossier: Dossier, signer: Signer, target: Path, transfer_basis: str, party_id: int) -> Exported:
    """Write, verify, record, and let it appear under its name: in this order."""
    about = dossier.about
    files = signed(dossier, signer.key_id, signer.sign)
    manifest_sha256 = hashlib.sha256(_bytes(files["manifest.json"])).hexdigest()
    left_out = sum(len(one["fields"]) for one in redactions_of(dossier.entries))
    unfinished = target.with_name(f".unfinished-{target.name}")
    remove(unfinished)
    write_bundle(files, unfinished)
    try:
        _must_verify(unfinished, signer)
        fact = DossierExported(
            random_id(), int(about.case["case_id"]), party_id, manifest_sha256, about.recipient, about.purpose, about.jurisdiction, transfer_basis, about.language,
            len(dossier.entries), len(files), left_out, about.made_by)
        with acting_for(institution_id):
            append(fact, actor=about.made_by, at=about.made_at, cause="dossier")
        unfinished.replace(target)
    finally:
        remove(unfinished)
    return Exported(target, manifest_sha256, len(dossier.entries), len(files), left_out, dossier.gaps, verifier.fingerprint(signer.public_key))


def _bytes(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _must_verify(bundle: Path, signer: Signer) -> None:
    """Nothing leaves the house that its reader would find wrong."""
    found = verifier.verify(bundle, [verifier.fingerprint(signer.public_key)]).findings
    if found:
        raise BadData(f"The dossier does not verify: {found[0]}", "The record was altered, or a value no longer is what was recorded; nothing was handed out.", "Run: arrears record check")


def redact(home: Home | None, institution_id: int | None, bundle: Path, target: Path, wanted: Wanted, *, actor: str, at: datetime) -> tuple[Path, int, list[str]]:
    """Take fields, entries and files out of a bundle; answers where the result lies, how many fields it leaves out, which files went.

    With a home whose institution made the bundle, its key signs the result; without, the result is a redacted copy that encloses the signed
    manifest.

    Raises:
        BadData: the bundle is not what it says, so nothing of it is handed on.
        AnswerIsNo: what is to be taken out is not there, or the home is another institution's.
    """
    _must_be_new(target)
    report = verifier.verify(bundle)
    if not report.proven or report.kind == "receipt":
        raise BadData(f"{bundle} is not proven: {report.findings[0] if report.findings else 'it is a receipt'}", "What is taken out of it would hide that.", "See what is wrong: arrears verify BUNDLE")
    files = verifier.files_in(bundle)
    change = redaction.redacted(files, wanted)
    if home is None:
        made = redaction.copied(files, change, at)
    else:
        if report.institution_id != str(institution_id):
            raise AnswerIsNo("This dossier is another institution's.", "Your key cannot sign for it.", "Make a redacted copy without signature: --unsigned")
        signer = load_signer(home.signing_key)
        made = redaction.signed_anew(files, change, signer.key_id, signer.public_key, signer.sign, actor, at)
    write_bundle(made, target)
    again = verifier.verify(target)
    if not again.proven:
        remove(target)
        raise BadData(f"The result does not verify: {again.findings[0]}", "Nothing was handed out.", "Check the bundle: arrears verify BUNDLE")
    return target, sum(len(one["fields"]) for one in redactions_of(change.entries)), [path for path, _ in change.removed]


def verified(bundle: Path, pins: Sequence[str], anchors: Path | None) -> verifier.Report:
    """Is this bundle or receipt what was recorded? Needs no home.

    Raises:
        WrongCall: there is no such file, or `anchors` holds no certificates.
    """
    if not bundle.exists():
        raise WrongCall(f"There is no {bundle}.", "Nothing can be verified.", "Name a dossier (.zip or folder) or a receipt (.json).")
    if any(not re.fullmatch(r"[0-9a-fA-F]{16,64}", pin) for pin in pins):
        raise WrongCall("A key's fingerprint has 16 to 64 hexadecimal digits.", "Which key is meant is not clear.", "Copy it from where the institution publishes it.")
    return verifier.verify(bundle, pins, _certificates(anchors) if anchors else ())


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as trouble:
        raise WrongCall(f"{file} holds no certificates.", "Without them the time-stamp authority is unknown.", "Name the authority's certificate as PEM.") from trouble


def verifier_source() -> bytes:
    """The verifier as one file, byte for byte the one that runs here."""
    return Path(verifier.__file__).read_bytes()


def write_tool(target: Path) -> str:
    """Write the verifier as a stand-alone file; answers its SHA-256.

    Raises:
        Refused: it cannot be written.
    """
    content = verifier_source()
    try:
        target.write_bytes(content)
    except OSError as trouble:
        raise Refused(f"{target} could not be written: {trouble.strerror}.", "There is no tool to hand on.", "Name a place that you may write to.") from trouble
    return hashlib.sha256(content).hexdigest()


__all__ = ["Exported", "Wanted", "Wish", "export", "read_wanted", "redact", "verified", "verifier_source", "write_tool"]
