"""How does a person get a receipt of what they said, asked for or paid?

The entry is sealed and stands in a signed head before the receipt is written; that it was issued is a fact in the person's chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from arrears.casefile.facts.dossier import ReceiptIssued
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.core.problems import AnswerIsNo, BadData
from arrears.core.reasons import Language
from arrears.engine.case_reports.report import Report, Section
from arrears.engine.dossiers.telling import label_of, left_out, plain, title_of
from arrears.engine.dossiers.timeline import moment
from arrears.engine.home import Home
from arrears.engine.use_cases.record_keeping import seal_sign_and_stamp
from arrears.record import verifier
from arrears.record.dossier.bundle import ShownEntry
from arrears.record.dossier.gathering import Gathered, gather_entry, gather_number
from arrears.record.dossier.receipt import receipt_of
from arrears.record.journal.signing import load_signer


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt as a file, as a page, and the fingerprint of the key that signed it; `number` is the entry's in the log, from 1."""

    content: bytes
    page: Report
    fingerprint: str
    number: int


def issue(home: Home, institution_id: int, *, number: int | None = None, entry_id: int | None = None, language: Language, actor: str, at: datetime, environ: Mapping[str, str]) -> Issued:
    """The receipt of an entry, named by its number in the log (from 1) or its id.

    Raises:
        AnswerIsNo: this institution's log has no such entry.
        BadData: the record was altered, so the receipt would not verify.
    """
    signer = load_signer(home.signing_key)
    seal_sign_and_stamp(home, institution_id, at, environ)
    with acting_for(institution_id):
        gathered = gather_number(number - 1) if number is not None else gather_entry(entry_id or 0)
    if gathered is None:
        raise AnswerIsNo("There is no such entry in the log.", "Its number or id is wrong, or it is another institution's.", "Numbers stand in the timeline of a dossier, and in: arrears verify BUNDLE --json")
    entry, settings = gathered.entries[0], home.read_settings()
    keys = {**gathered.keys, signer.key_id: signer.public_key}
    content = receipt_of(entry, gathered.heads[-1], gathered.head_key_id, keys, signer.key_id, signer.sign, issued_at=at, institution_name=settings.institution)
    found = verifier.verify(content, [verifier.fingerprint(signer.public_key)]).findings
    if found:
        raise BadData(f"The receipt does not verify: {found[0]}", "The record was altered; no receipt was issued.", "Run: arrears record check")
    _record(institution_id, entry, content, actor, at)
    return Issued(content, _page(entry, gathered, settings.institution, verifier.fingerprint(signer.public_key), at, language), verifier.fingerprint(signer.public_key), entry.number + 1)


def _record(institution_id: int, entry: ShownEntry, content: bytes, actor: str, at: datetime) -> None:
    """That it was issued, in the chain of the person whom the entry concerns; an entry about nobody has no such chain."""
    party = (entry.value("party_id") or "n:")[2:]
    if party:
        with acting_for(institution_id):
            append(ReceiptIssued(int(party), entry.header.entry_id, hashlib.sha256(content).hexdigest(), actor), actor=actor, at=at, cause="receipt")


def _page(entry: ShownEntry, gathered: Gathered, institution: str, fingerprint: str, at: datetime, language: Language) -> Report:
    zh = language == "zh"
    head = gathered.heads[-1]

    def say(en: str, chinese: str) -> str:
        return chinese if zh else en

    recorded = tuple((label_of(field.name, language), plain(field.value) if field.value is not None else left_out(field.left_out, language)) for field in entry.fields)
    return Report(
        language, say("Receipt", "回执"), (title_of(entry.header.name, language), institution, moment(at)), (),
        (
            Section(say("What was recorded", "所记录的内容"), lead=title_of(entry.header.name, language), pairs=((say("When", "时间"), moment(entry.header.recorded_at)), *recorded)),
            Section(say("What proves it", "证明"), pairs=(
                (say("Entry", "记录"), str(entry.number + 1)), (say("Its SHA-256", "其 SHA-256"), entry.digest.hex()), (say("Signed head", "已签名树头"), f"{head.size}: {head.root.hex()}"),
                (say("Time-stamp", "时间戳"), moment(head.stamped_at) if head.stamped_at else say("none yet", "暂无")), (say("Key's fingerprint", "密钥指纹"), fingerprint))),
            Section(say("What it is good for", "用途"), sentences=(
                say("With the file receipt.json that comes with this page anybody can check, without the institution and without a network, that it recorded this and signed for it: python verify.py receipt.json. Keep both. The institution cannot remove or change the entry any more without contradicting its own signature.",
                    "凭随附的 receipt.json 文件，任何人均可在不依赖该机构、不联网的情况下核验其确已记录并签名：python verify.py receipt.json。请妥善保存两份文件。此后机构如删除或更改该记录，即与其自身签名相矛盾。"),)),
        ), say(f"Receipt of entry {entry.number + 1}", f"第 {entry.number + 1} 条记录的回执"))
