"""Which providers may tell us something over the web? The composition root puts its own function in here; until then, none may."""

from __future__ import annotations

from collections.abc import Callable

from arrears.engine.use_cases.hooks import Hook


def _none(provider: str) -> Hook | None:
    return None


hook_of: Callable[[str], Hook | None] = _none
"""The hook of this provider, or nothing where there is none of that name."""
