"""Which comparisons run, what do they say, and how are they begun and ended, by the command line?"""

from __future__ import annotations

import getpass
from fractions import Fraction
from typing import Literal

from cyclopts import App

from arrears.cli import doors
from arrears.cli.clock import now, today
from arrears.cli.options import BookOption, HomeOption, JsonOption, LanguageOption
from arrears.cli.showing import people, results, show_json, show_table
from arrears.core.ids import IdNotValid, parse_id
from arrears.core.money import format_money
from arrears.core.problems import WrongCall
from arrears.engine.use_cases import experiments
from arrears.engine.use_cases.books import book_place
from arrears.engine.use_cases.policies import find_policy
from arrears.engine.use_cases.setting_up import institution_of

experiment = App(name="experiment", help="Experiments: what contact really adds, compared fairly and without harm.", help_format="plaintext")
ALARMS = {
    experiments.Alarm.MORE_COMPLAINTS: "draws more complaints than its share of people; the next night stops it",
    experiments.Alarm.TOO_MANY_COMPLAINTS: "has more complaints than the policy allows; the next night stops it",
    experiments.Alarm.MISMATCH: "The arms are not of the sizes they were drawn in: something loses people of one arm. Believe nothing here until it is found.",
}


@experiment.command(name="list")
def experiment_list(*, policy: str | None = None, book: BookOption = None, language: LanguageOption = "en", json: JsonOption = False, home: HomeOption = None) -> None:
    """The experiments of a policy: which run, which wait for compliance's approval, which were stopped.

    Examples:
      arrears experiment list --policy my_policy.yaml
      arrears experiment list --json

    Parameters
    ----------
    policy
        Name of a shipped policy or a YAML file. Default: first_steps.
    """
    with doors.opened(home) as place:
        found = experiments.experiments_of(institution_of(place), find_policy(policy), book_place(place, book).folder.name, today())
    if json:
        show_json([experiments.told(one) for one in found])
        return
    columns = [("experiment", False), ("state", False), ("asks", False), ("owner", False), ("arms", False), ("since", False)]
    show_table("Experiments" if found else "The policy has no experiment.", columns, [
        (one.name, one.state.value, one.experiment.label.in_language(language) if one.experiment else "no longer in the policy", one.experiment.owner if one.experiment else "",
         ", ".join(f"{arm.id} {arm.share_per_10000 / 100:g} %" for arm in one.experiment.arms) if one.experiment else "",
         one.started.valid_on.isoformat() if one.started else "") for one in found
    ])
    for one in found:
        for fault in one.faults:
            people.print(fault)
    if any(one.state in (experiments.State.WAITING, experiments.State.CHANGED) for one in found):
        people.print("Nobody is drawn before compliance has approved it: arrears experiment start NAME --approval WHERE --by WHO")


