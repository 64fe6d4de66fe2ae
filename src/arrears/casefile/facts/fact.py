"""What does every fact say about itself?

A fact class is a frozen dataclass with three statements: under which name it is journalled (`JOURNAL_NAME`), to whose chain of
entries it belongs (`CHAIN`) and which of its fields are personal (`PERSONAL`). All its fields are committed in the journal;
personal ones are stored encrypted under the person's key and lose their salt when the person is erased.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any, ClassVar, Protocol

INSTITUTION_CHAIN = 0
"""The chain of facts that belong to no case and no person, such as published runs."""


class Fact(Protocol):
    """The shape of a fact class."""

    JOURNAL_NAME: ClassVar[str]
    CHAIN: ClassVar[str]
    PERSONAL: ClassVar[frozenset[str]]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


@cache
def committed_fields(kind: type[Fact]) -> tuple[str, ...]:
    """Which fields are committed in the journal, in which order? All of them, as declared.

    >>> from arrears.casefile.facts.hold import HoldLifted
    >>> committed_fields(HoldLifted)
    ('hold_id', 'party_id', 'valid_on', 'reason', 'lifted_by')
    """
    return tuple(field.name for field in dataclasses.fields(kind))


def personal_positions(kind: type[Fact]) -> tuple[int, ...]:
    """At which places (from 1) of the committed fields stand personal ones?

    >>> from arrears.casefile.facts.hold import HoldLifted
    >>> personal_positions(HoldLifted)
    (4,)
    """
    return tuple(place for place, name in enumerate(committed_fields(kind), start=1) if name in kind.PERSONAL)


def journal_name(fact: Fact) -> str:
    """Under which name does this fact stand in the journal? A person can read it aloud: `case:opened`."""
    return type(fact).JOURNAL_NAME.format(kind=getattr(fact, "kind", ""))


def chain_of(fact: Fact) -> int:
    """In which chain of entries does this fact stand: its case's, its person's, or the institution's (0)?"""
    return int(getattr(fact, type(fact).CHAIN)) if type(fact).CHAIN else INSTITUTION_CHAIN


def party_of(fact: Fact) -> int | None:
    """Whom does this fact concern? None where it concerns nobody, as a published run."""
    return getattr(fact, "party_id", None)


def values_of(fact: Fact) -> dict[str, object]:
    """What does this fact say, field by field, in committed order?"""
    return {name: getattr(fact, name) for name in committed_fields(type(fact))}
