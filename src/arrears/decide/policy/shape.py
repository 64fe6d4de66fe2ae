"""How is a file taken apart into dataclasses, with every fault named at its place, and how is its JSON Schema made of the same declarations?

A part of the file is a frozen dataclass whose fields are annotated with `Told`. Known types: text, whole number, yes or no, `Sentence`
(a text in `en` and one in `zh`), a day, another part, a list of these, and either of two (``int | str``) or nothing (``str | None``). A part with a
field `id` that stands in a mapping gets its id from its key. Where the file was read with its lines (`core.strict_yaml.load_with_lines`), a fault
ends with the line it is in.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from arrears.core.reasons import Sentence
from arrears.core.strict_yaml import LinedList, LinedMap

P = TypeVar("P")
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", date: "a day such as 2026-03-01"}
_JSON = {str: "string", int: "integer", bool: "boolean", date: "string"}
LARGEST_WHOLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Told:
    """What a field of a part means and may hold.

    Attributes:
        meaning: said in the schema, for the editor.
        one_of: the words it may hold.
        minimum: least value of a number, least length of a list.
    """

    meaning: str
    one_of: type[StrEnum] | None = None
    minimum: int | None = None


_PLAIN = Told("")


@dataclass(frozen=True, slots=True)
class _Declared:
    """One field that a file may state."""

    name: str
    hint: Any
    told: Told
    required: bool


@cache
def _declared(part: Any) -> tuple[_Declared, ...]:
    """Fields of a part that a file may state: those with a meaning, and the id."""
    found = []
    for one in fields(part):
        hint = get_type_hints(part, include_extras=True)[one.name]
        told = next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Told)), None)
        if told is not None or one.name == "id":
            inner = get_args(hint)[0] if told is not None else hint
            found.append(_Declared(one.name, inner, told or _PLAIN, one.default is MISSING))
    return tuple(found)


def taken_apart(part: Callable[..., P], raw: Any, where: str, faults: list[str], *, id_: str | None = None) -> P | None:
    """The part that `raw` states, or None with its faults added to `faults`.

    Args:
        where: how a fault names the place.
        id_: its id, where that is its key in a mapping.

    >>> from arrears.decide.policy.parts import Segment
    >>> found = []
    >>> taken_apart(Segment, {"when": 5, "label": {"en": "All", "zh": "全部"}, "colour": 1}, "segment “all”", found, id_="all")
    >>> found
    ['segment “all”: “colour” is not known here', 'segment “all”: when is not a text']
    """
    if not isinstance(raw, dict):
        faults.append(f"{where}: is not a table of keys")
        return None
    before = len(faults)
    declared = _declared(part)
    known = {one.name for one in declared if not (id_ is not None and one.name == "id")}
    for key in (one for one in raw if one not in known):
        faults.append(f"{where}: “{key}” is not known here")
        _say_line(faults, len(faults) - 1, raw, key)
    values: dict[str, Any] = {} if id_ is None else {"id": id_}
    for one in declared:
        if one.name in values:
            continue
        seen = len(faults)
        if one.name in raw:
            values[one.name] = _value(one.hint, raw[one.name], f"{where}: {one.name}", faults, one.told)
        elif one.required:
            faults.append(f"{where}: {one.name} is missing")
        _say_line(faults, seen, raw, one.name)
    return part(**values) if len(faults) == before else None


def _say_line(faults: list[str], first: int, raw: object, key: Any) -> None:
    """Let the faults from `first` on name the line of this key or element, where it is known and no line inside it was named."""
    if isinstance(raw, LinedMap | LinedList):
        line = raw.lines.get(key, raw.line)
        faults[first:] = [fault if fault.endswith(")") and " (line " in fault else f"{fault} (line {line})" for fault in faults[first:]]


def keyed(part: Callable[..., P], raw: Any, what: str, faults: list[str]) -> dict[str, P]:
    """A mapping from ids to parts; those with faults are left out."""
    if not isinstance(raw, dict):
        faults.append(f"{what}s: is not a table of names")
        return {}
    found = {}
    for name, body in raw.items():
        if not isinstance(name, str):
            faults.append(f"{what} “{name}”: the name is not a text")
            continue
        one = taken_apart(part, body, f"{what} “{name}”", faults, id_=name)
        if one is not None:
            found[name] = one
    return found


def _value(hint: Any, raw: Any, where: str, faults: list[str], told: Told) -> Any:
    """One value of the declared type, or None with a fault."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _either(inner, raw, where, faults, told)
    if origin is tuple:
        return _listed(inner[0], raw, where, faults, told)
    if hint is Sentence:
        return _sentence(raw, where, faults)
    is_part: bool = is_dataclass(hint)
    if is_part:
        return taken_apart(hint, raw, where, faults)
    if not _is_a(hint, raw):
        faults.append(f"{where} is not {_NAMES[hint]}")
        return None
    return _bounded(raw, where, faults, told)


