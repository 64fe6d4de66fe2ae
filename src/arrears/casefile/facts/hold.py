"""What protects a person, from when to when, and who may lift it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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
    """Signs of danger to the person, or of self-harm; every channel stops, a trained person is called."""
    CRISIS_BREATHING_SPACE = "crisis_breathing_space"
    """A statutory moratorium during treatment in a mental health crisis."""
    DISCHARGED = "discharged"
    """A court has freed the person of the debt."""
    DEBT_ADVICE = "debt_advice"
    """A debt adviser is working out a plan with the person."""
    VULNERABLE = "vulnerable"
    """Illness, age, language or a shock of life: the person is at risk of harm from ordinary collection."""
    IDENTITY_THEFT = "identity_theft"
    """The person says that somebody else borrowed in this name."""
    MILITARY_SERVICE = "military_service"
    """The person serves in the armed forces."""
    IMPRISONED = "imprisoned"
    """The person is in prison."""
    UNDER_GUARDIANSHIP = "under_guardianship"
    """A minor, or somebody for whom a guardian acts; the guardian is spoken to."""
    BARRED_CLAIMED = "barred_claimed"
    """The person says that the debt is past limitation and will not be paid."""
    LEGAL_MATTER = "legal_matter"
    """A court or an authority is dealing with it; nothing is done beside it."""
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
    CREDIT_REPORT = "credit_report"
    """Nothing bad is reported to a credit bureau."""


class MayLift(StrEnum):
    """Who may end a hold before its last day?"""

    COLLECTOR = "collector"
    """Whoever handles the case."""
    MANAGER = "manager"
    """A manager."""
    ADMINISTRATOR = "administrator"
    """An administrator, for holds that rest on law or a court."""
    COMPLIANCE = "compliance"
    """A person of the compliance role, for holds that rest on law, a court, or danger to the person."""


class HoldScope(StrEnum):
    """How far does a hold reach?"""

    PERSON = "person"
    """Everything about this person: every debt, every channel, everybody who would be asked in the person's place."""
    DEBT = "debt"
    """Some debts of the person, by account."""
    CONTACT_POINT = "contact_point"
    """One channel, or one number or address."""
    OBLIGOR = "obligor"
    """This person as one of several who owe: co-debtors and guarantors are not protected by it."""


