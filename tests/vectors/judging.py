"""What came of one case, and what every judge needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

CENTS = 2


@dataclass(frozen=True)
class Judgement:
    """One case judged: its family, and whether we come to the same (None: not judged in this family)."""

    family: str
    passed: bool
    said: str = ""


class NotUnderstood(Exception):
    """The case has a field, or a value, that the judge does not know."""


def minor(text: str) -> int:
    """A decimal text of two decimals as minor units."""
    return int(Decimal(text).scaleb(CENTS).to_integral_exact())


def only_known(thing: Mapping[str, Any], known: set[str], where: str) -> None:
    """Refuse what the judge would otherwise overlook."""
    unknown = set(thing) - known
    if unknown:
        raise NotUnderstood(f"{where} has {', '.join(sorted(unknown))}")
