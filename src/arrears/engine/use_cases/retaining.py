"""What is past its time, goes, and is accounted for?

People are looked at in columns: those with the same last day are judged once. What must go is erased as `erasing` does it, whoever is
restricted goes as soon as no duty keeps them, and what rests on a figure nobody has confirmed is put before a person. Entries and proofs
stay. A run that was killed is finished by the next one: the register of erasures names everybody who was begun.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
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
from arrears.engine.use_cases.standing import EvidenceStanding, activity, not_binding, periods_of
from arrears.intake.book import pool
from arrears.record.retention.duties import Period, RecordType, record_type_of_evidence
from arrears.record.retention.verdicts import Record, State, Verdict, judge

CASE_REPORT, ERROR_POOL = "case_report", "error_pool"
CAUSE = "retention"
EVIDENCE_KEPT = "evidence_kept"
"""The rule by which a file stays whose own time is over: evidence of the person must be kept, and the person's key opens it."""


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
        apart = _apart(on)
        verdicts = _evidence_verdicts(home, institution_id, periods, on, apart)
        judged = _judged(home, institution_id, periods, on, apart, {row["party_id"] for row, verdict in verdicts if not verdict.may_be_erased})
        evidence = _judged_evidence(verdicts, apart)
        holds = legal_holds_in_force(*load.all_legal_holds(), on)
    going = judged.going
    old_reports = _old_reports(home, on, {hold.party_id for hold in holds}, dry_run)
    old_pools = _old_pools(home, on, dry_run)
    if going and not dry_run:
        erasing.erase_people(home, institution_id, {party: judged.reasons.get(party, ErasureReason.RETENTION_ENDED) for party in going}, at=at, actor=actor)
    gone_evidence = [(party, one) for party, theirs in sorted(evidence.going.items()) if party not in going for one in theirs]
    if not dry_run:
        for party, theirs in sorted(evidence.going.items()):
            if party not in going:
                erasing.delete_evidence(home, institution_id, party, theirs, at=at, actor=actor)
    deleted = (
        *(Deleted(RecordType.PERSONAL_FILE.value, verdict.rule, id_text(party), "") for party, verdict in sorted(going.items())),
        *(Deleted(one.record_type.value, one.verdict.rule, id_text(party), id_text(one.evidence_id)) for party, one in gone_evidence),
        *(Deleted(CASE_REPORT, f"{keeping.KEPT_DAYS} days", "", name) for name in old_reports),
        *(Deleted(ERROR_POOL, f"{pool.KEPT_DAYS} days", "", name) for name in old_pools),
    )
    report = RetentionReport(
        on, dry_run, home.read_settings().jurisdiction, tuple(_told(period) for period in periods), not_binding(home), deleted,
        finished.people if finished else 0, (*judged.kept, *evidence.kept),
        tuple(HeldPerson(id_text(hold.party_id), id_text(hold.legal_hold_id), hold.valid_on) for hold in holds), (*judged.for_a_person, *evidence.for_a_person),
    )
    return RetentionResult(report, None if dry_run else _keep(home, institution_id, report, at=at, actor=actor))


_Groups = dict[tuple[RecordType, State, str, tuple[str, ...]], list[tuple[int, date | None]]]


@dataclass(frozen=True, slots=True)
class _Judged:
    going: Mapping[int, Verdict]
    reasons: Mapping[int, ErasureReason]
    kept: tuple[Group, ...]
    for_a_person: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class _JudgedEvidence:
    going: Mapping[int, Sequence[EvidenceStanding]]
    kept: tuple[Group, ...]
    for_a_person: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class _Apart:
    """People of whom more is known than a last day: held for a legal matter, restricted, and of these for a reason that ends the purpose itself."""

    held: frozenset[int]
    reasons: Mapping[int, ErasureReason]

    def __contains__(self, party: int) -> bool:
        return party in self.held or party in self.reasons

    def is_open(self, party: int, is_open: bool) -> bool:
        """Does an open debt keep what is stored about this person?"""
        return is_open and (party not in self.reasons or self.reasons[party].needs_ended_purpose)


def _apart(on: date) -> _Apart:
    asked = [row["party_id"] for row in load.people_restricted(on).to_pylist() if not row["erased"]]
    held = frozenset(hold.party_id for hold in legal_holds_in_force(*load.all_legal_holds(), on))
    return _Apart(held, {party: load.restrictions(party)[-1].reason for party in asked})


