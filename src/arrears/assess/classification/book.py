"""Which floor has every account of a book, by what a book alone tells?

A book tells days, months and amounts; not impairment, difficulty or fraud. So these are the floors by days and amounts, one regime at a
time; `NOT_IN_A_BOOK` says what each leaves open, to be shown beside every figure made of them.

The lender's conventions do not reach here: the oldest due date is taken even where the lender's tolerance or its count from the next day
does not call it late yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.bands import days_since_due_column
from arrears.assess.classification.china import china_floor_column, china_rules
from arrears.assess.classification.ifrs9 import ifrs9_floor_column, ifrs9_rules
from arrears.assess.classification.india import IndiaClass, india_rules
from arrears.assess.classification.materiality import is_material_column
from arrears.assess.classification.metro2 import metro2_floor_column, metro2_rules
from arrears.assess.classification.npe import npe_floor_column, npe_rules
from arrears.assess.classification.shares import above_share_column
from arrears.assess.classification.us_retail import us_retail_floor_column, us_retail_rules
from arrears.core.parameters import Parameters
from arrears.core.reasons import Sentence


class Regime(StrEnum):
    """By whose rules?"""

    CHINA_FIVE_TIER = "china_five_tier"
    EU_NON_PERFORMING = "eu_non_performing"
    IFRS_9 = "ifrs_9"
    INDIA = "india"
    METRO_2 = "metro_2"
    US_RETAIL = "us_retail"


JURISDICTION: Mapping[Regime, str] = {
    Regime.CHINA_FIVE_TIER: "china",
    Regime.EU_NON_PERFORMING: "eu",
    Regime.IFRS_9: "international",
    Regime.INDIA: "india",
    Regime.METRO_2: "us",
    Regime.US_RETAIL: "us",
}
"""Whose folder of parameters each regime is told by."""

NOT_IN_A_BOOK: Mapping[Regime, Sentence] = {
    Regime.CHINA_FIVE_TIER: Sentence(
        "Not known: impairment and expected loss, restructuring, evasion, liquidation, other debts of firms, technical causes of short delays.",
        "未知：信用减值及预期损失、重组、逃废债、破产清算、非零售债务人的其他债务、短期逾期的技术性原因。",
    ),
    Regime.EU_NON_PERFORMING: Sentence(
        "Not known: unlikeliness to pay, forbearance and probation, the debtor's other exposures, since when arrears are material (contractual days stand in).",
        "未知：偿付可能性、宽限与考察期、债务人其他敞口、重大逾期的起算日（以合同逾期天数代替）。",
    ),
    Regime.IFRS_9: Sentence(
        "Not known: forward-looking evidence, impairment events, rebuttals, purchased impaired assets.",
        "未知：前瞻性信息、信用减值事件、推翻推定的证据、购入已减值资产。",
    ),
    Regime.INDIA: Sentence(
        "Not known: former non-performing status, whether facilities are out of order, accounts outside this book.",
        "未知：此前是否为不良、循环额度是否失序、本账簿以外的账户。",
    ),
    Regime.METRO_2: Sentence(
        "Not known: charge-off, collection, surrender, repossession.", "未知：核销、委托催收、主动交还、收回抵押物。"
    ),
    Regime.US_RETAIL: Sentence(
        "Not known: homes as collateral, bankruptcy, fraud; a loan of unknown kind is taken as open-end.",
        "未知：住宅抵押、破产、欺诈；类型不明的贷款按开放式处理。",
    ),
}


def book_floor(
    position: ir.Table,
    regime: Regime,
    parameters: Parameters,
    on: date,
    *,
    card: ir.BooleanColumn | None = None,
    revolving: ir.BooleanColumn | None = None,
) -> ir.StringColumn:
    """The class of every account under one regime, at least.

    Args:
        position: currency, oldest_due_on, next_due_on, months_past_due, amount_overdue_minor, balance_minor, as `delinquency.position` gives them.
        regime: by whose rules.
        parameters: the figures of the regime's `JURISDICTION`.
        on: the day looked at.
        card: marks credit card claims; without it none is taken as one.
        revolving: marks revolving credit (open-end; cash credit, overdraft); unknown is read as `NOT_IN_A_BOOK` says.

    Raises:
        NoValue: where a figure has no value on the day.
    """
    days = law_days(position, on)
    if regime is Regime.CHINA_FIVE_TIER:
        return china_floor_column(days, china_rules(parameters, on), card)
    if regime is Regime.EU_NON_PERFORMING:
        return _non_performing(position, days, parameters, on)
    if regime is Regime.IFRS_9:
        return ifrs9_floor_column(days, ifrs9_rules(parameters, on))
    if regime is Regime.INDIA:
        return _india(position, days, parameters, on, revolving)
    if regime is Regime.METRO_2:
        return metro2_floor_column(days, metro2_rules(parameters, on))
    return us_retail_floor_column(
        days, ibis.literal(True) if revolving is None else revolving, us_retail_rules(parameters, on)
    )


def law_oldest_due_on(position: ir.Table, on: date) -> ir.DateColumn:
    """Due date of the oldest item unpaid at the end of the day, whether or not the lender calls it late already."""
    due_already = ibis.ifelse(position.next_due_on <= ibis.literal(on), position.next_due_on, ibis.null("date"))
    return ibis.coalesce(position.oldest_due_on, due_already)


def law_days(position: ir.Table, on: date) -> ir.IntegerColumn:
    """Days since that due date; the fewest that its months allow for an account that knows months only."""
    return days_since_due_column(law_oldest_due_on(position, on), position.months_past_due, on)


def _india(
    position: ir.Table, days: ir.IntegerColumn, parameters: Parameters, on: date, revolving: ir.BooleanColumn | None
) -> ir.StringColumn:
    """The due date itself is the first day, so a day more than days since due wherever anything is unpaid."""
    unpaid = law_oldest_due_on(position, on).notnull() | (position.months_past_due > 0).fill_null(False)
    told = india_rules(parameters, on).days.column(ibis.ifelse(unpaid, days + 1, 0))
    if revolving is None:
        return told
    return (revolving.fill_null(False) & (told == IndiaClass.SMA_0.value)).ifelse(
        ibis.literal(IndiaClass.STANDARD.value), told
    )


def _non_performing(position: ir.Table, days: ir.IntegerColumn, parameters: Parameters, on: date) -> ir.StringColumn:
    """Contractual days stand in for the material counter; arrears known to be immaterial today set it to nothing."""
    limits = npe_rules(parameters, on).retail
    arrears, exposure = position.amount_overdue_minor, position.balance_minor
    by_both = is_material_column(arrears, exposure, limits)
    by_share = above_share_column(arrears, exposure, limits.share.share)
    material = (position.currency == limits.amount.currency).ifelse(by_both, by_share).fill_null(True)
    return npe_floor_column(ibis.ifelse(material, days, 0), npe_rules(parameters, on))
