"""What does a Chinese court ask: for a suit, a payment order, preserving property, enforcement?

诉讼费用交纳办法 (2007). Fees are worked out exactly and rounded once, half up to the fen, because the measures name no rounding and courts write
四舍五入. A fee is halved once only, whatever grounds there are for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import money, said
from arrears.ledger.rounding import Rounding, to_whole


@dataclass(frozen=True, slots=True)
class AcceptanceFee:
    """案件受理费, in fen: the whole fee, the half, and what is asked in this case."""

    full_minor: int
    half_minor: int
    payable_minor: int


@dataclass(frozen=True, slots=True)
class PaymentOrderFee:
    """支付令, in fen: its fee, and what a suit costs in all and still asks once the order has failed."""

    fee_minor: int
    suit_fee_minor: int
    supplement_minor: int


@dataclass(frozen=True, slots=True)
class EnforcementFee:
    """执行费, in fen, and whether the creditor pays it in advance."""

    fee_minor: int
    prepaid_by_creditor: bool


def rounded(fee: Decimal) -> int:
    """A fee in whole fen, half up."""
    return to_whole(fee, Rounding.HALF_UP)


def scale_working(scale: Reading, amount_minor: int) -> tuple[Decimal, list[Sentence]]:
    """What a scale asks of an amount, exactly, and a line for each segment."""
    lines = []
    for one in scale.scale.asked(amount_minor):
        percent = f"{one.segment.share.scaleb(2).normalize():f} %"
        fixed = one.segment.once_minor
        how = f"{money(one.part_minor, scale.currency)} × {percent}" if one.segment.share else ""
        both = " + ".join(part for part in (money(fixed, scale.currency) if fixed else "", how) if part)
        lines.append(
            said(
                "Above {above}: {how} = {sum}", "超过{above}的部分：{how} = {sum}",
                above=money(one.segment.above_minor, scale.currency), how=both, sum=f"{one.comes_to.scaleb(-2):,.4f}".rstrip("0").rstrip("."),
            )
        )  # fmt: skip
    return scale.scale.charge(amount_minor), lines


def acceptance_fee(parameters: Parameters, claim_minor: int, on: date, *, halved: bool = False) -> Worked[AcceptanceFee]:
    """What does a court ask for a property claim of this amount, filed on this day?

    Args:
        claim_minor: the claim in fen.
        halved: settled by mediation, withdrawn, or tried by simplified procedure (small claims among them).

    Raises:
        NoValue: before the measures of 2007.
    """
    scale, share = parameters.value_on("cn_court_acceptance_fee_scale", on), parameters.value_on("cn_court_halved_share", on)
    exact, lines = scale_working(scale, claim_minor)
    full, half = rounded(exact), rounded(exact * share.share)
    lines.append(said("Acceptance fee: {fee}", "案件受理费：{fee}", fee=money(full)))
    if halved:
        lines.append(said("Halved, once only: {fee}", "减半收取（仅减半一次）：{fee}", fee=money(half)))
    return worked(AcceptanceFee(full, half, half if halved else full), lines, [scale, share])


def payment_order_fee(parameters: Parameters, claim_minor: int, on: date, paid_minor: int | None = None) -> Worked[PaymentOrderFee]:
    """What does a payment order over this amount cost, and what is still asked if it fails and becomes a suit?

    Args:
        paid_minor: what was paid for the order, where that is known; else its fee.
    """
    scale, divisor = parameters.value_on("cn_court_acceptance_fee_scale", on), parameters.value_on("cn_payment_order_fee_divisor", on)
    exact, lines = scale_working(scale, claim_minor)
    full, fee = rounded(exact), rounded(exact / divisor.whole)
    supplement = max(0, full - (fee if paid_minor is None else paid_minor))
    lines.append(said("{full} ÷ {by} = {fee} for the payment order", "{full} ÷ {by} = 支付令申请费{fee}", full=money(full), by=divisor.whole, fee=money(fee)))
    lines.append(said(
        "If it fails and becomes a suit: {full} in all, {rest} still to pay (民诉法解释 art. 195)", "失效转入诉讼的：受理费共{full}，尚需补交{rest}（民诉法解释第195条）",
        full=money(full), rest=money(supplement),
    ))  # fmt: skip
    return worked(PaymentOrderFee(fee, full, supplement), lines, [scale, divisor])


def preservation_fee(parameters: Parameters, amount_minor: int, on: date) -> Worked[int]:
    """What does a court ask for preserving property of this value, in fen?"""
    scale, cap = parameters.value_on("cn_preservation_fee_scale", on), parameters.value_on("cn_preservation_fee_cap_minor", on)
    exact, lines = scale_working(scale, amount_minor)
    fee = min(rounded(exact), cap.whole)
    if exact > cap.whole:
        lines.append(said("At most {cap}", "最多不超过{cap}", cap=money(cap.whole)))
    return worked(fee, [*lines, said("Preservation fee: {fee}", "保全申请费：{fee}", fee=money(fee))], [scale, cap])


def enforcement_fee(parameters: Parameters, amount_minor: int, on: date) -> Worked[EnforcementFee]:
    """What does a court ask for enforcing this amount? The debtor bears it."""
    scale, prepaid = parameters.value_on("cn_enforcement_fee_scale", on), parameters.value_on("cn_enforcement_fee_prepaid", on)
    exact, lines = scale_working(scale, amount_minor)
    fee = rounded(exact)
    lines.append(said("Enforcement fee: {fee}; not paid in advance, the debtor bears it", "执行费：{fee}；申请人不预交，由被执行人负担", fee=money(fee)))
    return worked(EnforcementFee(fee, prepaid.yes), lines, [scale, prepaid])
