"""Which numbers may a dialler call, until when; and were the calls that it tells of permitted?

A list holds permitted numbers alone, one a person, each with its permit, from when on and until when. The permit is issued when the list is made and
counts as an attempt from then on; it is taken at the moment at which the dialler says that the call began. Results come back by the permit. A call
without a permit, with one that is not ours, that was good no more or that was used twice, is recorded as a contact all the same where the person is
known, for it counts, and is a finding for the audit. A permit that was not used is given back. A row that cannot be read is a finding too; no row is lost.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from arrears.act.calls.script import script_of
from arrears.act.calls.wrap_up import Asks
from arrears.casefile.facts.call import RULED_OUT_MARKS, ContactPointMarked, DiallerFinding, DiallerListExported, DiallerProblem, marks_now
from arrears.casefile.facts.permit import PermitIssued, PermitUsed, VoidReason
from arrears.casefile.facts.privacy import Showable, ShowReason
from arrears.casefile.store import load
from arrears.casefile.store.append import append
from arrears.casefile.store.ids import random_id
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.permits import PermitNotUsable
from arrears.check.gate import asking, using
from arrears.check.gate.permit import Permit, Refusal, Request
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import BadData, Refused, WrongCall
from arrears.engine.call_terms import CallTerms, call_terms
from arrears.engine.home import PRIVATE_FILE, Home
from arrears.engine.use_cases import calls, reading
from arrears.engine.use_cases.calls import DIALLER_KEY, TELEPHONES, Told
from arrears.engine.use_cases.circumstances import CaseKnown, circumstances_of_cases
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.permits import zone_of
from arrears.record.privacy.showing import COMMAND_LINE, show_person

CAUSE = "dialler"
ACTION = "DL"
COLUMNS = ("permit_id", "case_id", "number", "call_from", "call_until", "time_zone")
RESULT_COLUMNS = ("permit_id", "result", "started_at", "ended_at", "agent", "note", "row_key", "case_id")
NEEDED = frozenset({"permit_id", "result", "started_at"})
LONGEST_LIST = 20_000
BEING_CALLED = "a call is open"
"""Why a person is on no list to whom a colleague, or another list, calls now."""
NOT_CALLED = "NOT-CALLED"
"""What a dialler writes for a number that it did not call: the permit is given back."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One number for the dialler, with its permit."""

    permit: Permit
    number: str
    zone: str

    def row(self) -> dict[str, str]:
        """As the file has it: moments on the person's clock; no name, and no word of a debt."""
        zone = ZoneInfo(self.zone)
        return {
            "permit_id": id_text(self.permit.permit_id), "case_id": id_text(self.permit.case_id or 0), "number": self.number,
            "call_from": self.permit.issued_at.astimezone(zone).isoformat("T", "seconds"), "call_until": self.permit.expires_at.astimezone(zone).isoformat("T", "seconds"),
            "time_zone": self.zone,
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into the file: its id, the numbers, how many cases were not permitted, by the first rule in the way, and how many have no number that may be called."""

    list_id: int
    listed: tuple[Listed, ...]
    refused: Mapping[str, int]
    without_number: int


def export_list(
    home: Home, institution_id: int, book: str, output: Path, *, queue: str, minutes: int | None, at: datetime, actor: str, limit: int = 1_000, form: str = "csv"
) -> Exported:
    """Write a list for the dialler, good from now on for so many minutes; each number has a permit of its own by the time the file is whole.

    Permits are asked for in groups of fifty; people stand in the order of the worklist. That the numbers were shown is recorded for each person.

    Raises:
        WrongCall: the file is there already, the window is longer than the lender allows, or the book has no run.
    """
    terms = call_terms(home)
    window = timedelta(minutes=minutes) if minutes is not None else terms.dialler_window
    _list_fits(output, window, terms, limit)
    found = reading.portfolio(home, institution_id, book)
    if found.run is None:
        raise WrongCall("This book has no run yet.", "Nothing was written.", "Run the night first: arrears run")
    list_id = random_id()
    rows = _rows(home, institution_id, found.run, queue, limit, at)
    exported = _permitted(home, institution_id, list_id, rows, window, at, actor)
    content = _content(exported.listed, form)
    _write_private(output, content)
    fact = DiallerListExported(list_id, book, queue, at, at + window, len(exported.listed), sum(exported.refused.values()), sha256(content).hexdigest(), actor, at)
    with acting_for(institution_id):
        append(fact, actor=actor, at=at, cause=CAUSE)
    return exported


def _list_fits(output: Path, window: timedelta, terms: CallTerms, limit: int) -> None:
    if output.exists():
        raise WrongCall(f"{output} is there already.", "A list that is in use must not change.", "Name a new file with --output.")
    if not timedelta() < window <= terms.dialler_window:
        raise WrongCall(f"A list is good for {terms.dialler_window.seconds // 60} minutes at most.", "Nothing was written.", "A permit that lasts long rests on what was true long ago.")
    if not 1 <= limit <= LONGEST_LIST:
        raise WrongCall(f"A list has from 1 to {LONGEST_LIST} numbers.", "Nothing was written.", "Make several.")


def _rows(home: Home, institution_id: int, run: reading.Run, queue: str, limit: int, at: datetime) -> list[reading.CaseRow]:
    hidden = reading.hidden_people(institution_id, at.date())
    page = reading.worklist(home, run, reading.WorklistFilter(queue=queue), page_rows=limit, hidden=hidden)
    return list(page.rows)


def _permitted(home: Home, institution_id: int, list_id: int, rows: Sequence[reading.CaseRow], window: timedelta, at: datetime, actor: str) -> Exported:
    listed: list[Listed] = []
    refused: Counter[str] = Counter()
    without = 0
    packs = packs_of(institution_id, at.astimezone().date(), home)
    for start in range(0, len(rows), asking.GROUP_MAX):
        group = rows[start:start + asking.GROUP_MAX]
        known = circumstances_of_cases(home, institution_id, {row.case_id: frozenset() for row in group}, at)
        numbers = _numbers(home, institution_id, group)
        asked = [row for row in group if row.case_id in known and row.case_id in numbers]
        without += len(group) - len(asked)
        if not asked:
            continue
        with acting_for(institution_id):
            busy = {row.case_id for row in asked if calls.calls_open(row.party_id) or calls.at_a_dialler(row.party_id, at)}
            asked = [row for row in asked if row.case_id not in busy]
            refused[BEING_CALLED] += len(busy)
            requests = [_request(home, list_id, row, known[row.case_id], numbers[row.case_id].reference) for row in asked]
            if not requests:
                continue
            for row, answer in zip(asked, asking.ask(requests, packs, at, actor=actor, cause=CAUSE, lifetime=window), strict=True):
                if isinstance(answer, Refusal):
                    refused[next(iter(answer.rules), answer.reason_en or answer.answer)] += 1
                    continue
                show_person(row.party_id, row.case_id, [Showable.CONTACT_POINT], shown_to=actor, role=COMMAND_LINE, reason=ShowReason.TAKING_ALONG,
                            form="dialler_list", at=at)
                listed.append(Listed(answer, numbers[row.case_id].value or "", zone_of(known[row.case_id])[0]))
    return Exported(list_id, tuple(listed), {why: count for why, count in refused.items() if count}, without)


def _request(home: Home, list_id: int, row: reading.CaseRow, known: CaseKnown, point: str) -> Request:
    script = script_of(known.circumstances.places, home.read_settings().institution if home.is_made else "", "")
    return Request(f"{list_key(list_id)}{row.case_id}", row.party_id, row.case_id, calls.wanted(point, script).proposed(known), known.circumstances)


def list_key(list_id: int) -> str:
    """How the requests of a list's permits begin."""
    return f"{DIALLER_KEY}{list_id}:"


def _numbers(home: Home, institution_id: int, group: Sequence[reading.CaseRow]) -> dict[int, reading.ContactPoint]:
    """The one number of each person that a dialler would call: none that is somebody else's, the verified ones first, and only one that can be read."""
    people = {row.party_id for row in group}
    with acting_for(institution_id):
        views = reading.case_views(home, institution_id, [row.case_id for row in group], opened_for=people)
        marks = marks_now(load.points_marked(sorted(people)))
    return {case_id: points[0] for case_id, view in views.items() if (points := [one for one in view.contact_points if _may_be_dialled(one, marks)])}


def _may_be_dialled(point: reading.ContactPoint, marks: Mapping[str, ContactPointMarked]) -> bool:
    mark = marks.get(point.reference)
    return point.channel in TELEPHONES and bool(point.value) and (mark is None or mark.kind not in RULED_OUT_MARKS)


def _content(listed: Iterable[Listed], form: str) -> bytes:
    rows = [one.row() for one in listed]
    if form == "json":
        return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _write_private(output: Path, content: bytes) -> None:
    """Into a file that nobody else can read; whole or not at all."""
    unfinished = output.with_name(f"{output.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            file.write(content)
        unfinished.replace(output)
    except OSError as trouble:
        raise Refused(f"{output} cannot be written: {trouble.strerror}.", "The permits of this list run out unused.", "Choose another place and export again.") from trouble


# ---- results


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the results as it was delivered: its line, its key, its fields."""

    line: int
    key: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class Imported:
    """What came of a file: rows in all, of which calls recorded, rows that were known already, permits given back, and findings by kind."""

    rows: int = 0
    recorded: int = 0
    known: int = 0
    given_back: int = 0
    findings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where results are taken in, for whom, when, by whom, from which file, in which codes."""

    home: Home
    institution_id: int
    at: datetime
    actor: str
    digest: str
    terms: CallTerms


def read_results(content: bytes) -> list[Row]:
    """The rows of a file of results.

    Raises:
        BadData: it is no CSV in UTF-8, or a column that is needed is not there.

    >>> [(row.line, row.fields["result"]) for row in read_results(b"permit_id,result,started_at\\nA,NA,2026-03-02T10:00:00+08:00\\n")]
    [(2, 'NA')]
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        rows = [Row(reader.line_num, _key(one), {name: (one.get(name) or "").strip() for name in RESULT_COLUMNS}) for one in reader]
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise BadData("The file is no CSV in UTF-8.", "Nothing was taken in.", "Export it again from the dialler.") from trouble
    missing = sorted(NEEDED - set(reader.fieldnames or ()))
    if missing:
        raise BadData(f"The file has no column {', '.join(missing)}.", "Nothing was taken in.", f"Columns are: {', '.join(RESULT_COLUMNS)}.")
    return rows


def _key(row: Mapping[Any, Any]) -> str:
    """The dialler's own key, or the digest of what the row says: the same row is the same key."""
    own = str(row.get("row_key") or "").strip()
    return own[:64] or sha256(json.dumps(sorted((str(name), str(value)) for name, value in row.items())).encode()).hexdigest()[:32]


def import_results(home: Home, institution_id: int, content: bytes, *, at: datetime, actor: str, is_last: bool = False) -> Imported:
    """Take in what a dialler tells of its calls; row by row, each once however often the file comes.

    Args:
        is_last: nothing more will come of these lists: permits that were not used are given back.
    """
    did = Imported()
    desk = _Desk(home, institution_id, at, actor, sha256(content).hexdigest(), call_terms(home))
    lists: set[str] = set()
    for row in read_results(content):
        did.rows += 1
        _take_in(desk, row, did, lists)
    if is_last:
        for key in sorted(lists):
            did.given_back += _give_back(desk, key)
    return did


def _take_in(desk: _Desk, row: Row, did: Imported, lists: set[str]) -> None:
    with acting_for(desk.institution_id):
        if load.call_of_row(row.key) is not None or load.dialler_findings_of_row(row.key):
            did.known += 1
            return
    permit_id = _permit_id(row)
    with acting_for(desk.institution_id):
        permit = None if permit_id is None else load.permit_issued(permit_id)
    if permit is not None and permit.request_key.startswith(DIALLER_KEY):
        lists.add(":".join(permit.request_key.split(":")[:2]) + ":")
    if row.fields["result"] == NOT_CALLED:
        _not_called(desk, row, permit, did)
        return
    try:
        told = _told(row)
    except ValueError as trouble:
        _found(desk, row, DiallerProblem.NOT_UNDERSTOOD, permit_id, None if permit is None else permit.case_id, str(trouble), did)
        return
    problem = _problem(desk, row, permit_id, permit, told)
    if problem is None:
        assert permit is not None, "without a permit there is a problem"
        _told_in_order(desk, row, permit, told, did)
    else:
        _told_otherwise(desk, row, permit_id, permit, told, problem, did)


def _permit_id(row: Row) -> int | None:
    try:
        return parse_id(row.fields["permit_id"])
    except IdNotValid:
        return None


def _told(row: Row) -> Told:
    """Raises `ValueError`: a moment is none, or states no zone."""
    started, ended = _moment(row.fields["started_at"], "started_at"), _moment(row.fields["ended_at"], "ended_at") if row.fields["ended_at"] else None
    return Told(ACTION, row.fields["result"], row.fields["note"], started_at=started, ended_at=ended, row_key=row.key)


def _moment(text: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as trouble:
        raise ValueError(f"{name} is no moment") from trouble
    if found.tzinfo is None:
        raise ValueError(f"{name} states no zone")
    return found.astimezone(UTC)


def _problem(desk: _Desk, row: Row, permit_id: int | None, permit: PermitIssued | None, told: Told) -> DiallerProblem | None:
    """Is there anything in the way of counting this call under its permit?"""
    if permit is None:
        return DiallerProblem.UNKNOWN_PERMIT if row.fields["permit_id"] else DiallerProblem.NO_PERMIT
    assert told.started_at is not None
    if told.started_at < permit.issued_at.replace(microsecond=0):
        return DiallerProblem.BEFORE_PERMIT
    if told.started_at >= permit.expires_at:
        return DiallerProblem.AFTER_EXPIRY
    with acting_for(desk.institution_id):
        return DiallerProblem.SECOND_CALL if load.contact_of_permit(permit.permit_id) is not None else None


def _told_in_order(desk: _Desk, row: Row, permit: PermitIssued, told: Told, did: Imported) -> None:
    """The permit is taken at the moment the call began, and what came of it recorded."""
    assert told.started_at is not None
    try:
        with acting_for(desk.institution_id):
            if load.permit_used(permit.permit_id) is None:
                append(PermitUsed(permit.permit_id, permit.party_id, max(told.started_at, permit.issued_at)), actor=desk.actor, at=desk.at, cause=CAUSE)
    except PermitNotUsable:
        _told_otherwise(desk, row, permit.permit_id, permit, told, DiallerProblem.PERMIT_NOT_OPEN, did)
        return
    try:
        calls.wrap_up(desk.home, desk.institution_id, permit.permit_id, _with_words(desk, told), at=desk.at, agent=row.fields["agent"] or desk.actor)
    except WrongCall as trouble:
        _found(desk, row, DiallerProblem.NOT_UNDERSTOOD, permit.permit_id, permit.case_id, trouble.what, did)
        return
    did.recorded += 1
    if desk.at >= permit.expires_at:
        _found(desk, row, DiallerProblem.LATE_RESULT, permit.permit_id, permit.case_id, "", did)


def _with_words(desk: _Desk, told: Told) -> Told:
    """Where the code wants words and the dialler gave none, the code's own stand for them."""
    result = desk.terms.codes.results.get(told.result)
    return replace(told, words=result.label.en) if result is not None and not told.words and Asks.WORDS in result.asks else told


def _told_otherwise(desk: _Desk, row: Row, permit_id: int | None, permit: PermitIssued | None, told: Told, problem: DiallerProblem, did: Imported) -> None:
    """The call counts all the same, where it is known whom it reached; and it is a finding."""
    case_id = permit.case_id if permit is not None else _case_named(desk, row)
    assert told.started_at is not None
    known = {} if case_id is None else circumstances_of_cases(desk.home, desk.institution_id, {case_id: frozenset()}, desk.at)
    with acting_for(desk.institution_id):
        if case_id in known and told.result in desk.terms.codes.results and told.started_at <= desk.at:
            assert case_id is not None
            case, result = known[case_id], desk.terms.codes.results[told.result]
            made = asking.proposed_of(permit) if permit is not None else calls.wanted("", script_of(case.circumstances.places, "", "")).proposed(case)
            contact = using.record_without_permit(case.party_id, case_id, made, result.outcome, told.started_at, note=told.words, at=desk.at, actor=desk.actor, cause=CAUSE)
            calls.wrap_up_without_permit(desk.home, desk.institution_id, contact, _with_words(desk, told), at=desk.at, agent=row.fields["agent"] or desk.actor)
            did.recorded += 1
        _found(desk, row, problem, permit_id, case_id, "" if told.result in desk.terms.codes.results else f"result {told.result[:20]} is not known", did)


def _case_named(desk: _Desk, row: Row) -> int | None:
    try:
        return parse_id(row.fields["case_id"])
    except IdNotValid:
        return None


def _not_called(desk: _Desk, row: Row, permit: PermitIssued | None, did: Imported) -> None:
    if permit is None:
        _found(desk, row, DiallerProblem.UNKNOWN_PERMIT, _permit_id(row), None, "not called", did)
        return
    did.given_back += _void(desk, permit)


def _void(desk: _Desk, permit: PermitIssued) -> int:
    """Give a permit back that is open still; one that expired or was used is as it is."""
    try:
        with acting_for(desk.institution_id):
            if desk.at >= permit.expires_at:
                return 0
            using.void(permit.permit_id, desk.at, VoidReason.NOT_NEEDED, actor=desk.actor, cause=CAUSE)
    except PermitNotUsable:
        return 0
    return 1


def _give_back(desk: _Desk, key: str) -> int:
    with acting_for(desk.institution_id):
        issued = load.permits_of_list(key)
    return sum(_void(desk, one) for one in issued)


def _found(desk: _Desk, row: Row, kind: DiallerProblem, permit_id: int | None, case_id: int | None, detail: str, did: Imported) -> None:
    with acting_for(desk.institution_id):
        append(DiallerFinding(random_id(), kind, row.key, desk.digest, row.line, permit_id, case_id, detail[:200], desk.at), actor=desk.actor, at=desk.at, cause=CAUSE)
    did.findings[kind.value] += 1


@dataclass(frozen=True, slots=True)
class ListShown:
    """A list, and what became of its permits: told, given back, open, run out with nothing told."""

    exported: DiallerListExported
    told: int
    given_back: int
    open: int
    silent: int


def dialler_state(institution_id: int, at: datetime, latest: int = 30) -> tuple[list[ListShown], list[DiallerFinding]]:
    """The latest lists and every finding, newest first."""
    with acting_for(institution_id):
        lists = [_list_shown(one, at) for one in load.dialler_lists()[-latest:][::-1]]
        return lists, load.dialler_findings()[::-1]


def _list_shown(one: DiallerListExported, at: datetime) -> ListShown:
    issued = load.permits_of_list(list_key(one.list_id))
    told = {call.permit_id for call in load.calls_wrapped_up_of([permit.party_id for permit in issued])}
    voided = {fact.permit_id for fact in load.permits_voided_of([permit.party_id for permit in issued])}
    left = [permit for permit in issued if permit.permit_id not in told | voided]
    still_open = sum(at < permit.expires_at for permit in left)
    ids = {permit.permit_id for permit in issued}
    return ListShown(one, len(told & ids), len(voided & ids), still_open, len(left) - still_open)
