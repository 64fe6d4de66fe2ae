"""Venue: is the suit filed at a court where the person may be sued?"""

from __future__ import annotations

from dataclasses import dataclass

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.rule import RuleException
from arrears.core.reasons import Sentence

WHICH = Sentence("at which courts this person may be sued, and at which the suit is to be filed", "可以起诉该人的法院，以及拟起诉的法院")


@dataclass(frozen=True, slots=True)
class Venue:
    """Only at one of the courts that the facts name."""

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach elsewhere, and where the courts are not known."""
        if not case.proposed.district or not case.facts.districts:
            return Judged(breach=True, missing=WHICH)
        return KEPT if case.proposed.district in case.facts.districts else Judged(breach=True)
