"""How is each line of an account said to the person who owes?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arrears.core.reasons import Sentence
from arrears.ledger.account.ledger import Line, LineKind
from arrears.ledger.account.terms import AllocationWay
from arrears.ledger.allocation.claims import Component

COMPONENTS: Mapping[Component, Sentence] = {
    Component.COSTS: Sentence("costs of collection", "实现债权费用"),
    Component.PENALTY: Sentence("penalty interest", "罚息"),
    Component.FEE: Sentence("fees", "费用"),
    Component.INTEREST: Sentence("interest", "利息"),
    Component.PRINCIPAL: Sentence("principal", "本金"),
}
BY_TIME = frozenset({LineKind.FELL_DUE, LineKind.CONTRACT_INTEREST, LineKind.PENALTY_INTEREST, LineKind.COMPOUND_INTEREST})
"""What time alone brings about: told by instalment."""
TITLES: Mapping[LineKind, Sentence] = {
    LineKind.AGREED: Sentence("Agreed", "约定"),
    LineKind.CHARGED: Sentence("Charged", "收取费用"),
    LineKind.CONTRACT_INTEREST: Sentence("Interest", "计息"),
    LineKind.PENALTY_INTEREST: Sentence("Penalty interest on what was late", "逾期罚息"),
    LineKind.COMPOUND_INTEREST: Sentence("Interest on unpaid interest", "复利"),
    LineKind.INTEREST_NOT_CHARGED: Sentence("Interest that is not charged", "不计收的利息"),
    LineKind.PAID: Sentence("Money held for you was used", "以代管款项抵扣"),
    LineKind.GIVEN_FREE: Sentence("Paid too much there; the money was freed", "原抵扣过多，款项释放"),
    LineKind.CHARGED_BACK: Sentence("A payment was called back by the bank", "付款被银行撤回"),
    LineKind.WAIVED: Sentence("Waived", "减免"),
    LineKind.SETTLED_BY_QUOTE: Sentence("Settled by the amount we had quoted", "按报价结清"),
    LineKind.NOT_NEEDED_AFTER_ALL: Sentence("Was given up and is not charged after all", "原已减免，现不再计收"),
    LineKind.QUOTE_NOT_MET_AFTER_ALL: Sentence("The quoted amount was not paid after all", "报价未履行，恢复计收"),
    LineKind.FELL_DUE: Sentence("Fell due", "到期应还"),
    LineKind.RECEIVED: Sentence("Payment received, thank you", "收到还款，谢谢"),
    LineKind.BORNE_BY_CREDITOR: Sentence("Costs of collection, borne by the creditor and not by you", "实现债权费用由债权人承担，不向您收取"),
    LineKind.REFUNDED: Sentence("Given back to you", "退款"),
}
ORDERS: Mapping[AllocationWay, Sentence] = {
    AllocationWay.PER_INSTALMENT: Sentence("Each payment counts against the oldest instalment first, in the order that was agreed.", "每笔还款先抵充到期最早的一期，期内按约定顺序。"),
    AllocationWay.ARTICLE_561: Sentence(
        "Each payment counts against costs, then penalty interest, fees and interest, then principal of all that is due, the oldest first (Civil Code art. 561).",
        "每笔还款依次抵充实现债权的费用、罚息、费用和利息、本金，均先到期者先抵充（民法典第561条）。",
    ),
    AllocationWay.DUE_THEN_IN_ADVANCE: Sentence("Each payment counts against what is due first, then against what comes next.", "每笔还款先抵充已到期款项，再抵充下一期。"),
    AllocationWay.RULES: Sentence("Each payment counts in the order of the rules that were agreed.", "每笔还款按约定的规则顺序抵充。"),
    AllocationWay.CHINA_CARD: Sentence(
        "Up to the change day, interest and fees come before principal; after it, principal comes first.", "逾期未超过规定天数先抵充利息和费用，超过后先抵充本金。"
    ),
}


def item_words(item: str) -> Sentence:
    """How is an instalment, or a charge by itself, called?

    >>> item_words("3").en, item_words("charge F-1").zh
    ('instalment 3', '费用 F-1')
    """
    if item.startswith("charge "):
        return Sentence(f"the charge {item.removeprefix('charge ')}", f"费用 {item.removeprefix('charge ')}")
    return Sentence(f"instalment {item}", f"第 {item} 期")


def title(lines: Sequence[Line], received: str) -> Sentence:
    """The head of a row, from its lines: what leads is what happened; one instalment is named, and how much came in.

    Args:
        received: the whole of the money that came, as it is written; only part of it may change what is due.
    """
    lead = next((one for one in lines if one.kind is LineKind.RECEIVED), lines[0])
    if lead.kind is LineKind.RECEIVED and lead.amount_minor >= 0:
        return Sentence(f"Payment of {received} received, thank you", f"收到还款 {received}，谢谢")
    kind = LineKind.CHARGED_BACK if lead.kind is LineKind.RECEIVED else lead.kind
    said, items = TITLES[kind], {one.item for one in lines if one.item is not None}
    if lead.kind in BY_TIME and len(items) == 1:
        called = item_words(str(lead.item))
        return Sentence(f"{said.en}: {called.en}", f"{said.zh}：{called.zh}")
    return said


def particular(line: Line, amount: str, *, ahead: bool) -> Sentence:
    """One amount of a row: which component, of what, for which days."""
    component, called = COMPONENTS[line.component] if line.component else Sentence("", ""), item_words(str(line.item))
    days = _days(line)
    early = Sentence(", paid ahead", "，提前还款") if ahead else Sentence("", "")
    return Sentence(f"{amount} {component.en} of {called.en}{days.en}{early.en}", f"{called.zh} {component.zh} {amount}{days.zh}{early.zh}")


def _days(line: Line) -> Sentence:
    """For how many days, between which: where interest stood still in between, the days are fewer than lie there."""
    if line.from_on is None or line.to_on is None or line.days is None:
        return Sentence("", "")
    en = f"{line.days} day{'' if line.days == 1 else 's'}"
    if line.days < (line.to_on - line.from_on).days:
        return Sentence(f", {en} between {line.from_on} and {line.to_on}; on the others it stood still", f"，{line.from_on} 至 {line.to_on} 之间计息 {line.days} 天，其余天数停止计息")
    return Sentence(f", {en} after {line.from_on} up to {line.to_on}", f"，{line.from_on} 次日至 {line.to_on}，共 {line.days} 天")
