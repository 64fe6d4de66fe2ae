"""How must a retail loan of a United States bank be classified, at least?

Uniform Retail Credit Classification and Account Management Policy: substandard at 90 days; a loss, charged off, at 120 days (closed-end) or
180 (open-end); residential real estate by loan-to-value; bankruptcy and fraud by their own clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.bands import Bands, bands, from_
from arrears.assess.classification.floor import Floor, Trigger, all_of, at_least, floor_of, more_than, not_, unknown_of
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class RetailClass(StrEnum):
    """The classes that lateness leads to, best first."""

    NOT_CLASSIFIED = "not_classified"
    SUBSTANDARD = "substandard"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class UsRetailFacts:
    """What is known of one loan; None is "not known", never "no".

    Attributes:
        days_past_due: cumulative days from the contractual due date.
        open_end: a revolving credit such as a card.
        residential: secured by one- to four-family real estate.
        loan_to_value: of such a loan, share.
        exceeds_collateral: of such a loan, more is owed than the collateral brings less the cost to sell.
        bankrupt: the court gave notice of the borrower's bankruptcy.
        bankruptcy_notice_days: days since that notice.
        repayment_likely: of a bankrupt borrower, that repayment is likely was shown.
        fraudulent: a fraud was discovered.
        fraud_discovered_days: days since.
    """

    days_past_due: int | None = None
    open_end: bool | None = None
    residential: bool | None = None
    loan_to_value: Decimal | None = None
    exceeds_collateral: bool | None = None
    bankrupt: bool | None = None
    bankruptcy_notice_days: int | None = None
    repayment_likely: bool | None = None
    fraudulent: bool | None = None
    fraud_discovered_days: int | None = None


@dataclass(frozen=True, slots=True)
class UsRetailRules:
    """The figures that hold on a day."""

    substandard: Reading
    loan_to_value: Reading
    valuation: Reading
    bankruptcy: Reading
    fraud: Reading
    closed_end: Bands[RetailClass]
    open_end: Bands[RetailClass]


def us_retail_rules(parameters: Parameters, on: date) -> UsRetailRules:
    """Which figures hold on the day? Raises `NoValue` before the end of 2000."""
    substandard = parameters.value_on("us_substandard_from_days", on)
    first = from_(substandard, RetailClass.SUBSTANDARD)
    return UsRetailRules(
        substandard,
        parameters.value_on("us_residential_loan_to_value_share", on),
        parameters.value_on("us_residential_valuation_from_days", on),
        parameters.value_on("us_bankruptcy_loss_days", on),
        parameters.value_on("us_fraud_loss_days", on),
        bands(
            RetailClass.NOT_CLASSIFIED,
            [first, from_(parameters.value_on("us_closed_end_loss_from_days", on), RetailClass.LOSS)],
        ),
        bands(
            RetailClass.NOT_CLASSIFIED,
            [first, from_(parameters.value_on("us_open_end_loss_from_days", on), RetailClass.LOSS)],
        ),
    )


def us_retail_floor(facts: UsRetailFacts, rules: UsRetailRules) -> Floor[RetailClass]:
    """How must this loan be classified, at least?"""
    told = Sentence("Nothing known asks for a classification.", "已知事实未要求分类。")
    return floor_of([check(facts, rules) for check in _CHECKS], Trigger(RetailClass.NOT_CLASSIFIED, True, "NOT_CLASSIFIED", told))


def _long_past_due(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """Of whatever kind, but for homes: a loss by days."""
    loss = rules.open_end.steps[-1]
    holds = all_of(not_(facts.residential), at_least(facts.days_past_due, loss.reading))
    because = Sentence(f"{loss.from_days} days past due or more.", f"逾期达到{loss.from_days}天。")
    return Trigger(RetailClass.LOSS, holds, "DAYS_PAST_DUE_LOSS", because, (loss.reading,), unknown_of(facts, "days_past_due", "residential"))


def _closed_end_past_due(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """Closed-end: a loss sooner."""
    loss = rules.closed_end.steps[-1]
    holds = all_of(not_(facts.residential), not_(facts.open_end), at_least(facts.days_past_due, loss.reading))
    because = Sentence(f"Closed-end, {loss.from_days} days past due or more.", f"封闭式贷款逾期达到{loss.from_days}天。")
    asks = unknown_of(facts, "days_past_due", "residential", "open_end")
    return Trigger(RetailClass.LOSS, holds, "CLOSED_END_DAYS_PAST_DUE_LOSS", because, (loss.reading,), asks)


def _exceeds_collateral(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """A home that brings less than is owed."""
    holds = all_of(facts.residential, at_least(facts.days_past_due, rules.valuation), facts.exceeds_collateral)
    because = Sentence("More is owed than the home brings: the excess is a loss.", "欠款超过房产可变现净值，超出部分为损失。")
    asks = unknown_of(facts, "days_past_due", "residential", "exceeds_collateral")
    return Trigger(RetailClass.LOSS, holds, "EXCEEDS_COLLATERAL", because, (rules.valuation,), asks)


def _bankruptcy(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """So many days after the notice of bankruptcy, unless repayment was shown to be likely."""
    holds = all_of(facts.bankrupt, at_least(facts.bankruptcy_notice_days, rules.bankruptcy), facts.repayment_likely is not True)
    because = Sentence(f"{rules.bankruptcy.whole} days since the notice of bankruptcy.", f"收到破产通知已满{rules.bankruptcy.whole}天。")
    asks = unknown_of(facts, "bankrupt", "bankruptcy_notice_days")
    return Trigger(RetailClass.LOSS, holds, "BANKRUPTCY", because, (rules.bankruptcy,), asks, unknown_of(facts, "repayment_likely"))


def _fraud(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """So many days after the discovery of a fraud."""
    holds = all_of(facts.fraudulent, at_least(facts.fraud_discovered_days, rules.fraud))
    because = Sentence(f"{rules.fraud.whole} days since the fraud was discovered.", f"发现欺诈已满{rules.fraud.whole}天。")
    return Trigger(RetailClass.LOSS, holds, "FRAUD", because, (rules.fraud,), unknown_of(facts, "fraudulent", "fraud_discovered_days"))


def _past_due(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """Of whatever kind, but for homes: substandard by days."""
    holds = all_of(not_(facts.residential), at_least(facts.days_past_due, rules.substandard))
    asks = unknown_of(facts, "days_past_due", "residential")
    return Trigger(RetailClass.SUBSTANDARD, holds, "DAYS_PAST_DUE", _late(rules), (rules.substandard,), asks)


def _home_past_due(facts: UsRetailFacts, rules: UsRetailRules) -> Trigger[RetailClass]:
    """A home that is pledged for too large a part of its worth: substandard by days."""
    pledged = more_than(facts.loan_to_value, rules.loan_to_value)
    holds = all_of(facts.residential, pledged, at_least(facts.days_past_due, rules.substandard))
    rests_on, asks = (rules.substandard, rules.loan_to_value), unknown_of(facts, "days_past_due", "residential", "loan_to_value")
    return Trigger(RetailClass.SUBSTANDARD, holds, "RESIDENTIAL_DAYS_PAST_DUE", _late(rules), rests_on, asks)


def _late(rules: UsRetailRules) -> Sentence:
    return Sentence(f"{rules.substandard.whole} days past due or more.", f"逾期达到{rules.substandard.whole}天。")


_CHECKS = (_long_past_due, _closed_end_past_due, _exceeds_collateral, _bankruptcy, _fraud, _past_due, _home_past_due)
"""In the order in which reasons are to be named."""


def us_retail_floor_column(
    days_past_due: ir.IntegerColumn, open_end: ir.BooleanColumn, rules: UsRetailRules, home: ir.BooleanColumn | None = None
) -> ir.StringColumn:
    """The class by days alone; unknown kind counts as open-end, whose loss comes later. Null where days are.

    A loan known to be secured by a home (`home`) is judged by loan-to-value besides, so that its days alone ask for no class.
    """
    by_days = open_end.fill_null(True).ifelse(rules.open_end.column(days_past_due), rules.closed_end.column(days_past_due))
    if home is None:
        return by_days
    by_home = days_past_due.isnull().ifelse(ibis.null("string"), ibis.literal(RetailClass.NOT_CLASSIFIED.value))
    return home.fill_null(False).ifelse(by_home, by_days)
