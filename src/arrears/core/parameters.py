"""Which figure does the law set on this day, and how sure are we of it?

A legal figure (90 days, 1 %, EUR 100) is data: it stands in a dated YAML file with its unit, source and article, a new value below
the old one. Each value says how well it is confirmed, and that travels with it: whoever decides by an unconfirmed figure must be
able to defer to a person. Nothing is read from disk here but what a caller hands in as text or as an open folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any, Protocol

import yaml

from arrears.core.problems import BadData, Refused
from arrears.core.scales import Scale, Segment
from arrears.core.strict_yaml import NothingTwice

Value = int | Decimal | bool | str | date | time | Scale


class Confidence(StrEnum):
    """How well is a figure confirmed?"""

    CONFIRMED = "confirmed"
    """The words of the rule were read, or sound sources independent of one another agree."""
    SINGLE_SOURCE = "single_source"
    """One secondary source says so; the rule itself was not read."""
    MEMORY = "memory"
    """Recalled and not yet looked up: a person must confirm it before anything rests on it."""


class Unit(StrEnum):
    """What is a figure counted in, and so how is it written in the file?"""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    COUNT = "count"
    AMOUNT_MINOR = "amount_minor"
    """Minor units of the parameter's `currency`."""
    SHARE = "share"
    """A part of one, written as text ("0.01" is 1 %), because YAML would make a binary fraction of it."""
    CODE = "code"
    DAY = "day"
    YES_NO = "yes_no"
    SCALE = "scale"
    """A graduated scale in minor units of the parameter's `currency`: a list of segments `{above, share, once}`, lowest first."""
    TIME_OF_DAY = "time_of_day"
    """Hours and minutes on the local clock, written as text ("22:00"), because YAML would make a number of it."""


_WRITTEN_AS: Mapping[Unit, type] = {
    Unit.DAYS: int,
    Unit.MONTHS: int,
    Unit.YEARS: int,
    Unit.COUNT: int,
    Unit.AMOUNT_MINOR: int,
    Unit.SHARE: str,
    Unit.CODE: str,
    Unit.DAY: date,
    Unit.YES_NO: bool,
    Unit.SCALE: list,
    Unit.TIME_OF_DAY: str,
}
_IN_A_CURRENCY = frozenset({Unit.AMOUNT_MINOR, Unit.SCALE})