def _judged(home: Home, institution_id: int, periods: Sequence[Period], on: date, apart: _Apart, with_evidence: set[int]) -> _Judged:
    """Everybody's file: who goes, and groups of those who stay. Inside `acting_for`.

    Args:
        with_evidence: whose evidence must stay, so that the key that opens it must stay too.
    """
    going: dict[int, Verdict] = {}
    groups: _Groups = {}
    rows = activity(home, institution_id, on).group_by(["last_on", "is_open"]).aggregate([("party_id", "list")])
    for row in rows.to_pylist():  # one turn a last day, however many people share it
        last, parties = row["last_on"], row["party_id_list"]
        usual = judge(_record(last, row["is_open"], on), periods, on)
        others = [party for party in parties if party in apart]
        if usual.state is State.MUST_GO:
            going |= {party: usual for party in parties if party not in apart}
        _add(groups, RecordType.PERSONAL_FILE, usual, len(parties) - len(others))
        for party in others:
            theirs = judge(_record(last, apart.is_open(party, row["is_open"]), on, party in apart.held), periods, on)
            if (party in apart.reasons and theirs.may_be_erased) or theirs.state is State.MUST_GO:
                going[party] = theirs
            _add(groups, RecordType.PERSONAL_FILE, theirs, 1)
    for_evidence = going.keys() & with_evidence
    _add(groups, RecordType.PERSONAL_FILE, Verdict(State.KEEP, None, EVIDENCE_KEPT), len(for_evidence))
    return _Judged({party: verdict for party, verdict in going.items() if party not in for_evidence}, apart.reasons, _kept(groups), _for_a_person(groups))


def _evidence_verdicts(home: Home, institution_id: int, periods: Sequence[Period], on: date, apart: _Apart) -> list[tuple[dict[str, Any], Verdict]]:
    """Each piece of evidence whose bytes are there, with its verdict; pieces that agree in all that counts are judged once."""
    known = load.evidence_by_age()
    people = {row["party_id"]: row for row in activity(home, institution_id, on, known["party_id"].unique().to_pylist()).to_pylist()}
    judged: dict[tuple[Any, ...], Verdict] = {}
    found = []
    for row in known.to_pylist():
        person = people[row["party_id"]]
        counted_from = None if apart.is_open(row["party_id"], person["is_open"]) else (person["last_on"] or on)
        key = (record_type_of_evidence(row["kind"]), row["recorded_on"], counted_from, row["party_id"] in apart.held)
        if key not in judged:
            judged[key] = judge(Record(*key), periods, on)
        found.append((row, judged[key]))
    return found


def _judged_evidence(verdicts: Sequence[tuple[dict[str, Any], Verdict]], apart: _Apart) -> _JudgedEvidence:
    """Every piece of evidence: which bytes go, by person, and groups of what stays."""
    going: dict[int, list[EvidenceStanding]] = {}
    groups: _Groups = {}
    for row, verdict in verdicts:
        party, kind = row["party_id"], record_type_of_evidence(row["kind"])
        if verdict.state is State.MUST_GO or (party in apart.reasons and verdict.may_be_erased):
            going.setdefault(party, []).append(EvidenceStanding(row["evidence_id"], kind, row["address"], verdict))
        _add(groups, kind, verdict, 1)
    return _JudgedEvidence(going, _kept(groups), _for_a_person(groups))


def _record(last: date | None, is_open: bool, on: date, held: bool = False) -> Record:
    """Of whom nothing is known, neither a debt nor a day, the time has not begun: it counts from today."""
    counted_from = None if is_open else (last or on)
    return Record(RecordType.PERSONAL_FILE, counted_from or on, counted_from, held)


def _add(groups: _Groups, kind: RecordType, verdict: Verdict, records: int) -> None:
    if records:
        groups.setdefault((kind, verdict.state, verdict.rule, verdict.unconfirmed), []).append((records, verdict.until_on))


def _kept(groups: _Groups) -> tuple[Group, ...]:
    """What a duty or an open case keeps, and what no duty keeps and nobody has asked for."""
    return _grouped(groups, lambda state, unconfirmed: state in {State.KEEP, State.MAY_GO} and not unconfirmed)


def _for_a_person(groups: _Groups) -> tuple[Group, ...]:
    return _grouped(groups, lambda state, unconfirmed: bool(unconfirmed) or state is State.ASK)


def _grouped(groups: _Groups, wanted: Callable[[State, tuple[str, ...]], bool]) -> tuple[Group, ...]:
    found = []
    for (kind, state, rule, unconfirmed), counted in sorted(groups.items(), key=lambda item: item[0]):
        if wanted(state, unconfirmed):
            days = [day for _, day in counted if day is not None]
            found.append(Group(kind.value, state.value, rule, sum(records for records, _ in counted),
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
                                 report.records_for_a_person, hashlib.sha256(content).hexdigest()), actor=actor, at=at, cause=CAUSE)
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
        append(fact, actor=actor, at=at, cause=CAUSE)
    return fact


def figures_in_force(home: Home, institution_id: int, on: date) -> list[dict[str, Any]]:
    """Which figures bind this home on this day, and is each confirmed?"""
    with acting_for(institution_id):
        return [_told(period) for period in periods_of(home, on)]


def runs_so_far(institution_id: int) -> list[RetentionExecuted]:
    """When was anything deleted because its time was over?"""
    with acting_for(institution_id):
        return load.retention_runs()
