"""Which part of the day did a person rule out? The column form of `times_ruled_out`.

It is asked with the hours that are open anyway: in seconds of the local day, for persons in one zone, on days of twenty-four hours; of others it
is not told in columns.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from arrears.check.conduct.local_time import DAY
from arrears.check.prescreen.days import day_number


def ruled_out(stated: ir.Table, people: ir.Table, bound: ir.Table, settled: ir.Table, day: date) -> ir.Table:
    """Rows of person and act: surely shut all day; open from a second of the day on (`second`); or not told (neither)."""
    joined = (
        stated.join(people, stated.party_id == people.party_id)
        .join(bound, [people.profile == bound.profile, stated.question == bound.question])
        .join(settled, [people.profile == settled.profile, bound.channel_no == settled.channel_no])
    )
    each = joined.select(
        party_id=stated.party_id, channel_no=bound.channel_no, rule_no=bound.rule_no, surely=stated.surely, lifted=stated.lifted,
        only_inside=stated.only_inside.fill_null(False), opens=stated.window_opens.cast("int64"), closes=stated.window_closes.cast("int64"),
        today=_is_on(stated.window_weekdays, day), yesterday=_is_on(stated.window_weekdays, day - DAY),
        first=settled.from_second, last=settled.to_second,
    )
    each = each.mutate(free=_first_free(each))
    each = each.mutate(free=ibis.ifelse(each.free < each["last"], each.free, ibis.null("int64")), told=each["first"].notnull())
    grouped = each.group_by("party_id", "channel_no", "rule_no").agg(
        windows=each.count(), clear=(each.told & (each.free == each["first"]).fill_null(False)).all(), free=each.free.max(),
        shut=(each.told & each.surely & each.free.isnull() & ~each.lifted).any(), one=(each.told & each.surely & each.free.notnull()).all(),
    )
    left = grouped.filter(~grouped.clear)
    shifted = ibis.ifelse(~left.shut & left.one & (left.windows == 1), left.free, ibis.null("int64"))
    return left.select(
        party_id=left.party_id, channel_no=left.channel_no, rule_no=left.rule_no, surely=left.shut, free_on=ibis.literal(day_number(day) + 1, "int64"),
        second=shifted, opens=ibis.literal(False),
    )


def _is_on(weekdays: ir.IntegerValue, day: date) -> ir.BooleanValue:
    """Is this day of the week among those that the window names?"""
    return (weekdays // (1 << day.weekday())) % 2 == 1


def _first_free(each: ir.Table) -> ir.IntegerValue:
    """The first second from opening on that is not ruled out; nothing where none follows."""
    first, opens, closes, none = each["first"], each.opens, each.closes, ibis.null("int64")
    over_midnight = opens >= closes
    morning = each.yesterday & (first < closes)
    begins = ibis.greatest(first, opens)
    after_morning = ibis.ifelse(morning, closes, first)
    return ibis.cases(
        (each.only_inside & over_midnight, ibis.ifelse(morning, first, ibis.ifelse(each.today, begins, none))),
        (each.only_inside, ibis.ifelse(each.today & (begins < closes), begins, none)),
        (over_midnight, ibis.ifelse(each.today & (after_morning >= opens), none, after_morning)),
        else_=ibis.ifelse(each.today & (first >= opens) & (first < closes), closes, first),
    )
