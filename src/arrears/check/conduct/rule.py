"""What is a rule, and when does an exception lift it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from arrears.check.conduct.case import Case, Judged
from arrears.check.conduct.conditions import ActCondition
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.standing import Standing, stands_for_certain, stands_perhaps
from arrears.check.conduct.words import Act, Purpose
from arrears.core.parameters import Confidence
from arrears.core.problems import BadData
from arrears.core.reasons import Sentence

ANY_ACT = ActCondition()


class Says(StrEnum):
    """What does a rule find?"""

    PERMITS = "permits"
    FORBIDS = "forbids"
    PRESUMES = "presumes"
    """A breach is presumed, and may be rebutted later; whoever asks beforehand is told no."""


class Effect(StrEnum):
    """What does an exception do?"""

    LIFTS = "lifts"
    RESTORES = "restores"
    """Says that the general rule holds all the same."""


class ConflictingExceptions(BadData):
    """Two exceptions of one rule hold, and one lifts what the other restores: the pack must be corrected before anybody is contacted."""


@dataclass(frozen=True, slots=True)
class RuleException:
    """When the general rule does not hold.

    Attributes:
        when: what the act must be.
        given: each of these must stand.
        without: none of these may stand.
        uncounted: contacts that were made under this exception are not counted by the rule's cap.
    """

    name: str
    label: Sentence
    effect: Effect = Effect.LIFTS
    when: ActCondition = ANY_ACT
    given: tuple[Standing, ...] = ()
    without: tuple[Standing, ...] = ()
    uncounted: bool = False

    def could_hold(self, facts: Facts) -> bool:
        """Did something of each kind happen that it needs? Else it holds for no act whatever."""
        return all(not one.event.kinds.isdisjoint(facts.kinds) for one in self.given)

    def holds(self, case: Case) -> tuple[Event, ...] | None:
        """The events on which it rests, or None where it does not hold. In doubt it does not lift."""
        if not self.could_hold(case.facts) or not self.when.fits(case.proposed, case.facts):
            return None
        used: list[Event] = []
        for one in self.given:
            found = stands_for_certain(one, case)
            if not found:
                return None
            used.append(found[-1])
        if any(stands_perhaps(one, case) for one in self.without):
            return None
        return tuple(used)


class Kind(Protocol):
    """What a rule of some kind can do: be judged, its general part alone."""

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """What does the general part come to?"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law as data: where it stands, whom it binds, what it looks at, and its exceptions.

    Attributes:
        name: a sentence in few words; also the name of its file.
        code: the short code under which reports count it.
        from_on, to_on: first and last day on which it is in force.
        confidence: how well the rule's own words are confirmed; its figures have their own.
        binds: the acts, purposes, channels, persons, products and actors it speaks of.
        breach: what it finds where it is not kept.
        parameters: name in the rule → name of the dated figure.
    """

    name: str
    kind_name: str
    citation: str
    source: str
    confidence: Confidence
    from_on: date
    to_on: date | None
    label: Sentence
    text: Sentence
    acts: frozenset[Act]
    purposes: frozenset[Purpose]
    binds: ActCondition
    breach: Says
    parameters: Mapping[str, str]
    kind: Kind
    exceptions: tuple[RuleException, ...]

    def concerns(self, proposed: Proposed) -> bool:
        """Is the act one of those it speaks of, and the purpose too?"""
        return proposed.act in self.acts and (proposed.purpose is None or proposed.purpose in self.purposes)

    def in_force(self, day: date) -> bool:
        """Does it hold on this day?"""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)

    def exception_that_holds(self, case: Case) -> tuple[RuleException, tuple[Event, ...]] | None:
        """The exception that decides, with the events it rests on.

        Raises:
            ConflictingExceptions: one lifts, another restores.
        """
        found = [(one, used) for one in self.exceptions if (used := one.holds(case)) is not None]
        if len({one.effect for one, _ in found}) > 1:
            names = ", ".join(one.name for one, _ in found)
            raise ConflictingExceptions(
                f"The exceptions {names} of the rule {self.name} hold at once and contradict each other.",
                "Nobody can tell whether the rule is lifted, so nothing may be sent.",
                "Correct the rule: say in one exception when the other does not hold.",
            )
        return next((pair for pair in found if pair[0].effect is Effect.LIFTS), None)
