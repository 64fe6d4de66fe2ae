"""五级分类: in which of the five classes does a Chinese bank's asset stand, at least?

商业银行金融资产风险分类办法 (2023 No. 1). Retail assets are judged one by one; for other debtors bad claims draw the rest along (10 % at this bank,
20 % more than 90 days past due at all banks). Days, impairment, expected loss, restructuring and bankruptcy each set a floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import ibis.expr.types as ir

from arrears.assess.classification.bands import Band, Bands, after, bands
from arrears.assess.classification.floor import Floor, Trigger, all_of, at_least, floor_of, more_than, not_, unknown_of
from arrears.assess.classification.months import months_after
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class FiveTier(StrEnum):
    """The five classes, best first; the last three are 不良."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"

    @property
    def bad(self) -> bool:
        """Is it one of the three bad classes (不良资产)?"""
        return self in (FiveTier.SUBSTANDARD, FiveTier.DOUBTFUL, FiveTier.LOSS)


CHINESE_NAMES = {
    FiveTier.NORMAL: "正常",
    FiveTier.SPECIAL_MENTION: "关注",
    FiveTier.SUBSTANDARD: "次级",
    FiveTier.DOUBTFUL: "可疑",
    FiveTier.LOSS: "损失",
}


class Restructuring(StrEnum):
    """Has the contract been eased for a debtor in difficulty (重组资产), and is it under observation?"""

    NONE = "none"
    OBSERVED = "observed"
    """Eased once; the observation period runs."""
    AGAIN = "again"
    """Eased again while under observation."""


@dataclass(frozen=True, slots=True)
class ChinaFacts:
    """What is known of one asset; None is "not known", never "no".

    Attributes:
        days_past_due: days since the oldest unpaid due date.
        technical_delay: the delay has an operational or technical cause.
        credit_card: the claim is a credit card's.
        credit_impaired: impaired in the sense of CAS 22.
        expected_loss_share: expected loss over carrying amount.
        evading_debts: the debtor evades bank debts (逃废债).
        bankruptcy_liquidation: the debtor is in liquidation.
        restructuring: whether eased, and under observation.
        retail: a retail asset (personal and small claims).
        bad_share_at_bank: for other debtors, share of this bank's claims that are bad.
        overdue_share_all_banks: for other debtors, share of all banks' claims more than 90 days past due.
    """

    days_past_due: int | None = None
    technical_delay: bool | None = None
    credit_card: bool | None = None
    credit_impaired: bool | None = None
    expected_loss_share: Decimal | None = None
    evading_debts: bool | None = None
    bankruptcy_liquidation: bool | None = None
    restructuring: Restructuring | None = None
    retail: bool | None = None
    bad_share_at_bank: Decimal | None = None
    overdue_share_all_banks: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChinaRules:
    """The figures that hold on a day."""

    figures: dict[str, Reading]
    days: Bands[FiveTier]
    card_days: Bands[FiveTier]


_FIGURES = (
    "cn_special_mention_after_days",
    "cn_technical_delay_days",
    "cn_substandard_after_days",
    "cn_doubtful_after_days",
    "cn_loss_after_days",
    "cn_debtor_bad_share",
    "cn_all_banks_overdue_share",
    "cn_impaired_substandard",
    "cn_doubtful_loss_share",
    "cn_loss_loss_share",
    "cn_evasion_doubtful",
    "cn_bankruptcy_loss",
    "cn_restructured_special_mention",
    "cn_restructured_again_substandard",
    "cn_card_substandard_after_days",
    "cn_card_doubtful_after_days",
    "cn_card_loss_after_days",
    "cn_upgrade_months",
    "cn_upgrade_periods",
    "cn_observation_months",
    "cn_observation_periods",
)


def china_rules(parameters: Parameters, on: date) -> ChinaRules:
    """Which figures hold on the day? Raises `NoValue` before 1 July 2023."""
    figures = {name: parameters.value_on(name, on) for name in _FIGURES}
    return ChinaRules(
        figures,
        bands(
            FiveTier.NORMAL,
            [
                after(figures["cn_special_mention_after_days"], FiveTier.SPECIAL_MENTION),
                after(figures["cn_substandard_after_days"], FiveTier.SUBSTANDARD),
                after(figures["cn_doubtful_after_days"], FiveTier.DOUBTFUL),
                after(figures["cn_loss_after_days"], FiveTier.LOSS),
            ],
        ),
        bands(
            FiveTier.NORMAL,
            [
                after(figures["cn_card_substandard_after_days"], FiveTier.SUBSTANDARD),
                after(figures["cn_card_doubtful_after_days"], FiveTier.DOUBTFUL),
                after(figures["cn_card_loss_after_days"], FiveTier.LOSS),
            ],
        ),
    )


