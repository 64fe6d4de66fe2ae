"""How long does a year of daily history take, and how many assessments of one day is that?"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from arrears.assess.delinquency.position import position_steps
from arrears.assess.delinquency.settings import DelinquencySettings
from arrears.core.book import BOOK_TABLES
from arrears.engine import tables
from arrears.engine.book_views import show_book
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.engine.history import HistoryRequest, replay
from arrears.intake.sample.making import make_sample, seeded_ids

ON = date(2026, 11, 23)
ENGINE = EngineSettings(threads=2)


def assess_seconds(book: Path) -> float:
    """One assessment of one day from the files, nothing written: the better of two."""
    measured = []
    with column_engine(ENGINE) as connection:
        show_book(connection, book)
        for _ in range(2):
            started = time.perf_counter()
            tables.think(connection, position_steps({name: table.unbound() for name, table in BOOK_TABLES.items()}, DelinquencySettings(), ON))
            measured.append(time.perf_counter() - started)
    return min(measured)


def measure(accounts: int, days: int, folder: Path) -> dict[str, Any]:
    """Seconds for the days, and their ratio to one assessment at the same size."""
    make_sample(folder / "book", accounts, 7, ON, None, name="book", institution_id=1, id_source=seeded_ids(7))
    once = assess_seconds(folder / "book")
    started = time.perf_counter()
    replay(HistoryRequest(folder / "book", folder / "runs", ON - timedelta(days=days - 1), ON, engine=ENGINE))
    seconds = time.perf_counter() - started
    return {
        "accounts": accounts, "days": days, "seconds": round(seconds, 1), "seconds_a_day": round(seconds / days, 3),
        "one_assessment_seconds": round(once, 3), "ratio_a_day_to_one_assessment": round(seconds / days / once, 2),
    }


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=365)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    try:
        print(json.dumps(measure(wanted.accounts, wanted.days, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
