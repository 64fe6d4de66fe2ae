"""How does a message that waits reach its provider: at most once, with a permit, and with a record of every step?

A chunk of messages goes through these steps, each committed before the next begins:

    claim      this worker has them; others pass them by
    permit     the gate answers for all of them together, counting open permits
    keep       the permits are used and the attempts recorded: from here on each counts as a contact
    send       bytes go out
    settle     what the provider said is recorded

Whoever dies before `keep` has sent nothing: the messages wait again. Whoever dies after it may have sent: the attempt is uncertain, the
provider is asked where it can say, and else a person decides. So no message goes out twice by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from arrears.act.sending import CHUNK_MAX, Answer, Outgoing, Provider, ProviderAway, Terms
from arrears.act.settling import CAUSE, Did, contact, recordable, settle
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.message import (
    MessageAnswered,
    MessageQueued,
    MessageStopped,
    MessageTried,
    Result,
    WhyStopped,
    is_paused,
    paused,
)
from arrears.casefile.facts.permit import PermitUsed
from arrears.casefile.store import load, outbox
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.outbox import Claimed
from arrears.casefile.store.permits import FactsChanged, PermitNotUsable
from arrears.check.conduct.facts import Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.words import Act, Channel, Mark, Mode, Place, Purpose, Recipient
from arrears.check.gate import asking
from arrears.check.gate.permit import Circumstances, Permit, Refusal, Request
from arrears.core.ids import id_text

assert CHUNK_MAX <= asking.GROUP_MAX, "a chunk is one group of the gate"
Known = Callable[[Sequence[MessageQueued], datetime], Mapping[int, Circumstances]]
"""What is known about the people and debts of these messages, outside the casefile, by message; one that is left out is not sent now."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who sends, for whom, by whom, under which law and on whose word. `code_of`: under which code a message can be checked, by its id."""

    worker_id: int
    institution_id: int
    provider: Provider
    terms: Terms
    packs: Callable[[datetime], Packs]
    known: Known
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    actor: str = "dispatch"
    code_of: Callable[[int], str] = id_text


@dataclass(slots=True)
class _Permitted:
    """A message on its way: as it was claimed, its words, and its permit."""

    claimed: Claimed
    message: MessageQueued
    permit: Permit


def step(worker: Worker) -> Did:
    """Send one chunk. Nothing claimed means that nothing is due.

    Raises:
        ProviderAway: the provider takes nothing now; no permit was asked for, and nothing was claimed.
    """
    did = Did()
    worker.provider.ready()
    claimed = _claim(worker)
    did.claimed = len(claimed)
    if not claimed:
        return did
    permitted = _permit(worker, claimed, did)
    kept = _keep(worker, permitted, did)
    if kept:
        _settle(worker, kept, _send(worker, kept), did)
    return did


# claim


def _claim(worker: Worker) -> list[Claimed]:
    with acting_for(worker.institution_id):
        pauses = paused(load.sending_paused())
        return outbox.claim(worker.worker_id, worker.provider.name, worker.now(), worker.terms.chunk, pauses)


# permit


def _permit(worker: Worker, claimed: Sequence[Claimed], did: Did) -> list[_Permitted]:
    at = worker.now()
    with acting_for(worker.institution_id):
        messages = {one.message_id: one for one in load.messages_queued([one.message_id for one in claimed])}
        late = [one for one in claimed if one.good_until <= at]
        blind = [one for one in claimed if one.good_until > at and not messages[one.message_id].address]
        _stop(worker, [_stopped(one, WhyStopped.TOO_LATE, "", at) for one in late] + [_stopped(one, WhyStopped.UNREADABLE, "", at) for one in blind], at, did)
    rest = [one for one in claimed if one.good_until > at and messages[one.message_id].address]
    if not rest:
        return []
    known = worker.known([messages[one.message_id] for one in rest], at)
    asked = [one for one in rest if one.message_id in known]
    answers = _answers(worker, asked, messages, known, at)
    found = [_Permitted(one, messages[one.message_id], answer) for one, answer in zip(asked, answers, strict=True) if isinstance(answer, Permit)]
    refused = [(one, answer) for one, answer in zip(asked, answers, strict=True) if isinstance(answer, Refusal)]
    with acting_for(worker.institution_id):
        _put_off({one.message_id: at + worker.terms.first_wait for one in rest if one.message_id not in known}, did)
        _take_no(worker, refused, at, did)
    return found


