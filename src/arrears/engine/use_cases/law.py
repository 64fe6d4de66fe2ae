"""What does the law set here, asked without a book: a fee, a last day, a threshold, a clock?

The figures lie with the rule packs; the arithmetic with the stage that asks it. Here both are brought together with a calendar of
non-working days, and the answer is made ready for people and for machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

from arrears.core.money import format_money
from arrears.core.parameters import Parameters
from arrears.core.reasons import Language, Sentence
from arrears.core.workings import Worked
from arrears.decide.escalation.counting import LastDay
from arrears.engine.due_days import YEARS, calendar_of, known_until
from arrears.engine.legal_figures import figures_of
from arrears.engine.use_cases.law_words import LABELS, NO, NOT_KNOWN, YES, label_of

CHINA, EUROPE, KINGDOM, STATES = "china", "eu", "uk", "us"
CURRENCY = {CHINA: "CNY", EUROPE: "EUR", KINGDOM: "GBP", STATES: "USD"}


def law_of(place: str) -> Parameters:
    """The dated figures of one jurisdiction."""
    return figures_of(place)[0]


class DaysOff(AbstractSet[date]):
    """The days on which nobody works in a country, looked up one by one: a period may end in any year."""

    def __init__(self, country: str) -> None:
        self._calendar = calendar_of(country)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and not self._calendar.is_working_day(day)

    def __iter__(self) -> Iterator[date]:
        first, last = date(YEARS[0], 1, 1).toordinal(), date(YEARS[-1], 12, 31).toordinal()
        return (day for day in map(date.fromordinal, range(first, last + 1)) if day in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def days_off_in_china() -> DaysOff:
    """The days on which nobody works in mainland China, make-up working days taken out.

    >>> [day in days_off_in_china() for day in (date(2025, 10, 1), date(2025, 10, 9), date(2025, 10, 11), date(2025, 10, 12))]
    [True, False, False, True]
    """
    return DaysOff("CN")


def calendar_remark(last: date | None) -> Sentence | None:
    """What is to be said of the calendar when a last day lies in a year whose holidays China has not decreed yet."""
    reach = known_until("CN")
    if last is None or last.year <= reach:
        return None
    return Sentence(
        f"China's holidays are known up to {reach}: a holiday in {last.year} may move the last day. Act before it.", f"法定节假日安排仅知至{reach}年，{last.year}年的最后一日可能顺延，请提前办理。"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer ready to be shown.

    Attributes:
        question: what was asked.
        worked: the figure with its working.
        currency: of its amounts.
        remarks: what else a reader must know.
    """

    question: Sentence
    worked: Worked[Any]
    currency: str
    remarks: tuple[Sentence, ...] = ()

    def rows(self, language: Language) -> list[tuple[str, str]]:
        """Label and value of everything that was found, for people."""
        return [(label_of(name).in_language(language), self._said(name, value, language)) for name, value in _flat(self.worked.figure)]

    def _said(self, name: str, value: Any, language: Language) -> str:
        if value is None:
            return NOT_KNOWN.in_language(language)
        if isinstance(value, bool):
            return (YES if value else NO).in_language(language)
        if name.endswith("_minor"):
            return format_money(value, self.currency, language)
        if name.endswith("_rate"):
            return f"{value.scaleb(2).normalize():f} %"
        if isinstance(value, tuple):
            return ", ".join(label_of(str(one)).in_language(language) for one in value) or NO.in_language(language)
        return label_of(value.value).in_language(language) if isinstance(value, Enum) else str(value)

    def in_json(self) -> dict[str, Any]:
        """The whole answer for machines: amounts in minor units, the working in both languages, the figures it rests on."""
        return {
            "question": _both(self.question),
            "currency": self.currency,
            "found": {name: value.value if isinstance(value, Enum) else value for name, value in _flat(self.worked.figure)},
            "working": [_both(line) for line in self.worked.working],
            "figures": [
                {"figure": one.name, "value": str(one.stated.value), "unit": one.unit.value, "since": one.stated.from_on, "source": one.citation, "certain": one.certain}
                for one in self.worked.readings
            ],
            "certain": self.worked.certain,
            "unconfirmed": [one.name for one in self.worked.unconfirmed],
            "remarks": [_both(line) for line in self.remarks],
        }


def answer(question: Sentence, found: Worked[Any], place: str, *remarks: Sentence | None) -> Answer:
    """Put an answer together; remarks that are none are left out."""
    return Answer(question, found, CURRENCY[place], tuple(one for one in remarks if one is not None))


def _both(said: Sentence) -> dict[str, str]:
    return {"en": said.en, "zh": said.zh}


def _flat(figure: Any) -> Sequence[tuple[str, Any]]:
    """Names and values of what was found: a dataclass by its fields and properties, a last day as counted and as moved."""
    if not is_dataclass(figure):
        return [("figure_minor" if type(figure) is int else "figure", figure)]
    found: list[tuple[str, Any]] = []
    for name in [*(one.name for one in fields(figure)), *_properties(figure)]:
        value = getattr(figure, name)
        if isinstance(value, LastDay):
            found += [(f"{name}", value.moved)] if value.moved == value.counted else [(f"{name}_counted", value.counted), (name, value.moved)]
        else:
            found.append((name, value))
    return found


def _properties(figure: object) -> list[str]:
    return [name for name, value in vars(type(figure)).items() if isinstance(value, property) and name in LABELS]
