"""What protects a person, from when to when, and who may lift it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class HoldKind(StrEnum):
    """Why is this person protected?"""

    DISPUTE = "dispute"
    """The person says that the debt, or its amount, is wrong."""
    CLAIMS_PAID = "claims_paid"
    """The person says that it was paid; the payment is being looked for."""
    COMPLAINT = "complaint"
    """A complaint is being answered."""
    HARDSHIP = "hardship"
    """The person cannot pay now: illness, lost work, disaster."""
    BREATHING_SPACE = "breathing_space"
    """A statutory moratorium."""
    INSOLVENCY = "insolvency"
    """Insolvency or debt-relief proceedings."""
    DECEASED = "deceased"
    """The person has died; nobody of the family is contacted as if they owed it."""
    REPRESENTED = "represented"
    """A lawyer or adviser speaks for the person."""
    DISTRESS = "distress"
    """Signs of danger to the person; a trained human decides."""
    OTHER = "other"
    """Another reason, in words."""


class Blocked(StrEnum):
    """What is not done while a hold is in force?"""

    CONTACT = "contact"
    """No message, call or visit that asks for money."""
    AUTOMATION = "automation"
    """No treatment without a human decision."""
    PLACEMENT = "placement"
    """The case is not given to anybody outside."""
    LEGAL = "legal"
    """No legal step is begun."""
    CHARGES = "charges"
    """No late fee or penalty interest is added."""


class MayLift(StrEnum):
    """Who may end a hold before its last day?"""

    COLLECTOR = "collector"
    """Whoever handles the case."""
    MANAGER = "manager"
    """A manager."""
    ADMINISTRATOR = "administrator"
    """An administrator, for holds that rest on law or a court."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A person is protected. Journal: `hold:placed`, in the person's chain; `reason` is personal.

    In force from `from_on` to `to_on`, both days included; without `to_on` until lifted.
    """

    hold_id: int
    party_id: int
    kind: HoldKind
    reason: str
    from_on: date
    to_on: date | None
    blocks: tuple[Blocked, ...]
    may_lift: MayLift

    JOURNAL_NAME: ClassVar[str] = "hold:placed"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A hold was ended: from `valid_on` on it protects no more. Journal: `hold:lifted`; `reason` is personal.

    `lifted_by` is the role in which it was lifted; the person who did it is the journal entry's actor.
    """

    hold_id: int
    party_id: int
    valid_on: date
    reason: str
    lifted_by: MayLift

    JOURNAL_NAME: ClassVar[str] = "hold:lifted"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})


def holds_in_force(holds: Iterable[Hold], lifts: Iterable[HoldLifted], on: date) -> list[Hold]:
    """Which holds protect on this day? A hold lifted on a day no longer protects on that day.

    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
    >>> lift = HoldLifted(7, 2, date(2026, 2, 1), "payment found", MayLift.MANAGER)
    >>> [len(holds_in_force([hold], [lift], day)) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1, 1, 0]
    """
    lifted = {lift.hold_id for lift in lifts if lift.valid_on <= on}
    return [h for h in holds if h.from_on <= on and (h.to_on is None or on <= h.to_on) and h.hold_id not in lifted]
