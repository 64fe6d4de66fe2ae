"""What came in by the ways on which we write: whose is it, what does it mean, and what must follow at once?

Each receipt and each reply is one transaction: what was said, what it was taken for, and everything that the contract of intents makes of it stand
together or not at all. Only then is the provider told that it was kept. Whoever dies between hears it again, and knows it by its source.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from arrears.casefile.facts.call import ContactPointMarked, PointMark
from arrears.casefile.facts.consent import ConsentTo, ConsentWithdrawn, ContactRuledOut, RuledOut
from arrears.casefile.facts.contact import Contact, ContactKind
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.hold import EFFECTS, Hold, HoldKind, HoldScope, HoldTerms
from arrears.casefile.facts.inbound import (
    PromiseDrafted,
    ReplyHandled,
    ReplyReceived,
    ReplySetAside,
    ReplyUnderstood,
    TakenBy,
)
from arrears.casefile.facts.message import MessageQueued
from arrears.casefile.store import load, sets
from arrears.casefile.store.append import append
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, acting_institution, institution_key, one_at_a_time
from arrears.casefile.store.vault import default_vault, seal_with, unseal_with
from arrears.check.conduct.words import Recipient, Side
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.home import Home
from arrears.engine.use_cases import arrivals
from arrears.engine.use_cases.protecting import Protection, protection_of
from arrears.engine.use_cases.reading import case_of_party
from arrears.intake.inbound.contract import DANGER, ActsOn, Clause, contract
from arrears.intake.inbound.incoming import Heard, Receipt, Reply
from arrears.intake.inbound.recognising import CRISIS, OTHER, Understood, explained, understand
from arrears.record.privacy import index

RECOGNISER = "recogniser"
MOST_PEOPLE = 10
"""An address that more people than these share protects nobody in particular: a person places its replies."""
LONGEST_NOTE = 2_000
_UNPLACED = "unplaced reply"


class NoSuchReply(AnswerIsNo):
    """There is no reply of that id that waits."""


@dataclass(frozen=True, slots=True)
class Ear:
    """With what an institution hears one provider.

    Attributes:
        jurisdiction: of the home, for numbers written without a calling code.
        case_of: whose open case it is, by person.
    """

    institution_id: int
    provider: str
    channel: str
    collector: str
    jurisdiction: str
    case_of: Callable[[int], int | None]


def ear(home: Home, institution_id: int, provider: str, channel: str, collector: str = "lender") -> Ear:
    """The ear of a home for one of its providers."""
    return Ear(
        institution_id, provider, channel, collector, home.read_settings().jurisdiction, lambda party_id: case_of_party(home, institution_id, party_id))


def hear(by: Ear, heard: Sequence[Heard], now: datetime) -> list[str]:
    """Keep what came in, and do what must follow; answers the tokens of what was kept, for `Listener.kept`.

    What is not among them is to be heard again: a receipt of a message whose attempt is not settled yet.
    """
    replies = [(one.token, one.what) for one in heard if isinstance(one.what, Reply)]
    for (_, reply), words in zip(replies, understand([reply.text for _, reply in replies]), strict=True):
        _keep_reply(by, reply, words, now)
    receipts = [(one.token, one.what) for one in heard if isinstance(one.what, Receipt)]
    return [*(token for token, _ in replies), *arrivals.keep(by.institution_id, by.provider, receipts, now)]


# ---- replies


@dataclass(frozen=True, slots=True)
class _Placed:
    """Whose reply it is, and how that was found."""

    party_id: int
    case_id: int | None
    answers: int | None
    point: str
    placed_by: str


def _keep_reply(by: Ear, reply: Reply, words: Understood, now: datetime) -> None:
    source = reply.source.replace("\x00", "")
    with acting_for(by.institution_id):
        one_at_a_time(f"reply:{by.provider}:{source}", 0)
        if _is_known(by.provider, source):
            return
        people = _people(by, reply)
        if len(people) == 1:
            record_reply(by, random_id(), reply, source, people[0], words, now)
        else:
            _keep_unplaced(by, reply, source, words, [one.party_id for one in people], now)


def _is_known(provider: str, source: str) -> bool:
    parts = " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE institution_id = %s AND provider = %s AND source = %s" for table in ("replies_received", "replies_unplaced", "replies_set_aside"))
    return sets.cursor().execute(parts, [acting_institution(), provider, source] * 3).fetchone() is not None


def _people(by: Ear, reply: Reply) -> list[_Placed]:
    """Who may have written it: by the message it answers, else by the address; only people who were not erased."""
    answered = arrivals.id_in(reply.answers)
    message = next(iter(load.messages_queued([answered])), None) if answered is not None else None
    if message is not None and message.address:
        return [_Placed(message.party_id, message.case_id, message.message_id, message.point, "answer")]
    parties = index.people_with(reply.address, by.jurisdiction)
    keys = default_vault().party_keys(pa.array(parties, pa.int64())) if parties else {}
    return [_Placed(party, by.case_of(party), None, _point_of(by, party, reply.address), "address") for party in parties if party in keys]


def _point_of(by: Ear, party_id: int, address: str) -> str:
    """The reference of a contact point: that of the newest message we wrote there; empty where we never did."""
    wanted = index.normal_values(address, by.jurisdiction)
    written = [one for one in load.messages_of(party_id) if isinstance(one, MessageQueued)]
    return next((one.point for one in reversed(written) if one.point and wanted and index.normal_values(one.address, by.jurisdiction) == wanted), "")


def record_reply(by: Ear, reply_id: int, reply: Reply, source: str, whose: _Placed, words: Understood, now: datetime) -> None:
    """Keep a reply whose person is known, with what follows; inside `acting_for`."""
    at, cause, party = min(reply.at, now), cause_of(reply_id), whose.party_id
    append_group([ReplyReceived(
        reply_id, party, whose.case_id, by.channel, by.provider, source, whose.answers, whose.point, reply.address, reply.text, reply.is_automatic, whose.placed_by, at,
    )], actor=by.provider, at=now, cause=cause)
    intents = _acted_on(words, is_automatic=reply.is_automatic)
    if reply.is_automatic and not intents:
        append_group([_taken(reply_id, party, OTHER, (), now)], actor=RECOGNISER, at=now, cause=cause)
        return
    is_debtor = "not_mine" not in intents
    append_group([Contact(
        random_id(), party, whose.case_id, ContactKind.RECEIVED, at, (Side.DEBTOR if is_debtor else Side.THIRD_PERSON).value, by.collector, None, by.channel,
        (Recipient.DEBTOR if is_debtor else Recipient.UNIDENTIFIED).value, "", (), whose.point, None, None, None, (), None, "",
    )], actor=by.provider, at=now, cause=cause)
    append_group([_understood(reply_id, party, reply.text, words, intents, now)], actor=RECOGNISER, at=now, cause=cause)
    kept = Kept(reply_id, party, whose.case_id, by.channel, whose.point, reply.text)
    for intent in intents:
        fulfil(contract()[intent], kept, now, RECOGNISER, is_sure=words.is_sure and intent == words.main)


def cause_of(reply_id: int) -> str:
    """What stands in the journal as the cause of everything that a reply brought about."""
    return f"reply {id_text(reply_id)}"


def _acted_on(words: Understood, *, is_automatic: bool) -> tuple[str, ...]:
    """Of what it may mean, that for which something follows at once: suspicions where a suspicion is enough, the main intent where it is sure.

    What a machine is said to have written means nothing, but for words of danger: whoever says so may be wrong.
    """
    if is_automatic:
        return (CRISIS,) if any(one.intent == CRISIS for one in words.spoke) else ()
    clauses = contract()
    return tuple(one for one in words.intents if clauses[one].acts_on is ActsOn.SUSPICION or (one == words.main and words.is_sure))


def _understood(reply_id: int, party_id: int, text: str, words: Understood, intents: tuple[str, ...], now: datetime) -> ReplyUnderstood:
    shares = tuple((intent, round(share * 1_000_000)) for intent, share in words.shares.items())
    spoke = json.dumps([[one.intent, one.by_rule, one.words, one.means] for one in explained(text, words)], ensure_ascii=False)
    return ReplyUnderstood(reply_id, party_id, TakenBy.RECOGNISER, words.main, intents, shares, words.is_sure, spoke, words.version, RECOGNISER, now)


def _taken(reply_id: int, party_id: int, main: str, intents: tuple[str, ...], now: datetime, said_by: str = RECOGNISER) -> ReplyUnderstood:
    kind = TakenBy.RECOGNISER if said_by == RECOGNISER else TakenBy.PERSON
    return ReplyUnderstood(reply_id, party_id, kind, main, intents, (), True, "[]", "", said_by, now)


# ---- the contract


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply on record, as the contract needs it."""

    reply_id: int
    party_id: int
    case_id: int | None
    channel: str
    point: str
    text: str


