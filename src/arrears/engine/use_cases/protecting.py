"""How is a person protected, and who may end it? Holds, consents, refusals and advisers are recorded here, each with its proof."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from arrears.casefile.facts.consent import ConsentGiven, ConsentTo, ConsentWithdrawn, ContactOpenedAgain, ContactRuledOut, Lateness, RuledOut
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.hold import (
    EFFECTS,
    ENDED_BY_LAW,
    Hold,
    HoldKind,
    HoldLifted,
    HoldReviewed,
    HoldScope,
    HoldTerms,
    MayLift,
    StandingHold,
    holds_with_terms,
    last_day,
)
from arrears.casefile.facts.representation import AdviserEnded, AdviserKind, AdviserNamed, AuthorityChecked, AuthorityFinding, NamedBy
from arrears.casefile.facts.staff import ColleagueCalled, called
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.casefile.store.users import active_user, names_of
from arrears.core.problems import AnswerIsNo, WrongCall

CAUSE = "protection"
LONGEST_WORDS = 2_000
LONGEST_REVIEW_DAYS = 180
"""A review later than this would be none."""
MANAGER_AFTER_DAYS, COMPLIANCE_AFTER_DAYS = 3, 10
"""So long after the review day a hold that nobody looked at rises: to the managers, then to compliance."""
REVIEWS_SHOWN = 50
LIFTING_ROLES: Mapping[MayLift, frozenset[str]] = {
    MayLift.COLLECTOR: frozenset({"collector", "manager", "administrator", "compliance"}),
    MayLift.MANAGER: frozenset({"manager", "administrator", "compliance"}),
    MayLift.ADMINISTRATOR: frozenset({"administrator", "compliance"}),
    MayLift.COMPLIANCE: frozenset({"compliance"}),
}
"""Which role may end a hold, by what the hold says."""


class NotForThisRole(AnswerIsNo):
    """This role may not end the hold."""


class NothingOfThatId(AnswerIsNo):
    """Nothing of that id stands here."""


class NoProof(WrongCall):
    """A consent, a refusal or an adviser without evidence and without words proves nothing."""


class Rung(StrEnum):
    """With whom is a hold that waits for its review?"""

    OWNER = "owner"
    MANAGERS = "managers"
    COMPLIANCE = "compliance"
    DANGER = "danger"
    """Somebody is in danger: those who are trained for it, at once."""


@dataclass(frozen=True, slots=True)
class Review:
    """A hold that somebody must look at, and with whom it is now."""

    hold: load.HoldToReview
    rung: Rung


@dataclass(frozen=True, slots=True)
class Reviews:
    """What must be looked at today: how many in all, the first of them, and who is called where somebody is in danger."""

    total: int
    first: tuple[Review, ...]
    called: tuple[str, ...]

    @property
    def danger(self) -> tuple[Review, ...]:
        """People in danger."""
        return tuple(one for one in self.first if one.rung is Rung.DANGER)

    @property
    def others(self) -> tuple[Review, ...]:
        """All other holds that wait."""
        return tuple(one for one in self.first if one.rung is not Rung.DANGER)


def rung_of(kind: HoldKind, review_on: date, today: date) -> Rung:
    """With whom is it?

    >>> [rung_of(HoldKind.DISPUTE, date(2026, 3, 1), date(2026, 3, day)).value for day in (1, 3, 4, 10, 11)]
    ['owner', 'owner', 'managers', 'managers', 'compliance']
    """
    if kind is HoldKind.DISTRESS:
        return Rung.DANGER
    late = (today - review_on).days
    return Rung.OWNER if late < MANAGER_AFTER_DAYS else Rung.MANAGERS if late < COMPLIANCE_AFTER_DAYS else Rung.COMPLIANCE


def reviews_due(institution_id: int, today: date, limit: int = REVIEWS_SHOWN) -> Reviews:
    """Which holds must somebody look at, people in danger first?"""
    with acting_for(institution_id):
        found, total = load.holds_to_review(today, limit)
        trained = called(load.colleagues_called()) if any(one.kind is HoldKind.DISTRESS for one in found) else frozenset()
    return Reviews(total, tuple(Review(one, rung_of(one.kind, one.review_on, today)) for one in found), tuple(names_of(institution_id, trained)))


def who_is_called(institution_id: int) -> frozenset[str]:
    """Who is called where somebody is in danger, by the names they sign in by?"""
    with acting_for(institution_id):
        return called(load.colleagues_called())


def call_colleague(institution_id: int, username: str, *, is_called: bool, at: datetime, actor: str) -> None:
    """Name a colleague, or no longer, as one who is called where somebody is in danger.

    Raises:
        NothingOfThatId: nobody signs in by that name.
    """
    if active_user(institution_id, username) is None and is_called:
        raise NothingOfThatId("Nobody signs in by that name.", "Nothing was changed.", "Choose one of the users.")
    _record(institution_id, [ColleagueCalled(username, is_called, actor, at.date())], at=at, actor=actor)


@dataclass(frozen=True, slots=True)
class Adviser:
    """Somebody who is said to act, what was found about the authority, and the end."""

    named: AdviserNamed
    checked: AuthorityChecked | None
    ended: AdviserEnded | None


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects a person today, and to what the person said yes or no; what ended is kept apart."""

    holds: tuple[StandingHold, ...]
    ended_holds: tuple[StandingHold, ...]
    consents: tuple[tuple[ConsentGiven, ConsentWithdrawn | None], ...]
    refusals: tuple[tuple[ContactRuledOut, ContactOpenedAgain | None], ...]
    advisers: tuple[Adviser, ...]


