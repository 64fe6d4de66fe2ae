"""How is a rule of each kind judged in columns?

Each function is the column form of the kind's `judge`: rows of `party_id`, `surely` (in the way at every moment of the day), `free_on` (the
number of the first day on which it no longer is) for the persons for whom it may be in the way; nobody else has a row. A kind that is not
listed has none, and its rules get "perhaps".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from arrears.check.conduct.kinds.block import Block
from arrears.check.conduct.kinds.cap import Cap
from arrears.check.conduct.kinds.content import Forbidden, Required
from arrears.check.conduct.kinds.cooling_off import CoolingOff
from arrears.check.conduct.kinds.day_window import DayWindow
from arrears.check.conduct.kinds.deadline import Deadline
from arrears.check.conduct.kinds.dispute import Dispute
from arrears.check.conduct.kinds.keeping import Keeping
from arrears.check.conduct.kinds.limitation import RESTARTS, Limitation
from arrears.check.conduct.kinds.notice_first import NoticeFirst
from arrears.check.conduct.rule import Rule, RuleException
from arrears.check.conduct.standing import Scope, Standing
from arrears.check.conduct.words import Happened
from arrears.check.prescreen.standing import NEVER, Asked, agrees, fits, later, latest, number_of, stands, with_pending, years_later

ROW = {"party_id": "int64", "surely": "boolean", "free_on": "int64"}
OF_DEBT = frozenset({Scope.DEBT})


def rows(table: ir.Table, surely: ir.BooleanValue, free_on: ir.IntegerValue | int, medium: ir.StringValue | None = None) -> ir.Table:
    """Rows as every kind gives them; `medium` is the channel of what is in the way, where it is compared with the act afterwards."""
    day = ibis.literal(free_on, "int64") if isinstance(free_on, int) else free_on.cast("int64")
    return table.select(party_id=table.party_id, surely=surely, free_on=day, medium=ibis.null("string") if medium is None else medium)


def standing_rows(standings: tuple[Standing, ...], asked: Asked) -> ir.Table | None:
    """In the way while any of these stands; None where nothing like it ever happened."""
    parts = []
    for one in standings:
        if not one.event.kinds.isdisjoint(asked.present):
            found = stands(one, asked)
            parts.append(rows(found, found.surely, found.free_on, found.channel if asked.any_medium and Scope.MEDIUM in one.scope else None))
    return union(parts)


def union(parts: list[ir.Table]) -> ir.Table | None:
    """All rows of these; None of none."""
    return ibis.union(*parts) if len(parts) > 1 else next(iter(parts), None)


def block(rule: Rule, asked: Asked) -> ir.Table | None:
    """While any stands."""
    assert isinstance(rule.kind, Block)
    return standing_rows(rule.kind.by, asked)


def during(rule: Rule, asked: Asked) -> ir.Table | None:
    """Content that is wanted or forbidden while something stands; whether the words are there was asked before."""
    assert isinstance(rule.kind, Required | Forbidden)
    return standing_rows(rule.kind.during, asked)


def _unknown_before(asked: Asked, days_before: int) -> ir.Table:
    """People whose history does not reach back far enough."""
    people = asked.people
    whole_from = number_of(people.history_from)
    unknown = people.filter(whole_from.isnull() | (people.first_today - days_before < whole_from))
    whole_from = number_of(unknown.history_from)
    return rows(unknown, (whole_from.isnull() | (unknown.last_today - days_before < whole_from)), (whole_from + days_before).fill_null(NEVER))


def cooling_off(rule: Rule, asked: Asked) -> ir.Table:
    """While it stands, and where it cannot be known."""
    assert isinstance(rule.kind, CoolingOff)
    days_before = asked.figures.read(rule.kind.after.lasts).whole - 1
    unknown, standing = _unknown_before(asked, days_before), standing_rows((rule.kind.after,), asked)
    return unknown if standing is None else ibis.union(standing, unknown)


def cap(rule: Rule, asked: Asked) -> ir.Table:
    """As often as is allowed: the day is free once enough of the counted have left the window."""
    kind = rule.kind
    assert isinstance(kind, Cap)
    limit = asked.figures.read(kind.limit).whole
    window = asked.figures.read(kind.window).whole if kind.window else 1
    unknown = _unknown_before(asked, window - 1)
    if limit == 0:
        return ibis.union(rows(asked.people, ibis.literal(True), NEVER), unknown)
    events = asked.events
    agreed = agrees(events, asked.proposed, kind.per)
    within = fits(with_pending(kind.counts), events) & agreed.possibly & (events.last_day >= events.first_today - (window - 1))
    sure = agreed.surely & (events.first_day >= events.last_today - (window - 1))
    counted = _leaving_out(events.filter(within).select("party_id", "at", "last_day", sure=sure), rule, asked)
    place = ibis.row_number().over(ibis.window(group_by=counted.party_id, order_by=counted.last_day.desc()))
    ordered = counted.mutate(place=place)
    each = ordered.group_by("party_id").agg(
        most=ordered.count(), least=ordered.sure.sum(), leaves=ordered.last_day.max(where=ordered.place == limit - 1)
    )
    full = each.filter(each.most >= limit)
    return ibis.union(rows(full, full.least >= limit, full.leaves + window), unknown)


def _leaving_out(counted: ir.Table, rule: Rule, asked: Asked) -> ir.Table:
    """Contacts that may have been made under an exception that keeps them out of the count are not sure to be counted."""
    uncounted = [one for one in rule.exceptions if one.uncounted]
    if not uncounted:
        return counted
    conditions = [one.given[0].event for one in uncounted if one.given]
    if len(conditions) < len(uncounted):
        return counted.mutate(sure=ibis.literal(False))
    events = asked.everything
    given = ibis.union(*parts) if len(parts := [events.filter(fits(one, events)).select("party_id", "at") for one in conditions]) > 1 else parts[0]
    first = given.group_by("party_id").agg(since=given["at"].min())
    joined = counted.left_join(first, counted.party_id == first.party_id)
    return joined.select(
        *(counted[name] for name in counted.columns if name != "sure"), sure=counted.sure & (first.since.isnull() | (counted["at"] < first.since))
    )


def notice_first(rule: Rule, asked: Asked) -> ir.Table:
    """In the way of everybody of whom none of the notices stands."""
    assert isinstance(rule.kind, NoticeFirst)
    parts = [stands(one, asked, waiting=True).select("party_id", "surely", "possibly", "opens_on") for one in rule.kind.one_of]
    found = ibis.union(*parts) if len(parts) > 1 else parts[0]
    each = found.group_by("party_id").agg(
        surely=found.surely.any(), possibly=found.possibly.any(), opens_on=found.opens_on.min(where=~found.possibly)
    )
    joined = asked.people.left_join(each, asked.people.party_id == each.party_id)
    told = joined.select(
        party_id=asked.people.party_id, stands=each.surely.fill_null(False), surely=~each.possibly.fill_null(False), opens_on=each.opens_on.fill_null(NEVER)
    )
    missing = told.filter(~told.stands)
    return rows(missing, missing.surely, missing.opens_on)


def deadline(rule: Rule, asked: Asked) -> ir.Table:
    """The last day has passed, and what had to be done by then was not."""
    kind = rule.kind
    assert isinstance(kind, Deadline)
    length = asked.figures.read(kind.within)
    begun = stands(kind.after, asked)
    late = begun.mutate(last_from=later(begun.first_day, length), last_to=later(begun.last_day, length))
    late = late.filter(late.last_today > late.last_from)
    late = late.mutate(past=late.surely & (late.first_today > late.last_to))
    if kind.done is None:
        return rows(late, late.past, NEVER)
    done = asked.events.filter(fits(kind.done, asked.events)).select("party_id", "first_day", "last_day").view()
    both = late.join(done, late.party_id == done.party_id).select(
        event_no=late.event_no, surely=done.last_day <= late.last_from, possibly=done.first_day <= late.last_to
    )
    each = both.group_by("event_no").agg(surely=both.surely.any(), possibly=both.possibly.any())
    told = late.left_join(each, late.event_no == each.event_no).select(
        party_id=late.party_id, surely=late.past & ~each.possibly.fill_null(False), done=each.surely.fill_null(False)
    )
    undone = told.filter(~told.done)
    return rows(undone, undone.surely, NEVER)


def day_window(rule: Rule, asked: Asked) -> ir.Table:
    """Outside the days of the period that began last."""
    kind = rule.kind
    assert isinstance(kind, DayWindow)
    opens, closes = asked.figures.read(kind.from_day).whole, asked.figures.read(kind.to_day).whole
    begun = latest(stands(kind.of, asked))
    first, last = begun.first_today - begun.last_day + 1, begun.last_today - begun.first_day + 1
    begun = begun.mutate(first=first, last=last)
    outside = begun.filter((begun["first"] < opens) | (begun["last"] > closes) | ~begun.surely)
    early = outside["last"] < opens
    return rows(outside, outside.surely & (early | (outside["first"] > closes)), ibis.ifelse(early, outside.last_day + (opens - 1), NEVER))


def dispute(rule: Rule, asked: Asked) -> ir.Table:
    """A dispute made in time stands unanswered; whether it was in time, the notices before it say."""
    assert isinstance(rule.kind, Dispute)
    parts = [stands(one, asked, also=("amount_minor", "total_minor")) for one in rule.kind.by]
    found = ibis.union(*parts) if len(parts) > 1 else parts[0]
    if asked.proposed.amount_minor is not None:
        found = found.mutate(surely=found.surely & (found.amount_minor.isnull() | found.total_minor.isnull()))
    events = asked.events
    agreed = agrees(events, asked.proposed, OF_DEBT)
    notices = events.filter((events.kind == str(Happened.VALIDATION_NOTICE_SENT)) & agreed.possibly).select("party_id", "at", "until", agrees_surely=agreed.surely).view()
    both = found.join(notices, [found.party_id == notices.party_id, notices["at"] <= found["at"]]).select(
        event_no=found.event_no,
        surely_late=notices.agrees_surely & (found.first_day > number_of(notices.until)).fill_null(False),
        possibly_late=(found.last_day > number_of(notices.until)).fill_null(False),
    )
    each = both.group_by("event_no").agg(
        always_late=both.surely_late.all(), ever_late=both.possibly_late.any(),
    )
    joined = found.left_join(each, found.event_no == each.event_no)
    told = joined.select(
        party_id=found.party_id,
        surely=found.surely & ~each.ever_late.fill_null(False),
        out=each.always_late.fill_null(False),
    )
    kept = told.filter(~told.out)
    return rows(kept, kept.surely, NEVER)


def keeping(rule: Rule, asked: Asked) -> ir.Table:
    """In the way of everybody until so long after the latest of what the time runs from."""
    kind = rule.kind
    assert isinstance(kind, Keeping)
    found = latest(stands(kind.after, asked))
    if kind.at_least:
        length, more = asked.figures.read(kind.at_least), int(kind.last_day_kept)
        found = found.mutate(goes_first=later(found.first_day, length, more), goes_last=later(found.last_day, length, more))
    else:
        found = found.mutate(goes_first=ibis.literal(0, "int64"), goes_last=ibis.literal(0, "int64"))
    people = asked.people
    joined = people.left_join(found, people.party_id == found.party_id)
    told = joined.select(
        party_id=people.party_id,
        free=(found.surely & (found.first_today >= found.goes_last)).fill_null(False),
        surely=found.surely.isnull() | (found.surely & (found.last_today < found.goes_first)),
        goes=found.goes_last.fill_null(NEVER),
    )
    kept = told.filter(~told.free)
    return rows(kept, kept.surely, kept.goes)


def limitation(rule: Rule, asked: Asked) -> ir.Table:
    """In the way of everybody of whom it is not known since when the period runs, and once it has run out; where it began anew it is not told."""
    kind = rule.kind
    assert isinstance(kind, Limitation)
    events = asked.events
    agreed = agrees(events, asked.proposed, OF_DEBT)
    columns = ("party_id", "event_no", "at", "kind", "years", "first_day", "last_day", "first_today", "last_today")
    about = events.filter(agreed.possibly).select(*columns, surely=agreed.surely)
    begun = latest(about.filter(about.kind == str(Happened.LIMITATION_STARTED)))
    years_first, years_last = years_later(begun.first_day, begun.years), years_later(begun.last_day, begun.years)
    if kind.years:
        length = asked.figures.read(kind.years)
        years_first, years_last = years_first.fill_null(later(begun.first_day, length)), years_last.fill_null(later(begun.last_day, length))
    if kind.longest:
        longest = asked.figures.read(kind.longest)
        over_first, over_last = later(begun.first_day, longest), later(begun.last_day, longest)
        # `least` passes over what is not known; a period without years stays unknown.
        years_first, years_last = (ibis.ifelse(one.notnull(), ibis.least(one, over), one) for one, over in ((years_first, over_first), (years_last, over_last)))
    else:
        over_last = ibis.literal(NEVER, "int64")
    begun = begun.mutate(ends_first=years_first, ends_last=years_last, over_last=over_last)
    again = about.filter(about.kind.isin([str(one) for one in RESTARTS])).view()
    restarted = begun.join(again, [begun.party_id == again.party_id, again["at"] > begun["at"]]).select(event_no=begun.event_no).distinct()
    with_restarts = begun.left_join(restarted, begun.event_no == restarted.event_no).select(
        *(begun[name] for name in begun.columns), restarted=restarted.event_no.notnull()
    )
    people = asked.people
    joined = people.left_join(with_restarts, people.party_id == with_restarts.party_id)
    one = with_restarts
    told = joined.select(
        party_id=people.party_id,
        runs=(one.surely & (one.last_today <= one.ends_first)).fill_null(False),
        surely=one.event_no.isnull() | (one.surely & (one.ends_first.isnull() | (one.first_today > one.over_last) | (~one.restarted & (one.first_today > one.ends_last)))),
    )
    kept = told.filter(~told.runs)
    return rows(kept, kept.surely.fill_null(False), NEVER)


def everybody(rule: Rule, asked: Asked) -> ir.Table:
    """What the rule binds is not done at all, but for its exceptions."""
    return rows(asked.people, ibis.literal(True), NEVER)


COLUMN_FORMS: Mapping[type[Any], Callable[[Rule, Asked], ir.Table | None]] = {
    Block: block,
    Cap: cap,
    CoolingOff: cooling_off,
    DayWindow: day_window,
    Deadline: deadline,
    Dispute: dispute,
    Forbidden: during,
    Keeping: keeping,
    Limitation: limitation,
    NoticeFirst: notice_first,
    Required: during,
}
"""The kinds that have a column form, besides hours (asked once a profile) and times ruled out (which need a window of the day)."""


def exceptions_in_columns(live: tuple[RuleException, ...], asked: Asked, *, certain: bool) -> ir.Table | None:
    """For whom is the rule lifted: `surely`, or possibly? None where it has no exception that could.

    Args:
        live: exceptions whose words on the act fit, and which lift.
        certain: nothing of it waits for confirmation, so that it can lift for sure.
    """
    possible = [one for one in live if all(not given.event.kinds.isdisjoint(asked.present) for given in one.given)]
    found = union([_lifted(one, asked, certain=certain) for one in possible])
    return None if found is None else found.group_by("party_id").agg(surely=found.surely.any())


def _lifted(exception: RuleException, asked: Asked, *, certain: bool) -> ir.Table:
    found = asked.people.select(party_id=asked.people.party_id, surely=ibis.literal(certain))
    for one in exception.given:
        each = _each_person(one, asked)
        found = found.join(each, found.party_id == each.party_id).select(party_id=found.party_id, surely=found.surely & each.surely)
    for one in exception.without:
        each = _each_person(one, asked)
        found = found.left_join(each, found.party_id == each.party_id).select(party_id=found.party_id, surely=found.surely & each.party_id.isnull())
    return found


def _each_person(standing: Standing, asked: Asked) -> ir.Table:
    found = stands(standing, asked)
    return found.group_by("party_id").agg(surely=found.surely.any())
