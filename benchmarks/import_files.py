"""How fast do files come in, how much memory does it take, and how long does a small delivery into a large book take?

Files of invented instalments and payments are taken in by the whole import: typed checks on every row, one row in a thousand wrong (so
that there is an error pool to write), ids by the real keeper in the embedded PostgreSQL. The floor is what DuckDB alone needs to read the
same CSV as text and to write it as sorted Parquet.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from arrears.engine.home import Home
from arrears.intake.book.layout import latest_by_key_sql, open_book
from arrears.intake.book.mapping import parse_mapping
from arrears.intake.book.taking_in import ImportReport, take_in
from benchmarks.nightly_run import PeakMemory, measuring_home

THREADS = 2
ON = date(2026, 11, 24)
ROWS_AN_ACCOUNT = 12
MAPPING = """
mapping: bench
currency: CNY
files:
  loans:
    pattern: "loans*"
    tables:
      parties: {party: loan, kind: {constant: person}}
      accounts: {account: loan, party: loan, product: {constant: loan}, principal_minor: {amount: principal}, opened_on: opened}
  dues: {pattern: "dues*", tables: {instalments: {account: loan, number: number, due_on: due, principal_minor: {amount: principal}, interest_minor: {amount: interest}}}}
  paid: {pattern: "paid*", tables: {payments: {account: loan, payment: id, paid_on: day, amount_minor: {amount: amount}, reversal_of: takes_back}}}
"""
LOANS = "SELECT 'L' || i AS loan, '12000.00' AS principal, (DATE '2025-01-01' + (i % 300)::INTEGER)::VARCHAR AS opened FROM range({first}, {last}) r(i)"
DUES = """SELECT 'L' || (i // {each}) AS loan, i % {each} + 1 AS number, (DATE '2026-01-15' + (31 * (i % {each}))::INTEGER)::VARCHAR AS due,
    CASE WHEN i % 1000 = 7 THEN '10.001' ELSE (900 + i % 200) || '.' || lpad((i % 100)::VARCHAR, 2, '0') END AS principal, '12.34' AS interest FROM range({first}, {last}) r(i)"""
PAID = """SELECT 'L' || (i // {each}) AS loan, 'P' || i AS id, (DATE '2026-01-16' + (31 * (i % {each}))::INTEGER)::VARCHAR AS day,
    CASE WHEN i % 1000 = 7 THEN 'x' ELSE (900 + i % 200) || '.' || lpad((i % 100)::VARCHAR, 2, '0') END AS amount, NULL AS takes_back FROM range({first}, {last}) r(i)"""


class Bench:
    """A home in a temporary folder, with a book to take files into."""

    def __init__(self, folder: Path, home: Home) -> None:
        from arrears.engine.use_cases.books import keeper_of
        from arrears.engine.use_cases.setting_up import institution_of

        institution_id = institution_of(home)
        self.folder, self.book = folder, folder / "book"
        self.keeper = keeper_of(institution_id)
        open_book(self.book, "bench", institution_id, created=ON)

    def write(self, name: str, query: str, first: int, last: int) -> Path:
        """One file of these rows."""
        path = self.folder / name
        with duckdb.connect() as db:
            db.execute(f"COPY ({query.format(first=first, last=last, each=ROWS_AN_ACCOUNT)}) TO '{path}' (FORMAT csv, HEADER true)")
        return path

    def take(self, *paths: Path) -> tuple[float, ImportReport]:
        """Seconds, and what came of it."""
        started = time.perf_counter()
        report = take_in(paths, parse_mapping(MAPPING, "bench"), self.book, self.keeper, received_on=ON, pool_dir=self.folder / "pool", seal_pool=bytes, threads=THREADS)
        return time.perf_counter() - started, report


def floor_seconds(path: Path, folder: Path) -> float:
    """What the engine alone needs for the same file: text in, sorted Parquet out."""
    started = time.perf_counter()
    with duckdb.connect(config={"threads": str(THREADS), "memory_limit": "1GB", "temp_directory": str(folder / "spill")}) as db:
        db.execute(f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true) ORDER BY loan, 2) TO '{folder / 'floor.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - started


def measure(bench: Bench, accounts: int, deltas: int) -> dict[str, Any]:
    """Import a whole book of so many accounts, then a day's delta of 1 % of them, and look at the book as it then holds."""
    told: dict[str, Any] = {"accounts": accounts}
    loans = bench.write("loans.csv", LOANS, 0, accounts)
    told["accounts_seconds"] = round(bench.take(loans)[0], 1)
    for name, query in (("dues.csv", DUES), ("paid.csv", PAID)):
        path = bench.write(name, query, 0, accounts * ROWS_AN_ACCOUNT)
        with PeakMemory() as memory:
            seconds, report = bench.take(path)
        rows = report.files[0].rows
        floor = floor_seconds(path, bench.folder)
        told[name] = {
            "mb": path.stat().st_size >> 20, "rows": rows, "rejected": report.files[0].rejected, "seconds": round(seconds, 1), "rows_per_second": round(rows / seconds),
            "ratio_to_floor": round(seconds / floor, 1), "peak_memory_mb": memory.peak_kb >> 10,
        }
        path.unlink()
    one = max(1, accounts // 100)
    first = accounts * ROWS_AN_ACCOUNT
    files = [
        bench.write("loans_delta.csv", LOANS.replace("12000.00", "11000.00"), 0, one),
        bench.write("dues_delta.csv", DUES.replace("2026-01-15", "2026-02-15"), 0, one * ROWS_AN_ACCOUNT),
        bench.write("paid_delta.csv", PAID.replace("'L' || (i // {each})", f"'L' || (i - {first})"), first, first + one),
    ]
    with PeakMemory() as memory:
        seconds, report = bench.take(*files)
    told["delta_of_1_percent"] = {"rows": sum(file.rows for file in report.files), "seconds": round(seconds, 1), "peak_memory_mb": memory.peak_kb >> 10}
    told["latest_seconds"] = {name: latest_seconds(bench.book, name) for name in ("accounts", "instalments", "payments")}
    for day in range(deltas):
        bench.take(bench.write(f"dues_day_{day}.csv", DUES.replace("900 + i", f"{901 + day} + i"), day * 1200, day * 1200 + 1200))
    if deltas:
        told[f"latest_seconds_after_{deltas}_more_days"] = latest_seconds(bench.book, "instalments")
    return told


def latest_seconds(book: Path, table: str) -> float:
    """How long does it take to read the rows that hold now, all of them?"""
    with duckdb.connect(config={"threads": str(THREADS), "memory_limit": "2GB", "temp_directory": str(book.parent / "spill")}) as db:
        started = time.perf_counter()
        db.execute(f"SELECT count(hash(COLUMNS(*))) FROM ({latest_by_key_sql(book, table)})").fetchall()
        return round(time.perf_counter() - started, 2)


def main() -> None:
    """Measure one size and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--deltas", type=int, default=0, help="so many small deliveries more, one a day")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arrears-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with measuring_home(folder) as home:
            print(json.dumps(measure(Bench(folder, home), asked.accounts, asked.deltas)))


if __name__ == "__main__":
    main()
