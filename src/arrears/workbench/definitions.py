"""What does each figure on a page mean? One list; pages link to its entries by id."""

from __future__ import annotations

from dataclasses import dataclass

from arrears.core.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Definition:
    """A term as colleagues use it, and exactly what is counted."""

    id: str
    term: Sentence
    meaning: Sentence


DEFINITIONS = (
    Definition("as-of", Sentence("As of", "截至日期"), Sentence(
        "The day a run looked at. Everything known by the end of that day counts, nothing later does.",
        "跑批所看的日期。当日结束前已知的信息都计入，之后的一概不计。")),
    Definition("account", Sentence("Account", "账户"), Sentence(
        "One debt: a loan, a card, an invoice. One person can have several.", "一笔债务：一笔贷款、一张信用卡或一张发票。一个人可以有多个账户。")),
    Definition("overdue", Sentence("Overdue", "逾期"), Sentence(
        "Something fell due before the day and is not fully paid. Money is laid on the oldest due item first.",
        "当日之前到期、尚未付清即为逾期。还款先冲抵最早到期的款项。")),
    Definition("amount-overdue", Sentence("Amount overdue", "逾期金额"), Sentence(
        "What fell due and is unpaid, per currency, never added across currencies. Where the source states no overdue amount, the account is counted apart and not guessed.",
        "已到期未付的金额，按币种分列，不跨币种相加。来源未给出逾期金额的账户单独计数，不作估算。")),
    Definition("days-past-due", Sentence("Days past due", "逾期天数"), Sentence(
        "Days since the oldest unpaid due date; the day after the due date is day 1. Some sources know months only; then no days are shown.",
        "自最早未付到期日起的天数，到期日次日为第 1 天。部分来源只有月数，此时不显示天数。")),
    Definition("bucket", Sentence("Bucket", "逾期分段"), Sentence(
        "A range of days past due (1–30, 31–60 …) or, where only months are known, of months.", "逾期天数的区间（1–30、31–60……）；只知月数时按月分段。")),
    Definition("case", Sentence("Case", "案件"), Sentence(
        "One person with at least one overdue account, all their accounts together. It opens the night they fall overdue and closes the night nothing is overdue.",
        "至少有一个逾期账户的人，名下全部账户合为一案。逾期当晚立案，全部结清逾期当晚结案。")),
    Definition("people", Sentence("For people", "人工处理"), Sentence(
        "Cases that the policy gives to a colleague, in the order in which they should be taken.", "按策略交由同事处理的案件，按处理先后排序。")),
    Definition("automatic", Sentence("Automatic", "自动处理"), Sentence(
        "Cases with a gentle automatic treatment. Nothing is sent without a permit.", "按策略自动温和处置的案件。未获许可，不会发出任何信息。")),
    Definition("held", Sentence("Held", "暂停中"), Sentence(
        "Something protects the person (dispute, hardship, complaint and so on), or nobody knows how often they were contacted. No contact is proposed.",
        "存在保护事由（争议、困难、投诉等），或既往联系次数不详。不建议联系。")),
    Definition("today", Sentence("Today, and what waits", "今日处理与等待"), Sentence(
        "Where the policy says how much there is of people, messages and money, each night chooses what is done today so that it brings most. What does not fit waits "
        "with its reason and is weighed anew every night; no day is promised.",
        "策略限定人力、信息量和费用时，每晚选出当日最有价值的处置。排不下的等待并注明原因，每晚重新权衡，不预告日期。")),
    Definition("left-alone", Sentence("Left alone", "暂不打扰"), Sentence(
        "A contact would bring no more than it costs and burdens the person, so none is made and no discretionary charge added. Notices that the law demands still go out, "
        "and whoever asks for help gets it.",
        "联系的预期收益不高于成本与对其造成的负担，因此不主动联系，也不加收非必要费用。法定通知照常发出，如需帮助，随时提供。")),
    Definition("contact-history", Sentence("Contact history", "联系记录"), Sentence(
        "Contacts of the last 30 days taken over from the lender's earlier system. Inside the covered days no row means no contact; outside them nobody knows.",
        "由机构原系统移交的近 30 天联系记录。覆盖期内无记录即未联系；覆盖期外则不详。")),
    Definition("not-cleared", Sentence("Not cleared for contact", "未获联系许可"), Sentence(
        "This number or address exists, but nobody has checked that it may be used now. Each contact needs a permit of its own.",
        "该号码或地址存在，但尚未核查此刻能否使用。每次联系都须单独取得许可。")),
    Definition("flow", Sentence("Bucket flow", "分段迁徙"), Sentence(
        "Accounts by the bucket at the run before (rows) and now (columns). The shade shows the share of the row.",
        "按上期分段（行）与本期分段（列）统计的账户数。颜色深浅表示占该行的比例。")),
    Definition("treatment", Sentence("Treatment", "处置方式"), Sentence(
        "What the lender's policy proposes for a case, with the reason in a sentence. The rule and the policy's version stand with it.",
        "机构策略对案件建议的做法，并以一句话说明理由；同时列出规则和策略版本。")),
)
