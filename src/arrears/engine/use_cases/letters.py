"""How do letters go from the printer's folder to the post, and what did the post say of them?"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from arrears.act import handing_over
from arrears.act.channels.letter import batches
from arrears.act.channels.letter.batches import LetterProvider, Listed
from arrears.act.handing_over import HandedOver, Hands
from arrears.casefile.facts.fact import Fact
from arrears.casefile.facts.letter import Delivery, LetterArrived, LetterHandedOver, LetterPosted, LetterTakenOut
from arrears.casefile.facts.message import MessageQueued
from arrears.casefile.store import load
from arrears.casefile.store.append_group import append_group
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.permits import lock_people
from arrears.check.conduct.local_time import DAY
from arrears.check.conduct.words import Channel
from arrears.check.gate.permit import Circumstances
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import BadData, Finding
from arrears.engine.home import Home
from arrears.engine.portal_terms import letterhead, zone_of
from arrears.engine.use_cases.circumstances import circumstances_of_cases
from arrears.engine.use_cases.confirming import packs_of
from arrears.engine.use_cases.verifying import code_for

PROVIDER = "print"
"""How the provider of letters is called where nobody names it otherwise."""
CAUSE = "post"
POSTED = "posted"
COLUMNS = ("key", "event", "on", "tracking", "signed_by", "reason")
NEEDED = ("key", "event", "on")
_GROUP = 50


def folder_of(home: Home, institution_id: int, provider: str = PROVIDER) -> Path:
    """Where the letters of this institution and provider lie."""
    return home.print / id_text(institution_id) / provider


def letter_provider(home: Home, institution_id: int, now: Callable[[], datetime], name: str = PROVIDER) -> LetterProvider:
    """Who prints this institution's letters.

    Raises:
        Refused: `portal.yaml` does not say who sends letters.
        BadData: it cannot be understood.
    """
    return LetterProvider(name, folder_of(home, institution_id, name), letterhead(home), lambda message_id: code_for(home, message_id), now, zone_of(home))


def close_batch(home: Home, institution_id: int, provider: str = PROVIDER, *, at: datetime) -> str | None:
    """Make the letters that wait a batch for the printer; answers its name, or None where none waits."""
    def permits(message_ids: Sequence[int]) -> dict[int, int]:
        with acting_for(institution_id):
            tried = load.attempts_of(message_ids)
        return {one.message_id: one.permit_id for one in sorted(tried, key=lambda one: one.attempt)}

    return batches.close_batch(folder_of(home, institution_id, provider), at.astimezone(zone_of(home)).date(), permits)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: letters and pages in it, how many went to the post, were taken out, and wait."""

    name: str
    letters: int
    pages: int
    handed_over: int
    taken_out: int

    @property
    def waits(self) -> int:
        """Of how many nothing was decided yet."""
        return self.letters - self.handed_over - self.taken_out


def batches_of(home: Home, institution_id: int, provider: str = PROVIDER) -> list[Batch]:
    """The batches of this institution, oldest first."""
    folder = folder_of(home, institution_id, provider)
    found = []
    for name in batches.batches(folder):
        letters = batches.listed(folder, name)
        decided = _decided(institution_id, letters)
        gone = sum(isinstance(one, LetterHandedOver) for one in decided.values())
        found.append(Batch(name, len(letters), sum(one.pages for one in letters), gone, len(decided) - gone))
    return found


