"""Which limits of its own does this lender keep on a day, and who decided them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arrears.check.conduct.rule import Rule
from arrears.core.parameters import NoValue, Reading
from arrears.engine.conduct_packs import HOUSE, house_of, pack_named
from arrears.engine.home import Home


@dataclass(frozen=True, slots=True)
class HouseLimit:
    """One figure of the house: what holds on the day, what is shipped, and which rules use it."""

    question: str
    reading: Reading
    shipped: Reading | None
    rules: tuple[Rule, ...]

    @property
    def is_own(self) -> bool:
        """Did the lender set it, instead of keeping what is shipped?"""
        return self.shipped is None or self.reading.stated != self.shipped.stated


@dataclass(frozen=True, slots=True)
class HouseLimits:
    """The figures of the house on a day, and the rules that the lender added."""

    on: date
    limits: tuple[HouseLimit, ...]
    own_rules: tuple[Rule, ...]


def house_limits(home: Home, on: date) -> HouseLimits:
    """The limits of this home on a day.

    Raises:
        BadData: the lender's files are not understood; every field that is not is named.

    >>> from pathlib import Path
    >>> found = house_limits(Home(Path("/nowhere")), date(2026, 12, 1))
    >>> [(limit.reading.name, limit.reading.whole) for limit in found.limits if limit.reading.name == "house_calls_in_window"], found.own_rules
    ([('house_calls_in_window', 7)], ())
    """
    house, shipped = house_of(home), pack_named(HOUSE)
    limits = []
    for figure in house.parameters:
        try:
            reading = figure.value_on(on)
        except NoValue:
            continue
        rules = tuple(rule for rule in house.rules if figure.name in rule.parameters.values())
        limits.append(HouseLimit(figure.question, reading, _shipped(figure.name, on), rules))
    names = {rule.name for rule in shipped.rules}
    return HouseLimits(on, tuple(limits), tuple(rule for rule in house.rules if rule.name not in names))


def _shipped(name: str, on: date) -> Reading | None:
    try:
        return pack_named(HOUSE).parameters.value_on(name, on)
    except NoValue:
        return None
