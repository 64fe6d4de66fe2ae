"""When does a period of law end?

The first day is left out; a period of months or years ends on the day of the same number, or on the last day of a month that has none
(Civil Code of China arts 201 and 202; the same in Regulation 1182/71 and at common law). A last day on which nobody works moves to the next
working day where the law of the place says so (art. 203); which days those are is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from arrears.assess.classification.months import months_after
from arrears.core.calendars import Shift, moved_day
from arrears.core.money import format_money
from arrears.core.parameters import NoValue, Parameter, Parameters, Reading, Unit
from arrears.core.reasons import Sentence

Days = AbstractSet[date]
NO_DAYS: Days = frozenset()
_MONTHS_OF = {Unit.MONTHS: 1, Unit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of a period: as counted, and moved to a working day where it had to be."""

    counted: date
    moved: date

    def still_open_on(self, day: date) -> bool:
        """May it still be done on this day?"""
        return day <= self.moved


def days_after(start: date, days: int) -> date:
    """The day so many days later."""
    return start + timedelta(days=days)


def period_end(start: date, length: Reading, times: int = 1) -> date:
    """The last day of a period that begins with the day after `start`; `length` is in days, months or years.

    >>> from arrears.core.parameters import Confidence, DatedValue
    >>> three_years = Reading("limit", Unit.YEARS, "", DatedValue(date(2017, 10, 1), 3, "the law", "188", Confidence.CONFIRMED))
    >>> period_end(date(2024, 2, 29), three_years), period_end(date(2023, 3, 15), three_years)
    (datetime.date(2027, 2, 28), datetime.date(2026, 3, 15))
    """
    if length.unit is Unit.DAYS:
        return days_after(start, length.whole * times)
    return months_after(start, length.whole * times * _MONTHS_OF[length.unit])


def begun_anew(start: date, end_of: Callable[[date], date], restarts: Iterable[date]) -> Iterator[tuple[date, bool, date]]:
    """Each thing that begins a period anew: its day, whether the period still ran, and the last day of the period after it.

    What happens after the end begins nothing. Stated once, for who asks and for the rule of conduct.

    >>> def two_days(day):
    ...     return days_after(day, 2)
    >>> [(in_time, str(until)) for _, in_time, until in begun_anew(date(2026, 3, 1), two_days, [date(2026, 3, 9), date(2026, 3, 3)])]
    [(True, '2026-03-05'), (False, '2026-03-05')]
    """
    until = end_of(start)
    for day in sorted(restarts):
        in_time = day <= until
        until = end_of(day) if in_time else until
        yield day, in_time, until


def last_day(start: date, length: Reading, non_working: Days = NO_DAYS) -> LastDay:
    """The last day of a period, moved where nobody works on it."""
    return moved(period_end(start, length), non_working)


def moved(day: date, non_working: Days) -> LastDay:
    """A last day as counted and as moved to the next working day."""
    return LastDay(day, moved_day(day, non_working, Shift.FOLLOWING))


def working_days_after(start: date, days: int, non_working: Days) -> date:
    """The day so many working days later; the first day is left out.

    >>> str(working_days_after(date(2026, 3, 5), 2, {date(2026, 3, 7), date(2026, 3, 8)}))
    '2026-03-09'
    """
    day = start
    for _ in range(days):
        day = moved_day(days_after(day, 1), non_working, Shift.FOLLOWING)
    return day


def money(minor: int, currency: str = "CNY") -> str:
    """An amount as a working writes it, without its currency.

    >>> money(330000)
    '3,300.00'
    """
    return format_money(minor, currency, "en", with_currency=False)


def said(en: str, zh: str, **parts: object) -> Sentence:
    """A line of a working: the same parts put into both languages.

    >>> said("{day} is the last day.", "{day}为最后一日。", day=date(2026, 3, 15)).zh
    '2026-03-15为最后一日。'
    """
    return Sentence(en.format(**parts), zh.format(**parts))


_UNITS = {Unit.DAYS: ("days", "日"), Unit.MONTHS: ("months", "个月"), Unit.YEARS: ("years", "年")}


def length_said(length: Reading) -> Sentence:
    """A length in words.

    >>> from arrears.core.parameters import Confidence, DatedValue
    >>> length_said(Reading("limit", Unit.YEARS, "", DatedValue(date(2017, 10, 1), 3, "the law", "188", Confidence.CONFIRMED))).zh
    '3年'
    """
    english, chinese = _UNITS[length.unit]
    return Sentence(f"{length.whole} {english if length.whole != 1 else english[:-1]}", f"{length.whole}{chinese}")


def counted_line(start: date, length: Reading, end: LastDay) -> Sentence:
    """The line of a working that counts a period."""
    long = length_said(length)
    moves = end.moved != end.counted
    return Sentence(
        f"{start} + {long.en} = {end.counted}" + (f", nobody works that day: {end.moved}" if moves else "") + f" ({length.stated.article})",
        f"{start} + {long.zh} = {end.counted}" + (f"，当日为非工作日，顺延至{end.moved}" if moves else "") + f"（{length.stated.article}）",
    )


def at_or_first(parameters: Parameters, name: str, day: date) -> Reading:
    """The figure that holds on the day; for a day before the first value, the first one.

    Only for figures whose later text restates older law, where a claim older than the text is asked about today.
    """
    try:
        return parameters.value_on(name, day)
    except NoValue:
        known: Parameter | None = parameters.by_name.get(name)
        if known is None or known.values[0].value is None or day >= known.values[0].from_on:
            raise
        return Reading(known.name, known.unit, known.currency, known.values[0])
