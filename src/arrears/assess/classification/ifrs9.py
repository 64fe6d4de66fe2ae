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


def ifrs9_floor(facts: Ifrs9Facts, rules: Ifrs9Rules) -> Floor[Stage]:
    """In which stage does this asset stand, at least? One rebuttal answers the presumption that the days raise, not the one below it as well."""
    by_days = rules.days.of(facts.days_past_due)
    presumed_default = None if by_days is None else by_days is Stage.STAGE_3
    presumed_increase = None if by_days is None else by_days is Stage.STAGE_2
    rebutted = facts.rebuttal is not None and facts.rebuttal.counts
    triggers = (
        Trigger(
            Stage.POCI,
            facts.poci,
            "POCI_STAYS",
            Sentence("Bought or made credit-impaired.", "购入或源生的已发生信用减值资产。"),
            (),
            unknown_of(facts, "poci"),
        ),
        Trigger(
            Stage.STAGE_3,
            facts.credit_impaired,
            "CREDIT_IMPAIRED_EVENT",
            Sentence("An event of credit impairment happened.", "已发生信用减值事件。"),
            (),
            unknown_of(facts, "credit_impaired"),
        ),
        Trigger(
            Stage.STAGE_3,
            all_of(presumed_default, not rebutted),
            "DEFAULT_90DPD_PRESUMPTION",
            Sentence(
                f"{rules.default.whole} days past due or more, not rebutted.",
                f"逾期达到{rules.default.whole}天，推定未被推翻。",
            ),
            (rules.default,),
            unknown_of(facts, "days_past_due"),
            unknown_of(facts, "rebuttal"),
        ),
        Trigger(
            Stage.STAGE_3,
            all_of(
                None if facts.previous_stage is None else facts.previous_stage is Stage.STAGE_3,
                not_(facts.cure_criteria_met),
            ),
            "CURE_CRITERIA_NOT_MET",
            Sentence(
                "Was in stage 3, and the criteria for leaving it are not met.", "曾处于第三阶段且未满足退出条件。"
            ),
            (),
            unknown_of(facts, "previous_stage", "cure_criteria_met"),
        ),
        Trigger(
            Stage.STAGE_2,
            all_of(presumed_default, rebutted),
            "DEFAULT_PRESUMPTION_REBUTTED",
            Sentence(
                "The presumption of default is rebutted; credit risk has still risen.",
                "违约推定已被推翻，但信用风险仍已显著增加。",
            ),
            (rules.default,),
            unknown_of(facts, "days_past_due"),
        ),
        Trigger(
            Stage.STAGE_2,
            all_of(presumed_increase, not rebutted),
            "SICR_30DPD_PRESUMPTION",
            Sentence(
                f"More than {rules.increase.whole} days past due, not rebutted.",
                f"逾期超过{rules.increase.whole}天，推定未被推翻。",
            ),
            (rules.increase,),
            unknown_of(facts, "days_past_due"),
            unknown_of(facts, "rebuttal"),
        ),
        Trigger(
            Stage.STAGE_2,
            facts.significant_increase,
            "SICR_FORWARD_LOOKING",
            Sentence("Credit risk rose significantly by other evidence.", "其他前瞻性信息表明信用风险显著增加。"),
            (),
            unknown_of(facts, "significant_increase"),
        ),
    )
    return floor_of(triggers, Trigger(Stage.STAGE_1, True, *_why_first(facts, presumed_increase)))


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
