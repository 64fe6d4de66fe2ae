"""Which month ends does a look back over months stand on? Pure days."""

from __future__ import annotations

from datetime import date, timedelta

MONTH_DAYS = range(28, 36)
"""Days between two runs that may stand for a month: only over such a step is a move from one 30-day bucket to the next a monthly rate."""


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month of a day, some months on (or back, negative).

    >>> month_start(date(2026, 1, 31), -1), month_start(date(2026, 12, 5), 1)
    (datetime.date(2025, 12, 1), datetime.date(2027, 1, 1))
    """
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def month_ends(on: date, months: int) -> tuple[date, ...]:
    """The last month ends that have come by the end of the day `on`, oldest first.

    >>> [str(day) for day in month_ends(date(2026, 3, 30), 2)], str(month_ends(date(2026, 2, 28), 1)[0])
    (['2026-01-31', '2026-02-28'], '2026-02-28')
    """
    tomorrow = month_start(on + timedelta(days=1))
    return tuple(month_start(tomorrow, -back) - timedelta(days=1) for back in reversed(range(months)))


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months from the month of one day to the month of another.

    >>> months_between(date(2025, 12, 31), date(2026, 1, 1))
    1
    """
    return (later.year - earlier.year) * 12 + later.month - earlier.month