def protection_of(party_id: int, today: date) -> Protection:
    """Everything about one person; call it while acting for the institution."""
    facts = load.protections_of([party_id])
    every = holds_with_terms(facts)
    standing = tuple(one for one in every if stands(one, today))
    withdrawn = {fact.consent_id: fact for fact in facts if isinstance(fact, ConsentWithdrawn)}
    again = {fact.request_id: fact for fact in facts if isinstance(fact, ContactOpenedAgain)}
    checked = {fact.adviser_id: fact for fact in facts if isinstance(fact, AuthorityChecked)}
    ended = {fact.adviser_id: fact for fact in facts if isinstance(fact, AdviserEnded)}
    return Protection(
        standing, tuple(one for one in every if one not in standing),
        tuple((fact, withdrawn.get(fact.consent_id)) for fact in facts if isinstance(fact, ConsentGiven)),
        tuple((fact, again.get(fact.request_id)) for fact in facts if isinstance(fact, ContactRuledOut)),
        tuple(Adviser(fact, checked.get(fact.adviser_id), ended.get(fact.adviser_id)) for fact in facts if isinstance(fact, AdviserNamed)),
    )


def person_of_case(institution_id: int, case_id: int) -> int:
    """Whose case is it?

    Raises:
        NothingOfThatId: there is no such case.
    """
    with acting_for(institution_id):
        found = load.case(case_id)
    if found is None:
        raise NothingOfThatId("There is no case of that id.", "Nothing was changed.", "Take the id from the list: arrears case list")
    return found.party_id


def protection_of_person(institution_id: int, party_id: int, today: date) -> Protection:
    """The same as `protection_of`, for whoever is not acting for the institution yet."""
    with acting_for(institution_id):
        return protection_of(party_id, today)


def stands(one: StandingHold, today: date) -> bool:
    """Is it neither lifted nor past the law's own last day?"""
    last = last_day(one.hold)
    return (one.lifted_on is None or one.lifted_on > today) and (last is None or today <= last)


