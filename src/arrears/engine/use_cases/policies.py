"""Which policy decides, how does a new one come into force, and how does an older one come back?

A policy is published by two people: one asks, another of a role that may approves exactly that file, and with the approval it is in force. The file
stays in the home under its digest. A publication is never changed; rolling back publishes an older file anew, by two people again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from arrears.casefile.facts.approval import ApprovalRequested
from arrears.casefile.facts.policy import PolicyPublished, in_force
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.check.approvals.kinds import POLICY
from arrears.check.approvals.outcome import Approval
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.decide.policy.table import Policy
from arrears.engine.home import Home
from arrears.engine.policy_files import PolicyRead, keep, kept, read_file, refuse_faulty_conditions
from arrears.engine.use_cases import approving
from arrears.engine.use_cases.setting_up import institution_of

DEFAULT_POLICY = "first_steps"
CAUSE = "policy"
SHORTEST_VERSION = 4


class NoSuchVersion(AnswerIsNo):
    """No published policy has this number or version, or several begin so."""


class InForceAlready(AnswerIsNo):
    """Exactly this file decides already."""


def shipped_policies() -> Path:
    """The folder of example policies: inside an installed package, or at the top of the repository."""
    package = Path(__file__).parents[2]
    installed = package / "_policies"
    return installed if installed.is_dir() else package.parents[1] / "policies"


def find_policy(named: str | None) -> Policy:
    """The policy of this name or in this file; the shipped first steps where nothing is named.

    Raises:
        WrongCall: there is no such policy.
        PolicyNotValid: the file has faults; the message lists them all.
    """
    return named_policy(named or DEFAULT_POLICY).policy


def named_policy(name: str) -> PolicyRead:
    """The shipped policy of this name, or the one in this file, with its digest. Raises as `find_policy` does."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else shipped_policies() / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in shipped_policies().glob("*.yaml")))
        raise WrongCall(f"There is no policy “{name}”.", "No case can be decided without one.", f"Name a YAML file, or one of: {known}.")
    return read_file(path)


def policy_for_run(home: Home, named: str | None) -> PolicyRead:
    """By which policy does a run decide: the one named, else the one published last, else the shipped first steps?

    Raises:
        WrongCall, PolicyNotValid: as `find_policy`.
        Refused, BadData: the published file is gone, or was changed.
    """
    if named:
        return named_policy(named)
    now = policy_in_force(institution_of(home))
    return named_policy(DEFAULT_POLICY) if now is None else kept(home, now.digest, now.number)


def policy_meant(home: Home, said: str) -> PolicyRead:
    """A policy as people name one: a file, a shipped name, `published`, or a number or version of a published one.

    Raises:
        NoSuchVersion, WrongCall, PolicyNotValid: see there.
    """
    if said == "published":
        return policy_for_run(home, None)
    if said.endswith((".yaml", ".yml")) or (shipped_policies() / f"{said}.yaml").is_file():
        return named_policy(said)
    return file_of(home, publication(institution_of(home), said))


def file_of(home: Home, one: PolicyPublished) -> PolicyRead:
    """The file of a publication. Raises `Refused` where it is gone, `BadData` where it was changed."""
    return kept(home, one.digest, one.number)


def published(institution_id: int) -> tuple[PolicyPublished, ...]:
    """Every publication, oldest first."""
    with acting_for(institution_id):
        return tuple(load.policies_published())


def policy_in_force(institution_id: int) -> PolicyPublished | None:
    """Which publication decides now where no policy is named?"""
    return in_force(published(institution_id))


def publication(institution_id: int, said: str) -> PolicyPublished:
    """The publication with this number, or the newest whose version or digest begins so.

    Raises:
        NoSuchVersion: none, or several different ones.
    """
    everything, wanted = published(institution_id), said.strip().lower()
    found = [one for one in everything if str(one.number) == wanted] or [
        one for one in everything if len(wanted) >= SHORTEST_VERSION and (one.version.startswith(wanted) or one.digest.startswith(wanted))]
    if len({one.digest for one in found}) != 1:
        several = "Several published policies begin so" if found else "No published policy has this number or version"
        raise NoSuchVersion(f"{several}: “{said}”.", "Nothing was changed.", "See them: arrears policy list")
    return found[-1]


def ask_to_publish(
    home: Home, institution_id: int, file: Path, reason: str, *, username: str, at: datetime, actor: str, stands: timedelta | None = None,
) -> ApprovalRequested:
    """Ask a second person to approve this file. It is kept in the home; what happens to the file named here afterwards does not matter.

    Raises:
        PolicyNotValid, WrongCall, BadData: the file cannot be used.
        InForceAlready: see there.
        NotAsked: this person may not ask, or the same waits already.
    """
    one = read_file(file)
    refuse_faulty_conditions(one.policy)
    return _ask(home, institution_id, one, reason, username=username, at=at, actor=actor, stands=stands)


def ask_to_roll_back(
    home: Home, institution_id: int, version: str, reason: str, *, username: str, at: datetime, actor: str, stands: timedelta | None = None,
) -> ApprovalRequested:
    """Ask a second person to approve that an older file is published anew. Raises as `ask_to_publish`, and `NoSuchVersion`."""
    older = publication(institution_id, version)
    return _ask(home, institution_id, kept(home, older.digest), reason, username=username, at=at, actor=actor, stands=stands)


def _ask(home: Home, institution_id: int, one: PolicyRead, reason: str, *, username: str, at: datetime, actor: str, stands: timedelta | None) -> ApprovalRequested:
    now = policy_in_force(institution_id)
    if now is not None and now.digest == one.file.digest:
        raise InForceAlready(f"Exactly this file is in force: number {now.number}.", "Nothing was asked.", "See it: arrears policy show published")
    what = approving.Asked(POLICY, one.file.digest, f"{one.policy.name} {one.policy.version}")
    with acting_for(institution_id):  # The file is there before anybody can approve it.
        asked = approving.ask(institution_id, what, reason, username=username, at=at, actor=actor, stands=stands)
        keep(home, one)
    return asked


def put_in_force(home: Home, approval: Approval, *, at: datetime, actor: str) -> PolicyPublished:
    """Publish what was just approved: in the transaction of the decision, inside `acting_for`.

    Raises:
        Refused, BadData: the file is gone, or is not the one that was shown; then nothing is decided either.
    """
    assert approval.decided is not None and approval.decided.is_approved, "only what a second person approved is published"
    request, policy = approval.request, kept(home, approval.request.digest).policy
    one_at_a_time("policies", 0)
    before = load.policies_published()
    older = next((one.number for one in reversed(before) if one.digest == request.digest), None)
    fact = PolicyPublished(
        len(before) + 1, policy.name, policy.version, request.digest, request.reason, request.request_id, request.requested_by, approval.decided.decided_by, older, at)
    append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A publication, and whether it decides now."""

    published: PolicyPublished
    is_in_force: bool


def versions(institution_id: int) -> tuple[PolicyVersion, ...]:
    """Every publication, newest first."""
    everything = published(institution_id)
    now = in_force(everything)
    return tuple(PolicyVersion(one, one is now) for one in reversed(everything))
