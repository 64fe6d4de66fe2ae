"""What do Chinese courts ask for with a claim: the table of elements (要素表) and the list of evidence (证据目录)?

The elements are those that courts' element-form complaints for loans and cards ask (parties, contract, amounts, overdue since, collection,
claims). Each court publishes its own form, and the document says so: the list here was drawn up without that text at hand.
Electronic data: 证据规定 (2019) arts 15, 93, 94; 人民法院在线诉讼规则 arts 16 to 19.
"""

from __future__ import annotations

from collections.abc import Iterator

from arrears.core.ids import id_text
from arrears.core.money import format_money
from arrears.engine import words
from arrears.engine.case_reports.report import Report, Section, Table
from arrears.engine.dossiers.forms import BLANK, EVIDENCE_KINDS, SOURCES, CaseForForms, Documents, code_word
from arrears.engine.dossiers.telling import details_of, grouped, plain, title_of
from arrears.ledger.account.statement import Statement
from arrears.ledger.account.words import COMPONENTS
from arrears.ledger.allocation.claims import Component
from arrears.record.dossier.bundle import EvidenceFile

_BLANK = BLANK["zh"]
_COLLECTION = ("case:opened", "case:closed", "case:reopened", "evidence:kept", "hold:placed", "hold:lifted")
_PURPOSES = {
    "contract": "拟证明：双方合同关系及约定内容", "receipt": "拟证明：送达或付款事实", "letter": "拟证明：催收或通知事实", "message": "拟证明：催收或通知事实",
    "recording": "拟证明：沟通或催收过程", "statement": "拟证明：欠款数额及构成", "identity": "拟证明：当事人身份", "minutes": "拟证明：协商、上门或调解经过", "court": "拟证明：文书所载事实",
}


def documents(case: CaseForForms) -> Documents:
    """Both documents; Chinese whatever the dossier's language, since a Chinese court reads them."""
    return {"documents/elements": elements(case), "documents/evidence-list": evidence_list(case)}


def elements(case: CaseForForms) -> Report:
    """要素表."""
    return Report(
        "zh", "要素表（金融借款、信用卡类）", (f"案件 {case.case_called}", case.about.institution_name, case.on.isoformat()),
        (f"{_BLANK} 处为记录中没有的内容，须由签署人核实填写。要素项目请以受理法院公布的要素式文书样式为准。",),
        (_parties(case), _contract(case), _amounts(case), _overdue(case), _collection(case), _claims(case), _evidence_and_signature(case)), f"要素表 案件 {case.case_called}")


def _parties(case: CaseForForms) -> Section:
    person = case.view.person if case.view else None
    kind = words.KINDS[case.view.row.kind].zh if case.view and case.view.row.kind in words.KINDS else _BLANK
    return Section("一、当事人", pairs=(
        ("原告（机构）", case.about.institution_name), ("统一社会信用代码", _BLANK), ("住所地、法定代表人", _BLANK), ("委托诉讼代理人", _BLANK),
        ("被告", case.known(person.name if person else None, "zh")), ("被告类型", kind), ("证件类型及号码", _BLANK),
        ("机构客户号", case.known(person.number if person else None, "zh")), ("住址、联系方式、送达地址", _BLANK), ("担保人、共同借款人", _BLANK)))


def _contract(case: CaseForForms) -> Section:
    if not case.view:
        return Section("二、合同情况", sentences=(f"当前账本运行中无此案件。合同名称、签订日、金额、期限、利率：{_BLANK}",))
    head = ("账户", "产品", "约定利率（年）", "罚息", "合同签订日及编号", "借款金额、期限")
    rows = tuple((id_text(account.account_id), words.word(words.PRODUCTS, account.product, "zh"), _BLANK, _BLANK, _BLANK, _BLANK) for account in case.view.accounts)
    return Section("二、合同情况", tables=(Table(head, rows),), sentences=(f"是否提供担保、是否约定管辖、是否约定送达地址：{_BLANK}",))


def _amounts(case: CaseForForms) -> Section:
    """The exact figures of the statement of each account."""
    if not case.statements:
        return Section("三、欠款数额", sentences=(f"无逐日计算的对账单。本金、利息、罚息、费用：{_BLANK}",))
    shown = [one for one in Component if any(item.open_minor(one) for told in case.statements.values() for item in told.ledger.items)]
    head = ("账户", "币种", *(f"应还未还{COMPONENTS[one].zh}" for one in shown), "到期应还合计", "全部未还（含未到期）")
    rows = tuple(_amount_row(account, told, shown) for account, told in case.statements.items())
    until = max(told.to_on for told in case.statements.values())
    return Section("三、欠款数额", tables=(Table(head, rows, tuple(range(2, len(head)))),),
                   sentences=(f"截至 {until}，依附件 statements/ 中逐日对账单计算；还款抵充顺序见该对账单。此后利息、罚息的计算方法：{_BLANK}",))