def waiting(home: Home, institution_id: int, provider: str = PROVIDER) -> int:
    """How many letters lie in no batch yet?"""
    return batches.waiting(folder_of(home, institution_id, provider))


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter of a batch, what was decided about it, and what the post said of it."""

    letter: Listed
    decided: LetterHandedOver | LetterTakenOut | None
    post: tuple[LetterPosted | LetterArrived, ...]


def batch_shown(home: Home, institution_id: int, batch: str, provider: str = PROVIDER) -> list[Shown]:
    """Every letter of a batch, in the printer's order.

    Raises:
        NoSuchBatch: there is none of that name.
    """
    letters = batches.listed(folder_of(home, institution_id, provider), batch)
    decided = _decided(institution_id, letters)
    with acting_for(institution_id):
        post = load.letters_at_the_post([one.message_id for one in letters])
    return [Shown(one, decided.get(one.message_id), tuple(said for said in post if said.message_id == one.message_id)) for one in letters]


def _decided(institution_id: int, letters: Sequence[Listed]) -> dict[int, LetterHandedOver | LetterTakenOut]:
    with acting_for(institution_id):
        return {one.message_id: one for one in load.letters_decided([one.message_id for one in letters])}


def hand_over(home: Home, institution_id: int, batch: str, provider: str = PROVIDER, *, now: Callable[[], datetime], actor: str) -> HandedOver:
    """Ask again about every letter of a batch, and record which go to the post and which are taken out. The PDFs go once nothing waits.

    Raises:
        NoSuchBatch: there is none of that name.
        BadData: `law.yaml` cannot be understood.
    """
    folder = folder_of(home, institution_id, provider)
    letters = batches.listed(folder, batch)
    done = handing_over.hand_over(hands_of(home, institution_id, now, actor), batch, letters)
    if not done.waits:
        batches.forget_pages(folder, batch)
    return done


def hands_of(home: Home, institution_id: int, now: Callable[[], datetime], actor: str) -> Hands:
    """Who hands over for this institution: its law, and what book and run say of the people now."""
    return Hands(
        institution_id, lambda at: packs_of(institution_id, at.astimezone().date(), home), lambda messages, at: known_of(home, institution_id, messages, at), now, actor)


def known_of(home: Home, institution_id: int, messages: Sequence[MessageQueued], at: datetime) -> dict[int, Circumstances]:
    """What is known about the people and debts of these messages outside the casefile; a message whose case is in no current run is missing."""
    found: dict[int, Circumstances] = {}
    rest = list(messages)
    while rest:
        of_case = {one.case_id: one for one in rest}
        known = circumstances_of_cases(home, institution_id, {case_id: frozenset(one.debts) for case_id, one in of_case.items()}, at)
        found |= {one.message_id: known[case_id].circumstances for case_id, one in of_case.items() if case_id in known}
        rest = [one for one in rest if one.message_id != of_case[one.case_id].message_id]
    return found


# What the post says


@dataclass(slots=True)
class Imported:
    """What came of a file: rows recorded, rows known before, and findings; a row with a finding is recorded only where the finding says so."""

    recorded: int = 0
    known: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    message_id: int
    event: str
    on: date
    tracking: str
    signed_by: str
    reason: str


def import_post(home: Home, institution_id: int, file: Path, *, at: datetime, actor: str) -> Imported:
    """Record what a file of the post says: posting days, deliveries, signatures, refusals, returns. The same file again records nothing twice.

    Args:
        file: CSV with the columns `key`, `event`, `on` and, where known, `tracking`, `signed_by`, `reason`; dates as 2026-03-02. `event` is `posted` or a
            word of `casefile.facts.letter.Delivery`.

    Raises:
        BadData: the file cannot be read, or a column is missing.
    """
    done = Imported()
    today = at.astimezone(zone_of(home)).date()
    rows = list(_rows(file, today, done))
    for start in range(0, len(rows), _GROUP):
        _record(institution_id, rows[start : start + _GROUP], file.name, at, actor, done)
    done.findings.sort(key=lambda one: one.row)
    return done


def _rows(file: Path, today: date, done: Imported) -> Iterator[_Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise BadData(f"{file.name} has no column {missing[0]}.", "Nothing was recorded.", f"Columns are: {', '.join(COLUMNS)}.")
            stated = list(reader)
    except OSError as trouble:
        raise BadData(f"{file} cannot be read: {trouble.strerror}.", "Nothing was recorded.", "Name the file of the post.") from trouble
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise BadData(f"{file.name} is no CSV in UTF-8.", "Nothing was recorded.", "Save it as CSV in UTF-8.") from trouble
    for number, row in enumerate(stated, start=1):
        found = _row(number, {name: (row.get(name) or "").strip() for name in COLUMNS}, today, file.name)
        if isinstance(found, Finding):
            done.findings.append(found)
        else:
            yield found


def _row(number: int, said: Mapping[str, str], today: date, file: str) -> _Row | Finding:
    try:
        message_id = parse_id(said["key"])
    except IdNotValid:
        return Finding(file, number, "key", said["key"], "This is no reference of ours.", "Take it from the letter: 14 letters and digits.")
    if said["event"] not in {POSTED, *Delivery}:
        return Finding(file, number, "event", said["event"], "This event is not known.", f"Write {', '.join([POSTED, *Delivery])}.")
    try:
        on = date.fromisoformat(said["on"])
    except ValueError:
        return Finding(file, number, "on", said["on"], "This is no day.", "Write it as 2026-03-02.")
    if on > today:
        return Finding(file, number, "on", said["on"], "This day is to come.", "Look at the day: periods begin with it.")
    return _Row(number, message_id, said["event"], on, said["tracking"], said["signed_by"], said["reason"])


class _Said:
    """What is known of some letters, while the rows about them are taken in."""

    def __init__(self, message_ids: Sequence[int]) -> None:
        self.letters = {one.message_id: one for one in load.messages_queued(message_ids) if one.channel == Channel.LETTER}
        self.printed = {one.message_id: one.tried_at for one in load.attempts_of(message_ids)}
        self.handed_over = {one.message_id for one in load.letters_decided(message_ids) if isinstance(one, LetterHandedOver)}
        post = load.letters_at_the_post(message_ids)
        self.posted = {one.message_id: one.posted_on for one in post if isinstance(one, LetterPosted)}
        self.arrived = {(one.message_id, one.kind.value, one.arrived_on) for one in post if isinstance(one, LetterArrived)}

    def problem(self, row: _Row) -> tuple[str, str, str, str] | None:
        """Column, value, reason and remedy where the row cannot be."""
        if row.message_id not in self.letters or row.message_id not in self.printed:
            return "key", id_text(row.message_id), "No letter of this reference was printed here.", "Look at the reference, and whether the file is another lender's."
        if row.on < (self.printed[row.message_id] - DAY).date():
            return "on", str(row.on), "This day is before the letter was printed.", "Ask the post which day is right."
        posted = self.posted.get(row.message_id)
        if row.event == POSTED and posted not in (None, row.on):
            return "on", str(row.on), f"By what was told before, this letter was posted on {posted}.", "Ask the post which day is right."
        if row.event != POSTED and posted is not None and row.on < posted:
            return "on", str(row.on), f"This day is before the letter was posted ({posted}).", "Ask the post which day is right."
        return None

    def is_known(self, row: _Row) -> bool:
        """Was the same told before?"""
        return row.message_id in self.posted if row.event == POSTED else (row.message_id, row.event, row.on) in self.arrived

    def take(self, row: _Row, source: str) -> LetterPosted | LetterArrived:
        """The row as a fact."""
        party_id = self.letters[row.message_id].party_id
        if row.event == POSTED:
            self.posted[row.message_id] = row.on
            return LetterPosted(row.message_id, party_id, row.on, row.tracking, source)
        self.arrived.add((row.message_id, row.event, row.on))
        return LetterArrived(row.message_id, party_id, Delivery(row.event), row.on, row.signed_by, row.reason, source)


def _record(institution_id: int, rows: Sequence[_Row], file: str, at: datetime, actor: str, done: Imported) -> None:
    with acting_for(institution_id):
        said = _Said(sorted({one.message_id for one in rows}))
        lock_people([one.party_id for one in said.letters.values()])
        said = _Said(sorted(said.letters))  # as it is now that nobody else writes about these people
        facts: list[Fact] = []
        for row in rows:
            problem = said.problem(row)
            if problem is not None:
                done.findings.append(Finding(file, row.number, *problem))
            elif said.is_known(row):
                done.known += 1
            else:
                facts.append(said.take(row, file))
                if row.message_id not in said.handed_over:
                    done.findings.append(Finding(
                        file, row.number, "key", id_text(row.message_id), "The post carried a letter that was not handed over from here. It is recorded.",
                        "Find out how it left: nobody asked again whether it still may."))
        append_group(facts, actor=actor, at=at, cause=CAUSE)
        done.recorded += len(facts)
