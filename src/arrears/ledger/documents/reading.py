"""Which forms can a value of a document have, and how is one refused?

Every value is read as text, so that no amount passes through a binary fraction; amounts are in major units of the document's currency. A
`Form` says what to write, gives an example, and reads; a `Document` is a list of named forms. A wrong value is a `FieldNotValid`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, NoReturn, Protocol, TypeVar

import yaml

from arrears.core.money import AmountNotValid, minor_digits, parse_minor
from arrears.core.problems import BadData, WrongCall
from arrears.core.strict_yaml import NothingTwice

LONGEST_TEXT = 200
"""Characters of one value; nothing that is written by hand is longer."""
SHOWN_AT_MOST = 40
NOTHING_FOLLOWS = "Nothing can be worked out from that."
FIRST_YEAR, LAST_YEAR = 1900, 2200
_PERCENTAGE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,12})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Made = TypeVar("Made")


class FieldNotValid(BadData):
    """One field of a document is missing, not known or wrong. `field` names it as it is written; `remedy` says what to write."""

    def __init__(self, field: str, what: str, remedy: str) -> None:
        self.field = field
        super().__init__(what, NOTHING_FOLLOWS, remedy)


def refuse(field: str, stated: object, wanted: str) -> NoReturn:
    """Say that this field holds this value, and what it should hold.

    >>> refuse("count", ["1"], "a whole number")
    Traceback (most recent call last):
    ...
    arrears.ledger.documents.reading.FieldNotValid: count is a list. Nothing can be worked out from that. Write count as a whole number.
    """
    raise FieldNotValid(field, f"{field} is {_shown(stated)}.", f"Write {field} as {wanted}.")


def _shown(stated: object) -> str:
    """A value in a message: never more than a line, and nothing that a terminal would obey, whatever was written."""
    if isinstance(stated, str):
        return f"“{_name(stated)}”" if stated.strip() else "empty"
    return "a list" if isinstance(stated, list) else "a group of fields" if isinstance(stated, dict) else "not there"


class Form(Protocol):
    """One form of value."""

    @property
    def wanted(self) -> str:
        """What to write, after “Write … as”."""

    @property
    def example(self) -> Any:
        """A value of this form, as it is written."""

    def read(self, field: str, stated: object, currency: str) -> Any:
        """The value, or `FieldNotValid` with the name of the field."""


def _one_text(form: Form, field: str, stated: object) -> str:
    """The text of a single value, without anything that a terminal would obey."""
    if not isinstance(stated, str) or not stated.strip() or len(stated) > LONGEST_TEXT or not stated.isprintable():
        refuse(field, stated, form.wanted)
    return stated.strip()


@dataclass(frozen=True, slots=True)
class Text:
    """A name in a few words."""

    wanted: str = "a name in a few words"
    example: str = "A"

    def read(self, field: str, stated: object, currency: str) -> str:
        """The name."""
        return _one_text(self, field, stated)


@dataclass(frozen=True, slots=True)
class CurrencyCode:
    """An ISO 4217 code."""

    wanted: str = "an ISO 4217 code, such as CNY"
    example: str = "CNY"

    def read(self, field: str, stated: object, currency: str) -> str:
        """The code, if the currency exists."""
        text = _one_text(self, field, stated)
        try:
            minor_digits(text)
        except AmountNotValid:
            refuse(field, stated, self.wanted)
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, not negative."""

    wanted: str = "a whole number, such as 12"
    example: str = "12"
    lowest: int = 0
    highest: int = 999_999_999

    def read(self, field: str, stated: object, currency: str) -> int:
        """The number."""
        text = _one_text(self, field, stated)
        if not _WHOLE.fullmatch(text) or not self.lowest <= int(text) <= self.highest:
            refuse(field, stated, self.wanted)
        return int(text)


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage without its sign; goes out as a share of one."""

    wanted: str = "a percentage without its sign, such as 12 or 4.35"
    example: str = "12"

    def read(self, field: str, stated: object, currency: str) -> Decimal:
        """The share of one: 12 becomes 0.12."""
        text = _one_text(self, field, stated)
        if not _PERCENTAGE.fullmatch(text):
            refuse(field, stated, self.wanted)
        return Decimal(text).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    wanted: str = "a day from the years 1900 to 2200, such as 2026-01-31"
    example: str = "2026-01-31"

    def read(self, field: str, stated: object, currency: str) -> date:
        """The day, if the calendar has it."""
        text = _one_text(self, field, stated)
        try:
            found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            refuse(field, stated, self.wanted)
        return found


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in major units; goes out in minor units."""

    wanted: str = "an amount of zero or more, such as 1200.00"
    example: str = "1200.00"
    signed: bool = False

    def read(self, field: str, stated: object, currency: str) -> int:
        """The minor units; what does not fit the currency is refused, never rounded."""
        text = _one_text(self, field, stated)
        try:
            found = parse_minor(text, currency)
        except (AmountNotValid, ValueError):  # A figure of thousands of digits is a ValueError of its own.
            refuse(field, stated, f"{self.wanted}; {currency} has {minor_digits(currency)} decimals")
        if found < 0 and not self.signed:
            refuse(field, stated, self.wanted)
        return found


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""

    wanted: str = "yes or no"
    example: str = "yes"

    def read(self, field: str, stated: object, currency: str) -> bool:
        """Whether it is so; JSON's true and false are understood."""
        answer = {"yes": True, "true": True, "no": False, "false": False}.get(_one_text(self, field, stated).lower())
        if answer is None:
            refuse(field, stated, self.wanted)
        return answer