# ---- holds


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a hold shall reach: scope, and what narrows it."""

    scope: HoldScope = HoldScope.PERSON
    account_ids: tuple[int, ...] = ()
    channel: str = ""
    point: str = ""


def place_hold(
    institution_id: int, party_id: int, kind: HoldKind, reason: str, reach: Reach, *,
    at: datetime, actor: str, to_on: date | None = None, review_on: date | None = None,
) -> Hold:
    """Protect a person from today on. What it blocks, allows, and who may lift it follow from its kind.

    Args:
        to_on: the law's last day, for a period that the law ends.
        review_on: when the owner (who places it) is asked; else by the kind.

    Raises:
        WrongCall: no reason, a scope that names nothing, or a day that does not fit.
    """
    today, effect, why = at.date(), EFFECTS[kind], _said(reason)
    if not why:
        raise WrongCall("A hold needs its reason.", "Nothing was recorded.", "Say in a few words what happened.")
    if kind is HoldKind.DISTRESS:
        reach = Reach()
    if reach.scope is HoldScope.DEBT and not reach.account_ids:
        raise WrongCall("A hold on debts names them.", "Nothing was recorded.", "Choose the accounts, or the whole person.")
    if reach.scope is HoldScope.CONTACT_POINT and not (reach.channel or reach.point):
        raise WrongCall("A hold on a contact point names the channel, or the number or address.", "Nothing was recorded.", "Choose one, or the whole person.")
    if to_on is not None and kind not in ENDED_BY_LAW:
        raise WrongCall("Only a period that the law ends has a last day.", "Nothing was recorded.", "Name a day on which you are asked about it instead.")
    if to_on is not None and to_on < today:
        raise WrongCall("The last day lies in the past.", "Nothing was recorded.", "Correct the day.")
    asked_on = _review_day(review_on or today + timedelta(days=effect.review_after_days), today)
    hold = Hold(random_id(), party_id, kind, why, today, to_on, effect.blocks, effect.may_lift)
    terms = HoldTerms(hold.hold_id, party_id, reach.scope, reach.account_ids, reach.channel, reach.point, effect.allows, actor, asked_on, today)
    _record(institution_id, [hold, terms], at=at, actor=actor)
    return hold


def keep_hold(institution_id: int, party_id: int, hold_id: int, note: str, next_review_on: date, *, at: datetime, actor: str) -> HoldReviewed:
    """The owner looked at it, and it stays.

    Raises:
        NothingOfThatId: no such hold stands.
        WrongCall: no note, or a day that does not fit.
    """
    said, today = _said(note), at.date()
    if not said:
        raise WrongCall("A review needs a note of what was found.", "Nothing was recorded.", "Say in a few words why it stays.")
    with acting_for(institution_id):
        one_at_a_time("hold", hold_id)
        _standing(party_id, hold_id, today)
        reviewed = HoldReviewed(hold_id, party_id, said, actor, _review_day(next_review_on, today), today)
        append(reviewed, actor=actor, at=at, cause=CAUSE)
    return reviewed


def lift_hold(institution_id: int, party_id: int, hold_id: int, reason: str, *, role: str, is_trained: bool, at: datetime, actor: str) -> HoldLifted:
    """End a hold, in a role that may.

    Args:
        is_trained: the person is one of those who are called where somebody is in danger, and may end such a hold.

    Raises:
        NothingOfThatId: no such hold stands.
        NotForThisRole: somebody else must.
        WrongCall: no reason.
    """
    why, today = _said(reason), at.date()
    if not why:
        raise WrongCall("Lifting a hold needs a reason.", "The hold stays.", "Say in a few words what ended it.")
    with acting_for(institution_id):
        one_at_a_time("hold", hold_id)
        hold = _standing(party_id, hold_id, today).hold
        if not may_lift(hold, role, is_trained):
            raise NotForThisRole("This hold may not be lifted in your role.", "The hold stays.", "Ask somebody who may: it stands beside the hold.")
        lifted = HoldLifted(hold_id, party_id, today, why, hold.may_lift)
        append(lifted, actor=actor, at=at, cause=CAUSE)
    return lifted


def may_lift(hold: Hold, role: str, is_trained: bool) -> bool:
    """May somebody of this role end this hold? Danger to a person is ended by those who are trained for it, and by compliance."""
    if hold.kind is HoldKind.DISTRESS:
        return is_trained or role == "compliance"
    return role in LIFTING_ROLES[hold.may_lift]


def _standing(party_id: int, hold_id: int, today: date) -> StandingHold:
    found = next((one for one in holds_with_terms(load.protections_of([party_id])) if one.hold.hold_id == hold_id and stands(one, today)), None)
    if found is None:
        raise NothingOfThatId("No hold of that id stands.", "Nothing was changed.", "Look at the case again: somebody may have ended it.")
    return found


def _review_day(day: date, today: date) -> date:
    if not today < day <= today + timedelta(days=LONGEST_REVIEW_DAYS):
        raise WrongCall(
            f"The day of the review must lie after today and within {LONGEST_REVIEW_DAYS} days.", "Nothing was recorded.", "Name a nearer day; it can be kept again then.",
        )
    return day


# ---- consents, refusals, advisers


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows it: a piece of evidence of this person, or words."""

    evidence_id: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """To what, how far, and how it came about; fields as in `ConsentGiven`."""

    subject: ConsentTo
    given_at: datetime
    lateness: Lateness
    recipient: str = "debtor"
    channel: str = ""
    point: str = ""
    account_id: int | None = None
    opens: str = ""
    closes: str = ""
    until_on: date | None = None
    is_direct: bool = False
    is_complete: bool = False
    is_revocable: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """What, and how far; fields as in `ContactRuledOut`."""

    what: RuledOut
    asked_at: datetime
    channel: str = ""
    point: str = ""
    place: str = ""
    account_id: int | None = None
    opens: str = ""
    closes: str = ""
    only_inside: bool = False
    is_written: bool = False


