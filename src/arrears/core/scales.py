"""What does a graduated scale ask of an amount, segment by segment?

Fees of courts and arbitral bodies are written as tables: so much for the first part, then a share of each further part. A scale is that
table; every segment asks its share of the part of the amount that lies in it, and a fixed sum once the amount reaches into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a scale.

    Attributes:
        above_minor: the part of the amount above this lies in the segment, up to where the next one begins.
        share: what is asked of that part.
        once_minor: asked once as soon as the amount reaches into the segment.
    """

    above_minor: int
    share: Decimal
    once_minor: int = 0

    def __str__(self) -> str:
        once = f"{self.once_minor} + " if self.once_minor else ""
        return f">{self.above_minor}: {once}{self.share.normalize():f}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one segment asks of an amount, exactly: of which part, which share, and what came to."""

    segment: Segment
    part_minor: int
    comes_to: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """A graduated scale, lowest segment first; the first begins at nothing.

    >>> scale = Scale((Segment(0, Decimal(0), 50_00), Segment(10_000_00, Decimal("0.025"))))
    >>> scale.charge(10_000_00), scale.charge(20_000_00), scale.charge(0)
    (Decimal('5000'), Decimal('30000.000'), Decimal('0'))
    >>> print(scale)
    >0: 5000 + 0; >1000000: 0.025
    """

    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        starts = [segment.above_minor for segment in self.segments]
        if not starts or starts[0] != 0 or any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("a scale begins at 0 and its segments ascend")

    def __str__(self) -> str:
        return "; ".join(str(segment) for segment in self.segments)

    def asked(self, amount_minor: int) -> Sequence[Asked]:
        """What does each segment that the amount reaches into ask? Nothing is asked of nothing.

        Args:
            amount_minor: not negative.
        """
        assert amount_minor >= 0
        ends = [*(segment.above_minor for segment in self.segments[1:]), None]
        found = []
        for segment, end in zip(self.segments, ends, strict=True):
            if amount_minor <= segment.above_minor:
                break
            part = (amount_minor if end is None else min(amount_minor, end)) - segment.above_minor
            found.append(Asked(segment, part, segment.once_minor + part * segment.share))
        return tuple(found)

    def charge(self, amount_minor: int) -> Decimal:
        """What does the whole scale ask, in minor units and not yet rounded?"""
        return sum((one.comes_to for one in self.asked(amount_minor)), Decimal(0))