def _answers(
    worker: Worker, asked: Sequence[Claimed], messages: Mapping[int, MessageQueued], known: Mapping[int, Circumstances], at: datetime
) -> list[Permit | Refusal]:
    requests = [
        Request(f"message:{one.message_id}:{one.asked}", one.party_id, messages[one.message_id].case_id, proposed(messages[one.message_id]), known[one.message_id])
        for one in asked
    ]
    if not requests:
        return []
    packs = worker.packs(at)
    with acting_for(worker.institution_id):
        return asking.ask(requests, packs, at, actor=worker.actor, cause=CAUSE)


def proposed(message: MessageQueued) -> Proposed:
    """The contact that sending this message would be."""
    return Proposed(
        Act.CONTACT, message.collector, Purpose(message.purpose), Channel(message.channel), Recipient(message.recipient), "", frozenset(message.debts),
        message.point, Place(message.place), Mode.INFORMATIVE, frozenset(Mark(mark) for mark in message.marks), message.amount_minor,
    )


def _take_no(worker: Worker, refused: Iterable[tuple[Claimed, Refusal]], at: datetime, did: Did) -> None:
    """What may be sent later, while what it says is still so, waits; the rest is stopped, and says which rules are in the way."""
    later: dict[int, datetime] = {}
    never: list[MessageStopped] = []
    for one, refusal in refused:
        if refusal.next_permitted_at is not None and refusal.next_permitted_at < one.good_until:
            later[one.message_id] = max(refusal.next_permitted_at, at + timedelta(seconds=1))
        else:
            never.append(_stopped(one, WhyStopped.GATE, ", ".join(refusal.rules) or refusal.reason_en, at))
    _put_off(later, did)
    _stop(worker, never, at, did)


# keep


def _keep(worker: Worker, permitted: Sequence[_Permitted], did: Did) -> list[_Permitted]:
    """Use the permits and record the attempts. What was paused meanwhile, or whose permit cannot be used any more, waits again."""
    if not permitted:
        return []
    with acting_for(worker.institution_id):
        first = outbox.reserve(worker.provider.name, timedelta(seconds=len(permitted) / worker.terms.per_second), worker.now())
    worker.sleep(max(0.0, (first - worker.now()).total_seconds()))
    with acting_for(worker.institution_id):
        pauses = paused(load.sending_paused())
        held = [one for one in permitted if is_paused(one.message.channel, one.message.campaign, pauses)]
        _put_off({one.claimed.message_id: worker.now() for one in held}, did)
    free = [one for one in permitted if one not in held]
    try:
        return _kept(worker, free)
    except PermitNotUsable:
        return _kept_one_by_one(worker, free, did)


def _kept_one_by_one(worker: Worker, permitted: Sequence[_Permitted], did: Did) -> list[_Permitted]:
    kept: list[_Permitted] = []
    for one in permitted:
        try:
            kept += _kept(worker, [one])
        except PermitNotUsable:
            with acting_for(worker.institution_id):
                _put_off({one.claimed.message_id: worker.now()}, did)
    return kept


def _kept(worker: Worker, permitted: Sequence[_Permitted]) -> list[_Permitted]:
    at = worker.now()
    with acting_for(worker.institution_id):
        ours = set(outbox.keep(worker.worker_id, [one.claimed.message_id for one in permitted]))
        kept = [one for one in permitted if one.claimed.message_id in ours]
        facts: list[Fact] = []
        for one in kept:
            party, attempt = one.claimed.party_id, one.claimed.attempts + 1
            facts += [
                PermitUsed(one.permit.permit_id, party, at),
                MessageTried(one.claimed.message_id, party, attempt, one.permit.permit_id, worker.provider.name, at),
            ]
        append_group(facts, actor=worker.actor, at=at, cause=CAUSE)
    return kept


# send


def _send(worker: Worker, kept: Sequence[_Permitted]) -> dict[int, Answer]:
    """What the provider says of each, as far as it does. Whatever goes wrong on the way, what was not answered is uncertain."""
    answers: dict[int, Answer] = {}
    try:
        for answer in worker.provider.send([_outgoing(worker, one.message) for one in kept]):
            answers[answer.message_id] = answer
    except ProviderAway:
        pass  # What it did not answer stays uncertain; whether it is there again is asked before the next chunk.
    return answers


