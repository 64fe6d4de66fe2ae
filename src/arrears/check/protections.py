"""What do holds, consents, refusals and advisers say, in the words that the rules look at?

Facts of a case become events of `check.conduct`, with nothing added: what protects is read widely, what permits narrowly. A hold becomes two:
the word of the law for its kind (`dispute`, `moratorium`), where there is one, and `hold`, which stands for what the lender's own record
blocks, so that a kind for which a place has no law still stops what it stops. Whatever ended carries its end itself, so that the end of one
hold never ends another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

from arrears.casefile.facts.call import RULED_OUT_MARKS, ContactPointMarked, PointMark
from arrears.casefile.facts.consent import (
    ConsentGiven,
    ConsentTo,
    ConsentWithdrawn,
    ContactOpenedAgain,
    ContactRuledOut,
    Lateness,
    RuledOut,
)
from arrears.casefile.facts.hold import EFFECTS, Blocked, HoldKind, HoldScope, StandingHold, StillAllowed, holds_with_terms, last_day
from arrears.casefile.facts.hold_words import HOLD_WORDS, MAY_LIFT_WORDS
from arrears.casefile.facts.representation import AdviserEnded, AdviserNamed, AuthorityChecked, AuthorityFinding, NamedBy
from arrears.check.conduct.facts import EVERY_DAY, Event, Window
from arrears.check.conduct.words import Channel, Happened, Mark, Place, Recipient, Side
from arrears.core.reasons import Sentence

FIRST_ZONE = timezone(timedelta(hours=14))
"""Where a day begins first on earth: who is protected from a day on is protected when that day has begun anywhere."""
OF_LAW: Mapping[HoldKind, tuple[Happened, frozenset[Mark]]] = {
    HoldKind.DISPUTE: (Happened.DISPUTE, frozenset()),
    HoldKind.CLAIMS_PAID: (Happened.PAYMENT_SOUGHT, frozenset()),
    HoldKind.COMPLAINT: (Happened.COMPLAINT, frozenset()),
    HoldKind.HARDSHIP: (Happened.HARDSHIP, frozenset()),
    HoldKind.BREATHING_SPACE: (Happened.MORATORIUM, frozenset()),
    HoldKind.INSOLVENCY: (Happened.INSOLVENCY, frozenset()),
    HoldKind.DECEASED: (Happened.DECEASED, frozenset()),
    HoldKind.REPRESENTED: (Happened.ADVISER_ACTS, frozenset()),
    HoldKind.DISTRESS: (Happened.DISTRESS, frozenset()),
    HoldKind.CRISIS_BREATHING_SPACE: (Happened.CRISIS_MORATORIUM, frozenset()),
    HoldKind.DISCHARGED: (Happened.DISCHARGED, frozenset()),
    HoldKind.DEBT_ADVICE: (Happened.DEBT_ADVICE, frozenset({Mark.PLAN_IN_PROGRESS})),
    HoldKind.VULNERABLE: (Happened.VULNERABLE, frozenset()),
    HoldKind.IDENTITY_THEFT: (Happened.DISPUTE, frozenset()),
    HoldKind.BARRED_CLAIMED: (Happened.BARRED_CLAIMED, frozenset()),
    HoldKind.MILITARY_SERVICE: (Happened.MILITARY_SERVICE, frozenset()),
}
"""The word of the law for a kind, where the rules have one."""
LINGERS: Mapping[HoldKind, Happened] = {
    HoldKind.CRISIS_BREATHING_SPACE: Happened.TREATMENT_ENDED,
    HoldKind.MILITARY_SERVICE: Happened.MILITARY_SERVICE_ENDED,
}
"""Kinds whose protection the law lets go on for a time after they ended: their lifting is told as the end from which the law counts."""
BY_AUTHORITY = frozenset({HoldKind.BREATHING_SPACE, HoldKind.CRISIS_BREATHING_SPACE, HoldKind.INSOLVENCY, HoldKind.DISCHARGED})
BLOCKS: Mapping[Blocked, Mark] = {one: Mark(f"blocks_{one.value}") for one in Blocked}
ALLOWS: Mapping[StillAllowed, Mark] = {one: Mark(f"allows_{one.value}") for one in StillAllowed}
ADVISER_ALLOWS = frozenset({Mark.ALLOWS_ANSWER, Mark.ALLOWS_RECEIPT, Mark.ALLOWS_STATUTORY_NOTICE})
CONSENTED: Mapping[ConsentTo, Happened] = {
    ConsentTo.CHANNEL: Happened.CONSENT,
    ConsentTo.TIME: Happened.TIME_AGREED,
    ConsentTo.FREQUENCY: Happened.FREQUENCY_AGREED,
    ConsentTo.CALL_BACK: Happened.CALLBACK_INVITED,
    ConsentTo.ELECTRONIC_NOTICES: Happened.ESIGN_CONSENT,
    ConsentTo.THIRD_PERSON: Happened.CONSENT,
    ConsentTo.DATA_SHARING: Happened.CONSENT,
}
REFUSED: Mapping[RuledOut, Happened] = {
    RuledOut.EVERYTHING: Happened.CEASE_REQUEST,
    RuledOut.CHANNEL: Happened.CHANNEL_RULED_OUT,
    RuledOut.TIME: Happened.TIME_RULED_OUT,
    RuledOut.PLACE: Happened.PLACE_RULED_OUT,
    RuledOut.WORKPLACE: Happened.WORKPLACE_FORBIDDEN,
}
SIDES: Mapping[NamedBy, Side] = {NamedBy.DEBTOR: Side.DEBTOR, NamedBy.ADVISER: Side.ADVISER, NamedBy.AUTHORITY: Side.AUTHORITY}


def events_of(facts: Iterable[object]) -> tuple[Event, ...]:
    """What do these facts (in recorded order; others are passed over) say as conduct events, oldest first?

    Debts are named by their account id as text, points as the fact names them.

    >>> from arrears.casefile.facts.hold import Blocked, Hold, MayLift
    >>> hold = Hold(7, 2, HoldKind.DISPUTE, "says paid", date(2026, 1, 5), None, (Blocked.CONTACT,), MayLift.MANAGER)
    >>> [event.kind.value for event in events_of([hold])]
    ['hold', 'dispute']
    """
    known = list(facts)
    holds = holds_with_terms(known)
    found = [event for hold in holds for event in _of_hold(hold)]
    found += _ends_that_linger(holds)
    found += _of_consents(known)
    found += _of_refusals(known)
    found += _of_advisers(known)
    found += _of_points(known)
    return tuple(sorted(found, key=lambda event: event.at))


def debt_of(account_id: int) -> str:
    """How an account is named as a debt, in facts and in what is proposed."""
    return str(account_id)


# ---- holds


def _of_hold(one: StandingHold) -> list[Event]:
    """`hold` from the first moment of its day anywhere; the law's word at noon, so that the law counts its days from the right one."""
    hold, terms = one.hold, one.terms
    ends = [last_day(hold), None if one.lifted_on is None else _day_before(one.lifted_on)]
    until = min((day for day in ends if day is not None), default=None)
    in_danger = hold.kind is HoldKind.DISTRESS
    scope = HoldScope.PERSON if in_danger else terms.scope
    effect = EFFECTS[hold.kind]
    blocks, allows = (effect.blocks, effect.allows) if in_danger else (hold.blocks, terms.allows)
    debts = frozenset(map(debt_of, terms.account_ids)) if scope is not HoldScope.PERSON else frozenset()
    narrow = scope is HoldScope.CONTACT_POINT
    marks = frozenset({*(BLOCKS[block] for block in blocks), *(ALLOWS[may] for may in allows), *([Mark.ONE_OBLIGOR] if scope is HoldScope.OBLIGOR else [])})
    by = Side.AUTHORITY if hold.kind in BY_AUTHORITY else Side.DEBTOR
    events = [Event(
        _first_moment(hold.from_on), Happened.HOLD, Side.COLLECTOR, debts=debts, channel=_channel(terms.channel) if narrow else None,
        point=terms.point if narrow else "", marks=marks, until=until, says=_said(one),
    )]
    if hold.kind in OF_LAW and not narrow:
        kind, own = OF_LAW[hold.kind]
        stands_to = last_day(hold) if hold.kind in LINGERS else until
        events.append(Event(_noon(hold.from_on), kind, by, debts=debts, marks=own, until=stands_to, says=_said(one)))
    return events


