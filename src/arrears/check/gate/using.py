"""How is a permit taken for its contact, or given back, and how does the gate learn what came of it?"""

from __future__ import annotations

from datetime import datetime

from arrears.casefile.facts.contact import Contact, ContactKind
from arrears.casefile.facts.permit import PermitIssued, PermitUsed, PermitVoided, VoidReason
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.permits import PermitNotUsable, lock_people
from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.words import Outcome, Side
from arrears.check.gate.asking import permit_of, proposed_of
from arrears.check.gate.permit import Permit
from arrears.core.problems import WrongCall


def _issued(permit_id: int) -> PermitIssued:
    found = load.permit_issued(permit_id)
    if found is None:
        raise PermitNotUsable("There is no such permit.", "Nothing was recorded.", "See which are open: arrears permit list")
    return found


def use(permit_id: int, at: datetime, *, actor: str, cause: str) -> Permit:
    """Take the permit for its contact, now: it succeeds once. Inside `acting_for`; contact nobody before the transaction has committed.

    Raises:
        PermitNotUsable: it was used or given back, has expired, or something was recorded about the person since it was issued.
    """
    fact = _issued(permit_id)
    append(PermitUsed(permit_id, fact.party_id, at), actor=actor, at=at, cause=cause)
    return permit_of(fact)


def void(permit_id: int, at: datetime, reason: VoidReason, *, actor: str, cause: str) -> PermitVoided:
    """Give an open permit back: it counts no more.

    Raises:
        PermitNotUsable: it was used, or given back before.
    """
    fact = PermitVoided(permit_id, _issued(permit_id).party_id, at, reason)
    append(fact, actor=actor, at=at, cause=cause)
    return fact


def record_outcome(permit_id: int, outcome: Outcome, occurred_at: datetime, *, note: str, at: datetime, actor: str, cause: str) -> Contact:
    """Say what came of the contact that a used permit was for. From then on the contact counts, and the permit no more: one attempt.

    Raises:
        PermitNotUsable: it was never used, or its contact was told already.
        WrongCall: the contact would lie in the future, or the outcome is not one yet.
    """
    fact = _issued(permit_id)
    lock_people([fact.party_id])
    if load.permit_used(permit_id) is None:
        raise PermitNotUsable("This permit was not used.", "A contact without a used permit was not permitted.", "Take it first: arrears permit use")
    if load.contact_of_permit(permit_id) is not None:
        raise PermitNotUsable("What came of this permit was recorded already.", "One permit is one contact.", "Nothing is left to do.")
    if outcome is Outcome.PENDING:
        raise WrongCall("“pending” is no outcome.", "It says that nothing has come of it yet.", "Record it when something has.")
    return _recorded(fact.party_id, fact.case_id, proposed_of(fact), permit_id, outcome, occurred_at, note, at, actor, cause)


def record_without_permit(
    party_id: int, case_id: int | None, made: Proposed, outcome: Outcome, occurred_at: datetime, *, note: str, at: datetime, actor: str, cause: str
) -> Contact:
    """Record a contact of which the casefile did not know: made by an agency, by hand, or before there was a gate. It counts like any other."""
    return _recorded(party_id, case_id, made, None, outcome, occurred_at, note, at, actor, cause)


def _recorded(
    party_id: int, case_id: int | None, made: Proposed, permit_id: int | None, outcome: Outcome, occurred_at: datetime, note: str, at: datetime, actor: str, cause: str
) -> Contact:
    if occurred_at > at:
        raise WrongCall("The contact would lie in the future.", "What has not happened cannot be counted.", "Look at its time and its zone.")
    assert made.purpose is not None and made.channel is not None, "a contact states both"
    fact = Contact(
        random_id(), party_id, case_id, ContactKind.MADE, occurred_at, Side.COLLECTOR.value, made.party, made.purpose.value, made.channel.value,
        made.to.value, made.person, tuple(sorted(made.debts)), made.point, made.place.value, made.mode.value, outcome.value,
        tuple(sorted(mark.value for mark in made.marks)), permit_id, note,
    )
    append(fact, actor=actor, at=at, cause=cause)
    return fact


def record_received(
    party_id: int, case_id: int | None, message: Proposed, side: Side, occurred_at: datetime, *, note: str, at: datetime, actor: str, cause: str
) -> Contact:
    """Record that somebody contacted us: it may be answered."""
    if occurred_at > at:
        raise WrongCall("The message would lie in the future.", "What has not happened cannot be answered.", "Look at its time and its zone.")
    assert message.channel is not None, "a message came by some way"
    fact = Contact(
        random_id(), party_id, case_id, ContactKind.RECEIVED, occurred_at, side.value, message.party, None, message.channel.value, message.to.value, message.person,
        tuple(sorted(message.debts)), message.point, None, None, None, tuple(sorted(mark.value for mark in message.marks)), None, note,
    )
    append(fact, actor=actor, at=at, cause=cause)
    return fact
