"""重组、观察期、上调、标准风险金额: what follows from a change of the contract for a Chinese bank's asset, with its working?

The class itself is a floor and stands in `china.py`; here are the steps that take time (observation, upgrade) and the amount that the
standard method sets aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from arrears.assess.classification.china import ChinaRules, FiveTier, RepaymentPeriod, earliest_upgrade_on, observation_end_on, upgrade_months
from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence
from arrears.core.workings import Worked, worked
from arrears.ledger.rounding import Rounding, to_whole


class Concession(StrEnum):
    """Which change in the debtor's favour was made (art. 19)?"""

    TERM_EXTENSION = "term_extension"
    SOFTER_SCHEDULE = "softer_schedule"
    GRACE = "grace"
    INTEREST_TO_PRINCIPAL = "interest_to_principal"
    RATE_CUT_BELOW_FAIR = "rate_cut_below_fair"
    AMOUNT_REDUCED = "amount_reduced"
    COLLATERAL_RELEASED = "collateral_released"
    SWAP = "swap"
    REFINANCING = "refinancing"
    """借新还旧: a new loan pays the old one."""
    OTHER = "other"


def restructured(parameters: Parameters, concession: Concession | None, financial_difficulty: bool, on: date) -> Worked[bool]:
    """Is the asset a restructured one (重组资产)?

    Args:
        concession: the change in the debtor's favour; None: there was none.
        financial_difficulty: overdue, likely to be, already bad, or without a loan elsewhere at the market's price (art. 18).
    """
    figure = parameters.value_on("cn_restructured_needs_difficulty", on)
    is_one = concession is not None and (financial_difficulty or not figure.yes)
    lines = [
        Sentence(
            f"A change in the debtor's favour: {'none' if concession is None else concession.value.replace('_', ' ')}",
            f"有利于债务人的合同调整：{'无' if concession is None else concession.value}",
        ),
        Sentence(f"Financial difficulty: {'yes' if financial_difficulty else 'no'}", f"财务困难：{'是' if financial_difficulty else '否'}"),
    ]
    return worked(is_one, lines, [figure])


@dataclass(frozen=True, slots=True)
class Observation:
    """观察期: its end, the day from which it began anew (None: it did not), and may the asset leave it on the day asked about?"""

    end_on: date
    restarted_from: date | None
    exit_possible: bool


def observation(
    rules: ChinaRules, first_repayment_on: date, period: RepaymentPeriod, as_of: date | None, *, missed_on: date | None = None,
    performed_in_full: bool = True, difficulty_resolved: bool = True,
) -> Worked[Observation]:  # fmt: skip
    """When does the observation of a restructured asset end, and may the asset leave it?

    A missed payment lets it begin anew on that day; a difficulty not solved at its end lets it begin anew with that end (art. 20).

    Args:
        as_of: the day asked about; None asks about the end itself.
        performed_in_full: paid on time and in full since the period began (anew).
    """
    end = observation_end_on(first_repayment_on, period, rules, missed_on)
    restarted = None if missed_on is None else max(missed_on, first_repayment_on)
    years = rules.figures["cn_observation_months"], rules.figures["cn_observation_periods"]
    lines = [_from_to(first_repayment_on if restarted is None else restarted, end, rules, period)]
    if restarted is not None:
        lines.insert(0, Sentence(f"A payment was missed on {missed_on}: the observation began anew.", f"{missed_on}未按时还款：重新计算观察期。"))
    while not difficulty_resolved and as_of is not None and as_of >= end:
        restarted, end = end, observation_end_on(end, period, rules)
        lines.append(Sentence(f"The difficulty was not solved by {restarted}: anew until {end}.", f"至{restarted}财务困难未解决：重新观察至{end}。"))
    over = as_of is None or as_of >= end
    return worked(Observation(end, restarted, over and performed_in_full and difficulty_resolved), lines, years)


def _from_to(start: date, end: date, rules: ChinaRules, period: RepaymentPeriod) -> Sentence:
    months, periods = rules.figures["cn_observation_months"].whole, rules.figures["cn_observation_periods"].whole
    return Sentence(
        f"{start} + the longer of {months} months and {periods} periods of {period.months} months = {end}",
        f"{start} + {months}个月与{periods}个还款周期（每期{period.months}个月）中较长者 = {end}",
    )


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Out of the bad classes: the earliest day, and may it be done on the day asked about?"""

    earliest_on: date
    allowed: bool


def upgrade(
    rules: ChinaRules, arrears_paid_on: date, period: RepaymentPeriod, as_of: date, *, performed_since: bool, performance_expected: bool, other_impaired: bool
) -> Worked[Upgrade]:
    """May a bad asset leave the bad classes on this day (art. 15)?

    Args:
        performed_since: everything was paid on time since the arrears were paid.
        performance_expected: it is expected to go on.
        other_impaired: the debtor has another credit-impaired asset at the bank.
    """
    earliest = earliest_upgrade_on(arrears_paid_on, period, rules)
    conditions = (
        (as_of >= earliest, Sentence(f"{arrears_paid_on} + {upgrade_months(period, rules)} months = {earliest}", f"{arrears_paid_on} + {upgrade_months(period, rules)}个月 = {earliest}")),
        (performed_since, Sentence("Paid on time since", "此后按时履约")),
        (performance_expected, Sentence("Expected to go on", "预计能够持续履约")),
        (not other_impaired, Sentence("No other impaired asset at the bank", "在本行无其他已减值资产")),
    )
    lines = [Sentence(f"{said.en}: {'yes' if holds else 'no'}", f"{said.zh}：{'是' if holds else '否'}") for holds, said in conditions]
    return worked(Upgrade(earliest, all(holds for holds, _ in conditions)), lines, [rules.figures["cn_upgrade_months"], rules.figures["cn_upgrade_periods"]])


def standard_risk_amount(parameters: Parameters, tier: FiveTier, balance_minor: int, on: date) -> Worked[int]:
    """标准风险金额: what does the standard method set aside for a balance of this class, in fen? Accounting is by expected loss."""
    share = parameters.value_on(f"cn_standard_risk_{tier.value}", on)
    amount = to_whole(Decimal(balance_minor) * share.share, Rounding.HALF_UP)
    plain = f"{balance_minor / Decimal(100):,.2f} × {share.share.scaleb(2).normalize():f} % = {amount / Decimal(100):,.2f}"
    return worked(amount, [Sentence(plain, plain)], [share])
