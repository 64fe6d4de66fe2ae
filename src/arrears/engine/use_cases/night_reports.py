"""Which reports does each night leave for the morning, and how are they opened again?

After a run is published the first cases of its worklist get their reports, sealed under each person's key. The run itself is finished by then:
nothing here changes a byte of it, and what goes wrong here is a finding beside it.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa

from arrears.act.paper.glyphs import GlyphsMissing
from arrears.casefile.facts.retention import legal_holds_in_force
from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import default_vault, seal_with
from arrears.core.problems import Refused
from arrears.core.progress import Progress
from arrears.core.reasons import Language
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.case_reports.keeping import SEALED_AS, MadeReport, StoredReport, open_stored, remove_expired, store, stored
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.case_reports.report import Report
from arrears.engine.home import Home
from arrears.engine.nightly import RunResult
from arrears.engine.run_folder import current_run
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.case_reports import sources_of_cases
from arrears.engine.use_cases.reading.files import looking_once

REPORTS_A_NIGHT = 20
READ_AT_ONCE = 50
"""Cases read in one go: what is read of them is held in memory until they are written."""


@dataclass(frozen=True, slots=True)
class ReportNotMade:
    """One report that could not be made, and why; without a case none of the night could. Nothing personal is in the reason."""

    case_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class NightReports:
    """What the night left for the morning: how many reports are stored, and which could not be made."""

    stored: int = 0
    not_made: tuple[ReportNotMade, ...] = ()


@dataclass(frozen=True, slots=True)
class Night(RunResult):
    """A published run and the reports that stand beside it."""

    reports: NightReports = field(default_factory=NightReports)


def store_night_reports(home: Home, institution_id: int, book: str, result: RunResult, count: int, *, today: date, progress: Progress, language: Language | None = None) -> NightReports:
    """Remove reports whose time is over, then store those of the first `count` cases of the run's worklist.

    None is made of a look at the past, nor of a run that lies outside the home: the pages do not show those either. The run stands published
    whatever happens here: a trouble is a finding in the answer, and one case's trouble leaves the others their reports.

    Args:
        language: of the reports; the home's where none is named.
    """
    try:
        with acting_for(institution_id):
            held = {hold.party_id for hold in legal_holds_in_force(*load.all_legal_holds(), today)}
        remove_expired(home.reports, today, held)
        if not count or result.folder.parents[1] != home.runs / book or current_run(home.runs / book) != result.name:
            return NightReports()
        return _store(home, institution_id, book, result.name.as_of, count, language or home_language(home), today, progress)
    except Exception as trouble:  # The run is published: nothing that goes wrong now may make it look failed.
        return NightReports(0, (ReportNotMade(None, told_without_persons(trouble)),))


def _store(home: Home, institution_id: int, book: str, as_of: date, count: int, language: Language, today: date, progress: Progress) -> NightReports:
    run = reading.portfolio(home, institution_id, book).run
    assert run is not None
    first = [row.case_id for row in reading.worklist(home, run, reading.WorklistFilter(), page_rows=count, hidden=reading.hidden_people(institution_id, today)).rows]
    not_made: list[ReportNotMade] = []
    with acting_for(institution_id), looking_once(home):
        keys = _Keys()
        made = written_reports(home, institution_id, first, language, not_made, keys, today=today, progress=progress)
        stored_now = store(home.reports, book, as_of, today, language, made, keys.seal)
    return NightReports(stored_now, tuple(not_made))


class _Keys:
    """The keys of the people of one batch after the other: each is fetched with its batch's and forgotten with them."""

    def __init__(self) -> None:
        self.vault, self.of = default_vault(), dict[int, bytes]()

    def fetch(self, party_ids: Iterable[int]) -> None:
        """The keys of the next batch; whoever was erased has none."""
        self.of = self.vault.party_keys(pa.array(sorted(set(party_ids)), pa.int64()))

    def seal(self, party_id: int, content: bytes) -> bytes:
        """A report under its person's key."""
        return seal_with(self.of[party_id], party_id, content, SEALED_AS)


