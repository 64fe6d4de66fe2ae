"""How did the accounts that are overdue now pay before?

One missed payment after fourteen on time is another story than the ninth in a row. Asked only for overdue accounts, since it needs
every item and every payment of theirs.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later
from arrears.assess.delinquency.settings import DayOnDueDate, DelinquencySettings


def _due_and_paid_in_order(items: ir.Table, payments: ir.Table, settings: DelinquencySettings) -> ir.Table:
    """Items and payments of each account as one sequence of days; on the same day money comes before what falls due.

    An item stands on the last day on which paying it is on time, a payment on the first day on which it counts.
    """
    due = items.select("account_id", "due_on", day=days_later(items.due_on, settings.tolerance.days), is_item=ibis.literal(1, type="int8"), tie=items.sequence,
                       due_minor=items.amount_minor, came_minor=ibis.literal(0, type="int64"))
    came = payments.select("account_id", due_on=ibis.null("date"), day=days_later(payments.paid_on, int(settings.payment_day)), is_item=ibis.literal(0, type="int8"), tie=payments.payment_id,
                           due_minor=ibis.literal(0, type="int64"), came_minor=payments.amount_minor)
    return ibis.union(due, came, distinct=False)


def judged_items(items: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Each item that had fallen due: was it paid on time, and is it settled by now?

    Returns:
        account_id, day (the last on which paying it is on time), tie, due_on, due_minor, due_so_far and came_so_far (by the end of that
        day, in minor units), enough_minor (what must have come for it to be settled), is_first, on_time, settled.
    """
    until_here = ibis.window(group_by="account_id", order_by=["day", "is_item", "tie"], rows=(None, 0))
    ever = ibis.window(group_by="account_id")
    story = _due_and_paid_in_order(items, payments, settings)
    running = story.mutate(
        due_so_far=story.due_minor.sum().over(until_here).cast("decimal(38,0)").cast("int64"),
        came_so_far=story.came_minor.sum().over(until_here).cast("decimal(38,0)").cast("int64"),
        came_ever=story.came_minor.sum().over(ever).cast("decimal(38,0)").cast("int64"),
        first_day=story.day.min(where=story.is_item == 1).over(ever),
    )
    over = running.day <= ibis.literal(on) if settings.day_on_due_date is DayOnDueDate.ONE else running.day < ibis.literal(on)
    fallen_due = running.filter((running.is_item == 1) & (running.due_minor > 0) & over)
    enough = fallen_due.due_so_far - settings.tolerance.short_minor
    return fallen_due.select(
        "account_id", "day", "tie", "due_on", "due_minor", "due_so_far", "came_so_far",
        enough_minor=enough,
        is_first=fallen_due.day == fallen_due.first_day,
        on_time=fallen_due.came_so_far >= enough,
        settled=fallen_due.came_ever >= enough,
    )


def punctuality(items: ir.Table, payments: ir.Table, settings: DelinquencySettings, on: date) -> ir.Table:
    """Of the items that had fallen due, how many were paid on time, how many late, and is the first one still missing?

    Args:
        items: items of the accounts asked about.
        payments: their signed payments up to the day.

    Returns:
        account_id, items_on_time, items_paid_late (settled by now), first_item_missing.
    """
    judged = judged_items(items, payments, settings, on)
    return judged.group_by("account_id").agg(
        items_on_time=judged.day.count(where=judged.on_time & judged.settled).cast("int32"),
        items_paid_late=judged.day.count(where=~judged.on_time & judged.settled).cast("int32"),
        first_item_missing=(~judged.settled & judged.is_first).any(),
    )