def china_floor(facts: ChinaFacts, rules: ChinaRules) -> Floor[FiveTier]:
    """In which class does this asset stand, at least?"""
    return floor_of(
        (*_by_days(facts, rules), *_by_condition(facts, rules.figures), *_by_debtor(facts, rules.figures)),
        Trigger(
            FiveTier.NORMAL,
            True,
            "NORMAL",
            Sentence("Nothing known asks for a worse class.", "已知事实中没有要求更差分类的情形。"),
            rebutted_by=(),
        ),
    )


def _by_days(facts: ChinaFacts, rules: ChinaRules) -> tuple[Trigger[FiveTier], ...]:
    plain = (_plain_band(facts, band, rules.figures["cn_technical_delay_days"]) for band in rules.days.steps)
    return (*plain, *(_card_band(facts, band) for band in rules.card_days.steps))


def _reached(facts: ChinaFacts, band: Band[FiveTier]) -> bool | None:
    return None if facts.days_past_due is None else facts.days_past_due >= band.from_days


def _plain_band(facts: ChinaFacts, band: Band[FiveTier], technical: Reading) -> Trigger[FiveTier]:
    """One band of days; the first is excused by a technical cause for as long as the law allows."""
    because = Sentence(f"More than {band.from_days - 1} days past due.", f"逾期超过{band.from_days - 1}天。")
    holds, asks = _reached(facts, band), unknown_of(facts, "days_past_due")
    if band.reached is not FiveTier.SPECIAL_MENTION or holds is None or more_than(facts.days_past_due, technical):
        return Trigger(band.reached, holds, "DAYS_PAST_DUE", because, (band.reading,), asks)
    excused = facts.technical_delay is True
    return Trigger(band.reached, holds and not excused, "DAYS_PAST_DUE", because, (band.reading, technical), asks, unknown_of(facts, "technical_delay"))


def _card_band(facts: ChinaFacts, band: Band[FiveTier]) -> Trigger[FiveTier]:
    """One band of the days of card claims."""
    because = Sentence(f"A card claim more than {band.from_days - 1} days past due.", f"信用卡透支逾期超过{band.from_days - 1}天。")
    holds, asks = all_of(facts.credit_card, _reached(facts, band)), unknown_of(facts, "days_past_due", "credit_card")
    return Trigger(band.reached, holds, "CARD_DAYS_PAST_DUE", because, (band.reading,), asks)


@dataclass(frozen=True, slots=True)
class _Condition:
    """A state of the debt or the debtor that sets a floor: the class, how it is told, which facts it asks."""

    reached: FiveTier
    reason: str
    because: Sentence
    asks: tuple[str, ...]


_IMPAIRED_BY = ("credit_impaired", "expected_loss_share")
_CONDITIONS = {
    "cn_bankruptcy_loss": _Condition(
        FiveTier.LOSS, "BANKRUPTCY", Sentence("The debtor is in bankruptcy liquidation.", "债务人已进入破产清算程序。"), ("bankruptcy_liquidation",)
    ),
    "cn_loss_loss_share": _Condition(
        FiveTier.LOSS, "EXPECTED_LOSS",
        Sentence("Impaired, and nearly all is expected to be lost.", "已发生信用减值，且预期信用损失占账面余额的绝大部分。"), _IMPAIRED_BY,
    ),
    "cn_doubtful_loss_share": _Condition(
        FiveTier.DOUBTFUL, "EXPECTED_LOSS",
        Sentence("Impaired, and half or more is expected to be lost.", "已发生信用减值，且预期信用损失占账面余额一半以上。"), _IMPAIRED_BY,
    ),
    "cn_evasion_doubtful": _Condition(
        FiveTier.DOUBTFUL, "EVASION", Sentence("The debtor evades bank debts.", "债务人逃废银行债务。"), ("evading_debts",)
    ),
    "cn_impaired_substandard": _Condition(
        FiveTier.SUBSTANDARD, "CREDIT_IMPAIRED", Sentence("The asset is credit-impaired.", "金融资产已发生信用减值。"), ("credit_impaired",)
    ),
    "cn_restructured_again_substandard": _Condition(
        FiveTier.SUBSTANDARD, "RESTRUCTURED_AGAIN", Sentence("Restructured again while under observation.", "观察期内再次重组。"), ("restructuring",)
    ),
    "cn_restructured_special_mention": _Condition(
        FiveTier.SPECIAL_MENTION, "RESTRUCTURED", Sentence("Restructured, and under observation.", "重组资产，处于观察期。"), ("restructuring",)
    ),
}
"""By the name of the figure of law, in the order in which reasons are to be named."""