def _ends_that_linger(holds: list[StandingHold]) -> list[Event]:
    """The end from which the law counts on, once the last hold of the kind was lifted."""
    found = []
    for kind, ended in LINGERS.items():
        lifts = [one.lifted_on for one in holds if one.hold.kind is kind and one.terms.scope is not HoldScope.CONTACT_POINT]
        known = [day for day in lifts if day is not None]
        if known and len(known) == len(lifts):
            found.append(Event(_noon(max(known)), ended, Side.AUTHORITY))
    return found


def _said(one: StandingHold) -> Sentence:
    hold = one.hold
    name, lifter = HOLD_WORDS[hold.kind], MAY_LIFT_WORDS[hold.may_lift]
    last = last_day(hold)
    if last is not None:
        return Sentence(f"{name.en}, from {hold.from_on} to {last}, by law", f"{name.zh}，{hold.from_on}至{last}，依法到期")
    return Sentence(
        f"{name.en}, since {hold.from_on}; ends when {lifter.en} lifts it, asked again on {one.review_on}",
        f"{name.zh}，自{hold.from_on}起；由{lifter.zh}解除，{one.review_on}复核",
    )


# ---- consents: read narrowly


def _of_consents(facts: list[object]) -> list[Event]:
    """A consent counts to the day before it was withdrawn; one that lifts a limit only where it is what such an agreement must be."""
    ended: dict[int, ConsentWithdrawn] = {}
    for fact in facts:
        if isinstance(fact, ConsentWithdrawn):
            ended.setdefault(fact.consent_id, fact)
    events: list[Event] = []
    for fact in facts:
        if not isinstance(fact, ConsentGiven) or (fact.must_lift_a_limit and not fact.lifts_its_limit):
            continue
        withdrawn = ended.get(fact.consent_id)
        days = [fact.until_on, None if withdrawn is None else _day_before(_earliest_day(withdrawn.withdrawn_at))]
        events.append(Event(
            fact.given_at, CONSENTED[fact.subject], to=Recipient(fact.recipient), debts=_debts(fact.account_id), channel=_channel(fact.channel), point=fact.point,
            marks=_consent_marks(fact), until=min((day for day in days if day is not None), default=None), window=_window(fact.opens, fact.closes),
            says=Sentence(f"agreed on {fact.given_at.date()}", f"{fact.given_at.date()}同意"),
        ))
        if withdrawn is not None:
            events.append(replace(events[-1], at=withdrawn.withdrawn_at, kind=Happened.CONSENT_WITHDRAWN, marks=frozenset(), until=None, window=None, says=None))
    return events


