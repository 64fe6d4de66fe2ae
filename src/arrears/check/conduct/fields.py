"""How is a rule file read so that nothing in it is overlooked? Every field is named, and what is left over is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from arrears.check.conduct.conditions import ACT_FIELDS, EVENT_FIELDS, ActCondition, EventCondition, Wanted
from arrears.check.conduct.standing import Scope, Standing
from arrears.core.problems import BadData
from arrears.core.reasons import Sentence
from arrears.core.strict_yaml import NothingTwice

E = TypeVar("E", bound=StrEnum)


class _Loader(NothingTwice, yaml.SafeLoader):
    """YAML in which a key given twice is an error."""


def content_of(where: str, text: str) -> dict[str, Any]:
    """The mapping that a YAML text holds."""
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 — a SafeLoader
    except (yaml.YAMLError, ValueError) as trouble:
        raise refused(where, f"this is not the YAML we expect: {trouble}") from trouble
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise refused(where, "expected fields with their values.")
    return content


def refused(where: str, what: str) -> BadData:
    """A rule or a question that is not understood is not used at all."""
    return BadData(f"{where}: {what}", "What is half understood must not decide.", "Correct the file.")


class Fields:
    """The fields of one mapping, taken one by one; `done` refuses what nobody took.

    >>> fields = Fields("a rule", {"label": {"en": "Night", "zh": "夜间"}, "colour": "red"})
    >>> fields.sentence("label").en
    'Night'
    >>> fields.done()
    Traceback (most recent call last):
    ...
    arrears.core.problems.BadData: a rule: not known: colour. ...
    """

    def __init__(self, where: str, stated: object) -> None:
        if not isinstance(stated, dict) or not all(isinstance(name, str) for name in stated):
            raise refused(where, "expected fields with their values.")
        self.where, self._left = where, dict(stated)

    def has(self, name: str) -> bool:
        """Is the field stated and not yet taken?"""
        return name in self._left

    def take(self, name: str) -> Any:
        """The value of a field that must be there."""
        if name not in self._left:
            raise refused(self.where, f"missing: {name}.")
        return self._left.pop(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text that says something."""
        value = self.take(name) if default is None or name in self._left else default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise refused(self.where, f"{name} must be a text that says something.")
        return value.strip()

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise refused(self.where, f"{name} must be true or false.")
        return value

    def whole(self, name: str) -> int | None:
        """A whole number, or nothing."""
        value = self._left.pop(name, None)
        if value is not None and (type(value) is not int or value < 0):
            raise refused(self.where, f"{name} must be a whole number.")
        return value

    def day(self, name: str) -> date:
        """A day such as 2024-01-31."""
        value = self.take(name)
        if type(value) is not date:
            raise refused(self.where, f"{name} must be a day such as 2024-01-31.")
        return value

    def sentence(self, name: str) -> Sentence:
        """The same in English and Chinese."""
        inner = Fields(f"{self.where}: {name}", self.take(name))
        said = Sentence(inner.text("en"), inner.text("zh"))
        inner.done()
        return said

    def names(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise refused(self.where, f"{name} must be a list of texts.")
        return tuple(value)

    def choice(self, name: str, kind: type[E], default: E | None = None) -> E:
        """One of a closed list."""
        value = self._left.pop(name, default) if default is not None else self.take(name)
        return chosen(f"{self.where}: {name}", kind, [value])[0]

    def choices(self, name: str, kind: type[E]) -> frozenset[E]:
        """Some of a closed list."""
        return frozenset(chosen(f"{self.where}: {name}", kind, self._left.pop(name, [])))

    def mapping(self, name: str) -> Mapping[str, str]:
        """Names to names."""
        value = self._left.pop(name, {})
        if not isinstance(value, dict) or not all(isinstance(one, str) for pair in value.items() for one in pair):
            raise refused(self.where, f"{name} must be names with their values.")
        return value

    def inner(self, name: str) -> list[Fields]:
        """A list of mappings."""
        value = self._left.pop(name, [])
        if not isinstance(value, list):
            raise refused(self.where, f"{name} must be a list.")
        return [Fields(f"{self.where}: {name} {place}", one) for place, one in enumerate(value, start=1)]

    def act_condition(self, name: str) -> ActCondition:
        """What is wanted of an act; nothing where it is not stated."""
        return ActCondition(_wanted(f"{self.where}: {name}", self._left.pop(name, {}), ACT_FIELDS))

    def event_condition(self, name: str) -> EventCondition:
        """What is wanted of something that happened."""
        wanted = _wanted(f"{self.where}: {name}", self.take(name), EVENT_FIELDS)
        condition = EventCondition(wanted)
        if not condition.kinds:
            raise refused(self.where, f"{name} must name the kinds of what happened.")
        return condition

    def standings(self, name: str) -> tuple[Standing, ...]:
        """A list of what may stand."""
        return tuple(_standing(one) for one in self.inner(name))

    def standing(self, name: str) -> Standing:
        """One thing that may stand."""
        return _standing(Fields(f"{self.where}: {name}", self.take(name)))

    def rest(self) -> dict[str, Any]:
        """All that is left, taken."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        """Refuse what nobody took."""
        if self._left:
            raise refused(self.where, f"not known: {', '.join(sorted(self._left))}.")


def chosen(where: str, kind: type[E], stated: object) -> list[E]:
    """Each value of a list as a member of the closed list."""
    if not isinstance(stated, list):
        raise refused(where, "expected a list.")
    unknown = [str(value) for value in stated if value not in list(kind)]
    if unknown:
        raise refused(where, f"not known: {', '.join(unknown)}. Known are {', '.join(kind)}.")
    return [kind(value) for value in stated]


def _wanted(where: str, stated: object, known: Mapping[str, type[StrEnum]]) -> Wanted:
    if not isinstance(stated, dict):
        raise refused(where, "expected fields with lists of values.")
    unknown = [str(name) for name in stated if name not in known]
    if unknown:
        raise refused(where, f"not known: {', '.join(unknown)}. Known are {', '.join(known)}.")
    return tuple((name, frozenset(chosen(f"{where}: {name}", known[name], values))) for name, values in stated.items())


def _standing(fields: Fields) -> Standing:
    found = Standing(
        event=fields.event_condition("event"),
        scope=fields.choices("scope", Scope),
        ended_by=fields.event_condition("ended_by") if fields.has("ended_by") else None,
        lasts=fields.text("lasts", ""),
        through=fields.text("through", ""),
        begins_after=fields.text("begins_after", ""),
        lingers=fields.text("lingers", ""),
        uses=fields.whole("uses"),
        limited=fields.flag("limited", False),
    )
    fields.done()
    return found