def _by_condition(facts: ChinaFacts, figures: dict[str, Reading]) -> tuple[Trigger[FiveTier], ...]:
    impaired, share, eased = facts.credit_impaired, facts.expected_loss_share, facts.restructuring
    holds = {
        "cn_bankruptcy_loss": facts.bankruptcy_liquidation,
        "cn_loss_loss_share": all_of(impaired, at_least(share, figures["cn_loss_loss_share"])),
        "cn_doubtful_loss_share": all_of(impaired, at_least(share, figures["cn_doubtful_loss_share"])),
        "cn_evasion_doubtful": facts.evading_debts,
        "cn_impaired_substandard": impaired,
        "cn_restructured_again_substandard": None if eased is None else eased is Restructuring.AGAIN,
        "cn_restructured_special_mention": None if eased is None else eased is not Restructuring.NONE,
    }
    return tuple(
        Trigger(one.reached, holds[name], one.reason, one.because, (figures[name],), unknown_of(facts, *one.asks)) for name, one in _CONDITIONS.items()
    )


def _by_debtor(facts: ChinaFacts, figures: dict[str, Reading]) -> tuple[Trigger[FiveTier], ...]:
    other = not_(facts.retail)
    here, everywhere = figures["cn_debtor_bad_share"], figures["cn_all_banks_overdue_share"]
    return (
        Trigger(
            FiveTier.SUBSTANDARD,
            all_of(other, more_than(facts.bad_share_at_bank, here)),
            "DEBTOR_BAD_SHARE",
            Sentence(
                "Too large a part of this bank's claims on the debtor is bad.",
                "该非零售债务人在本行的不良债权占比超过限度。",
            ),
            (here,),
            unknown_of(facts, "retail", "bad_share_at_bank"),
        ),
        Trigger(
            FiveTier.SUBSTANDARD,
            all_of(other, more_than(facts.overdue_share_all_banks, everywhere)),
            "ALL_BANKS_OVERDUE_SHARE",
            Sentence(
                "Too large a part of all banks' claims on the debtor is long past due.",
                "该非零售债务人在所有银行逾期超过90天的债务占比超过限度。",
            ),
            (everywhere,),
            unknown_of(facts, "retail", "overdue_share_all_banks"),
        ),
    )


def china_floor_column(
    days_past_due: ir.IntegerColumn, rules: ChinaRules, credit_card: ir.BooleanColumn | None = None
) -> ir.StringColumn:
    """The class by days alone, for every account; `credit_card` marks card claims, unknown counts as none. Null where days are.

    The days of cards are the stricter ones in every band, so that the card's class is never better than the plain one but for 关注.
    """
    plain = rules.days.column(days_past_due)
    if credit_card is None:
        return plain
    card = rules.card_days.column(days_past_due)
    return (credit_card.fill_null(False) & (card != FiveTier.NORMAL.value)).ifelse(card, plain)


class RepaymentPeriod(StrEnum):
    """How often does the contract ask for a payment?"""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        """Its length in months."""
        return {RepaymentPeriod.MONTHLY: 1, RepaymentPeriod.QUARTERLY: 3, RepaymentPeriod.ANNUAL: 12}[self]


def upgrade_months(period: RepaymentPeriod, rules: ChinaRules) -> int:
    """For how many months must a bad asset be paid on time before it leaves the bad classes: the longer of two periods and six months."""
    return max(rules.figures["cn_upgrade_months"].whole, rules.figures["cn_upgrade_periods"].whole * period.months)


def earliest_upgrade_on(arrears_paid_on: date, period: RepaymentPeriod, rules: ChinaRules) -> date:
    """When at the earliest may a bad asset leave the bad classes?

    Payment on time, the expectation that it goes on, and no other impaired asset of the debtor at the bank are for the caller to know.
    """
    return months_after(arrears_paid_on, upgrade_months(period, rules))


def observation_end_on(
    first_repayment_on: date, period: RepaymentPeriod, rules: ChinaRules, missed_on: date | None = None
) -> date:
    """When does the observation of a restructured asset end? It starts anew from a missed payment."""
    months = max(
        rules.figures["cn_observation_months"].whole, rules.figures["cn_observation_periods"].whole * period.months
    )
    return months_after(first_repayment_on if missed_on is None else max(missed_on, first_repayment_on), months)
