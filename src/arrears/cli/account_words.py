"""How do the commands of an account's ledger say things, in both languages?"""

from __future__ import annotations

from arrears.core.reasons import Sentence
from arrears.ledger.account.entries import QuoteKind
from arrears.ledger.account.ledger import LineKind, Noticed
from arrears.ledger.account.redress import Measure, RestedKind, Step
from arrears.ledger.account.words import TITLES

ITEM, DUE_ON, OPEN, DAYS_PAST_DUE = Sentence("item", "项目"), Sentence("due on", "到期日"), Sentence("open", "未还"), Sentence("Days past due", "逾期天数")
QUOTE_COLUMNS = [(Sentence("paid by", "最迟还款日"), False), (Sentence("amount", "金额"), True), (Sentence("discount", "减免"), True)]
QUOTE_BINDS = Sentence("A quote binds from the day it is given. To give the first, write into the document:", "报价自给出之日起对债权人有约束力。如给出第一项报价，请写入文件：")
SETTLES = {QuoteKind.ARREARS: Sentence("what is due", "到期款项"), QuoteKind.WHOLE_DEBT: Sentence("the whole debt", "全部债务")}
CHANGE_COLUMNS = [
    (Sentence("line", "事项"), False), (Sentence("entry", "账目"), False), (ITEM, False), (Sentence("component", "构成"), False),
    (Sentence("before", "此前"), True), (Sentence("now", "现在"), True),
]  # fmt: skip
NOTHING_RESTED = Sentence("Nothing that is listed as resting on a figure rested on a wrong one.", "所列事项均未以错误数据为依据。")
STEPS = {Step.UNDO: Sentence("Undo, and tell the debtor", "撤销并告知债务人"), Step.TELL: Sentence("Tell the debtor", "告知债务人")}
RESTED = {
    RestedKind.PENALTY: Sentence("penalty", "罚息"),
    RestedKind.NOTICE: Sentence("notice", "通知"),
    RestedKind.CLASS: Sentence("class", "分类"),
    RestedKind.CREDIT_ENTRY: Sentence("credit entry", "征信记录"),
    RestedKind.STATED_AMOUNT: Sentence("stated amount", "告知金额"),
}
MEASURES = {
    Measure.DAYS_PAST_DUE: Sentence("days past due", "逾期天数"),
    Measure.OVERDUE: Sentence("overdue", "逾期金额"),
    Measure.DUE: Sentence("due", "应还金额"),
    Measure.BALANCE: Sentence("balance", "余额"),
    Measure.PENALTY: Sentence("penalty", "罚息"),
}
NOTICED = {
    Noticed.TAKES_BACK_NOTHING: Sentence("Look at entry {entry}: it takes back an entry that is not there.", "请核对账目 {entry}：所撤销的账目不存在。"),
    Noticed.CHARGES_BACK_NO_PAYMENT: Sentence("Look at entry {entry}: it charges back a payment that is not there.", "请核对账目 {entry}：所拒付的款项不存在。"),
    Noticed.CHARGES_BACK_WHAT_WAS_REFUNDED: Sentence(
        "Look at entry {entry}: {amount} of the payment it charges back had been refunded; that is not added to the debt.",
        "请核对账目 {entry}：所拒付款项中 {amount} 此前已退还；该金额未计入债务。",
    ),
    Noticed.NAMES_NO_INSTALMENT: Sentence("Look at entry {entry}: it names an instalment that is not there.", "请核对账目 {entry}：所指的期次不存在。"),
    Noticed.WAIVES_MORE_THAN_IS_OPEN: Sentence("Look at entry {entry}: it waives {amount} more than is open.", "请核对账目 {entry}：减免超出未还金额 {amount}。"),
    Noticed.REFUNDS_MORE_THAN_IS_HELD: Sentence("Look at entry {entry}: it refunds {amount} more than is held.", "请核对账目 {entry}：退款超出代管金额 {amount}。"),
    Noticed.CAP_WITHOUT_CONTRACT_RATE: Sentence(
        "Look at entry {entry}: the contract's rate is not known, so the cap takes nothing off scheduled interest.", "请核对账目 {entry}：合同利率未知，上限未能用于约定利息。"
    ),
}
LINES = {**TITLES, LineKind.PAID: Sentence("Counted against", "抵充")}
"""The kinds of line, said for a table of changes."""
