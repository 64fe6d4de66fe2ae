"""Does an act, or something that happened, fit what a rule looks at?

A condition names fields and the values it wants; every named field must fit. `marks` wants at least one of its values, `all_marks` every one,
`no_marks` none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.words import (
    Act,
    ActorRole,
    Channel,
    DebtorKind,
    DebtPurpose,
    Happened,
    LenderKind,
    Mark,
    Mode,
    Outcome,
    Place,
    Product,
    Purpose,
    Recipient,
    Record,
    Side,
)

Wanted = tuple[tuple[str, frozenset[StrEnum]], ...]

ACT_FIELDS: Mapping[str, type[StrEnum]] = {
    "act": Act,
    "purpose": Purpose,
    "channel": Channel,
    "to": Recipient,
    "place": Place,
    "mode": Mode,
    "record": Record,
    "marks": Mark,
    "all_marks": Mark,
    "no_marks": Mark,
    "actor": ActorRole,
    "product": Product,
    "debt_purpose": DebtPurpose,
    "debtor": DebtorKind,
    "lender": LenderKind,
}
OF_FACTS = frozenset({"actor", "product", "debt_purpose", "debtor", "lender"})
EVENT_FIELDS: Mapping[str, type[StrEnum]] = {
    "kind": Happened,
    "by": Side,
    "to": Recipient,
    "channel": Channel,
    "place": Place,
    "mode": Mode,
    "purpose": Purpose,
    "outcome": Outcome,
    "record": Record,
    "marks": Mark,
    "all_marks": Mark,
    "no_marks": Mark,
}
_BY_MARKS: Mapping[str, Callable[[frozenset[Mark], frozenset[StrEnum]], bool]] = {
    "marks": lambda marks, wanted: not marks.isdisjoint(wanted),
    "all_marks": lambda marks, wanted: wanted <= marks,
    "no_marks": lambda marks, wanted: marks.isdisjoint(wanted),
}


@dataclass(frozen=True, slots=True)
class ActCondition:
    """What a rule wants of the act and of what is known about debt and actor."""

    wanted: Wanted = ()

    def fits(self, proposed: Proposed, facts: Facts) -> bool:
        """Does this act fit?"""
        for name, values in self.wanted:
            if name in _BY_MARKS:
                if not _BY_MARKS[name](proposed.marks, values):
                    return False
            elif getattr(facts if name in OF_FACTS else proposed, name) not in values:
                return False
        return True


def _may_be_left_open(name: str, kind: Happened) -> bool:
    """A contact of which purpose or mode is not known fits, for a rule that counts must not miss it; only contacts have an outcome and a channel."""
    return name in ("purpose", "mode") or (name in ("outcome", "channel") and kind not in (Happened.CONTACT, Happened.CONTACT_RECEIVED, Happened.CONSENT))


@dataclass(frozen=True, slots=True)
class EventCondition:
    """What a rule wants of something that happened."""

    wanted: Wanted

    @property
    def kinds(self) -> frozenset[Happened]:
        """The kinds it names; a condition on events names at least one."""
        return frozenset(Happened(value) for name, values in self.wanted if name == "kind" for value in values)

    def fits(self, event: Event) -> bool:
        """Does this event fit?"""
        for name, values in self.wanted:
            if name in _BY_MARKS:
                if not _BY_MARKS[name](event.marks, values):
                    return False
                continue
            value: Any = getattr(event, name)
            if value not in values and not (value is None and _may_be_left_open(name, event.kind)):
                return False
        return True