def written_reports(
    home: Home, institution_id: int, case_ids: Sequence[int], language: Language, not_made: list[ReportNotMade], keys: _Keys, *, today: date, progress: Progress,
) -> Iterator[MadeReport]:
    """Each case's report, batch by batch: all of a batch is read at once, then written on every core, for Typst lets other threads run.

    A person without a key (erased, or never named) has none, for nothing could seal it. What could not be made is appended to `not_made`.
    """
    with ThreadPoolExecutor(os.cpu_count()) as writers:
        for start in range(0, len(case_ids), READ_AT_ONCE):
            batch = case_ids[start : start + READ_AT_ONCE]
            progress("reports", start, len(case_ids))
            sources = _read(home, institution_id, batch, not_made, today)
            keys.fetch(one.view.row.party_id for one in sources.values())
            sealable = [one for one in sources.values() if one.view.row.party_id in keys.of]
            for one, files in zip(sealable, writers.map(partial(written, language=language), sealable), strict=True):
                if isinstance(files, ReportNotMade):
                    not_made.append(files)
                else:
                    yield MadeReport(one.view.row.case_id, one.view.row.party_id, files)
        progress("reports", len(case_ids), len(case_ids))


def _read(home: Home, institution_id: int, case_ids: Sequence[int], not_made: list[ReportNotMade], today: date) -> dict[int, CaseSources]:
    """The sources of a batch; where it cannot be read at once, case by case, so that one case's trouble is its own."""
    try:
        return sources_of_cases(home, institution_id, case_ids, today=today)
    except Exception as trouble:  # As in store_night_reports: a finding, whatever it is.
        if len(case_ids) == 1:
            not_made.append(ReportNotMade(case_ids[0], told_without_persons(trouble)))
            return {}
    found: dict[int, CaseSources] = {}
    for case_id in case_ids:
        found |= _read(home, institution_id, [case_id], not_made, today)
    return found


def written(sources: CaseSources, language: Language) -> dict[str, bytes] | ReportNotMade:
    """One report as page and PDF, from what was read; or why it could not be made."""
    try:
        return _files(case_report(sources, language))
    except Exception as trouble:  # As in store_night_reports: a finding, whatever it is.
        return ReportNotMade(sources.view.row.case_id, told_without_persons(trouble))


def told_without_persons(trouble: Exception) -> str:
    """What went wrong: a refusal in its own words, anything else by its kind and place, for its words may hold a name.

    >>> told_without_persons(Refused("The disk is full.", remedy="Free some space."))
    'The disk is full. Free some space.'
    >>> told_without_persons(KeyError("Lin"))
    'KeyError'
    """
    if isinstance(trouble, Refused):
        return str(trouble)
    if isinstance(trouble, OSError) and trouble.strerror:
        return f"{type(trouble).__name__}: {trouble.strerror}"
    where = traceback.extract_tb(trouble.__traceback__)
    return type(trouble).__name__ + (f" at {Path(where[-1].filename).name}:{where[-1].lineno}" if where else "")


def home_language(home: Home) -> Language:
    """In which language does this institution's staff read?"""
    return "zh" if home.read_settings().language.startswith("zh") else "en"


def _files(report: Report) -> dict[str, bytes]:
    """The page, and the PDF where the fonts can write it."""
    page = {"html": html_of(report).encode()}
    try:
        return {**page, "pdf": pdf_of(report)}
    except GlyphsMissing:
        return page


def stored_reports(home: Home, institution_id: int, book: str | None = None) -> list[StoredReport]:
    """The stored reports of this institution's books, or of one of them."""
    return stored(home.reports, [portfolio.name for portfolio in reading.portfolios(home, institution_id) if book in (None, portfolio.name)])


def stored_report(home: Home, institution_id: int, case_id: int, on: date | None, ending: str) -> bytes:
    """One stored report, opened.

    Raises:
        NoSuchReport: none is stored.
        Unreadable: the person was erased.
    """
    vault = default_vault()
    books = [portfolio.name for portfolio in reading.portfolios(home, institution_id)]
    with acting_for(institution_id):
        return open_stored(home.reports, books, case_id, on, ending, lambda party, sealed: vault.unseal(party, sealed, SEALED_AS))