def _amount_row(account: int, told: Statement, shown: list[Component]) -> tuple[str, ...]:
    currency, ledger = told.ledger.terms.currency, told.ledger
    due = [sum(item.open_minor(one) for item in ledger.items if item.due_on <= told.to_on) for one in shown]
    return (id_text(account), currency, *(format_money(minor, currency, "zh", with_currency=False) for minor in (*due, told.closing_due_minor, ledger.balance_minor)))


def _overdue(case: CaseForForms) -> Section:
    if not case.view:
        return Section("四、逾期情况", sentences=(f"逾期起始日及天数：{_BLANK}",))
    rows = tuple((id_text(one.account_id), one.oldest_due_on.isoformat() if one.oldest_due_on else _BLANK, str(one.days_past_due) if one.days_past_due is not None else _BLANK, one.last_paid_on.isoformat() if one.last_paid_on else "无记录") for one in case.view.accounts)
    return Section("四、逾期情况", tables=(Table(("账户", "最早逾期日", "逾期天数", "最近还款日"), rows, (2,)),), sentences=(f"依 {case.view.run.as_of} 夜间运行结果。",))


def _collection(case: CaseForForms) -> Section:
    told = [(str(entry.number + 1), entry.header.recorded_at.strftime("%Y-%m-%d"), title_of(entry.header.name, "zh"), details_of(entry, "zh")) for entry in case.entries if entry.header.name in _COLLECTION]
    earlier = tuple(f"原系统记载：{contact.occurred_on}，{words.word(words.CHANNELS, contact.channel, 'zh')}，{words.word(words.OUTCOMES, contact.outcome, 'zh')}（导入数据，非发生时哈希）" for contact in (case.view.contacts if case.view else ()))
    return Section("五、催收经过", tables=(Table(("记录序号", "日期", "事项", "内容"), tuple(told), (0,)),) if told else (), sentences=earlier or (() if told else ("无记录。",)))


def _claims(case: CaseForForms) -> Section:
    return Section("六、诉讼请求", pairs=(
        ("本金", _BLANK), ("利息、罚息、复利（计至实际清偿之日）", _BLANK), ("违约金、费用", _BLANK), ("解除合同、提前到期", _BLANK), ("担保责任、优先受偿", _BLANK),
        ("实现债权的费用（律师费等）及依据", _BLANK), ("诉讼费用负担", _BLANK), ("标的总额", _BLANK), ("是否同意调解、是否申请保全", _BLANK)),
        sentences=("数额可参照第三项，但是否主张、主张多少由签署人决定。",))


def _evidence_and_signature(case: CaseForForms) -> Section:
    return Section("七、证据及签署", pairs=(("证据", f"见证据目录，共 {len(case.evidence)} 份文件"), ("具状人（签章）", _BLANK), ("日期", _BLANK)))


def evidence_list(case: CaseForForms) -> Report:
    """证据目录."""
    head = ("编号", "证据名称", "证据来源", "证明内容", "页数", "原件或复制件", "日志序号", "SHA-256")
    rows = tuple(_evidence_rows(case))
    sections = (
        Section("证据", tables=(Table(head, rows, (0,)),) if rows else (), sentences=() if rows else ("本证据包未附证据文件。",)),
        Section("关于电子数据", sentences=(
            "各文件的 SHA-256 在存证时即写入日志，日志树头经机构签名。" + (f"另附第三方时间戳 {case.stamps} 个（timestamps/）。" if case.stamps else "尚无第三方时间戳。") + "存证后是否改动可用 verify.py 核验。",
            "存证之前的真实性，即来源、形成过程与保管，须依《人民法院在线诉讼规则》第十六至十九条另行说明；已知的缺口见时间线“本证据包无法证明的内容”。",
            f"系统是否完整可靠、是否处于正常运行状态（证据规定第九十三条）：{_BLANK}")),
        Section("提交", pairs=(("提交人（签章）", _BLANK), ("提交日期", _BLANK), ("签收人、签收日期", _BLANK))),
    )
    return Report("zh", "证据目录", (f"案件 {case.case_called}", case.about.institution_name, case.on.isoformat()), (), sections, f"证据目录 案件 {case.case_called}")


def _evidence_rows(case: CaseForForms) -> Iterator[tuple[str, ...]]:
    for place, file in enumerate(case.evidence, start=1):
        yield _evidence_row(case, place, file)


def _evidence_row(case: CaseForForms, place: int, file: EvidenceFile) -> tuple[str, ...]:
    entry = case.entry_of(file)
    value = entry.value if entry else (lambda name: None)
    kind = (value("kind") or "s:")[2:]
    title = plain(value("title") or "s:") or code_word(EVIDENCE_KINDS, value("kind"), "zh")
    return (str(place), f"{title}（{code_word(EVIDENCE_KINDS, value('kind'), 'zh')}，{file.path}）", code_word(SOURCES, value("source"), "zh") or _BLANK,
            f"{_PURPOSES.get(kind, '')}{'；' if kind in _PURPOSES else ''}{_BLANK}", _BLANK, f"电子数据；原始载体：{_BLANK}", str(file.number + 1), grouped((value("original_sha256") or "s:")[2:]))
