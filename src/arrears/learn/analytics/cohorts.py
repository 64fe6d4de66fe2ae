"""How do loans booked in one month age, and how many fail at the first instalment?

Comes in: accounts, items and signed payments of the book. Goes out: counts and sums by booking month, as expressions without data; the
ratios are taken from them by `entry.py`. A past month end needs no earlier run, since positions are functions of dated facts: with money
laid on the oldest amount first, a loan is at least k days late at the end of a day m exactly when more had fallen due by m - k than had
been paid by m. Two conditional sums say that, so no position per month is worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.learn.analytics.months import month_start

LATE_DAYS = (30, 60, 90)
FIRST_PAYMENT_DAYS = (1, 7, 30)
COHORT_MONTHS = 24


def loans_of(accounts: ir.Table, instalments: ir.Table, on: date, months: int = COHORT_MONTHS) -> ir.Table:
    """Which loans belong to the cohorts: with a schedule, booked in this month or one of the months before it.

    Returns:
        account_id, currency, opened_on, booked_on (first day of the booking month), principal_minor.
    """
    first = month_start(on, 1 - months)
    booked = accounts.filter(accounts.opened_on.between(ibis.literal(first), ibis.literal(on))).semi_join(instalments, "account_id")
    return booked.select("account_id", "currency", "opened_on", "principal_minor", booked_on=booked.opened_on.truncate("M").cast("timestamp").cast("date"))


def last_due_day(end: date, days: int, settings: DelinquencySettings) -> date:
    """Up to which due date is an unpaid amount at least so many days late at the end of a day?

    >>> last_due_day(date(2026, 3, 31), 30, DelinquencySettings())
    datetime.date(2026, 3, 1)
    """
    return end - timedelta(days=max(days, settings.tolerance.days + 1) - int(settings.day_on_due_date))


def due_by(items: ir.Table, days: Sequence[date]) -> ir.Table:
    """Per account: how much had fallen due by each day (due_0, due_1, …), and in all (due_minor)?"""
    sums = {f"due_{place}": money_sum(items.amount_minor, where=items.due_on <= ibis.literal(day)) for place, day in enumerate(days)}
    return items.group_by("account_id").agg(due_minor=money_sum(items.amount_minor), **sums)


def paid_by(payments: ir.Table, ends: Sequence[date], settings: DelinquencySettings) -> ir.Table:
    """Per account: how much had been paid, less what was taken back, by the end of each day (paid_0, paid_1, …)?"""
    counts_until = [end - timedelta(days=int(settings.payment_day)) for end in ends]
    return payments.group_by("account_id").agg(
        **{f"paid_{place}": money_sum(payments.amount_minor, where=payments.paid_on <= ibis.literal(day)) for place, day in enumerate(counts_until)}
    )


def _behind(items: ir.Table, payments: ir.Table, ends: Sequence[date], days: Sequence[int], settings: DelinquencySettings) -> ir.Table:
    """Per account: due by each month end for each lateness in turn, and paid by each month end."""
    due = due_by(items, [last_due_day(end, late, settings) for late in days for end in ends])
    paid = paid_by(payments, ends, settings)
    return due.left_join(paid, "account_id").select(due, **{f"paid_{place}": paid[f"paid_{place}"].fill_null(0) for place in range(len(ends))})


def _month_number(day: ir.DateColumn) -> ir.IntegerColumn:
    return (day.year() * 12 + day.month()).cast("int32")


def ever_late(items: ir.Table, payments: ir.Table, ends: Sequence[date], settings: DelinquencySettings) -> ir.Table:
    """Which accounts were at least 30 days late at any of the month ends? The few that the second, wider question is asked of.

    Every due amount stands in the month at whose end it is 30 days late, every payment in the month at whose end it counts; where the
    running sum is above zero the loan is late. Months in which both are equal change nothing and are dropped before the sum is run,
    which is what makes this quick: most loans are paid to the day.
    """
    last = ends[-1]
    lag = (last - last_due_day(last, LATE_DAYS[0], settings)).days
    due = items.filter(items.due_on <= ibis.literal(last - timedelta(days=lag)))
    came = payments.filter(payments.paid_on <= ibis.literal(last - timedelta(days=int(settings.payment_day))))
    events = ibis.union(
        due.select("account_id", month=_month_number(days_later(due.due_on, lag)), moved_minor=due.amount_minor),
        came.select("account_id", month=_month_number(days_later(came.paid_on, int(settings.payment_day))), moved_minor=-came.amount_minor),
        distinct=False,
    )
    moved = events.group_by("account_id", "month").agg(moved_minor=money_sum(events.moved_minor)).filter(lambda t: t.moved_minor != 0)
    until_here = ibis.window(group_by="account_id", order_by="month", rows=(None, 0))
    running = moved.mutate(behind_minor=moved.moved_minor.sum().over(until_here).cast("decimal(38,0)").cast("int64"))
    return running.filter(running.behind_minor > settings.tolerance.short_minor).select("account_id").distinct()


def late_balances(loans: ir.Table, items: ir.Table, payments: ir.Table, ends: Sequence[date], settings: DelinquencySettings) -> ir.Table:
    """By booking month and currency: balance and number of loans at least k days late at each month end.

    Args:
        loans: those of `loans_of` that `ever_late` names.

    Returns:
        booked_on, currency, and `late{k}_minor_{place}`, `late{k}_{place}` for each k of LATE_DAYS and each place of `ends`. The
        balance is all the schedule asks for, due or not, less what had been paid.
    """
    sums = _behind(items.semi_join(loans, "account_id"), payments.semi_join(loans, "account_id"), ends, LATE_DAYS, settings)
    each = loans.inner_join(sums, "account_id").select(loans.booked_on, loans.currency, loans.opened_on, *(sums[name] for name in sums.columns))
    figures = {}
    for row, late_days in enumerate(LATE_DAYS):
        for place, end in enumerate(ends):
            paid = each[f"paid_{place}"]
            late = (each[f"due_{row * len(ends) + place}"] - paid > settings.tolerance.short_minor) & (each.opened_on <= ibis.literal(end))
            figures[f"late{late_days}_minor_{place}"] = money_sum((each.due_minor - paid).cast("int64"), where=late)
            figures[f"late{late_days}_{place}"] = late.cast("int64").sum().cast("int64")
    return each.group_by("booked_on", "currency").agg(**figures)


def booked(loans: ir.Table, items: ir.Table) -> ir.Table:
    """By booking month and currency: how many loans, their principal, and all that their schedules ask for."""
    due = items.semi_join(loans, "account_id").group_by("account_id").agg(due_minor=money_sum(items.amount_minor))
    each = loans.left_join(due, "account_id").select(loans, due_minor=due.due_minor.fill_null(0))
    return each.group_by("booked_on", "currency").agg(
        accounts=each.account_id.count(), principal_minor=money_sum(each.principal_minor.fill_null(0)), booked_minor=money_sum(each.due_minor),
    )


def first_payment_defaults(loans: ir.Table, items: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """By booking month and currency: of how many loans the first instalment is old enough to be judged, and how many failed it?

    Returns:
        booked_on, currency, loans, and for each k of FIRST_PAYMENT_DAYS `ripe{k}` (first instalment due at least k days ago) and
        `failed{k}` (of those: not paid in full before its k-th day of lateness). Loans too young to be judged are in neither.
    """
    due = items.semi_join(loans, "account_id").filter(lambda t: t.amount_minor > 0)
    fallen = due.filter(due.due_on <= ibis.literal(on))
    first_day = fallen.group_by("account_id").agg(due_on=fallen.due_on.min())
    first = fallen.inner_join(first_day, ["account_id", "due_on"]).group_by("account_id", "due_on").agg(amount_minor=lambda t: money_sum(t.amount_minor))
    near = payments.inner_join(first, "account_id").select(first.account_id, first.due_on, payments.paid_on, paid_minor=payments.amount_minor)
    came = near.filter(near.paid_on <= days_later(near.due_on, max(FIRST_PAYMENT_DAYS)))
    shift = int(settings.day_on_due_date) + int(settings.payment_day)
    in_time = {
        f"paid{k}": money_sum(came.paid_minor, where=came.paid_on <= days_later(came.due_on, k - 1 - shift)) for k in FIRST_PAYMENT_DAYS
    }
    paid = came.group_by("account_id").agg(**in_time)
    each = loans.left_join(first, "account_id").left_join(paid, loans.account_id == paid.account_id).select(
        loans.booked_on, loans.currency, loans.opened_on, first.due_on, first.amount_minor, **{name: paid[name].fill_null(0) for name in in_time}
    )
    figures = {}
    for k in FIRST_PAYMENT_DAYS:
        ripe = (each.due_on <= ibis.literal(on - timedelta(days=k - int(settings.day_on_due_date)))).fill_null(False)
        failed = ripe & (each.amount_minor - each[f"paid{k}"] > settings.tolerance.short_minor)
        figures[f"ripe{k}"] = ripe.cast("int64").sum().cast("int64")
        figures[f"failed{k}"] = failed.cast("int64").sum().cast("int64")
    return each.group_by("booked_on", "currency").agg(loans=each.opened_on.count(), **figures)


def due_days(items: ir.Table, payments: ir.Table, accounts: ir.Table, settings: DelinquencySettings, on: date, days: int = 30) -> ir.Table:
    """By due day of the last days and currency: how much and how many fell due, and what was unpaid at the end of that day?

    Money goes to the oldest amount first, so of what fell due on the day is unpaid what all dues up to it exceed all payments up to its
    end, and no more than the day's own amount.

    Returns:
        due_on, currency, accounts, due_minor, accounts_unpaid, unpaid_minor.
    """
    recent = items.filter(items.due_on.between(ibis.literal(on - timedelta(days=days)), ibis.literal(on - timedelta(days=1))) & (items.amount_minor > 0))
    of_day = recent.group_by("account_id", "due_on").agg(day_minor=money_sum(recent.amount_minor))
    due = of_day.inner_join(items, [of_day.account_id == items.account_id, items.due_on <= of_day.due_on]).select(
        of_day.account_id, of_day.due_on, items.amount_minor
    )
    reached = due.group_by("account_id", "due_on").agg(reached_minor=money_sum(due.amount_minor))
    came = of_day.inner_join(
        payments, [of_day.account_id == payments.account_id, days_later(payments.paid_on, int(settings.payment_day)) <= of_day.due_on]
    ).select(of_day.account_id, of_day.due_on, payments.amount_minor)
    paid = came.group_by("account_id", "due_on").agg(paid_minor=money_sum(came.amount_minor))
    key = ["account_id", "due_on"]
    sums = of_day.inner_join(reached, key).left_join(paid, key).select(
        of_day.account_id, of_day.due_on, of_day.day_minor, reached.reached_minor, paid_minor=paid.paid_minor.fill_null(0)
    )
    missing = ibis.least(sums.day_minor, ibis.greatest(sums.reached_minor - sums.paid_minor, ibis.literal(0, type="int64")))
    each = sums.inner_join(accounts, "account_id").select(sums.due_on, accounts.currency, sums.day_minor, missing_minor=missing.cast("int64"))
    unpaid = each.missing_minor > settings.tolerance.short_minor
    return each.group_by("due_on", "currency").agg(
        accounts=each.due_on.count(), due_minor=money_sum(each.day_minor),
        accounts_unpaid=unpaid.cast("int64").sum().cast("int64"), unpaid_minor=money_sum(each.missing_minor, where=unpaid),
    )