def fulfil(clause: Clause, reply: Kept, now: datetime, actor: str, *, is_sure: bool) -> list[Fact]:
    """Do what must happen where somebody wrote this; answers what was recorded. What stands already is not done twice. Inside `acting_for`.

    On a mere suspicion the holds are set, and a contact point is not marked: a mark lets nothing at all through, not even an answer.
    """
    standing = protection_of(reply.party_id, now.date())
    facts = [
        *(_hold(clause, reply, standing, now, actor) if clause.hold is not None else ()),
        *(_refusal(clause, reply, standing, now) if clause.rules_out_channel else ()),
        *([point_marked(reply.party_id, reply.channel, reply.point, clause.point, cause_of(reply.reply_id), actor, now)] if clause.point is not None and reply.point and is_sure else ()),
        *([PromiseDrafted(reply.reply_id, reply.party_id, reply.case_id, amount_in(reply.text), reply.text[:LONGEST_NOTE], now)]
          if clause.drafts_promise and not _is_drafted(reply.reply_id) else ()),
    ]
    append_group(facts, actor=actor, at=now, cause=cause_of(reply.reply_id))
    return facts


def point_marked(party_id: int, channel: str, point: str, kind: PointMark, because: str, said_by: str, now: datetime) -> ContactPointMarked:
    """What was heard about a contact point; the gate keeps to it until a person says otherwise."""
    return ContactPointMarked(random_id(), party_id, channel, point, kind, because, None, said_by, now, "")