class StillAllowed(StrEnum):
    """What may be done although a hold blocks contact?"""

    STATUTORY_NOTICE = "statutory_notice"
    """A notice that the law requires."""
    ANSWER = "answer"
    """What the person asked is answered."""
    RECEIPT = "receipt"
    """It is confirmed that something arrived."""
    REMINDER = "reminder"
    """A reminder of what will fall due and is not yet late."""
    CURRENT_LIABILITY = "current_liability"
    """What falls due now (rent, utilities, tax) may be asked for, not the debt."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A person is protected. Journal: `hold:placed`, in the person's chain; `reason` is personal.

    In force from `from_on` on, until it is lifted. `to_on` is its last day only where the law ends the period (`ENDED_BY_LAW`); of any
    other hold it is the day on which its owner is asked. How far it reaches and what may still be done is said by `HoldTerms`.
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


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """How far a hold reaches, what may still be done, who owns it, and when that owner is asked. Journal: `hold:terms`, in the person's chain.

    Recorded with the hold, in a fact of its own, because what an entry committed to cannot grow; a later one replaces it. A hold without
    has the `terms_by_kind`. `account_ids`, `channel` and `point` (a number or address; personal) narrow the scopes that have them.
    """

    hold_id: int
    party_id: int
    scope: HoldScope
    account_ids: tuple[int, ...]
    channel: str
    point: str
    allows: tuple[StillAllowed, ...]
    owner: str
    review_on: date
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "hold:terms"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"point"})


@dataclass(frozen=True, slots=True)
class HoldReviewed:
    """The owner looked at a hold and keeps it: it is asked about again on `next_review_on`. Journal: `hold:reviewed`; `note` is personal."""

    hold_id: int
    party_id: int
    note: str
    reviewed_by: str
    next_review_on: date
    valid_on: date

    JOURNAL_NAME: ClassVar[str] = "hold:reviewed"
    CHAIN: ClassVar[str] = "party_id"
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})


@dataclass(frozen=True, slots=True)
class HoldEffect:
    """What a hold of some kind does where nothing else is said.

    Attributes:
        review_after_days: so long after its first day its owner is asked for the first time; a convention of ours, no law.
    """

    blocks: tuple[Blocked, ...]
    allows: tuple[StillAllowed, ...]
    may_lift: MayLift
    review_after_days: int


_C, _A, _P, _L, _F, _R = Blocked.CONTACT, Blocked.AUTOMATION, Blocked.PLACEMENT, Blocked.LEGAL, Blocked.CHARGES, Blocked.CREDIT_REPORT
_EVERYTHING = (_C, _A, _P, _L, _F, _R)
_SPOKEN_TO = (StillAllowed.STATUTORY_NOTICE, StillAllowed.ANSWER, StillAllowed.RECEIPT)
_IN_MORATORIUM = (*_SPOKEN_TO, StillAllowed.CURRENT_LIABILITY)
EFFECTS: Mapping[HoldKind, HoldEffect] = {
    HoldKind.DISPUTE: HoldEffect((_C, _A, _P, _L, _R), _SPOKEN_TO, MayLift.MANAGER, 14),
    HoldKind.CLAIMS_PAID: HoldEffect((_C, _A, _P, _L, _F, _R), _SPOKEN_TO, MayLift.COLLECTOR, 7),
    HoldKind.COMPLAINT: HoldEffect((_C, _A, _P, _L), _SPOKEN_TO, MayLift.MANAGER, 14),
    HoldKind.HARDSHIP: HoldEffect((_C, _A, _P, _L, _F), (*_SPOKEN_TO, StillAllowed.REMINDER), MayLift.MANAGER, 30),
    HoldKind.BREATHING_SPACE: HoldEffect(_EVERYTHING, _IN_MORATORIUM, MayLift.COMPLIANCE, 30),
    HoldKind.INSOLVENCY: HoldEffect(_EVERYTHING, _SPOKEN_TO, MayLift.COMPLIANCE, 90),
    HoldKind.DECEASED: HoldEffect(_EVERYTHING, _SPOKEN_TO, MayLift.COMPLIANCE, 60),
    HoldKind.REPRESENTED: HoldEffect((_C, _A), _SPOKEN_TO, MayLift.MANAGER, 14),
    HoldKind.DISTRESS: HoldEffect(_EVERYTHING, (), MayLift.COMPLIANCE, 1),
    HoldKind.CRISIS_BREATHING_SPACE: HoldEffect(_EVERYTHING, _IN_MORATORIUM, MayLift.COMPLIANCE, 20),
    HoldKind.DISCHARGED: HoldEffect(_EVERYTHING, _SPOKEN_TO, MayLift.COMPLIANCE, 180),
    HoldKind.DEBT_ADVICE: HoldEffect((_C, _A, _P, _L), _SPOKEN_TO, MayLift.MANAGER, 30),
    HoldKind.VULNERABLE: HoldEffect((_A, _P, _L), _SPOKEN_TO, MayLift.MANAGER, 90),
    HoldKind.IDENTITY_THEFT: HoldEffect(_EVERYTHING, _SPOKEN_TO, MayLift.COMPLIANCE, 14),
    HoldKind.MILITARY_SERVICE: HoldEffect((_A, _L, _F), _SPOKEN_TO, MayLift.COMPLIANCE, 90),
    HoldKind.IMPRISONED: HoldEffect((_C, _A, _P, _L), _SPOKEN_TO, MayLift.MANAGER, 90),
    HoldKind.UNDER_GUARDIANSHIP: HoldEffect((_C, _A, _P, _L), _SPOKEN_TO, MayLift.COMPLIANCE, 90),
    HoldKind.BARRED_CLAIMED: HoldEffect((_C, _A, _P, _L, _R), _SPOKEN_TO, MayLift.COMPLIANCE, 30),
    HoldKind.LEGAL_MATTER: HoldEffect((_C, _A, _P), _SPOKEN_TO, MayLift.MANAGER, 60),
    HoldKind.OTHER: HoldEffect((_C, _A), _SPOKEN_TO, MayLift.MANAGER, 14),
}
"""Of every kind, what it does by itself."""
ENDED_BY_LAW = frozenset({HoldKind.BREATHING_SPACE, HoldKind.CRISIS_BREATHING_SPACE})
"""Kinds whose period ends by the law's own date. Every other hold ends because somebody ends it, never because a day went by."""


