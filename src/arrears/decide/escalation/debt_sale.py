"""批量转让: may bad personal loans be sold in bulk on this day, and may the buyer sell them on?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arrears.core.parameters import Parameters
from arrears.core.workings import Worked, worked
from arrears.decide.escalation.counting import said


class LoanType(StrEnum):
    """Which bad loans does the pilot take?"""

    CONSUMER = "personal_consumer_credit_npl"
    CARD = "credit_card_overdraft_npl"
    BUSINESS = "personal_business_credit_npl"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BulkSale:
    """Is the pilot open for the loans on the day, until when, and may a buyer sell on?"""

    open: bool
    until: date
    resale_allowed: bool


def bulk_sale(parameters: Parameters, loan: LoanType, on: date, *, known_until: date | None = None) -> Worked[BulkSale]:
    """May these loans be sold in bulk on this day?

    Args:
        known_until: an extension that the lender knows of and answers for.

    Raises:
        NoValue: before the pilot began.
    """
    until, resale = parameters.value_on("cn_npl_pilot_until", on), parameters.value_on("cn_npl_pilot_resale_allowed", on)
    last = until.day if known_until is None else max(until.day, known_until)
    fits, in_time = loan is not LoanType.OTHER, on <= last
    lines = [said("The pilot runs until {day}.", "试点截至{day}。", day=last)]
    if not in_time:
        lines.append(said("{day} is later: look for an extension before anything is sold.", "{day}已逾期：转让前须确认是否延期。", day=on))
    if not fits:
        lines.append(said("Loans of this kind are outside it.", "该类贷款不在试点范围内。"))
    if not resale.yes:
        lines.append(said("The buyer may not sell them on.", "受让人不得再转让。"))
    return worked(BulkSale(fits and in_time, last, resale.yes), lines, [until, resale])
