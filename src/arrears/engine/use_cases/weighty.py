"""Who takes a weighty decision, where does somebody do otherwise than the policy, and who looks again when the debtor asks?

Refusal of relief, placement, credit reporting, suit and enforcement are proposed by the policy and taken by a named person. Who wants one that the
policy does not propose asks a second person. The debtor may ask a human to look again: until that is answered nothing is carried out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arrears.casefile.facts.approval import ApprovalDecided
from arrears.casefile.facts.weighty import (
    DecisionOverridden,
    DecisionProposed,
    DecisionTaken,
    HumanReviewAnswered,
    HumanReviewRequested,
    ReviewOutcome,
)
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.casefile.store.users import active_user
from arrears.check.approvals.authority import DecisionAuthority, authority_for
from arrears.check.approvals.kinds import KINDS, OF_POLICY, WEIGHTY
from arrears.check.approvals.outcome import Approval, Standing
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.engine.home import Home
from arrears.engine.use_cases import approving, reading
from arrears.engine.use_cases.approving import Asked

CAUSE = "decision"
DECISION_STANDS_DAYS = 30
"""So long a decision may be carried out; afterwards somebody decides on what is true then."""
REVIEW_DAYS = 14
"""Within so many days a review is answered, where nothing shorter is named: a figure of the house."""
LONGEST_REVIEW_DAYS = 30


class NotYours(AnswerIsNo):
    """Not in this role, or by this person."""


class NothingProposed(AnswerIsNo):
    """The policy proposes no weighty decision for this case now."""


class NoSuchReview(AnswerIsNo):
    """No review of that id waits for an answer."""


@dataclass(frozen=True, slots=True)
class Review:
    """A request that a human look again, and the answer."""

    asked: HumanReviewRequested
    answered: HumanReviewAnswered | None


@dataclass(frozen=True, slots=True)
class WeightyState:
    """What is known about weighty decisions of a case, each newest last.

    Attributes:
        proposed_now: the weighty decision that the current run's policy proposes; None where it proposes none.
        waits_now: it was neither taken nor declined yet.
        authorities: what may be carried out now, and by whose decision.
        overridden_now: the override that holds for what the policy decides now.
    """

    proposed_now: str | None
    waits_now: bool
    waiting: tuple[tuple[DecisionProposed, Approval], ...]
    taken: tuple[DecisionTaken, ...]
    overridden: tuple[DecisionOverridden, ...]
    overridden_now: DecisionOverridden | None
    reviews: tuple[Review, ...]
    authorities: tuple[DecisionAuthority, ...]


def state_of(home: Home, institution_id: int, case_id: int, at: datetime) -> WeightyState:
    """What stands about this case at this moment.

    Raises:
        NoSuchCase: it is in no current run.
    """
    book, row = reading.find_case(home, institution_id, case_id)
    with acting_for(institution_id):
        proposed = [one for one in load.decisions_proposed(row.party_id) if one.case_id == case_id]
        approvals = {one.request.request_id: one for one in approving.approvals_with_ids([one.request_id for one in proposed])}
        taken = tuple(one for one in load.decisions_taken(row.party_id) if one.case_id == case_id)
        overridden = tuple(one for one in load.decisions_overridden(row.party_id) if one.case_id == case_id)
        asked = [one for one in load.reviews_requested(row.party_id) if one.case_id == case_id]
        answers = {one.review_id: one for one in load.reviews_answered(row.party_id)}
    waiting = tuple((one, approvals[one.request_id]) for one in proposed if approvals[one.request_id].standing(at) is Standing.OPEN)
    now = next((one for one in reversed(overridden) if _is_of(one, row)), None)
    found = (authority_for(case_id, kind, approvals.values(), taken, asked, answers.values(), at) for kind in WEIGHTY)
    kind, run_id = _weighty_now(book, row), int(_run_of(book).run_id)
    return WeightyState(
        kind, kind is not None and not any(one.kind == kind and one.run_id == run_id for one in proposed), waiting, taken, overridden, now, tuple(Review(one, answers.get(one.review_id)) for one in asked),
        tuple(one for one in found if one is not None))


def _is_of(one: DecisionOverridden, row: reading.CaseRow) -> bool:
    """Was this said against exactly what the policy decides now?"""
    return (one.treatment_before, one.rule, one.policy_version) == (row.proposed, row.rule, row.policy_version)


def overrides_now(institution_id: int, rows: Sequence[reading.CaseRow]) -> dict[int, DecisionOverridden]:
    """By case: the override that holds for what the policy decides now. Cases without one are missing."""
    with acting_for(institution_id):
        found = load.decisions_overridden_of([row.party_id for row in rows])
    by_case = {row.case_id: row for row in rows}
    return {one.case_id: one for one in found if one.case_id in by_case and _is_of(one, by_case[one.case_id])}


def authority(institution_id: int, party_id: int, case_id: int, kind: str, at: datetime) -> DecisionAuthority | None:
    """Who answers for carrying this out on this case now? None: it may not be. The only way to an `DecisionAuthority`."""
    with acting_for(institution_id):
        taken = load.decisions_taken(party_id)
        approvals = approving.approvals_with_ids([one.request_id for one in taken])
        return authority_for(case_id, kind, approvals, taken, load.reviews_requested(party_id), load.reviews_answered(party_id), at)


def take(home: Home, institution_id: int, case_id: int, *, is_taken: bool, reason: str, username: str, at: datetime, actor: str) -> DecisionTaken:
    """A named person takes the weighty decision that the policy proposes for this case, or declines it.

    Raises:
        NothingProposed: the policy proposes none, or somebody decided on this very proposal before.
        NotYours: not in this role.
        WrongCall: no reason.
    """
    book, row = reading.find_case(home, institution_id, case_id)
    kind, why, role = _weighty_now(book, row), approving.said(reason), _role(institution_id, username)
    if kind is None:
        raise NothingProposed("The policy proposes no weighty decision for this case.", "Nothing was decided.", "Propose one with its reason; a second person decides it.")
    _must_decide(kind, role)
    run_id = int(_run_of(book).run_id)
    with acting_for(institution_id):
        one_at_a_time("weighty", case_id)
        if any(one.case_id == case_id and one.kind == kind and one.run_id == run_id for one in load.decisions_proposed(row.party_id)):
            raise NothingProposed("Somebody decided on this proposal already.", "Nothing was decided twice.", "Look at the case again.")
        proposed = _propose(
            DecisionProposed(0, row.party_id, case_id, kind, row.treatment, f"{OF_POLICY}{row.policy_version}", run_id, row.rule, row.policy_version, "", at),
            role="policy", at=at, actor=actor)
        append(ApprovalDecided(proposed.request_id, is_taken, KEPT_WITH_THE_CASE, username, role, at), actor=actor, at=at, cause=CAUSE)
        return _taken(proposed, is_taken, why, username, role, at=at, actor=actor)


def propose(home: Home, institution_id: int, case_id: int, kind: str, reason: str, *, username: str, at: datetime, actor: str) -> DecisionProposed:
    """Somebody wants a weighty decision that the policy does not propose: a second person decides it.

    Raises:
        NotYours: not in this role.
        NotAsked: the same waits already.
        WrongCall: no reason, or no such kind.
    """
    if kind not in WEIGHTY:
        raise WrongCall(f"“{kind}” is no weighty decision.", "Nothing was proposed.", f"One of: {', '.join(WEIGHTY)}.")
    book, row = reading.find_case(home, institution_id, case_id)
    why, role, run_id = approving.said(reason), _role(institution_id, username), int(_run_of(book).run_id)
    if role not in WEIGHTY[kind].may_ask:
        raise NotYours("Not in your role.", "Nothing was proposed.", f"Roles that may: {', '.join(sorted(WEIGHTY[kind].may_ask))}.")
    with acting_for(institution_id):
        one_at_a_time("weighty", case_id)
        if any(one.case_id == case_id and one.kind == kind and approving.approval(one.request_id).standing(at) is Standing.OPEN
               for one in load.decisions_proposed(row.party_id)):
            raise approving.NotAsked("The very same waits for a second person already.", "Nothing was asked twice.", "See it: arrears approvals list")
        return _propose(
            DecisionProposed(0, row.party_id, case_id, kind, kind, username, run_id, row.rule, row.policy_version, why, at), role=role, at=at, actor=actor)


KEPT_WITH_THE_CASE = "kept with the case, sealed"
"""What stands as reason in the institution's chain, where no word about a person belongs."""


