"""What does the run before still say of an account's class?

Three rules look back. In China and in the European Union a bad class is not left on the day on which the last reason for it is gone, but after
a time of good conduct; in India only when nothing at all is in arrears. And where the facts of the book do not tell since when arrears are
material (revolving accounts), the counter goes on from the run before. A run sees what stood on its own day: what came and went between two
runs is not known, and where it matters the day of the later run is taken, so that nobody is let out early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.book import Regime
from arrears.assess.classification.china import FiveTier, RepaymentPeriod, china_rules, upgrade_months
from arrears.assess.classification.cure import cure_rules
from arrears.assess.classification.india import IndiaClass
from arrears.assess.classification.npe import Performing
from arrears.core.parameters import Parameters

BEFORE_SCHEMA = ibis.schema({"account_id": "int64", "regime": "string", "class": "string", "days_material": "int32", "clear_since_on": "date"})
"""What is read of `classes.parquet` of the run before; a run of an earlier version had the first three columns only."""


@dataclass(frozen=True, slots=True)
class Before:
    """The run before.

    Attributes:
        rows: BEFORE_SCHEMA.
        as_of: its day.
        regimes: those that it classified by.
    """

    rows: ir.Table
    as_of: date
    regimes: frozenset[Regime]


@dataclass(frozen=True, slots=True)
class WayBack:
    """How is a bad class left?

    Attributes:
        bad: the classes that are not left at once.
        held_at: the class that an account has at least until then.
        months: of being clear before it is left.
        clear_when_paid: clear means that nothing is past due; otherwise that no reason for a bad class holds.
    """

    bad: tuple[str, ...]
    held_at: str
    months: int
    clear_when_paid: bool


def way_back(regime: Regime, parameters: Parameters, on: date) -> WayBack | None:
    """The way back under a regime, as far as a book can tell it; None where a class is left at once.

    Europe: months without a trigger, the debt not being known as forborne. China: the months of a monthly debt, the shortest there are. India: no time,
    but everything paid.
    """
    if regime is Regime.EU_NON_PERFORMING:
        bad = Performing.NON_PERFORMING.value
        return WayBack((bad,), bad, cure_rules(parameters, on).cure_without_forbearance.whole, clear_when_paid=False)
    if regime is Regime.CHINA_FIVE_TIER:
        months = upgrade_months(RepaymentPeriod.MONTHLY, china_rules(parameters, on))
        return WayBack(tuple(one.value for one in FiveTier if one.bad), FiveTier.SUBSTANDARD.value, months, clear_when_paid=True)
    if regime is Regime.INDIA:
        return WayBack((IndiaClass.NPA.value,), IndiaClass.NPA.value, 0, clear_when_paid=True)
    return None


def held(stands: ir.Table, back: WayBack | None, on: date) -> ir.Table:
    """Whom does the run before hold in a bad class that today's days alone would not give?

    Args:
        stands: class, past_due, class_before, clear_before (null where the run before had none), whatever else.

    Returns:
        The same without the two last, with is_held, clear_since_on and earliest_exit_on (null where there is no way back to go); the class that of
        the way back where it is held.
    """
    if back is None:
        nothing = {"is_held": ibis.literal(False), "clear_since_on": ibis.null("date"), "earliest_exit_on": ibis.null("date")}
        return stands.mutate(**nothing).drop("class_before", "clear_before")
    going_back = stands.class_before.isin(back.bad).fill_null(False) & ~stands["class"].isin(back.bad).fill_null(False)
    clear = going_back & ~stands.past_due if back.clear_when_paid else going_back
    since = stands.mutate(clear_since_on=clear.ifelse(ibis.coalesce(stands.clear_before, ibis.literal(on)), ibis.null("date")))
    exit_on = (since.clear_since_on + ibis.interval(months=back.months)).cast("timestamp").cast("date")
    dated = since.mutate(earliest_exit_on=exit_on)
    is_held = going_back & (dated.past_due | dated.clear_since_on.isnull() | (dated.earliest_exit_on > ibis.literal(on)))
    judged = dated.mutate(is_held=is_held)
    kept = {name: judged.is_held.ifelse(judged[name], ibis.null("date")) for name in ("clear_since_on", "earliest_exit_on")}
    return judged.mutate(**{"class": judged.is_held.ifelse(ibis.literal(back.held_at), judged["class"])}, **kept).drop("class_before", "clear_before")


def counted_on(days_before: ir.IntegerColumn, had_row: ir.BooleanColumn, days: ir.IntegerColumn, gap: int) -> ir.IntegerColumn:
    """The material counter of arrears that are material today, from the counter of the run before.

    Args:
        days_before: the counter of the run before; null where it was not known or there was no row.
        had_row: whether the run before had a row, which it has where anything was unpaid.
        days: contractual days, which the counter cannot exceed where it began in between.
        gap: days from the run before to today.

    Returns:
        The counter; null where it was not known then, so that contractual days stand in for it on.
    """
    began_since = ibis.least(days, ibis.literal(gap, type="int32"))
    return ibis.cases((~had_row | (days_before == 0), began_since), else_=days_before + gap).cast("int32")


def rows_before(before: Before, regime: Regime) -> ir.Table:
    """The run before under one regime, in the names that `held` and `counted_on` ask for."""
    rows: Mapping[str, ir.Value] = {
        "account_id": before.rows.account_id, "class_before": before.rows["class"], "clear_before": before.rows.clear_since_on, "days_before": before.rows.days_material,
    }
    return before.rows.filter(before.rows.regime == regime.value).select(**rows, had_row=ibis.literal(True))
