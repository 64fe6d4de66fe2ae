"""What is known now of an attempt that was uncertain, and what follows from it?

Somebody says what came of it: the provider when it is asked, its receipt, or a person who looked. Taken: it is the contact that it is. Not taken: the
message waits again. Nobody knows: it stays listed for a person, and is not sent again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from arrears.act.sending import Answer
from arrears.casefile.facts.contact import Contact, ContactKind
from arrears.casefile.facts.fact import Fact, party_of
from arrears.casefile.facts.message import MessageAnswered, MessageQueued, MessageStopped, Result, WhyStopped
from arrears.casefile.store import load, outbox
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.permits import lock_people
from arrears.casefile.store.vault import default_vault
from arrears.check.conduct.words import Mode, Outcome, Side

CAUSE = "dispatch"


@dataclass(slots=True)
class Did:
    """What became of messages: how many were looked at, and how many of them taken, put off, stopped, or are uncertain."""

    claimed: int = 0
    taken: int = 0
    put_off: int = 0
    stopped: int = 0
    uncertain: int = 0


def settle(said: Mapping[int, Answer], *, said_by: str, actor: str, at: datetime) -> Did:
    """Record what is said of the last attempt of each message, and let follow what follows; inside `acting_for`, the outbox rows locked by the caller.

    An attempt that is uncertain already is not called so once more. That nobody knows is said by the actor.
    """
    did = Did(claimed=len(said))
    messages = load.messages_queued(list(said))
    tried = {one.message_id: one for one in sorted(load.attempts_of(list(said)), key=lambda one: one.attempt)}
    before = {(one.message_id, one.attempt): one.kind for one in load.answers_to(list(said))}
    facts: list[Fact] = []
    done: list[int] = []
    later: dict[int, datetime] = {}
    doubtful: list[int] = []
    for message in messages:
        answer, attempt = said[message.message_id], tried[message.message_id]
        doubted = before.get((message.message_id, attempt.attempt)) is Result.UNCERTAIN
        if not (doubted and answer.result is Result.UNCERTAIN):
            by = actor if answer.result is Result.UNCERTAIN else said_by
            facts.append(MessageAnswered(message.message_id, message.party_id, attempt.attempt, answer.result, answer.reference, answer.code, by, at))
        match answer.result:
            case Result.TAKEN:
                facts.append(contact(message, attempt.permit_id, attempt.tried_at))
                done.append(message.message_id)
                did.taken += 1
            case Result.REFUSED:
                facts.append(MessageStopped(message.message_id, message.party_id, WhyStopped.PROVIDER, answer.code, at))
                done.append(message.message_id)
                did.stopped += 1
            case Result.NOT_TAKEN:
                later[message.message_id] = at
                did.put_off += 1
            case Result.UNCERTAIN:
                doubtful.append(message.message_id)
                did.uncertain += 1
    append_group(recordable(facts), actor=actor, at=at, cause=CAUSE)
    for message in messages:
        outbox.remember_references(message.provider, {message.message_id: said[message.message_id].reference})
    outbox.finish(done)
    outbox.doubt(doubtful)
    outbox.wait(later)
    return did


def recordable(facts: Sequence[Fact]) -> list[Fact]:
    """Those of these facts that can be recorded: what is personal of somebody who was erased meanwhile cannot be sealed any more, and is left out."""
    people = sorted({one for fact in facts if fact.PERSONAL and (one := party_of(fact)) is not None})
    if not people:
        return list(facts)
    lock_people(people)
    known = default_vault().party_keys(pa.array(people, pa.int64()))
    return [fact for fact in facts if not fact.PERSONAL or party_of(fact) in known]


def contact(message: MessageQueued, permit_id: int, at: datetime) -> Contact:
    """The contact that a message which the provider took is."""
    return Contact(
        random_id(), message.party_id, message.case_id, ContactKind.MADE, at, Side.COLLECTOR.value, message.collector, message.purpose, message.channel,
        message.recipient, "", message.debts, message.point, message.place, Mode.INFORMATIVE.value, Outcome.SENT.value, message.marks, permit_id, "",
    )
