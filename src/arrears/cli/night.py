"""How does the command tell what a night left for the morning, and what it could not?"""

from __future__ import annotations

from typing import Any

from arrears.cli.showing import people, results
from arrears.core.ids import id_text
from arrears.core.problems import PartlyDone
from arrears.engine.use_cases.night_reports import NightReports
from arrears.engine.words import counted

NAMED = 5
"""So many cases without a report are named one by one; the rest are counted."""


def reports_told(left: NightReports) -> dict[str, Any]:
    """The same for a machine."""
    return {"stored": left.stored, "not_made": [{"case_id": id_text(one.case_id) if one.case_id else None, "reason": one.reason} for one in left.not_made]}


def show_reports(left: NightReports) -> None:
    """How many reports are stored, for a person."""
    if left.stored:
        results.print(f"{counted(left.stored, 'case report')} stored for 30 days: arrears report list")


def refuse_missing_reports(left: NightReports) -> None:
    """End with a code of its own where a report is missing; called last, for the run itself is done.

    Raises:
        PartlyDone: a report could not be made.
    """
    if not left.not_made:
        return
    for one in left.not_made[:NAMED]:
        people.print(f"Case {id_text(one.case_id)}: {one.reason}" if one.case_id else one.reason)
    many = f"{counted(len(left.not_made), 'case report')} could not be made" if all(one.case_id for one in left.not_made) else "The case reports of this night could not be stored"
    raise PartlyDone(f"{many}.", "The run is published and stands; only these reports are missing.", "Make one now: arrears report case ID. If it fails again, tell the maintainers the line above.")
