"""What would another policy change tomorrow, and what would it have done on past days? Nothing is recorded and no case changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from arrears.core.problems import AnswerIsNo, Refused, WrongCall
from arrears.core.progress import Progress
from arrears.decide.policy.compile import treatments_of
from arrears.decide.policy.table import Policy, Treatment
from arrears.engine.case_records import CaseRecords
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every
from arrears.engine.home import Home
from arrears.engine.policy_diff import DiffFiles, PolicyDiff, compare
from arrears.engine.policy_simulation import Simulation, SimulationRequest, simulate
from arrears.engine.run_folder import RunName, current_run, published_runs
from arrears.engine.use_cases.books import BookPlace, book_place, conventions_of
from arrears.engine.use_cases.policies import policy_meant
from arrears.engine.use_cases.setting_up import institution_of
from arrears.intake.book.layout import book_info


class NoRun(AnswerIsNo):
    """The book was never run, or not on that day: there are no cases to compare."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two policies over the cases of a run."""

    run: RunName
    before: Policy
    after: Policy
    diff: PolicyDiff
    files: DiffFiles | None

    @property
    def treatments(self) -> dict[str, Treatment]:
        """How the treatments of both are called."""
        return {**treatments_of(self.before), **treatments_of(self.after)}


@dataclass(frozen=True, slots=True)
class Simulated:
    """A policy over past days."""

    policy: Policy
    simulation: Simulation

    @property
    def treatments(self) -> dict[str, Treatment]:
        """How its treatments are called."""
        return treatments_of(self.policy)


def diff_policies(
    home: Home, named: str | None, before: str, after: str, *, on: date | None, engine: EngineSettings, fairness: bool = False, output: Path | None = None,
) -> Compared:
    """Which cases of the latest run, or of the last one on a day, would the second policy treat otherwise than the first?

    Args:
        named: the book.
        before, after: as `policies.policy_meant` takes them.
        output: folder for the changed cases as Parquet and CSV.

    Raises:
        NoRun: see there.
        WrongCall: the book belongs to another institution, or the folder cannot be made.
    """
    place, first, second = _own_book(home, named), policy_meant(home, before).policy, policy_meant(home, after).policy
    name = current_run(place.runs) if on is None else max((one for one in published_runs(place.runs) if one.as_of == on), default=None)
    if name is None:
        raise NoRun(f"There is no run of {place.folder.name}{f' on {on}' if on else ''}.", "Policies are compared over the cases of a run.", "Run it: arrears run")
    files = _files(output) if output is not None else None
    diff = compare(place.runs / str(name) / "decisions.parquet", place.folder, first, second, engine, fairness=fairness, files=files)
    return Compared(name, first, second, diff, files)


def _files(folder: Path) -> DiffFiles:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as trouble:
        raise Refused(f"The folder {folder} cannot be made: {trouble.strerror}.", "The changed cases have no place.", "Name another with --output.") from trouble
    return DiffFiles(folder / "changed_cases.parquet", folder / "changed_cases.csv")


def simulate_policy(
    home: Home, named: str | None, policy: str, first: date, last: date, every: Every, *, today: date, engine: EngineSettings, progress: Progress,
    conventions: Path | None = None,
) -> Simulated:
    """What would this policy have decided on past days?

    Raises:
        WrongCall: the days are in the wrong order or lie ahead, or the book belongs to another institution.
    """
    if first > last:
        raise WrongCall(f"--from {first} lies after --to {last}.", "There is no day between them.", "Put the earlier day first.")
    if last > today:
        raise WrongCall(f"--to {last} lies ahead: today is {today}.", "Nobody knows yet who will have paid by then.", "End at today or before.")
    place, meant = _own_book(home, named), policy_meant(home, policy).policy
    records = CaseRecords(institution_of(home))
    request = SimulationRequest(
        place.folder, meant, first, last, every, conventions_of(home, conventions), engine, lambda on: records.freeze(on).tables)
    return Simulated(meant, simulate(request, progress))


def _own_book(home: Home, named: str | None) -> BookPlace:
    place = book_place(home, named)
    if book_info(place.folder).institution_id != institution_of(home):
        raise WrongCall(f"The book in {place.folder} belongs to another institution.", "Its people are not ours to look at.", "Name a book of this home.")
    return place
