"""Which packs and which rules speak of an act of this shape? Found once for all acts that are alike, and remembered with the packs.

Alike are acts that agree in everything but time, debts, numbers, amounts and history: every condition of a pack or a rule on the act itself then
has the same answer. What a rule's figures are on a day is remembered beside it. Nothing here knows what happened.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from arrears.check.conduct.case import Figures
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.pack import Coverage, Pack, Packs
from arrears.check.conduct.rule import Rule, RuleException
from arrears.check.conduct.words import Happened
from arrears.core.parameters import Reading
from arrears.core.reasons import Sentence

if TYPE_CHECKING:
    from arrears.check.conduct.verdict import Finding

LAW_HAS_COUNTRY_CODES_OF = 2
SHAPES_REMEMBERED = 16_384
KINDS_REMEMBERED = 1_024
DAYS_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True)
class Asked:
    """One pack, and whether it speaks of the act."""

    pack: str
    coverage: Coverage
    why: Sentence | None


@runtime_checkable
class SilentWithout(Protocol):
    """A kind of rule whose rules say nothing where nothing of some kinds ever happened: they need not be asked."""

    @property
    def silent_without(self) -> frozenset[Happened]:
        """The kinds of event of which one must have happened; empty where the rule speaks in any case."""


@dataclass(slots=True)
class Ground:
    """The figures on which a finding rests.

    Attributes:
        certain: the rule's words and all these figures are confirmed.
        kept: what is found where the rule is kept and nothing of the history bears on it.
    """

    figures: tuple[Reading, ...]
    certain: bool
    kept: Finding | None = None


@dataclass(slots=True)
class OnOneDay:
    """A rule as it stands on one day.

    Attributes:
        certain: the rule's own words are confirmed.
        figures: what was read of its figures so far, by the name in the rule.
    """

    certain: bool
    day: date
    figures: dict[str, Reading] = field(default_factory=dict)
    _grounds: dict[tuple[str, ...], Ground] = field(default_factory=dict)

    def ground(self, figures: Figures, packs: Packs) -> Ground:
        """What was used of the figures, and how sure it is."""
        names = tuple(figures.used)
        ground = self._grounds.get(names)
        if ground is None:
            used = tuple(figures.used.values())
            ground = self._grounds[names] = Ground(used, self.certain and all(packs.figure_is_certain(one, self.day) for one in used))
        return ground


@dataclass(slots=True)
class Binding:
    """A rule of a pack, with what follows from its words alone."""

    pack: Pack
    rule: Rule
    uncounted: tuple[RuleException, ...]
    silent_without: frozenset[Happened]
    not_known: Sentence | None = None
    """The fact without which nobody knows whether this is the law of the person's place."""
    _on: dict[date, OnOneDay | None] = field(default_factory=dict)

    def on(self, day: date, packs: Packs) -> OnOneDay | None:
        """The rule on this day; None where it is not in force."""
        try:
            return self._on[day]
        except KeyError:
            if len(self._on) >= DAYS_REMEMBERED:
                self._on.clear()
            found = self._on[day] = OnOneDay(packs.rule_is_certain(self.pack, self.rule, day), day) if self.rule.in_force(day) else None
            return found


@dataclass(frozen=True, slots=True)
class Law:
    """What speaks of acts of one shape.

    Attributes:
        zones: where the person may be; of a person of whom none is known, all zones of the place.
        refused_because: what is not known or not covered, before any rule is asked.
    """

    asked: tuple[Asked, ...]
    zones: tuple[str, ...]
    refused_because: tuple[Sentence, ...]
    bindings: tuple[Binding, ...]
    _speaking: dict[frozenset[Happened], tuple[Binding, ...]] = field(default_factory=dict)

    def speaking_of(self, kinds: frozenset[Happened]) -> tuple[Binding, ...]:
        """The rules that may have something to say where things of these kinds happened, and no others."""
        found = self._speaking.get(kinds)
        if found is None:
            if len(self._speaking) >= KINDS_REMEMBERED:
                self._speaking.clear()
            found = tuple(one for one in self.bindings if not one.silent_without or not one.silent_without.isdisjoint(kinds))
            self._speaking[kinds] = found
        return found


