"""Whom may I call now, at which number; what do I say; and what came of it?

A number is opened at the moment of the call and never before: opening it asks for a permit, takes it and records that somebody saw the number,
in one transaction. From then on the call counts, whether it is made or not, since from then on it can be made. What came of it, and all that
follows from it, is recorded in one transaction by the permit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from arrears.act.calls.script import Script, script_of
from arrears.act.calls.wrap_up import Action, Asks, NoMore, Result
from arrears.assess.contact_points import quality
from arrears.assess.contact_points.quality import Attempt, Quality
from arrears.casefile.facts.call import CallFlag, CallWrappedUp, ContactPointMarked, PointMark, marks_now
from arrears.casefile.facts.consent import ConsentTo, Lateness
from arrears.casefile.facts.contact import Contact
from arrears.casefile.facts.hold import HoldKind, HoldScope
from arrears.casefile.facts.message import Arrival, MessageQueued, MessageReceipt
from arrears.casefile.facts.privacy import Showable, ShowReason
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.check.conduct.facts import Event, Facts, Proposed
from arrears.check.conduct.pack import Packs
from arrears.check.conduct.verdict import Answer, verdict
from arrears.check.conduct.words import Channel, Happened, Purpose, Side
from arrears.check.gate import asking, using
from arrears.check.gate.permit import Outlook, Permit, Refusal, Request
from arrears.check.protections import events_of
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.call_terms import CallTerms, call_terms
from arrears.engine.home import Home
from arrears.engine.use_cases import protecting, reading
from arrears.engine.use_cases.circumstances import CaseKnown, circumstances_of
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.permits import CAUSE, Wanted, zone_of, zone_of_case
from arrears.engine.use_cases.protecting import Agreement, Proof, Reach
from arrears.engine.use_cases.protecting import Refusal as RefusalByPerson
from arrears.record.privacy.showing import NotForThisRole, may_open, show_person

__all__ = ["call_terms", "zone_of_case"]
TELEPHONES = frozenset({"mobile", "landline"})
"""Channels of the book that ring."""
DIALLER_KEY = "dialler:"
"""How the requests begin whose permits went to a dialler."""
CALLBACK_DAYS = 30
"""A wish to be called is kept for so long at most."""
LONGEST_NOTE = 2_000


class CallIsOpen(AnswerIsNo):
    """A call to this person was opened and nothing was told of it yet."""


class NoSuchPoint(AnswerIsNo):
    """The case has no such number."""


# ---- before the call


@dataclass(frozen=True, slots=True)
class PointToCall:
    """A number of the person, masked: what it is worth, and what the gate would answer now."""

    point: reading.ContactPoint
    quality: Quality
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class CallTask:
    """What somebody needs who is about to call: the numbers in the order in which they are worth calling, the script, the hours at which the person is likely
    to answer (with their likelihood), the clock of the person, calls that are open (their number was seen and nothing was told of them yet), and wishes to be
    called back that were not met."""

    party_id: int
    case_id: int
    points: tuple[PointToCall, ...]
    script: Script
    best_hours: tuple[tuple[int, Fraction], ...]
    zone: str
    zone_is_theirs: bool
    open_calls: tuple[Permit, ...]
    callbacks: tuple[datetime, ...]
    currency: str
    terms: CallTerms


def call_task(home: Home, institution_id: int, case_id: int, *, at: datetime, agent: str) -> CallTask:
    """What is needed to call the person of this case. Nothing is permitted by it and no number is opened.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
        BadData: `law.yaml` or `calls.yaml` cannot be understood.
    """
    terms, case = call_terms(home), circumstances_of(home, institution_id, case_id, at)
    with acting_for(institution_id):
        view = reading.case_view(home, institution_id, case_id)
    script = _script(home, case, agent)
    points = [one for one in view.contact_points if one.channel in TELEPHONES]
    packs = packs_of(institution_id, at.astimezone().date(), home)
    requests = [Request("", case.party_id, case_id, wanted(one.reference, script).proposed(case), case.circumstances) for one in points]
    zone, is_theirs = zone_of(case)
    with acting_for(institution_id):
        outlooks = asking.outlook(requests, packs, at, lifetime=case.terms.lifetime) if requests else []
        known = _points_known(home, view, points)
        own, of_book = _attempts([case.party_id], zone)[case.party_id], _attempts(None, zone)
        open_calls, callbacks = calls_open(case.party_id), _callbacks(case.party_id, at)
        hours = open_hours(case, requests[0].proposed, packs, zone, at) if requests else frozenset()
    every = [one for attempts in of_book.values() for one in attempts]
    ranked = quality.qualities(known, own, quality.rate_of(every))
    by_point = {one.reference: (one, outlook) for one, outlook in zip(points, outlooks, strict=True)}
    best = quality.best_hours(own, _rates_by_band(every), hours) if every else []
    return CallTask(
        case.party_id, case_id, tuple(PointToCall(by_point[one.point][0], one, by_point[one.point][1]) for one in ranked), script, tuple(best), zone, is_theirs,
        open_calls, callbacks, view.row.currency, terms,
    )


def wanted(point: str, script: Script) -> Wanted:
    """The call as it is asked for: to the person, about all of the case, saying what the script says."""
    return Wanted(Purpose.COLLECTION, Channel.CALL, point=point, says=script.says)


def _script(home: Home, case: CaseKnown, agent: str) -> Script:
    return script_of(case.circumstances.places, home.read_settings().institution if home.is_made else "", agent)


OF_HOURS = frozenset({Happened.TIME_RULED_OUT, Happened.TIME_OPENED_AGAIN, Happened.TIME_AGREED})
"""What a person said about hours."""
DAYS_LOOKED_AHEAD = 7


def open_hours(case: CaseKnown, proposed: Proposed, packs: Packs, zone: str, at: datetime) -> frozenset[int]:
    """At which hours does the law, and what the person said of hours, allow such a call at all: on the next day that has any. Caps and holds are no matter of the
    hour and are left aside; what is not known opens no hour. Inside `acting_for`."""
    known = case.circumstances
    if known.actor is None or known.product is None or known.lender is None or known.history_from is None:
        return frozenset()
    said = tuple(one for one in events_of(load.protections_of([case.party_id])) if one.kind in OF_HOURS)
    facts = Facts(
        places=known.places, zones=known.zones, actor=known.actor, product=known.product, history_from=known.history_from, debt_purpose=known.debt_purpose,
        debtor=known.debtor, lender=known.lender, history=said, holidays=known.holidays,
    )
    today = at.astimezone(ZoneInfo(zone)).date()
    for ahead in range(1, DAYS_LOOKED_AHEAD + 1):
        midnight = datetime.combine(today + timedelta(days=ahead), time(), ZoneInfo(zone))
        moments = {hour: midnight + timedelta(hours=hour) for hour in range(24)}
        found = frozenset(hour for hour, one in moments.items() if _welcome(said, one) and verdict(proposed, facts, one, packs).answer is Answer.PERMITTED)
        if found:
            return found
    return frozenset()


def _welcome(said: Iterable[Event], at: datetime) -> bool:
    """Is this no hour that the person asked not to be called at? Kept to where the law of the place says nothing of it, too."""
    ruled_out = [one for one in said if one.kind is Happened.TIME_RULED_OUT and one.window is not None and (one.until is None or at.date() <= one.until)]
    return not any(one.window.holds(at.replace(tzinfo=None)) != one.only_inside for one in ruled_out if one.window is not None)


def calls_open(party_id: int) -> tuple[Permit, ...]:
    """Calls whose number was opened and of which nothing was told yet."""
    used, told = {one.permit_id for one in load.permits_used(party_id)}, {one.permit_id for one in load.contacts(party_id)}
    return tuple(asking.permit_of(one) for one in load.permits_issued(party_id) if one.channel == Channel.CALL and one.permit_id in used - told)


def at_a_dialler(party_id: int, at: datetime) -> bool:
    """Is the person on a list that a dialler may call from now?"""
    done = {one.permit_id for one in load.permits_voided(party_id)} | {one.permit_id for one in load.contacts(party_id)}
    return any(one.request_key.startswith(DIALLER_KEY) and at < one.expires_at and one.permit_id not in done for one in load.permits_issued(party_id))


def _callbacks(party_id: int, at: datetime) -> tuple[datetime, ...]:
    """Wishes to be called back that no later call has met."""
    calls = load.calls_wrapped_up(party_id)
    last_spoken = max((one.started_at for one in calls if CallFlag.RIGHT_PARTY in one.flags), default=None)
    return tuple(sorted(
        one.callback_at for one in calls
        if one.callback_at is not None and (last_spoken is None or one.started_at >= last_spoken) and one.callback_at > at - timedelta(days=CALLBACK_DAYS)))


# ---- how good are the numbers?


def _points_known(home: Home, view: reading.CaseView, points: Sequence[reading.ContactPoint]) -> list[quality.Known]:
    party = view.row.party_id
    marks, bounced = marks_now(load.points_marked([party])), _bounced(party)
    others = reading.shared_with(home, view.run.book, party, [one.reference for one in points])
    return [quality.Known(one.reference, one.verified_on, others.get(one.reference, 0), marks[one.reference].kind if one.reference in marks else None,
                          one.reference in bounced) for one in points]


def _bounced(party_id: int) -> frozenset[str]:
    """Points whose last message did not arrive."""
    facts = load.messages_of(party_id)
    point_of = {one.message_id: one.point for one in facts if isinstance(one, MessageQueued)}
    last: dict[str, Arrival] = {}
    for one in facts:
        if isinstance(one, MessageReceipt) and one.message_id in point_of:
            last[point_of[one.message_id]] = one.arrival
    return frozenset(point for point, arrival in last.items() if arrival in (Arrival.BOUNCED, Arrival.NOT_DELIVERED))


def _attempts(party_ids: Sequence[int] | None, zone: str) -> dict[int, list[Attempt]]:
    """Calls of these people, or of everybody who was called, on this clock."""
    calls = load.every_call_wrapped_up() if party_ids is None else load.calls_wrapped_up_of(party_ids)
    found: dict[int, list[Attempt]] = {party: [] for party in party_ids or ()}
    for one in calls:
        if one.permit_id is not None:
            found.setdefault(one.party_id, []).append(Attempt(one.point, Channel.CALL.value, one.started_at.astimezone(ZoneInfo(zone)), CallFlag.CONNECT in one.flags))
    return found


def _rates_by_band(every: Iterable[Attempt]) -> dict[int, Fraction]:
    bands: dict[int, list[Attempt]] = {}
    for one in every:
        bands.setdefault(one.band, []).append(one)
    overall = quality.rate_of([one for band in bands.values() for one in band])
    return {first: quality.smoothed(sum(one.answered for one in bands.get(first, ())), len(bands.get(first, ())), overall) for first in range(0, 24, quality.BAND_HOURS)}


# ---- the call


@dataclass(frozen=True, slots=True)
class Opened:
    """The number, in full, and the permit under which it may be called now; both are good until the permit expires."""

    permit: Permit
    number: str


def open_number(home: Home, institution_id: int, case_id: int, point: str, *, at: datetime, agent: str, role: str) -> Opened | Refusal:
    """Open a number to call it now: the permit is issued and taken, and that somebody saw the number is recorded; a refusal shows none.

    Raises:
        NoSuchCase, NoSuchPoint: not a case of this institution's current runs; no such number of it.
        NotForThisRole: the role may not see contact points; no permit was asked for.
        CallIsOpen: an earlier call of this person was opened and nothing was told of it yet.
        AnswerIsNo: the number cannot be read any more.
    """
    if Showable.CONTACT_POINT not in may_open(role):
        raise NotForThisRole("Your role may not see numbers.", "No permit was asked for.", "Ask a colleague who calls.")
    case = circumstances_of(home, institution_id, case_id, at)
    script = _script(home, case, agent)
    number = _number(home, institution_id, case, case_id, point)
    packs = packs_of(institution_id, at.astimezone().date(), home)
    request = Request(f"call:{random_id()}", case.party_id, case_id, wanted(point, script).proposed(case), case.circumstances)
    with acting_for(institution_id):
        one_at_a_time("call", case.party_id)
        if calls_open(case.party_id):
            raise CallIsOpen("A call to this person was opened and nothing was told of it yet.", "Two calls at once are one too many.", "Say first what came of it.")
        if at_a_dialler(case.party_id, at):
            raise CallIsOpen("The person is on a list that a dialler calls from now.", "Two calls at once are one too many.", "Wait for its result, or until the list runs out.")
        (answer,) = asking.ask([request], packs, at, actor=agent, cause=CAUSE, lifetime=case.terms.lifetime)
        if isinstance(answer, Refusal):
            return answer
        permit = using.use(answer.permit_id, max(at, answer.issued_at), actor=agent, cause=CAUSE)
        show_person(case.party_id, case_id, [Showable.CONTACT_POINT], shown_to=agent, role=role, reason=ShowReason.WORKING_THE_CASE, form="call", at=at)
    return Opened(permit, number)


def number_of_open_call(home: Home, institution_id: int, permit: Permit, *, at: datetime, agent: str) -> str | None:
    """The number of a call that this colleague opened, while its permit lasts; masked again afterwards, and for everybody else."""
    if at >= permit.expires_at or permit.case_id is None:
        return None
    with acting_for(institution_id):
        opened_by = {one.shown_to for one in load.personal_shown(permit.party_id) if one.form == "call" and one.shown_on == permit.issued_at.date()}
    if agent not in opened_by:
        return None
    case = circumstances_of(home, institution_id, permit.case_id, at)
    return _number(home, institution_id, case, permit.case_id, permit.proposed.point)


def _number(home: Home, institution_id: int, case: CaseKnown, case_id: int, point: str) -> str:
    """Raises `NoSuchPoint`, and `AnswerIsNo` where it cannot be read any more."""
    with acting_for(institution_id):
        view = reading.case_view(home, institution_id, case_id, opened_for={case.party_id})
    found = next((one for one in view.contact_points if one.reference == point and one.channel in TELEPHONES), None)
    if found is None:
        raise NoSuchPoint("This case has no such number.", "No permit was asked for.", "Choose one of those that the case shows.")
    if not found.value:
        raise AnswerIsNo("This number cannot be read any more.", "No permit was asked for.", "The person was erased, or is restricted to storage.")
    return found.value


# ---- after the call


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody says of a call. `words` are what the person said, sealed under the person's key; the promise is a draft."""

    action: str
    result: str
    words: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    callback_at: datetime | None = None
    promise_minor: int | None = None
    promise_currency: str = ""
    promise_due_on: date | None = None
    row_key: str = ""


