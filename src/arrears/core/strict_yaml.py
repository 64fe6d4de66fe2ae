"""Is a key of a YAML mapping written once, and in which line does it stand?

By itself YAML keeps the last of two equal keys and says nothing. In a file of amounts, columns or figures of law that is a silent error.
"""

from __future__ import annotations

from typing import Any

import yaml


class NothingTwice(yaml.constructor.BaseConstructor):
    """To stand before a loader's class: a key written twice is an error that names the key and its line.

    >>> class Loader(NothingTwice, yaml.SafeLoader): pass
    >>> yaml.load("{a: 1, b: 2}", Loader=Loader)
    {'a': 1, 'b': 2}
    >>> yaml.load("{a: 1, a: 2}", Loader=Loader)
    Traceback (most recent call last):
    ...
    yaml.constructor.ConstructorError: the key “a” is written twice
      in "<unicode string>", line 1, column 8:...
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """The mapping, or the refusal."""
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key “{key.value}” is written twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


class LinedMap(dict[Any, Any]):
    """A mapping that remembers the line of its beginning and of each key, counted from 1."""

    line: int
    lines: dict[Any, int]


class LinedList(list[Any]):
    """A list that remembers the line of its beginning and of each element; `lines` counts elements from 0."""

    line: int
    lines: dict[int, int]


class _Lined(NothingTwice, yaml.SafeLoader):
    """Mappings and lists remember their lines."""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _lined_map(loader: _Lined, node: yaml.MappingNode) -> LinedMap:
    found = LinedMap(loader.construct_mapping(node, deep=True))
    found.line, found.lines = _line(node), {key.value: _line(key) for key, _ in node.value}
    return found


def _lined_list(loader: _Lined, node: yaml.SequenceNode) -> LinedList:
    found = LinedList(loader.construct_sequence(node, deep=True))
    found.line, found.lines = _line(node), {place: _line(one) for place, one in enumerate(node.value)}
    return found


_Lined.add_constructor("tag:yaml.org,2002:map", _lined_map)
_Lined.add_constructor("tag:yaml.org,2002:seq", _lined_list)


def load_with_lines(text: str) -> Any:
    """The content of a YAML text, whose mappings and lists know their lines. Raises `yaml.YAMLError`.

    >>> found = load_with_lines("a: 1\\nb: [7,\\n  8]")
    >>> found, found.lines, found["b"].lines
    ({'a': 1, 'b': [7, 8]}, {'a': 1, 'b': 2}, {0: 2, 1: 3})
    """
    return yaml.load(text, Loader=_Lined)  # noqa: S506 - a SafeLoader beneath
