"""Which law is asked? A pack holds the rules of one regime, and says what it covers and what it knows to lie outside."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.facts import Facts, Proposed
from arrears.check.conduct.rule import Rule
from arrears.core.parameters import Parameters, Reading
from arrears.core.reasons import Sentence

if TYPE_CHECKING:
    from arrears.check.conduct.law import Binding, Law

COMPLIANCE = "compliance"
"""The role of those who may confirm a figure."""


class Coverage(StrEnum):
    """Does a pack speak of this act?"""

    APPLIES = "applies"
    OUTSIDE = "outside"
    """It says itself that it does not: the other packs and the house decide."""
    NOT_KNOWN = "not_known"
    """It neither covers it nor says that it lies outside."""
    ELSEWHERE = "elsewhere"
    """It is the law of another place."""
    PERHAPS = "perhaps"
    """It is the law of a part of the place that is known, and in which part the person is, is not: it is asked as if it applied."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a pack knows not to cover, and where that stands."""

    name: str
    when: ActCondition
    text: Sentence


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one regime.

    Attributes:
        name: jurisdiction and regime, as the folders are called: "us/reg_f".
        places: where it is law; empty for a lender's own rules, which go everywhere.
        zones: every time zone of its place, for persons of whom no zone is known.
        is_law: a lender's own rules are not, and never stand for the law of a place.
        parameters: the figures of its jurisdiction.
    """

    name: str
    label: Sentence
    places: frozenset[str]
    zones: tuple[str, ...]
    is_law: bool
    covers: ActCondition
    outside: tuple[Outside, ...]
    rules: tuple[Rule, ...]
    parameters: Parameters

    def coverage(self, proposed: Proposed, facts: Facts) -> tuple[Coverage, Sentence | None]:
        """Does it speak of this act, and if it knows that it does not, why?"""
        here = self.is_here(facts.places)
        if not here and self.perhaps_in(facts.places) is None:
            return Coverage.ELSEWHERE, None
        if not self.covers.may_be_of(proposed.act):
            return Coverage.NOT_KNOWN, None  # Whoever says nothing of suits does not know that one lies outside.
        for one in self.outside:
            if one.when.fits(proposed, facts):
                return Coverage.OUTSIDE, one.text
        if not self.covers.fits(proposed, facts):
            return Coverage.NOT_KNOWN, None
        return (Coverage.APPLIES if here else Coverage.PERHAPS), None

    def is_here(self, places: frozenset[str]) -> bool:
        """Is it the law of one of these places, or of none in particular?"""
        return not self.places or not self.places.isdisjoint(places)

    def perhaps_in(self, places: frozenset[str]) -> str | None:
        """Within which of these places may the person be where this is law? None where that is ruled out: a sister of its place is known.

        >>> from arrears.core.parameters import Parameters
        >>> pack = Pack("us/ma", Sentence("Massachusetts", "马萨诸塞州"), frozenset({"US-MA"}), (), True, ActCondition(), (), (), Parameters({}))
        >>> pack.perhaps_in(frozenset({"US"})), pack.perhaps_in(frozenset({"US", "US-TX"}))
        ('US', None)
        """
        parts = {place for place in places if not any(other.startswith(f"{place}-") for other in places)}
        return min((place for place in parts if any(own.startswith(f"{place}-") for own in self.places)), default=None)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A named person of the compliance role has looked a figure or a rule up, and stands for it.

    Attributes:
        subject: name of the parameter, or pack and name of the rule ("uk/conc/hold_while_advice_is_taken").
        value: the figure that was confirmed, as text; another value needs another confirmation. Empty for a rule.
    """

    subject: str
    value: str
    by: str
    role: str
    on: date


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs that are asked, and what was confirmed about them."""

    packs: tuple[Pack, ...]
    confirmations: tuple[Confirmation, ...] = ()
    _confirmed: Mapping[tuple[str, str], date] = field(default_factory=dict, init=False, repr=False, compare=False)
    remembered: dict[Hashable, Law] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `law_on` found for acts of one shape; it follows from the packs alone."""
    bindings: dict[tuple[str, str, str | None], Binding] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The rules that bound some act so far, by pack and name, with what they say on each day."""

    def __post_init__(self) -> None:
        first: dict[tuple[str, str], date] = {}
        for one in self.confirmations:
            if one.role == COMPLIANCE and one.by:
                key = (one.subject, one.value)
                first[key] = min(one.on, first.get(key, one.on))
        object.__setattr__(self, "_confirmed", first)

    def figure_is_certain(self, reading: Reading, day: date) -> bool:
        """May something rest on this figure on this day?"""
        return reading.certain or self._confirmed.get((reading.name, str(reading.stated.value)), date.max) <= day

    def rule_is_certain(self, pack: Pack, rule: Rule, day: date) -> bool:
        """May something rest on the words of this rule on this day?"""
        return rule.confidence == "confirmed" or self._confirmed.get((f"{pack.name}/{rule.name}", ""), date.max) <= day