class OneOf:
    """One of the names that are known."""

    def __init__(self, named: type[Enum] | Mapping[str, Any]) -> None:
        self.known: dict[str, Any] = dict(named) if isinstance(named, Mapping) else {str(one.value): one for one in named}

    @property
    def wanted(self) -> str:
        """All the names."""
        return f"one of {', '.join(self.known)}"

    @property
    def example(self) -> str:
        """The first name."""
        return next(iter(self.known))

    def read(self, field: str, stated: object, currency: str) -> Any:
        """What the name stands for."""
        text = _one_text(self, field, stated)
        if text not in self.known:
            refuse(field, stated, self.wanted)
        return self.known[text]


@dataclass(frozen=True, slots=True)
class Field:
    """A form, whether it must be there, and the name of the record's argument where that is another."""

    form: Form
    needed: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields inside a field; `beside` gives examples of such as are needed together only."""

    fields: Mapping[str, Field]
    wanted: str = "a group of fields"
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def example(self) -> dict[str, Any]:
        """The fields that must be there."""
        return {**{name: one.form.example for name, one in self.fields.items() if one.needed}, **self.beside}

    def read(self, field: str, stated: object, currency: str) -> dict[str, Any]:
        """The values, by the names of the record's arguments."""
        if not isinstance(stated, dict):
            refuse(field, stated, self.wanted)
        return read_fields(field, stated, self.fields, currency)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `each` names one row in messages: “instalment” makes “due_on of instalment 1”. `once`: no row may stand there twice."""

    form: Form
    each: str
    lowest: int = 0
    highest: int = 10_000
    once: bool = False

    @property
    def wanted(self) -> str:
        """How many of what."""
        rows = f"a list of {f'at least {self.lowest} and ' if self.lowest else ''}at most {self.highest:,} rows"
        each = f"with {', '.join(self.form.fields)}" if isinstance(self.form, Group) else self.form.wanted
        return f"{rows}, each {each}{', none of them twice' if self.once else ''}"

    @property
    def example(self) -> list[Any]:
        """As many rows as there must be."""
        return [self.form.example] * max(1, self.lowest)

    def read(self, field: str, stated: object, currency: str) -> list[Any]:
        """The rows in the order in which they are written."""
        if not isinstance(stated, list) or not self.lowest <= len(stated) <= self.highest:
            refuse(field, stated, self.wanted)
        of = f" of {field.partition(' of ')[2]}" if " of " in field else ""
        rows = [self.form.read(f"{self.each} {number}{of}", row, currency) for number, row in enumerate(stated, 1)]
        if self.once and (again := first_again(rows)) is not None:
            raise FieldNotValid(field, f"{field} names {_shown(stated[again])} twice.", f"Write {field} as {self.wanted}.")
        return rows


def first_again(rows: Sequence[Hashable]) -> int | None:
    """At which place does something stand that stood before?

    >>> first_again("abca"), first_again("abc")
    (3, None)
    """
    seen = set[Hashable]()
    for place, row in enumerate(rows):
        if row in seen:
            return place
        seen.add(row)
    return None


def read_fields(where: str, stated: Mapping[str, Any], fields: Mapping[str, Field], currency: str) -> dict[str, Any]:
    """The values of fields by the names of the record's arguments; `where` is empty for the document itself.

    Raises:
        FieldNotValid: a field is missing, not known or not valid.
    """
    of = f" of {where}" if where else ""
    for name in stated:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, 1)
            raise FieldNotValid(
                f"{_name(name)}{of}", f"{_name(name)}{of} is not a field that is known here.", f"{f'Perhaps {near[0]} is meant. ' if near else ''}The fields are {', '.join(fields)}."
            )
    missing = [name for name, one in fields.items() if one.needed and name not in stated]
    if missing:
        said = f"{', '.join(missing)}{of} {'is' if len(missing) == 1 else 'are'} missing."
        raise FieldNotValid(f"{missing[0]}{of}", said, "; ".join(f"Write {name}{of} as {fields[name].form.wanted}" for name in missing) + ".")
    return {fields[name].to or name: fields[name].form.read(f"{name}{of}", value, currency) for name, value in stated.items()}


def _name(stated: str) -> str:
    """A text, cut and printable."""
    plain = "".join(one if one.isprintable() else "�" for one in stated[:SHOWN_AT_MOST])
    return plain if len(stated) <= SHOWN_AT_MOST else f"{plain}…"


def _currency_of(stated: Mapping[str, Any]) -> str:
    """The document's currency: every amount is read in it, so it is read before the other fields."""
    form = CurrencyCode()
    if "currency" not in stated:
        raise FieldNotValid("currency", "currency is missing.", f"Write currency as {form.wanted}.")
    return form.read("currency", stated["currency"], "")


