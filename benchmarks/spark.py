"""How many accounts a second do DuckDB and Spark assess, decide and classify, over the same book in the same run, and do their tables agree?

Spark is the local cluster that a run takes by default; its start is told apart. Both have two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from arrears.site import bootstrap

ON = date(2026, 11, 23)
SEED = 7
STAGES = ("assess", "decide", "classify")
POLICY = "consumer_loans_cn"


def processor_seconds() -> float:
    """Of this process and of its children that have ended, Spark's processes among them."""
    return sum(used.ru_utime + used.ru_stime for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def measured(request: Any, accounts: int) -> tuple[dict[str, float | int], dict[str, str]]:
    """Figures of one night, and the digests of its tables."""
    from arrears.engine.case_changes import NoCases
    from arrears.engine.nightly import nightly

    started, used = time.perf_counter(), processor_seconds()
    facts = nightly(request, NoCases()).facts
    thought = sum(facts["seconds"][stage] for stage in STAGES)
    figures = {
        **{f"{stage}_seconds": facts["seconds"][stage] for stage in STAGES}, "accounts_per_second": round(accounts / thought),
        "whole_seconds": round(time.perf_counter() - started, 1), "processor_seconds": round(processor_seconds() - used, 1),
    }
    return figures, facts["digests"]


def measure(accounts: int, folder: Path) -> dict[str, Any]:
    """Both nights over one book."""
    bootstrap.configure()
    from arrears.assess.classification.regimes import regimes_of
    from arrears.engine.columns_engine import EngineSettings
    from arrears.engine.legal_figures import regime_figures
    from arrears.engine.nightly import RunRequest
    from arrears.engine.on_spark.settings import SparkSettings
    from arrears.engine.use_cases.policies import find_policy
    from arrears.intake.sample.making import make_sample, seeded_ids

    book = folder / "bench"
    make_sample(book, accounts, SEED, ON, None, name="bench", institution_id=1, id_source=seeded_ids(SEED))
    here = RunRequest(
        book, folder / "duckdb", ON, datetime(2026, 11, 23, tzinfo=UTC), "bench", find_policy(POLICY), engine=EngineSettings(threads=2),
        regimes=regime_figures(regimes_of("CN")),
    )
    there = replace(here, runs=folder / "spark", engine=replace(here.engine, spark=SparkSettings()))
    (on_duckdb, tables), (on_spark, others) = measured(here, accounts), measured(there, accounts)
    different = sorted(name for name in tables.keys() | others.keys() if tables.get(name) != others.get(name))
    ratio = round(on_spark["accounts_per_second"] / on_duckdb["accounts_per_second"], 3)
    return {"accounts": accounts, "duckdb": on_duckdb, "spark": on_spark, "spark_to_duckdb": ratio, "tables": len(tables), "tables_that_differ": different}


def main() -> None:
    """Measure, print, and fail where a table differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARREARS_BENCH_DIR")) as folder:
        found = measure(asked.accounts, Path(folder))
    print(json.dumps(found))
    if found["tables_that_differ"]:
        raise SystemExit(f"Tables that differ: {', '.join(found['tables_that_differ'])}")


if __name__ == "__main__":
    main()
