"""How does a figure of law come with everything that a reader needs to check it, or to doubt it?

Whoever works out what the law sets hands back the figure together with its working line by line, the dated readings it rests on, and so
which of them nobody has confirmed yet. An unconfirmed figure is the reading, not a permission: a person of compliance has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from arrears.core.parameters import Reading
from arrears.core.reasons import Sentence

Figure = TypeVar("Figure")

UNCONFIRMED = Sentence("unconfirmed: for compliance review", "未经确认：须由合规人员复核")


@dataclass(frozen=True, slots=True)
class Worked(Generic[Figure]):
    """A figure with its working.

    Attributes:
        figure: what came out.
        working: how, one line a step, in the order of the steps.
        readings: the dated figures of law that were used, each once.
    """

    figure: Figure
    working: tuple[Sentence, ...]
    readings: tuple[Reading, ...]

    @property
    def unconfirmed(self) -> tuple[Reading, ...]:
        """Which of the figures it rests on has nobody confirmed?"""
        return tuple(reading for reading in self.readings if not reading.certain)

    @property
    def certain(self) -> bool:
        """May something rest on it without a person's word?"""
        return not self.unconfirmed

    @property
    def citations(self) -> tuple[str, ...]:
        """Where each figure stands: article, source, confidence."""
        return tuple(reading.citation for reading in self.readings)


def worked(figure: Figure, working: Iterable[Sentence], readings: Iterable[Reading]) -> Worked[Figure]:
    """Put a figure together with its working; a reading that was used twice is named once.

    >>> worked(3, [Sentence("One and two.", "一加二。")], []).certain
    True
    """
    return Worked(figure, tuple(working), tuple(dict.fromkeys(readings)))
