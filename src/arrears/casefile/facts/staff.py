"""Who is called where somebody is in danger?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ColleagueCalled:
    """A colleague is trained to speak with people in distress and is called, or no longer. Journal: `staff:called`, in the institution's chain."""

    username: str
    is_called: bool
    named_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "staff:called"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def called(facts: Iterable[ColleagueCalled]) -> frozenset[str]:
    """Who is called now, by the last word about each (in recorded order)?

    >>> day = date(2026, 3, 1)
    >>> sorted(called([ColleagueCalled("lin", True, "wei", day), ColleagueCalled("hao", True, "wei", day), ColleagueCalled("lin", False, "wei", day)]))
    ['hao']
    """
    last = {fact.username: fact.is_called for fact in facts}
    return frozenset(name for name, is_called in last.items() if is_called)
