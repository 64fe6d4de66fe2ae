"""Is an exposure non-performing in the European sense, at least?

More than 90 days in a row of material arrears, or unlikely to pay; one debtor's bad exposures draw the others along (pulling effect); an
exposure in probation that was non-performing relapses sooner (more than 30 days, or a new measure).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.floor import Floor, Trigger, all_of, any_of, floor_of, more_than, not_, unknown_of
from arrears.assess.classification.materiality import Limits, is_material
from arrears.assess.classification.shares import above_share
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class Performing(StrEnum):
    """Where an exposure stands, best first."""

    PERFORMING = "performing"
    PERFORMING_FORBORNE = "performing_forborne_under_probation"
    NON_PERFORMING = "non_performing"


@dataclass(frozen=True, slots=True)
class NpeFacts:
    """What is known of one exposure; None is "not known", never "no".

    Attributes:
        retail: a retail exposure; other exposures have a higher limit of materiality.
        currency: of the amounts; the limits are in euro.
        arrears_minor: all that the debtor owes past due.
        exposure_minor: all that the debtor owes.
        material_days: days in a row on which the arrears were material (`materiality.material_days`).
        days_past_due: contractual days since the oldest due date.
        unlikely_to_pay: full payment without realising collateral is unlikely.
        debtor_share_over_90: share of the debtor's exposures more than 90 days past due (pulling effect).
        forborne: a forbearance measure holds.
        in_probation: performing, forborne, under probation.
        was_non_performing: it was non-performing before this probation.
        new_forbearance: another measure was granted in probation.
        measure_viable: that measure was judged viable.
    """

    retail: bool | None = None
    currency: str = "EUR"
    arrears_minor: int | None = None
    exposure_minor: int | None = None
    material_days: int | None = None
    days_past_due: int | None = None
    unlikely_to_pay: bool | None = None
    debtor_share_over_90: Decimal | None = None
    forborne: bool | None = None
    in_probation: bool | None = None
    was_non_performing: bool | None = None
    new_forbearance: bool | None = None
    measure_viable: bool | None = None


@dataclass(frozen=True, slots=True)
class NpeRules:
    """The figures that hold on a day."""

    after_days: Reading
    unlikely: Reading
    retail: Limits
    other: Limits
    pulling: Reading
    relapse_days: Reading


def npe_rules(parameters: Parameters, on: date) -> NpeRules:
    """Which figures hold on the day? Raises `NoValue` before the limits of materiality came."""
    share = parameters.value_on("eu_materiality_share", on)
    return NpeRules(
        parameters.value_on("eu_npe_after_days", on),
        parameters.value_on("eu_unlikely_to_pay", on),
        Limits(parameters.value_on("eu_materiality_retail_minor", on), share),
        Limits(parameters.value_on("eu_materiality_other_minor", on), share),
        parameters.value_on("eu_pulling_share", on),
        parameters.value_on("eu_probation_relapse_after_days", on),
    )


def _limits(facts: NpeFacts, rules: NpeRules) -> Limits:
    """An exposure of unknown kind is measured by the lower amount: a floor does not assume the leniency."""
    return rules.other if facts.retail is False else rules.retail


def _material_now(facts: NpeFacts, rules: NpeRules) -> bool | None:
    """Are the arrears of today material? Unknown without both amounts, and in another currency unless the share already says no."""
    limits = _limits(facts, rules)
    if facts.arrears_minor is None or facts.exposure_minor is None:
        return None
    if facts.currency != limits.amount.currency:
        return None if above_share(facts.arrears_minor, facts.exposure_minor, limits.share.share) else False
    return is_material(facts.arrears_minor, facts.exposure_minor, limits)


def _long_past_due(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """Past due for long; where nobody knows that the arrears are immaterial they are taken as material, and that is said."""
    limits, material = _limits(facts, rules), _material_now(facts, rules)
    counted = facts.material_days if facts.material_days is not None else facts.days_past_due
    long = more_than(counted, rules.after_days)
    presumed = facts.material_days is None
    missing = unknown_of(
        facts, "material_days", *(("arrears_minor", "exposure_minor", "retail") if material is None else ())
    )
    return Trigger(
        Performing.NON_PERFORMING,
        all_of(long, material is not False),
        "DPD_OVER_90",
        Sentence(
            f"Material arrears for more than {rules.after_days.whole} days in a row.",
            f"重大逾期连续超过{rules.after_days.whole}天。",
        ),
        (rules.after_days, limits.amount, limits.share),
        unknown_of(facts, "days_past_due", "material_days"),
        missing if presumed else (),
    )


def npe_floor(facts: NpeFacts, rules: NpeRules) -> Floor[Performing]:
    """Where does this exposure stand, at least?"""
    checks = (_unlikely, _long_past_due, _forborne_again, _relapse, _unsustainable, _pulled, _forborne)
    return floor_of([check(facts, rules) for check in checks], Trigger(Performing.PERFORMING, True, *_why_performing(facts, rules)))


def _unlikely(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """A person judged that full payment is unlikely."""
    because = Sentence("Full payment is unlikely.", "全额偿付的可能性低。")
    return Trigger(Performing.NON_PERFORMING, facts.unlikely_to_pay, "UTP", because, (rules.unlikely,), unknown_of(facts, "unlikely_to_pay"))


def _forborne_again(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """In a probation after non-performing: another measure."""
    because = Sentence("A new measure in the probation of an exposure that was non-performing.", "曾为不良的敞口在考察期内再次获得宽限措施。")
    holds = all_of(facts.in_probation, facts.was_non_performing, facts.new_forbearance)
    asks = unknown_of(facts, "in_probation", "was_non_performing", "new_forbearance")
    return Trigger(Performing.NON_PERFORMING, holds, "PROBATION_REFORBORNE", because, (rules.relapse_days,), asks)


def _relapse(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """In a probation after non-performing: late for more than the days of relapse."""
    days = rules.relapse_days.whole
    because = Sentence(
        f"More than {days} days past due in the probation of an exposure that was non-performing.", f"曾为不良的敞口在考察期内逾期超过{days}天。"
    )
    holds = all_of(facts.in_probation, facts.was_non_performing, more_than(facts.days_past_due, rules.relapse_days))
    asks = unknown_of(facts, "in_probation", "was_non_performing", "days_past_due")
    return Trigger(Performing.NON_PERFORMING, holds, "PROBATION_RELAPSE_30DPD", because, (rules.relapse_days,), asks)


def _unsustainable(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """In a probation of what was always performing: another measure that will not hold."""
    because = Sentence("A second measure that was not found viable.", "再次宽限措施经评估不可持续。")
    holds = all_of(facts.in_probation, not_(facts.was_non_performing), facts.new_forbearance, not_(facts.measure_viable))
    asks = unknown_of(facts, "in_probation", "was_non_performing", "new_forbearance", "measure_viable")
    return Trigger(Performing.NON_PERFORMING, holds, "MEASURE_UNSUSTAINABLE", because, (), asks)


def _pulled(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """The debtor's other exposures draw this one along."""
    because = Sentence("Too large a part of what the debtor owes is long past due.", "债务人长期逾期敞口占比超过限度。")
    holds, asks = more_than(facts.debtor_share_over_90, rules.pulling), unknown_of(facts, "debtor_share_over_90")
    return Trigger(Performing.NON_PERFORMING, holds, "PULLING_EFFECT", because, (rules.pulling,), asks)


