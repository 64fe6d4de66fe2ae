"""What does a reader learn of an audited log, on one page that may be printed and sent?

One page, English first, then Chinese, with everything in it (no network, no script). It says what was looked at, what was found, and what could not be
seen; it certifies nothing, and says so where it begins.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from arrears.core.reasons import LANGUAGES, Language

Words = dict[str, dict[Language, str]]
WORDS: Words = {
    "title": {"en": "Audit of a contact log", "zh": "联系记录合规检查"},
    "caveat": {
        "en": "This is what the rule packs say on the facts given. It certifies nothing: a contact of which no breach was found may be unlawful by a rule that no "
        "pack holds or by a fact that no file tells, and a breach found here may be rebutted. It is no legal advice.",
        "zh": "以下为规则包就所给事实的结论。本报告不作任何合规证明：未发现违规的联系，仍可能违反规则包未收录的规则，或因文件未载明的事实而违法；此处认定的违规亦可被推翻。本报告不构成法律意见。",
    },
    "looked_at": {"en": "What was looked at", "zh": "检查对象"},
    "log": {"en": "Log", "zh": "记录文件"}, "digest": {"en": "SHA-256", "zh": "SHA-256"}, "span": {"en": "From, to", "zh": "起止时间"},
    "clock": {"en": "Clock of the log", "zh": "记录所用时区"}, "on": {"en": "Audited on", "zh": "检查日期"}, "rows": {"en": "Rows", "zh": "行数"},
    "contacts": {"en": "Contacts judged", "zh": "受检联系"}, "received": {"en": "Received from people", "zh": "来电来信"}, "people": {"en": "People", "zh": "人数"},
    "not_judged": {"en": "Rows not understood", "zh": "无法识别的行"}, "taken_as": {"en": "Taken as", "zh": "按此认定"},
    "known_from": {"en": "Whole from", "zh": "记录完整起始日"}, "other_files": {"en": "Other files", "zh": "其他文件"}, "none": {"en": "none", "zh": "无"},
    "result": {"en": "What was found", "zh": "检查结果"},
    "broke": {"en": "broke a rule", "zh": "违规"}, "presumed_breach": {"en": "presumed breach, rebuttable", "zh": "推定违规（可反证）"},
    "no_breach": {"en": "no breach on the facts given", "zh": "就所给事实未见违规"}, "cannot_be_judged": {"en": "cannot be judged", "zh": "无法判断"},
    "conclusions": {"en": "Conclusions, one for each contact and rule that spoke", "zh": "结论数（每次联系对每条适用规则各计一条）"},
    "breach_contacts": {"en": "contacts with a breach or presumed breach", "zh": "次联系存在违规或推定违规"},
    "breach_people": {"en": "people concerned", "zh": "人涉及"},
    "by_rule": {"en": "By rule", "zh": "按规则"}, "rule": {"en": "Rule", "zh": "规则"}, "where": {"en": "Where it stands", "zh": "出处"},
    "not_confirmed": {"en": "figure or words not confirmed", "zh": "数值或文字未经确认"},
    "house": {"en": "the lender's own rule, no law", "zh": "机构自定规则，非法律"}, "unless": {"en": "unless", "zh": "除非"},
    "missing": {"en": "not told", "zh": "未载明"},
    "by_person": {"en": "By person", "zh": "按人"}, "person": {"en": "Person", "zh": "客户"}, "by_agent": {"en": "By agent", "zh": "按坐席"}, "agent": {"en": "Agent", "zh": "坐席"},
    "by_party": {"en": "By party", "zh": "按机构"}, "party": {"en": "Party", "zh": "机构"}, "most": {"en": "Those with most are shown; all are in findings.csv.", "zh": "仅列最多者，全部见 findings.csv。"},
    "worst": {"en": "Contacts with a breach", "zh": "存在违规的联系"}, "row": {"en": "Row", "zh": "行号"}, "at": {"en": "When", "zh": "时间"}, "channel": {"en": "Channel", "zh": "渠道"},
    "counted": {"en": "Counted / limit", "zh": "已计 / 上限"}, "first": {"en": "The first are shown; all are in findings.csv.", "zh": "仅列最先若干条，全部见 findings.csv。"},
    "why_not": {"en": "Why some could not be judged", "zh": "部分无法判断的原因"}, "fact": {"en": "The fact that is missing", "zh": "缺少的事实"},
    "no_one": {"en": "Of single contacts nothing was missing.", "zh": "各次联系本身不缺事实。"},
    "unread": {"en": "Rows that were not understood", "zh": "无法识别的行"}, "what": {"en": "What is wrong", "zh": "问题"}, "cell": {"en": "What stands there", "zh": "原文"},
    "kept": {"en": "judged all the same", "zh": "仍参与判断"}, "all_rows": {"en": "All are in rows_not_understood.csv.", "zh": "全部见 rows_not_understood.csv。"},
    "unread_matters": {
        "en": "A contact that is not understood is not counted either: where there are many, a limit may have been passed that is not shown here.",
        "zh": "无法识别的联系也未计入次数：此类行较多时，可能存在未在此显示的超限。",
    },
    "blind": {"en": "What this audit cannot see", "zh": "本次检查看不到的内容"},
    "blind_said": {"en": "What was said. The log does not tell it: rules on what a message must or must not say are “cannot be judged”.", "zh": "说了什么。记录未载明：关于信息须载或不得载内容的规则均列为“无法判断”。"},
    "blind_events": {
        "en": "What else happened: cease requests, consents, disputes, advisers, moratoria, holds, notices. No file of events was given: rules on them are "
        "“cannot be judged”, and an exception that rests on one may lift a breach found here.",
        "zh": "其他事项：停止联系要求、同意、异议、代理人、暂缓期、保护状态、通知。未提供事项文件：有关规则列为“无法判断”，且依据此类事项的例外可能免除此处认定的违规。",
    },
    "blind_earlier": {"en": "What happened before the log begins. A limit whose days reach back before it is judged only where it was passed inside the log.", "zh": "记录开始之前的情况。上限期间早于记录起始日的，仅在记录内已超限时作出判断。"},
    "blind_answered": {"en": "Whether anybody was disturbed. An attempt is judged as the act that it was, also where nobody answered; a limit counts what its rule says is counted.", "zh": "是否实际打扰到人。无人接听的尝试亦按其行为判断；次数上限按规则所定口径计数。"},
    "nothing": {"en": "No breach was found on the facts given.", "zh": "就所给事实未发现违规。"},
}  # fmt: skip


def audit_page(summary: dict[str, Any]) -> str:
    """The report as one HTML page, in both languages.

    Args:
        summary: what `engine.use_cases.auditing` found.
    """
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole"] = lambda number: f"{number:,}"
    return environment.get_template("audit_report.html").render(audit=summary, words=WORDS, languages=LANGUAGES)
