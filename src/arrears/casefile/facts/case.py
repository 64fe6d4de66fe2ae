"""When was a case open, and what was decided in it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class CaseEventKind(StrEnum):
    """What happened to the case?"""

    OPENED = "opened"
    """The person fell overdue in this book for the first time."""
    CLOSED = "closed"
    """Nothing is overdue any more, or the case ended in another way."""
    REOPENED = "reopened"
    """A closed case fell overdue again; its history goes on."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A case was opened, closed or reopened. Journal: `case:opened`, `case:closed`, `case:reopened`; no personal field.

    `valid_on` is the day on which it holds, `run_id` the run that found it.
    """

    kind: CaseEventKind
    case_id: int
    party_id: int
    book: str
    valid_on: date
    run_id: int

    JOURNAL_NAME: ClassVar[str] = "case:{kind}"
    CHAIN: ClassVar[str] = "case_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """Another treatment was decided for a case. Journal: `case:decision:changed`; no personal field.

    `amount_overdue_minor` counts minor units of `currency`; both are None where a case has debts in several currencies.
    `channel` is None where the treatment needs no contact, `days_past_due` where the source does not know days.
    """

    case_id: int
    party_id: int
    book: str
    valid_on: date
    run_id: int
    treatment: str
    channel: str | None
    rule: str
    reason_en: str
    reason_zh: str
    policy_version: str
    days_past_due: int | None
    amount_overdue_minor: int | None
    currency: str | None

    JOURNAL_NAME: ClassVar[str] = "case:decision:changed"
    CHAIN: ClassVar[str] = "case_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


def is_open(events: Iterable[CaseEvent], on: date) -> bool:
    """Was the case open at the end of this day? `events` in the order in which they were recorded.

    News that arrives late changes the answer for a past day, as it should; of two events of one day the later recorded one counts.

    >>> opened = CaseEvent(CaseEventKind.OPENED, 1, 2, "main", date(2026, 1, 5), 9)
    >>> closed = CaseEvent(CaseEventKind.CLOSED, 1, 2, "main", date(2026, 2, 1), 10)
    >>> [is_open([opened, closed], day) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    [False, True, True, False]
    """
    known = sorted((event for event in events if event.valid_on <= on), key=lambda event: event.valid_on)
    return bool(known) and known[-1].kind is not CaseEventKind.CLOSED