@experiment.command(name="show")
def experiment_show(name: str, /, *, policy: str | None = None, book: BookOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """What an experiment says so far: people, money, contacts and complaints of each arm, and by how much they differ.

    The bounds hold at every look, however often somebody looks: stop on any day without fooling yourself.

    Examples:
      arrears experiment show lighter --policy my_policy.yaml
      arrears experiment show lighter --policy my_policy.yaml --json

    Parameters
    ----------
    name
        Name of the experiment in the policy.
    policy
        Name of a shipped policy or a YAML file. Default: first_steps.
    """
    with doors.opened(home) as place:
        where = book_place(place, book)
        said = experiments.said_so_far(institution_of(place), find_policy(policy), where.folder, where.runs, name, today())
    if json:
        show_json(experiments.told_results(said))
        return
    results.print(f"{said.standing.name}: {said.standing.state.value}")
    if not said.by_currency:
        results.print("No night has drawn anybody yet.")
    for currency, found in said.by_currency.items():
        _show_results(found, currency, said.horizon_days)


def _show_results(found: experiments.Results, currency: str, horizon_days: int) -> None:
    show_table(
        f"{currency}, paid within {horizon_days} days after the draw",
        [("arm", False), ("people", True), ("with full time", True), ("paid", True), ("a person", True), ("cost", True), ("contacts", True), ("complaints", True)],
        [(one.arm, f"{one.people:,}", f"{one.complete:,}", format_money(one.paid_minor, currency, "en", with_currency=False), _mean(one.paid_per_person, currency),
          format_money(one.cost_minor, currency, "en", with_currency=False), f"{one.contacts:,}", f"{one.complaints:,}") for one in found.arms],
    )
    for one in found.compared:
        results.print(f"{one.arm}: paid more a person {_bounds(one.paid, currency)}; taking out what was known before {_bounds(one.paid_adjusted, currency)}")
        rate = one.complaint_rate
        if rate.low is not None and rate.high is not None:
            results.print(f"{one.arm}: complaints more by ten thousand {rate.difference * 10_000:+.0f}, between {rate.low * 10_000:+.0f} and {rate.high * 10_000:+.0f}")
    for alarm, arm in found.alarms:
        people.print(f"{arm} {ALARMS[alarm]}".strip(), style="bold")


def _mean(value: Fraction | None, currency: str) -> str:
    return "–" if value is None else format_money(round(value), currency, "en", with_currency=False)


def _bounds(one: experiments.Bounds, currency: str) -> str:
    if one.low is None or one.high is None:
        return "cannot be said yet: too few people have had their full time"
    said = [format_money(round(value), currency, "en", with_currency=False) for value in (one.difference, one.low, one.high)]
    return f"{said[0]}, between {said[1]} and {said[2]}" + ("" if one.is_said else " (no difference is shown)")


@experiment.command(name="start")
def experiment_start(
    name: str, /, *, approval: str, by: str, policy: str | None = None, book: BookOption = None, people_planned: int = experiments.PEOPLE_PLANNED, home: HomeOption = None
) -> None:
    """Record that compliance approved an experiment exactly as the policy states it; people are drawn from the next night on.

    Example:
      arrears experiment start lighter --policy my_policy.yaml --approval "minutes 2026-11-20, item 4" --by wei

    Parameters
    ----------
    name
        Name of the experiment in the policy.
    approval
        Where the approval is found: its number, the minutes, an address.
    by
        Who approves it: name by which a user of the compliance role signs in.
    policy
        Name of a shipped policy or a YAML file. Default: first_steps.
    people_planned
        For how many people the bounds are made narrowest.
    """
    with doors.opened(home) as place:
        fact = experiments.start(
            institution_of(place), find_policy(policy), book_place(place, book).folder.name, name, approval=approval, username=by, people_planned=people_planned, at=now(),
            actor=getpass.getuser(),
        )
    results.print(f"{fact.experiment} is approved ({fact.approval}, {fact.approved_by}); the next night draws people. Stop it with: arrears experiment stop {fact.experiment}")


@experiment.command(name="stop")
def experiment_stop(
    name: str, /, *, note: str, by: str, reason: Literal["owner", "answered", "complaints", "mismatch"] = "owner", policy: str | None = None, book: BookOption = None,
    home: HomeOption = None,
) -> None:
    """End an experiment at once: from the next night on everybody is treated as the policy says.

    Example:
      arrears experiment stop lighter --policy my_policy.yaml --note "a debtor was upset by it" --by lin

    Parameters
    ----------
    name
        Name of the experiment.
    note
        What was seen, in a few words.
    by
        Who stops it: a collector, manager, administrator or compliance.
    reason
        owner, answered, complaints or mismatch.
    policy
        Name of a shipped policy or a YAML file. Default: first_steps.
    """
    with doors.opened(home) as place:
        experiments.stop(
            institution_of(place), find_policy(policy), book_place(place, book).folder.name, name, reason=experiments.StopReason(reason), note=note, username=by, at=now(),
            actor=getpass.getuser(),
        )
    results.print("Stopped: the next night treats everybody as the policy says.")


@experiment.command(name="opt-out")
def experiment_opt_out(case_id: str, /, *, by: str, home: HomeOption = None) -> None:
    """Note that a person wants no part in any experiment.

    Example:
      arrears experiment opt-out 0A1B2C3D4E5F6G --by lin

    Parameters
    ----------
    case_id
        Id of the person's case.
    by
        Who notes it: a collector, manager, administrator or compliance.
    """
    try:
        wanted = parse_id(case_id)
    except IdNotValid as trouble:
        raise WrongCall(str(trouble)) from trouble
    with doors.opened(home) as place:
        experiments.opt_out(institution_of(place), wanted, username=by, at=now(), actor=getpass.getuser())
    results.print("Noted: the policy alone decides for this person from the next night on.")
