"""How does long work say how far it is?"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told (stage, done, of) while work goes on."""


def silent(stage: str, done: int, of: int) -> None:
    """Progress that nobody looks at."""
