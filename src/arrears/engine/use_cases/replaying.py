"""How does somebody ask for the past of a book?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from arrears.core.problems import WrongCall
from arrears.core.progress import Progress
from arrears.engine.columns_engine import EngineSettings
from arrears.engine.history import Every, HistoryRequest, HistoryResult, replay
from arrears.engine.home import Home
from arrears.engine.use_cases.books import book_place, conventions_of
from arrears.engine.use_cases.setting_up import institution_of
from arrears.intake.book.layout import book_info


def replay_book(
    home: Home, named: str | None, first: date, last: date, every: Every, *, today: date, engine: EngineSettings, progress: Progress,
    output: Path | None = None, conventions: Path | None = None,
) -> HistoryResult:
    """Replay the past days of one book of this home's institution; nothing but its history is written.

    Args:
        today: no later day can be replayed: of it nobody knows yet who will have paid.

    Raises:
        WrongCall: the days are in the wrong order or lie ahead, or the book belongs to another institution.
        BadData: there is no such book.
    """
    if first > last:
        raise WrongCall(f"--from {first} lies after --to {last}.", "There is no day between them.", "Put the earlier day first.")
    if last > today:
        raise WrongCall(f"--to {last} lies ahead: today is {today}.", "Nobody knows yet who will have paid by then.", "End at today or before.")
    institution_id = institution_of(home)
    place = book_place(home, named, output)
    if book_info(place.folder).institution_id != institution_id:
        raise WrongCall(f"The book in {place.folder} belongs to another institution.", "Its people are not ours to look at.", "Name a book of this home.")
    return replay(HistoryRequest(place.folder, place.runs, first, last, every, conventions_of(home, conventions), engine), progress)
