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
    plain, days = not_(facts.residential), facts.days_past_due
    closed_loss, open_loss = rules.closed_end.steps[-1], rules.open_end.steps[-1]
    late = Sentence(f"{rules.substandard.whole} days past due or more.", f"逾期达到{rules.substandard.whole}天。")
    triggers = (
        Trigger(
            RetailClass.LOSS,
            all_of(plain, at_least(days, open_loss.reading)),
            "DAYS_PAST_DUE_LOSS",
            Sentence(f"{open_loss.from_days} days past due or more.", f"逾期达到{open_loss.from_days}天。"),
            (open_loss.reading,),
            unknown_of(facts, "days_past_due", "residential"),
        ),
        Trigger(
            RetailClass.LOSS,
            all_of(plain, not_(facts.open_end), at_least(days, closed_loss.reading)),
            "CLOSED_END_DAYS_PAST_DUE_LOSS",
            Sentence(
                f"Closed-end, {closed_loss.from_days} days past due or more.",
                f"封闭式贷款逾期达到{closed_loss.from_days}天。",
            ),
            (closed_loss.reading,),
            unknown_of(facts, "days_past_due", "residential", "open_end"),
        ),
        Trigger(
            RetailClass.LOSS,
            all_of(facts.residential, at_least(days, rules.valuation), facts.exceeds_collateral),
            "EXCEEDS_COLLATERAL",
            Sentence(
                "More is owed than the home brings: the excess is a loss.", "欠款超过房产可变现净值，超出部分为损失。"
            ),
            (rules.valuation,),
            unknown_of(facts, "days_past_due", "residential", "exceeds_collateral"),
        ),
        Trigger(
            RetailClass.LOSS,
            all_of(
                facts.bankrupt,
                at_least(facts.bankruptcy_notice_days, rules.bankruptcy),
                facts.repayment_likely is not True,
            ),
            "BANKRUPTCY",
            Sentence(
                f"{rules.bankruptcy.whole} days since the notice of bankruptcy.",
                f"收到破产通知已满{rules.bankruptcy.whole}天。",
            ),
            (rules.bankruptcy,),
            unknown_of(facts, "bankrupt", "bankruptcy_notice_days"),
            unknown_of(facts, "repayment_likely"),
        ),
        Trigger(
            RetailClass.LOSS,
            all_of(facts.fraudulent, at_least(facts.fraud_discovered_days, rules.fraud)),
            "FRAUD",
            Sentence(
                f"{rules.fraud.whole} days since the fraud was discovered.", f"发现欺诈已满{rules.fraud.whole}天。"
            ),
            (rules.fraud,),
            unknown_of(facts, "fraudulent", "fraud_discovered_days"),
        ),
        Trigger(
            RetailClass.SUBSTANDARD,
            all_of(plain, at_least(days, rules.substandard)),
            "DAYS_PAST_DUE",
            late,
            (rules.substandard,),
            unknown_of(facts, "days_past_due", "residential"),
        ),
        Trigger(
            RetailClass.SUBSTANDARD,
            all_of(
                facts.residential,
                more_than(facts.loan_to_value, rules.loan_to_value),
                at_least(days, rules.substandard),
            ),
            "RESIDENTIAL_DAYS_PAST_DUE",
            late,
            (rules.substandard, rules.loan_to_value),
            unknown_of(facts, "days_past_due", "residential", "loan_to_value"),
        ),
    )
    return floor_of(
        triggers,
        Trigger(
            RetailClass.NOT_CLASSIFIED,
            True,
            "NOT_CLASSIFIED",
            Sentence("Nothing known asks for a classification.", "已知事实未要求分类。"),
        ),
    )


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