class NoValue(Refused, LookupError):
    """The parameter has no value on this day: it is not stated, did not hold yet, or holds no longer."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What is stated from a day on. `value` is None where the rule ceased to hold on `from_on`."""

    from_on: date
    value: Value | None
    source: str
    article: str
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as it stands on one day, with everything a reader needs to trust or to doubt it."""

    name: str
    unit: Unit
    currency: str
    stated: DatedValue

    @property
    def certain(self) -> bool:
        """May something rest on this figure without a person's word?"""
        return self.stated.confidence is Confidence.CONFIRMED

    @property
    def citation(self) -> str:
        """Where it stands, in one line: article, source, confidence."""
        return f"{self.stated.article} ({self.stated.source}; {self.stated.confidence.value})"

    @property
    def whole(self) -> int:
        """The figure as a whole number of its unit (days, months, years, minor units)."""
        value = self.stated.value
        assert isinstance(value, int) and not isinstance(value, bool), f"{self.name} is not a whole number"
        return value

    @property
    def share(self) -> Decimal:
        """The figure as a part of one, exactly."""
        assert isinstance(self.stated.value, Decimal), f"{self.name} is not a share"
        return self.stated.value

    @property
    def scale(self) -> Scale:
        """The graduated scale that it states."""
        assert isinstance(self.stated.value, Scale), f"{self.name} is not a scale"
        return self.stated.value

    @property
    def day(self) -> date:
        """The day that it states."""
        assert isinstance(self.stated.value, date), f"{self.name} is not a day"
        return self.stated.value

    @property
    def yes(self) -> bool:
        """The yes or no that it states."""
        assert isinstance(self.stated.value, bool), f"{self.name} is not a yes or no"
        return self.stated.value

    @property
    def clock(self) -> time:
        """The figure as a time of day."""
        assert isinstance(self.stated.value, time), f"{self.name} is not a time of day"
        return self.stated.value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One legal figure through time: the question it answers, its unit, its values, oldest first."""

    name: str
    question: str
    unit: Unit
    currency: str
    values: tuple[DatedValue, ...]

    def value_on(self, day: date) -> Reading:
        """What holds on this day?

        Raises:
            NoValue: before the first value, and after the rule ceased to hold.
        """
        held = [stated for stated in self.values if stated.from_on <= day]
        if not held:
            raise NoValue(
                f"The figure “{self.name}” is not known for {day}: its first value holds from {self.values[0].from_on}.",
                "A later figure must not be applied to an earlier day.",
                "Ask about a later day, or add the earlier value with its source to the parameter file.",
            )
        if held[-1].value is None:
            raise NoValue(
                f"The figure “{self.name}” holds no longer since {held[-1].from_on}.",
                "Nothing may rest on a rule that has ended.",
                "Look for what followed it.",
            )
        return Reading(self.name, self.unit, self.currency, held[-1])


@dataclass(frozen=True, slots=True)
class Parameters:
    """All figures of one jurisdiction, by name.

    >>> text = '''
    ... limit_days:
    ...   question: From which day on is a debt bad?
    ...   unit: days
    ...   values:
    ...     - {from: 2020-01-01, value: 180, source: a textbook, article: "1", confidence: memory}
    ...     - {from: 2021-01-01, value: 90, source: the law itself, article: "1", confidence: confirmed}
    ... '''
    >>> figures = read_parameters({"limits.yaml": text})
    >>> [(figures.value_on("limit_days", day).whole, figures.value_on("limit_days", day).certain) for day in (date(2020, 12, 31), date(2021, 1, 1))]
    [(180, False), (90, True)]
    >>> figures.value_on("limit_days", date(2019, 12, 31))
    Traceback (most recent call last):
    ...
    arrears.core.parameters.NoValue: The figure “limit_days” is not known for 2019-12-31: its first value holds from 2020-01-01. ...
    """

    by_name: Mapping[str, Parameter]

    def value_on(self, name: str, day: date) -> Reading:
        """Which figure holds on this day? The reading carries its source and whether it is certain.

        Raises:
            NoValue: where the name is not stated, or has no value on this day.
        """
        if name not in self.by_name:
            raise NoValue(
                f"No figure is called “{name}”.",
                "What rests on it cannot be told.",
                f"The parameter files state: {', '.join(sorted(self.by_name)) or 'nothing'}.",
            )
        return self.by_name[name].value_on(day)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.by_name.values())

    def joined(self, others: Parameters) -> Parameters:
        """Both sets as one; a name stated in both is refused, because nobody could tell which holds."""
        twice = self.by_name.keys() & others.by_name.keys()
        if twice:
            raise BadData(
                f"Stated twice: {', '.join(sorted(twice))}.",
                "Nobody could tell which figure holds.",
                "Keep one of them.",
            )
        return Parameters({**self.by_name, **others.by_name})


class Folder(Protocol):
    """What is needed of a folder: `pathlib.Path` and `importlib.resources` both give it."""

    @property
    def name(self) -> str:
        """Last part of the path."""

    def iterdir(self) -> Iterable[Any]:
        """What lies in it."""


def texts_in(folder: Folder) -> dict[str, str]:
    """The YAML texts of an open folder, by file name; in the order of the names, whatever the disk says."""
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {entry.name: entry.read_text(encoding="utf-8") for entry in sorted(files, key=lambda entry: str(entry.name))}


def read_parameters(texts: Mapping[str, str]) -> Parameters:
    """Which figures do these YAML texts state?

    Args:
        texts: text by file name; the name is used in messages only.

    Raises:
        BadData: a text that is no YAML, a field or unit not known, a value without source, article or confidence, a value that does
            not fit its unit, dates that do not ascend, a name stated twice.
    """
    found = Parameters({})
    for file, text in texts.items():
        content = _content(file, text)
        found = found.joined(
            Parameters({name: _parameter(f"{file}: {name}", name, stated) for name, stated in content.items()})
        )
    return found


class _Loader(NothingTwice, yaml.SafeLoader):
    """YAML in which a key given twice is an error."""


def _refuse(where: str, what: str) -> BadData:
    return BadData(f"{where}: {what}", "A legal figure must not be guessed.", "Correct the parameter file.")


def _content(file: str, text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 — a SafeLoader
    except (yaml.YAMLError, ValueError) as trouble:  # a date that does not exist is a ValueError
        raise _refuse(file, f"this is not the YAML we expect: {trouble}") from trouble
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise _refuse(file, "expected parameter names, each with question, unit and values.")
    return content


def _fields(where: str, stated: object, needed: frozenset[str], allowed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(stated, dict):
        raise _refuse(where, f"expected the fields {', '.join(sorted(needed))}.")
    missing, unknown = needed - stated.keys(), stated.keys() - needed - allowed
    if missing or unknown:
        raise _refuse(
            where,
            f"missing: {', '.join(sorted(missing)) or 'nothing'}; not known: {', '.join(sorted(map(str, unknown))) or 'nothing'}.",
        )
    return stated


def _parameter(where: str, name: str, stated: object) -> Parameter:
    fields = _fields(where, stated, frozenset({"question", "unit", "values"}), frozenset({"currency"}))
    if fields["unit"] not in list(Unit):
        raise _refuse(where, f"the unit “{fields['unit']}” is not known.")
    unit = Unit(fields["unit"])
    currency = fields.get("currency", "")
    if (unit in _IN_A_CURRENCY) != bool(currency):
        raise _refuse(where, "an amount needs its currency, and nothing else has one.")
    if not isinstance(fields["values"], list) or not fields["values"]:
        raise _refuse(where, "values is a list with at least one entry.")
    values = tuple(_dated(where, unit, entry) for entry in fields["values"])
    days = [value.from_on for value in values]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise _refuse(where, "a new value is added below the old one: the dates must ascend.")
    return Parameter(name, _text(where, "question", fields["question"]), unit, currency, values)


def _text(where: str, field: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _refuse(where, f"{field} must be a text that says something.")
    return value.strip()


def _dated(where: str, unit: Unit, entry: object) -> DatedValue:
    fields = _fields(where, entry, frozenset({"from", "value", "source", "article", "confidence"}), frozenset({"note"}))
    if type(fields["from"]) is not date:
        raise _refuse(where, f"from must be a day such as 2024-01-31, not “{fields['from']}”.")
    if fields["confidence"] not in list(Confidence):
        raise _refuse(where, f"confidence is one of {', '.join(Confidence)}, not “{fields['confidence']}”.")
    return DatedValue(
        fields["from"],
        _value(where, unit, fields["value"]),
        _text(where, "source", fields["source"]),
        _text(where, "article", fields["article"]),
        Confidence(fields["confidence"]),
        str(fields.get("note", "")).strip(),
    )


def _value(where: str, unit: Unit, value: object) -> Value | None:
    if value is None:
        return None
    if type(value) is not _WRITTEN_AS[unit]:
        raise _refuse(where, f"“{value}” is not written as {unit.value} are ({_WRITTEN_AS[unit].__name__}).")
    if isinstance(value, int) and value < 0:
        raise _refuse(where, f"{value} is below zero.")
    if isinstance(value, list):
        return _scale(where, value)
    if unit is Unit.TIME_OF_DAY:
        return _time_of_day(where, str(value))
    return _share(where, str(value)) if unit is Unit.SHARE else value  # type: ignore[return-value]  # its type was just compared


def _scale(where: str, segments: list[object]) -> Scale:
    try:
        return Scale(tuple(_segment(where, segment) for segment in segments))
    except ValueError as trouble:
        raise _refuse(where, f"{trouble}.") from trouble


def _segment(where: str, stated: object) -> Segment:
    fields = _fields(where, stated, frozenset({"above", "share"}), frozenset({"once"}))
    amounts = fields["above"], fields.get("once", 0)
    if any(type(amount) is not int or amount < 0 for amount in amounts) or not isinstance(fields["share"], str):
        raise _refuse(where, "a segment has above and once in whole minor units, and share as text.")
    return Segment(amounts[0], _share(where, fields["share"]), amounts[1])


def _share(where: str, text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation as trouble:
        raise _refuse(where, f"“{text}” is not a number.") from trouble
    if not (share.is_finite() and 0 <= share <= 1):
        raise _refuse(where, f'{text} is not a part of one; write 1 % as "0.01".')
    return share


def _time_of_day(where: str, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as trouble:
        raise _refuse(where, f"“{text}” is not a time of day such as 08:00.") from trouble
