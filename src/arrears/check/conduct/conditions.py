"""Does an act, or something that happened, fit what a rule looks at?

A condition names fields and the values it wants; every named field must fit. `marks` wants at least one of its values, `all_marks` every one,
`no_marks` none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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

    def may_be_of(self, act: Act) -> bool:
        """Can an act of this kind fit at all?"""
        return all(act in values for name, values in self.wanted if name == "act")


_ALL_KINDS = frozenset(Happened)
_CONTACTS = frozenset({Happened.CONTACT, Happened.CONTACT_RECEIVED, Happened.CONSENT})
_MAY_BE_LEFT_OPEN: Mapping[str, frozenset[Happened]] = {
    "purpose": _ALL_KINDS,
    "mode": _ALL_KINDS,
    "outcome": _ALL_KINDS - _CONTACTS,
    "channel": _ALL_KINDS - _CONTACTS,
}
"""Of which kinds of event a field that is not known fits: purpose and mode of all, for a rule that counts must not miss a contact of which they are
not known; outcome and channel of all but contacts, for only contacts have them."""


@dataclass(frozen=True, slots=True)
class EventCondition:
    """What a rule wants of something that happened.

    Attributes:
        kinds: the kinds it names; a condition of a rule names at least one.
    """

    wanted: Wanted
    kinds: frozenset[Happened] = field(init=False, repr=False, compare=False)
    _fields: tuple[tuple[str, frozenset[StrEnum], frozenset[Happened]], ...] = field(init=False, repr=False, compare=False)
    _marks: tuple[tuple[Callable[[frozenset[Mark], frozenset[StrEnum]], bool], frozenset[StrEnum]], ...] = field(init=False, repr=False, compare=False)
    _fields_but_outcome: tuple[tuple[str, frozenset[StrEnum], frozenset[Happened]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nobody: frozenset[Happened] = frozenset()
        object.__setattr__(self, "kinds", frozenset(Happened(value) for name, values in self.wanted if name == "kind" for value in values))
        object.__setattr__(
            self, "_fields", tuple((name, values, _MAY_BE_LEFT_OPEN.get(name, nobody)) for name, values in self.wanted if name not in _BY_MARKS)
        )
        object.__setattr__(self, "_fields_but_outcome", tuple(one for one in self._fields if one[0] != "outcome"))
        object.__setattr__(self, "_marks", tuple((_BY_MARKS[name], values) for name, values in self.wanted if name in _BY_MARKS))

    def fits(self, event: Event, *, whatever_outcome: bool = False) -> bool:
        """Does this event fit, or would it with another outcome?"""
        for name, values, open_for in self._fields_but_outcome if whatever_outcome else self._fields:
            value: Any = getattr(event, name)
            if value not in values and not (value is None and event.kind in open_for):
                return False
        return all(fit(event.marks, values) for fit, values in self._marks) if self._marks else True
