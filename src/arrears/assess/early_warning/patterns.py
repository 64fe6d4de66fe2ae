"""In which way did somebody leave the way they used to pay?

Four things the trade calls a broken pattern beside the plainly missed payment: a part came where all used to come, the share that came
fell, each payment came later than the one before, and several debits in a row were taken back. Asked only of accounts that are overdue or
fall due soon, since it needs every item and payment of theirs; the answers are few columns an account.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from arrears.assess.columns import days_later, money_sum
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.assess.early_warning.settings import EarlyWarningSettings

JUDGED_SCHEMA = ibis.schema({
    "account_id": "int64", "day": "date", "tie": "int64", "due_on": "date", "due_minor": "int64", "due_so_far": "int64", "came_so_far": "int64",
    "enough_minor": "int64", "on_time": "boolean", "settled": "boolean", "age": "int64",
})
"""The newest items of an account, `age` 0 the newest of all; `enough_minor` is what must have come for the item to be settled."""
DEBITS_SCHEMA = ibis.schema({"account_id": "int64", "returned_on": "date", "returned_minor": "int64", "returned_count": "int32", "returned_in_a_row": "int32"})
DRIFT_SCHEMA = ibis.schema({"account_id": "int64", "drift_days": "string", "drift_items": "int32"})
SHARES_SCHEMA = ibis.schema({
    "account_id": "int64", "newest_due_on": "date", "newest_due_minor": "int64", "newest_came_minor": "int64", "usual_due_minor": "int64",
    "usual_came_minor": "int64", "usual_periods": "int32",
})


def newest_items(judged: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """Of each account, the newest judged items: as many as any question here looks at. Rows of JUDGED_SCHEMA."""
    newest = ibis.window(group_by="account_id", order_by=[ibis.desc("day"), ibis.desc("tie")])
    ranked = judged.mutate(age=ibis.row_number().over(newest))
    most = max(settings.items_looked_at, settings.drift_items + 1, settings.share_periods + 2)
    return ranked.filter(ranked.age < most).select(*JUDGED_SCHEMA.names)


def last_settled(newest: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """The last settled items of accounts of which so many came late that each may have come later than the one before; the first may be on time.

    Args:
        newest: rows of JUDGED_SCHEMA.
    """
    in_turn = ibis.window(group_by="account_id", order_by="age")
    settled = newest.filter(newest.settled)
    last = settled.mutate(nth=ibis.row_number().over(in_turn)).filter(lambda t: t.nth < settings.drift_items)
    late = last.group_by("account_id").agg(late=last.age.count(where=~last.on_time))
    return last.semi_join(late.filter(late.late >= settings.drift_items - 1), "account_id").select(*JUDGED_SCHEMA.names)


def days_late_of(settled: ir.Table, payments: ir.Table, settings: DelinquencySettings) -> ir.Table:
    """How many days after its due date was each settled item settled? 0 where that was on time.

    Args:
        settled: rows of `last_settled`.
        payments: all signed payments of these accounts up to the day.

    Returns:
        account_id, day, tie, days_late.
    """
    late = settled.filter(~settled.on_time).select("account_id", "day", "tie", "due_on", "enough_minor")
    counting = payments.semi_join(late, "account_id").mutate(counts_on=days_later(payments.paid_on, int(settings.payment_day)))
    daily = counting.group_by("account_id", "counts_on").agg(came_minor=money_sum(counting.amount_minor))
    until_here = ibis.window(group_by="account_id", order_by="counts_on", rows=(None, 0))
    running = daily.mutate(came_so_far=daily.came_minor.sum().over(until_here).cast("decimal(38,0)").cast("int64"))
    reached = late.inner_join(running, [late.account_id == running.account_id, running.came_so_far >= late.enough_minor]).select(
        late.account_id, late.day, late.tie, late.due_on, running.counts_on
    )
    first = reached.group_by("account_id", "day", "tie", "due_on").agg(settled_on=reached.counts_on.min())
    told = first.select("account_id", "day", "tie", days_late=first.settled_on.delta(first.due_on, unit="day").cast("int32"))
    punctual = settled.filter(settled.on_time).select("account_id", "day", "tie", days_late=ibis.literal(0, type="int32"))
    return ibis.union(punctual, told, distinct=False)


def later_and_later(days_late: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """Which accounts paid each of the last settled items later than the one before, and by how many days in all at least? Rows of DRIFT_SCHEMA."""
    newest = ibis.window(group_by="account_id", order_by=[ibis.desc("day"), ibis.desc("tie")])
    ranked = days_late.mutate(age=ibis.row_number().over(newest))
    last = ranked.filter(ranked.age < settings.drift_items)
    in_turn = ibis.window(group_by="account_id", order_by=ibis.desc("age"))
    steps = last.mutate(step=last.days_late - last.days_late.lag().over(in_turn))
    sums = steps.group_by("account_id").agg(
        drift_items=steps.age.count().cast("int32"),
        least_step=steps.step.min(),
        grown=steps.days_late.max() - steps.days_late.min(),
        drift_days=steps.days_late.cast("string").group_concat(", ", order_by=ibis.desc("age")),
    )
    return sums.filter(
        (sums.drift_items == settings.drift_items) & (sums.least_step > 0) & (sums.grown >= settings.drift_days)
    ).select(*DRIFT_SCHEMA.names)


def shares(newest: ir.Table, settings: EarlyWarningSettings) -> ir.Table:
    """What fell due and what came in the newest period, and in the periods before it? A period goes from one due day to the next.

    Returns:
        Rows of SHARES_SCHEMA. Accounts with fewer than `share_periods` earlier periods are missing: nothing is usual yet.
    """
    days = newest.group_by("account_id", "day", "due_on").agg(due_minor=money_sum(newest.due_minor), came_so_far=newest.came_so_far.max())
    in_turn = ibis.window(group_by="account_id", order_by="day")
    periods = days.mutate(came_minor=(days.came_so_far - days.came_so_far.lag().over(in_turn)).cast("int64"))
    ranked = periods.mutate(age=ibis.row_number().over(ibis.window(group_by="account_id", order_by=ibis.desc("day"))))
    known = ranked.filter(ranked.came_minor.notnull() & (ranked.age <= settings.share_periods))
    is_newest = known.age == 0
    sums = known.group_by("account_id").agg(
        newest_due_on=known.due_on.max(where=is_newest),
        newest_due_minor=money_sum(known.due_minor, where=is_newest),
        newest_came_minor=money_sum(known.came_minor, where=is_newest),
        usual_due_minor=money_sum(known.due_minor, where=~is_newest),
        usual_came_minor=money_sum(known.came_minor, where=~is_newest),
        usual_periods=known.age.count(where=~is_newest).cast("int32"),
    )
    return sums.filter(sums.usual_periods == settings.share_periods).select(*SHARES_SCHEMA.names)


def has_fallen(told: ir.Table, settings: EarlyWarningSettings) -> ir.BooleanValue:
    """Something came in the newest period, but so much less than usual that the fall counts? In whole numbers, so that no rounding decides."""
    wide = {name: told[name].cast("decimal(38,0)") for name in ("newest_came_minor", "newest_due_minor", "usual_came_minor", "usual_due_minor")}
    left = 100 - settings.share_falls_percent
    less = wide["newest_came_minor"] * wide["usual_due_minor"] * 100 <= wide["usual_came_minor"] * wide["newest_due_minor"] * left
    return ((told.newest_came_minor > 0) & less).fill_null(False)


def percent(part_minor: ir.IntegerValue, whole_minor: ir.IntegerValue) -> ir.StringValue:
    """A part of a whole in whole percent, cut: 39.9 % is told as 39."""
    cut = (part_minor.cast("decimal(38,0)") * 100).cast("int64") // whole_minor.nullif(0)
    return cut.cast("int64").cast("string")


def returned_debits(payments: ir.Table, settings: EarlyWarningSettings, on: date) -> ir.Table:
    """Which accounts had a payment taken back in the last days, and how many of their newest payments in a row were taken back?

    Returns:
        Rows of DEBITS_SCHEMA: returned_on (the last one), returned_minor and returned_count (all of the last days), returned_in_a_row
        (of the newest payments, without any that stands between; of whatever day).
    """
    known = payments.filter(payments.paid_on <= ibis.literal(on))
    back = known.filter(known.reversal_of.notnull())
    recent = back.filter(back.paid_on > ibis.literal(on - timedelta(days=settings.returned_within_days)))
    sums = recent.group_by("account_id").agg(
        returned_on=recent.paid_on.max(), returned_minor=money_sum(recent.amount_minor), returned_count=recent.paid_on.count().cast("int32")
    )
    rows = _in_a_row(known.filter(known.reversal_of.isnull()).semi_join(recent, "account_id"), back)
    return sums.left_join(rows, "account_id").select(sums, returned_in_a_row=ibis.coalesce(rows.returned_in_a_row, 0).cast("int32"))


def _in_a_row(came: ir.Table, back: ir.Table) -> ir.Table:
    """Per account: how many of the newest payments were taken back before the first that stands."""
    taken = back.select("account_id", payment_id=back.reversal_of, was_taken=ibis.literal(True)).distinct()
    marked = came.left_join(taken, ["account_id", "payment_id"]).select(came.account_id, came.paid_on, came.payment_id, stands=taken.was_taken.isnull())
    newest = ibis.window(group_by="account_id", order_by=[ibis.desc("paid_on"), ibis.desc("payment_id")])
    ranked = marked.mutate(age=ibis.row_number().over(newest))
    sums = ranked.group_by("account_id").agg(all_of_them=ranked.age.count(), first_standing=ranked.age.min(where=ranked.stands))
    return sums.select("account_id", returned_in_a_row=ibis.coalesce(sums.first_standing, sums.all_of_them).cast("int32"))