def _consent_marks(fact: ConsentGiven) -> frozenset[Mark]:
    said = {
        Mark.DIRECT: fact.is_direct,
        Mark.COMPLETE: fact.is_complete,
        Mark.AFTER_LATENESS: fact.lateness is Lateness.AFTER_LATE,
        Mark.SEPARATE_CONSENT: fact.subject is ConsentTo.DATA_SHARING,
    }
    return frozenset(mark for mark, is_true in said.items() if is_true)


# ---- refusals: read widely


def _of_refusals(facts: list[object]) -> list[Event]:
    """A refusal stands until the person takes that very one back."""
    ended: dict[int, ContactOpenedAgain] = {}
    for fact in facts:
        if isinstance(fact, ContactOpenedAgain):
            ended.setdefault(fact.request_id, fact)
    events = []
    for fact in facts:
        if isinstance(fact, ContactRuledOut):
            again = ended.get(fact.request_id)
            events.append(Event(
                fact.asked_at, REFUSED[fact.what], debts=_debts(fact.account_id), channel=_channel(fact.channel), point=fact.point,
                place=Place(fact.place) if fact.place else None, marks=frozenset({Mark.WRITTEN}) if fact.is_written else frozenset(),
                until=None if again is None else _day_before(_latest_day(again.opened_at)), window=_window(fact.opens, fact.closes),
                only_inside=fact.only_inside, says=Sentence(f"asked on {fact.asked_at.date()}", f"{fact.asked_at.date()}要求"),
            ))
    return events


# ---- advisers: a claim stops collection, authority that was seen opens the adviser


