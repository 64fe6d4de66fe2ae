"""How fast do files come in, how much memory does it take, and how long does a small delivery into a large book take?

Files of invented instalments and payments are taken in by the whole import: typed checks on every row, one row in a thousand wrong (so
that there is an error pool to write), ids by the real keeper in the embedded PostgreSQL. The floor is what DuckDB alone needs to read the
same CSV as text and to write it as sorted Parquet.

`--gigabytes 10` makes one file of that size and takes it in: the memory must stay what it is for a small one. `--only delta` makes the
large book without measuring it (accounts by the import, their instalments and payments as a batch of rows) and measures the small
delivery: changed accounts, moved instalments, new payments and some that are taken back.
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
import pyarrow as pa

from arrears.core.book import BOOK_TABLES
from arrears.engine.home import Home
from arrears.intake.book.layout import batch_files, duckdb_type, latest_by_key_sql, open_book, staged_batch, write_batch_facts
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
    CASE WHEN i % 1000 = 7 THEN 'x' ELSE (900 + i % 200) || '.' || lpad((i % 100)::VARCHAR, 2, '0') END AS amount, NULL::VARCHAR AS takes_back FROM range({first}, {last}) r(i)"""

FILLED_DUES = {
    "account_id": "account_id", "number": "k + 1", "due_on": "DATE '2026-01-15' + (31 * k)::INTEGER", "principal_minor": "90000 + r % 200", "interest_minor": "1234",
}
FILLED_PAID = {
    "account_id": "account_id", "payment_id": f"keyed('P' || (r * {ROWS_AN_ACCOUNT} + k))", "paid_on": "DATE '2026-01-16' + (31 * k)::INTEGER",
    "amount_minor": "90000 + r % 200",
}


class Bench:
    """A home in a temporary folder, with a book to take files into."""

    def __init__(self, folder: Path, home: Home) -> None:
        from arrears.engine.use_cases.books import keeper_of
        from arrears.engine.use_cases.setting_up import institution_of

        institution_id = institution_of(home)
        self.folder, self.book, self.cpu_seconds = folder, folder / "book", 0.0
        self.keeper = keeper_of(institution_id)
        open_book(self.book, "bench", institution_id, created=ON)

    def write(self, name: str, query: str, first: int, last: int, each: int = ROWS_AN_ACCOUNT) -> Path:
        """One file of these rows, `each` of them an account."""
        path = self.folder / name
        with duckdb.connect(config={"threads": str(THREADS)}) as db:
            db.execute(f"COPY ({query.format(first=first, last=last, each=each)}) TO '{path}' (FORMAT csv, HEADER true)")
        return path

    def fill(self) -> None:
        """Instalments and payments of all accounts as one batch more, with the ids that the keeper would give: the rows of a large book
        without the hours of its import."""
        accounts = batch_files(self.book, "accounts")[-1]
        with staged_batch(self.book, 2) as staging, duckdb.connect(
            config={"threads": str(THREADS), "memory_limit": "1GB", "temp_directory": str(staging / "work")}
        ) as db:
            db.create_function("keyed", lambda numbers: self.keeper.keyed_id("payment", "bench", _whole(numbers)), ["VARCHAR"], "BIGINT", type="arrow")  # type: ignore[arg-type,list-item]
            for table, values in (("instalments", FILLED_DUES), ("payments", FILLED_PAID)):
                columns = ", ".join(f"({values.get(column.name, 'NULL')})::{duckdb_type(column.type)} AS {column.name}" for column in BOOK_TABLES[table].columns)
                rows = f"SELECT account_id, unnest(range({ROWS_AN_ACCOUNT})) AS k, file_row_number AS r FROM read_parquet('{accounts}', file_row_number = true)"
                order = ", ".join(BOOK_TABLES[table].key)
                db.execute(f"COPY (SELECT {columns} FROM ({rows}) ORDER BY {order}) TO '{staging / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
            write_batch_facts(staging, {"number": 2, "created": ON.isoformat(), "mapping": "bench", "files": [], "tables": {}})

    def take(self, *paths: Path) -> tuple[float, ImportReport]:
        """Seconds, and what came of it. `cpu_seconds` then says what this process used: on a machine that others use too, it says more."""
        started, used = time.perf_counter(), time.process_time()
        report = take_in(paths, parse_mapping(MAPPING, "bench"), self.book, self.keeper, received_on=ON, pool_dir=self.folder / "pool", seal_pool=bytes, threads=THREADS)
        self.cpu_seconds = round(time.process_time() - used, 1)
        return time.perf_counter() - started, report


def _whole(numbers: pa.Array | pa.ChunkedArray) -> pa.Array:
    return numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers


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
            "mb": path.stat().st_size >> 20, "rows": rows, "rejected": report.files[0].rejected, "seconds": round(seconds, 1), "cpu_seconds": bench.cpu_seconds, "rows_per_second": round(rows / seconds),
            "ratio_to_floor": round(seconds / floor, 1), "peak_memory_mb": memory.peak_kb >> 10,
        }
        path.unlink()
    told |= measure_delta(bench, accounts)
    for day in range(deltas):
        bench.take(bench.write(f"dues_day_{day}.csv", DUES.replace("900 + i", f"{901 + day} + i"), day * 1200, day * 1200 + 1200))
    if deltas:
        told[f"latest_seconds_after_{deltas}_more_days"] = latest_seconds(bench.book, "instalments")
    return told


