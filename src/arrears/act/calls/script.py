"""What does somebody who calls say, in which order, under the law of this place?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from arrears.check.conduct.fields import Fields, content_of
from arrears.check.conduct.words import Mark
from arrears.core.reasons import Sentence

SHIPPED = "script.yaml"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, the places whose law asks for it (empty: said everywhere), and what it discloses."""

    words: Sentence
    only: frozenset[str]
    says: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call and its lines."""

    name: str
    title: Sentence
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of one call, and all that they disclose, in the words of the rules."""

    steps: tuple[Step, ...]
    says: frozenset[Mark]


def script_of(places: Collection[str], institution: str, agent: str) -> Script:
    """What is said in a call under the law of these places (ISO 3166; a part's country counts too).

    >>> script = script_of({"US-NY"}, "Small Bank", "Lin")
    >>> [step.name for step in script.steps], sorted(script.says)[-2:]
    (['greeting', 'identity', 'disclosures', 'options', 'closing'], [<Mark.PURPOSE_DISCLOSED: 'purpose_disclosed'>, <Mark.RECORDING_NOTICE: 'recording_notice'>])
    >>> Mark.PURPOSE_DISCLOSED in script_of({"CN"}, "Small Bank", "Lin").says
    False
    """
    countries = {*places, *(place.split("-")[0] for place in places)}
    steps = tuple(
        Step(step.name, step.title, tuple(_filled(line, institution, agent) for line in step.lines if not line.only or line.only & countries)) for step in _steps()
    )
    return Script(steps, frozenset(mark for step in steps for line in step.lines for mark in line.says))


def _filled(line: Line, institution: str, agent: str) -> Line:
    said = (text.replace("{institution}", institution).replace("{agent}", agent) for text in (line.words.en, line.words.zh))
    return replace(line, words=Sentence(*said))


@cache
def _steps() -> tuple[Step, ...]:
    fields = Fields(SHIPPED, content_of(SHIPPED, files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")))
    found = tuple(_step(name, Fields(f"{SHIPPED}: {name}", stated)) for name, stated in Fields(f"{SHIPPED}: steps", fields.take("steps")).rest().items())
    fields.done()
    return found


def _step(name: str, fields: Fields) -> Step:
    found = Step(name, fields.sentence("title"), tuple(_line(one) for one in fields.inner("lines")))
    fields.done()
    return found


def _line(fields: Fields) -> Line:
    found = Line(Sentence(fields.text("en"), fields.text("zh")), frozenset(fields.names("only")), fields.choices("says", Mark))
    fields.done()
    return found
