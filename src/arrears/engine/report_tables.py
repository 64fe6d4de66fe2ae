"""How is each table of the portfolio report called, what does it count, and what do its columns mean, in both languages?

Comes in: nothing. Goes out: one description a table, from which page, spreadsheet and definitions are made, so that a figure and its
definition cannot part. Each definition states the four things on which disputes turn: count or balance, which balance, as of when, over
which cohort or period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arrears.core.reasons import Sentence

Kind = Literal["text", "bucket", "whole", "money", "share", "number", "check", "product", "region", "table"]
"""How a cell is shown: text as it is; a bucket's name; a whole number; minor units as an amount; an exact ratio in percent; an exact ratio
as a number (days); a line of the data-quality list."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column: its name in `portfolio.json`, its kind, its heading."""

    name: str
    kind: Kind
    heading: Sentence


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table: its name in `portfolio.json` (also its sheet and its anchor), its title, its definition, its columns."""

    name: str
    title: Sentence
    definition: Sentence
    columns: tuple[ReportColumn, ...]


def _column(name: str, kind: Kind, en: str, zh: str) -> ReportColumn:
    return ReportColumn(name, kind, Sentence(en, zh))


def _table(name: str, en: str, zh: str, means_en: str, means_zh: str, *columns: ReportColumn) -> ReportTable:
    return ReportTable(name, Sentence(en, zh), Sentence(means_en, means_zh), columns)


_CURRENCY = _column("currency", "text", "Currency", "币种")
_BEFORE, _NOW = _column("bucket_before", "bucket", "Before", "期初分段"), _column("bucket", "bucket", "Now", "期末分段")
_BOOKED = _column("booked", "text", "Booked in", "放款月份")
_FIRST, _LAST = _column("first_on", "text", "From", "起"), _column("last_on", "text", "To", "止")
_DUE = _column("due_minor", "money", "Falls due", "应还金额")


def _cash(name: str, en: str, zh: str) -> ReportTable:
    return _table(
        name, en, zh,
        "Balance: contractual amounts with a due date in the period, whole, however much was paid ahead; amounts already overdue are not in it. As of the day of the run. "
        "Expected: assumes that of what falls due, each bucket pays the share of its accounts that stood in it about a month ago and are current now; empty where that is not known.",
        "口径：金额；期间内到期的合同应还款全额（不扣预付款），不含已逾期金额；时点为运行日。预期回款假设：各分段的到期金额按“约一个月前处于该分段的账户中现为正常的账户占比”收回；无法得知时留空。",
        _CURRENCY, _FIRST, _LAST, _column("items", "whole", "Amounts due", "应还笔数"), _DUE, _column("expected_minor", "money", "Expected", "预期回款"),
    )


REPORT_TABLES: tuple[ReportTable, ...] = (
    _table(
        "flow", "Bucket flow", "逾期分段流转",
        "Count and balance: accounts, and all they owe, due or not, at each of the two days. From the run compared with to this run. “none”: not in the book before; “gone”: no longer in it. "
        "A paid-off account counts as current.",
        "口径：账户数与余额；余额为账户全部未还金额（含未到期），分别取两个时点；期间为对比运行日至本次运行日。“none”为期初不在册，“gone”为期末已不在册；已结清账户计为正常。",
        _CURRENCY, _BEFORE, _NOW, _column("accounts", "whole", "Accounts", "账户数"), _column("balance_before_minor", "money", "Balance before", "期初余额"),
        _column("balance_minor", "money", "Balance now", "期末余额"),
    ),
    _table(
        "transition", "Transition matrix", "转移矩阵",
        "Count: of the accounts in a bucket at the run compared with, the share that stands in each bucket now. Each row adds up to 100 %. Cohort: accounts of the earlier day.",
        "口径：账户数；以对比运行日处于某分段的账户为一组，其中现处于各分段的占比，每行合计 100%。",
        _CURRENCY, _BEFORE, _NOW, _column("share", "share", "Share of accounts", "账户占比"),
    ),
    _table(
        "roll", "Net flow and cohort roll", "迁徙率与同组滚动率",
        "Balance, all that is owed. Net flow: balance in the worse bucket now over the balance in the better one at the run compared with, whoever the accounts are. "
        "Cohort roll: of the balance that stood in the better bucket then, the part of accounts that stand in the worse one now. They differ when accounts cure, skip or join.",
        "口径：余额（全部未还金额）。迁徙率 = 期末较差分段余额 ÷ 期初较好分段余额，不追踪账户；同组滚动率 = 期初处于较好分段的余额中，现处于较差分段的账户所占部分（按期初余额）。账户转好、跳段或新增时两者不同。",
        _CURRENCY, _BEFORE, _NOW, _column("balance_before_minor", "money", "Better bucket before", "期初较好分段余额"),
        _column("balance_minor", "money", "Worse bucket now", "期末较差分段余额"), _column("net_flow", "share", "Net flow", "迁徙率"),
        _column("cohort_roll", "share", "Cohort roll", "同组滚动率"),
    ),
    _table(
        "cure", "Cure rate", "转好率",
        "Count: of the accounts in a bucket at the run compared with, the share that is current now. For “current”: the share that stayed current.",
        "口径：账户数；对比运行日处于该分段的账户中，现为正常的占比。“正常”一行为保持正常的占比。",
        _CURRENCY, _column("bucket", "bucket", "Bucket before", "期初分段"), _column("accounts_before", "whole", "Accounts before", "期初账户数"),
        _column("rate", "share", "Current now", "现为正常"),
    ),
    _table(
        "loss", "Expected loss by roll-rate chain", "预期损失（滚动率连乘）",
        "Balance now, all that is owed, times the chain of forward roll rates: the share of each bucket's balance that moved into a worse one over about a month (28 to 35 days). "
        "Assumes that the month repeats itself and that the last bucket is lost whole. Empty where no run of about a month before exists or a bucket on the way held nothing.",
        "口径：当前余额（全部未还金额）× 各段向后滚动率之积；滚动率为约一个月（28–35 天）内各分段余额转入更差分段的比例。假设该月情形重复、末段全额损失。没有约一个月前的运行，或途中某分段期初为空时，无法给出。",
        _CURRENCY, _column("bucket", "bucket", "Bucket", "分段"), _column("balance_minor", "money", "Balance", "余额"), _column("chain", "share", "Reaches the end", "到达末段比例"),
        _column("expected_loss_minor", "money", "Expected loss", "预期损失"),
    ),
    _table(
        "entry", "Entry rate by due day", "入催率（按到期日）",
        "Balance and count: of what fell due on a day, the part unpaid at the end of that same day, by the book's facts. Money is laid on the oldest amount first, so accounts already behind count too. "
        "Period: the last 30 due days.",
        "口径：金额与账户数；某日到期的应还款中，当日日终仍未还的部分（款项先冲最早到期款，已逾期账户亦计入）。期间：最近 30 天内的到期日。",
        _CURRENCY, _column("due_on", "text", "Due day", "到期日"), _column("accounts", "whole", "Accounts", "账户数"), _DUE,
        _column("accounts_unpaid", "whole", "Accounts unpaid", "未还账户数"), _column("unpaid_minor", "money", "Unpaid at day's end", "日终未还金额"),
        _column("rate", "share", "Entry rate", "入催率"), _column("rate_accounts", "share", "By count", "入催率（户）"),
    ),
    _table(
        "first_payment", "First-payment default", "首逾率（FPD）",
        "Count: loans whose first instalment was at least 1, 7 or 30 days late, over loans whose first instalment fell due at least so many days ago. Loans too young to be judged are in neither. "
        "Cohort: booking month. As of the day of the run.",
        "口径：户数；首期逾期至少 1/7/30 天的贷款 ÷ 首期到期已满相应天数的贷款；未满天数的贷款不计入分子与分母。分组：放款月份；时点为运行日。",
        _CURRENCY, _BOOKED, _column("loans", "whole", "Loans", "贷款数"),
        *(_column(f"{name}{days}", "whole", f"{en} {days}", f"{zh} {days}") for days in (1, 7, 30) for name, en, zh in (("ripe", "Judged", "可判定"), ("failed", "Failed", "首逾"))),
        *(_column(f"rate_{days}", "share", f"FPD {days}", f"FPD {days}") for days in (1, 7, 30)),
    ),
    _table(
        "vintage", "Vintage", "账龄分析（Vintage）",
        "Balance: what loans of a booking month that are at least 30, 60 or 90 days late (now, not ever) at a month end still owe, due or not, over all that the schedules of the month's loans ask for. "
        "Written-off loans stay in. Month ends are worked out from dated facts, without earlier runs. Cohort: booking month, the last 24; month on book 0 is the booking month.",
        "口径：余额；某放款月份的贷款在月末当前（非曾经）逾期至少 30/60/90 天者的全部未还金额 ÷ 该月份全部贷款的合同应还总额；已核销贷款仍计入。月末状况由有日期的事实推算，不需要以往运行。分组：最近 24 个放款月份；第 0 期为放款当月。",
        _CURRENCY, _BOOKED, _column("month_on_book", "whole", "Month on book", "账龄（月）"), _column("month_end", "text", "Month end", "月末"),
        _column("accounts", "whole", "Loans", "贷款数"), _column("principal_minor", "money", "Principal lent", "放款本金"), _column("booked_minor", "money", "All due by schedule", "合同应还总额"),
        *(column for days in (30, 60, 90) for column in (
            _column(f"accounts_{days}", "whole", f"Loans {days}+", f"{days}+ 贷款数"), _column(f"balance_{days}_minor", "money", f"Balance {days}+", f"{days}+ 余额"),
            _column(f"rate_{days}", "share", f"Rate {days}+", f"{days}+ 比率"))),
    ),
    _table(
        "concentration", "Concentration", "集中度",
        "Balance, all that is owed, as of the day of the run. A debtor's accounts of one currency count together. Debtors who owe nothing are left out.",
        "口径：余额（全部未还金额），时点为运行日；同一债务人同币种账户合并计算，无欠款者不计。",
        _CURRENCY, _column("debtors", "whole", "Debtors", "债务人数"), _column("balance_minor", "money", "Balance", "余额"), _column("largest_minor", "money", "Largest", "最大单户"),
        _column("largest_share", "share", "Its share", "占比"), _column("top10_minor", "money", "Ten largest", "前十大"), _column("top10_share", "share", "Their share", "占比"),
        _column("top20_minor", "money", "Twenty largest", "前二十大"), _column("top20_share", "share", "Their share", "占比"),
    ),
    *(
        _table(
            f"by_{group}", f"By {group}", zh,
            "Count and balance, all that is owed, as of the day of the run; share of the currency's balance." + (" Regions with fewer than five debtors stand together as “other”." if group == "region" else ""),
            "口径：账户数与余额（全部未还金额），时点为运行日；占比为占同币种余额之比。" + ("债务人少于五人的地区合并为“other”。" if group == "region" else ""),
            _CURRENCY, _column("name", group, group.capitalize(), zh[1:]), _column("accounts", "whole", "Accounts", "账户数"), _column("accounts_overdue", "whole", "Overdue", "逾期账户数"),
            _column("amount_overdue_minor", "money", "Amount overdue", "逾期金额"), _column("balance_minor", "money", "Balance", "余额"), _column("share", "share", "Share", "占比"),
        )
        for group, zh in (("product", "按产品"), ("region", "按地区"))
    ),
    _cash("cash_weeks", "Cash outlook, 12 weeks", "未来 12 周现金流"),
    _cash("cash_months", "Cash outlook, 12 months", "未来 12 个月现金流"),
    _table(
        "ageing", "Invoices by age", "应收账款账龄",
        "Count and balance: what is outstanding on each invoice, by that invoice's own days past due, as of the day of the run. Money is laid on the oldest invoice first. Disputed: disputed on or before the day.",
        "口径：张数与余额；每张发票的未收金额，按该发票自身逾期天数分段，时点为运行日；款项先冲最早到期的发票。争议：截至当日已提出争议。",
        _CURRENCY, _column("bucket", "bucket", "Age", "账龄"), _column("invoices", "whole", "Invoices", "张数"), _column("outstanding_minor", "money", "Outstanding", "未收金额"),
        _column("invoices_disputed", "whole", "Disputed", "争议张数"), _column("disputed_minor", "money", "Amount disputed", "争议金额"),
    ),
    _table(
        "trade_credit", "Days sales outstanding", "应收账款周转天数",
        "Balance over 90 days. DSO: outstanding at the day over what was invoiced in the last 90 days, times 90. Best possible: of what is not yet overdue only. ADD: the difference. "
        "CEI: (opening + invoiced - closing) over (opening + invoiced - closing not yet overdue). Not told where an invoice has no day of issue.",
        "口径：余额，期间 90 天。DSO = 期末未收 ÷ 近 90 天开票额 × 90；最佳 DSO 仅计未逾期部分；ADD = 两者之差；CEI =（期初＋开票－期末）÷（期初＋开票－期末未逾期）。有发票缺少开票日时不给出。",
        _CURRENCY, _column("opening_minor", "money", "Opening", "期初未收"), _column("sales_minor", "money", "Invoiced", "开票额"), _column("closing_minor", "money", "Closing", "期末未收"),
        _column("closing_current_minor", "money", "Not yet overdue", "其中未逾期"), _column("disputed_minor", "money", "Disputed", "争议金额"),
        _column("issued_unknown", "whole", "No day of issue", "缺开票日"), _column("dso", "number", "DSO, days", "DSO（天）"),
        _column("best_dso", "number", "Best possible", "最佳 DSO"), _column("add", "number", "ADD, days", "ADD（天）"), _column("cei", "share", "CEI", "CEI"),
    ),
    _table(
        "quality", "Data quality", "数据质量", "Count: rows of the book where something is missing or odd, as of the day of the run.", "口径：笔数；台账中缺失或异常的记录数，时点为运行日。",
        _column("check", "check", "What", "检查项"), _column("count", "whole", "Rows", "笔数"),
    ),
    _table(
        "imported", "Last delivery", "最近一次导入", "Count: rows of the newest batch by table. Rejected rows stand in its error pool.", "口径：行数；最新批次按表统计，被拒绝的行在错误池中。",
        _column("table", "table", "Table", "表"), _column("read", "whole", "Read", "读取"), _column("accepted", "whole", "Accepted", "接受"), _column("rejected", "whole", "Rejected", "拒绝"),
    ),
)

CHECKS: dict[str, Sentence] = {
    "dates_constructed": Sentence("Accounts whose source has no days: dates were constructed", "来源无日期、日期为推定的账户"),
    "amount_unknown": Sentence("Overdue accounts whose amount overdue is not known", "逾期但逾期金额不详的账户"),
    "nothing_due_known": Sentence("Accounts without any due date or statement", "没有任何到期日或账单的账户"),
    "paid_without_due": Sentence("Accounts with payments but nothing due", "有还款但无应还款的账户"),
    "opened_unknown": Sentence("Accounts without a first day (they are in no cohort)", "缺开户日的账户（不计入任何放款月份）"),
    "issued_unknown": Sentence("Invoices without a day of issue", "缺开票日的发票"),
    "minimum_unknown": Sentence("Statements without a minimum due", "缺最低还款额的账单"),
    "future_payments": Sentence("Payments dated after the day (not counted)", "日期晚于运行日的还款（未计入）"),
    "overpaid": Sentence("Accounts paid more than all that was asked for", "还款超过全部应还金额的账户"),
    "contact_history_unknown": Sentence("Cases whose contacts of the last 30 days are not known", "近 30 天联系记录不详的案件"),
}
