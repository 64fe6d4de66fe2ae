"""How many case reports a second, page and PDF with chart, and how does that compare with Typst compiling an empty page?

A book of an invented sample with names, run for a day; each report is written in Chinese, so that the large font is embedded. `whole_per_second` is what a
night does: read book and run, write on all cores, seal and store. Beside it the two halves, each by itself: `read_per_second` in one go and
`read_alone_per_second` case by case as a page does (on one core), and `written_per_second` from what was read. All in one run on one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.nightly_run import measuring_home

ON = date(2026, 11, 23)
THREADS = os.cpu_count() or 1
LANGUAGE = "zh"
ALONE = 30
"""So many cases are read one by one, for comparison."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work cost: seconds by the clock, and seconds of processor time in this process, which a busy machine does not change much."""

    seconds: float
    processor: float

    def told(self, name: str, pieces: int) -> dict[str, float]:
        """Pieces a second, and processor time of one."""
        return {f"{name}_per_second": round(pieces / self.seconds, 1), f"{name}_cpu_ms": round(1000 * self.processor / pieces, 1)}


def spent(work: Callable[[], object]) -> Spent:
    """What does this cost?"""
    started, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - started, time.process_time() - processor)


def on_threads(work: Callable[[Any], object], over: Sequence[Any], threads: int = THREADS) -> Spent:
    """What does this cost for each, after every thread has done two to warm up?"""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, over[: 2 * threads]))
        return spent(lambda: list(pool.map(work, over)))


def empty_page_rate(folder: Path, pages: int) -> float:
    """The floor: Typst compiling a page with nothing on it, one compiler on one core, times the threads."""
    import typst

    from arrears.act.paper.glyphs import fonts_here

    page = folder / "empty.typ"
    page.write_text('#set page(paper: "a4")\n#sys.inputs.n', encoding="utf-8")
    compiler = typst.Compiler(page, font_paths=fonts_here())
    one_core = on_threads(lambda number: compiler.compile(format="pdf", sys_inputs={"n": str(number)}, timestamp=0), range(pages), threads=1)
    return THREADS * pages / one_core.seconds


def measure(accounts: int, cases: int, folder: Path) -> dict[str, Any]:
    """Rates and their ratio to the floor, in one run."""
    with measuring_home(folder) as home:
        return {"accounts": accounts, "cores": THREADS, "load_before": round(os.getloadavg()[0], 1), **_measured(home, accounts, cases)}


def _measured(home: Any, accounts: int, cases: int) -> dict[str, Any]:
    """The figures of one home; what reads cases is imported here, since it wants a Django that knows its home."""
    from arrears.engine.columns_engine import EngineSettings
    from arrears.engine.use_cases import reading
    from arrears.engine.use_cases.books import run_book, sample_book
    from arrears.engine.use_cases.case_reports import sources_of_case, sources_of_cases
    from arrears.engine.use_cases.night_reports import READ_AT_ONCE, store_night_reports, written
    from arrears.engine.use_cases.policies import find_policy
    from arrears.engine.use_cases.setting_up import institution_of

    institution_id = institution_of(home)
    sample_book(home, accounts, 7, "bench", as_of=ON, currency="CNY", progress=lambda *_: None)
    result = run_book(home, "bench", ON, find_policy(None), at=datetime(2026, 11, 23, tzinfo=UTC), actor="bench", engine=EngineSettings(threads=THREADS),
                      progress=lambda *_: None, reports=0)
    run = reading.portfolio(home, institution_id, "bench").run
    assert run is not None
    ids = [row.case_id for row in reading.worklist(home, run, reading.WorklistFilter(), page_rows=cases).rows]
    batches = [ids[start : start + READ_AT_ONCE] for start in range(0, len(ids), READ_AT_ONCE)]
    read: dict[int, Any] = {}

    def in_batches() -> None:
        for batch in batches:
            read.update(sources_of_cases(home, institution_id, batch, today=ON))

    sources_of_cases(home, institution_id, ids[:2], today=ON)
    some = ids[:ALONE]
    alone = spent(lambda: [sources_of_case(home, institution_id, case_id, today=ON) for case_id in some])
    together = spent(in_batches)
    writing = on_threads(partial(written, language=LANGUAGE), list(read.values()))
    left: list[Any] = []
    whole = spent(lambda: left.append(
        store_night_reports(home, institution_id, "bench", result, len(ids), today=ON, progress=lambda *_: None, language=LANGUAGE)))
    assert (left[0].stored, left[0].not_made) == (len(ids), ()), "a report that was not made is not measured"
    floor = empty_page_rate(home.root, 4 * cases)
    return {
        "reports": len(ids), **alone.told("read_alone", len(some)), **together.told("read", len(ids)), **writing.told("written", len(ids)),
        **whole.told("whole", len(ids)), "empty_pages_per_second": round(floor, 1), "ratio_whole_to_floor": round(len(ids) / whole.seconds / floor, 4),
    }


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=200)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        print(json.dumps(measure(wanted.accounts, wanted.reports, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