def _hold(clause: Clause, reply: Kept, standing: Protection, now: datetime, actor: str) -> list[Fact]:
    """One hold; on a number that has no reference two, since every telephone way to it is meant."""
    assert clause.hold is not None
    if clause.scope is not HoldScope.CONTACT_POINT:
        places = [("", "")]
    elif reply.point:
        places = [("", reply.point)]
    else:
        places = [(channel, "") for channel in _SAME_NUMBER.get(reply.channel, (reply.channel,))]
    there = {(one.hold.kind, one.terms.scope, one.terms.channel, one.terms.point) for one in standing.holds}
    return [
        fact for channel, point in places if (clause.hold, clause.scope, channel, point) not in there
        for fact in new_hold(clause.hold, clause.scope, channel, point, reply.party_id, f"Wrote to us ({clause.label.en}); see reply {id_text(reply.reply_id)}", now, actor)
    ]


_SAME_NUMBER = {"text": ("text", "call"), "call": ("call", "text"), "voice_bot": ("call", "text"), "voicemail": ("call", "text")}


def new_hold(kind: HoldKind, scope: HoldScope, channel: str, point: str, party_id: int, reason: str, now: datetime, actor: str) -> list[Fact]:
    """A hold with its terms, as its kind says."""
    effect, today = EFFECTS[kind], now.date()
    hold = Hold(random_id(), party_id, kind, reason, today, None, effect.blocks, effect.may_lift)
    return [hold, HoldTerms(hold.hold_id, party_id, scope, (), channel, point, effect.allows, actor, today + timedelta(days=effect.review_after_days), today)]


def _refusal(clause: Clause, reply: Kept, standing: Protection, now: datetime) -> list[Fact]:
    """The channel is ruled out, and what was agreed for it no longer counts."""
    words = reply.text[:LONGEST_NOTE]
    ruled_out = any(one.what is RuledOut.CHANNEL and one.channel == reply.channel and not one.point and end is None for one, end in standing.refusals)
    facts: list[Fact] = [] if ruled_out else [
        ContactRuledOut(random_id(), reply.party_id, RuledOut.CHANNEL, reply.channel, "", "", None, "", "", False, True, now, None, words)]
    facts += [
        ConsentWithdrawn(one.consent_id, reply.party_id, now, None, words) for one, end in standing.consents
        if end is None and one.subject in _OF_A_CHANNEL and one.channel in ("", reply.channel)
    ]
    return facts


