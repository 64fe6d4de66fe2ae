"""How long does a night take over a book of so many accounts?

The floor is what the same engine with the same threads needs to read exactly the columns that the run reads (sums and maxima) and to
write constant columns of the width and length of what the run writes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from arrears.core.sql import quoted
from arrears.engine.columns_engine import EngineSettings, column_engine
from arrears.intake.book.layout import latest_by_key_sql

ON = date(2026, 11, 23)
SEED = 7
THREADS = 2
READ = {
    "instalments": ("account_id", "number", "due_on", "principal_minor", "interest_minor", "fee_minor", "penalty_minor"),
    "payments": ("account_id", "payment_id", "paid_on", "amount_minor", "reversal_of"),
    "accounts": ("account_id", "party_id", "product", "currency", "opened_on", "dates_constructed"),
    "parties": ("party_id", "kind", "language", "region", "segment"),
    "holds": ("party_id", "kind", "from_on", "to_on"),
    "contact_history": ("party_id", "covers_from", "covers_to", "occurred_on", "outcome"),
}
"""Which columns of the book does a run read?"""
WRITTEN = ("assessment", "history", "decisions", "worklist", "alerts", "flow")
PROPORTIONAL_KB = "Pss:"


class PeakMemory:
    """The most memory that this process and its database held together, sampled twice a second (proportional set size)."""

    def __init__(self) -> None:
        self.peak_kb, self._stop = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            self.peak_kb = max(self.peak_kb, sum(_proportional_kb(pid) for pid in _family()))


def _family() -> Iterator[str]:
    """This process, its children and theirs."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[status.parent.name] = status.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
    import os

    waiting = [str(os.getpid())]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += [child for child, parent in parents.items() if parent == pid]


def _proportional_kb(pid: str) -> int:
    try:
        lines = (Path("/proc") / pid / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(PROPORTIONAL_KB)), 0)


def read_sql(book: Path) -> str:
    """One query that touches exactly the columns the run reads."""
    parts = []
    for table, columns in READ.items():
        touched = ", ".join(f"max({column})" if column.endswith(("_on", "from", "to")) or column in TEXTS else f"sum({column}::hugeint)" for column in columns)
        parts.append(f"SELECT hash(({touched})) FROM ({latest_by_key_sql(book, table)})")
    return " UNION ALL ".join(parts)


TEXTS = {"product", "currency", "kind", "language", "region", "segment", "outcome", "dates_constructed"}


def constant_sql(connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    """As many rows of the same types as a file the run wrote, all alike; texts as long as the file's are on average."""
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(file)})").fetchall()
    (rows,) = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(file)})").fetchone() or (0,)
    constants = []
    for name, type_, *_ in described:
        if type_ == "VARCHAR":
            (length,) = connection.execute(f"SELECT coalesce(avg(length({name})), 0)::integer FROM read_parquet({quoted(file)})").fetchone() or (0,)
            constants.append(f"repeat('x', {length}) AS {name}")
        else:
            constants.append(f"CAST({'DATE ' + quoted(ON.isoformat()) if type_ == 'DATE' else '1'} AS {type_}) AS {name}")
    return f"SELECT {', '.join(constants)} FROM range({rows})"


def floor_seconds(book: Path, run: Path, memory: str) -> dict[str, float]:
    """The least this engine needs to read and to write as much; warmed by one reading before."""
    scratch = Path(tempfile.mkdtemp())
    with column_engine(EngineSettings(threads=THREADS, memory_limit=memory), scratch) as connection:
        connection.execute(read_sql(book)).fetchall()
        started = time.perf_counter()
        connection.execute(read_sql(book)).fetchall()
        read = time.perf_counter() - started
        constants = [constant_sql(connection, run / f"{name}.parquet") for name in WRITTEN]
        started = time.perf_counter()
        for place, sql in enumerate(constants):
            connection.execute(f"COPY ({sql}) TO {quoted(scratch / f'{place}.parquet')} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")
        written = time.perf_counter() - started
    shutil.rmtree(scratch)
    return {"read": round(read, 3), "write": round(written, 3)}


@contextmanager
def measuring_home(folder: Path) -> Iterator[Any]:
    """A home with its own embedded database, as a user has it."""
    from arrears.site import bootstrap

    bootstrap.configure()
    from arrears.engine.home import HomeSettings
    from arrears.engine.use_cases.setting_up import set_up
    from arrears.site.main import opened

    with opened(folder / "home") as home:
        if not home.is_made:
            set_up(home, HomeSettings("CN", "CNY", "en", "Bench"), "bench", None)
        yield home


def measure(accounts: int, folder: Path, memory: str) -> dict[str, Any]:
    """One night over a fresh home: seconds per stage, rates, peak memory, ratio to the floor."""
    with measuring_home(folder) as home:
        from arrears.engine.use_cases.books import run_book, sample_book
        from arrears.engine.use_cases.policies import find_policy

        started = time.perf_counter()
        sample_book(home, accounts, SEED, "bench", as_of=ON, currency="CNY", progress=lambda *_: None, personal=False)
        made = time.perf_counter() - started
        with PeakMemory() as memory_used:
            result = run_book(home, "bench", ON, find_policy(None), reports=0, at=datetime(2026, 11, 23, tzinfo=UTC), actor="bench",
                              engine=EngineSettings(threads=THREADS, memory_limit=memory), progress=lambda *_: None)
        floor = floor_seconds(home.book("bench"), result.folder, memory)
        seconds = result.facts["seconds"]
        thought = sum(seconds[stage] for stage in ("freeze", "assess", "decide", "compare", "order"))
        return {
            "accounts": accounts, "cases": result.facts["counts"]["cases"], "sample_seconds": round(made, 1), "seconds": seconds,
            "assess_decide_write_per_second": round(accounts / thought), "whole_run_per_second": round(accounts / seconds["whole"]),
            "floor_seconds": floor, "ratio_to_floor": round(thought / (floor["read"] + floor["write"]), 2),
            "peak_memory_mb": memory_used.peak_kb // 1024,
        }


def main() -> None:
    """Measure one size and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--memory", default="3GB")
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    folder.chmod(0o711)
    try:
        print(json.dumps(measure(wanted.accounts, folder, wanted.memory)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