def _outgoing(worker: Worker, one: MessageQueued) -> Outgoing:
    return Outgoing(one.message_id, id_text(one.message_id), one.address, one.subject, one.text, one.locale, worker.code_of(one.message_id))


# settle


def _settle(worker: Worker, kept: Sequence[_Permitted], answers: Mapping[int, Answer], did: Did) -> None:
    at = worker.now()
    facts: list[Fact] = []
    later: dict[int, datetime] = {}
    done: list[int] = []
    doubtful: list[int] = []
    for one in kept:
        message_id, attempt = one.claimed.message_id, one.claimed.attempts + 1
        answer = answers.get(message_id, Answer(message_id, Result.UNCERTAIN))
        facts.append(MessageAnswered(message_id, one.claimed.party_id, attempt, answer.result, answer.reference, answer.code, worker.provider.name, at))
        match answer.result:
            case Result.TAKEN:
                facts.append(contact(one.message, one.permit.permit_id, at))
                done.append(message_id)
                did.taken += 1
            case Result.UNCERTAIN:
                doubtful.append(message_id)
                did.uncertain += 1
            case Result.REFUSED:
                facts.append(_stopped(one.claimed, WhyStopped.PROVIDER, answer.code, at))
                done.append(message_id)
                did.stopped += 1
            case Result.NOT_TAKEN if attempt >= worker.terms.attempts:
                facts.append(_stopped(one.claimed, WhyStopped.ATTEMPTS, answer.code, at))
                done.append(message_id)
                did.stopped += 1
            case Result.NOT_TAKEN:
                later[message_id] = at + back_off(worker.terms, message_id, attempt)
    with acting_for(worker.institution_id):
        append_group(recordable(facts), actor=worker.actor, at=at, cause=CAUSE)
        outbox.remember_references(worker.provider.name, {one: answer.reference for one, answer in answers.items()})
        outbox.finish(done)
        outbox.doubt(doubtful)
        _put_off(later, did)


def back_off(terms: Terms, message_id: int, attempt: int) -> timedelta:
    """How long to wait after this failed attempt: twice as long each time, and up to a quarter more, so that not all come back at once.

    >>> from datetime import timedelta
    >>> terms = Terms(10, first_wait=timedelta(seconds=40), longest_wait=timedelta(seconds=100))
    >>> [40 * 2 ** n <= back_off(terms, 7, n + 1).total_seconds() <= 50 * 2 ** n for n in (0, 1)], back_off(terms, 7, 9)
    ([True, True], datetime.timedelta(seconds=100))
    """
    share = sha256(f"{message_id}:{attempt}".encode()).digest()[0] / 1024
    return min(terms.first_wait * 2 ** (attempt - 1) * (1 + share), terms.longest_wait)


# What a worker left behind


def recover(worker: Worker, limit: int = 1_000) -> Did:
    """Take care of messages whose worker is gone: those not tried wait again; of those tried the provider is asked, and what it cannot say is uncertain."""
    did, at = Did(), worker.now()
    with acting_for(worker.institution_id):
        left = [one for one in outbox.abandoned(limit) if one.provider == worker.provider.name]
        did.claimed = len(left)
        _put_off({one.message_id: at for one in left if not one.is_tried}, did)
        tried = {one.message_id: one for one in left if one.is_tried}
        if not tried:
            return did
        told = worker.provider.ask([id_text(one) for one in tried])
        said = {one: told.get(id_text(one), Answer(one, Result.UNCERTAIN)) for one in tried}
        found = settle(said, said_by=worker.provider.name, actor=worker.actor, at=at)
        did.taken, did.stopped, did.uncertain, did.put_off = found.taken, found.stopped, found.uncertain, did.put_off + found.put_off
    return did


# Parts


def _stopped(one: Claimed, reason: WhyStopped, detail: str, at: datetime) -> MessageStopped:
    return MessageStopped(one.message_id, one.party_id, reason, detail, at)


def _stop(worker: Worker, stopped: Sequence[MessageStopped], at: datetime, did: Did) -> None:
    append_group(stopped, actor=worker.actor, at=at, cause=CAUSE)
    outbox.finish([one.message_id for one in stopped])
    did.stopped += len(stopped)


def _put_off(due: dict[int, datetime], did: Did) -> None:
    outbox.wait(due)
    did.put_off += len(due)


__all__ = ["Did", "FactsChanged", "Terms", "Worker", "back_off", "contact", "proposed", "recover", "step"]
