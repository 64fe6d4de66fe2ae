"""On which days do instalments fall due?

Due date *i* is counted from the start, never from the due date before it, so that the 31st returns after a short month.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import Enum


class Unit(Enum):
    """In what is the distance of two due dates counted?"""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class MonthEndRule(Enum):
    """Which day stands for one that the month does not have?"""

    CLAMP_TO_LAST_DAY = "clamp_to_last_day"
    ROLL_TO_FIRST_OF_NEXT_MONTH = "roll_to_first_of_next_month"
    ALWAYS_LAST_DAY = "always_last_day"


def add_months(start: date, months: int, rule: MonthEndRule = MonthEndRule.CLAMP_TO_LAST_DAY) -> date:
    """Which day is so many months after this one?

    >>> add_months(date(2025, 1, 31), 1), add_months(date(2025, 1, 31), 1, MonthEndRule.ROLL_TO_FIRST_OF_NEXT_MONTH)
    (datetime.date(2025, 2, 28), datetime.date(2025, 3, 1))
    >>> add_months(date(2025, 4, 30), 1), add_months(date(2025, 4, 30), 1, MonthEndRule.ALWAYS_LAST_DAY)
    (datetime.date(2025, 5, 30), datetime.date(2025, 5, 31))
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if rule is MonthEndRule.ALWAYS_LAST_DAY:
        return date(year, month + 1, last)
    if start.day <= last:
        return date(year, month + 1, start.day)
    end = date(year, month + 1, last)
    return end if rule is MonthEndRule.CLAMP_TO_LAST_DAY else end + timedelta(1)


def step(start: date, times: int, unit: Unit, rule: MonthEndRule = MonthEndRule.CLAMP_TO_LAST_DAY) -> date:
    """Which day is so many units after this one?

    >>> step(date(2024, 1, 1), 2, Unit.WEEKS), step(date(2024, 1, 31), 1, Unit.MONTHS)
    (datetime.date(2024, 1, 15), datetime.date(2024, 2, 29))
    """
    if unit is Unit.MONTHS:
        return add_months(start, times, rule)
    return start + timedelta(times * (7 if unit is Unit.WEEKS else 1))


def due_dates(
    start: date, count: int, every: int, unit: Unit, rule: MonthEndRule = MonthEndRule.CLAMP_TO_LAST_DAY, first_due_on: date | None = None
) -> list[date]:
    """On which days do `count` instalments fall due, one each `every` units?

    Args:
        start: the day the loan was paid out.
        first_due_on: the first due date where it is not one ordinary period after the start; the others are counted from it.

    >>> [day.isoformat() for day in due_dates(date(2025, 1, 31), 3, 1, Unit.MONTHS)]
    ['2025-02-28', '2025-03-31', '2025-04-30']
    >>> [day.isoformat() for day in due_dates(date(2025, 1, 10), 3, 1, Unit.MONTHS, first_due_on=date(2025, 3, 31))]
    ['2025-03-31', '2025-04-30', '2025-05-31']
    """
    anchor, offset = (start, 1) if first_due_on is None else (first_due_on, 0)
    days = [step(anchor, (place + offset) * every, unit, rule) for place in range(count)]
    return days if first_due_on is None else [first_due_on, *days[1:]]
