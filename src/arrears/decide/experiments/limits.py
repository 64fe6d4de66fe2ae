"""What may an experiment vary, and of whom?

Timing, channel and words. Whatever changes what somebody owes, what is said of them to others, which right they are told of or what a court
does is never drawn by lot; neither is anything of a person whom a hold protects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from arrears.decide.policy.parts import Arm, Experiment, Policy, PolicyChannel, Treatment

NEVER_VARIED: Mapping[str, tuple[str, ...]] = {
    "price": ("price", "rate", "interest", "fee", "fees", "charge", "penalty", "discount", "amount", "settlement"),
    "relief": ("relief", "waiver", "forbearance", "restructuring", "plan", "hardship", "deferral", "write_off"),
    "credit reporting": ("credit", "credit_reporting", "bureau"),
    "legal action": ("legal", "suit", "court", "enforcement", "placement", "agency", "sale"),
    "statutory notices": ("notice", "notices", "statutory", "disclosure"),
}
"""What no experiment varies, and by which words a file might ask for it."""
FIRMER = frozenset({PolicyChannel.VISIT})
"""Channels to which nobody is drawn by lot: a visit is a burden that only the policy itself may choose."""
LIGHTER_CONTACTS_30D = 1
"""Of the lighter-contact group: so many contacts in thirty days, and no further one by a machine."""


def asks_for_the_forbidden(raw: Any) -> Iterator[str]:
    """Does a section `experiments:` as written vary what no experiment may? Each fault names it.

    >>> list(asks_for_the_forbidden({"late": {"arms": [{"id": "b", "discount": 10}]}}))
    ['experiment “late”, arm “b”: “discount” would vary price, which no experiment may']
    """
    if not isinstance(raw, dict):
        return
    for name, body in raw.items():
        arms = body.get("arms") if isinstance(body, dict) else None
        for arm in arms if isinstance(arms, list) else ():
            if isinstance(arm, dict):
                yield from (f"experiment “{name}”, arm “{arm.get('id')}”: “{key}” would vary {what}, which no experiment may" for key in arm if (what := _never(key)))


def _never(key: Any) -> str | None:
    words = {str(key), *str(key).split("_")}
    return next((what for what, named in NEVER_VARIED.items() if words & set(named)), None)


def experiment_faults(policy: Policy) -> Iterator[str]:
    """What of the policy's experiments may not be so? Shapes and names were read before."""
    for experiment in policy.experiments.values():
        where = f"experiment “{experiment.id}”"
        if not experiment.owner.strip():
            yield f"{where}: the owner is missing; somebody answers for it"
        for name in experiment.treatments:
            treatment = policy.treatments.get(name)
            yield from (f"{where}: treatment “{name}” {why}, which no experiment may vary" for why in (_why_never(treatment) if treatment else ()))
        yield from _arm_faults(where, experiment)
        yield from _delay_faults(where, experiment, policy)


def _why_never(treatment: Treatment) -> Iterator[str]:
    if treatment.weighty is not None:
        yield f"prepares a weighty decision ({treatment.weighty})"
    if treatment.statutory:
        yield "is a statutory notice"
    if not treatment.contact:
        yield "is no contact"


def _arm_faults(where: str, experiment: Experiment) -> Iterator[str]:
    ids = [arm.id for arm in experiment.arms]
    yield from (f"{where}: arm “{name}” stands twice" for name in dict.fromkeys(ids) if ids.count(name) > 1)
    champions = [arm.id for arm in experiment.arms if is_champion(arm)]
    if len(champions) != 1:
        yield f"{where}: exactly one arm does as the policy says, so that there is something to compare with; here {len(champions)} do"
    for arm in experiment.arms:
        if arm.share_per_10000 == 0:
            yield f"{where}, arm “{arm.id}”: nobody would stand in it; leave it out"
        if arm.channel in FIRMER:
            yield f"{where}, arm “{arm.id}”: nobody is visited by lot"
        if arm.channel == PolicyChannel.NONE:
            yield f"{where}, arm “{arm.id}”: fewer contacts are written as lighter: true"


def _delay_faults(where: str, experiment: Experiment, policy: Policy) -> Iterator[str]:
    """A step that is over before its delay is would never come: that is no delay."""
    varied, longest = varied_by(experiment, policy), max(arm.delay_days for arm in experiment.arms)
    steps = [step for ladder in policy.ladders.values() for stage in ladder.stages for step in stage.steps]
    yield from (
        f"{where}: delay_days {longest} would swallow step “{step.id}”, which waits {step.wait_days} days" for step in steps
        if longest and step.treatment in varied and step.until is None and step.wait_days <= longest
    )


def is_champion(arm: Arm) -> bool:
    """Does this arm do as the policy says?"""
    return not (arm.delay_days or arm.channel or arm.wording or arm.lighter)


def champion_of(experiment: Experiment) -> Arm:
    """The arm with which the others are compared."""
    return next(arm for arm in experiment.arms if is_champion(arm))


def varied_by(experiment: Experiment, policy: Policy) -> tuple[str, ...]:
    """Which treatments does it vary? Those it names; where it names none, every contact that a machine makes and no law requires.

    What people say and offer in a conversation is varied only where it is named: an offer of help is never left out by default.
    """
    may = [treatment for treatment in policy.treatments.values() if not any(True for _ in _why_never(treatment))]
    if experiment.treatments:
        return tuple(treatment.id for treatment in may if treatment.id in experiment.treatments)
    return tuple(treatment.id for treatment in may if treatment.queue == "automatic")


def design_digest(experiment: Experiment) -> str:
    """SHA-256 (hex) of all that an experiment says: an approval is for exactly this."""
    return hashlib.sha256(json.dumps(asdict(experiment), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
