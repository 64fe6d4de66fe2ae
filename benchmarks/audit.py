"""How long does the audit of a contact log take, from the CSV to the report (bar: a million rows in 60 s on two cores)?

A made-up month of a dialler: one row a contact, calls above all, most of them not answered, a few at night, a few people rung far too often.
`python -m benchmarks.audit --rows 1000000`. The ratio compares with reading the same file once into columns. `--shape` says how the rows lie over
people: `skewed` (one person has a twentieth of all, so that whoever looks at each pair of contacts never ends), `spread` (sixteen each), `long` (a
hundred people have all), `open` (as skewed, and no result is told: each must be judged at its worst), `others` (a tenth reached somebody else, and of
every fiftieth person a file tells what else happened). One JSON line.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from arrears.engine.use_cases.auditing import Wish, audit

SHAPES = ("skewed", "spread", "long", "open", "others")
ROWS_PER_PERSON = 16
PEOPLE_WITH_LONG_HISTORIES = 100
ONE_IN_HAS_EVENTS = 50
MONTH_SECONDS = 30 * 86_400
OUTCOMES = {"no_answer": 0.55, "busy": 0.08, "connected": 0.14, "conversation": 0.07, "voicemail": 0.06, "not_in_service": 0.04, "dropped": 0.06}
CHANNELS = {"call": 0.7, "voice_bot": 0.12, "text": 0.18}


def made_up(path: Path, rows: int, shape: str = "skewed") -> None:
    """A log of so many rows; with `others` a file of events beside it."""
    lot = np.random.default_rng(20261128)
    people = max(rows // ROWS_PER_PERSON, 1)
    day, hour = lot.integers(0, 30, rows), np.where(lot.random(rows) < 0.01, 22, lot.integers(8, 21, rows))
    seconds = day * 86_400 + hour * 3_600 + lot.integers(0, 3_600, rows)
    order = np.argsort(seconds)
    at = np.datetime64("2026-10-01T00:00:00") + seconds[order].astype("timedelta64[s]")
    channel = lot.choice(list(CHANNELS), rows, p=list(CHANNELS.values()))
    outcome = np.where(channel == "text", "sent", lot.choice(list(OUTCOMES), rows, p=np.array(list(OUTCOMES.values())) / sum(OUTCOMES.values())))
    who = _people(lot, rows, people, shape)
    table = {
        "customer": np.char.add("K", who.astype("U8")), "call time": np.char.replace(at.astype("U19"), "T", " "), "channel": channel, "result": outcome,
        "agent": np.char.add("a", lot.integers(0, 300, rows).astype("U4")), "loan": np.char.add("L", who.astype("U8")),
    }  # fmt: skip
    if shape == "open":
        del table["result"]
    if shape == "others":
        table["relation"] = np.where(lot.random(rows) < 0.1, "relative", "debtor")
        some = np.unique(who[:: ROWS_PER_PERSON * ONE_IN_HAS_EVENTS])
        events = {"customer": np.char.add("K", some.astype("U8")), "when": np.full(len(some), "2026-10-11 10:00:00"), "event": np.full(len(some), "complaint")}
        pc.write_csv(pa.table({name: pa.array(values) for name, values in events.items()}), path.with_name("events.csv"))
    pc.write_csv(pa.table({name: pa.array(values) for name, values in table.items()}), path)


def _people(lot: np.random.Generator, rows: int, people: int, shape: str) -> npt.NDArray[np.int64]:
    """Whose each row is."""
    if shape in ("spread", "others"):
        return lot.integers(0, people, rows)
    if shape == "long":
        return lot.integers(0, PEOPLE_WITH_LONG_HISTORIES, rows)
    return np.minimum(lot.exponential(people / 3, rows).astype(np.int64), people - 1)


def _processor_seconds() -> float:
    """Of this process and of those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(rows: int, shape: str = "skewed") -> dict[str, float | str]:
    """Seconds of the whole audit by the wall and of processor, the most memory that was used, and how many contacts were found to break a rule."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    try:
        log = folder / "log.csv"
        made_up(log, rows, shape)
        begun = time.perf_counter()
        with duckdb.connect() as db:
            db.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{log}', all_varchar=true)")
        floor = time.perf_counter() - begun
        events = folder / "events.csv"
        before, begun = _processor_seconds(), time.perf_counter()
        found = audit(Wish(log, events=events if events.exists() else None, places=("CN",)), folder / "out", on=date(2026, 11, 28))
        taken, processor = time.perf_counter() - begun, _processor_seconds() - before
        assert found["contacts"] == rows, "no row is lost"
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return {
            "shape": shape, "rows": rows, "seconds": round(taken, 1), "processor_seconds": round(processor, 1), "rows_per_second": round(rows / taken),
            "ratio_to_reading": round(taken / floor, 1), "peak_mb": round(peak / 1024), "contacts_with_a_breach": found["contacts_with_a_breach"], "people": found["people"],
        }  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--shape", choices=SHAPES, default="skewed")
    wanted = parser.parse_args()
    print(json.dumps(measure(wanted.rows, wanted.shape)))
