"""Which comparisons does a policy ask for, do they run, what do they say, and who may begin and end them?

An experiment stands in the policy; it draws people only after a person of the compliance role has approved exactly what stands there, and until
somebody, or the night itself, stops it. Anybody who works with debtors may stop one, and note that a person wants no part in any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from arrears.casefile.facts.experiment import ExperimentOptOut, ExperimentStarted, ExperimentStopped, StopReason
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for, one_at_a_time
from arrears.casefile.store.users import active_user
from arrears.check.conduct.pack import COMPLIANCE
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.decide.experiments.limits import champion_of, design_digest, experiment_faults
from arrears.decide.policy.parts import Experiment, Policy
from arrears.decide.policy.table import read_policy
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.experiment_sums import HORIZON_DAYS, gathered, runs_of_experiment
from arrears.engine.run_folder import POLICY_FILE
from arrears.learn.experiments.results import Alarm, ArmFigures, Bounds, Results, results_of

__all__ = [
    "Alarm", "Bounds", "ExperimentNotAllowed", "MayNotStop", "NoSuchExperiment", "NotApproved", "Results", "Said", "Standing", "State", "StopReason",
    "experiments_of", "opt_out", "policy_kept", "said_so_far", "shown_for_run", "start", "stop", "stop_where_complaints_say_so", "told", "told_results",
]
CAUSE = "experiments"
PEOPLE_PLANNED = 20_000
SHORTEST_APPROVAL = 4
MAY_STOP = frozenset({"collector", "manager", "administrator", "compliance"})
"""Ending an experiment harms nobody: whoever works with debtors may."""


class NoSuchExperiment(AnswerIsNo):
    """The policy names no such experiment, or none of that name runs."""


class NotApproved(AnswerIsNo):
    """Only a person of the compliance role approves what is drawn by lot."""


class MayNotStop(AnswerIsNo):
    """This role works with nobody."""


class ExperimentNotAllowed(AnswerIsNo):
    """It varies what no experiment may, or is not whole."""


class State(StrEnum):
    """How does an experiment of the policy stand?"""

    WAITING = "waiting"
    """Nobody has approved it: everybody is treated as the policy says."""
    RUNNING = "running"
    CHANGED = "changed"
    """The policy says something else than what was approved: nobody is drawn."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """An experiment as it stands: what the policy says, the last start of it, and how that ended."""

    name: str
    experiment: Experiment | None
    state: State
    started: ExperimentStarted | None
    stopped: ExperimentStopped | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What an experiment says, by currency; `None` where no night has drawn anybody yet."""

    standing: Standing
    horizon_days: int
    by_currency: Mapping[str, Results]


def experiments_of(institution_id: int, policy: Policy, book: str, on: date) -> tuple[Standing, ...]:
    """Every experiment of the policy, and every one of this book that runs though the policy names it no longer."""
    with acting_for(institution_id):
        started, stopped = load.experiments()
    own = [one for one in started if one.book == book and one.valid_on <= on]
    ended = {one.start_id: one for one in stopped if one.valid_on <= on}
    names = [*policy.experiments, *dict.fromkeys(one.experiment for one in own if one.experiment not in policy.experiments)]
    return tuple(_standing(name, policy, [one for one in own if one.experiment == name], ended) for name in names)


def _standing(name: str, policy: Policy, own: list[ExperimentStarted], ended: Mapping[int, ExperimentStopped]) -> Standing:
    experiment, last = policy.experiments.get(name), own[-1] if own else None
    stopped = ended.get(last.start_id) if last else None
    if last is None:
        state = State.WAITING
    elif stopped is not None:
        state = State.STOPPED
    else:
        state = State.RUNNING if experiment is not None and design_digest(experiment) == last.design else State.CHANGED
    return Standing(name, experiment, state, last, stopped, _faults(policy, name))


def _faults(policy: Policy, name: str) -> tuple[str, ...]:
    return tuple(fault for fault in experiment_faults(policy) if fault.startswith(f"experiment “{name}”"))


def _found(institution_id: int, policy: Policy, book: str, name: str, on: date) -> Standing:
    standing = next((one for one in experiments_of(institution_id, policy, book, on) if one.name == name), None)
    if standing is None:
        raise NoSuchExperiment(f"The policy {policy.name} has no experiment “{name}”.", "", "See which it has: arrears experiment list")
    return standing