def wrap_up(home: Home, institution_id: int, permit_id: int, told: Told, *, at: datetime, agent: str) -> CallWrappedUp:
    """Record what came of a call under a permit, with all that follows from it: everything, or nothing.

    Raises:
        PermitNotUsable: the permit was never used, or its call was told already.
        WrongCall: a code is not known, something that the result asks for is missing, or a day does not fit.
    """
    terms = call_terms(home)
    action, result = understood(terms, told, at)
    if action.received:
        raise WrongCall("A call that we received has no permit.", "Nothing was recorded.", "Record it by its case.")
    with acting_for(institution_id):
        contact = using.record_outcome(permit_id, result.outcome, told.started_at or at, note=told.words, at=at, actor=agent, cause=CAUSE)
        return _wrapped_up(institution_id, contact, told, result, terms, at, agent)


def wrap_up_received(home: Home, institution_id: int, case_id: int, told: Told, point: str = "", *, at: datetime, agent: str) -> CallWrappedUp:
    """The same for a call that the person made to us: it needs no permit, counts against no cap and may be answered."""
    terms = call_terms(home)
    action, result = understood(terms, told, at)
    if not action.received:
        raise WrongCall("A call of ours is wrapped up by its permit.", "Nothing was recorded.", "Take the number from the case: arrears call open")
    case = circumstances_of(home, institution_id, case_id, at)
    message = Wanted(Purpose.ANSWER, Channel.CALL, point=point).proposed(case)
    with acting_for(institution_id):
        contact = using.record_received(case.party_id, case_id, message, Side.DEBTOR, told.started_at or at, note=told.words, at=at, actor=agent, cause=CAUSE)
        return _wrapped_up(institution_id, contact, told, result, terms, at, agent)


