"""On which day does a period to keep something end?

A period counted in years or months ends with the day of the same number, and that day belongs to it; where the month has no such day, it
ends with the month's last (Civil Code of China arts 201 and 202: the first day is not counted). So what was recorded on 10 March 2026
and is kept for two years is kept through 10 March 2028 and may go on the 11th. Regulation F counts the same ("through").
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from arrears.core.parameters import Unit

MONTHS_A_YEAR = 12


def last_day_kept(start: date, count: int, unit: Unit) -> date:
    """Through which day does a period of `count` years, months or days last that began on `start`?

    >>> [str(last_day_kept(start, 2, Unit.YEARS)) for start in (date(2026, 3, 10), date(2024, 2, 29), date(2026, 2, 28))]
    ['2028-03-10', '2026-02-28', '2028-02-28']
    >>> str(last_day_kept(date(2026, 8, 31), 6, Unit.MONTHS)), str(last_day_kept(date(2026, 12, 31), 30, Unit.DAYS))
    ('2027-02-28', '2027-01-30')
    """
    if unit is Unit.DAYS:
        return start + timedelta(days=count)
    assert unit in (Unit.YEARS, Unit.MONTHS), f"a period is not counted in {unit.value}"
    months = start.year * MONTHS_A_YEAR + start.month - 1 + count * (MONTHS_A_YEAR if unit is Unit.YEARS else 1)
    year, month = divmod(months, MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