def start(
    institution_id: int, policy: Policy, book: str, name: str, *, approval: str, username: str, people_planned: int = PEOPLE_PLANNED, at: datetime, actor: str
) -> ExperimentStarted:
    """A person of the compliance role approves the experiment as the policy states it; people are drawn from the next night on.

    Args:
        approval: where the approval is found: number, minutes, address.
        username: who approves it.
        people_planned: for how many people the intervals are made narrowest.

    Raises:
        NoSuchExperiment, NotApproved, ExperimentNotAllowed: see there.
        WrongCall: no reference to an approval, or it runs already.
    """
    user = active_user(institution_id, username)
    if user is None or user.role != COMPLIANCE:
        raise NotApproved(f"“{username}” is not an active user of the compliance role.", "Nobody is drawn by lot without its approval.", "An administrator gives the role under Users.")
    if len(approval.strip()) < SHORTEST_APPROVAL:
        raise WrongCall("The reference to the approval is missing.", "Nobody was drawn.", "Say where compliance's approval is found: its number, the minutes.")
    with acting_for(institution_id):
        one_at_a_time("experiments", 0)
    standing = _found(institution_id, policy, book, name, at.date())
    if standing.experiment is None or standing.faults:
        told = "; ".join(standing.faults) or f"the policy {policy.name} no longer names it"
        raise ExperimentNotAllowed(f"The experiment “{name}” cannot be run: {told}.", "Nobody was drawn.", "Mend the policy.")
    if standing.state is State.RUNNING:
        raise WrongCall(f"The experiment “{name}” runs since {standing.started.valid_on if standing.started else ''}.", "Nothing was changed.", "Stop it first to draw anew.")
    fact = ExperimentStarted(
        random_id(), book, name, design_digest(standing.experiment), standing.experiment.owner, approval.strip(), username, people_planned, at.date()
    )
    with acting_for(institution_id):
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def stop(institution_id: int, policy: Policy, book: str, name: str, *, reason: StopReason, note: str, username: str, at: datetime, actor: str) -> ExperimentStopped:
    """End an experiment: from this day on everybody is treated as the policy says.

    Raises:
        MayNotStop: the role works with nobody.
        NoSuchExperiment: none of that name runs.
        WrongCall: no word of why.
    """
    user = active_user(institution_id, username)
    if user is None or user.role not in MAY_STOP:
        raise MayNotStop(f"“{username}” is not an active user who works with debtors.", "The experiment runs on.", "Ask a colleague, a manager or compliance.")
    if not note.strip():
        raise WrongCall("A word of why is missing.", "The experiment runs on.", "Say in a few words what was seen.")
    standing = _found(institution_id, policy, book, name, at.date())
    if standing.started is None or standing.stopped is not None:
        raise NoSuchExperiment(f"The experiment “{name}” does not run.", "", "See which do: arrears experiment list")
    return _stopped(institution_id, standing.started, reason, note.strip(), username, at, actor)


def _stopped(institution_id: int, started: ExperimentStarted, reason: StopReason, note: str, username: str, at: datetime, actor: str) -> ExperimentStopped:
    fact = ExperimentStopped(started.start_id, reason, note, username, at.date())
    with acting_for(institution_id):
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def opt_out(institution_id: int, case_id: int, *, username: str, at: datetime, actor: str) -> ExperimentOptOut:
    """A person wants no part in any experiment; from the next night on the policy alone decides.

    Raises:
        NoSuchExperiment: there is no case of that id.
        MayNotStop: the role works with nobody.
    """
    user = active_user(institution_id, username)
    if user is None or user.role not in MAY_STOP:
        raise MayNotStop(f"“{username}” is not an active user who works with debtors.", "Nothing was noted.", "Ask a colleague, a manager or compliance.")
    with acting_for(institution_id):
        case = load.case(case_id)
        if case is None:
            raise NoSuchExperiment("There is no case with this id.", "Nothing was noted.", "Check the id: arrears case list")
        before = load.experiment_opt_outs(case.party_id)
        if before:
            return before[0]
        fact = ExperimentOptOut(case.party_id, username, at.date())
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def said_so_far(institution_id: int, policy: Policy, book: Path, runs: Path, name: str, on: date) -> Said:
    """What the last start of an experiment says by this day.

    Raises:
        NoSuchExperiment: the policy and the record know none of that name.
    """
    standing = _found(institution_id, policy, book.name, name, on)
    return Said(standing, HORIZON_DAYS, _results(policy, book, runs, standing, on))