def _forborne(facts: NpeFacts, rules: NpeRules) -> Trigger[Performing]:
    """A measure holds, or its probation runs."""
    holds = any_of(facts.in_probation, facts.forborne, facts.new_forbearance)
    asks = unknown_of(facts, "in_probation", "forborne", "new_forbearance")
    return Trigger(Performing.PERFORMING_FORBORNE, holds, *_why_forborne(facts, rules), asks=asks)


def _why_forborne(facts: NpeFacts, rules: NpeRules) -> tuple[str, Sentence]:
    """Which limit kept a forborne exposure performing?"""
    if facts.new_forbearance and facts.measure_viable:
        return "VIABILITY_ASSESSED", Sentence("The new measure was found viable.", "再次宽限措施经评估可持续。")
    if facts.was_non_performing:
        return "NOT_MORE_THAN_30", Sentence(
            f"Forborne, not more than {rules.relapse_days.whole} days past due.",
            f"已宽限，逾期未超过{rules.relapse_days.whole}天。",
        )
    return "RELAPSE_RULE_NOT_APPLICABLE", Sentence(
        "Forborne, and always performing: it does not relapse by 30 days.", "已宽限且从未不良：不适用30天复发规则。"
    )


def _why_performing(facts: NpeFacts, rules: NpeRules) -> tuple[str, Sentence]:
    """Which limit kept an exposure performing?"""
    limits = _limits(facts, rules)
    counted = facts.material_days if facts.material_days is not None else facts.days_past_due
    if more_than(counted, rules.after_days) and _material_now(facts, rules) is False:
        assert facts.arrears_minor is not None
        if facts.currency == limits.amount.currency and facts.arrears_minor <= limits.amount.whole:
            return "BELOW_ABSOLUTE_THRESHOLD", Sentence(
                "The arrears do not exceed the amount from which they are material.", "逾期金额未超过重大性绝对门槛。"
            )
        return "BELOW_RELATIVE_THRESHOLD", Sentence(
            "The arrears do not exceed the share from which they are material.", "逾期占比未超过重大性相对门槛。"
        )
    return "NOT_OVER_90", Sentence(
        f"Not known to be more than {rules.after_days.whole} days past due.",
        f"未知逾期超过{rules.after_days.whole}天。",
    )


