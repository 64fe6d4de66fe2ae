"""What does a rule have before it when it is judged?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.local_time import SECONDS_OF_A_DAY, day_at, local
from arrears.check.conduct.words import Happened
from arrears.core.parameters import Parameters, Reading, Unit
from arrears.core.reasons import Sentence

SEVERAL = 2


@dataclass(slots=True)
class Figures:
    """The figures of one rule on one day, by the name that the rule gives them; what was read is remembered, for on it the finding rests.

    Attributes:
        called: name in the rule → name of the parameter.
        known: what was read before of this rule on this day, so that it is looked up once.
    """

    called: Mapping[str, str]
    stated: Parameters
    day: date
    used: dict[str, Reading] = field(default_factory=dict)
    known: dict[str, Reading] = field(default_factory=dict)

    def read(self, name: str) -> Reading:
        """The figure on the day of the act.

        Raises:
            NoValue: nothing is stated for this day.
        """
        reading = self.known.get(name)
        if reading is None:
            reading = self.known[name] = self.stated.value_on(self.called[name], self.day)
        self.used[reading.name] = reading
        return reading

    def days_at_most(self, name: str) -> int | None:
        """How many days a figure says, to leave out what cannot matter; None where it is no number of days. Nothing comes to rest on it."""
        reading = self.known.get(name)
        if reading is not None:
            return reading.whole if reading.unit is Unit.DAYS else None
        parameter = self.stated.by_name[self.called[name]]
        held = [value.value for value in parameter.values if value.from_on <= self.day]
        return held[-1] if held and parameter.unit is Unit.DAYS and isinstance(held[-1], int) else None


@dataclass(slots=True)
class Case:
    """One act, one moment, one set of facts, and the figures of the rule that is judged.

    One case serves all rules of a verdict, each with its figures: what was worked out about the moment and its days is then worked out once.

    Attributes:
        stamp: the moment in seconds, as `Event.stamp` has it.
    """

    proposed: Proposed
    facts: Facts
    at: datetime
    zones: tuple[str, ...]
    figures: Figures
    stamp: float = field(init=False)
    _days: list[tuple[str, date]] = field(init=False)
    _local: dict[str, datetime] = field(default_factory=dict, init=False)
    _last_days: dict[tuple[frozenset[Happened], int], list[Event]] = field(default_factory=dict, init=False)
    _debt_by_debt: tuple[Case, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self.stamp = self.at.timestamp()
        self._days = [(zone, day_at(self.stamp, zone)) for zone in self.zones]

    def days(self) -> list[tuple[str, date]]:
        """The calendar day in each zone in which the person may be."""
        return self._days

    def local(self, zone: str) -> datetime:
        """The moment on the clock of this zone."""
        found = self._local.get(zone)
        if found is None:
            found = self._local[zone] = local(self.at, zone)
        return found

    def in_the_last(self, days: int, kinds: frozenset[Happened]) -> list[Event]:
        """What happened of these kinds in so many times 24 hours before the act, and at its moment; oldest first."""
        found = self._last_days.get((kinds, days))
        if found is None:
            found = self._last_days[kinds, days] = self.facts.between(kinds, self.stamp - days * SECONDS_OF_A_DAY, self.stamp)
        return found

    def debt_by_debt(self) -> tuple[Case, ...]:
        """The act as it is about each of its debts by itself; the act itself where it is about one, or about none in particular."""
        if len(self.proposed.debts) < SEVERAL:
            return (self,)
        if not self._debt_by_debt:
            self._debt_by_debt = tuple(self._about(debt) for debt in sorted(self.proposed.debts))
        for one in self._debt_by_debt:
            one.figures = self.figures  # of the rule that is judged now
        return self._debt_by_debt

    def _about(self, debt: str) -> Case:
        """The same moment, about one debt alone: what was worked out about the moment holds for it too."""
        one = self.seen_as(self.proposed.about(debt), self.at)
        one._local, one._last_days = self._local, self._last_days
        return one

    def seen_as(self, proposed: Proposed, at: datetime) -> Case:
        """The same facts, asked about another act at another moment."""
        return Case(proposed, self.facts, at, self.zones, self.figures)


class Judged(NamedTuple):
    """What the general part of a rule comes to, before its exceptions.

    Attributes:
        breach: the act would break the rule.
        speaks: the rule's subject was there at all; without a cease request the rule on cease requests does not speak.
        ends_at: the first moment at which, by passing of time alone, it would no longer; None where time alone does not help.
        used: what of the history it rests on.
        counted, limit: of rules that count.
        turning_day: of rules about a day: the first on which it may be, or the last by which it must be done.
        missing: the fact without which it cannot be judged; then it is a breach.
    """

    breach: bool
    speaks: bool = True
    ends_at: datetime | None = None
    used: tuple[Event, ...] = ()
    counted: int | None = None
    limit: int | None = None
    turning_day: date | None = None
    missing: Sentence | None = None


SILENT = Judged(breach=False, speaks=False)
KEPT = Judged(breach=False)


def add_period(day: date, reading: Reading, times: int = 1) -> date:
    """So much later as the figure says; the same day of a later month, or its last one.

    >>> from arrears.core.parameters import Confidence, DatedValue
    >>> stated = DatedValue(date(2020, 1, 1), 1, "a source", "1", Confidence.CONFIRMED)
    >>> [str(add_period(date(2024, 2, 29), Reading("kept", unit, "", stated))) for unit in (Unit.DAYS, Unit.MONTHS, Unit.YEARS)]
    ['2024-03-01', '2024-03-29', '2025-02-28']
    """
    return later(day, reading.unit, reading.whole * times)


def later(day: date, unit: Unit, count: int) -> date:
    """So many days, months or years later; the same day of the month, or its last one."""
    if unit is Unit.DAYS:
        return day + timedelta(days=count)
    assert unit in (Unit.MONTHS, Unit.YEARS), f"{unit} is not a length of time"
    months = day.year * 12 + day.month - 1 + count * (12 if unit is Unit.YEARS else 1)
    year, month = divmod(months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
