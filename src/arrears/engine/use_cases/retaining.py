"""What is past its time, goes, and is accounted for?

People are looked at in columns: those with the same last day are judged once. What must go is erased as `erasing` does it, whoever is
restricted goes as soon as no duty keeps them, and what rests on a figure nobody has confirmed is put before a person. Entries and proofs
stay. A run that was killed is finished by the next one: the register of erasures names everybody who was begun.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from arrears.casefile.facts.retention import ErasureReason, RetentionExecuted, RetentionFigureConfirmed, legal_holds_in_force
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import id_text
from arrears.core.problems import AnswerIsNo
from arrears.engine.case_reports import keeping
from arrears.engine.home import Home
from arrears.engine.run_folder import write_bytes_whole
from arrears.engine.use_cases import erasing
from arrears.engine.use_cases.standing import activity, not_binding, periods_of
from arrears.intake.book import pool
from arrears.record.retention.duties import Period, RecordType
from arrears.record.retention.verdicts import Record, State, Verdict, judge

CASE_REPORT, ERROR_POOL = "case_report", "error_pool"
ACTOR_CAUSE = "retention"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went, under which rule. `party` is an id that leads to nobody."""

    record_type: str
    rule: str
    party: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """So many records of one kind with one verdict, kept from the earliest to the latest of these days (None: no end is known)."""

    record_type: str
    state: str
    rule: str
    records: int
    until_first: date | None
    until_last: date | None
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Who is kept for a legal matter, since when."""

    party: str
    legal_hold: str
    since: date


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """The account of one run: what went and what stayed, and why."""

    on: date
    dry_run: bool
    jurisdiction: str
    figures: tuple[Mapping[str, Any], ...]
    not_binding: Mapping[str, str]
    deleted: tuple[Deleted, ...]
    finished: int
    kept: tuple[Group, ...]
    held: tuple[HeldPerson, ...]
    for_a_person: tuple[Group, ...]

    @property
    def records_kept(self) -> int:
        """How many records does a duty or an open case keep?"""
        return sum(group.records for group in self.kept)

    @property
    def records_for_a_person(self) -> int:
        """How many need somebody's word?"""
        return sum(group.records for group in self.for_a_person)


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """The report and where it lies (None for a dry run)."""

    report: RetentionReport
    folder: Path | None


def run_retention(home: Home, institution_id: int, *, on: date, at: datetime, actor: str, dry_run: bool = False) -> RetentionResult:
    """Delete what is past its time on this day and write the account of it; a dry run only says what would go.

    Raises:
        AnswerIsNo: the day lies after that of the moment `at`.
    """
    if on > at.astimezone().date() and not dry_run:
        raise AnswerIsNo(f"{on} has not come yet.", "What must be kept until then would be deleted too early.", "Look ahead with --dry-run.")
    finished = None if dry_run else erasing.finish_erasures(home, institution_id, at=at, actor=actor)
    with acting_for(institution_id):
        periods = periods_of(home, on)
        judged = _judged(home, institution_id, periods, on)
        holds = legal_holds_in_force(*load.all_legal_holds(), on)
    going = judged.going
    old_reports = _old_reports(home, on, {hold.party_id for hold in holds}, dry_run)
    old_pools = _old_pools(home, on, dry_run)
    if going and not dry_run:
        erasing.erase_people(home, institution_id, {party: judged.reasons.get(party, ErasureReason.RETENTION_ENDED) for party in going}, at=at, actor=actor)
    deleted = (
        *(Deleted(RecordType.PERSONAL_FILE.value, verdict.rule, id_text(party), "") for party, verdict in sorted(going.items())),
        *(Deleted(CASE_REPORT, f"{keeping.KEPT_DAYS} days", "", name) for name in old_reports),
        *(Deleted(ERROR_POOL, f"{pool.KEPT_DAYS} days", "", name) for name in old_pools),
    )
    report = RetentionReport(
        on, dry_run, home.read_settings().jurisdiction, tuple(_told(period) for period in periods), not_binding(home), deleted,
        finished.people if finished else 0, judged.kept,
        tuple(HeldPerson(id_text(hold.party_id), id_text(hold.legal_hold_id), hold.valid_on) for hold in holds), judged.for_a_person,
    )
    return RetentionResult(report, None if dry_run else _keep(home, institution_id, report, at=at, actor=actor))


@dataclass(frozen=True, slots=True)
class _Judged:
    going: Mapping[int, Verdict]
    reasons: Mapping[int, ErasureReason]
    kept: tuple[Group, ...]
    for_a_person: tuple[Group, ...]


def _judged(home: Home, institution_id: int, periods: Sequence[Period], on: date) -> _Judged:
    """Everybody's file: who goes, and groups of those who stay. Inside `acting_for`."""
    known = activity(home, institution_id, on)
    held = {hold.party_id for hold in legal_holds_in_force(*load.all_legal_holds(), on)}
    restricted = load.people_restricted(on)
    asked = {row["party_id"] for row in restricted.to_pylist() if not row["erased"]}
    reasons = {party: load.restrictions(party)[-1].reason for party in asked}
    ended = {party for party, reason in reasons.items() if not reason.needs_ended_purpose}
    going: dict[int, Verdict] = {}
    groups: dict[tuple[State, str, tuple[str, ...]], list[tuple[int, date | None]]] = {}
    rows = known.group_by(["last_on", "is_open"]).aggregate([("party_id", "list")])
    for row in rows.to_pylist():  # one turn a last day, however many people share it
        last, parties = row["last_on"], row["party_id_list"]
        usual = judge(_record(last, row["is_open"], on), periods, on)
        apart = [party for party in parties if party in held or party in asked]
        _add(groups, usual, len(parties) - len(apart))
        if usual.state is State.MUST_GO:
            going |= {party: usual for party in parties if party not in held and party not in asked}
        for party in apart:
            theirs = judge(_record(last or on, row["is_open"] and party not in ended, on, party in held), periods, on)
            _add(groups, theirs, 1)
            if theirs.may_be_erased:
                going[party] = theirs
    kept = [key for key in groups if not key[2] and key[0] in {State.KEEP, State.MAY_GO}]
    doubtful = [key for key in groups if key[2] or key[0] is State.ASK]
    return _Judged(going, reasons, _grouped(groups, kept), _grouped(groups, doubtful))


