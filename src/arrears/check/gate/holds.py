"""What do holds that were placed and lifted say, as what happened?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.hold import Hold, HoldKind, HoldLifted
from arrears.check.conduct.facts import Event
from arrears.check.conduct.words import Happened, Mark, Side

BEGUN = {
    HoldKind.DISPUTE: Happened.DISPUTE, HoldKind.CLAIMS_PAID: Happened.PAYMENT_SOUGHT, HoldKind.COMPLAINT: Happened.COMPLAINT,
    HoldKind.HARDSHIP: Happened.HARDSHIP, HoldKind.BREATHING_SPACE: Happened.MORATORIUM, HoldKind.INSOLVENCY: Happened.INSOLVENCY,
    HoldKind.DECEASED: Happened.DECEASED, HoldKind.REPRESENTED: Happened.ADVISER_ACTS, HoldKind.DISTRESS: Happened.DISTRESS,
    HoldKind.OTHER: Happened.CEASE_REQUEST,
}
"""A hold for another reason, in words, is read as the strictest wish: nobody asks for money until it is lifted."""
ENDED = {
    HoldKind.DISPUTE: Happened.DISPUTE_ENDED, HoldKind.CLAIMS_PAID: Happened.PAYMENT_SEARCH_ENDED, HoldKind.COMPLAINT: Happened.COMPLAINT_ANSWERED,
    HoldKind.HARDSHIP: Happened.HARDSHIP_ENDED, HoldKind.BREATHING_SPACE: Happened.MORATORIUM_ENDED, HoldKind.INSOLVENCY: Happened.INSOLVENCY_ENDED,
    HoldKind.REPRESENTED: Happened.ADVISER_ENDED, HoldKind.DISTRESS: Happened.DISTRESS_ENDED, HoldKind.OTHER: Happened.CEASE_WITHDRAWN,
}
_VERIFIED = frozenset({Mark.AUTHORITY_VERIFIED})


def events_of(facts: Iterable[Fact]) -> tuple[Event, ...]:
    """Holds and their ends as events: a hold from the start of its first day, its end from the start of the day on which it protects no more."""
    facts = list(facts)
    kinds = {one.hold_id: one.kind for one in facts if isinstance(one, Hold)}
    begun = [_begun(one) for one in facts if isinstance(one, Hold)]
    ended = [
        Event(at=datetime.combine(one.valid_on, time(0), UTC), kind=ENDED[kinds[one.hold_id]], by=Side.AUTHORITY)
        for one in facts if isinstance(one, HoldLifted) and kinds.get(one.hold_id) in ENDED
    ]
    return (*begun, *ended)


def _begun(hold: Hold) -> Event:
    marks = _VERIFIED if hold.kind is HoldKind.REPRESENTED else frozenset[Mark]()
    return Event(at=datetime.combine(hold.from_on, time(0), UTC), kind=BEGUN[hold.kind], marks=marks, until=hold.to_on)
