"""How do messages stand, and what does a person do about them: take one back, say what came of an uncertain one, pause a channel or a campaign?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arrears.act.dispatch import Did
from arrears.act.sending import Answer
from arrears.act.settling import settle
from arrears.casefile.facts.message import (
    MessageAnswered,
    MessageQueued,
    MessageReceipt,
    MessageStopped,
    MessageTried,
    PauseKind,
    Result,
    SendingPaused,
    WhyStopped,
    paused,
)
from arrears.casefile.store import load, outbox
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.outbox import Waiting
from arrears.core.problems import AnswerIsNo, WrongCall

CAUSE = "messages"
STATES = ("waiting", "claimed", "trying", "uncertain")


@dataclass(frozen=True, slots=True)
class Standing:
    """How sending stands: messages not done by provider and state, and what is paused (channel, campaign; empty stands for all)."""

    counts: Mapping[tuple[str, str], int]
    pauses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything on record about one message, in order; `state` is how it stands in the outbox, empty where it is done."""

    message: MessageQueued
    tried: Sequence[MessageTried]
    answered: Sequence[MessageAnswered]
    receipts: Sequence[MessageReceipt]
    stopped: MessageStopped | None


class NoSuchMessage(AnswerIsNo):
    """No message of this institution has that id."""


def standing(institution_id: int) -> Standing:
    """How does sending stand?"""
    with acting_for(institution_id):
        return Standing(outbox.counts(), sorted(paused(load.sending_paused())))


def listed(institution_id: int, state: str = "", limit: int = 50) -> list[Waiting]:
    """Messages that are not done, those due longest first. Raises `WrongCall` where there is no such state."""
    if state and state not in STATES:
        raise WrongCall(f"There is no state “{state}”.", "Nothing was listed.", f"Name one of: {', '.join(STATES)}.")
    with acting_for(institution_id):
        return outbox.listed(state, limit)


def told(institution_id: int, message_id: int) -> Told:
    """What became of this message? Its words are opened; whoever asks has the right to read them. Raises `NoSuchMessage`."""
    with acting_for(institution_id):
        found = load.messages_queued([message_id])
        if not found:
            raise NoSuchMessage("There is no message with this id.", "Nothing was done.", "See which there are: arrears messages list")
        one = [message_id]
        return Told(found[0], load.attempts_of(one), load.answers_to(one), load.receipts_of(one), next(iter(load.messages_stopped(one)), None))


def take_back(institution_id: int, message_id: int, *, by: str, at: datetime, actor: str) -> None:
    """Let a message not be sent that nobody is sending.

    Raises:
        NoSuchMessage: there is none.
        AnswerIsNo: it is done, or is being sent at this moment.
    """
    one = told(institution_id, message_id).message
    with acting_for(institution_id):
        if not outbox.take_back(message_id):
            raise AnswerIsNo("This message is done, or is being sent at this moment.", "It cannot be taken back.", "See what became of it: arrears messages show")
        append(MessageStopped(message_id, one.party_id, WhyStopped.PERSON, by, at), actor=actor, at=at, cause=CAUSE)


def say_what_came(institution_id: int, message_id: int, came: Result, *, by: str, at: datetime, actor: str) -> Did:
    """Somebody found out what came of an uncertain message: it was sent (taken), or surely not (it then waits again).

    Raises:
        NoSuchMessage: there is none.
        WrongCall: something else than taken or not taken is said.
        AnswerIsNo: it is not uncertain.
    """
    if came not in (Result.TAKEN, Result.NOT_TAKEN):
        raise WrongCall("Say whether it was taken or not taken.", "Anything else leaves it uncertain.")
    told(institution_id, message_id)
    with acting_for(institution_id):
        if not outbox.lock_doubtful(message_id):
            raise AnswerIsNo("Nobody is in doubt about this message.", "Nothing was changed.", "See what became of it: arrears messages show")
        return settle({message_id: Answer(message_id, came, code="looked up")}, said_by=by, actor=actor, at=at)


def pause(institution_id: int, channel: str, campaign: str, reason: str, *, by: str, at: datetime, actor: str) -> None:
    """Hold back everything of a channel, a campaign, or both; empty stands for all. It holds at once, also what is claimed and not yet tried."""
    _say(institution_id, PauseKind.PAUSED, channel, campaign, reason, by=by, at=at, actor=actor)


def resume(institution_id: int, channel: str, campaign: str, reason: str, *, by: str, at: datetime, actor: str) -> None:
    """End a pause. Raises `AnswerIsNo` where just this was not paused."""
    with acting_for(institution_id):
        if (channel, campaign) not in paused(load.sending_paused()):
            raise AnswerIsNo("Just this is not paused.", "Nothing was changed.", "See what is: arrears messages status")
    _say(institution_id, PauseKind.RESUMED, channel, campaign, reason, by=by, at=at, actor=actor)


def _say(institution_id: int, kind: PauseKind, channel: str, campaign: str, reason: str, *, by: str, at: datetime, actor: str) -> None:
    if not reason.strip():
        raise WrongCall("Say why.", "Whoever looks later must understand it.")
    with acting_for(institution_id):
        append(SendingPaused(kind, channel, campaign, reason.strip(), by, at), actor=actor, at=at, cause=CAUSE)
