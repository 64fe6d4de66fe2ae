"""How many case reports a second, page and PDF with chart, and how does that compare with Typst compiling an empty page?

A book of an invented sample, run for a day; each report is written in Chinese, so that the large font is embedded. Both cores are used by two
threads, for Typst lets other threads run. `whole_per_second` includes reading book and run; `written_per_second` starts from what was read.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from arrears.site import bootstrap

bootstrap.configure()  # what reads cases imports models, which want a configured Django

from arrears.engine.case_reports.content import CaseSources, case_report  # noqa: E402
from arrears.engine.case_reports.glyphs import fonts_here  # noqa: E402
from arrears.engine.case_reports.page import html_of  # noqa: E402
from arrears.engine.case_reports.paper import pdf_of  # noqa: E402
from arrears.engine.columns_engine import EngineSettings  # noqa: E402
from arrears.engine.use_cases import reading  # noqa: E402
from arrears.engine.use_cases.books import run_book, sample_book  # noqa: E402
from arrears.engine.use_cases.case_reports import sources_of_case  # noqa: E402
from arrears.engine.use_cases.policies import find_policy  # noqa: E402
from arrears.engine.use_cases.reading.files import looking_once  # noqa: E402
from arrears.engine.use_cases.setting_up import institution_of  # noqa: E402
from benchmarks.nightly_run import measuring_home  # noqa: E402

ON = date(2026, 11, 23)
THREADS = 2


def rate(work: Callable[[Any], object], over: Sequence[Any], threads: int = THREADS) -> float:
    """How many a second, after each thread has done one to warm up?"""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, over[: 2 * threads]))
        started = time.perf_counter()
        list(pool.map(work, over))
        return len(over) / (time.perf_counter() - started)


def written(sources: CaseSources) -> int:
    """One report from what was read: page and PDF."""
    report = case_report(sources, "zh")
    return len(html_of(report)) + len(pdf_of(report))


def empty_page_rate(folder: Path, pages: int) -> float:
    """The floor: Typst compiling a page with nothing on it, one compiler on one core, times the threads."""
    page = folder / "empty.typ"
    page.write_text('#set page(paper: "a4")\n#sys.inputs.n', encoding="utf-8")
    compiler = typst.Compiler(page, font_paths=fonts_here())
    return THREADS * rate(lambda number: compiler.compile(format="pdf", sys_inputs={"n": str(number)}, timestamp=0), range(pages), threads=1)


def measure(accounts: int, cases: int, folder: Path) -> dict[str, Any]:
    """Rates and their ratio to the floor, in one run."""
    with measuring_home(folder) as home:
        institution_id = institution_of(home)
        sample_book(home, accounts, 7, "bench", as_of=ON, currency="CNY", progress=lambda *_: None)
        run_book(home, "bench", ON, find_policy(None), at=datetime(2026, 11, 23, tzinfo=UTC), actor="bench", engine=EngineSettings(threads=THREADS),
                 progress=lambda *_: None, reports=0)
        run = reading.portfolio(home, institution_id, "bench").run
        assert run is not None
        ids = [row.case_id for row in reading.worklist(home, run, reading.WorklistFilter(), page_rows=cases).rows]
        started, cpu = time.perf_counter(), time.process_time()
        with looking_once(home):
            sources = [sources_of_case(home, institution_id, case_id, today=ON) for case_id in ids]
        reading_seconds, read_cpu_ms = time.perf_counter() - started, 1000 * (time.process_time() - cpu) / len(ids)
        cpu = time.process_time()
        writing = rate(written, sources)
        cpu_ms, floor = 1000 * (time.process_time() - cpu) / (len(ids) + 2 * THREADS), empty_page_rate(home.root, 4 * cases)
    return {
        "accounts": accounts, "reports": len(ids), "read_per_second": round(len(ids) / reading_seconds, 1), "cpu_ms_a_read": round(read_cpu_ms, 1), "written_per_second": round(writing, 1), "cpu_ms_a_written_report": round(cpu_ms, 1),
        "whole_per_second": round(len(ids) / (reading_seconds + len(ids) / writing), 1), "empty_pages_per_second": round(floor, 1), "ratio_written_to_floor": round(writing / floor, 3),
    }


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=100)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        print(json.dumps(measure(wanted.accounts, wanted.reports, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
