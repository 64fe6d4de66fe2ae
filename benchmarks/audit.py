"""How long does the audit of a contact log take, from the CSV to the report (bar: a million rows in 60 s on two cores)?

A made-up month of a dialler: one row a contact, calls above all, most of them not answered, a few at night, a few people rung far too often.
`python -m benchmarks.audit --rows 1000000`. The ratio compares with reading the same file once into columns. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from arrears.engine.use_cases.auditing import Wish, audit

ROWS_PER_PERSON = 16
MONTH_SECONDS = 30 * 86_400
OUTCOMES = {"no_answer": 0.55, "busy": 0.08, "connected": 0.14, "conversation": 0.07, "voicemail": 0.06, "not_in_service": 0.04, "dropped": 0.06}
CHANNELS = {"call": 0.7, "voice_bot": 0.12, "text": 0.18}


def made_up(path: Path, rows: int) -> None:
    """A log of so many rows."""
    lot = np.random.default_rng(20261128)
    people = max(rows // ROWS_PER_PERSON, 1)
    day, hour = lot.integers(0, 30, rows), np.where(lot.random(rows) < 0.01, 22, lot.integers(8, 21, rows))
    seconds = day * 86_400 + hour * 3_600 + lot.integers(0, 3_600, rows)
    order = np.argsort(seconds)
    at = np.datetime64("2026-10-01T00:00:00") + seconds[order].astype("timedelta64[s]")
    channel = lot.choice(list(CHANNELS), rows, p=list(CHANNELS.values()))
    outcome = np.where(channel == "text", "sent", lot.choice(list(OUTCOMES), rows, p=np.array(list(OUTCOMES.values())) / sum(OUTCOMES.values())))
    who = np.minimum(lot.exponential(people / 3, rows).astype(np.int64), people - 1)
    table = {
        "customer": np.char.add("K", who.astype("U8")), "call time": np.char.replace(at.astype("U19"), "T", " "), "channel": channel, "result": outcome,
        "agent": np.char.add("a", lot.integers(0, 300, rows).astype("U4")), "loan": np.char.add("L", who.astype("U8")),
    }  # fmt: skip
    pc.write_csv(pa.table({name: pa.array(values) for name, values in table.items()}), path)


def measure(rows: int) -> dict[str, float]:
    """Seconds of the whole audit, and how many contacts were found to break a rule."""
    folder = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    try:
        log = folder / "log.csv"
        made_up(log, rows)
        begun = time.perf_counter()
        with duckdb.connect() as db:
            db.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{log}', all_varchar=true)")
        floor = time.perf_counter() - begun
        begun = time.perf_counter()
        found = audit(Wish(log, places=("CN",)), folder / "out", on=date(2026, 11, 28))
        taken = time.perf_counter() - begun
        assert found["contacts"] == rows, "no row is lost"
        return {
            "rows": rows, "seconds": round(taken, 1), "rows_per_second": round(rows / taken), "ratio_to_reading": round(taken / floor, 1),
            "contacts_with_a_breach": found["contacts_with_a_breach"], "people": found["people"],
        }  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().rows)))
