"""How does the report of one case come about, for a command, a page or the night?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from arrears.casefile.store.institution import acting_for
from arrears.core.problems import Refused
from arrears.core.reasons import Language
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.case_reports.report import Report
from arrears.engine.home import PRIVATE_FILE, Home
from arrears.engine.use_cases import reading
from arrears.engine.use_cases.reading import CaseView
from arrears.engine.use_cases.reading.files import looking_into, looking_once


def report_of_case(home: Home, institution_id: int, case_id: int, language: Language, *, today: date) -> Report:
    """The report of a case of a current run, with the person's name.

    Args:
        today: holds and acknowledged alerts recorded by this day count, though the run did not know them.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
    """
    return case_report(sources_of_case(home, institution_id, case_id, today=today), language)


def sources_of_case(home: Home, institution_id: int, case_id: int, *, today: date) -> CaseSources:
    """Everything a report is made of: a batch of one.

    Raises:
        NoSuchCase: not a case of this institution's current runs.
    """
    found = sources_of_cases(home, institution_id, [case_id], today=today)
    if case_id not in found:
        raise reading.no_such_case()
    return found[case_id]


def sources_of_cases(home: Home, institution_id: int, case_ids: Sequence[int], *, today: date) -> dict[int, CaseSources]:
    """Everything that reports of these cases are made of, in the order asked; cases of no current run of this institution are missing.

    Every question is asked once for all of them; hand over as many as memory holds.
    """
    with acting_for(institution_id), looking_once(home), looking_into(home) as connection:
        views = reading.case_views(home, institution_id, case_ids)
        acknowledged = reading.acknowledged_until(institution_id, today)
        found: dict[int, CaseSources] = {}
        for theirs in _by_run(views.values()):
            run, parties = theirs[0].run, [view.row.party_id for view in theirs]
            before = reading.rows_before(connection, run, [view.row.case_id for view in theirs])
            recorded = reading.holds_recorded_since({view.row.party_id: view.holds for view in theirs}, today)
            alerts = reading.alerts_of_people(connection, run, parties, acknowledged)
            found |= {view.row.case_id: CaseSources(view, before.get(view.row.case_id), alerts[view.row.party_id], recorded[view.row.party_id]) for view in theirs}
        return {case_id: found[case_id] for case_id in views}


def _by_run(views: Iterable[CaseView]) -> list[list[CaseView]]:
    found: dict[Path, list[CaseView]] = {}
    for view in views:
        found.setdefault(view.run.folder, []).append(view)
    return list(found.values())


def write_report(content: bytes, target: Path) -> None:
    """Write the report where only this user reads it; it is whole or not there.

    Raises:
        Refused: the file cannot be written.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        unfinished.replace(target)
    except OSError as trouble:
        unfinished.unlink(missing_ok=True)
        raise Refused(f"{target} could not be written: {trouble.strerror}.", "No report was made.", "Name a file in a folder that you may write to.") from trouble
