"""Is an Indian account a special mention account (SMA) or a non-performing asset (NPA), at least?

The due date itself is the first day overdue when unpaid at its day-end, so the 31st day is 30 days later. One NPA makes every account of the
borrower one, and only the payment of all arrears makes it standard again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from arrears.assess.classification.bands import Band, Bands, after, bands
from arrears.assess.classification.floor import Floor, Trigger, all_of, any_of, floor_of, unknown_of
from arrears.assess.columns import days_between
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence


class IndiaClass(StrEnum):
    """The classes that days give, best first."""

    STANDARD = "standard"
    SMA_0 = "SMA-0"
    SMA_1 = "SMA-1"
    SMA_2 = "SMA-2"
    NPA = "NPA"


@dataclass(frozen=True, slots=True)
class IndiaFacts:
    """What is known of one account at a day-end; None is "not known", never "no".

    Attributes:
        oldest_due_on: due date of the oldest unpaid item; of a cash credit or overdraft the first day of the unbroken excess over its limit.
        unpaid: whether it is unpaid at the day-end, wholly or in part.
        revolving: a cash credit or overdraft: it has no SMA-0.
        out_of_order: of such a facility, it is out of order (too little was paid in for 90 days).
        was_npa: it was a non-performing asset until now.
        arrears_interest_minor: interest in arrears.
        arrears_principal_minor: principal in arrears.
        borrower_has_npa: another account of the same borrower is a non-performing asset.
    """

    oldest_due_on: date | None = None
    unpaid: bool | None = None
    revolving: bool | None = None
    out_of_order: bool | None = None
    was_npa: bool | None = None
    arrears_interest_minor: int | None = None
    arrears_principal_minor: int | None = None
    borrower_has_npa: bool | None = None


@dataclass(frozen=True, slots=True)
class IndiaRules:
    """The figures that hold on a day."""

    days: Bands[IndiaClass]
    first_day: Reading
    upgrade: Reading
    borrower_wise: Reading


def india_rules(parameters: Parameters, on: date) -> IndiaRules:
    """Which figures hold on the day? Raises `NoValue` before the clarification of November 2021."""
    sma1, sma2, npa = (
        parameters.value_on(name, on) for name in ("in_sma1_after_days", "in_sma2_after_days", "in_npa_after_days")
    )
    days = bands(
        IndiaClass.STANDARD,
        [
            Band(1, IndiaClass.SMA_0, sma1),
            after(sma1, IndiaClass.SMA_1),
            after(sma2, IndiaClass.SMA_2),
            after(npa, IndiaClass.NPA),
        ],
    )
    return IndiaRules(
        days, sma1, parameters.value_on("in_upgrade_all_arrears", on), parameters.value_on("in_borrower_wise", on)
    )


def days_overdue(oldest_due_on: date, day_end: date) -> int:
    """How many days overdue at the day-end, the due date being the first? 0 before it.

    >>> days_overdue(date(2021, 3, 31), date(2021, 4, 30)), days_overdue(date(2021, 3, 31), date(2021, 6, 29)), days_overdue(date(2021, 3, 31), date(2021, 3, 30))
    (31, 91, 0)
    """
    return max(0, (day_end - oldest_due_on).days + 1)


def _arrears_left(facts: IndiaFacts) -> bool | None:
    """Is anything of interest or principal still in arrears?"""
    parts = (facts.arrears_interest_minor, facts.arrears_principal_minor)
    return any_of(*(None if part is None else part > 0 for part in parts))


def india_floor(facts: IndiaFacts, rules: IndiaRules, day_end: date) -> Floor[IndiaClass]:
    """In which class does this account stand at the day-end, at least? A former NPA stays one until payment of everything is shown."""
    overdue = (
        0
        if facts.unpaid is False
        else (None if facts.oldest_due_on is None else days_overdue(facts.oldest_due_on, day_end))
    )
    lateness = tuple(_late(facts, band, overdue) for band in rules.days.steps)
    return floor_of((*lateness, *_by_status(facts, rules)), Trigger(IndiaClass.STANDARD, True, *_why_standard(facts)))


def _by_status(facts: IndiaFacts, rules: IndiaRules) -> tuple[Trigger[IndiaClass], ...]:
    """What makes an account non-performing whatever its days: its past, its borrower, a facility out of order."""
    left = _arrears_left(facts)
    doubts = unknown_of(facts, "arrears_interest_minor", "arrears_principal_minor") if left is None else ()
    unpaid = Sentence("Non-performing until all arrears of interest and principal are paid.", "欠付本息全部清偿前维持不良。")
    other = Sentence("Another account of the borrower is non-performing.", "同一借款人的其他账户为不良。")
    disorder = Sentence("The facility is out of order.", "该循环额度处于失序状态。")
    was, has = unknown_of(facts, "was_npa"), unknown_of(facts, "borrower_has_npa")
    out_of_order, asks = all_of(facts.revolving, facts.out_of_order), unknown_of(facts, "revolving", "out_of_order")
    return (
        Trigger(IndiaClass.NPA, all_of(facts.was_npa, left is not False), "UPGRADE_ONLY_IF_ALL_PAID", unpaid, (rules.upgrade,), was, doubts),
        Trigger(IndiaClass.NPA, facts.borrower_has_npa, "BORROWER_WISE", other, (rules.borrower_wise,), has),
        Trigger(IndiaClass.NPA, out_of_order, "OUT_OF_ORDER", disorder, (), asks),
    )


def _why_standard(facts: IndiaFacts) -> tuple[str, Sentence]:
    """What left an account standard?"""
    if facts.was_npa:
        return "UPGRADE_ALL_PAID", Sentence("All arrears are paid.", "欠付款项已全部清偿。")
    return "RBI_DAY_END", Sentence("Nothing is known to be overdue at the day-end.", "日终未知逾期。")


def _late(facts: IndiaFacts, band: Band[IndiaClass], overdue: int | None) -> Trigger[IndiaClass]:
    first = band.reached is IndiaClass.SMA_0
    reached = None if overdue is None else overdue >= band.from_days
    holds = all_of(reached, facts.revolving is not True) if first else reached
    because = Sentence(
        f"Overdue for day {band.from_days} or more at the day-end.", f"日终时逾期已达第{band.from_days}天。"
    )
    doubts = unknown_of(facts, "unpaid", *(("revolving",) if first else ()))
    return Trigger(
        band.reached, holds, "RBI_DAY_END", because, (band.reading,), unknown_of(facts, "oldest_due_on"), doubts
    )


def india_floor_column(
    oldest_due_on: ir.DateColumn, day_end: date, rules: IndiaRules, revolving: ir.BooleanColumn | None = None
) -> ir.StringColumn:
    """The class by days alone, for every account; no oldest due date means nothing overdue. Unknown kind counts as a term loan."""
    overdue = ibis.greatest(days_between(oldest_due_on, day_end) + 1, 0).fill_null(0)
    told = rules.days.column(ibis.ifelse(oldest_due_on.isnull(), 0, overdue))
    if revolving is None:
        return told
    return (revolving.fill_null(False) & (told == IndiaClass.SMA_0.value)).ifelse(
        ibis.literal(IndiaClass.STANDARD.value), told
    )


def borrower_wise(accounts: ir.Table) -> ir.Table:
    """Every account of a borrower with an NPA becomes one.

    Args:
        accounts: account_id, party_id, india_class.

    Returns:
        The same rows and columns, the class worsened where it must be.
    """
    marked = (
        accounts.filter(accounts.india_class == IndiaClass.NPA.value).select(bad_party_id=accounts.party_id).distinct()
    )
    joined = accounts.left_join(marked, accounts.party_id == marked.bad_party_id)
    told = joined.bad_party_id.notnull().ifelse(ibis.literal(IndiaClass.NPA.value), joined.india_class)
    return joined.select(*(accounts[name] for name in accounts.columns if name != "india_class"), india_class=told)
