"""Is a key of a YAML mapping written once?

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
