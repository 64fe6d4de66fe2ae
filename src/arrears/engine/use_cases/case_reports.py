"""How does the report of one case come about, for a command, a page or the night?"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from arrears.casefile.store.institution import acting_for
from arrears.core.problems import Refused
from arrears.core.reasons import Language
from arrears.engine.case_reports.content import CaseSources, case_report
from arrears.engine.case_reports.report import Report
from arrears.engine.home import PRIVATE_FILE, Home
from arrears.engine.use_cases import reading
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
    """Everything a report is made of, read once."""
    with acting_for(institution_id), looking_once(home), looking_into(home) as connection:
        view = reading.case_view(home, institution_id, case_id)
        recorded = reading.holds_recorded_since(view.row.party_id, view.holds, today)
        alerts = reading.alerts_of_person(connection, view.run, view.row.party_id, reading.acknowledged_until(institution_id, today))
        return CaseSources(view, reading.row_before(connection, view.run, case_id), alerts, tuple(recorded))


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
