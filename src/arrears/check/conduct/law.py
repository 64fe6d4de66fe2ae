"""Which packs and which rules speak of an act, before anything that happened is looked at?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.pack import Coverage, Pack, Packs
from arrears.check.conduct.rule import Rule, RuleException
from arrears.core.reasons import Sentence

LAW_HAS_COUNTRY_CODES_OF = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """One pack, and whether it speaks of the act."""

    pack: str
    coverage: Coverage
    why: Sentence | None


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule that binds the act.

    Attributes:
        uncounted: its exceptions under which contacts are not counted.
    """

    pack: Pack
    rule: Rule
    uncounted: tuple[RuleException, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """What speaks of an act.

    Attributes:
        zones: where the person may be; of a person of whom none is known, all zones of the place.
        refused_because: what is not known or not covered, before any rule is asked.
    """

    asked: tuple[Asked, ...]
    zones: tuple[str, ...]
    refused_because: tuple[Sentence, ...]
    bindings: tuple[Binding, ...]


def law_on(proposed: Proposed, facts: Facts, packs: Packs) -> Law:
    """The packs and rules that speak of this act."""
    asked = tuple(Asked(pack.name, *pack.coverage(proposed, facts)) for pack in packs.packs)
    zones, why_not = _zones(facts, packs, asked), _not_covered(facts, packs, asked)
    if not zones:
        why_not.append(Sentence("In which time zone the person is, is not known.", "不知道该人处于哪个时区。"))
    applying = [pack for pack, one in zip(packs.packs, asked, strict=True) if one.coverage is Coverage.APPLIES]
    return Law(asked, zones, tuple(why_not), tuple(_binding(pack, rule) for pack in applying for rule in pack.rules if _binds(rule, proposed, facts)))


def _binds(rule: Rule, proposed: Proposed, facts: Facts) -> bool:
    return rule.concerns(proposed) and rule.binds.fits(proposed, facts)


def _binding(pack: Pack, rule: Rule) -> Binding:
    return Binding(pack, rule, tuple(one for one in rule.exceptions if one.uncounted))


def _not_covered(facts: Facts, packs: Packs, asked: tuple[Asked, ...]) -> list[Sentence]:
    """Each country needs a law that speaks or is known not to; and somebody must speak at all."""
    countries = sorted(place for place in facts.places if len(place) == LAW_HAS_COUNTRY_CODES_OF)
    if not countries:
        return [Sentence("Which country's law applies is not known.", "不知道适用哪国法律。")]
    why_not = []
    for country in countries:
        of_country = [one for pack, one in zip(packs.packs, asked, strict=True) if pack.is_law and any(place.split("-")[0] == country for place in pack.places)]
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