def last_day(hold: Hold) -> date | None:
    """The last day on which a hold protects by itself; None where only a person ends it.

    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), date(2026, 1, 9), (Blocked.CONTACT,), MayLift.MANAGER)
    >>> last_day(hold) is None
    True
    """
    return hold.to_on if hold.kind in ENDED_BY_LAW else None


def terms_by_kind(hold: Hold) -> HoldTerms:
    """The terms of a hold for which none were recorded: the whole person, what its kind allows, asked about as its kind is.

    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
    >>> terms_by_kind(hold).scope.value, str(terms_by_kind(hold).review_on)
    ('person', '2026-01-19')
    """
    effect = EFFECTS[hold.kind]
    asked_on = hold.from_on + timedelta(days=effect.review_after_days)
    if hold.to_on is not None:
        asked_on = min(asked_on, hold.to_on)
    return HoldTerms(hold.hold_id, hold.party_id, HoldScope.PERSON, (), "", "", effect.allows, "", asked_on, hold.from_on)


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold with its terms as they are now, the day on which its owner is asked, and the day from which it protects no more."""

    hold: Hold
    terms: HoldTerms
    review_on: date
    lifted_on: date | None


def holds_with_terms(facts: Iterable[object]) -> list[StandingHold]:
    """Every hold among these facts (in recorded order), lifted ones included, with what was said about it since.

    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
    >>> kept = HoldReviewed(7, 2, "still looking", "lin", date(2026, 3, 1), date(2026, 1, 19))
    >>> [str(one.review_on) for one in holds_with_terms([hold, kept])]
    ['2026-03-01']
    """
    holds: list[Hold] = []
    terms: dict[int, HoldTerms] = {}
    asked: dict[int, date] = {}
    lifted: dict[int, date] = {}
    for fact in facts:
        match fact:
            case Hold():
                holds.append(fact)
            case HoldTerms():
                terms[fact.hold_id], asked[fact.hold_id] = fact, fact.review_on
            case HoldReviewed():
                asked[fact.hold_id] = fact.next_review_on
            case HoldLifted():
                lifted[fact.hold_id] = min(fact.valid_on, lifted.get(fact.hold_id, fact.valid_on))
            case _:
                pass
    found = []
    for hold in holds:
        own = terms.get(hold.hold_id) or terms_by_kind(hold)
        found.append(StandingHold(hold, own, asked.get(hold.hold_id, own.review_on), lifted.get(hold.hold_id)))
    return found


def holds_in_force(holds: Iterable[Hold], lifts: Iterable[HoldLifted], on: date) -> list[Hold]:
    """Which holds protect on this day? A hold lifted on a day no longer protects on that day; only the law's own periods end by date.

    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
    >>> lift = HoldLifted(7, 2, date(2026, 2, 1), "payment found", MayLift.MANAGER)
    >>> [len(holds_in_force([hold], [lift], day)) for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1, 1, 0]
    """
    lifted = {lift.hold_id for lift in lifts if lift.valid_on <= on}
    return [h for h in holds if h.from_on <= on and ((last := last_day(h)) is None or on <= last) and h.hold_id not in lifted]
