"""How does a lender set its own limits? The house pack is the only one that a lender edits, and it can only add to the law.

The lender writes three kinds of file: `limits.yaml` gives figures that are shipped another value from a day on, `figures.yaml` states figures of
the lender's own, and each file under `rules/` is a rule of its own in the form of every other rule. What is shipped stays: a figure keeps the
value that held before the lender's first day, so that an old contact log is judged by the limits of its time, and no shipped rule is taken away.
Since the strictest of all packs decides, a limit here that is looser than a law lets nothing through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, Final, TypeVar

import yaml

from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.fields import Fields, content_of, refused
from arrears.check.conduct.kinds.cap import Cap
from arrears.check.conduct.kinds.hours import Hours
from arrears.check.conduct.pack import Pack
from arrears.check.conduct.reading import read_rule
from arrears.check.conduct.rule import Rule
from arrears.check.conduct.words import Act
from arrears.core.parameters import NoValue, Parameter, Parameters, Unit, read_parameters
from arrears.core.problems import BadData

T = TypeVar("T")
LIMITS_FILE: Final = "limits.yaml"
FIGURES_FILE: Final = "figures.yaml"
RULES: Final = "rules/"
OWN: Final = "the lender's own limit"


def house_with(shipped: Pack, texts: Mapping[str, str]) -> Pack:
    """The house pack as this lender has set it.

    Args:
        shipped: the house pack as it comes with the program.
        texts: the lender's files by name: `limits.yaml`, `figures.yaml`, and the rules as `rules/<name>.yaml`. Any may be missing.

    Raises:
        BadData: with every field that is not understood, not only the first: nothing of a house that is half understood is used.
    """
    troubles = _Troubles(f"{name}: a house has {LIMITS_FILE}, {FIGURES_FILE} and files under {RULES}, and nothing else." for name in sorted(texts) if not _known(name))
    figures = shipped.parameters
    for name, stated in (troubles.kept(content_of, LIMITS_FILE, texts.get(LIMITS_FILE, "{}")) or {}).items():
        figures = troubles.kept(_changed, figures, name, stated) or figures
    own_figures = troubles.kept(read_parameters, {file: text for file, text in texts.items() if file == FIGURES_FILE})
    figures = troubles.kept(figures.joined, own_figures or Parameters({})) or figures
    own = [troubles.kept(_own_rule, shipped, file, texts[file], figures) for file in sorted(texts) if file.startswith(RULES)]
    rules = (*shipped.rules, *(rule for rule in own if rule is not None))
    troubles += chain.from_iterable(_senseless(rule, figures) for rule in rules)
    if troubles:
        raise BadData("\n".join(troubles), "A house that is half understood must not decide, so nothing is asked of it.", "Correct these fields.")
    return replace(shipped, parameters=figures, rules=rules, covers=_covering(shipped.covers, rules))


class _Troubles(list[str]):
    """What is wrong with the lender's files, all of it."""

    def kept(self, read: Callable[..., T], *told: Any) -> T | None:
        """What was read, or nothing and one trouble more."""
        try:
            return read(*told)
        except BadData as trouble:
            self.append(trouble.what)
            return None


def _known(name: str) -> bool:
    return name in (LIMITS_FILE, FIGURES_FILE) or name.startswith(RULES)


def _changed(figures: Parameters, name: str, stated: object) -> Parameters:
    """The figures with one of them set anew from the lender's first day on."""
    where = f"{LIMITS_FILE}: {name}"
    known = figures.by_name.get(name)
    if known is None:
        raise refused(where, f"no figure is called so. Known are {', '.join(sorted(figures.by_name))}.")
    if not isinstance(stated, list) or not stated:
        raise refused(where, "expected a list of values, each with from, value and decision.")
    lines = [_line(f"{where}, value {place}", one, known.unit) for place, one in enumerate(stated, start=1)]
    told = {name: {"question": known.question, "unit": known.unit.value, "values": lines, **({"currency": known.currency} if known.currency else {})}}
    own = read_parameters({LIMITS_FILE: yaml.safe_dump(told, allow_unicode=True)}).by_name[name]
    earlier = tuple(value for value in known.values if value.from_on < own.values[0].from_on)
    return Parameters({**figures.by_name, name: replace(own, values=earlier + own.values)})


def _line(where: str, stated: object, unit: Unit) -> dict[str, Any]:
    """One value in the form of every figure: who decided it is its source."""
    fields = Fields(where, stated)
    line = {"from": fields.day("from"), "value": fields.take("value"), "source": fields.text("decision"), "article": OWN, "confidence": "confirmed"}
    fields.done()
    if line["value"] is None:
        raise refused(where, "a limit is changed, not taken away: state a value.")
    if unit is Unit.TIME_OF_DAY and not isinstance(line["value"], str):
        raise refused(where, 'a time of day stands in quotation marks: "20:00".')
    return line


def _own_rule(shipped: Pack, file: str, text: str, figures: Parameters) -> Rule:
    name = file.removeprefix(RULES).removesuffix(".yaml")
    if any(rule.name == name for rule in shipped.rules):
        raise refused(file, "a rule of this name is shipped and stays as it is: choose another name, or change its figures.")
    return replace(read_rule(file, text, figures), name=name)


def _covering(covers: ActCondition, rules: Iterable[Rule]) -> ActCondition:
    """The house speaks of whatever one of its rules is about."""
    acts = frozenset[Act]().union(*(rule.acts for rule in rules))
    return ActCondition(tuple((name, values | acts if name == "act" else values) for name, values in covers.wanted))


def _senseless(rule: Rule, figures: Parameters) -> Iterator[str]:
    """What a figure says that no rule of this kind can mean, on the day from which it would."""
    if isinstance(rule.kind, Hours):
        opens, closes = (figures.by_name[rule.parameters[name]] for name in (rule.kind.opens, rule.kind.closes))
        for day in _days_of(rule, opens, closes):
            if opens.value_on(day).clock >= closes.value_on(day).clock:
                yield (
                    f"{rule.name}: from {day} on the hours open at {opens.value_on(day).clock:%H:%M} and close at {closes.value_on(day).clock:%H:%M}; "
                    f"no moment lies between. See {opens.name} and {closes.name}."
                )
    if isinstance(rule.kind, Cap) and rule.kind.window:
        window = figures.by_name[rule.parameters[rule.kind.window]]
        for day in _days_of(rule, window):
            if window.value_on(day).whole < 1:
                yield f"{rule.name}: from {day} on its window is no day long, and so it would count nothing. See {window.name}."


def _days_of(rule: Rule, *figures: Parameter) -> list[date]:
    """The days from which another value of one of these figures holds, where all of them have one."""
    found = []
    for day in sorted({rule.from_on, *(value.from_on for figure in figures for value in figure.values)}):
        try:
            for figure in figures:
                figure.value_on(day)
        except NoValue:
            continue
        found.append(day)
    return found