def decided(approval: Approval, reason: str, *, at: datetime, actor: str) -> DecisionTaken:
    """Record what a second person's answer means for the case, inside `acting_for` and the decision's transaction."""
    assert approval.decided is not None, "called with the decision"
    proposed = load.decision_proposed(approval.request.request_id)
    assert proposed is not None and digest_of(proposed) == approval.request.digest, "a request of this kind stands on its proposal"
    one = approval.decided
    return _taken(proposed, one.is_approved, approving.said(reason), one.decided_by, one.role, at=at, actor=actor)


def override(home: Home, institution_id: int, case_id: int, treatment: str, reason: str, *, username: str, at: datetime, actor: str) -> DecisionOverridden:
    """Do otherwise than the policy decided for this case, with the reason; nothing weighty can be chosen so.

    Raises:
        NotYours: not in this role.
        WrongCall: no reason, no such treatment, the same one, or a weighty one.
    """
    book, row = reading.find_case(home, institution_id, case_id)
    why, role, run = approving.said(reason), _role(institution_id, username), _run_of(book)
    if role not in MAY_OVERRIDE:
        raise NotYours("Not in your role.", "The policy's decision stays.", f"Roles that may: {', '.join(sorted(MAY_OVERRIDE))}.")
    chosen = run.treatments.get(treatment)
    if chosen is None or treatment == row.treatment:
        raise WrongCall("This is no other treatment of the policy.", "The policy's decision stays.", "Choose one of the list.")
    if chosen.weighty:
        raise WrongCall("A weighty decision is not chosen by an override.", "The policy's decision stays.", "Propose it; a second person decides.")
    if row.queue == "held":
        raise WrongCall("This case is held to protect the person.", "The hold stays.", "Lift the hold first, in a role that may.")
    with acting_for(institution_id):
        fact = DecisionOverridden(random_id(), row.party_id, case_id, row.proposed, row.rule, row.policy_version, treatment, why, username, role, at)
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def ask_review(
    home: Home, institution_id: int, case_id: int, words: str, *, username: str, at: datetime, actor: str, due_on: date | None = None,
) -> HumanReviewRequested:
    """Record that the debtor asks a human to look at the decision again. From now on nothing weighty of this case is carried out.

    Raises:
        NotYours: not in this role.
        WrongCall: no words, or a day that does not fit.
    """
    _, row = reading.find_case(home, institution_id, case_id)
    said, role = approving.said(words), _role(institution_id, username)
    if role not in MAY_OVERRIDE:
        raise NotYours("Not in your role.", "Nothing was recorded.", f"Roles that may: {', '.join(sorted(MAY_OVERRIDE))}.")
    last = due_on or at.date() + timedelta(days=REVIEW_DAYS)
    if not at.date() <= last <= at.date() + timedelta(days=LONGEST_REVIEW_DAYS):
        raise WrongCall(f"A review is answered within {LONGEST_REVIEW_DAYS} days.", "Nothing was recorded.", "Name a nearer day.")
    with acting_for(institution_id):
        fact = HumanReviewRequested(random_id(), row.party_id, case_id, row.treatment, said, username, at, last)
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def answer_review(
    institution_id: int, party_id: int, review_id: int, outcome: ReviewOutcome, words: str, *, username: str, at: datetime, actor: str,
) -> HumanReviewAnswered:
    """A named person has looked again, who took none of the case's weighty decisions.

    Raises:
        NoSuchReview: see there.
        NotYours: not in this role, or this person took the decision.
        WrongCall: no words.
    """
    said, role = approving.said(words), _role(institution_id, username)
    if role not in MAY_REVIEW:
        raise NotYours("Not in your role.", "The review waits.", f"Roles that may: {', '.join(sorted(MAY_REVIEW))}.")
    with acting_for(institution_id):
        one_at_a_time("review", review_id)
        asked = next((one for one in load.reviews_requested(party_id) if one.review_id == review_id), None)
        if asked is None or any(one.review_id == review_id for one in load.reviews_answered(party_id)):
            raise NoSuchReview("No review of that id waits for an answer.", "Nothing was changed.", "See which do: arrears approvals list")
        if any(one.case_id == asked.case_id and one.taken_by == username for one in load.decisions_taken(party_id)):
            raise NotYours("You took the decision; somebody else looks again.", "The review waits.", "Ask another person of a role that may.")
        fact = HumanReviewAnswered(review_id, party_id, asked.case_id, outcome, said, username, role, at)
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def cases_of(institution_id: int, request_ids: Sequence[int]) -> dict[int, int]:
    """About which case is each of these requests that asks for a weighty decision: request_id → case_id?"""
    with acting_for(institution_id):
        return load.cases_of_requests(request_ids)


