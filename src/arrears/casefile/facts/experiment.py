"""Which comparisons run, who answers for them, when did they end, and who wants no part in any?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class StopReason(StrEnum):
    """Why did an experiment end?"""

    COMPLAINTS = "complaints"
    """Complaints piled up in an arm, or were more than the policy allows: stopped by the night itself."""
    MISMATCH = "mismatch"
    """The arms are not of the sizes they were drawn in: nothing it says can be believed."""
    OWNER = "owner"
    """Its owner, or whoever stands for the debtors, ended it."""
    ANSWERED = "answered"
    """It has said what was asked."""


@dataclass(frozen=True, slots=True)
class ExperimentStarted:
    """People are drawn into the arms of an experiment from `valid_on` on. Journal: `experiment:started`, in the institution's chain.

    Attributes:
        start_id: drawn at the start; salt of the draw, so that a second start draws anew.
        design: SHA-256 (hex) of what the policy says of the experiment; a policy that says something else has not been approved.
        owner: who answers for it, as the policy names them.
        approval: where compliance's approval is found.
        approved_by: name by which the person of the compliance role signs in.
        people_planned: for how many people, all arms together, the intervals are made narrowest; no bound.
    """

    start_id: int
    book: str
    experiment: str
    design: str
    owner: str
    approval: str
    approved_by: str
    people_planned: int
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "experiment:started"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ExperimentStopped:
    """Everybody is treated as the policy says from `valid_on` on. Journal: `experiment:stopped`, in the institution's chain."""

    start_id: int
    reason: StopReason
    note: str
    stopped_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "experiment:stopped"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ExperimentOptOut:
    """A person takes part in no experiment from `valid_on` on. Journal: `experiment:opt_out`, in the person's chain."""

    party_id: int
    noted_by: str
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "experiment:opt_out"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def running_on(started: Iterable[ExperimentStarted], stopped: Iterable[ExperimentStopped], on: date) -> list[ExperimentStarted]:
    """Which experiments draw people on this day? One stopped on a day draws nobody on that day.

    >>> begun = ExperimentStarted(1, "main", "lighter", "00", "manager", "C-17", "wei", 20_000, date(2026, 1, 5))
    >>> ended = ExperimentStopped(1, StopReason.OWNER, "enough", "lin", date(2026, 2, 1))
    >>> [len(running_on([begun], [ended], day)) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1, 1, 0]
    """
    ended = {one.start_id for one in stopped if one.valid_on <= on}
    return [one for one in started if one.valid_on <= on and one.start_id not in ended]
