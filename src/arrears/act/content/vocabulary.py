"""Which words may a template use about itself, and which variables may its text hold? Closed lists: a misspelt word is refused when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from arrears.core.reasons import Sentence

LOCALES = ("zh-CN", "en", "es")
"""Languages in which templates are shipped and checked."""


class Tone(StrEnum):
    """How far has it come? Each step is as respectful as the one before it; only what happens next differs."""

    NEUTRAL = "neutral"
    """It asks for a call or an answer and says nothing else."""
    REMINDER = "reminder"
    FIRM_REMINDER = "firm_reminder"
    OFFER_OF_HELP = "offer_of_help"
    LAST_NOTICE = "last_notice"
    """The last word before legal steps are prepared."""
    PRE_LEGAL = "pre_legal"
    STATUTORY = "statutory"
    """What the law requires to be told, outside the ladder."""


class Disclosure(StrEnum):
    """To whom may it go?"""

    NEUTRAL = "neutral"
    """To a contact point that is not verified as the person's own: nothing in it tells of a debt."""
    FULL = "full"
    """To a verified contact point alone."""


class Kind(StrEnum):
    """What is a value?"""

    MONEY = "money"
    DAY = "day"
    NAME = "name"
    """A person or a company; cleaned, at most 120 characters."""
    TEXT = "text"
    """Words of the lender, one line."""
    LINES = "lines"
    """A line for each: an address, telephone numbers of help."""
    TAIL = "tail"
    """The last two to four characters of a number."""
    CODE = "code"
    LINK = "link"
    PHONE = "phone"
    NEUTRAL = "neutral"
    """A name that by itself tells of no debt."""
    SENDER = "sender"
    """Who writes, in which role, for whom: a closed sentence of the language."""
    PRODUCT = "product"
    """A kind of debt, as the language calls it."""
    AMOUNTS = "amounts"
    """A table of named amounts."""


class Capacity(StrEnum):
    """In which role does somebody write?"""

    OWN_NAME = "own_name"
    AGENCY = "agency"
    AGENCY_FIRST = "agency_first"
    """An agency in its first communication."""
    BUYER = "buyer"
    BUYER_FIRST = "buyer_first"


class Option(StrEnum):
    """What can the person do, and what do they learn? What a message must offer, by its channel and its reader."""

    PAY = "pay"
    PLAN = "plan"
    """Pay in parts that can be kept."""
    PAUSE = "pause"
    """Have it rest for a while."""
    DISPUTE = "dispute"
    """Say that something is wrong, and be heard before anything else happens."""
    HELP = "help"
    """Independent advice, free of charge."""
    REPLY = "reply"
    STOP = "stop"
    """Get no more of these messages."""
    STATEMENT = "statement"
    """Get the full statement."""
    VERIFY = "verify"
    """Check that it is genuine, by a way known before."""
    NEXT = "next"
    """What happens next, and when."""