def _record(last: date | None, is_open: bool, on: date, held: bool = False) -> Record:
    """Of whom nothing is known, neither a debt nor a day, the time has not begun: it counts from today."""
    counted_from = None if is_open else (last or on)
    return Record(RecordType.PERSONAL_FILE, counted_from or on, counted_from, held)


def _add(groups: dict[tuple[State, str, tuple[str, ...]], list[tuple[int, date | None]]], verdict: Verdict, records: int) -> None:
    if records:
        groups.setdefault((verdict.state, verdict.rule, verdict.unconfirmed), []).append((records, verdict.until_on))


def _grouped(groups: Mapping[tuple[State, str, tuple[str, ...]], list[tuple[int, date | None]]], keys: Iterable[tuple[State, str, tuple[str, ...]]]) -> tuple[Group, ...]:
    found = []
    for state, rule, unconfirmed in sorted(keys):
        counted = groups[state, rule, unconfirmed]
        days = [day for _, day in counted if day is not None]
        found.append(Group(RecordType.PERSONAL_FILE.value, state.value, rule, sum(records for records, _ in counted),
                           min(days, default=None), max(days, default=None) if len(days) == len(counted) else None, unconfirmed))
    return tuple(found)


def _old_reports(home: Home, on: date, held: set[int], dry_run: bool) -> list[str]:
    return keeping.expired(home.reports, on, held) if dry_run else keeping.remove_expired(home.reports, on, held)


def _old_pools(home: Home, on: date, dry_run: bool) -> list[str]:
    return [folder.name for folder in pool.expired(home.pool, on)] if dry_run else pool.remove_expired(home.pool, on)


def _told(period: Period) -> dict[str, Any]:
    reading = period.reading
    return {
        "figure": reading.name, "value": reading.whole, "unit": reading.unit.value, "bound": period.duty.bound.value, "clock": period.duty.clock.value,
        "record_types": sorted(kind.value for kind in period.duty.record_types), "certain": period.certain, "citation": reading.citation,
    }


def _keep(home: Home, institution_id: int, report: RetentionReport, *, at: datetime, actor: str) -> Path:
    """The report as JSON and HTML in a folder of its own, and the fact with its digest."""
    home.retention.mkdir(mode=0o700, exist_ok=True)
    number = 1 + max((int(folder.name.rpartition("-")[2]) for folder in home.retention.glob(f"{report.on}-*") if folder.is_dir()), default=0)
    folder = home.retention / f"{report.on}-{number}"
    folder.mkdir(mode=0o700)
    content = report_json(report).encode()
    write_bytes_whole(folder / "report.html", report_html(report).encode())
    write_bytes_whole(folder / "report.json", content)
    with acting_for(institution_id):
        append(RetentionExecuted(random_id(), report.on, len(report.deleted) + report.finished, report.records_kept, len(report.held),
                                 report.records_for_a_person, hashlib.sha256(content).hexdigest()), actor=actor, at=at, cause=ACTOR_CAUSE)
    return folder


def report_json(report: RetentionReport) -> str:
    """The report for a machine; the same report gives the same text."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


@cache
def _template() -> Template:
    environment = Environment(loader=PackageLoader("arrears.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("retention_report.html")


def report_html(report: RetentionReport) -> str:
    """The report for people, English and Chinese beside each other."""
    return _template().render(report=report)


def confirm_figure(home: Home, institution_id: int, figure: str, source: str, *, at: datetime, actor: str) -> RetentionFigureConfirmed:
    """Somebody has looked a figure up and answers for it with its present value.

    Raises:
        AnswerIsNo: no figure of this home has that name on the day, or it is confirmed already.
    """
    on = at.astimezone().date()
    with acting_for(institution_id):
        found = {period.duty.figure: period for period in periods_of(home, on)}
        if figure not in found:
            raise AnswerIsNo(f"No figure that binds here is called “{figure}”.", "Nothing was recorded.", f"There are: {', '.join(found) or 'none'}.")
        if found[figure].certain:
            raise AnswerIsNo(f"“{figure}” is confirmed already.", "Nothing was recorded.", "")
        reading = found[figure].reading
        fact = RetentionFigureConfirmed(figure, reading.whole, reading.unit.value, source, actor, on)
        append(fact, actor=actor, at=at, cause=ACTOR_CAUSE)
    return fact


def figures_in_force(home: Home, institution_id: int, on: date) -> list[dict[str, Any]]:
    """Which figures bind this home on this day, and is each confirmed?"""
    with acting_for(institution_id):
        return [_told(period) for period in periods_of(home, on)]


def runs_so_far(institution_id: int) -> list[RetentionExecuted]:
    """When was anything deleted because its time was over?"""
    with acting_for(institution_id):
        return load.retention_runs()
