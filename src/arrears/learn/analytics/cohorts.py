"""How do loans booked in one month age, and how many fail at the first instalment?

Comes in: accounts, items and signed payments of the book. Goes out: counts and sums by booking month, as expressions without data; the
ratios are taken from them by `entry.py`. A past month end needs no earlier run, since positions are functions of dated facts: with money
laid on the oldest amount first, a loan is at least k days late at the end of a day m exactly when more had fallen due by m - k than had
been paid by m. So no position per month is worked out: running sums over the month ends say it, only for loans that were ever late, and
only where something moved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.learn.analytics.months import month_start

LATE_DAYS = (30, 60, 90)
FIRST_PAYMENT_DAYS = (1, 7, 30)
COHORT_MONTHS = 24


def loans_of(accounts: ir.Table, sums: ir.Table, on: date, months: int = COHORT_MONTHS) -> ir.Table:
    """Which loans belong to the cohorts: with a schedule, booked in this month or one of the months before it.

    Args:
        sums: rows of `dues.account_sums`.

    Returns:
        account_id, currency, opened_on, booked_on (first day of the booking month), principal_minor; due_minor and first_due_on of the sums.
    """
    first = month_start(on, 1 - months)
    booked = accounts.filter(accounts.opened_on.between(ibis.literal(first), ibis.literal(on)))
    with_schedule = booked.inner_join(sums.filter(sums.has_schedule), "account_id")
    return with_schedule.select(
        booked.account_id, booked.currency, booked.opened_on, booked.principal_minor, sums.due_minor, sums.first_due_on,
        booked_on=booked.opened_on.truncate("M").cast("timestamp").cast("date"),
    )


def last_due_day(end: date, days: int, settings: DelinquencySettings) -> date:
    """Up to which due date is an unpaid amount at least so many days late at the end of a day?

    >>> last_due_day(date(2026, 3, 31), 30, DelinquencySettings())
    datetime.date(2026, 3, 1)
    """
    return end - timedelta(days=max(days, settings.tolerance.days + 1) - int(settings.day_on_due_date))


def ever_late(items: ir.Table, payments: ir.Table, ends: Sequence[date], settings: DelinquencySettings) -> ir.Table:
    """Which accounts were at least 30 days late at any of the month ends? The few that the wider question is asked of.

    Every due amount stands in the month at whose end it is 30 days late, every payment in the month at whose end it counts; where the
    running sum is above zero the loan is late. Months in which both are equal change nothing and are dropped before the sum is run,
    which is what makes this quick: most loans are paid to the day.
    """
    last = ends[-1]
    lag, shift = (last - last_due_day(last, LATE_DAYS[0], settings)).days, int(settings.payment_day)
    due = items.filter(items.due_on <= ibis.literal(last - timedelta(days=lag)))
    came = payments.filter(payments.paid_on <= ibis.literal(last - timedelta(days=shift)))
    events = ibis.union(
        due.select("account_id", month=_month_number(days_later(due.due_on, lag)), moved_minor=due.amount_minor),
        came.select("account_id", month=_month_number(days_later(came.paid_on, shift)), moved_minor=-came.amount_minor),
        distinct=False,
    )
    moved = events.group_by("account_id", "month").agg(moved_minor=money_sum(events.moved_minor)).filter(lambda t: t.moved_minor != 0)
    behind = moved.mutate(behind_minor=_running(moved.moved_minor, ibis.window(group_by="account_id", order_by="month", rows=(None, 0))))
    return behind.filter(behind.behind_minor > settings.tolerance.short_minor).select("account_id").distinct()


def _month_number(day: ir.DateColumn) -> ir.IntegerColumn:
    return (day.year() * 12 + day.month()).cast("int32")


def _place(day: ir.DateColumn, ends: Sequence[date], first: int = 0) -> ir.IntegerValue:
    """The place of the first end that is not before the day; every day is asked about as many ends as halving them takes."""
    if len(ends) == 1:
        return ibis.literal(first, type="int32")
    half = len(ends) // 2
    return ibis.ifelse(day <= ibis.literal(ends[half - 1]), _place(day, ends[:half], first), _place(day, ends[half:], first + half))


def _placed(rows: ir.Table, day: str, ends: Sequence[date]) -> ir.Table:
    """Rows with the place of the first end by which they count; those that count at none are left out."""
    counting = rows.filter(rows[day] <= ibis.literal(ends[-1]))
    return counting.select("account_id", "amount_minor", place=_place(counting[day], ends))


def _events(items: ir.Table, payments: ir.Table, ends: Sequence[date], late_days: int, settings: DelinquencySettings) -> ir.Table:
    """What comes to count at each month end for being so many days late: due_minor and paid_minor by account and place."""
    due = _placed(items, "due_on", [last_due_day(end, late_days, settings) for end in ends])
    came = _placed(payments, "paid_on", [end - timedelta(days=int(settings.payment_day)) for end in ends])
    nothing, days = ibis.literal(0, type="int64"), ibis.literal(late_days, type="int32")
    return ibis.union(
        due.select("account_id", "place", late_days=days, due_minor=due.amount_minor, paid_minor=nothing),
        came.select("account_id", "place", late_days=days, due_minor=nothing, paid_minor=came.amount_minor),
        distinct=False,
    )


def late_moves(loans: ir.Table, items: ir.Table, payments: ir.Table, ends: Sequence[date], settings: DelinquencySettings) -> ir.Table:
    """By booking month and currency: how did number and balance of the loans at least k days late change from one month end to the next?

    Args:
        loans: those of `loans_of` that `ever_late` names.
        items, payments: theirs alone.

    Returns:
        booked_on, currency, late_days (one of LATE_DAYS), place (of `ends`), loans, balance_minor. Added up from the first month end on,
        the changes are what stands at each (`standing_at`). The balance is all the schedule asks for, due or not, less what had been paid.
    """
    asked = loans.filter(loans.opened_on <= ibis.literal(ends[-1]))
    few = asked.select("account_id", "booked_on", "currency", whole_minor=asked.due_minor, opened_place=_place(asked.opened_on, ends))
    events = ibis.union(*(_events(items, payments, ends, late, settings) for late in LATE_DAYS), distinct=False)
    told = events.inner_join(few, "account_id").select(few, events.late_days, events.due_minor, events.paid_minor, place=ibis.greatest(events.place, few.opened_place))
    net = told.group_by("account_id", "booked_on", "currency", "whole_minor", "late_days", "place").agg(
        due_minor=money_sum(told.due_minor), paid_minor=money_sum(told.paid_minor)
    )
    until_here = ibis.window(group_by=["account_id", "late_days"], order_by="place", rows=(None, 0))
    running = net.mutate(due_so_far=_running(net.due_minor, until_here), paid_so_far=_running(net.paid_minor, until_here))
    late = running.due_so_far - running.paid_so_far > settings.tolerance.short_minor
    standing = running.mutate(late=late.cast("int64"), late_minor=ibis.ifelse(late, (running.whole_minor - running.paid_so_far).cast("int64"), 0))
    in_turn = ibis.window(group_by=["account_id", "late_days"], order_by="place")
    changes = standing.mutate(
        more=(standing.late - standing.late.lag().over(in_turn).fill_null(0)).cast("int64"),
        more_minor=(standing.late_minor - standing.late_minor.lag().over(in_turn).fill_null(0)).cast("int64"),
    )
    return changes.group_by("booked_on", "currency", "late_days", "place").agg(loans=money_sum(changes.more), balance_minor=money_sum(changes.more_minor))


def _running(value: ir.IntegerColumn, window: Any) -> ir.IntegerValue:
    return value.sum().over(window).cast("decimal(38,0)").cast("int64")


def standing_at(moves: Iterable[tuple[int, int, int]], places: int) -> list[tuple[int, int]]:
    """Number and balance at each month end, from the changes (place, loans, balance_minor) of one cohort.

    >>> standing_at([(1, 2, 500), (3, -1, -100)], 4)
    [(0, 0), (2, 500), (2, 500), (1, 400)]
    """
    changes = [(0, 0)] * places
    for place, loans, balance_minor in moves:
        changes[place] = (changes[place][0] + loans, changes[place][1] + balance_minor)
    return list(itertools.accumulate(changes, lambda before, more: (before[0] + more[0], before[1] + more[1])))


def booked(loans: ir.Table) -> ir.Table:
    """By booking month and currency: how many loans, their principal, and all that their schedules ask for."""
    return loans.group_by("booked_on", "currency").agg(
        accounts=loans.account_id.count(), principal_minor=money_sum(loans.principal_minor.fill_null(0)), booked_minor=money_sum(loans.due_minor),
    )


def first_payment_defaults(loans: ir.Table, items: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """By booking month and currency: of how many loans the first instalment is old enough to be judged, and how many failed it?

    Returns:
        booked_on, currency, loans, and for each k of FIRST_PAYMENT_DAYS `ripe{k}` (first instalment due at least k days ago) and
        `failed{k}` (of those: not paid in full before its k-th day of lateness). Loans too young to be judged are in neither.
    """
    fallen = loans.filter(loans.first_due_on.notnull()).select("account_id", due_on="first_due_on")
    of_day = items.filter((items.amount_minor > 0) & (items.due_on <= ibis.literal(on))).inner_join(fallen, ["account_id", "due_on"])
    asked = of_day.group_by("account_id").agg(amount_minor=money_sum(of_day.amount_minor))
    shift = int(settings.day_on_due_date) + int(settings.payment_day)
    near = payments.inner_join(fallen, "account_id").select(payments.account_id, payments.amount_minor, days=payments.paid_on.delta(fallen.due_on, unit="day") + shift)
    came = near.filter(near.days < max(FIRST_PAYMENT_DAYS))
    in_time = {f"paid{k}": money_sum(came.amount_minor, where=came.days < k) for k in FIRST_PAYMENT_DAYS}
    paid = came.group_by("account_id").agg(**in_time)
    named = loans.left_join(asked, "account_id").select(loans, asked.amount_minor)
    each = named.left_join(paid, "account_id").select(
        named.booked_on, named.currency, named.opened_on, named.amount_minor, due_on=named.first_due_on, **{name: paid[name].fill_null(0) for name in in_time}
    )
    figures = {}
    for k in FIRST_PAYMENT_DAYS:
        ripe = (each.due_on <= ibis.literal(on - timedelta(days=k - int(settings.day_on_due_date)))).fill_null(False)
        failed = ripe & (each.amount_minor - each[f"paid{k}"] > settings.tolerance.short_minor)
        figures[f"ripe{k}"] = ripe.cast("int64").sum().cast("int64")
        figures[f"failed{k}"] = failed.cast("int64").sum().cast("int64")
    return each.group_by("booked_on", "currency").agg(loans=each.opened_on.count(), **figures)
