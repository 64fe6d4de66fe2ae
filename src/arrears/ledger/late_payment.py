"""What does a late payment between businesses cost in the European Union?

Directive 2011/7/EU: simple interest at the reference rate and at least eight points from the day after the due date, without a reminder, and a
fixed sum. Consumers are outside it. The Directive names no count of days; 365 is ours and marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.ledger.interest import interest_for_days

DAY = timedelta(days=1)


class DebtorType(StrEnum):
    """Who owes?"""

    BUSINESS = "business"
    PUBLIC_BODY = "public_body"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class LatePayment:
    """What may be claimed, in minor units: the rate a year, interest, the fixed sum. Nothing where the Directive does not apply."""

    applies: bool
    annual_rate: Decimal
    interest_minor: int
    fixed_sum_minor: int

    @property
    def total_minor(self) -> int:
        """Interest and fixed sum."""
        return self.interest_minor + self.fixed_sum_minor


_B2B_ONLY = Sentence("A consumer owes: the Directive is for businesses and public bodies.", "债务人为消费者：指令仅适用于企业之间及公共机构。")


def late_payment(
    parameters: Parameters, amount_minor: int, days_late: int, on: date, debtor: DebtorType = DebtorType.BUSINESS, *,
    reference_rate: Decimal | None = None, margin: Decimal | None = None, days_in_year: int | None = None,
) -> Worked[LatePayment]:  # fmt: skip
    """What may be claimed for an amount that came so many days late?

    Args:
        on: a day of the half-year whose reference rate holds; figures are read at it.
        reference_rate: the rate published for the half-year, as a share; without it, the shipped one.
        margin: what national law puts on top, as a share; never below the Directive's.
        days_in_year: national law's count of days; without it 365, our convention.

    Raises:
        NoValue: no reference rate is known for the day and none is given.
    """
    if debtor is DebtorType.CONSUMER:
        return worked(LatePayment(False, Decimal(0), 0, 0), [_B2B_ONLY], [])
    least, fixed = parameters.value_on("eu_late_payment_margin_share", on), parameters.value_on("eu_late_payment_fixed_sum_minor", on)
    readings: list[Reading] = [least, fixed]
    if reference_rate is None:
        readings.append(parameters.value_on("eu_late_payment_reference_share", on))
        reference_rate = readings[-1].share
    if days_in_year is None:
        readings.append(parameters.value_on("eu_late_payment_days_in_year", on))
        days_in_year = readings[-1].whole
    rate = reference_rate + max(least.share, least.share if margin is None else margin)
    interest = interest_for_days(amount_minor, rate, days_late, days_in_year)
    found = LatePayment(True, rate, interest, fixed.whole)
    percent = f"{rate.scaleb(2).normalize():f} %"
    summed = f"{_plain(amount_minor)} × {percent} × {days_late}/{days_in_year} = {_plain(interest)}"
    total = f"{_plain(interest)} + {_plain(fixed.whole)} = {_plain(found.total_minor)}"
    lines = [
        Sentence(f"Reference rate and margin: {percent} a year", f"参考利率加点：年利率{percent}"),
        Sentence(f"Interest: {summed}", f"利息：{summed}"),
        Sentence(f"With the fixed sum: {total}", f"加固定金额：{total}"),
    ]
    return worked(found, lines, readings)


def _plain(minor: int) -> str:
    return f"{Decimal(minor).scaleb(-2):,.2f}"


def interest_starts(parameters: Parameters, on: date, *, contract_due: date | None = None, invoice_received: date | None = None) -> Worked[date]:
    """From which day does interest run? The day after the contract's due date; without one, the day after the term from the invoice.

    Args:
        on: the day at which the figures are read.
        contract_due: the due date of the contract, if it names one.
        invoice_received: the day on which the invoice arrived (the goods, where that day is not certain).
    """
    if contract_due is not None:
        start = contract_due + DAY
        return worked(start, [Sentence(f"The day after {contract_due}: {start}", f"{contract_due}的次日：{start}")], [])
    assert invoice_received is not None, "a due date or the day of the invoice"
    length = parameters.value_on("eu_late_payment_days_without_date", on)
    start = invoice_received + (length.whole + 1) * DAY
    line = f"{invoice_received} + {length.whole} + 1 = {start}"
    return worked(start, [Sentence(f"No due date in the contract: {line}", f"合同未约定到期日：{line}")], [length])