def give_consent(institution_id: int, party_id: int, agreement: Agreement, proof: Proof, *, at: datetime, actor: str) -> ConsentGiven:
    """Record to what a person agreed.

    Raises:
        NoProof: neither evidence nor words.
        WrongCall: it was given in the future, or an agreement on hours names none.
    """
    if agreement.given_at > at:
        raise WrongCall("A consent cannot have been given in the future.", "Nothing was recorded.", "Correct the moment.")
    if agreement.subject is ConsentTo.TIME and not (agreement.opens and agreement.closes):
        raise WrongCall("An agreement on hours names them.", "Nothing was recorded.", "Say from when to when.")
    shown = _proven(institution_id, party_id, proof)
    given = ConsentGiven(
        random_id(), party_id, agreement.subject, agreement.recipient, agreement.channel, agreement.point, agreement.account_id, agreement.opens, agreement.closes,
        agreement.given_at, agreement.until_on, agreement.lateness, agreement.is_direct, agreement.is_complete, agreement.is_revocable, shown.evidence_id, shown.words,
    )
    _record(institution_id, [given], at=at, actor=actor)
    return given


def withdraw_consent(institution_id: int, party_id: int, consent_id: int, proof: Proof, *, at: datetime, actor: str) -> ConsentWithdrawn:
    """Record that a consent was taken back, now.

    Raises:
        NothingOfThatId: no such consent counts.
    """
    shown = _proven(institution_id, party_id, proof)
    withdrawn = ConsentWithdrawn(consent_id, party_id, at, shown.evidence_id, shown.words)
    _end_once(
        institution_id, withdrawn, "consent", consent_id, lambda found: {one.consent_id for one, ended in found.consents if ended is None},
        "No consent of that id counts.", at=at, actor=actor,
    )
    return withdrawn


def rule_out(institution_id: int, party_id: int, refusal: Refusal, proof: Proof, *, at: datetime, actor: str) -> ContactRuledOut:
    """Record what a person no longer wants. It counts from the moment it was asked.

    Raises:
        WrongCall: it names nothing, or lies in the future.
    """
    if refusal.asked_at > at:
        raise WrongCall("A request cannot have been made in the future.", "Nothing was recorded.", "Correct the moment.")
    needs = {RuledOut.CHANNEL: refusal.channel or refusal.point, RuledOut.TIME: refusal.opens and refusal.closes, RuledOut.PLACE: refusal.place}
    if not needs.get(refusal.what, "named"):
        raise WrongCall("It is not said which channel, number, hours or place is meant.", "Nothing was recorded.", "Name it, or rule out all contact.")
    shown = _proven(institution_id, party_id, proof)
    ruled_out = ContactRuledOut(
        random_id(), party_id, refusal.what, refusal.channel, refusal.point, refusal.place, refusal.account_id, refusal.opens, refusal.closes, refusal.only_inside,
        refusal.is_written, refusal.asked_at, shown.evidence_id, shown.words,
    )
    _record(institution_id, [ruled_out], at=at, actor=actor)
    return ruled_out


def open_again(institution_id: int, party_id: int, request_id: int, proof: Proof, *, at: datetime, actor: str) -> ContactOpenedAgain:
    """Record that the person took a request back, by the person's own words or evidence; nobody else can.

    Raises:
        NothingOfThatId: no such request stands.
    """
    shown = _proven(institution_id, party_id, proof)
    again = ContactOpenedAgain(request_id, party_id, at, shown.evidence_id, shown.words)
    _end_once(
        institution_id, again, "request", request_id, lambda found: {one.request_id for one, ended in found.refusals if ended is None},
        "No request of that id stands.", at=at, actor=actor,
    )
    return again


