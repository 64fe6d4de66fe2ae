"""May these printed letters go to the post now? Asked again of each at that very moment, by the rules under which it was printed.

Between print and post lie hours or days: a hold, a dispute, a payment may have come. So the gate is asked what it would answer now if the letter were not yet
sent: its own contact, which counts since it was printed, is left out, and everything else counts. No permit is issued: the one of the print was used.
What the gate would permit goes; what it would permit later, while the letter is still so, waits; the rest is taken out and destroyed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from arrears.act.channels.letter.batches import Listed
from arrears.act.dispatch import Known, proposed
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.letter import LetterHandedOver, LetterTakenOut, WhyTakenOut
from arrears.casefile.facts.message import MessageQueued, is_paused, paused
from arrears.casefile.store import load
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.permits import lock_people
from arrears.check.conduct.pack import Packs
from arrears.check.gate import asking
from arrears.check.gate.asking import GROUP_MAX
from arrears.check.gate.permit import Circumstances, Outlook, Request

CAUSE = "hand_over"
UNREADABLE = "the person's key is gone"
PAUSED = "paused"
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Stays:
    """A letter that does not go now: why, and from when it could; `until` None where only a person or an event ends it."""

    letter: Listed
    why: str
    until: datetime | None = None


@dataclass(slots=True)
class HandedOver:
    """What became of a batch: letters that go, that wait, that are taken out, and how many were decided before."""

    goes: list[Listed] = field(default_factory=list)
    waits: list[Stays] = field(default_factory=list)
    taken_out: list[Stays] = field(default_factory=list)
    before: int = 0


@dataclass(frozen=True, slots=True)
class Hands:
    """Who hands over, for whom, under which law and with what known of the people outside the casefile."""

    institution_id: int
    packs: Callable[[datetime], Packs]
    known: Known
    now: Callable[[], datetime]
    actor: str


def hand_over(hands: Hands, batch: str, letters: Sequence[Listed]) -> HandedOver:
    """Decide about each letter of a batch that was not decided before, and record it. Said again, it says what is left.

    Letters to one person are decided one after the other, so that one which goes counts for the next.
    """
    done = HandedOver()
    with acting_for(hands.institution_id):
        decided = {one.message_id for one in load.letters_decided([one.message_id for one in letters])}
    left = [one for one in letters if one.message_id not in decided]
    done.before = len(letters) - len(left)
    undecided = {one.permit_id for one in left}
    for group in _groups(hands, left):
        _decide(hands, batch, group, undecided, done)
        undecided -= {letter.permit_id for letter, _ in group}
    return done


def _groups(hands: Hands, letters: Sequence[Listed]) -> Iterator[list[tuple[Listed, MessageQueued]]]:
    """At most so many letters as the gate takes at once, and never two to one person."""
    with acting_for(hands.institution_id):
        messages = {one.message_id: one for one in load.messages_queued([one.message_id for one in letters])}
    waiting = [(one, messages[one.message_id]) for one in letters]
    while waiting:
        group: dict[int, tuple[Listed, MessageQueued]] = {}
        later = []
        for pair in waiting:
            if len(group) < GROUP_MAX and pair[1].party_id not in group:
                group[pair[1].party_id] = pair
            else:
                later.append(pair)
        yield list(group.values())
        waiting = later


def _decide(hands: Hands, batch: str, group: Sequence[tuple[Listed, MessageQueued]], undecided: set[int], done: HandedOver) -> None:
    at = hands.now()
    known = hands.known([message for _, message in group], at)
    packs = hands.packs(at)
    facts: list[Fact] = []
    with acting_for(hands.institution_id):
        lock_people([message.party_id for _, message in group])
        ids = [letter.message_id for letter, _ in group]
        already = {one.message_id for one in load.letters_decided(ids)}  # by somebody who was faster, before the lock
        stopped = {one.message_id for one in load.messages_stopped(ids)}
        pauses = paused(load.sending_paused())
        asked: list[tuple[Listed, MessageQueued]] = []
        for letter, message in group:
            if letter.message_id in already:
                done.before += 1
            elif letter.message_id in stopped:
                _take_out(letter, message, batch, WhyTakenOut.STOPPED, "", at, facts, done)
            elif message.good_until <= at:
                _take_out(letter, message, batch, WhyTakenOut.TOO_LATE, "", at, facts, done)
            elif not message.address:
                _take_out(letter, message, batch, WhyTakenOut.GATE, UNREADABLE, at, facts, done)
            elif is_paused(message.channel, message.campaign, pauses):
                done.waits.append(Stays(letter, PAUSED))
            elif letter.message_id not in known:
                done.waits.append(Stays(letter, NOT_KNOWN))
            else:
                asked.append((letter, message))
        for (letter, message), found in zip(asked, _outlooks(asked, known, packs, at, undecided), strict=True):
            if found.good_until is not None:
                done.goes.append(letter)
                facts.append(LetterHandedOver(letter.message_id, message.party_id, batch, at))
            elif found.next_permitted_at is not None and found.next_permitted_at < message.good_until:
                done.waits.append(Stays(letter, _why(found), found.next_permitted_at))
            else:
                _take_out(letter, message, batch, WhyTakenOut.GATE, _why(found), at, facts, done)
        append_group(facts, actor=hands.actor, at=at, cause=CAUSE)


def _outlooks(
    asked: Sequence[tuple[Listed, MessageQueued]], known: Mapping[int, Circumstances], packs: Packs, at: datetime, undecided: Iterable[int]
) -> list[Outlook]:
    requests = [Request("", message.party_id, message.case_id, proposed(message), known[letter.message_id]) for letter, message in asked]
    return asking.outlook(requests, packs, at, but=sorted(undecided)) if requests else []


def _why(found: Outlook) -> str:
    """The rules in the way, or what is not known or stands in the way outside them."""
    return ", ".join(f"{one.pack}/{one.rule.name}" for one in found.in_the_way) or " ".join(one.en for one in found.reasons)


def _take_out(
    letter: Listed, message: MessageQueued, batch: str, reason: WhyTakenOut, detail: str, at: datetime, facts: list[Fact], done: HandedOver
) -> None:
    facts.append(LetterTakenOut(letter.message_id, message.party_id, batch, reason, detail, at))
    done.taken_out.append(Stays(letter, detail or reason.value))
