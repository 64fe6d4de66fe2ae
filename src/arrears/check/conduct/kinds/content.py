"""Content: does the act say all that it must, and nothing that it must not?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, SILENT, Case, Judged
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.standing import Standing, kinds_of, stands_perhaps
from arrears.check.conduct.words import Happened, Mark


@dataclass(frozen=True, slots=True)
class Required:
    """Each of these marks must be set; while something stands, where the rule says so."""

    marks: frozenset[Mark]
    during: tuple[Standing, ...] = ()

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of(self.during)

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach where one is missing; time does not mend it, other words do."""
        found = [event for one in self.during for event, _ in stands_perhaps(one, case)]
        if self.during and not found:
            return SILENT
        return KEPT if self.marks <= case.proposed.marks else Judged(breach=True, used=tuple(found))


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What the rule binds is not done at all; where it names marks, not with any of them; while something stands, where it says so."""

    marks: frozenset[Mark] = frozenset()
    during: tuple[Standing, ...] = ()

    @property
    def silent_without(self) -> frozenset[Happened]:
        """Nothing is said where nothing of these kinds ever happened."""
        return kinds_of(self.during)

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach by its nature; ends only with what it is tied to."""
        if self.marks and self.marks.isdisjoint(case.proposed.marks):
            return SILENT
        found = [pair for one in self.during for pair in stands_perhaps(one, case)]
        if self.during and not found:
            return SILENT
        ends = [end for _, end in found]
        return Judged(breach=True, ends_at=max((end for end in ends if end), default=None) if None not in ends else None, used=tuple(event for event, _ in found))
