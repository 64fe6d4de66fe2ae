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
from arrears.assess.classification.kinds import Marks
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
        "Not known: impairment and expected loss, restructuring, evasion, liquidation, other debts of firms, technical causes of short delays; whether a product is a credit card, where the conventions do not say. "
        "The way up is counted from run to run, for monthly repayment.",
        "未知：信用减值及预期损失、重组、逃废债、破产清算、非零售债务人的其他债务、短期逾期的技术性原因；约定文件未注明时，产品是否为信用卡亦未知。上调期限按各次运行逐次计算，按月还款计。",
    ),
    Regime.EU_NON_PERFORMING: Sentence(
        "Not known: unlikeliness to pay, forbearance and probation, exposures outside this book; since when arrears are material where no counter is shown (contractual days stand in). "
        "Each account is measured by itself, by the limits for retail; the cure of three months is counted from run to run.",
        "未知：偿付可能性、宽限与考察期、本账簿以外的敞口；未列示计数器时，重大逾期的起算日亦未知（以合同逾期天数代替）。按零售门槛逐户计量；三个月治愈期按各次运行逐次计算。",
    ),
    Regime.IFRS_9: Sentence(
        "Not known: forward-looking evidence, impairment events, rebuttals, criteria for leaving stage 3, purchased impaired assets.",
        "未知：前瞻性信息、信用减值事件、推翻推定的证据、退出第三阶段的条件、购入已减值资产。",
    ),
    Regime.INDIA: Sentence(
        "Not known: non-performing status before the first run, whether facilities are out of order, accounts outside this book.",
        "未知：首次运行之前是否为不良、循环额度是否失序、本账簿以外的账户。",
    ),
    Regime.METRO_2: Sentence(
        "Not known: charge-off, collection, surrender, repossession.", "未知：核销、委托催收、主动交还、收回抵押物。"
    ),
    Regime.US_RETAIL: Sentence(
        "Not known: homes as collateral where the conventions do not say, loan-to-value of home loans, bankruptcy, fraud. Accounts with statements are open-end, others closed-end, unless the conventions say otherwise.",
        "未知：约定文件未注明时是否以住宅抵押、住房贷款的贷款价值比、破产、欺诈。除约定文件另有说明外，有账单的账户按开放式、其余按封闭式处理。",
    ),
}


def book_floor(
    position: ir.Table, regime: Regime, parameters: Parameters, on: date, *, marked: Marks | None = None, material_days: ir.IntegerColumn | None = None
) -> ir.StringColumn:
    """The class of every account under one regime, at least.

    Args:
        position: currency, oldest_due_on, next_due_on, months_past_due, amount_overdue_minor, balance_minor, as `delinquency.position` gives them.
        regime: by whose rules.
        parameters: the figures of the regime's `JURISDICTION`.
        on: the day looked at.
        marked: of which kind each account is; unknown is read as `NOT_IN_A_BOOK` says.
        material_days: the European counter; where it is null, or not given, contractual days stand in.

    Raises:
        NoValue: where a figure has no value on the day.
    """
    days = law_days(position, on)
    if regime is Regime.CHINA_FIVE_TIER:
        return china_floor_column(days, china_rules(parameters, on), marked.card if marked else None)
    if regime is Regime.EU_NON_PERFORMING:
        return _non_performing(position, days, parameters, on, material_days)
    if regime is Regime.IFRS_9:
        return ifrs9_floor_column(days, ifrs9_rules(parameters, on))
    if regime is Regime.INDIA:
        return _india(position, days, parameters, on, marked.revolving if marked else None)
    if regime is Regime.METRO_2:
        return metro2_floor_column(days, metro2_rules(parameters, on))
    return us_retail_floor_column(days, marked.revolving if marked else ibis.literal(True), us_retail_rules(parameters, on), marked.home if marked else None)


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


def material_today(position: ir.Table, parameters: Parameters, on: date) -> ir.BooleanColumn:
    """Are the arrears of today material? In another currency than that of the limit the share alone can say no; null where an amount is unknown."""
    limits = npe_rules(parameters, on).retail
    arrears, exposure = position.amount_overdue_minor, position.balance_minor
    by_share = above_share_column(arrears, exposure, limits.share.share)
    return in_limits_currency(position, parameters, on).ifelse(is_material_column(arrears, exposure, limits), by_share)


def in_limits_currency(position: ir.Table, parameters: Parameters, on: date) -> ir.BooleanColumn:
    """Is the account kept in the currency in which the limit of materiality is stated?"""
    return position.currency == npe_rules(parameters, on).retail.amount.currency


def _non_performing(
    position: ir.Table, days: ir.IntegerColumn, parameters: Parameters, on: date, material_days: ir.IntegerColumn | None
) -> ir.StringColumn:
    """Without a counter contractual days stand in for it; arrears known to be immaterial today set them to nothing."""
    stand_in = material_today(position, parameters, on).fill_null(True).ifelse(days, 0)
    return npe_floor_column(stand_in if material_days is None else ibis.coalesce(material_days, stand_in), npe_rules(parameters, on))