def measure_gigabytes(bench: Bench, accounts: int, gigabytes: float, table: str) -> dict[str, Any]:
    """Make one file of this size for so many accounts, and take it in."""
    told: dict[str, Any] = {"accounts": accounts}
    told["accounts_seconds"] = round(bench.take(bench.write("loans.csv", LOANS, 0, accounts))[0], 1)
    name, query = {"instalments": ("dues.csv", DUES), "payments": ("paid.csv", PAID)}[table]
    sample = bench.write("sample.csv", query, 10_000_000, 10_100_000)
    rows = int(gigabytes * 1e9 / (sample.stat().st_size / 100_000))
    sample.unlink()
    path = bench.write(name, query, 0, rows, each=max(1, -(-rows // accounts)))
    with PeakMemory() as memory:
        seconds, report = bench.take(path)
    assert report.files[0].rows == rows, "every row is counted"
    told[name] = {
        "mb": path.stat().st_size >> 20, "rows": rows, "rejected": report.files[0].rejected, "seconds": round(seconds, 1), "cpu_seconds": bench.cpu_seconds, "rows_per_second": round(rows / seconds),
        "peak_memory_mb": memory.peak_kb >> 10,
    }
    path.unlink()
    return told


def measure_only_delta(bench: Bench, accounts: int) -> dict[str, Any]:
    """Make the large book without measuring it, then take a day's delta in."""
    loans = bench.write("loans.csv", LOANS, 0, accounts)
    bench.take(loans)
    loans.unlink()
    bench.fill()
    return {"accounts": accounts, **measure_delta(bench, accounts)}


def measure_delta(bench: Bench, accounts: int) -> dict[str, Any]:
    """Take in a day's delta of 1 % of the accounts, and look at the book as it then holds."""
    told: dict[str, Any] = {}
    one = max(1, accounts // 100)
    first = accounts * ROWS_AN_ACCOUNT
    files = [
        bench.write("loans_delta.csv", LOANS.replace("12000.00", "11000.00"), 0, one),
        bench.write("dues_delta.csv", DUES.replace("2026-01-15", "2026-02-15"), 0, one * ROWS_AN_ACCOUNT),
        bench.write("paid_delta.csv", PAID.replace("'L' || (i // {each})", f"'L' || (i - {first})").replace("NULL::", f"CASE WHEN i % 100 = 3 THEN 'P' || (i - {first}) END::"), first, first + one),
    ]
    with PeakMemory() as memory:
        seconds, report = bench.take(*files)
    told["delta_of_1_percent"] = {"rows": sum(file.rows for file in report.files), "rejected": sum(file.rejected for file in report.files), "seconds": round(seconds, 1), "cpu_seconds": bench.cpu_seconds, "peak_memory_mb": memory.peak_kb >> 10}
    told["latest_seconds"] = {name: latest_seconds(bench.book, name) for name in ("accounts", "instalments", "payments")}
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
    parser.add_argument("--gigabytes", type=float, default=0, help="make one file of this size and take it in, instead")
    parser.add_argument("--table", choices=("instalments", "payments"), default="payments", help="what that file holds")
    parser.add_argument("--only", choices=("delta",), help="measure only a day's delta into a book of so many accounts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arrears-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with measuring_home(folder) as home:
            bench = Bench(folder, home)
            if asked.gigabytes:
                told = measure_gigabytes(bench, asked.accounts, asked.gigabytes, asked.table)
            elif asked.only:
                told = measure_only_delta(bench, asked.accounts)
            else:
                told = measure(bench, asked.accounts, asked.deltas)
            print(json.dumps(told))


if __name__ == "__main__":
    main()
