"""Ceilings and late-performance interest of Chinese law, each with its working.

The sums are those of `china.py` and `interest.py`; here they are put together with the lines that a reader checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from arrears.core.parameters import NoValue, Parameters
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.ledger.china import court_supported_rate, micro_loan_cap, penalty_rate_of, private_lending_cap
from arrears.ledger.interest import simple_daily_charge


class Ceiling(StrEnum):
    """Which ceiling is asked?"""

    PRIVATE_LENDING = "private_lending"
    """民间借贷: a multiple of the one-year LPR of the contract's day."""
    MICRO_LOAN = "micro_loan"
    """小额贷款公司: the all-in cost of a new loan."""
    FINANCIAL_LOAN_IN_COURT = "financial_loan_in_court"
    """金融借款: what a court supports in all when the borrower asks."""
    PENALTY_LATE = "penalty_late"
    """罚息 for lateness, on top of the contract's rate."""
    PENALTY_MISUSE = "penalty_misuse"
    """罚息 for misuse of the loan."""


_FIGURES = {
    Ceiling.PRIVATE_LENDING: "cn_private_lending_lpr_multiple",
    Ceiling.MICRO_LOAN: "cn_microloan_all_in_cap",
    Ceiling.FINANCIAL_LOAN_IN_COURT: "cn_financial_loan_court_cap",
    Ceiling.PENALTY_LATE: "cn_penalty_uplift_late_max",
    Ceiling.PENALTY_MISUSE: "cn_penalty_uplift_misuse_max",
}


@dataclass(frozen=True, slots=True)
class HighestRate:
    """The highest rate a year as a share, and is the rate asked about within it (None: none was asked about)?"""

    annual_rate: Decimal
    allowed: bool | None


def _percent(share: Decimal) -> str:
    return f"{share.scaleb(2).normalize():f} %"


def highest_rate(parameters: Parameters, which: Ceiling, on: date, *, lpr_1y: Decimal | None = None, contract_rate: Decimal | None = None, asked: Decimal | None = None) -> Worked[HighestRate]:
    """How high may the rate be, on the day that the rule looks at?

    Args:
        lpr_1y: the one-year LPR published for that day, as a share.
        contract_rate: for penalty interest, the contract's rate, as a share.
        asked: the rate that is to be held against the ceiling.

    Raises:
        WrongCall: the ceiling rests on a rate that is not given.
        NoValue: no ceiling is known for the day.
    """
    readings = [parameters.value_on(_FIGURES[which], on)]
    match which:
        case Ceiling.PRIVATE_LENDING:
            highest = private_lending_cap(parameters, on, _given(lpr_1y, "lpr"))
            line = f"{_percent(_given(lpr_1y, 'lpr'))} × {readings[0].whole} = {_percent(highest)}"
        case Ceiling.MICRO_LOAN:
            highest = micro_loan_cap(parameters, on, lpr_1y)
            line = _percent(highest)
            try:
                readings.append(parameters.value_on("cn_microloan_lpr_multiple", on))
            except NoValue:
                pass
            else:
                line = f"min({_percent(readings[0].share)}, {_percent(_given(lpr_1y, 'lpr'))} × {readings[1].whole}) = {line}"
        case Ceiling.FINANCIAL_LOAN_IN_COURT:
            highest = court_supported_rate(parameters, Decimal(1), on, borrower_asks=True)
            line = _percent(highest)
        case Ceiling.PENALTY_LATE | Ceiling.PENALTY_MISUSE:
            contract = _given(contract_rate, "contract-rate")
            highest = penalty_rate_of(parameters, contract, None, on, misuse=which is Ceiling.PENALTY_MISUSE).ceiling
            line = f"{_percent(contract)} × (1 + {_percent(readings[0].share)}) = {_percent(highest)}"
    found = HighestRate(highest, None if asked is None else asked <= highest)
    return worked(found, [Sentence(f"Highest rate: {line}", f"最高利率：{line}")], readings)


def _given(rate: Decimal | None, name: str) -> Decimal:
    if rate is None:
        raise WrongCall(f"The rate “{name}” is missing.", "This ceiling rests on it.", f"Give {name}.")
    return rate


def late_performance_interest(parameters: Parameters, judgment_minor: int, days_late: int, on: date) -> Worked[int]:
    """迟延履行: what runs beside the general interest while a judgment is not performed, in fen?

    Args:
        judgment_minor: unpaid judgment money without general interest.
    """
    daily = parameters.value_on("cn_late_performance_daily_share", on)
    amount = simple_daily_charge(judgment_minor, daily.share, days_late)
    plain = f"{Decimal(judgment_minor).scaleb(-2):,.2f} × {_percent(daily.share)} × {days_late} = {Decimal(amount).scaleb(-2):,.2f}"
    return worked(amount, [Sentence(f"Doubled part: {plain}", f"加倍部分：{plain}")], [daily])