def wrap_up_without_permit(home: Home, institution_id: int, contact: Contact, told: Told, *, at: datetime, agent: str) -> CallWrappedUp:
    """The same for a contact that was recorded without a permit (a dialler's call that had none). Inside `acting_for`."""
    terms = call_terms(home)
    _, result = understood(terms, told, at)
    return _wrapped_up(institution_id, contact, told, result, terms, at, agent)


def understood(terms: CallTerms, told: Told, at: datetime) -> tuple[Action, Result]:
    """The codes, and that everything they ask for is there.

    Raises:
        WrongCall: a code is not known, something is missing, or a day does not fit.
    """
    action, result = terms.codes.actions.get(told.action), terms.codes.results.get(told.result)
    if action is None or result is None:
        unknown, known = (told.action, terms.codes.actions) if action is None else (told.result, terms.codes.results)
        raise WrongCall(f"“{unknown}” is no wrap-up code.", "Nothing was recorded.", f"Known are: {', '.join(known)}.")
    if Asks.WORDS in result.asks and not told.words.strip():
        raise WrongCall("This result needs what the person said.", "Nothing was recorded.", "Write it in a few words.")
    if told.result == "CBK" and told.callback_at is None:
        raise WrongCall("This result needs the moment at which the person wants to be called.", "Nothing was recorded.", "Name day and hour.")
    if told.callback_at is not None and not at < told.callback_at <= at + timedelta(days=CALLBACK_DAYS):
        raise WrongCall(f"The wish to be called back must lie ahead, and within {CALLBACK_DAYS} days.", "Nothing was recorded.", "Correct day and hour.")
    if (told.promise_minor is None) != (told.promise_due_on is None):
        raise WrongCall("A promise has an amount and a day.", "Nothing was recorded.", "Name both, or neither.")
    if told.promise_minor is not None and (told.promise_minor <= 0 or not told.promise_currency or not result.is_right_party):
        raise WrongCall("Only the person promises, and more than nothing.", "Nothing was recorded.", "Look at the result and the amount.")
    if told.promise_due_on is not None and told.promise_due_on < at.date():
        raise WrongCall("The day of the promise lies in the past.", "Nothing was recorded.", "Correct the day.")
    if told.ended_at is not None and told.started_at is not None and told.ended_at < told.started_at:
        raise WrongCall("The call would have ended before it began.", "Nothing was recorded.", "Look at the clock.")
    return action, result