def reviews_waiting(institution_id: int) -> list[tuple[int, int, date]]:
    """Which reviews wait for an answer: review_id, case_id, due_on, the most pressing first?"""
    with acting_for(institution_id):
        return load.reviews_waiting()


MAY_OVERRIDE = WEIGHTY["suit"].may_ask
MAY_REVIEW = WEIGHTY["suit"].may_decide


def digest_of(proposed: DecisionProposed) -> str:
    """SHA-256 (hex) of what is proposed, whoever decides it: the case, the decision, and by what it stands."""
    said = [proposed.party_id, proposed.case_id, proposed.kind, proposed.treatment, proposed.proposed_by, proposed.run_id, proposed.rule, proposed.policy_version,
            proposed.proposed_at.isoformat()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _propose(draft: DecisionProposed, *, role: str, at: datetime, actor: str) -> DecisionProposed:
    what = Asked(draft.kind, digest_of(draft), KINDS[draft.kind].label.en)
    request = approving.record_request(KINDS[draft.kind], what, KEPT_WITH_THE_CASE, draft.proposed_by, role, at=at, actor=actor)
    proposed = DecisionProposed(
        request.request_id, draft.party_id, draft.case_id, draft.kind, draft.treatment, draft.proposed_by, draft.run_id, draft.rule, draft.policy_version,
        draft.reason, at)
    append(proposed, actor=actor, at=at, cause=CAUSE)
    return proposed


def _taken(proposed: DecisionProposed, is_taken: bool, why: str, username: str, role: str, *, at: datetime, actor: str) -> DecisionTaken:
    fact = DecisionTaken(
        proposed.request_id, proposed.party_id, proposed.case_id, proposed.kind, proposed.treatment, is_taken, why, username, role, at,
        at.date() + timedelta(days=DECISION_STANDS_DAYS))
    append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def _weighty_now(book: reading.Portfolio, row: reading.CaseRow) -> str | None:
    found = _run_of(book).treatments.get(row.treatment)
    return found.weighty if found is not None else None


def _run_of(book: reading.Portfolio) -> reading.Run:
    assert book.run is not None, "a case is found in a run"
    return book.run


def _must_decide(kind: str, role: str) -> None:
    if role not in WEIGHTY[kind].may_decide:
        raise NotYours("Not in your role.", "Nothing was decided.", f"Roles that may: {', '.join(sorted(WEIGHTY[kind].may_decide))}.")


def _role(institution_id: int, username: str) -> str:
    user = active_user(institution_id, username)
    if user is None:
        raise NotYours(f"“{username}” is not an active user here.", "Weighty decisions are taken by named people.", "An administrator enters people under Users.")
    return str(user.role)