class Item(StrEnum):
    """Of what does an amount consist?"""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEES = "fees"
    PENALTY = "penalty"
    COSTS = "costs"
    PAYMENTS = "payments"
    CREDITS = "credits"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable a text may hold.

    Attributes:
        of_debt: it tells of a debt, so no neutral template may hold it.
        by_case: it follows from the case and the lender's own settings; others must be given for the message.
    """

    name: str
    kind: Kind
    meaning: Sentence
    of_debt: bool = True
    by_case: bool = True


def _of(name: str, kind: Kind, en: str, zh: str, *, of_debt: bool = True, by_case: bool = True) -> Variable:
    return Variable(name, kind, Sentence(en, zh), of_debt, by_case)


_VARIABLES = (
    _of("sender", Kind.SENDER, "who writes, in which role and for whom, as a sentence", "发送方、其身份及受谁委托，整句"),
    _of("sender_short", Kind.SENDER, "the same in a few words, for a text message", "同上，短信用"),
    _of("neutral_sender", Kind.NEUTRAL, "a name that by itself tells of no debt", "不透露催收事宜的名称", of_debt=False),
    _of("name", Kind.NAME, "whom it is for", "收件人", of_debt=False),
    _of("amount_due", Kind.MONEY, "what is overdue today", "当前逾期金额"),
    _of("balance", Kind.MONEY, "everything that is owed, with what is not due yet", "全部未还金额（含未到期）"),
    _of("product", Kind.PRODUCT, "the kind of debt", "债务种类"),
    _of("account_tail", Kind.TAIL, "last characters of the account's number; of the customer's where there are several accounts", "账户号末几位；涉及多个账户时为客户号末几位"),
    _of("oldest_due_on", Kind.DAY, "since when something is overdue", "最早逾期日"),
    _of("written_on", Kind.DAY, "the day of the message", "发送日期", of_debt=False),
    _of("answer_by", Kind.DAY, "until then nothing else happens", "在此日之前不采取其他措施"),
    _of("pay_link", Kind.LINK, "where to pay, on the lender's own site", "还款网址（机构自有网站）"),
    _of("phone", Kind.PHONE, "the lender's number, at ordinary cost", "客服电话（普通资费）", of_debt=False),
    _of("hours", Kind.TEXT, "when somebody answers", "服务时间", of_debt=False),
    _of("reply_address", Kind.LINES, "where post goes", "通信地址", of_debt=False),
    _of("email", Kind.TEXT, "where e-mail goes", "电子邮箱", of_debt=False),
    _of("website", Kind.LINK, "the lender's own site", "机构官方网站", of_debt=False),
    _of("verify_link", Kind.LINK, "where the code is looked up", "核验网址", of_debt=False),
    _of("code", Kind.CODE, "the code of this message", "本信息核验码", of_debt=False),
    _of("trusted_route", Kind.TEXT, "a way to reach the lender that the person knew before", "本人原已知悉的联系方式"),
    _of("help_lines", Kind.LINES, "independent advice and help, free of charge", "独立、免费的咨询求助渠道"),
    _of("stop_word", Kind.CODE, "the word that stops these messages", "退订口令", of_debt=False),
    _of("lender", Kind.NAME, "whose money it is", "债权人", of_debt=True),
    _of("caller", Kind.NAME, "who calls or may be asked for", "联系人", of_debt=False),
    _of("agency", Kind.NAME, "the agency that is to act", "受托机构", by_case=False),
    _of("agency_phone", Kind.PHONE, "its telephone", "受托机构电话", by_case=False),
    _of("agency_address", Kind.LINES, "its address", "受托机构地址", by_case=False),
    _of("begins_on", Kind.DAY, "from then on it applies", "起始日", by_case=False),
    _of("buyer", Kind.NAME, "who owns the claim now", "受让人", by_case=False),
    _of("buyer_phone", Kind.PHONE, "the new owner's telephone", "受让人电话", by_case=False),
    _of("buyer_address", Kind.LINES, "the new owner's address", "受让人地址", by_case=False),
    _of("assigned_on", Kind.DAY, "the day of the transfer", "转让日", by_case=False),
    _of("credit_bureau", Kind.NAME, "to whom it is reported", "征信机构", by_case=False),
    _of("report_on", Kind.DAY, "not reported before this day", "在此日之前不报送", by_case=False),
    _of("collector_address", Kind.LINES, "where disputes are sent", "异议寄送地址", by_case=False),
    _of("debtor_address", Kind.LINES, "the person's postal address", "债务人地址", by_case=False),
    _of("creditor_then", Kind.NAME, "creditor on the itemisation date", "列示日的债权人", by_case=False),
    _of("creditor_now", Kind.NAME, "creditor today", "现债权人", by_case=False),
    _of("itemised_on", Kind.DAY, "itemisation date", "列示日", by_case=False),
    _of("amount_then", Kind.MONEY, "amount on the itemisation date", "列示日金额", by_case=False),
    _of("itemisation", Kind.AMOUNTS, "what came and went since, line by line", "其后增减明细", by_case=False),
    _of("disputed_by", Kind.DAY, "the last day of the validation period", "核实期截止日", by_case=False),
    _of("agreement_on", Kind.DAY, "the day of the agreement", "合同签订日", by_case=False),
    _of("interest_told", Kind.TEXT, "whether interest or charges go on, and how much", "利息或费用是否继续计算及数额", by_case=False),
    _of("assignment_told", Kind.TEXT, "to whom it was assigned and when, or that it was not", "是否转让、受让人及时间", by_case=False),
    _of("offer_told", Kind.TEXT, "which instalments are paid or were offered, and why an offer was not taken", "已付或曾提出的分期，以及未接受的原因", by_case=False),
    _of("claim_after", Kind.DAY, "no claim is issued before this day has passed", "在此日届满前不起诉", by_case=False),
    _of("best_times", Kind.TEXT, "good times to call back", "方便回电的时段", of_debt=False),
)  # fmt: skip
VARIABLES: Mapping[str, Variable] = {one.name: one for one in _VARIABLES}
"""Every variable, by name."""
