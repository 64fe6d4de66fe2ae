"""Which figures of Chinese law bind the amount, on a day?

Readings of dated parameters, each with its source and certainty, brought together where one question needs several. The sums are done by
the functions beside this module.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from arrears.core.parameters import NoValue, Parameters, Reading
from arrears.ledger.ceilings import AgainstCeiling, multiple_of_reference, penalty_rate

AGREEMENT_CONTENT = (
    "balance",
    "repayment_schedule",
    "fees_and_interest",
    "promise_not_to_apply_for_cards_until_cleared",
    "rights_and_breach",
    "other",
)
"""What a personalised instalment agreement (个性化分期还款协议) must hold: Card Measures art. 70."""


def private_lending_cap(parameters: Parameters, contract_on: date, lpr_1y: Decimal) -> Decimal:
    """民间借贷: the highest rate that a court supports for a contract of this day, given the one-year LPR of that day."""
    return multiple_of_reference(lpr_1y, parameters.value_on("cn_private_lending_lpr_multiple", contract_on).whole)


def micro_loan_cap(parameters: Parameters, loan_on: date, lpr_1y: Decimal | None) -> Decimal:
    """小额贷款: the all-in cost that a new loan of this day may have at most, the lower of the two ceilings that hold.

    Raises:
        NoValue: no ceiling is known for the day, or one needs the LPR and none is given.
    """
    cap = parameters.value_on("cn_microloan_all_in_cap", loan_on).share
    try:
        times = parameters.value_on("cn_microloan_lpr_multiple", loan_on).whole
    except NoValue:
        return cap
    if lpr_1y is None:
        raise NoValue("The one-year LPR is missing.", f"From {loan_on} on the ceiling rests on it.", "Give lpr_1y, the rate published for the day of the loan.")
    return min(cap, multiple_of_reference(lpr_1y, times))


def penalty_rate_of(parameters: Parameters, contract_rate: Decimal, uplift: Decimal | None, on: date, *, misuse: bool = False) -> AgainstCeiling:
    """罚息利率: for lateness or for misuse of the loan; without an uplift, the highest."""
    highest = parameters.value_on("cn_penalty_uplift_misuse_max" if misuse else "cn_penalty_uplift_late_max", on).share
    return penalty_rate(contract_rate, highest if uplift is None else uplift, highest)


def court_supported_rate(parameters: Parameters, claimed: Decimal, on: date, *, borrower_asks: bool) -> Decimal:
    """金融借款: interest, compound and penalty interest, penalty and fees together, as a rate a year; lowered only if the borrower asks."""
    return AgainstCeiling(claimed, parameters.value_on("cn_financial_loan_court_cap", on).share).supported if borrower_asks else claimed


def change_day_of_cards(parameters: Parameters, on: date) -> Reading:
    """Up to how many days past due do interest and fees of a card come before its principal? See `allocation.cards.china_card`."""
    return parameters.value_on("cn_card_principal_first_after_days", on)


def instalment_agreement_months(parameters: Parameters, on: date) -> int:
    """How many months may a personalised instalment agreement run at most?"""
    return parameters.value_on("cn_card_instalment_agreement_max_months", on).whole


def missing_from_agreement(content: Collection[str]) -> list[str]:
    """Which required parts does an agreement lack?

    >>> missing_from_agreement(["balance", "repayment_schedule", "fees_and_interest", "rights_and_breach", "other"])
    ['promise_not_to_apply_for_cards_until_cleared']
    """
    return [part for part in AGREEMENT_CONTENT if part not in content]
