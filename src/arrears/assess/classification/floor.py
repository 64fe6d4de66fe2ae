"""What is a floor, and how is it found from what is known?

A class follows from *triggers*: each says which class the debt has at least when it holds. A trigger may hold, not hold, or be unknown
because a fact is missing. The worst class among the triggers that hold is the floor; a missing fact never lowers it and is named
whenever it could make it worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from arrears.core.parameters import Reading
from arrears.core.reasons import Sentence

Class = TypeVar("Class", bound=StrEnum)
Thing = TypeVar("Thing")


def rank(reached: StrEnum) -> int:
    """How bad is a class among its own kind? Members are written best first."""
    return list(type(reached)).index(reached)


def all_of(*tests: bool | None) -> bool | None:
    """Do all tests hold? One that fails decides; otherwise one that is unknown leaves the whole unknown.

    >>> all_of(True, None), all_of(False, None), all_of(True, True)
    (None, False, True)
    """
    if any(test is False for test in tests):
        return False
    return None if any(test is None for test in tests) else True


def not_(test: bool | None) -> bool | None:
    """The opposite, where it is known.

    >>> not_(None), not_(True)
    (None, False)
    """
    return None if test is None else not test


def any_of(*tests: bool | None) -> bool | None:
    """Does one test hold? One that does decides; otherwise one that is unknown leaves the whole unknown.

    >>> any_of(True, None), any_of(False, None), any_of(False, False)
    (True, None, False)
    """
    return not_(all_of(*(not_(test) for test in tests)))


def more_than(figure: int | Decimal | None, limit: Reading) -> bool | None:
    """Is the figure above the limit (超过, "more than")? The limit itself is not; an unknown figure leaves it unknown."""
    return None if figure is None else figure > _limit(limit)


def at_least(figure: int | Decimal | None, limit: Reading) -> bool | None:
    """Has the figure reached the limit (以上)? The limit itself has."""
    return None if figure is None else figure >= _limit(limit)


def _limit(limit: Reading) -> int | Decimal:
    return limit.share if isinstance(limit.stated.value, Decimal) else limit.whole


def unknown_of(facts: object, *names: str) -> tuple[str, ...]:
    """Which of these facts are not known?"""
    return tuple(name for name in names if getattr(facts, name) is None)


@dataclass(frozen=True, slots=True)
class Trigger(Generic[Class]):
    """One reason for a class.

    Attributes:
        reached: the class that the debt has at least when this holds.
        holds: whether it does; None where a fact is missing.
        reason: the code of the reason.
        because: the reason in words.
        rests_on: the figures of law that it compares with.
        asks: facts that are missing, when `holds` is None.
        rebutted_by: missing facts that could take a trigger away that holds.
    """

    reached: Class
    holds: bool | None
    reason: str
    because: Sentence
    rests_on: tuple[Reading, ...] = ()
    asks: tuple[str, ...] = ()
    rebutted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Floor(Generic[Class]):
    """The best class that the known facts allow.

    Attributes:
        reached: the class.
        reason: code of the reason that decided.
        because: the same in words.
        rests_on: figures of law by which the class was reached.
        bounded_by: figures of law that kept it from being worse.
        not_known: facts that are missing and could make the class worse.
        rebutted_by: facts that are missing and could show that the deciding reason does not apply.
    """

    reached: Class
    reason: str
    because: Sentence
    rests_on: tuple[Reading, ...]
    bounded_by: tuple[Reading, ...]
    not_known: tuple[str, ...]
    rebutted_by: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Does every figure it rests on, or was kept by, stand confirmed?"""
        return all(reading.certain for reading in (*self.rests_on, *self.bounded_by))

    @property
    def final(self) -> bool:
        """May it be used without a person's look: nothing missing, nothing unconfirmed?"""
        return self.certain and not self.not_known and not self.rebutted_by

    @property
    def citations(self) -> tuple[str, ...]:
        """Where it stands written: article, source and confidence of each figure behind it."""
        return tuple(reading.citation for reading in _each_once((*self.rests_on, *self.bounded_by)))


def floor_of(triggers: Sequence[Trigger[Class]], otherwise: Trigger[Class]) -> Floor[Class]:
    """What is the worst class that surely applies, and what could still worsen it?

    Args:
        triggers: reasons in the order in which they are to be named; of two for the same class the first that holds is told.
        otherwise: the class and the words when none holds; its `holds` is not looked at.
    """
    decided = max(
        (trigger for trigger in triggers if trigger.holds), key=lambda trigger: rank(trigger.reached), default=otherwise
    )
    worse = [trigger for trigger in triggers if rank(trigger.reached) > rank(decided.reached)]
    return Floor(
        decided.reached,
        decided.reason,
        decided.because,
        decided.rests_on,
        _each_once(reading for trigger in worse if trigger.holds is False for reading in trigger.rests_on),
        _each_once(name for trigger in worse if trigger.holds is None for name in trigger.asks),
        decided.rebutted_by,
    )


def _each_once(things: Iterable[Thing]) -> tuple[Thing, ...]:
    return tuple(dict.fromkeys(things))