_OF_A_CHANNEL = frozenset({ConsentTo.CHANNEL, ConsentTo.TIME, ConsentTo.FREQUENCY})


def _is_drafted(reply_id: int) -> bool:
    return sets.cursor().execute("SELECT 1 FROM promises_drafted WHERE reply_id = %s AND institution_id = %s", [reply_id, acting_institution()]).fetchone() is not None


_AMOUNT = re.compile(
    r"(?:[¥￥$£€]|rmb|usd|gbp|eur)\s?(\d{1,9})(?:[.,](\d{2}))?(?!\d)|(\d{1,9})(?:[.,](\d{2}))?\s?(?:元|块|¥|€|£|\$|rmb|yuan|kuai|dollars?|bucks|pounds?|quid|euros?|pesos?)", re.IGNORECASE)


def amount_in(text: str) -> int | None:
    """The amount in hundredths that a promise names with its money; None where none can be read for certain, or several differ.

    >>> amount_in("周五先还500元"), amount_in("I can do £20.50 on the 14th"), amount_in("pago el 15"), amount_in("$20 or $30")
    (50000, 2050, None, None)
    """
    found = {int(one[1] or one[3]) * 100 + int(one[2] or one[4] or 0) for one in _AMOUNT.finditer(text)}
    return found.pop() if len(found) == 1 else None


# ---- replies that nobody can place