def _wrapped_up(institution_id: int, contact: Contact, told: Told, result: Result, terms: CallTerms, at: datetime, agent: str) -> CallWrappedUp:
    assert contact.case_id is not None, "a call is about a case"
    followed = tuple(_follow(institution_id, contact, told, result, at, agent))
    fact = CallWrappedUp(
        random_id(), contact.party_id, contact.case_id, contact.contact_id, contact.permit_id, told.row_key, told.action, told.result, terms.codes.digest,
        tuple(flag.value for flag in result.flags), contact.point, agent, contact.occurred_at, told.ended_at, told.callback_at, told.promise_minor,
        told.promise_currency if told.promise_minor is not None else "", "" if told.promise_due_on is None else told.promise_due_on.isoformat(), followed,
    )
    append(fact, actor=agent, at=at, cause=f"call:{told.result}")
    return fact


def _follow(institution_id: int, contact: Contact, told: Told, result: Result, at: datetime, agent: str) -> Iterable[str]:
    """What must follow from the result is recorded; told in codes, the protection first."""
    party, why, words = contact.party_id, f"call:{result.code}", told.words.strip()[:LONGEST_NOTE] or result.label.en
    to = {"institution_id": institution_id, "party_id": party, "at": at, "actor": agent}
    if result.hold is not None and not hold_stands(party, result.hold, at.date()):
        protecting.place_hold(kind=result.hold, reason=words, reach=Reach(), **to)
        yield f"hold:{result.hold.value}"
    if result.rules_out is not None and (result.rules_out is NoMore.EVERYTHING or contact.point):
        point = contact.point if result.rules_out is NoMore.POINT else ""
        refusal = RefusalByPerson(result.rules_out.what, contact.occurred_at, "call" if point else "", point)
        protecting.rule_out(refusal=refusal, proof=Proof(None, words), **to)
        yield f"ruled_out:{result.rules_out.value}"
    if result.point is not None and contact.point:
        append(ContactPointMarked(random_id(), party, contact.channel, contact.point, result.point, why, contact.contact_id, agent, at, ""), actor=agent, at=at, cause=why)
        yield f"point:{result.point.value}"
    if told.callback_at is not None:
        agreement = Agreement(ConsentTo.CALL_BACK, at, Lateness.UNKNOWN, channel="call", point=contact.point, until_on=told.callback_at.date(), is_direct=True)
        protecting.give_consent(agreement=agreement, proof=Proof(None, words), **to)
        yield f"callback:{told.callback_at.date().isoformat()}"


def hold_stands(party_id: int, kind: HoldKind, today: date) -> bool:
    """Is the person protected for this reason already? A second hold of the kind would only have to be lifted twice."""
    return any(one.hold.kind is kind and one.terms.scope is HoldScope.PERSON for one in protecting.protection_of(party_id, today).holds)


def mark_point(institution_id: int, party_id: int, channel: str, point: str, mark: PointMark, words: str, *, at: datetime, actor: str) -> ContactPointMarked:
    """Say by hand what a number or address is. Its reason is kept, sealed.

    Raises:
        WrongCall: no reason.
    """
    if not words.strip():
        raise WrongCall("A mark needs its reason.", "Nothing was recorded.", "Say in a few words how it is known.")
    fact = ContactPointMarked(random_id(), party_id, channel, point, mark, "person", None, actor, at, words.strip()[:LONGEST_NOTE])
    with acting_for(institution_id):
        append(fact, actor=actor, at=at, cause="contact_point")
    return fact