def _end_once(
    institution_id: int, end: ConsentWithdrawn | ContactOpenedAgain, what: str, ident: int, standing: Callable[[Protection], Collection[int]], none: str, *, at: datetime, actor: str
) -> None:
    """Record an end of something that stands, once: of two who end it at the same moment, one is told that it stands no more."""
    with acting_for(institution_id):
        one_at_a_time(what, ident)
        if ident not in standing(protection_of(end.party_id, at.date())):
            raise NothingOfThatId(none, "Nothing was changed.", "Look at the case again.")
        append(end, actor=actor, at=at, cause=CAUSE)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is said to act, and who says so; fields as in `AdviserNamed`."""

    kind: AdviserKind
    full_name: str
    contact: str
    named_by: NamedBy
    account_id: int | None = None


def name_adviser(institution_id: int, party_id: int, claim: Claim, proof: Proof, *, at: datetime, actor: str) -> AdviserNamed:
    """Record that somebody is said to act; collection stops, the adviser learns nothing yet."""
    if not claim.full_name.strip():
        raise WrongCall("An adviser has a name.", "Nothing was recorded.", "Write whom the person or the letter names.")
    shown = _proven(institution_id, party_id, proof)
    named = AdviserNamed(
        random_id(), party_id, claim.kind, _said(claim.full_name), _said(claim.contact), claim.account_id, claim.named_by, at, shown.evidence_id, shown.words)
    _record(institution_id, [named], at=at, actor=actor)
    return named


def check_authority(institution_id: int, party_id: int, adviser_id: int, finding: AuthorityFinding, proof: Proof, *, at: datetime, actor: str) -> AuthorityChecked:
    """Record what came of looking at an adviser's authority. That it was seen needs the paper among the evidence.

    Raises:
        NoProof: verified without evidence, or nothing said at all.
        NothingOfThatId: no such adviser acts.
    """
    if finding is AuthorityFinding.VERIFIED and proof.evidence_id is None:
        raise NoProof("Authority that was seen is kept as evidence.", "Nothing was recorded.", "Add the paper to the case, then name it here.")
    shown = _proven(institution_id, party_id, proof)
    with acting_for(institution_id):
        one_at_a_time("adviser", adviser_id)
        _acting(party_id, adviser_id, at.date())
        checked = AuthorityChecked(adviser_id, party_id, finding, actor, at, shown.evidence_id, shown.words)
        append(checked, actor=actor, at=at, cause=CAUSE)
    return checked


def end_adviser(institution_id: int, party_id: int, adviser_id: int, proof: Proof, *, at: datetime, actor: str) -> AdviserEnded:
    """Record that an adviser acts no longer.

    Raises:
        NothingOfThatId: no such adviser acts.
    """
    shown = _proven(institution_id, party_id, proof)
    with acting_for(institution_id):
        one_at_a_time("adviser", adviser_id)
        _acting(party_id, adviser_id, at.date())
        ended = AdviserEnded(adviser_id, party_id, at, shown.evidence_id, shown.words)
        append(ended, actor=actor, at=at, cause=CAUSE)
    return ended


def _acting(party_id: int, adviser_id: int, today: date) -> Adviser:
    found = next((one for one in protection_of(party_id, today).advisers if one.named.adviser_id == adviser_id and one.ended is None), None)
    if found is None:
        raise NothingOfThatId("No adviser of that id acts.", "Nothing was changed.", "Look at the case again.")
    return found


def _proven(institution_id: int, party_id: int, proof: Proof) -> Proof:
    """The proof, its evidence being one of this person that can still be opened."""
    words = _said(proof.words)
    if proof.evidence_id is None:
        if not words:
            raise NoProof("It is not said what proves it.", "Nothing was recorded.", "Name a piece of evidence, or write the person's words.")
        return Proof(None, words)
    with acting_for(institution_id):
        kept = load.evidence(proof.evidence_id)
    if kept is None or kept.party_id != party_id:
        raise NoProof("There is no such evidence about this person.", "Nothing was recorded.", "Add it to the case first, or write the person's words.")
    return Proof(proof.evidence_id, words)


def _said(text: str) -> str:
    return text.strip()[:LONGEST_WORDS]


def _record(institution_id: int, facts: list[Fact], *, at: datetime, actor: str) -> None:
    with acting_for(institution_id):
        for fact in facts:
            append(fact, actor=actor, at=at, cause=CAUSE)
