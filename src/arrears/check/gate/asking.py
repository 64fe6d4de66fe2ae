"""May these people be contacted now? Locked, read, judged and written in one transaction.

A group of up to fifty requests shares the transaction: one statement locks the people in the order of their ids, one reads everything about
them, one writes permits and refusals with their journal entries. Requests about the same person are answered one after the other, each with
the permits before it counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.permit import PermitIssued, PermitRefused
from arrears.casefile.facts.retention import PersonErased, PersonReleased, PersonRestricted
from arrears.casefile.store import permits
from arrears.casefile.store.entries import Head, Prepared, prepared
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_institution
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.local_time import DAY, local_day, start_of
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Answer, Finding, Verdict, verdict
from arrears.check.conduct.words import Act, Channel, Mark, Mode, Place, Purpose, Recipient
from arrears.check.gate.history import events_of, pending, word
from arrears.check.gate.permit import Outlook, Permit, Refusal, Request
from arrears.check.protections import events_of as events_of_protections
from arrears.core.problems import WrongCall
from arrears.core.reasons import Sentence

GROUP_MAX = 50
"""Requests a transaction: enough that the commit costs little a permit, few enough that nobody waits long for a person."""
LIFETIME = timedelta(minutes=15)
"""How long a permit is good where nobody says otherwise."""
_SHARES = (1, 4, 15)
"""Where a permit of the whole lifetime would outlast what the rules allow, these parts of it are tried."""
_INSTANT = timedelta(microseconds=1)
_DEMANDS = frozenset({Purpose.COLLECTION, Purpose.LOCATION})
"""Purposes for which something must be owed."""

NOT_OWED = Sentence("Nothing is owed on this debt.", "该债务已无欠款。")
OWED_NOT_KNOWN = Sentence("How much is owed now is not known.", "目前欠款金额不详。")
MORE_THAN_OWED = Sentence("More would be asked for than is owed.", "所要求的金额超过欠款。")
ACTOR_NOT_KNOWN = Sentence("In which role the lender collects is not stated.", "未说明以何种角色催收。")
LENDER_NOT_KNOWN = Sentence("Of which kind the lender is, is not stated.", "未说明贷款机构属于哪一类。")
PRODUCT_NOT_KNOWN = Sentence("Of which kind the debt is, is not stated.", "未说明债务属于哪类产品。")
ERASED = Sentence("This person was erased.", "此人的信息已被删除。")
RESTRICTED = Sentence("What is known of this person is stored and not used.", "此人的信息仅予存储，不予使用。")
HISTORY_NOT_KNOWN = Sentence("From which day all contacts are known is not stated.", "未说明自何日起联系记录完整。")


@dataclass(slots=True)
class _Person:
    """One person of the group, while the requests are answered."""

    known: permits.Known
    at: datetime
    head: Head
    history: list[Event]


def ask(requests: Sequence[Request], packs: Packs, at: datetime, *, actor: str, cause: str, lifetime: timedelta = LIFETIME) -> list[Permit | Refusal]:
    """Answer each request, in order; inside `acting_for`. When the transaction commits, the answers stand.

    Args:
        at: now. Where something about the person was recorded later than that (another machine's clock is ahead), that later moment counts.
        actor: who asks, for the journal.
        cause: what made them ask.
        lifetime: how long a permit may be good; it ends earlier with the person's day, and where a rule would no longer allow the contact.

    Raises:
        FactsChanged: more was recorded than was read. It cannot happen while the lock is held; the database makes sure of it.
        WrongCall: a request names the key of another one, or is no contact.
        BadData: something in the record cannot be understood, so it cannot be counted.
    """
    assert 0 < len(requests) <= GROUP_MAX, f"at most {GROUP_MAX} requests a transaction"
    assert at.tzinfo is not None, "a moment carries its zone"
    people = [one.party_id for one in requests]
    permits.lock_people(people)
    cases = sorted({one.case_id for one in requests if one.case_id is not None})
    known, positions = permits.read_people(people, [(one.party_id, one.key) for one in requests], cases, at)
    found = {party_id: _person(one, at) for party_id, one in known.items()}
    written: list[Prepared] = []
    answers = [_answer(one, found[one.party_id], packs, lifetime, written, _Signed(acting_institution(), actor, cause)) for one in requests]
    if written:
        permits.write_answers(written, positions)
    return answers


@dataclass(frozen=True, slots=True)
class _Signed:
    """Who puts answers into the record, for whom, and because of what."""

    institution_id: int
    actor: str
    cause: str


def _person(known: permits.Known, at: datetime) -> _Person:
    last = known.head.recorded_at
    moment = at if last is None else max(at, last.astimezone(UTC))
    return _Person(known, moment, known.head, [*events_of(known.attempts, moment), *events_of_protections(known.protections)])


def _answer(request: Request, person: _Person, packs: Packs, lifetime: timedelta, written: list[Prepared], signed: _Signed) -> Permit | Refusal:
    before = person.known.answered.get(request.key)
    if before is not None:
        return _as_answered(before, request.proposed)
    if request.proposed.act is not Act.CONTACT:
        raise WrongCall(f"No permit is given for {request.proposed.act}.", "Permits are for contacts.", "Ask about other acts with: arrears check")
    fact, answer = _judged(request, person, packs, lifetime)
    one = prepared(fact, person.head, institution_id=signed.institution_id, actor=signed.actor, at=person.at, cause=signed.cause)
    written.append(one)
    person.head = one.head
    person.known.answered[request.key] = fact
    if isinstance(answer, Permit):
        person.history.append(pending(request.proposed, person.at))
    return answer


def outlook(requests: Sequence[Request], packs: Packs, at: datetime, *, lifetime: timedelta = LIFETIME, but: Sequence[int] = ()) -> list[Outlook]:
    """What would each request be answered if it were made now, by itself; inside `acting_for`. Nothing is locked, counted or recorded.

    Whoever wants to make the contact asks for a permit: by then something may have happened.

    Args:
        but: permits that do not count here, nor the contacts made under them: of a letter that lies printed and is asked about again.
    """
    people = [one.party_id for one in requests]
    known, _ = permits.read_people(people, [], [], at, but)
    found = {party_id: _person(one, at) for party_id, one in known.items()}
    return [_outlook(one, _weighed(one, found[one.party_id], packs, lifetime)) for one in requests]


def _outlook(request: Request, weighed: _Weighed) -> Outlook:
    found = weighed.verdict
    return Outlook(
        request.proposed, weighed.answer, weighed.reasons, () if weighed.expires_at is not None else weighed.findings,
        None if found is None else found.next_permitted_at, weighed.expires_at,
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What came of a request: the answer, why, the verdict where rules were asked, and until when a permit would be good."""

    answer: Answer
    outside: tuple[Sentence, ...]
    verdict: Verdict | None
    expires_at: datetime | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The rules in the way; where none is, those that wait for a named person."""
        return () if self.verdict is None else self.verdict.in_the_way or self.verdict.unconfirmed

    @property
    def reasons(self) -> tuple[Sentence, ...]:
        """What was not known or not covered, and the facts that the rules in the way would have to know; each once."""
        missing = [one.judged.missing for one in self.findings if one.in_the_way and one.judged.missing is not None]
        return tuple(dict.fromkeys((*self.outside, *missing)))


def _weighed(request: Request, person: _Person, packs: Packs, lifetime: timedelta) -> _Weighed:
    why_not = (*_not_to_be_used(person.known.protections), *_not_known(request))
    if why_not:
        return _Weighed(Answer.REFUSED, why_not, None)
    facts = _facts(request, person.history)
    found = verdict(request.proposed, facts, person.at, packs)
    if found.answer is not Answer.PERMITTED:
        return _Weighed(found.answer, found.refused_because, found)
    expires_at, late = _good_until(request.proposed, facts, person.at, packs, lifetime)
    if late is not None:
        return _Weighed(late.answer, late.refused_because, late)
    return _Weighed(Answer.PERMITTED, (), found, expires_at)


def _judged(request: Request, person: _Person, packs: Packs, lifetime: timedelta) -> tuple[PermitIssued | PermitRefused, Permit | Refusal]:
    weighed = _weighed(request, person, packs, lifetime)
    if weighed.verdict is None or weighed.expires_at is None:
        return _refused(request, person.at, weighed)
    return _issued(request, person.at, weighed.expires_at, weighed.verdict)


def _not_to_be_used(facts: Iterable[Fact]) -> list[Sentence]:
    """Is the person erased, or restricted to storage? The newest word counts; who was erased stays so."""
    found: list[Sentence] = []
    for fact in facts:
        match fact:
            case PersonErased():
                return [ERASED]
            case PersonRestricted():
                found = [RESTRICTED]
            case PersonReleased():
                found = []
            case _:
                pass
    return found


def _not_known(request: Request) -> Iterable[Sentence]:
    """What stands in the way before any rule is asked."""
    stated = request.circumstances
    if stated.actor is None:
        yield ACTOR_NOT_KNOWN
    if stated.lender is None:
        yield LENDER_NOT_KNOWN
    if stated.product is None:
        yield PRODUCT_NOT_KNOWN
    if stated.history_from is None:
        yield HISTORY_NOT_KNOWN
    if request.proposed.purpose in _DEMANDS:
        if stated.owed_minor is None:
            yield OWED_NOT_KNOWN
        elif stated.owed_minor <= 0:
            yield NOT_OWED
        elif request.proposed.amount_minor is not None and request.proposed.amount_minor > stated.owed_minor:
            yield MORE_THAN_OWED


def _facts(request: Request, history: list[Event]) -> Facts:
    stated = request.circumstances
    assert stated.actor and stated.lender and stated.product and stated.history_from, "looked at before"
    return Facts(
        places=stated.places, zones=stated.zones, actor=stated.actor, product=stated.product, history_from=stated.history_from,
        debt_purpose=stated.debt_purpose, debtor=stated.debtor, lender=stated.lender, history=(*stated.events, *history), holidays=stated.holidays,
    )


def _good_until(proposed: Proposed, facts: Facts, at: datetime, packs: Packs, lifetime: timedelta) -> tuple[datetime, Verdict | None]:
    """Until when is the contact permitted: at its last instant too, and on the same calendar day wherever the person may be?

    The verdict is there where even the shortest time is too long: it says what comes in the way, and when it ends.
    """
    zones = facts.zones or tuple({zone for pack in packs.packs if not pack.places.isdisjoint(facts.places) for zone in pack.zones})
    day_ends = min((start_of(local_day(at, zone) + DAY, zone) for zone in zones), default=at + lifetime)
    for share in _SHARES:
        end = min(at + lifetime / share, day_ends).astimezone(UTC)
        at_end = verdict(proposed, facts, end - _INSTANT, packs)
        if at_end.answer is Answer.PERMITTED:
            return end, None
    return end, at_end


def _issued(request: Request, at: datetime, expires_at: datetime, found: Verdict) -> tuple[PermitIssued, Permit]:
    permit_id = random_id()
    rules = tuple(_named(one) for one in found.findings)
    fact = PermitIssued(permit_id, request.party_id, request.case_id, request.key, **_fields(request.proposed), issued_at=at, expires_at=expires_at, rules=rules)
    return fact, Permit(permit_id, request.party_id, request.case_id, request.proposed, at, expires_at)


def _refused(request: Request, at: datetime, weighed: _Weighed) -> tuple[PermitRefused, Refusal]:
    found, findings, reasons = weighed.verdict, weighed.findings, weighed.reasons
    fact = PermitRefused(
        random_id(), request.party_id, request.case_id, request.key, **_fields(request.proposed), asked_at=at, answer=weighed.answer.value,
        rules=tuple(_named(one) for one in findings), citations=tuple(one.rule.citation for one in findings),
        reason_en=" ".join(one.en for one in reasons), reason_zh="".join(one.zh for one in reasons),
        next_permitted_at=None if found is None or found.next_permitted_at is None else found.next_permitted_at.astimezone(UTC),
    )
    return fact, replace(_refusal(fact, request.proposed), verdict=found)


def _named(one: Finding) -> str:
    return f"{one.pack}/{one.rule.name}"


def _fields(proposed: Proposed) -> dict[str, Any]:
    """What is asked for, as the record keeps it."""
    assert proposed.purpose is not None and proposed.channel is not None, "a contact states both"
    return {
        "collector": proposed.party, "purpose": proposed.purpose.value, "channel": proposed.channel.value, "recipient": proposed.to.value,
        "recipient_reference": proposed.person, "debts": tuple(sorted(proposed.debts)), "point": proposed.point, "place": proposed.place.value,
        "mode": proposed.mode.value, "marks": tuple(sorted(mark.value for mark in proposed.marks)),
    }


def proposed_of(fact: PermitIssued | PermitRefused) -> Proposed:
    """What was asked for, as the check reads it."""
    return Proposed(
        act=Act.CONTACT, party=fact.collector, purpose=word(Purpose, fact.purpose), channel=word(Channel, fact.channel), to=word(Recipient, fact.recipient),
        person=fact.recipient_reference, debts=frozenset(fact.debts), point=fact.point, place=word(Place, fact.place), mode=word(Mode, fact.mode),
        marks=frozenset(word(Mark, mark) for mark in fact.marks),
    )


def permit_of(fact: PermitIssued) -> Permit:
    """The permit that was issued."""
    return Permit(fact.permit_id, fact.party_id, fact.case_id, proposed_of(fact), fact.issued_at, fact.expires_at)


def _refusal(fact: PermitRefused, proposed: Proposed) -> Refusal:
    return Refusal(
        fact.refusal_id, fact.party_id, fact.case_id, proposed, fact.asked_at, fact.answer, fact.rules, fact.citations, fact.reason_en, fact.reason_zh,
        fact.next_permitted_at,
    )


def _as_answered(before: Fact, asked: Proposed) -> Permit | Refusal:
    """The answer of the first time, where it is the same request."""
    assert isinstance(before, PermitIssued | PermitRefused)
    if _fields(asked) != _fields(proposed_of(before)):
        raise WrongCall("This request key was used for another contact.", "Nothing was permitted or refused.", "Give each new request a key of its own.")
    return permit_of(before) if isinstance(before, PermitIssued) else _refusal(before, proposed_of(before))
