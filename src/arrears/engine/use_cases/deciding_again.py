"""How does somebody ask whether a past decision stands: of a run, or of one case, by what was kept or by what is known now?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from arrears.casefile.store import load
from arrears.casefile.store.institution import acting_for
from arrears.core.ids import IdNotValid, id_text, parse_id
from arrears.core.problems import AnswerIsNo, WrongCall
from arrears.decide.policy.parts import Policy
from arrears.engine.case_records import CaseRecords
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.deciding_again import Again, Against, decide_again
from arrears.engine.home import Home
from arrears.engine.run_folder import RunName, current_run, published_runs
from arrears.engine.tables import FROZEN, frozen_tables
from arrears.engine.use_cases.books import BookPlace, book_place

__all__ = ["Again", "NoSuchRun", "decided_again", "told"]


class NoSuchRun(AnswerIsNo):
    """No published run is meant by these words."""


def decided_again(home: Home, institution_id: int, what: str, *, on: date | None, book: str | None, policy: Policy | None, facts_now: bool) -> Again:
    """Decide a run, or one case of it, once more.

    Args:
        what: a run such as 2026-11-23 or 2026-11-23/2, or the id of a case.
        on: day of the run, where a case is named; None for the current one.
        policy: decide by this one instead of the one that the run kept.
        facts_now: with the holds as they are known now for that day, instead of as they were frozen.

    Raises:
        NoSuchRun: there is none.
        WrongCall: the words are neither a run nor an id.
    """
    case_id, place = _case(what), book_place(home, book)
    if case_id is not None:
        with acting_for(institution_id):
            record = load.case(case_id)
        if record is None:
            raise NoSuchRun("There is no case with this id.", "", "Check the id: arrears case list")
        place = book_place(home, record.book)
    name = _run(place, what if case_id is None else None, on)
    facts = _known_now(institution_id, place.folder, name.as_of) if facts_now else {}
    return decide_again(place.folder, place.runs, name, Against(policy, facts, case_id))


def _known_now(institution_id: int, book: Path, on: date) -> dict[str, Any]:
    """The frozen tables of that day from what the record and the book know now."""
    own = CaseRecords(institution_id).freeze(on).tables
    with column_engine(EngineSettings()) as connection:
        stated = frozen_tables(book, own, connection)
        return {name: connection.sql(f"SELECT * FROM ({stated[name].sql}) ORDER BY {', '.join(stated[name].key)}").to_arrow_table() for name in FROZEN}


def _case(what: str) -> int | None:
    try:
        return parse_id(what)
    except IdNotValid:
        return None


def _run(place: BookPlace, what: str | None, on: date | None) -> RunName:
    """The run that is meant: by its name, by a day (its last run), or the current one."""
    published = published_runs(place.runs)
    if what is not None:
        day, _, number = what.partition("/")
        try:
            on = date.fromisoformat(day)
            wanted = int(number) if number else None
        except ValueError:
            raise WrongCall(f"“{what}” is neither a run nor the id of a case.", "", "Write a run as 2026-11-23 or 2026-11-23/2.") from None
        found = [name for name in published if name.as_of == on and wanted in (None, name.number)]
    else:
        shown = current_run(place.runs)
        found = [name for name in published if name.as_of == on] if on else [shown] if shown else []
    if not found:
        raise NoSuchRun("There is no published run of that day.", "", "See which days were run in the folder runs of the home.")
    return found[-1]


def told(again: Again) -> dict[str, Any]:
    """The answer for machines."""
    return {
        "run": str(again.run), "cases": again.cases, "same": again.is_same, "differing": again.differing,
        "causes": [{"kind": one.kind.value, "what": one.what, "how": one.how, "cases": one.cases} for one in again.causes],
        "first": [
            {"case_id": id_text(one.case_id), "columns": {name: {"then": _plain(then), "now": _plain(now)} for name, (then, now) in one.columns.items()}} for one in again.first
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