def npe_floor_column(
    material_days: ir.IntegerColumn, rules: NpeRules, pulled: ir.BooleanColumn | None = None
) -> ir.StringColumn:
    """The class by the material counter (and the pulling effect) alone, for every row; null where the counter is."""
    bad = material_days > rules.after_days.whole
    if pulled is not None:
        bad = bad | pulled.fill_null(False)
    return ibis.cases(
        (bad, Performing.NON_PERFORMING.value),
        (material_days.isnull(), ibis.null("string")),
        else_=Performing.PERFORMING.value,
    )


class Default(StrEnum):
    """What does the test of a diminished obligation say, best first?"""

    NOT_BY_THIS_TEST = "not_default_on_this_test"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """A forbearance measure: present values before and after, at the original effective rate, in minor units.

    `financial_difficulty` unknown: a measure recorded as forbearance is taken as given for difficulty, and that is said.
    """

    value_before_minor: int | None = None
    value_after_minor: int | None = None
    financial_difficulty: bool | None = None
    unlikely_to_pay: bool | None = None


def diminished_floor(facts: MeasureFacts, parameters: Parameters, on: date) -> Floor[Default]:
    """Is this measure a default because it forgives too much? Unlikeliness to pay has to be judged besides."""
    limit = parameters.value_on("eu_diminished_obligation_share", on)
    percent = f"{(limit.share * 100).normalize():f}"
    within = Sentence(f"The measure is not known to give up more than {percent} % of present value.", f"未知措施使现值减少超过{percent}%。")
    return floor_of(
        (_unlikely_after_all(facts, parameters.value_on("eu_unlikely_to_pay", on)), _gives_up_too_much(facts, limit, percent)),
        Trigger(Default.NOT_BY_THIS_TEST, True, "DIMINISHED_OBLIGATION_WITHIN_1PCT", within),
    )


def _unlikely_after_all(facts: MeasureFacts, unlikely: Reading) -> Trigger[Default]:
    because = Sentence("Full payment is unlikely.", "全额偿付的可能性低。")
    return Trigger(Default.DEFAULT, facts.unlikely_to_pay, "UTP", because, (unlikely,), unknown_of(facts, "unlikely_to_pay"))


def _gives_up_too_much(facts: MeasureFacts, limit: Reading, percent: str) -> Trigger[Default]:
    """Present value falls by more than the limit; difficulty is taken as given where nobody denies it."""
    before, now = facts.value_before_minor, facts.value_after_minor
    lost = None if before is None or now is None else above_share(before - now, before, limit.share)
    because = Sentence(f"The measure gives up more than {percent} % of present value.", f"措施使现值减少超过{percent}%。")
    holds, asks = all_of(lost, facts.financial_difficulty is not False), unknown_of(facts, "value_before_minor", "value_after_minor")
    return Trigger(
        Default.DEFAULT, holds, "DIMINISHED_OBLIGATION_OVER_1PCT", because, (limit,), asks, unknown_of(facts, "financial_difficulty")
    )
