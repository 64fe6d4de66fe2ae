"""May somebody contact the person of this case now, and what came of it? One case at a time, for a colleague at a desk.

The gate judges; here the case's circumstances are gathered, the packs with what was confirmed are handed over, and answers are made ready for
people and machines. Ids are told as texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arrears.casefile.facts.contact import Contact
from arrears.casefile.facts.permit import PermitIssued, VoidReason
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.words import Act, Channel, Mark, Mode, Outcome, Place, Purpose, Recipient, Side
from arrears.check.gate import asking, using
from arrears.check.gate.permit import Outlook, Permit, Refusal, Request
from arrears.core.ids import id_text
from arrears.engine.home import Home
from arrears.engine.prescreening import said_in_full
from arrears.engine.use_cases.circumstances import CaseKnown, circumstances_of
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.reading import find_case

CAUSE = "permit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact as somebody wants it. `debts` empty: all of the case; `says`: what the message says and discloses."""

    purpose: Purpose
    channel: Channel
    party: str = "lender"
    to: Recipient = Recipient.DEBTOR
    person: str = ""
    debts: tuple[str, ...] = ()
    point: str = ""
    place: Place = Place.NOT_TIED
    mode: Mode = Mode.INTERACTIVE
    says: frozenset[Mark] = field(default_factory=frozenset)
    amount_minor: int | None = None

    def proposed(self, case: CaseKnown) -> Proposed:
        """The same about the debts of this case that are meant."""
        return Proposed(
            Act.CONTACT, self.party, self.purpose, self.channel, self.to, self.person, case.debts, self.point, self.place, self.mode, self.says, self.amount_minor,
        )


def ask(home: Home, institution_id: int, case_id: int, wanted: Wanted, key: str, *, at: datetime, actor: str) -> Permit | Refusal:
    """Ask the gate for one contact. The answer is in the record when this returns.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        WrongCall: a debt is named that is none of the case's.
        FactsChanged: somebody else recorded something at the same moment; ask again.
    """
    case = circumstances_of(home, institution_id, case_id, at, wanted.debts)
    request = Request(key, case.party_id, case_id, wanted.proposed(case), case.circumstances)
    packs = packs_of(institution_id, at.astimezone().date(), home)
    with acting_for(institution_id):
        (answer,) = asking.ask([request], packs, at, actor=actor, cause=CAUSE, lifetime=case.terms.lifetime)
    return answer


OUTLOOK_CHANNELS = (Channel.CALL, Channel.TEXT, Channel.EMAIL, Channel.LETTER, Channel.VISIT)
"""Ways by which a colleague at a desk would reach somebody."""
SPOKEN = frozenset({Channel.CALL, Channel.VISIT})


@dataclass(frozen=True, slots=True)
class MayContact:
    """What the gate would answer now, by channel, to a contact that asks for the debt and says all that it must; and on whose clock.

    Attributes:
        zone: time zone of the person; where none or several are known, the first that the lender states, else UTC.
        is_theirs: it is the one zone in which the person is known to be.
    """

    outlooks: tuple[Outlook, ...]
    zone: str
    is_theirs: bool


def may_contact(home: Home, institution_id: int, case_id: int, *, at: datetime) -> MayContact:
    """May the person of this case be contacted now, by channel? It is told and nothing is permitted: whoever contacts asks for a permit.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        BadData: `law.yaml` cannot be understood.
    """
    case = circumstances_of(home, institution_id, case_id, at)
    packs = packs_of(institution_id, at.astimezone().date(), home)
    says = said_in_full(packs)
    wanted = [Wanted(Purpose.COLLECTION, one, mode=Mode.INTERACTIVE if one in SPOKEN else Mode.INFORMATIVE, says=says) for one in OUTLOOK_CHANNELS]
    requests = [Request("", case.party_id, case_id, one.proposed(case), case.circumstances) for one in wanted]
    with acting_for(institution_id):
        found = asking.outlook(requests, packs, at, lifetime=case.terms.lifetime)
    zone, is_theirs = zone_of(case)
    return MayContact(tuple(found), zone, is_theirs)


def zone_of_case(home: Home, institution_id: int, case_id: int, at: datetime) -> str:
    """On whose clock are the moments of this case told? The person's, where it is known."""
    return zone_of(circumstances_of(home, institution_id, case_id, at))[0]


def zone_of(case: CaseKnown) -> tuple[str, bool]:
    """On whose clock are moments told, and is it the one zone in which the person is known to be?"""
    zones = case.circumstances.zones
    return (zones[0], True) if len(zones) == 1 else (next(iter((*zones, *case.terms.zones)), "UTC"), False)


def use(institution_id: int, permit_id: int, *, at: datetime, actor: str) -> Permit:
    """Take the permit: from now on the contact counts as made. It succeeds once."""
    with acting_for(institution_id):
        return using.use(permit_id, at, actor=actor, cause=CAUSE)


