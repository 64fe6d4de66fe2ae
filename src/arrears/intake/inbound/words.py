"""Which words are a rule: what is always taken for danger to a life, and which short forms always mean stop?

The families of words of danger (`sentences/words_of_crisis.yaml`) are regular expressions, some thousands of them. Each needs some piece of text to be
there at all; a message is tried by those alone whose piece it has, so that thousands cost little more than one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FAMILIES = Path(__file__).parent / "sentences" / "words_of_crisis.yaml"
SHORT_FORMS = Path(__file__).parent / "short_forms.yaml"
_KEY = 4
_MOST_PIECES = 64


@dataclass(frozen=True, slots=True)
class Family:
    """One pattern of a family of words, and what the family means."""

    pattern: re.Pattern[str]
    note: str


class Words:
    """Many patterns, of which few are tried on a text.

    >>> words = Words([Family(re.compile("want(?:ed)? to die(?!t)"), "wish to die"), Family(re.compile("[0-9]{30}"), "a long number")])
    >>> [found.note for found, _ in words.in_text("i wanted to die")], list(words.in_text("i want to diet"))
    (['wish to die'], [])
    """

    def __init__(self, families: Iterable[Family]) -> None:
        known = [(family, needed(family.pattern.pattern)) for family in families]
        self._always = [family for family, pieces in known if not pieces]
        crowd = Counter(window for _, pieces in known for piece in pieces for window in _windows(piece))
        self._by_key: dict[str, list[tuple[str, Family]]] = {}
        for family, pieces in known:
            for piece in pieces:
                # The part of it that fewest others have: then a text leads to few that say nothing of it.
                key = min(_windows(piece), key=lambda window: (crowd[window], window))
                self._by_key.setdefault(key, []).append((piece, family))
        self._sizes = sorted({len(key) for key in self._by_key})

    def in_text(self, text: str) -> Iterable[tuple[Family, str]]:
        """What of it speaks, and the words by which; `text` as `normal.plain` gives it."""
        tried: set[int] = set()
        keys = self._by_key.keys() & {text[start : start + size] for size in self._sizes for start in range(len(text) - size + 1)}
        for key in sorted(keys):
            for piece, family in self._by_key[key]:
                if id(family) not in tried and piece in text:
                    tried.add(id(family))
                    if hit := family.pattern.search(text):
                        yield family, hit[0]
        for family in self._always:
            if hit := family.pattern.search(text):
                yield family, hit[0]


def _windows(piece: str) -> list[str]:
    size = min(len(piece), _KEY)
    return [piece[start : start + size] for start in range(len(piece) - size + 1)]


def needed(pattern: str) -> frozenset[str]:
    """Pieces of text of which one must be in whatever the pattern finds; empty where none can be named.

    >>> sorted(needed("want(?:ed)? to (?:die|end it)")), needed("[a-z]+")
    (['want to die', 'want to end it', 'wanted to die', 'wanted to end it'], frozenset())
    """
    try:
        from re import _parser  # type: ignore[attr-defined]  # private, and only a short cut: without it every pattern is tried
    except ImportError:
        return frozenset()
    return _best(_runs(_parser.parse(pattern)))


Exact = frozenset[str]
_NOTHING: Exact = frozenset({""})


def _runs(parsed: Any) -> list[Exact]:
    """Runs of text that stand in it whatever it finds, each as the set of ways to write it."""
    runs: list[Exact] = []
    run = _NOTHING
    for operation, argument in parsed:
        exact = _exact(operation, argument)
        longer = frozenset(a + b for a in run for b in exact) if exact is not None and len(run) * len(exact) <= _MOST_PIECES else None
        if longer is not None:
            run = longer
            continue
        runs.append(run)
        run = exact if exact is not None else _NOTHING
        if exact is None and (inside := _inside(operation, argument)):
            runs.append(inside)
    return [*runs, run]


def _exact(operation: Any, argument: Any) -> Exact | None:
    """Every text that this part can be, where those are few."""
    match str(operation):
        case "LITERAL":
            return frozenset({chr(argument)})
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return _NOTHING
        case "IN":
            return frozenset(chr(value) for _, value in argument) if all(str(kind) == "LITERAL" for kind, _ in argument) and len(argument) <= _MOST_PIECES else None
        case "SUBPATTERN":
            return _whole(argument[-1])
        case "BRANCH":
            parts = [_whole(one) for one in argument[1]]
            known = [one for one in parts if one is not None]
            every = frozenset().union(*known)
            return every if len(known) == len(parts) and len(every) <= _MOST_PIECES else None
        case "MAX_REPEAT" | "MIN_REPEAT" if argument[1] == 1:
            inner = _whole(argument[2])
            return None if inner is None else inner if argument[0] == 1 else inner | _NOTHING
        case _:
            return None


def _whole(parsed: Any) -> Exact | None:
    runs = _runs(parsed)
    is_one = len(runs) == 1 and all(_exact(*part) is not None for part in parsed)
    return runs[0] if is_one else None


def _inside(operation: Any, argument: Any) -> Exact:
    match str(operation):
        case "SUBPATTERN":
            return _best(_runs(argument[-1]))
        case "MAX_REPEAT" | "MIN_REPEAT" if argument[0] >= 1:
            return _best(_runs(argument[2]))
        case "BRANCH":
            parts = [_best(_runs(one)) for one in argument[1]]
            return frozenset().union(*parts) if all(parts) else frozenset()
        case _:
            return frozenset()


def _best(runs: Iterable[Exact]) -> Exact:
    """The run whose shortest way of writing is longest: it is found least often where it means nothing."""
    return max((run for run in runs if run and "" not in run), key=lambda run: (min(map(len, run)), -len(run)), default=frozenset())


@cache
def words_of_crisis() -> Words:
    """The families of words of danger of every language: people mix them."""
    told: Mapping[str, Sequence[Mapping[str, Any]]] = yaml.safe_load(FAMILIES.read_text(encoding="utf-8"))
    return Words(Family(re.compile(pattern), family["note"]) for families in told.values() for family in families for pattern in family["patterns"])


@cache
def short_forms() -> Mapping[str, str]:
    """The exact short forms that always count, as `normal.plain` gives them without signs around: form → intent."""
    told: Mapping[str, Sequence[str]] = yaml.safe_load(SHORT_FORMS.read_text(encoding="utf-8"))
    return {form: intent for intent, forms in told.items() for form in forms}


_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def short_form(text: str) -> tuple[str, str] | None:
    """The intent of a message that is a short form and nothing else, and that form; `text` as `normal.plain` gives it.

    >>> short_form("stop!"), short_form("td"), short_form("回复t退订"), short_form("i cannot stop thinking")
    (('stop', 'stop'), ('stop', 'td'), ('stop', '回复t退订'), None)
    """
    form = _AROUND.sub("", text)
    intent = short_forms().get(form)
    return None if intent is None else (intent, form)
