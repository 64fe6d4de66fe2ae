"""How is a hold called, and who may lift it, in words that people read?"""

from __future__ import annotations

from collections.abc import Mapping

from arrears.casefile.facts.hold import HoldKind, MayLift
from arrears.core.reasons import Sentence

HOLD_WORDS: Mapping[HoldKind, Sentence] = {
    HoldKind.DISPUTE: Sentence("Disputes the debt", "债务争议"),
    HoldKind.CLAIMS_PAID: Sentence("Says it is paid", "称已还款"),
    HoldKind.COMPLAINT: Sentence("Complaint open", "投诉处理中"),
    HoldKind.HARDSHIP: Sentence("Hardship", "生活困难"),
    HoldKind.BREATHING_SPACE: Sentence("Breathing space", "缓冲期"),
    HoldKind.INSOLVENCY: Sentence("Insolvency", "破产程序"),
    HoldKind.DECEASED: Sentence("Deceased", "债务人已故"),
    HoldKind.REPRESENTED: Sentence("Represented by an adviser", "已委托代理人"),
    HoldKind.DISTRESS: Sentence("In distress", "情绪危机"),
    HoldKind.CRISIS_BREATHING_SPACE: Sentence("Breathing space in a mental health crisis", "精神危机缓冲期"),
    HoldKind.DISCHARGED: Sentence("Freed of the debt by a court", "法院免责"),
    HoldKind.DEBT_ADVICE: Sentence("Takes debt advice", "债务咨询中"),
    HoldKind.VULNERABLE: Sentence("Vulnerable", "脆弱客户"),
    HoldKind.IDENTITY_THEFT: Sentence("Says somebody else borrowed", "称被冒名借款"),
    HoldKind.MILITARY_SERVICE: Sentence("Military service", "服役中"),
    HoldKind.IMPRISONED: Sentence("In prison", "服刑中"),
    HoldKind.UNDER_GUARDIANSHIP: Sentence("Under guardianship", "由监护人代理"),
    HoldKind.BARRED_CLAIMED: Sentence("Says the debt is barred", "主张已过时效"),
    HoldKind.LEGAL_MATTER: Sentence("Before a court or an authority", "司法或行政程序中"),
    HoldKind.OTHER: Sentence("Other hold", "其他暂停事由"),
}
MAY_LIFT_WORDS: Mapping[MayLift, Sentence] = {
    MayLift.COLLECTOR: Sentence("whoever handles the case", "案件经办人"),
    MayLift.MANAGER: Sentence("a manager", "主管"),
    MayLift.ADMINISTRATOR: Sentence("an administrator", "管理员"),
    MayLift.COMPLIANCE: Sentence("a person of the compliance role", "合规人员"),
}