def void(institution_id: int, permit_id: int, reason: VoidReason, *, at: datetime, actor: str) -> None:
    """Give an open permit back."""
    with acting_for(institution_id):
        using.void(permit_id, at, reason, actor=actor, cause=CAUSE)


def record_outcome(institution_id: int, permit_id: int, outcome: Outcome, note: str, occurred_at: datetime | None, *, at: datetime, actor: str) -> Contact:
    """Record what came of the contact that a used permit was for."""
    with acting_for(institution_id):
        return using.record_outcome(permit_id, outcome, occurred_at or at, note=note, at=at, actor=actor, cause=CAUSE)


def record_without_permit(
    home: Home, institution_id: int, case_id: int, made: Wanted, outcome: Outcome, note: str, occurred_at: datetime, *, at: datetime, actor: str
) -> Contact:
    """Record a contact that was made without a permit: it counts all the same."""
    case = circumstances_of(home, institution_id, case_id, at, made.debts)
    with acting_for(institution_id):
        return using.record_without_permit(case.party_id, case_id, made.proposed(case), outcome, occurred_at, note=note, at=at, actor=actor, cause=CAUSE)


def record_received(
    home: Home, institution_id: int, case_id: int, message: Wanted, side: Side, note: str, occurred_at: datetime, *, at: datetime, actor: str
) -> Contact:
    """Record that somebody contacted us: it may be answered."""
    case = circumstances_of(home, institution_id, case_id, at, message.debts)
    with acting_for(institution_id):
        return using.record_received(case.party_id, case_id, message.proposed(case), side, occurred_at, note=note, at=at, actor=actor, cause=CAUSE)


@dataclass(frozen=True, slots=True)
class ListedPermit:
    """A permit of a person, how it stands (open, used, told: its contact is recorded, voided or expired), and what came of it."""

    permit: Permit
    state: str
    outcome: str | None


def permits_of(home: Home, institution_id: int, case_id: int, at: datetime) -> list[ListedPermit]:
    """The permits of a case's person, newest first."""
    _, row = find_case(home, institution_id, case_id)
    party = row.party_id
    with acting_for(institution_id):
        used = {one.permit_id for one in load.permits_used(party)}
        voided = {one.permit_id for one in load.permits_voided(party)}
        told = {one.permit_id: one for one in load.contacts(party) if one.permit_id is not None}
        issued = load.permits_issued(party)
    return [
        ListedPermit(asking.permit_of(one), _state(one, used, voided, told, at), told[one.permit_id].outcome if one.permit_id in told else None)
        for one in reversed(issued)
    ]


def _state(one: PermitIssued, used: set[int], voided: set[int], told: dict[int, Contact], at: datetime) -> str:
    if one.permit_id in told:
        return "told"
    if one.permit_id in used:
        return "used"
    if one.permit_id in voided:
        return "voided"
    return "open" if at < one.expires_at else "expired"


def contacts_of(home: Home, institution_id: int, case_id: int) -> list[Contact]:
    """The contacts with a case's person that were recorded here, newest first."""
    _, row = find_case(home, institution_id, case_id)
    party = row.party_id
    with acting_for(institution_id):
        return sorted(load.contacts(party), key=lambda one: one.occurred_at, reverse=True)


def answer_in_json(answer: Permit | Refusal) -> dict[str, Any]:
    """The answer for machines."""
    asked = {
        "party_id": id_text(answer.party_id), "case_id": None if answer.case_id is None else id_text(answer.case_id),
        "purpose": answer.proposed.purpose, "channel": answer.proposed.channel, "to": answer.proposed.to, "debts": account_ids(answer.proposed.debts),
        "point": answer.proposed.point,
    }
    if isinstance(answer, Permit):
        return {"permitted": True, "permit_id": id_text(answer.permit_id), "issued_at": answer.issued_at.isoformat(), "expires_at": answer.expires_at.isoformat(), **asked}
    return {
        "permitted": False, "refusal_id": id_text(answer.refusal_id), "answer": answer.answer, "asked_at": answer.asked_at.isoformat(),
        "rules": [{"rule": rule, "citation": citation} for rule, citation in zip(answer.rules, answer.citations, strict=True)],
        "reason": {"en": answer.reason_en, "zh": answer.reason_zh},
        "next_permitted_at": None if answer.next_permitted_at is None else answer.next_permitted_at.isoformat(), **asked,
    }


def account_ids(debts: Iterable[str]) -> list[str]:
    """The accounts that debts stand for, as ids are told.

    >>> account_ids(["12"]) == [id_text(12)]
    True
    """
    return sorted(id_text(int(one)) for one in debts)


def fresh_key(at: datetime, actor: str) -> str:
    """A key for a request that nobody named: one question a moment and asker."""
    return f"{actor}:{at.isoformat()}"

