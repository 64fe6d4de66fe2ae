"""What came of a call, what is known of a number or address, which numbers went to a dialler, and what did a person say the first time we spoke?

The contact itself is a fact of its own (`facts.contact`); what is here says in the trade's words what came of it and what followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class CallFlag(StrEnum):
    """What is true of a call, by its result? The base of every contact rate: the trade's codes mean different things in different houses, these do not."""

    ATTEMPT = "attempt"
    """Somebody tried; every call is one."""
    CONNECT = "connect"
    """Somebody answered."""
    RIGHT_PARTY = "right_party"
    """It was the person, and that was made sure of."""


@dataclass(frozen=True, slots=True)
class CallWrappedUp:
    """What came of a call, in codes. Journal: `call:wrapped_up`, in the person's chain; words that were said stand in the contact's note.

    Attributes:
        contact_id: the contact that counts against caps; `permit_id` the permit it was made under, none where somebody called us or there was none.
        row_key: the dialler's row it came from, so that it comes in once; empty where a person wrapped it up.
        action, result: codes of `act/calls/wrap_up.yaml`, or the lender's own; `codes` the digest of the codes as they were then.
        flags: `CallFlag` by the result, as it was then.
        callback_at: when the person asked to be called again.
        promise_minor, promise_currency, promise_due_on: what the person offered to pay and by when; a draft until the promise is taken down.
        followed: what was recorded because of the result: `hold:dispute`, `point:wrong_party` …
    """

    wrap_up_id: int
    party_id: int
    case_id: int
    contact_id: int
    permit_id: int | None
    row_key: str
    action: str
    result: str
    codes: str
    flags: tuple[str, ...]
    point: str
    agent: str
    started_at: datetime
    ended_at: datetime | None
    callback_at: datetime | None
    promise_minor: int | None
    promise_currency: str
    promise_due_on: str
    followed: tuple[str, ...]

    JOURNAL_NAME: ClassVar[str] = "call:wrapped_up"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class PointMark(StrEnum):
    """What is known of a number or address?"""

    VERIFIED = "verified"
    """It is the person's own; that was made sure of."""
    WRONG_PARTY = "wrong_party"
    """It belongs to somebody else. Nobody is contacted there about this person."""
    INVALID = "invalid"
    """It does not exist, or takes nothing. Nobody is contacted there."""
    SHARED = "shared"
    """Others answer it too: nothing that discloses a debt goes there."""
    CLEARED = "cleared"
    """An earlier mark was a mistake."""


RULED_OUT_MARKS = frozenset({PointMark.WRONG_PARTY, PointMark.INVALID})
"""Marks at which nobody is contacted."""


@dataclass(frozen=True, slots=True)
class ContactPointMarked:
    """Somebody said what a number or address is; the last word counts. Journal: `contact_point:{kind}`, in the person's chain; `words` is personal.

    Attributes:
        point: the contact point by its reference, never the number itself.
        because: what made it known: `call:WN` (a wrap-up code), `bounce`, `letter_returned`, `person` …
        contact_id: the contact in which it was learnt, where there was one.
    """

    mark_id: int
    party_id: int
    channel: str
    point: str
    kind: PointMark
    because: str
    contact_id: int | None
    said_by: str
    marked_at: datetime
    words: str

    JOURNAL_NAME: ClassVar[str] = "contact_point:{kind}"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})


def marks_now(marks: Iterable[ContactPointMarked]) -> dict[str, ContactPointMarked]:
    """The last word about each point, in recorded order.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> said = [ContactPointMarked(n, 7, "call", "12", kind, "call:WN", None, "lin", at, "") for n, kind in enumerate((PointMark.WRONG_PARTY, PointMark.CLEARED))]
    >>> marks_now(said)["12"].kind.value
    'cleared'
    """
    return {mark.point: mark for mark in marks}


@dataclass(frozen=True, slots=True)
class DiallerListExported:
    """Numbers went to a dialler. Journal: `dialler:exported`, in the institution's chain. Each number has its permit, whose request names this list.

    Attributes:
        queue: whose cases, `book` of which book.
        from_at, until_at: no call before, no permit beyond.
        numbers: how many went, `refused` how many cases were not permitted.
        digest: SHA-256 (hex) of the file.
    """

    list_id: int
    book: str
    queue: str
    from_at: datetime
    until_at: datetime
    numbers: int
    refused: int
    digest: str
    exported_by: str
    exported_at: datetime

    JOURNAL_NAME: ClassVar[str] = "dialler:exported"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


class DiallerProblem(StrEnum):
    """What is wrong with a row of a dialler's results?"""

    NO_PERMIT = "no_permit"
    """A call that names no permit."""
    UNKNOWN_PERMIT = "unknown_permit"
    """It names a permit that we never issued."""
    BEFORE_PERMIT = "before_permit"
    """The call began before the permit was issued."""
    AFTER_EXPIRY = "after_expiry"
    """The call began when the permit had expired."""
    PERMIT_NOT_OPEN = "permit_not_open"
    """The permit was given back, or something was recorded about the person before the call was told of, so that it was good no more."""
    SECOND_CALL = "second_call"
    """One permit, two calls."""
    LATE_RESULT = "late_result"
    """The call was in time, and was told of only after its permit had expired: for so long it was not counted."""
    NOT_UNDERSTOOD = "not_understood"
    """The row cannot be read; nothing else is known of it."""


@dataclass(frozen=True, slots=True)
class DiallerFinding:
    """A dialler's result that is not in order: a finding for the audit. Journal: `dialler:{kind}`, in the institution's chain; it holds no number and no name.

    Attributes:
        row_key: which row, by the dialler's own key or the digest of its content; `digest` of which file, `row` at which line.
        permit_id, case_id: as far as they are known.
        detail: what is not in order, in codes.
    """

    finding_id: int
    kind: DiallerProblem
    row_key: str
    digest: str
    row: int
    permit_id: int | None
    case_id: int | None
    detail: str
    found_at: datetime

    JOURNAL_NAME: ClassVar[str] = "dialler:{kind}"
    CHAIN: ClassVar[str] = ""
    PERSONAL: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class FirstContactHeld:
    """What a person told us the first time we spoke. Journal: `first_contact:held`, in the person's chain; reasons, needs and words are personal.

    Attributes:
        way: by whom the form was filled: agent, reply, bot, portal.
        identity: how it was made sure that it is the person.
        able_minor: what the person can pay a month, in minor units of `currency`; None where it was not said. `payday` the day of the month money comes.
        willingness: pays_now, pays_later, wants_plan, cannot, disputes, refuses.
        channel, opens, closes, language: how, when and in which language the person would like to be reached.
        reasons, needs: codes with commas between; they can speak of health, so they are sealed.
    """

    first_contact_id: int
    party_id: int
    case_id: int
    contact_id: int | None
    way: str
    identity: str
    able_minor: int | None
    currency: str
    payday: int | None
    willingness: str
    channel: str
    opens: str
    closes: str
    language: str
    held_by: str
    held_at: datetime
    reasons: str
    needs: str
    words: str

    JOURNAL_NAME: ClassVar[str] = "first_contact:held"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reasons", "needs", "words"})
