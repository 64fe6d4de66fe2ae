"""In which stage of impairment (减值阶段) does an asset stand, at least?

IFRS 9 presumes a significant increase in credit risk at more than 30 days past due and default at 90; documented evidence rebuts a
presumption. Days are a backstop: forward-looking evidence may ask for a worse stage sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis.expr.types as ir

from arrears.assess.classification.bands import Bands, after, bands, from_
from arrears.assess.classification.floor import Floor, Trigger, all_of, floor_of, not_, unknown_of
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class Stage(StrEnum):
    """How much loss is expected over which time, best first."""

    STAGE_1 = "stage_1"
    """Loss expected within twelve months."""
    STAGE_2 = "stage_2"
    """Loss expected over the whole life."""
    STAGE_3 = "stage_3"
    """Credit-impaired: interest is counted on the net amount."""
    POCI = "poci_lifetime"
    """Bought or made credit-impaired: it stays with loss over the whole life, however well it performs."""


@dataclass(frozen=True, slots=True)
class Rebuttal:
    """Evidence against a presumption: it counts when it is documented and states its ground.

    >>> Rebuttal(documented=True, ground="").counts, Rebuttal(documented=True, ground="our payment routing failed").counts
    (False, True)
    """

    documented: bool
    ground: str

    @property
    def counts(self) -> bool:
        """Is it reasonable and supportable in form? Whether the ground is good is for the person who signs it."""
        return self.documented and bool(self.ground.strip())


NO_REBUTTAL = Rebuttal(documented=False, ground="")


@dataclass(frozen=True, slots=True)
class Ifrs9Facts:
    """What is known of one asset; None is "not known", never "no".

    Attributes:
        days_past_due: contractual days since the oldest due date.
        rebuttal: evidence against the presumption that the days raise; `NO_REBUTTAL` where it is known that there is none.
        significant_increase: credit risk rose significantly by other, forward-looking evidence.
        credit_impaired: an event of credit impairment happened, whatever the days.
        poci: bought or made credit-impaired.
        previous_stage: stage at the last look.
        cure_criteria_met: the criteria for leaving stage 3 are met.
    """

    days_past_due: int | None = None
    rebuttal: Rebuttal | None = None
    significant_increase: bool | None = None
    credit_impaired: bool | None = None
    poci: bool | None = None
    previous_stage: Stage | None = None
    cure_criteria_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Ifrs9Rules:
    """The figures that hold on a day."""

    increase: Reading
    default: Reading
    days: Bands[Stage]


def ifrs9_rules(parameters: Parameters, on: date) -> Ifrs9Rules:
    """Which figures hold on the day? Raises `NoValue` before 2018."""
    increase, default = (
        parameters.value_on("ifrs9_significant_increase_after_days", on),
        parameters.value_on("ifrs9_default_from_days", on),
    )
    return Ifrs9Rules(
        increase, default, bands(Stage.STAGE_1, [after(increase, Stage.STAGE_2), from_(default, Stage.STAGE_3)])
    )


@dataclass(frozen=True, slots=True)
class _Presumed:
    """What the days presume, and whether documented evidence answers it; None where the days are not known."""

    default: bool | None
    increase: bool | None
    rebutted: bool


def _presumed(facts: Ifrs9Facts, rules: Ifrs9Rules) -> _Presumed:
    by_days = rules.days.of(facts.days_past_due)
    default, increase = (None if by_days is None else by_days is stage for stage in (Stage.STAGE_3, Stage.STAGE_2))
    return _Presumed(default, increase, facts.rebuttal is not None and facts.rebuttal.counts)


def ifrs9_floor(facts: Ifrs9Facts, rules: Ifrs9Rules) -> Floor[Stage]:
    """In which stage does this asset stand, at least? One rebuttal answers the presumption that the days raise, not the one below it as well."""
    presumed = _presumed(facts, rules)
    triggers = (
        *_by_events(facts),
        _presumed_default(facts, rules, presumed),
        _not_cured(facts),
        _default_rebutted(facts, rules, presumed),
        _presumed_increase(facts, rules, presumed),
        _looking_forward(facts),
    )
    return floor_of(triggers, Trigger(Stage.STAGE_1, True, *_why_first(facts, presumed.increase)))


def _by_events(facts: Ifrs9Facts) -> tuple[Trigger[Stage], ...]:
    """Bought impaired, or impaired by an event, whatever the days."""
    bought = Sentence("Bought or made credit-impaired.", "购入或源生的已发生信用减值资产。")
    event = Sentence("An event of credit impairment happened.", "已发生信用减值事件。")
    return (
        Trigger(Stage.POCI, facts.poci, "POCI_STAYS", bought, (), unknown_of(facts, "poci")),
        Trigger(Stage.STAGE_3, facts.credit_impaired, "CREDIT_IMPAIRED_EVENT", event, (), unknown_of(facts, "credit_impaired")),
    )


def _presumed_default(facts: Ifrs9Facts, rules: Ifrs9Rules, presumed: _Presumed) -> Trigger[Stage]:
    """Default is presumed by days, and nothing answers it."""
    days = rules.default.whole
    because = Sentence(f"{days} days past due or more, not rebutted.", f"逾期达到{days}天，推定未被推翻。")
    holds = all_of(presumed.default, not presumed.rebutted)
    return Trigger(
        Stage.STAGE_3, holds, "DEFAULT_90DPD_PRESUMPTION", because, (rules.default,), unknown_of(facts, "days_past_due"), unknown_of(facts, "rebuttal")
    )


def _not_cured(facts: Ifrs9Facts) -> Trigger[Stage]:
    """It was credit-impaired, and may not leave that stage yet."""
    was_third = None if facts.previous_stage is None else facts.previous_stage is Stage.STAGE_3
    because = Sentence("Was in stage 3, and the criteria for leaving it are not met.", "曾处于第三阶段且未满足退出条件。")
    asks = unknown_of(facts, "previous_stage", "cure_criteria_met")
    return Trigger(Stage.STAGE_3, all_of(was_third, not_(facts.cure_criteria_met)), "CURE_CRITERIA_NOT_MET", because, (), asks)


def _default_rebutted(facts: Ifrs9Facts, rules: Ifrs9Rules, presumed: _Presumed) -> Trigger[Stage]:
    """The presumption of default is answered; what raised it has still raised the risk."""
    because = Sentence("The presumption of default is rebutted; credit risk has still risen.", "违约推定已被推翻，但信用风险仍已显著增加。")
    holds = all_of(presumed.default, presumed.rebutted)
    return Trigger(Stage.STAGE_2, holds, "DEFAULT_PRESUMPTION_REBUTTED", because, (rules.default,), unknown_of(facts, "days_past_due"))


def _presumed_increase(facts: Ifrs9Facts, rules: Ifrs9Rules, presumed: _Presumed) -> Trigger[Stage]:
    """A significant increase of risk is presumed by days, and nothing answers it."""
    days = rules.increase.whole
    because = Sentence(f"More than {days} days past due, not rebutted.", f"逾期超过{days}天，推定未被推翻。")
    holds = all_of(presumed.increase, not presumed.rebutted)
    return Trigger(
        Stage.STAGE_2, holds, "SICR_30DPD_PRESUMPTION", because, (rules.increase,), unknown_of(facts, "days_past_due"), unknown_of(facts, "rebuttal")
    )


def _looking_forward(facts: Ifrs9Facts) -> Trigger[Stage]:
    """Other evidence than days."""
    because = Sentence("Credit risk rose significantly by other evidence.", "其他前瞻性信息表明信用风险显著增加。")
    asks = unknown_of(facts, "significant_increase")
    return Trigger(Stage.STAGE_2, facts.significant_increase, "SICR_FORWARD_LOOKING", because, (), asks)


def _why_first(facts: Ifrs9Facts, presumed_increase: bool | None) -> tuple[str, Sentence]:
    """What left an asset in the first stage?"""
    if presumed_increase:
        return "SICR_REBUTTED", Sentence(
            "The presumption by days is rebutted by documented evidence.", "按天数的推定已被书面证据推翻。"
        )
    if facts.previous_stage in (Stage.STAGE_2, Stage.STAGE_3):
        return "SICR_REVERSED", Sentence(
            "What had raised the credit risk is known no more.", "此前信用风险显著增加的情形已消除。"
        )
    return "NO_SICR", Sentence("No significant increase in credit risk is known.", "未知信用风险显著增加。")


def ifrs9_floor_column(days_past_due: ir.IntegerColumn, rules: Ifrs9Rules) -> ir.StringColumn:
    """The stage by days alone, nothing rebutted, for every account; null where days are."""
    return rules.days.column(days_past_due)
