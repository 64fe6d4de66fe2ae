"""Which calendar days can a moment be where a person may be, and when does a day open?

A person in one zone has one calendar. Of a person in several, or of whom no zone is known, every moment is told by the earliest and the latest
day that it can be; whatever is concluded holds on each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from arrears.check.conduct.case import Case, Figures
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.local_time import DAY, local_day, start_of
from arrears.check.conduct.rule import Rule
from arrears.core.parameters import Parameters

MOMENTS_TRIED = 100
DAYS_BACK = 800
"""Of events so far back the day is told exactly; of older ones give or take a day."""
DAYS_AHEAD = 70
"""So many days ahead the moment is told at which the hours open."""
DAY_ZERO = date(1970, 1, 1)
INSTANT = timedelta(microseconds=1)


def day_number(day: date) -> int:
    """Days since 1970 began."""
    return (day - DAY_ZERO).days


@dataclass(frozen=True, slots=True)
class Span:
    """All moments at which it is this day in any of the zones.

    >>> span = Span.of(date(2026, 3, 10), ("Asia/Shanghai",))
    >>> span.starts_at.isoformat(), span.ends_at.isoformat(), span.is_one_day
    ('2026-03-09T16:00:00+00:00', '2026-03-10T16:00:00+00:00', True)
    """

    day: date
    zones: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    @staticmethod
    def of(day: date, zones: tuple[str, ...]) -> Span:
        """The span of a day."""
        starts = min(start_of(day, zone).astimezone(UTC) for zone in zones)
        ends = max(start_of(day + DAY, zone).astimezone(UTC) for zone in zones)
        return Span(day, zones, starts, ends)

    @property
    def first_day(self) -> date:
        """The earliest day that it can be anywhere in these moments."""
        return min(local_day(self.starts_at, zone) for zone in self.zones)

    @property
    def last_day(self) -> date:
        """The latest."""
        return max(local_day(self.ends_at - INSTANT, zone) for zone in self.zones)

    @property
    def is_one_day(self) -> bool:
        """Is it one calendar day and no other, everywhere?"""
        return self.first_day == self.last_day

    @property
    def is_even(self) -> bool:
        """Is it one calendar day of twenty-four hours, so that clock and seconds agree?"""
        return self.is_one_day and self.ends_at - self.starts_at == DAY


@dataclass(frozen=True, slots=True)
class DayRow:
    """Which local days can the moments of one UTC day be? The day moves on at each of the two turns."""

    utc_day: date
    first_day: date
    last_day: date
    turns_at: datetime | None
    turns_again_at: datetime | None


def day_rows(zones: tuple[str, ...], day: date) -> Iterator[DayRow]:
    """The days around and before `day`."""
    for back in range(-2, DAYS_BACK):
        utc_day = day - back * DAY
        begins, ends = datetime.combine(utc_day, time(0), UTC), datetime.combine(utc_day + DAY, time(0), UTC)
        first = min(local_day(begins, zone) for zone in zones)
        if len(zones) > 1:
            yield DayRow(utc_day, first, max(local_day(ends - INSTANT, zone) for zone in zones), None, None)
            continue
        turns = [start_of(first + ahead * DAY, zones[0]).astimezone(UTC) for ahead in (1, 2)]
        inside = [turn if begins < turn < ends else None for turn in turns]
        yield DayRow(utc_day, first, first, inside[0], inside[1])


@dataclass(frozen=True, slots=True)
class HoursAsked:
    """A rule of hours with the figures of its jurisdiction."""

    rule: Rule
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Opening:
    """The first moment from the start of a day on at which all rules of hours are kept, and the rule that kept it shut the longest."""

    at: datetime
    rule: Rule | None


def opens(asked: Iterable[HoursAsked], proposed: Proposed, facts: Facts, day: date, zones: tuple[str, ...]) -> Opening | None:
    """When do the hours open, from the start of this day on? Asked of the rules themselves, from moment to moment at which they say that they end."""
    rules, moment, last = tuple(asked), Span.of(day, zones).starts_at, None
    for _ in range(MOMENTS_TRIED):
        shut = []
        for one in rules:
            judged = one.rule.kind.judge(Case(proposed, facts, moment, zones, Figures(one.rule.parameters, one.parameters, day)), ())
            if judged.breach and judged.ends_at is None:
                return None
            if judged.breach and judged.ends_at is not None:
                shut.append((judged.ends_at.astimezone(UTC), one.rule))
        if not shut:
            return Opening(moment, last)
        moment, last = max(shut, key=lambda pair: pair[0])
    return None


def seconds_open(asked: Iterable[HoursAsked], day: date) -> tuple[int, int]:
    """From which second of the day on, and before which, is it open? All day where no rule of hours binds."""
    first, last = 0, int(DAY.total_seconds())
    for one in asked:
        kind, figures = one.rule.kind, Figures(one.rule.parameters, one.parameters, day)
        assert isinstance(kind, Hours), "only rules of hours are asked when they open"
        first = max(first, seconds_of(figures.read(kind.opens).clock) + (not kind.opening_included))
        last = min(last, seconds_of(figures.read(kind.closes).clock))
    return first, last


def seconds_of(clock: time) -> int:
    """Seconds since midnight."""
    return clock.hour * 3600 + clock.minute * 60 + clock.second
