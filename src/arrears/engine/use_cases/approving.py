"""How does somebody ask for a second person's approval, and how does that person decide?

Generic: what is approved is a kind, a digest and a title. Who carries out what was approved is told in `deciding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from arrears.casefile.facts.approval import ApprovalDecided, ApprovalRequested, ApprovalWithdrawn
from arrears.casefile.store import approval_functions, load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.users import active_user
from arrears.check.approvals.kinds import KINDS, LONGEST_DAYS, ApprovalKind
from arrears.check.approvals.outcome import (
    NOT_OPEN,
    NOT_WHO_ASKED,
    ONLY_WHO_ASKED,
    Approval,
    approvals_of,
    why_not_decide,
    why_not_withdraw,
)
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.core.reasons import Sentence

CAUSE = "approvals"
LONGEST_REASON = 2000


class NoSuchRequest(AnswerIsNo):
    """No request of that id was made here."""


class NotDecided(AnswerIsNo):
    """This person may not decide it, or not any more; `because` says it in both languages."""

    def __init__(self, because: Sentence) -> None:
        self.because = because
        super().__init__(because.en, "Nothing was decided by you.", "See how it stands: arrears approvals list")


class NotAsked(AnswerIsNo):
    """This person may not ask for it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a second person is asked to approve: `kind` of `check.approvals.kinds`, SHA-256 of exactly what is meant, and how it is called."""

    kind: str
    digest: str
    title: str


def ask(
    institution_id: int, what: Asked, reason: str, *, username: str, at: datetime, actor: str, stands: timedelta | None = None,
) -> ApprovalRequested:
    """Ask a second person to approve exactly this.

    Args:
        username: who asks; an active user whose role may.
        stands: until when it can be decided, from now; else as its kind says.

    Raises:
        NotAsked: not in this role, or the very same stands open.
        WrongCall: no reason, or it would stand too long.
    """
    kind = KINDS[what.kind]
    role = _role(institution_id, username)
    if role not in kind.may_ask:
        raise NotAsked(f"“{username}” may not ask for this: {kind.label.en}.", "Nothing was asked.", f"Roles that may: {', '.join(sorted(kind.may_ask))}.")
    with acting_for(institution_id):
        return record_request(kind, what, said(reason), username, role, at=at, actor=actor, stands=stands)


def record_request(
    kind: ApprovalKind, what: Asked, reason: str, asker: str, role: str, *, at: datetime, actor: str, stands: timedelta | None = None,
) -> ApprovalRequested:
    """Write a request, inside `acting_for`; `asker` may be the policy itself (`OF_POLICY`)."""
    lasts = stands or kind.stands
    if not timedelta() < lasts <= timedelta(days=LONGEST_DAYS):
        raise WrongCall(f"A request stands for {LONGEST_DAYS} days at most.", "Nothing was asked.", "Name a nearer end.")
    if any(one.kind == what.kind and one.digest == what.digest for one in load.approvals_waiting(at)):
        raise NotAsked("The very same waits for a second person already.", "Nothing was asked twice.", "See it: arrears approvals list")
    fact = ApprovalRequested(random_id(), what.kind, what.digest, what.title, reason, asker, role, at, at + lasts)
    append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def decide(institution_id: int, request_id: int, *, approve: bool, reason: str, username: str, at: datetime, actor: str) -> Approval:
    """A second person approves or refuses. Of two at the same moment one counts; the other is told that it is decided.

    Raises:
        NoSuchRequest: see there.
        NotDecided: not by this person, or not any more.
        WrongCall: no reason.
    """
    role, why = _role(institution_id, username), said(reason)
    with acting_for(institution_id), _told_in_words():
        one = approval(request_id)
        if (because := why_not_decide(one, username, role, at)) is not None:
            raise NotDecided(because)
        fact = ApprovalDecided(request_id, approve, why, username, role, at)
        append(fact, actor=actor, at=at, cause=CAUSE)
    return Approval(one.request, fact, None)


def withdraw(institution_id: int, request_id: int, reason: str, *, username: str, at: datetime, actor: str) -> Approval:
    """Who asked takes the request back.

    Raises:
        NoSuchRequest, NotDecided: see there.
        WrongCall: no reason.
    """
    _role(institution_id, username)
    why = said(reason)
    with acting_for(institution_id), _told_in_words():
        one = approval(request_id)
        if (because := why_not_withdraw(one, username, at)) is not None:
            raise NotDecided(because)
        fact = ApprovalWithdrawn(request_id, why, username, at)
        append(fact, actor=actor, at=at, cause=CAUSE)
    return Approval(one.request, None, fact)


def every_approval(institution_id: int) -> tuple[Approval, ...]:
    """Every request of this institution with what came of it, oldest first."""
    with acting_for(institution_id):
        return _with_answers(load.approvals_requested())


def waiting(institution_id: int, at: datetime) -> tuple[Approval, ...]:
    """What can be decided at this moment, oldest first."""
    with acting_for(institution_id):
        return _with_answers(load.approvals_waiting(at))


def of_kind(institution_id: int, kind: str) -> tuple[Approval, ...]:
    """Every request of this kind with what came of it."""
    with acting_for(institution_id):
        return _with_answers(load.approvals_of_kind(kind))


def latest(institution_id: int, count: int) -> tuple[Approval, ...]:
    """The requests that were made last, with what came of them, oldest of them first."""
    with acting_for(institution_id):
        return _with_answers(load.approvals_latest(count))


def approval(request_id: int) -> Approval:
    """One request with what came of it, inside `acting_for`.

    Raises:
        NoSuchRequest: see there.
    """
    found = approvals_with_ids([request_id])
    if not found:
        raise NoSuchRequest("There is no request of that id.", "Nothing was changed.", "See which there are: arrears approvals list")
    return found[0]


def approvals_with_ids(request_ids: Sequence[int]) -> tuple[Approval, ...]:
    """These requests with what came of them, inside `acting_for`."""
    return _with_answers(load.approvals_with_ids(request_ids))


def said(reason: str) -> str:
    """A reason, which nothing here goes without."""
    if not (words := reason.strip()[:LONGEST_REASON]):
        raise WrongCall("A reason is needed.", "Nothing was recorded.", "Say in a few words why.")
    return words


def _with_answers(requested: Sequence[ApprovalRequested]) -> tuple[Approval, ...]:
    ids = [one.request_id for one in requested]
    return approvals_of(requested, load.approvals_decided(ids), load.approvals_withdrawn(ids))


def _role(institution_id: int, username: str) -> str:
    user = active_user(institution_id, username)
    if user is None:
        raise NotAsked(f"“{username}” is not an active user here.", "Approvals are given by named people.", "An administrator enters people under Users.")
    return str(user.role)


_IN_WORDS = {approval_functions.NOT_OPEN: NOT_OPEN, approval_functions.TOO_LATE: NOT_OPEN, approval_functions.SAME_PERSON: NOT_WHO_ASKED,
             approval_functions.NOT_YOURS: ONLY_WHO_ASKED}
"""What the database refuses, in words."""


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as refused:
        if refused.sqlstate in _IN_WORDS:
            raise NotDecided(_IN_WORDS[refused.sqlstate]) from refused
        raise