@dataclass(frozen=True, slots=True)
class Document(Generic[Made]):
    """A kind of document: its name, its fields, and the record that is made of them. One field is `currency`.

    Args:
        make: gets the values by the names of the record's arguments. A `WrongCall` of the record that carries the name of an argument
            (`field`) is told with the name of the document's field.
        more_example: what the smallest whole document needs beside the examples of the fields that must be there.
    """

    name: str
    fields: Mapping[str, Field]
    make: Callable[[dict[str, Any]], Made]
    more_example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def example(self) -> dict[str, Any]:
        """The smallest whole document."""
        return Group(self.fields, beside=self.more_example).example

    def read(self, text: str) -> Made:
        """What this text says.

        Raises:
            BadData: it is no document of this kind; a wrong field is a `FieldNotValid`.
        """
        return self.made_of(mapping_in(text, self.name))

    def made_of(self, stated: Mapping[str, Any]) -> Made:
        """The record of these fields, as they are written."""
        values = read_fields("", stated, self.fields, _currency_of(stated))
        try:
            return self.make(values)
        except WrongCall as trouble:
            raise self._in_its_words(trouble, stated) from None

    def _in_its_words(self, trouble: WrongCall, stated: Mapping[str, Any]) -> BadData:
        """The refusal of a record, told of the field as it is written here."""
        argument = getattr(trouble, "field", "")
        for name, one in self.fields.items():
            if argument and (one.to or name) == argument:
                return FieldNotValid(name, f"{name} is {_shown(stated.get(name))}, which is outside its range.", f"Write {name} as {one.form.wanted}.")
        return BadData(trouble.what, trouble.why or NOTHING_FOLLOWS, trouble.remedy)


@dataclass(frozen=True, slots=True)
class Kinds(Generic[Made]):
    """Documents of several kinds, told apart by their field `kind`.

    Args:
        usual: the kind of a document that does not say it, from its fields; None: it must be said.
    """

    name: str
    kinds: Mapping[str, Document[Made]]
    usual: Callable[[Mapping[str, Any]], str] | None = None

    def read(self, text: str) -> Made:
        """What this text says.

        Raises:
            BadData: it is no document of a kind that is known here; a wrong field is a `FieldNotValid`.
        """
        stated = mapping_in(text, self.name)
        known = OneOf({name: name for name in self.kinds})
        if "kind" not in stated and self.usual is None:
            raise FieldNotValid("kind", "kind is missing.", f"Write kind as {known.wanted}.")
        kind = known.read("kind", stated.pop("kind"), "") if "kind" in stated else self.usual(stated)  # type: ignore[misc]
        return self.kinds[kind].made_of(stated)


class _Loader(NothingTwice, yaml.BaseLoader):
    """Makes nothing but texts, lists and mappings; refuses a key written twice, and references, which could make a short text endless."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, f"the reference *{event.anchor} is not allowed; write the value itself", event.start_mark)
        return super().compose_node(parent, index)


def mapping_in(text: str, name: str) -> dict[str, Any]:
    """The fields of a document as they are written: texts, lists and groups.

    >>> mapping_in("{currency: CNY, count: 3}", "the terms")
    {'currency': 'CNY', 'count': '3'}

    Raises:
        BadData: no YAML, no fields, a field written twice.
    """
    if not text.strip():
        raise BadData(f"The document is empty: {name} were expected.", NOTHING_FOLLOWS, "Write lines such as “currency: CNY”.")
    try:
        stated = yaml.load(text, Loader=_Loader)  # noqa: S506 — it makes nothing but texts, lists and mappings
    except (yaml.YAMLError, ValueError, RecursionError) as trouble:
        said = "it is nested too deeply" if isinstance(trouble, RecursionError) else str(trouble)
        raise BadData(f"This is neither YAML nor JSON, or not as it is wanted here: {said}", NOTHING_FOLLOWS, "Correct the place that is named.") from None
    if not isinstance(stated, dict) or not all(isinstance(key, str) for key in stated):
        raise BadData(f"The document is {_shown(stated)}, and {name} were expected as fields.", NOTHING_FOLLOWS, "Write lines such as “currency: CNY”.")
    return stated