def _keep_unplaced(by: Ear, reply: Reply, source: str, words: Understood, candidates: Sequence[int], now: datetime) -> None:
    """Keep the words sealed for a person who places them, and protect at once everybody who may have written them."""
    reply_id, intents = random_id(), _acted_on(words, is_automatic=reply.is_automatic)
    sealed = _sealed(reply_id, {"address": reply.address, "to": reply.to, "answers": reply.answers, "text": reply.text})
    sets.cursor().execute(
        """INSERT INTO replies_unplaced (reply_id, institution_id, provider, channel, source, sealed_words, is_automatic, main, intents, received_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [reply_id, acting_institution(), by.provider, by.channel, source, sealed, reply.is_automatic, words.main, list(intents), min(reply.at, now)])
    if len(candidates) > MOST_PEOPLE:
        return
    for party_id in candidates:
        for clause in (contract()[intent] for intent in intents):
            if clause.acts_on is ActsOn.SUSPICION:
                # Not the words: they may be another's.
                fulfil(clause, Kept(reply_id, party_id, None, by.channel, "", "written from an address that several people share"), now, RECOGNISER, is_sure=False)


def _unplaced_key() -> bytes:
    """Derived from the first key of the institution, which stays for good: envelope keys may change."""
    return hmac.digest(institution_key(acting_institution()), _UNPLACED.encode(), "sha256")


def _sealed(reply_id: int, words: dict[str, str]) -> bytes:
    return seal_with(_unplaced_key(), reply_id, json.dumps(words, ensure_ascii=False).encode(), _UNPLACED)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A reply that waits for somebody to say whose it is."""

    reply_id: int
    provider: str
    channel: str
    source: str
    address: str
    text: str
    is_automatic: bool
    main: str
    intents: tuple[str, ...]
    received_at: datetime


def unplaced(institution_id: int) -> list[Unplaced]:
    """Every reply that nobody has placed, danger first, then the oldest first; opened."""
    with acting_for(institution_id):
        return _unplaced(None)


def _unplaced(reply_id: int | None) -> list[Unplaced]:
    rows = sets.cursor().execute(
        """SELECT reply_id, provider, channel, source, sealed_words, is_automatic, main, intents, received_at FROM replies_unplaced
           WHERE institution_id = %s AND (%s::bigint IS NULL OR reply_id = %s) ORDER BY NOT (%s = ANY(intents)), received_at, reply_id""",
        [acting_institution(), reply_id, reply_id, CRISIS]).fetchall()
    found = []
    for ident, provider, channel, source, sealed, is_automatic, main, intents, received_at in rows:
        words = json.loads(unseal_with(_unplaced_key(), ident, bytes(sealed), _UNPLACED))
        found.append(Unplaced(ident, provider, channel, source, words["address"], words["text"], is_automatic, main, tuple(intents), received_at))
    return found


def place(by: Ear, reply_id: int, party_id: int, *, now: datetime, actor: str) -> None:
    """Say whose a reply is: it goes to that person's record, sealed under that person's key, and what it means follows there.

    Raises:
        NoSuchReply: none of that id waits.
    """
    with acting_for(by.institution_id):
        one_at_a_time("unplaced", reply_id)
        found = next(iter(_unplaced(reply_id)), None)
        if found is None:
            raise NoSuchReply("No reply of that id waits to be placed.", "Nothing was changed.", "See those that wait with: arrears replies list")
        sets.cursor().execute("DELETE FROM replies_unplaced WHERE reply_id = %s AND institution_id = %s", [reply_id, acting_institution()])
        reply = Reply(found.source, found.address, "", "", found.text, found.is_automatic, found.received_at)
        of_channel = Ear(by.institution_id, found.provider, found.channel, by.collector, by.jurisdiction, by.case_of)
        whose = _Placed(party_id, by.case_of(party_id), None, _point_of(of_channel, party_id, found.address), actor)
        record_reply(of_channel, reply_id, reply, found.source, whose, understand([found.text])[0], now)


def set_aside(institution_id: int, reply_id: int, reason: str, *, now: datetime, actor: str) -> None:
    """Say that a reply which nobody could place concerns nobody here: its words are gone, its name stays.

    Raises:
        NoSuchReply: none of that id waits.
        WrongCall: no reason.
    """
    if not reason.strip():
        raise WrongCall("Setting a reply aside needs its reason.", "The reply waits as before.", "Say in a few words why it concerns nobody here.")
    with acting_for(institution_id):
        one_at_a_time("unplaced", reply_id)
        found = next(iter(_unplaced(reply_id)), None)
        if found is None:
            raise NoSuchReply("No reply of that id waits to be placed.", "Nothing was changed.", "See those that wait with: arrears replies list")
        append(ReplySetAside(reply_id, found.provider, found.source, reason.strip()[:LONGEST_NOTE], actor, now), actor=actor, at=now, cause=cause_of(reply_id))
        sets.cursor().execute("DELETE FROM replies_unplaced WHERE reply_id = %s AND institution_id = %s", [reply_id, acting_institution()])


# ---- what a person sees and says


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply with what it was taken for last, who looks at it and until when, and what was recorded because of it."""

    reply: ReplyReceived
    taken: ReplyUnderstood
    handled: ReplyHandled | None
    who: str
    until: datetime | None
    followed: tuple[str, ...]

    @property
    def is_urgent(self) -> bool:
        """Somebody may be in danger, and nobody has dealt with it."""
        return self.who == DANGER and self.handled is None

    @property
    def waits(self) -> bool:
        """A person must look."""
        return bool(self.who) and self.handled is None


def inbox(institution_id: int, *, only_waiting: bool = True, limit: int = 200) -> list[Shown]:
    """The newest replies, those where somebody may be in danger first, then by when a person must have looked."""
    with acting_for(institution_id):
        waiting = """AND NOT EXISTS (SELECT FROM replies_handled h WHERE h.reply_id = r.reply_id)
            AND EXISTS (SELECT FROM replies_understood u WHERE u.reply_id = r.reply_id AND NOT (u.is_sure AND u.intents <@ %(nothing)s))"""
        rows = sets.cursor().execute(
            f"""SELECT reply_id FROM replies_received r WHERE institution_id = %(institution)s {waiting if only_waiting else ""}
                ORDER BY EXISTS (SELECT FROM replies_understood u WHERE u.reply_id = r.reply_id AND %(crisis)s = ANY(u.intents)) DESC, received_at DESC LIMIT %(limit)s""",
            {"institution": institution_id, "nothing": [OTHER], "crisis": CRISIS, "limit": limit}).fetchall()
        found = _shown([row[0] for row in rows])
    wanted = [one for one in found if one.waits or not only_waiting]
    return sorted(wanted, key=lambda one: (not one.is_urgent, one.until or one.reply.received_at, one.reply.reply_id))


def shown(institution_id: int, reply_id: int) -> Shown:
    """One reply.

    Raises:
        NoSuchReply: there is none of that id.
    """
    with acting_for(institution_id):
        found = _shown([reply_id])
    if not found:
        raise NoSuchReply("There is no reply of that id.", "Nothing is shown.", "See those that came with: arrears replies list --all")
    return found[0]


def _shown(reply_ids: Sequence[int]) -> list[Shown]:
    received = load.replies_received(reply_ids)
    taken = {one.reply_id: one for one in load.replies_understood(reply_ids)}
    handled = {one.reply_id: one for one in load.replies_handled(reply_ids)}
    causes = {cause_of(one): one for one in reply_ids}
    names: dict[int, list[str]] = {one: [] for one in reply_ids}
    rows = sets.cursor().execute(
        "SELECT cause, name FROM journal_entries WHERE chain = ANY(%s) AND cause = ANY(%s) AND institution_id = %s ORDER BY chain, position",
        [[one.party_id for one in received], list(causes), acting_institution()]).fetchall()
    for cause, name in rows:
        names[causes[cause]].append(name)
    return [_as_shown(one, taken[one.reply_id], handled.get(one.reply_id), names[one.reply_id]) for one in received]


_OF_THE_REPLY_ITSELF = ("reply:", "contact:received")


def _as_shown(reply: ReplyReceived, taken: ReplyUnderstood, handled: ReplyHandled | None, names: Sequence[str]) -> Shown:
    clauses = [contract()[intent] for intent in taken.intents if contract()[intent].who]
    first = min(clauses, key=lambda clause: clause.within, default=None)
    if first is None and not taken.is_sure:
        first = contract()[taken.main]
    who, within = (first.who or "collector", first.within or timedelta(days=1)) if first is not None else ("", timedelta())
    if first is not None and first.who == DANGER:
        within = timedelta()
    followed = tuple(one for one in names if not one.startswith(_OF_THE_REPLY_ITSELF))
    return Shown(reply, taken, handled, who, reply.received_at + within if who else None, followed)


def correct(institution_id: int, reply_id: int, intent: str, *, now: datetime, actor: str) -> list[Fact]:
    """A person says what a reply means; what the contract asks for it follows. What was done before stays: whoever may, lifts it. Answers what was recorded.

    Raises:
        NoSuchReply: there is none of that id.
        WrongCall: there is no such intent.
    """
    if intent not in contract():
        raise WrongCall(f"“{intent}” is no intent.", "Nothing was changed.", f"Choose one of: {', '.join(contract())}.")
    with acting_for(institution_id):
        one_at_a_time("reply", reply_id)
        found = next(iter(load.replies_received([reply_id])), None)
        if found is None:
            raise NoSuchReply("There is no reply of that id.", "Nothing was changed.", "See those that came with: arrears replies list --all")
        append_group([_taken(reply_id, found.party_id, intent, (intent,), now, actor)], actor=actor, at=now, cause=cause_of(reply_id))
        return fulfil(contract()[intent], Kept(reply_id, found.party_id, found.case_id, found.channel, found.point, found.text), now, actor, is_sure=True)


def handle(institution_id: int, reply_id: int, note: str, *, now: datetime, actor: str) -> None:
    """A person has done what a reply needed.

    Raises:
        NoSuchReply: there is none of that id.
        WrongCall: no note.
    """
    if not note.strip():
        raise WrongCall("What was done needs a note.", "The reply waits as before.", "Say in a few words what was done.")
    with acting_for(institution_id):
        one_at_a_time("reply", reply_id)
        found = next(iter(load.replies_received([reply_id])), None)
        if found is None:
            raise NoSuchReply("There is no reply of that id.", "Nothing was changed.", "See those that came with: arrears replies list --all")
        if not load.replies_handled([reply_id]):
            append_group([ReplyHandled(reply_id, found.party_id, note.strip()[:LONGEST_NOTE], actor, now)], actor=actor, at=now, cause=cause_of(reply_id))
