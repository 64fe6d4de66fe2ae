"""When do so many months end?"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

_MONTHS = 12


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where it has no such day (as Regulation 1182/71 art. 3 counts).

    >>> months_after(date(2024, 2, 29), 12), months_after(date(2026, 11, 30), 3)
    (datetime.date(2025, 2, 28), datetime.date(2027, 2, 28))
    """
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
