"""Which reports does each night leave for the morning, and how are they opened again?

After a run is published the first cases of its worklist get their reports, sealed under each person's key. The run itself is finished by then:
nothing here changes a byte of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from arrears.casefile.store.institution import acting_for
from arrears.casefile.store.vault import Unreadable, default_vault
from arrears.core.reasons import Language
from arrears.engine.case_reports.content import case_report
from arrears.engine.case_reports.glyphs import GlyphsMissing
from arrears.engine.case_reports.keeping import SEALED_AS, MadeReport, StoredReport, open_stored, remove_expired, store, stored
from arrears.engine.case_reports.page import html_of
from arrears.engine.case_reports.paper import pdf_of
from arrears.engine.case_reports.report import Report
from arrears.engine.home import Home
from arrears.engine.nightly import Progress, RunResult
from arrears.engine.run_folder import current_run
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.case_reports import sources_of_case
from arrears.engine.use_cases.reading.files import looking_once

REPORTS_A_NIGHT = 20


def store_night_reports(home: Home, institution_id: int, book: str, result: RunResult, count: int, *, today: date, progress: Progress) -> int:
    """Remove reports whose time is over, then store those of the first `count` cases of the run's worklist; answers how many.

    None is made of a look at the past, nor of a run that lies outside the home: the pages do not show those either.
    """
    remove_expired(home.reports, today)
    if not count or result.folder.parents[1] != home.runs / book or current_run(home.runs / book) != result.name:
        return 0
    run = reading.portfolio(home, institution_id, book).run
    assert run is not None
    first = [row.case_id for row in reading.worklist(home, run, reading.WorklistFilter(), page_rows=count).rows]
    vault, language = default_vault(), home_language(home)
    with acting_for(institution_id), looking_once(home):
        made = list(_made(home, institution_id, first, language, today, progress))
        store(home.reports, book, result.name.as_of, today, language, made, lambda party, content: vault.seal(party, content, SEALED_AS))
    return len(made)


def home_language(home: Home) -> Language:
    """In which language does this institution's staff read?"""
    return "zh" if home.read_settings().language.startswith("zh") else "en"


def _made(home: Home, institution_id: int, case_ids: list[int], language: Language, today: date, progress: Progress) -> Iterator[MadeReport]:
    """Each case's report; a person without a key (erased, or never named) has none, for nothing could seal it."""
    vault = default_vault()
    for place, case_id in enumerate(case_ids, start=1):
        progress("reports", place, len(case_ids))
        sources = sources_of_case(home, institution_id, case_id, today=today)
        try:
            vault.party_key(sources.view.row.party_id)
        except Unreadable:
            continue
        yield MadeReport(case_id, sources.view.row.party_id, _files(case_report(sources, language)))


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