def _of_advisers(facts: list[object]) -> list[Event]:
    named = [fact for fact in facts if isinstance(fact, AdviserNamed)]
    events: list[Event] = []
    for adviser in named:
        checks = sorted((fact for fact in facts if isinstance(fact, AuthorityChecked) and fact.adviser_id == adviser.adviser_id), key=lambda one: one.checked_at)
        ends = [fact.ended_at for fact in facts if isinstance(fact, AdviserEnded) and fact.adviser_id == adviser.adviser_id]
        last = checks[-1] if checks else None
        if last is not None and last.finding is not AuthorityFinding.VERIFIED:
            ends.append(last.checked_at)
        events += _of_adviser(adviser, next((one for one in checks if one.finding is AuthorityFinding.VERIFIED), None), min(ends, default=None))
    return events


def _of_adviser(adviser: AdviserNamed, verified: AuthorityChecked | None, ended_at: datetime | None) -> list[Event]:
    """Until its end: the adviser acts (with authority from the day it was seen), and a hold keeps collection from going past."""
    debts, by = _debts(adviser.account_id), SIDES[adviser.named_by]
    known = frozenset({Mark.ADVISER_KNOWN}) if adviser.contact else frozenset()
    keeps_until = None if ended_at is None else _day_before(_latest_day(ended_at))
    says = Sentence("an adviser acts, authority seen", "已核实代理权限") if verified else Sentence("an adviser is said to act, authority not seen", "据称有代理人，权限未核实")
    hold = frozenset({Mark.BLOCKS_CONTACT, Mark.BLOCKS_AUTOMATION}) | ADVISER_ALLOWS
    events = [
        Event(adviser.named_at, Happened.HOLD, Side.COLLECTOR, debts=debts, marks=hold, until=keeps_until, says=says),
        Event(adviser.named_at, Happened.ADVISER_ACTS, by, debts=debts, marks=known, until=keeps_until, says=says),
    ]
    if verified is not None:
        opens_until = None if ended_at is None else _day_before(_earliest_day(ended_at))
        events.append(Event(verified.checked_at, Happened.ADVISER_ACTS, by, debts=debts, marks=known | {Mark.AUTHORITY_VERIFIED}, until=opens_until, says=says))
    return events


# ---- contact points: a number that is somebody else's is ruled out until it is said to be the person's own


_MARKED = {
    PointMark.WRONG_PARTY: Sentence("the number or address belongs to somebody else", "该号码或地址属于他人"),
    PointMark.INVALID: Sentence("the number or address does not exist", "该号码或地址无效"),
}


def _of_points(facts: list[object]) -> list[Event]:
    """Nobody is contacted at a point that is another's or does not exist; the law's word for a number that changed hands stands beside it."""
    marks = [fact for fact in facts if isinstance(fact, ContactPointMarked)]
    events: list[Event] = []
    for place, mark in enumerate(marks):
        if mark.kind not in RULED_OUT_MARKS:
            continue
        again = next((one for one in marks[place + 1:] if one.point == mark.point and one.kind in (PointMark.VERIFIED, PointMark.CLEARED)), None)
        until = None if again is None else _day_before(_latest_day(again.marked_at))
        says = _MARKED[mark.kind]
        since = _first_moment(_earliest_day(mark.marked_at))
        events.append(Event(since, Happened.HOLD, Side.COLLECTOR, point=mark.point, marks=frozenset({Mark.BLOCKS_CONTACT}), until=until, says=says))
        if mark.kind is PointMark.WRONG_PARTY:
            events.append(Event(mark.marked_at, Happened.NUMBER_REASSIGNED, Side.THIRD_PERSON, point=mark.point, until=until, says=says))
    return events


# ---- days and words


def _first_moment(day: date) -> datetime:
    return datetime.combine(day, time(), FIRST_ZONE)


def _noon(day: date) -> datetime:
    """Noon in Greenwich: that very day in nearly every zone of the earth."""
    return datetime.combine(day, time(12), UTC)


def _earliest_day(at: datetime) -> date:
    """The earlier of the days that a moment may fall on, from one end of the earth to the other."""
    return at.astimezone(timezone(timedelta(hours=-12))).date()


def _latest_day(at: datetime) -> date:
    """The later of them."""
    return at.astimezone(FIRST_ZONE).date()


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _debts(account_id: int | None) -> frozenset[str]:
    return frozenset() if account_id is None else frozenset({debt_of(account_id)})


def _channel(text: str) -> Channel | None:
    return Channel(text) if text else None


def _window(opens: str, closes: str) -> Window | None:
    return Window(EVERY_DAY, time.fromisoformat(opens), time.fromisoformat(closes)) if opens and closes else None
