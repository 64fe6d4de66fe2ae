"""Out of reach: has the debtor been tried in vain often enough that somebody else may be asked?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from arrears.check.conduct.case import KEPT, Case, Judged
from arrears.check.conduct.facts import Event
from arrears.check.conduct.local_time import DAY, local_day, start_of
from arrears.check.conduct.rule import RuleException
from arrears.check.conduct.words import TELEPHONE, Happened, Outcome, Recipient, Side

REACHED = (Outcome.CONVERSATION, Outcome.CONNECTED, Outcome.PENDING)


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """Not before so many calls in a row went unanswered on one day (then from the next), or on so many days in a row (then at once).

    A number that is out of service counts as out of reach at once. Whatever the debtor says or answers begins the count anew.

    Attributes:
        attempts, days: names of the figures.
    """

    attempts: str
    days: str

    def judge(self, case: Case, uncounted: tuple[RuleException, ...]) -> Judged:
        """A breach until the debtor is out of reach on the calendar of every zone."""
        attempts, days = case.figures.read(self.attempts).whole, case.figures.read(self.days).whole
        tried = _in_vain(case)
        if any(one.outcome is Outcome.NOT_IN_SERVICE for one in tried):
            return Judged(breach=False, used=tried)
        opens = [_opens_on(tried, attempts, days, zone) for zone in case.zones]
        moments = [start_of(day, zone) for day, zone in zip(opens, case.zones, strict=True) if day is not None]
        if len(moments) < len(opens):
            return Judged(breach=True, used=tried)
        return KEPT if case.at >= max(moments) else Judged(breach=True, ends_at=max(moments), used=tried)


def _in_vain(case: Case) -> tuple[Event, ...]:
    """The calls to the debtor since the debtor was last heard."""
    tried: list[Event] = []
    for event in case.facts.of([Happened.CONTACT, Happened.CONTACT_RECEIVED]):
        if event.at > case.at or event.to is not Recipient.DEBTOR:
            continue
        if event.kind is Happened.CONTACT_RECEIVED or event.outcome in REACHED:
            tried = []
        elif event.by is Side.COLLECTOR and event.channel in TELEPHONE:
            tried.append(event)
    return tuple(tried)


def _opens_on(tried: tuple[Event, ...], attempts: int, days: int, zone: str) -> date | None:
    """The first day on which somebody else may be asked."""
    by_day = Counter(local_day(one.at, zone) for one in tried)
    found = [day + DAY for day, count in by_day.items() if count >= attempts]
    found += [day for day in by_day if all(day - ahead * DAY in by_day for ahead in range(days))]
    return min(found, default=None)