def law_on(proposed: Proposed, facts: Facts, packs: Packs) -> Law:
    """The packs and rules that speak of this act."""
    shape = _shape(proposed, facts)
    law = packs.remembered.get(shape)
    if law is None:
        if len(packs.remembered) >= SHAPES_REMEMBERED:
            packs.remembered.clear()
        law = packs.remembered[shape] = _found(proposed, facts, packs)
    return law


def _shape(proposed: Proposed, facts: Facts) -> Hashable:
    """All that a condition on an act may look at, and the zones."""
    return (
        *(proposed.act, proposed.purpose, proposed.channel, proposed.to, proposed.place, proposed.mode, proposed.record, proposed.marks),
        *(facts.actor, facts.product, facts.debt_purpose, facts.debtor, facts.lender, facts.places, facts.zones),
    )


def _found(proposed: Proposed, facts: Facts, packs: Packs) -> Law:
    asked = tuple(Asked(pack.name, *pack.coverage(proposed, facts)) for pack in packs.packs)
    zones, why_not = _zones(facts, packs, asked), _not_covered(facts, packs, asked)
    if not zones:
        why_not.append(Sentence("In which time zone the person is, is not known.", "不知道该人处于哪个时区。"))
    applying = [pack for pack, one in zip(packs.packs, asked, strict=True) if one.coverage in (Coverage.APPLIES, Coverage.PERHAPS)]
    binding = tuple(
        _binding(pack, rule, facts.places, packs) for pack in applying for rule in pack.rules if rule.concerns(proposed) and rule.binds.fits(proposed, facts)
    )
    return Law(asked, zones, tuple(why_not), binding)


def _binding(pack: Pack, rule: Rule, places: frozenset[str], packs: Packs) -> Binding:
    """One for all shapes: what a rule's figures are on a day does not depend on the act."""
    within = None if pack.is_here(places) else pack.perhaps_in(places)
    key = (pack.name, rule.name, within)
    binding = packs.bindings.get(key)
    if binding is None:
        binding = packs.bindings[key] = _bound(pack, rule, within)
    return binding


def _bound(pack: Pack, rule: Rule, within: str | None) -> Binding:
    silent_without = rule.kind.silent_without if isinstance(rule.kind, SilentWithout) else frozenset()
    return Binding(pack, rule, tuple(one for one in rule.exceptions if one.uncounted), silent_without, _not_known(pack, within))


def _not_known(pack: Pack, within: str | None) -> Sentence | None:
    """What would have to be known of the place within which the person is known to be, for this to be the law or not."""
    if within is None:
        return None
    own = ", ".join(sorted(pack.places))
    return Sentence(
        f"The state, nation or city of the debtor within {within} is not known; in {own} this is law.", f"不知道债务人位于 {within} 的哪个州、省、邦或城市；在 {own} 此规则为法律。"
    )


def _not_covered(facts: Facts, packs: Packs, asked: tuple[Asked, ...]) -> list[Sentence]:
    """Each country needs a law that speaks or is known not to; and somebody must speak at all."""
    countries = sorted(place for place in facts.places if len(place) == LAW_HAS_COUNTRY_CODES_OF)
    if not countries:
        return [Sentence("Which country's law applies is not known.", "不知道适用哪国法律。")]
    why_not = []
    for country in countries:
        of_country = [
            one
            for pack, one in zip(packs.packs, asked, strict=True)
            if pack.is_law and pack.is_here(facts.places) and any(place.split("-")[0] == country for place in pack.places)
        ]
        if not any(one.coverage in (Coverage.APPLIES, Coverage.OUTSIDE) for one in of_country):
            why_not.append(
                Sentence(f"No rule pack covers this act, product or actor in {country}.", f"没有规则包覆盖 {country} 的这一行为、产品或主体。"),
            )
    if not why_not and not any(one.coverage is Coverage.APPLIES for one in asked):
        why_not.append(Sentence("Every rule pack knows this to lie outside, and no house rules decide.", "各规则包均载明不适用，且没有机构自定规则。"))
    return why_not


def _zones(facts: Facts, packs: Packs, asked: tuple[Asked, ...]) -> tuple[str, ...]:
    """The zones in which the person may be; of a person of whom none is known, all those of the place."""
    if facts.zones:
        return facts.zones
    possible = {zone for pack, one in zip(packs.packs, asked, strict=True) if one.coverage is not Coverage.ELSEWHERE for zone in pack.zones}
    return tuple(sorted(possible))
