"""What do clock and calendar say where the person is?

Nobody may be contacted at night because we guessed the zone wrong: with several candidate zones a rule must permit in each of them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECONDS_OF_A_DAY = 86_400


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of this IANA name."""
    return ZoneInfo(name)


def local(at: datetime, zone: str) -> datetime:
    """The moment on the clock of this zone.

    >>> from datetime import UTC
    >>> local(datetime(2026, 3, 10, 23, 59, 30, tzinfo=UTC), "Asia/Shanghai").isoformat()
    '2026-03-11T07:59:30+08:00'
    """
    return at.astimezone(zone_of(zone))


def local_day(at: datetime, zone: str) -> date:
    """The calendar day of this moment in this zone."""
    return day_at(at.timestamp(), zone)


@lru_cache(maxsize=65_536)
def day_at(stamp: float, zone: str) -> date:
    """The calendar day in this zone, so many seconds after 1970 began in Greenwich.

    Remembered, because the same moment is looked at by rule after rule. By seconds and not by the moment itself: of two moments an hour apart in
    the night in which the clock is put back Python says that they are equal.
    """
    return datetime.fromtimestamp(stamp, zone_of(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The first moment of a calendar day; where the clock is put forward over midnight, the first moment that exists.

    >>> start_of(date(2026, 9, 6), "America/Santiago").isoformat()
    '2026-09-06T01:00:00-03:00'
    """
    return at_clock(day, time(0), zone)


@lru_cache(maxsize=16_384)
def at_clock(day: date, clock: time, zone: str) -> datetime:
    """The first moment of this day at which the clock has reached `clock`.

    A clock time that the spring change skips stands for the moment of the change; one that comes twice in autumn, for the first.

    >>> at_clock(date(2026, 3, 8), time(2, 30), "America/New_York").isoformat()
    '2026-03-08T03:00:00-04:00'
    """
    there = zone_of(zone)
    naive = datetime.combine(day, clock)
    moment = naive.replace(tzinfo=there)
    back = moment.astimezone(zone_of("UTC")).astimezone(there)
    if back.replace(tzinfo=None) == naive:
        return moment
    return _end_of_gap(naive, there).replace(tzinfo=there)


def _end_of_gap(naive: datetime, there: ZoneInfo) -> datetime:
    """The first clock time at or after a skipped one that exists."""
    utc = zone_of("UTC")
    shift = (naive.replace(tzinfo=there, fold=0).utcoffset() or timedelta()) - (naive.replace(tzinfo=there, fold=1).utcoffset() or timedelta())
    low, high = naive, naive + abs(shift)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        exists = middle.replace(tzinfo=there).astimezone(utc).astimezone(there).replace(tzinfo=None) == middle
        low, high = (low, middle) if exists else (middle, high)
    return high
