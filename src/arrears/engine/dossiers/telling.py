"""What does an entry of the journal say, in words?

From the bundle's own canonical values, so that page and proof cannot differ. A name or field that nobody put into words yet is shown as it
is, never hidden.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from arrears.core.ids import ID_MAX, id_text
from arrears.core.money import format_money
from arrears.core.reasons import Language, Sentence
from arrears.engine import words
from arrears.record.dossier.bundle import ERASED, Field, ShownEntry

NAMES: Mapping[str, Sentence] = {
    "case:opened": Sentence("Case opened", "案件开立"), "case:closed": Sentence("Case closed", "案件关闭"), "case:reopened": Sentence("Case opened again", "案件重新开立"),
    "case:decision:changed": Sentence("Another treatment decided", "处置方案变更"), "hold:placed": Sentence("Protection placed", "设置保护（暂停）"),
    "hold:lifted": Sentence("Protection ended", "解除保护（暂停）"), "alert:acknowledged": Sentence("Alert acknowledged", "预警已确认"),
    "run:published": Sentence("Nightly run published", "夜间运行结果发布"), "evidence:kept": Sentence("Evidence kept", "证据存证"),
    "evidence:read": Sentence("Evidence handed out", "证据调取"), "dossier:exported": Sentence("Dossier handed out", "证据包交付"),
    "receipt:issued": Sentence("Receipt issued", "出具回执"), "personal:shown": Sentence("Personal data shown", "查看个人信息"),
    "person:exported": Sentence("Data of the person handed out", "个人信息导出"),
}
LABELS: Mapping[str, Sentence] = {
    "kind": Sentence("kind", "类型"), "title": Sentence("title", "名称"), "reason": Sentence("reason", "原因"), "note": Sentence("note", "备注"),
    "valid_on": Sentence("valid on", "生效日"), "from_on": Sentence("from", "自"), "to_on": Sentence("to", "至"), "treatment": Sentence("treatment", "处置"),
    "rule": Sentence("rule", "规则"), "reason_en": Sentence("reason", "理由"), "reason_zh": Sentence("reason", "理由"), "days_past_due": Sentence("days past due", "逾期天数"),
    "amount_overdue_minor": Sentence("amount overdue", "逾期金额"), "book": Sentence("book", "账本"), "channel": Sentence("channel", "渠道"),
    "policy_version": Sentence("policy", "策略版本"), "as_of": Sentence("as of", "截至"), "number": Sentence("number", "序号"), "blocks": Sentence("blocks", "暂停范围"),
    "may_lift": Sentence("may be ended by", "可由其解除"), "lifted_by": Sentence("ended by", "解除角色"), "captured_at": Sentence("captured at", "采集时间"),
    "hashed_at": Sentence("first hashed at", "首次哈希时间"), "clock_source": Sentence("clock", "时钟来源"), "device": Sentence("device", "设备"),
    "system": Sentence("system", "系统"), "operator": Sentence("operator", "操作人"), "source": Sentence("source", "来源"), "provenance": Sentence("how it was made", "形成方式"),
    "media_type": Sentence("type of file", "文件类型"), "size_bytes": Sentence("bytes", "字节数"), "original_sha256": Sentence("SHA-256", "SHA-256"),
    "read_by": Sentence("handed to", "调取人"), "acknowledged_by": Sentence("acknowledged by", "确认人"), "recipient": Sentence("recipient", "接收方"),
    "purpose": Sentence("purpose", "用途"), "exported_by": Sentence("exported by", "导出人"), "manifest_sha256": Sentence("manifest", "清单哈希"),
    "to_jurisdiction": Sentence("to jurisdiction", "目的法域"), "file_name": Sentence("file", "文件名"),
}
EVIDENCE_KINDS: Mapping[str, Sentence] = {
    "recording": Sentence("Recording", "录音录像"), "message": Sentence("Message", "信息"), "receipt": Sentence("Receipt", "送达或付款凭证"), "letter": Sentence("Letter", "信函"),
    "photograph": Sentence("Photograph", "照片"), "minutes": Sentence("Minutes", "笔录、纪要"), "contract": Sentence("Contract", "合同"), "statement": Sentence("Statement", "对账单、说明"),
    "identity": Sentence("Identity", "身份证明"), "court": Sentence("Document of a court or notary", "法院、公证文书"), "other": Sentence("Other", "其他"),
}
SOURCES: Mapping[str, Sentence] = {
    "arrears": Sentence("made by the institution's system", "机构系统生成"), "staff": Sentence("the institution", "机构"), "debtor": Sentence("the debtor", "债务人提交"),
    "third_party": Sentence("a third party", "第三方"), "unknown": Sentence("not known", "不详"),
}
CLOCKS: Mapping[str, Sentence] = {
    "device": Sentence("the device's own", "设备自身"), "network": Sentence("kept right over a network", "网络校时"), "trusted": Sentence("a time-stamping authority's", "时间戳机构"),
    "stated": Sentence("stated by a person", "由人陈述"), "unknown": Sentence("not known", "不详"),
}
UNKNOWN = Sentence("not known", "不详")
MINOR_UNITS = Sentence("minor units", "最小货币单位")
NOT_TOLD = frozenset({"case_id", "party_id", "run_id", "currency", "digests", "counts", "address", "evidence_id", "hold_id", "alert_id", "dossier_id", "rule", "policy_version"})
"""Ids and digests stand in the entries themselves; on a page they hide what matters."""
_OTHER_LANGUAGE: Mapping[Language, str] = {"en": "reason_zh", "zh": "reason_en"}
_CODES: Mapping[tuple[str, str], Mapping[str, Sentence]] = {
    ("hold:placed", "kind"): words.HOLDS, ("case:decision:changed", "channel"): words.CHANNELS, ("alert:acknowledged", "kind"): words.ALERTS,
    ("evidence:kept", "kind"): EVIDENCE_KINDS, ("evidence:kept", "source"): SOURCES, ("evidence:kept", "clock_source"): CLOCKS,
}
_SAID_BY_NAME = frozenset({("case:opened", "kind"), ("case:closed", "kind"), ("case:reopened", "kind")})


def title_of(name: str, language: Language) -> str:
    """What is this kind of entry called?

    >>> title_of("case:opened", "zh"), title_of("promise:broken", "en")
    ('案件开立', 'promise:broken')
    """
    return NAMES[name].in_language(language) if name in NAMES else name


def label_of(name: str, language: Language) -> str:
    """What is a field called?

    >>> label_of("valid_on", "en"), label_of("paid_on", "en")
    ('valid on', 'paid on')
    """
    return LABELS[name].in_language(language) if name in LABELS else name.replace("_", " ")


def details_of(entry: ShownEntry, language: Language) -> str:
    """What does the entry say, field after field? What is left out is said to be."""
    currency = plain(entry.value("currency") or "n:")
    told = [(field.name, _told(entry.header.name, field, currency, language)) for field in entry.fields if field.name not in NOT_TOLD and field.name != _OTHER_LANGUAGE[language] and (entry.header.name, field.name) not in _SAID_BY_NAME]
    between = {"en": "; ", "zh": "；"}[language]
    return between.join(f"{label_of(name, language)}: {said}" if language == "en" else f"{label_of(name, language)}：{said}" for name, said in told if said)


def _told(entry_name: str, field: Field, currency: str, language: Language) -> str:
    if field.value is None:
        return left_out(field.left_out, language)
    said = plain(field.value)
    if field.name.endswith("_minor") and said:
        return format_money(int(said), currency, language) if currency else f"{said} {MINOR_UNITS.in_language(language)}"
    if field.name.endswith("_id") and said.isdigit() and 0 < int(said) <= ID_MAX:
        return id_text(int(said))
    if field.name.endswith("_sha256"):
        return grouped(said)
    if entry_name == "evidence:kept" and said == "unknown":
        return UNKNOWN.in_language(language)
    codes = _CODES.get((entry_name, field.name), {})
    return codes[said].in_language(language) if said in codes else said


def left_out(why: str, language: Language) -> str:
    """How is a missing value shown?

    >>> left_out("erased", "en"), left_out("asked", "zh")
    ('[erased]', '[已遮盖：asked]')
    """
    if why == ERASED:
        return {"en": "[erased]", "zh": "[已删除]"}[language]
    return {"en": f"[left out: {why}]", "zh": f"[已遮盖：{why}]"}[language]


def plain(value: str) -> str:
    """A canonical value as people read it; nothing for none.

    >>> [plain(one) for one in ("i:5", "s:a:b", "d:2026-01-05", "n:", "b:1", "t:2026-01-05T01:02:03.000000Z", 'l:["contact","legal"]')]
    ['5', 'a:b', '2026-01-05', '', 'yes', '2026-01-05 01:02:03 UTC', 'contact, legal']
    """
    tag, _, said = value.partition(":")
    if tag == "t":
        return f"{said[:10]} {said[11:19]} UTC"
    if tag == "b":
        return "yes" if said == "1" else "no"
    if tag == "l":
        return ", ".join(str(one) if not isinstance(one, list) else " ".join(map(str, one)) for one in json.loads(said))
    return said if tag != "n" else ""


def grouped(digest: str) -> str:
    """A hash in groups, so that a narrow column can break it.

    >>> grouped("00" * 32)
    '0000000000000000 0000000000000000 0000000000000000 0000000000000000'
    """
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))