def shown_for_run(institution_id: int, book: Path, runs: Path, run: Path, on: date) -> tuple[Said, ...]:
    """The experiments of the policy by which a published run decided, with what each says; nothing for a run that kept no policy."""
    if not (run / POLICY_FILE).exists():
        return ()
    policy = policy_kept(run)
    found = experiments_of(institution_id, policy, book.name, on)
    return tuple(Said(standing, HORIZON_DAYS, _results(policy, book, runs, standing, on)) for standing in found)


def policy_kept(run: Path) -> Policy:
    """The policy by which a published run decided."""
    return read_policy((run / POLICY_FILE).read_text(encoding="utf-8"), POLICY_FILE)


def _results(policy: Policy, book: Path, runs: Path, standing: Standing, on: date) -> dict[str, Results]:
    experiment, started = standing.experiment, standing.started
    if experiment is None or started is None or design_digest(experiment) != started.design:
        return {}
    named = runs_of_experiment(runs, started.start_id, on)
    if not named:
        return {}
    shares = {arm.id: arm.share_per_10000 for arm in experiment.arms}
    costs = {name: cost.cost_minor for name, cost in policy.costs.items()}
    with column_engine(EngineSettings(), _spill(runs)) as connection:
        found = gathered(connection, book, runs, named, started.start_id, shares, costs, on)
    return {
        one.currency: results_of(
            one.arms, champion_of(experiment).id, people_planned=started.people_planned, complaints_ceiling_per_10000=experiment.stop_at_complaints_per_10000,
            complaint_order=one.complaint_order, sizes=one.sizes,
        ) for one in found
    }


def _spill(runs: Path) -> Path:
    return runs / ".scratch"


def stop_where_complaints_say_so(institution_id: int, policy: Policy, book: Path, runs: Path, on: date, *, at: datetime, actor: str) -> tuple[ExperimentStopped, ...]:
    """Before a night draws anybody: end every experiment in which complaints pile up. A look at a past day ends nothing."""
    if not policy.experiments or at.date() < on:
        return ()
    found = []
    for standing in experiments_of(institution_id, policy, book.name, on):
        if standing.state is State.RUNNING and standing.started is not None:
            alarms = [f"{alarm.value} {arm}".strip() for one in _results(policy, book, runs, standing, on).values() if one.must_stop for alarm, arm in one.alarms]
            if alarms:
                found.append(_stopped(institution_id, standing.started, StopReason.COMPLAINTS, ", ".join(alarms), "night", at, actor))
    return tuple(found)


def told(standing: Standing) -> dict[str, Any]:
    """An experiment for machines."""
    experiment, started, stopped = standing.experiment, standing.started, standing.stopped
    return {
        "experiment": standing.name, "state": standing.state.value, "faults": list(standing.faults),
        "label": {"en": experiment.label.en, "zh": experiment.label.zh} if experiment else None, "owner": experiment.owner if experiment else None,
        "arms": [{"arm": arm.id, "label": {"en": arm.label.en, "zh": arm.label.zh}, "share_per_10000": arm.share_per_10000} for arm in experiment.arms] if experiment else [],
        "started": {"on": started.valid_on.isoformat(), "approval": started.approval, "approved_by": started.approved_by, "people_planned": started.people_planned} if started else None,
        "stopped": {"on": stopped.valid_on.isoformat(), "reason": stopped.reason.value, "note": stopped.note, "by": stopped.stopped_by} if stopped else None,
    }


def told_results(said: Said) -> dict[str, Any]:
    """Its results for machines: whole minor units where money is meant; differences per person are estimates in minor units."""
    return {**told(said.standing), "horizon_days": said.horizon_days, "by_currency": {currency: _told(one) for currency, one in said.by_currency.items()}}


def _told(results: Results) -> dict[str, Any]:
    return {
        "arms": [_told_arm(one) for one in results.arms],
        "compared": [
            {"arm": one.arm, "paid_per_person": _told_bounds(one.paid), "paid_per_person_adjusted": _told_bounds(one.paid_adjusted),
             "complaint_rate": _told_bounds(one.complaint_rate), "complaints_evidence": one.complaints_evidence} for one in results.compared
        ],
        "mismatch_evidence": results.mismatch_evidence, "alarms": [{"alarm": alarm.value, "arm": arm or None} for alarm, arm in results.alarms],
    }


def _told_arm(one: ArmFigures) -> dict[str, Any]:
    names = ("arm", "share_per_10000", "people", "complete", "paid_minor", "cost_minor", "contacts", "complaints")
    return {name: getattr(one, name) for name in names}


def _told_bounds(one: Bounds) -> dict[str, float | None]:
    return {"difference": one.difference, "low": one.low, "high": one.high}