def _is_a(hint: type, raw: Any) -> bool:
    if hint is date:
        return type(raw) is date  # A moment is a day to Python, and none here.
    return isinstance(raw, hint) and not (hint is int and isinstance(raw, bool))


def _either(inner: tuple[Any, ...], raw: Any, where: str, faults: list[str], told: Told) -> Any:
    """One of several types; where a field may be left out, nothing written after its key says the same."""
    if raw is None and type(None) in inner:
        return None
    wanted = [one for one in inner if one is not type(None)]
    if len(wanted) == 1:
        return _value(wanted[0], raw, where, faults, told)
    if not any(_is_a(one, raw) for one in wanted):
        faults.append(f"{where} is not {' or '.join(_NAMES[one] for one in wanted)}")
        return None
    return _bounded(raw, where, faults, told)


def _listed(inner: Any, raw: Any, where: str, faults: list[str], told: Told) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        faults.append(f"{where} is not a list")
        return ()
    least = told.minimum or 0
    if len(raw) < least:
        faults.append(f"{where} has fewer than {least}")
    values = []
    for number, one in enumerate(raw, 1):
        seen = len(faults)
        values.append(_value(inner, one, _place(where, number, one), faults, replace(told, minimum=None)))
        _say_line(faults, seen, raw, number - 1)
    ids = [one.get("id") for one in raw if isinstance(one, dict)]
    faults.extend(f"{where}: the id “{name}” is taken" for place, name in enumerate(ids) if name is not None and name in ids[:place])
    return tuple(values)


def _place(where: str, number: int, raw: Any) -> str:
    """How an element of a list is named: by its id where it has one."""
    name = raw.get("id") if isinstance(raw, dict) else None
    return f"{where} “{name}”" if isinstance(name, str) else f"{where} {number}"


def _sentence(raw: Any, where: str, faults: list[str]) -> Sentence | None:
    if not isinstance(raw, dict) or set(raw) != {"en", "zh"} or not all(isinstance(text, str) and text.strip() for text in raw.values()):
        faults.append(f"{where} needs a text in en and one in zh")
        return None
    return Sentence(raw["en"].strip(), raw["zh"].strip())


def _bounded(raw: Any, where: str, faults: list[str], told: Told) -> Any:
    """The value, if it is among the words or not below the bound."""
    words, minimum = told.one_of, told.minimum
    if words is not None and raw not in list(words):
        faults.append(f"{where} “{raw}” is none of {', '.join(words)}")
    if isinstance(raw, int) and minimum is not None and raw < minimum:
        faults.append(f"{where} {raw} is below {minimum}")
    if isinstance(raw, int) and abs(raw) > LARGEST_WHOLE:
        faults.append(f"{where} {raw} is too large")
    if isinstance(raw, str) and not raw.strip():
        faults.append(f"{where} is empty")
    return raw


def schema_of(part: Any, *, with_id: bool) -> dict[str, Any]:
    """JSON Schema of one part.

    Args:
        with_id: whether its id is a key of its own (in a list) rather than the key under which it stands.
    """
    stated = [one for one in _declared(part) if with_id or one.name != "id"]
    properties = {one.name: {**_schema_of_value(one.hint, one.told), **({"description": one.told.meaning} if one.told.meaning else {})} for one in stated}
    return {"type": "object", "properties": properties, "required": [one.name for one in stated if one.required], "additionalProperties": False}


def _schema_of_value(hint: Any, told: Told) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        wanted = [one for one in inner if one is not type(None)]
        return _schema_of_value(wanted[0], told) if len(wanted) == 1 else {"type": [_JSON[one] for one in wanted]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of_value(inner[0], _PLAIN), **({"minItems": told.minimum} if told.minimum else {})}
    if hint is Sentence:
        return {"$ref": "#/$defs/sentence"}
    if is_dataclass(hint):
        return schema_of(hint, with_id=True)
    found: dict[str, Any] = {"type": _JSON[hint], **({"format": "date"} if hint is date else {})}
    if told.one_of is not None:
        found["enum"] = [str(word) for word in told.one_of]
    if told.minimum is not None:
        found["minimum"] = told.minimum
    return found
