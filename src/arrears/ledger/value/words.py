"""How are the figures of a loan, of cash flows and of plans called, to people of two languages?"""

from __future__ import annotations

from collections.abc import Mapping

from arrears.core.reasons import Sentence
from arrears.ledger.value.loan_cost import Measure

MEASURES: Mapping[Measure, Sentence] = {
    Measure.EFFECTIVE: Sentence("all-in rate, effective", "综合融资成本（年化，复利）"),
    Measure.EU_APR: Sentence("all-in rate, EU APR", "综合融资成本（欧盟年百分率）"),
    Measure.SETTLED: Sentence("all-in rate, settled at each due date", "综合融资成本（年化，单利）"),
}
FLOWS: Mapping[str, Sentence] = {
    "received_minor": Sentence("received in all", "收入合计"),
    "paid_minor": Sentence("paid in all", "支出合计"),
    "value_minor": Sentence("worth on the day (NPV)", "该日净现值（NPV）"),
    "present_value_of_later_minor": Sentence("later amounts, worth on the day (PV)", "此后款项现值（PV）"),
    "rate": Sentence("rate a year (XIRR)", "年化内部收益率（XIRR）"),
}
LOAN: Mapping[str, Sentence] = {
    "paid_out_minor": Sentence("really paid out", "实际到手金额"),
    "paid_back_minor": Sentence("paid back after that", "此后还款合计"),
    "interest_minor": Sentence("interest", "利息"),
    "fees_minor": Sentence("fees", "费用"),
    "cost_minor": Sentence("cost in all", "总成本"),
    "nominal_rate": Sentence("nominal rate", "名义年利率"),
    "effective_without_fees": Sentence("effective, without fees", "实际年利率（不含费用）"),
    "present_value_minor": Sentence("later amounts, worth when paid out (PV)", "后续款项放款日现值（PV）"),
}
PLAN: Mapping[str, Sentence] = {
    "total": Sentence("to pay in all", "共需还款"),
    "largest": Sentence("largest payment", "单次最高还款"),
    "payments": Sentence("payments", "还款次数"),
    "last_on": Sentence("last on", "最后还款日"),
    "interest": Sentence("interest on the way", "期间利息"),
    "fee": Sentence("fee", "手续费"),
    "waived": Sentence("waived", "减免"),
    "left": Sentence("still owed at the end", "方案结束后仍欠"),
    "dearer": Sentence("more than paying now", "比现在还清多付"),
    "rate": Sentence("as a rate a year", "折合年利率"),
    "worth": Sentence("worth to the creditor", "对债权人的现值"),
}
NONE = Sentence("none", "无")
DOES_NOT_CLEAR = Sentence("It does not clear the debt.", "该方案不能还清欠款。")
ASKS_TOO_MUCH = Sentence("It asks for more than is owed.", "该方案要求的金额超过欠款。")


def plans_title(currency: str, pay_now: str) -> Sentence:
    """The heading over plans side by side.

    >>> plans_title("CNY", "10,500.00").zh
    '还款方案（CNY）；现在还清：10,500.00'
    """
    return Sentence(f"Plans in {currency}; to pay now: {pay_now}", f"还款方案（{currency}）；现在还清：{pay_now}")


def beside_ceiling(measure: Measure, rate: str, ceiling: str, *, allowed: bool) -> Sentence:
    """One sentence that says whether a rate is within its ceiling.

    >>> beside_ceiling(Measure.EFFECTIVE, "26.8387 %", "24.0000 %", allowed=False).en
    'all-in rate, effective: 26.8387 %, ABOVE the ceiling of 24.0000 %.'
    """
    name = MEASURES[measure]
    return Sentence(
        f"{name.en}: {rate}, {'within' if allowed else 'ABOVE'} the ceiling of {ceiling}.",
        f"{name.zh}：{rate}，{'未超过' if allowed else '超过'}上限 {ceiling}。",
    )
